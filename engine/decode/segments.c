/* segments.c - timestamps cut a window's tokens into segments
 *
 *   <0.00> first sentence <2.40> <2.40> second one <5.00> <5.00> unfin       next window at 5.00, "unfin" is heard again there
 *   <0.00> first sentence <2.40> <2.40> second one <5.00>                    nothing more is said: next window after this one
 *   <0.20> one sentence <2.40>                                               one segment, next window after this one
 *   one sentence                                                             one segment, the whole window
 *
 * Where OpenAI lets a window's only segment begin with the window, it begins at its own timestamp here.
 *
 * SPDX-License-Identifier: MIT
 */
#include "decode/segments.h"

#include <math.h>
#include <string.h>

#define TIMESTAMP_SECONDS 0.02
#define TIMESTAMP_FRAMES  2

void
scribe_cut_free (ScribeCut *cut)
{
  g_array_unref (cut->tokens);
  g_clear_pointer (&cut->words, g_ptr_array_unref);
  g_free (cut);
}

static void
add_cut (ScribeDecoder *decoder, GPtrArray *cuts, double start, double end, const ScribeToken *tokens, guint n)
{
  ScribeCut *cut = g_new0 (ScribeCut, 1);

  cut->start = start;
  cut->end = end;
  cut->tokens = g_array_new (FALSE, FALSE, sizeof (ScribeToken));
  for (guint i = 0; i < n; i++)
    if (tokens[i] < decoder->special->end)
      g_array_append_val (cut->tokens, tokens[i]);
  g_ptr_array_add (cuts, cut);
}

GPtrArray *
scribe_segments_cut (ScribeDecoder *decoder,
                     const ScribeWindowResult *result,
                     double offset,
                     guint n_frames,
                     guint *advance,
                     gboolean *closed)
{
  const ScribeToken *tokens = (const ScribeToken *) (void *) result->tokens->data;
  const ScribeToken begin = decoder->special->timestamp;
  guint n = result->tokens->len, from = 0;
  gboolean ends_with_one = n >= 1 && tokens[n - 1] >= begin && (n == 1 || tokens[n - 2] < begin);
  GPtrArray *cuts = g_ptr_array_new_with_free_func ((GDestroyNotify) scribe_cut_free);

  for (guint i = 1; i <= n; i++)
    if ((i < n && tokens[i - 1] >= begin && tokens[i] >= begin) || (i == n && ends_with_one && from > 0))
      {
        add_cut (decoder, cuts, offset + (tokens[from] - begin) * TIMESTAMP_SECONDS,
                 offset + (tokens[i - 1] - begin) * TIMESTAMP_SECONDS, tokens + from, i - from);
        from = i;
      }

  *advance = n_frames;
  *closed = TRUE;
  if (cuts->len == 0)
    {
      double start = n > 0 && tokens[0] >= begin ? (tokens[0] - begin) * TIMESTAMP_SECONDS : 0;
      double end = (double) n_frames / SCRIBE_FRAMES_PER_SECOND;

      for (guint i = n; i > 0; i--)
        if (tokens[i - 1] >= begin)
          {
            if (i > 1 && tokens[i - 1] != begin)
              end = (tokens[i - 1] - begin) * TIMESTAMP_SECONDS;
            break;
          }
      *closed = ends_with_one;
      add_cut (decoder, cuts, offset + start, offset + end, tokens, n);
    }
  else if (!ends_with_one)
    {
      *advance = (tokens[from - 1] - begin) * TIMESTAMP_FRAMES;
      *closed = FALSE;
    }
  return cuts;
}

ScribeSegment *
scribe_segments_finish (ScribeDecoder *decoder, const ScribeWindowResult *result, ScribeCut *cut)
{
  g_autofree char *text = scribe_tokenizer_decode (decoder->model->tokenizer, (const ScribeToken *) (void *) cut->tokens->data,
                                                   cut->tokens->len);
  g_autofree char *stripped = g_strstrip (g_strdup (text));
  ScribeSegment *segment;

  if (stripped[0] == '\0' || cut->end <= cut->start)
    return NULL;

  segment = scribe_segment_new (cut->start, cut->end, text);
  segment->probability = expf (result->avg_logprob);
  segment->no_speech = result->no_speech;
  segment->temperature = result->temperature;
  segment->compression_ratio = result->compression_ratio;
  segment->words = g_steal_pointer (&cut->words);
  return segment;
}
