/* test-thread.c - a database in a thread of its own
 *
 * SPDX-License-Identifier: MIT
 */
#include "fixture.h"

#include "store/store-thread.h"

#include <glib/gstdio.h>

typedef struct
{
  GMainLoop *loop;
  guint n_left;
  GString *order;
  GError *error; /* of the last one */
} Answers;

static void
answers_init (Answers *a, guint n)
{
  *a = (Answers){ .loop = g_main_loop_new (NULL, FALSE), .n_left = n, .order = g_string_new (NULL) };
}

static void
answers_clear (Answers *a)
{
  g_main_loop_unref (a->loop);
  g_string_free (a->order, TRUE);
  g_clear_error (&a->error);
}

static void
answered (GObject *source, GAsyncResult *result, gpointer data)
{
  Answers *a = data;
  g_autofree char *text = NULL;

  g_clear_error (&a->error);
  text = scribe_store_thread_run_finish (SCRIBE_STORE_THREAD (source), result, &a->error);
  g_string_append (a->order, text ? text : "!");
  if (--a->n_left == 0)
    g_main_loop_quit (a->loop);
}

static gpointer
add_and_count (ScribeStore *store, gpointer data, GCancellable *cancellable, GError **error)
{
  gint64 id = scribe_store_begin (store, &(ScribeBeginning){ .source = data }, error);

  return id ? g_strdup_printf ("%s%" G_GINT64_FORMAT " ", (char *) data, id) : NULL;
}

static void
ask (ScribeStoreThread *thread, const char *source, GCancellable *cancellable, Answers *a)
{
  scribe_store_thread_run_async (thread, add_and_count, g_strdup (source), g_free, g_free, cancellable, answered, a);
}

static void
answers_come_in_order (Fixture *f, gconstpointer data)
{
  g_autoptr (ScribeStoreThread) thread = scribe_store_thread_new (f->path);
  Answers a;

  answers_init (&a, 3);
  for (guint i = 0; i < 3; i++)
    ask (thread, ((const char *[]){ "/a", "/b", "/c" })[i], NULL, &a);
  g_main_loop_run (a.loop);
  g_assert_no_error (a.error);
  g_assert_cmpstr (a.order->str, ==, "/a1 /b2 /c3 ");
  answers_clear (&a);
}

static void
what_cannot_be_opened_is_told_and_tried_again (Fixture *f, gconstpointer data)
{
  g_autoptr (ScribeStoreThread) thread = NULL;
  Answers a;

  g_assert_cmpint (g_mkdir (f->path, 0700), ==, 0);
  thread = scribe_store_thread_new (f->path);
  answers_init (&a, 1);
  ask (thread, "/a", NULL, &a);
  g_main_loop_run (a.loop);
  g_assert_error (a.error, SCRIBE_ERROR, SCRIBE_ERROR_STORE);
  assert_sentence (a.error->message);

  g_assert_cmpint (g_rmdir (f->path), ==, 0);
  a.n_left = 1;
  ask (thread, "/b", NULL, &a);
  g_main_loop_run (a.loop);
  g_assert_no_error (a.error);
  g_assert_cmpstr (a.order->str, ==, "!/b1 ");
  answers_clear (&a);
}

static void
what_is_cancelled_before_its_turn_does_not_run (Fixture *f, gconstpointer data)
{
  g_autoptr (ScribeStoreThread) thread = scribe_store_thread_new (f->path);
  g_autoptr (GCancellable) cancelled = g_cancellable_new ();
  Answers a;

  answers_init (&a, 2);
  g_cancellable_cancel (cancelled);
  ask (thread, "/a", cancelled, &a);
  ask (thread, "/b", NULL, &a);
  g_main_loop_run (a.loop);
  g_assert_cmpstr (a.order->str, ==, "!/b1 ");
  answers_clear (&a);
}

/* Longer than anybody waits. */
static gpointer
count_for_ever (ScribeStore *store, gpointer data, GCancellable *cancellable, GError **error)
{
  static const char sql[] = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count (*) FROM n";
  g_autoptr (sqlite3_stmt) rows = store_prepare (store, sql, error);

  g_cancellable_cancel (data); /* as another thread may at any time */
  return rows && store_step (store, rows, error) == SQLITE_ROW ? g_strdup ("counted") : NULL;
}

static void
a_long_query_is_cut_off (Fixture *f, gconstpointer data)
{
  g_autoptr (ScribeStoreThread) thread = scribe_store_thread_new (f->path);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Answers a;

  answers_init (&a, 1);
  scribe_store_thread_run_async (thread, count_for_ever, cancellable, NULL, g_free, cancellable, answered, &a);
  g_main_loop_run (a.loop);
  g_assert_error (a.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  answers_clear (&a);
}

static void
what_was_asked_for_is_done_after_the_last_reference (Fixture *f, gconstpointer data)
{
  ScribeStoreThread *thread = scribe_store_thread_new (f->path);
  Answers a;

  answers_init (&a, 2);
  ask (thread, "/a", NULL, &a);
  ask (thread, "/b", NULL, &a);
  g_object_unref (thread);
  g_main_loop_run (a.loop);
  g_assert_no_error (a.error);
  g_assert_cmpstr (a.order->str, ==, "/a1 /b2 ");
  answers_clear (&a);
}

static gpointer
ask_from_a_thread (gpointer data)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  Answers a = { .loop = g_main_loop_new (context, FALSE), .n_left = 50, .order = g_string_new (NULL) };

  g_main_context_push_thread_default (context);
  for (guint i = 0; i < 50; i++)
    ask (data, "/x", NULL, &a);
  g_main_loop_run (a.loop);
  g_assert_no_error (a.error);
  g_main_context_pop_thread_default (context);
  answers_clear (&a);
  return NULL;
}

static void
several_threads_ask_at_once (Fixture *f, gconstpointer data)
{
  g_autoptr (ScribeStoreThread) thread = scribe_store_thread_new (f->path);
  GThread *asking[3];

  for (guint i = 0; i < G_N_ELEMENTS (asking); i++)
    asking[i] = g_thread_new ("asks", ask_from_a_thread, thread);
  for (guint i = 0; i < G_N_ELEMENTS (asking); i++)
    g_thread_join (asking[i]);
  g_assert_cmpint (query_number (f->path, "SELECT count (*) FROM transcripts"), ==, 150);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/thread/answers-come-in-order", answers_come_in_order);
  ADD ("/thread/what-cannot-be-opened-is-told-and-tried-again", what_cannot_be_opened_is_told_and_tried_again);
  ADD ("/thread/what-is-cancelled-before-its-turn-does-not-run", what_is_cancelled_before_its_turn_does_not_run);
  ADD ("/thread/long-query-is-cut-off", a_long_query_is_cut_off);
  ADD ("/thread/what-was-asked-for-is-done-after-the-last-reference", what_was_asked_for_is_done_after_the_last_reference);
  ADD ("/thread/several-threads-ask-at-once", several_threads_ask_at_once);
  return g_test_run ();
}
