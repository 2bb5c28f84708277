/* dictator.c - from a key to text in the focused window
 *
 * SPDX-License-Identifier: MIT
 */
#include "dictator.h"

#include "chimes.h"
#include "desktop/hotkey.h"
#include "desktop/inserter.h"

#include <glib/gi18n.h>

#define CLOSE_MS 1000 /* for insertions to put back what they borrowed; a window that is stuck is not waited for */
#define TAIL_MS  450  /* for which a dictation that was stopped hears on: it is not to hear the chime */
#define TAP_MS   2000 /* that a key which toggles is down at most: its release may get lost, and all texts wait for it */

struct _TilescribeDictator
{
  GObject parent;

  GtkApplication *application; /* not owned: it owns this */
  GSettings *settings;
  ScribeSession *session;

  TilescribeHotkey *hotkey;
  char *hotkey_label, *hotkey_trouble; /* translated */
  GCancellable *binding;
  gboolean is_hotkey_down;
  guint tap_id;
  TilescribeInserter *inserter;
  char *insertion;          /* translated */
  GCancellable *insertions; /* of all that are under way */
  guint n_insertions;       /* that are */
  gboolean is_choice_due;   /* when they are over */

  TilescribeChimes *chimes;
  ScribeDictation *begun; /* not owned, compared only: of its sounds, that of the end is due */
  guint end_chime_id;

  ScribeDictation *dictation;
};

G_DEFINE_FINAL_TYPE (TilescribeDictator, tilescribe_dictator, G_TYPE_OBJECT)

enum
{
  PROP_DICTATION = 1,
  PROP_HOTKEY,
  PROP_INSERTION,
  N_PROPS
};

enum
{
  UTTERANCE,
  MESSAGE,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

/* A person who speaks into our own window looks at the text there. A window that is hidden while it has the focus stays active for GTK. */
static gboolean
is_own_window_active (TilescribeDictator *self)
{
  for (GList *l = gtk_application_get_windows (self->application); l; l = l->next)
    if (gtk_window_is_active (l->data) && gtk_widget_get_mapped (l->data))
      return TRUE;
  return FALSE;
}

/* Without a window that is looked at, the desktop shows it. */
static void
notify_person (TilescribeDictator *self, const char *sentence)
{
  g_autoptr (GNotification) notification = NULL;

  if (is_own_window_active (self))
    return;
  notification = g_notification_new (_ ("Dictation"));
  g_notification_set_body (notification, sentence);
  g_application_send_notification (G_APPLICATION (self->application), "message", notification);
}

void
tilescribe_dictator_tell (TilescribeDictator *self, const char *sentence)
{
  g_signal_emit (self, signals[MESSAGE], 0, sentence);
  notify_person (self, sentence);
}

/* Which a window shows by itself. */
static void
on_trouble (TilescribeDictator *self)
{
  const char *trouble = scribe_session_get_trouble (self->session);

  if (trouble)
    notify_person (self, trouble);
}

/* --- insertion */

typedef struct
{
  TilescribeDictator *dictator;
  ScribeUtterance *utterance;
} Insertion;

static void
insertion_free (Insertion *insertion)
{
  scribe_utterance_free (insertion->utterance);
  g_object_unref (insertion->dictator);
  g_free (insertion);
}

static void choose_inserter (TilescribeDictator *self);

static void
on_inserted (GObject *source, GAsyncResult *result, gpointer data)
{
  Insertion *insertion = data;
  TilescribeDictator *self = insertion->dictator;
  double seconds = (g_get_monotonic_time () - insertion->utterance->text_time) * 1e-6;
  g_autoptr (GError) error = NULL;
  TilescribeInserted how;

  self->n_insertions--;
  if (tilescribe_inserter_insert_finish (TILESCRIBE_INSERTER (source), result, &how, &error))
    scribe_session_report_insertion (self->session, insertion->utterance, seconds);
  else
    seconds = SCRIBE_UNKNOWN;
  if (error && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    tilescribe_dictator_tell (self, error->message);
  g_signal_emit (self, signals[UTTERANCE], 0, insertion->utterance, seconds);
  if (self->is_choice_due)
    choose_inserter (self);
  insertion_free (insertion);
}

/* Utterances of one dictation are words of one text. The last one may come when the next dictation has begun. */
static char *
join (ScribeDictation *dictation, const char *text)
{
  GQuark quark = g_quark_from_static_string ("tilescribe-dictator-said");
  const char *said = g_object_get_qdata (G_OBJECT (dictation), quark);
  gboolean is_apart = said == NULL || *said == '\0' || g_ascii_isspace (said[strlen (said) - 1]) || g_ascii_isspace (*text);

  g_object_set_qdata_full (G_OBJECT (dictation), quark, g_strdup (text), g_free);
  return g_strconcat (is_apart ? "" : " ", text, NULL);
}

static void
on_utterance (ScribeDictation *dictation, const ScribeUtterance *utterance, TilescribeDictator *self)
{
  g_autofree char *text = join (dictation, utterance->text);
  gboolean is_copied = g_settings_get_enum (self->settings, "insertion") == TILESCRIBE_INSERTION_COPY;
  Insertion *insertion;

  if (self->inserter == NULL || (is_own_window_active (self) && !is_copied))
    {
      g_signal_emit (self, signals[UTTERANCE], 0, utterance, SCRIBE_UNKNOWN);
      return;
    }
  insertion = g_new (Insertion, 1);
  *insertion = (Insertion){ g_object_ref (self), scribe_utterance_copy (utterance) };
  self->n_insertions++;
  tilescribe_inserter_insert_async (self->inserter, text, self->insertions, on_inserted, insertion);
}

static void
cancel_insertions (TilescribeDictator *self)
{
  g_autoptr (GCancellable) insertions = g_steal_pointer (&self->insertions);

  self->insertions = g_cancellable_new ();
  g_cancellable_cancel (insertions);
}

static gboolean
set_true (gpointer data)
{
  *(gboolean *) data = TRUE;
  return G_SOURCE_REMOVE;
}

/* What they borrowed, the clipboard and spare keys, goes back when they are over. */
static void
end_insertions (TilescribeDictator *self)
{
  gboolean is_late = FALSE;
  guint id = g_timeout_add (CLOSE_MS, set_true, &is_late);

  cancel_insertions (self);
  while (self->n_insertions > 0 && !is_late)
    g_main_context_iteration (NULL, TRUE);
  if (!is_late)
    g_source_remove (id);
}

/* Two ways at once would mix their keys: the one at work ends before. */
static void
choose_inserter (TilescribeDictator *self)
{
  self->is_choice_due = self->n_insertions > 0;
  if (self->is_choice_due)
    return;
  g_clear_object (&self->inserter);
  g_clear_pointer (&self->insertion, g_free);
  self->inserter = tilescribe_inserter_choose ((TilescribeInsertion) g_settings_get_enum (self->settings, "insertion"),
                                               &self->insertion);
  if (self->inserter)
    tilescribe_inserter_tell_hotkey (self->inserter, self->is_hotkey_down);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_INSERTION]);
}

/* --- dictation */

static void
set_dictation (TilescribeDictator *self, ScribeDictation *dictation)
{
  if (self->dictation)
    g_signal_handlers_disconnect_by_data (self->dictation, self);
  if (g_set_object (&self->dictation, dictation))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_DICTATION]);
}

static void
on_ended (ScribeDictation *dictation, const GError *reason, TilescribeDictator *self)
{
  if (reason)
    tilescribe_dictator_tell (self, reason->message);
  if (dictation == self->dictation)
    set_dictation (self, NULL);
}

gboolean
tilescribe_dictator_is_listening (TilescribeDictator *self)
{
  return self->dictation && scribe_dictation_get_state (self->dictation) <= SCRIBE_DICTATION_LISTENING;
}

ScribeDictation *
tilescribe_dictator_get_dictation (TilescribeDictator *self)
{
  return self->dictation;
}

static void
begin_chimes (TilescribeDictator *self, ScribeDictation *dictation)
{
  g_clear_handle_id (&self->end_chime_id, g_source_remove);
  self->begun = dictation;
  if (self->chimes)
    tilescribe_chimes_play (self->chimes, TILESCRIBE_CHIME_BEGIN);
}

static gboolean
end_chimes (gpointer data)
{
  TilescribeDictator *self = data;

  g_clear_handle_id (&self->end_chime_id, g_source_remove);
  self->begun = NULL;
  if (self->chimes)
    tilescribe_chimes_play (self->chimes, TILESCRIBE_CHIME_END);
  return G_SOURCE_REMOVE;
}

/* Who waits for the sound begins to speak: not before the microphone hears. The other one tells that it does not any more, and not that the
 * text is there, which may be when the next dictation listens. */
static void
on_state (TilescribeDictator *self, GParamSpec *pspec, ScribeDictation *dictation)
{
  ScribeDictationState state = scribe_dictation_get_state (dictation);

  if (state == SCRIBE_DICTATION_LISTENING)
    begin_chimes (self, dictation);
  else if (state == SCRIBE_DICTATION_FINISHING && self->begun == dictation)
    self->end_chime_id = g_timeout_add (TAIL_MS, end_chimes, self);
  else if (state == SCRIBE_DICTATION_ENDED && self->begun == dictation)
    end_chimes (self);
}

void
tilescribe_dictator_start (TilescribeDictator *self)
{
  g_autofree char *microphone = g_settings_get_string (self->settings, "microphone");
  ScribeDictationOptions options;
  ScribeDictation *dictation;

  if (tilescribe_dictator_is_listening (self))
    return;
  scribe_dictation_options_init (&options);
  options.microphone = *microphone ? microphone : NULL;
  options.pause = g_settings_get_double (self->settings, "pause");
  options.stop_after_pause = g_settings_get_boolean (self->settings, "stop-after-pause");
  dictation = scribe_session_dictate (self->session, &options);
  scribe_session_warm_up (self->session);
  g_signal_connect_object (dictation, "utterance", G_CALLBACK (on_utterance), self, 0);
  g_signal_connect_object (dictation, "ended", G_CALLBACK (on_ended), self, 0);
  g_signal_connect_object (dictation, "notify::state", G_CALLBACK (on_state), self, G_CONNECT_SWAPPED);
  if (g_set_object (&self->dictation, dictation))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_DICTATION]);
}

void
tilescribe_dictator_stop (TilescribeDictator *self)
{
  if (!tilescribe_dictator_is_listening (self))
    return;
  scribe_dictation_stop (self->dictation);
}

void
tilescribe_dictator_toggle (TilescribeDictator *self)
{
  if (tilescribe_dictator_is_listening (self))
    tilescribe_dictator_stop (self);
  else
    tilescribe_dictator_start (self);
}

void
tilescribe_dictator_cancel (TilescribeDictator *self)
{
  cancel_insertions (self);
  if (self->dictation)
    scribe_dictation_cancel (self->dictation);
}

/* --- the key */

static void
tell_hotkey (TilescribeDictator *self, gboolean is_down)
{
  g_clear_handle_id (&self->tap_id, g_source_remove);
  self->is_hotkey_down = is_down;
  if (self->inserter)
    tilescribe_inserter_tell_hotkey (self->inserter, is_down);
}

static gboolean
on_tapped (gpointer data)
{
  TilescribeDictator *self = data;

  self->tap_id = 0;
  tell_hotkey (self, FALSE);
  return G_SOURCE_REMOVE;
}

static void
on_pressed (TilescribeHotkey *hotkey, TilescribeDictator *self)
{
  tell_hotkey (self, TRUE);
  if (g_settings_get_enum (self->settings, "hotkey-mode") == 0)
    {
      self->tap_id = g_timeout_add (TAP_MS, on_tapped, self);
      tilescribe_dictator_toggle (self);
    }
  else
    tilescribe_dictator_start (self);
}

static void
on_released (TilescribeHotkey *hotkey, TilescribeDictator *self)
{
  tell_hotkey (self, FALSE);
  if (g_settings_get_enum (self->settings, "hotkey-mode") != 0)
    tilescribe_dictator_stop (self);
}

static void
set_hotkey (TilescribeDictator *self, const char *label, const char *trouble)
{
  g_free (self->hotkey_label);
  g_free (self->hotkey_trouble);
  self->hotkey_label = g_strdup (label);
  self->hotkey_trouble = g_strdup (trouble);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_HOTKEY]);
}

static void
on_lost (TilescribeHotkey *hotkey, const GError *error, TilescribeDictator *self)
{
  set_hotkey (self, NULL, error->message);
  tilescribe_dictator_tell (self, error->message);
}

static void
on_bound (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (TilescribeDictator) self = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *label = tilescribe_hotkey_bind_finish (TILESCRIBE_HOTKEY (source), result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  set_hotkey (self, label, error ? error->message : NULL);
  if (error)
    tilescribe_dictator_tell (self, error->message);
}

static void
bind_hotkey (TilescribeDictator *self)
{
  g_autofree char *accelerator = g_settings_get_string (self->settings, "hotkey");
  g_autofree char *why = NULL;

  g_cancellable_cancel (self->binding);
  g_clear_object (&self->binding);
  if (!g_settings_get_boolean (self->settings, "welcomed")) /* the desktop may ask; the first window asks before */
    return;
  if (self->hotkey == NULL)
    {
      self->hotkey = tilescribe_hotkey_choose (&why);
      if (self->hotkey)
        {
          g_signal_connect_object (self->hotkey, "pressed", G_CALLBACK (on_pressed), self, 0);
          g_signal_connect_object (self->hotkey, "released", G_CALLBACK (on_released), self, 0);
          g_signal_connect_object (self->hotkey, "lost", G_CALLBACK (on_lost), self, 0);
          g_signal_connect_object (self->hotkey, "returned", G_CALLBACK (bind_hotkey), self, G_CONNECT_SWAPPED);
        }
    }
  if (self->hotkey == NULL || *accelerator == '\0')
    {
      if (self->hotkey)
        tilescribe_hotkey_unbind (self->hotkey);
      set_hotkey (self, NULL, self->hotkey ? NULL : why);
      return;
    }
  self->binding = g_cancellable_new ();
  tilescribe_hotkey_bind_async (self->hotkey, accelerator, self->binding, on_bound, g_object_ref (self));
}

const char *
tilescribe_dictator_get_hotkey (TilescribeDictator *self)
{
  return self->hotkey_label;
}

const char *
tilescribe_dictator_get_hotkey_trouble (TilescribeDictator *self)
{
  return self->hotkey_trouble;
}

const char *
tilescribe_dictator_get_insertion (TilescribeDictator *self)
{
  return self->insertion;
}

/* --- its life */

void
tilescribe_dictator_close (TilescribeDictator *self)
{
  g_cancellable_cancel (self->binding);
  if (self->hotkey)
    tilescribe_hotkey_unbind (self->hotkey);
  g_clear_handle_id (&self->tap_id, g_source_remove);
  g_clear_handle_id (&self->end_chime_id, g_source_remove);
  self->is_choice_due = FALSE;
  g_clear_object (&self->inserter); /* no further ones */
  end_insertions (self);
  g_clear_pointer (&self->chimes, tilescribe_chimes_free); /* their players hold the sound system */
}

static void
tilescribe_dictator_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  TilescribeDictator *self = TILESCRIBE_DICTATOR (object);

  switch (id)
    {
    case PROP_DICTATION:
      g_value_set_object (value, self->dictation);
      break;
    case PROP_HOTKEY:
      g_value_set_string (value, self->hotkey_label);
      break;
    case PROP_INSERTION:
      g_value_set_string (value, self->insertion);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
tilescribe_dictator_dispose (GObject *object)
{
  TilescribeDictator *self = TILESCRIBE_DICTATOR (object);

  tilescribe_dictator_close (self);
  set_dictation (self, NULL);
  g_clear_object (&self->hotkey);
  g_clear_object (&self->binding);
  g_clear_object (&self->insertions);
  g_clear_object (&self->session);
  g_clear_object (&self->settings);
  G_OBJECT_CLASS (tilescribe_dictator_parent_class)->dispose (object);
}

static void
tilescribe_dictator_finalize (GObject *object)
{
  TilescribeDictator *self = TILESCRIBE_DICTATOR (object);

  g_free (self->hotkey_label);
  g_free (self->hotkey_trouble);
  g_free (self->insertion);
  G_OBJECT_CLASS (tilescribe_dictator_parent_class)->finalize (object);
}

static void
tilescribe_dictator_class_init (TilescribeDictatorClass *klass)
{
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = tilescribe_dictator_dispose;
  object_class->finalize = tilescribe_dictator_finalize;
  object_class->get_property = tilescribe_dictator_get_property;
  properties[PROP_DICTATION] = g_param_spec_object ("dictation", NULL, NULL, SCRIBE_TYPE_DICTATION, flags);
  properties[PROP_HOTKEY] = g_param_spec_string ("hotkey", NULL, NULL, NULL, flags);
  properties[PROP_INSERTION] = g_param_spec_string ("insertion", NULL, NULL, NULL, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  signals[UTTERANCE] = g_signal_new ("utterance", TILESCRIBE_TYPE_DICTATOR, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                                     2, G_TYPE_POINTER, G_TYPE_DOUBLE);
  signals[MESSAGE] = g_signal_new ("message", TILESCRIBE_TYPE_DICTATOR, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1,
                                   G_TYPE_STRING);
}

static void
tilescribe_dictator_init (TilescribeDictator *self)
{
}

TilescribeDictator *
tilescribe_dictator_new (GtkApplication *application, GSettings *settings, ScribeSession *session)
{
  TilescribeDictator *self = g_object_new (TILESCRIBE_TYPE_DICTATOR, NULL);

  self->application = application;
  self->settings = g_object_ref (settings);
  self->session = g_object_ref (session);
  self->chimes = tilescribe_chimes_new (settings);
  self->insertions = g_cancellable_new ();
  g_signal_connect_object (settings, "changed::insertion", G_CALLBACK (choose_inserter), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (settings, "changed::hotkey", G_CALLBACK (bind_hotkey), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (settings, "changed::welcomed", G_CALLBACK (bind_hotkey), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "notify::trouble", G_CALLBACK (on_trouble), self, G_CONNECT_SWAPPED);
  choose_inserter (self);
  bind_hotkey (self);
  return self;
}
