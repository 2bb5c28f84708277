/* array.h - the parts of the emulated array, and who may call whom
 *
 *   sequencer.c --words--> bus.c --+--> dma.c    tasks and BDs of a channel
 *                                  +--> route.c  which channels a stream joins
 *                                  +--> core.c   programs as coroutines
 *   load.c          the array as it is at first, and what an image brings
 *   dma.c --a BD is ready--> flow.c --a chunk is through--> dma.c        lock.c wakes channels and cores
 *   everyone --npu_at()--> events.c --npu_emulator_run()--> everyone
 *
 * A part that finds something wrong calls npu_fail(); the first such sentence ends the run.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <ucontext.h>

#include "emulator/emulator.h"
#include "emulator/op.h"
#include "emulator/walk.h"

G_BEGIN_DECLS

#define NPU_CHUNK        1152 /* words that move in one event */
#define NPU_MAX_REACH    40   /* channels that one stream can end in */
#define NPU_MAX_PORTS    32
#define NPU_MAX_CHANNELS 6

typedef struct _NpuTile NpuTile;
typedef struct _NpuChannel NpuChannel;
typedef struct _NpuCore NpuCore;

/* events.c */

typedef enum
{
  NPU_EVENT_CHANNEL,  /* a channel's BD is set up, or its lock was granted */
  NPU_EVENT_FLOW,     /* a chunk is through */
  NPU_EVENT_RELEASE,  /* a lock is given, by a DMA */
  NPU_EVENT_GIFT,     /* the same by a core */
  NPU_EVENT_TOKEN,    /* a token reaches the firmware */
  NPU_EVENT_CORE,     /* a core goes on */
  NPU_EVENT_SEQUENCER /* an op has been read */
} NpuEventKind;

typedef struct
{
  guint64 time, order;
  gpointer subject;
  gint32 number; /* what a lock is given; of a channel or core, the epoch it was planned in */
  guint32 kind;
} NpuEvent;

void npu_at (NpuEmulator *e, guint64 time, NpuEventKind kind, gpointer subject, gint32 number);
gboolean npu_next_event (NpuEmulator *e, NpuEvent *event);

/* lock.c */

typedef struct _NpuWait NpuWait;
struct _NpuWait
{
  NpuWait *next;
  gint32 value; /* below 0: at least so many, which are taken; else: exactly */
  guint64 since;
  NpuChannel *channel; /* who waits: one of the two */
  NpuCore *core;
};

typedef struct
{
  NpuTile *tile;
  gint32 value;
  gboolean is_core_given; /* ever */
  NpuWait *waits;         /* first come, first served */
} NpuLock;

gboolean npu_lock_take (NpuLock *lock, gint32 value);
void npu_lock_wait (NpuLock *lock, NpuWait *wait);
void npu_lock_forget (NpuLock *lock, NpuWait *wait);
void npu_lock_give (NpuEmulator *e, NpuLock *lock, gint32 value);
void npu_lock_set (NpuEmulator *e, NpuLock *lock, gint32 value);
guint npu_lock_index (const NpuLock *lock);

/* dma.c */

typedef struct
{
  guint32 words[8];
  gboolean is_block_written, is_patched; /* by the stream that runs */
  gboolean is_decoded;
  gboolean is_filled; /* all it reads was filled once, or all it writes is marked; until it is rewritten */
  NpuBd bd;
  NpuShape shape;
  NpuTile *memory_tile; /* the tile's own or a neighbour's */
  guint32 memory_base;  /* bytes */
  NpuLock *acquire, *release;
} NpuDescriptor;

typedef struct
{
  guint64 chain; /* a bit for each BD that it leads to */
  gint64 op;     /* the stream's op that pushed it; -1: configuration */
  guint times;
  guint8 bd;
  gboolean token, is_endless;
} NpuTask;

typedef enum
{
  NPU_IDLE,
  NPU_SETTING_UP, /* an event is planned */
  NPU_LOCKED,     /* waits for a lock */
  NPU_GRANTED,    /* has it; an event is planned */
  NPU_READY,      /* waits for the stream */
  NPU_MOVING      /* a chunk is on its way */
} NpuChannelState;

typedef struct
{
  guint n;
  NpuChannel *to[NPU_MAX_REACH];
  guint hops[NPU_MAX_REACH];
  const NpuTile *dead; /* a branch ends nowhere, at this tile's port: the whole stream stalls */
  const char *dead_side;
  guint dead_port;
} NpuRoute;

struct _NpuChannel
{
  NpuTile *tile;
  NpuDirection direction;
  guint index;
  guint32 control, pad_value;
  NpuTask tasks[NPU_QUEUE_DEPTH]; /* the first one runs */
  guint n_tasks, times_left;
  NpuChannelState state;
  gint32 epoch; /* counts resets, so that older events are void */
  guint bd;
  NpuWalk walk;
  guint32 left; /* words of this BD */
  guint32 chunk;
  NpuWait wait;
  NpuRoute route;     /* MM2S */
  NpuChannel *source; /* S2MM */
  guint64 bytes;
  guint n_tokens;     /* that no wait has taken yet */
  guint n_tokens_due; /* that tasks will send */
};

void npu_channel_push (NpuEmulator *e, NpuChannel *channel, guint32 word);
void npu_channel_control (NpuEmulator *e, NpuChannel *channel, guint32 value);
guint32 npu_channel_status (const NpuChannel *channel);
void npu_channel_event (NpuEmulator *e, NpuChannel *channel);
void npu_channel_granted (NpuEmulator *e, NpuChannel *channel);
void npu_channel_bd_done (NpuEmulator *e, NpuChannel *channel, guint latency);
gboolean npu_tile_uses_bd (const NpuTile *tile, guint bd);

/* check.c: what can be said of a BD before it runs */
gboolean npu_check_chain (NpuEmulator *e, NpuChannel *channel, NpuTask *task);
gboolean npu_check_filled (NpuEmulator *e, NpuChannel *channel, NpuDescriptor *descriptor, guint64 offset);
void npu_mark_filled (NpuTile *tile, guint32 offset, guint32 n_bytes);
void npu_mark_descriptor (NpuDescriptor *descriptor, guint64 offset);

/* flow.c */
void npu_flow_try (NpuEmulator *e, NpuChannel *source);
void npu_flow_done (NpuEmulator *e, NpuChannel *source);

/* route.c */
void npu_routes_resolve (NpuEmulator *e);
NpuBundle npu_bundle_of (const NpuPorts ports[NPU_N_BUNDLES], guint port, guint *i);
gboolean npu_has_token_route (const NpuTile *shim, guint id);

/* core.c */

typedef enum
{
  NPU_CORE_OFF,
  NPU_CORE_RUNS,
  NPU_CORE_ASKS,  /* for a lock, at the time of a planned event */
  NPU_CORE_WAITS, /* for it */
  NPU_CORE_DONE   /* its program has returned */
} NpuCoreState;

struct _NpuCore
{
  TileCore core;
  TileClock clock;
  NpuTile *tile;
  void (*program) (TileCore *core);
  guint32 control;
  NpuCoreState state;
  gint32 epoch;
  guint lock; /* that it asks or waits for */
  NpuWait wait;
  guint64 resumed, resumed_clock; /* cycle and its own clock, when it last went on */
  guint64 busy_from, stalled[16];
  ucontext_t context, back;
  gpointer stack;
  gpointer fake_stack, back_fake_stack; /* the address sanitizer's */
  const void *back_stack;
  gsize back_stack_size;
};

void npu_core_control (NpuEmulator *e, NpuCore *core, guint32 value);
void npu_core_event (NpuEmulator *e, NpuCore *core);
void npu_core_granted (NpuEmulator *e, NpuCore *core);
void npu_core_reset (NpuCore *core);
void npu_core_free (NpuCore *core);

/* bus.c */
void npu_bus_write (NpuEmulator *e, guint32 address, guint32 value);
guint32 npu_bus_read (NpuEmulator *e, guint32 address, gboolean acts);
void npu_bus_block (NpuEmulator *e, guint32 address, const guint32 *words, guint n);
void npu_bus_patch (NpuEmulator *e, guint32 address, guint64 target);

/* sequencer.c */

typedef enum
{
  NPU_SEQUENCER_DONE,
  NPU_SEQUENCER_READS,
  NPU_SEQUENCER_TOKEN,
  NPU_SEQUENCER_POLL
} NpuSequencerState;

typedef struct
{
  const guint32 *stream;
  gsize n_words, at; /* at: the op that is being read, or waits */
  NpuOp reads;
  gint64 op, n_ops;
  gboolean is_compact; /* version 1.0 */
  gboolean is_obeying; /* what fails now is the op's fault */
  NpuSequencerState state;
  guint tile;              /* of a token wait's rectangle, how many are done */
  guint64 busy;            /* cycles spent on words */
  guint64 price, fraction; /* of a word, and what is left over; 1 / 65536 cycles */
} NpuSequencer;

void npu_sequencer_start (NpuEmulator *e, const NpuCommand *command, guint64 time);
void npu_sequencer_event (NpuEmulator *e);
void npu_sequencer_look (NpuEmulator *e, NpuSequencerState state);

/* op.c */
gboolean npu_op_read (NpuEmulator *e, const guint32 *at, gsize n_left, gboolean is_compact, NpuOp *op);

/* load.c */
void npu_tile_init (NpuTile *tile, NpuEmulator *e, guint column, guint row);
void npu_tile_clear (NpuTile *tile);
void npu_load (NpuEmulator *e, const NpuImage *image);

/* stall.c */
char *npu_describe_stalls (NpuEmulator *e);
char *npu_describe_channel (const NpuChannel *channel);

/* The array */

struct _NpuTile
{
  NpuEmulator *e;
  guint column, row;
  NpuTileKind kind;
  const NpuLayout *layout;
  guint8 *memory;
  guint8 *filled; /* a bit a word */
  NpuDescriptor *bds;
  NpuLock *locks;
  NpuChannel channels[2][NPU_MAX_CHANNELS];
  guint32 masters[NPU_MAX_PORTS], slaves[NPU_MAX_PORTS], slots[NPU_MAX_PORTS][4];
  guint32 mux, demux;
  NpuCore *core;
};

enum
{
  NPU_DDR_BOTH = 2, /* beside the two directions */
  NPU_N_DDR
};

typedef struct
{
  guint64 price, free, busy; /* 1 / 65536 cycles: of a byte; when it is free; how long it was busy */
} NpuDdr;

struct _NpuEmulator
{
  guint n_columns;
  NpuGeneration generation;
  const NpuCosts *costs;
  NpuTile *tiles; /* column by column */
  gboolean are_routes_stale;
  guint64 now, order;
  NpuEvent *events; /* a heap */
  gsize n_events, n_events_room;
  guint64 n_obeyed;
  gboolean (*is_to_stop) (gpointer data);
  gpointer stop_data;
  NpuSequencer sequencer;
  const NpuBuffer *buffers;
  guint n_buffers;
  NpuDdr ddr[NPU_N_DDR]; /* by direction, and both together */
  guint64 run_started;   /* with what was between streams of a list: the time between then and now is streams' */
  guint64 stream_started;
  const NpuImage *image; /* that was loaded last; NULL: none was */
  gint64 write;          /* of a configuration, which one is obeyed; or -1 */
  NpuReport *report;
  GError *failure;
  guint8 bounce[NPU_CHUNK * 4];
};

static inline NpuTile *
npu_tile (NpuEmulator *e, guint column, guint row)
{
  return column < e->n_columns && row < NPU_ROWS ? &e->tiles[column * NPU_ROWS + row] : NULL;
}

/* A buffer's address in DDR; far apart, so that no transfer can reach from one into the next. */
static inline guint64
npu_buffer_address (guint i)
{
  return (guint64) (i + 1) << 40;
}

/* Obeys writes, until one is refused. */
void npu_configure (NpuEmulator *e, const NpuWrite *writes, gsize n);

void npu_fail (NpuEmulator *e, NpuError code, const char *format, ...) G_GNUC_PRINTF (3, 4);

G_END_DECLS
