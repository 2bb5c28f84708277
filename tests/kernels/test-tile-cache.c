/* test-tile-cache.c - new keys and values into a block of a cache on a compute tile, against plain loops
 *
 * SPDX-License-Identifier: MIT
 */
#include "mock-core.h"
#include "plain-object.h"
#include "plain.h"

#include "tile/kernels.h"

#include <math.h>
#include <string.h>

#define N_HEADS 2

/* Of a head, each one object or two: new keys and values, rows are tokens; what the block holds of keys, and of values transposed */
typedef struct
{
  guint8 new_keys[2 * TILE_OBJECT_BYTES], new_values[2 * TILE_OBJECT_BYTES];
  guint8 keys[2 * TILE_OBJECT_BYTES], values[2 * TILE_OBJECT_BYTES];
} Head;

static void
fill (guint8 *objects, gboolean is_pair, float scale)
{
  float values[64 * 64];

  for (guint i = 0; i < G_N_ELEMENTS (values); i++)
    values[i] = scale * (float) g_test_rand_double_range (-1, 1);
  plain_pack (values, is_pair, objects);
}

/* What a row of values, a column of the head, becomes: groups of eight keys with a new one among them are packed again. */
static void
plain_values (Head *head, gboolean is_pair, const guint8 map[64], gboolean is_fresh)
{
  float values[64 * 64], fresh[64 * 64];

  plain_unpack (head->values, is_pair, values);
  plain_unpack (head->new_values, is_pair, fresh);
  for (guint column = 0; column < 64; column++)
    for (guint group = 0; group < 8; group++)
      {
        guint8 *hi = plain_row (head->values, is_pair, FALSE, column, group),
               *lo = plain_row (head->values, is_pair, TRUE, column, group);
        gboolean is_any = FALSE;
        float x[8];
        guint8 unused[9];

        for (guint i = 0; i < 8; i++)
          {
            guint row = map[8 * group + i];

            is_any |= row != TILE_CACHE_KEEP;
            x[i] = row != TILE_CACHE_KEEP ? fresh[row * 64 + column] : is_fresh ? 0 : values[column * 64 + 8 * group + i];
          }
        if (is_any || is_fresh)
          plain_bfp_pack_pair (x, hi, is_pair ? lo : unused);
      }
}

static void
plain_keys (Head *head, gboolean is_pair, const guint8 map[64], gboolean is_fresh)
{
  for (guint key = 0; key < 64; key++)
    for (guint group = 0; group < 8; group++)
      for (gboolean is_low = FALSE; is_low <= is_pair; is_low++)
        {
          guint8 *to = plain_row (head->keys, is_pair, is_low, key, group);

          if (map[key] != TILE_CACHE_KEEP)
            memcpy (to, plain_row (head->new_keys, is_pair, is_low, map[key], group), 9);
          else if (is_fresh)
            memset (to, 0, 9);
        }
}

static void
feed (MockCore *core, const guint8 *objects, guint n)
{
  for (guint i = 0; i < n; i++)
    mock_core_feed (core, TILE_STREAM_B, objects + i * TILE_OBJECT_BYTES, TILE_OBJECT_BYTES);
}

/* All four cores of a column read the same, and together write all of it. */
static void
check (const TileKernels *kernels, gboolean is_pair, gboolean is_fresh, guint n_new, float scale)
{
  const guint n = is_pair ? 2 : 1;
  TileControl control = {
    .op = TILE_OP_CACHE,
    .cache = { .n_heads = N_HEADS, .format = is_pair ? TILE_FORMAT_PAIR : TILE_FORMAT_SINGLE, .fresh = is_fresh }
  };
  Head heads[N_HEADS];
  MockCore *cores[4];

  memset (control.cache.map, TILE_CACHE_KEEP, sizeof control.cache.map);
  for (guint i = 0; i < n_new; i++)
    control.cache.map[g_test_rand_int_range (0, 64)] = (guint8) g_test_rand_int_range (0, 64);
  for (guint h = 0; h < N_HEADS; h++)
    {
      fill (heads[h].new_keys, is_pair, scale);
      fill (heads[h].new_values, is_pair, scale);
      fill (heads[h].keys, is_pair, 1);
      fill (heads[h].values, is_pair, 1);
    }
  for (guint row = 0; row < 4; row++)
    {
      guint64 cycles;

      cores[row] = mock_core_new (row);
      mock_core_feed (cores[row], TILE_STREAM_B, &control, sizeof control);
      for (guint h = 0; h < N_HEADS; h++)
        {
          feed (cores[row], heads[h].new_keys, n);
          feed (cores[row], heads[h].new_values, n);
          feed (cores[row], heads[h].keys, n);
          feed (cores[row], heads[h].values, n);
        }
      cycles = mock_core_run (cores[row], kernels->op_cache);
      if (n_new == 1 && scale == 1)
        g_test_message ("%s, row %u of %s: %" G_GUINT64_FORMAT " cycles for a head", kernels->name, row,
                        is_pair ? "pairs" : "singles", cycles / N_HEADS);
    }
  for (guint h = 0; h < N_HEADS; h++)
    {
      plain_keys (&heads[h], is_pair, control.cache.map, is_fresh);
      plain_values (&heads[h], is_pair, control.cache.map, is_fresh);
      for (guint i = 0; i < n; i++)
        {
          plain_assert_same ("keys", mock_core_result (cores[i], h), heads[h].keys + i * TILE_OBJECT_BYTES, TILE_OBJECT_BYTES);
          plain_assert_same ("values", mock_core_result (cores[n + i], h), heads[h].values + i * TILE_OBJECT_BYTES,
                             TILE_OBJECT_BYTES);
        }
    }
  for (guint row = 0; row < 4; row++)
    {
      g_assert_cmpuint (cores[row]->results->len, ==, row < 2 * n ? N_HEADS : 0);
      mock_core_free (cores[row]);
    }
}

static void
test_same (gconstpointer data)
{
  static const float scales[] = { 1, 1000, 1e-3f, 1e-38f };
  static const guint n_new[] = { 0, 1, 5, 200 };

  for (guint s = 0; s < G_N_ELEMENTS (scales); s++)
    for (guint i = 0; i < G_N_ELEMENTS (n_new); i++)
      for (guint format = 0; format < 4; format++)
        check (data, format & 1, format >> 1, n_new[i], scales[s]);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; tile_kernels_get_nth (i); i++)
    {
      const TileKernels *kernels = tile_kernels_get_nth (i);
      g_autofree char *same = g_strdup_printf ("/tile/cache/%s/same", kernels->name);

      g_test_add_data_func (same, kernels, test_same);
    }
  return g_test_run ();
}
