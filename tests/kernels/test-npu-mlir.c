/* test-npu-mlir.c - the text that the overlay's binary is built from says what the emulator runs
 *
 * Neither aiecc nor an array is at hand, so this is what holds the two together: the text is read back by a reader of the test's own and
 * compared with the overlay, lock by lock, descriptor by descriptor, address by address, hop by hop, and in the end register by register.
 * And the comparison is held too: a text in which one number is another, or one word, must not pass.
 *
 * SPDX-License-Identifier: MIT
 */
#include <glib.h>

#include "device/npu/npu-private.h"
#include "mlir-reading.h"
#include "mlir/mlir.h"
#include "tile/layout.h"

#include <string.h>

/* ---------------------------------------------------------------- what differs */

#define DIFFERS(...) return g_strdup_printf (__VA_ARGS__)

typedef gboolean (*SameThing) (gconstpointer a, gconstpointer b);

/* The row of a table that is about the same thing as this one, or NULL */
static gconstpointer
find_row (const GArray *table, gconstpointer row, SameThing is_same)
{
  const guint size = g_array_get_element_size ((GArray *) table);

  for (guint i = 0; i < table->len; i++)
    if (is_same (table->data + i * size, row))
      return table->data + i * size;
  return NULL;
}

static gboolean
same_tile (NpuTile a, NpuTile b)
{
  return a.column == b.column && a.row == b.row;
}

static gboolean
same_lock (gconstpointer a, gconstpointer b)
{
  const NpuOverlayLock *left = a, *right = b;

  return same_tile (left->tile, right->tile) && left->id == right->id;
}

static gboolean
same_bd (gconstpointer a, gconstpointer b)
{
  const NpuOverlayBd *left = a, *right = b;

  return same_tile (left->tile, right->tile) && left->id == right->id;
}

static gboolean
same_channel (gconstpointer a, gconstpointer b)
{
  const NpuOverlayStart *left = a, *right = b;

  return same_tile (left->tile, right->tile) && left->direction == right->direction && left->channel == right->channel;
}

static gboolean
same_hop (gconstpointer a, gconstpointer b)
{
  const NpuOverlayHop *left = a, *right = b;

  return same_tile (left->tile, right->tile) && left->from == right->from && left->from_index == right->from_index
         && left->to == right->to && left->to_index == right->to_index;
}

static gboolean
same_place (gconstpointer a, gconstpointer b)
{
  const MlirBuffer *left = a, *right = b;

  return same_tile (left->tile, right->tile) && left->address == right->address && left->words == right->words;
}

static char *
lock_differs (const NpuOverlay *overlay, const NpuOverlay *read)
{
  for (guint i = 0; i < overlay->locks->len; i++)
    {
      const NpuOverlayLock *lock = &g_array_index (overlay->locks, NpuOverlayLock, i);
      const NpuOverlayLock *other = find_row (read->locks, lock, same_lock);

      if (other == NULL || other->value != lock->value)
        DIFFERS ("lock %u of tile (%u, %u) begins as %d", lock->id, lock->tile.column, lock->tile.row, lock->value);
    }
  return overlay->locks->len == read->locks->len ? NULL : g_strdup ("there are more locks than that");
}

static char *
bd_differs (const NpuOverlay *overlay, const NpuOverlay *read)
{
  for (guint i = 0; i < overlay->bds->len; i++)
    {
      const NpuOverlayBd *row = &g_array_index (overlay->bds, NpuOverlayBd, i);
      const NpuOverlayBd *other = find_row (read->bds, row, same_bd);
      const NpuTileKind kind = npu_tile_kind (row->tile.row);
      guint32 words[8], other_words[8];

      if (other == NULL)
        DIFFERS ("descriptor %u of tile (%u, %u) is missing", row->id, row->tile.column, row->tile.row);
      if (other->bd.base != row->bd.base || other->bd.length != row->bd.length)
        DIFFERS ("descriptor %u of tile (%u, %u) moves %u words at 0x%x", row->id, row->tile.column, row->tile.row,
                 row->bd.length, (guint) row->bd.base);
      if (other->bd.acquire_lock != row->bd.acquire_lock || other->bd.acquire_value != row->bd.acquire_value
          || other->bd.release_lock != row->bd.release_lock || other->bd.release_value != row->bd.release_value)
        DIFFERS ("descriptor %u of tile (%u, %u) takes %d of lock %u and gives %d to %u", row->id, row->tile.column,
                 row->tile.row, row->bd.acquire_value, row->bd.acquire_lock, row->bd.release_value, row->bd.release_lock);
      if (!npu_bd_encode (kind, &row->bd, words) || !npu_bd_encode (kind, &other->bd, other_words)
          || memcmp (words, other_words, sizeof words) != 0)
        DIFFERS ("descriptor %u of tile (%u, %u) has other words", row->id, row->tile.column, row->tile.row);
    }
  return overlay->bds->len == read->bds->len ? NULL : g_strdup ("there are more descriptors than that");
}

static char *
start_differs (const NpuOverlay *overlay, const NpuOverlay *read)
{
  for (guint i = 0; i < overlay->starts->len; i++)
    {
      const NpuOverlayStart *start = &g_array_index (overlay->starts, NpuOverlayStart, i);
      const NpuOverlayStart *other = find_row (read->starts, start, same_channel);

      if (other == NULL || other->bd != start->bd)
        DIFFERS ("channel %s %u of tile (%u, %u) begins with descriptor %u", start->direction == NPU_S2MM ? "S2MM" : "MM2S",
                 start->channel, start->tile.column, start->tile.row, start->bd);
    }
  return overlay->starts->len == read->starts->len ? NULL : g_strdup ("more channels begin than that");
}

static char *
hop_differs (const NpuOverlay *overlay, const NpuOverlay *read)
{
  for (guint i = 0; i < overlay->hops->len; i++)
    {
      const NpuOverlayHop *hop = &g_array_index (overlay->hops, NpuOverlayHop, i);

      if (find_row (read->hops, hop, same_hop) == NULL)
        DIFFERS ("tile (%u, %u) joins port %u of group %u with port %u of group %u", hop->tile.column, hop->tile.row,
                 hop->from_index, (guint) hop->from, hop->to_index, (guint) hop->to);
    }
  return overlay->hops->len == read->hops->len ? NULL : g_strdup ("there are more hops than that");
}

static int
compare_writes (gconstpointer a, gconstpointer b)
{
  const NpuWrite *left = a, *right = b;

  return left->address != right->address ? (left->address > right->address) - (left->address < right->address)
                                         : (left->value > right->value) - (left->value < right->value);
}

/* All that the emulator would be configured with */
static char *
register_differs (const NpuOverlay *overlay, const MlirReading *reading)
{
  NpuOverlay read = *overlay;
  g_autoptr (GArray) writes = npu_overlay_configuration (overlay), others = NULL;

  read.locks = reading->tables.locks;
  read.bds = reading->tables.bds;
  read.starts = reading->tables.starts;
  read.hops = reading->tables.hops;
  others = npu_overlay_configuration (&read);
  g_array_sort (writes, compare_writes);
  g_array_sort (others, compare_writes);
  for (guint i = 0; i < MIN (writes->len, others->len); i++)
    if (compare_writes (&g_array_index (writes, NpuWrite, i), &g_array_index (others, NpuWrite, i)) != 0)
      DIFFERS ("register 0x%08X is not as it ought to be", g_array_index (writes, NpuWrite, i).address);
  return writes->len == others->len ? NULL : g_strdup ("other registers are written");
}

/* The memory of a core is cut up as layout.h tells its program. */
static char *
layout_differs (const NpuOverlay *overlay, TileProgramId program, const MlirReading *reading)
{
  static const struct
  {
    guint address, bytes;
  } places[] = {
    { TILE_A_0, TILE_OBJECT_BYTES }, { TILE_A_1, TILE_OBJECT_BYTES },  { TILE_B_0, TILE_OBJECT_BYTES },
    { TILE_B_1, TILE_OBJECT_BYTES }, { TILE_C_0, TILE_OBJECT_BYTES },  { TILE_C_1, TILE_OBJECT_BYTES },
    { TILE_ACC, TILE_ACC_BYTES },    { TILE_PARAM, TILE_PARAM_BYTES },
  };
  guint n_of_cores = 0;

  for (guint i = 0; i < reading->buffers->len; i++)
    n_of_cores += g_array_index (reading->buffers, MlirBuffer, i).tile.row >= NPU_COMPUTE_ROW;
  if (n_of_cores != overlay->n_columns * NPU_COMPUTE_ROWS * G_N_ELEMENTS (places))
    DIFFERS ("cores have %u places in their memories", n_of_cores);
  for (guint i = 0; i < reading->cores->len; i++)
    {
      const MlirCore *core = &g_array_index (reading->cores, MlirCore, i);
      g_autofree char *file = g_strdup_printf ("%s-%u-%u.elf", tile_program_name (program), core->tile.column, core->tile.row);

      if (strcmp (core->elf_file, file) != 0 || core->stack_address != TILE_STACK || core->stack_size != TILE_STACK_BYTES)
        DIFFERS ("the core of tile (%u, %u) runs “%s” with a stack of %u bytes at 0x%x", core->tile.column, core->tile.row,
                 core->elf_file, core->stack_size, core->stack_address);
      for (guint j = 0; j < G_N_ELEMENTS (places); j++)
        {
          const MlirBuffer place = { core->tile, places[j].address, places[j].bytes / 4 };

          if (find_row (reading->buffers, &place, same_place) == NULL)
            DIFFERS ("tile (%u, %u) has nothing of %u bytes at 0x%x", core->tile.column, core->tile.row, places[j].bytes,
                     places[j].address);
        }
    }
  return reading->cores->len == overlay->n_columns * NPU_COMPUTE_ROWS ? NULL : g_strdup ("not all cores have a program");
}

/* What the tables say nothing about: the device, its tiles, tokens, and the arguments of the kernel */
static char *
frame_differs (const NpuOverlay *overlay, const MlirReading *reading)
{
  g_autofree char *device = overlay->n_columns == NPU_MAX_COLUMNS ? g_strdup ("npu2")
                                                                  : g_strdup_printf ("npu2_%ucol", overlay->n_columns);

  if (strcmp (reading->device, device) != 0)
    DIFFERS ("the device is “%s”", reading->device);
  for (guint column = 0; column < NPU_MAX_COLUMNS; column++)
    {
      for (guint row = 0; row < NPU_ROWS; row++)
        if (reading->is_tile[column][row] != (column < overlay->n_columns))
          DIFFERS ("tile (%u, %u) is in it, or missing", column, row);
      if (column < overlay->n_columns && reading->controller_id[column] != NPU_TOKEN_ID)
        DIFFERS ("tokens of column %u are marked with %u", column, reading->controller_id[column]);
    }
  return reading->n_arguments == NPU_N_BUFFERS ? NULL : g_strdup ("the kernel has other arguments");
}

/* NULL: the text is the overlay. */
static char *
text_differs (const NpuOverlay *overlay, TileProgramId program, const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MlirReading) reading = mlir_read (text, &error);
  char *differs;

  if (reading == NULL)
    return g_strdup (error->message);
  if ((differs = frame_differs (overlay, reading)) == NULL && (differs = lock_differs (overlay, &reading->tables)) == NULL
      && (differs = bd_differs (overlay, &reading->tables)) == NULL
      && (differs = start_differs (overlay, &reading->tables)) == NULL
      && (differs = hop_differs (overlay, &reading->tables)) == NULL
      && (differs = layout_differs (overlay, program, reading)) == NULL)
    differs = register_differs (overlay, reading);
  return differs;
}

/* ---------------------------------------------------------------- tests */

static void
test_columns (gconstpointer data)
{
  g_autoptr (NpuOverlay) overlay = npu_overlay_new (NPU2, GPOINTER_TO_UINT (data));

  for (guint program = 0; program < TILE_N_PROGRAMS; program++)
    {
      g_autofree char *text = npu_mlir_overlay (overlay, program), *differs = text_differs (overlay, program, text);
      g_autofree char *hash = g_strdup_printf ("hash %016" G_GINT64_MODIFIER "x, program %s\n", npu_overlay_hash (overlay),
                                               tile_program_name (program));

      g_assert_cmpstr (differs, ==, NULL);
      g_assert_nonnull (strstr (text, hash));
      g_assert_nonnull (strstr (text, "mlir-aie " NPU_MLIR_RELEASE));
    }
}

/* aiecc adds the route of a shim's tokens, from slave control 0 to master south 0 of its switch: no hop may be in its way. */
static void
test_room_for_tokens (void)
{
  for (guint n_columns = 1; n_columns <= NPU_MAX_COLUMNS; n_columns *= 2)
    {
      g_autoptr (NpuOverlay) overlay = npu_overlay_new (NPU2, n_columns);
      g_autofree char *text = npu_mlir_overlay (overlay, TILE_PROGRAM_LAYERS);

      for (guint column = 0; column < n_columns; column++)
        {
          g_autofree char *head = g_strdup_printf ("%%switchbox_%u_0 = ", column);
          const char *shim = strstr (text, head);

          g_assert_nonnull (shim);
          g_assert_true (g_strstr_len (shim, strstr (shim, "}") - shim, ", South : 0>") == NULL);
          g_assert_true (g_strstr_len (shim, strstr (shim, "}") - shim, "TileControl") == NULL);
        }
    }
}

static void
test_other_generation (void)
{
  g_autoptr (NpuOverlay) overlay = npu_overlay_new (NPU1, 4);
  g_autofree char *text = npu_mlir_overlay (overlay, TILE_PROGRAM_LAYERS);

  g_assert_null (text);
}

/* One more than it was, for each run of digits of the text in turn */
static void
test_every_number (void)
{
  g_autoptr (NpuOverlay) overlay = npu_overlay_new (NPU2, 1);
  g_autofree char *text = npu_mlir_overlay (overlay, TILE_PROGRAM_LAYERS);
  guint n_numbers = 0;

  for (const char *at = strstr (text, "module"); *(at += strcspn (at, "0123456789")) != '\0'; n_numbers++)
    {
      const gsize n_digits = strspn (at, "0123456789");
      g_autofree char *before = g_strndup (text, (gsize) (at - text));
      g_autofree char *changed = g_strdup_printf ("%s%" G_GUINT64_FORMAT "%s", before, g_ascii_strtoull (at, NULL, 10) + 1,
                                                  at + n_digits);
      g_autofree char *differs = text_differs (overlay, TILE_PROGRAM_LAYERS, changed);

      if (differs == NULL)
        g_error ("A text passes with another number at “%.40s”.", at);
      at += n_digits;
    }
  g_assert_cmpuint (n_numbers, >, 2500);
  g_test_message ("%u numbers", n_numbers);
}

/* Mistakes that are no other number: the first of these words is replaced, in the text of two columns. */
static void
test_mistakes (void)
{
  static const struct
  {
    const char *is, *was;
  } mistakes[] = {
    { "S2MM", "MM2S" },
    { "MM2S", "S2MM" },
    { "Acquire", "AcquireGreaterEqual" },
    { "AcquireGreaterEqual", "Release" },
    { "%lock_0_2_0, A", "%lock_0_1_0, A" },
    { "%lock_0_1_2, A", "%lock_0_1_0, A" },
    { "%lock_0_1_3, Release", "%lock_0_1_1, Release" },
    { "dma_bd(%buffer_0_1_1200 ", "dma_bd(%buffer_0_1_0 " },
    { "dma_bd(%buffer_1_1_0 ", "dma_bd(%buffer_0_1_0 " },
    { "next_bd ^bd_0", "next_bd ^bd_1" },
    { "^bd_24, ^start_1", "^bd_0, ^start_1" },
    { "^start_2)", "^start_1)" },
    { "aie.mem(", "aie.memtile_dma(" },
    { "aie.memtile_dma(", "aie.mem(" },
    { "aie.switchbox(%tile_1_0)", "aie.switchbox(%tile_0_0)" },
    { "North : 1>", "North : 0>" },
    { "East : 0>", "West : 0>" },
    { "South : 0>", "DMA : 0>" },
    { "aie.connect<DMA : 1, North : 3>", "aie.connect<DMA : 0, North : 3>" },
    { "", "      aie.connect<DMA : 0, North : 3>\n" },
    { "", "      aie.connect<South : 3, North : 0>\n" },
    { "      aie.connect<South : 3, North : 0>\n      aie.connect<South : 3, North : 2>\n",
      "      aie.connect<South : 3, North : 0>\n" },
    { "", "      aie.use_lock(%lock_0_1_0, AcquireGreaterEqual, %one)\n" },
    { "", "%one = arith.constant 1 : i32\n" },
    { "offset = 0 len = 1151", "offset = 0 len = 1152" },
    { "offset = 4 len = 1148", "offset = 0 len = 1152" },
    { "memref<1153xi32>\n", "memref<1152xi32>\n" },
    { "memref<1152xf32>\n", "memref<1152xi32>\n" },
    { "address = 0x1204", "address = 0x1200" },
    { "sym_name = \"buffer\"", "sym_name = \"buffer_0_1_0\"" },
    { "layers-1-2.elf", "layers-0-2.elf" },
    { "words-0-2.elf", "layers-0-2.elf" },
    { "stack_address = 0x3600", "stack_address = 0x3800" },
    { "stack_size = 0xa00", "stack_size = 0x800" },
    { "", "    } {elf_file = \"layers-0-2.elf\", stack_address = 0x3800 : i32, stack_size = 0x800 : i32}\n" },
    { "aie.device(npu1)", "aie.device(npu2_2col)" },
    { "aie.device(npu2)", "aie.device(npu2_2col)" },
    { "", ", %bo4: memref<1xi32>" },
    { "  }\n}\nmodule {\n}\n", "  }\n}\n" },
    { "aie.flow(%tile_0_1, DMA : 0, %tile_0_2, DMA : 0)\n    aie.runtime_sequence", "aie.runtime_sequence" },
    { "aie.end\n      aie.end", "aie.end" },
  };
  g_autoptr (NpuOverlay) overlay = npu_overlay_new (NPU2, 2);
  g_autofree char *text = npu_mlir_overlay (overlay, TILE_PROGRAM_LAYERS);

  for (guint i = 0; i < G_N_ELEMENTS (mistakes); i++)
    {
      const char *at = strstr (text, mistakes[i].was);
      g_autoptr (GString) changed = NULL;
      g_autofree char *differs = NULL;

      if (at == NULL)
        g_error ("“%s” is not in the text.", mistakes[i].was);
      changed = g_string_new_len (text, at - text);
      g_string_append (changed, mistakes[i].is);
      g_string_append (changed, at + strlen (mistakes[i].was));
      differs = text_differs (overlay, TILE_PROGRAM_LAYERS, changed->str);
      if (differs == NULL)
        g_error ("A text passes with “%s” where “%s” belongs.", mistakes[i].is, mistakes[i].was);
      g_test_message ("%s", differs);
    }
}

/* The linker has the room that layout.h leaves it, and none that a buffer or the stack has. */
static void
test_linker_script (void)
{
  g_autofree char *script = npu_mlir_linker_script ();
  g_autofree char *constants = g_strdup_printf ("constants (!RX) : ORIGIN = 0x%x, LENGTH = 0x%x\n", 0x70000 + TILE_DATA,
                                                TILE_DATA_BYTES);
  g_autofree char *stack = g_strdup_printf ("_sp_start_value_DM_stack = 0x%x;\n", 0x70000 + TILE_STACK);
  g_autoptr (NpuOverlay) overlay = npu_overlay_new (NPU2, 1);
  g_autofree char *text = npu_mlir_overlay (overlay, TILE_PROGRAM_LAYERS);
  g_autoptr (MlirReading) reading = mlir_read (text, NULL);

  g_assert_nonnull (strstr (script, "program (RX) : ORIGIN = 0x0, LENGTH = 0x4000\n"));
  g_assert_nonnull (strstr (script, constants));
  g_assert_nonnull (strstr (script, stack));
  g_assert_cmpuint (TILE_STACK % 64, ==, 0); /* what the stack of AIE2P has to be aligned to */
  for (guint i = 0; i < reading->buffers->len; i++)
    {
      const MlirBuffer *buffer = &g_array_index (reading->buffers, MlirBuffer, i);

      if (buffer->tile.row >= NPU_COMPUTE_ROW)
        g_assert_true (buffer->address + 4 * buffer->words <= TILE_DATA || buffer->address >= TILE_STACK + TILE_STACK_BYTES);
    }
  g_assert_cmpuint (TILE_DATA + TILE_DATA_BYTES, <=, TILE_STACK);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint n_columns = 1; n_columns <= NPU_MAX_COLUMNS; n_columns *= 2)
    {
      g_autofree char *path = g_strdup_printf ("/npu/mlir/columns/%u", n_columns);

      g_test_add_data_func (path, GUINT_TO_POINTER (n_columns), test_columns);
    }
  g_test_add_func ("/npu/mlir/room-for-tokens", test_room_for_tokens);
  g_test_add_func ("/npu/mlir/other-generation", test_other_generation);
  g_test_add_func ("/npu/mlir/every-number", test_every_number);
  g_test_add_func ("/npu/mlir/mistakes", test_mistakes);
  g_test_add_func ("/npu/mlir/linker-script", test_linker_script);
  return g_test_run ();
}
