/* test-transcript.c - a transcript is read, heard, mended, searched and handed out
 *
 * Transcripts come from a database in a folder of the test's own, sound goes to a sound server of its own, clicks and keys come
 * from the screen's input as a person's do.
 *
 * SPDX-License-Identifier: MIT
 */
#include "audio/microphone.h"
#include "pages/player-bar.h"
#include "pages/transcript-find.h"
#include "pages/transcript-text.h"
#include "pages/transcript-view.h"

#include "../audio/sound-server.h"
#include "picture.h"

#include <glib/gstdio.h>
#include <string.h>

#define WIDTH      700
#define HEIGHT     500
#define LONG       900  /* segments */
#define FIRST_WORD 0.25 /* seconds that each word takes */

typedef struct
{
  SoundServer *server;
  char *folder, *database;
  ScribeStoreThread *store;
  GtkWidget *window, *view;
  TilescribeTranscriptText *text;
  TilescribePlayerBar *player;
  TilescribeTranscriptFind *find;
  gint64 id;
} Fixture;

static const char *const said[] = { " The quick brown fox.", " It jumps over\nthe lazy dog, Müller.", " Over and out." };

/* --- Given --- */

/* Every second word is unsure. */
static ScribeSegment *
segment_of (const char *text, double start)
{
  ScribeSegment *segment = scribe_segment_new (start, start, text);
  g_auto (GStrv) words = g_strsplit_set (text + 1, " \n", -1);

  segment->words = g_ptr_array_new_with_free_func ((GDestroyNotify) scribe_word_free);
  for (guint i = 0; words[i] != NULL; i++)
    {
      g_autofree char *word = g_strconcat (" ", words[i], NULL);

      g_ptr_array_add (segment->words, scribe_word_new (segment->end, segment->end + FIRST_WORD, i % 2 ? 0.2f : 0.9f, word));
      segment->end += FIRST_WORD;
    }
  return segment;
}

static gint64
store_transcript (Fixture *f, const char *source, guint n_segments)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ScribeStore) store = scribe_store_open (f->database, FALSE, &error);
  ScribeBeginning beginning = { .source = source };
  double start = 0;
  gint64 id;

  g_assert_no_error (error);
  id = scribe_store_begin (store, &beginning, &error);
  for (guint i = 0; i < n_segments; i++)
    {
      g_autoptr (ScribeSegment) segment = segment_of (said[i % G_N_ELEMENTS (said)], start);

      scribe_store_add_segment (store, id, segment, &error);
      start = segment->end;
    }
  scribe_store_finish (store, id, SCRIBE_STATE_DONE, NULL, NULL, &error);
  g_assert_no_error (error);
  return id;
}

static ScribeTranscript *
read_back (Fixture *f)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ScribeStore) store = scribe_store_open (f->database, TRUE, &error);
  ScribeTranscript *transcript = scribe_store_get (store, f->id, &error);

  g_assert_no_error (error);
  return transcript;
}

static GtkWidget *
find_child (GtkWidget *widget, GType type)
{
  GtkWidget *found = g_type_is_a (G_OBJECT_TYPE (widget), type) ? widget : NULL;

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL && found == NULL;
       child = gtk_widget_get_next_sibling (child))
    found = find_child (child, type);
  return found;
}

static GtkWidget *
find_button (GtkWidget *widget, const char *label)
{
  GtkWidget *found = GTK_IS_BUTTON (widget) && g_strcmp0 (gtk_button_get_label (GTK_BUTTON (widget)), label) == 0 ? widget : NULL;

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL && found == NULL;
       child = gtk_widget_get_next_sibling (child))
    found = find_button (child, label);
  return found;
}

static char *
get_text (Fixture *f)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (f->text));
  GtkTextIter start, end;

  gtk_text_buffer_get_bounds (buffer, &start, &end);
  return gtk_text_buffer_get_text (buffer, &start, &end, TRUE);
}

static gboolean
has_text (gpointer data)
{
  g_autofree char *text = get_text (data);

  return g_str_has_suffix (text, "out.");
}

static void
set_up_with (Fixture *f, const char *clip, guint n_segments)
{
  g_autofree char *source = clip != NULL ? g_test_build_filename (G_TEST_DIST, "data", clip, NULL)
                                         : g_build_filename (f->folder, "gone.wav", NULL);

  f->id = store_transcript (f, source, n_segments);
  tilescribe_transcript_view_show (TILESCRIBE_TRANSCRIPT_VIEW (f->view), f->id);
  picture_wait (has_text, f);
}

static void
set_up (Fixture *f, gconstpointer server)
{
  f->server = (SoundServer *) server;
  f->folder = g_dir_make_tmp ("tilescribe-transcript-XXXXXX", NULL);
  f->database = g_build_filename (f->folder, "transcripts.db", NULL);
  f->store = scribe_store_thread_new (f->database);
  f->window = adw_window_new ();
  f->view = tilescribe_transcript_view_new ();
  f->text = TILESCRIBE_TRANSCRIPT_TEXT (find_child (f->view, TILESCRIBE_TYPE_TRANSCRIPT_TEXT));
  f->player = TILESCRIBE_PLAYER_BAR (find_child (f->view, TILESCRIBE_TYPE_PLAYER_BAR));
  f->find = TILESCRIBE_TRANSCRIPT_FIND (find_child (f->view, TILESCRIBE_TYPE_TRANSCRIPT_FIND));
  tilescribe_transcript_view_set_store (TILESCRIBE_TRANSCRIPT_VIEW (f->view), f->store);
  adw_window_set_content (ADW_WINDOW (f->window), f->view);
  gtk_window_set_default_size (GTK_WINDOW (f->window), WIDTH, HEIGHT);
  gtk_window_present (GTK_WINDOW (f->window));
}

static void
delete_folder (const char *path)
{
  g_autoptr (GDir) folder = g_dir_open (path, 0, NULL);
  const char *name;

  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *file = g_build_filename (path, name, NULL);

      g_unlink (file);
    }
  g_rmdir (path);
}

static void
tear_down (Fixture *f, gconstpointer unused)
{
  gtk_window_destroy (GTK_WINDOW (f->window));
  while (g_main_context_iteration (NULL, FALSE))
    ;
  picture_wait_for_end (f->store);
  delete_folder (f->folder);
  g_free (f->database);
  g_free (f->folder);
}

/* --- When --- */

static void
act (Fixture *f, const char *action)
{
  g_assert_true (gtk_widget_activate_action (f->view, action, NULL));
}

static void
put_cursor (Fixture *f, guint line, guint character)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (f->text));
  GtkTextIter where;

  gtk_text_buffer_get_iter_at_line_offset (buffer, &where, line, character);
  gtk_text_buffer_place_cursor (buffer, &where);
}

static void
type (Fixture *f, const char *text)
{
  g_assert_true (
      gtk_text_buffer_insert_interactive_at_cursor (gtk_text_view_get_buffer (GTK_TEXT_VIEW (f->text)), text, -1, TRUE));
}

/* With the pointer of the screen, in the middle of this character. */
static void
click (Fixture *f, guint line, guint character)
{
  GtkTextView *view = GTK_TEXT_VIEW (f->text);
  GtkTextIter where;
  GdkRectangle place;
  g_autofree char *command = NULL;
  double x, y, origin_x, origin_y;
  int window_x, window_y;

  picture_settle (GTK_WIDGET (view));
  gtk_text_buffer_get_iter_at_line_offset (gtk_text_view_get_buffer (view), &where, line, character);
  gtk_text_view_get_iter_location (view, &where, &place);
  gtk_text_view_buffer_to_window_coords (view, GTK_TEXT_WINDOW_WIDGET, place.x + place.width / 2, place.y + place.height / 2,
                                         &window_x, &window_y);
  gtk_widget_translate_coordinates (GTK_WIDGET (view), f->window, window_x, window_y, &x, &y);
  gtk_native_get_surface_transform (GTK_NATIVE (f->window), &origin_x, &origin_y);
  command = g_strdup_printf ("xdotool mousemove %d %d click 1", (int) (x + origin_x), (int) (y + origin_y));
  g_assert_true (g_spawn_command_line_sync (command, NULL, NULL, NULL, NULL));
}

/* --- Then --- */

static gboolean
is_near (double a, double b)
{
  return ABS (a - b) < 1e-6;
}

static gboolean
is_playing (gpointer data)
{
  return tilescribe_player_bar_is_playing (((Fixture *) data)->player);
}

/* The text that has this tag, piece by piece, with a bar between. */
static char *
tagged (Fixture *f, const char *name)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (f->text));
  GtkTextTag *tag = gtk_text_tag_table_lookup (gtk_text_buffer_get_tag_table (buffer), name);
  g_autoptr (GString) pieces = g_string_new (NULL);
  GtkTextIter start, end;

  gtk_text_buffer_get_start_iter (buffer, &start);
  while (gtk_text_iter_starts_tag (&start, tag) || gtk_text_iter_forward_to_tag_toggle (&start, tag))
    {
      g_autofree char *piece = NULL;

      if (!gtk_text_iter_starts_tag (&start, tag))
        continue;
      end = start;
      gtk_text_iter_forward_to_tag_toggle (&end, tag);
      piece = gtk_text_buffer_get_text (buffer, &start, &end, TRUE);
      g_string_append_printf (pieces, "%s%s", pieces->len > 0 ? "|" : "", piece);
      start = end;
    }
  return g_string_free (g_steal_pointer (&pieces), FALSE);
}

static gboolean
is_heard (gpointer data)
{
  g_autofree char *word = tagged (data, "current");

  return *word != '\0';
}

static void
test_text_is_that_of_the_store (Fixture *f, gconstpointer unused)
{
  g_autofree char *text = NULL;

  set_up_with (f, "fox.wav", 3);
  text = get_text (f);
  g_assert_cmpstr (text, ==, "The quick brown fox.\nIt jumps over\342\200\250the lazy dog, Müller.\nOver and out.");
}

static void
test_unsure_words_are_marked_when_asked_for (Fixture *f, gconstpointer unused)
{
  GtkTextTag *tag;
  g_autofree char *unsure = NULL;
  gboolean underlined;

  set_up_with (f, "fox.wav", 3);
  tag = gtk_text_tag_table_lookup (gtk_text_buffer_get_tag_table (gtk_text_view_get_buffer (GTK_TEXT_VIEW (f->text))), "unsure");
  unsure = tagged (f, "unsure");
  g_assert_cmpstr (unsure, ==, "quick|fox.|jumps|the|dog,|and");
  g_object_get (tag, "underline-set", &underlined, NULL);
  g_assert_false (underlined);
  act (f, "transcript.shading");
  g_object_get (tag, "underline-set", &underlined, NULL);
  g_assert_true (underlined);
}

static void
test_a_word_that_is_clicked_is_heard (Fixture *f, gconstpointer unused)
{
  g_autofree char *word = NULL, *xdotool = g_find_program_in_path ("xdotool");

  if (xdotool == NULL)
    {
      g_test_skip ("xdotool is not installed");
      return;
    }
  if (!sound_server_start (f->server))
    return;
  sound_server_add_sink (f->server, "speaker", 2, 48000);
  set_up_with (f, "meeting.wav", 3);
  click (f, 1, 5); /* "jumps", the sixth word */
  picture_wait (is_playing, f);
  g_assert_cmpfloat (tilescribe_player_bar_get_position (f->player), >=, 5 * FIRST_WORD);
  picture_wait (is_heard, f);
  word = tagged (f, "current");
  g_assert_cmpstr (word, !=, "The");
  tilescribe_player_bar_pause (f->player);
  sound_server_kill (f->server);
}

static void
test_the_word_at_a_time_is_highlighted (Fixture *f, gconstpointer unused)
{
  static const struct
  {
    double seconds;
    const char *word;
  } moments[] = { { 0, "The" }, { 0.3, "quick" }, { 0.99, "fox." }, { 1, "It" }, { 1.76, "the" }, { 60, "out." } };

  set_up_with (f, "fox.wav", 3);
  for (guint i = 0; i < G_N_ELEMENTS (moments); i++)
    {
      g_autofree char *word = NULL;

      tilescribe_transcript_text_set_position (f->text, moments[i].seconds);
      word = tagged (f, "current");
      g_assert_cmpstr (word, ==, moments[i].word);
    }
}

static gboolean
is_saved (gpointer data)
{
  g_autoptr (ScribeTranscript) transcript = read_back (data);

  return strstr (transcript->text, "red") != NULL;
}

static void
test_an_edit_is_saved_and_times_stay (Fixture *f, gconstpointer unused)
{
  g_autoptr (ScribeTranscript) transcript = NULL;
  const ScribeSegment *segment;
  const ScribeWord *last;

  set_up_with (f, "fox.wav", 3);
  put_cursor (f, 0, strlen ("The quick "));
  act (f, "transcript.edit");
  type (f, "red ");
  act (f, "transcript.save");
  picture_wait (is_saved, f);
  transcript = read_back (f);
  segment = transcript->segments->pdata[0];
  g_assert_cmpstr (segment->text, ==, " The quick red brown fox.");
  last = segment->words->pdata[segment->words->len - 1];
  g_assert_cmpstr (last->text, ==, " fox.");
  g_assert_true (is_near (last->start, 3 * FIRST_WORD));
  g_assert_cmpstr (((ScribeSegment *) transcript->segments->pdata[1])->text, ==, said[1]);
}

static void
test_a_view_that_goes_away_loses_no_edit (Fixture *f, gconstpointer unused)
{
  set_up_with (f, "fox.wav", 3);
  put_cursor (f, 0, strlen ("The quick "));
  act (f, "transcript.edit");
  type (f, "red ");
  adw_window_set_content (ADW_WINDOW (f->window), NULL);
  picture_wait (is_saved, f);
}

static gboolean
is_told (gpointer data)
{
  return find_button (((Fixture *) data)->view, "Save Again") != NULL;
}

/* The transcript was deleted meanwhile: there is nothing to save to. */
static void
test_an_edit_that_cannot_be_saved_is_told_of_and_kept (Fixture *f, gconstpointer unused)
{
  g_autoptr (ScribeStore) store = NULL;
  g_autofree char *text = NULL;

  set_up_with (f, "fox.wav", 3);
  store = scribe_store_open (f->database, FALSE, NULL);
  g_assert_true (scribe_store_delete (store, f->id, NULL));
  put_cursor (f, 0, 0);
  act (f, "transcript.edit");
  type (f, "Red: ");
  act (f, "transcript.save");
  picture_wait (is_told, f);
  text = get_text (f);
  g_assert_true (g_str_has_prefix (text, "Red: The quick"));
}

static void
test_an_edit_that_is_discarded_leaves_no_trace (Fixture *f, gconstpointer unused)
{
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;

  set_up_with (f, "fox.wav", 3);
  before = get_text (f);
  put_cursor (f, 2, 4);
  act (f, "transcript.edit");
  type (f, "here ");
  act (f, "transcript.discard");
  after = get_text (f);
  g_assert_cmpstr (before, ==, after);
  g_assert_false (gtk_text_view_get_editable (GTK_TEXT_VIEW (f->text)));
}

static void
test_only_the_paragraph_can_be_changed (Fixture *f, gconstpointer unused)
{
  GtkTextBuffer *buffer;
  GtkTextIter start, end;
  g_autofree char *emptied = NULL;
  g_autofree char *typed = NULL;
  g_autofree char *undone = NULL;

  set_up_with (f, "fox.wav", 3);
  buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (f->text));
  put_cursor (f, 1, 0);
  act (f, "transcript.edit");
  gtk_text_buffer_get_bounds (buffer, &start, &end);
  gtk_text_buffer_delete_interactive (buffer, &start, &end, TRUE);
  emptied = get_text (f);
  g_assert_cmpstr (emptied, ==, "The quick brown fox.\n\nOver and out.");
  gtk_text_buffer_get_start_iter (buffer, &start);
  gtk_text_buffer_insert (buffer, &start, "elsewhere", -1);
  put_cursor (f, 1, 0);
  type (f, "one\ntwo");
  typed = get_text (f);
  g_assert_cmpstr (typed, ==, "The quick brown fox.\none\342\200\250two\nOver and out.");
  while (gtk_text_buffer_get_can_undo (buffer))
    gtk_text_buffer_undo (buffer);
  undone = get_text (f);
  g_assert_cmpstr (undone, ==, "The quick brown fox.\nIt jumps over\342\200\250the lazy dog, Müller.\nOver and out.");
}

static gboolean
has_found_both (gpointer data)
{
  return tilescribe_transcript_find_get_n_found (((Fixture *) data)->find) == 2;
}

static void
test_words_are_found_whatever_their_case (Fixture *f, gconstpointer unused)
{
  g_autofree char *found = NULL;

  set_up_with (f, "fox.wav", 3);
  act (f, "transcript.find");
  gtk_editable_set_text (GTK_EDITABLE (find_child (GTK_WIDGET (f->find), GTK_TYPE_SEARCH_ENTRY)), "OVER");
  picture_wait (has_found_both, f);
  found = tagged (f, "match");
  g_assert_cmpstr (found, ==, "over|Over");
}

static gboolean
is_written (gpointer path)
{
  return g_file_test (path, G_FILE_TEST_EXISTS);
}

static void
test_an_export_holds_every_segment (Fixture *f, gconstpointer unused)
{
  g_autofree char *path = g_build_filename (f->folder, "fox.srt", NULL);
  g_autofree char *subtitles = NULL;

  set_up_with (f, "fox.wav", 3);
  tilescribe_transcript_view_export (TILESCRIBE_TRANSCRIPT_VIEW (f->view), SCRIBE_FORMAT_SRT, path);
  picture_wait (is_written, path);
  g_assert_true (g_file_get_contents (path, &subtitles, NULL, NULL));
  g_assert_nonnull (strstr (subtitles, "00:00:00,000 --> 00:00:01,000"));
  g_assert_nonnull (strstr (subtitles, "The quick brown fox."));
  g_assert_nonnull (strstr (subtitles, "Over and out."));
}

static gboolean
has_trouble (gpointer data)
{
  return tilescribe_player_bar_get_trouble (((Fixture *) data)->player) != NULL;
}

static void
test_a_recording_that_is_gone_is_told_of (Fixture *f, gconstpointer unused)
{
  set_up_with (f, NULL, 3);
  picture_wait (has_trouble, f);
  g_assert_nonnull (strstr (tilescribe_player_bar_get_trouble (f->player), "gone.wav"));
  tilescribe_player_bar_toggle (f->player);
  g_assert_false (tilescribe_player_bar_is_playing (f->player));
}

static void
test_reading_again_waits_for_the_edit (Fixture *f, gconstpointer unused)
{
  set_up_with (f, "fox.wav", 3);
  put_cursor (f, 0, strlen ("The quick "));
  act (f, "transcript.edit");
  type (f, "re");
  tilescribe_transcript_view_show (TILESCRIBE_TRANSCRIPT_VIEW (f->view), f->id);
  type (f, "d ");
  act (f, "transcript.save");
  picture_wait (is_saved, f);
}

static gboolean
has_grown (gpointer data)
{
  g_autofree char *text = get_text (data);

  return g_str_has_suffix (text, "More.");
}

static void
test_what_is_transcribed_meanwhile_is_added_once (Fixture *f, gconstpointer unused)
{
  g_autoptr (ScribeSegment) old = segment_of (said[2], 1);
  g_autoptr (ScribeSegment) more = segment_of (" More.", 9);
  g_autofree char *text = NULL;

  set_up_with (f, "fox.wav", 3);
  tilescribe_transcript_view_append_segment (TILESCRIBE_TRANSCRIPT_VIEW (f->view), old);
  tilescribe_transcript_view_append_segment (TILESCRIBE_TRANSCRIPT_VIEW (f->view), more);
  picture_wait (has_grown, f);
  text = get_text (f);
  g_assert_true (g_str_has_suffix (text, "\nOver and out.\nMore."));
  g_assert_cmpuint (tilescribe_transcript_text_get_n_segments (f->text), ==, 4);
}

static gboolean
is_all_there (gpointer data)
{
  return gtk_text_buffer_get_line_count (gtk_text_view_get_buffer (GTK_TEXT_VIEW (((Fixture *) data)->text))) == LONG;
}

static void
test_a_long_one_is_filled_in_by_slices (Fixture *f, gconstpointer unused)
{
  set_up_with (f, "fox.wav", LONG);
  picture_wait (is_all_there, f);
  tilescribe_transcript_view_show (TILESCRIBE_TRANSCRIPT_VIEW (f->view), 0);
  g_assert_cmpuint (tilescribe_transcript_text_get_n_segments (f->text), ==, 0);
}

#define ADD(name) g_test_add ("/transcript/" #name, Fixture, server, set_up, test_##name, tear_down)

int
main (int argc, char **argv)
{
  g_autofree char *display = g_strdup (g_getenv ("DISPLAY"));
  g_autoptr (SoundServer) server = sound_server_new ();
  int status;

  g_setenv ("DISPLAY", display != NULL ? display : "", TRUE); /* one of its own, on which no sound server tells its address */
  g_test_init (&argc, &argv, NULL);
  adw_init ();
  ADD (text_is_that_of_the_store);
  ADD (unsure_words_are_marked_when_asked_for);
  ADD (a_word_that_is_clicked_is_heard);
  ADD (the_word_at_a_time_is_highlighted);
  ADD (an_edit_is_saved_and_times_stay);
  ADD (a_view_that_goes_away_loses_no_edit);
  ADD (an_edit_that_cannot_be_saved_is_told_of_and_kept);
  ADD (an_edit_that_is_discarded_leaves_no_trace);
  ADD (only_the_paragraph_can_be_changed);
  ADD (words_are_found_whatever_their_case);
  ADD (an_export_holds_every_segment);
  ADD (a_recording_that_is_gone_is_told_of);
  ADD (what_is_transcribed_meanwhile_is_added_once);
  ADD (reading_again_waits_for_the_edit);
  ADD (a_long_one_is_filled_in_by_slices);
  status = g_test_run ();
  scribe_microphones_shut_down (); /* as the program does: a thread may still be closing a player */
  return status;
}
