/* cpu-logits.c - the vocabulary: half of a step's memory traffic, and the answers to the search's queries
 *
 * SPDX-License-Identifier: MIT
 */
#include "device/cpu/cpu-private.h"

#include <math.h>
#include <string.h>

#define TILE_WORDS 1024
#define BLOCK      256 /* logits of which one maximum tells whether a candidate may be among them */
#define AT_ONCE    8   /* queries computed together: bounds the memory of a long alignment */

typedef struct
{
  const CpuContext *c;
  guint first, n;        /* queries */
  const float *x;        /* [n, n_state] */
  float *logits;         /* [n, n_vocab] */
  guint n_screened;      /* tokens below it are screened, 0: none */
  const gint16 *x16;     /* [n, n_state] */
  const float *x_scales; /* [n] */
} LogitsTask;

static void
exact_logits (const LogitsTask *task, guint query, guint n, guint first, guint stop)
{
  const ScribeWeight *w = task->c->op->weight;
  gsize row_bytes = scribe_weight_row_bytes (w->type, w->n_cols);

  if (stop > first)
    task->c->device->kernels->matvec (w->type, w->data + first * row_bytes, row_bytes, stop - first, w->n_cols,
                                      task->x + (gsize) query * w->n_cols, n, task->logits + (gsize) query * w->n_rows + first,
                                      w->n_rows);
}

static void
logits_tile (guint tile, guint thread, gpointer data)
{
  const LogitsTask *task = data;
  const ScribeWeight *w = task->c->op->weight;
  const CpuScreen *screen = task->c->plan->screen;
  guint first = tile * TILE_WORDS, stop = MIN (first + TILE_WORDS, w->n_rows), screened = CLAMP (task->n_screened, first, stop);

  if (screened > first)
    task->c->device->kernels->matvec_i8 (screen->rows + (gsize) first * w->n_cols, screen->scales + first, screened - first,
                                         w->n_cols, task->x16, task->x_scales, task->n, task->logits + first, w->n_rows);
  exact_logits (task, 0, task->n, screened, stop);
}

static void
suppress (float *logits, guint n_vocab, const guint32 *bits)
{
  for (guint word = 0; word < (n_vocab + 31) / 32; word++)
    for (guint32 rest = bits[word]; rest; rest &= rest - 1)
      logits[word * 32 + (guint) __builtin_ctz (rest)] = -INFINITY;
}

/* The logit that a candidate has to exceed to be among the n_top likeliest. */
static float
least_of (const ScribeCandidates *group, guint n_top)
{
  return group->n < n_top ? -INFINITY : group->top[n_top - 1].logit;
}

/* Candidates among logits first .. stop - 1 join the group, likeliest first, equal ones by id. */
static void
add_candidates (const ScribeKernels *kernels, ScribeCandidates *group, guint n_top, const float *logits, guint first, guint stop)
{
  for (guint block = first; block < stop && n_top > 0; block += BLOCK)
    {
      guint end = MIN (block + BLOCK, stop);

      if (kernels->max (logits + block, end - block) <= least_of (group, n_top))
        continue;
      for (guint i = block; i < end; i++)
        if (!(logits[i] <= least_of (group, n_top)))
          scribe_candidates_add (group, n_top, i, logits[i]);
    }
}

/* Largest logit and sum of exponentials over a range join those of the group. */
static void
add_sum (const ScribeKernels *kernels, ScribeCandidates *group, const float *logits, guint first, guint stop)
{
  float max = stop > first ? kernels->max (logits + first, stop - first) : -INFINITY;
  float both;

  if (max == -INFINITY)
    return;
  both = MAX (max, group->log_sum_exp);
  group->log_sum_exp = both
                       + (float) log (kernels->sum_exp (logits + first, stop - first, both)
                                      + exp (group->log_sum_exp - (double) both));
}

/* Computes the screened logits that may be among the n_top likeliest, and the one that is probed. */
static void
refine (const LogitsTask *task, guint index)
{
  const ScribeKernels *kernels = task->c->device->kernels;
  const ScribeQuery *query = &task->c->run->queries[task->first + index];
  guint n_vocab = task->c->op->weight->n_rows, n_cols = task->c->op->weight->n_cols, n_top = MAX (query->n_top, 1);
  float *logits = task->logits + (gsize) index * n_vocab;
  ScribeCandidates best = { 0 };
  float least;

  add_candidates (kernels, &best, n_top, logits, 0, task->n_screened);
  if (best.n == 0)
    return;
  least = best.top[best.n - 1].logit - cpu_screen_margin (task->c->plan->screen, task->x + (gsize) index * n_cols, n_cols);
  for (guint block = 0; block < task->n_screened; block += BLOCK)
    {
      guint end = MIN (block + BLOCK, task->n_screened);

      if (kernels->max (logits + block, end - block) >= least)
        for (guint i = block; i < end; i++)
          if (logits[i] >= least)
            exact_logits (task, index, 1, i, i + 1);
    }
}

static void
answer (guint index, guint thread, gpointer data)
{
  const LogitsTask *task = data;
  const ScribeKernels *kernels = task->c->device->kernels;
  ScribeQuery *query = &task->c->run->queries[task->first + index];
  const ScribeMask *mask = query->mask;
  guint n_vocab = task->c->op->weight->n_rows;
  float *logits = task->logits + (gsize) index * n_vocab;
  guint text_end = mask ? (guint) mask->text_end : n_vocab, time_begin = mask ? (guint) mask->time_begin : n_vocab;
  guint time_first = mask ? MIN (time_begin + mask->time_first, n_vocab) : n_vocab;
  guint time_stop = mask ? MIN (time_first + mask->n_times, n_vocab) : n_vocab;
  const struct
  {
    gboolean allowed;
    ScribeCandidates *group;
    guint first, stop;
  } ranges[] = {
    { mask == NULL || mask->text, &query->text, 0, text_end },
    { mask && mask->special, &query->text, text_end, time_begin },
    { TRUE, &query->time, time_first, time_stop },
  };

  if (query->probe >= 0)
    {
      exact_logits (task, index, 1, query->probe, query->probe + 1);
      query->probe_logit = logits[query->probe];
    }
  if (mask && mask->suppressed)
    suppress (logits, n_vocab, mask->suppressed);
  if (task->n_screened > 0 && ranges[0].allowed)
    refine (task, index);
  if (query->logits)
    for (guint i = 0; i < n_vocab; i++)
      query->logits[i] = scribe_mask_allows (mask, i) ? logits[i] : -INFINITY;

  query->text.n = query->time.n = 0;
  query->text.log_sum_exp = query->time.log_sum_exp = -INFINITY;
  for (guint i = 0; i < G_N_ELEMENTS (ranges); i++)
    if (ranges[i].allowed)
      {
        add_candidates (kernels, ranges[i].group, query->n_top, logits, ranges[i].first, ranges[i].stop);
        add_sum (kernels, ranges[i].group, logits, ranges[i].first, ranges[i].stop);
      }
}

/* Text tokens that these queries can do without computing each: those below their masks' end of text, unless somebody wants
 * all logits or masks nothing. */
static guint
n_screened (const CpuContext *c, guint first, guint n)
{
  guint screened = c->plan->screen ? c->op->weight->n_rows : 0;

  for (guint i = first; i < first + n; i++)
    {
      const ScribeQuery *query = &c->run->queries[i];

      screened = MIN (screened, query->mask && query->logits == NULL ? (guint) query->mask->text_end : 0);
    }
  return screened;
}

void
cpu_logits (const CpuContext *c)
{
  const ScribeWeight *w = c->op->weight;
  gint16 *x16 = NULL;
  float x_scales[AT_ONCE];
  float *x = cpu_buffer_get (&c->device->logits, AT_ONCE * ((gsize) w->n_rows + 2 * w->n_cols)); /* [AT_ONCE, n_state] */

  x16 = (gint16 *) (void *) (x + AT_ONCE * (gsize) w->n_cols);
  for (guint first = 0; first < c->run->n_queries; first += AT_ONCE)
    {
      guint n = MIN (AT_ONCE, c->run->n_queries - first);
      LogitsTask task = { c, first, n, x, x + 2 * AT_ONCE * (gsize) w->n_cols, n_screened (c, first, n), x16, x_scales };

      for (guint i = 0; i < n; i++)
        memcpy (x + (gsize) i * w->n_cols, cpu_values (c, c->op->in) + (gsize) c->run->queries[first + i].token * w->n_cols,
                w->n_cols * sizeof (float));
      if (task.n_screened > 0)
        cpu_screen_input (x, n, w->n_cols, x16, x_scales);
      scribe_pool_run (c->device->pool, (w->n_rows + TILE_WORDS - 1) / TILE_WORDS, logits_tile, &task);
      scribe_pool_run (c->device->pool, n, answer, &task);
    }
}
