/* npu-profile.c - where the time of a run went
 *
 * Emulated, op by op: the stream notes the time at each op's end, and with it how long every core has computed and the firmware has read so far. What belongs to no
 * op, the changes of the cores' program, has a row of its own behind those of the graph's ops. On hardware those notes stay with the firmware, and what is
 * measured is the submission as a whole, in that row.
 * See profile.h for what the columns mean.
 *
 * SPDX-License-Identifier: MIT
 */
#include "device/npu/npu-device.h"
#include "device/npu/npu-private.h"

#include <time.h>

#define LEAST_SHARE 100 /* of the busiest core's cycles: who did less only let objects pass */

#define PRODUCTS 512 /* of a core in a cycle: an 8x8 block times another */

static const NpuCosts *const cost_sets[SCRIBE_N_COSTS] = { [SCRIBE_COSTS_NOMINAL] = &npu_costs_nominal,
                                                           [SCRIBE_COSTS_PESSIMISTIC] = &npu_costs_pessimistic,
                                                           [SCRIBE_COSTS_BEST] = &npu_costs_best };

NpuCosts
npu_costs_of (const ScribeDeviceOptions *options)
{
  NpuCosts costs = *cost_sets[options->costs];

  if (options->instant)
    costs.stream_word_ns = costs.dispatch_seconds = costs.next_seconds = costs.load_seconds = 0;
  return costs;
}

double
scribe_npu_peak (guint n_tiles, gboolean fast)
{
  return 2.0 * PRODUCTS * npu_costs_nominal.clock_hz[NPU2] * n_tiles / (fast ? 1 : 3);
}

double
scribe_npu_memory_rate (ScribeCosts costs)
{
  return cost_sets[costs]->ddr_bytes_per_second;
}

double
npu_host_seconds (void)
{
  struct timespec now;

  clock_gettime (CLOCK_MONOTONIC, &now);
  return (double) now.tv_sec + (double) now.tv_nsec * 1e-9;
}

ScribeProfileRow *
npu_profile_row (const ScribePlan *plan, guint op_index)
{
  return &g_array_index (plan->device->base.profile->rows, ScribeProfileRow, plan->first_row + op_index);
}

/* Cycles computed from one time to another, on average of the cores that worked. */
static double
busy_between (const NpuTimer *from, const NpuTimer *to, guint *n_tiles)
{
  guint64 busy[NPU_MAX_COLUMNS * NPU_COMPUTE_ROWS], most = 0, sum = 0;

  *n_tiles = 0;
  for (guint i = 0; i < G_N_ELEMENTS (busy); i++)
    {
      const guint column = i / NPU_COMPUTE_ROWS, row = i % NPU_COMPUTE_ROWS;

      busy[i] = to->busy[column][row] - from->busy[column][row];
      most = MAX (most, busy[i]);
    }
  for (guint i = 0; i < G_N_ELEMENTS (busy); i++)
    if (busy[i] > 0 && busy[i] * LEAST_SHARE >= most)
      {
        sum += busy[i];
        ++*n_tiles;
      }
  return *n_tiles > 0 ? (double) sum / *n_tiles : 0;
}

/* What an op did belongs to the row that has its time. */
static void
count_work (const ScribePlan *plan, const ScribeRun *run, guint op_index, ScribeProfileRow *row)
{
  const ScribeDevice *device = &plan->device->base;
  const ScribeOp *op = g_ptr_array_index (plan->graph->ops, op_index);

  row->flops += scribe_run_flops (run, op, device->window_ctx);
  row->bytes += scribe_run_bytes (run, op, device->window_ctx, 1);
}

static void
count_run (const ScribePlan *plan, const ScribeRun *run, guint op_index, ScribeProfileRow *row)
{
  npu_profile_row (plan, op_index)->runs++;
  count_work (plan, run, op_index, row);
}

/* Among the first n. */
static gboolean
has_timer (const NpuReport *report, guint op_index, guint n)
{
  for (guint i = 0; i < n; i++)
    if (g_array_index (report->timers, NpuTimer, i).id == op_index)
      return TRUE;
  return FALSE;
}

/* Linear ops that are one product with the one before have no time of their own. */
static void
count_rest_of_group (const ScribePlan *plan, const ScribeRun *run, const NpuReport *report, guint first, ScribeProfileRow *row)
{
  for (guint i = first + 1; i < plan->graph->ops->len && plan->groups[i] == 0; i++)
    if (!has_timer (report, i, report->timers->len))
      count_work (plan, run, i, row);
}

static ScribeProfileRow *
last_row (const ScribePlan *plan)
{
  return &g_array_index (plan->device->base.profile->rows, ScribeProfileRow, plan->last_row);
}

void
npu_profile_add_last_row (ScribePlan *plan)
{
  const gboolean is_step = plan->rows == SCRIBE_ROWS_TOKENS;
  const ScribeProfileRow measured = { .op = is_step ? "decoder.submission" : "encoder.submission", .kind = "submission" },
                         modelled = { .op = is_step ? "decoder.programs" : "encoder.programs", .kind = "programs" };

  plan->last_row = plan->device->base.profile->rows->len;
  g_array_append_val (plan->device->base.profile->rows, *(plan->device->array->klass->is_modelled ? &modelled : &measured));
}

void
npu_profile_add_transfer (const ScribePlan *plan, double seconds)
{
  if (!plan->device->array->klass->is_modelled)
    last_row (plan)->transfer += seconds;
}

static void
add_measured (const ScribePlan *plan, const ScribeRun *run, const NpuReport *report)
{
  ScribeProfileRow *row = last_row (plan);

  for (guint i = 0; i < plan->graph->ops->len; i++)
    count_run (plan, run, i, row);
  row->runs++;
  row->kernel += report->seconds;
  row->overhead += report->dispatch_seconds;
}

static void
add_columns (const ScribePlan *plan, const NpuReport *report, double cycle)
{
  ScribeColumns *columns = &plan->device->base.profile->columns;

  columns->n = MIN (plan->device->overlay->n_columns, SCRIBE_MAX_COLUMNS);
  for (guint column = 0; column < columns->n; column++)
    for (guint row = 0; row < NPU_COMPUTE_ROWS; row++)
      columns->seconds[column] += (double) report->cores[column][row].busy * cycle / NPU_COMPUTE_ROWS;
}

static void
add_modelled (const ScribePlan *plan, const ScribeRun *run, const NpuReport *report)
{
  const NpuTimer begin = { 0 }, *last = &begin;
  const double cycle = report->cycles > 0 ? report->seconds / (double) report->cycles : 0;

  for (guint i = 0; i < report->timers->len; i++)
    {
      const NpuTimer *timer = &g_array_index (report->timers, NpuTimer, i);
      ScribeProfileRow *row = npu_profile_row (plan, timer->id);
      const double all = (double) (timer->cycle - last->cycle);
      guint n_tiles;
      const double kernel = MIN (busy_between (last, timer, &n_tiles), all);
      const double overhead = MIN ((double) (timer->stream_cycles - last->stream_cycles), all - kernel);

      row->kernel += kernel * cycle;
      row->overhead += overhead * cycle + report->dispatch_seconds * all / (double) report->cycles;
      row->transfer += (all - kernel - overhead) * cycle;
      row->n_tiles = MAX (row->n_tiles, n_tiles);
      if (!has_timer (report, timer->id, i))
        {
          count_run (plan, run, timer->id, row);
          count_rest_of_group (plan, run, report, timer->id, row);
        }
      last = timer;
    }
  last_row (plan)->runs += report->n_loads;
  last_row (plan)->overhead += report->load_seconds;
  add_columns (plan, report, cycle);
}

void
npu_add_profile (const ScribePlan *plan, const ScribeRun *run, const NpuReport *report)
{
  if (plan->n_parts == 0)
    return;
  if (plan->device->array->klass->is_modelled)
    add_modelled (plan, run, report);
  else
    add_measured (plan, run, report);
}
