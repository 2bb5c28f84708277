/* endpointer.c - frames of speech and silence to utterances
 *
 * A begin wants a few frames of speech close together, so that a click opens nothing; it lies a third of a second before them, for
 * voice activity hears the softest consonants late. An end lies a fifth of a second after the last speech, which holds the last
 * word's decay and leaves the decoder the silence that it was trained to see after a sentence. An utterance that grows too long
 * is cut in the middle of the longest silence of its last third, and what follows begins right there.
 *
 * SPDX-License-Identifier: MIT
 */
#include "audio/endpointer.h"

#define SECOND   SCRIBE_ENDPOINTER_FRAMES_PER_SECOND
#define PREROLL  (SECOND / 3)
#define POSTROLL (SECOND / 5)
#define OPENS    6  /* frames of speech ... */
#define OPENS_IN 15 /* ... among so many */

struct _ScribeEndpointer
{
  gint64 pause, longest; /* frames */
  gint64 n;              /* frames fed */
  gint64 speech_end;     /* the frame after the last speech; 0: none yet */
  guint32 recent;        /* the last frames, a bit each, the newest lowest */
  gboolean is_open;
  gint64 begin;
  gint64 earliest;           /* before which the next utterance may not begin */
  gint64 best_from, best_to; /* longest silence of the last third */
  gint64 best_speech_end;    /* the last speech before it */
};

ScribeEndpointer *
scribe_endpointer_new (double pause, double longest)
{
  ScribeEndpointer *endpointer = g_new0 (ScribeEndpointer, 1);

  endpointer->pause = MAX (1, (gint64) (pause * SECOND + 0.5));
  endpointer->longest = MAX (SECOND, (gint64) (longest * SECOND));
  return endpointer;
}

void
scribe_endpointer_free (ScribeEndpointer *endpointer)
{
  g_free (endpointer);
}

gint64
scribe_endpointer_get_silence (ScribeEndpointer *endpointer)
{
  return endpointer->n - endpointer->speech_end;
}

static void
open_at (ScribeEndpointer *endpointer, gint64 begin)
{
  endpointer->is_open = TRUE;
  endpointer->begin = MAX (begin, endpointer->earliest);
  endpointer->best_from = endpointer->best_to = 0;
}

static void
close_at (ScribeEndpointer *endpointer, gint64 end, gint64 speech_end, ScribeUtteranceSpan *span)
{
  *span = (ScribeUtteranceSpan){ endpointer->begin, end, speech_end };
  endpointer->is_open = FALSE;
  endpointer->earliest = end;
}

static void
end_naturally (ScribeEndpointer *endpointer, ScribeUtteranceSpan *span)
{
  close_at (endpointer, MIN (endpointer->n, endpointer->speech_end + POSTROLL), endpointer->speech_end, span);
  endpointer->recent = 0;
}

/* Too long: cut in the longest silence of the last third; where there is none, where it stands, and the next frame of speech opens the
 * next one. */
static void
cut (ScribeEndpointer *endpointer, ScribeUtteranceSpan *span)
{
  gint64 at = (endpointer->best_from + endpointer->best_to + 1) / 2;

  if (endpointer->best_to == 0)
    {
      close_at (endpointer, endpointer->n, endpointer->speech_end, span);
      return;
    }
  close_at (endpointer, at, endpointer->best_speech_end, span);
  if (endpointer->speech_end > at)
    open_at (endpointer, at);
}

/* Remembers the longest silence of the last third while an utterance is open. */
static void
note_silence (ScribeEndpointer *endpointer)
{
  gint64 from = MAX (endpointer->speech_end, endpointer->begin + 2 * endpointer->longest / 3);

  if (endpointer->n - from > endpointer->best_to - endpointer->best_from)
    {
      endpointer->best_from = from;
      endpointer->best_to = endpointer->n;
      endpointer->best_speech_end = endpointer->speech_end;
    }
}

gboolean
scribe_endpointer_feed (ScribeEndpointer *endpointer, gboolean speech, ScribeUtteranceSpan *span)
{
  endpointer->n++;
  endpointer->recent = (endpointer->recent << 1 | (speech ? 1 : 0)) & ((1u << OPENS_IN) - 1);
  if (speech)
    endpointer->speech_end = endpointer->n;

  if (!endpointer->is_open)
    {
      if (speech && __builtin_popcount (endpointer->recent) >= OPENS)
        open_at (endpointer, endpointer->n - OPENS_IN - PREROLL);
      return FALSE;
    }
  if (!speech)
    note_silence (endpointer);
  if (endpointer->n - endpointer->speech_end >= endpointer->pause)
    {
      end_naturally (endpointer, span);
      return TRUE;
    }
  if (endpointer->n - endpointer->begin >= endpointer->longest)
    {
      cut (endpointer, span);
      return TRUE;
    }
  return FALSE;
}

gboolean
scribe_endpointer_finish (ScribeEndpointer *endpointer, ScribeUtteranceSpan *span)
{
  if (!endpointer->is_open)
    return FALSE;
  end_naturally (endpointer, span);
  return TRUE;
}

gboolean
scribe_endpointer_get_open (ScribeEndpointer *endpointer, ScribeUtteranceSpan *span)
{
  if (endpointer->is_open)
    *span = (ScribeUtteranceSpan){ endpointer->begin, endpointer->n, endpointer->speech_end };
  return endpointer->is_open;
}
