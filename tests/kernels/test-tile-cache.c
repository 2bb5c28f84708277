/* test-tile-cache.c - new keys and values into blocks of caches on a compute tile, against plain loops
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

/* Each one object or two: keys and values of a head. New ones: rows are tokens; those of an item: what the block holds of keys, and of values
 * transposed */
typedef struct
{
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
plain_values (Head *head, Head *new_ones, gboolean is_pair, const guint8 map[64], gboolean is_fresh)
{
  float values[64 * 64], fresh[64 * 64];

  plain_unpack (head->values, is_pair, values);
  plain_unpack (new_ones->values, is_pair, fresh);
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
plain_keys (Head *head, Head *new_ones, gboolean is_pair, const guint8 map[64], gboolean is_fresh)
{
  for (guint key = 0; key < 64; key++)
    for (guint group = 0; group < 8; group++)
      for (gboolean is_low = FALSE; is_low <= is_pair; is_low++)
        {
          guint8 *to = plain_row (head->keys, is_pair, is_low, key, group);

          if (map[key] != TILE_CACHE_KEEP)
            memcpy (to, plain_row (new_ones->keys, is_pair, is_low, map[key], group), 9);
          else if (is_fresh)
            memset (to, 0, 9);
        }
}

static void
fill_head (Head *head, gboolean is_pair, float scale)
{
  fill (head->keys, is_pair, scale);
  fill (head->values, is_pair, scale);
}

static void
feed (MockCore *core, const Head *head, guint n)
{
  for (guint i = 0; i < n; i++)
    mock_core_feed (core, TILE_STREAM_B, head->keys + i * TILE_OBJECT_BYTES, TILE_OBJECT_BYTES);
  for (guint i = 0; i < n; i++)
    mock_core_feed (core, TILE_STREAM_B, head->values + i * TILE_OBJECT_BYTES, TILE_OBJECT_BYTES);
}

/* All four cores of a column read the same, and together write all of it. */
static void
check (const TileKernels *kernels, gboolean is_pair, guint32 fresh, guint n_items, guint n_new, float scale)
{
  const guint n = is_pair ? 2 : 1;
  TileControl control = {
    .op = TILE_OP_CACHE,
    .cache = { .n_heads = N_HEADS, .n_items = n_items, .format = is_pair ? TILE_FORMAT_PAIR : TILE_FORMAT_SINGLE, .fresh = fresh }
  };
  Head new_ones[N_HEADS];
  g_autofree Head *heads = g_new (Head, N_HEADS * n_items); /* [N_HEADS, n_items] */
  MockCore *cores[4];

  memset (control.cache.map, TILE_CACHE_KEEP, sizeof control.cache.map);
  for (guint i = 0; i < n_items * n_new; i++)
    control.cache.map[i % n_items][g_test_rand_int_range (0, 64)] = (guint8) g_test_rand_int_range (0, 64);
  for (guint h = 0; h < N_HEADS; h++)
    {
      fill_head (&new_ones[h], is_pair, scale);
      for (guint i = 0; i < n_items; i++)
        fill_head (&heads[h * n_items + i], is_pair, 1);
    }
  for (guint row = 0; row < 4; row++)
    {
      guint64 cycles;

      cores[row] = mock_core_new (row);
      mock_core_feed (cores[row], TILE_STREAM_B, &control, sizeof control);
      for (guint h = 0; h < N_HEADS; h++)
        {
          feed (cores[row], &new_ones[h], n);
          for (guint i = 0; i < n_items; i++)
            feed (cores[row], &heads[h * n_items + i], n);
        }
      cycles = mock_core_run (cores[row], kernels->op_cache);
      if (n_new == 1 && scale == 1)
        g_test_message ("%s, row %u of %s: %" G_GUINT64_FORMAT " cycles for a head of an item", kernels->name, row,
                        is_pair ? "pairs" : "singles", cycles / N_HEADS / n_items);
    }
  for (guint i = 0; i < N_HEADS * n_items; i++)
    {
      const guint8 *map = control.cache.map[i % n_items];
      const gboolean is_fresh = fresh >> i % n_items & 1;

      plain_keys (&heads[i], &new_ones[i / n_items], is_pair, map, is_fresh);
      plain_values (&heads[i], &new_ones[i / n_items], is_pair, map, is_fresh);
      for (guint o = 0; o < n; o++)
        {
          plain_assert_same ("keys", mock_core_result (cores[o], i), heads[i].keys + o * TILE_OBJECT_BYTES, TILE_OBJECT_BYTES);
          plain_assert_same ("values", mock_core_result (cores[n + o], i), heads[i].values + o * TILE_OBJECT_BYTES,
                             TILE_OBJECT_BYTES);
        }
    }
  for (guint row = 0; row < 4; row++)
    {
      g_assert_cmpuint (cores[row]->results->len, ==, row < 2 * n ? N_HEADS * n_items : 0);
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
        check (data, format & 1, format >> 1, 1, n_new[i], scales[s]);
}

/* Items share the new ones, and nothing else. */
static void
test_items (gconstpointer data)
{
  static const guint n_items[] = { 2, 7, TILE_CACHE_ITEMS };

  for (guint i = 0; i < G_N_ELEMENTS (n_items); i++)
    for (guint format = 0; format < 2; format++)
      check (data, format == 1, g_test_rand_int (), n_items[i], 1, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; tile_kernels_get_nth (i); i++)
    {
      const TileKernels *kernels = tile_kernels_get_nth (i);
      g_autofree char *same = g_strdup_printf ("/tile/cache/%s/same", kernels->name);
      g_autofree char *items = g_strdup_printf ("/tile/cache/%s/items", kernels->name);

      g_test_add_data_func (same, kernels, test_same);
      g_test_add_data_func (items, kernels, test_items);
    }
  return g_test_run ();
}
