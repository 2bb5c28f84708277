/* test-emulator-transforms.c - buffer descriptors visit memory in the order that they say
 *
 * Random BDs carry words from DDR into a tile, and from there back. What arrives is held against the plain definition,
 * reading_place().
 *
 * SPDX-License-Identifier: MIT
 */
#include "reading.h"
#include "test-emulator-bench.h"

#include <string.h>

#define ROOM   4096 /* words of each memory that BDs here may use */
#define ROUNDS 150
#define PAD    0xABCD1234 /* what a memory tile pads with here */

static guint
random_below (guint n)
{
  return (guint) g_test_rand_int_range (0, (gint32) n);
}

/* So many words in a random box. */
static NpuBd
random_bd (NpuTileKind kind, guint length)
{
  const guint n_wraps = npu_layouts[kind].n_wraps;
  NpuBd bd = { .valid = 1, .length = length, .base = npu_layouts[kind].own_base + 4 * random_below (ROOM - 3200) };
  guint left = length;

  for (guint d = 0; d <= n_wraps; d++)
    {
      guint wrap = 1 + random_below (7);

      while (left % wrap != 0)
        wrap--;
      if (d < n_wraps)
        bd.wrap[d] = random_below (12) == 0 ? 0 : wrap;
      if (d < n_wraps && bd.wrap[d] == 0)
        left = 1;
      left /= d < n_wraps && bd.wrap[d] != 0 ? wrap : 1;
      bd.step[d] = random_below (2) == 0 ? 1 + random_below (8) : d == 0 ? 1 : bd.step[d - 1] * MAX (1, bd.wrap[d - 1]);
      bd.step[d] = MIN (bd.step[d], 60);
    }
  return bd;
}

/* Which word of the tile's or argument's memory word n of a BD is. */
static guint
place_of (const NpuBd *bd, NpuTileKind kind, guint n)
{
  return (guint) (reading_place (kind, bd, 0, n) - npu_layouts[kind].own_base) / 4;
}

static gboolean
fits (const NpuBd *bd, NpuTileKind kind)
{
  for (guint n = 0; n < bd->length; n++)
    {
      if (place_of (bd, kind, n) >= ROOM)
        return FALSE;
    }
  return TRUE;
}

static NpuBd
random_bd_that_fits (NpuTileKind kind, guint length)
{
  NpuBd bd;

  do
    bd = random_bd (kind, length);
  while (!fits (&bd, kind));
  return bd;
}

/* Shim MM2S 0 to S2MM 0 of the tile in that row, its MM2S 0 to shim S2MM 0; memory there is all 0xFE...E. */
static void
set_tile (Bench *bench, guint row)
{
  set_shim (bench, 0);
  set_wire (bench, 0, 0, NPU_SOUTH, NPU_MUX_PORT (0), NPU_NORTH, 0);
  for (guint r = 1; r < row; r++)
    {
      set_wire (bench, 0, r, NPU_SOUTH, 0, NPU_NORTH, 0);
      set_wire (bench, 0, r, NPU_NORTH, 0, NPU_SOUTH, 0);
    }
  set_wire (bench, 0, row, NPU_SOUTH, 0, NPU_DMA, 0);
  set_wire (bench, 0, row, NPU_DMA, 0, NPU_SOUTH, 0);
  set_wire (bench, 0, 0, NPU_NORTH, 0, NPU_SOUTH, NPU_DEMUX_PORT (0));
  if (row == 1)
    set_register (bench, NPU_ADDRESS (0, 1, NPU_PAD_VALUE), PAD);
  for (guint i = 0; i < ROOM; i++)
    set_register (bench, NPU_ADDRESS (0, row, 4 * i), 0xFEEEEEEE);
}

static void
op_shim_bd (Bench *bench, guint i, const NpuBd *bd, guint argument)
{
  NpuBd unplaced = *bd;

  unplaced.base = 0;
  op_bd (bench, 0, 0, i, &unplaced);
  op_patch (bench, 0, i, argument, bd->base);
}

/* Words of argument 0 by way of that tile to argument 1, after these four BDs; out is what argument 1 is to hold at first. */
static void
transfer (guint row, const NpuBd *from, NpuBd into, NpuBd out_of, const NpuBd *to, const guint32 *in, guint32 *out)
{
  const NpuBuffer buffers[] = { { (guint8 *) in, ROOM * 4 }, { (guint8 *) out, ROOM * 4 } };
  const guint own = npu_layout (row)->own_lock;
  g_auto (Bench) bench;
  g_autoptr (GError) error = NULL;

  bench_init (&bench, 1);
  set_tile (&bench, row);
  into.release_lock = own + 3;
  into.release_value = 1;
  out_of.acquire = 1;
  out_of.acquire_lock = own + 3;
  out_of.acquire_value = -1;
  set_bd (&bench, 0, row, 2, &into);
  set_bd (&bench, 0, row, 5, &out_of);
  set_task (&bench, 0, row, NPU_S2MM, 0, 2);
  set_task (&bench, 0, row, NPU_MM2S, 0, 5);
  op_shim_bd (&bench, 0, from, 0);
  op_shim_bd (&bench, 1, to, 1);
  op_mask_write (&bench, npu_control_address (0, 0, NPU_S2MM, 0), NPU_TOKEN_ID << 8, 0x1F00);
  op_push (&bench, 0, NPU_S2MM, 0, 1, 1, TRUE);
  op_push (&bench, 0, NPU_MM2S, 0, 0, 1, FALSE);
  op_wait (&bench, 0, 0, NPU_S2MM, 0);
  bench_start (&bench, &error);
  g_assert_no_error (error);
  bench_run (&bench, buffers, 2, NULL, &error);
  g_assert_no_error (error);
}

static void
test_boxes (gconstpointer data)
{
  const guint row = GPOINTER_TO_UINT (data);
  const NpuTileKind kind = npu_tile_kind (row);
  g_autofree guint32 *in = numbers_new (ROOM, 1), *tile = g_new (guint32, ROOM), *expected = g_new (guint32, ROOM);

  for (guint round = 0; round < ROUNDS; round++)
    {
      const guint length = 1 + random_below (6) * 60 + random_below (7) * 12;
      const NpuBd from = random_bd_that_fits (NPU_TILE_SHIM, length), into = random_bd_that_fits (kind, length);
      const NpuBd out_of = random_bd_that_fits (kind, length), to = random_bd_that_fits (NPU_TILE_SHIM, length);
      g_autofree guint32 *out = g_new0 (guint32, ROOM);

      transfer (row, &from, into, out_of, &to, in, out);
      for (guint i = 0; i < ROOM; i++)
        tile[i] = 0xFEEEEEEE;
      memset (expected, 0, ROOM * 4);
      for (guint n = 0; n < length; n++)
        tile[place_of (&into, kind, n)] = in[place_of (&from, NPU_TILE_SHIM, n)];
      for (guint n = 0; n < length; n++)
        expected[place_of (&to, NPU_TILE_SHIM, n)] = tile[place_of (&out_of, kind, n)];
      g_assert_cmpmem (out, ROOM * 4, expected, ROOM * 4);
    }
}

static void
append_padding (GArray *words, guint n)
{
  const guint32 pad = PAD;

  for (guint i = 0; i < n; i++)
    g_array_append_val (words, pad);
}

/* The words of dimensions 0 .. d of a padded BD, the outermost index of which counts to n; appended. */
static void
append_padded (GArray *words, const NpuBd *bd, const guint32 *tile, guint d, guint at, const guint counts[4])
{
  const guint before = d < 3 ? bd->pad_before[d] : 0, after = d < 3 ? bd->pad_after[d] : 0;
  guint block = 1; /* words in one step of this dimension, padding and all */

  for (guint below = 0; below < d; below++)
    block *= bd->pad_before[below] + counts[below] + bd->pad_after[below];
  append_padding (words, before * block);
  for (guint i = 0; i < counts[d]; i++)
    {
      if (d == 0)
        g_array_append_val (words, tile[at + i * bd->step[0]]);
      else
        append_padded (words, bd, tile, d - 1, at + i * bd->step[d], counts);
    }
  append_padding (words, after * block);
}

static void
test_padding (void)
{
  g_autofree guint32 *in = numbers_new (ROOM, 1);
  const NpuBd all = { .valid = 1, .length = ROOM }, all_of_tile = { .valid = 1, .length = ROOM, .base = 0x80000 };

  for (guint round = 0; round < ROUNDS; round++)
    {
      const guint counts[4] = { 1 + random_below (5), 1 + random_below (4), 1 + random_below (3), 1 + random_below (3) };
      NpuBd out_of = { .valid = 1, .base = 0x80000, .length = counts[0] * counts[1] * counts[2] * counts[3] };
      g_autoptr (GArray) expected = g_array_new (FALSE, TRUE, sizeof (guint32));
      g_autofree guint32 *out = g_new0 (guint32, ROOM);
      NpuBd to = { .valid = 1 };

      for (guint d = 0; d < 4; d++)
        {
          out_of.step[d] = 1 + random_below (30);
          if (d < 3)
            {
              out_of.wrap[d] = counts[d];
              out_of.pad_before[d] = random_below (4);
              out_of.pad_after[d] = random_below (4);
            }
        }
      append_padded (expected, &out_of, in, 3, 0, counts);
      to.length = expected->len;
      transfer (1, &all, all_of_tile, out_of, &to, in, out);
      g_assert_cmpmem (out, expected->len * 4, expected->data, expected->len * 4);
    }
}

/* A padded row is longer than the ring's buffers: pieces of padding and data meet chunks of another length. */
static void
test_padding_in_pieces (void)
{
  g_autofree guint32 *in = numbers_new (ROOM, 1), *out = g_new0 (guint32, ROOM);
  const NpuBd all = { .valid = 1, .length = ROOM }, all_of_tile = { .valid = 1, .length = ROOM, .base = 0x80000 };
  const NpuBd out_of = { .valid = 1,
                         .base = 0x80000,
                         .length = 900,
                         .wrap = { 300, 3, 1 },
                         .step = { 1, 500, 1, 1 },
                         .pad_before = { 63, 2 },
                         .pad_after = { 60, 1 } };
  const NpuBd to = { .valid = 1, .length = 423 * 6 };

  transfer (1, &all, all_of_tile, out_of, &to, in, out);
  for (guint i = 0; i < to.length; i++)
    {
      const guint row = i / 423, word = i % 423;
      const gboolean is_data = row >= 2 && row < 5 && word >= 63 && word < 363;

      g_assert_cmpuint (out[i], ==, is_data ? in[(row - 2) * 500 + word - 63] : PAD);
    }
}

/* The iteration moves on once an execution, wraps, and stays where it is between pushes. */
static void
test_iteration_and_repeat (void)
{
  enum
  {
    WORDS = 16
  };
  g_autofree guint32 *in = numbers_new (ROOM, 1);

  for (guint round = 0; round < ROUNDS; round++)
    {
      const guint times = 1 + random_below (6), again = 1 + random_below (3);
      const NpuBd sends = {
        .valid = 1, .length = WORDS, .iterations = 1 + random_below (4), .iteration_step = 1 + random_below (100)
      };
      NpuBd sends_later = sends;
      g_autofree guint32 *out = g_new0 (guint32, ROOM);
      const NpuBuffer buffers[] = { { (guint8 *) in, ROOM * 4 }, { (guint8 *) out, ROOM * 4 } };
      g_auto (Bench) bench;
      g_autoptr (GError) error = NULL;

      sends_later.iteration_current = random_below (sends.iterations);
      bench_init_with_loop (&bench, WORDS);
      op_receive (&bench, 0, 1, 1, 0, WORDS * (times + again));
      op_shim_bd (&bench, 0, &sends_later, 0);
      op_push (&bench, 0, NPU_MM2S, 0, 0, times, FALSE);
      op_push (&bench, 0, NPU_MM2S, 0, 0, again, FALSE);
      op_wait (&bench, 0, 0, NPU_S2MM, 0);
      bench_start (&bench, &error);
      bench_run (&bench, buffers, 2, NULL, &error);
      g_assert_no_error (error);
      for (guint n = 0; n < WORDS * (times + again); n++)
        {
          const guint iteration = (n / WORDS + sends_later.iteration_current) % sends.iterations;

          g_assert_cmpuint (out[n], ==, in[iteration * sends.iteration_step + n % WORDS]);
        }
    }
}

/* A chain of three BDs is one task: each is done once, then all again. */
static void
test_chain_and_repeat (void)
{
  g_autofree guint32 *in = numbers_new (ROOM, 1), *out = g_new0 (guint32, ROOM);
  const NpuBuffer buffers[] = { { (guint8 *) in, ROOM * 4 }, { (guint8 *) out, ROOM * 4 } };
  g_auto (Bench) bench;
  g_autoptr (GError) error = NULL;

  bench_init_with_loop (&bench, 10);
  for (guint i = 0; i < 3; i++)
    op_shim_bd (&bench, 4 + i, &(NpuBd){ .valid = 1, .length = 10, .base = 4 * 100 * i, .use_next = i < 2, .next = 5 + i }, 0);
  op_receive (&bench, 0, 1, 1, 0, 60);
  op_push (&bench, 0, NPU_MM2S, 0, 4, 2, FALSE);
  op_wait (&bench, 0, 0, NPU_S2MM, 0);
  bench_start (&bench, &error);
  bench_run (&bench, buffers, 2, NULL, &error);
  g_assert_no_error (error);
  for (guint n = 0; n < 60; n++)
    g_assert_cmpuint (out[n], ==, in[n / 10 % 3 * 100 + n % 10]);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/emulator/transforms/boxes-in-a-memory-tile", GUINT_TO_POINTER (1), test_boxes);
  g_test_add_data_func ("/emulator/transforms/boxes-in-a-compute-tile", GUINT_TO_POINTER (2), test_boxes);
  g_test_add_func ("/emulator/transforms/padding", test_padding);
  g_test_add_func ("/emulator/transforms/padding-in-pieces", test_padding_in_pieces);
  g_test_add_func ("/emulator/transforms/iteration-and-repeat", test_iteration_and_repeat);
  g_test_add_func ("/emulator/transforms/chain-and-repeat", test_chain_and_repeat);
  return g_test_run ();
}
