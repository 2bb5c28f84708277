/* faults.c - reads what goes wrong today
 *
 * SPDX-License-Identifier: MIT
 */
#include "faults.h"

#include <string.h>

static const char *const names[N_FAULTS] = {
  [FAULT_NO_DEVICE] = "no-device",
  [FAULT_XDNA1] = "xdna1",
  [FAULT_NO_DRIVER] = "no-driver",
  [FAULT_PROTOCOL] = "protocol",
  [FAULT_NO_FIRMWARE] = "no-firmware",
  [FAULT_NO_NODE] = "no-node",
  [FAULT_PERMISSION] = "permission",
  [FAULT_MEMLOCK] = "memlock",
  [FAULT_NO_ROOM] = "no-room",
  [FAULT_NO_BUFFERS] = "no-buffers",
  [FAULT_CONTEXTS] = "contexts",
  [FAULT_FIRMWARE] = "firmware",
  [FAULT_PARTITION] = "partition",
  [FAULT_TIMEOUT] = "timeout",
  [FAULT_STUCK] = "stuck",
  [FAULT_ABORT] = "abort",
  [FAULT_ERROR] = "error",
  [FAULT_GONE_BEFORE] = "gone-before",
  [FAULT_GONE] = "gone",
  [FAULT_GONE_AFTER] = "gone-after",
  [FAULT_MUTE] = "mute",
  [FAULT_SENSORS] = "sensors",
  [FAULT_NO_SENSORS] = "no-sensors",
  [FAULT_OLD_DRIVER] = "old-driver",
  [FAULT_NEW_DRIVER] = "new-driver",
  [FAULT_ASLEEP] = "asleep",
  [FAULT_INSTANT] = "instant",
  [FAULT_INCOHERENT] = "incoherent",
  [FAULT_TAKEN] = "taken",
  [FAULT_WRONG] = "wrong",
  [FAULT_ROUNDING] = "rounding",
  [FAULT_BUSY] = "busy",
};

static guint64 at[N_FAULTS]; /* 0: not today */

static void
read_fault (const char *word)
{
  const gsize length = strcspn (word, "@");

  for (guint i = 0; i < N_FAULTS; i++)
    if (strlen (names[i]) == length && strncmp (names[i], word, length) == 0)
      {
        at[i] = word[length] == '@' ? g_ascii_strtoull (word + length + 1, NULL, 10) : 1;
        return;
      }
  g_error ("The NPU's stand-in knows no fault “%s”", word);
}

static void
read_faults (void)
{
  static gsize is_read;

  if (g_once_init_enter (&is_read))
    {
      g_auto (GStrv) words = g_strsplit (g_getenv ("TILESCRIBE_NPU_FAULT") ? g_getenv ("TILESCRIBE_NPU_FAULT") : "", ",", -1);

      for (char **word = words; *word; word++)
        if (**word)
          read_fault (*word);
      g_once_init_leave (&is_read, 1);
    }
}

gboolean
fault_is_set (Fault fault)
{
  read_faults ();
  return at[fault] != 0;
}

gboolean
fault_is_due (Fault fault, guint64 command)
{
  return fault_is_set (fault) && at[fault] == command;
}
