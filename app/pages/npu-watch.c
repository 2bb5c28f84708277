/* npu-watch.c - what the NPU is doing, asked in a thread
 *
 * A driver answers within a millisecond, unless it or the NPU's firmware hangs: then it may take seconds, or for ever. So it is asked in a thread, for one answer at a time:
 * a driver that never answers costs one thread, and nobody waits for it. The meter is that thread's as long as it asks; the task's reference keeps both.
 *
 * SPDX-License-Identifier: MIT
 */
#include "pages/npu-watch.h"

#include "tilescribe.h"

struct _TilescribeNpuWatch
{
  GObject parent;

  ScribeNpuMeter *meter;
  gboolean is_asking;
};

enum
{
  TOLD,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (TilescribeNpuWatch, tilescribe_npu_watch, G_TYPE_OBJECT)

static void
telemetry_free (gpointer telemetry)
{
  scribe_npu_telemetry_clear (telemetry);
  g_free (telemetry);
}

static void
read_meter (GTask *task, gpointer watch, gpointer data, GCancellable *cancellable)
{
  ScribeNpuTelemetry *telemetry = g_new0 (ScribeNpuTelemetry, 1);

  scribe_npu_meter_read (TILESCRIBE_NPU_WATCH (watch)->meter, telemetry);
  g_task_return_pointer (task, telemetry, telemetry_free);
}

static void
on_read (GObject *object, GAsyncResult *result, gpointer data)
{
  TilescribeNpuWatch *self = TILESCRIBE_NPU_WATCH (object);
  ScribeNpuTelemetry *telemetry = g_task_propagate_pointer (G_TASK (result), NULL);

  self->is_asking = FALSE;
  g_signal_emit (self, signals[TOLD], 0, telemetry);
  telemetry_free (telemetry);
}

gboolean
tilescribe_npu_watch_ask (TilescribeNpuWatch *self)
{
  g_autoptr (GTask) task = NULL;

  g_return_val_if_fail (TILESCRIBE_IS_NPU_WATCH (self), FALSE);
  if (self->is_asking)
    return FALSE;
  self->is_asking = TRUE;
  task = g_task_new (self, NULL, on_read, NULL);
  g_task_run_in_thread (task, read_meter);
  return TRUE;
}

static void
tilescribe_npu_watch_finalize (GObject *object)
{
  scribe_npu_meter_free (TILESCRIBE_NPU_WATCH (object)->meter);
  G_OBJECT_CLASS (tilescribe_npu_watch_parent_class)->finalize (object);
}

static void
tilescribe_npu_watch_class_init (TilescribeNpuWatchClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = tilescribe_npu_watch_finalize;
  signals[TOLD] = g_signal_new ("told", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1,
                                G_TYPE_POINTER);
}

static void
tilescribe_npu_watch_init (TilescribeNpuWatch *self)
{
}

TilescribeNpuWatch *
tilescribe_npu_watch_new (const char *root)
{
  TilescribeNpuWatch *self = g_object_new (TILESCRIBE_TYPE_NPU_WATCH, NULL);

  self->meter = scribe_npu_meter_new (root);
  return self;
}
