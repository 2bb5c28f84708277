/* device.c - choosing a device, and what all devices share
 *
 * SPDX-License-Identifier: MIT
 */
#include "device/device.h"

#include "device/cpu/cpu-device.h"
#include "device/npu/npu-device.h"
#include "device/reference.h"
#include "error.h"

#include <glib/gi18n-lib.h>
#include <string.h>

static const ScribeDeviceClass *const classes[] = { &scribe_cpu_device_class, &scribe_npu_device_class,
                                                    &scribe_reference_device_class, &scribe_emulator_device_class };

ScribeDeviceOptions
scribe_device_options_of (const ScribeWhisperGraph *whisper)
{
  const ScribeModelSizes *sizes = &whisper->model->sizes;

  return (ScribeDeviceOptions){ .n_caches = whisper->n_caches,
                                .n_state = sizes->n_state,
                                .n_text_ctx = sizes->n_text_ctx,
                                .n_audio_ctx = sizes->n_audio_ctx,
                                .n_sequences = 1,
                                .n_windows = 1,
                                .n_threads = 1 };
}

static ScribeDevice *
open_class (const ScribeDeviceClass *klass, const ScribeDeviceOptions *options, GError **error)
{
  ScribeDevice *device = klass->open (options, error);

  if (device == NULL)
    return NULL;
  device->klass = klass;
  device->options = *options;
  device->profile = scribe_profile_new (klass->name, klass->array);
  device->window_ctx = g_new0 (guint, options->n_windows);
  return device;
}

ScribeDevice *
scribe_device_open_instead (const GError *failure, const ScribeDeviceOptions *options, char **reason, GError **error)
{
  *reason = g_strdup_printf (_ ("the NPU cannot be used: %s"), failure->message);
  g_message (_ ("The CPU computes, as the NPU cannot be used: %s"), failure->message);
  return open_class (&scribe_cpu_device_class, options, error);
}

/* The NPU where there is one that can be used. */
static ScribeDevice *
open_best (const ScribeDeviceOptions *options, char **reason, GError **error)
{
  g_autoptr (GError) failure = NULL;
  ScribeDevice *device = scribe_npu_is_expected () ? open_class (&scribe_npu_device_class, options, &failure) : NULL;

  if (failure)
    return scribe_device_open_instead (failure, options, reason, error);
  *reason = g_strdup (device ? _ ("there is an NPU") : _ ("there is no NPU"));
  return device ? device : open_class (&scribe_cpu_device_class, options, error);
}

ScribeDevice *
scribe_device_open (const char *name, const ScribeDeviceOptions *options, char **reason, GError **error)
{
  g_autofree char *why = NULL;
  ScribeDevice *device = NULL;

  if (name == NULL || strcmp (name, "auto") == 0)
    device = open_best (options, &why, error);
  else
    {
      guint i = 0;

      while (i < G_N_ELEMENTS (classes) && strcmp (classes[i]->name, name) != 0)
        i++;
      if (i < G_N_ELEMENTS (classes))
        device = open_class (classes[i], options, error);
      else
        g_set_error (error, SCRIBE_ERROR, SCRIBE_ERROR_DEVICE,
                     _ ("There is no device “%s”. The devices are auto, npu, cpu, emulator and reference."), name);
      why = g_strdup_printf (_ ("“%s” was asked for"), name);
    }
  if (device && reason)
    *reason = g_steal_pointer (&why);
  return device;
}

void
scribe_device_close (ScribeDevice *device)
{
  scribe_profile_free (device->profile);
  g_free (device->driver);
  g_free (device->firmware);
  g_free (device->overlay);
  g_free (device->window_ctx);
  device->klass->close (device);
}

ScribePlan *
scribe_device_prepare (ScribeDevice *device, const ScribeGraph *graph, GError **error)
{
  return device->klass->prepare (device, graph, error);
}

void
scribe_device_plan_free (ScribeDevice *device, ScribePlan *plan)
{
  device->klass->plan_free (device, plan);
}

gboolean
scribe_device_run (ScribeDevice *device, ScribePlan *plan, const ScribeRun *run, GError **error)
{
  g_assert (run->n_ctx <= device->options.n_audio_ctx && run->window < device->options.n_windows);
  for (guint i = 0; i < run->n_tokens; i++)
    g_assert (run->tokens[i].position < device->options.n_text_ctx && run->tokens[i].sequence < device->options.n_sequences
              && run->tokens[i].window < device->options.n_windows);

  return device->klass->run (device, plan, run, error);
}

gboolean
scribe_device_read (ScribeDevice *device, ScribePlan *plan, const ScribeTensor *tensor, float *out)
{
  return tensor->name[0] != '\0' && device->klass->read (device, plan, tensor, out);
}

gboolean
scribe_device_describe (ScribeDevice *device, const ScribePlan *plan, GString *to)
{
  if (device->klass->describe == NULL)
    return FALSE;
  device->klass->describe (device, plan, to);
  return TRUE;
}

void
scribe_device_copy_rows (ScribeDevice *device, guint from, guint to, guint first, guint n)
{
  if (from != to && n > 0)
    device->klass->copy_rows (device, from, to, first, n);
}

void
scribe_device_wake (ScribeDevice *device)
{
  if (device->klass->wake)
    device->klass->wake (device);
}

guint
scribe_profile_add_ops (ScribeProfile *profile, const ScribeGraph *graph)
{
  guint first = profile->rows->len;

  for (guint i = 0; i < graph->ops->len; i++)
    {
      const ScribeOp *op = g_ptr_array_index (graph->ops, i);
      ScribeProfileRow row = { .op = op->name, .kind = scribe_op_kind_name (op->kind) };

      g_array_append_val (profile->rows, row);
    }
  return first;
}

guint
scribe_run_rows (const ScribeRun *run, ScribeRows rows)
{
  switch (rows)
    {
    case SCRIBE_ROWS_SAMPLES:
      return 1;
    case SCRIBE_ROWS_FRAMES:
      return 2 * run->n_ctx;
    case SCRIBE_ROWS_CTX:
      return run->n_ctx;
    case SCRIBE_ROWS_TOKENS:
      return run->n_tokens;
    }
  g_assert_not_reached ();
}

/* Keys that the rows of an attention look at, added up. */
static double
keys_seen (const ScribeRun *run, const ScribeOp *op, const guint *window_ctx)
{
  double keys = 0;

  if (op->key->kind == SCRIBE_TENSOR_ACTIVATION)
    return (double) scribe_run_rows (run, op->in->rows) * scribe_run_rows (run, op->key->rows);
  for (guint i = 0; i < run->n_tokens; i++)
    keys += op->key->kind == SCRIBE_TENSOR_SELF_CACHE ? run->tokens[i].position + 1 : window_ctx[run->tokens[i].window];
  return keys;
}

double
scribe_run_flops (const ScribeRun *run, const ScribeOp *op, const guint *window_ctx)
{
  const guint n_bins = SCRIBE_N_BINS;

  switch (op->kind)
    {
    case SCRIBE_OP_SPECTRUM:
      return 2.0 * scribe_run_rows (run, SCRIBE_ROWS_FRAMES) * SCRIBE_N_FFT * 2.0 * n_bins;
    case SCRIBE_OP_LOG_MEL:
    case SCRIBE_OP_CONV1D:
    case SCRIBE_OP_LINEAR:
      return 2.0 * scribe_run_rows (run, op->kind == SCRIBE_OP_LINEAR ? op->in->rows : op->out->rows) * op->weight->n_rows
             * op->weight->n_cols;
    case SCRIBE_OP_ATTENTION:
      return 4.0 * keys_seen (run, op, window_ctx) * op->in->n_cols;
    case SCRIBE_OP_LOGITS:
      return 2.0 * run->n_queries * op->weight->n_rows * op->weight->n_cols;
    default:
      return 0;
    }
}

double
scribe_run_bytes (const ScribeRun *run, const ScribeOp *op, const guint *window_ctx, guint cache_bytes)
{
  if (op->kind == SCRIBE_OP_ATTENTION && op->key->kind != SCRIBE_TENSOR_ACTIVATION)
    return 2.0 * keys_seen (run, op, window_ctx) * op->in->n_cols * cache_bytes;
  if (op->weight == NULL || op->kind == SCRIBE_OP_EMBEDDING || (op->kind == SCRIBE_OP_LOGITS && run->n_queries == 0))
    return 0;
  return (double) op->weight->n_rows * scribe_weight_row_bytes (op->weight->type, op->weight->n_cols);
}
