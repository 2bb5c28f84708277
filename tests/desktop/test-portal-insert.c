/* test-portal-insert.c - text into the focused window by the RemoteDesktop portal
 *
 * GTK wants a screen, to know the keyboard, and for a clipboard where the portal's fails.
 *
 * SPDX-License-Identifier: MIT
 */
#include "desk.h"

#include "desktop/inserter-portal.h"
#include "desktop/portal.h"

#include <gtk/gtk.h>

#define TEXT "Grüße, naïve café — 日本 🙂 x"

typedef struct
{
  int done;
  TilescribeInserted how;
  GError *error;
} Outcome;

static void
outcome_clear (Outcome *outcome)
{
  g_clear_error (&outcome->error);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Outcome, outcome_clear)

static void
inserted (GObject *source, GAsyncResult *result, gpointer data)
{
  Outcome *outcome = data;

  tilescribe_inserter_insert_finish (TILESCRIBE_INSERTER (source), result, &outcome->how, &outcome->error);
  outcome->done = TRUE;
}

static void
insert (TilescribeInserter *inserter, const char *text, Outcome *outcome)
{
  g_clear_error (&outcome->error);
  outcome->done = FALSE;
  tilescribe_inserter_insert_async (inserter, text, NULL, inserted, outcome);
  desk_wait (&outcome->done);
}

static void
insert_well (TilescribeInserter *inserter, const char *text)
{
  g_auto (Outcome) outcome = { 0 };

  insert (inserter, text, &outcome);
  g_assert_no_error (outcome.error);
  g_assert_cmpint (outcome.how, ==, TILESCRIBE_INSERTED_PASTED);
}

static void
assert_pasted (Desk *desk, const char *text)
{
  g_autofree char *pasted = NULL;

  for (guint i = 0; i < 50 && g_strcmp0 (pasted, text) != 0; i++)
    {
      g_free (pasted);
      desk_wait_ms (20);
      pasted = desk_pasted (desk);
    }
  g_assert_cmpstr (pasted, ==, text);
}

static GSettings *
new_settings (void)
{
  GSettings *settings = g_settings_new ("org.tilescribe.Tilescribe");

  g_settings_reset (settings, "portal-token");
  return settings;
}

static void
the_window_gets_the_text (void)
{
  g_autoptr (Desk) desk = desk_new ();
  g_autoptr (TilescribeInserter) inserter = tilescribe_inserter_portal_new (TILESCRIBE_INSERTION_PASTE);

  if (desk == NULL)
    return;
  insert_well (inserter, TEXT);
  assert_pasted (desk, TEXT);
}

static void
a_long_text_arrives_whole (void)
{
  g_autoptr (Desk) desk = desk_new ();
  g_autoptr (TilescribeInserter) inserter = tilescribe_inserter_portal_new (TILESCRIBE_INSERTION_PASTE);
  g_autoptr (GString) text = g_string_new (NULL);

  if (desk == NULL)
    return;
  for (guint i = 0; i < 20000; i++)
    g_string_append (text, "Grüße ");
  insert_well (inserter, text->str);
  assert_pasted (desk, text->str);
}

static void
one_session_for_many_texts (void)
{
  g_autoptr (Desk) desk = desk_new ();
  g_autoptr (TilescribeInserter) inserter = tilescribe_inserter_portal_new (TILESCRIBE_INSERTION_PASTE);
  g_autofree char *calls = NULL;

  if (desk == NULL)
    return;
  insert_well (inserter, "one ");
  insert_well (inserter, "two");
  assert_pasted (desk, "one two");
  calls = desk_calls (desk);
  g_assert_true (strstr (calls, "Start") == g_strrstr (calls, "Start"));
}

static void
what_was_copied_returns (void)
{
  g_autoptr (Desk) desk = desk_new ();
  g_autoptr (TilescribeInserter) inserter = tilescribe_inserter_portal_new (TILESCRIBE_INSERTION_PASTE);

  if (desk == NULL)
    return;
  desk_set (desk, "clipboard", "[copied]");
  insert_well (inserter, "one ");
  insert_well (inserter, "two ");
  desk_wait_ms (1000);
  desk_paste (desk);
  assert_pasted (desk, "one two [copied]");
  insert_well (inserter, " three ");
  desk_wait_ms (1000);
  desk_paste (desk);
  assert_pasted (desk, "one two [copied] three [copied]");
}

static void
what_is_copied_meanwhile_stays (void)
{
  g_autoptr (Desk) desk = desk_new ();
  g_autoptr (TilescribeInserter) inserter = tilescribe_inserter_portal_new (TILESCRIBE_INSERTION_PASTE);

  if (desk == NULL)
    return;
  desk_set (desk, "clipboard", "[old]");
  insert_well (inserter, "one ");
  desk_set (desk, "clipboard", "[new]");
  desk_wait_ms (1000);
  desk_paste (desk);
  assert_pasted (desk, "one [new]");
}

static void
what_is_copied_while_it_is_borrowed_returns (void)
{
  g_autoptr (Desk) desk = desk_new ();
  g_autoptr (TilescribeInserter) inserter = tilescribe_inserter_portal_new (TILESCRIBE_INSERTION_PASTE);

  if (desk == NULL)
    return;
  desk_set (desk, "clipboard", "[old]");
  desk_set (desk, "copies", "[new]");
  insert_well (inserter, "one ");
  desk_wait_ms (1000);
  desk_paste (desk);
  assert_pasted (desk, "one [new]");
}

/* A part of it would be something else. */
static void
what_cannot_return_whole_does_not_return (void)
{
  g_autoptr (Desk) desk = desk_new ();
  g_autoptr (TilescribeInserter) inserter = tilescribe_inserter_portal_new (TILESCRIBE_INSERTION_PASTE);

  if (desk == NULL)
    return;
  desk_set (desk, "markup", "endless");
  desk_set (desk, "clipboard", "[copied]");
  insert_well (inserter, "one ");
  desk_wait_ms (1000);
  desk_paste (desk);
  assert_pasted (desk, "one one ");
}

static void
a_reader_of_every_clipboard_is_not_the_window (void)
{
  g_autoptr (Desk) desk = desk_new ();
  g_autoptr (TilescribeInserter) inserter = tilescribe_inserter_portal_new (TILESCRIBE_INSERTION_PASTE);
  g_auto (Outcome) outcome = { 0 };

  if (desk == NULL)
    return;
  desk_set (desk, "history", "yes");
  desk_set (desk, "focus", "none");
  insert (inserter, TEXT, &outcome);
  g_assert_error (outcome.error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  desk_set (desk, "focus", "");
  desk_paste (desk);
  assert_pasted (desk, TEXT);
}

static void
the_permission_is_asked_for_once (void)
{
  g_autoptr (Desk) desk = desk_new ();
  g_autoptr (GSettings) settings = new_settings ();
  g_autofree char *first = NULL, *second = NULL;

  if (desk == NULL)
    return;
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (TilescribeInserter) inserter = tilescribe_inserter_portal_new (TILESCRIBE_INSERTION_PASTE);
      g_autofree char *line = NULL;

      first = g_steal_pointer (&second);
      insert_well (inserter, "text");
      second = g_settings_get_string (settings, "portal-token");
      line = g_strdup_printf ("SelectDevices 1 2 %s", first != NULL ? first : "-");
      desk_assert_call (desk, line);
    }
  g_assert_cmpstr (first, !=, second);
}

/* Else the window would paste what was copied before. */
static void
without_a_clipboard_no_key_is_pressed (gconstpointer data)
{
  g_auto (GStrv) setting = g_strsplit (data, "=", 2);
  g_autoptr (Desk) desk = desk_new ();
  g_autoptr (TilescribeInserter) inserter = tilescribe_inserter_portal_new (TILESCRIBE_INSERTION_PASTE);
  g_auto (Outcome) outcome = { 0 };
  g_autofree char *calls = NULL;

  if (desk == NULL)
    return;
  desk_set (desk, setting[0], setting[1]);
  insert (inserter, TEXT, &outcome);
  g_assert_error (outcome.error, TILESCRIBE_PORTAL_ERROR, TILESCRIBE_PORTAL_ERROR_MISSING);
  desk_wait_ms (300);
  calls = desk_calls (desk);
  g_assert_null (strstr (calls, "keycode"));
  g_assert_null (strstr (calls, "keysym"));
}

static void
keys_are_pressed_in_order (void)
{
  g_autoptr (Desk) desk = desk_new ();
  g_autoptr (TilescribeInserter) inserter = tilescribe_inserter_portal_new (TILESCRIBE_INSERTION_PASTE);
  g_autofree char *calls = NULL;

  if (desk == NULL)
    return;
  insert_well (inserter, TEXT);
  calls = desk_calls (desk);
  if (strstr (calls, "keycode 29 1\nkeycode 47 1") == NULL || strstr (calls, "keycode 47 0") == NULL
      || !(strstr (calls, "keycode 47 0") < strstr (calls, "keycode 29 0")))
    g_error ("no Ctrl+V in:\n%s", calls);
}

/* A key that stayed down would make shortcuts of all that the person types. */
static void
no_key_stays_down (gconstpointer stroke)
{
  g_autoptr (Desk) desk = desk_new ();
  g_autoptr (TilescribeInserter) inserter = tilescribe_inserter_portal_new (TILESCRIBE_INSERTION_PASTE);
  g_auto (Outcome) outcome = { 0 };

  if (desk == NULL)
    return;
  desk_set (desk, "hangs", stroke);
  insert (inserter, TEXT, &outcome);
  g_assert_error (outcome.error, TILESCRIBE_PORTAL_ERROR, TILESCRIBE_PORTAL_ERROR_SILENT);
  desk_wait_ms (100);
  desk_assert_call (desk, "Close Session");
}

static void
a_window_that_reads_late_gives_the_clipboard_back (void)
{
  g_autoptr (Desk) desk = desk_new ();
  g_autoptr (TilescribeInserter) inserter = tilescribe_inserter_portal_new (TILESCRIBE_INSERTION_PASTE);
  g_auto (Outcome) outcome = { 0 };

  if (desk == NULL)
    return;
  desk_set (desk, "clipboard", "[copied]");
  desk_set (desk, "focus", "none");
  insert (inserter, "late ", &outcome);
  g_assert_error (outcome.error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  desk_set (desk, "focus", "");
  desk_paste (desk);
  desk_wait_ms (1000);
  desk_paste (desk);
  assert_pasted (desk, "late [copied]");
}

/* What goes wrong, and whether the desktop is asked anew with the next text. */
static const struct
{
  const char *name, *key, *value, *well;
  int code;
} failures[] = {
  { "no-portal", "without", "RemoteDesktop", "", TILESCRIBE_PORTAL_ERROR_MISSING },
  { "dialog-closed", "answer:Start", "1", "0", TILESCRIBE_PORTAL_ERROR_REFUSED },
  { "no-keyboard", "devices", "0", "1", TILESCRIBE_PORTAL_ERROR_REFUSED },
  { "devices-refused", "answer:SelectDevices", "2", "0", TILESCRIBE_PORTAL_ERROR_REFUSED },
  { "dies-in-start", "answer:Start", "die", NULL, TILESCRIBE_PORTAL_ERROR_LOST },
  { "dies-in-a-key", "answer:NotifyKeyboardKeycode", "die", NULL, TILESCRIBE_PORTAL_ERROR_LOST },
  { "key-refused", "answer:NotifyKeyboardKeycode", "error", "0", TILESCRIBE_PORTAL_ERROR_REFUSED },
  { "clipboard-refused", "answer:SetSelection", "error", "0", TILESCRIBE_PORTAL_ERROR_REFUSED },
};

static void
got_text (GObject *source, GAsyncResult *result, gpointer data)
{
  *(char **) data = gdk_clipboard_read_text_finish (GDK_CLIPBOARD (source), result, NULL);
}

static void
fails (gconstpointer data)
{
  gsize i = GPOINTER_TO_SIZE (data);
  g_autoptr (Desk) desk = desk_new ();
  g_autoptr (TilescribeInserter) inserter = tilescribe_inserter_portal_new (TILESCRIBE_INSERTION_PASTE);
  g_auto (Outcome) outcome = { 0 };
  g_autofree char *copied = NULL;

  if (desk == NULL)
    return;
  desk_set (desk, failures[i].key, failures[i].value);
  insert (inserter, TEXT, &outcome);
  g_assert_error (outcome.error, TILESCRIBE_PORTAL_ERROR, failures[i].code);

  gdk_clipboard_read_text_async (gdk_display_get_clipboard (gdk_display_get_default ()), NULL, got_text, &copied);
  desk_wait_ms (200);
  g_assert_cmpstr (copied, ==, TEXT);

  if (failures[i].well == NULL)
    {
      desk_stop_portals (desk);
      desk_start_portals (desk);
    }
  else
    desk_set (desk, failures[i].key, failures[i].well);
  insert_well (inserter, "again");
  assert_pasted (desk, "again");
}

static void
a_session_that_was_ended_begins_anew (void)
{
  g_autoptr (Desk) desk = desk_new ();
  g_autoptr (TilescribeInserter) inserter = tilescribe_inserter_portal_new (TILESCRIBE_INSERTION_PASTE);

  if (desk == NULL)
    return;
  insert_well (inserter, "one ");
  desk_close_session (desk);
  desk_wait_ms (100);
  insert_well (inserter, "two");
  assert_pasted (desk, "one two");
}

static void
ended_while_the_window_has_not_read (void)
{
  g_autoptr (Desk) desk = desk_new ();
  g_autoptr (TilescribeInserter) inserter = tilescribe_inserter_portal_new (TILESCRIBE_INSERTION_PASTE);
  g_auto (Outcome) outcome = { 0 };

  if (desk == NULL)
    return;
  insert_well (inserter, "one ");
  desk_set (desk, "focus", "none");
  tilescribe_inserter_insert_async (inserter, "two", NULL, inserted, &outcome);
  desk_wait_ms (1000);
  desk_close_session (desk);
  desk_wait (&outcome.done);
  g_assert_error (outcome.error, TILESCRIBE_PORTAL_ERROR, TILESCRIBE_PORTAL_ERROR_ENDED);
}

static void
cancelled_before_the_keys (void)
{
  g_autoptr (Desk) desk = desk_new ();
  g_autoptr (TilescribeInserter) inserter = tilescribe_inserter_portal_new (TILESCRIBE_INSERTION_PASTE);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_auto (Outcome) outcome = { 0 };

  if (desk == NULL)
    return;
  desk_set (desk, "clipboard", "[copied]");
  insert_well (inserter, "one ");
  desk_wait_ms (1000);
  tilescribe_inserter_insert_async (inserter, "two ", cancellable, inserted, &outcome);
  desk_wait_ms (40); /* it is on the clipboard by now */
  g_cancellable_cancel (cancellable);
  desk_wait (&outcome.done);
  g_assert_error (outcome.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  desk_wait_ms (300);
  desk_paste (desk);
  assert_pasted (desk, "one [copied]");
  desk_assert_no_call (desk, "Close Session");
}

/* Ctrl+V would be Ctrl+Alt+V. */
static void
waits_until_the_hotkey_is_up (void)
{
  g_autoptr (Desk) desk = desk_new ();
  g_autoptr (TilescribeInserter) inserter = tilescribe_inserter_portal_new (TILESCRIBE_INSERTION_PASTE);
  g_auto (Outcome) outcome = { 0 };

  if (desk == NULL)
    return;
  insert_well (inserter, "one ");
  tilescribe_inserter_tell_hotkey (inserter, TRUE);
  tilescribe_inserter_insert_async (inserter, "two", NULL, inserted, &outcome);
  desk_wait_ms (1000);
  assert_pasted (desk, "one ");
  tilescribe_inserter_tell_hotkey (inserter, FALSE);
  desk_wait (&outcome.done);
  g_assert_no_error (outcome.error);
  assert_pasted (desk, "one two");
}

int
main (int argc, char **argv)
{
  gtk_test_init (&argc, &argv, NULL);
  g_test_add_func ("/portal-insert/the-window-gets-the-text", the_window_gets_the_text);
  g_test_add_func ("/portal-insert/a-long-text-arrives-whole", a_long_text_arrives_whole);
  g_test_add_func ("/portal-insert/one-session-for-many-texts", one_session_for_many_texts);
  g_test_add_func ("/portal-insert/what-was-copied-returns", what_was_copied_returns);
  g_test_add_func ("/portal-insert/what-is-copied-meanwhile-stays", what_is_copied_meanwhile_stays);
  g_test_add_func ("/portal-insert/what-is-copied-while-it-is-borrowed-returns", what_is_copied_while_it_is_borrowed_returns);
  g_test_add_func ("/portal-insert/what-cannot-return-whole-does-not-return", what_cannot_return_whole_does_not_return);
  g_test_add_func ("/portal-insert/a-reader-of-every-clipboard-is-not-the-window", a_reader_of_every_clipboard_is_not_the_window);
  g_test_add_func ("/portal-insert/the-permission-is-asked-for-once", the_permission_is_asked_for_once);
  g_test_add_data_func ("/portal-insert/without-a-clipboard-no-key-is-pressed", "without=Clipboard",
                        without_a_clipboard_no_key_is_pressed);
  g_test_add_data_func ("/portal-insert/with-a-clipboard-refused-no-key-is-pressed", "answer:RequestClipboard=error",
                        without_a_clipboard_no_key_is_pressed);
  g_test_add_func ("/portal-insert/keys-are-pressed-in-order", keys_are_pressed_in_order);
  g_test_add_data_func ("/portal-insert/no-key-stays-down/v", "keycode 47 1", no_key_stays_down);
  g_test_add_data_func ("/portal-insert/no-key-stays-down/ctrl", "keycode 47 0", no_key_stays_down);
  g_test_add_func ("/portal-insert/a-window-that-reads-late-gives-the-clipboard-back",
                   a_window_that_reads_late_gives_the_clipboard_back);
  for (gsize i = 0; i < G_N_ELEMENTS (failures); i++)
    {
      g_autofree char *path = g_strconcat ("/portal-insert/fails/", failures[i].name, NULL);

      g_test_add_data_func (path, GSIZE_TO_POINTER (i), fails);
    }
  g_test_add_func ("/portal-insert/a-session-that-was-ended-begins-anew", a_session_that_was_ended_begins_anew);
  g_test_add_func ("/portal-insert/cancelled-before-the-keys", cancelled_before_the_keys);
  g_test_add_func ("/portal-insert/waits-until-the-hotkey-is-up", waits_until_the_hotkey_is_up);
  g_test_add_func ("/portal-insert/ended-while-the-window-has-not-read", ended_while_the_window_has_not_read);
  return g_test_run ();
}
