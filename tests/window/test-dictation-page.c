/* test-dictation-page.c - somebody presses the button and speaks, and reads it as it is said
 *
 * The session is a real one with the starter model, its microphone that of a sound server of the test's own.
 *
 * SPDX-License-Identifier: MIT
 */
#include "dictator.h"
#include "pages/dictation-page.h"

#include "../audio/sound-server.h"
#include "picture.h"

#include <adwaita.h>
#include <string.h>

#define SINK "mic"
#define FOX  "The quick brown fox jumps over the lazy dog."
#define SKY  "The weather is nice today."

typedef struct
{
  SoundServer *server;
  AdwApplication *application;
  GSettings *settings;
  ScribeSession *session;
  TilescribeDictator *dictator;
  GtkWidget *window, *page;
  GtkTextBuffer *text;
  GThread *player;
  const char *clip, *awaited;
} Talk;

static gpointer
child (Talk *talk, const char *name)
{
  return gtk_widget_get_template_child (talk->page, TILESCRIBE_TYPE_DICTATION_PAGE, name);
}

static void
on_toggle (GSimpleAction *action, GVariant *parameter, gpointer talk)
{
  tilescribe_dictator_toggle (((Talk *) talk)->dictator);
}

static void
on_cancel (GSimpleAction *action, GVariant *parameter, gpointer talk)
{
  tilescribe_dictator_cancel (((Talk *) talk)->dictator);
}

static const GActionEntry actions[] = { { .name = "toggle", .activate = on_toggle },
                                        { .name = "cancel", .activate = on_cancel } };

/* What is shown in the page's own dim colour now. */
static char *
dup_dim (Talk *talk)
{
  GtkTextTag *dim = gtk_text_tag_table_lookup (gtk_text_buffer_get_tag_table (talk->text), "unstable");
  GtkTextIter start, end;

  gtk_text_buffer_get_start_iter (talk->text, &start);
  if (!gtk_text_iter_starts_tag (&start, dim) && !gtk_text_iter_forward_to_tag_toggle (&start, dim))
    return g_strdup ("");
  end = start;
  gtk_text_iter_forward_to_tag_toggle (&end, dim);
  return gtk_text_buffer_get_text (talk->text, &start, &end, FALSE);
}

static void
show_window (Talk *talk, int width)
{
  talk->window = adw_application_window_new (GTK_APPLICATION (talk->application));
  talk->page = g_object_new (TILESCRIBE_TYPE_DICTATION_PAGE, NULL);
  talk->text = gtk_text_view_get_buffer (child (talk, "view"));
  tilescribe_dictation_page_set_up (TILESCRIBE_DICTATION_PAGE (talk->page), talk->dictator, talk->session);
  adw_application_window_set_content (ADW_APPLICATION_WINDOW (talk->window), talk->page);
  gtk_window_set_default_size (GTK_WINDOW (talk->window), width, 640);
  gtk_window_present (GTK_WINDOW (talk->window));
}

static void
set_up (Talk *talk, gconstpointer server)
{
  ScribeSessionOptions options;

  talk->server = (SoundServer *) server;
  talk->settings = g_settings_new ("org.tilescribe.Tilescribe");
  g_settings_set_string (talk->settings, "insertion", "keep");
  g_settings_set_boolean (talk->settings, "sounds", FALSE);
  talk->application = ADW_APPLICATION (g_application_get_default ());
  g_action_map_add_action_entries (G_ACTION_MAP (talk->application), actions, G_N_ELEMENTS (actions), talk);
  talk->session = scribe_session_new (NULL);
  scribe_session_options_init (&options);
  options.model = "starter-en";
  scribe_session_configure (talk->session, &options);
  talk->dictator = tilescribe_dictator_new (GTK_APPLICATION (talk->application), talk->settings, talk->session);
  show_window (talk, 960);
}

static void
stop_playing (Talk *talk)
{
  if (talk->player != NULL)
    g_thread_join (g_steal_pointer (&talk->player));
}

static void
tear_down (Talk *talk, gconstpointer unused)
{
  stop_playing (talk);
  gtk_window_destroy (GTK_WINDOW (talk->window));
  tilescribe_dictator_close (talk->dictator);
  scribe_session_close (talk->session);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_object_unref (talk->dictator);
  g_object_unref (talk->session);
  g_object_unref (talk->settings);
}

/* --- Somebody speaks ------------------------------------------------------------------------------------------------------- */

static gpointer
play (gpointer data)
{
  Talk *talk = data;
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "data", talk->clip, NULL);

  sound_server_play (talk->server, SINK, path);
  return NULL;
}

static void
begin_to_say (Talk *talk, const char *clip)
{
  stop_playing (talk);
  talk->clip = clip;
  talk->player = g_thread_new ("player", play, talk);
}

static gboolean
is_ready (gpointer talk)
{
  return scribe_session_get_state (((Talk *) talk)->session) == SCRIBE_SESSION_READY;
}

static gboolean
is_listening (gpointer talk)
{
  ScribeDictation *dictation = tilescribe_dictator_get_dictation (((Talk *) talk)->dictator);

  return dictation != NULL && scribe_dictation_get_state (dictation) == SCRIBE_DICTATION_LISTENING;
}

/* FALSE, and the test skipped, where there is no sound server. */
static gboolean
be_heard (Talk *talk)
{
  if (!sound_server_start (talk->server))
    return FALSE;
  sound_server_add_sink (talk->server, SINK, 2, 48000);
  scribe_session_warm_up (talk->session);
  picture_wait (is_ready, talk);
  return TRUE;
}

static void
press (Talk *talk, const char *button)
{
  g_signal_emit_by_name (child (talk, button), "clicked");
}

static void
press_and_say (Talk *talk, const char *clip)
{
  press (talk, "button");
  picture_wait (is_listening, talk);
  begin_to_say (talk, clip);
}

static char *
dup_text (Talk *talk)
{
  GtkTextIter start, end;

  gtk_text_buffer_get_bounds (talk->text, &start, &end);
  return gtk_text_buffer_get_text (talk->text, &start, &end, FALSE);
}

static gboolean
reads_awaited (gpointer data)
{
  Talk *talk = data;
  g_autofree char *text = dup_text (talk);

  return strcmp (text, talk->awaited) == 0;
}

static void
wait_for_text (Talk *talk, const char *text)
{
  talk->awaited = text;
  picture_wait (reads_awaited, talk);
}

static gboolean
has_dim_text (gpointer data)
{
  g_autofree char *dim = dup_dim (data);

  return *dim != '\0';
}

static gboolean
is_over (gpointer talk)
{
  return tilescribe_dictator_get_dictation (((Talk *) talk)->dictator) == NULL;
}

/* --- Tests ----------------------------------------------------------------------------------------------------------------- */

static void
test_text_grows_dim_and_ends_plain (Talk *talk, gconstpointer unused)
{
  g_autofree char *dim = NULL;

  if (!be_heard (talk))
    return;
  press_and_say (talk, "fox.wav");
  picture_wait (has_dim_text, talk);
  g_assert_true (gtk_toggle_button_get_active (child (talk, "button")));
  stop_playing (talk);
  press (talk, "button");
  wait_for_text (talk, FOX "\n");
  dim = dup_dim (talk);
  g_assert_cmpstr (dim, ==, "");
  picture_wait (is_over, talk);
  g_assert_false (gtk_toggle_button_get_active (child (talk, "button")));
}

/* Before the first is text. */
static void
test_a_quick_second_start_keeps_the_end_of_the_first (Talk *talk, gconstpointer unused)
{
  if (!be_heard (talk))
    return;
  press_and_say (talk, "fox.wav");
  stop_playing (talk);
  press (talk, "button");
  press_and_say (talk, "weather.wav");
  stop_playing (talk);
  press (talk, "button");
  wait_for_text (talk, FOX "\n" SKY "\n");
}

static void
test_what_is_cancelled_is_not_left_standing (Talk *talk, gconstpointer unused)
{
  if (!be_heard (talk))
    return;
  press_and_say (talk, "meeting.wav");
  picture_wait (has_dim_text, talk);
  press (talk, "cancel");
  picture_wait (is_over, talk);
  wait_for_text (talk, "");
}

/* As many utterances as a day has: said is what the window was told. */
static void
test_a_long_day_does_not_fill_the_memory (Talk *talk, gconstpointer unused)
{
  g_autofree char *words = g_strnfill (60000, 'a'), *text = NULL;
  const char *const said[] = { words, words, "good night" };
  ScribeDictation *dictation;

  press (talk, "button");
  dictation = tilescribe_dictator_get_dictation (talk->dictator);
  for (guint i = 0; i < G_N_ELEMENTS (said); i++)
    g_signal_emit_by_name (dictation, "utterance", &(ScribeUtterance){ .text = (char *) said[i] });
  text = dup_text (talk);
  g_assert_cmpuint (strlen (text), <=, 100000);
  g_assert_true (g_str_has_suffix (text, "a\ngood night\n"));
  tilescribe_dictator_cancel (talk->dictator);
  picture_wait (is_over, talk);
}

static void
test_trouble_that_ended_is_taken_back (Talk *talk, gconstpointer unused)
{
  TilescribeDictationPage *page = TILESCRIBE_DICTATION_PAGE (talk->page);
  GtkInfoBar *bar = child (talk, "message_bar");

  tilescribe_dictation_page_tell (page, "The disk is full.");
  tilescribe_dictation_page_take_back (page, "The model is gone.");
  g_assert_true (gtk_info_bar_get_revealed (bar));
  tilescribe_dictation_page_take_back (page, "The disk is full.");
  g_assert_false (gtk_info_bar_get_revealed (bar));
}

static void
test_it_fits_a_narrow_window (Talk *talk, gconstpointer unused)
{
  int least;
  Picture *picture;

  gtk_window_destroy (GTK_WINDOW (talk->window));
  show_window (talk, 360);
  picture = picture_of (talk->page, 360, 640, "dictation-page-narrow");
  picture_free (picture);
  gtk_widget_measure (talk->page, GTK_ORIENTATION_HORIZONTAL, -1, &least, NULL, NULL, NULL);
  g_assert_cmpint (least, <=, 360);
}

static GdkRGBA
get_dim_color (Talk *talk)
{
  GtkTextTag *dim = gtk_text_tag_table_lookup (gtk_text_buffer_get_tag_table (talk->text), "unstable");
  g_autoptr (GdkRGBA) color = NULL;

  g_object_get (dim, "foreground-rgba", &color, NULL);
  return *color;
}

static void
test_dim_text_is_of_the_themes_colour (Talk *talk, gconstpointer unused)
{
  AdwStyleManager *style = adw_style_manager_get_default ();
  GdkRGBA light, dark;

  adw_style_manager_set_color_scheme (style, ADW_COLOR_SCHEME_FORCE_LIGHT);
  picture_free (picture_of (talk->page, 960, 640, "dictation-page"));
  light = get_dim_color (talk);
  adw_style_manager_set_color_scheme (style, ADW_COLOR_SCHEME_FORCE_DARK);
  picture_free (picture_of (talk->page, 960, 640, "dictation-page-dark"));
  dark = get_dim_color (talk);
  adw_style_manager_set_color_scheme (style, ADW_COLOR_SCHEME_DEFAULT);
  g_assert_cmpfloat (light.red, <, 0.3);
  g_assert_cmpfloat (dark.red, >, 0.7);
}

#define ADD(name) g_test_add ("/dictation-page/" #name, Talk, server, set_up, test_##name, tear_down)

int
main (int argc, char **argv)
{
  g_autofree char *display = g_strdup (g_getenv ("DISPLAY"));
  g_autoptr (SoundServer) server = sound_server_new ();
  g_autoptr (AdwApplication) application = NULL;
  int failed;

  g_setenv ("DISPLAY", display != NULL ? display : "", TRUE); /* one of its own, on which no sound server tells its address */
  g_test_init (&argc, &argv, NULL);
  application = adw_application_new ("org.tilescribe.TestDictationPage", G_APPLICATION_NON_UNIQUE);
  g_application_register (G_APPLICATION (application), NULL, NULL);
  ADD (text_grows_dim_and_ends_plain);
  ADD (a_quick_second_start_keeps_the_end_of_the_first);
  ADD (what_is_cancelled_is_not_left_standing);
  ADD (a_long_day_does_not_fill_the_memory);
  ADD (trouble_that_ended_is_taken_back);
  ADD (it_fits_a_narrow_window);
  ADD (dim_text_is_of_the_themes_colour);
  failed = g_test_run ();
  scribe_microphones_shut_down ();
  return failed;
}
