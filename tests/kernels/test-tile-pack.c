/* test-tile-pack.c - log-mel to block floating point on a compute tile, against plain loops
 *
 * SPDX-License-Identifier: MIT
 */
#include "mock-core.h"
#include "plain.h"

#include "tile/kernels.h"

#include <math.h>
#include <string.h>

#define N_OBJECT (TILE_OBJECT_BYTES / 4) /* floats */

/* Nine bytes for row, and columns 8 block .. 8 block + 7, of an object of either format; the low ones follow after 72. */
static guint8 *
row_of (guint8 *object, gboolean is_pair, guint row, guint block)
{
  return object + (is_pair ? (row / 8 * 4 + block) * 2 : row / 8 * 8 + block) * TILE_BLOCK_BYTES + row % 8 * 9;
}

static void
plain_pack (const float values[8], gboolean is_pair, guint8 *row)
{
  guint8 lo[9];

  plain_bfp_pack_pair (values, row, is_pair ? row + TILE_BLOCK_BYTES : lo);
}

static float
scaled (float v, float floor)
{
  return ((v > floor ? v : floor) + 4) * 0.25f;
}

/* All rows and columns that an area may begin and end with */
static void
test_kernels (gconstpointer data)
{
  const TileKernels *kernels = data;

  for (guint trial = 0; trial < 600; trial++)
    {
      TilePackArea area = { g_test_rand_int_range (0, 2), g_test_rand_int_range (0, 65), g_test_rand_int_range (0, 17) };
      gboolean is_pair = g_test_rand_bit ();
      guint first_col = 2 * g_test_rand_int_range (0, is_pair ? 2 : 4);
      float frames[N_OBJECT], floor = trial % 3 == 0 ? -G_MAXFLOAT : (float) g_test_rand_double_range (-12, 4);
      guint8 found[TILE_OBJECT_BYTES], expected[TILE_OBJECT_BYTES];
      TileClock clock = { 0 };

      if (trial < 65)
        area = (TilePackArea){ trial % 2, trial, trial % 17 };
      for (guint i = 0; i < N_OBJECT; i++)
        frames[i] = trial % 3 == 0 ? plain_random_float () / 4 : (float) g_test_rand_double_range (-12, 4);
      memset (found, 0x55, sizeof found);
      memset (expected, 0x55, sizeof expected);

      kernels->pack (&clock, frames, &area, floor, is_pair, first_col, found);
      for (guint r = 0; r < 64; r++)
        for (guint b = 0; b < 2; b++)
          {
            float values[8];

            for (guint c = 0; c < 8; c++)
              values[c] = (int) r >= area.row_begin && (int) r < area.row_end && (int) (8 * b + c) < area.n_cols
                              ? scaled (frames[r * 16 + 8 * b + c], floor)
                              : 0;
            plain_pack (values, is_pair, row_of (expected, is_pair, r, first_col + b));
          }
      plain_assert_same ("packed", found, expected, sizeof found);
    }
}

/* A whole operand from a mel spectrum: frames come as the memory's DMA would send them. */
static void
pack_all (const TileKernels *kernels, guint n_frames, guint n_mels, int phase, gboolean is_pair, guint out_first, guint n_out)
{
  enum
  {
    ROW = 1,
    N_MAX = 5,
    PITCH = 128
  };
  const TileControlPack op = { .n_rounds = 2,
                               .n_max = N_MAX,
                               .phase = phase,
                               .n_frames = n_frames,
                               .n_mels = n_mels,
                               .out = is_pair ? TILE_FORMAT_PAIR : TILE_FORMAT_SINGLE,
                               .out_first = out_first,
                               .n_out = n_out,
                               .first_group = (guint) -1, /* row 1 is group 0 */
                               .n_groups = 1 };
  const TileControl control = { .op = TILE_OP_PACK, .pack = op };
  const guint n_rows = 64 * op.n_rounds, block_cols = is_pair ? 4 : 8;
  g_autoptr (MockCore) core = mock_core_new (ROW);
  g_autofree float *mel = g_new (float, (2 * n_rows + 20) * PITCH); /* row 0 is frame -2 */
  float largest = -1e30f;
  guint64 cycles;

  for (guint i = 0; i < (2 * n_rows + 20) * PITCH; i++)
    mel[i] = (float) g_test_rand_double_range (-12, 3);
  mock_core_feed (core, TILE_STREAM_B, &control, sizeof control);
  for (guint i = 0; i < N_MAX; i++)
    {
      float max = (float) g_test_rand_double_range (-10, 3);

      mock_core_feed (core, TILE_STREAM_B, &max, sizeof max);
      largest = MAX (largest, max);
    }
  for (guint round = 0; round < op.n_rounds; round++)
    for (guint o = 0; o < 24; o++)
      {
        float object[N_OBJECT];

        for (guint r = 0; r < 72; r++)
          memcpy (object + 16 * r, mel + ((int) (2 * (64 * round + r) + o / 8) + phase + 1) * PITCH + o % 8 * 16, 64);
        mock_core_feed (core, TILE_STREAM_A, object, sizeof object);
      }

  cycles = mock_core_run (core, kernels->op_pack);
  g_test_message ("%s: %" G_GUINT64_FORMAT " cycles for %u rounds of %u %s objects", kernels->name, cycles, op.n_rounds, n_out,
                  is_pair ? "pair" : "single");
  g_assert_cmpuint (core->results->len, ==, op.n_rounds * n_out);
  for (guint round = 0; round < op.n_rounds; round++)
    for (guint o = 0; o < n_out; o++)
      {
        guint8 expected[TILE_OBJECT_BYTES];

        for (guint r = 0; r < 64; r++)
          for (guint b = 0; b < block_cols; b++)
            {
              guint first_col = ((out_first + o) * block_cols + b) * 8, tap = first_col / PITCH;
              int frame = (int) (2 * (64 * round + r) + tap) + phase - 1;
              float values[8];

              for (guint c = 0; c < 8; c++)
                values[c] = frame >= 0 && frame < (int) n_frames && first_col % PITCH + c < n_mels
                                ? scaled (mel[(frame + 2) * PITCH + (int) (first_col % PITCH + c)], largest - 8)
                                : 0;
              plain_pack (values, is_pair, row_of (expected, is_pair, r, b));
            }
        plain_assert_same ("the operand", mock_core_result (core, round * n_out + o), expected, sizeof expected);
      }
}

static void
test_op (gconstpointer data)
{
  static const guint n_frames[] = { 1, 2, 63, 128, 129, 150, 255, 256, 1000 };

  for (guint i = 0; i < G_N_ELEMENTS (n_frames); i++)
    for (int phase = -1; phase < 2; phase++)
      {
        pack_all (data, n_frames[i], 80, phase, FALSE, 0, 6);
        pack_all (data, n_frames[i], 128, phase, FALSE, 2, 2);
        pack_all (data, n_frames[i], 77, phase, TRUE, 0, 12);
        pack_all (data, n_frames[i], 128, phase, TRUE, 9, 3);
      }
}

int
main (int argc, char **argv)
{
  const TileKernels *kernels;

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; (kernels = tile_kernels_get_nth (i)) != NULL; i++)
    {
      g_autofree char *of_kernels = g_strdup_printf ("/tile/pack/%s/kernels", kernels->name);
      g_autofree char *of_op = g_strdup_printf ("/tile/pack/%s/op", kernels->name);

      g_test_add_data_func (of_kernels, kernels, test_kernels);
      g_test_add_data_func (of_op, kernels, test_op);
    }
  return g_test_run ();
}
