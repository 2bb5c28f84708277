/* recording.c - a recording of any length, window after window
 *
 * A track is a stretch of the recording and the place in it that is being searched; sequential mode has one track without end, batch
 * mode one for each stretch between silences. The loop gives every idle track its next window, runs one decoder step for all of
 * them, and harvests those that are through. Where a device fails that another takes the place of, windows that are not through begin again;
 * a window says nothing before it is through, so no text is said twice, and none is lost.
 *
 * SPDX-License-Identifier: MIT
 */
#include "decode/recording.h"

#include "decode/cutter.h"
#include "error.h"
#include "decode/segments.h"
#include "decode/words.h"

#include <glib/gi18n-lib.h>

typedef struct
{
  guint slot;           /* window of the device */
  gint64 seek, stop;    /* frames */
  ScribeWindow *window; /* being searched; NULL: the next one is to be encoded */
  guint n_frames;       /* of the recording in that window */
  double last_speech;   /* seconds */
  GPtrArray *segments;  /* of ScribeSegment: found, not yet sent */
} Track;

typedef struct
{
  ScribeDecoder *decoder;
  const ScribeTranscribeOptions *options;
  const ScribeTranscribeEvents *events;
  GCancellable *cancellable;
  ScribeSamples *samples;
  double duration; /* seconds, as the file tells; negative: unknown */
  GQueue tracks;   /* of Track, in the order of time */
  gint64 next;     /* batch: frame from which the next stretch is cut */
  gboolean has_language;
  guint language;
  GArray *previous; /* of ScribeToken: sequential: the text so far, as far as it conditions */
  float *input;     /* samples of one window, with margins */
  guint n_ctx;
  guint n_failed; /* the decoder's, when the windows under way began */
} Recording;

static void
track_free (gpointer data)
{
  Track *track = data;

  g_clear_pointer (&track->window, scribe_window_free);
  g_ptr_array_unref (track->segments);
  g_free (track);
}

static Track *
track_new (guint slot, gint64 from, gint64 to)
{
  Track *track = g_new0 (Track, 1);

  track->slot = slot;
  track->seek = from;
  track->stop = to;
  track->last_speech = (double) from / SCRIBE_FRAMES_PER_SECOND;
  track->segments = g_ptr_array_new_with_free_func ((GDestroyNotify) scribe_segment_free);
  return track;
}

/* A window of the device that no track holds. */
static guint
free_slot (Recording *r)
{
  for (guint slot = r->decoder->first_window;; slot++)
    {
      gboolean taken = FALSE;

      for (GList *l = r->tracks.head; l; l = l->next)
        taken |= ((Track *) l->data)->slot == slot;
      if (!taken)
        return slot;
    }
}

static guint
window_frames (Recording *r)
{
  return 2 * r->n_ctx;
}

static gboolean
is_cut_to_the_end (Recording *r)
{
  return scribe_samples_is_at_end (r->samples) && r->next >= scribe_samples_get_n_frames (r->samples);
}

/* All before this frame is done. */
static void
pass (Recording *r, gint64 frame)
{
  r->decoder->stats.audio = (double) MIN (frame, scribe_samples_get_n_frames (r->samples)) / SCRIBE_FRAMES_PER_SECOND;
  if (r->events->progress)
    r->events->progress (r->decoder->stats.audio, r->duration, r->events->data);
  scribe_samples_forget (r->samples, frame);
}

/* Adds tracks while there are windows for them and recording is left. */
static gboolean
add_tracks (Recording *r, GError **error)
{
  gint64 from, to;

  if (!r->options->batch)
    {
      if (r->next == 0)
        g_queue_push_tail (&r->tracks, track_new (r->decoder->first_window, 0, G_MAXINT64));
      r->next = G_MAXINT64;
      return TRUE;
    }
  while (r->tracks.length < r->decoder->n_windows && !is_cut_to_the_end (r))
    {
      if (!scribe_cutter_next (r->samples, r->next, window_frames (r), &from, &to, error)
          || scribe_decoder_is_cancelled (r->decoder, r->cancellable, error))
        return FALSE;
      if (to > from)
        g_queue_push_tail (&r->tracks, track_new (free_slot (r), from, to));
      else if (r->tracks.length > 0)
        break; /* a long silence is walked through when the tracks before it are done */
      else
        pass (r, to);
      r->next = to;
    }
  return TRUE;
}

static void
tell_language (const Recording *r)
{
  if (r->events && r->events->language)
    r->events->language (scribe_language_code (r->language), r->events->data);
}

static gboolean
detect_language (Recording *r, Track *track, GError **error)
{
  float probability = 1;

  if (r->has_language)
    return TRUE;
  if (!scribe_decoder_detect_language (r->decoder, track->slot, &r->language, &probability, r->cancellable, error))
    return FALSE;
  r->has_language = TRUE;
  r->decoder->stats.language_probability = probability;
  tell_language (r);
  return TRUE;
}

/* Encodes the track's next window that holds speech; at the end of its stretch the track has no window. */
static gboolean
begin_window (Recording *r, Track *track, GError **error)
{
  while (track->window == NULL)
    {
      gint64 end;

      if (!scribe_samples_read (r->samples, MIN (track->stop, track->seek + window_frames (r)), error))
        return FALSE;
      end = MIN (track->stop, scribe_samples_get_n_frames (r->samples));
      if (track->seek >= end)
        return TRUE;
      track->n_frames = MIN (end - track->seek, window_frames (r));

      if (r->options->vad
          && scribe_samples_find_speech (r->samples, track->seek, track->seek + track->n_frames) == track->seek + track->n_frames)
        {
          track->seek += track->n_frames;
          r->decoder->stats.n_silent++;
          if (track == g_queue_peek_head (&r->tracks))
            pass (r, track->seek);
          if (scribe_decoder_is_cancelled (r->decoder, r->cancellable, error))
            return FALSE;
          continue;
        }

      /* a stretch of batch mode ends in silence, a sequential window sees what follows it */
      scribe_samples_window (r->samples, track->seek, track->n_frames, r->input, scribe_decoder_window_samples (r->n_ctx));
      if (!scribe_decoder_encode (r->decoder, track->slot, r->input, r->n_ctx, r->cancellable, error)
          || !detect_language (r, track, error))
        return FALSE;
      track->window = scribe_window_new (r->decoder, r->options, track->slot, r->language, r->previous);
    }
  return TRUE;
}

/* What conditions the next window: the text of these segments as well, unless it is not to be relied on. */
static void
remember (Recording *r, const ScribeWindowResult *result, GPtrArray *cuts)
{
  if (r->previous == NULL || r->options->batch)
    return;
  for (guint i = 0; i < cuts->len; i++)
    {
      const ScribeCut *cut = g_ptr_array_index (cuts, i);

      g_array_append_vals (r->previous, cut->tokens->data, cut->tokens->len);
    }
  if (!r->options->condition || result->temperature > 0.5f)
    g_array_set_size (r->previous, 0);
  /* no more than the longest prompt is ever used */
  if (r->previous->len > r->decoder->model->sizes.n_text_ctx)
    g_array_remove_range (r->previous, 0, r->previous->len - r->decoder->model->sizes.n_text_ctx);
}

/* Sends what this track, the first of all, has found. */
static void
send_found (Recording *r, Track *track)
{
  for (guint i = 0; i < track->segments->len && r->events->segment; i++)
    r->events->segment (g_ptr_array_index (track->segments, i), r->events->data);
  g_ptr_array_set_size (track->segments, 0);
  pass (r, track->seek);
}

/* Turns a window that is through into segments, and moves the track on. What the first track says is sent before the next window
 * is waited for, which a pipe may make long. */
static gboolean
harvest (Recording *r, Track *track, GError **error)
{
  const ScribeWindowResult *result = scribe_window_result (track->window);
  double offset = (double) track->seek / SCRIBE_FRAMES_PER_SECOND;
  g_autoptr (GPtrArray) cuts = NULL;
  gboolean closed;
  guint advance;

  if (result->is_silence || result->is_guess)
    {
      track->seek += track->n_frames;
      if (result->is_guess)
        r->decoder->stats.n_guesses++;
      else
        r->decoder->stats.n_silent++;
      g_clear_pointer (&track->window, scribe_window_free);
      return TRUE;
    }

  cuts = scribe_segments_cut (r->decoder, result, offset, track->n_frames, &advance, &closed);
  if (r->options->word_times)
    {
      const ScribeCut *last = g_ptr_array_index (cuts, cuts->len - 1);

      if (!scribe_words_align (r->decoder, r->options, track->slot, r->language, cuts, offset, track->n_frames,
                               &track->last_speech, r->cancellable, error))
        return FALSE;
      /* the last word tells better than the timestamp where the next window should begin; without timestamps a window is done as a whole */
      if (r->options->timestamps && !closed && last->words && last->words->len > 0 && last->end > offset)
        advance = (guint) CLAMP ((last->end - offset) * SCRIBE_FRAMES_PER_SECOND + 0.5, 1, track->n_frames);
    }

  for (guint i = 0; i < cuts->len; i++)
    {
      ScribeSegment *segment = scribe_segments_finish (r->decoder, result, g_ptr_array_index (cuts, i));

      if (segment)
        g_ptr_array_add (track->segments, segment);
    }
  remember (r, result, cuts);
  track->seek += CLAMP (advance, 1, track->n_frames); /* a timestamp may lie beyond what was heard */
  g_clear_pointer (&track->window, scribe_window_free);
  if (track == g_queue_peek_head (&r->tracks))
    send_found (r, track);
  return TRUE;
}

/* Sends what the first tracks have found, in the order of time, and drops those that are through. */
static void
send (Recording *r)
{
  Track *track;

  while ((track = g_queue_peek_head (&r->tracks)))
    {
      send_found (r, track);
      if (track->window)
        return;
      track_free (g_queue_pop_head (&r->tracks));
    }
}

/* One decoder step for all tracks. */
static gboolean
step (Recording *r, GError **error)
{
  g_autoptr (GArray) tokens = g_array_new (FALSE, FALSE, sizeof (ScribeStepToken));
  g_autoptr (GArray) queries = g_array_new (FALSE, FALSE, sizeof (ScribeQuery));
  g_autofree guint *first_query = g_new (guint, r->tracks.length);
  guint n = 0;

  for (GList *l = r->tracks.head; l; l = l->next)
    {
      Track *track = l->data;

      first_query[n++] = queries->len;
      if (track->window)
        scribe_window_fill (track->window, tokens, queries);
    }
  if (!scribe_decoder_step (r->decoder, tokens, queries, r->cancellable, error))
    return FALSE;

  n = 0;
  for (GList *l = r->tracks.head; l; l = l->next)
    {
      Track *track = l->data;
      const ScribeQuery *answers = (const ScribeQuery *) (void *) queries->data + first_query[n++];

      if (track->window)
        scribe_window_take (track->window, answers);
      if (track->window && scribe_window_is_done (track->window) && !harvest (r, track, error))
        return FALSE;
    }
  return TRUE;
}

/* TRUE where windows under way were in the caches of a device that is gone. */
static gboolean
is_device_gone (const Recording *r)
{
  return r->decoder->n_failed != r->n_failed;
}

static void
begin_again (Recording *r)
{
  r->n_failed = r->decoder->n_failed;
  for (GList *l = r->tracks.head; l; l = l->next)
    g_clear_pointer (&((Track *) l->data)->window, scribe_window_free);
}

/* Windows for all tracks, and a step. FALSE with error set, or because the device is gone. */
static gboolean
advance (Recording *r, GError **error)
{
  if (!add_tracks (r, error))
    return FALSE;
  for (GList *l = r->tracks.head; l; l = l->next)
    if (!begin_window (r, l->data, error))
      return FALSE;
  send (r);
  return !is_device_gone (r) && (r->tracks.length == 0 || step (r, error));
}

static gboolean
run (Recording *r, GError **error)
{
  do
    {
      g_autoptr (GError) reason = NULL;

      if (advance (r, &reason))
        continue;
      if (!is_device_gone (r))
        {
          g_propagate_error (error, g_steal_pointer (&reason));
          return FALSE;
        }
      begin_again (r);
    }
  while (r->tracks.length > 0 || (r->options->batch && !is_cut_to_the_end (r)));
  return TRUE;
}

/* The language and the prompt that the options ask for. */
static gboolean
prepare (Recording *r, GError **error)
{
  const ScribeTranscribeOptions *options = r->options;
  gboolean multilingual = r->decoder->special->multilingual;
  int language = options->language ? scribe_language_index (options->language) : -1;

  if (options->language && language < 0)
    {
      g_set_error (error, SCRIBE_ERROR, SCRIBE_ERROR_OPTION,
                   _ ("There is no language “%s”. Give its code, like “de”, or its English name."), options->language);
      return FALSE;
    }
  if (!multilingual && (options->translate || (language >= 0 && language != scribe_language_index ("en"))))
    {
      g_set_error (error, SCRIBE_ERROR, SCRIBE_ERROR_OPTION,
                   _ ("The model “%s” knows English only. Choose a multilingual one, for example “base”."),
                   scribe_model_get_name (r->decoder->model));
      return FALSE;
    }
  if (language >= (int) (multilingual ? r->decoder->special->n_languages : 1))
    {
      g_set_error (error, SCRIBE_ERROR, SCRIBE_ERROR_OPTION, _ ("The model “%s” does not know the language “%s”."),
                   scribe_model_get_name (r->decoder->model), options->language);
      return FALSE;
    }
  r->has_language = language >= 0 || !multilingual;
  r->language = language >= 0 ? (guint) language : (guint) scribe_language_index ("en");
  r->decoder->stats.language_probability = 1;

  if (!options->batch || options->prompt)
    r->previous = g_array_new (FALSE, FALSE, sizeof (ScribeToken));
  if (options->prompt)
    {
      g_autofree char *stripped = g_strstrip (g_strdup (options->prompt));
      g_autofree char *prompt = g_strconcat (" ", stripped, NULL);
      g_autoptr (GArray) tokens = scribe_tokenizer_encode (r->decoder->model->tokenizer, prompt);

      g_array_append_vals (r->previous, tokens->data, tokens->len);
    }
  return TRUE;
}

gboolean
scribe_recording_transcribe (ScribeDecoder *decoder,
                             const ScribeSource *source,
                             const ScribeTranscribeOptions *options,
                             const ScribeTranscribeEvents *events,
                             GCancellable *cancellable,
                             GError **error)
{
  guint n_audio_ctx = decoder->model->sizes.n_audio_ctx;
  Recording r = { .decoder = decoder,
                  .options = options,
                  .events = events,
                  .cancellable = cancellable,
                  .n_failed = decoder->n_failed,
                  .duration = source->duration,
                  .n_ctx = options->audio_context ? MIN (options->audio_context, n_audio_ctx) : n_audio_ctx };
  gboolean ok;

  if (!prepare (&r, error))
    return FALSE;

  decoder->events = events;
  if (r.has_language)
    tell_language (&r);
  g_queue_init (&r.tracks);
  r.samples = scribe_samples_new (*source);
  r.input = g_new (float, scribe_decoder_window_samples (r.n_ctx));
  ok = run (&r, error);
  decoder->stats.read = scribe_samples_get_read_time (r.samples);
  g_free (decoder->stats.language);
  decoder->stats.language = g_strdup (scribe_language_code (r.language));
  decoder->stats.translated = options->translate;

  g_queue_clear_full (&r.tracks, track_free);
  g_clear_pointer (&r.previous, g_array_unref);
  scribe_samples_free (r.samples);
  g_free (r.input);
  return ok;
}
