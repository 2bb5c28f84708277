/* live.c - a session with folders of its own, and what the database holds of it, for tests
 *
 * SPDX-License-Identifier: MIT
 */
#include "live.h"
#include "sound.h"

#include <glib/gstdio.h>
#include <string.h>

static gboolean
wake (gpointer data)
{
  return G_SOURCE_CONTINUE;
}

void
live_iterate (void)
{
  guint timer = g_timeout_add (10, wake, NULL);

  g_main_context_iteration (NULL, TRUE);
  g_source_remove (timer);
}

void
live_iterate_for (double seconds)
{
  const gint64 end = g_get_monotonic_time () + (gint64) (seconds * G_TIME_SPAN_SECOND);

  while (g_get_monotonic_time () < end)
    live_iterate ();
}

void
live_init (Live *live)
{
  *live = (Live){ .folder = g_dir_make_tmp ("tilescribe-session-XXXXXX", NULL) };
  g_assert_nonnull (live->folder);
  live->database = g_build_filename (live->folder, "data", "transcripts.db", NULL);
  live->recordings = g_build_filename (live->folder, "data", "recordings", NULL);
  live->spools = g_build_filename (live->recordings, "unfinished", NULL);
  live->model = g_build_filename (g_getenv ("TILESCRIBE_DATA"), "models", "starter-en.bin", NULL);
  scribe_session_options_init (&live->options);
  live->options.model = live->model;
  live->options.device = "cpu";
  live->options.n_threads = 2;
}

static void
remove_folder (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir && (name = g_dir_read_name (dir)))
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      if (g_file_test (path, G_FILE_TEST_IS_DIR) && !g_file_test (path, G_FILE_TEST_IS_SYMLINK))
        remove_folder (path);
      else
        g_unlink (path);
    }
  g_rmdir (folder);
}

void
live_clear (Live *live)
{
  live_stop (live);
  remove_folder (live->folder);
  g_free (live->folder);
  g_free (live->database);
  g_free (live->recordings);
  g_free (live->spools);
  g_free (live->model);
}

void
live_start (Live *live)
{
  live->session = scribe_session_new (live->database);
  scribe_session_configure (live->session, &live->options);
}

void
live_stop (Live *live)
{
  if (live->session == NULL)
    return;
  scribe_session_close (live->session);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_object_add_weak_pointer (G_OBJECT (live->session), (gpointer *) &live->session);
  g_object_unref (live->session);
  g_assert_null (live->session); /* nobody holds it any more */
}

char *
live_clip (const char *name)
{
  return g_test_build_filename (G_TEST_DIST, "data", name, NULL);
}

char *
live_text_of (const char *name)
{
  g_autofree char *path = live_clip ("texts.tsv"), *texts = NULL;
  g_auto (GStrv) lines = NULL;

  g_assert_true (g_file_get_contents (path, &texts, NULL, NULL));
  lines = g_strsplit (texts, "\n", -1);
  for (guint i = 0; lines[i]; i++)
    if (g_str_has_prefix (lines[i], name) && lines[i][strlen (name)] == '\t')
      return g_strdup (strrchr (lines[i], '\t') + 1);
  g_error ("%s has no text", name);
}

/* Letters to be taken away, added or changed. */
static guint
distance (const char *a, const char *b)
{
  const gsize n = strlen (b);
  g_autofree guint *row = g_new (guint, n + 1);

  for (gsize j = 0; j <= n; j++)
    row[j] = (guint) j;
  for (; *a; a++)
    {
      guint diagonal = row[0]++;

      for (gsize j = 1; j <= n; j++)
        {
          const guint changed = diagonal + (*a != b[j - 1]);

          diagonal = row[j];
          row[j] = MIN (changed, MIN (row[j - 1], row[j]) + 1);
        }
    }
  return row[n];
}

void
live_assert_like (const char *heard, const char *clip)
{
  g_autofree char *said = live_text_of (clip);

  if (distance (heard, said) > strlen (said) / 10)
    g_assert_cmpstr (heard, ==, said);
}

GPtrArray *
live_transcripts (Live *live)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ScribeStore) store = scribe_store_open (live->database, FALSE, &error);
  GPtrArray *full = g_ptr_array_new_with_free_func ((GDestroyNotify) scribe_transcript_free);
  g_autoptr (GPtrArray) list = NULL;

  g_assert_no_error (error);
  list = scribe_store_list (store, 0, 0, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < list->len; i++)
    {
      g_ptr_array_add (full, scribe_store_get (store, ((ScribeTranscript *) g_ptr_array_index (list, i))->id, &error));
      g_assert_no_error (error);
    }
  return full;
}

ScribeTranscript *
live_only_transcript (Live *live)
{
  g_autoptr (GPtrArray) all = live_transcripts (live);

  g_assert_cmpuint (all->len, ==, 1);
  g_ptr_array_set_free_func (all, NULL);
  return g_ptr_array_index (all, 0);
}

guint
live_count_files (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;
  guint n = 0;

  while (dir && (name = g_dir_read_name (dir)))
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      n += !g_file_test (path, G_FILE_TEST_IS_DIR);
    }
  return n;
}

ScribeJob *
live_add (Live *live, const char *path)
{
  return g_object_ref (scribe_session_add_file (live->session, path, NULL));
}

ScribeJob *
live_add_clip (Live *live, const char *name)
{
  g_autofree char *path = live_clip (name);

  return live_add (live, path);
}

char *
live_write_long (Live *live, const char *clip, guint n, double pause)
{
  g_autoptr (GArray) sound = sound_new (), said = sound_of_clip (clip);
  g_autofree char *from = NULL;
  char *path = g_build_filename (live->folder, "long.wav", NULL);

  for (guint i = 0; i < n; i++)
    {
      sound_append (sound, said);
      sound_append_silence (sound, pause);
    }
  from = sound_write (sound);
  g_assert_cmpint (g_rename (from, path), ==, 0);
  return path;
}

void
live_assert_ended (ScribeJob *job, ScribeJobState state)
{
  WAIT_UNTIL (scribe_job_get_state (job) > SCRIBE_JOB_RUNNING);
  g_assert_cmpint (scribe_job_get_state (job), ==, state);
}
