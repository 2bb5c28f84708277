/* test-npu-core.c - what surrounds the program on the device
 *
 * kernels/mlir/core.c, compiled for this machine as the core of tile (3, 4), over intrinsics that the test plays.
 *
 * SPDX-License-Identifier: MIT
 */
#include <glib.h>

#include "mock-peano.h"
#include "tile/core.h"
#include "tile/layout.h"

int main_of_core (void);
void tile_program (TileCore *core);

static GString *calls;

void
acquire_greater_equal (unsigned id, unsigned value)
{
  g_string_append_printf (calls, "take %u of %u, ", value, id);
}

void
release (unsigned id, int value)
{
  g_string_append_printf (calls, "give %d to %u, ", value, id);
}

void
set_rnd (unsigned mode)
{
  g_string_append_printf (calls, "rounding %u, ", mode);
}

void
set_sat (void)
{
  g_string_append (calls, "saturation, ");
}

void
tile_program (TileCore *core)
{
  g_assert_true (core->memory == GSIZE_TO_POINTER (0x70000));
  g_assert_cmpuint (core->column, ==, 3);
  g_assert_cmpuint (core->row, ==, 4);
  g_assert_nonnull (core->clock);
  g_string_append (calls, "program, ");
  tile_acquire (core, TILE_LOCK_B_FULL, 1);
  tile_release (core, TILE_LOCK_B_FREE, 1);
}

/* Modes first; the core's own locks are the last sixteen of those it sees. */
static void
test_core (void)
{
  calls = g_string_new (NULL);
  main_of_core ();
  g_assert_cmpstr (calls->str, ==, "rounding 12, saturation, program, take 1 of 51, give 1 to 50, ");
  g_string_free (calls, TRUE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/npu/core", test_core);
  return g_test_run ();
}
