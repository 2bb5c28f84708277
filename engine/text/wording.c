/* wording.c - what a person wants written for what was heard
 *
 *   text --tokens.c--> words and signs --phrases.c: longest first--> text
 *
 * Twice: once for the signs that are spoken, once for replacements, which are never looked for in what replaced another.
 *
 * A model writes signs of its own accord, and around a spoken sign it writes them for the pause alone: "Hello, comma, world." What it put
 * there goes. Around brackets, and before a new line, only commas go, as a sentence may well end there.
 *
 * The words of a sign stay words after an article or its like ("a comma"), and in known phrases ("a period of time"), unless a sign
 * that the model wrote stands between them.
 *
 * SPDX-License-Identifier: MIT
 */
#include "wording.h"

#include "phrases.h"
#include "signs.h"

#include <string.h>

#define SEPARATOR "|"

typedef struct
{
  char *code;
  ScribePhrases *signs;     /* -> ScribeSign; that without words is an idiom */
  ScribePhrases *not_after; /* -> something */
} Language;

struct _ScribeWording
{
  GPtrArray *languages;        /* of Language */
  GPtrArray *written;          /* of char *: what replacements point to */
  ScribePhrases *replacements; /* -> char * */
};

static const ScribeSign idiom = { NULL };

/* --- The rules ----------------------------------------------------------------------------------------------------------- */

static void
add_all (ScribePhrases *phrases, const char *alternatives, gconstpointer value)
{
  g_auto (GStrv) words = g_strsplit (alternatives, SEPARATOR, -1);

  for (guint i = 0; words[i]; i++)
    scribe_phrases_add (phrases, words[i], value);
}

static Language *
language_new (const ScribeSignLanguage *table)
{
  Language *language = g_new0 (Language, 1);

  language->code = g_strdup (table->code);
  language->signs = scribe_phrases_new ();
  language->not_after = scribe_phrases_new ();
  for (const ScribeSign *sign = table->signs; sign->words; sign++)
    add_all (language->signs, sign->words, sign);
  add_all (language->signs, table->idioms, &idiom);
  add_all (language->not_after, table->not_after, &idiom);
  return language;
}

static void
language_free (Language *language)
{
  g_free (language->code);
  scribe_phrases_free (language->signs);
  scribe_phrases_free (language->not_after);
  g_free (language);
}

static Language *
find_language (ScribeWording *self, const char *code)
{
  for (guint i = 0; code && i < self->languages->len; i++)
    {
      Language *language = self->languages->pdata[i];

      if (strcmp (language->code, code) == 0)
        return language;
    }
  return NULL;
}

ScribeWording *
scribe_wording_new (const ScribeReplacement *replacements, gsize n, gboolean signs)
{
  ScribeWording *self = g_atomic_rc_box_new0 (ScribeWording);

  self->languages = g_ptr_array_new_with_free_func ((GDestroyNotify) language_free);
  for (const ScribeSignLanguage *table = scribe_signs_languages (); signs && table->code; table++)
    g_ptr_array_add (self->languages, language_new (table));

  self->written = g_ptr_array_new_with_free_func (g_free);
  self->replacements = scribe_phrases_new ();
  for (gsize i = 0; i < n; i++)
    {
      g_autofree char *heard = g_utf8_make_valid (replacements[i].heard, -1);
      char *written = g_utf8_make_valid (replacements[i].written, -1);

      g_ptr_array_add (self->written, written);
      scribe_phrases_add (self->replacements, heard, written);
    }
  return self;
}

ScribeWording *
scribe_wording_ref (ScribeWording *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
clear (ScribeWording *self)
{
  g_ptr_array_unref (self->languages);
  scribe_phrases_free (self->replacements);
  g_ptr_array_unref (self->written);
}

void
scribe_wording_unref (ScribeWording *self)
{
  g_atomic_rc_box_release_full (self, (GDestroyNotify) clear);
}

/* --- What is written ----------------------------------------------------------------------------------------------------- */

typedef struct
{
  const char *text;
  GArray *tokens;
  GString *out;
  gsize kept;          /* bytes of out before the signs of the model's own that come last */
  gboolean after_sign; /* the last that was written is a spoken sign */
  gboolean joins;      /* and wants no space after it */
  gboolean capital;    /* the next word begins a sentence */
} Writing;

static const ScribeTextToken *
token_at (const Writing *w, guint i)
{
  return i < w->tokens->len ? &g_array_index (w->tokens, ScribeTextToken, i) : NULL;
}

/* What lies before token i; after the last token, what ends the text. */
static const char *
gap_before (const Writing *w, guint i, gsize *length)
{
  const ScribeTextToken *token = token_at (w, i);
  gsize start = i > 0 ? token_at (w, i - 1)->end : 0, end = token ? token->start : strlen (w->text);

  *length = end - start;
  return w->text + start;
}

static gboolean
is_one_of (const Writing *w, const ScribeTextToken *token, const char *const *signs)
{
  return token && !token->is_word && g_strv_contains (signs, token->key);
}

static gboolean
ends_line (const GString *out)
{
  return out->len > 0 && out->str[out->len - 1] == '\n';
}

static void
write_gap (Writing *w, guint i)
{
  gsize length;
  const char *gap = gap_before (w, i, &length);
  const ScribeTextToken *token = token_at (w, i);

  if (w->joins || (w->after_sign && ends_line (w->out)))
    return;
  if (w->after_sign && token && token->is_word)
    g_string_append_c (w->out, ' ');
  else if (!w->after_sign || token)
    g_string_append_len (w->out, gap, length);
}

static void
write_word (GString *out, const char *word, gsize length, gboolean capital)
{
  const char *rest = capital ? g_utf8_next_char (word) : word;

  if (capital)
    g_string_append_unichar (out, g_unichar_totitle (g_utf8_get_char (word)));
  g_string_append_len (out, rest, length - (rest - word));
}

/* --- Spoken signs -------------------------------------------------------------------------------------------------------- */

/* What a model writes for a pause. */
static const char *const pauses[] = { ",", ".", ";", ":", "?", "!", "…", NULL };
static const char *const commas[] = { ",", NULL };

/* One that opens or breaks leaves what ended a sentence before it, one that closes what ends it after it. */
static const char *const *
swallowed_before (const ScribeSign *sign)
{
  return sign->kind == SCRIBE_SIGN_OPEN || sign->kind == SCRIBE_SIGN_CLOSE || sign->kind == SCRIBE_SIGN_BREAK ? commas : pauses;
}

static const char *const *
swallowed_after (const ScribeSign *sign)
{
  return sign->kind == SCRIBE_SIGN_CLOSE ? commas : pauses;
}

static void
swallow_before (Writing *w, const ScribeSign *sign, guint at)
{
  const char *const *swallowed = swallowed_before (sign);

  while (at > 0 && w->out->len > w->kept && is_one_of (w, token_at (w, at - 1), swallowed))
    {
      const ScribeTextToken *token = token_at (w, --at);
      gsize gap;

      gap_before (w, at, &gap);
      g_string_truncate (w->out, w->out->len - MIN (w->out->len - w->kept, token->end - token->start + gap));
    }
}

static gboolean
wants_space_before (const ScribeSign *sign)
{
  return sign->kind == SCRIBE_SIGN_OPEN || sign->kind == SCRIBE_SIGN_DASH;
}

static gboolean
wants_space_after (const ScribeSign *sign)
{
  return sign->kind != SCRIBE_SIGN_OPEN && sign->kind != SCRIBE_SIGN_BREAK && sign->kind != SCRIBE_SIGN_JOINT;
}

/* The sign that is spoken at token i in n tokens; an idiom, or words after an article, are n tokens to be left as they are. */
static const ScribeSign *
spoken_at (const Writing *w, const Language *language, guint i, guint *n)
{
  const ScribeSign *sign = token_at (w, i)->is_word ? scribe_phrases_find (language->signs, w->tokens, i, n) : NULL;
  guint n_before;

  if (sign == NULL)
    *n = 1;
  if (sign == NULL || sign == &idiom || (i > 0 && scribe_phrases_find (language->not_after, w->tokens, i - 1, &n_before)))
    return NULL;
  return sign;
}

static void
write_sign (Writing *w, const ScribeSign *sign, guint at)
{
  swallow_before (w, sign, at);
  if (wants_space_before (sign) && w->out->len > 0 && !w->joins && !ends_line (w->out))
    g_string_append_c (w->out, ' ');
  g_string_append (w->out, sign->written);
  w->kept = w->out->len;
  w->after_sign = TRUE;
  w->joins = !wants_space_after (sign);
  /* A quotation that opens a sentence takes the capital on to its first word. */
  w->capital = sign->kind == SCRIBE_SIGN_STOP || sign->kind == SCRIBE_SIGN_BREAK
               || (w->capital && (sign->kind == SCRIBE_SIGN_OPEN || sign->kind == SCRIBE_SIGN_CLOSE));
}

static void
write_token (Writing *w, guint i)
{
  const ScribeTextToken *token = token_at (w, i);

  write_gap (w, i);
  write_word (w->out, w->text + token->start, token->end - token->start, w->capital && token->is_word);
  w->after_sign = w->joins = FALSE;
  if (token->is_word)
    {
      w->capital = FALSE;
      w->kept = w->out->len;
    }
}

static char *
apply_signs (const Language *language, const char *text)
{
  g_autoptr (GArray) tokens = scribe_text_cut (text);
  Writing w = { .text = text, .tokens = tokens, .out = g_string_new (NULL) };
  guint n;

  for (guint i = 0; i < tokens->len; i += n)
    {
      const ScribeSign *sign = spoken_at (&w, language, i, &n);

      if (sign)
        {
          write_sign (&w, sign, i);
          while (is_one_of (&w, token_at (&w, i + n), swallowed_after (sign)))
            n++;
        }
      else
        for (guint end = i + n, word = i; word < end; word++)
          write_token (&w, word);
    }
  write_gap (&w, tokens->len);
  return g_string_free (w.out, FALSE);
}

/* --- Replacements -------------------------------------------------------------------------------------------------------- */

static gboolean
begins_sentence (const GString *out)
{
  return out->len == 0 || strchr (".?!\n", out->str[out->len - 1]);
}

/* Nothing was written for the tokens before i: the space before them goes, or that after them at the beginning of a line; and
 * of the commas around them one. */
static guint
mend_deletion (Writing *w, guint i)
{
  const ScribeTextToken *next = token_at (w, i);
  gboolean at_line = w->out->len == 0 || ends_line (w->out);

  if (is_one_of (w, next, commas) && (at_line || w->out->str[w->out->len - 1] == ','))
    i++;
  w->joins = at_line;
  return i;
}

/* The line breaks of a gap are not lost with the words after it. */
static void
write_line_breaks (Writing *w, guint i)
{
  gsize length;
  const char *gap = gap_before (w, i, &length);

  if (memchr (gap, '\n', length))
    g_string_append_len (w->out, gap, length);
}

static gboolean
is_capital (const Writing *w, guint i)
{
  gunichar c = g_utf8_get_char (w->text + token_at (w, i)->start);

  return g_unichar_isupper (c) || g_unichar_istitle (c);
}

static guint
leave_out (Writing *w, guint i, guint n)
{
  gboolean capital = w->capital || is_capital (w, i);

  if (!w->joins)
    write_line_breaks (w, i);
  w->capital = capital && begins_sentence (w->out);
  return mend_deletion (w, i + n);
}

static char *
apply_replacements (ScribeWording *self, const char *text)
{
  g_autoptr (GArray) tokens = scribe_text_cut (text);
  Writing w = { .text = text, .tokens = tokens, .out = g_string_new (NULL) };
  guint i = 0, n;

  while (i < tokens->len)
    {
      const char *written = scribe_phrases_find (self->replacements, tokens, i, &n);

      if (written == NULL)
        write_token (&w, i++);
      else if (*written == '\0')
        i = leave_out (&w, i, n);
      else
        {
          write_gap (&w, i);
          g_string_append (w.out, written);
          w.joins = w.capital = FALSE;
          i += n;
        }
    }
  write_gap (&w, tokens->len);
  return g_string_free (w.out, FALSE);
}

char *
scribe_wording_apply (ScribeWording *self, const char *text, const char *language)
{
  Language *signs = find_language (self, language);
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  g_autofree char *with_signs = signs ? apply_signs (signs, valid) : g_steal_pointer (&valid);

  return apply_replacements (self, with_signs);
}
