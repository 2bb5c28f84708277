/* test-history-page.c - the history in a window: what it shows, finds, and does
 *
 * SPDX-License-Identifier: MIT
 */
#include "pages/history-model.h"
#include "pages/history-page.h"
#include "pages/history-row.h"
#include "pages/history-text.h"
#include "picture.h"

#include <glib/gstdio.h>
#include <sqlite3.h>
#include <string.h>
#include <time.h>

#define LONGEST_STEP 0.1 /* seconds of the thread's own time; a quiet machine needs a tenth of it */

typedef struct
{
  char *folder, *path;
  ScribeStore *store; /* as another program has it */
  ScribeStoreThread *thread;
  GtkWidget *window, *page;
  char *again; /* what was asked to be transcribed */
} Fixture;

static void
set_up (Fixture *f, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;

  f->folder = g_dir_make_tmp ("tilescribe-history-XXXXXX", NULL);
  f->path = g_build_filename (f->folder, "transcripts.db", NULL);
  f->store = scribe_store_open (f->path, FALSE, &error);
  g_assert_no_error (error);
  f->thread = scribe_store_thread_new (f->path);
}

static void
tear_down (Fixture *f, gconstpointer unused)
{
  const char *const names[] = { "transcripts.db", "transcripts.db-wal", "transcripts.db-shm", "recordings/a.wav", "recordings" };

  if (f->window != NULL)
    gtk_window_destroy (GTK_WINDOW (f->window));
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_object_unref (f->thread);
  scribe_store_free (f->store);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (f->folder, names[i], NULL);

      g_remove (path);
    }
  g_rmdir (f->folder);
  g_free (f->folder);
  g_free (f->path);
  g_free (f->again);
}

static gint64
add (Fixture *f, const ScribeBeginning *beginning, const char *text)
{
  g_autoptr (ScribeSegment) segment = scribe_segment_new (0, 7, text);
  g_auto (ScribeRunStats) run;
  gint64 id = scribe_store_begin (f->store, beginning, NULL);

  scribe_run_stats_init (&run);
  run.model = g_strdup ("base.en");
  run.audio = 7;
  g_assert_true (scribe_store_add_segment (f->store, id, segment, NULL));
  g_assert_true (scribe_store_finish (f->store, id, SCRIBE_STATE_DONE, &run, NULL, NULL));
  return id;
}

static gint64
add_file (Fixture *f, const char *text)
{
  return add (f, &(ScribeBeginning){ .source = "/home/me/talk.wav" }, text);
}

static void
remember_again (TilescribeHistoryPage *page, const char *path, const char *model, Fixture *f)
{
  g_free (f->again);
  f->again = g_strdup_printf ("%s with %s", path, model);
}

static gpointer
part (Fixture *f, const char *name)
{
  return gtk_widget_get_template_child (f->page, TILESCRIBE_TYPE_HISTORY_PAGE, name);
}

static GListModel *
list_of (Fixture *f)
{
  return G_LIST_MODEL (gtk_list_view_get_model (part (f, "list")));
}

static const char *
state_of (Fixture *f)
{
  return gtk_stack_get_visible_child_name (part (f, "stack"));
}

/* The widget of the n-th row, or NULL. */
static GtkWidget *
row_of (Fixture *f, guint n)
{
  GtkWidget *child = gtk_widget_get_first_child (part (f, "list"));

  while (child != NULL && n-- > 0)
    child = gtk_widget_get_next_sibling (child);
  return child != NULL ? gtk_widget_get_first_child (child) : NULL;
}

static gpointer
row_part (Fixture *f, guint n, const char *name)
{
  return gtk_widget_get_template_child (row_of (f, n), TILESCRIBE_TYPE_HISTORY_ROW, name);
}

static const char *
text_of (Fixture *f, guint n, const char *label)
{
  return g_str_equal (label, "state") ? gtk_label_get_text (row_part (f, n, label))
                                      : gtk_inscription_get_text (row_part (f, n, label));
}

/* Where the words are bold: "12 18 weight bold". */
static char *
emphasis_of (Fixture *f, guint n)
{
  PangoAttrList *attributes = gtk_inscription_get_attributes (row_part (f, n, "words"));

  return attributes != NULL ? pango_attr_list_to_string (attributes) : g_strdup ("");
}

static gboolean
is_loaded (gpointer data)
{
  return !g_str_equal (state_of (data), "loading");
}

static void
open_window (Fixture *f, int width, int height)
{
  f->window = gtk_window_new ();
  f->page = g_object_new (TILESCRIBE_TYPE_HISTORY_PAGE, NULL);
  g_signal_connect (f->page, "transcribe-again", G_CALLBACK (remember_again), f);
  gtk_window_set_default_size (GTK_WINDOW (f->window), width, height);
  gtk_window_set_child (GTK_WINDOW (f->window), f->page);
  gtk_window_present (GTK_WINDOW (f->window));
  tilescribe_history_page_set_store (TILESCRIBE_HISTORY_PAGE (f->page), f->thread);
  picture_wait (is_loaded, f);
}

typedef struct
{
  Fixture *f;
  guint n;
} Count;

static gboolean
has_rows (gpointer data)
{
  const Count *count = data;

  if (g_list_model_get_n_items (list_of (count->f)) != count->n)
    return FALSE;
  for (guint i = 0; i < MIN (count->n, 5); i++)
    if (row_of (count->f, i) == NULL || *gtk_inscription_get_text (row_part (count->f, i, "facts")) == '\0')
      return FALSE;
  return TRUE;
}

static void
wait_for_rows (Fixture *f, guint n)
{
  picture_wait (has_rows, &(Count){ f, n });
}

static void
choose (Fixture *f, guint n)
{
  gtk_single_selection_set_selected (GTK_SINGLE_SELECTION (list_of (f)), n);
}

static void
do_it (Fixture *f, const char *action)
{
  g_assert_true (gtk_widget_activate_action (f->page, action, NULL));
}

static gint64
query (Fixture *f, const char *sql)
{
  sqlite3 *db;
  sqlite3_stmt *row;
  gint64 value;

  g_assert_cmpint (sqlite3_open (f->path, &db), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_prepare_v2 (db, sql, -1, &row, NULL), ==, SQLITE_OK);
  value = sqlite3_step (row) == SQLITE_ROW ? sqlite3_column_int64 (row, 0) : -1;
  g_assert_cmpint (sqlite3_finalize (row), ==, SQLITE_OK);
  sqlite3_close (db);
  return value;
}

/* --- What rows say ------------------------------------------------------------------------------------------------------- */

static void
any_text_gives_markup (void)
{
  static const struct
  {
    const char *snippet, *markup;
  } cases[] = {
    { "", "" },
    { "of \002trains\003, and", "of <b>trains</b>, and" },
    { "a < b & \002<i>\003", "a &lt; b &amp; <b>&lt;i&gt;</b>" },
    { "\003a\002b\002c", "a<b>bc</b>" },
    { "When we had spoken for a while of \002trains\003", "…spoken for a while of <b>trains</b>" },
    { "two\nlines\x01", "two lines " },
    { "half \xe2\x82", "half \xef\xbf\xbd\xef\xbf\xbd" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *markup = tilescribe_history_markup (cases[i].snippet);

      g_assert_cmpstr (markup, ==, cases[i].markup);
      g_assert_true (pango_parse_markup (markup, -1, 0, NULL, NULL, NULL, NULL));
    }
}

static void
dates_are_told_from_today (void)
{
  g_autoptr (GTimeZone) zone = g_time_zone_new_identifier ("Europe/Berlin");
  g_autoptr (GDateTime) now = g_date_time_new (zone, 2026, 3, 5, 0, 30, 0); /* a Thursday */
  static const struct
  {
    int hours; /* before */
    const char *date;
  } cases[] = {
    { 0, "00:30" }, { 1, "Yesterday 23:30" }, { 26, "Tuesday 22:30" }, { -1, "01:30" }, { 24 * 30, "02/03/26" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      gint64 then = (g_date_time_to_unix (now) - cases[i].hours * 3600) * G_USEC_PER_SEC;
      g_autofree char *date = tilescribe_history_date (then, now);

      g_assert_cmpstr (date, ==, cases[i].date);
    }
}

/* --- The page ------------------------------------------------------------------------------------------------------------ */

static void
nothing_yet_is_said (Fixture *f, gconstpointer unused)
{
  open_window (f, 900, 600);
  g_assert_cmpstr (state_of (f), ==, "empty");
  add_file (f, " Good morning.");
  tilescribe_history_page_update (TILESCRIBE_HISTORY_PAGE (f->page), 1);
  wait_for_rows (f, 1);
  g_assert_cmpstr (state_of (f), ==, "history");
}

static void
trouble_is_said (Fixture *f, gconstpointer unused)
{
  g_autofree char *as_it_was = g_strdup_printf ("PRAGMA user_version = %d", (int) query (f, "PRAGMA user_version"));

  query (f, "PRAGMA user_version = 99");
  open_window (f, 900, 600);
  g_assert_cmpstr (state_of (f), ==, "trouble");
  g_assert_nonnull (strstr (adw_status_page_get_description (part (f, "trouble")), "newer Tilescribe"));
  query (f, as_it_was);
  do_it (f, "history.reload");
  picture_wait ((PictureCondition) is_loaded, f);
  while (!g_str_equal (state_of (f), "empty"))
    g_main_context_iteration (NULL, TRUE);
}

static void
rows_are_newest_first_and_tell_what_they_are (Fixture *f, gconstpointer unused)
{
  add_file (f, " The first talk.");
  add (f, &(ScribeBeginning){ .source = "/r/a.wav", .kind = SCRIBE_KIND_DICTATION, .recovered = TRUE }, " A <note> & more.");
  open_window (f, 900, 600);
  wait_for_rows (f, 2);

  g_assert_cmpstr (text_of (f, 0, "words"), ==, "A <note> & more.");
  g_assert_cmpstr (text_of (f, 0, "state"), ==, "Recovered");
  g_assert_true (g_str_has_suffix (text_of (f, 0, "facts"), " · 0:07 · base.en"));
  g_assert_cmpstr (text_of (f, 1, "words"), ==, "The first talk.");
  g_assert_true (g_str_has_suffix (text_of (f, 1, "facts"), " · 0:07 · talk.wav · base.en"));
  g_assert_false (gtk_widget_get_visible (row_part (f, 1, "state")));
  gtk_test_accessible_assert_role (GTK_ACCESSIBLE (part (f, "list")), GTK_ACCESSIBLE_ROLE_LIST);
}

static void
search_marks_what_it_finds (Fixture *f, gconstpointer unused)
{
  g_autofree char *emphasis = NULL, *after = NULL;

  add_file (f, " We spoke of trains.");
  add_file (f, " And of ships.");
  open_window (f, 900, 600);
  wait_for_rows (f, 2);

  gtk_editable_set_text (part (f, "search_entry"), "trai");
  wait_for_rows (f, 1);
  emphasis = emphasis_of (f, 0);
  g_assert_cmpstr (text_of (f, 0, "words"), ==, "We spoke of trains.");
  g_assert_cmpstr (emphasis, ==, "12 18 weight bold");
  gtk_editable_set_text (part (f, "search_entry"), "zebra");
  wait_for_rows (f, 0);
  g_assert_cmpstr (gtk_stack_get_visible_child_name (part (f, "list_stack")), ==, "no-match");
  g_assert_cmpstr (state_of (f), ==, "history");
  gtk_editable_set_text (part (f, "search_entry"), "");
  wait_for_rows (f, 2);
  after = emphasis_of (f, 0);
  g_assert_cmpstr (text_of (f, 0, "words"), ==, "And of ships.");
  g_assert_cmpstr (after, ==, "");
}

static gboolean
is_deleted (gpointer data)
{
  return query (data, "SELECT count (*) FROM transcripts") == 1;
}

static void
what_is_deleted_can_be_had_back (Fixture *f, gconstpointer unused)
{
  g_autofree char *recording = g_build_filename (f->folder, "recordings", "a.wav", NULL);
  g_autofree char *folder = g_path_get_dirname (recording);

  g_assert_cmpint (g_mkdir (folder, 0700), ==, 0);
  g_assert_true (g_file_set_contents (recording, "RIFF", -1, NULL));
  add (f, &(ScribeBeginning){ .source = recording, .kind = SCRIBE_KIND_DICTATION }, " To be deleted.");
  add_file (f, " To stay.");
  add_file (f, " To be deleted, too.");
  open_window (f, 900, 600);
  wait_for_rows (f, 3);

  choose (f, 2);
  do_it (f, "history.delete");
  wait_for_rows (f, 2);
  do_it (f, "history.undo");
  wait_for_rows (f, 3);
  g_assert_cmpint (query (f, "SELECT count (*) FROM transcripts"), ==, 3);

  choose (f, 2);
  do_it (f, "history.delete");
  choose (f, 0);
  do_it (f, "history.delete");
  wait_for_rows (f, 1);
  g_assert_cmpint (query (f, "SELECT count (*) FROM transcripts"), ==, 3);
  gtk_widget_set_visible (f->page, FALSE); /* left: nothing can be undone from here on */
  picture_wait (is_deleted, f);
  g_assert_false (g_file_test (recording, G_FILE_TEST_EXISTS));
}

static gboolean
is_pinned (gpointer data)
{
  return gtk_widget_get_visible (row_part (data, 0, "pin"));
}

static void
a_pin_is_shown_and_kept (Fixture *f, gconstpointer unused)
{
  add_file (f, " To be kept.");
  open_window (f, 900, 600);
  wait_for_rows (f, 1);
  g_assert_false (is_pinned (f));
  choose (f, 0);
  do_it (f, "history.pin");
  picture_wait (is_pinned, f);
  g_assert_cmpint (query (f, "SELECT pinned FROM transcripts"), ==, 1);
}

static void
another_model_is_asked_for (Fixture *f, gconstpointer unused)
{
  add_file (f, " Once more.");
  open_window (f, 900, 600);
  wait_for_rows (f, 1);
  choose (f, 0);
  g_assert_true (gtk_widget_activate_action (f->page, "history.again", "s", "small.en"));
  g_assert_cmpstr (f->again, ==, "/home/me/talk.wav with small.en");
}

static gboolean
is_changed (gpointer data)
{
  return g_str_equal (text_of (data, 0, "words"), "Good evening.");
}

static void
what_changes_elsewhere_is_shown (Fixture *f, gconstpointer unused)
{
  gint64 id;

  add_file (f, " One.");
  open_window (f, 900, 600);
  wait_for_rows (f, 1);
  id = add_file (f, " Good morning.");
  tilescribe_history_page_update (TILESCRIBE_HISTORY_PAGE (f->page), id);
  wait_for_rows (f, 2);
  scribe_store_set_segment_text (f->store, id, 0, "Good evening.", NULL);
  tilescribe_history_page_update (TILESCRIBE_HISTORY_PAGE (f->page), id);
  picture_wait (is_changed, f);
  scribe_store_delete (f->store, id, NULL);
  tilescribe_history_page_update (TILESCRIBE_HISTORY_PAGE (f->page), id);
  wait_for_rows (f, 1);
}

static gboolean
is_folded (gpointer data)
{
  return adw_leaflet_get_folded (part (data, "leaflet"));
}

static void
a_narrow_window_shows_one_at_a_time (Fixture *f, gconstpointer unused)
{
  add_file (f, " One.");
  open_window (f, 360, 600);
  wait_for_rows (f, 1);
  picture_wait (is_folded, f);
  choose (f, 0);
  do_it (f, "history.open");
  g_assert_true (adw_leaflet_get_visible_child (part (f, "leaflet")) == part (f, "view_pane"));
  do_it (f, "history.back");
  g_assert_true (adw_leaflet_get_visible_child (part (f, "leaflet")) == part (f, "list_pane"));
}

/* --- A long history ------------------------------------------------------------------------------------------------------ */

static void
fill (Fixture *f)
{
  query (f, "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000)"
            "  INSERT INTO transcripts (id, created, state, source, kind)"
            "    SELECT i, i * 1000000, 1, '/home/me/talk' || i || '.wav', i % 2 FROM n");
  query (f, "INSERT INTO segments (transcript, start_s, end_s, text, probability, no_speech, temperature, compression_ratio)"
            "  SELECT id, 0, 5, ' This is number ' || id || ' of many.', 1, 0, 0, 1 FROM transcripts");
}

static double
thread_time (void)
{
  struct timespec now;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &now);
  return (double) now.tv_sec + (double) now.tv_nsec * 1e-9;
}

/* Runs the main loop for a while; the longest step of it. */
static double
longest_step (double seconds)
{
  gint64 end = g_get_monotonic_time () + (gint64) (seconds * G_USEC_PER_SEC);
  double longest = 0;

  while (g_get_monotonic_time () < end)
    {
      double start = thread_time (), step;

      if (!g_main_context_iteration (NULL, FALSE))
        g_usleep (500);
      step = thread_time () - start;
      longest = MAX (longest, step);
    }
  return longest;
}

static void
a_long_history_does_not_stutter (Fixture *f, gconstpointer unused)
{
  GtkAdjustment *scroll;
  const char *const keys[] = { "n", "nu", "numb", "number", "number 9", "number 99", "", "of m", "" };
  double scrolling = 0, typing = 0, step;

  fill (f);
  open_window (f, 900, 700);
  wait_for_rows (f, 100000);
  scroll = gtk_scrollable_get_vadjustment (GTK_SCROLLABLE (part (f, "list")));
  longest_step (1);
  for (guint i = 0; i <= 20; i++)
    {
      double far = gtk_adjustment_get_upper (scroll) - gtk_adjustment_get_page_size (scroll);

      gtk_adjustment_set_value (scroll, far * ((i * 7) % 21) / 20);
      step = longest_step (0.1);
      scrolling = MAX (scrolling, step);
    }
  gtk_adjustment_set_value (scroll, 0);
  wait_for_rows (f, 100000);
  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      gtk_editable_set_text (part (f, "search_entry"), keys[i]);
      step = longest_step (0.5);
      typing = MAX (typing, step);
    }
  wait_for_rows (f, 100000);
  g_test_message ("longest step: %.1f ms scrolling, %.1f ms typing", scrolling * 1e3, typing * 1e3);
  g_assert_cmpfloat (MAX (scrolling, typing), <, LONGEST_STEP);
}

static void
pictures (Fixture *f, gconstpointer name)
{
  gboolean dark = g_str_has_prefix (name, "dark"), narrow = g_str_has_suffix (name, "narrow");
  g_autoptr (Picture) picture = NULL;
  gint64 id;

  add_file (f, " Ask not what your country can do for you, ask what you can do for your country.");
  id = add_file (f, " A talk about trains, ships and gardens & what <else> there is in the world of moving things.");
  scribe_store_set_pinned (f->store, id, TRUE, NULL);
  add (f, &(ScribeBeginning){ .source = "/r/a.wav", .kind = SCRIBE_KIND_DICTATION, .recovered = TRUE }, " Dear all, thank you.");
  scribe_store_finish (f->store, add_file (f, " Half of it."), SCRIBE_STATE_FAILED, NULL, NULL, NULL);
  query (f, "UPDATE transcripts SET created = created - 3 * 86400000000 WHERE id = 1");
  adw_style_manager_set_color_scheme (adw_style_manager_get_default (),
                                      dark ? ADW_COLOR_SCHEME_FORCE_DARK : ADW_COLOR_SCHEME_FORCE_LIGHT);
  open_window (f, narrow ? 360 : 1000, 600);
  wait_for_rows (f, 4);
  if (!narrow)
    choose (f, 1);
  else
    {
      gtk_editable_set_text (part (f, "search_entry"), "of");
      wait_for_rows (f, 2);
    }
  longest_step (0.5);
  picture = picture_of (f->window, 0, 0, name);
  g_assert_cmpuint (picture_ink (picture, 0, 0, picture->width, picture->height), >, 0);
}

#define ADD(path, test) g_test_add (path, Fixture, NULL, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  adw_init ();
  g_test_add_func ("/history/any-text-gives-markup", any_text_gives_markup);
  g_test_add_func ("/history/dates-are-told-from-today", dates_are_told_from_today);
  ADD ("/history/nothing-yet-is-said", nothing_yet_is_said);
  ADD ("/history/trouble-is-said", trouble_is_said);
  ADD ("/history/rows-are-newest-first-and-tell-what-they-are", rows_are_newest_first_and_tell_what_they_are);
  ADD ("/history/search-marks-what-it-finds", search_marks_what_it_finds);
  ADD ("/history/what-is-deleted-can-be-had-back", what_is_deleted_can_be_had_back);
  ADD ("/history/pin-is-shown-and-kept", a_pin_is_shown_and_kept);
  ADD ("/history/another-model-is-asked-for", another_model_is_asked_for);
  ADD ("/history/what-changes-elsewhere-is-shown", what_changes_elsewhere_is_shown);
  ADD ("/history/narrow-window-shows-one-at-a-time", a_narrow_window_shows_one_at_a_time);
  ADD ("/history/long-history-does-not-stutter", a_long_history_does_not_stutter);
  for (guint i = 0; i < 4; i++)
    {
      static const char *const names[] = { "light-wide", "light-narrow", "dark-wide", "dark-narrow" };
      g_autofree char *path = g_strconcat ("/history/picture-", names[i], NULL);

      g_test_add (path, Fixture, names[i], set_up, pictures, tear_down);
    }
  return g_test_run ();
}
