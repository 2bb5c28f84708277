/* test-preferences.c - what is chosen in the preferences is a setting, and what is set is seen there
 *
 * SPDX-License-Identifier: MIT
 */
#include "application.h"
#include "pages/hotkey-dialog.h"
#include "pages/hotkey-row.h"
#include "pages/microphone-row.h"
#include "pages/preferences-general.h"
#include "pages/preferences-privacy.h"
#include "pages/preferences-speech.h"
#include "pages/preferences-window.h"
#include "pages/welcome-window.h"

#include "picture.h"

#include <glib/gstdio.h>
#include <string.h>

typedef struct
{
  GSettings *settings;
  ScribeStoreThread *store;
  GtkWindow *window;
  GtkWidget *general, *speech, *privacy;
} Fixture;

static gpointer
child (gpointer widget, const char *name)
{
  GObject *found = gtk_widget_get_template_child (GTK_WIDGET (widget), G_OBJECT_TYPE (widget), name);

  g_assert_nonnull (found);
  return found;
}

static void
reset_settings (GSettings *settings)
{
  g_autoptr (GSettingsSchema) schema = NULL;
  g_auto (GStrv) keys = NULL;

  g_object_get (settings, "settings-schema", &schema, NULL);
  keys = g_settings_schema_list_keys (schema);
  for (guint i = 0; keys[i]; i++)
    g_settings_reset (settings, keys[i]);
}

static void
set_up (Fixture *f, gconstpointer data)
{
  f->settings = g_settings_new (TILESCRIBE_APPLICATION_ID);
  reset_settings (f->settings);
  f->store = scribe_store_thread_new (NULL);
  f->window = tilescribe_preferences_window_new (NULL, f->settings, f->store);
  f->general = child (f->window, "general");
  f->speech = child (f->window, "speech");
  f->privacy = child (f->window, "privacy");
  gtk_window_present (f->window);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  gtk_window_destroy (f->window);
  g_object_unref (f->store);
  g_object_unref (f->settings);
}

/* --- Controls ------------------------------------------------------------------------------------------------------------ */

static void
assert_setting (Fixture *f, const char *key, const char *expected)
{
  g_autoptr (GVariant) value = g_settings_get_value (f->settings, key);
  g_autofree char *text = g_variant_print (value, FALSE);

  if (strcmp (text, expected) != 0)
    g_error ("“%s” should have been %s, not %s", key, expected, text);
}

static void
test_switches (Fixture *f, gconstpointer data)
{
  const struct
  {
    GtkWidget *page;
    const char *child, *property, *key;
  } switches[] = {
    { f->general, "stop_after_pause", "active", "stop-after-pause" },
    { f->general, "sounds", "active", "sounds" },
    { f->general, "background", "active", "background" },
    { f->speech, "translate", "active", "translate" },
    { f->speech, "signs", "enable-expansion", "spoken-punctuation" },
    { f->privacy, "keep_audio", "active", "keep-audio" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (switches); i++)
    {
      GObject *control = child (switches[i].page, switches[i].child);
      gboolean before = g_settings_get_boolean (f->settings, switches[i].key), now;

      g_object_get (control, switches[i].property, &now, NULL);
      g_assert_cmpint (now, ==, before);
      g_object_set (control, switches[i].property, !before, NULL);
      g_assert_cmpint (g_settings_get_boolean (f->settings, switches[i].key), ==, !before);
      g_settings_set_boolean (f->settings, switches[i].key, before);
      g_object_get (control, switches[i].property, &now, NULL);
      g_assert_cmpint (now, ==, before);
    }
}

static void
test_choices (Fixture *f, gconstpointer data)
{
  const struct
  {
    GtkWidget *page;
    const char *child, *key, *first, *last;
  } rows[] = {
    { f->general, "hotkey_mode", "hotkey-mode", "toggle", "hold" },
    { f->general, "insertion", "insertion", "auto", "keep" },
    { f->privacy, "device", "device", "auto", "cpu" },
    { f->speech, "language", "language", "", "yo" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      AdwComboRow *row = child (rows[i].page, rows[i].child);
      guint n = g_list_model_get_n_items (adw_combo_row_get_model (row));
      g_autofree char *chosen = NULL;

      g_assert_cmpuint (adw_combo_row_get_selected (row), ==, 0);
      adw_combo_row_set_selected (row, n - 1);
      chosen = g_settings_get_string (f->settings, rows[i].key);
      g_assert_cmpstr (chosen, ==, rows[i].last);
      g_settings_set_string (f->settings, rows[i].key, rows[i].first);
      g_assert_cmpuint (adw_combo_row_get_selected (row), ==, 0);
    }
}

/* One item for every value that the schema allows, but for those that are no choice. */
static void
test_all_values_can_be_chosen (Fixture *f, gconstpointer data)
{
  const struct
  {
    GtkWidget *page;
    const char *child, *key;
  } rows[] = {
    { f->general, "hotkey_mode", "hotkey-mode" },
    { f->general, "insertion", "insertion" },
    { f->privacy, "retention", "retention" },
  };
  g_autoptr (GSettingsSchema) schema = NULL;

  g_object_get (f->settings, "settings-schema", &schema, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GSettingsSchemaKey) key = g_settings_schema_get_key (schema, rows[i].key);
      g_autoptr (GVariant) range = g_settings_schema_key_get_range (key), values = NULL;
      AdwComboRow *row = child (rows[i].page, rows[i].child);

      g_variant_get (range, "(sv)", NULL, &values);
      g_assert_cmpuint (g_list_model_get_n_items (adw_combo_row_get_model (row)), ==, g_variant_n_children (values));
      for (guint j = 0; j < g_variant_n_children (values); j++)
        {
          const char *value;

          g_variant_get_child (values, j, "&s", &value);
          g_settings_set_string (f->settings, rows[i].key, value);
          g_assert_cmpuint (adw_combo_row_get_selected (row), !=, GTK_INVALID_LIST_POSITION);
        }
    }
}

static void
test_numbers (Fixture *f, gconstpointer data)
{
  gtk_spin_button_set_value (child (f->general, "pause"), 1.5);
  assert_setting (f, "pause", "1.5");
  gtk_spin_button_set_value (child (f->privacy, "idle"), 0);
  assert_setting (f, "model-idle-minutes", "0");
  g_settings_set_double (f->settings, "pause", 2.0);
  g_assert_cmpfloat (gtk_spin_button_get_value (child (f->general, "pause")), ==, 2.0);
}

static void
test_all_languages_are_there (Fixture *f, gconstpointer data)
{
  AdwComboRow *row = child (f->speech, "language");

  for (guint i = 0; scribe_language_code (i); i++)
    {
      g_settings_set_string (f->settings, "language", scribe_language_code (i));
      g_assert_cmpuint (adw_combo_row_get_selected (row), !=, GTK_INVALID_LIST_POSITION);
    }
  g_settings_set_string (f->settings, "language", "tlh");
  g_assert_cmpuint (adw_combo_row_get_selected (row), ==, GTK_INVALID_LIST_POSITION);
  assert_setting (f, "language", "'tlh'");
}

static guint
count_rows_with (GtkWidget *widget, const char *title)
{
  guint n = ADW_IS_ACTION_ROW (widget) && strcmp (adw_preferences_row_get_title (ADW_PREFERENCES_ROW (widget)), title) == 0;

  for (GtkWidget *next = gtk_widget_get_first_child (widget); next; next = gtk_widget_get_next_sibling (next))
    n += count_rows_with (next, title);
  return n;
}

static void
test_signs_of_the_language_are_shown (Fixture *f, gconstpointer data)
{
  GtkWidget *signs = child (f->speech, "signs");

  g_settings_set_string (f->settings, "language", "de");
  g_assert_cmpuint (count_rows_with (signs, "Fragezeichen"), ==, 1);
  g_settings_set_string (f->settings, "language", "en");
  g_assert_cmpuint (count_rows_with (signs, "Fragezeichen"), ==, 0);
  g_assert_cmpuint (count_rows_with (signs, "full stop, period"), ==, 1);
  g_settings_set_string (f->settings, "language", "ja");
  g_assert_cmpuint (count_rows_with (signs, "full stop, period"), ==, 0);
}

static void
test_device_and_reason_are_told (Fixture *f, gconstpointer data)
{
  tilescribe_preferences_window_tell_device (TILESCRIBE_PREFERENCES_WINDOW (f->window), "cpu", "no other is there");
  g_assert_nonnull (strstr (adw_action_row_get_subtitle (child (f->privacy, "device")), "no other is there"));
  tilescribe_preferences_window_tell_device (TILESCRIBE_PREFERENCES_WINDOW (f->window), NULL, NULL);
  g_assert_null (strstr (adw_action_row_get_subtitle (child (f->privacy, "device")), "null"));
}

static void
test_an_npu_can_be_chosen (Fixture *f, gconstpointer data)
{
  AdwComboRow *row = child (f->privacy, "device");

  g_settings_set_string (f->settings, "device", "npu");
  g_assert_cmpstr (gtk_string_object_get_string (adw_combo_row_get_selected_item (row)), ==, "NPU");
}

static void
test_what_becomes_of_a_text_is_told (Fixture *f, gconstpointer data)
{
  AdwActionRow *row = child (f->general, "insertion");
  g_autofree char *before = g_strdup (adw_action_row_get_subtitle (row));

  g_assert_cmpstr (before, !=, "");
  g_settings_set_string (f->settings, "insertion", "keep");
  g_assert_cmpstr (adw_action_row_get_subtitle (row), !=, before);
}

static gboolean
says_that_hints_are_not_used (gpointer speech)
{
  return strstr (adw_preferences_group_get_description (child (speech, "style_group")), "not told") != NULL;
}

static void
test_a_model_that_takes_no_hints_is_told_of (Fixture *f, gconstpointer data)
{
  tilescribe_preferences_window_tell_model (TILESCRIBE_PREFERENCES_WINDOW (f->window), "starter-en");
  picture_wait (says_that_hints_are_not_used, f->speech); /* once the catalogue is read */
  tilescribe_preferences_window_tell_model (TILESCRIBE_PREFERENCES_WINDOW (f->window), "base.en");
  g_assert_false (says_that_hints_are_not_used (f->speech));
}

static void
test_the_key_that_is_bound_is_shown (Fixture *f, gconstpointer data)
{
  GtkWidget *row = child (f->general, "hotkey");

  g_settings_set_string (f->settings, "hotkey", "<Control>F9");
  tilescribe_preferences_window_tell_hotkey (TILESCRIBE_PREFERENCES_WINDOW (f->window), "Super+D");
  g_assert_cmpstr (gtk_label_get_text (child (row, "bound")), ==, "Super+D");
  g_assert_false (gtk_widget_get_visible (child (row, "wished")));
  tilescribe_preferences_window_tell_hotkey (TILESCRIBE_PREFERENCES_WINDOW (f->window), "Ctrl+F9");
  g_assert_true (gtk_widget_get_visible (child (row, "wished")));
}

/* --- Lists --------------------------------------------------------------------------------------------------------------- */

/* Entry n of all that are within a widget, in order. */
static GtkWidget *
nth_within (GtkWidget *widget, GType type, guint *n)
{
  GtkWidget *found = NULL;

  if (g_type_is_a (G_OBJECT_TYPE (widget), type) && (*n)-- == 0)
    return widget;
  for (GtkWidget *next = gtk_widget_get_first_child (widget); next && !found; next = gtk_widget_get_next_sibling (next))
    found = nth_within (next, type, n);
  return found;
}

static GtkWidget *
nth (GtkWidget *widget, GType type, guint n)
{
  return nth_within (widget, type, &n);
}

static void
test_words_are_written_and_removed (Fixture *f, gconstpointer data)
{
  GtkWidget *list = child (f->speech, "vocabulary");

  gtk_editable_set_text (GTK_EDITABLE (nth (list, GTK_TYPE_ENTRY, 0)), "Grüße");
  assert_setting (f, "vocabulary", "['Grüße']");
  gtk_editable_set_text (GTK_EDITABLE (nth (list, GTK_TYPE_ENTRY, 1)), "two");
  assert_setting (f, "vocabulary", "['Grüße', 'two']");
  g_signal_emit_by_name (nth (list, GTK_TYPE_BUTTON, 0), "clicked");
  assert_setting (f, "vocabulary", "['two']");
  g_assert_null (nth (list, GTK_TYPE_ENTRY, 2));
}

static void
test_words_from_elsewhere_are_shown (Fixture *f, gconstpointer data)
{
  GtkWidget *list = child (f->speech, "vocabulary");
  const char *const words[] = { "a", "b", NULL };

  g_settings_set_strv (f->settings, "vocabulary", words);
  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (nth (list, GTK_TYPE_ENTRY, 1))), ==, "b");
  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (nth (list, GTK_TYPE_ENTRY, 2))), ==, "");
}

static void
test_replacements_are_pairs (Fixture *f, gconstpointer data)
{
  GtkWidget *list = child (f->speech, "replacements");

  gtk_editable_set_text (GTK_EDITABLE (nth (list, GTK_TYPE_ENTRY, 1)), "Tilescribe");
  assert_setting (f, "replacements", "[]");
  gtk_editable_set_text (GTK_EDITABLE (nth (list, GTK_TYPE_ENTRY, 0)), "tile scribe");
  assert_setting (f, "replacements", "[('tile scribe', 'Tilescribe')]");
  gtk_editable_set_text (GTK_EDITABLE (nth (list, GTK_TYPE_ENTRY, 2)), "um");
  assert_setting (f, "replacements", "[('tile scribe', 'Tilescribe'), ('um', '')]");
}

/* --- Microphone and hotkey ----------------------------------------------------------------------------------------------- */

static gboolean
list_is_filled (gpointer row)
{
  GListModel *names = gtk_drop_down_get_model (child (row, "choice"));

  return names && g_list_model_get_n_items (names) > 0;
}

static void
test_an_absent_microphone_stays_chosen (Fixture *f, gconstpointer data)
{
  GtkWidget *row = child (f->general, "microphone");
  GtkDropDown *choice = child (row, "choice");

  g_settings_set_string (f->settings, "microphone", "gone");
  picture_wait (list_is_filled, row);
  g_assert_nonnull (strstr (gtk_string_object_get_string (gtk_drop_down_get_selected_item (choice)), "gone"));
  assert_setting (f, "microphone", "'gone'");
  gtk_drop_down_set_selected (choice, 0);
  assert_setting (f, "microphone", "''");
}

static gboolean
is_not_listening (gpointer row)
{
  gboolean listening;

  g_object_get (row, "listening", &listening, NULL);
  return !listening && gtk_widget_get_visible (child (row, "trouble"));
}

static void
test_a_microphone_that_cannot_be_heard_is_told (Fixture *f, gconstpointer data)
{
  GtkWidget *row = child (f->general, "microphone");

  g_settings_set_string (f->settings, "microphone", "gone");
  picture_wait (list_is_filled, row);
  g_object_set (row, "listening", TRUE, NULL);
  picture_wait (is_not_listening, row);
}

static gboolean
has_dialog (gpointer data)
{
  GListModel *windows = gtk_window_get_toplevels ();

  for (guint i = 0; i < g_list_model_get_n_items (windows); i++)
    {
      g_autoptr (GtkWindow) window = g_list_model_get_item (windows, i);

      if (TILESCRIBE_IS_HOTKEY_DIALOG (window) && gtk_widget_get_mapped (GTK_WIDGET (window)))
        {
          *(GtkWindow **) data = window;
          return TRUE;
        }
    }
  return FALSE;
}

static GtkEventController *
key_controller (GtkWidget *widget)
{
  g_autoptr (GListModel) controllers = gtk_widget_observe_controllers (widget);

  for (guint i = 0; i < g_list_model_get_n_items (controllers); i++)
    {
      g_autoptr (GtkEventController) controller = g_list_model_get_item (controllers, i);

      if (GTK_IS_EVENT_CONTROLLER_KEY (controller)
          && gtk_event_controller_get_propagation_phase (controller) == GTK_PHASE_CAPTURE)
        return controller;
    }
  g_assert_not_reached ();
}

static void
press (Fixture *f, guint key, GdkModifierType state)
{
  GtkWindow *dialog = NULL;
  gboolean done;

  if (!has_dialog (&dialog))
    {
      adw_action_row_activate (child (f->general, "hotkey"));
      picture_wait (has_dialog, &dialog);
    }
  g_signal_emit_by_name (key_controller (GTK_WIDGET (dialog)), "key-pressed", key, 0, state, &done);
  if (has_dialog (&dialog))
    g_signal_emit_by_name (key_controller (GTK_WIDGET (dialog)), "key-released", key, 0, state);
}

static void
test_a_hotkey_is_pressed (Fixture *f, gconstpointer data)
{
  GtkWindow *dialog;

  press (f, GDK_KEY_D, GDK_CONTROL_MASK | GDK_SHIFT_MASK);
  assert_setting (f, "hotkey", "'<Shift><Control>d'");
  g_assert_false (has_dialog (&dialog));
  press (f, GDK_KEY_F9, 0);
  assert_setting (f, "hotkey", "'F9'");
  press (f, GDK_KEY_Escape, 0);
  assert_setting (f, "hotkey", "'F9'");
  press (f, GDK_KEY_BackSpace, 0);
  assert_setting (f, "hotkey", "''");
}

static void
test_a_letter_is_no_hotkey (Fixture *f, gconstpointer data)
{
  GtkWindow *dialog;

  press (f, GDK_KEY_Control_L, 0);
  press (f, GDK_KEY_a, 0);
  press (f, GDK_KEY_A, GDK_SHIFT_MASK);
  g_assert_true (has_dialog (&dialog));
  assert_setting (f, "hotkey", "'<Control><Alt>space'");
  press (f, GDK_KEY_Escape, 0);
}

/* --- Start at login ------------------------------------------------------------------------------------------------------ */

static char *
autostart_file (void)
{
  return g_build_filename (g_get_user_config_dir (), "autostart", TILESCRIBE_APPLICATION_ID ".desktop", NULL);
}

static gboolean
is_there (gpointer path)
{
  return g_file_test (path, G_FILE_TEST_EXISTS);
}

static gboolean
is_gone (gpointer path)
{
  return !is_there (path);
}

static void
test_starting_at_login_is_a_desktop_file (Fixture *f, gconstpointer data)
{
  GtkSwitch *starts = child (f->general, "start_at_login");
  g_autofree char *path = autostart_file (), *command = NULL, *folder = g_path_get_dirname (path);
  g_autoptr (GKeyFile) file = g_key_file_new ();

  gtk_switch_set_active (starts, TRUE);
  assert_setting (f, "start-at-login", "true");
  picture_wait (is_there, path);
  g_assert_true (g_key_file_load_from_file (file, path, G_KEY_FILE_NONE, NULL));
  command = g_key_file_get_string (file, "Desktop Entry", "Exec", NULL);
  g_assert_nonnull (strstr (command, "test-preferences"));
  gtk_switch_set_active (starts, FALSE);
  picture_wait (is_gone, path);
  g_rmdir (folder);
}

static gboolean
is_off (gpointer starts)
{
  return !gtk_switch_get_active (starts);
}

static void
test_a_login_that_cannot_be_changed_is_not_set (Fixture *f, gconstpointer data)
{
  GtkSwitch *starts = child (f->general, "start_at_login");
  g_autofree char *path = autostart_file (), *folder = g_path_get_dirname (path);

  g_assert_true (g_file_set_contents (folder, "in the way", -1, NULL));
  gtk_switch_set_active (starts, TRUE);
  picture_wait (is_off, starts);
  assert_setting (f, "start-at-login", "false");
  g_unlink (folder);
}

/* --- The first run ------------------------------------------------------------------------------------------------------- */

static void
test_the_first_run_is_gone_through (Fixture *f, gconstpointer data)
{
  GtkWindow *welcome = tilescribe_welcome_window_new (NULL, f->settings);
  GtkWidget *next = child (welcome, "next"), *row = child (welcome, "microphone");
  gboolean listening;

  gtk_window_present (welcome);
  g_signal_emit_by_name (next, "clicked");
  g_assert_cmpstr (gtk_stack_get_visible_child_name (child (welcome, "pages")), ==, "microphone");
  g_signal_emit_by_name (next, "clicked");
  g_object_get (row, "listening", &listening, NULL);
  g_assert_false (listening);
  g_signal_emit_by_name (child (welcome, "back"), "clicked");
  g_signal_emit_by_name (next, "clicked");
  g_signal_emit_by_name (next, "clicked");
  g_assert_cmpstr (gtk_stack_get_visible_child_name (child (welcome, "pages")), ==, "hotkey");
  assert_setting (f, "welcomed", "false");
  g_signal_emit_by_name (next, "clicked");
  assert_setting (f, "welcomed", "true");
}

static gboolean
offers_four (gpointer welcome)
{
  GtkWidget *offer = child (welcome, "offer");

  return count_rows_with (offer, "starter-en") + count_rows_with (offer, "tiny.en") + count_rows_with (offer, "base.en")
             + count_rows_with (offer, "small.en")
         == 4;
}

static void
test_there_is_a_choice_of_models (Fixture *f, gconstpointer data)
{
  GtkWindow *welcome;

  g_settings_set_string (f->settings, "language", "en");
  welcome = tilescribe_welcome_window_new (NULL, f->settings);
  picture_wait (offers_four, welcome);
  gtk_stack_set_visible_child_name (child (welcome, "pages"), "model");
  picture_free (picture_of (GTK_WIDGET (welcome), 620, 560, "welcome-models"));
  gtk_window_destroy (welcome);
}

#define ADD(name, function) g_test_add ("/preferences/" name, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  int failed;

  g_test_init (&argc, &argv, NULL);
  adw_init ();
  ADD ("switches", test_switches);
  ADD ("choices", test_choices);
  ADD ("all-values-can-be-chosen", test_all_values_can_be_chosen);
  ADD ("numbers", test_numbers);
  ADD ("all-languages-are-there", test_all_languages_are_there);
  ADD ("signs-of-the-language-are-shown", test_signs_of_the_language_are_shown);
  ADD ("device-and-reason-are-told", test_device_and_reason_are_told);
  ADD ("an-npu-can-be-chosen", test_an_npu_can_be_chosen);
  ADD ("what-becomes-of-a-text-is-told", test_what_becomes_of_a_text_is_told);
  ADD ("a-model-that-takes-no-hints-is-told-of", test_a_model_that_takes_no_hints_is_told_of);
  ADD ("the-key-that-is-bound-is-shown", test_the_key_that_is_bound_is_shown);
  ADD ("there-is-a-choice-of-models", test_there_is_a_choice_of_models);
  ADD ("words-are-written-and-removed", test_words_are_written_and_removed);
  ADD ("words-from-elsewhere-are-shown", test_words_from_elsewhere_are_shown);
  ADD ("replacements-are-pairs", test_replacements_are_pairs);
  ADD ("an-absent-microphone-stays-chosen", test_an_absent_microphone_stays_chosen);
  ADD ("a-microphone-that-cannot-be-heard-is-told", test_a_microphone_that_cannot_be_heard_is_told);
  ADD ("a-hotkey-is-pressed", test_a_hotkey_is_pressed);
  ADD ("a-letter-is-no-hotkey", test_a_letter_is_no_hotkey);
  ADD ("starting-at-login-is-a-desktop-file", test_starting_at_login_is_a_desktop_file);
  ADD ("a-login-that-cannot-be-changed-is-not-set", test_a_login_that_cannot_be_changed_is_not_set);
  ADD ("the-first-run-is-gone-through", test_the_first_run_is_gone_through);
  failed = g_test_run ();
  scribe_microphones_shut_down ();
  return failed;
}
