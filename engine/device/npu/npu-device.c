/* npu-device.c - a device whose ops all run on the array
 *
 * A run is one submission: every op of the graph is lowered into a stream, or several where the cores' program changes. The host gives it the samples as 16-bit integers and the
 * control objects, and reads what the search asked for. A step of more tokens than a plan has room for is several, of which the later ones find the
 * earlier ones' tokens in the caches; of such a step no tensor is kept.
 *
 * Caches are tensors of heads: for each layer and owner, blocks of 64 rows of all heads' keys and values. Those of sequences have always two blocks
 * of mantissas, as rows come one at a time and share exponents with their neighbours.
 *
 * A cancelled run ends as soon as the array can: the emulator's within milliseconds, in the middle of an op, a real one's before it is submitted. The caches do
 * not mind: an object arrives whole or not at all, and a step's rows may be added to a block a second time.
 *
 * SPDX-License-Identifier: MIT
 */
#include "device/npu/npu-device.h"

#include "device/npu/npu-mel.h"
#include "device/npu/npu-private.h"
#include "device/npu/npu-telemetry.h"
#include "error.h"

#include <glib/gi18n-lib.h>
#include <string.h>

static guint
self_blocks (const NpuDevice *device)
{
  return (device->base.options.n_text_ctx + NPU_KEYS - 1) / NPU_KEYS;
}

/* As many as the ops write that fill them. */
static guint
cross_blocks (const NpuDevice *device)
{
  NpuSpread spread = npu_spread (device->overlay, SCRIBE_ROWS_CTX);

  return npu_rounds (&spread, device->base.options.n_audio_ctx) * spread.n_groups;
}

static gsize
owner_bytes (const NpuTensor *heads, guint n_blocks)
{
  return (gsize) n_blocks * heads->n_objects * TILE_OBJECT_BYTES;
}

NpuTensor
npu_cache (const NpuDevice *device, const ScribeTensor *cache, guint owner)
{
  const ScribeDeviceOptions *o = &device->base.options;
  const guint layer = cache->index / 2, n_layers = o->n_caches / 2;
  NpuTensor self = { .buffer = NPU_BUFFER_CACHES, .format = TILE_FORMAT_PAIR, .n_objects = 2 * o->n_state / TILE_PAIR_COLS };
  NpuTensor cross = self;

  cross.format = device->fast ? TILE_FORMAT_SINGLE : TILE_FORMAT_PAIR;
  cross.n_objects = 2 * o->n_state / scribe_npu_object_cols (cross.format);
  if (cache->kind == SCRIBE_TENSOR_SELF_CACHE)
    {
      self.offset = ((guint64) layer * o->n_sequences + owner) * owner_bytes (&self, self_blocks (device));
      return self;
    }
  cross.offset = (guint64) n_layers * o->n_sequences * owner_bytes (&self, self_blocks (device))
                 + ((guint64) layer * o->n_windows + owner) * owner_bytes (&cross, cross_blocks (device));
  return cross;
}

static gsize
cache_bytes (const NpuDevice *device)
{
  const ScribeTensor end = { .kind = SCRIBE_TENSOR_CROSS_CACHE, .index = device->base.options.n_caches };

  return npu_cache (device, &end, 0).offset + TILE_OBJECT_BYTES;
}

/* What the overlay was made for: a row of the embedding comes in one object. The sentence names what does not fit. */
static gboolean
fits (const ScribeDeviceOptions *o, GError **error)
{
  const guint most = TILE_OBJECT_BYTES / (guint) npu_embedding_bytes (TILE_BLOCK) * TILE_BLOCK / TILE_N * TILE_N;

  if (o->n_state % TILE_N == 0 && o->n_state <= most)
    return TRUE;
  g_set_error (error, SCRIBE_ERROR, SCRIBE_ERROR_DEVICE,
               _ ("This model is %u values wide, and the NPU's design takes widths that are multiples of %u, up to %u. "
                  "Choose the device “cpu”."),
               o->n_state, TILE_N, most);
  return FALSE;
}

/* uint16 counts the keys that a row sees, in a control object. */
static gboolean
keys_fit (const ScribeDeviceOptions *o, guint n_self, guint n_cross, GError **error)
{
  if ((guint64) o->n_sequences * n_self <= G_MAXUINT16 && (guint64) o->n_windows * n_cross <= G_MAXUINT16)
    return TRUE;
  g_set_error (error, SCRIBE_ERROR, SCRIBE_ERROR_DEVICE,
               _ ("%u windows of %u beams are more than the NPU's design looks at in one step. Ask for fewer."), o->n_windows,
               o->n_sequences / MAX (o->n_windows, 1));
  return FALSE;
}

static void
npu_close (ScribeDevice *device)
{
  NpuDevice *npu = (NpuDevice *) device;

  if (npu->array)
    {
      npu->array->klass->release (npu->array, &npu->caches);
      npu->array->klass->close (npu->array);
    }
  npu_overlay_free (npu->overlay);
  for (guint shares = 0; shares < G_N_ELEMENTS (npu->sharing); shares++)
    g_array_unref (npu->sharing[shares]);
  g_clear_error (&npu->failure);
  g_free (npu);
}

/* A device without its array. */
static NpuDevice *
device_new (const ScribeDeviceOptions *options, GError **error)
{
  NpuDevice *npu = g_new0 (NpuDevice, 1);

  npu->base.options = *options;
  npu->fast = options->fast || options->integers;
  npu->integers = options->integers;
  npu->overlay = npu_overlay_new (NPU2, options->n_columns ? options->n_columns : NPU_MAX_COLUMNS);
  if (npu->overlay == NULL)
    {
      g_set_error (error, SCRIBE_ERROR, SCRIBE_ERROR_OPTION, _ ("The NPU's design has 1, 2, 4 or 8 columns, not %u."),
                   options->n_columns);
      g_free (npu);
      return NULL;
    }
  if (!fits (options, error) || !keys_fit (options, self_blocks (npu) * NPU_KEYS, cross_blocks (npu) * NPU_KEYS, error))
    {
      npu_overlay_free (npu->overlay);
      g_free (npu);
      return NULL;
    }
  npu->overlay_hash = npu_overlay_hash (npu->overlay);
  for (guint shares = 0; shares < G_N_ELEMENTS (npu->sharing); shares++)
    npu->sharing[shares] = npu_overlay_sharing (npu->overlay, shares);
  return npu;
}

/* The device, once it has an array, which it takes over: NULL is one that could not be had. */
static ScribeDevice *
device_with (NpuDevice *npu, NpuArray *array, GError **error)
{
  npu->array = array;
  if (array && array->klass->allocate (array, &npu->caches, cache_bytes (npu), error))
    {
      npu->base.overlay = g_strdup_printf ("%016" G_GINT64_MODIFIER "x", npu->overlay_hash);
      return &npu->base;
    }
  npu_close (&npu->base);
  return NULL;
}

static ScribeDevice *
emulator_open (const ScribeDeviceOptions *options, GError **error)
{
  NpuDevice *npu = device_new (options, error);

  return npu ? device_with (npu, npu_array_emulated_new (npu->overlay, options), error) : NULL;
}

/* The driver is part of a kernel, whose version tells the two drivers of one interface apart. */
static void
note_versions (ScribeDevice *device)
{
  g_autoptr (ScribeNpuMeter) meter = scribe_npu_meter_new ("");
  g_auto (ScribeNpuTelemetry) telemetry = { 0 };

  scribe_npu_meter_read (meter, &telemetry);
  if (telemetry.driver && telemetry.kernel)
    device->driver = g_strdup_printf ("%s, Linux %s", telemetry.driver, telemetry.kernel);
  device->firmware = g_steal_pointer (&telemetry.firmware);
}

static ScribeDevice *
npu_open (const ScribeDeviceOptions *options, GError **error)
{
  NpuDevice *npu = device_new (options, error);
  ScribeDevice *device = npu ? device_with (npu, npu_array_xrt_new (npu->overlay, npu->overlay_hash, error), error) : NULL;

  if (device)
    note_versions (device);
  return device;
}

static void
npu_wake (ScribeDevice *device)
{
  NpuDevice *npu = (NpuDevice *) device;

  if (npu->array->klass->wake)
    npu->array->klass->wake (npu->array);
}

static ScribePlan *
npu_prepare (ScribeDevice *device, const ScribeGraph *graph, GError **error)
{
  return npu_plan_new ((NpuDevice *) device, graph, error);
}

static void
npu_describe_of (ScribeDevice *device, const ScribePlan *plan, GString *to)
{
  npu_describe (plan, to);
}

static void
npu_plan_free_of (ScribeDevice *device, ScribePlan *plan)
{
  npu_plan_free (plan);
}

static void
lower_op (NpuLower *lower)
{
  switch (lower->op->kind)
    {
    case SCRIBE_OP_SPECTRUM:
      npu_lower_spectrum (lower);
      break;
    case SCRIBE_OP_LOG_MEL:
      npu_lower_log_mel (lower);
      break;
    case SCRIBE_OP_CONV1D:
      npu_lower_conv1d (lower);
      break;
    case SCRIBE_OP_LINEAR:
      npu_lower_linear (lower);
      break;
    case SCRIBE_OP_LAYER_NORM:
      npu_lower_layer_norm (lower);
      break;
    case SCRIBE_OP_ATTENTION:
      npu_lower_attention (lower);
      break;
    case SCRIBE_OP_EMBEDDING:
      npu_lower_embedding (lower);
      break;
    case SCRIBE_OP_LOGITS:
      npu_lower_logits (lower);
      break;
    }
}

/* What an op begins with, where that is known before it is lowered. */
static void
enter_op (NpuLower *lower)
{
  static const TileOp first[] = { [SCRIBE_OP_SPECTRUM] = TILE_OP_SPECTRUM,     [SCRIBE_OP_LOG_MEL] = TILE_OP_LOG_MEL,
                                  [SCRIBE_OP_CONV1D] = TILE_OP_GEMM,           [SCRIBE_OP_LINEAR] = TILE_OP_GEMM,
                                  [SCRIBE_OP_LAYER_NORM] = TILE_OP_LAYER_NORM, [SCRIBE_OP_ATTENTION] = TILE_OP_ATTENTION,
                                  [SCRIBE_OP_EMBEDDING] = TILE_OP_EMBED };

  if (lower->op->kind != SCRIBE_OP_LOGITS)
    npu_part_enter (lower, first[lower->op->kind]);
}

/* The host's time since the last call is the op's. */
static void
account (NpuLower *lower, guint op_index)
{
  const double now = npu_host_seconds ();

  npu_profile_row (lower->plan, op_index)->host += now - lower->clock;
  lower->clock = now;
}

static void
lower_next (NpuLower *lower, guint op_index)
{
  gboolean is_kept;

  lower->n_shared = 0;
  lower->op_index = op_index;
  lower->op = g_ptr_array_index (lower->plan->graph->ops, op_index);
  if (lower->op->out && lower->op->out->kind == SCRIBE_TENSOR_CROSS_CACHE)
    lower->device->base.window_ctx[lower->run->window] = lower->run->n_ctx;
  enter_op (lower);
  is_kept = npu_kept_take (lower);
  if (!is_kept)
    {
      lower_op (lower);
      npu_kept_note (lower);
    }
  npu_part_note (lower, !is_kept);
  account (lower, op_index);
}

/* The times of words between the last layer and the logits, which are of a third program. */
static void
lower_graph (NpuLower *lower)
{
  const GPtrArray *ops = lower->plan->graph->ops;
  const ScribeOp *last = g_ptr_array_index (ops, ops->len - 1);
  const guint n_layers = last->kind == SCRIBE_OP_LOGITS ? ops->len - 1 : ops->len;

  for (guint i = 0; i < n_layers; i++)
    lower_next (lower, i);
  npu_lower_alignment (lower);
  npu_part_note (lower, TRUE);
  if (n_layers < ops->len)
    lower_next (lower, n_layers);
}

void
npu_lower_run (NpuLower *lower)
{
  lower->clock = npu_host_seconds ();
  npu_lower_begin (lower);
  npu_kept_begin (lower);
  lower_graph (lower);
  npu_part_leave (lower);
  account (lower, 0);
}

static void
write_samples (ScribePlan *plan, const ScribeRun *run)
{
  const guint n = 2 * SCRIBE_HOP * run->n_ctx + 240;
  float factor = scribe_npu_mel_quantise (run->inputs[0], n, (gint16 *) (gpointer) (plan->work.data + plan->mel.samples));

  npu_written (plan->device, &plan->work, plan->mel.samples, n * sizeof (gint16));
  plan->mel.scale = scribe_npu_mel_power_scale (factor);
}

/* Rows of floats, from this token on. */
static void
write_rows (ScribePlan *plan, const ScribeRun *run, const ScribeTensor *tensor, guint first_token)
{
  const NpuTensor *place = npu_tensor (plan, tensor);
  const guint n_rows = scribe_run_rows (run, tensor->rows);

  for (guint row = 0; row < n_rows; row++)
    for (guint column = 0; column < tensor->n_cols; column += TILE_BLOCK)
      npu_tensor_set (place, plan->work.data, row, column,
                      run->inputs[tensor->index] + (gsize) (first_token + row) * tensor->n_cols + column);
  npu_written (plan->device, &plan->work, place->offset, npu_tensor_bytes (place, (n_rows + TILE_M - 1) / TILE_M));
}

static void
write_inputs (ScribePlan *plan, const ScribeRun *run, guint first_token)
{
  for (guint i = 0; i < plan->graph->tensors->len; i++)
    {
      const ScribeTensor *tensor = g_ptr_array_index (plan->graph->tensors, i);

      if (tensor->kind != SCRIBE_TENSOR_INPUT)
        continue;
      if (tensor->rows == SCRIBE_ROWS_SAMPLES)
        write_samples (plan, run);
      else
        write_rows (plan, run, tensor, first_token);
    }
}

#define ROOM_STEP ((gsize) 1 << 20) /* bytes */

/* Room for so many bytes behind what is there. */
static gboolean
make_room (NpuDevice *npu, NpuMemory *memory, gsize size, GError **error)
{
  NpuMemory larger;

  if (size <= memory->size)
    return TRUE;
  if (!npu->array->klass->allocate (npu->array, &larger, (size + ROOM_STEP - 1) / ROOM_STEP * ROOM_STEP, error))
    return FALSE;
  if (memory->size > 0)
    {
      npu_reading (npu, memory, 0, memory->size);
      memcpy (larger.data, memory->data, memory->size);
      npu_written (npu, &larger, 0, memory->size);
    }
  npu->array->klass->release (npu->array, memory);
  *memory = larger;
  return TRUE;
}

/* What was lowered goes to the array, and runs. */
static gboolean
run_lowered (NpuLower *lower, NpuReport *report, GError **error)
{
  ScribePlan *plan = lower->plan;
  NpuDevice *npu = plan->device;
  NpuPart *const *parts = (NpuPart *const *) plan->parts->pdata;
  const double start = npu_host_seconds ();
  ScribeNpuReach reach = { 0 };

  for (guint i = 0; i < plan->n_parts; i++)
    scribe_npu_reach_join (&reach, &parts[i]->transaction.reach);
  if (!make_room (npu, &plan->alignment, lower->alignment_bytes, error)
      || !make_room (npu, &plan->work, reach.bytes[NPU_BUFFER_WORK], error) || !npu_show (plan, error)
      || !npu_synced (npu, error))
    return FALSE;
  npu_profile_add_transfer (plan, npu_host_seconds () - start);

  {
    const NpuMemory buffers[NPU_N_BUFFERS] = { [NPU_BUFFER_WEIGHTS] = plan->weights,
                                               [NPU_BUFFER_WORK] = plan->work,
                                               [NPU_BUFFER_CACHES] = npu->caches,
                                               [NPU_BUFFER_CONTROL] = plan->shown_control,
                                               [NPU_BUFFER_ALIGNMENT] = plan->alignment };

    return npu_submit (npu, parts, plan->n_parts, buffers, NPU_N_BUFFERS, lower->run->cancellable, report, error);
  }
}

/* A run whose tokens find room in the plan: those from first_token on of a run of n_tokens. */
static gboolean
submit (ScribePlan *plan, const ScribeRun *run, guint first_token, guint n_tokens, GError **error)
{
  NpuDevice *npu = plan->device;
  NpuLower lower = { .device = npu, .plan = plan, .run = run, .first_token = first_token, .n_tokens = n_tokens };
  g_auto (NpuReport) report = { 0 };
  double start = npu_host_seconds ();

  write_inputs (plan, run, first_token);
  npu_profile_row (plan, 0)->quantise += npu_host_seconds () - start;
  npu_lower_run (&lower);
  if (!run_lowered (&lower, &report, error))
    return FALSE;

  npu_add_profile (plan, run, &report);
  npu_profile_row (plan, 0)->host += npu->compared;
  start = npu_host_seconds ();
  npu_answer_queries (plan, run);
  npu_profile_row (plan, plan->graph->ops->len - 1)->host += npu_host_seconds () - start;
  npu_read_alignment (&lower);
  return npu_synced (npu, error);
}

/* Tokens first .. first + n - 1 of a step, with the queries that are about them. Those before are in the caches. */
static gboolean
submit_part (ScribePlan *plan, const ScribeRun *run, guint first, guint n, GError **error)
{
  ScribeRun part = *run;
  g_autofree ScribeQuery *queries = g_new (ScribeQuery, MAX (run->n_queries, 1));

  part.n_queries = 0;
  part.queries = queries;
  part.tokens = run->tokens + first;
  part.n_tokens = n;
  for (guint i = 0; i < run->n_queries; i++)
    if (run->queries[i].token - first < n)
      {
        queries[part.n_queries] = run->queries[i];
        queries[part.n_queries++].token -= first;
      }
  if (!submit (plan, &part, first, run->n_tokens, error))
    return FALSE;
  for (guint i = 0, answered = 0; i < run->n_queries; i++)
    if (run->queries[i].token - first < n)
      {
        queries[answered].token += first;
        run->queries[i] = queries[answered++];
      }
  return TRUE;
}

static gboolean
npu_run (ScribeDevice *device, ScribePlan *plan, const ScribeRun *run, GError **error)
{
  const guint n_rows = scribe_run_rows (run, plan->rows);
  const gboolean is_whole = plan->rows != SCRIBE_ROWS_TOKENS || n_rows <= NPU_MAX_STEP;

  plan->n_ctx = run->n_ctx;
  plan->n_rows = is_whole ? n_rows : 0;
  for (guint first = 0; first == 0 || (!is_whole && first < n_rows); first += NPU_MAX_STEP)
    if (g_cancellable_set_error_if_cancelled (run->cancellable, error)
        || !(is_whole ? submit (plan, run, 0, n_rows, error)
                      : submit_part (plan, run, first, MIN (NPU_MAX_STEP, n_rows - first), error)))
      return FALSE;
  return TRUE;
}

static gboolean
npu_read (ScribeDevice *device, ScribePlan *plan, const ScribeTensor *tensor, float *out)
{
  const guint *order = npu_order_of (plan, tensor);
  const NpuTensor *place = npu_tensor (plan, tensor);

  if (plan->n_rows == 0)
    return FALSE;
  if (tensor->rows == SCRIBE_ROWS_FRAMES)
    {
      npu_read_mel (plan, tensor, out);
      return TRUE;
    }
  npu_reading (plan->device, &plan->work, place->offset, npu_tensor_bytes (place, (plan->n_rows + TILE_M - 1) / TILE_M));
  for (guint row = 0; row < plan->n_rows; row++)
    for (guint column = 0; column < tensor->n_cols; column += TILE_BLOCK)
      {
        float values[TILE_BLOCK];

        npu_tensor_get (place, plan->work.data, row, column, values);
        for (guint i = 0; i < TILE_BLOCK; i++)
          out[(gsize) row * tensor->n_cols + (order ? order[column + i] : column + i)] = values[i];
      }
  return TRUE;
}

/* Whole groups of eight rows, as their values share exponents; those before the first are the same in both, as their past is. */
static void
npu_copy_rows (ScribeDevice *device, guint from, guint to, guint first, guint n)
{
  NpuDevice *npu = (NpuDevice *) device;

  for (guint index = 0; index < device->options.n_caches; index += 2)
    {
      const ScribeTensor cache = { .kind = SCRIBE_TENSOR_SELF_CACHE, .index = index };
      const NpuTensor source = npu_cache (npu, &cache, from), target = npu_cache (npu, &cache, to);
      const gsize block_bytes = (gsize) source.n_objects * TILE_OBJECT_BYTES;

      const gsize begin = first / NPU_KEYS * block_bytes, end = (first + n + NPU_KEYS - 1) / NPU_KEYS * block_bytes;

      npu_reading (npu, &npu->caches, source.offset + begin, end - begin);
      memcpy (npu->caches.data + target.offset + begin, npu->caches.data + source.offset + begin, end - begin);
      npu_written (npu, &npu->caches, target.offset + begin, end - begin);
    }
}

#define NPU_DEVICE_CLASS(NAME, ARRAY, OPEN)                                                                            \
  {                                                                                                                    \
    .name = NAME, .array = ARRAY, .open = OPEN, .prepare = npu_prepare, .describe = npu_describe_of, .run = npu_run,   \
    .read = npu_read, .copy_rows = npu_copy_rows, .wake = npu_wake, .plan_free = npu_plan_free_of, .close = npu_close, \
  }

const ScribeDeviceClass scribe_npu_device_class = NPU_DEVICE_CLASS ("npu", SCRIBE_ARRAY_MEASURED, npu_open);
const ScribeDeviceClass scribe_emulator_device_class = NPU_DEVICE_CLASS ("emulator", SCRIBE_ARRAY_MODELLED, emulator_open);
