/* test-telemetry.c - a meter in a process that uses the NPU itself
 *
 * Run with the stand-in loaded before all else. What was asked is in its log, what the kernel's files say is in its tree, where the test writes as the kernel would.
 *
 * SPDX-License-Identifier: MIT
 */
#include "amdxdna.h"
#include "device/npu/npu-power.h"
#include "device/npu/npu-telemetry.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define NODE     "/dev/accel/accel0"
#define DEVICE   "sys/devices/pci0000:00/0000:00:08.2/0000:c5:00.1"
#define COLUMNS  4
#define LONG_RUN 500000 /* us */

typedef struct
{
  ScribeNpuMeter *meter;
  ScribeNpuTelemetry told;
} Fixture;

static char *tree, *log_path;

static void
set_up (Fixture *f, gconstpointer data)
{
  f->meter = scribe_npu_meter_new ("");
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  scribe_npu_telemetry_clear (&f->told);
  scribe_npu_meter_free (f->meter);
}

static void
write_status (const char *status)
{
  g_autofree char *path = g_build_filename (tree, DEVICE, "power/runtime_status", NULL);

  g_assert_true (g_file_set_contents (path, status, -1, NULL));
}

/* How many calls of that name the driver has seen. */
static guint
count (const char *call)
{
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  guint n = 0;

  if (!g_file_get_contents (log_path, &text, NULL, NULL))
    return 0;
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i]; i++)
    n += g_str_has_prefix (lines[i], call) && lines[i][strlen (call)] == ' ';
  return n;
}

static int
use_npu (void)
{
  AmdxdnaQos qos = { .priority = 0x180 };
  AmdxdnaCreateContext what = { .qos = (guint64) (gsize) &qos, .n_tiles = COLUMNS * 4 };
  const int fd = open (NODE, O_RDWR | O_CLOEXEC);

  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpint (ioctl (fd, _IOWR ('d', AMDXDNA_NR_CREATE_CONTEXT, AmdxdnaCreateContext), &what), ==, 0);
  return fd;
}

static void
tells_contexts_and_time (Fixture *f, gconstpointer data)
{
  const gboolean is_old = g_strcmp0 (g_getenv ("TILESCRIBE_NPU_FAULT"), "old-driver") == 0;
  const ScribeNpuContext *context;
  const int fd = use_npu ();

  scribe_npu_meter_read (f->meter, &f->told);
  g_assert_cmpint (f->told.why[SCRIBE_NPU_CONTEXTS], ==, SCRIBE_NPU_KNOWN);
  g_assert_cmpuint (f->told.contexts->len, ==, 1);
  context = &g_array_index (f->told.contexts, ScribeNpuContext, 0);
  g_assert_cmpuint (context->n_columns, ==, COLUMNS);
  g_assert_cmpint (context->pid, ==, getpid ());
  g_assert_cmpuint (context->priority, ==, is_old ? 0 : 0x180);
  g_assert_cmpuint (f->told.queued, ==, 0);
  g_assert_cmpuint (f->told.h_mhz, ==, f->told.h_max_mhz);
  g_assert_cmpint (f->told.why[SCRIBE_NPU_WORK], ==, SCRIBE_NPU_KNOWN);
  close (fd);
}

static void
does_not_count_itself (Fixture *f, gconstpointer data)
{
  scribe_npu_meter_read (f->meter, &f->told);
  scribe_npu_meter_read (f->meter, &f->told);
  g_assert_cmpint (f->told.why[SCRIBE_NPU_WORK], ==, SCRIBE_NPU_NOT_IN_USE);
  g_assert_cmpuint (f->told.contexts->len, ==, 0);
}

static void
lets_an_idle_npu_fall_asleep (Fixture *f, gconstpointer data)
{
  guint n;

  scribe_npu_meter_read (f->meter, &f->told);
  scribe_npu_meter_read (f->meter, &f->told);
  n = count ("GET_INFO");
  for (guint i = 0; i < 20; i++)
    scribe_npu_meter_read (f->meter, &f->told);
  g_assert_cmpuint (count ("GET_INFO"), ==, n);
  g_assert_cmpint (f->told.why[SCRIBE_NPU_CLOCKS], ==, SCRIBE_NPU_KNOWN);
  g_assert_cmpuint (f->told.mp_npu_mhz, ==, 1267);
}

static void
does_not_rest_while_this_process_works (Fixture *f, gconstpointer data)
{
  const gboolean is_busy = g_strcmp0 (g_getenv ("TILESCRIBE_NPU_FAULT"), "busy") == 0;
  const int fd = use_npu ();
  double busy_seconds;
  guint n;

  scribe_npu_meter_read (f->meter, &f->told);
  scribe_npu_meter_read (f->meter, &f->told);
  for (guint i = 0; i < 5; i++)
    {
      n = count ("GET_INFO");
      busy_seconds = f->told.busy_seconds;
      scribe_npu_meter_read (f->meter, &f->told);
      g_assert_cmpint (count ("GET_INFO") > n, ==, is_busy);
      g_assert_cmpint (f->told.busy_seconds > busy_seconds, ==, is_busy);
    }
  close (fd);
}

static void
leaves_a_sleeping_npu_alone (Fixture *f, gconstpointer data)
{
  guint n_questions, n_arrays;

  scribe_npu_meter_read (f->meter, &f->told);
  n_questions = count ("GET_INFO");
  n_arrays = count ("GET_ARRAY");
  write_status ("suspended\n");
  scribe_npu_meter_read (f->meter, &f->told);
  g_assert_true (f->told.is_asleep);
  g_assert_cmpint (f->told.why[SCRIBE_NPU_POWER], ==, SCRIBE_NPU_ASLEEP);
  g_assert_cmpint (f->told.why[SCRIBE_NPU_TEMPERATURE], ==, SCRIBE_NPU_ASLEEP);
  g_assert_cmpfloat (f->told.watts, ==, 0);
  g_assert_cmpstr (f->told.firmware, ==, "1.0.20.434");
  g_assert_nonnull (f->told.driver);
  g_assert_cmpuint (count ("GET_INFO"), ==, n_questions);
  g_assert_cmpuint (count ("GET_ARRAY"), ==, n_arrays);

  write_status ("active\n");
  scribe_npu_meter_read (f->meter, &f->told);
  g_assert_false (f->told.is_asleep);
  g_assert_cmpint (f->told.why[SCRIBE_NPU_POWER], ==, SCRIBE_NPU_KNOWN);
  g_assert_cmpuint (count ("GET_INFO"), >, n_questions);
}

static void
sees_the_device_vanish (Fixture *f, gconstpointer data)
{
  g_autofree char *folder = g_build_filename (tree, DEVICE, "accel", NULL), *away = g_build_filename (tree, "away", NULL);

  scribe_npu_meter_read (f->meter, &f->told);
  g_assert_cmpstr (f->told.node, ==, NODE);
  g_assert_cmpint (g_rename (folder, away), ==, 0);
  scribe_npu_meter_read (f->meter, &f->told);
  g_assert_null (f->told.node);
  for (guint part = 0; part < SCRIBE_NPU_N_PARTS; part++)
    if (part != SCRIBE_NPU_XRT && part != SCRIBE_NPU_WORK)
      g_assert_cmpint (f->told.why[part], ==, SCRIBE_NPU_NO_DEVICE);
  g_assert_cmpint (g_rename (away, folder), ==, 0);
  scribe_npu_meter_read (f->meter, &f->told);
  g_assert_cmpint (f->told.why[SCRIBE_NPU_CLOCKS], ==, SCRIBE_NPU_KNOWN);
}

/* However short the run is, and only if the NPU works. */
static void
power_is_of_work_only (Fixture *f, gconstpointer data)
{
  const gboolean is_busy = g_strcmp0 (g_getenv ("TILESCRIBE_NPU_FAULT"), "busy") == 0;
  const int fd = use_npu ();

  for (gulong us = 0; us <= LONG_RUN; us += LONG_RUN)
    {
      ScribeNpuPower *power = scribe_npu_power_begin ("");
      double watts;

      g_usleep (us);
      watts = scribe_npu_power_end (power);
      if (is_busy)
        g_assert_cmpfloat_with_epsilon (watts, 0.087, 1e-9);
      else
        g_assert_cmpfloat (watts, <, 0);
    }
  close (fd);
}

static void
names_every_part_and_reason (Fixture *f, gconstpointer data)
{
  for (guint part = 0; part < SCRIBE_NPU_N_PARTS; part++)
    {
      g_assert_cmpstr (scribe_npu_part_name (part), !=, "");
      for (guint reason = SCRIBE_NPU_NO_DEVICE; reason <= SCRIBE_NPU_NOT_IN_USE; reason++)
        g_assert_nonnull (scribe_npu_reason_text (part, reason));
      g_assert_null (scribe_npu_reason_text (part, SCRIBE_NPU_KNOWN));
    }
}

int
main (int argc, char **argv)
{
  g_autofree char *command = NULL;
  int status;

  tree = g_dir_make_tmp ("tilescribe-telemetry-XXXXXX", NULL);
  log_path = g_build_filename (tree, "log", NULL);
  g_setenv ("TILESCRIBE_NPU_TREE", tree, TRUE);
  g_setenv ("TILESCRIBE_NPU_LOG", log_path, TRUE);
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function) g_test_add ("/telemetry/" name, Fixture, NULL, set_up, function, tear_down)
  ADD ("tells contexts and time", tells_contexts_and_time);
  ADD ("does not count itself", does_not_count_itself);
  ADD ("lets an idle NPU fall asleep", lets_an_idle_npu_fall_asleep);
  ADD ("does not rest while this process works", does_not_rest_while_this_process_works);
  ADD ("leaves a sleeping NPU alone", leaves_a_sleeping_npu_alone);
  ADD ("sees the device vanish", sees_the_device_vanish);
  ADD ("power is of work only", power_is_of_work_only);
  ADD ("names every part and reason", names_every_part_and_reason);
  status = g_test_run ();
  command = g_strdup_printf ("rm -rf '%s'", tree);
  g_spawn_command_line_sync (command, NULL, NULL, NULL, NULL);
  return status;
}
