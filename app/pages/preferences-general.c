/* preferences-general.c - preferences: microphone, hotkey, and how the program behaves
 *
 * Starting at login is a setting and a file of the desktop. The switch changes the setting, the file follows; where it cannot, the setting goes
 * back to what is true, and the window says why.
 *
 * SPDX-License-Identifier: MIT
 */
#include "pages/preferences-general.h"

#include "desktop/autostart.h"
#include "desktop/inserter.h"
#include "pages/hotkey-row.h"
#include "pages/microphone-row.h"
#include "pages/plain-text.h"
#include "settings.h"

struct _TilescribePreferencesGeneral
{
  AdwPreferencesPage parent;

  GtkWidget *microphone, *pause, *stop_after_pause, *sounds;
  GtkWidget *hotkey, *hotkey_mode, *insertion;
  GtkWidget *background, *start_row, *start_at_login;

  GSettings *settings;
};

G_DEFINE_FINAL_TYPE (TilescribePreferencesGeneral, tilescribe_preferences_general, ADW_TYPE_PREFERENCES_PAGE)

static const char *const hotkey_modes[] = { "toggle", "hold", NULL };
static const char *const insertions[] = { "auto", "paste", "type", "copy", "keep", NULL };

static void
on_autostart_set (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (TilescribePreferencesGeneral) self = data;
  g_autoptr (GError) error = NULL;
  GtkRoot *window = gtk_widget_get_root (GTK_WIDGET (self));

  if (tilescribe_autostart_set_finish (result, &error) || self->settings == NULL) /* NULL: closed meanwhile */
    return;
  g_settings_set_boolean (self->settings, "start-at-login", !g_settings_get_boolean (self->settings, "start-at-login"));
  if (ADW_IS_PREFERENCES_WINDOW (window))
    adw_preferences_window_add_toast (ADW_PREFERENCES_WINDOW (window), tilescribe_plain_toast_new (error->message));
}

/* A person's hand only: a setting that was put back is not to be tried again. */
static gboolean
on_start_at_login (TilescribePreferencesGeneral *self, gboolean starts)
{
  if (starts != g_settings_get_boolean (self->settings, "start-at-login"))
    tilescribe_autostart_set_async (starts, NULL, on_autostart_set, g_object_ref (self));
  return GDK_EVENT_PROPAGATE;
}

/* What becomes of a text in this session, which may offer less than was chosen. */
static void
show_insertion (TilescribePreferencesGeneral *self)
{
  g_autofree char *why = NULL;
  g_autoptr (TilescribeInserter) inserter = tilescribe_inserter_choose (g_settings_get_enum (self->settings, "insertion"), &why);

  adw_action_row_set_subtitle (ADW_ACTION_ROW (self->insertion), why);
}

void
tilescribe_preferences_general_tell_hotkey (TilescribePreferencesGeneral *self, const char *bound)
{
  tilescribe_hotkey_row_tell_bound (TILESCRIBE_HOTKEY_ROW (self->hotkey), bound);
}

void
tilescribe_preferences_general_bind (TilescribePreferencesGeneral *self, GSettings *settings)
{
  const struct
  {
    const char *key;
    GtkWidget *widget;
    const char *property;
  } bindings[] = {
    { "microphone", self->microphone, "microphone" },
    { "pause", self->pause, "value" },
    { "stop-after-pause", self->stop_after_pause, "active" },
    { "sounds", self->sounds, "active" },
    { "hotkey", self->hotkey, "accelerator" },
    { "background", self->background, "active" },
    { "start-at-login", self->start_at_login, "active" },
  };

  self->settings = g_object_ref (settings);
  g_signal_connect_object (self->start_at_login, "state-set", G_CALLBACK (on_start_at_login), self, G_CONNECT_SWAPPED);
  for (guint i = 0; i < G_N_ELEMENTS (bindings); i++)
    g_settings_bind (settings, bindings[i].key, bindings[i].widget, bindings[i].property, G_SETTINGS_BIND_DEFAULT);
  tilescribe_settings_bind_choice (settings, "hotkey-mode", self->hotkey_mode, hotkey_modes);
  tilescribe_settings_bind_choice (settings, "insertion", self->insertion, insertions);
  g_signal_connect_object (settings, "changed::insertion", G_CALLBACK (show_insertion), self, G_CONNECT_SWAPPED);
  show_insertion (self);
  gtk_widget_set_visible (self->start_row, tilescribe_autostart_is_possible ());
}

static void
tilescribe_preferences_general_dispose (GObject *object)
{
  gtk_widget_dispose_template (GTK_WIDGET (object), TILESCRIBE_TYPE_PREFERENCES_GENERAL);
  g_clear_object (&TILESCRIBE_PREFERENCES_GENERAL (object)->settings);
  G_OBJECT_CLASS (tilescribe_preferences_general_parent_class)->dispose (object);
}

static void
tilescribe_preferences_general_class_init (TilescribePreferencesGeneralClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  g_type_ensure (TILESCRIBE_TYPE_HOTKEY_ROW);
  g_type_ensure (TILESCRIBE_TYPE_MICROPHONE_ROW);
  G_OBJECT_CLASS (klass)->dispose = tilescribe_preferences_general_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/tilescribe/Tilescribe/pages/preferences-general.ui");
  gtk_widget_class_bind_template_child (widget_class, TilescribePreferencesGeneral, microphone);
  gtk_widget_class_bind_template_child (widget_class, TilescribePreferencesGeneral, pause);
  gtk_widget_class_bind_template_child (widget_class, TilescribePreferencesGeneral, stop_after_pause);
  gtk_widget_class_bind_template_child (widget_class, TilescribePreferencesGeneral, sounds);
  gtk_widget_class_bind_template_child (widget_class, TilescribePreferencesGeneral, hotkey);
  gtk_widget_class_bind_template_child (widget_class, TilescribePreferencesGeneral, hotkey_mode);
  gtk_widget_class_bind_template_child (widget_class, TilescribePreferencesGeneral, insertion);
  gtk_widget_class_bind_template_child (widget_class, TilescribePreferencesGeneral, background);
  gtk_widget_class_bind_template_child (widget_class, TilescribePreferencesGeneral, start_row);
  gtk_widget_class_bind_template_child (widget_class, TilescribePreferencesGeneral, start_at_login);
}

static void
tilescribe_preferences_general_init (TilescribePreferencesGeneral *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
