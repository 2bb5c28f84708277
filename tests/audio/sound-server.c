/* sound-server.c - a sound server of the test's own, whose microphone hears what the test plays
 *
 * A null sink with nobody at its monitor works in blocks of two seconds, as nobody is in a hurry. A sound card does not: so somebody
 * listens to each monitor, in blocks of ten milliseconds, and throws it away.
 *
 * SPDX-License-Identifier: MIT
 */
#include "sound-server.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <glob.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>

#define START_SECONDS 20

struct _SoundServer
{
  char *folder;
  GSubprocess *process;
  GHashTable *listeners; /* of each sink's name: GSubprocess */
};

static const char *const programs[] = { "pulseaudio", "pactl", "paplay", "parec" };
static const char *const plugins[] = { "/usr/lib/*/alsa-lib/libasound_module_pcm_pulse.so",
                                       "/usr/lib*/alsa-lib/libasound_module_pcm_pulse.so" };

const char *
sound_server_find_what_is_missing (void)
{
  glob_t found = { 0 };

  for (guint i = 0; i < G_N_ELEMENTS (programs); i++)
    {
      g_autofree char *path = g_find_program_in_path (programs[i]);

      if (path == NULL)
        return programs[i];
    }
  for (guint i = 0; i < G_N_ELEMENTS (plugins); i++)
    glob (plugins[i], i > 0 ? GLOB_APPEND : 0, NULL, &found);
  if (found.gl_pathc == 0)
    return "ALSA's plug-in for PulseAudio";
  globfree (&found);
  return NULL;
}

/* A test that crashes leaves nobody behind. */
static void
die_with_the_test (gpointer data)
{
  prctl (PR_SET_PDEATHSIG, SIGKILL);
}

static GSubprocess *
spawn (const char *const *arguments)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_SILENCE
                                                                        | G_SUBPROCESS_FLAGS_STDERR_SILENCE);
  g_autoptr (GError) error = NULL;
  GSubprocess *process;

  g_subprocess_launcher_set_child_setup (launcher, die_with_the_test, NULL, NULL);
  process = g_subprocess_launcher_spawnv (launcher, arguments, &error);
  g_assert_no_error (error);
  return process;
}

static gboolean
succeeds (const char *const *arguments)
{
  g_autoptr (GSubprocess) process = spawn (arguments);

  return g_subprocess_wait_check (process, NULL, NULL);
}

#define PACTL(...) succeeds ((const char *const[]){ "pactl", __VA_ARGS__, NULL })

/* Everybody who asks for sound from here on, in this process or a child, comes to this server. */
static void
move_in (SoundServer *server)
{
  g_autofree char *address = g_strdup_printf ("unix:%s/native", server->folder);
  g_autofree char *cookie = g_build_filename (server->folder, "cookie", NULL);

  g_setenv ("HOME", server->folder, TRUE);
  g_setenv ("XDG_RUNTIME_DIR", server->folder, TRUE);
  g_setenv ("XDG_CONFIG_HOME", server->folder, TRUE);
  g_setenv ("PULSE_SERVER", address, TRUE);
  g_setenv ("PULSE_COOKIE", cookie, TRUE);
  g_unsetenv ("PULSE_SOURCE");
  g_unsetenv ("PULSE_SINK");
  g_unsetenv ("DISPLAY"); /* libpulse would read the address from its root window */
}

SoundServer *
sound_server_new (void)
{
  SoundServer *server = g_new0 (SoundServer, 1);
  g_autofree char *alsa = NULL;

  server->folder = g_dir_make_tmp ("tilescribe-sound-XXXXXX", NULL);
  g_assert_nonnull (server->folder);
  server->listeners = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
  move_in (server);
  alsa = g_build_filename (server->folder, ".asoundrc", NULL);
  g_assert_true (g_file_set_contents (alsa, "pcm.!default { type pulse }\nctl.!default { type pulse }\n", -1, NULL));
  return server;
}

gboolean
sound_server_start (SoundServer *server)
{
  const char *missing = sound_server_find_what_is_missing ();
  g_autofree char *reason = g_strdup_printf ("%s is not installed", missing);
  g_autofree char *protocol = g_strdup_printf ("module-native-protocol-unix auth-anonymous=1 socket=%s/native", server->folder);
  const char *const arguments[] = {
    "pulseaudio", "-n", "--daemonize=no", "--use-pid-file=no", "--exit-idle-time=-1", "--disallow-exit", "-L", protocol, NULL
  };
  const gint64 end = g_get_monotonic_time () + START_SECONDS * G_TIME_SPAN_SECOND;

  if (missing != NULL)
    {
      g_test_skip (reason);
      return FALSE;
    }
  sound_server_kill (server);
  server->process = spawn (arguments);
  while (!PACTL ("info"))
    {
      g_assert_cmpint (g_get_monotonic_time (), <, end);
      g_usleep (20000);
    }
  return TRUE;
}

static void
end_process (GSubprocess *process)
{
  g_subprocess_send_signal (process, SIGKILL);
  g_subprocess_wait (process, NULL, NULL);
}

void
sound_server_kill (SoundServer *server)
{
  GHashTableIter iter;
  gpointer listener;

  g_hash_table_iter_init (&iter, server->listeners);
  while (g_hash_table_iter_next (&iter, NULL, &listener))
    end_process (listener);
  g_hash_table_remove_all (server->listeners);
  if (server->process != NULL)
    end_process (server->process);
  g_clear_object (&server->process);
}

static void
remove_folder (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
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
sound_server_free (SoundServer *server)
{
  if (server == NULL)
    return;
  sound_server_kill (server);
  remove_folder (server->folder);
  g_hash_table_unref (server->listeners);
  g_free (server->folder);
  g_free (server);
}

/* --- Sinks --- */

/* What "pactl list" tells of these. */
static char *
list (const char *const *arguments)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) process = g_subprocess_newv (arguments, G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error);
  char *text = NULL;

  g_assert_no_error (error);
  g_subprocess_communicate_utf8 (process, NULL, NULL, &text, NULL, &error);
  g_assert_no_error (error);
  return text;
}

#define LIST(...) list ((const char *const[]){ "pactl", "list", __VA_ARGS__, NULL })

static gboolean
is_listening (GSubprocess *listener)
{
  g_autofree char *id = g_strdup_printf ("application.process.id = \"%s\"", g_subprocess_get_identifier (listener));
  g_autofree char *text = LIST ("source-outputs");

  return strstr (text, id) != NULL;
}

/* What is played before that goes out in a block of two seconds, past everybody who begins to record only then. */
static void
wait_until_it_listens (GSubprocess *listener)
{
  const gint64 end = g_get_monotonic_time () + START_SECONDS * G_TIME_SPAN_SECOND;

  while (!is_listening (listener))
    {
      g_assert_cmpint (g_get_monotonic_time (), <, end);
      g_usleep (20000);
    }
}

void
sound_server_add_sink (SoundServer *server, const char *name, guint n_channels, guint rate)
{
  g_autofree char *sink = g_strconcat ("sink_name=", name, NULL), *monitor = g_strconcat (name, ".monitor", NULL);
  g_autofree char *channels = g_strdup_printf ("channels=%u", n_channels), *hertz = g_strdup_printf ("rate=%u", rate);
  const char *const listen[] = { "parec", "--latency-msec=10", "--device", monitor, "/dev/null", NULL };
  GSubprocess *listener;

  g_assert_true (PACTL ("load-module", "module-null-sink", sink, channels, hertz));
  g_assert_true (PACTL ("set-default-source", monitor));
  g_assert_true (PACTL ("set-default-sink", name));
  listener = spawn (listen);
  g_hash_table_insert (server->listeners, g_strdup (name), listener);
  wait_until_it_listens (listener);
}

void
sound_server_remove_sink (SoundServer *server, const char *name)
{
  g_autofree char *text = LIST ("short", "modules"), *wanted = g_strconcat ("sink_name=", name, " ", NULL);
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    if (strstr (lines[i], wanted) != NULL)
      {
        *strchr (lines[i], '\t') = '\0';
        g_assert_true (PACTL ("unload-module", lines[i]));
      }
  end_process (g_hash_table_lookup (server->listeners, name));
  g_hash_table_remove (server->listeners, name);
}

gboolean
sound_server_play (SoundServer *server, const char *sink, const char *path)
{
  g_autofree char *device = g_strconcat ("--device=", sink, NULL);

  return succeeds ((const char *const[]){ "paplay", device, path, NULL });
}

const char *
sound_server_get_folder (SoundServer *server)
{
  return server->folder;
}
