/* test-portal-hotkey.c - the hotkey by the GlobalShortcuts portal
 *
 * SPDX-License-Identifier: MIT
 */
#include "desk.h"

#include "desktop/hotkey-portal.h"
#include "desktop/portal.h"

/* What a hotkey has told. */
typedef struct
{
  int bound, lost, returned;
  char *keys;
  GString *log; /* P: pressed, R: released */
  GError *error;
} Heard;

static void
heard_clear (Heard *heard)
{
  g_free (heard->keys);
  g_string_free (heard->log, TRUE);
  g_clear_error (&heard->error);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Heard, heard_clear)

static void
on_pressed (TilescribeHotkey *hotkey, Heard *heard)
{
  g_string_append_c (heard->log, 'P');
}

static void
on_released (TilescribeHotkey *hotkey, Heard *heard)
{
  g_string_append_c (heard->log, 'R');
}

static void
on_lost (TilescribeHotkey *hotkey, GError *error, Heard *heard)
{
  heard->error = g_error_copy (error);
  heard->lost = TRUE;
}

static void
on_returned (TilescribeHotkey *hotkey, Heard *heard)
{
  heard->returned++;
}

static void
on_bound (GObject *source, GAsyncResult *result, gpointer data)
{
  Heard *heard = data;

  g_clear_error (&heard->error);
  g_free (heard->keys);
  heard->keys = tilescribe_hotkey_bind_finish (TILESCRIBE_HOTKEY (source), result, &heard->error);
  heard->bound = TRUE;
}

static void
bind (TilescribeHotkey *hotkey, const char *accelerator, Heard *heard)
{
  heard->bound = FALSE;
  tilescribe_hotkey_bind_async (hotkey, accelerator, NULL, on_bound, heard);
  desk_wait (&heard->bound);
}

static TilescribeHotkey *
new_hotkey (Heard *heard)
{
  TilescribeHotkey *hotkey = tilescribe_hotkey_portal_new ();

  heard->log = g_string_new (NULL);
  g_signal_connect (hotkey, "pressed", G_CALLBACK (on_pressed), heard);
  g_signal_connect (hotkey, "released", G_CALLBACK (on_released), heard);
  g_signal_connect (hotkey, "lost", G_CALLBACK (on_lost), heard);
  g_signal_connect (hotkey, "returned", G_CALLBACK (on_returned), heard);
  return hotkey;
}

static void
emit (Desk *desk, const char *const *signals)
{
  for (gsize i = 0; signals[i] != NULL; i++)
    desk_emit (desk, signals[i], "dictate");
  desk_wait_ms (100);
}

static void
keys_are_written_as_portals_read_them (void)
{
  static const struct
  {
    const char *accelerator, *trigger;
  } keys[] = {
    { "<Control><Alt>space", "CTRL+ALT+space" },  { "<Super>d", "LOGO+d" }, { "F9", "F9" }, { "<Shift>Pause", "SHIFT+Pause" },
    { "<Control>odiaeresis", "CTRL+odiaeresis" }, { "no key", NULL },       { "", NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      g_autofree char *trigger = tilescribe_hotkey_portal_trigger (keys[i].accelerator);

      g_assert_cmpstr (trigger, ==, keys[i].trigger);
    }
}

static void
what_was_asked_for (void)
{
  g_autoptr (Desk) desk = desk_new ();
  g_auto (Heard) heard = { 0 };
  g_autoptr (TilescribeHotkey) hotkey = new_hotkey (&heard);

  if (desk == NULL)
    return;
  bind (hotkey, "<Control><Alt>space", &heard);
  g_assert_no_error (heard.error);
  g_assert_cmpstr (heard.keys, ==, "CTRL+ALT+space");
  desk_assert_call (desk, "BindShortcuts dictate CTRL+ALT+space");
}

static void
what_the_person_chose_instead (void)
{
  g_autoptr (Desk) desk = desk_new ();
  g_auto (Heard) heard = { 0 };
  g_autoptr (TilescribeHotkey) hotkey = new_hotkey (&heard);

  if (desk == NULL)
    return;
  desk_set (desk, "trigger", "Press Super+J");
  bind (hotkey, "<Control><Alt>space", &heard);
  g_assert_cmpstr (heard.keys, ==, "Press Super+J");
}

static void
a_desktop_that_names_no_key (void)
{
  g_autoptr (Desk) desk = desk_new ();
  g_auto (Heard) heard = { 0 };
  g_autoptr (TilescribeHotkey) hotkey = new_hotkey (&heard);

  if (desk == NULL)
    return;
  desk_set (desk, "trigger", "");
  bind (hotkey, "<Control><Alt>space", &heard);
  g_assert_no_error (heard.error);
  g_assert_cmpstr (heard.keys, ==, "the key that the desktop’s settings give to Tilescribe");
}

static void
hyprland_wants_a_line (void)
{
  g_autoptr (Desk) desk = desk_new ();
  g_auto (Heard) heard = { 0 };
  g_autoptr (TilescribeHotkey) hotkey = new_hotkey (&heard);

  if (desk == NULL)
    return;
  g_setenv ("XDG_CURRENT_DESKTOP", "Hyprland", TRUE);
  desk_set (desk, "trigger", "");
  bind (hotkey, "<Control><Alt>space", &heard);
  g_unsetenv ("XDG_CURRENT_DESKTOP");
  g_assert_nonnull (strstr (heard.keys, "bind = CTRL ALT, space, global, org.tilescribe.Tilescribe:dictate"));
}

static void
another_key_is_another_session (void)
{
  g_autoptr (Desk) desk = desk_new ();
  g_auto (Heard) heard = { 0 };
  g_autoptr (TilescribeHotkey) hotkey = new_hotkey (&heard);

  if (desk == NULL)
    return;
  bind (hotkey, "<Control><Alt>space", &heard);
  bind (hotkey, "<Super>d", &heard);
  g_assert_no_error (heard.error);
  g_assert_cmpstr (heard.keys, ==, "LOGO+d");
  desk_assert_call (desk, "Close Session");
}

static void
one_press_is_one_press (void)
{
  g_autoptr (Desk) desk = desk_new ();
  g_auto (Heard) heard = { 0 };
  g_autoptr (TilescribeHotkey) hotkey = new_hotkey (&heard);

  if (desk == NULL)
    return;
  bind (hotkey, "F9", &heard);
  desk_emit (desk, "Activated", "another");
  emit (desk, (const char *[]){ "Activated", "Activated", "Activated", "Deactivated", "Deactivated", "Activated", NULL });
  g_assert_cmpstr (heard.log->str, ==, "PRP");
}

static void
a_release_that_got_lost (void)
{
  g_autoptr (Desk) desk = desk_new ();
  g_auto (Heard) heard = { 0 };
  g_autoptr (TilescribeHotkey) hotkey = new_hotkey (&heard);

  if (desk == NULL)
    return;
  bind (hotkey, "F9", &heard);
  emit (desk, (const char *[]){ "Activated", NULL });
  desk_wait_ms (1200);
  emit (desk, (const char *[]){ "Activated", NULL });
  g_assert_cmpstr (heard.log->str, ==, "PRP");
}

static void
unbound_is_unbound (void)
{
  g_autoptr (Desk) desk = desk_new ();
  g_auto (Heard) heard = { 0 };
  g_autoptr (TilescribeHotkey) hotkey = new_hotkey (&heard);

  if (desk == NULL)
    return;
  bind (hotkey, "F9", &heard);
  emit (desk, (const char *[]){ "Activated", NULL });
  tilescribe_hotkey_unbind (hotkey);
  emit (desk, (const char *[]){ "Deactivated", "Activated", NULL });
  g_assert_cmpstr (heard.log->str, ==, "PR");
  g_assert_false (heard.lost);
  desk_assert_call (desk, "Close Session");
}

static void
refused (void)
{
  static const struct
  {
    const char *key, *value;
    int code;
  } answers[] = {
    { "answer:BindShortcuts", "1", TILESCRIBE_PORTAL_ERROR_REFUSED },
    { "trigger", "none", TILESCRIBE_PORTAL_ERROR_REFUSED },
    { "without", "GlobalShortcuts", TILESCRIBE_PORTAL_ERROR_MISSING },
    { "answer:BindShortcuts", "die", TILESCRIBE_PORTAL_ERROR_LOST },
  };
  g_autoptr (Desk) desk = desk_new ();

  for (gsize i = 0; desk != NULL && i < G_N_ELEMENTS (answers); i++)
    {
      g_auto (Heard) heard = { 0 };
      g_autoptr (TilescribeHotkey) hotkey = new_hotkey (&heard);

      desk_set (desk, answers[i].key, answers[i].value);
      bind (hotkey, "F9", &heard);
      g_assert_null (heard.keys);
      g_assert_error (heard.error, TILESCRIBE_PORTAL_ERROR, answers[i].code);
      g_assert_false (heard.lost);
      if (answers[i].code != TILESCRIBE_PORTAL_ERROR_LOST)
        {
          g_assert_nonnull (strstr (heard.error->message, "tilescribe toggle"));
          desk_set (desk, answers[i].key, g_str_equal (answers[i].key, "without") ? "" : "0");
        }
    }
}

static void
taken_away (void)
{
  g_autoptr (Desk) desk = desk_new ();
  g_auto (Heard) heard = { 0 };
  g_autoptr (TilescribeHotkey) hotkey = new_hotkey (&heard);

  if (desk == NULL)
    return;
  bind (hotkey, "F9", &heard);
  emit (desk, (const char *[]){ "Activated", NULL });
  desk_close_session (desk);
  desk_wait (&heard.lost);
  g_assert_error (heard.error, TILESCRIBE_PORTAL_ERROR, TILESCRIBE_PORTAL_ERROR_ENDED);
  g_assert_cmpstr (heard.log->str, ==, "PR");
}

static void
service_gone (void)
{
  g_autoptr (Desk) desk = desk_new ();
  g_auto (Heard) heard = { 0 };
  g_autoptr (TilescribeHotkey) hotkey = new_hotkey (&heard);

  if (desk == NULL)
    return;
  bind (hotkey, "F9", &heard);
  desk_stop_portals (desk);
  desk_wait (&heard.lost);
  g_assert_error (heard.error, TILESCRIBE_PORTAL_ERROR, TILESCRIBE_PORTAL_ERROR_LOST);
  desk_start_portals (desk);
  bind (hotkey, "F9", &heard);
  g_assert_no_error (heard.error);
}

static void
service_restarted (void)
{
  g_autoptr (Desk) desk = desk_new ();
  g_auto (Heard) heard = { 0 };
  g_autoptr (TilescribeHotkey) hotkey = new_hotkey (&heard);

  if (desk == NULL)
    return;
  bind (hotkey, "F9", &heard);
  desk_stop_portals (desk);
  desk_wait (&heard.lost);
  g_assert_false (heard.returned);
  desk_start_portals (desk);
  desk_wait (&heard.returned);
  bind (hotkey, "F9", &heard);
  g_assert_no_error (heard.error);
  emit (desk, (const char *[]){ "Activated", "Deactivated", NULL });
  g_assert_cmpstr (heard.log->str, ==, "PR");
  g_assert_cmpint (heard.returned, ==, 1);
}

/* A key that the desktop took away, or that nobody wants any more, does not come back with the service. */
static void
not_wanted_back (void)
{
  g_autoptr (Desk) desk = desk_new ();

  for (guint i = 0; desk != NULL && i < 2; i++)
    {
      g_auto (Heard) heard = { 0 };
      g_autoptr (TilescribeHotkey) hotkey = new_hotkey (&heard);

      bind (hotkey, "F9", &heard);
      if (i == 0)
        desk_close_session (desk);
      else
        tilescribe_hotkey_unbind (hotkey);
      desk_wait_ms (100);
      desk_stop_portals (desk);
      desk_start_portals (desk);
      desk_wait_ms (300);
      g_assert_false (heard.returned);
    }
}

static void
no_key (void)
{
  g_autoptr (Desk) desk = desk_new ();
  g_auto (Heard) heard = { 0 };
  g_autoptr (TilescribeHotkey) hotkey = new_hotkey (&heard);

  if (desk == NULL)
    return;
  bind (hotkey, "not a key", &heard);
  g_assert_error (heard.error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
  desk_assert_no_call (desk, "CreateSession");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/portal-hotkey/keys-are-written-as-portals-read-them", keys_are_written_as_portals_read_them);
  g_test_add_func ("/portal-hotkey/what-was-asked-for", what_was_asked_for);
  g_test_add_func ("/portal-hotkey/what-the-person-chose-instead", what_the_person_chose_instead);
  g_test_add_func ("/portal-hotkey/a-desktop-that-names-no-key", a_desktop_that_names_no_key);
  g_test_add_func ("/portal-hotkey/hyprland-wants-a-line", hyprland_wants_a_line);
  g_test_add_func ("/portal-hotkey/another-key-is-another-session", another_key_is_another_session);
  g_test_add_func ("/portal-hotkey/one-press-is-one-press", one_press_is_one_press);
  g_test_add_func ("/portal-hotkey/a-release-that-got-lost", a_release_that_got_lost);
  g_test_add_func ("/portal-hotkey/unbound-is-unbound", unbound_is_unbound);
  g_test_add_func ("/portal-hotkey/refused", refused);
  g_test_add_func ("/portal-hotkey/taken-away", taken_away);
  g_test_add_func ("/portal-hotkey/service-gone", service_gone);
  g_test_add_func ("/portal-hotkey/service-restarted", service_restarted);
  g_test_add_func ("/portal-hotkey/not-wanted-back", not_wanted_back);
  g_test_add_func ("/portal-hotkey/no-key", no_key);
  return g_test_run ();
}
