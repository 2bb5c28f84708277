/* test-dictator.c - what becomes of keys, texts and sounds between the hotkey and the window that has the focus
 *
 * Nobody speaks and no model runs: the linker puts this file's functions in the place of some of the engine and the desktop (--wrap), so
 * the dictator gets a hotkey, a dictation and an inserter that do what the test says.
 *
 * SPDX-License-Identifier: MIT
 */
#include "dictator.h"

#include "application.h"
#include "chimes.h"
#include "desktop/hotkey.h"
#include "desktop/inserter.h"
#include "fixture.h"
#include "session/dictation-private.h"

/* ---- A way to insert that takes as long as it is told to ---- */

#define FAKE_TYPE_INSERTER (fake_inserter_get_type ())
G_DECLARE_FINAL_TYPE (FakeInserter, fake_inserter, FAKE, INSERTER, GObject)

struct _FakeInserter
{
  GObject parent;

  GTask *task; /* the text at work */
  GSource *cancelled;
};

static void
fake_inserter_end (FakeInserter *self, GError *error)
{
  g_autoptr (GTask) task = g_steal_pointer (&self->task);

  g_source_destroy (self->cancelled);
  g_clear_pointer (&self->cancelled, g_source_unref);
  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_boolean (task, TRUE);
}

static gboolean
fake_inserter_cancelled (GCancellable *cancellable, gpointer data)
{
  GError *error = NULL;

  g_cancellable_set_error_if_cancelled (cancellable, &error);
  fake_inserter_end (data, error);
  return G_SOURCE_REMOVE;
}

static void
fake_inserter_insert_async (TilescribeInserter *inserter,
                            const char *text,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  FakeInserter *self = FAKE_INSERTER (inserter);

  self->task = g_task_new (self, NULL, callback, user_data);
  g_task_set_task_data (self->task, g_strdup (text), g_free);
  self->cancelled = g_cancellable_source_new (cancellable);
  g_source_set_callback (self->cancelled, G_SOURCE_FUNC (fake_inserter_cancelled), self, NULL);
  g_source_attach (self->cancelled, NULL);
}

static gboolean
fake_inserter_insert_finish (TilescribeInserter *inserter, GAsyncResult *result, TilescribeInserted *how, GError **error)
{
  *how = TILESCRIBE_INSERTED_TYPED;
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
fake_inserter_iface_init (TilescribeInserterInterface *iface)
{
  iface->waits_for_hotkey = TRUE;
  iface->is_blind = TRUE;
  iface->insert_async = fake_inserter_insert_async;
  iface->insert_finish = fake_inserter_insert_finish;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (FakeInserter,
                               fake_inserter,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (TILESCRIBE_TYPE_INSERTER, fake_inserter_iface_init))

static void
fake_inserter_class_init (FakeInserterClass *klass)
{
}

static void
fake_inserter_init (FakeInserter *self)
{
}

/* ---- A key that the test presses ---- */

#define FAKE_TYPE_HOTKEY (fake_hotkey_get_type ())
G_DECLARE_FINAL_TYPE (FakeHotkey, fake_hotkey, FAKE, HOTKEY, GObject)

struct _FakeHotkey
{
  GObject parent;

  guint n_binds;
};

static void
fake_hotkey_bind_async (TilescribeHotkey *hotkey,
                        const char *accelerator,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (hotkey, cancellable, callback, user_data);

  FAKE_HOTKEY (hotkey)->n_binds++;
  g_task_return_pointer (task, g_strdup (accelerator), g_free);
}

static char *
fake_hotkey_bind_finish (TilescribeHotkey *hotkey, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
fake_hotkey_unbind (TilescribeHotkey *hotkey)
{
}

static void
fake_hotkey_iface_init (TilescribeHotkeyInterface *iface)
{
  iface->bind_async = fake_hotkey_bind_async;
  iface->bind_finish = fake_hotkey_bind_finish;
  iface->unbind = fake_hotkey_unbind;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (FakeHotkey,
                               fake_hotkey,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (TILESCRIBE_TYPE_HOTKEY, fake_hotkey_iface_init))

static void
fake_hotkey_class_init (FakeHotkeyClass *klass)
{
}

static void
fake_hotkey_init (FakeHotkey *self)
{
}

/* ---- A dictator, and what it is given ---- */

typedef struct
{
  GSettings *settings;
  ScribeSession *session;
  TilescribeDictator *dictator;
  FakeHotkey *hotkey;
  FakeInserter *inserter;     /* the last that was chosen; NULL: those of the desktop are */
  ScribeDictation *dictation; /* the last */
  guint n_inserters;
  GString *sounds;   /* B: begin, E: end */
  GString *messages; /* a line for each */
} Desk;

static Desk *desk; /* of the test that runs */
static GtkApplication *application;

TilescribeInserter *__real_tilescribe_inserter_choose (TilescribeInsertion insertion, char **why);
TilescribeInserter *__wrap_tilescribe_inserter_choose (TilescribeInsertion insertion, char **why);
TilescribeHotkey *__wrap_tilescribe_hotkey_choose (char **why);
ScribeDictation *__wrap_scribe_session_dictate (ScribeSession *session, const ScribeDictationOptions *options);
void __wrap_scribe_session_warm_up (ScribeSession *session);
void __wrap_scribe_session_report_insertion (ScribeSession *session, const ScribeUtterance *utterance, double seconds);
void __wrap_scribe_dictation_stop (ScribeDictation *dictation);
void __wrap_tilescribe_chimes_play (TilescribeChimes *chimes, TilescribeChime chime);
void __wrap_g_application_send_notification (GApplication *sender, const char *id, GNotification *notification);

TilescribeInserter *
__wrap_tilescribe_inserter_choose (TilescribeInsertion insertion, char **why)
{
  if (desk->inserter == NULL)
    return __real_tilescribe_inserter_choose (insertion, why);
  desk->n_inserters++;
  g_set_object (&desk->inserter, g_object_new (FAKE_TYPE_INSERTER, NULL));
  return TILESCRIBE_INSERTER (desk->inserter);
}

TilescribeHotkey *
__wrap_tilescribe_hotkey_choose (char **why)
{
  return g_object_ref (TILESCRIBE_HOTKEY (desk->hotkey));
}

ScribeDictation *
__wrap_scribe_session_dictate (ScribeSession *session, const ScribeDictationOptions *options)
{
  g_clear_object (&desk->dictation);
  desk->dictation = scribe_dictation_new ();
  return desk->dictation;
}

void
__wrap_scribe_session_warm_up (ScribeSession *session)
{
}

void
__wrap_scribe_session_report_insertion (ScribeSession *session, const ScribeUtterance *utterance, double seconds)
{
}

void
__wrap_scribe_dictation_stop (ScribeDictation *dictation)
{
  scribe_dictation_set_state (dictation, SCRIBE_DICTATION_FINISHING);
}

void
__wrap_tilescribe_chimes_play (TilescribeChimes *chimes, TilescribeChime chime)
{
  g_string_append_c (desk->sounds, chime == TILESCRIBE_CHIME_BEGIN ? 'B' : 'E');
}

/* Nobody shows it. */
void
__wrap_g_application_send_notification (GApplication *sender, const char *id, GNotification *notification)
{
}

static void
on_message (TilescribeDictator *dictator, const char *sentence, gpointer data)
{
  g_string_append_printf (desk->messages, "%s\n", sentence);
}

static void
desk_begin (gboolean is_fake)
{
  g_autofree char *path = g_build_filename (g_getenv ("TEST_HOME"), "dictator.db", NULL);

  desk = g_new0 (Desk, 1);
  desk->settings = g_settings_new (TILESCRIBE_APPLICATION_ID);
  g_settings_reset (desk->settings, "insertion");
  g_settings_reset (desk->settings, "hotkey-mode");
  g_settings_set_boolean (desk->settings, "welcomed", TRUE);
  desk->session = scribe_session_new (path);
  desk->hotkey = g_object_new (FAKE_TYPE_HOTKEY, NULL);
  if (is_fake)
    desk->inserter = g_object_new (FAKE_TYPE_INSERTER, NULL);
  desk->sounds = g_string_new (NULL);
  desk->messages = g_string_new (NULL);
  desk->dictator = tilescribe_dictator_new (application, desk->settings, desk->session);
  g_signal_connect (desk->dictator, "message", G_CALLBACK (on_message), NULL);
}

static void
desk_end (void)
{
  tilescribe_dictator_close (desk->dictator);
  scribe_session_close (desk->session);
  g_clear_object (&desk->dictator);
  g_clear_object (&desk->session);
  g_clear_object (&desk->settings);
  g_clear_object (&desk->hotkey);
  g_clear_object (&desk->inserter);
  g_clear_object (&desk->dictation);
  g_string_free (desk->sounds, TRUE);
  g_string_free (desk->messages, TRUE);
  g_clear_pointer (&desk, g_free);
}

static void
listen (void)
{
  tilescribe_dictator_start (desk->dictator);
  scribe_dictation_set_state (desk->dictation, SCRIBE_DICTATION_LISTENING);
}

static void
say (const char *text)
{
  ScribeUtterance utterance = { .text = (char *) text, .text_time = g_get_monotonic_time () };

  scribe_dictation_send_utterance (desk->dictation, &utterance);
  wait_ms (50);
}

static const char *
at_work (void)
{
  return desk->inserter->task != NULL ? g_task_get_task_data (desk->inserter->task) : NULL;
}

/* ---- The tests ---- */

static void
test_cancelled_with_the_dictation (void)
{
  desk_begin (TRUE);
  listen ();
  say ("not wanted");
  g_assert_cmpstr (at_work (), ==, "not wanted");
  tilescribe_dictator_cancel (desk->dictator);
  wait_ms (50);
  g_assert_null (at_work ());
  g_assert_cmpstr (desk->messages->str, ==, "");
  scribe_dictation_end (desk->dictation, NULL);
  listen ();
  say ("wanted");
  g_assert_cmpstr (at_work (), ==, "wanted");
  desk_end ();
}

static void
test_closing_ends_what_is_under_way (void)
{
  gpointer inserter;

  desk_begin (TRUE);
  listen ();
  say ("text");
  inserter = desk->inserter;
  g_object_add_weak_pointer (inserter, &inserter);
  g_object_unref (inserter);
  desk->inserter = NULL;
  tilescribe_dictator_close (desk->dictator);
  g_assert_null (inserter);
  desk_end ();
}

/* What was put on spare keys is taken off them, whatever is being typed. */
static void
test_closing_gives_the_keys_back (void)
{
  g_autoptr (Editor) editor = editor_start_xterm ();
  g_autofree char *before = run_shell ("xmodmap -pke");
  g_autofree char *between = NULL;
  g_autofree char *after = NULL;

  g_assert_nonnull (editor);
  desk_begin (FALSE);
  g_settings_set_string (desk->settings, "insertion", "type");
  listen ();
  say (SPEECH SPEECH SPEECH SPEECH SPEECH SPEECH SPEECH SPEECH);
  wait_ms (500);
  between = run_shell ("xmodmap -pke");
  g_assert_cmpstr (between, !=, before);
  desk_end ();
  after = run_shell ("xmodmap -pke");
  g_assert_cmpstr (after, ==, before);
}

/* Where the text can be read already, it is not typed; who wants it on the clipboard wants it there from everywhere. */
static void
test_copied_from_our_own_window_too (void)
{
  static const struct
  {
    const char *insertion, *expected;
  } ways[] = { { "auto", NULL }, { "paste", NULL }, { "type", NULL }, { "copy", "text" } };
  GtkWindow *window;

  desk_begin (TRUE);
  window = GTK_WINDOW (gtk_application_window_new (application));
  gtk_window_present (window);
  for (guint i = 0; i < 100 && !gtk_window_is_active (window); i++)
    wait_ms (50);
  g_assert_true (gtk_window_is_active (window));
  for (guint i = 0; i < G_N_ELEMENTS (ways); i++)
    {
      g_settings_set_string (desk->settings, "insertion", ways[i].insertion);
      listen ();
      say ("text");
      g_assert_cmpstr (at_work (), ==, ways[i].expected);
      scribe_dictation_end (desk->dictation, NULL);
    }
  gtk_window_destroy (window);
  desk_end ();
}

/* A portal may lose it. */
static void
test_a_release_that_got_lost (void)
{
  desk_begin (TRUE);
  g_signal_emit_by_name (desk->hotkey, "pressed");
  scribe_dictation_set_state (desk->dictation, SCRIBE_DICTATION_LISTENING);
  say ("text");
  g_assert_null (at_work ());
  for (guint i = 0; i < 100 && at_work () == NULL; i++)
    wait_ms (100);
  g_assert_cmpstr (at_work (), ==, "text");
  desk_end ();
}

static void
test_a_key_that_is_held_is_down (void)
{
  desk_begin (TRUE);
  g_settings_set_string (desk->settings, "hotkey-mode", "hold");
  g_signal_emit_by_name (desk->hotkey, "pressed");
  scribe_dictation_set_state (desk->dictation, SCRIBE_DICTATION_LISTENING);
  say ("text");
  wait_ms (4000);
  g_assert_null (at_work ());
  g_signal_emit_by_name (desk->hotkey, "released");
  wait_ms (1000);
  g_assert_cmpstr (at_work (), ==, "text");
  desk_end ();
}

static void
test_a_key_that_returns_is_bound (void)
{
  g_autoptr (GError) error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CLOSED, "The portal is gone.");

  desk_begin (TRUE);
  wait_ms (50);
  g_assert_cmpuint (desk->hotkey->n_binds, ==, 1);
  g_signal_emit_by_name (desk->hotkey, "lost", error);
  g_assert_cmpstr (tilescribe_dictator_get_hotkey_trouble (desk->dictator), ==, error->message);
  g_signal_emit_by_name (desk->hotkey, "returned");
  wait_ms (50);
  g_assert_cmpuint (desk->hotkey->n_binds, ==, 2);
  g_assert_null (tilescribe_dictator_get_hotkey_trouble (desk->dictator));
  g_assert_nonnull (tilescribe_dictator_get_hotkey (desk->dictator));
  desk_end ();
}

/* Else the keys of two ways would mix. */
static void
test_another_way_waits_for_the_one_at_work (void)
{
  desk_begin (TRUE);
  listen ();
  say ("one");
  g_settings_set_string (desk->settings, "insertion", "type");
  wait_ms (50);
  g_assert_cmpuint (desk->n_inserters, ==, 1);
  say ("two");
  g_assert_cmpstr (at_work (), ==, "one");
  fake_inserter_end (desk->inserter, NULL);
  wait_ms (50);
  g_assert_cmpuint (desk->n_inserters, ==, 1);
  g_assert_cmpstr (at_work (), ==, " two");
  fake_inserter_end (desk->inserter, NULL);
  wait_ms (50);
  g_assert_cmpuint (desk->n_inserters, ==, 2);
  say ("three");
  g_assert_cmpstr (at_work (), ==, " three");
  desk_end ();
}

static void
test_the_chime_does_not_wait_for_the_text (void)
{
  desk_begin (TRUE);
  listen ();
  g_assert_cmpstr (desk->sounds->str, ==, "B");
  tilescribe_dictator_stop (desk->dictator);
  wait_ms (1000);
  g_assert_cmpstr (desk->sounds->str, ==, "BE");
  scribe_dictation_end (desk->dictation, NULL);
  g_assert_cmpstr (desk->sounds->str, ==, "BE");
  desk_end ();
}

static void
test_no_chime_while_the_next_one_listens (void)
{
  g_autoptr (ScribeDictation) first = NULL;

  desk_begin (TRUE);
  listen ();
  first = g_object_ref (desk->dictation);
  tilescribe_dictator_stop (desk->dictator);
  listen ();
  scribe_dictation_end (first, NULL);
  wait_ms (1000);
  g_assert_cmpstr (desk->sounds->str, ==, "BB");
  desk_end ();
}

/* A microphone that vanishes, and one that is not there. */
static void
test_one_chime_for_one_that_breaks_off (void)
{
  g_autoptr (GError) error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CLOSED, "The microphone is gone.");

  desk_begin (TRUE);
  listen ();
  scribe_dictation_end (desk->dictation, error);
  g_assert_cmpstr (desk->sounds->str, ==, "BE");
  tilescribe_dictator_start (desk->dictator);
  scribe_dictation_end (desk->dictation, error);
  wait_ms (1000);
  g_assert_cmpstr (desk->sounds->str, ==, "BE");
  desk_end ();
}

int
main (int argc, char **argv)
{
  int n_failed;

  g_test_init (&argc, &argv, NULL);
  gtk_init ();
  application = gtk_application_new ("org.tilescribe.Test", G_APPLICATION_NON_UNIQUE);
  g_assert_true (g_application_register (G_APPLICATION (application), NULL, NULL));
  g_test_add_func ("/dictator/cancelled-with-the-dictation", test_cancelled_with_the_dictation);
  g_test_add_func ("/dictator/closing-ends-what-is-under-way", test_closing_ends_what_is_under_way);
  g_test_add_func ("/dictator/closing-gives-the-keys-back", test_closing_gives_the_keys_back);
  g_test_add_func ("/dictator/copied-from-our-own-window-too", test_copied_from_our_own_window_too);
  g_test_add_func ("/dictator/a-release-that-got-lost", test_a_release_that_got_lost);
  g_test_add_func ("/dictator/a-key-that-is-held-is-down", test_a_key_that_is_held_is_down);
  g_test_add_func ("/dictator/a-key-that-returns-is-bound", test_a_key_that_returns_is_bound);
  g_test_add_func ("/dictator/another-way-waits-for-the-one-at-work", test_another_way_waits_for_the_one_at_work);
  g_test_add_func ("/dictator/the-chime-does-not-wait-for-the-text", test_the_chime_does_not_wait_for_the_text);
  g_test_add_func ("/dictator/no-chime-while-the-next-one-listens", test_no_chime_while_the_next_one_listens);
  g_test_add_func ("/dictator/one-chime-for-one-that-breaks-off", test_one_chime_for_one_that_breaks_off);
  n_failed = g_test_run ();
  g_object_unref (application);
  return n_failed;
}
