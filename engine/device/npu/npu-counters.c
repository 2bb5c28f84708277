/* npu-counters.c - what the kernel's files tell of an NPU: its hardware monitor, and how long it worked for this process
 *
 * SPDX-License-Identifier: MIT
 */
#include "device/npu/npu-telemetry-private.h"

#include "device/npu/npu-presence.h"

#include <string.h>

#define FDINFO        "/proc/self/fdinfo"
#define ENGINE        "drm-engine-amdxdna_accel_driver:"
#define ENGINE_OLD    "drm-engine-npu-amdxdna:"
#define MICRO         1e-6
#define MILLI         1e-3
#define NANOSECOND    1e-9
#define LEAST_CELSIUS (-50.0)
#define MOST_CELSIUS  150.0

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
read_hwmon (const char *device, const char *label, double *value)
{
  g_autofree char *path = g_build_filename (device, "hwmon", NULL);
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

void
npu_read_hardware_monitor (const char *device, ScribeNpuTelemetry *now)
{
  double power = 0, temperature = 0;

  if (now->why[SCRIBE_NPU_POWER] == SCRIBE_NPU_UNSUPPORTED && read_hwmon (device, "NPU_power", &power))
    {
      now->watts = power * MICRO;
      now->why[SCRIBE_NPU_POWER] = now->watts >= 0 && now->watts <= NPU_MOST_WATTS ? SCRIBE_NPU_KNOWN : SCRIBE_NPU_NONSENSE;
    }
  now->why[SCRIBE_NPU_TEMPERATURE] = SCRIBE_NPU_UNSUPPORTED;
  if (read_hwmon (device, "NPU_temperature", &temperature))
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

/* Each open node counts for itself; a meter's own does nothing. Numbers of open files first, as reading them opens more. */
guint64
npu_read_work (int own, ScribeNpuTelemetry *now)
{
  g_autoptr (GDir) dir = g_dir_open (FDINFO, 0, NULL);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  guint64 nanoseconds = 0;
  gboolean is_known = FALSE;
  const char *name;

  while (dir && (name = g_dir_read_name (dir)))
    if (g_ascii_strtoll (name, NULL, 10) != own)
      g_ptr_array_add (names, g_strdup (name));
  for (guint i = 0; i < names->len; i++)
    is_known |= read_work_of (g_ptr_array_index (names, i), &nanoseconds);
  now->why[SCRIBE_NPU_WORK] = is_known ? SCRIBE_NPU_KNOWN : SCRIBE_NPU_NOT_IN_USE;
  now->busy_seconds = (double) nanoseconds * NANOSECOND;
  return nanoseconds;
}
