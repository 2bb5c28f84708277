/* emulator.h - an XDNA array on paper: runs configuration words and instruction streams, bit for bit, and keeps a clock
 *
 *   configuration words --+--> registers --> BDs, queues, locks, routes, cores
 *   instruction stream  --+        DDR <--shim--> memory tiles <--streams--> compute tiles: programs in C
 *
 * A discrete-event simulation. Whatever takes time is an event at a cycle: a DMA channel that is set up, a chunk of at most 1152
 * words that has moved, a lock's release, a core that wants a lock, an op of the stream. Events of one cycle are obeyed in the
 * order in which they were planned, so a run is the same every time. Data moves when its chunk begins; nobody may look at it before
 * the lock says so, at its end.
 *
 * What it promises: a stream that the hardware would run with the documented meaning gets that result here, and what the hardware
 * would drop, hang on or spoil in silence is an error that names tile, channel, BD and op: everything in "worth failing on" of the
 * stream's specification. Where the specification is unsure it takes the strict side:
 *   - a channel holds four tasks, the running one included; a fifth is refused;
 *   - the words of a BD may not change while a task that leads to it is queued or runs;
 *   - a DDR patch wants a BD that this stream has block-written whole, with base 0, once;
 *   - a stream may not end while a task of its own still runs, or with tokens that nobody waited for;
 *   - memory is undefined at first (0xA5 in every byte), and a DMA may not send what nothing ever filled. A memory tile's words are
 *     filled by a DMA or by the stream; so are a core's, or by the core itself: what a BD reads after it took a lock that the core has
 *     given is taken as written by the core, for a core's stores are not watched;
 *   - a lock may not go above 63 or below 0.
 * Not emulated, and refused: packet-switched data (the shim's token route is known, and checked), tokens of other tiles than shims,
 * compression, out-of-order and finish-on-TLAST channels, the cascade, control packets, trace and events.
 *
 * The clock: see costs.h. A stream word costs the sequencer its price; a chunk of n words takes n cycles of its route, and on a
 * shim its share of DDR; a core as long as its TileClock says. Bank conflicts and the memory controller's mood are left out.
 *
 * Errors are sentences for whoever writes streams, and stay English. After one the emulator is of no more use.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <glib.h>

#include "emulator/costs.h"
#include "overlay/registers.h"
#include "tile/core.h"

G_BEGIN_DECLS

#define NPU_ERROR       (npu_error_quark ())
#define NPU_MAX_BUFFERS 7 /* a command's payload of 19 words has no room for more */

typedef enum
{
  NPU_ERROR_STREAM,    /* an op that makes no sense, or disagrees with the header */
  NPU_ERROR_REGISTER,  /* a write that the hardware has no place for, or that would spoil what runs */
  NPU_ERROR_TASK,      /* a BD or a push that cannot work */
  NPU_ERROR_TRANSFER,  /* data where there is none, or no room */
  NPU_ERROR_LOCK,      /* a lock beyond its range */
  NPU_ERROR_CORE,      /* a core without a program, or one that breaks the rules */
  NPU_ERROR_DEADLOCK,  /* nothing can move and the stream is not done */
  NPU_ERROR_LEFT_OVER, /* tasks or tokens left when the stream was done */
  NPU_ERROR_STOPPED    /* somebody wished so */
} NpuError;

GQuark npu_error_quark (void);

typedef struct _NpuEmulator NpuEmulator;

typedef struct
{
  guint8 *data;
  gsize size;
} NpuBuffer; /* an argument in DDR */

typedef struct
{
  guint32 id;
  guint64 cycle;                                                  /* from the stream's first word on */
  guint64 stream_cycles, busy[NPU_MAX_COLUMNS][NPU_COMPUTE_ROWS]; /* until then, as the report has them for the whole run */
} NpuTimer;

typedef struct
{
  guint64 busy;        /* cycles computed */
  guint64 stalled[16]; /* cycles waited for each own lock */
} NpuCoreReport;

/* What a load brings into an array, as a container for the hardware has it: registers in order, and what all its cores hold. */
typedef struct
{
  const NpuWrite *writes;
  gsize n_writes;
  void (*program) (TileCore *core);
  guint32 id; /* which program that is to be: cores are told */
} NpuImage;

/* A stream, and what has to be in the array for it; NULL: what there is. */
typedef struct
{
  const NpuImage *image;
  const guint32 *words;
  gsize n_words;
} NpuCommand;

/* One run: of a stream, or of a list. All but dispatch_seconds and load_seconds counts from a stream's first word to its end. */
typedef struct
{
  guint64 cycles;
  double seconds, dispatch_seconds;
  guint n_loads; /* images that were not there */
  double load_seconds;
  NpuCoreReport cores[NPU_MAX_COLUMNS][NPU_COMPUTE_ROWS];
  guint64 shim_bytes[NPU_MAX_COLUMNS][2][2]; /* by column, direction, channel */
  guint64 ddr_cycles;                        /* DDR was busy: reading, writing or both together, whichever was longest */
  guint64 stream_cycles;                     /* the sequencer read and obeyed words; the rest of cycles it waited */
  guint64 n_events, n_ops;
  GArray *timers; /* of NpuTimer: the RECORD_TIMER ops, in order */
} NpuReport;

void npu_report_clear (NpuReport *report);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (NpuReport, npu_report_clear)

/* n_rows is 6. costs: one of the tables of costs.h, or one that outlives the emulator. NULL where there is no such array. */
NpuEmulator *npu_emulator_new (guint n_columns, guint n_rows, NpuGeneration generation, const NpuCosts *costs);
void npu_emulator_free (NpuEmulator *emulator);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NpuEmulator, npu_emulator_free)

/* Writes registers in order: BDs, locks, switches, queues, cores. Takes no time; what it starts, starts with the next run. */
gboolean npu_emulator_configure (NpuEmulator *emulator, const NpuWrite *writes, gsize n, GError **error);

/* What is in that core's program memory. It begins when the core is enabled and has 256 KiB of stack. */
void npu_emulator_set_program (NpuEmulator *emulator, guint column, guint row, void (*program) (TileCore *core));

/* Asked every few milliseconds of the host's time while a stream runs: TRUE ends the run with NPU_ERROR_STOPPED. NULL: nobody is asked. What the stream
 * was to write may be there in part. */
void npu_emulator_set_stop (NpuEmulator *emulator, gboolean (*is_to_stop) (gpointer data), gpointer data);

/* Runs an instruction stream over these arguments. Everything else persists between runs. report may be NULL; else it is filled,
 * also with what there was before an error, and cleared with npu_report_clear(). */
gboolean npu_emulator_run (NpuEmulator *emulator,
                           const guint32 *stream,
                           gsize n_words,
                           const NpuBuffer *buffers,
                           guint n_buffers,
                           NpuReport *report,
                           GError **error);

/* Runs streams one after another, as a list that was submitted at once. Where one wants another image than that in the array, which is the one that was
 * loaded last, it is loaded first: nothing that was in the array is there any more. Images are told apart by their address. */
gboolean npu_emulator_run_list (NpuEmulator *emulator,
                                const NpuCommand *commands,
                                guint n_commands,
                                const NpuBuffer *buffers,
                                guint n_buffers,
                                NpuReport *report,
                                GError **error);

/* For tests: a tile's data memory, and a lock's value. */
const guint8 *npu_emulator_get_memory (NpuEmulator *emulator, guint column, guint row);
gint npu_emulator_get_lock (NpuEmulator *emulator, guint column, guint row, guint lock);

G_END_DECLS
