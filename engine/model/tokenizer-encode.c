/* tokenizer-encode.c - text to tokens: byte-level BPE
 *
 * A text is split into words by GPT-2's pattern
 *
 *   's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
 *
 * A word that is a token is that token. Any other begins as parts of one byte each; of all neighbours that together are a token,
 * those of the lowest id (the merge learned first), the leftmost if there are several, become one part, until none are left.
 *
 *   " lows"   | |l|o|w|s|  ->  | |lo|w|s|  ->  | |low|s|  ->  | low|s|
 *
 * Neighbours that may be merged wait in a heap, so that a word of n bytes takes n log n steps however hostile it is. They are not
 * taken out when one of them is merged otherwise, but skipped when their turn comes.
 * Sources: Radford et al. 2019, section 2.2; Sennrich et al. 2016; tiktoken's byte_pair_merge for the order of the merges.
 *
 * SPDX-License-Identifier: MIT
 */
#include "tokenizer-private.h"

#include "utf8.h"

#include <string.h>

#define STRETCH (1 << 20) /* bytes of a word merged at once: bounds the memory, and no language has such words */

typedef enum
{
  KIND_NONE, /* end of text */
  KIND_SPACE,
  KIND_LETTER,
  KIND_NUMBER,
  KIND_OTHER /* what is broken in the text is of this kind, too */
} Kind;

static const char *const contractions[] = { "'s", "'t", "'re", "'ve", "'m", "'ll", "'d" };

static Kind
kind_of (gunichar character)
{
  switch (g_unichar_type (character))
    {
    case G_UNICODE_UPPERCASE_LETTER:
    case G_UNICODE_LOWERCASE_LETTER:
    case G_UNICODE_TITLECASE_LETTER:
    case G_UNICODE_MODIFIER_LETTER:
    case G_UNICODE_OTHER_LETTER:
      return KIND_LETTER;
    case G_UNICODE_DECIMAL_NUMBER:
    case G_UNICODE_LETTER_NUMBER:
    case G_UNICODE_OTHER_NUMBER:
      return KIND_NUMBER;
    default:
      return scribe_unichar_is_space (character) ? KIND_SPACE : KIND_OTHER;
    }
}

static Kind
next_kind (const char *text, const char *end, gsize *length)
{
  *length = 0;
  if (text == end)
    return KIND_NONE;
  if (scribe_utf8_next ((const guint8 *) text, end - text, length) != SCRIBE_UTF8_WHOLE)
    return KIND_OTHER;
  return kind_of (g_utf8_get_char (text));
}

/* Length of the run of white space; what follows may need its last character: " ?\p{L}+". */
static gsize
space_length (const char *text, const char *end)
{
  const char *at = text, *last = text;
  gsize length;

  while (next_kind (at, end, &length) == KIND_SPACE)
    {
      last = at;
      at += length;
    }
  return at == end || last == text ? at - text : last - text;
}

gsize
scribe_tokenizer_word_length (const char *text, const char *end)
{
  const char *at = text;
  gsize length;
  Kind kind;

  for (guint i = 0; i < G_N_ELEMENTS (contractions); i++)
    {
      length = strlen (contractions[i]);
      if ((gsize) (end - text) >= length && memcmp (text, contractions[i], length) == 0)
        return length;
    }
  if (*at == ' ')
    at++;
  kind = next_kind (at, end, &length);
  if (kind == KIND_NONE || kind == KIND_SPACE)
    return space_length (text, end);
  while (next_kind (at, end, &length) == kind)
    at += length;
  return at - text;
}

/* A part of the word, kept at the index of its first byte. */
typedef struct
{
  guint32 length; /* 0: no part begins here */
  guint32 before; /* length of the part that ends here, 0 at the beginning of the word */
} Part;

typedef struct
{
  ScribeTokenizer *tokenizer;
  GArray *tokens; /* ScribeToken: the result */
  GArray *heap;   /* guint64: id << 32 | index of the left neighbour; no element is larger than those at 2 i + 1 and 2 i + 2 */
  GArray *parts;  /* Part [n] */
  const guint8 *bytes;
  guint32 n;
} Encoder;

#define HEAP(i) g_array_index (heap, guint64, i)

static void
heap_push (GArray *heap, guint64 value)
{
  guint at = heap->len;

  g_array_set_size (heap, at + 1);
  for (; at > 0 && HEAP ((at - 1) / 2) > value; at = (at - 1) / 2)
    HEAP (at) = HEAP ((at - 1) / 2);
  HEAP (at) = value;
}

static guint64
heap_pop (GArray *heap)
{
  guint64 lowest = HEAP (0), value = HEAP (heap->len - 1);
  guint n = heap->len - 1, at = 0, child;

  g_array_set_size (heap, n);
  for (; (child = 2 * at + 1) < n; at = child)
    {
      if (child + 1 < n && HEAP (child + 1) < HEAP (child))
        child++;
      if (HEAP (child) >= value)
        break;
      HEAP (at) = HEAP (child);
    }
  if (n > 0)
    HEAP (at) = value;
  return lowest;
}

static void
append_token (Encoder *encoder, const guint8 *bytes, gsize length)
{
  ScribeToken token = scribe_tokenizer_find (encoder->tokenizer, bytes, length);

  if (token >= 0)
    g_array_append_val (encoder->tokens, token);
}

/* Puts the part at an index and its right neighbour on the heap if together they are a token. */
static void
propose (Encoder *encoder, guint32 at)
{
  const Part *parts = (const Part *) encoder->parts->data;
  guint32 right = at + parts[at].length;
  ScribeToken token;

  if (right == encoder->n)
    return;
  token = scribe_tokenizer_find (encoder->tokenizer, encoder->bytes + at, parts[at].length + parts[right].length);
  if (token >= 0)
    heap_push (encoder->heap, (guint64) token << 32 | at);
}

/* Merges the part at an index with its right neighbour; FALSE if they are no longer the two that were the token. */
static gboolean
merge (Encoder *encoder, guint32 at, ScribeToken token)
{
  Part *parts = (Part *) encoder->parts->data;
  guint32 right = at + parts[at].length, after;

  if (parts[at].length == 0 || right == encoder->n
      || parts[at].length + parts[right].length != encoder->tokenizer->words[token].length)
    return FALSE;
  parts[at].length += parts[right].length;
  parts[right].length = 0;
  after = at + parts[at].length;
  if (after < encoder->n)
    parts[after].before = parts[at].length;
  return TRUE;
}

static void
merge_parts (Encoder *encoder)
{
  Part *parts;

  g_array_set_size (encoder->parts, encoder->n);
  parts = (Part *) encoder->parts->data;
  for (guint32 i = 0; i < encoder->n; i++)
    parts[i] = (Part){ .length = 1, .before = i > 0 };
  for (guint32 i = 0; i < encoder->n; i++)
    propose (encoder, i);
  while (encoder->heap->len > 0)
    {
      guint64 lowest = heap_pop (encoder->heap);
      guint32 at = lowest & G_MAXUINT32;

      if (!merge (encoder, at, lowest >> 32))
        continue;
      propose (encoder, at);
      if (parts[at].before > 0)
        propose (encoder, at - parts[at].before);
    }
  for (guint32 i = 0; i < encoder->n; i += parts[i].length)
    append_token (encoder, encoder->bytes + i, parts[i].length);
}

static void
encode_word (Encoder *encoder, const guint8 *bytes, guint32 n)
{
  if (scribe_tokenizer_find (encoder->tokenizer, bytes, n) >= 0)
    {
      append_token (encoder, bytes, n);
      return;
    }
  encoder->bytes = bytes;
  encoder->n = n;
  merge_parts (encoder);
}

GArray *
scribe_tokenizer_encode (ScribeTokenizer *self, const char *text)
{
  g_autoptr (GArray) heap = g_array_new (FALSE, FALSE, sizeof (guint64));
  g_autoptr (GArray) parts = g_array_new (FALSE, FALSE, sizeof (Part));
  const char *end = text + strlen (text);
  Encoder encoder = { self, g_array_new (FALSE, FALSE, sizeof (ScribeToken)), heap, parts, NULL, 0 };

  while (text < end)
    {
      const char *word_end = text + scribe_tokenizer_word_length (text, end);

      for (; text < word_end; text += encoder.n)
        {
          encoder.n = MIN (word_end - text, STRETCH);
          encode_word (&encoder, (const guint8 *) text, encoder.n);
        }
    }
  return encoder.tokens;
}
