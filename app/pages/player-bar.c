/* player-bar.c - plays a recording: play and pause, five seconds back and forth, where it is
 *
 *   set_recording --thread--> scribe_player_open --> opened: what was asked for meanwhile
 *   playing: each frame asks the player where it is
 *
 * To open a file takes as long as its disk does, and so does letting go of a sound device: both are done by a thread. A player tells of
 * its end in its own thread, at any time until it is freed, when this widget may be gone: it knows the widget by a weak reference only,
 * which is freed after the player.
 *
 * SPDX-License-Identifier: MIT
 */
#include "pages/player-bar.h"

#include "pages/clock-text.h"

#include <glib/gi18n.h>

enum
{
  PROP_0,
  PROP_PLAYING,
  PROP_TROUBLE,
  N_PROPS
};

/* A player, and whom it tells of its end. */
typedef struct
{
  ScribePlayer *player;
  GWeakRef bar;
} Voice;

struct _TilescribePlayerBar
{
  AdwBin parent;

  GtkWidget *row, *play;
  GtkLabel *elapsed, *total;
  GtkScale *scale;
  GtkAdjustment *adjustment;

  Voice *voice; /* NULL: none, or not yet */
  GCancellable *opening;
  double wanted; /* position to go to when it is open */
  gboolean want_play;
  char *trouble;
  guint tick_id;
};

G_DEFINE_FINAL_TYPE (TilescribePlayerBar, tilescribe_player_bar, ADW_TYPE_BIN)

static GParamSpec *props[N_PROPS];
static guint moved_signal;

/* --- Opening and closing --- */

static void
voice_free (Voice *voice)
{
  scribe_player_free (voice->player);
  g_weak_ref_clear (&voice->bar);
  g_free (voice);
}

static void
free_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  voice_free (data);
  g_task_return_boolean (task, TRUE);
}

static void
close_voice (TilescribePlayerBar *self)
{
  Voice *voice = g_steal_pointer (&self->voice);
  g_autoptr (GTask) task = voice != NULL ? g_task_new (NULL, NULL, NULL, NULL) : NULL;

  if (voice == NULL)
    return;
  g_weak_ref_set (&voice->bar, NULL);
  scribe_player_pause (voice->player);
  g_task_set_task_data (task, voice, NULL);
  g_task_run_in_thread (task, free_in_thread);
}

typedef struct
{
  TilescribePlayerBar *bar;
  gpointer voice; /* only to be compared */
  GError *reason;
} Ending;

static void set_trouble (TilescribePlayerBar *self, const char *trouble);
static void show_playing (TilescribePlayerBar *self);
static void show_position (TilescribePlayerBar *self);

static gboolean
tell_end (gpointer data)
{
  Ending *ending = data;

  if (ending->bar->voice == ending->voice)
    {
      show_playing (ending->bar);
      show_position (ending->bar);
      if (ending->reason != NULL)
        set_trouble (ending->bar, ending->reason->message);
    }
  g_object_unref (ending->bar);
  g_clear_error (&ending->reason);
  g_free (ending);
  return G_SOURCE_REMOVE;
}

static void
on_ended (const GError *reason, gpointer data)
{
  TilescribePlayerBar *bar = g_weak_ref_get (&((Voice *) data)->bar);
  const Ending ending = { bar, data, bar && reason ? g_error_copy (reason) : NULL };

  if (bar != NULL)
    g_idle_add (tell_end, g_memdup2 (&ending, sizeof ending));
}

static void
open_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Voice *voice = g_new0 (Voice, 1);
  GError *error = NULL;

  g_weak_ref_init (&voice->bar, NULL);
  voice->player = scribe_player_open (data, on_ended, voice, &error);
  if (voice->player != NULL)
    g_task_return_pointer (task, voice, (GDestroyNotify) voice_free);
  else
    {
      voice_free (voice);
      g_task_return_error (task, error);
    }
}

static void
set_duration (TilescribePlayerBar *self, double seconds)
{
  g_autofree char *text = tilescribe_clock_text (seconds);

  gtk_adjustment_set_upper (self->adjustment, MAX (seconds, 0));
  gtk_label_set_label (self->total, text);
}

static void
on_opened (GObject *source, GAsyncResult *result, gpointer unused)
{
  TilescribePlayerBar *self = TILESCRIBE_PLAYER_BAR (source);
  g_autoptr (GError) error = NULL;
  Voice *voice = g_task_propagate_pointer (G_TASK (result), &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  g_clear_object (&self->opening);
  if (voice == NULL)
    {
      set_trouble (self, error->message);
      return;
    }
  self->voice = voice;
  g_weak_ref_set (&voice->bar, self);
  if (scribe_player_get_duration (voice->player) > 0)
    set_duration (self, scribe_player_get_duration (voice->player));
  if (self->wanted > 0)
    scribe_player_seek (voice->player, self->wanted);
  if (self->want_play)
    scribe_player_play (voice->player);
  show_playing (self);
}

void
tilescribe_player_bar_set_recording (TilescribePlayerBar *self, const char *path, double duration)
{
  g_autoptr (GTask) task = NULL;

  g_cancellable_cancel (self->opening);
  g_clear_object (&self->opening);
  close_voice (self);
  self->wanted = 0;
  self->want_play = FALSE;
  set_trouble (self, NULL);
  set_duration (self, duration);
  show_playing (self);
  show_position (self);
  gtk_widget_set_sensitive (self->row, path != NULL);
  if (path == NULL)
    return;
  self->opening = g_cancellable_new ();
  task = g_task_new (self, self->opening, on_opened, NULL);
  g_task_set_task_data (task, g_strdup (path), g_free);
  g_task_run_in_thread (task, open_in_thread);
}

/* --- What is shown --- */

static void
set_trouble (TilescribePlayerBar *self, const char *trouble)
{
  gtk_widget_set_sensitive (self->row, trouble == NULL || self->voice != NULL);
  gtk_widget_set_tooltip_text (self->row, trouble);
  if (g_strcmp0 (trouble, self->trouble) == 0)
    return;
  g_free (self->trouble);
  self->trouble = g_strdup (trouble);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_TROUBLE]);
}

static void
show_position (TilescribePlayerBar *self)
{
  double seconds = tilescribe_player_bar_get_position (self);
  g_autofree char *text = tilescribe_clock_text (seconds);

  if (seconds > gtk_adjustment_get_upper (self->adjustment))
    set_duration (self, seconds); /* the file did not tell, or wrongly */
  gtk_adjustment_set_value (self->adjustment, seconds);
  if (!g_str_equal (text, gtk_label_get_label (self->elapsed)))
    {
      gtk_label_set_label (self->elapsed, text);
      gtk_accessible_update_property (GTK_ACCESSIBLE (self->scale), GTK_ACCESSIBLE_PROPERTY_VALUE_TEXT, text, -1);
    }
  g_signal_emit (self, moved_signal, 0, seconds);
}

static gboolean
on_tick (GtkWidget *widget, GdkFrameClock *clock, gpointer unused)
{
  TilescribePlayerBar *self = TILESCRIBE_PLAYER_BAR (widget);

  show_position (self);
  return G_SOURCE_CONTINUE;
}

static void
show_playing (TilescribePlayerBar *self)
{
  gboolean playing = tilescribe_player_bar_is_playing (self);
  const char *name = playing ? _ ("Pause") : _ ("Play");

  if (playing && self->tick_id == 0)
    self->tick_id = gtk_widget_add_tick_callback (GTK_WIDGET (self), on_tick, NULL, NULL);
  else if (!playing && self->tick_id != 0)
    {
      gtk_widget_remove_tick_callback (GTK_WIDGET (self), self->tick_id);
      self->tick_id = 0;
    }
  gtk_button_set_icon_name (GTK_BUTTON (self->play), playing ? "media-playback-pause-symbolic" : "media-playback-start-symbolic");
  gtk_widget_set_tooltip_text (self->play, name);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->play), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_PLAYING]);
}

/* --- What is asked for --- */

static void
go_to (TilescribePlayerBar *self, double seconds)
{
  self->wanted = CLAMP (seconds, 0, gtk_adjustment_get_upper (self->adjustment));
  if (self->voice != NULL)
    scribe_player_seek (self->voice->player, self->wanted);
  show_position (self);
}

static void
set_playing (TilescribePlayerBar *self, gboolean playing)
{
  if (self->voice == NULL && self->opening == NULL)
    return;
  if (playing)
    set_trouble (self, NULL); /* a loudspeaker that was gone may be back */
  self->want_play = playing;
  if (self->voice != NULL && playing)
    scribe_player_play (self->voice->player);
  else if (self->voice != NULL)
    scribe_player_pause (self->voice->player);
  show_playing (self);
}

void
tilescribe_player_bar_play_from (TilescribePlayerBar *self, double seconds)
{
  go_to (self, seconds);
  set_playing (self, TRUE);
}

void
tilescribe_player_bar_toggle (TilescribePlayerBar *self)
{
  set_playing (self, !tilescribe_player_bar_is_playing (self));
}

void
tilescribe_player_bar_pause (TilescribePlayerBar *self)
{
  set_playing (self, FALSE);
}

void
tilescribe_player_bar_skip (TilescribePlayerBar *self, double seconds)
{
  go_to (self, tilescribe_player_bar_get_position (self) + seconds);
}

static void
on_back (TilescribePlayerBar *self)
{
  tilescribe_player_bar_skip (self, -TILESCRIBE_PLAYER_SKIP);
}

static void
on_forth (TilescribePlayerBar *self)
{
  tilescribe_player_bar_skip (self, TILESCRIBE_PLAYER_SKIP);
}

static gboolean
on_change_value (TilescribePlayerBar *self, GtkScrollType type, double value)
{
  go_to (self, value);
  return GDK_EVENT_STOP;
}

double
tilescribe_player_bar_get_position (TilescribePlayerBar *self)
{
  return self->voice != NULL ? scribe_player_get_position (self->voice->player) : self->wanted;
}

gboolean
tilescribe_player_bar_is_playing (TilescribePlayerBar *self)
{
  return self->voice != NULL ? scribe_player_is_playing (self->voice->player) : self->want_play;
}

const char *
tilescribe_player_bar_get_trouble (TilescribePlayerBar *self)
{
  return self->trouble;
}

/* --- The object --- */

/* Nobody sees it any more: a page that was left is silent. */
static void
tilescribe_player_bar_unmap (GtkWidget *widget)
{
  tilescribe_player_bar_pause (TILESCRIBE_PLAYER_BAR (widget));
  GTK_WIDGET_CLASS (tilescribe_player_bar_parent_class)->unmap (widget);
}

static void
tilescribe_player_bar_get_property (GObject *object, guint id, GValue *value, GParamSpec *spec)
{
  TilescribePlayerBar *self = TILESCRIBE_PLAYER_BAR (object);

  switch (id)
    {
    case PROP_PLAYING:
      g_value_set_boolean (value, tilescribe_player_bar_is_playing (self));
      break;
    case PROP_TROUBLE:
      g_value_set_string (value, self->trouble);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
    }
}

static void
tilescribe_player_bar_dispose (GObject *object)
{
  TilescribePlayerBar *self = TILESCRIBE_PLAYER_BAR (object);

  g_cancellable_cancel (self->opening);
  g_clear_object (&self->opening);
  close_voice (self);
  g_clear_pointer (&self->trouble, g_free);
  G_OBJECT_CLASS (tilescribe_player_bar_parent_class)->dispose (object);
}

static void
tilescribe_player_bar_class_init (TilescribePlayerBarClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->get_property = tilescribe_player_bar_get_property;
  object_class->dispose = tilescribe_player_bar_dispose;
  widget_class->unmap = tilescribe_player_bar_unmap;
  props[PROP_PLAYING] = g_param_spec_boolean ("playing", NULL, NULL, FALSE, flags);
  props[PROP_TROUBLE] = g_param_spec_string ("trouble", NULL, NULL, NULL, flags);
  g_object_class_install_properties (object_class, N_PROPS, props);
  moved_signal = g_signal_new ("moved", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1,
                               G_TYPE_DOUBLE);

  gtk_widget_class_set_template_from_resource (widget_class, "/org/tilescribe/Tilescribe/pages/player-bar.ui");
  gtk_widget_class_bind_template_child (widget_class, TilescribePlayerBar, row);
  gtk_widget_class_bind_template_child (widget_class, TilescribePlayerBar, play);
  gtk_widget_class_bind_template_child (widget_class, TilescribePlayerBar, elapsed);
  gtk_widget_class_bind_template_child (widget_class, TilescribePlayerBar, total);
  gtk_widget_class_bind_template_child (widget_class, TilescribePlayerBar, scale);
  gtk_widget_class_bind_template_child (widget_class, TilescribePlayerBar, adjustment);
  gtk_widget_class_bind_template_callback (widget_class, tilescribe_player_bar_toggle);
  gtk_widget_class_bind_template_callback (widget_class, on_back);
  gtk_widget_class_bind_template_callback (widget_class, on_forth);
  gtk_widget_class_bind_template_callback (widget_class, on_change_value);
}

static void
tilescribe_player_bar_init (TilescribePlayerBar *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_widget_set_sensitive (self->row, FALSE);
}
