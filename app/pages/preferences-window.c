/* preferences-window.c - all that a person can choose
 *
 * Four pages, each in files of its own. Whatever is changed is a setting at once, and a setting that changes elsewhere is seen here.
 *
 * SPDX-License-Identifier: MIT
 */
#include "pages/preferences-window.h"

#include "pages/preferences-general.h"
#include "pages/preferences-models.h"
#include "pages/preferences-privacy.h"
#include "pages/preferences-speech.h"

struct _TilescribePreferencesWindow
{
  AdwPreferencesWindow parent;

  TilescribePreferencesGeneral *general;
  TilescribePreferencesModels *models;
  TilescribePreferencesSpeech *speech;
  TilescribePreferencesPrivacy *privacy;
};

G_DEFINE_FINAL_TYPE (TilescribePreferencesWindow, tilescribe_preferences_window, ADW_TYPE_PREFERENCES_WINDOW)

void
tilescribe_preferences_window_tell_model (TilescribePreferencesWindow *self, const char *model)
{
  tilescribe_preferences_speech_tell_model (self->speech, model);
}

void
tilescribe_preferences_window_tell_hotkey (TilescribePreferencesWindow *self, const char *bound)
{
  tilescribe_preferences_general_tell_hotkey (self->general, bound);
}

void
tilescribe_preferences_window_tell_device (TilescribePreferencesWindow *self, const char *device, const char *reason)
{
  tilescribe_preferences_privacy_tell_device (self->privacy, device, reason);
}

static void
tilescribe_preferences_window_dispose (GObject *object)
{
  gtk_widget_dispose_template (GTK_WIDGET (object), TILESCRIBE_TYPE_PREFERENCES_WINDOW);
  G_OBJECT_CLASS (tilescribe_preferences_window_parent_class)->dispose (object);
}

static void
tilescribe_preferences_window_class_init (TilescribePreferencesWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  g_type_ensure (TILESCRIBE_TYPE_PREFERENCES_GENERAL);
  g_type_ensure (TILESCRIBE_TYPE_PREFERENCES_MODELS);
  g_type_ensure (TILESCRIBE_TYPE_PREFERENCES_PRIVACY);
  g_type_ensure (TILESCRIBE_TYPE_PREFERENCES_SPEECH);
  G_OBJECT_CLASS (klass)->dispose = tilescribe_preferences_window_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/tilescribe/Tilescribe/pages/preferences-window.ui");
  gtk_widget_class_bind_template_child (widget_class, TilescribePreferencesWindow, general);
  gtk_widget_class_bind_template_child (widget_class, TilescribePreferencesWindow, models);
  gtk_widget_class_bind_template_child (widget_class, TilescribePreferencesWindow, speech);
  gtk_widget_class_bind_template_child (widget_class, TilescribePreferencesWindow, privacy);
}

static void
tilescribe_preferences_window_init (TilescribePreferencesWindow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWindow *
tilescribe_preferences_window_new (GtkWindow *parent, GSettings *settings, ScribeStoreThread *store)
{
  TilescribePreferencesWindow *self = g_object_new (TILESCRIBE_TYPE_PREFERENCES_WINDOW, "transient-for", parent, NULL);

  tilescribe_preferences_general_bind (self->general, settings);
  tilescribe_preferences_models_bind (self->models, settings);
  tilescribe_preferences_speech_bind (self->speech, settings);
  tilescribe_preferences_privacy_bind (self->privacy, settings, store);
  return GTK_WINDOW (self);
}
