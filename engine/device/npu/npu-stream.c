/* npu-stream.c - the words of a transaction
 *
 * SPDX-License-Identifier: MIT
 */
#include "device/npu/npu-stream.h"

#include "device/npu/npu-hash.h"
#include "tile/layout.h"

#include <string.h>

#define OP_WRITE       0
#define OP_BLOCK_WRITE 1
#define OP_MASK_WRITE  3
#define OP_MASK_POLL   4
#define OP_TOKEN       0x80
#define OP_PATCH       0x81
#define OP_TIMER       0x83

#define MAX_WRAP    1023
#define HALF_OBJECT (TILE_OBJECT_WORDS / 2)
#define BURST_512   3
#define CACHE_TYPE  2

#define STATUS_QUEUE_FROM 20 /* bits 22:20 of a channel's status: tasks in its queue */

/* Descriptors of a channel: the shim's sixteen, dealt out. A channel with n of them may have n - 1 tasks left when it starts one. */
static const struct
{
  NpuDirection direction;
  guint channel, first_bd, n_bds;
} channels[SCRIBE_NPU_N_CHANNELS] = {
  [SCRIBE_NPU_A] = { NPU_MM2S, NPU_SHIM_A, 0, 5 },
  [SCRIBE_NPU_B] = { NPU_MM2S, NPU_SHIM_B, 5, 5 },
  [SCRIBE_NPU_C0] = { NPU_S2MM, NPU_SHIM_C, 10, 3 },
  [SCRIBE_NPU_C1] = { NPU_S2MM, NPU_SHIM_C + 1, 13, 3 },
};

static void
note_new (ScribeNpuStream *stream)
{
  stream->is_new = TRUE;
  stream->is_summed = FALSE;
}

/* Most words are those of the run before. */
static void
write_words (ScribeNpuStream *stream, guint32 *place, const guint32 *words, guint n)
{
  if (memcmp (place, words, n * sizeof *words) == 0)
    return;
  memcpy (place, words, n * sizeof *words);
  note_new (stream);
}

/* Whatever is in the memory, nobody has been shown it. */
static void
grow (ScribeNpuStream *stream, guint n)
{
  g_array_set_size (stream->words, n);
  note_new (stream);
}

static void
emit (ScribeNpuStream *stream, const guint32 *words, guint n, guint n_ops)
{
  const guint at = stream->state.at;

  if (at + n > stream->words->len)
    grow (stream, at + n);
  write_words (stream, &g_array_index (stream->words, guint32, at), words, n);
  stream->state.at += n;
  stream->state.n_ops += n_ops;
}

ScribeNpuStream *
scribe_npu_stream_new (const NpuOverlay *overlay, guint64 hash)
{
  ScribeNpuStream *stream = g_new0 (ScribeNpuStream, 1);
  const guint8 device = overlay->generation == NPU1 ? 3 : 4;
  const guint32 header[SCRIBE_NPU_HEADER_WORDS] = { 1u << 8 | (guint32) device << 16 | (guint32) NPU_ROWS << 24,
                                                    overlay->n_columns | 1u << 8, 0, 0 };

  stream->words = g_array_new (FALSE, TRUE, sizeof (guint32));
  g_array_append_vals (stream->words, header, G_N_ELEMENTS (header));
  stream->overlay = hash;
  scribe_npu_stream_restart (stream, 0);
  return stream;
}

void
scribe_npu_stream_restart (ScribeNpuStream *stream, TileProgramId program)
{
  stream->program = program;
  stream->state = (ScribeNpuStreamState){ .at = SCRIBE_NPU_HEADER_WORDS };
  stream->reach = (ScribeNpuReach){ 0 };
}

void
scribe_npu_stream_free (ScribeNpuStream *stream)
{
  g_array_unref (stream->words);
  g_free (stream);
}

void
scribe_npu_stream_begin (ScribeNpuStream *stream)
{
  for (guint column = 0; column < NPU_MAX_COLUMNS; column++)
    for (guint channel = 0; channel < SCRIBE_NPU_N_CHANNELS; channel++)
      stream->state.channels[column][channel].n_new = 0;
}

void
scribe_npu_stream_ended (ScribeNpuStream *stream)
{
  for (guint column = 0; column < NPU_MAX_COLUMNS; column++)
    for (guint channel = 0; channel < SCRIBE_NPU_N_CHANNELS; channel++)
      stream->state.channels[column][channel].n_left = stream->state.channels[column][channel].n_new;
}

/* A run of words as one wrap, or as two where it is too long for one. Most are whole objects, which halves divide. */
static guint
describe_run (NpuBd *bd, guint run)
{
  guint inner = run;

  if (run > MAX_WRAP)
    for (inner = run % HALF_OBJECT == 0 ? HALF_OBJECT : MAX_WRAP; run % inner != 0; inner--)
      ;
  g_assert (run / inner <= MAX_WRAP);
  bd->wrap[0] = inner;
  bd->step[0] = 1;
  if (inner == run)
    return 1;
  bd->wrap[1] = run / inner;
  bd->step[1] = inner;
  return 2;
}

static void
describe (NpuBd *bd, const ScribeNpuPattern *pattern)
{
  bd->length = pattern->run * pattern->n * MAX (pattern->n_outer, 1);
  if (pattern->n > 1)
    {
      guint dimension = describe_run (bd, pattern->run);

      bd->step[dimension] = pattern->step;
      if (dimension == 1)
        bd->wrap[1] = pattern->n;
      if (pattern->n_outer > 1)
        {
          g_assert (dimension == 1);
          bd->step[2] = pattern->outer_step;
        }
    }
  if (pattern->iterations > 1)
    {
      bd->iterations = pattern->iterations;
      bd->iteration_step = pattern->iteration_step;
    }
  bd->burst = BURST_512;
  bd->cache = CACHE_TYPE;
  bd->valid = 1;
}

/* The channel takes another task, and has ended the one whose descriptor comes next. */
static void
poll_room (ScribeNpuStream *stream, guint column, ScribeNpuChannel channel)
{
  ScribeNpuChannelState *state = &stream->state.channels[column][channel];
  const guint n_room = channels[channel].n_bds - 1;

  if (state->n_left < n_room)
    return;
  else
    {
      /* one task runs outside of the queue: fewer than n_room - 1 in it leave n_room - 1 at most */
      const guint32 mask = (n_room == NPU_QUEUE_DEPTH ? 4u : 6u) << STATUS_QUEUE_FROM;
      const guint32 words[] = { OP_MASK_POLL,
                                0,
                                npu_status_address (column, 0, channels[channel].direction, channels[channel].channel),
                                0,
                                0,
                                mask,
                                7 * sizeof (guint32) };

      emit (stream, words, G_N_ELEMENTS (words), 1);
      state->n_left = n_room;
    }
}

static gboolean
is_same_shape (const ScribeNpuPattern *a, const ScribeNpuPattern *b)
{
  return a->run == b->run && a->n == b->n && a->step == b->step && a->n_outer == b->n_outer && a->outer_step == b->outer_step
         && a->iterations == b->iterations && a->iteration_step == b->iteration_step;
}

/* The descriptor's words [8], with base 0. */
static const guint32 *
find_described (ScribeNpuStream *stream, const ScribeNpuPattern *pattern)
{
  const guint place = (pattern->run / HALF_OBJECT + 5 * pattern->n + 7 * pattern->iterations + pattern->step / HALF_OBJECT)
                      % SCRIBE_NPU_N_DESCRIBED;
  ScribeNpuDescribed *described = &stream->described[place];

  if (!is_same_shape (&described->pattern, pattern))
    {
      NpuBd bd = { 0 };
      gboolean fits;

      describe (&bd, pattern);
      fits = npu_bd_encode (NPU_TILE_SHIM, &bd, described->words);
      g_assert (fits);
      described->pattern = *pattern;
    }
  return described->words;
}

void
scribe_npu_stream_write (ScribeNpuStream *stream, guint32 address, guint32 value)
{
  const guint32 words[] = { OP_WRITE, 0, address, 0, value, 6 * sizeof (guint32) };

  emit (stream, words, G_N_ELEMENTS (words), 1);
}

/* Descriptor, place and start */
static void
write_task (ScribeNpuStream *stream,
            guint column,
            ScribeNpuChannel channel,
            guint id,
            const ScribeNpuPattern *pattern,
            gboolean token)
{
  const guint32 address = npu_bd_address (column, 0, id), *bd = find_described (stream, pattern);
  const guint32 queue = npu_queue_address (column, 0, channels[channel].direction, channels[channel].channel);
  const guint32 words[] = {
    /* BLOCKWRITE */
    OP_BLOCK_WRITE, column, address, 12 * sizeof (guint32), bd[0], bd[1], bd[2], bd[3], bd[4], bd[5], bd[6], bd[7],
    /* DDR_PATCH */
    OP_PATCH, 12 * sizeof (guint32), 0, 0, 0, 0, address + 4, 0, pattern->buffer, 0, (guint32) pattern->offset, 0,
    /* WRITE */
    OP_WRITE, 0, queue, 0, NPU_TASK (id, pattern->iterations * pattern->times, token), 6 * sizeof (guint32)
  };

  g_assert (pattern->offset <= G_MAXUINT32 && pattern->iterations >= 1 && pattern->times >= 1
            && pattern->iterations * pattern->times <= SCRIBE_NPU_MAX_TIMES);
  emit (stream, words, G_N_ELEMENTS (words), 3);
}

/* The last byte of the pattern, and what is before it, must be there. */
static void
note_reach (ScribeNpuReach *reach, const ScribeNpuPattern *pattern)
{
  const guint64 words = pattern->run + (guint64) (pattern->n - 1) * pattern->step
                        + (guint64) (MAX (pattern->n_outer, 1) - 1) * pattern->outer_step
                        + (guint64) (pattern->iterations - 1) * pattern->iteration_step;
  guint64 *bytes = &reach->bytes[pattern->buffer];

  *bytes = MAX (*bytes, pattern->offset + words * sizeof (guint32));
}

/* Tokens of the channel go where the shim's token route expects them. */
static void
route_tokens (ScribeNpuStream *stream, guint column, ScribeNpuChannel channel)
{
  const guint32 words[] = { OP_MASK_WRITE,
                            0,
                            npu_control_address (column, 0, channels[channel].direction, channels[channel].channel),
                            0,
                            NPU_TOKEN_ID << 8,
                            NPU_CONTROLLER_MASK & 0x1F00,
                            7 * sizeof (guint32) };

  emit (stream, words, G_N_ELEMENTS (words), 1);
  stream->state.channels[column][channel].ready = TRUE;
}

void
scribe_npu_stream_start (ScribeNpuStream *stream,
                         guint column,
                         ScribeNpuChannel channel,
                         const ScribeNpuPattern *pattern,
                         gboolean token)
{
  ScribeNpuChannelState *state = &stream->state.channels[column][channel];
  const guint id = channels[channel].first_bd + state->next_bd;

  if (token && !state->ready)
    route_tokens (stream, column, channel);
  poll_room (stream, column, channel);
  write_task (stream, column, channel, id, pattern, token);
  note_reach (&stream->reach, pattern);
  state->next_bd = (state->next_bd + 1) % channels[channel].n_bds;
  state->n_left++;
  state->n_new++;
}

void
scribe_npu_stream_wait (ScribeNpuStream *stream, guint column, ScribeNpuChannel channel)
{
  const guint32 words[] = { OP_TOKEN, 4 * sizeof (guint32), (channels[channel].direction == NPU_MM2S) | column << 16,
                            1u << 8 | 1u << 16 | channels[channel].channel << 24 };

  emit (stream, words, G_N_ELEMENTS (words), 1);
}

void
scribe_npu_stream_mark (ScribeNpuStream *stream, guint id)
{
  const guint32 words[] = { OP_TIMER, 3 * sizeof (guint32), id };

  emit (stream, words, G_N_ELEMENTS (words), 1);
}

static gboolean
is_same_but_for_sum (const ScribeNpuTransaction *a, const ScribeNpuTransaction *b)
{
  return a->words == b->words && a->n_words == b->n_words && a->overlay == b->overlay && a->program == b->program
         && memcmp (&a->reach, &b->reach, sizeof a->reach) == 0;
}

ScribeNpuTransaction
scribe_npu_stream_finish (ScribeNpuStream *stream)
{
  guint32 *words = (guint32 *) (gpointer) stream->words->data;
  const guint32 counts[] = { stream->state.n_ops, stream->state.at * (guint32) sizeof (guint32) };
  ScribeNpuTransaction transaction = {
    .words = words, .n_words = stream->state.at, .overlay = stream->overlay, .program = stream->program, .reach = stream->reach
  };

  g_array_set_size (stream->words, stream->state.at); /* what is behind might not have been shown to anybody */
  write_words (stream, words + 2, counts, G_N_ELEMENTS (counts));
  transaction.checksum = stream->is_summed && is_same_but_for_sum (&transaction, &stream->finished)
                             ? stream->finished.checksum
                             : scribe_npu_transaction_checksum (&transaction);
  stream->is_summed = TRUE;
  stream->finished = transaction;
  return transaction;
}

guint64
scribe_npu_transaction_checksum (const ScribeNpuTransaction *transaction)
{
  guint64 sum = scribe_npu_hash (&transaction->reach, sizeof transaction->reach, transaction->overlay);

  sum = scribe_npu_hash (&transaction->program, sizeof transaction->program, sum);
  return scribe_npu_hash (transaction->words, transaction->n_words * sizeof (guint32), sum);
}

void
scribe_npu_reach_join (ScribeNpuReach *reach, const ScribeNpuReach *other)
{
  for (guint i = 0; i < SCRIBE_NPU_MAX_ARGUMENTS; i++)
    reach->bytes[i] = MAX (reach->bytes[i], other->bytes[i]);
}
