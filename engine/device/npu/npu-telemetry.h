/* npu-telemetry.h - what the NPU is doing, as the kernel tells it
 *
 *   sysfs    is it there, is it asleep, what is it called, its firmware           asked always: wakes nothing
 *   fdinfo   how long the array worked for this process                           the same
 *   hwmon    power and temperature, where the driver has no sensors               only while it is awake
 *   driver   clocks, sensors, contexts, through its ioctls                        only while it is awake
 *
 * No XRT is needed. A question to the driver wakes a sleeping NPU and keeps a waking one from falling asleep, so a meter that is read again and again lets go:
 * when nothing was submitted since the last reading it leaves the driver alone for longer than the kernel takes to put the NPU to sleep, unless this process's own
 * work goes on. Until then a reading repeats the last values.
 *
 * What is not known is named: each part of a reading has a reason. Not every kernel tells everything, and not everybody is told.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define SCRIBE_NPU_MAX_COLUMNS 32 /* that a reading has room for; XDNA2 has 8 */

/* Parts of a reading that come, or are missing, together */
typedef enum
{
  SCRIBE_NPU_DRIVER,      /* driver */
  SCRIBE_NPU_FIRMWARE,    /* firmware */
  SCRIBE_NPU_XRT,         /* xrt */
  SCRIBE_NPU_SHAPE,       /* n_columns, n_rows */
  SCRIBE_NPU_POWER,       /* watts */
  SCRIBE_NPU_TEMPERATURE, /* celsius */
  SCRIBE_NPU_COLUMNS,     /* column_use */
  SCRIBE_NPU_CLOCKS,      /* mp_npu_mhz, h_mhz */
  SCRIBE_NPU_LIMITS,      /* h_max_mhz, tops, max_tops, max_contexts */
  SCRIBE_NPU_POWER_MODE,  /* power_mode */
  SCRIBE_NPU_CONTEXTS,    /* contexts, queued */
  SCRIBE_NPU_WORK,        /* busy_seconds */
  SCRIBE_NPU_N_PARTS
} ScribeNpuPart;

typedef enum
{
  SCRIBE_NPU_KNOWN,
  SCRIBE_NPU_NO_DEVICE,   /* there is no NPU, or it has no driver */
  SCRIBE_NPU_ASLEEP,      /* asking would wake it */
  SCRIBE_NPU_FORBIDDEN,   /* this user may not ask */
  SCRIBE_NPU_UNSUPPORTED, /* this kernel's driver does not tell it */
  SCRIBE_NPU_NONSENSE,    /* it was told, and cannot be true */
  SCRIBE_NPU_FAILED,      /* the driver answered with an error */
  SCRIBE_NPU_NOT_IN_USE   /* this process has not opened the NPU; XRT: is not installed */
} ScribeNpuReason;

/* What somebody runs on the NPU: at most 16, in turns on the same columns */
typedef struct
{
  gint64 pid; /* 0: not told */
  guint id, first_column, n_columns;
  guint64 submissions, completions, preemptions, errors; /* since it was made */
  guint64 priority;                                      /* 0: not told */
  gboolean is_active;                                    /* a command is in work */
} ScribeNpuContext;

typedef struct
{
  ScribeNpuReason why[SCRIBE_NPU_N_PARTS]; /* SCRIBE_NPU_KNOWN: the part's fields say something; else they are 0 or NULL */
  gboolean is_asleep;
  gint64 time; /* g_get_monotonic_time() when the driver was asked */

  char *node;     /* "/dev/accel/accel0"; NULL: no driver */
  char *board;    /* "RyzenAI-npu4"; NULL: not told */
  char *kernel;   /* "6.14.2-amd64" */
  char *driver;   /* "amdxdna 0.6", of its interface; the kernel's version is the driver's */
  char *firmware; /* "1.0.20.434" */
  char *xrt;      /* "2.25.0" */

  guint n_columns, n_rows;
  double watts; /* of the whole NPU */
  double celsius;
  double column_use[SCRIBE_NPU_MAX_COLUMNS]; /* 0 to 1, of n_column_uses columns */
  guint n_column_uses;
  guint mp_npu_mhz, h_mhz; /* of the controller, of the array */
  guint h_max_mhz, max_contexts;
  double tops, max_tops;
  guint power_mode;    /* 0 default, 1 low, 2 medium, 3 high, 4 turbo */
  GArray *contexts;    /* of ScribeNpuContext: this user's, or everybody's for root */
  guint64 queued;      /* commands that were submitted and have not ended, of all contexts: the depth of the queue */
  double busy_seconds; /* that the array has worked for this process */
} ScribeNpuTelemetry;

/* Asks one NPU. Of one thread at a time. */
typedef struct ScribeNpuMeter ScribeNpuMeter;

/* The first NPU below root, which is "" for this machine. Never NULL: without an NPU, a reading's parts are SCRIBE_NPU_NO_DEVICE. */
ScribeNpuMeter *scribe_npu_meter_new (const char *root);
void scribe_npu_meter_free (ScribeNpuMeter *meter);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ScribeNpuMeter, scribe_npu_meter_free)

/* Fills "telemetry", which is the caller's: zero, or read before. Takes less than a millisecond, as it never waits for the NPU to wake. */
void scribe_npu_meter_read (ScribeNpuMeter *meter, ScribeNpuTelemetry *telemetry);

void scribe_npu_telemetry_clear (ScribeNpuTelemetry *telemetry);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ScribeNpuTelemetry, scribe_npu_telemetry_clear)

/* Whether the NPU has worked for this process since it had worked for "busy_seconds" of it, which become those of this reading; NaN: cannot be said, and is FALSE.
 * Where the kernel does not count them: whether commands wait. */
gboolean scribe_npu_has_worked (const ScribeNpuTelemetry *telemetry, double *busy_seconds);

/* For a person: "power", "column use". */
const char *scribe_npu_part_name (ScribeNpuPart part);

/* For a person, why that is not known: "the NPU sleeps". NULL for what is known. */
const char *scribe_npu_reason_text (ScribeNpuPart part, ScribeNpuReason reason);

G_END_DECLS
