/* test-emulator-bench.h - small designs and streams, written as one would say them
 *
 * A bench is an array with a configuration and a stream that grow line by line. Functions that begin with set_ write the
 * configuration; those with op_ the stream, in the layout of version 0.1.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "emulator/emulator.h"

typedef struct
{
  guint n_columns;
  NpuGeneration generation;
  GArray *writes; /* of NpuWrite */
  GArray *words;  /* of guint32, the header first */
  guint n_ops;
  NpuEmulator *emulator; /* made by bench_start() */
} Bench;

void bench_init (Bench *bench, guint n_columns);
void bench_init_with_loop (Bench *bench, guint n_words); /* one column, with set_loop() */
void bench_clear (Bench *bench);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Bench, bench_clear)

void set_register (Bench *bench, guint32 address, guint32 value);
void set_bd (Bench *bench, guint column, guint row, guint i, const NpuBd *bd);
void set_task (Bench *bench, guint column, guint row, NpuDirection direction, guint channel, guint bd);
void set_lock (Bench *bench, guint column, guint row, guint lock, guint value);
void set_wire (Bench *bench, guint column, guint row, NpuBundle from, guint i, NpuBundle to, guint j);
void set_shim (Bench *bench, guint column); /* both DMA ports of each direction, and the route of tokens */

/* Shim MM2S 0 to memory tile S2MM 0, a ring of two buffers of so many words, memory tile MM2S 0 to shim S2MM 0. */
void set_loop (Bench *bench, guint column, guint n_words);

/* The same through the core of row 2, whose program takes lock 1, gives 0 for what comes, and takes 2, gives 3 for what goes; its two
 * buffers are at bytes 0 and 0x4000. */
void set_core_loop (Bench *bench, guint column, guint n_words);

void op_words (Bench *bench, const guint32 *words, guint n);
void op_write (Bench *bench, guint32 address, guint32 value);
void op_mask_write (Bench *bench, guint32 address, guint32 value, guint32 mask);
void op_poll (Bench *bench, guint32 address, guint32 value, guint32 mask);
void op_bd (Bench *bench, guint column, guint row, guint i, const NpuBd *bd);
void op_patch (Bench *bench, guint column, guint bd, guint argument, guint32 plus);
void op_push (Bench *bench, guint column, NpuDirection direction, guint channel, guint bd, guint times, gboolean token);
void op_wait (Bench *bench, guint column, guint row, NpuDirection direction, guint channel);
void op_timer (Bench *bench, guint32 id);

/* A BD, its patch and its push: so many words at that byte of that argument. */
void op_send (Bench *bench, guint column, guint bd, guint argument, guint32 byte, guint n_words);
void op_receive (Bench *bench, guint column, guint bd, guint argument, guint32 byte, guint n_words); /* with a token */

/* So many words through a loop of column 0, from that byte of argument 0 to the same of argument 1, and a wait until they are there */
void op_pass (Bench *bench, guint32 byte, guint n_words);

/* Makes the array and configures it. */
gboolean bench_start (Bench *bench, GError **error);
void bench_complete_header (Bench *bench);
gboolean bench_run (Bench *bench, const NpuBuffer *buffers, guint n_buffers, NpuReport *report, GError **error);
void bench_forget_stream (Bench *bench);

/* Numbers that tell where they come from */
guint32 *numbers_new (guint n, guint32 first);
