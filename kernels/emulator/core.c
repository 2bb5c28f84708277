/* core.c - cores: C programs as coroutines
 *
 * A core touches only what its locks make its own, so its program may run ahead: from the moment it is let on until it asks for the
 * next lock it runs at once, and what it gives on the way is planned for the cycles its clock says. Whether it gets a lock is found
 * out at the cycle at which it asks, after all that happened before.
 *
 * SPDX-License-Identifier: MIT
 */
#include "emulator/array.h"
#include "tile/programs.h"

#include <stdlib.h>
#include <sys/mman.h>

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif

#define STACK   (256 * 1024)
#define GUARD   4096 /* below the stack, so that a program that needs more of it faults */
#define ENABLED 1u
#define RESET   2u

static void
enter (NpuCore *core)
{
#ifdef __SANITIZE_ADDRESS__
  __sanitizer_start_switch_fiber (&core->back_fake_stack, (guint8 *) core->stack + GUARD, STACK);
#endif
  swapcontext (&core->back, &core->context); // cppcheck-suppress swapcontextCalled
#ifdef __SANITIZE_ADDRESS__
  __sanitizer_finish_switch_fiber (core->back_fake_stack, NULL, NULL);
#endif
}

/* is_last: the program has returned, and its stack holds nothing any more. */
static void
leave (NpuCore *core, G_GNUC_UNUSED gboolean is_last)
{
#ifdef __SANITIZE_ADDRESS__
  __sanitizer_start_switch_fiber (is_last ? NULL : &core->fake_stack, core->back_stack, core->back_stack_size);
#endif
  swapcontext (&core->context, &core->back); // cppcheck-suppress swapcontextCalled
#ifdef __SANITIZE_ADDRESS__
  __sanitizer_finish_switch_fiber (core->fake_stack, &core->back_stack, &core->back_stack_size);
#endif
}

static void
main_of_core (guint high, guint low)
{
  NpuCore *core = (NpuCore *) ((guintptr) high << 32 | low);

#ifdef __SANITIZE_ADDRESS__
  __sanitizer_finish_switch_fiber (NULL, &core->back_stack, &core->back_stack_size);
#endif
  core->program (&core->core);
  core->state = NPU_CORE_DONE;
  leave (core, TRUE);
}

/* At `time` the core goes on, until it asks for a lock or returns. */
static void
go_on (NpuCore *core, guint64 time)
{
  core->state = NPU_CORE_RUNS;
  core->resumed = time;
  core->resumed_clock = tile_clock_cycles (&core->clock);
  enter (core);
}

static void
begin (NpuEmulator *e, NpuCore *core)
{
  const guintptr address = (guintptr) core;

  if (core->program == NULL)
    {
      npu_fail (e, NPU_ERROR_CORE, "The core of tile (%u, %u) is enabled, but has no program.", core->tile->column,
                core->tile->row);
      return;
    }
  if (core->stack == NULL)
    {
      core->stack = aligned_alloc (GUARD, GUARD + STACK);
      g_assert (core->stack != NULL && mprotect (core->stack, GUARD, PROT_NONE) == 0);
    }
#ifdef __SANITIZE_ADDRESS__
  /* a program that was reset on its way has left its frames there */
  __asan_unpoison_memory_region ((guint8 *) core->stack + GUARD, STACK);
#endif
  getcontext (&core->context); // cppcheck-suppress getcontextCalled
  core->context.uc_stack.ss_sp = (guint8 *) core->stack + GUARD;
  core->context.uc_stack.ss_size = STACK;
  core->context.uc_link = NULL;
  makecontext (&core->context, (void (*) (void)) main_of_core, 2, (guint) (address >> 32), (guint) address);
  go_on (core, e->now);
}

void
npu_core_control (NpuEmulator *e, NpuCore *core, guint32 value)
{
  const NpuTile *tile = core->tile;

  if ((value & ~(ENABLED | RESET)) != 0)
    {
      npu_fail (e, NPU_ERROR_REGISTER, "The core of tile (%u, %u) is set to 0x%X: it can be enabled and reset.", tile->column,
                tile->row, value);
      return;
    }
  if ((value & RESET) != 0 && core->state != NPU_CORE_OFF)
    {
      if (core->state == NPU_CORE_WAITS)
        npu_lock_forget (&core->tile->locks[core->lock], &core->wait);
      core->state = NPU_CORE_OFF;
      core->epoch++;
    }
  if ((value & ENABLED) == 0 && core->state != NPU_CORE_OFF && core->state != NPU_CORE_DONE)
    npu_fail (e, NPU_ERROR_CORE, "The core of tile (%u, %u) is stopped on its way, which is not emulated: reset it.",
              tile->column, tile->row);
  core->control = value;
  if (value == ENABLED && core->state == NPU_CORE_OFF)
    {
      core->state = NPU_CORE_RUNS;
      core->resumed = 0;
      npu_at (e, e->now, NPU_EVENT_CORE, core, core->epoch);
    }
}

void
npu_core_event (NpuEmulator *e, NpuCore *core)
{
  NpuLock *lock = &core->tile->locks[core->lock];

  if (core->state == NPU_CORE_RUNS && core->resumed == 0)
    begin (e, core);
  else if (core->state == NPU_CORE_RUNS)
    go_on (core, e->now);
  else if (npu_lock_take (lock, core->wait.value))
    go_on (core, e->now + e->costs->lock);
  else
    {
      core->state = NPU_CORE_WAITS;
      npu_lock_wait (lock, &core->wait);
    }
}

void
npu_core_granted (NpuEmulator *e, NpuCore *core)
{
  core->stalled[core->lock] += e->now - core->wait.since;
  core->state = NPU_CORE_RUNS;
  npu_at (e, e->now + e->costs->lock, NPU_EVENT_CORE, core, core->epoch);
}

void
npu_core_reset (NpuCore *core)
{
  core->control = 0;
  core->state = NPU_CORE_OFF;
  core->epoch++;
}

void
npu_core_free (NpuCore *core)
{
  if (core->stack != NULL)
    g_assert (mprotect (core->stack, GUARD, PROT_READ | PROT_WRITE) == 0);
  free (core->stack);
  g_free (core);
}

/* What a program calls */

static guint64
time_of (const NpuCore *core)
{
  return core->resumed + (tile_clock_cycles (&core->clock) - core->resumed_clock);
}

/* It broke the rules, and never goes on. */
static void
stop (NpuCore *core)
{
  core->state = NPU_CORE_WAITS;
  core->wait.value = -1;
  core->lock = 0;
  for (;;)
    leave (core, FALSE);
}

static gboolean
may_use (NpuCore *core, guint32 lock, gint32 value)
{
  const NpuTile *tile = core->tile;

  if (lock < tile->layout->n_locks && value >= 0 && value <= NPU_MAX_LOCK)
    return TRUE;
  npu_fail (tile->e, NPU_ERROR_CORE,
            "The core of tile (%u, %u) asks for %d of its lock %u; it has locks 0 to 15, which count to 63.", tile->column,
            tile->row, value, lock);
  stop (core);
  return FALSE;
}

void
tile_acquire (TileCore *tile_core, uint32_t lock, int32_t value)
{
  NpuCore *core = tile_core->host;

  if (!may_use (core, lock, value) || value == 0)
    return;
  core->state = NPU_CORE_ASKS;
  core->lock = lock;
  core->wait.core = core;
  core->wait.value = -value;
  npu_at (core->tile->e, time_of (core), NPU_EVENT_CORE, core, core->epoch);
  leave (core, FALSE);
}

void
tile_release (TileCore *tile_core, uint32_t lock, int32_t value)
{
  NpuCore *core = tile_core->host;

  if (may_use (core, lock, value))
    npu_at (core->tile->e, time_of (core), NPU_EVENT_GIFT, &core->tile->locks[lock], value);
}

void
tile_refuse (TileCore *tile_core, uint32_t op)
{
  NpuCore *core = tile_core->host;
  const NpuTile *tile = core->tile;

  npu_fail (tile->e, NPU_ERROR_CORE,
            "The core of tile (%u, %u) is told to do op %u, which its program, “%s”, does not have: the stream is for another.",
            tile->column, tile->row, op, tile_program_name (tile_core->program));
  stop (core);
}
