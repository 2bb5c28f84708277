/* test-tile-attention.c - attention on a compute tile, against plain loops and against its definition
 *
 * SPDX-License-Identifier: MIT
 */
#include "mock-core.h"
#include "plain-object.h"
#include "plain.h"
#include "scalar.h"

#include "tile/kernels.h"

#include <math.h>
#include <string.h>

#define MAX_KEY_BLOCKS 6
#define N_FLOATS       (64 * 64)

typedef struct
{
  gboolean is_pair[3]; /* q, k, v */
  guint n_row_blocks, n_key_blocks;
  guint16 seen[64][2];
  /* each one object, or two that follow each other */
  guint8 q[2 * TILE_OBJECT_BYTES], k[MAX_KEY_BLOCKS][2 * TILE_OBJECT_BYTES], v[MAX_KEY_BLOCKS][2 * TILE_OBJECT_BYTES];
} Case;

/* ---------------------------------------------------------------- plain loops */

static float
to_bf16 (float x)
{
  guint32 bits;

  memcpy (&bits, &x, sizeof bits);
  bits = (bits + 0x7fff + (bits >> 16 & 1)) & 0xffff0000;
  memcpy (&x, &bits, sizeof x);
  return x;
}

/* Sum of products of two rows of 64, over groups of eight: of each 32 values the high ones, then what they leave, without low times low */
static float
plain_dot (float sum, guint8 *a, gboolean is_a_pair, guint row_a, guint8 *b, gboolean is_b_pair, guint row_b)
{
  for (guint half = 0; half < 2; half++)
    for (guint term = 0; term < 3; term++)
      {
        const gboolean is_a_low = term == 2, is_b_low = term == 1;

        if ((is_a_low && !is_a_pair) || (is_b_low && !is_b_pair))
          continue;
        for (guint group = 4 * half; group < 4 * half + 4; group++)
          sum = scalar_bfp_mac (sum, plain_row (a, is_a_pair, is_a_low, row_a, group), 0,
                                plain_row (b, is_b_pair, is_b_low, row_b, group), 0);
      }
  return sum;
}

static gboolean
is_seen (const Case *c, guint row, guint key)
{
  return key >= c->seen[row][0] && key < c->seen[row][1];
}

/* Blocks of keys that none of eight rows sees are not looked at. */
static gboolean
is_active (const Case *c, guint row, guint block)
{
  for (guint r = row / 8 * 8; r < row / 8 * 8 + 8; r++)
    if (c->seen[r][0] < c->seen[r][1] && c->seen[r][0] < 64 * block + 64 && c->seen[r][1] > 64 * block)
      return TRUE;
  return FALSE;
}

static void
plain_scores (Case *c, guint row, guint block, float score[64])
{
  for (guint key = 0; key < 64; key++)
    score[key] = is_seen (c, row, 64 * block + key) ? plain_dot (0, c->q, c->is_pair[0], row, c->k[block], c->is_pair[1], key)
                                                    : -16384;
}

/* What a row carries from keys to keys */
typedef struct
{
  float level, sum;
  float y[64];
  gboolean is_align; /* the weights pass once more, and are to be divided by this sum */
} Carry;

/* A row's weights of 64 keys, in its place of an object, and their sum */
static void
plain_weights (Case *c, guint row, guint block, gboolean is_pair, const float score[64], guint8 *weights, Carry *carry)
{
  const guint8 ones[9] = { 127, 64, 64, 64, 64, 64, 64, 64, 64 };
  float largest = -16384, sum = 0;

  for (guint key = 0; key < 64; key++)
    largest = MAX (largest, score[key]);
  largest = to_bf16 (largest);
  if (largest > carry->level + 32)
    {
      const float shrunk = carry->is_align ? scalar_exp2 ((carry->level - largest) * 0.18033688f)
                                           : scalar_exp_score (carry->level, largest) * 1.37405492f;
      float factor = carry->sum > 0 ? shrunk : 1;

      for (guint j = 0; j < 64; j++)
        carry->y[j] *= factor;
      carry->sum *= factor;
      carry->level = largest;
    }
  for (guint group = 0; group < 8; group++)
    {
      guint8 *hi = plain_row (weights, is_pair, FALSE, row, group), *lo = plain_row (weights, is_pair, TRUE, row, group),
             unused[9];
      float weight[8];

      for (guint i = 0; i < 8; i++)
        weight[i] = is_seen (c, row, 64 * block + 8 * group + i) ? scalar_exp_score (score[8 * group + i], carry->level) : 0;
      plain_bfp_pack_pair (weight, hi, is_pair ? lo : unused);
      sum = scalar_bfp_mac (sum, hi, 0, ones, 0);
      if (is_pair)
        sum = scalar_bfp_mac (sum, lo, 0, ones, 0);
    }
  carry->sum += sum;
}

/* One row against all keys: y [64] */
static void
plain_attention_row (Case *c, guint row, float y[64])
{
  guint8 weights[2 * TILE_OBJECT_BYTES];
  Carry carry = { .level = -16384 };
  float factor;

  for (guint block = 0; block < c->n_key_blocks; block++)
    if (is_active (c, row, block))
      {
        float score[64];

        plain_scores (c, row, block, score);
        plain_weights (c, row, block, c->is_pair[2], score, weights, &carry);
        for (guint j = 0; j < 64; j++)
          carry.y[j] = plain_dot (carry.y[j], weights, c->is_pair[2], row, c->v[block], c->is_pair[2], j);
      }
  factor = scalar_reciprocal (carry.sum + 0x1p-100f);
  for (guint j = 0; j < 64; j++)
    y[j] = carry.y[j] * factor;
}

/* The weights alone, of all keys */
static void
plain_align_row (Case *c, guint row, float *y)
{
  guint8 weights[2 * TILE_OBJECT_BYTES];
  Carry carry = { .level = -16384, .is_align = TRUE };
  float factor, score[64];

  for (guint block = 0; block < c->n_key_blocks; block++)
    if (is_active (c, row, block))
      {
        plain_scores (c, row, block, score);
        plain_weights (c, row, block, TRUE, score, weights, &carry);
      }
  factor = scalar_reciprocal (carry.sum + 0x1p-100f);
  for (guint block = 0; block < c->n_key_blocks; block++)
    {
      plain_scores (c, row, block, score);
      for (guint key = 0; key < 64; key++)
        y[64 * block + key] = is_seen (c, row, 64 * block + key) ? scalar_exp_score (score[key], carry.level) * factor : 0;
    }
}

/* The definition, in double */
static void
exact_attention_row (Case *c, guint row, double y[64], double *largest_v)
{
  g_autofree float *q = g_new (float, N_FLOATS), *k = g_new (float, N_FLOATS), *v = g_new (float, N_FLOATS);
  g_autofree double *scores = g_new (double, 64 * MAX_KEY_BLOCKS);
  double largest = -INFINITY, sum = 0;

  plain_unpack (c->q, c->is_pair[0], q);
  memset (y, 0, 64 * sizeof *y);
  *largest_v = 0;
  for (guint key = c->seen[row][0]; key < c->seen[row][1]; key++)
    {
      if (key == c->seen[row][0] || key % 64 == 0)
        plain_unpack (c->k[key / 64], c->is_pair[1], k);
      scores[key] = 0;
      for (guint i = 0; i < 64; i++)
        scores[key] += (double) q[row * 64 + i] * k[key % 64 * 64 + i] / 8;
      largest = MAX (largest, scores[key]);
    }
  for (guint key = c->seen[row][0]; key < c->seen[row][1]; key++)
    {
      if (key == c->seen[row][0] || key % 64 == 0)
        plain_unpack (c->v[key / 64], c->is_pair[2], v);
      sum += exp (scores[key] - largest);
      for (guint j = 0; j < 64; j++)
        {
          y[j] += exp (scores[key] - largest) * v[j * 64 + key % 64];
          *largest_v = MAX (*largest_v, fabs (v[j * 64 + key % 64]));
        }
    }
  for (guint j = 0; j < 64 && sum > 0; j++)
    y[j] /= sum;
}

/* ---------------------------------------------------------------- cases */

typedef enum
{
  SEEN_ALL,
  SEEN_TAIL,   /* all rows a number of keys that is no multiple of anything */
  SEEN_CAUSAL, /* a row as many keys as there are rows up to it */
  SEEN_ANY,    /* each row some range, or nothing */
  N_SEEN
} Seen;

typedef enum
{
  VALUES_USUAL,
  VALUES_SPREAD, /* scores of thousands, that rise from block to block */
  VALUES_FLAT,   /* all scores equal */
  VALUES_DENORMAL,
  N_VALUES
} Values;

static void
fill (guint8 *objects, gboolean is_pair, float scale)
{
  g_autofree float *values = g_new (float, N_FLOATS);

  for (guint i = 0; i < N_FLOATS; i++)
    values[i] = scale * (float) g_test_rand_double_range (-1, 1);
  plain_pack (values, is_pair, objects);
}

static void
case_fill (Case *c, guint formats, Seen seen, Values values)
{
  static const float q_scales[] = { 2, 15, 0, 1e-40f };
  const guint n_keys = 64 * c->n_key_blocks;

  for (guint i = 0; i < 3; i++)
    c->is_pair[i] = formats >> i & 1;
  fill (c->q, c->is_pair[0], q_scales[values]);
  for (guint i = 0; i < c->n_key_blocks; i++)
    {
      fill (c->k[i], c->is_pair[1],
            values == VALUES_SPREAD     ? 15.0f * (float) (i + 1) / (float) c->n_key_blocks
            : values == VALUES_DENORMAL ? 1e-39f
                                        : 2);
      fill (c->v[i], c->is_pair[2], values == VALUES_DENORMAL ? 3e-39f : 3);
    }
  for (guint row = 0; row < 64; row++)
    {
      guint begin = seen == SEEN_ANY ? (guint) g_test_rand_int_range (0, (gint32) n_keys) : 0;
      guint end = seen == SEEN_ALL      ? n_keys
                  : seen == SEEN_TAIL   ? n_keys - 29
                  : seen == SEEN_CAUSAL ? row + 1 + (c->n_key_blocks - 1) * 64
                  : row % 5 == 0        ? begin
                                        : (guint) g_test_rand_int_range ((gint32) begin, (gint32) n_keys + 1);

      c->seen[row][0] = (guint16) begin;
      c->seen[row][1] = (guint16) end;
    }
}

static gsize
n_objects (gboolean is_pair)
{
  return is_pair ? 2 : 1;
}

static void
feed (MockCore *core, TileStream stream, const guint8 *objects, gboolean is_pair)
{
  for (gsize i = 0; i < n_objects (is_pair); i++)
    mock_core_feed (core, stream, objects + i * TILE_OBJECT_BYTES, TILE_OBJECT_BYTES);
}

/* Feeds n passes over the same keys, the head's q between two that are others', and runs the op. */
static guint64
run (MockCore *core, const TileKernels *kernels, Case *c, guint n_passes, gboolean is_align)
{
  const guint8 others[TILE_OBJECT_BYTES] = { 0 };
  TileControl control = { .op = is_align ? TILE_OP_ALIGN : TILE_OP_ATTENTION,
                          .attention = { .n_passes = n_passes,
                                         .q_first = 1,
                                         .n_q = 2 + (guint) n_objects (c->is_pair[0]),
                                         .q = c->is_pair[0] ? TILE_FORMAT_PAIR : TILE_FORMAT_SINGLE,
                                         .k = c->is_pair[1] ? TILE_FORMAT_PAIR : TILE_FORMAT_SINGLE,
                                         .v = c->is_pair[2] ? TILE_FORMAT_PAIR : TILE_FORMAT_SINGLE,
                                         .n_key_blocks = c->n_key_blocks } };

  control.n_row_blocks[core->core.row - 2] = c->n_row_blocks;
  memcpy (control.attention.seen[core->core.row - 2], c->seen, sizeof c->seen);
  mock_core_clear (core);
  mock_core_feed (core, TILE_STREAM_B, &control, sizeof control);
  for (guint pass = 0; pass < n_passes; pass++)
    {
      mock_core_feed (core, TILE_STREAM_A, others, sizeof others);
      feed (core, TILE_STREAM_A, c->q, c->is_pair[0]);
      mock_core_feed (core, TILE_STREAM_A, others, sizeof others);
      for (guint i = 0; i < (is_align ? 2 : 1) * c->n_key_blocks; i++)
        {
          feed (core, TILE_STREAM_B, c->k[i % c->n_key_blocks], c->is_pair[1]);
          if (!is_align)
            feed (core, TILE_STREAM_B, c->v[i], c->is_pair[2]);
        }
    }
  return mock_core_run (core, is_align ? kernels->op_align : kernels->op_attention);
}

/* The op's result number "pass" as one or two objects */
static void
result_of (MockCore *core, const Case *c, guint pass, guint8 *objects)
{
  for (guint i = 0; i < n_objects (c->is_pair[0]); i++)
    memcpy (objects + i * TILE_OBJECT_BYTES, mock_core_result (core, pass * (guint) n_objects (c->is_pair[0]) + i),
            TILE_OBJECT_BYTES);
}

static void
check (MockCore *core, Case *c, guint n_passes)
{
  for (guint pass = 0; pass < n_passes; pass++)
    {
      guint8 found[2 * TILE_OBJECT_BYTES];

      result_of (core, c, pass, found);
      for (guint row = 0; row < 8 * c->n_row_blocks; row++)
        {
          float y[64];

          plain_attention_row (c, row, y);
          for (guint group = 0; group < 8; group++)
            {
              guint8 hi[9], lo[9];

              plain_bfp_pack_pair (y + 8 * group, hi, lo);
              plain_assert_same ("y", plain_row (found, c->is_pair[0], FALSE, row, group), hi, 9);
              if (c->is_pair[0])
                plain_assert_same ("y", plain_row (found, TRUE, TRUE, row, group), lo, 9);
            }
        }
    }
}

static void
test_same (gconstpointer data)
{
  const TileKernels *kernels = data;
  g_autoptr (MockCore) core = mock_core_new (2);
  g_autofree Case *c = g_new0 (Case, 1);

  for (guint formats = 0; formats < 8; formats += formats % 4 == 0 ? 2 : 1) /* q in pairs only with k in pairs */
    for (Seen seen = 0; seen < N_SEEN; seen++)
      for (Values values = 0; values < N_VALUES; values++)
        {
          c->n_row_blocks = 1 + (guint) g_test_rand_int_range (0, 3) + (formats == 7 ? 5 : 0);
          c->n_key_blocks = 1 + (guint) g_test_rand_int_range (0, 3);
          case_fill (c, formats, seen, values);
          run (core, kernels, c, 2, FALSE);
          check (core, c, 2);
        }
}

static void
check_align (MockCore *core, Case *c)
{
  for (guint row = 0; row < 8 * c->n_row_blocks; row++)
    {
      float y[64 * MAX_KEY_BLOCKS];
      double sum = 0;

      plain_align_row (c, row, y);
      for (guint group = 0; group < 8 * c->n_key_blocks; group++)
        {
          guint8 *object = g_ptr_array_index (core->results, group / 4), hi[9], lo[9];

          plain_bfp_pack_pair (y + 8 * group, hi, lo);
          plain_assert_same ("weights", plain_row (object, TRUE, FALSE, row, group % 4), hi, 9);
          plain_assert_same ("weights", plain_row (object, TRUE, TRUE, row, group % 4), lo, 9);
        }
      for (guint key = 0; key < 64 * c->n_key_blocks; key++)
        sum += y[key];
      g_assert_cmpfloat (fabs (sum - (c->seen[row][0] < c->seen[row][1])), <, 1e-4);
    }
}

static void
test_align (gconstpointer data)
{
  const TileKernels *kernels = data;
  g_autoptr (MockCore) core = mock_core_new (1);
  g_autofree Case *c = g_new0 (Case, 1);
  guint64 cycles = 0;

  c->n_key_blocks = 3;
  for (guint formats = 0; formats < 4; formats += formats == 0 ? 2 : 1)
    for (Seen seen = 0; seen < N_SEEN; seen++)
      for (Values values = 0; values < N_VALUES; values++)
        {
          c->n_row_blocks = values == VALUES_USUAL ? 8 : 3;
          case_fill (c, formats, seen, values);
          cycles = run (core, kernels, c, 1, TRUE);
          g_assert_cmpuint (core->results->len, ==, 2 * c->n_key_blocks);
          check_align (core, c);
          if (seen == SEEN_ALL && values == VALUES_USUAL)
            g_test_message ("%s: %" G_GUINT64_FORMAT " cycles for 64 rows and 64 keys", kernels->name, cycles / c->n_key_blocks);
        }
}

/* Root mean square of the errors of all results, each in units of the largest value that its row sees */
static double
error_of (MockCore *core, Case *c)
{
  guint8 found[2 * TILE_OBJECT_BYTES];
  g_autofree float *y = g_new (float, N_FLOATS);
  double sum = 0;
  guint n = 0;

  result_of (core, c, 0, found);
  plain_unpack (found, c->is_pair[0], y);
  for (guint row = 0; row < 8 * c->n_row_blocks; row += 3)
    {
      double exact[64], largest;

      exact_attention_row (c, row, exact, &largest);
      for (guint j = 0; j < 64; j++)
        if (largest > 0)
          {
            sum += pow ((y[row * 64 + j] - exact[j]) / largest, 2);
            n++;
          }
        else
          g_assert_cmpfloat (y[row * 64 + j], ==, 0);
    }
  return sqrt (sum / n);
}

static void
test_close (gconstpointer data)
{
  const TileKernels *kernels = data;
  g_autoptr (MockCore) core = mock_core_new (0);
  g_autofree Case *c = g_new0 (Case, 1);

  c->n_row_blocks = 8;
  c->n_key_blocks = MAX_KEY_BLOCKS;
  for (Seen seen = 0; seen < N_SEEN; seen++)
    for (Values values = 0; values <= VALUES_FLAT; values++)
      {
        double singles, pairs;

        case_fill (c, 0, seen, values);
        run (core, kernels, c, 1, FALSE);
        singles = error_of (core, c);
        case_fill (c, 7, seen, values);
        run (core, kernels, c, 1, FALSE);
        pairs = error_of (core, c);
        g_test_message ("rows %u, values %u: errors %.1e with singles, %.1e with pairs", seen, values, singles, pairs);
        g_assert_cmpfloat (singles, <, 4e-3);
        g_assert_cmpfloat (pairs, <, values == VALUES_SPREAD ? 5e-4 : 1e-4);
      }
}

/* What the emulator and the model of the machine make of it; the streams bring 64 keys in 2304 cycles, in pairs in 4608, and the core
 * needs a fifth more. */
static void
test_cycles (gconstpointer data)
{
  const TileKernels *kernels = data;
  g_autoptr (MockCore) core = mock_core_new (0);
  g_autofree Case *c = g_new0 (Case, 1);

  c->n_row_blocks = 8;
  for (guint formats = 0; formats < 8; formats += 7)
    {
      guint64 cycles[2];

      for (guint i = 0; i < 2; i++)
        {
          c->n_key_blocks = i == 0 ? 2 : MAX_KEY_BLOCKS;
          case_fill (c, formats, SEEN_ALL, VALUES_USUAL);
          cycles[i] = run (core, kernels, c, 1, FALSE);
        }
      cycles[0] = (cycles[1] - cycles[0]) / (MAX_KEY_BLOCKS - 2);
      cycles[1] -= MAX_KEY_BLOCKS * cycles[0];
      g_test_message ("%s: %" G_GUINT64_FORMAT " cycles for 64 rows and 64 keys, %" G_GUINT64_FORMAT " more for a head",
                      kernels->name, cycles[0], cycles[1]);
      g_assert_cmpuint (cycles[0], <, (formats ? 4608 : 2304) * 5 / 4);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; tile_kernels_get_nth (i); i++)
    {
      const TileKernels *kernels = tile_kernels_get_nth (i);
      g_autofree char *same = g_strdup_printf ("/tile/attention/%s/same", kernels->name);
      g_autofree char *close = g_strdup_printf ("/tile/attention/%s/close", kernels->name);
      g_autofree char *cycles = g_strdup_printf ("/tile/attention/%s/cycles", kernels->name);
      g_autofree char *align = g_strdup_printf ("/tile/attention/%s/align", kernels->name);

      g_test_add_data_func (same, kernels, test_same);
      g_test_add_data_func (close, kernels, test_close);
      g_test_add_data_func (cycles, kernels, test_cycles);
      g_test_add_data_func (align, kernels, test_align);
    }
  return g_test_run ();
}
