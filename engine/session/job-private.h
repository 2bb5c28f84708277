/* job-private.h - a job as the session sees it
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "session/job.h"

G_BEGIN_DECLS

/* All in the thread that made the session, but for _is_cancelled(). again: the session's function that takes a job in (again). Without
 * hooks it can be neither cancelled nor tried again. */
ScribeJob *scribe_job_new (const char *path, const char *model, gboolean is_recovered);
void scribe_job_set_hooks (ScribeJob *job,
                           void (*cancelled) (ScribeJob *, gpointer),
                           void (*again) (ScribeJob *, gpointer),
                           gpointer data);
void scribe_job_set_state (ScribeJob *job, ScribeJobState state, const char *trouble);
void scribe_job_set_progress (ScribeJob *job, double done, double total);
void scribe_job_set_transcript (ScribeJob *job, gint64 transcript);
void scribe_job_send_segment (ScribeJob *job, const ScribeSegment *segment);

const char *scribe_job_get_model (ScribeJob *job); /* NULL: the configured one */
gboolean scribe_job_is_cancelled (ScribeJob *job); /* any thread */

G_END_DECLS
