/* autostart.c - the program starts with the desktop session
 *
 * A desktop file in $XDG_CONFIG_HOME/autostart starts the program that is running now, in the background.
 * Source: Desktop Application Autostart Specification 0.5; Desktop Entry Specification 1.5, "The Exec key".
 *
 * SPDX-License-Identifier: MIT
 */
#include "desktop/autostart.h"

#include "application.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>

#define FILE_NAME TILESCRIBE_APPLICATION_ID ".desktop"
#define SANDBOX   "/.flatpak-info"

gboolean
tilescribe_autostart_is_possible (void)
{
  return !g_file_test (SANDBOX, G_FILE_TEST_EXISTS);
}

/* An argument of an Exec key; what the key file does to a string comes on top. */
static char *
quote (const char *path)
{
  g_autoptr (GString) quoted = g_string_new ("\"");

  for (const char *c = path; *c; c++)
    {
      if (*c == '"' || *c == '`' || *c == '$' || *c == '\\')
        g_string_append_c (quoted, '\\');
      if (*c == '%')
        g_string_append_c (quoted, '%');
      g_string_append_c (quoted, *c);
    }
  g_string_append_c (quoted, '"');
  return g_strdup (quoted->str);
}

static char *
command (void)
{
  g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *quoted = quote (program ? program : "tilescribe");

  return g_strconcat (quoted, " --gapplication-service", NULL);
}

static gboolean
write_file (const char *path, GError **error)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autofree char *folder = g_path_get_dirname (path), *exec = command ();

  g_key_file_set_string (file, G_KEY_FILE_DESKTOP_GROUP, G_KEY_FILE_DESKTOP_KEY_TYPE, "Application");
  g_key_file_set_string (file, G_KEY_FILE_DESKTOP_GROUP, G_KEY_FILE_DESKTOP_KEY_NAME, "Tilescribe");
  g_key_file_set_string (file, G_KEY_FILE_DESKTOP_GROUP, G_KEY_FILE_DESKTOP_KEY_ICON, TILESCRIBE_APPLICATION_ID);
  g_key_file_set_string (file, G_KEY_FILE_DESKTOP_GROUP, G_KEY_FILE_DESKTOP_KEY_EXEC, exec);
  g_mkdir_with_parents (folder, 0700);
  return g_key_file_save_to_file (file, path, error);
}

static gboolean
delete_file (const char *path, GError **error)
{
  if (g_unlink (path) == 0 || errno == ENOENT)
    return TRUE;
  g_set_error_literal (error, G_FILE_ERROR, g_file_error_from_errno (errno), g_strerror (errno));
  return FALSE;
}

static void
set_in_thread (GTask *task, gpointer source, gpointer starts, GCancellable *cancellable)
{
  g_autofree char *path = g_build_filename (g_get_user_config_dir (), "autostart", FILE_NAME, NULL);
  g_autoptr (GError) cause = NULL;

  if (GPOINTER_TO_INT (starts) ? write_file (path, &cause) : delete_file (path, &cause))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_new_error (task, SCRIBE_ERROR, SCRIBE_ERROR_OUTPUT,
                             _ ("“%s” cannot be changed: %s. Check the permissions of its folder."), path, cause->message);
}

void
tilescribe_autostart_set_async (gboolean starts, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);

  g_task_set_source_tag (task, tilescribe_autostart_set_async);
  g_task_set_task_data (task, GINT_TO_POINTER (starts), NULL);
  g_task_run_in_thread (task, set_in_thread);
}

gboolean
tilescribe_autostart_set_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}
