/* test-npu-presence.c - finding an NPU in folders made like the kernel's
 *
 * SPDX-License-Identifier: MIT
 */
#include "device/npu/npu-presence.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <unistd.h>

#define ADDRESS "0000:c5:00.1"

typedef struct
{
  char *root;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  f->root = g_dir_make_tmp ("tilescribe-npu-XXXXXX", NULL);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_autofree char *command = g_strdup_printf ("rm -rf '%s'", f->root);

  g_assert_true (g_spawn_command_line_sync (command, NULL, NULL, NULL, NULL));
  g_free (f->root);
}

static void
write_file (Fixture *f, const char *path, const char *text)
{
  g_autofree char *file = g_build_filename (f->root, path, NULL), *folder = g_path_get_dirname (file);

  g_assert_cmpint (g_mkdir_with_parents (folder, 0755), ==, 0);
  g_assert_true (g_file_set_contents (file, text, -1, NULL));
}

static void
add_device (Fixture *f, const char *vendor, const char *device)
{
  write_file (f, "sys/bus/pci/devices/" ADDRESS "/vendor", vendor);
  write_file (f, "sys/bus/pci/devices/" ADDRESS "/device", device);
}

static void
add_driver (Fixture *f)
{
  g_autofree char *link = g_build_filename (f->root, "sys/bus/pci/devices/" ADDRESS "/driver", NULL);

  g_assert_cmpint (symlink ("../../../bus/pci/drivers/amdxdna", link), ==, 0);
}

static void
assert_none (Fixture *f)
{
  g_auto (ScribeNpuPresence) npu = { 0 };

  scribe_npu_presence_init (&npu, f->root);
  g_assert_false (npu.is_there);
  g_assert_null (npu.name);
}

static void
finds_none_on_an_empty_machine (Fixture *f, gconstpointer data)
{
  assert_none (f);
}

static void
passes_over_other_devices (Fixture *f, gconstpointer data)
{
  add_device (f, "0x8086\n", "0x17f0\n");
  assert_none (f);
  add_device (f, "0x1022\n", "0x14e8\n");
  assert_none (f);
}

static void
passes_over_generations_it_does_not_know (Fixture *f, gconstpointer data)
{
  static const char *const devices[] = { "0x17f1\n", "0x17f2\n", "0x17f3\n", "0x1b0a\n", "0x1b0b\n", "0x1b0c\n" };
  for (gsize i = 0; i < G_N_ELEMENTS (devices); i++)
    {
      add_device (f, "0x1022\n", devices[i]);
      assert_none (f);
    }
}

static void
finds_one_without_driver (Fixture *f, gconstpointer data)
{
  g_auto (ScribeNpuPresence) npu = { 0 };

  add_device (f, "0x1022\n", "0x17f0\n");
  scribe_npu_presence_init (&npu, f->root);
  g_assert_true (npu.is_there);
  g_assert_cmpstr (npu.name, ==, "AMD XDNA 2 NPU");
  g_assert_cmpstr (npu.address, ==, ADDRESS);
  g_assert_null (npu.driver);
  g_assert_null (npu.node);
}

static void
finds_driver_and_node (Fixture *f, gconstpointer data)
{
  g_auto (ScribeNpuPresence) npu = { 0 };

  add_device (f, "0x1022\n", "0x17f0\n");
  add_driver (f);
  write_file (f, "sys/bus/pci/devices/" ADDRESS "/accel/accel3/dev", "261:3\n");
  write_file (f, "dev/accel/accel3", "");
  scribe_npu_presence_init (&npu, f->root);
  g_assert_cmpstr (npu.driver, ==, "amdxdna");
  g_assert_cmpstr (npu.node, ==, "/dev/accel/accel3");
  g_assert_cmpint (npu.open_error, ==, 0);
}

static void
names_one_with_another_array (Fixture *f, gconstpointer data)
{
  g_auto (ScribeNpuPresence) npu = { 0 };

  add_device (f, "0x1022\n", "0x1502\n");
  scribe_npu_presence_init (&npu, f->root);
  g_assert_false (npu.is_there);
  g_assert_cmpstr (npu.name, ==, "AMD XDNA NPU");
}

static void
tells_a_node_that_may_not_be_opened (Fixture *f, gconstpointer data)
{
  g_auto (ScribeNpuPresence) npu = { 0 };
  g_autofree char *node = g_build_filename (f->root, "dev/accel/accel0", NULL);

  if (geteuid () == 0)
    {
      g_test_skip ("root may open everything");
      return;
    }
  add_device (f, "0x1022\n", "0x17f0\n");
  add_driver (f);
  write_file (f, "sys/bus/pci/devices/" ADDRESS "/accel/accel0/dev", "261:0\n");
  write_file (f, "dev/accel/accel0", "");
  g_assert_cmpint (g_chmod (node, 0), ==, 0);
  scribe_npu_presence_init (&npu, f->root);
  g_assert_cmpint (npu.open_error, ==, EACCES);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function) g_test_add ("/npu-presence/" name, Fixture, NULL, set_up, function, tear_down)
  ADD ("finds none on an empty machine", finds_none_on_an_empty_machine);
  ADD ("passes over other devices", passes_over_other_devices);
  ADD ("passes over generations it does not know", passes_over_generations_it_does_not_know);
  ADD ("finds one without driver", finds_one_without_driver);
  ADD ("finds driver and node", finds_driver_and_node);
  ADD ("names one with another array", names_one_with_another_array);
  ADD ("tells a node that may not be opened", tells_a_node_that_may_not_be_opened);
  return g_test_run ();
}
