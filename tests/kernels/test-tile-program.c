/* test-tile-program.c - a core's program as it is compiled for the device: it has its own ops, and nothing of others'
 *
 * Built once for each program, with the loop compiled for it. OPS are those that it is to have: of no other is there a function, so that what refers to one
 * is not linked.
 *
 * SPDX-License-Identifier: MIT
 */
#include "tile/program.h"

#include <glib.h>
#include <setjmp.h>
#include <string.h>

#define N_OPS 40 /* that are tried, and more than there are */

static guint8 memory[TILE_MEMORY_BYTES] __attribute__ ((aligned (64)));
static guint32 next_op;
static guint n_held; /* objects of B that were taken and not dropped */
static GString *done;
static jmp_buf end;

/* Object after object there is another op on B, until all were there. */
void
tile_acquire (TileCore *core, uint32_t lock, int32_t value)
{
  const TileControl control = { .op = next_op };

  g_assert_cmpuint (lock, ==, TILE_LOCK_B_FULL);
  g_assert_cmpuint (n_held, ==, 0);
  if (next_op == N_OPS)
    longjmp (end, 1);
  memcpy (memory + (next_op % 2 == 0 ? TILE_B_0 : TILE_B_1), &control, sizeof control);
  next_op++;
  n_held++;
}

void
tile_release (TileCore *core, uint32_t lock, int32_t value)
{
  g_assert_cmpuint (lock, ==, TILE_LOCK_B_FREE);
  n_held--;
}

#define X(name)                                                          \
  void tile_op_##name (TileProgram *program, const TileControl *control) \
  {                                                                      \
    g_string_append (done, #name " ");                                   \
    tile_drop (program, TILE_STREAM_B);                                  \
  }
OPS
#undef X
#define X(name) #name " "

    /* The others are dropped, and whatever is no op. */
    static void
    test_program (void)
{
  g_autoptr (GString) found = g_string_new (NULL);
  TileCore core = { .memory = memory, .row = 2 };

  done = found;
  next_op = n_held = 0;
  if (setjmp (end) == 0)
    tile_program (&core);
  g_assert_cmpstr (found->str, ==, OPS);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/tile/program", test_program);
  return g_test_run ();
}
