/* test-hotkey.c - a key is heard once per press, whatever window has the focus
 *
 * SPDX-License-Identifier: MIT
 */
#include "desktop/hotkey.h"
#include "fixture.h"
#include "pages/hotkey-dialog.h"

#define KEY "<Control><Alt>space"

typedef struct
{
  TilescribeHotkey *hotkey;
  GString *heard; /* p: pressed, r: released, l: lost */
} Listener;

static void
on_pressed (TilescribeHotkey *hotkey, Listener *listener)
{
  g_string_append_c (listener->heard, 'p');
}

static void
on_released (TilescribeHotkey *hotkey, Listener *listener)
{
  g_string_append_c (listener->heard, 'r');
}

static void
on_lost (TilescribeHotkey *hotkey, const GError *error, Listener *listener)
{
  g_assert_nonnull (error);
  g_test_message ("Lost: %s", error->message);
  g_string_append_c (listener->heard, 'l');
}

static Listener *
listener_new (void)
{
  Listener *listener = g_new0 (Listener, 1);
  g_autofree char *why = NULL;

  listener->hotkey = tilescribe_hotkey_choose (&why);
  g_assert_nonnull (listener->hotkey);
  g_assert_cmpstr (why, ==, "The key is heard whatever window has the focus.");
  listener->heard = g_string_new (NULL);
  g_signal_connect (listener->hotkey, "pressed", G_CALLBACK (on_pressed), listener);
  g_signal_connect (listener->hotkey, "released", G_CALLBACK (on_released), listener);
  g_signal_connect (listener->hotkey, "lost", G_CALLBACK (on_lost), listener);
  return listener;
}

static void
listener_free (Listener *listener)
{
  g_object_unref (listener->hotkey);
  g_string_free (listener->heard, TRUE);
  g_free (listener);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Listener, listener_free)

typedef struct
{
  gboolean done;
  char *label;
  GError *error;
} Binding;

static void
on_bound (GObject *object, GAsyncResult *result, gpointer data)
{
  Binding *binding = data;

  binding->label = tilescribe_hotkey_bind_finish (TILESCRIBE_HOTKEY (object), result, &binding->error);
  binding->done = TRUE;
}

static char *
bind_key (Listener *listener, const char *accelerator, GError **error)
{
  Binding binding = { FALSE, NULL, NULL };

  tilescribe_hotkey_bind_async (listener->hotkey, accelerator, NULL, on_bound, &binding);
  wait_until (&binding.done, "a key to be bound");
  if (binding.error != NULL)
    g_propagate_error (error, binding.error);
  return binding.label;
}

static void
bind_well (Listener *listener, const char *accelerator)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *label = bind_key (listener, accelerator, &error);

  g_assert_no_error (error);
  g_assert_nonnull (label);
}

static void
press (const char *keys)
{
  g_autofree char *command = g_strdup_printf ("xdotool %s", keys);

  g_free (run_shell (command));
  wait_ms (200);
}

static void
test_pressed_and_released (void)
{
  g_autoptr (Listener) listener = listener_new ();
  g_autoptr (Editor) editor = editor_start_xterm ();
  g_autofree char *label = bind_key (listener, KEY, NULL);

  g_assert_cmpstr (label, ==, "Ctrl+Alt+Space");
  press ("keydown ctrl keydown alt keydown space");
  g_assert_cmpstr (listener->heard->str, ==, "p");
  press ("keyup space keyup alt keyup ctrl");
  g_assert_cmpstr (listener->heard->str, ==, "pr");
  editor_assert_text (editor, "");
}

/* The modifiers may go up first. */
static void
test_long_press_is_one (void)
{
  g_autoptr (Listener) listener = listener_new ();

  bind_well (listener, KEY);
  g_free (run_shell ("xset r rate 100 50; xset r on"));
  press ("keydown ctrl keydown alt keydown space");
  wait_ms (1000);
  press ("keyup ctrl keyup alt");
  g_assert_cmpstr (listener->heard->str, ==, "p");
  press ("keyup space");
  g_assert_cmpstr (listener->heard->str, ==, "pr");
}

static void
test_locks_do_not_matter (void)
{
  static const char *const locks[] = { "Caps_Lock", "Num_Lock" };
  g_autoptr (Listener) listener = listener_new ();

  bind_well (listener, KEY);
  for (guint i = 0; i < G_N_ELEMENTS (locks); i++)
    {
      g_autofree char *lock = g_strdup_printf ("key %s", locks[i]);

      press (lock);
      press ("key ctrl+alt+space");
      press (lock);
      g_assert_cmpstr (listener->heard->str, ==, "pr");
      g_string_truncate (listener->heard, 0);
    }
}

static void
test_other_keys_are_not_heard (void)
{
  g_autoptr (Listener) listener = listener_new ();

  bind_well (listener, KEY);
  press ("key space key ctrl+space key alt+space key ctrl+alt+shift+space key ctrl+alt+a");
  g_assert_cmpstr (listener->heard->str, ==, "");
}

static void
test_another_key_replaces_it (void)
{
  g_autoptr (Listener) listener = listener_new ();

  bind_well (listener, KEY);
  bind_well (listener, "F9");
  press ("key ctrl+alt+space");
  g_assert_cmpstr (listener->heard->str, ==, "");
  press ("key F9");
  g_assert_cmpstr (listener->heard->str, ==, "pr");
  tilescribe_hotkey_unbind (listener->hotkey);
  press ("key F9");
  g_assert_cmpstr (listener->heard->str, ==, "pr");
}

static void
test_unbound_while_pressed (void)
{
  g_autoptr (Listener) listener = listener_new ();

  bind_well (listener, KEY);
  press ("keydown ctrl keydown alt keydown space");
  tilescribe_hotkey_unbind (listener->hotkey);
  press ("keyup space keyup alt keyup ctrl");
  g_assert_cmpstr (listener->heard->str, ==, "pr");
}

static void
test_taken_by_another_program (void)
{
  g_autoptr (Listener) first = listener_new ();
  g_autoptr (Listener) second = listener_new ();
  g_autoptr (GError) error = NULL;

  bind_well (first, KEY);
  g_assert_null (bind_key (second, KEY, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_BUSY);
  g_assert_cmpstr (error->message, ==, "The key Ctrl+Alt+Space is used by another program. Choose another one in Preferences.");
  press ("key ctrl+alt+space");
  g_assert_cmpstr (first->heard->str, ==, "pr");
  g_assert_cmpstr (second->heard->str, ==, "");
  tilescribe_hotkey_unbind (first->hotkey);
  bind_well (second, KEY);
}

static void
test_no_key (void)
{
  static const char *const wrong[][2] = {
    { "<Control>nonsense", "“<Control>nonsense” is no key. Choose one in Preferences." },
    { "", "“” is no key. Choose one in Preferences." },
    { "<Control>Hangul_Jamo", "This keyboard has no key Ctrl+Hangul Jamo. Choose another one in Preferences." },
  };
  g_autoptr (Listener) listener = listener_new ();

  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (bind_key (listener, wrong[i][0], &error));
      g_assert_nonnull (error);
      g_assert_cmpstr (error->message, ==, wrong[i][1]);
    }
}

/* On German keyboards, y and z have changed places. */
static void
test_follows_the_layout (void)
{
  g_autoptr (Listener) listener = listener_new ();

  g_free (run_shell ("setxkbmap us"));
  bind_well (listener, "<Control><Alt>z");
  g_free (run_shell ("setxkbmap de"));
  wait_ms (500);
  press ("key ctrl+alt+y");
  g_assert_cmpstr (listener->heard->str, ==, "");
  press ("key ctrl+alt+z");
  g_assert_cmpstr (listener->heard->str, ==, "pr");
  g_free (run_shell ("setxkbmap us"));
}

static void
on_chosen (GtkWindow *dialog, const char *accelerator, char **chosen)
{
  g_free (*chosen);
  *chosen = g_strdup (accelerator);
}

/* Who changes his mind presses the key of now again: it is chosen, and starts nothing. */
static void
test_chosen_while_bound (void)
{
  g_autoptr (Listener) listener = listener_new ();
  g_autofree char *chosen = NULL;
  GtkWindow *dialog = tilescribe_hotkey_dialog_new (NULL);

  bind_well (listener, KEY);
  g_signal_connect (dialog, "chosen", G_CALLBACK (on_chosen), &chosen);
  gtk_window_present (dialog);
  for (int i = 0; i < 100 && !gtk_window_is_active (dialog); i++)
    wait_ms (50);
  press ("keydown ctrl keydown alt keydown space");
  press ("keyup space keyup alt keyup ctrl");
  g_assert_cmpstr (chosen, ==, "<Control><Alt>space");
  g_assert_cmpstr (listener->heard->str, ==, "");
  press ("key ctrl+alt+space");
  g_assert_cmpstr (listener->heard->str, ==, "pr");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  adw_init ();
  g_test_add_func ("/hotkey/pressed-and-released", test_pressed_and_released);
  g_test_add_func ("/hotkey/long-press-is-one", test_long_press_is_one);
  g_test_add_func ("/hotkey/locks-do-not-matter", test_locks_do_not_matter);
  g_test_add_func ("/hotkey/other-keys-are-not-heard", test_other_keys_are_not_heard);
  g_test_add_func ("/hotkey/another-key-replaces-it", test_another_key_replaces_it);
  g_test_add_func ("/hotkey/unbound-while-pressed", test_unbound_while_pressed);
  g_test_add_func ("/hotkey/taken-by-another-program", test_taken_by_another_program);
  g_test_add_func ("/hotkey/no-key", test_no_key);
  g_test_add_func ("/hotkey/chosen-while-bound", test_chosen_while_bound);
  g_test_add_func ("/hotkey/follows-the-layout", test_follows_the_layout);
  return g_test_run ();
}
