/* job.h - a recording in the queue
 *
 * Properties, notified in the thread that made the session: "state" (guint, a ScribeJobState), "done" and "total" (double,
 * seconds of recording; total negative while unknown), "seconds-left" (double, negative while unknown), "transcript" (gint64, 0 before it
 * began), "trouble" (string: why it failed).
 * Signal: "segment" (ScribeSegment *, valid during the call).
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "transcript.h"

#include <gio/gio.h>

G_BEGIN_DECLS

typedef enum
{
  SCRIBE_JOB_WAITING,
  SCRIBE_JOB_RUNNING,
  SCRIBE_JOB_DONE,
  SCRIBE_JOB_STOPPED, /* by scribe_job_cancel(): what was done is kept */
  SCRIBE_JOB_FAILED
} ScribeJobState;

#define SCRIBE_TYPE_JOB (scribe_job_get_type ())
G_DECLARE_FINAL_TYPE (ScribeJob, scribe_job, SCRIBE, JOB, GObject)

const char *scribe_job_get_path (ScribeJob *job);
const char *scribe_job_get_title (ScribeJob *job); /* file name, for display */
ScribeJobState scribe_job_get_state (ScribeJob *job);
double scribe_job_get_done (ScribeJob *job);
double scribe_job_get_total (ScribeJob *job);
double scribe_job_get_seconds_left (ScribeJob *job);
gint64 scribe_job_get_transcript (ScribeJob *job);
const char *scribe_job_get_trouble (ScribeJob *job);
gboolean scribe_job_is_recovered (ScribeJob *job); /* left by a program that died in the middle of a dictation */

/* Within one op of the device, if it runs. */
void scribe_job_cancel (ScribeJob *job);

/* An ended job waits again, as a new transcript. */
void scribe_job_retry (ScribeJob *job);

G_END_DECLS
