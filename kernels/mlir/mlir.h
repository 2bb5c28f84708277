/* mlir.h - the resident design as text for aiecc, the compiler driver of Xilinx/mlir-aie
 *
 * aiecc turns text in MLIR into an xclbin. It could choose nearly everything by itself: addresses, locks, descriptors, lanes. Here nothing
 * is left to it, as streams are planned for the tables of overlay.h. So the text is of the lowered form, and what a table says stands in
 * one line:
 *
 *   NpuOverlayLock    aie.lock with its number and first value
 *   NpuOverlayBd      a block of aie.mem or aie.memtile_dma: take a lock, aie.dma_bd with bd_id and next_bd_id, give a lock, next block
 *   NpuOverlayStart   aie.dma_start, which leads to the block of the first descriptor
 *   NpuOverlayHop     aie.connect in aie.switchbox; on a shim also in aie.shim_mux, which joins the switch with the DMA
 *
 * and besides, of each core: its ELF file and its memory (tile/layout.h), so that aiecc can tell if something else wants to lie there. Each program of the
 * cores (tile/programs.h) has a text of its own, and becomes a kernel of the xclbin.
 *
 * One thing is not in the text, the route of the shims' tokens: aiecc adds it by itself to every shim tile, and could not any more if it
 * stood here too. What it needs is left free: master south 0 and slave control 0 of the shim's switch.
 *
 * Syntax: mlir-aie 1.4 (README.md says where it was read).
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "overlay/overlay.h"
#include "tile/programs.h"

G_BEGIN_DECLS

#define NPU_MLIR_RELEASE "1.4.4" /* of mlir-aie; it changes its syntax between minor releases */

/* Buffers in DDR that a run is given. What an xclbin says of its kernel's arguments aiecc counts in a runtime sequence. */
#define NPU_MLIR_N_BUFFERS 5

/* With this program in its cores, which is all that the texts of an overlay differ in: their ELF files are PROGRAM-COLUMN-ROW.elf. NULL: the overlay is not
 * one for XDNA2, the only one whose cores can run the programs of tile/. */
char *npu_mlir_overlay (const NpuOverlay *overlay, TileProgramId program);

/* How a core's ELF file is linked: program, constants, stack, where tile/layout.h has room for them. */
char *npu_mlir_linker_script (void);

G_END_DECLS
