/* session-speech.c - dictations on the engine's thread
 *
 * While somebody speaks, the utterance is decoded again and again from its beginning. As soon as voice activity hears silence, what
 * was said so far is decoded once more: if nothing is added, that is the final text, and it is ready, or nearly so, by the time
 * that the pause is long enough or the key is released. A decoding that turns out to be of less than was said is broken off.
 *
 * SPDX-License-Identifier: MIT
 */
#include "session/session-private.h"

#include <glib/gi18n-lib.h>

#define SAMPLES_PER_POSITION 320 /* of the encoder: two hops of the mel */
#define ROOM                 50  /* positions of silence after what was said: a second, with which the starter does best */

/* Speech without text that is no cough and no chair: somebody said something. */
#define UNHEARD (2 * SCRIBE_ENDPOINTER_FRAMES_PER_SECOND)

/* --- with the lock */

static gboolean
is_cancelled (ScribeDictation *dictation)
{
  return g_atomic_int_get (&dictation->is_cancelled);
}

gboolean
session_speech_is_urgent (ScribeSession *session)
{
  ScribeDictation *dictation = g_queue_peek_head (&session->dictations);
  ScribeTakeKind kind;

  if (dictation == NULL)
    return FALSE;
  kind = scribe_listener_take (dictation->listener, &dictation->work.known, FALSE).kind;
  return is_cancelled (dictation) ? kind >= SCRIBE_TAKE_FINAL : kind != SCRIBE_TAKE_NOTHING;
}

void
session_speech_moved (ScribeSession *session, ScribeDictation *dictation)
{
  g_mutex_lock (&session->lock);
  if (dictation == g_queue_peek_head (&session->dictations))
    {
      if (session->decoding.begin >= 0)
        {
          ScribeTake take = scribe_listener_take (dictation->listener, &session->decoding, FALSE);

          if (is_cancelled (dictation)
              || (!session->is_decoding_final && take.kind >= SCRIBE_TAKE_SETTLED
                  && !scribe_listener_covers (&session->decoding, &take.span)))
            g_cancellable_cancel (session->decode_stop);
        }
      else if (session->file && session_speech_is_urgent (session))
        g_cancellable_cancel (session->file_stop);
      g_cond_signal (&session->more);
    }
  g_mutex_unlock (&session->lock);
}

/* --- told in the thread that made the session */

static void
set_transcript (gpointer object, gpointer data)
{
  scribe_dictation_set_transcript (object, *(const gint64 *) data);
}

static void
set_texts (gpointer object, gpointer data)
{
  char **texts = data;

  scribe_dictation_set_texts (object, texts[0], texts[1]);
}

static void
post_texts (ScribeSession *session, ScribeDictation *dictation, const char *stable, const char *unstable)
{
  const char *const texts[] = { stable, unstable, NULL };

  session_post (session, set_texts, dictation, g_strdupv ((char **) texts), (GDestroyNotify) g_strfreev);
}

static void
send_utterance (gpointer object, gpointer data)
{
  scribe_dictation_send_utterance (object, data);
}

static void
tell_end (gpointer object, gpointer data)
{
  scribe_dictation_end (object, data);
}

static void
error_free (gpointer error)
{
  g_clear_error ((GError **) &error);
}

/* --- its row in the store */

/* What the database does not take stays a recording, which the next start recovers. */
static void
note_unwritten (ScribeSession *session, ScribeDictation *dictation, const GError *error)
{
  if (g_error_matches (error, SCRIBE_ERROR, SCRIBE_ERROR_NOT_FOUND))
    dictation->work.is_forgotten = TRUE;
  else
    {
      dictation->work.is_unwritten = TRUE;
      session_tell_trouble (session, error);
    }
}

/* When something is said for the first time. */
static void
begin_transcript (ScribeSession *session, ScribeDictation *dictation)
{
  ScribeDictationWork *work = &dictation->work;
  g_autofree char *path = session_recording_path (session,
                                                  scribe_spool_get_path (scribe_listener_get_spool (dictation->listener)));
  ScribeBeginning beginning = { .source = path, .kind = SCRIBE_KIND_DICTATION };
  g_auto (SessionSettings) settings = { 0 };
  g_autoptr (GError) error = NULL;

  if (work->has_begun || is_cancelled (dictation))
    return;
  work->has_begun = TRUE;
  session_get_settings (session, &settings);
  if (settings.keep_nothing)
    return;
  if (session_thread_get_store (session, &error))
    work->transcript = scribe_store_begin (session->store, &beginning, &error);
  if (work->transcript == 0)
    note_unwritten (session, dictation, error);
  else
    session_tell_trouble (session, NULL);
  session_post (session, set_transcript, dictation, g_memdup2 (&work->transcript, sizeof (gint64)), g_free);
  session_post_changed (session, work->transcript);
}

/* What was said stays, under its final name, where it is wanted or could not be made into text. What no transcript leads to, or one that does
 * not have all of it, stays what the next start recovers. */
static void
settle_recording (ScribeSession *session, ScribeDictation *dictation)
{
  const ScribeDictationWork *work = &dictation->work;
  ScribeSpool *spool = scribe_listener_get_spool (dictation->listener);
  g_auto (SessionSettings) settings = { 0 };
  gboolean is_wanted;
  g_autoptr (GError) error = NULL;

  if (spool == NULL)
    return;
  session_get_settings (session, &settings);
  is_wanted = work->failure
              || (work->n_utterances > 0 && (work->is_unwritten || (settings.keep_audio && !settings.keep_nothing)));
  if (!is_wanted || work->is_forgotten || is_cancelled (dictation))
    scribe_spool_discard (spool);
  else if (!scribe_spool_finish (spool, &error))
    session_tell_trouble (session, error);
  else if (work->transcript && !work->is_unwritten)
    session_place_recording (session, spool);
}

static void
end_transcript (ScribeSession *session, ScribeDictation *dictation)
{
  const ScribeDictationWork *work = &dictation->work;
  const gboolean is_empty = work->n_utterances == 0 && work->failure == NULL;
  g_autoptr (GError) error = NULL;
  gboolean ok = TRUE;

  if (work->transcript == 0 || work->is_forgotten)
    return;
  if (is_cancelled (dictation) || is_empty)
    ok = scribe_store_delete (session->store, work->transcript, &error);
  else if (!work->is_unwritten)
    ok = scribe_store_finish (session->store, work->transcript, work->failure ? SCRIBE_STATE_FAILED : SCRIBE_STATE_DONE, NULL,
                              NULL, &error);
  if (!ok)
    note_unwritten (session, dictation, error);
}

/* Somebody spoke, and no word of it was made out: that is told, and what was said stays to be heard. */
static void
judge_silence (ScribeDictation *dictation)
{
  ScribeDictationWork *work = &dictation->work;

  if (work->n_utterances > 0 || work->failure || work->n_unheard < UNHEARD || is_cancelled (dictation))
    return;
  work->is_forgotten = work->transcript == 0 && !work->is_unwritten; /* nothing is to be kept */
  work->failure = g_error_new_literal (
      SCRIBE_ERROR, SCRIBE_ERROR_AUDIO,
      work->transcript
          ? _ ("No word of what was said could be made out. It is in the history: listen to it there, or have it "
               "transcribed again with another model.")
          : _ ("No word of what was said could be made out. Speak closer to the microphone, or choose another model."));
}

/* Too little to be kept may have been a cough; or a word, whose speaker waits for it. */
static GError *
tell_too_little (ScribeDictation *dictation)
{
  const ScribeDictationWork *work = &dictation->work;

  if (work->n_utterances > 0 || work->n_unheard == 0 || is_cancelled (dictation))
    return NULL;
  return g_error_new_literal (SCRIBE_ERROR, SCRIBE_ERROR_AUDIO,
                              _ ("Too little was heard to make out a word. Say it again, closer to the microphone."));
}

/* Nothing is left to be heard or decoded. */
static void
end_dictation (ScribeSession *session, ScribeDictation *dictation)
{
  g_autoptr (GError) too_little = NULL;
  const GError *reason;

  scribe_listener_join (dictation->listener); /* or one of its threads may still be about to ask for the session */
  judge_silence (dictation);
  reason = dictation->work.failure ? dictation->work.failure : scribe_listener_get_reason (dictation->listener);
  if (reason == NULL)
    too_little = tell_too_little (dictation);
  end_transcript (session, dictation);
  settle_recording (session, dictation);
  session_post_changed (session, dictation->work.transcript); /* who shows it finds the recording in its place */

  g_mutex_lock (&session->lock);
  g_queue_pop_head (&session->dictations); /* who is told of the end finds it over */
  g_mutex_unlock (&session->lock);
  session_post (session, tell_end, dictation, reason ? g_error_copy (reason) : g_steal_pointer (&too_little), error_free);
  g_object_unref (dictation);
}

/* --- decoding */

static void
keep_segment (const ScribeSegment *segment, gpointer data)
{
  g_ptr_array_add (data, scribe_segment_copy (segment));
}

static char *
text_of (GPtrArray *segments)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < segments->len; i++)
    g_string_append (text, ((const ScribeSegment *) g_ptr_array_index (segments, i))->text);
  return g_strstrip (g_strdup (text->str));
}

static gboolean
transcribe (ScribeSession *session, const GArray *samples, GPtrArray *segments, ScribeRunStats *stats, GError **error)
{
  ScribeEngine *engine = session_thread_get_engine (session, error);
  const ScribeTranscribeEvents events = { .segment = keep_segment, .data = segments };
  g_auto (SessionSettings) settings = { 0 };
  ScribeTranscribeOptions options;
  gboolean ok;

  if (engine == NULL)
    return FALSE;
  session_get_settings (session, &settings);
  session_thread_get_options (session, engine, &settings, &options);
  options.condition = FALSE;
  options.timestamps = FALSE;
  options.vad = FALSE; /* has told already that this is speech */
  if (session->engine_shortens)
    options.audio_context = samples->len / SAMPLES_PER_POSITION + ROOM;
  ok = scribe_engine_transcribe_samples (engine, (const float *) (void *) samples->data, samples->len, &options, &events, stats,
                                         session->decode_stop, error);
  session_thread_tell_device (session);
  return ok;
}

/* Decodes what is to be decoded next. FALSE: broken off, and nothing is known that was not known before. */
static gboolean
decode (ScribeSession *session, ScribeDictation *dictation, const ScribeTake *take)
{
  ScribeDictationWork *work = &dictation->work;
  g_autoptr (GPtrArray) segments = g_ptr_array_new_with_free_func ((GDestroyNotify) scribe_segment_free);
  g_auto (ScribeRunStats) stats = { 0 };
  g_autoptr (GError) error = NULL;
  gint64 start = g_get_monotonic_time ();
  gboolean ok;

  scribe_run_stats_init (&stats);
  ok = transcribe (session, take->samples, segments, &stats, &error);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return FALSE;
  g_clear_error (&work->trouble);
  if (!ok)
    work->trouble = g_steal_pointer (&error);
  g_clear_pointer (&work->segments, g_ptr_array_unref);
  work->segments = g_steal_pointer (&segments);
  scribe_run_stats_clear (&work->run);
  work->run = stats;
  scribe_run_stats_init (&stats);
  work->run_start = start;
  work->run_end = g_get_monotonic_time ();
  g_mutex_lock (&session->lock);
  work->known = take->span;
  g_mutex_unlock (&session->lock);
  return TRUE;
}

static void
tell_partial (ScribeSession *session, ScribeDictation *dictation)
{
  ScribeAgreement *agreement = dictation->work.agreement;
  g_autofree char *text = text_of (dictation->work.segments);

  scribe_agreement_add (agreement, text);
  post_texts (session, dictation, scribe_agreement_get_stable (agreement), scribe_agreement_get_unstable (agreement));
}

/* --- an utterance that is over */

/* What was decoded of an utterance, which is something, as one segment. */
static ScribeSegment *
join_segments (GPtrArray *parts)
{
  ScribeSegment *whole = scribe_segment_copy (g_ptr_array_index (parts, 0));

  for (guint i = 1; i < parts->len; i++)
    {
      const ScribeSegment *part = g_ptr_array_index (parts, i);
      g_autofree char *text = whole->text;

      whole->text = g_strconcat (text, part->text, NULL);
      whole->end = part->end;
      for (guint j = 0; whole->words && part->words && j < part->words->len; j++)
        {
          const ScribeWord *word = g_ptr_array_index (part->words, j);

          g_ptr_array_add (whole->words, scribe_word_new (word->start, word->end, word->probability, word->text));
        }
    }
  return whole;
}

/* As one segment, whose times are those of the recording, with the person's wording. */
static ScribeSegment *
make_segment (const ScribeDictationWork *work, const ScribeUtteranceSpan *span, const char *text)
{
  const double begin = (double) span->begin / SCRIBE_ENDPOINTER_FRAMES_PER_SECOND;
  ScribeSegment *whole = join_segments (work->segments);

  whole->start += begin;
  whole->end = MIN (whole->end + begin, (double) span->end / SCRIBE_ENDPOINTER_FRAMES_PER_SECOND);
  for (guint i = 0; whole->words && i < whole->words->len; i++)
    {
      ScribeWord *word = g_ptr_array_index (whole->words, i);

      word->start += begin;
      word->end += begin;
    }
  scribe_segment_edit (whole, text);
  return whole;
}

static void
measure (const ScribeDictationWork *work, const ScribeTake *take, ScribeUtterance *utterance)
{
  const double us = 1e-6, frames = 1.0 / SCRIBE_ENDPOINTER_FRAMES_PER_SECOND;

  utterance->start = take->span.begin * frames;
  utterance->end = take->span.speech_end * frames;
  utterance->tail = take->asked ? (take->decided - take->asked) * us : SCRIBE_UNKNOWN;
  utterance->voice = take->asked ? 0 : take->silence * frames;
  utterance->wait = MAX (0, work->run_start - take->decided) * us;
  utterance->ahead = CLAMP (take->decided - work->run_start, 0, work->run_end - work->run_start) * us;
  utterance->mel = work->run.mel;
  utterance->encode = work->run.encode;
  utterance->decode = work->run.decode;
  utterance->array = work->run.array;
}

static void
store_utterance (ScribeSession *session, ScribeDictation *dictation, const ScribeTake *take, ScribeUtterance *utterance)
{
  ScribeDictationWork *work = &dictation->work;
  g_autoptr (ScribeSegment) segment = NULL;
  ScribeRunStats run = work->run;
  g_autoptr (GError) error = NULL;

  if (work->transcript == 0 || work->is_unwritten || work->is_forgotten)
    return;
  segment = make_segment (work, &take->span, utterance->text);
  run.audio = (take->span.end - take->span.begin) / (double) SCRIBE_ENDPOINTER_FRAMES_PER_SECOND;
  run.tail = utterance->tail;
  run.voice = utterance->voice;
  run.wait = utterance->wait;
  run.latency = utterance->total;
  run.overruns = (guint) utterance->overruns;
  if (scribe_store_add_segment (session->store, work->transcript, segment, &error))
    session_note_run (session, utterance->serial, scribe_store_add_run (session->store, work->transcript, &run, &error));
  if (error)
    note_unwritten (session, dictation, error);
}

static void
deliver (ScribeSession *session, ScribeDictation *dictation, const ScribeTake *take)
{
  ScribeDictationWork *work = &dictation->work;
  g_autofree char *heard = text_of (work->segments);
  const gboolean is_unheard = *heard == '\0';
  g_autoptr (ScribeUtterance) utterance = g_new0 (ScribeUtterance, 1);
  g_auto (SessionSettings) settings = { 0 };

  scribe_agreement_reset (work->agreement);
  if (work->trouble && work->failure == NULL)
    work->failure = g_error_copy (work->trouble);
  session_get_settings (session, &settings);
  utterance->text = settings.wording
                        ? scribe_wording_apply (settings.wording, heard, work->run.translated ? "en" : work->run.language)
                        : g_steal_pointer (&heard);
  if (*utterance->text == '\0')
    {
      if (is_unheard)
        work->n_unheard += take->span.speech_end - take->span.begin;
      post_texts (session, dictation, "", "");
      return;
    }
  work->n_utterances++;
  utterance->transcript = work->transcript;
  utterance->overruns = scribe_listener_get_overruns (dictation->listener);
  measure (work, take, utterance);
  utterance->text_time = g_get_monotonic_time ();
  utterance->total = (utterance->text_time - (take->asked ? take->asked : take->decided)) * 1e-6;
  utterance->serial = ++session->n_utterances;
  session_post (session, send_utterance, dictation, scribe_utterance_copy (utterance), (GDestroyNotify) scribe_utterance_free);
  store_utterance (session, dictation, take, utterance); /* a person waits for the text, not for the disk */
  session_post_changed (session, work->transcript);
}

/* --- what is to be done next */

static void
serve_growing (ScribeSession *session, ScribeDictation *dictation, const ScribeTake *take)
{
  begin_transcript (session, dictation);
  if (!is_cancelled (dictation) && decode (session, dictation, take))
    tell_partial (session, dictation);
}

static void
serve_final (ScribeSession *session, ScribeDictation *dictation, const ScribeTake *take)
{
  ScribeDictationWork *work = &dictation->work;

  begin_transcript (session, dictation);
  if (!is_cancelled (dictation) && (work->segments == NULL || !scribe_listener_covers (&work->known, &take->span)))
    decode (session, dictation, take);
  if (!is_cancelled (dictation))
    deliver (session, dictation, take);
  scribe_listener_done (dictation->listener);
}

void
session_speech_serve (ScribeSession *session)
{
  ScribeDictation *dictation = g_object_ref (g_queue_peek_head (&session->dictations));
  ScribeTake take = scribe_listener_take (dictation->listener, &dictation->work.known, TRUE);

  session->decoding = take.span;
  session->is_decoding_final = take.kind == SCRIBE_TAKE_FINAL;
  g_cancellable_reset (session->decode_stop);
  g_mutex_unlock (&session->lock);
  if (take.kind == SCRIBE_TAKE_ENDED)
    end_dictation (session, dictation);
  else if (take.kind == SCRIBE_TAKE_FINAL)
    serve_final (session, dictation, &take);
  else if (take.kind != SCRIBE_TAKE_NOTHING)
    serve_growing (session, dictation, &take);
  g_clear_pointer (&take.samples, g_array_unref);
  g_mutex_lock (&session->lock);
  session->decoding.begin = -1;
  session->used = g_get_monotonic_time ();
  g_object_unref (dictation);
}
