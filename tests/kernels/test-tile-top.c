/* test-tile-top.c - what a search asks of tiles of logits, against plain loops
 *
 * SPDX-License-Identifier: MIT
 */
#include "mock-core.h"
#include "plain.h"
#include "scalar.h"

#include "tile/kernels.h"

#include <math.h>
#include <string.h>

#define N_COLUMNS 128
#define LOG2_E    1.44269504f
#define MOST_TOP  17

typedef float Logits[64][N_COLUMNS];

typedef enum
{
  LIKELY,
  EQUAL, /* many of them */
  EXTREME,
  RISING,
  N_KINDS
} Kind;

static float
random_logit (Kind kind, guint token)
{
  switch (kind)
    {
    case EQUAL:
      return (float) g_test_rand_int_range (-3, 4) * (g_test_rand_bit () ? 0.f : -2.f);
    case EXTREME:
      return plain_random_float () / 8;
    case RISING:
      return (float) token / 50;
    default:
      return (float) g_test_rand_double_range (-25, 10);
    }
}

/* Eight rows and eight columns are a block; 16 blocks are the columns. */
static void
to_blocks (Logits logits, float *acc)
{
  for (guint r = 0; r < 64; r++)
    for (guint c = 0; c < N_COLUMNS; c++)
      acc[(r / 8 * 16 + c / 8) * 64 + r % 8 * 8 + c % 8] = logits[r][c];
}

static gboolean
counts (const TileTopQuery *query, guint group, guint token, const guint32 *suppressed, guint column)
{
  return token >= query->begin[group] && token < query->end[group] && !(suppressed && suppressed[column / 32] >> column % 32 & 1);
}

static void
plain_insert (const TileTopQuery *query, guint group, guint token, float logit, TileTopAnswer *answer)
{
  float *logits = tile_top_logits (answer, query->n_top, group);
  guint16 *tokens = tile_top_tokens (answer, query->n_top, group);
  guint n = answer->n[group], at = 0;

  while (at < n && logits[at] >= logit)
    at++;
  if (at == query->n_top)
    return;
  if (n < query->n_top)
    answer->n[group] = ++n;
  for (guint i = n - 1; i > at; i--)
    {
      logits[i] = logits[i - 1];
      tokens[i] = tokens[i - 1];
    }
  logits[at] = logit;
  tokens[at] = token;
}

static float
sum_of_eight (const float *x, guint step)
{
  return ((x[0] + x[4 * step]) + (x[2 * step] + x[6 * step])) + ((x[step] + x[5 * step]) + (x[3 * step] + x[7 * step]));
}

/* All that counts, added up in the order of a register's lanes */
static void
plain_sum (const float *row, const gboolean *is_in, float *reference, float *sum)
{
  float most = -INFINITY, lanes[64], columns[8];

  for (guint c = 0; c < N_COLUMNS; c++)
    if (is_in[c])
      most = MAX (most, row[c]);
  if (most * LOG2_E > *reference)
    {
      float raised = ceilf (most * LOG2_E) + 0.f;

      *sum *= *reference - raised < -126 ? 0 : ldexpf (1, (int) (*reference - raised));
      *reference = raised;
    }
  for (guint i = 0; i < 64; i++)
    {
      float low = is_in[i] ? scalar_exp2 (row[i] * LOG2_E - *reference) : 0;
      float high = is_in[64 + i] ? scalar_exp2 (row[64 + i] * LOG2_E - *reference) : 0;

      lanes[i] = low + high;
    }
  for (guint c = 0; c < 8; c++)
    columns[c] = sum_of_eight (lanes + c, 8);
  *sum += sum_of_eight (columns, 1);
}

static void
plain_add (Logits logits, const TileTopQuery *query, guint first_token, const guint32 *suppressed, TileTopAnswer *answer)
{
  const float *row = logits[query->row];

  for (guint group = 0; group < TILE_TOP_GROUPS; group++)
    {
      gboolean is_in[N_COLUMNS], any = FALSE;

      for (guint c = 0; c < N_COLUMNS; c++)
        {
          is_in[c] = counts (query, group, first_token + c, suppressed, c);
          any |= is_in[c];
          if (is_in[c])
            plain_insert (query, group, first_token + c, row[c], answer);
        }
      if (any)
        plain_sum (row, is_in, &answer->reference[group], &answer->sum[group]);
    }
  if (query->probe >= first_token && query->probe < first_token + N_COLUMNS)
    answer->probe = row[query->probe - first_token];
}

static void
plain_clear (TileTopAnswer *answer)
{
  *answer = (TileTopAnswer){ .reference = { -INFINITY, -INFINITY } };
}

static TileTopQuery
random_query (guint n_vocab, guint n_sets)
{
  TileTopQuery query = { .row = g_test_rand_int_range (0, 64),
                         .n_top = g_test_rand_bit () ? g_test_rand_int_range (0, MOST_TOP + 1) : g_test_rand_int_range (0, 3),
                         .set = g_test_rand_bit () ? TILE_TOP_NONE : g_test_rand_int_range (0, n_sets),
                         .probe = g_test_rand_bit () ? TILE_TOP_NONE : g_test_rand_int_range (0, n_vocab) };
  guint time_begin = g_test_rand_int_range (0, n_vocab + 1);

  query.end[0] = time_begin - (g_test_rand_bit () ? g_test_rand_int_range (0, time_begin + 1) : 0);
  query.begin[0] = g_test_rand_bit () ? 0 : g_test_rand_int_range (0, n_vocab);
  query.begin[1] = time_begin;
  query.end[1] = g_test_rand_bit () ? n_vocab : (guint) g_test_rand_int_range (time_begin, n_vocab + 1);
  return query;
}

/* None, few, many or all of a tile's tokens */
static void
random_set (guint32 mask[4])
{
  guint density = g_test_rand_int_range (0, 4);

  for (guint i = 0; i < 4; i++)
    {
      guint32 some = (guint32) g_test_rand_int (), few = some & (guint32) g_test_rand_int () & (guint32) g_test_rand_int ();

      mask[i] = density == 0 ? 0 : density == 1 ? few : density == 2 ? some : G_MAXUINT32;
    }
}

typedef union
{
  TileTopAnswer answer;
  guint8 bytes[TILE_OBJECT_BYTES];
} Answer;

/* A few tiles after another: what is there decides what is added. */
static void
test_kernels (gconstpointer data)
{
  const TileKernels *kernels = data;
  g_autofree float *acc = g_new (float, 64 * N_COLUMNS);

  for (guint trial = 0; trial < 3000; trial++)
    {
      const Kind kind = trial % N_KINDS;
      const guint n_tiles = 4, step = 128 * g_test_rand_int_range (1, 3), first = 128 * g_test_rand_int_range (0, 3);
      const TileTopQuery query = random_query (first + (n_tiles - 1) * step + N_COLUMNS, 1);
      TileClock clock = { 0 };
      Answer found, expected;

      memset (&found, 0x55, sizeof found);
      memset (&expected, 0x55, sizeof expected);
      kernels->top_clear (&clock, &found.answer);
      plain_clear (&expected.answer);
      for (guint tile = 0; tile < n_tiles; tile++)
        {
          guint token = first + tile * step;
          Logits logits = { { 0 } };
          guint32 mask[4];

          for (guint c = 0; c < N_COLUMNS; c++)
            logits[query.row][c] = random_logit (kind, token + c);
          random_set (mask);
          to_blocks (logits, acc);
          kernels->top_add (&clock, acc, &query, token, query.set == TILE_TOP_NONE ? NULL : mask, &found.answer);
          plain_add (logits, &query, token, query.set == TILE_TOP_NONE ? NULL : mask, &expected.answer);
        }
      plain_assert_same ("an answer", found.bytes, expected.bytes, sizeof found);
    }
}

/* As the vocabulary of a column: how near the sum comes, and what a tile costs. */
static void
test_sum (gconstpointer data)
{
  const TileKernels *kernels = data;
  const guint n_tiles = 51, n_tokens = n_tiles * N_COLUMNS;
  g_autofree float *acc = g_new (float, 64 * N_COLUMNS);

  for (guint trial = 0; trial < 60; trial++)
    {
      const guint n_queries = trial % 2 ? 5 : 1;
      const float spread = (float[]){ 0.01f, 1, 5, 20 }[trial / 2 % 4], middle = (float) g_test_rand_double_range (-30, 30);
      TileTopQuery queries[5];
      Answer answers[5];
      TileClock clock = { 0 };
      double sums[5] = { 0 };

      for (guint i = 0; i < n_queries; i++)
        {
          queries[i] = (TileTopQuery){ .row = i, .n_top = 6, .set = 0, .probe = TILE_TOP_NONE, .end = { n_tokens, 0 } };
          kernels->top_clear (&clock, &answers[i].answer);
        }
      for (guint tile = 0; tile < n_tiles; tile++)
        {
          Logits logits = { { 0 } };
          const guint32 none[4] = { 0 };

          for (guint i = 0; i < n_queries; i++)
            for (guint c = 0; c < N_COLUMNS; c++)
              {
                logits[i][c] = middle + spread * (float) (g_test_rand_double () + g_test_rand_double () + g_test_rand_double ());
                sums[i] += exp (logits[i][c] - (double) middle);
              }
          to_blocks (logits, acc);
          for (guint i = 0; i < n_queries; i++)
            kernels->top_add (&clock, acc, &queries[i], tile * N_COLUMNS, none, &answers[i].answer);
        }
      for (guint i = 0; i < n_queries; i++)
        {
          const TileTopAnswer *answer = &answers[i].answer;
          double log_sum_exp = (answer->reference[0] + log2 (answer->sum[0])) * G_LN2;

          g_assert_cmpfloat_with_epsilon (log_sum_exp, log (sums[i]) + middle, 1e-4);
          g_assert_cmpfloat (answer->sum[1], ==, 0);
        }
      if (trial < 2)
        g_test_message ("%s: %" G_GUINT64_FORMAT " cycles for a tile and %u queries", kernels->name,
                        tile_clock_cycles (&clock) / n_tiles, n_queries);
    }
}

typedef struct
{
  gboolean is_pair, weight_pairs;
  guint n_tiles, n_steps, n_blank, n_sets;
  guint n_queries;
  guint n_top; /* at most */
  gboolean has_heads;
} Case;

#define MOST_STEPS 24

/* a' b of 32 inputs: each eight of them have scales of their own */
static float
plain_product (float sum,
               const guint8 *a,
               gboolean is_pair,
               guint first_block,
               gboolean is_high_only,
               guint row,
               const guint8 *b,
               guint column)
{
  for (guint low = 0; low < (is_pair && !is_high_only ? 2 : 1); low++)
    for (guint k = 0; k < 4; k++)
      {
        const guint block = is_pair ? (row / 8 * 4 + k) * 2 + low : row / 8 * 8 + first_block + k;
        const guint8 *x = a + block * TILE_BLOCK_BYTES + row % 8 * 9;
        const guint8 *y = b + (column / 8 * 4 + k) * TILE_BLOCK_BYTES + column % 8 * 9;

        sum = scalar_bfp_mac (sum, x, 0, y, 0);
      }
  return sum;
}

static void
random_object (guint8 *object)
{
  for (guint i = 0; i < TILE_OBJECT_BYTES; i++)
    object[i] = i % 9 == 0 ? g_test_rand_int_range (127, 131) : g_test_rand_int_range (0, 256);
}

/* Streams of a tile, and what their product is */
static void
feed_tile (MockCore *core, const Case *c, gboolean is_blank, guint n_rows, Logits logits)
{
  g_autofree guint8 (*objects)[TILE_OBJECT_BYTES] = g_malloc (MOST_STEPS * sizeof *objects);

  for (guint step = 0; step < c->n_steps; step++)
    {
      guint8 *a = objects[step], b[TILE_OBJECT_BYTES];

      random_object (a);
      if (!c->has_heads)
        mock_core_feed (core, TILE_STREAM_A, a, TILE_OBJECT_BYTES);
      for (guint part = 0; part < (c->is_pair ? 1 : 2) && !is_blank; part++)
        for (guint low = 0; low <= (guint) c->weight_pairs; low++)
          {
            random_object (b);
            mock_core_feed (core, TILE_STREAM_B, b, sizeof b);
            for (guint row = 0; row < n_rows; row++)
              for (guint column = 0; column < N_COLUMNS; column++)
                logits[row][column] = plain_product (logits[row][column], a, c->is_pair, 4 * part, low > 0, row, b, column);
          }
    }
  if (c->has_heads)
    mock_core_feed_heads (core, (const guint8 (*)[TILE_OBJECT_BYTES]) objects, c->n_steps);
}

static void
run_case (const TileKernels *kernels, guint row, const Case *c)
{
  const guint first_token = 256, token_step = 384, n_vocab = first_token + (c->n_tiles - 1) * token_step + 77;
  g_autoptr (MockCore) core = mock_core_new (row);
  g_autofree TileControl *control = g_new0 (TileControl, 1);
  TileControlTop *top = &control->top;
  const TileTopQuery *queries = top->queries[row];
  guint32 masks[TILE_TOP_MASKS][4];
  guint8 expected[TILE_OBJECT_BYTES];
  guint n_rows = 0, n_bytes = 0;
  guint64 cycles;

  *control = (TileControl){ .op = TILE_OP_TOP, .n_heads = c->has_heads ? TILE_HEADS : 0 };
  top->n_tiles = c->n_tiles;
  top->n_blank = c->n_blank;
  top->steps = (TileSteps){ c->n_steps, c->is_pair ? TILE_FORMAT_PAIR : TILE_FORMAT_SINGLE, c->weight_pairs };
  top->first_token = first_token;
  top->token_step = token_step;
  top->n_sets = c->n_sets;
  top->n_queries[(row + 1) % 4] = 3;
  top->n_queries[row] = c->n_queries;
  for (guint i = 0; i < c->n_queries; i++)
    {
      TileTopQuery *query = &top->queries[row][i];

      *query = random_query (n_vocab, MAX (c->n_sets, 1));
      query->row %= c->has_heads ? 8 : 64;
      query->n_top = MIN (query->n_top, c->n_top);
      query->set = c->n_sets ? query->set : TILE_TOP_NONE;
      n_rows = MAX (n_rows, query->row + 1u);
      plain_clear ((TileTopAnswer *) (gpointer) (expected + n_bytes));
      n_bytes += tile_top_bytes (query->n_top);
    }
  control->n_row_blocks[row] = MAX ((n_rows + 7) / 8, 1);
  mock_core_feed (core, TILE_STREAM_B, control, sizeof *control);
  for (guint i = 0; i < c->n_sets * c->n_tiles; i++)
    random_set (masks[i]);
  if (c->n_sets > 0)
    mock_core_feed (core, TILE_STREAM_B, masks, c->n_sets * c->n_tiles * sizeof *masks);

  for (guint tile = 0; tile < c->n_tiles; tile++)
    {
      Logits logits = { { 0 } };

      feed_tile (core, c, FALSE, n_rows, logits);
      for (guint i = 0, at = 0; i < c->n_queries; at += tile_top_bytes (queries[i++].n_top))
        plain_add (logits, &queries[i], first_token + tile * token_step,
                   queries[i].set == TILE_TOP_NONE ? NULL : masks[queries[i].set * c->n_tiles + tile],
                   (TileTopAnswer *) (gpointer) (expected + at));
    }
  for (guint tile = 0; tile < c->n_blank; tile++)
    feed_tile (core, c, TRUE, 0, NULL);

  cycles = mock_core_run (core, kernels->op_top);
  g_test_message ("%s: %" G_GUINT64_FORMAT " cycles for %u tiles of %u steps and %u queries", kernels->name, cycles, c->n_tiles,
                  c->n_steps, c->n_queries);
  g_assert_cmpuint (core->results->len, ==, 1);
  for (guint i = 0, at = 0; i < c->n_queries; i++)
    {
      const TileTopAnswer *answer = (const TileTopAnswer *) (gconstpointer) (expected + at);

      /* places of candidates that there are not hold anything */
      plain_assert_same ("sums and numbers", (const guint8 *) mock_core_result (core, 0) + at, answer, sizeof *answer);
      for (guint group = 0; group < TILE_TOP_GROUPS; group++)
        {
          gsize logits = at + sizeof *answer + group * queries[i].n_top * 4;
          gsize tokens = at + sizeof *answer + 2 * queries[i].n_top * 4 + group * queries[i].n_top * 2;

          plain_assert_same ("logits", (const guint8 *) mock_core_result (core, 0) + logits, expected + logits,
                             answer->n[group] * 4);
          plain_assert_same ("tokens", (const guint8 *) mock_core_result (core, 0) + tokens, expected + tokens,
                             answer->n[group] * 2);
        }
      at += tile_top_bytes (queries[i].n_top);
    }
}

static void
test_op (gconstpointer data)
{
  static const Case cases[] = {
    { FALSE, FALSE, 3, 2, 0, 1, 1, MOST_TOP },       { TRUE, TRUE, 3, 2, 1, 2, 5, MOST_TOP },
    { FALSE, TRUE, 2, 1, 3, 0, 20, MOST_TOP },       { TRUE, FALSE, 1, 3, 0, 7, 64, 4 },
    { FALSE, FALSE, 5, 1, 2, 19, 30, MOST_TOP / 2 }, { TRUE, TRUE, 2, 1, 1, 1, 0, MOST_TOP },
    { FALSE, FALSE, 3, 7, 2, 1, 5, MOST_TOP, TRUE }, { TRUE, TRUE, 2, MOST_STEPS, 1, 2, 8, MOST_TOP, TRUE },
    { FALSE, TRUE, 2, 9, 3, 0, 2, MOST_TOP, TRUE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    for (guint row = 0; row < 4; row++)
      run_case (data, row, &cases[i]);
}

int
main (int argc, char **argv)
{
  const TileKernels *kernels;

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; (kernels = tile_kernels_get_nth (i)) != NULL; i++)
    {
      g_autofree char *of_kernels = g_strdup_printf ("/tile/top/%s/kernels", kernels->name);
      g_autofree char *of_sum = g_strdup_printf ("/tile/top/%s/sum", kernels->name);
      g_autofree char *of_op = g_strdup_printf ("/tile/top/%s/op", kernels->name);

      g_test_add_data_func (of_kernels, kernels, test_kernels);
      g_test_add_data_func (of_sum, kernels, test_sum);
      g_test_add_data_func (of_op, kernels, test_op);
    }
  return g_test_run ();
}
