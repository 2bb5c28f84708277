/* dictation.c - what a window or terminal sees of a dictation
 *
 * SPDX-License-Identifier: MIT
 */
#include "session/dictation-private.h"

G_DEFINE_FINAL_TYPE (ScribeDictation, scribe_dictation, G_TYPE_OBJECT)

enum
{
  PROP_STATE = 1,
  PROP_STABLE,
  PROP_UNSTABLE,
  N_PROPS
};

enum
{
  UTTERANCE,
  ENDED,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

void
scribe_dictation_options_init (ScribeDictationOptions *options)
{
  *options = (ScribeDictationOptions){ .pause = 0.8 };
}

ScribeUtterance *
scribe_utterance_copy (const ScribeUtterance *utterance)
{
  ScribeUtterance *copy = g_memdup2 (utterance, sizeof *utterance);

  copy->text = g_strdup (utterance->text);
  return copy;
}

void
scribe_utterance_free (ScribeUtterance *utterance)
{
  g_free (utterance->text);
  g_free (utterance);
}

ScribeDictationState
scribe_dictation_get_state (ScribeDictation *self)
{
  return self->state;
}

const char *
scribe_dictation_get_stable (ScribeDictation *self)
{
  return self->stable;
}

const char *
scribe_dictation_get_unstable (ScribeDictation *self)
{
  return self->unstable;
}

const char *
scribe_dictation_get_microphone (ScribeDictation *self)
{
  if (self->microphone == NULL)
    self->microphone = scribe_listener_dup_microphone (self->listener);
  return self->microphone;
}

gint64
scribe_dictation_get_transcript (ScribeDictation *self)
{
  return self->transcript;
}

float
scribe_dictation_get_level (ScribeDictation *self)
{
  return self->state <= SCRIBE_DICTATION_FINISHING ? scribe_listener_get_level (self->listener) : 0;
}

guint64
scribe_dictation_get_overruns (ScribeDictation *self)
{
  return scribe_listener_get_overruns (self->listener);
}

void
scribe_dictation_stop (ScribeDictation *self)
{
  if (self->state >= SCRIBE_DICTATION_FINISHING)
    return;
  scribe_listener_stop (self->listener, FALSE);
  scribe_dictation_set_state (self, SCRIBE_DICTATION_FINISHING);
}

void
scribe_dictation_cancel (ScribeDictation *self)
{
  g_autoptr (GObject) session = g_weak_ref_get (&self->session);

  if (self->state == SCRIBE_DICTATION_ENDED || session == NULL)
    return;
  g_atomic_int_set (&self->is_cancelled, TRUE);
  scribe_listener_stop (self->listener, TRUE);
  self->stopped (self, session);
  scribe_dictation_set_state (self, SCRIBE_DICTATION_FINISHING);
}

void
scribe_dictation_set_state (ScribeDictation *self, ScribeDictationState state)
{
  if (state <= self->state)
    return;
  self->state = state;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATE]);
}

static void
replace (ScribeDictation *self, char **text, const char *by, guint property)
{
  if (g_strcmp0 (*text, by) == 0)
    return;
  g_free (*text);
  *text = g_strdup (by);
  g_object_notify_by_pspec (G_OBJECT (self), properties[property]);
}

void
scribe_dictation_set_texts (ScribeDictation *self, const char *stable, const char *unstable)
{
  replace (self, &self->stable, stable, PROP_STABLE);
  replace (self, &self->unstable, unstable, PROP_UNSTABLE);
}

void
scribe_dictation_set_transcript (ScribeDictation *self, gint64 transcript)
{
  self->transcript = transcript;
}

void
scribe_dictation_send_utterance (ScribeDictation *self, const ScribeUtterance *utterance)
{
  scribe_dictation_set_texts (self, "", "");
  g_signal_emit (self, signals[UTTERANCE], 0, utterance);
}

void
scribe_dictation_end (ScribeDictation *self, const GError *reason)
{
  scribe_dictation_set_texts (self, "", "");
  scribe_dictation_set_state (self, SCRIBE_DICTATION_ENDED);
  g_signal_emit (self, signals[ENDED], 0, reason);
}

static void
scribe_dictation_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  ScribeDictation *self = SCRIBE_DICTATION (object);

  switch (id)
    {
    case PROP_STATE:
      g_value_set_uint (value, self->state);
      break;
    case PROP_STABLE:
      g_value_set_string (value, self->stable);
      break;
    case PROP_UNSTABLE:
      g_value_set_string (value, self->unstable);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
scribe_dictation_finalize (GObject *object)
{
  ScribeDictation *self = SCRIBE_DICTATION (object);

  g_clear_pointer (&self->listener, scribe_listener_free);
  scribe_agreement_free (self->work.agreement);
  g_clear_pointer (&self->work.segments, g_ptr_array_unref);
  scribe_run_stats_clear (&self->work.run);
  g_clear_error (&self->work.trouble);
  g_clear_error (&self->work.failure);
  g_weak_ref_clear (&self->session);
  g_free (self->stable);
  g_free (self->unstable);
  g_free (self->microphone);
  G_OBJECT_CLASS (scribe_dictation_parent_class)->finalize (object);
}

static void
scribe_dictation_class_init (ScribeDictationClass *klass)
{
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = scribe_dictation_finalize;
  object_class->get_property = scribe_dictation_get_property;
  properties[PROP_STATE] = g_param_spec_uint ("state", NULL, NULL, 0, SCRIBE_DICTATION_ENDED, 0, flags);
  properties[PROP_STABLE] = g_param_spec_string ("stable", NULL, NULL, "", flags);
  properties[PROP_UNSTABLE] = g_param_spec_string ("unstable", NULL, NULL, "", flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  signals[UTTERANCE] = g_signal_new ("utterance", SCRIBE_TYPE_DICTATION, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1,
                                     G_TYPE_POINTER);
  signals[ENDED] = g_signal_new ("ended", SCRIBE_TYPE_DICTATION, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1,
                                 G_TYPE_POINTER);
}

static void
scribe_dictation_init (ScribeDictation *self)
{
  g_weak_ref_init (&self->session, NULL);
  self->stable = g_strdup ("");
  self->unstable = g_strdup ("");
  self->work.agreement = scribe_agreement_new ();
}

ScribeDictation *
scribe_dictation_new (void)
{
  return g_object_new (SCRIBE_TYPE_DICTATION, NULL);
}
