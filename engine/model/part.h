/* part.h - a file that is not whole yet
 *
 * Bytes are gathered in PATH.part, and their SHA-256 with them; the file gets its name when all is there. The lock on the part
 * makes its holder the only one of Tilescribe's processes and threads that writes PATH. What a killed process leaves behind is
 * read in by the next one.
 *
 *   scribe_part_open --> (scribe_part_read)* or scribe_part_empty --> (scribe_part_append)* --> scribe_part_publish
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct
{
  char *final;    /* PATH */
  char *path;     /* PATH.part */
  char *tag_path; /* PATH.part.etag: the HTTP entity tag of what the part is a part of */
  int fd;         /* locked; -1: not open */
  guint64 size;   /* bytes read in or appended */
  GChecksum *sum; /* of those */
} ScribePart;

/* Makes the folder and opens the part, at its first byte; fails where another has it. */
gboolean scribe_part_open (ScribePart *part, const char *path, GError **error);

/* Ends the use of a part, which stays for the next time unless it is empty. */
void scribe_part_close (ScribePart *part);

/* Takes the next bytes of what an earlier use left behind into account: how many, 0 at the end, -1 with error set. */
gssize scribe_part_read (ScribePart *part, GError **error);

gboolean scribe_part_append (ScribePart *part, const guint8 *bytes, gsize n, GError **error);

/* Back to no bytes and no tag. */
gboolean scribe_part_empty (ScribePart *part, GError **error);

/* Strong entity tags only, as HTTP's If-Range takes no other; others are not kept. */
void scribe_part_set_tag (ScribePart *part, const char *tag);
char *scribe_part_get_tag (ScribePart *part);

/* Whether the disk has room until the part has grown to size bytes. */
gboolean scribe_part_has_room (ScribePart *part, guint64 size, GError **error);

/* To be followed by scribe_part_empty() if more is to be appended. */
gboolean scribe_part_has_sum (ScribePart *part, const char *sha256);

/* On the disk, then under its name, in place of what had that name. */
gboolean scribe_part_publish (ScribePart *part, GError **error);

/* Deletes what an unfinished use has left; fails with SCRIBE_ERROR_NOT_FOUND where there is nothing. */
gboolean scribe_part_discard (const char *path, GError **error);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ScribePart, scribe_part_close)

G_END_DECLS
