/* listen.c - a recording read from end to end, for tests
 *
 * SPDX-License-Identifier: MIT
 */
#include "listen.h"
#include "audio/audio-file.h"

#include <glib/gstdio.h>
#include <math.h>

GArray *
listen_to (const char *path, gsize block, GError **error)
{
  g_autoptr (ScribeAudioFile) file = scribe_audio_file_open (path, NULL, error);
  g_autoptr (GArray) samples = g_array_new (FALSE, FALSE, sizeof (float));
  gssize n;

  if (file == NULL)
    return NULL;
  do
    {
      guint len = samples->len;

      g_array_set_size (samples, len + block);
      n = scribe_audio_file_read (file, &g_array_index (samples, float, len), block, error);
      g_array_set_size (samples, len + MAX (n, 0));
    }
  while (n > 0);
  return n < 0 ? NULL : g_steal_pointer (&samples);
}

GArray *
listen_to_clip (const char *name)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "data", name, NULL);
  g_autoptr (GError) error = NULL;
  GArray *samples = listen_to (path, 4096, &error);

  g_assert_no_error (error);
  return samples;
}

double
amplitude_at (const GArray *samples, double frequency)
{
  guint start = samples->len / 4, end = samples->len - start;
  double re = 0, im = 0;

  for (guint i = start; i < end; i++)
    {
      re += g_array_index (samples, float, i) * cos (2 * G_PI * frequency * i / SCRIBE_SAMPLE_RATE);
      im += g_array_index (samples, float, i) * sin (2 * G_PI * frequency * i / SCRIBE_SAMPLE_RATE);
    }
  return 2 * hypot (re, im) / (end - start);
}

static void
remove_folder (const char *dir)
{
  g_autoptr (GDir) files = g_dir_open (dir, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (files)) != NULL)
    {
      g_autofree char *path = g_build_filename (dir, name, NULL);
      g_remove (path);
    }
  g_rmdir (dir);
}

void
folder_set_up (Folder *folder, gconstpointer data)
{
  folder->dir = g_dir_make_tmp ("tilescribe-audio-XXXXXX", NULL);
  g_assert_nonnull (folder->dir);
}

void
folder_tear_down (Folder *folder, gconstpointer data)
{
  remove_folder (folder->dir);
  g_free (folder->dir);
}
