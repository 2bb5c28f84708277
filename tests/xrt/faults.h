/* faults.h - what goes wrong today: named in TILESCRIBE_NPU_FAULT, "timeout@3,sensors"
 *
 * Behind @ stands the command, counted from 1, at which it happens; without, at the first.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <glib.h>

typedef enum
{
  FAULT_NO_DEVICE,   /* no such thing on the bus */
  FAULT_XDNA1,       /* the device is one of the first generation */
  FAULT_NO_DRIVER,   /* the bus has the device, and the driver is not loaded */
  FAULT_PROTOCOL,    /* the driver is loaded and did not take the device, whose firmware speaks another protocol */
  FAULT_NO_FIRMWARE, /* the driver is loaded and did not take the device, as it found no firmware for it */
  FAULT_TAKEN,       /* another driver has the device */
  FAULT_NO_NODE,     /* the device has a node, and this program does not see it, as in a container */
  FAULT_PERMISSION,  /* the node is not for this user */
  FAULT_MEMLOCK,     /* memory may be locked as far as the process's limit says, or 8 MiB */
  FAULT_NO_ROOM,     /* there is no memory for a buffer */
  FAULT_NO_BUFFERS,  /* no buffer is made, for a reason that nobody expects */
  FAULT_CONTEXTS,    /* all contexts are taken */
  FAULT_FIRMWARE,    /* too old for instruction streams: each command is aborted */
  FAULT_PARTITION,   /* does not take what the container holds for the array */
  FAULT_TIMEOUT,     /* the array hangs in a command: the driver ends it after two seconds */
  FAULT_STUCK,       /* it hangs, and the driver does not look */
  FAULT_ABORT,       /* a command is aborted */
  FAULT_ERROR,       /* a command ends with an error */
  FAULT_WRONG,       /* a command ends well, and what it computed is wrong */
  FAULT_ROUNDING,    /* the same, by no more than the last bits of what it computed, as of an array that rounds otherwise */
  FAULT_GONE_BEFORE, /* the device vanishes when a context is to be made */
  FAULT_GONE,        /* the device vanishes in the middle of a command */
  FAULT_GONE_AFTER,  /* it vanishes when a command has ended well */
  FAULT_MUTE,        /* what telemetry asks ends with an error */
  FAULT_SENSORS,     /* sensors answer nonsense */
  FAULT_NO_SENSORS,  /* sensors are not known yet, as before Linux 7.0 */
  FAULT_OLD_DRIVER,  /* of 2025: no sensors, no arrays, nothing to wait on but the call for it */
  FAULT_NEW_DRIVER,  /* of a year to come: larger answers, and kinds that nobody knows */
  FAULT_INSTANT,     /* no fault: commands end at once, and nothing was done */
  FAULT_BUSY,        /* no fault: whenever it is asked, the array has worked a millisecond more for this process */
  FAULT_ASLEEP,      /* no fault: nobody has used the NPU for a while */
  FAULT_INCOHERENT,  /* no fault: what is not synchronised, the other side does not see */
  N_FAULTS
} Fault;

gboolean fault_is_set (Fault fault);

/* Whether this command, counted from 1, is the one. */
gboolean fault_is_due (Fault fault, guint64 command);
