/* sequencer.c - the firmware's part: ops in order, each at its price
 *
 * An op is read, which takes its words' price, then obeyed, which takes none. Ops do not wait for what they start; two wait by
 * nature: for a token (TCT), and for a register (MASKPOLL, looked at after every event, so a poll sees the first cycle it may).
 *
 * SPDX-License-Identifier: MIT
 */
#include "emulator/array.h"

#define HEADER_WORDS 4

static void
read_next (NpuEmulator *e, guint64 time, guint n_words_before)
{
  NpuSequencer *s = &e->sequencer;
  guint64 price;

  if (s->op == s->n_ops)
    {
      s->state = NPU_SEQUENCER_DONE;
      return;
    }
  if (!npu_op_read (e, s->stream + s->at, s->n_words - s->at, s->is_compact, &s->reads))
    return;
  s->state = NPU_SEQUENCER_READS;
  price = s->fraction + s->price * (s->reads.n_words + n_words_before);
  s->fraction = price & 0xFFFF;
  s->busy += price >> 16;
  npu_at (e, time + (price >> 16), NPU_EVENT_SEQUENCER, s, 0);
}

static void
next_op (NpuEmulator *e)
{
  e->sequencer.at += e->sequencer.reads.n_words;
  e->sequencer.op++;
  e->sequencer.tile = 0;
  read_next (e, e->now, 0);
}

static gboolean
check_header (NpuEmulator *e, const guint32 *stream, gsize n_words)
{
  static const guint generations[] = { [NPU1] = 3, [NPU2] = 4 };
  NpuSequencer *s = &e->sequencer;
  const guint32 version = n_words >= HEADER_WORDS ? stream[0] & 0xFFFF : 0;
  gsize at = HEADER_WORDS;

  if (version != 0x0100 && version != 0x0001)
    npu_fail (e, NPU_ERROR_STREAM, "This is no instruction stream of version 0.1 or 1.0.");
  else if ((stream[0] >> 16 & 0xFF) != generations[e->generation] || stream[0] >> 24 != NPU_ROWS
           || stream[1] != (e->n_columns | 1u << 8))
    npu_fail (e, NPU_ERROR_STREAM,
              "The stream is for generation %u with %u rows, %u of them of memory tiles, and %u columns; this array is %u, %d, 1 "
              "and %u.",
              stream[0] >> 16 & 0xFF, stream[0] >> 24, stream[1] >> 8, stream[1] & 0xFF, generations[e->generation], NPU_ROWS,
              e->n_columns);
  else if (stream[3] != n_words * 4)
    npu_fail (e, NPU_ERROR_STREAM, "The stream says that it has %u bytes; it has %" G_GSIZE_FORMAT ".", stream[3], n_words * 4);
  s->is_compact = version == 0x0001;
  s->is_obeying = TRUE;
  for (s->op = 0; e->failure == NULL && at < n_words; s->op++)
    {
      NpuOp op;

      if (npu_op_read (e, stream + at, n_words - at, s->is_compact, &op))
        at += op.n_words;
    }
  s->is_obeying = FALSE;
  s->n_ops = s->op;
  if (e->failure == NULL && s->n_ops != stream[2])
    npu_fail (e, NPU_ERROR_STREAM, "The stream says that it has %u ops; it has %" G_GINT64_FORMAT ".", stream[2], s->n_ops);
  return e->failure == NULL;
}

void
npu_sequencer_start (NpuEmulator *e, const NpuCommand *command, guint64 time)
{
  NpuSequencer *s = &e->sequencer;
  const double cycles_per_word = e->costs->stream_word_ns * 1e-9 * e->costs->clock_hz[e->generation];

  *s = (NpuSequencer){ .stream = command->words,
                       .n_words = command->n_words,
                       .at = HEADER_WORDS,
                       .busy = s->busy,
                       .price = (guint64) (cycles_per_word * 65536 + 0.5) };
  if (!check_header (e, command->words, command->n_words))
    return;
  s->op = 0;
  read_next (e, time, HEADER_WORDS);
}

static NpuChannel *
find_channel (NpuEmulator *e, const NpuOp *op, guint column, guint row)
{
  NpuTile *tile = npu_tile (e, column, row);

  if (tile == NULL || op->direction > NPU_MM2S || op->channel >= tile->layout->n_channels)
    {
      npu_fail (e, NPU_ERROR_STREAM, "There is no channel %u in direction %u of tile (%u, %u) to wait for.", op->channel,
                op->direction, column, row);
      return NULL;
    }
  return &tile->channels[op->direction][op->channel];
}

/* Takes a token of each tile of the rectangle; TRUE when it has them all. */
static gboolean
take_tokens (NpuEmulator *e)
{
  NpuSequencer *s = &e->sequencer;
  const NpuOp *op = &s->reads;

  if (op->n_rows == 0 || op->n_columns == 0)
    npu_fail (e, NPU_ERROR_STREAM, "No tile is in the rectangle to wait for.");
  for (; e->failure == NULL && s->tile < op->n_rows * op->n_columns; s->tile++)
    {
      NpuChannel *channel = find_channel (e, op, op->column + s->tile / op->n_rows, op->row + s->tile % op->n_rows);
      g_autofree char *name = NULL;

      if (channel == NULL)
        return FALSE;
      if (channel->n_tokens > 0)
        {
          channel->n_tokens--;
          continue;
        }
      s->state = NPU_SEQUENCER_TOKEN;
      if (channel->n_tokens_due > 0)
        return FALSE;
      name = npu_describe_channel (channel);
      npu_fail (e, NPU_ERROR_STREAM, "The stream waits for a token of %s, which no task of it will send.", name);
    }
  return e->failure == NULL;
}

static gboolean
poll_is_met (NpuEmulator *e)
{
  const NpuOp *op = &e->sequencer.reads;

  e->sequencer.state = NPU_SEQUENCER_POLL;
  return (npu_bus_read (e, op->address, TRUE) & op->mask) == op->value && e->failure == NULL;
}

static void
patch (NpuEmulator *e, const NpuOp *op)
{
  if (op->argument >= e->n_buffers)
    npu_fail (e, NPU_ERROR_STREAM, "Argument %u is patched in; there are %u.", op->argument, e->n_buffers);
  else if (op->plus % 4 != 0)
    npu_fail (e, NPU_ERROR_STREAM, "Byte %" G_GUINT64_FORMAT " of an argument is patched in, which begins no word.", op->plus);
  else
    npu_bus_patch (e, op->address, npu_buffer_address (op->argument) + op->plus);
}

static void
note_time (NpuEmulator *e, guint32 id)
{
  NpuTimer timer = { .id = id, .cycle = e->now - e->run_started, .stream_cycles = e->sequencer.busy };

  if (e->report == NULL)
    return;
  for (guint t = 0; t < e->n_columns * NPU_ROWS; t++)
    {
      const NpuTile *tile = &e->tiles[t];

      if (tile->core != NULL)
        timer.busy[tile->column][(tile->row - NPU_COMPUTE_ROW) % NPU_COMPUTE_ROWS] = tile_clock_cycles (&tile->core->clock)
                                                                                     - tile->core->busy_from;
    }
  g_array_append_val (e->report->timers, timer);
}

/* TRUE when the op is over. */
static gboolean
obey (NpuEmulator *e)
{
  const NpuOp *op = &e->sequencer.reads;

  switch (op->opcode)
    {
    case NPU_OP_WRITE:
      npu_bus_write (e, op->address, op->value);
      return TRUE;
    case NPU_OP_BLOCK:
      npu_bus_block (e, op->address, op->data, op->n_data);
      return TRUE;
      case NPU_OP_MASK_WRITE: {
        const guint32 old = npu_bus_read (e, op->address, FALSE);

        if (e->failure == NULL)
          npu_bus_write (e, op->address, (old & ~op->mask) | (op->value & op->mask));
        return TRUE;
      }
    case NPU_OP_MASK_POLL:
    case NPU_OP_MASK_POLL_BUSY:
      return poll_is_met (e);
    case NPU_OP_TOKEN:
      return take_tokens (e);
    case NPU_OP_PATCH:
      patch (e, op);
      return TRUE;
    case NPU_OP_TIMER:
      note_time (e, op->value);
      return TRUE;
    case NPU_OP_NOOP:
    default:
      return TRUE;
    }
}

void
npu_sequencer_event (NpuEmulator *e)
{
  gboolean is_over;

  e->sequencer.is_obeying = TRUE;
  is_over = obey (e);
  e->sequencer.is_obeying = FALSE;
  if (is_over && e->failure == NULL)
    next_op (e);
}

/* Something happened that it waits for, if that is its state. */
void
npu_sequencer_look (NpuEmulator *e, NpuSequencerState state)
{
  if (e->sequencer.state == state && e->failure == NULL)
    npu_sequencer_event (e);
}
