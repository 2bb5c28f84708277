/* rules.c - which token may follow
 *
 * SPDX-License-Identifier: MIT
 */
#include "decode/rules.h"

#define MAX_FIRST_TIMESTAMP 50 /* 1 s, in steps of 20 ms */
#define N_TIMESTAMPS        1501

struct _ScribeRules
{
  const ScribeSpecialTokens *special;
  guint32 *never;       /* bit per token */
  guint32 *never_first; /* the same and what may not come first */
  guint32 *all_but_languages;
};

static void
set_bit (guint32 *bits, guint token)
{
  bits[token / 32] |= 1u << token % 32;
}

static void
set_tokens (guint32 *bits, GArray *tokens)
{
  for (guint i = 0; i < tokens->len; i++)
    set_bit (bits, g_array_index (tokens, ScribeToken, i));
}

ScribeRules *
scribe_rules_new (ScribeTokenizer *tokenizer, guint n_vocab)
{
  const ScribeSpecialTokens *special = scribe_tokenizer_specials (tokenizer);
  const ScribeToken control[] = { special->start,    special->translate, special->transcribe,   special->start_of_lm,
                                  special->previous, special->no_speech, special->no_timestamps };
  g_autoptr (GArray) non_speech = scribe_tokenizer_non_speech (tokenizer);
  g_autoptr (GArray) blank = scribe_tokenizer_encode (tokenizer, " ");
  ScribeRules *rules = g_new0 (ScribeRules, 1);
  guint n_words = (n_vocab + 31) / 32;

  rules->special = special;
  rules->never = g_new0 (guint32, n_words);
  set_tokens (rules->never, non_speech);
  for (guint i = 0; i < G_N_ELEMENTS (control); i++)
    set_bit (rules->never, control[i]);

  rules->never_first = g_memdup2 (rules->never, n_words * sizeof (guint32));
  set_tokens (rules->never_first, blank);
  set_bit (rules->never_first, special->end);

  rules->all_but_languages = g_new (guint32, n_words);
  for (guint i = 0; i < n_words; i++)
    rules->all_but_languages[i] = G_MAXUINT32;
  for (guint i = special->language; i < special->language + special->n_languages; i++)
    rules->all_but_languages[i / 32] &= ~(1u << i % 32);
  return rules;
}

void
scribe_rules_free (ScribeRules *rules)
{
  g_free (rules->never);
  g_free (rules->never_first);
  g_free (rules->all_but_languages);
  g_free (rules);
}

/* Timestamps from "first" on are allowed. */
static void
allow_times (ScribeMask *mask, guint first)
{
  mask->time_first = MIN (first, N_TIMESTAMPS);
  mask->n_times = N_TIMESTAMPS - mask->time_first;
}

void
scribe_rules_mask (const ScribeRules *rules, gboolean timestamps, const ScribeToken *sampled, guint n, ScribeMask *mask)
{
  const ScribeToken begin = rules->special->timestamp;
  gboolean last_is_time = n >= 1 && sampled[n - 1] >= begin;
  gboolean second_last_is_time = n < 2 || sampled[n - 2] >= begin;
  guint last = n;

  *mask = (ScribeMask){ .suppressed = n == 0 ? rules->never_first : rules->never,
                        .text_end = rules->special->end,
                        .time_begin = begin,
                        .text = TRUE,
                        .special = TRUE };
  if (!timestamps)
    return;

  if (n == 0)
    {
      mask->text = mask->special = FALSE;
      mask->n_times = MAX_FIRST_TIMESTAMP + 1;
      return;
    }

  while (last > 0 && sampled[last - 1] < begin)
    last--;
  /* a time that closes a segment may open the next one; else time has to move on */
  allow_times (mask, last == 0 ? 0 : sampled[last - 1] - begin + (last_is_time && !second_last_is_time ? 0 : 1));
  if (last_is_time && second_last_is_time)
    mask->n_times = 0;
  else if (last_is_time)
    mask->text = FALSE;
}

void
scribe_rules_language_mask (const ScribeRules *rules, ScribeMask *mask)
{
  *mask = (ScribeMask){ .suppressed = rules->all_but_languages,
                        .text_end = rules->special->end,
                        .time_begin = rules->special->timestamp,
                        .special = TRUE };
}

void
scribe_rules_text_mask (const ScribeRules *rules, ScribeMask *mask)
{
  *mask = (ScribeMask){ .text_end = rules->special->end, .time_begin = rules->special->timestamp, .text = TRUE };
}
