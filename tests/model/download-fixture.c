/* download-fixture.c - a download, its folder, and the server it comes from
 *
 * SPDX-License-Identifier: MIT
 */
#include "download-fixture.h"

#include <glib/gstdio.h>
#include <string.h>

#define PORTS "TILESCRIBE_TEST_PORTS" /* of the server a parent process has started: plain and encrypted, 0 if there is none */
#define LOG   "TILESCRIBE_TEST_LOG"

guint
server_port (gboolean encrypted)
{
  g_auto (GStrv) ports = g_strsplit (g_getenv (PORTS), " ", 2);

  return g_ascii_strtoull (ports[encrypted], NULL, 10);
}

void
fixture_aim (Fixture *f, const char *behaviour)
{
  g_free (f->address);
  g_free (f->url);
  f->address = g_strdup_printf ("/%s?%s", behaviour, g_test_get_path ());
  f->url = g_strdup_printf ("http://127.0.0.1:%u%s", server_port (FALSE), f->address);
  f->download.url = f->url;
}

void
fixture_set_up (Fixture *f, gconstpointer behaviour)
{
  f->content = g_malloc (SIZE);
  for (guint i = 0; i < SIZE; i++)
    f->content[i] = i * 31 + (i >> 8);
  f->sha256 = g_compute_checksum_for_data (G_CHECKSUM_SHA256, f->content, SIZE);
  f->root = g_dir_make_tmp ("tilescribe-XXXXXX", NULL);
  f->folder = g_build_filename (f->root, "models", NULL);
  f->path = g_build_filename (f->folder, "file.bin", NULL);
  f->part = g_strconcat (f->path, ".part", NULL);
  f->tag = g_strconcat (f->path, ".part.etag", NULL);
  f->cancellable = g_cancellable_new ();
  scribe_download_init (&f->download);
  f->download.path = f->path;
  f->download.sha256 = f->sha256;
  f->download.size = SIZE;
  f->download.n_retries = 1;
  f->download.stall = 1;
  fixture_aim (f, behaviour);
}

void
fixture_tear_down (Fixture *f, gconstpointer behaviour)
{
  g_unlink (f->path);
  g_unlink (f->part);
  g_unlink (f->tag);
  g_remove (f->folder);
  g_assert_cmpint (g_rmdir (f->root), ==, 0);
  g_clear_error (&f->error);
  g_object_unref (f->cancellable);
  g_free (f->content);
  g_free (f->sha256);
  g_free (f->root);
  g_free (f->folder);
  g_free (f->path);
  g_free (f->part);
  g_free (f->tag);
  g_free (f->address);
  g_free (f->url);
}

static void
note_progress (guint64 done, guint64 total, gpointer data)
{
  Fixture *f = data;

  f->done = done;
  f->total = total;
}

gboolean
fixture_run (Fixture *f)
{
  g_clear_error (&f->error);
  return scribe_download_run (&f->download, note_progress, f, f->cancellable, &f->error);
}

void
assert_file (Fixture *f)
{
  g_autofree char *bytes = NULL;
  gsize length;

  g_assert_true (g_file_get_contents (f->path, &bytes, &length, NULL));
  g_assert_cmpmem (bytes, length, f->content, SIZE);
  g_assert_false (g_file_test (f->part, G_FILE_TEST_EXISTS));
  g_assert_false (g_file_test (f->tag, G_FILE_TEST_EXISTS));
}

void
assert_arrives (Fixture *f)
{
  gboolean arrived = fixture_run (f);

  g_assert_no_error (f->error);
  g_assert_true (arrived);
  assert_file (f);
}

void
assert_fails (Fixture *f, ScribeError code, const char *words)
{
  g_assert_false (fixture_run (f));
  g_assert_error (f->error, SCRIBE_ERROR, (int) code);
  if (strstr (f->error->message, words) == NULL)
    g_error ("“%s” should have been in: %s", words, f->error->message);
  g_assert_false (g_file_test (f->path, G_FILE_TEST_EXISTS));
}

void
assert_part (Fixture *f, gsize length)
{
  g_autofree char *bytes = NULL;
  gsize found;

  g_assert_true (g_file_get_contents (f->part, &bytes, &found, NULL));
  g_assert_cmpmem (bytes, found, f->content, length);
}

void
assert_no_part (Fixture *f)
{
  g_assert_false (g_file_test (f->part, G_FILE_TEST_EXISTS));
  g_assert_false (g_file_test (f->tag, G_FILE_TEST_EXISTS));
}

void
fixture_put_part (Fixture *f, const void *bytes, gsize length)
{
  g_assert_cmpint (g_mkdir_with_parents (f->folder, 0700), ==, 0);
  g_assert_true (g_file_set_contents (f->part, bytes, length, NULL));
}

static GPtrArray *
requests (Fixture *f)
{
  GPtrArray *found = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *log = NULL, *wanted = g_strdup_printf (" %s ", f->address);
  g_auto (GStrv) lines = NULL;

  if (!g_file_get_contents (g_getenv (LOG), &log, NULL, NULL))
    return found;
  lines = g_strsplit (log, "\n", -1);
  for (guint i = 0; lines[i]; i++)
    if (strstr (lines[i], wanted))
      g_ptr_array_add (found, g_strdup (lines[i]));
  return found;
}

void
assert_n_requests (Fixture *f, guint n)
{
  g_autoptr (GPtrArray) asked = requests (f);

  g_assert_cmpuint (asked->len, ==, n);
}

void
assert_request (Fixture *f, guint i, const char *words)
{
  g_autoptr (GPtrArray) asked = requests (f);

  g_assert_cmpuint (i, <, asked->len);
  if (strstr (asked->pdata[i], words) == NULL)
    g_error ("request %u should have had “%s”: %s", i, words, (char *) asked->pdata[i]);
}

gboolean
in_own_process (void)
{
  if (g_test_subprocess ())
    return TRUE;
  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_INHERIT_STDERR);
  g_test_trap_assert_passed ();
  return FALSE;
}

typedef struct
{
  GSubprocess *process;
  char *folder, *log, *certificate;
} Server;

/* A certificate nobody has signed, and its key, in one file; fails where there is no openssl. */
static gboolean
make_certificate (const char *path)
{
  g_autoptr (GSubprocess) openssl = NULL;

  openssl = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_SILENCE, NULL, "openssl", "req",
                              "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=127.0.0.1", "-days", "2", "-keyout", path,
                              "-out", path, NULL);
  return openssl && g_subprocess_wait_check (openssl, NULL, NULL);
}

/* Tells its ports in the environment, to this process and to those it starts. */
static void
server_start (Server *server)
{
  g_autofree char *script = g_test_build_filename (G_TEST_DIST, "model", "http-server.py", NULL);
  const char *python = g_file_test ("/usr/bin/python3", G_FILE_TEST_IS_EXECUTABLE) ? "/usr/bin/python3" : "python3";
  g_autoptr (GDataInputStream) output = NULL;
  g_autofree char *ports = NULL;

  server->folder = g_dir_make_tmp ("tilescribe-server-XXXXXX", NULL);
  server->log = g_build_filename (server->folder, "log", NULL);
  server->certificate = g_build_filename (server->folder, "certificate", NULL);
  server->process = g_subprocess_new (G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE, NULL, python, script,
                                      server->log, make_certificate (server->certificate) ? server->certificate : NULL,
                                      server->certificate, NULL);
  g_assert_nonnull (server->process);
  output = g_data_input_stream_new (g_subprocess_get_stdout_pipe (server->process));
  ports = g_data_input_stream_read_line (output, NULL, NULL, NULL);
  g_assert_nonnull (ports);
  g_setenv (PORTS, ports, TRUE);
  g_setenv (LOG, server->log, TRUE);
}

static void
server_stop (Server *server)
{
  g_output_stream_close (g_subprocess_get_stdin_pipe (server->process), NULL, NULL);
  g_subprocess_wait (server->process, NULL, NULL);
  g_unlink (server->log);
  g_unlink (server->certificate);
  g_rmdir (server->folder);
  g_object_unref (server->process);
  g_free (server->folder);
  g_free (server->log);
  g_free (server->certificate);
}

int
run_tests_with_server (void)
{
  static const char *const proxies[] = { "http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy",
                                         "ALL_PROXY",  "no_proxy",    "NO_PROXY" };
  gboolean own_server = g_getenv (PORTS) == NULL;
  Server server = { 0 };
  int failed;

  for (guint i = 0; i < G_N_ELEMENTS (proxies); i++)
    g_unsetenv (proxies[i]);
  if (own_server)
    server_start (&server);
  failed = g_test_run ();
  if (own_server)
    server_stop (&server);
  return failed;
}
