/* outputs.h - which file each transcript goes to
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "tilescribe.h"

G_BEGIN_DECLS

/* The path of the transcript of each recording, for g_ptr_array_unref(); NULL where it goes to standard output.
 *
 *   output NULL or "-"                         standard output
 *   one recording, output no folder            that file
 *   a folder, or several recordings            OUTPUT/name-of-the-recording.format; the folder is made
 *
 * Fails, before any work is done, where two would be the same file, one would replace its recording, or one cannot be written. */
GPtrArray *cli_outputs_new (char *const *recordings, const char *output, ScribeFormat format, GError **error);

/* A name beside path for what was done of it: "talk.part.srt" for "talk.srt"; one that is not taken. */
char *cli_outputs_part (const char *path);

G_END_DECLS
