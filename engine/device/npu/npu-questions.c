/* npu-questions.c - what the driver tells, through its ioctls
 *
 * Answers come from a driver of any age. What it does not know it refuses with EOPNOTSUPP or EINVAL; what is out of range is not believed.
 *
 * SPDX-License-Identifier: MIT
 */
#include "device/npu/npu-telemetry-private.h"

#include "device/npu/npu-driver.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#define MAX_SENSORS     64
#define MAX_CONTEXTS    64
#define MOST_MHZ        10000
#define MOST_TOPS       10000
#define MOST_PERCENT    100.0
#define N_POWER_MODES   5
#define MAX_DRIVER_NAME 32
#define DRIVER_NAME     "amdxdna"

ScribeNpuReason
npu_reason_of (int error)
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
call (int fd, unsigned long request, gpointer what)
{
  int result;

  do
    result = ioctl (fd, request, what);
  while (result != 0 && errno == EINTR);
  return result == 0 ? 0 : errno;
}

/* size: of the room; then how much of it was filled. The rest stays as it is. */
static int
get_info (int fd, NpuDriverTopic topic, gpointer to, gsize *size)
{
  NpuDriverInfo info = { topic, (guint32) *size, (guint64) (gsize) to };
  int error;

  error = call (fd, NPU_DRIVER_GET_INFO, &info);
  *size = error == 0 ? MIN (*size, info.size) : 0;
  return error;
}

/* An answer of one structure; one that is shorter is of a driver that means something else. */
static ScribeNpuReason
get_whole (int fd, NpuDriverTopic topic, gpointer to, gsize size)
{
  gsize filled = size;
  const int error = get_info (fd, topic, to, &filled);

  return error == 0 && filled < size ? SCRIBE_NPU_UNSUPPORTED : npu_reason_of (error);
}

void
npu_ask_version (int fd, ScribeNpuTelemetry *now)
{
  char name[MAX_DRIVER_NAME + 1] = "";
  NpuDriverVersion version = { .name_length = MAX_DRIVER_NAME, .name = (guint64) (gsize) name };

  now->why[SCRIBE_NPU_DRIVER] = npu_reason_of (call (fd, NPU_DRIVER_GET_VERSION, &version));
  if (now->why[SCRIBE_NPU_DRIVER] != SCRIBE_NPU_KNOWN)
    return;
  if (!g_str_has_prefix (name, DRIVER_NAME))
    now->why[SCRIBE_NPU_DRIVER] = SCRIBE_NPU_NO_DEVICE;
  else
    now->driver = g_strdup_printf (DRIVER_NAME " %d.%d", version.major, version.minor);
}

static void
ask_shape (int fd, ScribeNpuTelemetry *now)
{
  NpuDriverMetadata data = { 0 };
  ScribeNpuReason why = get_whole (fd, NPU_DRIVER_METADATA, &data, sizeof data);

  if (why == SCRIBE_NPU_KNOWN && (data.n_columns == 0 || data.n_columns > SCRIBE_NPU_MAX_COLUMNS || data.n_rows == 0))
    why = SCRIBE_NPU_NONSENSE;
  now->why[SCRIBE_NPU_SHAPE] = why;
  if (why != SCRIBE_NPU_KNOWN)
    return;
  now->n_columns = data.n_columns;
  now->n_rows = data.n_rows;
}

static void
ask_clocks (int fd, ScribeNpuTelemetry *now)
{
  NpuDriverClocks data = { 0 };
  ScribeNpuReason why = get_whole (fd, NPU_DRIVER_CLOCKS, &data, sizeof data);

  if (why == SCRIBE_NPU_KNOWN && (data.mp_npu.mhz > MOST_MHZ || data.h.mhz > MOST_MHZ))
    why = SCRIBE_NPU_NONSENSE;
  now->why[SCRIBE_NPU_CLOCKS] = why;
  if (why != SCRIBE_NPU_KNOWN)
    return;
  now->mp_npu_mhz = data.mp_npu.mhz;
  now->h_mhz = data.h.mhz;
}

static void
ask_limits (int fd, ScribeNpuTelemetry *now)
{
  NpuDriverResources data = { 0 };
  ScribeNpuReason why = get_whole (fd, NPU_DRIVER_RESOURCES, &data, sizeof data);

  if (why == SCRIBE_NPU_KNOWN && (data.max_mhz > MOST_MHZ || data.max_tops > MOST_TOPS || data.max_contexts > G_MAXUINT16))
    why = SCRIBE_NPU_NONSENSE;
  now->why[SCRIBE_NPU_LIMITS] = why;
  if (why != SCRIBE_NPU_KNOWN)
    return;
  now->h_max_mhz = (guint) data.max_mhz;
  now->max_tops = (double) data.max_tops;
  now->tops = (double) data.tops;
  now->max_contexts = (guint) data.max_contexts;
}

static void
ask_power_mode (int fd, ScribeNpuTelemetry *now)
{
  NpuDriverPowerMode data = { 0 };
  ScribeNpuReason why = get_whole (fd, NPU_DRIVER_POWER_MODE, &data, sizeof data);

  if (why == SCRIBE_NPU_KNOWN && data.mode >= N_POWER_MODES)
    why = SCRIBE_NPU_NONSENSE;
  now->why[SCRIBE_NPU_POWER_MODE] = why;
  now->power_mode = why == SCRIBE_NPU_KNOWN ? data.mode : 0;
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
ask_sensors (int fd, ScribeNpuTelemetry *now)
{
  g_autofree NpuDriverSensor *sensors = g_new0 (NpuDriverSensor, MAX_SENSORS);
  gsize size = MAX_SENSORS * sizeof *sensors;
  const int error = get_info (fd, NPU_DRIVER_SENSORS, sensors, &size);
  gboolean has_power = FALSE;

  now->why[SCRIBE_NPU_POWER] = now->why[SCRIBE_NPU_COLUMNS] = error ? npu_reason_of (error) : SCRIBE_NPU_UNSUPPORTED;
  for (gsize i = 0; i < size / sizeof *sensors && sensors[i].label[0]; i++)
    if (sensors[i].kind == NPU_DRIVER_SENSOR_COLUMN)
      take_column (now, &sensors[i]);
    else if (sensors[i].kind == NPU_DRIVER_SENSOR_POWER && !has_power)
      {
        now->why[SCRIBE_NPU_POWER] = value_of (&sensors[i], NPU_MOST_WATTS, &now->watts);
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
ask_old_contexts (int fd, ScribeNpuTelemetry *now)
{
  NpuDriverContextHead heads[MAX_CONTEXTS] = { 0 };
  gsize size = sizeof heads;
  const int error = get_info (fd, NPU_DRIVER_CONTEXTS, heads, &size);

  for (gsize i = 0; i < size / sizeof *heads; i++)
    add_context (now, &heads[i], 0, heads[i].submissions > heads[i].completions);
  return error;
}

static void
ask_contexts (int fd, ScribeNpuTelemetry *now)
{
  NpuDriverContext contexts[MAX_CONTEXTS] = { 0 };
  NpuDriverArray array = { NPU_DRIVER_ALL_CONTEXTS, sizeof *contexts, MAX_CONTEXTS, 0, (guint64) (gsize) contexts };
  int error = call (fd, NPU_DRIVER_GET_ARRAY, &array);

  g_array_set_size (now->contexts, 0);
  if (npu_reason_of (error) == SCRIBE_NPU_UNSUPPORTED || (error == 0 && array.element_size != sizeof *contexts))
    error = ask_old_contexts (fd, now);
  else if (error == 0)
    for (guint i = 0; i < MIN (array.n_elements, MAX_CONTEXTS); i++)
      add_context (now, &contexts[i].head, contexts[i].priority, contexts[i].state == NPU_DRIVER_CONTEXT_ACTIVE);
  now->why[SCRIBE_NPU_CONTEXTS] = npu_reason_of (error);
}

void
npu_ask (int fd, ScribeNpuTelemetry *now)
{
  static void (*const questions[]) (int fd, ScribeNpuTelemetry *now) = { ask_shape,      ask_clocks,  ask_limits,
                                                                         ask_power_mode, ask_sensors, ask_contexts };

  for (guint i = 0; i < G_N_ELEMENTS (questions); i++)
    questions[i](fd, now);
}
