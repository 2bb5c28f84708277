/* lock.c - counting locks, and who waits for them
 *
 * SPDX-License-Identifier: MIT
 */
#include "emulator/array.h"

guint
npu_lock_index (const NpuLock *lock)
{
  return lock - lock->tile->locks;
}

gboolean
npu_lock_take (NpuLock *lock, gint32 value)
{
  if (value >= 0)
    return lock->value == value;
  if (lock->value < -value)
    return FALSE;
  lock->value += value;
  return TRUE;
}

void
npu_lock_wait (NpuLock *lock, NpuWait *wait)
{
  NpuWait **end = &lock->waits;

  while (*end != NULL)
    end = &(*end)->next;
  wait->next = NULL;
  wait->since = lock->tile->e->now;
  *end = wait;
}

void
npu_lock_forget (NpuLock *lock, NpuWait *wait)
{
  for (NpuWait **at = &lock->waits; *at != NULL; at = &(*at)->next)
    {
      if (*at == wait)
        {
          *at = wait->next;
          return;
        }
    }
}

static void
wake (NpuEmulator *e, NpuLock *lock)
{
  NpuWait **at = &lock->waits;

  while (*at != NULL)
    {
      NpuWait *wait = *at;

      if (!npu_lock_take (lock, wait->value))
        {
          at = &wait->next;
          continue;
        }
      *at = wait->next;
      if (wait->channel != NULL)
        npu_channel_granted (e, wait->channel);
      else
        npu_core_granted (e, wait->core);
    }
}

void
npu_lock_give (NpuEmulator *e, NpuLock *lock, gint32 value)
{
  const NpuTile *tile = lock->tile;

  if (lock->value + value < 0 || lock->value + value > NPU_MAX_LOCK)
    {
      npu_fail (e, NPU_ERROR_LOCK, "Lock %u of tile (%u, %u) holds %d and is given %d: a lock counts from 0 to 63.",
                npu_lock_index (lock), tile->column, tile->row, lock->value, value);
      return;
    }
  lock->value += value;
  wake (e, lock);
}

void
npu_lock_set (NpuEmulator *e, NpuLock *lock, gint32 value)
{
  lock->value = value;
  wake (e, lock);
}
