/* test-emulator-registers.c - BDs and addresses, as other tools write them
 *
 * SPDX-License-Identifier: MIT
 */
#include <glib.h>

#include "overlay/registers.h"

#include <string.h>

static void
assert_words (const guint32 words[8], const guint32 expected[8])
{
  for (guint i = 0; i < 8; i++)
    g_assert_cmphex (words[i], ==, expected[i]);
}

/* Found in the NPU2 designs that FastFlowLM ships. */
static void
test_memory_bd (void)
{
  static const guint32 real[8] = { 0x00003000, 0x003A0000, 0x00400000, 0x00C0007F, 0x0008001F, 0, 0, 0x8140FF41 };
  guint32 words[8];
  NpuBd bd;

  npu_bd_decode (NPU_TILE_MEMORY, real, &bd);
  g_assert_cmpuint (bd.length, ==, 12288);
  g_assert_cmpuint (bd.base, ==, 0x80000);
  g_assert_cmpuint (bd.wrap[0], ==, 32);
  g_assert_cmpuint (bd.step[0], ==, 1);
  g_assert_cmpuint (bd.wrap[1], ==, 96);
  g_assert_cmpuint (bd.step[1], ==, 128);
  g_assert_cmpuint (bd.wrap[2], ==, 4);
  g_assert_cmpuint (bd.step[2], ==, 32);
  g_assert_true (bd.valid && bd.use_next && bd.acquire);
  g_assert_cmpuint (bd.next, ==, 3);
  g_assert_cmpuint (bd.acquire_lock, ==, 65);
  g_assert_cmpint (bd.acquire_value, ==, -1);
  g_assert_cmpuint (bd.release_lock, ==, 64);
  g_assert_cmpint (bd.release_value, ==, 1);
  g_assert_true (npu_bd_encode (NPU_TILE_MEMORY, &bd, words));
  assert_words (words, real);
}

static void
test_compute_bd (void)
{
  static const guint32 real[8] = { 0x0A400200, 0, 0x0007E000, 0x01008003, 0, 0x0E043FE0 };
  guint32 words[8];
  NpuBd bd;

  npu_bd_decode (NPU_TILE_COMPUTE, real, &bd);
  g_assert_cmpuint (bd.length, ==, 512);
  g_assert_cmpuint (bd.base, ==, 0xA400);
  g_assert_cmpuint (bd.wrap[0], ==, 4);
  g_assert_cmpuint (bd.wrap[1], ==, 8);
  g_assert_cmpuint (bd.step[1], ==, 64);
  g_assert_cmpuint (bd.step[2], ==, 4);
  g_assert_cmpuint (bd.next, ==, 1);
  g_assert_cmpuint (bd.acquire_lock, ==, 0);
  g_assert_cmpint (bd.acquire_value, ==, -1);
  g_assert_cmpuint (bd.release_lock, ==, 1);
  g_assert_cmpint (bd.release_value, ==, 1);
  g_assert_true (npu_bd_encode (NPU_TILE_COMPUTE, &bd, words));
  assert_words (words, real);
}

/* From AMD's assembler */
static void
test_shim_bd (void)
{
  static const guint32 real[8] = { 0x200, 0, 0, 0x01000000, 0xC20000FF, 0x02000000, 0, 0x02000000 };
  const NpuBd bd = { .length = 512, .wrap = { 16, 32 }, .step = { 1, 256, 1 }, .burst = 3, .cache = 2, .valid = 1 };
  guint32 words[8];

  g_assert_true (npu_bd_encode (NPU_TILE_SHIM, &bd, words));
  assert_words (words, real);
}

/* Whatever the bits of a BD, they are read, and written back as they were. */
static void
test_every_bit_has_its_field (void)
{
  /* Bits that no field of the shim, the memory tile, the compute tile covers */
  static const guint32 unused[3][8] = {
    { 0, 3, 1u << 31, 1u << 31, 0, 0, 0, 1u << 17 | 1u << 4 },
    { 0, 0, 0xFu << 27, 0, 0, 0, 7u << 29, 0 },
    { 0xFu << 28, 0xFFFF, 0x3Fu << 26, 7u << 29, 0x7Fu << 25, 1u << 17 | 1u << 4, 0xFFFFFFFF, 0xFFFFFFFF },
  };

  for (guint round = 0; round < 3 * 1000; round++)
    {
      const NpuTileKind kind = round % 3;
      guint32 words[8], again[8];
      NpuBd bd;

      for (guint i = 0; i < 8; i++)
        words[i] = (guint32) g_test_rand_int () & ~unused[kind][i];
      npu_bd_decode (kind, words, &bd);
      g_assert_true (npu_bd_encode (kind, &bd, again));
      assert_words (again, words);
    }
}

static void
test_what_does_not_fit_is_refused (void)
{
  static const struct
  {
    NpuTileKind kind;
    NpuBd bd;
  } bad[] = {
    { NPU_TILE_SHIM, { .base = 2 } },
    { NPU_TILE_SHIM, { .base = G_GUINT64_CONSTANT (1) << 48 } },
    { NPU_TILE_SHIM, { .wrap = { 1024 } } },
    { NPU_TILE_SHIM, { .wrap = { 1, 1, 1 } } },
    { NPU_TILE_SHIM, { .step = { (1 << 20) + 1 } } },
    { NPU_TILE_SHIM, { .iterations = 65 } },
    { NPU_TILE_SHIM, { .acquire_value = -65 } },
    { NPU_TILE_SHIM, { .release_value = 64 } },
    { NPU_TILE_SHIM, { .next = 16 } },
    { NPU_TILE_SHIM, { .pad_before = { 1 } } },
    { NPU_TILE_MEMORY, { .length = 1 << 17 } },
    { NPU_TILE_MEMORY, { .base = 0x200000 } },
    { NPU_TILE_MEMORY, { .pad_after = { 0, 0, 16 } } },
    { NPU_TILE_MEMORY, { .next = 64 } },
    { NPU_TILE_COMPUTE, { .length = 1 << 14 } },
    { NPU_TILE_COMPUTE, { .base = 0x10000 } },
    { NPU_TILE_COMPUTE, { .wrap = { 256 } } },
    { NPU_TILE_COMPUTE, { .step = { 1, 1, 1, 2 } } },
  };
  guint32 words[8];

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      if (npu_bd_encode (bad[i].kind, &bad[i].bd, words))
        g_error ("A BD of which a number does not fit was encoded: the one in line %u of the table.", i);
    }
}

static void
test_addresses (void)
{
  g_assert_cmphex (npu_bd_address (0, 0, 1), ==, 0x1D020);
  g_assert_cmphex (npu_queue_address (0, 0, NPU_MM2S, 0), ==, 0x1D214);
  g_assert_cmphex (npu_queue_address (0, 0, NPU_S2MM, 1), ==, 0x1D20C);
  g_assert_cmphex (npu_lock_address (3, 2, 1), ==, 0x0621F010);
  g_assert_cmphex (npu_status_address (1, 1, NPU_MM2S, 5), ==, 0x021A0694);
  g_assert_cmphex (npu_master_address (0, 0, NPU_SOUTH, 0), ==, 0x3F008);
  g_assert_cmphex (npu_slave_address (0, 2, NPU_SOUTH, 5), ==, 0x23F128);
}

/* What Xilinx/mlir-aie's model of the array allows */
static void
test_wires (void)
{
  g_assert_true (npu_switch_joins (NPU_TILE_MEMORY, NPU_SOUTH, 2, NPU_NORTH, 2));
  g_assert_false (npu_switch_joins (NPU_TILE_MEMORY, NPU_SOUTH, 2, NPU_NORTH, 3));
  g_assert_true (npu_switch_joins (NPU_TILE_MEMORY, NPU_SOUTH, 2, NPU_DMA, 4));
  g_assert_true (npu_switch_joins (NPU_TILE_MEMORY, NPU_DMA, 4, NPU_NORTH, 1));
  g_assert_false (npu_switch_joins (NPU_TILE_MEMORY, NPU_DMA, 4, NPU_DMA, 1));
  g_assert_true (npu_switch_joins (NPU_TILE_COMPUTE, NPU_WEST, 0, NPU_EAST, 3));
  g_assert_false (npu_switch_joins (NPU_TILE_COMPUTE, NPU_EAST, 0, NPU_EAST, 3));
  g_assert_true (npu_switch_joins (NPU_TILE_SHIM, NPU_SOUTH, 3, NPU_SOUTH, 2));
  g_assert_false (npu_switch_joins (NPU_TILE_SHIM, NPU_WEST, 3, NPU_WEST, 2));
  g_assert_false (npu_switch_joins (NPU_TILE_COMPUTE, NPU_CONTROL, 0, NPU_DMA, 0));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/emulator/registers/memory-bd", test_memory_bd);
  g_test_add_func ("/emulator/registers/compute-bd", test_compute_bd);
  g_test_add_func ("/emulator/registers/shim-bd", test_shim_bd);
  g_test_add_func ("/emulator/registers/every-bit-has-its-field", test_every_bit_has_its_field);
  g_test_add_func ("/emulator/registers/what-does-not-fit-is-refused", test_what_does_not_fit_is_refused);
  g_test_add_func ("/emulator/registers/addresses", test_addresses);
  g_test_add_func ("/emulator/registers/wires", test_wires);
  return g_test_run ();
}
