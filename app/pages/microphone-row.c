/* microphone-row.c - which microphone, and how loud it is
 *
 * The list is read in a thread: when the row comes to the screen, every few seconds while it is there, and when a sound card comes or
 * goes. A microphone that was chosen and is not connected stays in the list, and chosen.
 *
 * New devices cannot be looked for while anything records, so the meter pauses when a sound card comes or goes, and goes on afterwards.
 *
 * SPDX-License-Identifier: MIT
 */
#include "pages/microphone-row.h"

#include "pages/level-listener.h"
#include "widgets/level-meter.h"

#include <glib/gi18n.h>
#include <string.h>

#define REFRESH_SECONDS 3
#define SOUND_CARDS     "/dev/snd"

struct _TilescribeMicrophoneRow
{
  AdwPreferencesRow parent;

  GtkDropDown *choice;
  TilescribeLevelMeter *meter;
  GtkLabel *trouble;

  char *microphone;
  GPtrArray *ids; /* of char *, that of each item */
  gboolean filling;
  gboolean unread; /* the list, the last time: that is the trouble shown */

  GCancellable *reading;
  GFileMonitor *monitor;
  guint timer;

  gboolean listening;
  TilescribeLevelListener *listener;
};

G_DEFINE_FINAL_TYPE (TilescribeMicrophoneRow, tilescribe_microphone_row, ADW_TYPE_PREFERENCES_ROW)

enum
{
  PROP_MICROPHONE = 1,
  PROP_LISTENING,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static void
show_trouble (TilescribeMicrophoneRow *self, const char *trouble)
{
  gtk_label_set_label (self->trouble, trouble ? trouble : "");
  gtk_widget_set_visible (GTK_WIDGET (self->trouble), trouble != NULL);
}

/* --- The meter ----------------------------------------------------------------------------------------------------------- */

static void set_listening (TilescribeMicrophoneRow *self, gboolean listening);

static void
on_lost (const GError *error, gpointer data)
{
  set_listening (data, FALSE);
  show_trouble (data, error->message);
}

static void
stop_listener (TilescribeMicrophoneRow *self)
{
  tilescribe_level_meter_set_source (self->meter, NULL, NULL, NULL);
  g_clear_pointer (&self->listener, tilescribe_level_listener_free);
}

static void
start_listener (TilescribeMicrophoneRow *self)
{
  stop_listener (self);
  if (!self->listening || !gtk_widget_get_mapped (GTK_WIDGET (self)))
    return;
  self->listener = tilescribe_level_listener_new (*self->microphone ? self->microphone : NULL, on_lost, self);
  tilescribe_level_meter_set_source (self->meter, tilescribe_level_listener_get_level, self->listener, NULL);
}

static void
set_listening (TilescribeMicrophoneRow *self, gboolean listening)
{
  if (self->listening == listening)
    return;
  self->listening = listening;
  if (listening)
    show_trouble (self, NULL);
  start_listener (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LISTENING]);
}

/* --- The list ------------------------------------------------------------------------------------------------------------ */

static void
show_chosen (TilescribeMicrophoneRow *self)
{
  guint i;

  if (!g_ptr_array_find_with_equal_func (self->ids, self->microphone, g_str_equal, &i))
    i = GTK_INVALID_LIST_POSITION;
  self->filling = TRUE;
  gtk_drop_down_set_selected (self->choice, i);
  self->filling = FALSE;
}

static void
append (TilescribeMicrophoneRow *self, GtkStringList *names, const char *id, const char *name)
{
  g_ptr_array_add (self->ids, g_strdup (id));
  gtk_string_list_append (names, name);
}

static void
fill (TilescribeMicrophoneRow *self, GPtrArray *microphones)
{
  g_autoptr (GtkStringList) names = gtk_string_list_new (NULL);

  g_ptr_array_set_size (self->ids, 0);
  append (self, names, "", _ ("Default of the system"));
  for (guint i = 0; i < microphones->len; i++)
    {
      const ScribeMicrophoneInfo *info = microphones->pdata[i];

      append (self, names, info->id, info->name);
    }
  if (!g_ptr_array_find_with_equal_func (self->ids, self->microphone, g_str_equal, NULL))
    {
      g_autofree char *name = g_strdup_printf (_ ("%s (not connected)"), self->microphone);

      append (self, names, self->microphone, name);
    }
  self->filling = TRUE;
  gtk_drop_down_set_model (self->choice, G_LIST_MODEL (names));
  self->filling = FALSE;
  show_chosen (self);
}

/* A list that is open would close under a person's hand, so one that is the same is left alone. */
static gboolean
is_same (TilescribeMicrophoneRow *self, GPtrArray *microphones)
{
  if (self->ids->len != microphones->len + 1)
    return FALSE;
  for (guint i = 0; i < microphones->len; i++)
    if (strcmp (((ScribeMicrophoneInfo *) microphones->pdata[i])->id, self->ids->pdata[i + 1]) != 0)
      return FALSE;
  return TRUE;
}

static void
read_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  GError *error = NULL;
  GPtrArray *microphones;

  if (g_task_return_error_if_cancelled (task))
    return;
  microphones = scribe_microphone_list (TRUE, &error);
  if (microphones)
    g_task_return_pointer (task, microphones, (GDestroyNotify) g_ptr_array_unref);
  else
    g_task_return_error (task, error);
}

static void
on_read (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) microphones = g_task_propagate_pointer (G_TASK (result), &error);
  TilescribeMicrophoneRow *self = data;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  g_clear_object (&self->reading);
  if (error)
    show_trouble (self, error->message);
  else if (self->unread || !is_same (self, microphones))
    {
      if (!is_same (self, microphones))
        fill (self, microphones);
      show_trouble (self, microphones->len ? NULL : _ ("There is no microphone. Connect one: it appears here by itself."));
    }
  self->unread = error != NULL;
  if (self->listening && self->listener == NULL)
    start_listener (self);
}

static void
read_list (TilescribeMicrophoneRow *self)
{
  g_autoptr (GTask) task = NULL;

  if (self->reading)
    return;
  self->reading = g_cancellable_new ();
  task = g_task_new (NULL, self->reading, on_read, self);
  g_task_set_source_tag (task, read_list);
  g_task_run_in_thread (task, read_in_thread);
}

static gboolean
on_timer (gpointer data)
{
  TilescribeMicrophoneRow *self = data;

  if (!self->listening)
    read_list (self);
  return G_SOURCE_CONTINUE;
}

static void
on_cards_changed (TilescribeMicrophoneRow *self)
{
  stop_listener (self);
  read_list (self);
}

static void
on_selected (TilescribeMicrophoneRow *self)
{
  guint i = gtk_drop_down_get_selected (self->choice);

  if (!self->filling && i < self->ids->len)
    g_object_set (self, "microphone", self->ids->pdata[i], NULL);
}

/* --- The type ------------------------------------------------------------------------------------------------------------ */

static void
tilescribe_microphone_row_map (GtkWidget *widget)
{
  TilescribeMicrophoneRow *self = TILESCRIBE_MICROPHONE_ROW (widget);
  g_autoptr (GFile) cards = g_file_new_for_path (SOUND_CARDS);

  GTK_WIDGET_CLASS (tilescribe_microphone_row_parent_class)->map (widget);
  self->timer = g_timeout_add_seconds (REFRESH_SECONDS, on_timer, self);
  self->monitor = g_file_monitor_directory (cards, G_FILE_MONITOR_NONE, NULL, NULL);
  if (self->monitor)
    g_signal_connect_object (self->monitor, "changed", G_CALLBACK (on_cards_changed), self, G_CONNECT_SWAPPED);
  read_list (self);
}

static void
stop (TilescribeMicrophoneRow *self)
{
  g_clear_handle_id (&self->timer, g_source_remove);
  g_clear_object (&self->monitor);
  if (self->reading)
    g_cancellable_cancel (self->reading);
  g_clear_object (&self->reading);
}

static void
tilescribe_microphone_row_unmap (GtkWidget *widget)
{
  TilescribeMicrophoneRow *self = TILESCRIBE_MICROPHONE_ROW (widget);

  stop (self);
  set_listening (self, FALSE);
  GTK_WIDGET_CLASS (tilescribe_microphone_row_parent_class)->unmap (widget);
}

static void
set_microphone (TilescribeMicrophoneRow *self, const char *microphone)
{
  if (strcmp (self->microphone, microphone) == 0)
    return;
  g_free (self->microphone);
  self->microphone = g_strdup (microphone);
  show_chosen (self);
  if (self->listening)
    start_listener (self);
}

static void
tilescribe_microphone_row_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  TilescribeMicrophoneRow *self = TILESCRIBE_MICROPHONE_ROW (object);

  if (id == PROP_MICROPHONE)
    set_microphone (self, g_value_get_string (value) ? g_value_get_string (value) : "");
  else if (id == PROP_LISTENING)
    set_listening (self, g_value_get_boolean (value));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
tilescribe_microphone_row_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  TilescribeMicrophoneRow *self = TILESCRIBE_MICROPHONE_ROW (object);

  if (id == PROP_MICROPHONE)
    g_value_set_string (value, self->microphone);
  else if (id == PROP_LISTENING)
    g_value_set_boolean (value, self->listening);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
tilescribe_microphone_row_dispose (GObject *object)
{
  TilescribeMicrophoneRow *self = TILESCRIBE_MICROPHONE_ROW (object);

  stop (self);
  if (self->listener)
    stop_listener (self);
  gtk_widget_dispose_template (GTK_WIDGET (object), TILESCRIBE_TYPE_MICROPHONE_ROW);
  G_OBJECT_CLASS (tilescribe_microphone_row_parent_class)->dispose (object);
}

static void
tilescribe_microphone_row_finalize (GObject *object)
{
  TilescribeMicrophoneRow *self = TILESCRIBE_MICROPHONE_ROW (object);

  g_free (self->microphone);
  g_ptr_array_unref (self->ids);
  G_OBJECT_CLASS (tilescribe_microphone_row_parent_class)->finalize (object);
}

static void
tilescribe_microphone_row_class_init (TilescribeMicrophoneRowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS;

  g_type_ensure (TILESCRIBE_TYPE_LEVEL_METER);
  object_class->get_property = tilescribe_microphone_row_get_property;
  object_class->set_property = tilescribe_microphone_row_set_property;
  object_class->dispose = tilescribe_microphone_row_dispose;
  object_class->finalize = tilescribe_microphone_row_finalize;
  widget_class->map = tilescribe_microphone_row_map;
  widget_class->unmap = tilescribe_microphone_row_unmap;
  properties[PROP_MICROPHONE] = g_param_spec_string ("microphone", NULL, NULL, "", flags);
  properties[PROP_LISTENING] = g_param_spec_boolean ("listening", NULL, NULL, FALSE, flags | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/tilescribe/Tilescribe/pages/microphone-row.ui");
  gtk_widget_class_bind_template_child (widget_class, TilescribeMicrophoneRow, choice);
  gtk_widget_class_bind_template_child (widget_class, TilescribeMicrophoneRow, meter);
  gtk_widget_class_bind_template_child (widget_class, TilescribeMicrophoneRow, trouble);
  gtk_widget_class_bind_template_callback (widget_class, on_selected);
}

static void
tilescribe_microphone_row_init (TilescribeMicrophoneRow *self)
{
  self->microphone = g_strdup ("");
  self->ids = g_ptr_array_new_with_free_func (g_free);
  gtk_widget_init_template (GTK_WIDGET (self));
}
