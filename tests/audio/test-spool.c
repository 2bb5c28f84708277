/* test-spool.c - what was said is on disk, whatever happens to the program that wrote it
 *
 * SPDX-License-Identifier: MIT
 */
#include "audio/audio-file.h"
#include "audio/spool.h"
#include "error.h"
#include "listen.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <math.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define BLOCK        160 /* samples that the writers here append at a time */
#define N_KILLS      20
#define CANNOT_MOUNT 99 /* exit status */

/* Sample i of every recording here: each of 20011 values in turn, so that a lost or doubled block shows. */
static float
sample_at (guint64 i)
{
  return (float) (i % 20011) / G_MAXINT16;
}

static void
fill (float *samples, guint64 start, gsize n)
{
  for (gsize i = 0; i < n; i++)
    samples[i] = sample_at (start + i);
}

static ScribeSpool *
record (Folder *folder, gsize n)
{
  g_autoptr (GError) error = NULL;
  ScribeSpool *spool = scribe_spool_new (folder->dir, &error);
  g_autofree float *samples = g_new (float, n + 1);

  g_assert_no_error (error);
  fill (samples, 0, n);
  g_assert_true (scribe_spool_append (spool, samples, n, &error));
  g_assert_no_error (error);
  return spool;
}

/* A file from which libav reads exactly the first n samples. */
static void
assert_holds (const char *path, guint64 n)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) heard = listen_to (path, 4096, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (heard->len, ==, n);
  for (guint64 i = 0; i < n; i++)
    g_assert_cmpfloat_with_epsilon (g_array_index (heard, float, i), sample_at (i), 1e-4);
}

static void
assert_orphans (Folder *folder, guint n)
{
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) orphans = scribe_spool_list_orphans (folder->dir, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (g_strv_length (orphans), ==, n);
}

/* --- The ordinary way --- */

static void
test_a_finished_recording_is_a_wav (Folder *folder, gconstpointer data)
{
  g_autoptr (ScribeSpool) spool = record (folder, 40000);
  g_autoptr (GError) error = NULL;
  const char *path = scribe_spool_finish (spool, &error);
  g_autofree char *bytes = NULL;
  gsize size;

  g_assert_no_error (error);
  g_assert_cmpstr (path, ==, scribe_spool_get_path (spool));
  g_assert_cmpuint (scribe_spool_get_n_samples (spool), ==, 40000);
  assert_holds (path, 40000);

  g_assert_true (g_file_get_contents (path, &bytes, &size, NULL));
  g_assert_cmpuint (size, ==, 44 + 80000);
  g_assert_cmpmem (bytes, 8, "RIFF\xa4\x38\x01\0", 8); /* 80036 */
  g_assert_cmpmem (bytes + 36, 8, "data\x80\x38\x01\0", 8);
}

static void
test_a_recording_can_be_read_while_it_grows (Folder *folder, gconstpointer data)
{
  g_autoptr (ScribeSpool) spool = record (folder, 5000);

  assert_holds (scribe_spool_get_path (spool), 5000);
}

static void
test_samples_out_of_bounds_are_clipped (Folder *folder, gconstpointer data)
{
  const float samples[] = { 2, -2, INFINITY, -INFINITY, NAN, 1 };
  const float expected[] = { 1, -1, 1, -1, 0, 1 };
  g_autoptr (ScribeSpool) spool = scribe_spool_new (folder->dir, NULL);
  g_autoptr (GArray) heard = NULL;

  g_assert_true (scribe_spool_append (spool, samples, G_N_ELEMENTS (samples), NULL));
  heard = listen_to (scribe_spool_finish (spool, NULL), 100, NULL);
  g_assert_cmpuint (heard->len, ==, G_N_ELEMENTS (samples));
  for (guint i = 0; i < heard->len; i++)
    g_assert_cmpfloat_with_epsilon (g_array_index (heard, float, i), expected[i], 1e-4);
}

static void
test_only_the_owner_may_read_it (Folder *folder, gconstpointer data)
{
  g_autofree char *inner = g_build_filename (folder->dir, "spool", NULL);
  g_autoptr (ScribeSpool) spool = scribe_spool_new (inner, NULL);
  GStatBuf info;

  g_assert_cmpint (g_stat (scribe_spool_get_path (spool), &info), ==, 0);
  g_assert_cmpint (info.st_mode & 0777, ==, 0600);
  g_assert_cmpint (g_stat (inner, &info), ==, 0);
  g_assert_cmpint (info.st_mode & 0777, ==, 0700);
  scribe_spool_discard (spool);
  g_assert_cmpint (g_rmdir (inner), ==, 0);
}

static void
test_a_discarded_recording_is_gone (Folder *folder, gconstpointer data)
{
  g_autoptr (ScribeSpool) spool = record (folder, 1000);
  g_autofree char *path = g_strdup (scribe_spool_get_path (spool));

  scribe_spool_discard (spool);
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
  assert_orphans (folder, 0);
}

/* --- Orphans --- */

static void
test_a_held_recording_is_no_orphan (Folder *folder, gconstpointer data)
{
  ScribeSpool *spool = record (folder, 1000);
  g_autofree char *path = g_strdup (scribe_spool_get_path (spool));
  g_autoptr (GError) error = NULL;

  assert_orphans (folder, 0);
  g_assert_null (scribe_spool_recover (path, &error));
  g_assert_error (error, SCRIBE_ERROR, SCRIBE_ERROR_OUTPUT);
  g_assert_nonnull (strstr (error->message, "still being recorded"));

  scribe_spool_finish (spool, NULL);
  assert_orphans (folder, 0);
  scribe_spool_free (spool);
  assert_orphans (folder, 1);
}

static void
test_an_orphan_is_recovered_with_the_time_it_was_said (Folder *folder, gconstpointer data)
{
  ScribeSpool *spool = record (folder, 16000);
  const struct timespec ended[2] = { { .tv_sec = 1000000000 }, { .tv_sec = 1000000000 } };
  g_auto (GStrv) orphans = NULL;

  scribe_spool_free (spool);
  orphans = scribe_spool_list_orphans (folder->dir, NULL);
  g_assert_cmpuint (g_strv_length (orphans), ==, 1);
  g_assert_cmpint (utimensat (AT_FDCWD, orphans[0], ended, 0), ==, 0);
  for (guint i = 0; i < 2; i++) /* a second crash changes nothing */
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (ScribeSpool) found = scribe_spool_recover (orphans[0], &error);

      g_assert_no_error (error);
      g_assert_cmpuint (scribe_spool_get_n_samples (found), ==, 16000);
      g_assert_cmpint (scribe_spool_get_start_time (found), ==, 999999999 * (gint64) G_USEC_PER_SEC);
      assert_orphans (folder, 0);
      assert_holds (orphans[0], 16000);
    }
}

static void
test_orphans_come_oldest_first (Folder *folder, gconstpointer data)
{
  static const char *const names[] = { "2026-11-23T08-00-00-00000001.wav", "2025-01-01T00-00-00-ffffffff.wav",
                                       "2026-11-22T23-59-59-00000002.wav" };
  g_auto (GStrv) orphans = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (ScribeSpool) spool = record (folder, 10);
      g_autofree char *path = g_build_filename (folder->dir, names[i], NULL);

      g_assert_cmpint (g_rename (scribe_spool_get_path (spool), path), ==, 0);
    }
  orphans = scribe_spool_list_orphans (folder->dir, NULL);
  g_assert_cmpuint (g_strv_length (orphans), ==, 3);
  g_assert_true (g_str_has_suffix (orphans[0], names[1]));
  g_assert_true (g_str_has_suffix (orphans[1], names[2]));
  g_assert_true (g_str_has_suffix (orphans[2], names[0]));
}

static void
test_an_empty_orphan_is_removed (Folder *folder, gconstpointer data)
{
  ScribeSpool *spool = scribe_spool_new (folder->dir, NULL);
  g_autofree char *path = g_strdup (scribe_spool_get_path (spool));

  scribe_spool_free (spool);
  g_assert_true (g_file_test (path, G_FILE_TEST_EXISTS));
  assert_orphans (folder, 0);
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
}

static void
test_a_missing_folder_has_no_orphans (Folder *folder, gconstpointer data)
{
  g_autofree char *missing = g_build_filename (folder->dir, "missing", NULL);
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) orphans = scribe_spool_list_orphans (missing, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (g_strv_length (orphans), ==, 0);
}

/* A loss of power may leave zeros for what was never written; half a sample may be all that fitted. */
static void
test_a_header_of_zeros_and_half_a_sample_are_repaired (Folder *folder, gconstpointer data)
{
  ScribeSpool *spool = record (folder, 3000);
  g_autofree char *path = g_strdup (scribe_spool_get_path (spool)), *bytes = NULL;
  g_autoptr (ScribeSpool) found = NULL;
  g_autoptr (GError) error = NULL;
  gsize size;

  scribe_spool_free (spool);
  g_assert_true (g_file_get_contents (path, &bytes, &size, NULL));
  memset (bytes, 0, 44);
  g_assert_true (g_file_set_contents (path, bytes, size - 1, NULL));

  found = scribe_spool_recover (path, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (scribe_spool_get_n_samples (found), ==, 2999);
  assert_holds (path, 2999);
}

static void
test_a_strange_file_is_left_alone (Folder *folder, gconstpointer data)
{
  g_autofree char *clip = g_test_build_filename (G_TEST_DIST, "data", "hello.flac", NULL);
  g_autofree char *path = g_build_filename (folder->dir, "hello.wav", NULL), *before = NULL, *after = NULL;
  g_autoptr (GError) error = NULL;
  gsize size, size_after;

  g_assert_true (g_file_get_contents (clip, &before, &size, NULL));
  g_assert_true (g_file_set_contents (path, before, size, NULL));

  g_assert_null (scribe_spool_recover (path, &error));
  g_assert_error (error, SCRIBE_ERROR, SCRIBE_ERROR_OUTPUT);
  g_assert_true (g_file_get_contents (path, &after, &size_after, NULL));
  g_assert_cmpmem (after, size_after, before, size);
}

/* --- A crash --- */

/* Appends for ever, and after every block tells how many samples were appended. */
static void
append_for_ever (const char *folder, int told)
{
  ScribeSpool *spool = scribe_spool_new (folder, NULL);
  float block[BLOCK];

  for (guint64 n = 0;;)
    {
      fill (block, n, BLOCK);
      if (!scribe_spool_append (spool, block, BLOCK, NULL))
        _exit (1);
      n += BLOCK;
      if (pwrite (told, &n, sizeof n, 0) != sizeof n)
        _exit (1);
      g_usleep (50);
    }
}

static void
test_kill_9_loses_nothing_that_was_appended (Folder *folder, gconstpointer data)
{
  g_autoptr (GRand) random = g_rand_new ();
  g_autofree char *tally = g_build_filename (folder->dir, "tally", NULL);

  for (guint k = 0; k < N_KILLS; k++)
    {
      g_autoptr (ScribeSpool) found = NULL;
      g_autoptr (GError) error = NULL;
      g_auto (GStrv) orphans = NULL;
      int told = g_open (tally, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
      guint64 n = 0;
      pid_t child = fork ();

      g_assert_cmpint (child, >=, 0);
      if (child == 0)
        append_for_ever (folder->dir, told);
      while (pread (told, &n, sizeof n, 0) != sizeof n)
        g_usleep (100);
      g_usleep (g_rand_int_range (random, 0, 20000));
      kill (child, SIGKILL);
      waitpid (child, NULL, 0);
      g_assert_cmpint (pread (told, &n, sizeof n, 0), ==, sizeof n);
      close (told);

      orphans = scribe_spool_list_orphans (folder->dir, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (g_strv_length (orphans), ==, 1);
      found = scribe_spool_recover (orphans[0], &error);
      g_assert_no_error (error);
      g_test_message ("appended %" G_GUINT64_FORMAT ", found %" G_GUINT64_FORMAT, n, scribe_spool_get_n_samples (found));
      g_assert_cmpuint (scribe_spool_get_n_samples (found), >=, n);
      assert_holds (orphans[0], scribe_spool_get_n_samples (found));
      scribe_spool_discard (found);
    }
}

/* --- A full disk --- */

static void
test_a_full_disk_is_told_once_and_keeps_what_was_said (Folder *folder, gconstpointer data)
{
  const struct rlimit full = { 44 + 20001, RLIM_INFINITY };
  struct rlimit before;
  g_autoptr (ScribeSpool) spool = record (folder, 9000);
  g_autoptr (GError) error = NULL, again = NULL;
  g_autofree float *samples = g_new (float, 5000);
  const char *path;

  fill (samples, 9000, 5000);
  signal (SIGXFSZ, SIG_IGN);
  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &before), ==, 0);
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &full), ==, 0);
  g_assert_false (scribe_spool_append (spool, samples, 5000, &error));
  g_assert_false (scribe_spool_append (spool, samples, 5000, &again));
  path = scribe_spool_finish (spool, NULL);
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &before), ==, 0);

  g_test_message ("%s", error->message);
  g_assert_error (error, SCRIBE_ERROR, SCRIBE_ERROR_OUTPUT);
  g_assert_cmpstr (again->message, ==, error->message);
  g_assert_nonnull (strstr (error->message, "what was said before is kept"));
  g_assert_cmpuint (scribe_spool_get_n_samples (spool), ==, 10000);
  assert_holds (path, 10000);
}

static void
put (const char *path, const char *text)
{
  int fd = g_open (path, O_WRONLY | O_CLOEXEC, 0);

  (void) !write (fd, text, strlen (text));
  g_close (fd, NULL);
}

/* Mounts of our own; an ordinary user is root there, and among nobody else's files. */
static gboolean
leave_for_other_mounts (void)
{
  g_autofree char *users = g_strdup_printf ("0 %u 1", geteuid ()), *groups = g_strdup_printf ("0 %u 1", getegid ());

  if (geteuid () == 0)
    return unshare (CLONE_NEWNS) == 0;
  if (unshare (CLONE_NEWNS | CLONE_NEWUSER) < 0)
    return FALSE;
  put ("/proc/self/setgroups", "deny");
  put ("/proc/self/uid_map", users);
  put ("/proc/self/gid_map", groups);
  return TRUE;
}

/* The same on a disk of 64 KiB, where we may mount one: in a child, as it can see no other folders from then on. */
static int
fill_a_small_disk (Folder *folder)
{
  g_autoptr (ScribeSpool) spool = NULL;
  g_autoptr (GError) error = NULL;
  float block[BLOCK];
  guint64 n = 0;

  if (!leave_for_other_mounts () || mount (NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0
      || mount ("none", folder->dir, "tmpfs", 0, "size=64k,mode=0700") < 0)
    return CANNOT_MOUNT;
  spool = scribe_spool_new (folder->dir, &error);
  g_assert_no_error (error);
  do
    {
      fill (block, n, BLOCK);
      n += BLOCK;
    }
  while (scribe_spool_append (spool, block, BLOCK, &error) && n < 1000000);
  g_assert_error (error, SCRIBE_ERROR, SCRIBE_ERROR_OUTPUT);
  g_assert_nonnull (strstr (error->message, "The disk is full"));
  g_assert_cmpuint (scribe_spool_get_n_samples (spool), ==, (65536 - 44) / 2);
  g_clear_error (&error);
  g_assert_nonnull (scribe_spool_finish (spool, &error));
  g_assert_no_error (error);
  assert_holds (scribe_spool_get_path (spool), (65536 - 44) / 2);
  return 0;
}

static void
test_a_small_disk (Folder *folder, gconstpointer data)
{
  pid_t child = fork ();
  int status;

  g_assert_cmpint (child, >=, 0);
  if (child == 0)
    _exit (fill_a_small_disk (folder));
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_true (WIFEXITED (status));
  if (WEXITSTATUS (status) == CANNOT_MOUNT)
    g_test_skip ("no disk can be mounted here");
  else
    g_assert_cmpint (WEXITSTATUS (status), ==, 0);
}

static void
test_a_folder_that_cannot_be_made_is_told (Folder *folder, gconstpointer data)
{
  g_autofree char *file = g_build_filename (folder->dir, "file", NULL), *inner = g_build_filename (file, "spool", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_set_contents (file, "", 0, NULL));
  g_assert_null (scribe_spool_new (inner, &error));
  g_assert_error (error, SCRIBE_ERROR, SCRIBE_ERROR_OUTPUT);
  g_test_message ("%s", error->message);
}

#define ADD(name, function) g_test_add (name, Folder, NULL, folder_set_up, function, folder_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  ADD ("/spool/finished", test_a_finished_recording_is_a_wav);
  ADD ("/spool/growing", test_a_recording_can_be_read_while_it_grows);
  ADD ("/spool/clipped", test_samples_out_of_bounds_are_clipped);
  ADD ("/spool/private", test_only_the_owner_may_read_it);
  ADD ("/spool/discarded", test_a_discarded_recording_is_gone);
  ADD ("/spool/held", test_a_held_recording_is_no_orphan);
  ADD ("/spool/recovered", test_an_orphan_is_recovered_with_the_time_it_was_said);
  ADD ("/spool/oldest-first", test_orphans_come_oldest_first);
  ADD ("/spool/empty", test_an_empty_orphan_is_removed);
  ADD ("/spool/no-folder", test_a_missing_folder_has_no_orphans);
  ADD ("/spool/loss-of-power", test_a_header_of_zeros_and_half_a_sample_are_repaired);
  ADD ("/spool/strange", test_a_strange_file_is_left_alone);
  ADD ("/spool/kill-9", test_kill_9_loses_nothing_that_was_appended);
  ADD ("/spool/full-disk", test_a_full_disk_is_told_once_and_keeps_what_was_said);
  ADD ("/spool/small-disk", test_a_small_disk);
  ADD ("/spool/bad-folder", test_a_folder_that_cannot_be_made_is_told);
  return g_test_run ();
}
