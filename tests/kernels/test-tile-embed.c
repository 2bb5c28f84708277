/* test-tile-embed.c - tokens to rows on a compute tile, against plain loops
 *
 * SPDX-License-Identifier: MIT
 */
#include "mock-core.h"
#include "plain.h"

#include "tile/kernels.h"

#include <string.h>

/* A row of n_cols values as embed.h has it; values: what those bytes stand for, high and low added */
static void
random_row (guint n_cols, gboolean is_extreme, guint8 *bytes, float *values)
{
  for (guint c = 0; c < n_cols; c += 8)
    {
      guint8 *hi = bytes + c / 64 * TILE_EMBED_BYTES + c % 64 / 8 * 9, *lo = hi + TILE_BLOCK_BYTES;
      float high[8], low[8];

      for (guint i = 0; i < 8; i++)
        values[c + i] = is_extreme ? plain_random_float () / 8 : (float) g_test_rand_double_range (-2, 2);
      plain_bfp_pack_pair (values + c, hi, lo);
      plain_bfp_unpack (hi, high);
      plain_bfp_unpack (lo, low);
      for (guint i = 0; i < 8; i++)
        values[c + i] = high[i] + low[i];
    }
}

static void
embed (const TileKernels *kernels, guint row, guint n_tokens, guint n_state, guint col_first, guint n_cols, gboolean is_extreme)
{
  const TileControlEmbed op = { .n_tokens = n_tokens, .col_first = col_first, .n_cols = n_cols };
  const TileControl control = { .op = TILE_OP_EMBED, .n_row_blocks = { 8, 8, 8, 8 }, .embed = op };
  g_autoptr (MockCore) core = mock_core_new (row);
  float expected[64][128] = { { 0 } };

  mock_core_feed (core, TILE_STREAM_B, &control, sizeof control);
  for (guint t = 0; t < n_tokens; t++)
    {
      guint8 bytes[2][TILE_OBJECT_BYTES];
      float values[2][2048];

      for (guint i = 0; i < 2; i++)
        {
          random_row (n_state, is_extreme, bytes[i], values[i]);
          mock_core_feed (core, TILE_STREAM_B, bytes[i], n_state / 64 * TILE_EMBED_BYTES);
        }
      for (guint c = 0; c < n_cols && t / 64 == row; c++)
        expected[t % 64][c] = values[0][col_first + c] + values[1][col_first + c];
    }

  g_test_message ("%s: %" G_GUINT64_FORMAT " cycles for %u tokens", kernels->name, mock_core_run (core, kernels->op_embed),
                  n_tokens);
  g_assert_cmpuint (core->results->len, ==, n_cols / 32);
  for (guint o = 0; o < n_cols / 32; o++)
    {
      guint8 object[TILE_OBJECT_BYTES];

      for (guint r = 0; r < 64; r++)
        for (guint b = 0; b < 4; b++)
          {
            guint8 *hi = object + (r / 8 * 4 + b) * 2 * TILE_BLOCK_BYTES + r % 8 * 9;

            plain_bfp_pack_pair (expected[r] + 32 * o + 8 * b, hi, hi + TILE_BLOCK_BYTES);
          }
      plain_assert_same ("rows", mock_core_result (core, o), object, sizeof object);
    }
}

static void
test_op (gconstpointer data)
{
  static const guint n_tokens[] = { 0, 1, 2, 9, 63, 64, 65, 130, 256 };

  for (guint i = 0; i < G_N_ELEMENTS (n_tokens); i++)
    for (guint row = 0; row < 4; row++)
      {
        embed (data, row, n_tokens[i], 384, 128 * (row % 3), 128, FALSE);
        embed (data, row, n_tokens[i], 64, 0, 64, TRUE);
        embed (data, row, n_tokens[i], 2048, 1920, 128, TRUE);
      }
}

int
main (int argc, char **argv)
{
  const TileKernels *kernels;

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; (kernels = tile_kernels_get_nth (i)) != NULL; i++)
    {
      g_autofree char *name = g_strdup_printf ("/tile/embed/%s", kernels->name);

      g_test_add_data_func (name, kernels, test_op);
    }
  return g_test_run ();
}
