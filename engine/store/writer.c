/* writer.c - transcripts as files, complete or not at all
 *
 * What a format makes of a segment (writer-formats.c) is sent on at once, so a pipe shows text as it comes and memory does not
 * grow with the transcript.
 *
 * A regular file is written under a temporary name in the folder of the final one (".talk.srt.XXXXXX"), synced, and renamed
 * over it in the end: whoever looks finds the old file or the complete new one. A path that leads through links is followed
 * first, so a link stays a link. Devices and pipes cannot be renamed over and are written straight.
 * After a write has failed the writer takes nothing more, and its file never gets its name.
 *
 * SPDX-License-Identifier: MIT
 */
#include "writer.h"

#include "error.h"
#include "writer-formats.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct _ScribeWriter
{
  const Format *format;
  Formatter formatter;
  char *path;    /* final name; NULL for standard output */
  char *partial; /* temporary name; NULL where we write straight */
  int fd;        /* -1 once closed */
  int failure;   /* errno of the first write that failed, or 0 */
};

gboolean
scribe_format_from_name (const char *name, ScribeFormat *format)
{
  for (guint i = 0; i < N_FORMATS; i++)
    if (g_str_equal (name, formats[i].name))
      {
        *format = (ScribeFormat) i;
        return TRUE;
      }
  return FALSE;
}

const char *
scribe_format_name (ScribeFormat format)
{
  return formats[format].name;
}

static gboolean
fail (ScribeWriter *writer, int system_errno, GError **error)
{
  writer->failure = system_errno;
  if (writer->path)
    g_set_error (error, SCRIBE_ERROR, SCRIBE_ERROR_OUTPUT,
                 _ ("“%s” cannot be written: %s. Make room there, or name a file in another folder."), writer->path,
                 g_strerror (system_errno));
  else
    g_set_error (error, SCRIBE_ERROR, SCRIBE_ERROR_OUTPUT,
                 _ ("Standard output cannot be written: %s. Send it elsewhere, or name a file with --output."),
                 g_strerror (system_errno));
  return FALSE;
}

static gboolean
flush (ScribeWriter *writer, GError **error)
{
  GString *text = writer->formatter.text;
  gsize written = 0;

  if (writer->failure)
    return fail (writer, writer->failure, error);
  while (written < text->len)
    {
      gssize n = write (writer->fd, text->str + written, text->len - written);

      if (n < 0 && errno != EINTR)
        return fail (writer, errno, error);
      written += (gsize) MAX (n, 0);
    }
  g_string_truncate (text, 0);
  return TRUE;
}

/* The file that path leads to, where there is one already. */
static char *
follow_links (const char *path)
{
  char *target = realpath (path, NULL);
  char *copy = g_strdup (target ? target : path);

  free (target);
  return copy;
}

static char *
partial_name (const char *path)
{
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *name = g_path_get_basename (path);
  g_autofree char *hidden = g_strdup_printf (".%.200s.XXXXXX", name); /* 255 bytes are the limit of a file's name */

  return g_build_filename (folder, hidden, NULL);
}

/* TRUE with writer->fd open, to write straight or under a temporary name. */
static gboolean
open_output (ScribeWriter *writer, GError **error)
{
  GStatBuf info;
  gboolean exists = g_stat (writer->path, &info) == 0;

  if (exists && S_ISDIR (info.st_mode))
    return fail (writer, EISDIR, error);
  if (exists && !S_ISREG (info.st_mode))
    writer->fd = g_open (writer->path, O_WRONLY | O_CLOEXEC, 0);
  else
    {
      g_autofree char *partial = partial_name (writer->path);

      /* Who could not read the old file cannot read the new one. */
      writer->fd = g_mkstemp_full (partial, O_WRONLY | O_CLOEXEC, exists ? (int) (info.st_mode & 0666) : 0666);
      if (writer->fd >= 0)
        writer->partial = g_steal_pointer (&partial);
    }
  return writer->fd >= 0 || fail (writer, errno, error);
}

ScribeWriter *
scribe_writer_new (const char *path, ScribeFormat format, gboolean word_times, GError **error)
{
  g_autoptr (ScribeWriter) writer = g_new0 (ScribeWriter, 1);

  writer->format = &formats[format];
  writer->formatter.text = g_string_new (NULL);
  writer->formatter.word_times = word_times;
  writer->fd = STDOUT_FILENO;
  fflush (stdout); /* what was printed before stays before */
  if (path)
    {
      writer->fd = -1;
      writer->path = follow_links (path);
      if (!open_output (writer, error))
        return NULL;
    }
  writer->format->head (&writer->formatter);
  return flush (writer, error) ? g_steal_pointer (&writer) : NULL;
}

gboolean
scribe_writer_add (ScribeWriter *writer, const ScribeSegment *segment, GError **error)
{
  writer->format->segment (&writer->formatter, segment);
  return flush (writer, error);
}

static gboolean
close_output (ScribeWriter *writer, GError **error)
{
  int fd = writer->fd;

  writer->fd = -1;
  if (fd < 0 || !writer->path) /* standard output stays open: it is not ours */
    return TRUE;
  /* Some full disks speak up only here. */
  return close (fd) == 0 || fail (writer, errno, error);
}

gboolean
scribe_writer_finish (ScribeWriter *writer, const ScribeRunStats *run, GError **error)
{
  writer->format->tail (&writer->formatter, run);
  if (!flush (writer, error))
    return FALSE;
  if (writer->partial && g_fsync (writer->fd) != 0)
    return fail (writer, errno, error);
  if (!close_output (writer, error))
    return FALSE;
  if (writer->partial && g_rename (writer->partial, writer->path) != 0)
    return fail (writer, errno, error);
  g_clear_pointer (&writer->partial, g_free);
  return TRUE;
}

void
scribe_writer_free (ScribeWriter *writer)
{
  close_output (writer, NULL);
  if (writer->partial)
    g_unlink (writer->partial);
  g_string_free (writer->formatter.text, TRUE);
  g_free (writer->partial);
  g_free (writer->path);
  g_free (writer);
}
