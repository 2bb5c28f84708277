/* writer.h - transcripts as files: txt, srt, vtt, json, csv
 *
 * A writer gets segments one by one and writes each at once, so a transcript of any length needs constant memory and a pipe
 * shows text as it comes. A file is written beside its final name and renamed when it is complete.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "transcript.h"

#include <gio/gio.h>

G_BEGIN_DECLS

typedef enum
{
  SCRIBE_FORMAT_TXT, /* a line per segment */
  SCRIBE_FORMAT_SRT,
  SCRIBE_FORMAT_VTT,
  SCRIBE_FORMAT_JSON, /* segments and words with confidences, then the run */
  SCRIBE_FORMAT_CSV   /* start,end,text in seconds; RFC 4180 */
} ScribeFormat;

/* FALSE where there is no format of this name. */
gboolean scribe_format_from_name (const char *name, ScribeFormat *format);
const char *scribe_format_name (ScribeFormat format); /* also the file name extension */

typedef struct _ScribeWriter ScribeWriter;

/* path: the file to make (an existing one is replaced at the end), or NULL for standard output. Fails where its folder cannot
 * be written. word_times: srt and vtt get a cue per word. */
ScribeWriter *scribe_writer_new (const char *path, ScribeFormat format, gboolean word_times, GError **error);

gboolean scribe_writer_add (ScribeWriter *writer, const ScribeSegment *segment, GError **error);

/* Ends the file and gives it its name. run may be NULL. A writer that is freed without this leaves no file. */
gboolean scribe_writer_finish (ScribeWriter *writer, const ScribeRunStats *run, GError **error);
void scribe_writer_free (ScribeWriter *writer);

/* s as a JSON string, with its quotes, appended to out. */
void scribe_json_append_string (GString *out, const char *s);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ScribeWriter, scribe_writer_free)

G_END_DECLS
