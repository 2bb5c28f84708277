/* transcript-edit.c - a corrected text gets the times of the text it corrects
 *
 *   old words   " I"  " scream"  " for"  " ice"  " cream."
 *   new text    " Ice cream for ice cream."
 *   the same                     " for"  " ice"  " cream."     keep their times and confidences
 *   changed     " Ice"  " cream"                               get the times of " I", " scream"
 *
 * Both texts are cut into pieces: what stands between spaces, or one character of a script that is written without them, which
 * an old word may hold several of. The longest common subsequence of pieces says which ones stay. An old word all of whose
 * pieces stay together stays as a whole; of any other the pieces that stay become words. What is new lies where what it replaces lay,
 * one for one where they are as many; if it replaces nothing, in the pause between its neighbours, however short that is.
 * Texts of which the middle that differs is so long that comparing it would take seconds are taken as new there.
 *
 * SPDX-License-Identifier: MIT
 */
#include "transcript.h"

#include <string.h>

#define MOST_COMPARISONS 4000000
#define NOT_OLD          G_MAXUINT

typedef struct
{
  const char *text; /* with the space before it */
  gsize n_bytes;
  const char *body; /* without */
  gsize n_body;
  guint n_characters;
  double start, end;   /* of an old one */
  guint word, n_words; /* an old one's word, and how many pieces that has */
} Piece;

static gboolean
stands_alone (gunichar c)
{
  return g_unichar_iswide (c) && !g_unichar_isspace (c);
}

static const char *
skip_space (const char *p, const char *end)
{
  while (p < end && g_unichar_isspace (g_utf8_get_char (p)))
    p = g_utf8_next_char (p);
  return p;
}

static const char *
skip_body (const char *p, const char *end)
{
  if (p < end && stands_alone (g_utf8_get_char (p)))
    return g_utf8_next_char (p);
  while (p < end && !g_unichar_isspace (g_utf8_get_char (p)) && !stands_alone (g_utf8_get_char (p)))
    p = g_utf8_next_char (p);
  return p;
}

/* Appends the pieces of a text, which must outlive them. Space at its end belongs to the last one. */
static void
cut (GArray *pieces, const char *text)
{
  const char *end = text + strlen (text);

  for (const char *p = text; skip_space (p, end) < end;)
    {
      Piece piece = { .text = p, .body = skip_space (p, end) };
      const char *after = skip_body (piece.body, end);

      piece.n_body = (gsize) (after - piece.body);
      p = skip_space (after, end) == end ? end : after;
      piece.n_bytes = (gsize) (p - piece.text);
      piece.n_characters = (guint) g_utf8_strlen (piece.body, (gssize) piece.n_body);
      g_array_append_val (pieces, piece);
    }
}

/* Gives pieces first to first + n - 1 the time from start to end, by length. */
static void
share_time (Piece *pieces, guint n, double start, double end)
{
  guint total = 0, before = 0;

  for (guint i = 0; i < n; i++)
    total += pieces[i].n_characters;
  for (guint i = 0; i < n; i++)
    {
      pieces[i].start = start + (end - start) * before / total;
      before += pieces[i].n_characters;
      pieces[i].end = start + (end - start) * before / total;
    }
}

static GArray *
cut_words (GPtrArray *words)
{
  GArray *pieces = g_array_new (FALSE, FALSE, sizeof (Piece));

  for (guint i = 0; i < words->len; i++)
    {
      const ScribeWord *word = words->pdata[i];
      guint first = pieces->len, n;

      cut (pieces, word->text);
      n = pieces->len - first;
      share_time (&g_array_index (pieces, Piece, first), n, word->start, word->end);
      for (guint p = first; p < pieces->len; p++)
        {
          g_array_index (pieces, Piece, p).word = i;
          g_array_index (pieces, Piece, p).n_words = n;
        }
    }
  return pieces;
}

static gboolean
same (const Piece *a, const Piece *b)
{
  return a->n_body == b->n_body && memcmp (a->body, b->body, a->n_body) == 0;
}

/* By dynamic programming over what follows: length[o][n] pieces are common to old[o...] and new[n...]. from: index of old[0]. */
static void
match_middle (const Piece *old, guint n_old, const Piece *new, guint n_new, guint from, guint *match)
{
  gsize row = (gsize) n_new + 1;
  g_autofree guint *length = NULL;

  if (n_old == 0 || n_new == 0 || n_old > MOST_COMPARISONS / n_new)
    return;
  length = g_new0 (guint, (n_old + 1) * row);
  for (guint o = n_old; o-- > 0;)
    for (guint n = n_new; n-- > 0;)
      length[o * row + n] = same (&old[o], &new[n]) ? length[(o + 1) * row + n + 1] + 1
                                                    : MAX (length[(o + 1) * row + n], length[o * row + n + 1]);
  for (guint o = 0, n = 0; o < n_old && n < n_new;)
    if (same (&old[o], &new[n]))
      match[n++] = from + o++;
    else if (length[(o + 1) * row + n] >= length[o * row + n + 1])
      o++;
    else
      n++;
}

/* For each new piece the index of the old one that it is, or NOT_OLD. */
static guint *
match_pieces (GArray *old, GArray *new)
{
  const Piece *o = (const Piece *) old->data, *n = (const Piece *) new->data;
  guint *match = g_new (guint, new->len + 1);
  guint head = 0, tail = 0;

  memset (match, 0xFF, (new->len + 1) * sizeof *match); /* NOT_OLD */
  for (; head < MIN (old->len, new->len) && same (&o[head], &n[head]); head++)
    match[head] = head;
  for (; tail < MIN (old->len, new->len) - head && same (&o[old->len - 1 - tail], &n[new->len - 1 - tail]); tail++)
    match[new->len - 1 - tail] = old->len - 1 - tail;
  match_middle (o + head, old->len - head - tail, n + head, new->len - head - tail, head, match + head);
  return match;
}

/* Times for the new pieces from first to end - 1, which replace the old ones from old_first to old_end - 1. */
static void
place (GArray *new, guint first, guint end, GArray *old, guint old_first, guint old_end, const ScribeSegment *segment)
{
  const Piece *o = (const Piece *) old->data;
  Piece *n = (Piece *) new->data;
  double from = old_first < old_end ? o[old_first].start : old_first > 0 ? o[old_first - 1].end : segment->start;
  double to = old_first < old_end ? o[old_end - 1].end : old_end < old->len ? o[old_end].start : segment->end;

  share_time (&n[first], end - first, from, MAX (from, to));
  for (guint i = 0; end - first == old_end - old_first && i < end - first; i++)
    {
      n[first + i].start = o[old_first + i].start;
      n[first + i].end = o[old_first + i].end;
    }
}

static void
place_all (GArray *new, GArray *old, const guint *match, const ScribeSegment *segment)
{
  guint next_old = 0;

  for (guint i = 0, end; i < new->len; i = end)
    if (match[i] != NOT_OLD)
      {
        const Piece *o = &g_array_index (old, Piece, match[i]);
        Piece *n = &g_array_index (new, Piece, i);

        n->start = o->start;
        n->end = o->end;
        next_old = match[i] + 1;
        end = i + 1;
      }
    else
      {
        for (end = i + 1; end < new->len &&match[end] == NOT_OLD;)
          end++;
        place (new, i, end, old, next_old, end < new->len ? match[end] : old->len, segment);
      }
}

/* How many of the new pieces from i on, which is an old one, are all those of one old word; 0: none. */
static guint
whole_word (GArray *new, guint i, GArray *old, const guint *match)
{
  const Piece *o = &g_array_index (old, Piece, match[i]);

  if (i + o->n_words > new->len || (match[i] > 0 && o[-1].word == o->word))
    return 0;
  for (guint k = 1; k < o->n_words; k++)
    if (match[i + k] != match[i] + k)
      return 0;
  return o->n_words;
}

static GPtrArray *
make_words (GArray *new, GArray *old, const guint *match, GPtrArray *old_words)
{
  GPtrArray *words = g_ptr_array_new_with_free_func ((GDestroyNotify) scribe_word_free);

  for (guint i = 0, n; i < new->len; i += n)
    {
      const Piece *first = &g_array_index (new, Piece, i);
      const ScribeWord *word = match[i] == NOT_OLD ? NULL : old_words->pdata[g_array_index (old, Piece, match[i]).word];
      guint whole = word ? whole_word (new, i, old, match) : 0;
      const Piece *last = first + MAX (whole, 1) - 1;
      g_autofree char *text = g_strndup (first->text, (gsize) (last->text + last->n_bytes - first->text));

      g_ptr_array_add (words, scribe_word_new (whole ? word->start : first->start, whole ? word->end : first->end,
                                               word ? word->probability : 1, text));
      n = MAX (whole, 1);
    }
  return words;
}

static GPtrArray *
align (const ScribeSegment *segment, const char *text)
{
  g_autoptr (GArray) old = cut_words (segment->words);
  g_autoptr (GArray) new = g_array_new (FALSE, FALSE, sizeof (Piece));
  g_autofree guint *match = NULL;

  cut (new, text);
  match = match_pieces (old, new);
  place_all (new, old, match, segment);
  return make_words (new, old, match, segment->words);
}

void
scribe_segment_edit (ScribeSegment *segment, const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  gsize n_space = (gsize) (skip_space (segment->text, segment->text + strlen (segment->text)) - segment->text);
  g_autofree char *space = g_strndup (segment->text, n_space);
  char *edited = g_strconcat (space, g_strstrip (valid), NULL);

  if (segment->words)
    {
      GPtrArray *words = align (segment, edited);

      g_ptr_array_unref (segment->words);
      segment->words = words;
    }
  g_free (segment->text);
  segment->text = edited;
}
