/* part.c - the file under a name of its own, its lock and its sum
 *
 * The lock is flock's: it goes with the process that held it, however that ended. Since a part may be finished or thrown away
 * between being opened and being locked, the lock counts only if the name still belongs to the file that was opened.
 * The sum grows with the part because it takes seconds for a large model, which nobody should wait for at the end.
 * A file is on the disk (fsync) before it gets its name, so that a power cut leaves no name on a file with holes.
 *
 * SPDX-License-Identifier: MIT
 */
#include "error.h"
#include "part.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define BLOCK_SIZE (256 * 1024)
#define MAX_TAG    1024

static gboolean
disk_failed (ScribePart *part, int code, GError **error)
{
  g_autofree char *size = g_format_size (part->size);

  if (code == ENOSPC || code == EDQUOT)
    g_set_error (error, SCRIBE_ERROR, SCRIBE_ERROR_OUTPUT,
                 _ ("The disk is full: “%s” could not grow beyond %s. Free some space, then run the same again."), part->path,
                 size);
  else
    g_set_error (error, SCRIBE_ERROR, SCRIBE_ERROR_OUTPUT, _ ("“%s” cannot be written: %s. Check the folder and the disk."),
                 part->path, g_strerror (code));
  return FALSE;
}

static void
forget_fd (ScribePart *part)
{
  if (part->fd >= 0)
    close (part->fd);
  part->fd = -1;
}

static gboolean
is_named (ScribePart *part)
{
  struct stat opened, named;

  return fstat (part->fd, &opened) == 0 && lstat (part->path, &named) == 0 && opened.st_dev == named.st_dev
         && opened.st_ino == named.st_ino;
}

static gboolean
lock (ScribePart *part, GError **error)
{
  do
    {
      forget_fd (part);
      part->fd = open (part->path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
      if (part->fd < 0)
        return disk_failed (part, errno, error);
      if (flock (part->fd, LOCK_EX | LOCK_NB) != 0)
        {
          g_set_error (error, SCRIBE_ERROR, SCRIBE_ERROR_OUTPUT,
                       _ ("“%s” is being written by another program already. Wait for that to end."), part->final);
          forget_fd (part);
          return FALSE;
        }
    }
  while (!is_named (part));
  return TRUE;
}

gboolean
scribe_part_open (ScribePart *part, const char *path, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (path);

  *part = (ScribePart){ .fd = -1 };
  part->final = g_strdup (path);
  part->path = g_strconcat (path, ".part", NULL);
  part->tag_path = g_strconcat (path, ".part.etag", NULL);
  part->sum = g_checksum_new (G_CHECKSUM_SHA256);
  if (g_mkdir_with_parents (folder, 0700) != 0)
    return disk_failed (part, errno, error);
  return lock (part, error);
}

void
scribe_part_close (ScribePart *part)
{
  struct stat left;

  if (part->fd >= 0 && fstat (part->fd, &left) == 0 && left.st_size == 0)
    {
      g_unlink (part->path);
      g_unlink (part->tag_path);
    }
  forget_fd (part);
  g_clear_pointer (&part->sum, g_checksum_free);
  g_clear_pointer (&part->final, g_free);
  g_clear_pointer (&part->path, g_free);
  g_clear_pointer (&part->tag_path, g_free);
}

gssize
scribe_part_read (ScribePart *part, GError **error)
{
  g_autofree guint8 *block = g_malloc (BLOCK_SIZE);
  ssize_t n;

  do
    n = read (part->fd, block, BLOCK_SIZE);
  while (n < 0 && errno == EINTR);

  if (n < 0)
    {
      disk_failed (part, errno, error);
      return -1;
    }
  g_checksum_update (part->sum, block, n);
  part->size += n;
  return n;
}

gboolean
scribe_part_append (ScribePart *part, const guint8 *bytes, gsize n, GError **error)
{
  while (n > 0)
    {
      ssize_t written = write (part->fd, bytes, n);

      if (written < 0 && errno == EINTR)
        continue;
      if (written < 0)
        return disk_failed (part, errno, error);
      g_checksum_update (part->sum, bytes, written);
      part->size += written;
      bytes += written;
      n -= written;
    }
  return TRUE;
}

gboolean
scribe_part_empty (ScribePart *part, GError **error)
{
  g_unlink (part->tag_path);
  if (ftruncate (part->fd, 0) != 0 || lseek (part->fd, 0, SEEK_SET) != 0)
    return disk_failed (part, errno, error);
  g_checksum_reset (part->sum);
  part->size = 0;
  return TRUE;
}

static gboolean
is_strong_tag (const char *tag)
{
  return tag[0] == '"' && strlen (tag) <= MAX_TAG && strpbrk (tag, "\r\n") == NULL;
}

void
scribe_part_set_tag (ScribePart *part, const char *tag)
{
  g_unlink (part->tag_path);
  if (tag && is_strong_tag (tag))
    g_file_set_contents (part->tag_path, tag, -1, NULL);
}

char *
scribe_part_get_tag (ScribePart *part)
{
  g_autofree char *tag = NULL;

  return g_file_get_contents (part->tag_path, &tag, NULL, NULL) && is_strong_tag (tag) ? g_steal_pointer (&tag) : NULL;
}

gboolean
scribe_part_has_room (ScribePart *part, guint64 size, GError **error)
{
  g_autofree char *missing = NULL, *room = NULL;
  struct statvfs disk;
  guint64 n_free;

  if (size <= part->size || fstatvfs (part->fd, &disk) != 0 || disk.f_blocks == 0)
    return TRUE;
  n_free = (guint64) disk.f_bavail * disk.f_frsize;
  if (size - part->size <= n_free)
    return TRUE;

  missing = g_format_size (size - part->size);
  room = g_format_size (n_free);
  g_set_error (
      error, SCRIBE_ERROR, SCRIBE_ERROR_OUTPUT,
      _ ("There is no room for “%s”: %s are still to come and the disk has %s. Free some space, then run the same again."),
      part->final, missing, room);
  return FALSE;
}

gboolean
scribe_part_has_sum (ScribePart *part, const char *sha256)
{
  return g_ascii_strcasecmp (g_checksum_get_string (part->sum), sha256) == 0;
}

gboolean
scribe_part_publish (ScribePart *part, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (part->final);
  int folder_fd;

  if (fsync (part->fd) != 0 || g_rename (part->path, part->final) != 0)
    return disk_failed (part, errno, error);
  g_unlink (part->tag_path);
  forget_fd (part);

  folder_fd = open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder_fd >= 0)
    {
      fsync (folder_fd);
      close (folder_fd);
    }
  return TRUE;
}

gboolean
scribe_part_discard (const char *path, GError **error)
{
  g_autofree char *part_path = g_strconcat (path, ".part", NULL);
  g_auto (ScribePart) part = { .fd = -1 };

  if (!g_file_test (part_path, G_FILE_TEST_EXISTS))
    {
      g_set_error (error, SCRIBE_ERROR, SCRIBE_ERROR_NOT_FOUND, _ ("There is no unfinished “%s”."), path);
      return FALSE;
    }
  return scribe_part_open (&part, path, error) && scribe_part_empty (&part, error);
}
