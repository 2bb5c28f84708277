/* profile.h - where the time of a device goes, in one format for every device
 *
 * One row per op of a graph, added up over the runs of that graph. A device that has no notion of a column leaves it zero:
 * the CPU devices know kernel time only. Bench, dashboard and store read nothing else.
 *
 * On an emulated NPU kernel, transfer and overhead are modelled, host and quantise are measured (the thread's processor time on this
 * machine). From one op's end to the next one's is divided into:
 *   kernel     cycles that a core computed, on average of the cores that worked
 *   overhead   the firmware reading the stream's words, as far as no core computed meanwhile (at most: transfers may hide it, too);
 *              and the op's share of the run's dispatch
 *   transfer   the rest: cores wait for objects, for each other, or for what the shims do before and after
 *   host       making control objects and the stream; after the last op, reading the answers
 *   quantise   turning samples into what the array takes; on the array, results are rounded where they are made: that is kernel
 * Each graph has one more row, of kind "programs": how often the cores' program was changed, and, as overhead, what that took.
 *
 * On a real NPU all of it is measured, and array and firmware tell nothing of single ops: the row more is of kind "submission":
 *   kernel     from when the run was handed to the driver until its end was seen, everything that the array does included
 *   overhead   handing it over
 *   transfer   showing the array what the host has written
 * It has the graph's operations and bytes as well. Rows of ops have what the host did for them, and how often.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define SCRIBE_MAX_COLUMNS 8

typedef enum
{
  SCRIBE_ARRAY_NONE,     /* the device is no array */
  SCRIBE_ARRAY_MEASURED, /* a real NPU */
  SCRIBE_ARRAY_MODELLED  /* an emulated one, which keeps a clock of its own */
} ScribeArrayKind;

/* Seconds that each column computed, on average of its cores. n = 0: not known. */
typedef struct
{
  guint n;
  double seconds[SCRIBE_MAX_COLUMNS];
} ScribeColumns;

/* What runs on an array took, in seconds; negative: not known. All but "host" is modelled where is_modelled says so, and host is never part
 * of the rest: on an emulated array the two go by different clocks. */
typedef struct
{
  gboolean is_modelled;
  double submit;   /* handing the run over: the columns "overhead" of a profile */
  double kernel;   /* computing */
  double transfer; /* waiting for data */
  double host;     /* what the host did for the array: "host" and "quantise" */
  ScribeColumns columns;
} ScribeArrayTimes;

typedef struct
{
  const char *op;   /* "encoder.3.mlp.0"; lives as long as the engine */
  const char *kind; /* "linear" */
  guint64 runs;
  double kernel, transfer, host, overhead, quantise; /* seconds */
  guint n_tiles; /* NPU: cores that worked; one that did less than 1 % of the busiest does not count */
  double flops;  /* floating-point operations done, 2 for a multiply-add */
  double bytes;  /* of weights and caches read */
} ScribeProfileRow;

typedef struct
{
  const char *device;
  ScribeArrayKind array;
  GArray *rows;          /* of ScribeProfileRow, in the order of the graph: mel, encoder, decoder */
  ScribeColumns columns; /* of the array, over all runs */
} ScribeProfile;

ScribeProfile *scribe_profile_new (const char *device, ScribeArrayKind array);
void scribe_profile_free (ScribeProfile *profile);
void scribe_profile_reset (ScribeProfile *profile);

/* Seconds, of all columns, of all ops whose name starts with prefix ("mel.", "encoder.", "" for all). */
double scribe_profile_seconds (const ScribeProfile *profile, const char *prefix);

/* The times of the array, of all ops; unknown where the device is none. */
void scribe_profile_get_array_times (const ScribeProfile *profile, ScribeArrayTimes *times);

/* Adds what has come since "before" to times, which may be unknown until then. Both are of one profile. */
void scribe_array_times_add (ScribeArrayTimes *times, const ScribeArrayTimes *before, const ScribeArrayTimes *now);

/* Nothing is known. */
void scribe_array_times_init (ScribeArrayTimes *times);

/* Seconds that the array was busy with it all; negative: not known. */
double scribe_array_times_all (const ScribeArrayTimes *times);

/* Share of the array's time, 0 to 1, that this column computed; NaN where it is not known. */
double scribe_array_times_column (const ScribeArrayTimes *times, guint column);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ScribeProfile, scribe_profile_free)

G_END_DECLS
