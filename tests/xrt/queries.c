/* queries.c - what the driver tells of the NPU
 *
 * Sizes are negotiated as the driver does it: an answer is cut to the room that there is, and its size is told; a list that does not fit is -ENOSPC with the size that
 * it would take. The values are those of an NPU4 at work, where the emulator knows them its own.
 *
 * SPDX-License-Identifier: MIT
 */
#include "faults.h"
#include "kernel.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define UNKNOWN_SENSOR_KIND 77
#define N_SENSORS           (1 + KERNEL_COLUMNS)

static int
answer (AmdxdnaGetInfo *what, gconstpointer data, gsize size)
{
  memcpy ((gpointer) (gsize) what->buffer, data, MIN (size, what->size));
  what->size = (guint32) size;
  return 0;
}

static int
answer_list (AmdxdnaGetInfo *what, gconstpointer data, gsize size)
{
  const gboolean fits = size <= what->size;

  if (fits)
    memcpy ((gpointer) (gsize) what->buffer, data, size);
  what->size = (guint32) size;
  return fits ? 0 : -ENOSPC;
}

static int
metadata (AmdxdnaGetInfo *what)
{
  const AmdxdnaMetadata data = { .column_bytes = 1u << 25,
                                 .n_columns = KERNEL_COLUMNS,
                                 .n_rows = NPU_ROWS,
                                 .version = { 2, 0 },
                                 .core = { NPU_COMPUTE_ROWS, NPU_COMPUTE_ROW, 2, 16, 8, { 0 } },
                                 .memory = { 1, 1, 6, 64, 8, { 0 } },
                                 .shim = { 1, 0, 2, 16, 8, { 0 } } };

  return answer (what, &data, sizeof data);
}

static int
clocks (AmdxdnaGetInfo *what)
{
  const AmdxdnaClocks data = { { "MP-NPU Clock", 1267, 0 }, { "H Clock", kernel.contexts->len ? KERNEL_H_MHZ : 792, 0 } };

  return answer (what, &data, sizeof data);
}

static int
firmware (AmdxdnaGetInfo *what)
{
  const AmdxdnaFirmware data = { 1, 0, fault_is_set (FAULT_FIRMWARE) ? 0 : 20, 434 };

  return answer (what, &data, sizeof data);
}

static int
resources (AmdxdnaGetInfo *what)
{
  const AmdxdnaResources data = { KERNEL_H_MHZ, 50, KERNEL_MAX_CONTEXTS, kernel.contexts->len ? 50 : 0, kernel.contexts->len };

  return answer (what, &data, sizeof data);
}

static void
fill_sensors (AmdxdnaSensor sensors[N_SENSORS])
{
  memset (sensors, 0, N_SENSORS * sizeof *sensors);
  sensors[0] = (AmdxdnaSensor){
    .label = "Total Power", .status = "OK", .unit = "mW", .exponent = -3, .kind = AMDXDNA_SENSOR_POWER
  };
  sensors[0].input = kernel.is_emulating ? 4321 : 87;
  for (guint column = 0; column < KERNEL_COLUMNS; column++)
    {
      AmdxdnaSensor *sensor = &sensors[1 + column];

      g_snprintf (sensor->label, sizeof sensor->label, "Column %u Utilization", column);
      g_strlcpy (sensor->status, "OK", sizeof sensor->status);
      g_strlcpy (sensor->unit, "%", sizeof sensor->unit);
      sensor->input = (guint32) (100 * kernel.column_use[column]);
      sensor->kind = AMDXDNA_SENSOR_COLUMN;
    }
}

/* Nothing ends, nothing is in range, and nobody knows the kind. */
static void
spoil_sensors (AmdxdnaSensor sensors[N_SENSORS])
{
  memset (sensors, 0xFF, N_SENSORS * sizeof *sensors);
  sensors[0].kind = AMDXDNA_SENSOR_POWER;
  sensors[0].exponent = 127;
  sensors[1].kind = AMDXDNA_SENSOR_COLUMN;
  sensors[2].kind = UNKNOWN_SENSOR_KIND;
}

static int
tell_sensors (AmdxdnaGetInfo *what)
{
  AmdxdnaSensor sensors[N_SENSORS + 1];

  if (fault_is_set (FAULT_NO_SENSORS) || fault_is_set (FAULT_OLD_DRIVER))
    return -EOPNOTSUPP;
  fill_sensors (sensors);
  if (fault_is_set (FAULT_SENSORS))
    spoil_sensors (sensors);
  if (!fault_is_set (FAULT_NEW_DRIVER))
    return answer_list (what, sensors, N_SENSORS * sizeof *sensors);
  sensors[N_SENSORS] = (AmdxdnaSensor){ .label = "Mood", .input = 3, .unit = "furlongs", .kind = UNKNOWN_SENSOR_KIND };
  return answer_list (what, sensors, sizeof sensors);
}

static int
old_contexts (AmdxdnaGetInfo *what)
{
  AmdxdnaContextOld list[KERNEL_MAX_CONTEXTS] = { 0 };

  for (guint i = 0; i < kernel.contexts->len; i++)
    {
      const Context *context = g_ptr_array_index (kernel.contexts, i);

      list[i] = (AmdxdnaContextOld){ .id = context->id,
                                     .n_columns = context->n_columns,
                                     .pid = getpid (),
                                     .submissions = context->submitted,
                                     .completions = context->completed,
                                     .errors = context->errors };
    }
  return answer_list (what, list, kernel.contexts->len * sizeof *list);
}

static int
power_mode (AmdxdnaGetInfo *what)
{
  const AmdxdnaPowerMode data = { 0 };

  return answer (what, &data, sizeof data);
}

int
query_info (Client *client, AmdxdnaGetInfo *what)
{
  const AmdxdnaVersion version = { 2, 0 };

  if (fault_is_set (FAULT_MUTE))
    return -EIO;
  switch (what->what)
    {
    case AMDXDNA_INFO_STATUS:
      return 0;
    case AMDXDNA_INFO_METADATA:
      return metadata (what);
    case AMDXDNA_INFO_VERSION:
      return answer (what, &version, sizeof version);
    case AMDXDNA_INFO_CLOCKS:
      return clocks (what);
    case AMDXDNA_INFO_SENSORS:
      return tell_sensors (what);
    case AMDXDNA_INFO_CONTEXTS:
      return old_contexts (what);
    case AMDXDNA_INFO_FIRMWARE:
      return firmware (what);
    case AMDXDNA_INFO_POWER_MODE:
      return power_mode (what);
    case AMDXDNA_INFO_RESOURCES:
      return resources (what);
    default:
      return -EOPNOTSUPP;
    }
}

static void
describe (const Context *context, AmdxdnaContext *to)
{
  *to = (AmdxdnaContext){ .id = context->id,
                          .n_columns = context->n_columns,
                          .hardware_id = context->id,
                          .pid = getpid (),
                          .submissions = context->submitted,
                          .completions = context->completed,
                          .errors = context->errors,
                          .priority = context->qos.priority,
                          .heap_bytes = KERNEL_HEAP_BYTES,
                          .state = context->completed < context->submitted,
                          .gops = context->qos.gops,
                          .fps = context->qos.fps,
                          .latency = context->qos.latency };
}

/* Elements are cut to the size that the caller knows; a newer driver's are longer, and end in what the caller does not know. */
int
query_array (Client *client, AmdxdnaGetArray *what)
{
  const guint32 own = (guint32) sizeof (AmdxdnaContext) + (fault_is_set (FAULT_NEW_DRIVER) ? 64 : 0);
  const guint n = MIN (kernel.contexts->len, what->n_elements), each = MIN (own, what->element_size);

  if (fault_is_set (FAULT_MUTE))
    return -EIO;
  if (fault_is_set (FAULT_OLD_DRIVER))
    return -EINVAL;
  if (what->pad || what->n_elements == 0 || what->element_size == 0)
    return -EINVAL;
  if (what->what != AMDXDNA_ARRAY_CONTEXTS)
    return -EOPNOTSUPP;
  for (guint i = 0; i < n; i++)
    {
      guint8 *to = (guint8 *) (gsize) what->buffer + (gsize) i * each;
      AmdxdnaContext context;

      describe (g_ptr_array_index (kernel.contexts, i), &context);
      memset (to, 0x5A, each);
      memcpy (to, &context, MIN (each, sizeof context));
    }
  what->element_size = each;
  what->n_elements = n;
  return 0;
}
