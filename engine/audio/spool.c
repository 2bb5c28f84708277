/* spool.c - a recording that is on disk before it is anything else
 *
 *   samples [n] --16 bit--> write() at the end of FOLDER/2026-11-22T23-05-11-7c3f09aa.wav
 *
 * The header says at first that the sound has no known end (a length of 2^32 - 1, as programs write that stream a WAV): readers
 * read on until the file ends, so there is no instant at which the file needs to be repaired to be read. _finish and _recover
 * put the real length there. Nothing is held back in memory; a write of a few hundred bytes costs microseconds.
 *
 * A lock (flock) on the file tells the living from the dead: the kernel drops it with the process, however that ends. The file
 * gets the lock and the header under a name that no orphan has, and then its own, so nobody ever sees it without.
 *
 * Sixteen bits are what microphones give; rounding lies 98 dB below full scale.
 *
 * SPDX-License-Identifier: MIT
 */
#include "audio/spool.h"
#include "audio/audio-file.h"
#include "error.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define SUFFIX       ".wav"
#define SAMPLE_BYTES 2
#define BLOCK        1024 /* samples, converted at a time */
#define NO_KNOWN_END G_MAXUINT32

/* RIFF WAVE, all numbers little-endian */
typedef struct
{
  char riff[4];
  guint32 riff_size; /* of all that follows */
  char wave[4];
  char fmt[4];
  guint32 fmt_size;
  guint16 format, channels;
  guint32 rate, bytes_per_second;
  guint16 frame_bytes, bits;
  char data[4];
  guint32 data_size;
} Header;

G_STATIC_ASSERT (sizeof (Header) == 44);

struct _ScribeSpool
{
  char *path;
  char *name; /* as shown to a person */
  int fd;     /* -1: discarded */
  guint64 n_samples;
  gint64 start_time;
  int failure; /* errno of the write that failed, after which nothing more is taken; or 0 */
};

static Header
header_for (guint32 data_size)
{
  gboolean known = data_size <= NO_KNOWN_END - sizeof (Header);

  return (Header){
    .riff = "RIFF",
    .riff_size = GUINT32_TO_LE (known ? data_size + sizeof (Header) - 8 : NO_KNOWN_END),
    .wave = "WAVE",
    .fmt = "fmt ",
    .fmt_size = GUINT32_TO_LE (16),
    .format = GUINT16_TO_LE (1),
    .channels = GUINT16_TO_LE (1),
    .rate = GUINT32_TO_LE (SCRIBE_SAMPLE_RATE),
    .bytes_per_second = GUINT32_TO_LE (SCRIBE_SAMPLE_RATE * SAMPLE_BYTES),
    .frame_bytes = GUINT16_TO_LE (SAMPLE_BYTES),
    .bits = GUINT16_TO_LE (8 * SAMPLE_BYTES),
    .data = "data",
    .data_size = GUINT32_TO_LE (known ? data_size : NO_KNOWN_END),
  };
}

/* --- Files --- */

static void
set_write_error (GError **error, const char *name, int code)
{
  switch (code)
    {
    case ENOSPC:
    case EDQUOT:
      g_set_error (error, SCRIBE_ERROR, SCRIBE_ERROR_OUTPUT,
                   _ ("The disk is full: the recording “%s” ends here, and what was said before is kept. Make room and go on."),
                   name);
      break;
    case EFBIG:
      g_set_error (error, SCRIBE_ERROR, SCRIBE_ERROR_OUTPUT,
                   _ ("The recording “%s” cannot grow any longer here; what was said before is kept. Start a new one."), name);
      break;
    case EACCES:
    case EPERM:
    case EROFS:
      g_set_error (error, SCRIBE_ERROR, SCRIBE_ERROR_OUTPUT,
                   _ ("You are not allowed to write “%s”. Change the permissions of its folder."), name);
      break;
    default:
      g_set_error (error, SCRIBE_ERROR, SCRIBE_ERROR_OUTPUT,
                   _ ("The recording “%s” cannot be written: %s. Check the disk and its folder."), name, g_strerror (code));
    }
}

/* All of it, or as much as fits; errno tells. offset -1: at the end. */
static gboolean
write_all (int fd, gconstpointer bytes, gsize size, off_t offset)
{
  const guint8 *at = bytes;

  while (size > 0)
    {
      ssize_t n = offset < 0 ? write (fd, at, size) : pwrite (fd, at, size, offset);

      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        return FALSE;
      at += n;
      size -= n;
      offset += offset < 0 ? 0 : n;
    }
  return TRUE;
}

static gboolean
write_header (ScribeSpool *spool, GError **error)
{
  Header header = header_for (MIN (spool->n_samples * SAMPLE_BYTES, NO_KNOWN_END));

  if (write_all (spool->fd, &header, sizeof header, 0))
    return TRUE;
  set_write_error (error, spool->name, errno);
  return FALSE;
}

static ScribeSpool *
spool_for (const char *path)
{
  ScribeSpool *spool = g_new0 (ScribeSpool, 1);

  spool->path = g_strdup (path);
  spool->name = g_filename_display_name (path);
  spool->fd = -1;
  return spool;
}

/* The folder must be there. Held, with a header, and only then under its name. */
static gboolean
create (ScribeSpool *spool, const char *folder)
{
  g_autofree char *base = g_path_get_basename (spool->path), *unnamed = g_strconcat (folder, "/.", base, NULL);
  const Header header = header_for (NO_KNOWN_END);
  int code;

  spool->fd = g_open (unnamed, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (spool->fd < 0)
    return FALSE;
  if (flock (spool->fd, LOCK_EX | LOCK_NB) == 0 && write_all (spool->fd, &header, sizeof header, -1)
      && g_rename (unnamed, spool->path) == 0)
    return TRUE;
  code = errno;
  g_unlink (unnamed);
  errno = code;
  return FALSE;
}

ScribeSpool *
scribe_spool_new (const char *folder, GError **error)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_autofree char *time = g_date_time_format (now, "%Y-%m-%dT%H-%M-%S");
  g_autofree char *name = g_strdup_printf ("%s-%08x" SUFFIX, time, g_random_int ());
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (ScribeSpool) spool = spool_for (path);

  spool->start_time = g_get_real_time ();
  if (g_mkdir_with_parents (folder, 0700) == 0 && create (spool, folder))
    return g_steal_pointer (&spool);
  set_write_error (error, spool->name, errno);
  return NULL;
}

/* --- Writing --- */

/* Whole samples behind the header, whoever wrote them. */
static gboolean
count_samples (ScribeSpool *spool)
{
  struct stat info;

  if (fstat (spool->fd, &info) < 0)
    return FALSE;
  spool->n_samples = info.st_size > (off_t) sizeof (Header) ? (info.st_size - sizeof (Header)) / SAMPLE_BYTES : 0;
  return TRUE;
}

static guint16
to_16_bits (float sample)
{
  return isnan (sample) ? 0 : GUINT16_TO_LE ((guint16) (gint16) lrintf (CLAMP (sample, -1.0f, 1.0f) * G_MAXINT16));
}

gboolean
scribe_spool_append (ScribeSpool *spool, const float *samples, gsize n, GError **error)
{
  guint16 block[BLOCK];

  g_return_val_if_fail (spool->fd >= 0, FALSE);
  for (gsize done = 0, now; spool->failure == 0 && done < n; done += now)
    {
      now = MIN (n - done, BLOCK);
      for (gsize i = 0; i < now; i++)
        block[i] = to_16_bits (samples[done + i]);
      if (write_all (spool->fd, block, now * SAMPLE_BYTES, -1))
        spool->n_samples += now;
      else
        spool->failure = errno;
    }
  if (spool->failure == 0)
    return TRUE;
  count_samples (spool); /* part of the block may have fitted */
  set_write_error (error, spool->name, spool->failure);
  return FALSE;
}

const char *
scribe_spool_finish (ScribeSpool *spool, GError **error)
{
  g_return_val_if_fail (spool->fd >= 0, NULL);
  if (!write_header (spool, error))
    return NULL;
  if (fdatasync (spool->fd) == 0)
    return spool->path;
  set_write_error (error, spool->name, errno);
  return NULL;
}

void
scribe_spool_discard (ScribeSpool *spool)
{
  g_return_if_fail (spool->fd >= 0);
  g_unlink (spool->path);
  close (spool->fd);
  spool->fd = -1;
}

void
scribe_spool_free (ScribeSpool *spool)
{
  if (spool == NULL)
    return;
  if (spool->fd >= 0)
    close (spool->fd);
  g_free (spool->path);
  g_free (spool->name);
  g_free (spool);
}

/* --- Orphans --- */

/* FALSE where it is none of ours, or not to be had; errno tells (0: none of ours). */
static gboolean
take (ScribeSpool *spool)
{
  struct stat info;

  spool->fd = g_open (spool->path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0);
  if (spool->fd < 0 || fstat (spool->fd, &info) < 0)
    return FALSE;
  errno = 0;
  if (!S_ISREG (info.st_mode) || flock (spool->fd, LOCK_EX | LOCK_NB) < 0 || !count_samples (spool))
    return FALSE;
  spool->start_time = info.st_mtim.tv_sec * G_USEC_PER_SEC + info.st_mtim.tv_nsec / 1000
                      - (gint64) (spool->n_samples * G_USEC_PER_SEC / SCRIBE_SAMPLE_RATE);
  return TRUE;
}

static int
compare_paths (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

char **
scribe_spool_list_orphans (const char *folder, GError **error)
{
  g_autoptr (GPtrArray) paths = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GError) failure = NULL;
  g_autoptr (GDir) dir = g_dir_open (folder, 0, &failure);
  const char *name;

  if (dir == NULL && !g_error_matches (failure, G_FILE_ERROR, G_FILE_ERROR_NOENT))
    {
      g_set_error (error, SCRIBE_ERROR, SCRIBE_ERROR_OUTPUT,
                   _ ("Recordings cannot be looked for: %s. Change the permissions of the folder."), failure->message);
      return NULL;
    }
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      g_autoptr (ScribeSpool) spool = spool_for (path);

      if (name[0] == '.' || !g_str_has_suffix (name, SUFFIX) || !take (spool))
        continue;
      if (spool->n_samples == 0)
        scribe_spool_discard (spool);
      else
        g_ptr_array_add (paths, g_steal_pointer (&path));
    }
  g_ptr_array_sort (paths, compare_paths); /* names begin with the time */
  g_ptr_array_add (paths, NULL);
  return (char **) g_ptr_array_free (g_steal_pointer (&paths), FALSE);
}

/* Ours but for the lengths; or nothing but zeros, which a file system may leave after a loss of power. */
static gboolean
is_ours (const Header *found)
{
  static const Header nothing = { 0 };
  Header ours = header_for (NO_KNOWN_END);

  ours.riff_size = found->riff_size;
  ours.data_size = found->data_size;
  return memcmp (found, &ours, sizeof ours) == 0 || memcmp (found, &nothing, sizeof nothing) == 0;
}

static gboolean
repair (ScribeSpool *spool, GError **error)
{
  const gint64 end = spool->start_time + (gint64) (spool->n_samples * G_USEC_PER_SEC / SCRIBE_SAMPLE_RATE);
  const struct timespec times[2] = {
    { .tv_nsec = UTIME_OMIT },
    { .tv_sec = end / G_USEC_PER_SEC, .tv_nsec = end % G_USEC_PER_SEC * 1000 },
  };
  Header header;

  if (spool->n_samples == 0 || pread (spool->fd, &header, sizeof header, 0) != sizeof header || !is_ours (&header))
    {
      g_set_error (error, SCRIBE_ERROR, SCRIBE_ERROR_OUTPUT,
                   _ ("“%s” is not a recording that was interrupted. Open it as a file instead."), spool->name);
      return FALSE;
    }
  if (!write_header (spool, error))
    return FALSE;
  (void) futimens (spool->fd, times); /* or it would seem to have been said now */
  return TRUE;
}

ScribeSpool *
scribe_spool_recover (const char *path, GError **error)
{
  g_autoptr (ScribeSpool) spool = spool_for (path);

  if (take (spool))
    return repair (spool, error) ? g_steal_pointer (&spool) : NULL;
  if (errno == EWOULDBLOCK)
    g_set_error (error, SCRIBE_ERROR, SCRIBE_ERROR_OUTPUT,
                 _ ("“%s” is still being recorded by another Tilescribe. End the recording there."), spool->name);
  else
    g_set_error (error, SCRIBE_ERROR, SCRIBE_ERROR_OUTPUT, _ ("“%s” cannot be recovered: %s. Check its permissions."),
                 spool->name, errno == 0 ? _ ("it is not a file") : g_strerror (errno));
  return NULL;
}

/* --- What it is --- */

const char *
scribe_spool_get_path (ScribeSpool *spool)
{
  return spool->path;
}

guint64
scribe_spool_get_n_samples (ScribeSpool *spool)
{
  return spool->n_samples;
}

gint64
scribe_spool_get_start_time (ScribeSpool *spool)
{
  return spool->start_time;
}
