/* test-microphone-row.c - a microphone is chosen by what its meter shows, and by nothing that is kept
 *
 * SPDX-License-Identifier: MIT
 */
#include "pages/level-listener.h"
#include "pages/microphone-row.h"

#include "../audio/sound-server.h"
#include "picture.h"

#define SINK "mic"

typedef struct
{
  SoundServer *server;
  gboolean is_heard; /* atomic */
} Speaker;

/* When the microphone is open, and whether a word came between two looks at the level, nobody tells. */
static gpointer
speak_until_heard (gpointer data)
{
  Speaker *speaker = data;
  g_autofree char *clip = g_test_build_filename (G_TEST_DIST, "data", "hello.wav", NULL);

  while (!g_atomic_int_get (&speaker->is_heard))
    g_assert_true (sound_server_play (speaker->server, SINK, clip));
  return NULL;
}

static void
note_why (const GError *error, gpointer unused)
{
  g_test_message ("%s", error->message);
}

static gboolean
is_loud (gpointer listener)
{
  return tilescribe_level_listener_get_level (listener) > 0.1;
}

static gboolean
is_silent (gpointer listener)
{
  return tilescribe_level_listener_get_level (listener) < 0.001;
}

static void
test_speech_moves_the_level (gconstpointer data)
{
  Speaker speaker = { (SoundServer *) data, FALSE };
  TilescribeLevelListener *listener;
  GThread *thread;

  if (!sound_server_start (speaker.server))
    return;
  sound_server_add_sink (speaker.server, SINK, 2, 48000);
  listener = tilescribe_level_listener_new (NULL, note_why, NULL);
  thread = g_thread_new ("speaker", speak_until_heard, &speaker);
  picture_wait (is_loud, listener);
  g_atomic_int_set (&speaker.is_heard, TRUE);
  g_thread_join (thread);
  picture_wait (is_silent, listener);
  tilescribe_level_listener_free (listener);
}

static GtkWidget *
show_row (void)
{
  GtkWidget *row = g_object_new (TILESCRIBE_TYPE_MICROPHONE_ROW, NULL), *list = gtk_list_box_new (), *window = adw_window_new ();

  gtk_list_box_append (GTK_LIST_BOX (list), row);
  adw_window_set_content (ADW_WINDOW (window), list);
  gtk_window_present (GTK_WINDOW (window));
  return row;
}

static gpointer
child (GtkWidget *row, const char *name)
{
  return gtk_widget_get_template_child (row, TILESCRIBE_TYPE_MICROPHONE_ROW, name);
}

static gboolean
has_a_microphone (gpointer row)
{
  GListModel *names = gtk_drop_down_get_model (child (row, "choice"));

  return names && g_list_model_get_n_items (names) > 1;
}

static gboolean
tells_trouble (gpointer row)
{
  gboolean listening;

  g_object_get (row, "listening", &listening, NULL);
  return !listening && gtk_widget_get_visible (child (row, "trouble"));
}

static void
test_microphones_are_listed (gconstpointer data)
{
  SoundServer *server = (SoundServer *) data;
  GtkWidget *row;

  if (!sound_server_start (server))
    return;
  sound_server_add_sink (server, SINK, 2, 48000);
  row = show_row ();
  picture_wait (has_a_microphone, row);
  g_assert_false (gtk_widget_get_visible (child (row, "trouble")));
  gtk_window_destroy (GTK_WINDOW (gtk_widget_get_root (row)));
}

static gboolean
has_passed (gpointer end)
{
  return g_get_monotonic_time () > *(gint64 *) end;
}

static void
test_one_that_vanishes_is_told (gconstpointer data)
{
  SoundServer *server = (SoundServer *) data;
  gint64 second;
  GtkWidget *row;

  if (!sound_server_start (server))
    return;
  sound_server_add_sink (server, SINK, 2, 48000);
  row = show_row ();
  picture_wait (has_a_microphone, row);
  g_object_set (row, "listening", TRUE, NULL);
  second = g_get_monotonic_time () + G_USEC_PER_SEC;
  picture_wait (has_passed, &second);
  g_assert_false (tells_trouble (row));
  sound_server_kill (server);
  picture_wait (tells_trouble, row);
  gtk_window_destroy (GTK_WINDOW (gtk_widget_get_root (row)));
}

int
main (int argc, char **argv)
{
  g_autofree char *display = g_strdup (g_getenv ("DISPLAY"));
  g_autoptr (SoundServer) server = sound_server_new ();
  int failed;

  g_setenv ("DISPLAY", display != NULL ? display : "", TRUE); /* one of its own, on which no sound server tells its address */
  g_test_init (&argc, &argv, NULL);
  adw_init ();
  g_test_add_data_func ("/microphone-row/speech-moves-the-level", server, test_speech_moves_the_level);
  g_test_add_data_func ("/microphone-row/microphones-are-listed", server, test_microphones_are_listed);
  g_test_add_data_func ("/microphone-row/one-that-vanishes-is-told", server, test_one_that_vanishes_is_told);
  failed = g_test_run ();
  scribe_microphones_shut_down ();
  return failed;
}
