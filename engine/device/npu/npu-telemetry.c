/* npu-telemetry.c - asks sysfs, and the driver only while the NPU is awake anyway
 *
 * The kernel puts an NPU to sleep 5 s after the last question. So a meter that saw no new work rests for longer than that: somebody who looks on does not keep it awake,
 * and a new command of this process, which the kernel counts without waking anything, ends the rest.
 *
 * SPDX-License-Identifier: MIT
 */
#include "device/npu/npu-telemetry-private.h"

#include "device/npu/npu-check.h"
#include "device/npu/npu-presence.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#define REST             (8 * G_USEC_PER_SEC)
#define SUBMITTED_UNSEEN G_MAXUINT64

struct ScribeNpuMeter
{
  char *root;
  ScribeNpuPresence presence;
  ScribeNpuTelemetry now;
  int fd;                    /* of the node; -1: not opened yet */
  guint64 submitted, worked; /* when the driver was asked last: commands of all contexts, nanoseconds of this process */
  gint64 rest_until;
};

static const struct
{
  const char *name;
  gboolean wakes; /* to ask wakes the NPU */
} parts[SCRIBE_NPU_N_PARTS] = {
  [SCRIBE_NPU_DRIVER] = { N_ ("driver"), TRUE },
  [SCRIBE_NPU_FIRMWARE] = { N_ ("firmware"), FALSE },
  [SCRIBE_NPU_XRT] = { N_ ("XRT"), FALSE },
  [SCRIBE_NPU_SHAPE] = { N_ ("columns and rows"), TRUE },
  [SCRIBE_NPU_POWER] = { N_ ("power"), TRUE },
  [SCRIBE_NPU_TEMPERATURE] = { N_ ("temperature"), TRUE },
  [SCRIBE_NPU_COLUMNS] = { N_ ("use of the columns"), TRUE },
  [SCRIBE_NPU_CLOCKS] = { N_ ("clocks"), TRUE },
  [SCRIBE_NPU_LIMITS] = { N_ ("limits"), TRUE },
  [SCRIBE_NPU_POWER_MODE] = { N_ ("power mode"), TRUE },
  [SCRIBE_NPU_CONTEXTS] = { N_ ("contexts"), TRUE },
  [SCRIBE_NPU_WORK] = { N_ ("time of work"), FALSE },
};

const char *
scribe_npu_part_name (ScribeNpuPart part)
{
  return _ (parts[part].name);
}

const char *
scribe_npu_reason_text (ScribeNpuPart part, ScribeNpuReason reason)
{
  switch (reason)
    {
    case SCRIBE_NPU_NO_DEVICE:
      return _ ("there is no NPU, or its driver is not loaded");
    case SCRIBE_NPU_ASLEEP:
      return _ ("the NPU sleeps, and asking would wake it");
    case SCRIBE_NPU_FORBIDDEN:
      return _ ("you may not ask the driver");
    case SCRIBE_NPU_UNSUPPORTED:
      return _ ("this kernel's driver does not tell it");
    case SCRIBE_NPU_NONSENSE:
      return _ ("the driver tells what cannot be");
    case SCRIBE_NPU_FAILED:
      return _ ("the driver failed to answer");
    case SCRIBE_NPU_NOT_IN_USE:
      return part == SCRIBE_NPU_XRT ? _ ("it is not installed") : _ ("this program does not use the NPU now");
    case SCRIBE_NPU_KNOWN:
    default:
      return NULL;
    }
}

gboolean
scribe_npu_has_worked (const ScribeNpuTelemetry *telemetry, double *busy_seconds)
{
  const double before = *busy_seconds;

  if (telemetry->why[SCRIBE_NPU_WORK] != SCRIBE_NPU_KNOWN)
    return telemetry->queued > 0;
  *busy_seconds = telemetry->busy_seconds;
  return telemetry->busy_seconds > before;
}

static void
read_versions (ScribeNpuMeter *meter)
{
  ScribeNpuTelemetry *now = &meter->now;
  struct utsname system;

  if (now->kernel == NULL && uname (&system) == 0)
    now->kernel = g_strdup (system.release);
  if (now->xrt == NULL)
    now->xrt = scribe_npu_xrt_version ();
  now->why[SCRIBE_NPU_XRT] = now->xrt ? SCRIBE_NPU_KNOWN : SCRIBE_NPU_NOT_IN_USE;
  if (now->board == NULL && meter->presence.folder)
    now->board = scribe_npu_read_line (meter->presence.folder, "vbnv");
  if (now->firmware == NULL && meter->presence.folder)
    now->firmware = scribe_npu_read_line (meter->presence.folder, "fw_version");
  now->why[SCRIBE_NPU_FIRMWARE] = now->firmware ? SCRIBE_NPU_KNOWN : SCRIBE_NPU_UNSUPPORTED;
}

/* Forgets what the driver told, but for its version, which stays what it was. */
static void
forget (ScribeNpuTelemetry *now, ScribeNpuReason why)
{
  for (guint i = 0; i < SCRIBE_NPU_N_PARTS; i++)
    if (parts[i].wakes && !(i == SCRIBE_NPU_DRIVER && now->driver))
      now->why[i] = why;
  now->n_columns = now->n_rows = now->n_column_uses = now->mp_npu_mhz = now->h_mhz = now->h_max_mhz = now->max_contexts = 0;
  now->watts = now->celsius = now->tops = now->max_tops = 0;
  now->power_mode = 0;
  now->queued = 0;
  memset (now->column_use, 0, sizeof now->column_use);
  g_array_set_size (now->contexts, 0);
}

static void
close_node (ScribeNpuMeter *meter)
{
  if (meter->fd >= 0)
    close (meter->fd);
  meter->fd = -1;
  g_clear_pointer (&meter->now.driver, g_free);
  meter->now.why[SCRIBE_NPU_DRIVER] = SCRIBE_NPU_FAILED;
}

static gboolean
open_node (ScribeNpuMeter *meter)
{
  g_autofree char *path = g_strconcat (meter->root, meter->presence.node, NULL);

  if (meter->fd < 0)
    meter->fd = open (path, O_RDWR | O_CLOEXEC);
  if (meter->fd < 0)
    forget (&meter->now, npu_reason_of (errno));
  else if (meter->now.driver == NULL)
    npu_ask_version (meter->fd, &meter->now);
  if (meter->fd >= 0 && meter->now.driver == NULL)
    {
      const ScribeNpuReason why = meter->now.why[SCRIBE_NPU_DRIVER];

      close_node (meter);
      forget (&meter->now, why);
    }
  return meter->fd >= 0;
}

/* Nothing goes on that this user is told of, or that this process does. */
static gboolean
is_idle (ScribeNpuMeter *meter, guint64 worked)
{
  const ScribeNpuTelemetry *now = &meter->now;
  const guint64 before = meter->submitted;
  guint64 submitted = 0;

  for (guint i = 0; i < now->contexts->len; i++)
    submitted += g_array_index (now->contexts, ScribeNpuContext, i).submissions;
  meter->submitted = submitted;
  return submitted == before && now->queued == 0 && worked == meter->worked;
}

static void
ask (ScribeNpuMeter *meter, guint64 worked)
{
  ScribeNpuTelemetry *now = &meter->now;

  if (!open_node (meter))
    return;
  forget (now, SCRIBE_NPU_FAILED);
  npu_ask (meter->fd, now);
  npu_read_hardware_monitor (meter->presence.folder, now);
  if (now->why[SCRIBE_NPU_SHAPE] == SCRIBE_NPU_FAILED)
    close_node (meter); /* the device has gone; if it comes back then as another */
  now->time = g_get_monotonic_time ();
  meter->rest_until = is_idle (meter, worked) ? now->time + REST : 0;
  meter->worked = worked;
}

static gboolean
is_asleep (const ScribeNpuMeter *meter)
{
  g_autofree char *power = g_build_filename (meter->presence.folder, "power", NULL);
  g_autofree char *status = scribe_npu_read_line (power, "runtime_status");

  return g_strcmp0 (status, "suspended") == 0 || g_strcmp0 (status, "suspending") == 0;
}

/* A driver may be loaded, or a device vanish, while somebody looks on. */
static gboolean
find_npu (ScribeNpuMeter *meter)
{
  ScribeNpuTelemetry *now = &meter->now;
  g_auto (ScribeNpuPresence) before = meter->presence;

  scribe_npu_presence_init (&meter->presence, meter->root);
  if (g_strcmp0 (before.node, meter->presence.node) != 0)
    {
      close_node (meter);
      g_free (now->node);
      now->node = g_strdup (meter->presence.node);
      g_clear_pointer (&now->board, g_free);
      g_clear_pointer (&now->firmware, g_free);
    }
  return meter->presence.node != NULL;
}

static void
copy (const ScribeNpuTelemetry *from, ScribeNpuTelemetry *to)
{
  scribe_npu_telemetry_clear (to);
  *to = *from;
  to->node = g_strdup (from->node);
  to->board = g_strdup (from->board);
  to->kernel = g_strdup (from->kernel);
  to->driver = g_strdup (from->driver);
  to->firmware = g_strdup (from->firmware);
  to->xrt = g_strdup (from->xrt);
  to->contexts = g_array_copy (from->contexts);
}

void
scribe_npu_meter_read (ScribeNpuMeter *meter, ScribeNpuTelemetry *telemetry)
{
  ScribeNpuTelemetry *now = &meter->now;
  const gboolean is_there = find_npu (meter);
  const guint64 worked = npu_read_work (meter->fd, now);

  read_versions (meter);
  now->is_asleep = is_there && is_asleep (meter);
  if (!is_there)
    {
      forget (now, SCRIBE_NPU_NO_DEVICE);
      now->why[SCRIBE_NPU_FIRMWARE] = SCRIBE_NPU_NO_DEVICE;
    }
  else if (now->is_asleep)
    {
      forget (now, SCRIBE_NPU_ASLEEP);
      meter->rest_until = 0;
    }
  else if (worked != meter->worked || g_get_monotonic_time () >= meter->rest_until)
    ask (meter, worked);
  copy (now, telemetry);
}

ScribeNpuMeter *
scribe_npu_meter_new (const char *root)
{
  ScribeNpuMeter *meter = g_new0 (ScribeNpuMeter, 1);

  meter->root = g_strdup (root);
  meter->fd = -1;
  meter->submitted = SUBMITTED_UNSEEN;
  meter->now.contexts = g_array_new (FALSE, FALSE, sizeof (ScribeNpuContext));
  return meter;
}

void
scribe_npu_meter_free (ScribeNpuMeter *meter)
{
  close_node (meter);
  scribe_npu_presence_clear (&meter->presence);
  scribe_npu_telemetry_clear (&meter->now);
  g_free (meter->root);
  g_free (meter);
}

void
scribe_npu_telemetry_clear (ScribeNpuTelemetry *telemetry)
{
  g_free (telemetry->node);
  g_free (telemetry->board);
  g_free (telemetry->kernel);
  g_free (telemetry->driver);
  g_free (telemetry->firmware);
  g_free (telemetry->xrt);
  g_clear_pointer (&telemetry->contexts, g_array_unref);
  memset (telemetry, 0, sizeof *telemetry);
}
