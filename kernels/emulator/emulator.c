/* emulator.c - the array's life: made, configured, run over a stream
 *
 * SPDX-License-Identifier: MIT
 */
#include "emulator/array.h"

#include <string.h>

#define STOP_EVENTS 1024 /* from one question whether to stop to the next */

void
npu_fail (NpuEmulator *e, NpuError code, const char *format, ...)
{
  g_autofree char *sentence = NULL;
  va_list arguments;

  if (e->failure != NULL)
    return;
  va_start (arguments, format);
  sentence = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  if (e->sequencer.is_obeying)
    g_set_error (&e->failure, NPU_ERROR, code, "Op %" G_GINT64_FORMAT ": %s", e->sequencer.op, sentence);
  else if (e->write >= 0)
    g_set_error (&e->failure, NPU_ERROR, code, "Register write %" G_GINT64_FORMAT ": %s", e->write, sentence);
  else
    g_set_error_literal (&e->failure, NPU_ERROR, code, sentence);
}

static guint64
ddr_price (const NpuEmulator *e, double bytes_per_second)
{
  return (guint64) (e->costs->clock_hz[e->generation] / bytes_per_second * 65536 + 0.5);
}

NpuEmulator *
npu_emulator_new (guint n_columns, guint n_rows, NpuGeneration generation, const NpuCosts *costs)
{
  const guint most = generation == NPU1 ? 4 : NPU_MAX_COLUMNS;
  NpuEmulator *e;

  g_return_val_if_fail (n_columns > 0 && n_columns <= most && n_rows == NPU_ROWS, NULL);
  e = g_new0 (NpuEmulator, 1);
  e->n_columns = n_columns;
  e->generation = generation;
  e->costs = costs;
  e->now = 1;
  e->write = -1;
  e->are_routes_stale = TRUE;
  e->ddr[NPU_S2MM].price = e->ddr[NPU_MM2S].price = ddr_price (e, costs->ddr_bytes_per_second);
  e->ddr[NPU_DDR_BOTH].price = ddr_price (e, costs->ddr_both_bytes_per_second);
  e->tiles = g_new0 (NpuTile, n_columns * NPU_ROWS);
  for (guint i = 0; i < n_columns * NPU_ROWS; i++)
    npu_tile_init (&e->tiles[i], e, i / NPU_ROWS, i % NPU_ROWS);
  return e;
}

void
npu_emulator_free (NpuEmulator *e)
{
  for (guint i = 0; i < e->n_columns * NPU_ROWS; i++)
    npu_tile_clear (&e->tiles[i]);
  g_free (e->tiles);
  g_free (e->events);
  g_clear_error (&e->failure);
  g_free (e);
}

void
npu_report_clear (NpuReport *report)
{
  g_clear_pointer (&report->timers, g_array_unref);
}

void
npu_emulator_set_program (NpuEmulator *e, guint column, guint row, void (*program) (TileCore *core))
{
  NpuTile *tile = npu_tile (e, column, row);

  g_return_if_fail (tile != NULL && tile->core != NULL);
  tile->core->program = program;
}

void
npu_emulator_set_stop (NpuEmulator *e, gboolean (*is_to_stop) (gpointer data), gpointer data)
{
  e->is_to_stop = is_to_stop;
  e->stop_data = data;
}

const guint8 *
npu_emulator_get_memory (NpuEmulator *e, guint column, guint row)
{
  return npu_tile (e, column, row)->memory;
}

gint
npu_emulator_get_lock (NpuEmulator *e, guint column, guint row, guint lock)
{
  return npu_tile (e, column, row)->locks[lock].value;
}

/* FALSE with the failure, if there was one. The emulator keeps it: it is of no more use. */
static gboolean
end (NpuEmulator *e, GError **error)
{
  if (e->failure == NULL)
    return TRUE;
  if (error != NULL)
    *error = g_error_copy (e->failure);
  return FALSE;
}

void
npu_configure (NpuEmulator *e, const NpuWrite *writes, gsize n)
{
  for (e->write = 0; (gsize) e->write < n && e->failure == NULL; e->write++)
    npu_bus_write (e, writes[e->write].address, writes[e->write].value);
  e->write = -1;
}

gboolean
npu_emulator_configure (NpuEmulator *e, const NpuWrite *writes, gsize n, GError **error)
{
  npu_configure (e, writes, n);
  return end (e, error);
}

static void
happen (NpuEmulator *e, const NpuEvent *event)
{
  NpuChannel *channel = event->subject;
  NpuCore *core = event->subject;
  NpuLock *lock = event->subject;

  switch ((NpuEventKind) event->kind)
    {
    case NPU_EVENT_CHANNEL:
      if (event->number == channel->epoch)
        npu_channel_event (e, channel);
      break;
    case NPU_EVENT_FLOW:
      npu_flow_done (e, channel);
      break;
    case NPU_EVENT_GIFT:
      lock->is_core_given = TRUE;
      npu_lock_give (e, lock, event->number);
      break;
    case NPU_EVENT_RELEASE:
      npu_lock_give (e, lock, event->number);
      break;
    case NPU_EVENT_TOKEN:
      channel->n_tokens++;
      channel->n_tokens_due--;
      npu_sequencer_look (e, NPU_SEQUENCER_TOKEN);
      break;
    case NPU_EVENT_CORE:
      if (event->number == core->epoch)
        npu_core_event (e, core);
      break;
    case NPU_EVENT_SEQUENCER:
    default:
      npu_sequencer_event (e);
      break;
    }
}

static void
fail_deadlock (NpuEmulator *e)
{
  g_autofree char *stalls = npu_describe_stalls (e);

  npu_fail (e, NPU_ERROR_DEADLOCK,
            "Nothing can move any more, and op %" G_GINT64_FORMAT " (%s) waits since. Who waits for what:%s", e->sequencer.op,
            npu_op_name (e->sequencer.reads.opcode), stalls);
}

static void
obey_events (NpuEmulator *e)
{
  const guint64 last = e->stream_started + (guint64) (e->costs->watchdog_seconds * e->costs->clock_hz[e->generation]);
  NpuEvent event;

  while (e->failure == NULL && e->sequencer.state != NPU_SEQUENCER_DONE)
    {
      if (!npu_next_event (e, &event))
        {
          fail_deadlock (e);
          return;
        }
      e->now = event.time;
      if (e->n_obeyed++ % STOP_EVENTS == 0 && e->is_to_stop && e->is_to_stop (e->stop_data))
        {
          npu_fail (e, NPU_ERROR_STOPPED, "The run was stopped.");
          return;
        }
      if (e->are_routes_stale)
        npu_routes_resolve (e);
      happen (e, &event);
      npu_sequencer_look (e, NPU_SEQUENCER_POLL);
      if (e->now > last)
        npu_fail (e, NPU_ERROR_DEADLOCK,
                  "The stream has run for %g seconds, at op %" G_GINT64_FORMAT ": the driver would kill it.",
                  e->costs->watchdog_seconds, e->sequencer.op);
    }
}

static void
check_left_over (NpuEmulator *e, NpuChannel *channel)
{
  g_autofree char *name = NULL;

  if (channel->n_tokens + channel->n_tokens_due + channel->n_tasks == 0)
    return;
  name = npu_describe_channel (channel);
  if (channel->n_tokens + channel->n_tokens_due > 0)
    npu_fail (e, NPU_ERROR_LEFT_OVER,
              "%s has sent a token that the stream did not wait for: the next run would take it for its own.", name);
  for (guint t = 0; t < channel->n_tasks; t++)
    {
      NpuTask *task = &channel->tasks[t];

      if (task->op >= 0 && !task->is_endless)
        npu_fail (e, NPU_ERROR_LEFT_OVER, "%s still has the task of op %" G_GINT64_FORMAT ", BD %u, when the stream is over.",
                  name, task->op, task->bd);
      task->op = -1;
    }
}

/* What the stream has started is over, and what it asked for was waited for. */
static void
check_left_overs (NpuEmulator *e)
{
  for (guint t = 0; t < e->n_columns * NPU_ROWS; t++)
    {
      for (guint i = 0; i < 2 * NPU_MAX_CHANNELS; i++)
        check_left_over (e, &e->tiles[t].channels[i % 2][i / 2]);
    }
}

/* Counters of a run, at its beginning. */
static void
prepare_run (NpuEmulator *e)
{
  for (guint i = 0; i < NPU_N_DDR; i++)
    e->ddr[i].busy = 0;
  for (guint t = 0; t < e->n_columns * NPU_ROWS; t++)
    {
      NpuTile *tile = &e->tiles[t];

      for (guint i = 0; i < 2 * NPU_MAX_CHANNELS; i++)
        tile->channels[i % 2][i / 2].bytes = 0;
      if (tile->core != NULL)
        {
          tile->core->busy_from = tile_clock_cycles (&tile->core->clock);
          memset (tile->core->stalled, 0, sizeof tile->core->stalled);
        }
    }
  e->sequencer = (NpuSequencer){ 0 };
}

/* No descriptor is of this stream yet. */
static void
prepare_stream (NpuEmulator *e)
{
  for (guint t = 0; t < e->n_columns * NPU_ROWS; t++)
    {
      NpuTile *tile = &e->tiles[t];

      for (guint i = 0; i < tile->layout->n_bds; i++)
        tile->bds[i].is_block_written = tile->bds[i].is_patched = FALSE;
    }
}

static void
fill_report (NpuEmulator *e, NpuReport *report)
{
  report->cycles = e->now > e->run_started ? e->now - e->run_started : 0;
  report->seconds = report->cycles / e->costs->clock_hz[e->generation];
  report->ddr_cycles = MAX (MAX (e->ddr[NPU_S2MM].busy, e->ddr[NPU_MM2S].busy), e->ddr[NPU_DDR_BOTH].busy) >> 16;
  report->stream_cycles = e->sequencer.busy;
  for (guint t = 0; t < e->n_columns * NPU_ROWS; t++)
    {
      const NpuTile *tile = &e->tiles[t];
      NpuCoreReport *core = &report->cores[tile->column][(tile->row - NPU_COMPUTE_ROW) % NPU_COMPUTE_ROWS];

      for (guint i = 0; i < 4 && tile->kind == NPU_TILE_SHIM; i++)
        report->shim_bytes[tile->column][i % 2][i / 2] = tile->channels[i % 2][i / 2].bytes;
      if (tile->core != NULL)
        {
          core->busy = tile_clock_cycles (&tile->core->clock) - tile->core->busy_from;
          memcpy (core->stalled, tile->core->stalled, sizeof core->stalled);
        }
    }
}

/* What a stream waits for before its first word; the clock of the run stands still. */
static guint64
cycles_before (NpuEmulator *e, const NpuCommand *command, gboolean is_first, NpuReport *report)
{
  const gboolean loads = command->image != NULL && command->image != e->image;
  const double dispatch = is_first ? e->costs->dispatch_seconds : e->costs->next_seconds,
               load = loads ? e->costs->load_seconds : 0;

  if (report != NULL)
    {
      report->dispatch_seconds += dispatch;
      report->n_loads += loads;
      report->load_seconds += load;
    }
  return (guint64) ((dispatch + load) * e->costs->clock_hz[e->generation]);
}

static void
run_command (NpuEmulator *e, const NpuCommand *command, gboolean is_first, NpuReport *report)
{
  const guint64 before = cycles_before (e, command, is_first, report);

  e->stream_started = e->now + before;
  e->run_started = is_first ? e->stream_started : e->run_started + before;
  if (command->image != NULL && command->image != e->image)
    {
      e->now = e->stream_started;
      npu_load (e, command->image);
    }
  prepare_stream (e);
  if (e->failure == NULL)
    npu_sequencer_start (e, command, e->stream_started);
  obey_events (e);
  if (e->failure == NULL)
    check_left_overs (e);
  if (report != NULL)
    report->n_ops += e->sequencer.op;
}

gboolean
npu_emulator_run_list (NpuEmulator *e,
                       const NpuCommand *commands,
                       guint n_commands,
                       const NpuBuffer *buffers,
                       guint n_buffers,
                       NpuReport *report,
                       GError **error)
{
  const guint64 obeyed_before = e->n_obeyed;

  if (report != NULL)
    *report = (NpuReport){ .timers = g_array_new (FALSE, FALSE, sizeof (NpuTimer)) };
  if (n_buffers > NPU_MAX_BUFFERS)
    npu_fail (e, NPU_ERROR_STREAM, "A command can have %d arguments, and not %u.", NPU_MAX_BUFFERS, n_buffers);
  if (e->failure != NULL)
    return end (e, error);

  e->report = report;
  e->buffers = buffers;
  e->n_buffers = n_buffers;
  prepare_run (e);
  e->run_started = e->now;
  for (guint i = 0; i < n_commands && e->failure == NULL; i++)
    run_command (e, &commands[i], i == 0, report);
  if (report != NULL)
    {
      fill_report (e, report);
      report->n_events = e->n_obeyed - obeyed_before;
    }
  e->report = NULL;
  e->n_buffers = 0;
  return end (e, error);
}

gboolean
npu_emulator_run (NpuEmulator *e,
                  const guint32 *stream,
                  gsize n_words,
                  const NpuBuffer *buffers,
                  guint n_buffers,
                  NpuReport *report,
                  GError **error)
{
  const NpuCommand command = { NULL, stream, n_words };

  return npu_emulator_run_list (e, &command, 1, buffers, n_buffers, report, error);
}
