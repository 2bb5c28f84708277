/* test-download-machine.c - downloads on machines with full disks, proxies, no TLS, and sudden deaths
 *
 * A test that changes its surroundings runs in a process of its own.
 *
 * SPDX-License-Identifier: MIT
 */
#include "download-fixture.h"

#include <glib/gstdio.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <unistd.h>

#define LOGIN "somebody:sec%3aret%40home" /* for a proxy, as its address has it */

#define CHILD_PATH  "TILESCRIBE_TEST_PATH"
#define FIRST_BYTES "the first bytes are here"

/* --- The disk ------------------------------------------------------------------------------------------------------------ */

static void
test_no_room (Fixture *f, gconstpointer behaviour)
{
  f->download.size = G_GUINT64_CONSTANT (1) << 62;
  assert_fails (f, SCRIBE_ERROR_OUTPUT, "There is no room");
  assert_n_requests (f, 0);
  assert_no_part (f);
}

static void
test_folder_is_a_file (Fixture *f, gconstpointer behaviour)
{
  g_assert_true (g_file_set_contents (f->folder, "x", 1, NULL));
  assert_fails (f, SCRIBE_ERROR_OUTPUT, "cannot be written");
}

static void
test_write_fails (Fixture *f, gconstpointer behaviour)
{
  struct rlimit limit = { 50000, 50000 };

  if (!in_own_process ())
    return;
  signal (SIGXFSZ, SIG_IGN);
  setrlimit (RLIMIT_FSIZE, &limit);
  assert_fails (f, SCRIBE_ERROR_OUTPUT, "cannot be written");
  assert_part (f, 50000);
}

static void
write_to (const char *path, const char *text)
{
  FILE *file = g_fopen (path, "w");

  g_assert_nonnull (file);
  fputs (text, file);
  g_assert_cmpint (fclose (file), ==, 0);
}

/* A file system of 64 KiB in a namespace of this process: a disk of its own to fill. */
static void
mount_small_disk (const char *folder)
{
  g_autofree char *users = g_strdup_printf ("0 %u 1", getuid ()), *groups = g_strdup_printf ("0 %u 1", getgid ());

  g_assert_cmpint (unshare (CLONE_NEWUSER | CLONE_NEWNS), ==, 0);
  write_to ("/proc/self/setgroups", "deny");
  write_to ("/proc/self/uid_map", users);
  write_to ("/proc/self/gid_map", groups);
  g_mkdir_with_parents (folder, 0700);
  g_assert_cmpint (mount ("none", folder, "tmpfs", 0, "size=64k"), ==, 0);
}

static void
test_full_disk (Fixture *f, gconstpointer behaviour)
{
  int status = 1;

  if (!g_test_subprocess () && (!g_spawn_command_line_sync ("unshare -Urm true", NULL, NULL, &status, NULL) || status != 0))
    {
      g_test_skip ("this machine does not allow namespaces");
      return;
    }
  if (!in_own_process ())
    return;
  mount_small_disk (f->folder);
  f->download.size = 0;
  assert_fails (f, SCRIBE_ERROR_OUTPUT, "The disk is full");
  g_assert_cmpint (mount ("none", f->folder, NULL, MS_REMOUNT, "size=1m"), ==, 0);
  assert_arrives (f);
  assert_request (f, 1, " bytes=");
  umount2 (f->folder, MNT_DETACH);
}

/* --- Proxies and encryption ---------------------------------------------------------------------------------------------- */

/* "VARIABLE=VALUE", where PORT stands for the server's port */
static void
set_environment (const char *const *variables)
{
  g_autofree char *number = g_strdup_printf ("%u", server_port (FALSE));

  for (guint i = 0; variables[i]; i++)
    {
      g_auto (GStrv) pair = g_strsplit (variables[i], "=", 2);
      g_autoptr (GString) value = g_string_new (pair[1]);

      g_string_replace (value, "PORT", number, 0);
      g_setenv (pair[0], value->str, TRUE);
    }
}

typedef struct
{
  const char *name, *url; /* NULL: models.invalid, which no resolver knows */
  const char *error;      /* NULL: the file arrives, through the proxy */
  const char *variables[4];
} Surroundings;

static const Surroundings surroundings[] = {
  { "libproxy", NULL, NULL, { "http_proxy=http://127.0.0.1:PORT" } },
  { "environment", NULL, NULL, { "GIO_USE_PROXY_RESOLVER=dummy", "http_proxy=http://127.0.0.1:PORT" } },
  { "no-scheme", NULL, NULL, { "http_proxy=127.0.0.1:PORT" } },
  { "all", NULL, NULL, { "all_proxy=http://127.0.0.1:PORT/" } },
  { "gnome", NULL, NULL, { "XDG_CURRENT_DESKTOP=GNOME", "GSETTINGS_BACKEND=memory", "http_proxy=http://127.0.0.1:PORT" } },
  { "password", "http://models.invalid/guarded", NULL, { "http_proxy=http://" LOGIN "@127.0.0.1:PORT" } },
  { "wrong-password", "http://models.invalid/guarded", "name and password", { "http_proxy=http://x:y@127.0.0.1:PORT" } },
  { "no-password", "http://models.invalid/guarded", "name and password", { "http_proxy=http://127.0.0.1:PORT" } },
  { "tunnel", "https://models.invalid/normal", "certificate", { "https_proxy=http://127.0.0.1:PORT" } },
  { "tunnel-password", "https://guarded.invalid/normal", "certificate", { "https_proxy=http://" LOGIN "@127.0.0.1:PORT" } },
  { "tunnel-no-password", "https://guarded.invalid/normal", "name and password", { "https_proxy=http://127.0.0.1:PORT" } },
  { "excepted", NULL, "cannot be reached", { "http_proxy=http://127.0.0.1:PORT", "no_proxy=localhost,.invalid" } },
  { "excepted-environment",
    NULL,
    "cannot be reached",
    { "GIO_USE_PROXY_RESOLVER=dummy", "http_proxy=127.0.0.1:PORT", "no_proxy=localhost, models.invalid" } },
  { "all-excepted", NULL, "cannot be reached", { "http_proxy=127.0.0.1:PORT", "no_proxy=*" } },
  { "not-for-http", NULL, "cannot be reached", { "https_proxy=http://127.0.0.1:PORT" } },
  { "proxy-is-gone", NULL, "cannot be reached", { "http_proxy=http://127.0.0.1:9" } },
  { "no-tls", "https://127.0.0.1:PORT/normal", "glib-networking", { "GIO_USE_TLS=dummy" } },
};

static void
test_surroundings (Fixture *f, gconstpointer data)
{
  const Surroundings *s = data;
  g_autoptr (GString) url = NULL;
  g_autofree char *number = NULL;

  if (g_strcmp0 (s->error, "certificate") == 0 && server_port (TRUE) == 0)
    {
      g_test_skip ("openssl is needed to make a certificate");
      return;
    }
  if (!in_own_process ())
    return;
  set_environment (s->variables);
  number = g_strdup_printf ("%u", server_port (FALSE));
  url = g_string_new (s->url ? s->url : "http://models.invalid/normal");
  g_string_replace (url, "PORT", number, 0);
  f->download.url = url->str;
  if (s->error)
    assert_fails (f, SCRIBE_ERROR_DOWNLOAD, s->error);
  else
    assert_arrives (f);
}

static void
set_up_surroundings (Fixture *f, gconstpointer data)
{
  fixture_set_up (f, "normal");
}

static void
test_https_asks_the_proxy (Fixture *f, gconstpointer behaviour)
{
  static const char *const variables[] = { "https_proxy=http://127.0.0.1:PORT", NULL };

  if (!in_own_process ())
    return;
  set_environment (variables);
  f->download.url = "https://models.invalid/normal";
  g_assert_false (fixture_run (f));
  g_free (f->address);
  f->address = g_strdup ("models.invalid:443");
  assert_n_requests (f, 1);
}

static void
test_untrusted (Fixture *f, gconstpointer behaviour)
{
  g_autofree char *url = g_strdup_printf ("https://127.0.0.1:%u/normal", server_port (TRUE));

  if (server_port (TRUE) == 0)
    {
      g_test_skip ("openssl is needed to make a certificate");
      return;
    }
  f->download.url = url;
  assert_fails (f, SCRIBE_ERROR_DOWNLOAD, "certificate");
  assert_no_part (f);
}

/* --- Sudden death ------------------------------------------------------------------------------------------------------ */

/* A process that dies leaves a part that is not locked. */
static void
test_killed (Fixture *f, gconstpointer behaviour)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE);
  g_autofree char *self = g_file_read_link ("/proc/self/exe", NULL);
  g_autoptr (GSubprocess) child = NULL;
  g_autoptr (GDataInputStream) output = NULL;
  g_autofree char *line = NULL;

  g_subprocess_launcher_setenv (launcher, CHILD_PATH, f->path, TRUE);
  child = g_subprocess_launcher_spawn (launcher, NULL, self, "-p", "/download-machine/killed/subprocess/child", NULL);
  output = g_data_input_stream_new (g_subprocess_get_stdout_pipe (child));
  do
    {
      g_free (line);
      line = g_data_input_stream_read_line (output, NULL, NULL, NULL);
    }
  while (line && strstr (line, FIRST_BYTES) == NULL);
  g_assert_nonnull (line);
  g_subprocess_force_exit (child);
  g_subprocess_wait (child, NULL, NULL);

  assert_arrives (f);
  assert_request (f, 0, " bytes=");
}

static void
print_first_bytes (guint64 done, guint64 total, gpointer data)
{
  if (done > 0)
    {
      puts (FIRST_BYTES);
      fflush (stdout);
    }
}

static void
child_killed (Fixture *f, gconstpointer behaviour)
{
  g_rmdir (f->root);
  f->download.path = g_getenv (CHILD_PATH);
  f->download.stall = 600;
  scribe_download_run (&f->download, print_first_bytes, NULL, NULL, NULL);
}

static const struct
{
  const char *name, *behaviour;
  void (*test) (Fixture *, gconstpointer);
} tests[] = {
  { "killed", "normal", test_killed },
  { "killed/subprocess/child", "stall-later", child_killed },
  { "no-room", "normal", test_no_room },
  { "folder-is-a-file", "normal", test_folder_is_a_file },
  { "write-fails", "normal", test_write_fails },
  { "full-disk", "chunked", test_full_disk },
  { "https-asks-the-proxy", "normal", test_https_asks_the_proxy },
  { "untrusted", "normal", test_untrusted },
};

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    {
      g_autofree char *name = g_strconcat ("/download-machine/", tests[i].name, NULL);

      g_test_add (name, Fixture, tests[i].behaviour, fixture_set_up, tests[i].test, fixture_tear_down);
    }
  for (guint i = 0; i < G_N_ELEMENTS (surroundings); i++)
    {
      g_autofree char *name = g_strconcat ("/download-machine/surroundings/", surroundings[i].name, NULL);

      g_test_add (name, Fixture, &surroundings[i], set_up_surroundings, test_surroundings, fixture_tear_down);
    }
  return run_tests_with_server ();
}
