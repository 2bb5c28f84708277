/* outputs.c - which file each transcript goes to
 *
 * SPDX-License-Identifier: MIT
 */
#include "outputs.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <string.h>

static gboolean
is_standard (const char *path)
{
  return path == NULL || strcmp (path, "-") == 0;
}

/* Where the extension of path begins: at its last dot, unless that is the first character of the name. */
static gsize
stem_length (const char *path)
{
  const char *slash = strrchr (path, G_DIR_SEPARATOR), *name = slash ? slash + 1 : path;
  const char *dot = strrchr (name, '.');

  return dot && dot > name ? (gsize) (dot - path) : strlen (path);
}

static char *
path_in_folder (const char *folder, const char *recording, ScribeFormat format)
{
  g_autofree char *name = is_standard (recording) ? g_strdup ("stdin") : g_path_get_basename (recording);
  g_autofree char *file = g_strdup_printf ("%.*s.%s", (int) stem_length (name), name, scribe_format_name (format));

  return g_build_filename (folder, file, NULL);
}

static gboolean
make_folder (const char *folder, GError **error)
{
  if (g_mkdir_with_parents (folder, 0777) == 0)
    return TRUE;
  if (errno == EEXIST || errno == ENOTDIR)
    g_set_error (error, SCRIBE_ERROR, SCRIBE_ERROR_OPTION,
                 _ ("“%s” is no folder, and several transcripts need one. Name a folder with --output."), folder);
  else
    g_set_error (error, SCRIBE_ERROR, SCRIBE_ERROR_OUTPUT, _ ("The folder “%s” cannot be made: %s. Name another one."), folder,
                 g_strerror (errno));
  return FALSE;
}

static gboolean
is_same_file (const char *a, const char *b)
{
  GStatBuf first, second;

  return g_stat (a, &first) == 0 && g_stat (b, &second) == 0 && first.st_dev == second.st_dev && first.st_ino == second.st_ino;
}

/* No transcript may replace a recording, its own or another's. */
static gboolean
spares_recordings (const char *path, char *const *recordings, GError **error)
{
  for (; *recordings; recordings++)
    if (!is_standard (*recordings) && g_file_test (path, G_FILE_TEST_IS_REGULAR) && is_same_file (path, *recordings))
      {
        g_set_error (error, SCRIBE_ERROR, SCRIBE_ERROR_OPTION,
                     _ ("The transcript would replace the recording “%s”. Name another file with --output."), *recordings);
        return FALSE;
      }
  return TRUE;
}

static gboolean
is_unique (GPtrArray *paths, const char *path, GError **error)
{
  if (!g_ptr_array_find_with_equal_func (paths, path, g_str_equal, NULL))
    return TRUE;
  g_set_error (error, SCRIBE_ERROR, SCRIBE_ERROR_OPTION,
               _ ("Two recordings would both be written to “%s”. Transcribe them into different folders."), path);
  return FALSE;
}

/* A writer that is freed leaves no file. What is neither a file nor new (a device, a pipe) is not touched before its time. */
static gboolean
can_be_written (const char *path, ScribeFormat format, GError **error)
{
  g_autoptr (ScribeWriter) writer = NULL;

  if (g_file_test (path, G_FILE_TEST_EXISTS) && !g_file_test (path, G_FILE_TEST_IS_REGULAR | G_FILE_TEST_IS_DIR))
    return TRUE;
  writer = scribe_writer_new (path, format, FALSE, error);
  return writer != NULL;
}

GPtrArray *
cli_outputs_new (char *const *recordings, const char *output, ScribeFormat format, GError **error)
{
  g_autoptr (GPtrArray) paths = g_ptr_array_new_with_free_func (g_free);
  gboolean in_folder;

  if (is_standard (output))
    {
      g_ptr_array_set_size (paths, (int) g_strv_length ((char **) recordings));
      return g_steal_pointer (&paths);
    }
  in_folder = recordings[1] || g_str_has_suffix (output, G_DIR_SEPARATOR_S) || g_file_test (output, G_FILE_TEST_IS_DIR);
  if (in_folder && !make_folder (output, error))
    return NULL;

  for (char *const *recording = recordings; *recording; recording++)
    {
      g_autofree char *path = in_folder ? path_in_folder (output, *recording, format) : g_strdup (output);

      if (!is_unique (paths, path, error) || !spares_recordings (path, recordings, error)
          || !can_be_written (path, format, error))
        return NULL;
      g_ptr_array_add (paths, g_steal_pointer (&path));
    }
  return g_steal_pointer (&paths);
}

char *
cli_outputs_part (const char *path)
{
  int stem = (int) stem_length (path);
  char *part = g_strdup_printf ("%.*s.part%s", stem, path, path + stem);

  for (guint i = 2; g_file_test (part, G_FILE_TEST_EXISTS); i++)
    {
      g_free (part);
      part = g_strdup_printf ("%.*s.part%u%s", stem, path, i, path + stem);
    }
  return part;
}
