/* search.c - the likeliest tokens of one window
 *
 * A beam is a list of tokens, their log probability, and the device's sequence that holds their keys and values. Greedy search is one beam,
 * sampling is n beams that never trade places, beam search ranks the continuations of all beams together.
 *
 * SPDX-License-Identifier: MIT
 */
#include "decode/search.h"

#include <math.h>
#include <string.h>

typedef struct
{
  GArray *tokens; /* of ScribeToken: found so far */
  double sum_logprob;
  guint sequence;
  gboolean ended; /* sampling: has met end of text */
} Beam;

struct _ScribeSearch
{
  ScribeSearchOptions o;
  Beam *beams; /* [o.n_beams]; the first n_live are in use */
  guint n_live;
  GPtrArray *finished; /* of Beam, owned: beam search's candidates that met end of text */
  ScribeMask *masks;   /* [o.n_beams]: of the step under way */
  float *logits;       /* [o.n_beams, n_vocab]: sampling only */
  GRand *random;
  float no_speech;
  guint n_steps, n_sampled;
  gboolean done;
};

typedef struct
{
  guint beam;
  ScribeToken token;
  double sum_logprob;
} Continuation;

static gboolean
is_sampling (const ScribeSearch *search)
{
  return search->o.temperature > 0;
}

static void
beam_clear (Beam *beam)
{
  g_clear_pointer (&beam->tokens, g_array_unref);
}

static void
finished_free (gpointer data)
{
  beam_clear (data);
  g_free (data);
}

ScribeSearch *
scribe_search_new (const ScribeSearchOptions *options)
{
  ScribeSearch *search = g_new0 (ScribeSearch, 1);

  search->o = *options;
  search->beams = g_new0 (Beam, options->n_beams);
  search->masks = g_new0 (ScribeMask, options->n_beams);
  search->finished = g_ptr_array_new_with_free_func (finished_free);
  search->beams[0] = (Beam){ .tokens = g_array_new (FALSE, FALSE, sizeof (ScribeToken)), .sequence = options->sequence };
  search->n_live = 1;
  if (is_sampling (search))
    {
      const guint32 seed[] = { (guint32) options->seed, (guint32) (options->seed >> 32) };

      search->random = g_rand_new_with_seed_array (seed, G_N_ELEMENTS (seed));
      search->logits = g_new (float, (gsize) options->n_beams * options->n_vocab);
    }
  return search;
}

void
scribe_search_free (ScribeSearch *search)
{
  for (guint i = 0; i < search->o.n_beams; i++)
    beam_clear (&search->beams[i]);
  g_clear_pointer (&search->random, g_rand_free);
  g_ptr_array_unref (search->finished);
  g_free (search->logits);
  g_free (search->masks);
  g_free (search->beams);
  g_free (search);
}

/* Asks for what may follow the beam, at the last token appended. */
static void
add_query (ScribeSearch *search, guint index, GArray *tokens, GArray *queries)
{
  Beam *beam = &search->beams[index];
  ScribeQuery query = { .token = tokens->len - 1, .mask = &search->masks[index], .probe = -1 };

  scribe_rules_mask (search->o.rules, search->o.timestamps, (const ScribeToken *) (void *) beam->tokens->data, beam->tokens->len,
                     &search->masks[index]);
  if (is_sampling (search))
    query.logits = search->logits + (gsize) index * search->o.n_vocab;
  /* sampling needs the likeliest word for the rule of timestamps */
  query.n_top = is_sampling (search) ? 1 : MIN (search->o.n_beams + (search->o.n_beams > 1), SCRIBE_TOP_MAX);
  g_array_append_val (queries, query);
}

static void
fill_prompt (ScribeSearch *search, GArray *tokens, GArray *queries)
{
  const ScribeSearchOptions *o = &search->o;
  guint first = o->prompt_is_cached ? o->n_prompt - 1 : 0;

  for (guint i = first; i < o->n_prompt; i++)
    {
      ScribeStepToken token = { o->prompt[i], i, o->sequence, o->window };

      g_array_append_val (tokens, token);
      if (i == o->start && !o->prompt_is_cached)
        {
          ScribeQuery query = { .token = tokens->len - 1, .probe = o->special->no_speech };

          g_array_append_val (queries, query);
        }
    }
  add_query (search, 0, tokens, queries);
}

void
scribe_search_fill (ScribeSearch *search, GArray *tokens, GArray *queries)
{
  if (search->n_steps == 0)
    {
      fill_prompt (search, tokens, queries);
      return;
    }
  for (guint i = 0; i < search->n_live; i++)
    {
      Beam *beam = &search->beams[i];
      ScribeStepToken token = { .position = search->o.n_prompt + beam->tokens->len - 1,
                                .sequence = beam->sequence,
                                .window = search->o.window };

      if (beam->ended)
        continue;
      token.id = g_array_index (beam->tokens, ScribeToken, beam->tokens->len - 1);
      g_array_append_val (tokens, token);
      add_query (search, i, tokens, queries);
    }
}

/* TRUE where the timestamps together are likelier than any one word: then a timestamp must come. */
static gboolean
only_times (const ScribeQuery *query)
{
  return query->time.n > 0 && (query->text.n == 0 || query->time.log_sum_exp > query->text.top[0].logit);
}

/* Log of the sum that turns logits into probabilities. */
static double
normaliser (const ScribeQuery *query)
{
  double text = only_times (query) ? -INFINITY : query->text.log_sum_exp, time = query->time.log_sum_exp;
  double max = MAX (text, time);

  return max + log (exp (text - max) + exp (time - max));
}

/* The n likeliest of both groups, likeliest first; returns how many there are. */
static guint
likeliest (const ScribeQuery *query, guint n, ScribeCandidate *out)
{
  guint text = only_times (query) ? query->text.n : 0, time = 0, found = 0;

  while (found < n && (text < query->text.n || time < query->time.n))
    if (time == query->time.n || (text < query->text.n && query->text.top[text].logit >= query->time.top[time].logit))
      out[found++] = query->text.top[text++];
    else
      out[found++] = query->time.top[time++];
  return found;
}

/* Draws a token from softmax (logits / temperature). */
static ScribeToken
draw (ScribeSearch *search, const ScribeQuery *query)
{
  guint first = only_times (query) ? (guint) search->o.special->timestamp : 0;
  float max = -INFINITY;
  double sum = 0, at;
  ScribeToken last = search->o.special->end;

  for (guint i = first; i < search->o.n_vocab; i++)
    max = MAX (max, query->logits[i]);
  for (guint i = first; i < search->o.n_vocab; i++)
    sum += exp ((query->logits[i] - max) / search->o.temperature);
  at = g_rand_double (search->random) * sum;
  for (guint i = first; i < search->o.n_vocab; i++)
    if (query->logits[i] > -INFINITY)
      {
        last = i;
        at -= exp ((query->logits[i] - max) / search->o.temperature);
        if (at < 0)
          break;
      }
  return last;
}

/* After the first step: every sequence gets the prompt's rows, which nothing overwrites from then on. */
static void
share_prompt (ScribeSearch *search, ScribeDevice *device)
{
  for (guint i = 1; i < search->o.n_beams; i++)
    scribe_device_copy_rows (device, search->o.sequence, search->o.sequence + i, 0, search->o.n_prompt);
}

static void
take_samples (ScribeSearch *search, const ScribeQuery *queries)
{
  gboolean first = search->n_steps == 0;
  guint n_live = 0;

  if (first)
    {
      for (guint i = 1; i < search->o.n_beams; i++)
        search->beams[i] = (Beam){ .tokens = g_array_new (FALSE, FALSE, sizeof (ScribeToken)),
                                   .sequence = search->o.sequence + i };
      search->n_live = search->o.n_beams;
    }
  for (guint i = 0, asked = 0; i < search->n_live; i++)
    {
      Beam *beam = &search->beams[i];
      const ScribeQuery *query;
      ScribeToken token;

      if (beam->ended)
        continue;
      query = &queries[first ? 0 : asked++];
      token = draw (search, query);
      beam->sum_logprob += query->logits[token] - normaliser (query);
      beam->ended = token == search->o.special->end;
      search->n_sampled++;
      if (!beam->ended)
        g_array_append_val (beam->tokens, token);
      n_live += !beam->ended;
    }
  search->done = n_live == 0;
}

static void
take_greedy (ScribeSearch *search, const ScribeQuery *query)
{
  Beam *beam = &search->beams[0];
  ScribeCandidate best = { search->o.special->end, 0 };

  if (likeliest (query, 1, &best) > 0)
    beam->sum_logprob += best.logit - normaliser (query);
  search->n_sampled++;
  if (best.token == search->o.special->end)
    search->done = beam->ended = TRUE;
  else
    g_array_append_val (beam->tokens, best.token);
}

static int
compare_continuations (gconstpointer a, gconstpointer b)
{
  double x = ((const Continuation *) a)->sum_logprob, y = ((const Continuation *) b)->sum_logprob;

  return (x < y) - (x > y);
}

/* The beam's tokens joined the candidates, likelier ones first come. */
static void
finish_beam (ScribeSearch *search, const Continuation *c)
{
  Beam *finished;

  if (search->finished->len >= search->o.n_beams)
    return;
  finished = g_new0 (Beam, 1);
  finished->tokens = g_array_copy (search->beams[c->beam].tokens);
  finished->sum_logprob = c->sum_logprob;
  finished->ended = TRUE;
  g_ptr_array_add (search->finished, finished);
}

/* Replaces the live beams by their continuations. The first child of a beam stays in its sequence; each further one moves into a
 * sequence that no survivor needs, where the rows found since the prompt are copied. */
static void
regroup (ScribeSearch *search, const Continuation *chosen, guint n_chosen, ScribeDevice *device)
{
  g_autofree Beam *next = g_new0 (Beam, search->o.n_beams);
  g_autofree gboolean *taken = g_new0 (gboolean, search->o.n_beams); /* by sequence */

  for (guint pass = 0; pass < 2; pass++)
    for (guint i = 0; i < n_chosen; i++)
      {
        const Beam *parent = &search->beams[chosen[i].beam];
        guint sequence = parent->sequence;

        if (next[i].tokens)
          continue;
        if (taken[sequence - search->o.sequence])
          {
            if (pass == 0)
              continue; /* until every parent that survives has kept its place */
            for (sequence = search->o.sequence; taken[sequence - search->o.sequence]; sequence++)
              ;
            scribe_device_copy_rows (device, parent->sequence, sequence, search->o.n_prompt, parent->tokens->len);
          }
        taken[sequence - search->o.sequence] = TRUE;
        next[i] = (Beam){ .tokens = g_array_copy (parent->tokens), .sum_logprob = chosen[i].sum_logprob, .sequence = sequence };
        g_array_append_val (next[i].tokens, chosen[i].token);
      }

  for (guint i = 0; i < search->o.n_beams; i++)
    {
      beam_clear (&search->beams[i]);
      search->beams[i] = next[i];
    }
  search->n_live = n_chosen;
}

static void
take_beams (ScribeSearch *search, const ScribeQuery *queries, ScribeDevice *device)
{
  g_autoptr (GArray) all = g_array_new (FALSE, FALSE, sizeof (Continuation));
  g_autoptr (GArray) chosen = g_array_new (FALSE, FALSE, sizeof (Continuation));

  for (guint i = 0; i < search->n_live; i++)
    {
      ScribeCandidate top[SCRIBE_TOP_MAX];
      guint n = likeliest (&queries[i], MIN (search->o.n_beams + 1, SCRIBE_TOP_MAX), top);
      double log_sum = normaliser (&queries[i]);

      for (guint j = 0; j < n; j++)
        {
          Continuation c = { i, top[j].token, search->beams[i].sum_logprob + top[j].logit - log_sum };

          g_array_append_val (all, c);
        }
    }
  g_array_sort (all, compare_continuations);

  for (guint i = 0; i < all->len && chosen->len < search->o.n_beams; i++)
    {
      const Continuation *c = &g_array_index (all, Continuation, i);

      search->n_sampled++;
      if (c->token == search->o.special->end)
        finish_beam (search, c);
      else
        g_array_append_val (chosen, *c);
    }
  /* where nothing may follow, as with a model of NaNs, the beams end as they stand */
  if (chosen->len > 0)
    regroup (search, (const Continuation *) (void *) chosen->data, chosen->len, device);
  search->done = search->finished->len >= search->o.n_beams || chosen->len == 0;
}

void
scribe_search_take (ScribeSearch *search, const ScribeQuery *queries, ScribeDevice *device)
{
  if (search->n_steps == 0 && !search->o.prompt_is_cached)
    {
      search->no_speech = expf (queries[0].probe_logit - queries[0].text.log_sum_exp);
      queries++;
    }
  if (search->n_steps == 0)
    share_prompt (search, device);
  if (is_sampling (search))
    take_samples (search, queries);
  else if (search->o.n_beams == 1)
    take_greedy (search, queries);
  else
    take_beams (search, queries, device);

  search->n_steps++;
  if (search->n_steps >= search->o.max_tokens)
    search->done = TRUE;
}

gboolean
scribe_search_is_done (ScribeSearch *search)
{
  return search->done;
}

static const Beam *
better (const Beam *a, const Beam *b)
{
  if (a == NULL)
    return b;
  return b->sum_logprob / MAX (b->tokens->len, 1) > a->sum_logprob / MAX (a->tokens->len, 1) ? b : a;
}

void
scribe_search_result (ScribeSearch *search, ScribeSearchResult *result)
{
  const Beam *best = NULL;

  for (guint i = 0; i < search->finished->len; i++)
    best = better (best, g_ptr_array_index (search->finished, i));
  /* beams are in the order of their probability: those that did not finish fill up the candidates */
  for (guint i = 0; i < search->n_live && search->finished->len + i < search->o.n_beams; i++)
    best = better (best, &search->beams[i]);

  g_assert (best != NULL); /* there is always a finished beam or a live one */
  *result = (ScribeSearchResult){ .tokens = (const ScribeToken *) (void *) best->tokens->data,
                                  .n = best->tokens->len,
                                  .sum_logprob = (float) best->sum_logprob,
                                  .no_speech = search->no_speech,
                                  .n_sampled = search->n_sampled };
}
