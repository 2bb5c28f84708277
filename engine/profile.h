/* profile.h - where the time of a device goes, in one format for every device
 *
 * One row per op of a graph, added up over the runs of that graph. A device that has no notion of a column leaves it zero:
 * the CPU devices know kernel time only. Bench, dashboard and store read nothing else.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  const char *op;   /* "encoder.3.mlp.0"; lives as long as the engine */
  const char *kind; /* "linear" */
  guint64 runs;
  double kernel, transfer, host, overhead; /* seconds */
  double flops;                            /* floating-point operations done, 2 for a multiply-add */
  double bytes;                            /* of weights and caches read */
} ScribeProfileRow;

typedef struct
{
  const char *device;
  GArray *rows; /* of ScribeProfileRow, in the order of the graph: mel, encoder, decoder */
} ScribeProfile;

ScribeProfile *scribe_profile_new (const char *device);
void scribe_profile_free (ScribeProfile *profile);
void scribe_profile_reset (ScribeProfile *profile);

/* Seconds in kernel, transfer, host and overhead of all ops whose name starts with prefix ("mel.", "encoder.", "" for all). */
double scribe_profile_seconds (const ScribeProfile *profile, const char *prefix);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ScribeProfile, scribe_profile_free)

G_END_DECLS
