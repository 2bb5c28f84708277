/* npu-telemetry.c - asks sysfs, and the driver only while the NPU is awake anyway
 *
 * The kernel puts an NPU to sleep 5 s after the last question. So a meter that saw no new work rests for longer than that: somebody who looks on does not keep it awake,
 * and a new command of this process, which the kernel counts without waking anything, ends the rest.
 *
 * Answers come from a driver of any age. What it does not know it refuses with EOPNOTSUPP or EINVAL; what is out of range is not believed.
 *
 * SPDX-License-Identifier: MIT
 */
#include "device/npu/npu-telemetry.h"

#include "device/npu/npu-check.h"
#include "device/npu/npu-driver.h"
#include "device/npu/npu-presence.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#define REST             (8 * G_USEC_PER_SEC)
#define MAX_SENSORS      64
#define MAX_CONTEXTS     64
#define MOST_WATTS       200.0
#define MOST_MHZ         10000
#define MOST_TOPS        10000
#define MOST_PERCENT     100.0
#define FDINFO           "/proc/self/fdinfo"
#define ENGINE           "drm-engine-amdxdna_accel_driver:"
#define ENGINE_OLD       "drm-engine-npu-amdxdna:"
#define MICRO            1e-6
#define MILLI            1e-3
#define NANOSECOND       1e-9
#define LEAST_CELSIUS    (-50.0)
#define MOST_CELSIUS     150.0
#define N_POWER_MODES    5
#define MAX_DRIVER_NAME  32
#define DRIVER_NAME      "amdxdna"
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

static ScribeNpuReason
reason_of (int error)
{
  switch (error)
    {
    case 0:
      return SCRIBE_NPU_KNOWN;
    case EOPNOTSUPP:
    case EINVAL:
    case ENOTTY:
    case ENOSYS:
      return SCRIBE_NPU_UNSUPPORTED;
    case EACCES:
    case EPERM:
      return SCRIBE_NPU_FORBIDDEN;
    default:
      return SCRIBE_NPU_FAILED;
    }
}

static int
call (const ScribeNpuMeter *meter, unsigned long request, gpointer what)
{
  int result;

  do
    result = ioctl (meter->fd, request, what);
  while (result != 0 && errno == EINTR);
  return result == 0 ? 0 : errno;
}

/* size: of the room; then how much of it was filled. The rest stays as it is. */
static int
get_info (const ScribeNpuMeter *meter, NpuDriverTopic topic, gpointer to, gsize *size)
{
  NpuDriverInfo info = { topic, (guint32) *size, (guint64) (gsize) to };
  int error;

  error = call (meter, NPU_DRIVER_GET_INFO, &info);
  *size = error == 0 ? MIN (*size, info.size) : 0;
  return error;
}

/* An answer of one structure; one that is shorter is of a driver that means something else. */
static ScribeNpuReason
get_whole (const ScribeNpuMeter *meter, NpuDriverTopic topic, gpointer to, gsize size)
{
  gsize filled = size;
  const int error = get_info (meter, topic, to, &filled);

  return error == 0 && filled < size ? SCRIBE_NPU_UNSUPPORTED : reason_of (error);
}

/* --- What the driver tells ------------------------------------------------------------------------------------------------ */

static void
ask_driver (ScribeNpuMeter *meter)
{
  char name[MAX_DRIVER_NAME + 1] = "";
  NpuDriverVersion version = { .name_length = MAX_DRIVER_NAME, .name = (guint64) (gsize) name };
  ScribeNpuTelemetry *now = &meter->now;

  now->why[SCRIBE_NPU_DRIVER] = reason_of (call (meter, NPU_DRIVER_GET_VERSION, &version));
  if (now->why[SCRIBE_NPU_DRIVER] != SCRIBE_NPU_KNOWN)
    return;
  if (!g_str_has_prefix (name, DRIVER_NAME))
    now->why[SCRIBE_NPU_DRIVER] = SCRIBE_NPU_NO_DEVICE;
  else
    now->driver = g_strdup_printf (DRIVER_NAME " %d.%d", version.major, version.minor);
}

static void
ask_shape (ScribeNpuMeter *meter)
{
  NpuDriverMetadata data = { 0 };
  ScribeNpuReason why = get_whole (meter, NPU_DRIVER_METADATA, &data, sizeof data);

  if (why == SCRIBE_NPU_KNOWN && (data.n_columns == 0 || data.n_columns > SCRIBE_NPU_MAX_COLUMNS || data.n_rows == 0))
    why = SCRIBE_NPU_NONSENSE;
  meter->now.why[SCRIBE_NPU_SHAPE] = why;
  if (why != SCRIBE_NPU_KNOWN)
    return;
  meter->now.n_columns = data.n_columns;
  meter->now.n_rows = data.n_rows;
}

static void
ask_clocks (ScribeNpuMeter *meter)
{
  NpuDriverClocks data = { 0 };
  ScribeNpuReason why = get_whole (meter, NPU_DRIVER_CLOCKS, &data, sizeof data);

  if (why == SCRIBE_NPU_KNOWN && (data.mp_npu.mhz > MOST_MHZ || data.h.mhz > MOST_MHZ))
    why = SCRIBE_NPU_NONSENSE;
  meter->now.why[SCRIBE_NPU_CLOCKS] = why;
  if (why != SCRIBE_NPU_KNOWN)
    return;
  meter->now.mp_npu_mhz = data.mp_npu.mhz;
  meter->now.h_mhz = data.h.mhz;
}

static void
ask_limits (ScribeNpuMeter *meter)
{
  NpuDriverResources data = { 0 };
  ScribeNpuReason why = get_whole (meter, NPU_DRIVER_RESOURCES, &data, sizeof data);

  if (why == SCRIBE_NPU_KNOWN && (data.max_mhz > MOST_MHZ || data.max_tops > MOST_TOPS || data.max_contexts > G_MAXUINT16))
    why = SCRIBE_NPU_NONSENSE;
  meter->now.why[SCRIBE_NPU_LIMITS] = why;
  if (why != SCRIBE_NPU_KNOWN)
    return;
  meter->now.h_max_mhz = (guint) data.max_mhz;
  meter->now.max_tops = (double) data.max_tops;
  meter->now.tops = (double) data.tops;
  meter->now.max_contexts = (guint) data.max_contexts;
}

static void
ask_power_mode (ScribeNpuMeter *meter)
{
  NpuDriverPowerMode data = { 0 };
  ScribeNpuReason why = get_whole (meter, NPU_DRIVER_POWER_MODE, &data, sizeof data);

  if (why == SCRIBE_NPU_KNOWN && data.mode >= N_POWER_MODES)
    why = SCRIBE_NPU_NONSENSE;
  meter->now.why[SCRIBE_NPU_POWER_MODE] = why;
  meter->now.power_mode = why == SCRIBE_NPU_KNOWN ? data.mode : 0;
}

/* What a sensor says, if it is in range. */
static ScribeNpuReason
value_of (const NpuDriverSensor *sensor, double most, double *value)
{
  const double found = sensor->input * pow (10, sensor->exponent);

  if (!(found <= most))
    return SCRIBE_NPU_NONSENSE;
  *value = found;
  return SCRIBE_NPU_KNOWN;
}

static void
take_column (ScribeNpuTelemetry *now, const NpuDriverSensor *sensor)
{
  double percent = 0;
  const ScribeNpuReason why = value_of (sensor, MOST_PERCENT, &percent);

  /* one that cannot be true makes all of them doubtful */
  if (now->why[SCRIBE_NPU_COLUMNS] == SCRIBE_NPU_NONSENSE || now->n_column_uses == SCRIBE_NPU_MAX_COLUMNS)
    return;
  now->why[SCRIBE_NPU_COLUMNS] = why;
  now->n_column_uses = why == SCRIBE_NPU_KNOWN ? now->n_column_uses + 1 : 0;
  if (why == SCRIBE_NPU_KNOWN)
    now->column_use[now->n_column_uses - 1] = percent / MOST_PERCENT;
}

/* Sensors of kinds that are not known yet are passed over. */
static void
ask_sensors (ScribeNpuMeter *meter)
{
  ScribeNpuTelemetry *now = &meter->now;
  g_autofree NpuDriverSensor *sensors = g_new0 (NpuDriverSensor, MAX_SENSORS);
  gsize size = MAX_SENSORS * sizeof *sensors;
  const int error = get_info (meter, NPU_DRIVER_SENSORS, sensors, &size);
  gboolean has_power = FALSE;

  now->why[SCRIBE_NPU_POWER] = now->why[SCRIBE_NPU_COLUMNS] = error ? reason_of (error) : SCRIBE_NPU_UNSUPPORTED;
  for (gsize i = 0; i < size / sizeof *sensors && sensors[i].label[0]; i++)
    if (sensors[i].kind == NPU_DRIVER_SENSOR_COLUMN)
      take_column (now, &sensors[i]);
    else if (sensors[i].kind == NPU_DRIVER_SENSOR_POWER && !has_power)
      {
        now->why[SCRIBE_NPU_POWER] = value_of (&sensors[i], MOST_WATTS, &now->watts);
        has_power = TRUE;
      }
  if (now->why[SCRIBE_NPU_COLUMNS] != SCRIBE_NPU_KNOWN)
    memset (now->column_use, 0, sizeof now->column_use);
}

static void
add_context (ScribeNpuTelemetry *now, const NpuDriverContextHead *head, guint64 priority, gboolean is_active)
{
  const ScribeNpuContext context = { .pid = head->pid,
                                     .id = head->id,
                                     .first_column = head->first_column,
                                     .n_columns = head->n_columns,
                                     .submissions = head->submissions,
                                     .completions = head->completions,
                                     .preemptions = head->preemptions,
                                     .errors = head->errors,
                                     .priority = priority,
                                     .is_active = is_active };

  /* both are counted while commands go on: completions that are ahead were read later */
  now->queued += context.submissions > context.completions ? context.submissions - context.completions : 0;
  g_array_append_val (now->contexts, context);
}

/* As drivers before interface 0.1 tell it. */
static int
ask_old_contexts (ScribeNpuMeter *meter)
{
  NpuDriverContextHead heads[MAX_CONTEXTS] = { 0 };
  gsize size = sizeof heads;
  const int error = get_info (meter, NPU_DRIVER_CONTEXTS, heads, &size);

  for (gsize i = 0; i < size / sizeof *heads; i++)
    add_context (&meter->now, &heads[i], 0, heads[i].submissions > heads[i].completions);
  return error;
}

static void
ask_contexts (ScribeNpuMeter *meter)
{
  NpuDriverContext contexts[MAX_CONTEXTS] = { 0 };
  NpuDriverArray array = { NPU_DRIVER_ALL_CONTEXTS, sizeof *contexts, MAX_CONTEXTS, 0, (guint64) (gsize) contexts };
  int error = call (meter, NPU_DRIVER_GET_ARRAY, &array);

  g_array_set_size (meter->now.contexts, 0);
  if (reason_of (error) == SCRIBE_NPU_UNSUPPORTED || (error == 0 && array.element_size != sizeof *contexts))
    error = ask_old_contexts (meter);
  else if (error == 0)
    for (guint i = 0; i < MIN (array.n_elements, MAX_CONTEXTS); i++)
      add_context (&meter->now, &contexts[i].head, contexts[i].priority, contexts[i].state == NPU_DRIVER_CONTEXT_ACTIVE);
  meter->now.why[SCRIBE_NPU_CONTEXTS] = reason_of (error);
}

/* --- What files tell ------------------------------------------------------------------------------------------------------ */

/* The value of the sensor of that label in a folder of hwmon; FALSE: there is none. */
static gboolean
read_hwmon_in (const char *folder, const char *label, double *value)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir && (name = g_dir_read_name (dir)))
    {
      g_autofree char *found = g_str_has_suffix (name, "_label") ? scribe_npu_read_line (folder, name) : NULL;
      g_autofree char *input = NULL, *line = NULL;

      if (g_strcmp0 (found, label) != 0)
        continue;
      input = g_strdup_printf ("%.*s_input", (int) (strlen (name) - strlen ("_label")), name);
      line = scribe_npu_read_line (folder, input);
      *value = line ? g_ascii_strtod (line, NULL) : 0;
      return line != NULL;
    }
  return FALSE;
}

static gboolean
read_hwmon (const ScribeNpuMeter *meter, const char *label, double *value)
{
  g_autofree char *path = g_build_filename (meter->presence.folder, "hwmon", NULL);
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir && (name = g_dir_read_name (dir)))
    {
      g_autofree char *folder = g_build_filename (path, name, NULL);

      if (read_hwmon_in (folder, label, value))
        return TRUE;
    }
  return FALSE;
}

static void
read_hardware_monitor (ScribeNpuMeter *meter)
{
  ScribeNpuTelemetry *now = &meter->now;
  double power = 0, temperature = 0;

  if (now->why[SCRIBE_NPU_POWER] == SCRIBE_NPU_UNSUPPORTED && read_hwmon (meter, "NPU_power", &power))
    {
      now->watts = power * MICRO;
      now->why[SCRIBE_NPU_POWER] = now->watts >= 0 && now->watts <= MOST_WATTS ? SCRIBE_NPU_KNOWN : SCRIBE_NPU_NONSENSE;
    }
  now->why[SCRIBE_NPU_TEMPERATURE] = SCRIBE_NPU_UNSUPPORTED;
  if (read_hwmon (meter, "NPU_temperature", &temperature))
    {
      now->celsius = temperature * MILLI;
      now->why[SCRIBE_NPU_TEMPERATURE] = now->celsius >= LEAST_CELSIUS && now->celsius <= MOST_CELSIUS ? SCRIBE_NPU_KNOWN
                                                                                                       : SCRIBE_NPU_NONSENSE;
    }
  if (now->why[SCRIBE_NPU_POWER] != SCRIBE_NPU_KNOWN)
    now->watts = 0;
  if (now->why[SCRIBE_NPU_TEMPERATURE] != SCRIBE_NPU_KNOWN)
    now->celsius = 0;
}

/* Nanoseconds in a file of fdinfo; FALSE: it is not an NPU's. */
static gboolean
read_work_of (const char *name, guint64 *nanoseconds)
{
  static const char *const engines[] = { ENGINE, ENGINE_OLD };
  g_autofree char *text = scribe_npu_read_line (FDINFO, name);

  for (guint i = 0; text && i < G_N_ELEMENTS (engines); i++)
    {
      const char *at = strstr (text, engines[i]);

      if (at == NULL)
        continue;
      *nanoseconds += g_ascii_strtoull (at + strlen (engines[i]), NULL, 10);
      return TRUE;
    }
  return FALSE;
}

/* Each open node counts for itself; this meter's own does nothing. Numbers of open files first, as reading them opens more. */
static guint64
read_work (ScribeNpuMeter *meter)
{
  g_autoptr (GDir) dir = g_dir_open (FDINFO, 0, NULL);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  guint64 nanoseconds = 0;
  gboolean is_known = FALSE;
  const char *name;

  while (dir && (name = g_dir_read_name (dir)))
    if (g_ascii_strtoll (name, NULL, 10) != meter->fd)
      g_ptr_array_add (names, g_strdup (name));
  for (guint i = 0; i < names->len; i++)
    is_known |= read_work_of (g_ptr_array_index (names, i), &nanoseconds);
  meter->now.why[SCRIBE_NPU_WORK] = is_known ? SCRIBE_NPU_KNOWN : SCRIBE_NPU_NOT_IN_USE;
  meter->now.busy_seconds = (double) nanoseconds * NANOSECOND;
  return nanoseconds;
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

/* --- Reading -------------------------------------------------------------------------------------------------------------- */

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
    forget (&meter->now, reason_of (errno));
  else if (meter->now.driver == NULL)
    ask_driver (meter);
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
  static void (*const questions[]) (ScribeNpuMeter *) = { ask_shape,   ask_clocks,   ask_limits,           ask_power_mode,
                                                          ask_sensors, ask_contexts, read_hardware_monitor };
  ScribeNpuTelemetry *now = &meter->now;

  if (!open_node (meter))
    return;
  forget (now, SCRIBE_NPU_FAILED);
  for (guint i = 0; i < G_N_ELEMENTS (questions); i++)
    questions[i](meter);
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
  const guint64 worked = read_work (meter);

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
