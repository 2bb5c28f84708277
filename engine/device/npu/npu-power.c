/* npu-power.c - a thread that reads the power of an NPU that works
 *
 * SPDX-License-Identifier: MIT
 */
#include "device/npu/npu-power.h"

#include "device/npu/npu-telemetry.h"

#include <math.h>

#define INTERVAL (200 * G_TIME_SPAN_MILLISECOND)

struct ScribeNpuPower
{
  ScribeNpuMeter *meter;
  GThread *thread;
  GMutex lock;
  GCond ends;
  gboolean is_ending;

  /* the thread's, and after its end anybody's */
  double busy_seconds; /* at the last reading; NaN: there was none */
  double sum;          /* of watts */
  guint n;             /* readings in it */
};

static void
take_reading (ScribeNpuPower *power)
{
  g_auto (ScribeNpuTelemetry) telemetry = { 0 };

  scribe_npu_meter_read (power->meter, &telemetry);
  if (!scribe_npu_has_worked (&telemetry, &power->busy_seconds) || telemetry.why[SCRIBE_NPU_POWER] != SCRIBE_NPU_KNOWN)
    return;
  power->sum += telemetry.watts;
  power->n++;
}

/* Waits for the time of the next reading. FALSE: it is the last one. */
static gboolean
goes_on (ScribeNpuPower *power)
{
  const gint64 end = g_get_monotonic_time () + INTERVAL;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&power->lock);

  while (!power->is_ending)
    if (!g_cond_wait_until (&power->ends, &power->lock, end))
      return !power->is_ending;
  return FALSE;
}

static gpointer
watch (gpointer data)
{
  ScribeNpuPower *power = data;

  do
    take_reading (power);
  while (goes_on (power));
  if (power->n == 0)
    take_reading (power);
  return NULL;
}

ScribeNpuPower *
scribe_npu_power_begin (const char *root)
{
  ScribeNpuPower *power = g_new0 (ScribeNpuPower, 1);

  power->meter = scribe_npu_meter_new (root);
  power->busy_seconds = NAN;
  g_mutex_init (&power->lock);
  g_cond_init (&power->ends);
  power->thread = g_thread_new ("npu power", watch, power);
  return power;
}

double
scribe_npu_power_end (ScribeNpuPower *power)
{
  double watts;

  g_mutex_lock (&power->lock);
  power->is_ending = TRUE;
  g_cond_signal (&power->ends);
  g_mutex_unlock (&power->lock);
  g_thread_join (power->thread);
  watts = power->n > 0 ? power->sum / power->n : -1;
  scribe_npu_meter_free (power->meter);
  g_mutex_clear (&power->lock);
  g_cond_clear (&power->ends);
  g_free (power);
  return watts;
}
