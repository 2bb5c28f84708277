/* test-insertion.c - text arrives in the focused window of another program, letter by letter what was said
 *
 *   test-insertion            the tests
 *   test-insertion --owner    a program that has copied a text, and a picture too large to be remembered
 *
 * SPDX-License-Identifier: MIT
 */
#include "desktop/x11-connection.h"
#include "fixture.h"

#include <gtk/gtk.h>
#include <signal.h>
#include <xcb/xkb.h>

typedef Editor *(*StartEditor) (void);

typedef struct
{
  TilescribeInsertion way;
  TilescribeInserted how;
  StartEditor start;
} Case;

static const Case pasted_in_featherpad = { TILESCRIBE_INSERTION_PASTE, TILESCRIBE_INSERTED_PASTED, editor_start_featherpad };
static const Case pasted_in_xterm = { TILESCRIBE_INSERTION_PASTE, TILESCRIBE_INSERTED_PASTED, editor_start_xterm };
static const Case typed_in_featherpad = { TILESCRIBE_INSERTION_TYPE, TILESCRIBE_INSERTED_TYPED, editor_start_featherpad };
static const Case typed_in_xterm = { TILESCRIBE_INSERTION_TYPE, TILESCRIBE_INSERTED_TYPED, editor_start_xterm };

static void
insert_well (TilescribeInserter *inserter, const char *text, TilescribeInserted expected)
{
  TilescribeInserted how = TILESCRIBE_INSERTED_COPIED;
  g_autoptr (GError) error = insert (inserter, text, &how);

  g_assert_no_error (error);
  g_assert_cmpint (how, ==, expected);
}

static void
test_arrives (gconstpointer data)
{
  const Case *c = data;
  g_autoptr (Editor) editor = NULL;
  g_autoptr (TilescribeInserter) inserter = tilescribe_inserter_choose (c->way, NULL);

  put_on_clipboard ("before");
  editor = c->start ();
  insert_well (inserter, SPEECH, c->how);
  editor_assert_text (editor, SPEECH);
  assert_clipboard_becomes ("before");
}

static void
test_nothing_on_clipboard (void)
{
  g_autoptr (Editor) editor = editor_start_featherpad ();
  g_autoptr (TilescribeInserter) inserter = tilescribe_inserter_choose (TILESCRIBE_INSERTION_AUTO, NULL);

  gdk_clipboard_set_content (gdk_display_get_clipboard (gdk_display_get_default ()), NULL);
  insert_well (inserter, SPEECH, TILESCRIBE_INSERTED_PASTED);
  editor_assert_text (editor, SPEECH);
  assert_clipboard_becomes ("");
}

/* Larger than what the server passes on in one piece. */
static void
test_image_returns (void)
{
  g_autoptr (Editor) editor = editor_start_featherpad ();
  g_autoptr (TilescribeInserter) inserter = tilescribe_inserter_choose (TILESCRIBE_INSERTION_PASTE, NULL);
  g_autofree char *answer = NULL;

  g_free (run_shell (
      "head -c 3000000 /dev/urandom > $TEST_HOME/image; xclip -selection clipboard -t image/png -i $TEST_HOME/image >/dev/null"));
  wait_ms (200);
  insert_well (inserter, SPEECH, TILESCRIBE_INSERTED_PASTED);
  wait_ms (500);
  answer = run_shell ("xclip -selection clipboard -t image/png -o | cmp - $TEST_HOME/image && echo same");
  g_assert_cmpstr (answer, ==, "same\n");
  editor_assert_text (editor, SPEECH);
}

/* The text waits for it on the clipboard; once it was taken after all, the clipboard returns. */
static void
test_stuck_window (void)
{
  g_autoptr (Editor) editor = NULL;
  g_autoptr (TilescribeInserter) inserter = tilescribe_inserter_choose (TILESCRIBE_INSERTION_PASTE, NULL);
  g_autoptr (GError) error = NULL;

  put_on_clipboard ("before");
  editor = editor_start_featherpad ();
  editor_send_signal (editor, SIGSTOP);
  error = insert (inserter, SPEECH, NULL);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  g_assert_cmpstr (error->message, ==,
                   "“FeatherPad” did not take the text. It is on the clipboard: press Ctrl+V where it belongs.");
  editor_send_signal (editor, SIGCONT);
  assert_clipboard_becomes ("before");
  editor_assert_text (editor, SPEECH);
}

typedef struct
{
  guint n_done;
  gboolean all_done;
  int code; /* of G_IO_ERROR, where it is to fail */
} Several;

static void
on_one_of_three (GObject *object, GAsyncResult *result, gpointer data)
{
  Several *several = data;
  g_autoptr (GError) error = NULL;

  gboolean inserted = tilescribe_inserter_insert_finish (TILESCRIBE_INSERTER (object), result, NULL, &error);

  g_assert_no_error (error);
  g_assert_true (inserted);
  several->all_done = ++several->n_done == 3;
}

static void
read_soon (GdkClipboard *clipboard, gpointer data)
{
  g_autoptr (GError) error = NULL;

  if (gdk_clipboard_is_local (clipboard)
      && !g_spawn_command_line_async ("sh -c 'sleep 0.1; exec xclip -selection clipboard -o >/dev/null'", &error))
    g_error ("%s", error->message);
}

static gboolean
let_go_on (gpointer data)
{
  editor_send_signal (data, SIGCONT);
  return G_SOURCE_REMOVE;
}

/* Who restores by the clock, or takes the history's reading for the paste, gives a busy window what was copied before, or the
 * text that comes next. */
static void
test_busy_window (void)
{
  g_autoptr (Editor) editor = NULL;
  g_autoptr (TilescribeInserter) inserter = tilescribe_inserter_choose (TILESCRIBE_INSERTION_PASTE, NULL);
  GdkClipboard *clipboard = gdk_display_get_clipboard (gdk_display_get_default ());
  Several several = { 1, FALSE };
  gulong history = g_signal_connect (clipboard, "changed", G_CALLBACK (read_soon), NULL);

  put_on_clipboard ("before");
  editor = editor_start_featherpad ();
  editor_send_signal (editor, SIGSTOP);
  g_timeout_add (2500, let_go_on, editor);
  tilescribe_inserter_insert_async (inserter, SPEECH, NULL, on_one_of_three, &several);
  tilescribe_inserter_insert_async (inserter, " Next.", NULL, on_one_of_three, &several);
  wait_until (&several.all_done, "two pastes");
  editor_assert_text (editor, SPEECH " Next.");
  g_signal_handler_disconnect (clipboard, history);
}

static void
test_one_after_the_other (gconstpointer data)
{
  const Case *c = data;
  g_autoptr (Editor) editor = NULL;
  g_autoptr (TilescribeInserter) inserter = tilescribe_inserter_choose (c->way, NULL);
  Several several = { 0, FALSE };

  put_on_clipboard ("before");
  editor = c->start ();
  tilescribe_inserter_insert_async (inserter, "One, ", NULL, on_one_of_three, &several);
  tilescribe_inserter_insert_async (inserter, "zwölf, ", NULL, on_one_of_three, &several);
  tilescribe_inserter_insert_async (inserter, "three.", NULL, on_one_of_three, &several);
  wait_until (&several.all_done, "three insertions");
  editor_assert_text (editor, "One, zwölf, three.");
  assert_clipboard_becomes ("before");
}

static void
test_copied_meanwhile (void)
{
  g_autoptr (Editor) editor = NULL;
  g_autoptr (TilescribeInserter) inserter = tilescribe_inserter_choose (TILESCRIBE_INSERTION_PASTE, NULL);

  put_on_clipboard ("before");
  editor = editor_start_featherpad ();
  insert_well (inserter, SPEECH, TILESCRIBE_INSERTED_PASTED);
  g_assert_nonnull (editor); /* it runs until here */
  put_on_clipboard ("copied meanwhile");
  wait_ms (1000);
  assert_clipboard_becomes ("copied meanwhile");
}

/* The owner of the clipboard takes his time to tell it; the person copies something else. */
static void
test_copied_before_it_is_borrowed (void)
{
  g_autoptr (Editor) editor = NULL;
  g_autoptr (TilescribeInserter) inserter = tilescribe_inserter_choose (TILESCRIBE_INSERTION_PASTE, NULL);
  g_autofree char *file = run_shell ("printf before >\"$TEST_HOME/before\"");
  g_autoptr (GSubprocess) owner = g_subprocess_new (G_SUBPROCESS_FLAGS_STDERR_SILENCE, NULL, "sh", "-c",
                                                    "exec xclip -quiet -selection clipboard \"$TEST_HOME/before\"", NULL);
  Several several = { 2, FALSE };

  editor = editor_start_featherpad ();
  g_subprocess_send_signal (owner, SIGSTOP);
  tilescribe_inserter_insert_async (inserter, SPEECH, NULL, on_one_of_three, &several);
  wait_ms (100);
  /* xclip is back before the server has heard of it; until then the stopped owner is asked, and nobody answers */
  g_free (run_shell ("printf %s 'copied meanwhile' | xclip -selection clipboard >/dev/null 2>&1;"
                     "until timeout 0.2 xclip -selection clipboard -o | grep -q meanwhile; do :; done"));
  g_subprocess_send_signal (owner, SIGCONT);
  wait_until (&several.all_done, "a paste");
  g_subprocess_force_exit (owner);
  editor_assert_text (editor, SPEECH);
  assert_clipboard_becomes ("copied meanwhile");
}

static int
run_owner (void)
{
  g_autoptr (GBytes) picture = g_bytes_new_take (g_malloc0 (40 << 20), 40 << 20);
  GdkContentProvider *providers[] = { gdk_content_provider_new_typed (G_TYPE_STRING, "before"),
                                      gdk_content_provider_new_for_bytes ("image/png", picture) };
  g_autoptr (GdkContentProvider) all = gdk_content_provider_new_union (providers, G_N_ELEMENTS (providers));

  gtk_init ();
  gdk_clipboard_set_content (gdk_display_get_clipboard (gdk_display_get_default ()), all);
  while (gdk_display_get_default () != NULL)
    g_main_context_iteration (NULL, TRUE);
  return 0;
}

/* A part of it would be something else. */
static void
test_what_cannot_return_whole_does_not_return (gconstpointer program)
{
  g_autoptr (GSubprocess) owner = g_subprocess_new (G_SUBPROCESS_FLAGS_NONE, NULL, program, "--owner", NULL);
  g_autoptr (Editor) editor = NULL;
  g_autoptr (TilescribeInserter) inserter = tilescribe_inserter_choose (TILESCRIBE_INSERTION_PASTE, NULL);

  assert_clipboard_becomes ("before");
  editor = editor_start_featherpad ();
  insert_well (inserter, SPEECH, TILESCRIBE_INSERTED_PASTED);
  wait_ms (1000);
  editor_assert_text (editor, SPEECH);
  assert_clipboard_becomes (SPEECH);
  g_subprocess_force_exit (owner);
}

static void
test_quits_at_once (void)
{
  g_autoptr (Editor) editor = NULL;
  TilescribeInserter *inserter = tilescribe_inserter_choose (TILESCRIBE_INSERTION_PASTE, NULL);
  g_autofree char *formats = NULL;

  put_on_clipboard ("before");
  editor = editor_start_featherpad ();
  insert_well (inserter, SPEECH, TILESCRIBE_INSERTED_PASTED);
  g_assert_nonnull (editor);
  g_object_unref (inserter);
  formats = run_shell ("xclip -selection clipboard -o");
  g_assert_cmpstr (formats, ==, "before");
}

static void
test_histories_are_asked_for_discretion (void)
{
  g_autoptr (Editor) editor = editor_start_featherpad ();
  g_autoptr (TilescribeInserter) inserter = tilescribe_inserter_choose (TILESCRIBE_INSERTION_PASTE, NULL);
  g_autofree char *hint = NULL;
  g_autofree char *again = NULL;
  Several several = { 2, FALSE };

  put_on_clipboard ("before");
  editor_send_signal (editor, SIGSTOP);
  tilescribe_inserter_insert_async (inserter, SPEECH, NULL, on_one_of_three, &several);
  wait_ms (200);
  hint = run_shell ("xclip -selection clipboard -o -t x-kde-passwordManagerHint");
  editor_send_signal (editor, SIGCONT);
  wait_until (&several.all_done, "a paste");
  g_assert_cmpstr (hint, ==, "secret");
  assert_clipboard_becomes ("before");
  again = run_shell ("xclip -selection clipboard -o -t x-kde-passwordManagerHint");
  g_assert_cmpstr (again, ==, "secret");
}

static void
test_no_window (gconstpointer data)
{
  const Case *c = data;
  g_autoptr (TilescribeInserter) inserter = tilescribe_inserter_choose (c->way, NULL);
  g_autoptr (GError) error = NULL;

  put_on_clipboard ("before");
  error = insert (inserter, SPEECH, NULL);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  g_assert_cmpstr (error->message, ==, "No window has the focus. The text is on the clipboard: press Ctrl+V where it belongs.");
  assert_clipboard_becomes (SPEECH);
}

static gboolean
let_go_of_keys (gpointer data)
{
  g_free (run_shell ("xdotool keyup ctrl keyup alt keyup shift"));
  return G_SOURCE_REMOVE;
}

/* As after a hotkey: Ctrl+V must not become Ctrl+Alt+V. */
static void
test_keys_held (gconstpointer data)
{
  const Case *c = data;
  g_autoptr (Editor) editor = c->start ();
  g_autoptr (TilescribeInserter) inserter = tilescribe_inserter_choose (c->way, NULL);

  g_free (run_shell ("xdotool keydown ctrl keydown alt keydown shift"));
  g_timeout_add (700, let_go_of_keys, NULL);
  insert_well (inserter, SPEECH, c->how);
  editor_assert_text (editor, SPEECH);
}

static void
on_failed (GObject *object, GAsyncResult *result, gpointer data)
{
  Several *several = data;
  g_autoptr (GError) error = NULL;

  g_assert_false (tilescribe_inserter_insert_finish (TILESCRIBE_INSERTER (object), result, NULL, &error));
  g_assert_error (error, G_IO_ERROR, several->code);
  several->all_done = ++several->n_done == 3;
}

/* A book on the keyboard. */
static void
test_keys_held_for_ever (void)
{
  g_autoptr (Editor) editor = editor_start_featherpad ();
  g_autoptr (TilescribeInserter) paster = tilescribe_inserter_choose (TILESCRIBE_INSERTION_PASTE, NULL);
  g_autoptr (TilescribeInserter) typist = tilescribe_inserter_choose (TILESCRIBE_INSERTION_TYPE, NULL);
  Several several = { 1, FALSE, G_IO_ERROR_BUSY };

  g_free (run_shell ("xdotool keydown ctrl"));
  tilescribe_inserter_insert_async (paster, SPEECH, NULL, on_failed, &several);
  tilescribe_inserter_insert_async (typist, SPEECH, NULL, on_failed, &several);
  wait_ms (20000);
  wait_until (&several.all_done, "the end of patience");
  assert_clipboard_becomes (SPEECH);
  g_free (run_shell ("xdotool keyup ctrl"));
  insert_well (typist, "and now ", TILESCRIBE_INSERTED_TYPED);
  insert_well (paster, SPEECH, TILESCRIBE_INSERTED_PASTED);
  editor_assert_text (editor, "and now " SPEECH);
}

/* Who uses push to talk may speak for minutes. */
static void
test_the_hotkey_may_be_held (void)
{
  g_autoptr (Editor) editor = editor_start_featherpad ();
  g_autoptr (TilescribeInserter) inserter = tilescribe_inserter_choose (TILESCRIBE_INSERTION_PASTE, NULL);
  Several several = { 2, FALSE };

  g_free (run_shell ("xdotool keydown ctrl"));
  tilescribe_inserter_tell_hotkey (inserter, TRUE);
  tilescribe_inserter_insert_async (inserter, SPEECH, NULL, on_one_of_three, &several);
  wait_ms (32000);
  tilescribe_inserter_tell_hotkey (inserter, FALSE);
  g_free (run_shell ("xdotool keyup ctrl"));
  wait_until (&several.all_done, "a paste");
  editor_assert_text (editor, SPEECH);
}

static void
test_not_wanted_any_more (void)
{
  g_autoptr (TilescribeInserter) inserter = tilescribe_inserter_choose (TILESCRIBE_INSERTION_PASTE, NULL);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Several several = { 2, FALSE, G_IO_ERROR_CANCELLED };

  tilescribe_inserter_tell_hotkey (inserter, TRUE);
  tilescribe_inserter_insert_async (inserter, SPEECH, cancellable, on_failed, &several);
  wait_ms (200);
  g_assert_false (several.all_done);
  g_cancellable_cancel (cancellable);
  wait_until (&several.all_done, "a cancellation, while the hotkey is down");
}

static void
test_caps_lock (gconstpointer data)
{
  const Case *c = data;
  g_autoptr (Editor) editor = c->start ();
  g_autoptr (TilescribeInserter) inserter = tilescribe_inserter_choose (c->way, NULL);
  GdkDevice *keyboard = gdk_seat_get_keyboard (gdk_display_get_default_seat (gdk_display_get_default ()));

  g_free (run_shell ("xdotool key Caps_Lock"));
  wait_ms (200);
  insert_well (inserter, SPEECH, c->how);
  wait_ms (200);
  g_assert_true (gdk_device_get_caps_lock_state (keyboard));
  g_free (run_shell ("xdotool key Caps_Lock"));
  editor_assert_text (editor, SPEECH);
}

static void
switch_layout (guint group)
{
  g_autoptr (xcb_connection_t) connection = tilescribe_x11_connect (NULL);

  xcb_xkb_latch_lock_state (connection, XCB_XKB_ID_USE_CORE_KBD, 0, 0, TRUE, group, 0, FALSE, 0);
  tilescribe_x11_sync (connection);
}

static void
test_other_layout_is_on (gconstpointer data)
{
  const Case *c = data;
  g_autoptr (Editor) editor = NULL;
  g_autoptr (TilescribeInserter) inserter = tilescribe_inserter_choose (c->way, NULL);

  g_free (run_shell ("setxkbmap us,ru"));
  switch_layout (1);
  editor = c->start ();
  insert_well (inserter, SPEECH, c->how);
  g_free (run_shell ("setxkbmap us"));
  wait_ms (200);
  editor_assert_text (editor, SPEECH);
}

static void
test_lines_and_tabs (void)
{
  g_autoptr (Editor) editor = editor_start_featherpad ();
  g_autoptr (TilescribeInserter) inserter = tilescribe_inserter_choose (TILESCRIBE_INSERTION_TYPE, NULL);

  insert_well (inserter, "First line.\r\nSecond,\t #*+~^`´'\"\\ éàôñß €.\n\nEnd", TILESCRIBE_INSERTED_TYPED);
  editor_assert_text (editor, "First line.\nSecond,\t #*+~^`´'\"\\ éàôñß €.\n\nEnd");
}

/* More different characters than any keyboard has keys, into a program that is busy for a while. */
static void
test_more_symbols_than_keys (void)
{
  g_autoptr (Editor) editor = editor_start_featherpad ();
  g_autoptr (TilescribeInserter) inserter = tilescribe_inserter_choose (TILESCRIBE_INSERTION_TYPE, NULL);
  g_autoptr (GString) text = g_string_new (NULL);

  for (gunichar c = 0x4e00; c < 0x4e00 + 60; c++)
    g_string_append_unichar (text, c);
  editor_send_signal (editor, SIGSTOP);
  g_timeout_add (2000, let_go_on, editor);
  insert_well (inserter, text->str, TILESCRIBE_INSERTED_TYPED);
  editor_assert_text (editor, text->str);
}

static void
test_layout_returns (void)
{
  g_autoptr (Editor) editor = editor_start_xterm ();
  TilescribeInserter *inserter = tilescribe_inserter_choose (TILESCRIBE_INSERTION_TYPE, NULL);
  g_autofree char *before = run_shell ("xmodmap -pke");
  g_autofree char *between = NULL;
  g_autofree char *after = NULL;

  insert_well (inserter, SPEECH, TILESCRIBE_INSERTED_TYPED);
  between = run_shell ("xmodmap -pke");
  g_assert_cmpstr (between, !=, before);
  g_object_unref (inserter);
  after = run_shell ("xmodmap -pke");
  g_assert_cmpstr (after, ==, before);
}

static void
on_cancelled (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (tilescribe_inserter_insert_finish (TILESCRIBE_INSERTER (object), result, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static void
test_cancelled (gconstpointer data)
{
  const Case *c = data;
  g_autoptr (Editor) editor = c->start ();
  g_autoptr (TilescribeInserter) inserter = tilescribe_inserter_choose (c->way, NULL);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Several several = { 2, FALSE };

  g_free (run_shell ("xdotool keydown ctrl"));
  tilescribe_inserter_insert_async (inserter, SPEECH, cancellable, on_cancelled, &several);
  tilescribe_inserter_insert_async (inserter, "next", NULL, on_one_of_three, &several);
  wait_ms (200);
  g_cancellable_cancel (cancellable);
  g_free (run_shell ("xdotool keyup ctrl"));
  wait_until (&several.all_done, "the insertion after the one that was cancelled");
  editor_assert_text (editor, "next");
}

/* Neither that key nor one to spare: the locks that were off for it are on again while the next text waits. */
static void
test_no_key_to_paste_with (void)
{
  g_autoptr (Editor) editor = editor_start_featherpad ();
  g_autoptr (TilescribeInserter) inserter = tilescribe_inserter_choose (TILESCRIBE_INSERTION_PASTE, NULL);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autofree char *locks = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_nonnull (editor);
  g_free (run_shell ("xdotool key Caps_Lock"));
  g_free (run_shell ("xmodmap -pke | awk '{ sub (/ [vV] .*/, \"\") } NF == 3 { $0 = $0 \" F24\" } 1' | xmodmap -"));
  wait_ms (500);
  error = insert (inserter, SPEECH, NULL);
  g_free (run_shell ("xdotool keydown shift"));
  tilescribe_inserter_insert_async (inserter, "next", cancellable, on_cancelled, NULL);
  wait_ms (200);
  locks = run_shell ("xset q | grep -o 'Caps Lock: *[onf]*'");
  g_cancellable_cancel (cancellable);
  g_free (run_shell ("setxkbmap us; xdotool keyup shift key Caps_Lock"));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED);
  g_assert_true (g_str_has_suffix (g_strstrip (locks), "on"));
}

static void
test_copied (void)
{
  g_autofree char *why = NULL;
  g_autoptr (TilescribeInserter) inserter = tilescribe_inserter_choose (TILESCRIBE_INSERTION_COPY, &why);

  g_assert_cmpstr (why, ==, "Text goes to the clipboard: press Ctrl+V where it belongs.");
  insert_well (inserter, SPEECH, TILESCRIBE_INSERTED_COPIED);
  assert_clipboard_becomes (SPEECH);
}

static void
test_kept (void)
{
  g_autofree char *why = NULL;

  g_assert_null (tilescribe_inserter_choose (TILESCRIBE_INSERTION_KEEP, &why));
  g_assert_cmpstr (why, ==, "Text stays in the window and in the history.");
}

static const struct
{
  const char *name;
  GTestDataFunc test;
} everywhere[] = {
  { "arrives", test_arrives },     { "one-after-the-other", test_one_after_the_other },
  { "no-window", test_no_window }, { "keys-held", test_keys_held },
  { "caps-lock", test_caps_lock }, { "other-layout-is-on", test_other_layout_is_on },
  { "cancelled", test_cancelled },
};

static void
add_everywhere (const char *where, const Case *c)
{
  for (guint i = 0; i < G_N_ELEMENTS (everywhere); i++)
    {
      g_autofree char *path = g_strdup_printf ("/insertion/%s-%s", where, everywhere[i].name);

      g_test_add_data_func (path, c, everywhere[i].test);
    }
}

int
main (int argc, char **argv)
{
  if (argc == 2 && g_str_equal (argv[1], "--owner"))
    return run_owner ();
  g_test_init (&argc, &argv, NULL);
  gtk_init ();
  add_everywhere ("pasted/in-featherpad", &pasted_in_featherpad);
  add_everywhere ("pasted/in-xterm", &pasted_in_xterm);
  add_everywhere ("typed/in-featherpad", &typed_in_featherpad);
  add_everywhere ("typed/in-xterm", &typed_in_xterm);
  g_test_add_func ("/insertion/pasted/nothing-on-clipboard", test_nothing_on_clipboard);
  g_test_add_func ("/insertion/pasted/image-returns", test_image_returns);
  g_test_add_func ("/insertion/pasted/busy-window", test_busy_window);
  g_test_add_func ("/insertion/pasted/stuck-window", test_stuck_window);
  g_test_add_func ("/insertion/pasted/no-key-to-paste-with", test_no_key_to_paste_with);
  g_test_add_func ("/insertion/typed/keys-held-for-ever", test_keys_held_for_ever);
  g_test_add_func ("/insertion/pasted/the-hotkey-may-be-held", test_the_hotkey_may_be_held);
  g_test_add_func ("/insertion/pasted/not-wanted-any-more", test_not_wanted_any_more);
  g_test_add_func ("/insertion/pasted/copied-meanwhile", test_copied_meanwhile);
  g_test_add_func ("/insertion/pasted/copied-before-it-is-borrowed", test_copied_before_it_is_borrowed);
  g_test_add_data_func ("/insertion/pasted/what-cannot-return-whole-does-not-return", argv[0],
                        test_what_cannot_return_whole_does_not_return);
  g_test_add_func ("/insertion/pasted/quits-at-once", test_quits_at_once);
  g_test_add_func ("/insertion/pasted/histories-are-asked-for-discretion", test_histories_are_asked_for_discretion);
  g_test_add_func ("/insertion/typed/lines-and-tabs", test_lines_and_tabs);
  g_test_add_func ("/insertion/typed/more-symbols-than-keys", test_more_symbols_than_keys);
  g_test_add_func ("/insertion/typed/layout-returns", test_layout_returns);
  g_test_add_func ("/insertion/chosen/copied", test_copied);
  g_test_add_func ("/insertion/chosen/kept", test_kept);
  return g_test_run ();
}
