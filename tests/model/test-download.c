/* test-download.c - downloads from a server that behaves as badly as servers and networks do
 *
 * SPDX-License-Identifier: MIT
 */
#include "download-fixture.h"
#include "model/part.h"

#include <string.h>

/* --- What goes well ------------------------------------------------------------------------------------------------------ */

static void
test_whole (Fixture *f, gconstpointer behaviour)
{
  assert_arrives (f);
  assert_n_requests (f, 1);
  g_assert_cmpuint (f->done, ==, SIZE);
  g_assert_cmpuint (f->total, ==, SIZE);
}

static void
test_unknown_size (Fixture *f, gconstpointer behaviour)
{
  f->download.size = 0;
  assert_arrives (f);
  g_assert_cmpuint (f->total, ==, g_str_equal (behaviour, "chunked") ? 0 : SIZE);
}

static void
test_without_progress (Fixture *f, gconstpointer behaviour)
{
  g_assert_true (scribe_download_run (&f->download, NULL, NULL, NULL, NULL));
  assert_file (f);
}

static void
test_present (Fixture *f, gconstpointer behaviour)
{
  assert_arrives (f);
  assert_arrives (f);
  assert_n_requests (f, 1);
}

static void
test_damaged_file_is_replaced (Fixture *f, gconstpointer behaviour)
{
  g_mkdir_with_parents (f->folder, 0700);
  f->content[7] ^= 1;
  g_assert_true (g_file_set_contents (f->path, (char *) f->content, SIZE, NULL));
  f->content[7] ^= 1;
  assert_arrives (f);
}

static void
test_redirect (Fixture *f, gconstpointer behaviour)
{
  assert_arrives (f);
}

static gpointer
run_in_thread (gpointer fixture)
{
  Fixture *f = fixture;

  return GINT_TO_POINTER (scribe_download_run (&f->download, NULL, NULL, NULL, NULL));
}

static void
test_other_thread (Fixture *f, gconstpointer behaviour)
{
  g_assert_true (g_thread_join (g_thread_new ("download", run_in_thread, f)));
  assert_file (f);
}

/* --- Connections that break ---------------------------------------------------------------------------------------------- */

static void
test_cut (Fixture *f, gconstpointer behaviour)
{
  assert_arrives (f);
  assert_n_requests (f, 3);
  assert_request (f, 0, " - - ");
  assert_request (f, 1, " bytes=100000- \"v0\" ");
  assert_request (f, 2, " bytes=200000- \"v0\" ");
}

static void
test_weak_tag_is_not_sent (Fixture *f, gconstpointer behaviour)
{
  assert_arrives (f);
  assert_request (f, 1, " bytes=100000- - ");
}

static void
test_deaf_to_ranges (Fixture *f, gconstpointer behaviour)
{
  assert_arrives (f);
  assert_n_requests (f, 2);
}

static void
test_deaf_and_cut_is_given_up (Fixture *f, gconstpointer behaviour)
{
  assert_fails (f, SCRIBE_ERROR_DOWNLOAD, "broke after 100.0");
  assert_n_requests (f, 3);
  assert_part (f, 100000);
}

static void
test_stall_once (Fixture *f, gconstpointer behaviour)
{
  assert_arrives (f);
  assert_request (f, 1, " bytes=50000- ");
}

static void
test_stall (Fixture *f, gconstpointer behaviour)
{
  f->download.n_retries = 0;
  assert_fails (f, SCRIBE_ERROR_DOWNLOAD, "Run the same again");
  assert_n_requests (f, 1);
  assert_no_part (f);
}

static void
test_busy_once (Fixture *f, gconstpointer behaviour)
{
  assert_arrives (f);
  assert_n_requests (f, 2);
}

static void
test_ranges_refused (Fixture *f, gconstpointer behaviour)
{
  assert_arrives (f);
  assert_n_requests (f, 3);
  assert_request (f, 2, " - - ");
}

static void
test_shifted_range (Fixture *f, gconstpointer behaviour)
{
  assert_arrives (f);
  assert_n_requests (f, 3);
}

static void
test_changed (Fixture *f, gconstpointer behaviour)
{
  assert_arrives (f);
  assert_n_requests (f, 2);
}

static void
test_changed_untagged (Fixture *f, gconstpointer behaviour)
{
  assert_arrives (f);
  assert_n_requests (f, 3);
}

/* --- Parts of earlier runs ----------------------------------------------------------------------------------------------- */

static void
cancel_with_first_bytes (guint64 done, guint64 total, gpointer data)
{
  if (done > 0)
    g_cancellable_cancel (data);
}

static void
test_cancelled (Fixture *f, gconstpointer behaviour)
{
  g_assert_false (scribe_download_run (&f->download, cancel_with_first_bytes, f->cancellable, f->cancellable, &f->error));
  g_assert_error (f->error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_true (g_file_test (f->part, G_FILE_TEST_EXISTS));
  g_assert_false (g_file_test (f->path, G_FILE_TEST_EXISTS));

  g_cancellable_reset (f->cancellable);
  fixture_aim (f, "normal");
  assert_arrives (f);
  assert_request (f, 0, " bytes=");
  assert_request (f, 0, "- \"v0\" ");
}

static void
test_cancelled_before (Fixture *f, gconstpointer behaviour)
{
  g_cancellable_cancel (f->cancellable);
  g_assert_false (fixture_run (f));
  g_assert_error (f->error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  assert_n_requests (f, 0);
  assert_no_part (f);
}

static void
test_damaged_part (Fixture *f, gconstpointer behaviour)
{
  g_autofree char *zeros = g_malloc0 (1000);

  fixture_put_part (f, zeros, 1000);
  assert_arrives (f);
  assert_request (f, 0, " bytes=1000- ");
  assert_request (f, 1, " - - ");
}

static void
test_whole_part (Fixture *f, gconstpointer behaviour)
{
  fixture_put_part (f, f->content, SIZE);
  assert_arrives (f);
  assert_n_requests (f, 0);
}

static void
test_whole_part_unknown_size (Fixture *f, gconstpointer behaviour)
{
  f->download.size = 0;
  fixture_put_part (f, f->content, SIZE);
  assert_arrives (f);
  assert_n_requests (f, 1);
}

static void
test_part_too_long (Fixture *f, gconstpointer behaviour)
{
  g_autofree char *zeros = g_malloc0 (SIZE + 1);

  fixture_put_part (f, zeros, SIZE + 1);
  assert_arrives (f);
  assert_request (f, 0, " - - ");
}

static void
test_hostile_tag (Fixture *f, gconstpointer behaviour)
{
  fixture_put_part (f, f->content, 1000);
  g_assert_true (g_file_set_contents (f->tag, "\"x\r\nHost: elsewhere\"", -1, NULL));
  assert_arrives (f);
  assert_request (f, 0, " bytes=1000- - ");
}

static void
test_part_in_use (Fixture *f, gconstpointer behaviour)
{
  g_auto (ScribePart) other = { .fd = -1 };

  fixture_put_part (f, f->content, 1000);
  g_assert_true (scribe_part_open (&other, f->path, NULL));
  assert_fails (f, SCRIBE_ERROR_OUTPUT, "by another program");
  assert_n_requests (f, 0);
  assert_part (f, 1000);
}

static void
test_two_at_once (Fixture *f, gconstpointer behaviour)
{
  GThread *threads[4];
  guint n_arrived = 0;

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("download", run_in_thread, f);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    n_arrived += GPOINTER_TO_INT (g_thread_join (threads[i]));

  g_assert_cmpuint (n_arrived, >, 0);
  assert_file (f);
}

/* --- What comes is wrong ------------------------------------------------------------------------------------------------- */

static void
test_wrong_bytes (Fixture *f, gconstpointer behaviour)
{
  assert_fails (f, SCRIBE_ERROR_DOWNLOAD, "SHA-256 is another");
  assert_n_requests (f, 1);
  assert_no_part (f);
}

static void
test_wrong_length (Fixture *f, gconstpointer behaviour)
{
  fixture_put_part (f, f->content, 1000);
  assert_fails (f, SCRIBE_ERROR_DOWNLOAD, "300000 belong");
  assert_n_requests (f, 1);
  assert_part (f, 1000);
}

static void
test_announces_more (Fixture *f, gconstpointer behaviour)
{
  f->download.size = 0;
  assert_arrives (f);
}

static void
test_announces_less (Fixture *f, gconstpointer behaviour)
{
  f->download.size = 0;
  assert_fails (f, SCRIBE_ERROR_DOWNLOAD, "SHA-256 is another");
}

static void
test_sends_more (Fixture *f, gconstpointer behaviour)
{
  assert_fails (f, SCRIBE_ERROR_DOWNLOAD, "300000 belong");
  assert_no_part (f);
}

static void
test_web_page (Fixture *f, gconstpointer behaviour)
{
  fixture_put_part (f, f->content, 1000);
  g_assert_true (g_file_set_contents (f->tag, "\"of the server behind\"", -1, NULL));
  assert_fails (f, SCRIBE_ERROR_DOWNLOAD, "web page");
  assert_part (f, 1000);
}

static void
test_missing (Fixture *f, gconstpointer behaviour)
{
  assert_fails (f, SCRIBE_ERROR_DOWNLOAD, "404");
  assert_n_requests (f, 1);
  assert_no_part (f);
}

static void
test_redirect_loop (Fixture *f, gconstpointer behaviour)
{
  assert_fails (f, SCRIBE_ERROR_DOWNLOAD, "cannot be fetched");
}

static void
test_unreachable (Fixture *f, gconstpointer behaviour)
{
  g_autoptr (GSocketListener) listener = g_socket_listener_new ();
  guint16 closed = g_socket_listener_add_any_inet_port (listener, NULL, NULL);
  g_autofree char *url = g_strdup_printf ("http://127.0.0.1:%u/normal", closed);

  g_socket_listener_close (listener);
  f->download.url = url;
  assert_fails (f, SCRIBE_ERROR_DOWNLOAD, "cannot be reached");
  assert_no_part (f);
}

static void
test_no_address (Fixture *f, gconstpointer behaviour)
{
  static const char *const addresses[] = { "", "model.bin", "file:///etc/passwd", "http://", "ftp://127.0.0.1/x", "http://[::1" };

  for (guint i = 0; i < G_N_ELEMENTS (addresses); i++)
    {
      f->download.url = addresses[i];
      assert_fails (f, SCRIBE_ERROR_OPTION, "no address");
    }
}

static const struct
{
  const char *name, *behaviour;
  void (*test) (Fixture *, gconstpointer);
} tests[] = {
  { "whole", "normal", test_whole },
  { "without-progress", "normal", test_without_progress },
  { "unknown-size", "normal", test_unknown_size },
  { "unknown-size-chunked", "chunked", test_unknown_size },
  { "present", "normal", test_present },
  { "damaged-file-is-replaced", "normal", test_damaged_file_is_replaced },
  { "redirect", "redirect", test_redirect },
  { "other-thread", "normal", test_other_thread },
  { "cut", "cut", test_cut },
  { "weak-tag-is-not-sent", "cut-weak", test_weak_tag_is_not_sent },
  { "deaf-to-ranges", "deaf", test_deaf_to_ranges },
  { "deaf-and-cut-is-given-up", "deaf-cut", test_deaf_and_cut_is_given_up },
  { "stall-once", "stall-once", test_stall_once },
  { "stall", "stall", test_stall },
  { "busy-once", "busy-once", test_busy_once },
  { "ranges-refused", "no-range", test_ranges_refused },
  { "shifted-range", "shifted", test_shifted_range },
  { "changed", "changes", test_changed },
  { "changed-untagged", "changes-untagged", test_changed_untagged },
  { "cancelled", "stall-later", test_cancelled },
  { "cancelled-before", "normal", test_cancelled_before },
  { "damaged-part", "normal", test_damaged_part },
  { "whole-part", "normal", test_whole_part },
  { "whole-part-unknown-size", "normal", test_whole_part_unknown_size },
  { "part-too-long", "normal", test_part_too_long },
  { "hostile-tag", "normal", test_hostile_tag },
  { "part-in-use", "normal", test_part_in_use },
  { "two-at-once", "normal", test_two_at_once },
  { "wrong-bytes", "wrong", test_wrong_bytes },
  { "wrong-length", "other-length", test_wrong_length },
  { "announces-more", "announces-more", test_announces_more },
  { "announces-less", "announces-less", test_announces_less },
  { "sends-more", "sends-more", test_sends_more },
  { "web-page", "page", test_web_page },
  { "missing", "missing", test_missing },
  { "redirect-loop", "loop", test_redirect_loop },
  { "unreachable", "normal", test_unreachable },
  { "no-address", "normal", test_no_address },
};

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    {
      g_autofree char *name = g_strconcat ("/download/", tests[i].name, NULL);

      g_test_add (name, Fixture, tests[i].behaviour, fixture_set_up, tests[i].test, fixture_tear_down);
    }
  return run_tests_with_server ();
}
