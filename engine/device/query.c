/* query.c - what the search asks of the logits, defined plainly
 *
 * SPDX-License-Identifier: MIT
 */
#include "device/device.h"

#include <math.h>

gboolean
scribe_mask_allows (const ScribeMask *mask, ScribeToken token)
{
  if (mask == NULL)
    return TRUE;
  if (mask->suppressed && mask->suppressed[token / 32] >> token % 32 & 1)
    return FALSE;
  if (token < mask->text_end)
    return mask->text;
  if (token < mask->time_begin)
    return mask->special;
  return (guint) (token - mask->time_begin) - mask->time_first < mask->n_times;
}

void
scribe_candidates_add (ScribeCandidates *group, guint n_top, ScribeToken token, float logit)
{
  guint at = group->n;

  if (at == n_top && (n_top == 0 || logit <= group->top[n_top - 1].logit))
    return;
  if (at < n_top)
    group->n++;
  else
    at--;
  for (; at > 0 && group->top[at - 1].logit < logit; at--)
    group->top[at] = group->top[at - 1];
  group->top[at] = (ScribeCandidate){ token, logit };
}

void
scribe_query_answer (ScribeQuery *query, const float *logits, guint n_vocab)
{
  guint time_begin = query->mask ? (guint) query->mask->time_begin : n_vocab;
  float max[2] = { -INFINITY, -INFINITY };
  double sum[2] = { 0, 0 };
  ScribeCandidates *groups[2] = { &query->text, &query->time };

  query->text.n = query->time.n = 0;
  for (guint i = 0; i < n_vocab; i++)
    {
      gboolean allowed = scribe_mask_allows (query->mask, i);
      guint group = i >= time_begin;

      if (query->logits)
        query->logits[i] = allowed ? logits[i] : -INFINITY;
      if (!allowed)
        continue;
      scribe_candidates_add (groups[group], query->n_top, i, logits[i]);
      max[group] = MAX (max[group], logits[i]);
    }

  for (guint i = 0; i < n_vocab; i++)
    if (scribe_mask_allows (query->mask, i))
      sum[i >= time_begin] += exp (logits[i] - (double) max[i >= time_begin]);
  for (guint group = 0; group < 2; group++)
    groups[group]->log_sum_exp = sum[group] > 0 ? max[group] + (float) log (sum[group]) : -INFINITY;

  query->probe_logit = query->probe >= 0 ? logits[query->probe] : 0;
}
