/* cpu-device.c - the fast device for every processor: plan and run
 *
 * Planning gives each activation a buffer, reused as soon as its last reader is through, and packs the few constants that the
 * products want in another layout. Running is one op after the other; ops over many rows and ops of a decoder step are computed
 * differently (cpu-rows.c, cpu-step.c).
 *
 * SPDX-License-Identifier: MIT
 */
#include "device/cpu/cpu-private.h"

#include <stdlib.h>
#include <string.h>

float *
cpu_buffer_get (CpuBuffer *buffer, gsize n)
{
  if (buffer->size < n)
    {
      free (buffer->data);
      buffer->size = (n + 15) / 16 * 16;
      buffer->data = aligned_alloc (64, buffer->size * sizeof (float));
      if (buffer->data == NULL)
        g_error ("out of memory: %" G_GSIZE_FORMAT " bytes", buffer->size * sizeof (float));
    }
  return buffer->data;
}

float *
cpu_values (const CpuContext *c, const ScribeTensor *tensor)
{
  return tensor->kind == SCRIBE_TENSOR_INPUT ? (float *) c->run->inputs[tensor->index]
                                             : c->plan->slots[c->plan->slot_of[tensor->index]].data;
}

ScribeHalf *
cpu_cache_head (const CpuContext *c, const ScribeTensor *cache, guint sequence_or_window, guint head)
{
  const ScribeDeviceOptions *o = &c->device->base.options;
  gboolean self = cache->kind == SCRIBE_TENSOR_SELF_CACHE;
  gsize n_rows = self ? o->n_text_ctx : o->n_audio_ctx;
  gsize n_heads = o->n_state / SCRIBE_HEAD_SIZE;

  return (self ? c->device->self : c->device->cross)[cache->index]
         + (sequence_or_window * n_heads + head) * n_rows * SCRIBE_HEAD_SIZE;
}

void
cpu_cache_store (const CpuContext *c, guint i, const float *y)
{
  const ScribeTensor *cache = c->op->out;
  gboolean self = cache->kind == SCRIBE_TENSOR_SELF_CACHE;
  guint owner = self ? c->run->tokens[i].sequence : c->run->window;
  guint row = self ? c->run->tokens[i].position : i;

  for (guint head = 0; head < cache->n_cols / SCRIBE_HEAD_SIZE; head++)
    c->device->kernels->to_half (y + head * SCRIBE_HEAD_SIZE, SCRIBE_HEAD_SIZE,
                                 cpu_cache_head (c, cache, owner, head) + (gsize) row * SCRIBE_HEAD_SIZE);
}

/* First fit: a slot is free for the output of op i if its tenant's last reader comes before i. */
static void
assign_slots (ScribePlan *plan)
{
  const ScribeGraph *graph = plan->graph;
  g_autofree guint *busy_until = g_new0 (guint, graph->tensors->len);

  plan->slot_of = g_new0 (guint, graph->tensors->len);
  for (guint i = 0; i < graph->ops->len; i++)
    {
      const ScribeOp *op = g_ptr_array_index (graph->ops, i);
      guint slot = 0;

      if (op->out == NULL || op->out->kind != SCRIBE_TENSOR_ACTIVATION)
        continue;
      while (slot < plan->n_slots && busy_until[slot] >= i)
        slot++;
      plan->n_slots = MAX (plan->n_slots, slot + 1);
      busy_until[slot] = scribe_graph_last_reader (graph, op->out);
      plan->slot_of[op->out->index] = slot;
    }
  plan->slots = g_new0 (CpuBuffer, plan->n_slots);
}

static ScribePlan *
cpu_prepare (ScribeDevice *device, const ScribeGraph *graph, GError **error)
{
  ScribePlan *plan = g_new0 (ScribePlan, 1);

  plan->graph = graph;
  plan->first_row = scribe_profile_add_ops (device->profile, graph);
  plan->packed = g_new0 (float *, graph->ops->len);
  for (guint i = 0; i < graph->ops->len; i++)
    {
      const ScribeOp *op = g_ptr_array_index (graph->ops, i);

      plan->packed[i] = cpu_pack (op);
      if (op->kind == SCRIBE_OP_LOGITS)
        plan->screen = cpu_screen_new ((CpuDevice *) device, op->weight);
    }
  assign_slots (plan);
  return plan;
}

static void
cpu_plan_free (ScribeDevice *device, ScribePlan *plan)
{
  for (guint i = 0; i < plan->n_slots; i++)
    free (plan->slots[i].data);
  for (guint i = 0; i < plan->graph->ops->len; i++)
    g_free (plan->packed[i]);
  g_clear_pointer (&plan->screen, cpu_screen_free);
  g_free (plan->packed);
  g_free (plan->slots);
  g_free (plan->slot_of);
  g_free (plan);
}

static void
run_op (const CpuContext *c)
{
  switch (c->op->kind)
    {
    case SCRIBE_OP_SPECTRUM:
      cpu_spectrum (c);
      break;
    case SCRIBE_OP_LOG_MEL:
      cpu_log_mel (c);
      break;
    case SCRIBE_OP_CONV1D:
      cpu_conv1d (c);
      break;
    case SCRIBE_OP_LINEAR:
      if (c->op->in->rows == SCRIBE_ROWS_TOKENS && c->run->n_tokens <= CPU_STEP_ROWS)
        cpu_linear_step (c);
      else
        cpu_linear_rows (c);
      break;
    case SCRIBE_OP_LAYER_NORM:
      cpu_layer_norm (c);
      break;
    case SCRIBE_OP_ATTENTION:
      if (c->op->key->kind == SCRIBE_TENSOR_ACTIVATION || c->op->key->kind == SCRIBE_TENSOR_INPUT)
        cpu_attention_rows (c);
      else
        cpu_attention_step (c);
      break;
    case SCRIBE_OP_EMBEDDING:
      cpu_embedding (c);
      break;
    case SCRIBE_OP_LOGITS:
      cpu_logits (c);
      break;
    }
}

static gboolean
cpu_run (ScribeDevice *device, ScribePlan *plan, const ScribeRun *run, GError **error)
{
  CpuContext c = { (CpuDevice *) device, plan, run, NULL, 0 };

  plan->last = *run;
  for (c.op_index = 0; c.op_index < plan->graph->ops->len; c.op_index++)
    {
      ScribeProfileRow *row = &g_array_index (device->profile->rows, ScribeProfileRow, plan->first_row + c.op_index);
      gint64 start = g_get_monotonic_time ();

      if (g_cancellable_set_error_if_cancelled (run->cancellable, error))
        return FALSE;

      c.op = g_ptr_array_index (plan->graph->ops, c.op_index);
      if (c.op->out && c.op->out->kind == SCRIBE_TENSOR_CROSS_CACHE)
        device->window_ctx[run->window] = run->n_ctx;
      if (c.op->out && c.op->out->kind == SCRIBE_TENSOR_ACTIVATION)
        cpu_buffer_get (&plan->slots[plan->slot_of[c.op->out->index]],
                        (gsize) scribe_run_rows (run, c.op->out->rows) * c.op->out->n_cols);
      run_op (&c);

      row->runs++;
      row->kernel += (g_get_monotonic_time () - start) * 1e-6;
      row->flops += scribe_run_flops (run, c.op, device->window_ctx);
      row->bytes += scribe_run_bytes (run, c.op, device->window_ctx, sizeof (ScribeHalf));
    }
  return TRUE;
}

static gboolean
cpu_read (ScribeDevice *device, ScribePlan *plan, const ScribeTensor *tensor, float *out)
{
  const CpuBuffer *slot = &plan->slots[plan->slot_of[tensor->index]];

  if (slot->data == NULL)
    return FALSE;
  memcpy (out, slot->data, sizeof (float) * scribe_run_rows (&plan->last, tensor->rows) * tensor->n_cols);
  return TRUE;
}

static void
cpu_copy_rows (ScribeDevice *device, guint from, guint to, guint first, guint n)
{
  CpuDevice *cpu = (CpuDevice *) device;
  guint n_heads = device->options.n_state / SCRIBE_HEAD_SIZE;
  gsize head_size = (gsize) device->options.n_text_ctx * SCRIBE_HEAD_SIZE;

  for (guint i = 0; i < device->options.n_caches; i++)
    for (guint head = 0; head < n_heads; head++)
      memcpy (cpu->self[i] + ((gsize) to * n_heads + head) * head_size + first * SCRIBE_HEAD_SIZE,
              cpu->self[i] + ((gsize) from * n_heads + head) * head_size + first * SCRIBE_HEAD_SIZE,
              sizeof (ScribeHalf) * n * SCRIBE_HEAD_SIZE);
}

/* calloc gives large blocks as untouched pages: sequences and windows that are never used cost no memory. */
static ScribeHalf **
caches_new (guint n_caches, gsize n_values)
{
  ScribeHalf **caches = g_new (ScribeHalf *, n_caches);

  for (guint i = 0; i < n_caches; i++)
    caches[i] = g_new0 (ScribeHalf, n_values);
  return caches;
}

static void
caches_free (ScribeHalf **caches, guint n_caches)
{
  for (guint i = 0; i < n_caches; i++)
    g_free (caches[i]);
  g_free (caches);
}

static ScribeDevice *
cpu_open (const ScribeDeviceOptions *o, GError **error)
{
  CpuDevice *cpu = g_new0 (CpuDevice, 1);

  cpu->kernels = scribe_kernels_get ();
  cpu->pool = scribe_pool_new (o->n_threads);
  cpu->scratch = g_new0 (CpuBuffer, scribe_pool_get_n_threads (cpu->pool));
  cpu->self = caches_new (o->n_caches, (gsize) o->n_sequences * o->n_text_ctx * o->n_state);
  cpu->cross = caches_new (o->n_caches, (gsize) o->n_windows * o->n_audio_ctx * o->n_state);
  return &cpu->base;
}

static void
cpu_close (ScribeDevice *device)
{
  CpuDevice *cpu = (CpuDevice *) device;

  for (guint i = 0; i < scribe_pool_get_n_threads (cpu->pool); i++)
    free (cpu->scratch[i].data);
  free (cpu->weights.data);
  free (cpu->packed.data);
  free (cpu->logits.data);
  caches_free (cpu->self, device->options.n_caches);
  caches_free (cpu->cross, device->options.n_caches);
  g_free (cpu->scratch);
  scribe_pool_free (cpu->pool);
  g_free (cpu);
}

const char *
scribe_cpu_instruction_set (void)
{
  return scribe_kernels_get ()->name;
}

const ScribeDeviceClass scribe_cpu_device_class = {
  .name = "cpu",
  .open = cpu_open,
  .prepare = cpu_prepare,
  .run = cpu_run,
  .read = cpu_read,
  .copy_rows = cpu_copy_rows,
  .plan_free = cpu_plan_free,
  .close = cpu_close,
};
