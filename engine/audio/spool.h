/* spool.h - a recording that is on disk before it is anything else
 *
 * Samples are written as they come, into a WAV file that any program can read at any instant. Killing the writer loses what it
 * had not yet handed to scribe_spool_append() and nothing else. A file in the folder that nobody holds is an orphan: its
 * writer died, and what was said waits in it.
 *
 * A recording stays held from _new or _recover until _free, after _finish too: until then no other process takes it for an
 * orphan. So whoever wants to keep it elsewhere renames it before _free, and whoever does not discards it.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _ScribeSpool ScribeSpool;

/* A new recording of 16 kHz mono in folder, which is made if it is not there. Only its owner may read either.
 * SCRIBE_ERROR_OUTPUT where that cannot be. */
ScribeSpool *scribe_spool_new (const char *folder, GError **error);

/* samples [n] in [-1, 1]: on the way to the disk when it returns, out of reach of a crash of this process. After an error
 * (a full disk) nothing more is taken, and what was written before stays readable. */
gboolean scribe_spool_append (ScribeSpool *spool, const float *samples, gsize n, GError **error);

/* Completes the header and waits for the disk. Returns the path, which belongs to spool, or NULL: the file is readable even so. */
const char *scribe_spool_finish (ScribeSpool *spool, GError **error);

/* Deletes the recording; only _free may follow. */
void scribe_spool_discard (ScribeSpool *spool);

/* Without _finish or _discard, leaves an orphan. */
void scribe_spool_free (ScribeSpool *spool);

/* Paths of recordings that nobody holds, oldest first; a folder that is not there has none. Those without a single sample are
 * deleted. NULL with error set where the folder cannot be read. */
char **scribe_spool_list_orphans (const char *folder, GError **error);

/* Takes an orphan and repairs its header: from here on it is as after _finish. SCRIBE_ERROR_OUTPUT where another process has
 * it, or where it is no recording of a spool. */
ScribeSpool *scribe_spool_recover (const char *path, GError **error);

const char *scribe_spool_get_path (ScribeSpool *spool);
guint64 scribe_spool_get_n_samples (ScribeSpool *spool);

/* When the first sample was written: microseconds since 1970. */
gint64 scribe_spool_get_start_time (ScribeSpool *spool);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ScribeSpool, scribe_spool_free)

G_END_DECLS
