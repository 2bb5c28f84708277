/* mlir.c - a table's row, a line of text
 *
 * Names in the text say what they are: %lock_3_1_7 is lock 7 of tile (3, 1), %buffer_3_2_1200 lies at 0x1200 there, ^bd_24 is the block of
 * descriptor 24.
 *
 * SPDX-License-Identifier: MIT
 */
#include "mlir/mlir.h"

#include "tile/layout.h"

#include <string.h>

#define CORE_MEMORY 0x70000 /* where a core sees its own tile's memory */

/* Memory of a core that no descriptor reaches */
static const struct
{
  guint address, bytes;
} of_core[] = { { TILE_ACC, TILE_ACC_BYTES }, { TILE_PARAM, TILE_PARAM_BYTES } };

static const char *const bundles[NPU_N_BUNDLES] = {
  [NPU_DMA] = "DMA", [NPU_SOUTH] = "South", [NPU_WEST] = "West", [NPU_NORTH] = "North", [NPU_EAST] = "East",
};

static const char *const directions[] = { [NPU_S2MM] = "S2MM", [NPU_MM2S] = "MM2S" };

static gboolean
is_on (NpuTile tile, guint column, guint row)
{
  return tile.column == column && tile.row == row;
}

static const NpuOverlayBd *
find_bd (const NpuOverlay *overlay, NpuTile tile, guint id)
{
  for (guint i = 0; i < overlay->bds->len; i++)
    {
      const NpuOverlayBd *bd = &g_array_index (overlay->bds, NpuOverlayBd, i);

      if (is_on (bd->tile, tile.column, tile.row) && bd->id == id)
        return bd;
    }
  g_assert_not_reached ();
}

static void
write_tiles (GString *text, const NpuOverlay *overlay)
{
  for (guint column = 0; column < overlay->n_columns; column++)
    for (guint row = 0; row < NPU_ROWS; row++)
      {
        g_string_append_printf (text, "    %%tile_%u_%u = aie.tile(%u, %u)", column, row, column, row);
        if (row == 0)
          g_string_append_printf (text, " {controller_id = #aie.packet_info<pkt_type = 0, pkt_id = %u>}", NPU_TOKEN_ID);
        g_string_append_c (text, '\n');
      }
}

static void
write_locks (GString *text, const NpuOverlay *overlay, guint column, guint row)
{
  for (guint i = 0; i < overlay->locks->len; i++)
    {
      const NpuOverlayLock *lock = &g_array_index (overlay->locks, NpuOverlayLock, i);

      if (is_on (lock->tile, column, row))
        g_string_append_printf (text, "    %%lock_%u_%u_%u = aie.lock(%%tile_%u_%u, %u) {init = %d : i32}\n", column, row,
                                lock->id, column, row, lock->id, lock->value);
    }
}

static void
write_buffer (GString *text, guint column, guint row, guint address, guint bytes)
{
  g_string_append_printf (
      text,
      "    %%buffer_%u_%u_%x = aie.buffer(%%tile_%u_%u) {address = 0x%x : i32, sym_name = \"buffer_%u_%u_%x\"} "
      ": memref<%uxi32>\n",
      column, row, address, column, row, address, column, row, address, bytes / 4);
}

/* Every place that a descriptor of the tile names, once */
static void
write_buffers (GString *text, const NpuOverlay *overlay, guint column, guint row)
{
  g_autoptr (GHashTable) written = g_hash_table_new (NULL, NULL);

  for (guint i = 0; i < overlay->bds->len; i++)
    {
      const NpuOverlayBd *bd = &g_array_index (overlay->bds, NpuOverlayBd, i);
      const guint address = (guint) (bd->bd.base - npu_layout (row)->own_base);

      if (is_on (bd->tile, column, row) && g_hash_table_add (written, GUINT_TO_POINTER (address)))
        write_buffer (text, column, row, address, 4 * bd->bd.length);
    }
  for (guint i = 0; row >= NPU_COMPUTE_ROW && i < G_N_ELEMENTS (of_core); i++)
    write_buffer (text, column, row, of_core[i].address, of_core[i].bytes);
}

/* The text below has words for a descriptor of this form, and for nothing else of it. */
static void
assert_plain (const NpuOverlayBd *row)
{
  NpuBd plain = { 0 };
  guint32 words[8], plain_words[8];
  gboolean fits;

  plain.base = row->bd.base;
  plain.length = row->bd.length;
  plain.acquire = plain.use_next = plain.valid = true;
  plain.acquire_value = -1;
  plain.acquire_lock = row->bd.acquire_lock;
  plain.release_value = 1;
  plain.release_lock = row->bd.release_lock;
  plain.next = row->bd.next;
  fits = npu_bd_encode (npu_tile_kind (row->tile.row), &plain, plain_words);
  g_assert (fits);
  fits = npu_bd_encode (npu_tile_kind (row->tile.row), &row->bd, words);
  g_assert (fits && memcmp (words, plain_words, sizeof words) == 0);
}

static void
write_bd (GString *text, const NpuOverlayBd *row)
{
  const NpuLayout *layout = npu_layout (row->tile.row);
  const NpuBd *bd = &row->bd;
  const guint column = row->tile.column;

  assert_plain (row);
  g_string_append_printf (text, "    ^bd_%u:\n", row->id);
  g_string_append_printf (text, "      aie.use_lock(%%lock_%u_%u_%u, AcquireGreaterEqual, %%one)\n", column, row->tile.row,
                          bd->acquire_lock - layout->own_lock);
  g_string_append_printf (text,
                          "      aie.dma_bd(%%buffer_%u_%u_%x : memref<%uxi32> offset = 0 len = %u) "
                          "{bd_id = %u : i32, next_bd_id = %u : i32}\n",
                          column, row->tile.row, (guint) (bd->base - layout->own_base), bd->length, bd->length, row->id,
                          bd->next);
  g_string_append_printf (text, "      aie.use_lock(%%lock_%u_%u_%u, Release, %%one)\n", column, row->tile.row,
                          bd->release_lock - layout->own_lock);
  g_string_append_printf (text, "      aie.next_bd ^bd_%u\n", bd->next);
}

/* The start of a channel is the end of the block before; then the circle that it begins. */
static void
write_dma (GString *text, const NpuOverlay *overlay, guint column, guint row)
{
  const char *op = row == 1 ? "memtile_dma" : "mem";
  guint n_starts = 0;

  g_string_append_printf (text, "    %%dma_%u_%u = aie.%s(%%tile_%u_%u) {\n", column, row, op, column, row);
  g_string_append (text, "      %one = arith.constant 1 : i32\n");
  for (guint i = 0; i < overlay->starts->len; i++)
    {
      const NpuOverlayStart *start = &g_array_index (overlay->starts, NpuOverlayStart, i);
      guint id = start->bd;

      if (!is_on (start->tile, column, row))
        continue;
      if (n_starts > 0)
        g_string_append_printf (text, "    ^start_%u:\n", n_starts);
      n_starts++;
      g_string_append_printf (text, "      %%start_%u = aie.dma_start(%s, %u, ^bd_%u, ^start_%u)\n", n_starts,
                              directions[start->direction], start->channel, start->bd, n_starts);
      do
        {
          const NpuOverlayBd *bd = find_bd (overlay, start->tile, id);

          write_bd (text, bd);
          id = bd->bd.next;
        }
      while (id != start->bd);
    }
  g_string_append_printf (text, "    ^start_%u:\n      aie.end\n    }\n", n_starts);
}

static void
write_connect (GString *text, NpuBundle from, guint from_index, NpuBundle to, guint to_index)
{
  g_string_append_printf (text, "      aie.connect<%s : %u, %s : %u>\n", bundles[from], from_index, bundles[to], to_index);
}

/* A shim's DMA is not a neighbour of its switch: the mux joins the two, and the switch knows it as ports of its south. */
static void
write_switch (GString *text, const NpuOverlay *overlay, guint column, guint row)
{
  g_autoptr (GString) mux = g_string_new (NULL);

  g_string_append_printf (text, "    %%switchbox_%u_%u = aie.switchbox(%%tile_%u_%u) {\n", column, row, column, row);
  for (guint i = 0; i < overlay->hops->len; i++)
    {
      NpuOverlayHop hop = g_array_index (overlay->hops, NpuOverlayHop, i);

      if (!is_on (hop.tile, column, row))
        continue;
      if (row == 0 && hop.from == NPU_DMA)
        {
          write_connect (mux, NPU_DMA, hop.from_index, NPU_NORTH, NPU_MUX_PORT (hop.from_index));
          hop.from = NPU_SOUTH;
          hop.from_index = NPU_MUX_PORT (hop.from_index);
        }
      if (row == 0 && hop.to == NPU_DMA)
        {
          write_connect (mux, NPU_NORTH, NPU_DEMUX_PORT (hop.to_index), NPU_DMA, hop.to_index);
          hop.to = NPU_SOUTH;
          hop.to_index = NPU_DEMUX_PORT (hop.to_index);
        }
      write_connect (text, hop.from, hop.from_index, hop.to, hop.to_index);
    }
  g_string_append (text, "    }\n");
  if (mux->len > 0)
    g_string_append_printf (text, "    %%shim_mux_%u_%u = aie.shim_mux(%%tile_%u_%u) {\n%s    }\n", column, row, column, row,
                            mux->str);
}

static void
write_core (GString *text, TileProgramId program, guint column, guint row)
{
  g_string_append_printf (text, "    %%core_%u_%u = aie.core(%%tile_%u_%u) {\n      aie.end\n    } ", column, row, column, row);
  g_string_append_printf (text, "{elf_file = \"%s-%u-%u.elf\", stack_address = 0x%x : i32, stack_size = 0x%x : i32}\n",
                          tile_program_name (program), column, row, TILE_STACK, TILE_STACK_BYTES);
}

static void
write_sequence (GString *text)
{
  g_string_append (text, "    aie.runtime_sequence @nothing(");
  for (guint i = 0; i < NPU_MLIR_N_BUFFERS; i++)
    g_string_append_printf (text, "%s%%bo%u: memref<1xi32>", i == 0 ? "" : ", ", i);
  g_string_append (text, ") {\n    }\n");
}

char *
npu_mlir_overlay (const NpuOverlay *overlay, TileProgramId program)
{
  g_autoptr (GString) text = NULL;

  if (overlay->generation != NPU2)
    return NULL;

  text = g_string_new ("// The overlay of Tilescribe for aiecc of mlir-aie " NPU_MLIR_RELEASE ", written by npu-overlay-mlir.\n");
  g_string_append_printf (text, "// version %d, columns %u, hash %016" G_GINT64_MODIFIER "x, program %s\n", NPU_OVERLAY_VERSION,
                          overlay->n_columns, npu_overlay_hash (overlay), tile_program_name (program));
  if (overlay->n_columns == NPU_MAX_COLUMNS)
    g_string_append (text, "module {\n  aie.device(npu2) {\n");
  else
    g_string_append_printf (text, "module {\n  aie.device(npu2_%ucol) {\n", overlay->n_columns);
  write_tiles (text, overlay);
  for (guint column = 0; column < overlay->n_columns; column++)
    {
      for (guint row = 1; row < NPU_ROWS; row++)
        {
          write_locks (text, overlay, column, row);
          write_buffers (text, overlay, column, row);
          write_dma (text, overlay, column, row);
        }
      for (guint row = 0; row < NPU_ROWS; row++)
        write_switch (text, overlay, column, row);
      for (guint row = NPU_COMPUTE_ROW; row < NPU_ROWS; row++)
        write_core (text, program, column, row);
    }
  write_sequence (text);
  g_string_append (text, "  }\n}\n");
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* The start-up code is the compiler's own (crt0.o, crt1.o): it begins at address 0, and asks for the names of the stack and of lists of
 * constructors, of which there are none. What begins as zero lies in the file like everything else: the loader in aiecc does not clear what
 * a segment has in memory and not in the file. */
char *
npu_mlir_linker_script (void)
{
  return g_strdup_printf ("/* A core of Tilescribe's overlay, written by npu-overlay-mlir */\n"
                          "ENTRY(__start)\n"
                          "MEMORY\n"
                          "{\n"
                          "  program (RX) : ORIGIN = 0x0, LENGTH = 0x%x\n"
                          "  constants (!RX) : ORIGIN = 0x%x, LENGTH = 0x%x\n"
                          "}\n"
                          "SECTIONS\n"
                          "{\n"
                          "  .text : {\n"
                          "    *crt0.o(.text*)\n"
                          "    _ctors_start = .;\n"
                          "    _init_array_start = .;\n"
                          "    KEEP(*(.init_array .init_array.*))\n"
                          "    _ctors_end = .;\n"
                          "    _init_array_end = .;\n"
                          "    _dtors_start = .;\n"
                          "    _dtors_end = .;\n"
                          "    *(.text*)\n"
                          "  } > program\n"
                          "  .data : { *(.data*) *(.rodata*) *(.bss*) } > constants\n"
                          "  .comment : { *(.comment*) }\n"
                          "  .symtab : { *(.symtab) }\n"
                          "  .shstrtab : { *(.shstrtab) }\n"
                          "  .strtab : { *(.strtab) }\n"
                          "  .stack_sizes : { *(.stack_sizes) }\n"
                          "  _sp_start_value_DM_stack = 0x%x;\n"
                          "}\n",
                          NPU_PROGRAM_SIZE, CORE_MEMORY + TILE_DATA, TILE_DATA_BYTES, CORE_MEMORY + TILE_STACK);
}
