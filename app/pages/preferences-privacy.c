/* preferences-privacy.c - preferences: what is kept, and what the model runs on
 *
 * Another time to keep transcripts deletes what is older at once: where there is any, the person is asked before the setting changes.
 *
 * SPDX-License-Identifier: MIT
 */
#include "pages/preferences-privacy.h"

#include "pages/npu-row.h"
#include "retention.h"
#include "settings.h"

#include <glib/gi18n.h>
#include <string.h>

struct _TilescribePreferencesPrivacy
{
  AdwPreferencesPage parent;

  GtkWidget *retention, *keep_audio, *device, *npu, *idle;

  GSettings *settings;
  ScribeStoreThread *store;
  GCancellable *counting;
  guint wanted; /* retention that is asked about */
};

G_DEFINE_FINAL_TYPE (TilescribePreferencesPrivacy, tilescribe_preferences_privacy, ADW_TYPE_PREFERENCES_PAGE)

static const char *const devices[] = { "auto", "npu", "cpu", NULL };

void
tilescribe_preferences_privacy_tell_device (TilescribePreferencesPrivacy *self, const char *device, const char *reason)
{
  g_autofree char *told = device && reason ? g_strdup_printf (_ ("The model runs on “%s”: %s."), device, reason)
                                           : g_strdup (_ ("What the model runs on; told here once it is in memory"));

  adw_action_row_set_subtitle (ADW_ACTION_ROW (self->device), told);
}

/* --- How long transcripts are kept ------------------------------------------------------------------------------------------- */

static void
show_retention (TilescribePreferencesPrivacy *self)
{
  adw_combo_row_set_selected (ADW_COMBO_ROW (self->retention), g_settings_get_enum (self->settings, "retention"));
}

static void
on_answer (TilescribePreferencesPrivacy *self, const char *answer)
{
  if (strcmp (answer, "delete") == 0)
    g_settings_set_enum (self->settings, "retention", self->wanted);
  else
    show_retention (self);
}

/* n: transcripts that would go; -1: that cannot be told. */
static void
ask (TilescribePreferencesPrivacy *self, gint64 n)
{
  GtkWindow *window = GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self)));
  AdwMessageDialog *dialog = ADW_MESSAGE_DIALOG (adw_message_dialog_new (window, NULL, NULL));
  g_autofree char *heading = n < 0 ? g_strdup (_ ("Delete older transcripts?"))
                                   : g_strdup_printf (ngettext ("Delete %u transcript?", "Delete %u transcripts?", (gulong) n),
                                                      (guint) n);

  adw_message_dialog_set_heading (dialog, heading);
  adw_message_dialog_set_body (dialog,
                               _ ("They are older than what is to be kept. Recordings of dictations go with them; what is "
                                  "pinned stays, and so do your own files. This cannot be undone."));
  adw_message_dialog_add_responses (dialog, "cancel", _ ("_Cancel"), "delete", _ ("_Delete"), NULL);
  adw_message_dialog_set_response_appearance (dialog, "delete", ADW_RESPONSE_DESTRUCTIVE);
  adw_message_dialog_set_default_response (dialog, "cancel");
  adw_message_dialog_set_close_response (dialog, "cancel");
  g_signal_connect_object (dialog, "response", G_CALLBACK (on_answer), self, G_CONNECT_SWAPPED);
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
on_counted (GObject *store, GAsyncResult *result, gpointer data)
{
  TilescribePreferencesPrivacy *self = data;
  g_autoptr (GError) error = NULL;
  gint64 n = tilescribe_retention_count_finish (result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return; /* and the page may be gone */
  if (n == 0)
    g_settings_set_enum (self->settings, "retention", self->wanted);
  else
    ask (self, n);
}

static void
on_retention_chosen (TilescribePreferencesPrivacy *self)
{
  guint chosen = adw_combo_row_get_selected (ADW_COMBO_ROW (self->retention));

  g_cancellable_cancel (self->counting);
  g_clear_object (&self->counting);
  if (chosen > SCRIBE_RETENTION_NOTHING || chosen == (guint) g_settings_get_enum (self->settings, "retention"))
    return;
  self->wanted = chosen;
  if (chosen == SCRIBE_RETENTION_FOREVER)
    {
      g_settings_set_enum (self->settings, "retention", chosen);
      return;
    }
  self->counting = g_cancellable_new ();
  tilescribe_retention_count_async (self->store, chosen, self->counting, on_counted, self);
}

static void
watch_retention (TilescribePreferencesPrivacy *self)
{
  show_retention (self);
  g_signal_connect_object (self->settings, "changed::retention", G_CALLBACK (show_retention), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->retention, "notify::selected", G_CALLBACK (on_retention_chosen), self, G_CONNECT_SWAPPED);
}

/* --- The page -------------------------------------------------------------------------------------------------------------- */

void
tilescribe_preferences_privacy_bind (TilescribePreferencesPrivacy *self, GSettings *settings, ScribeStoreThread *store)
{
  self->settings = g_object_ref (settings);
  self->store = g_object_ref (store);
  watch_retention (self);
  tilescribe_settings_bind_choice (settings, "device", self->device, devices);
  g_settings_bind (settings, "keep-audio", self->keep_audio, "active", G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (settings, "model-idle-minutes", self->idle, "value", G_SETTINGS_BIND_DEFAULT);
}

static void
tilescribe_preferences_privacy_dispose (GObject *object)
{
  TilescribePreferencesPrivacy *self = TILESCRIBE_PREFERENCES_PRIVACY (object);

  g_cancellable_cancel (self->counting);
  g_clear_object (&self->counting);
  g_clear_object (&self->settings);
  g_clear_object (&self->store);
  gtk_widget_dispose_template (GTK_WIDGET (object), TILESCRIBE_TYPE_PREFERENCES_PRIVACY);
  G_OBJECT_CLASS (tilescribe_preferences_privacy_parent_class)->dispose (object);
}

static void
tilescribe_preferences_privacy_class_init (TilescribePreferencesPrivacyClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  g_type_ensure (TILESCRIBE_TYPE_NPU_ROW);
  G_OBJECT_CLASS (klass)->dispose = tilescribe_preferences_privacy_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/tilescribe/Tilescribe/pages/preferences-privacy.ui");
  gtk_widget_class_bind_template_child (widget_class, TilescribePreferencesPrivacy, retention);
  gtk_widget_class_bind_template_child (widget_class, TilescribePreferencesPrivacy, keep_audio);
  gtk_widget_class_bind_template_child (widget_class, TilescribePreferencesPrivacy, device);
  gtk_widget_class_bind_template_child (widget_class, TilescribePreferencesPrivacy, npu);
  gtk_widget_class_bind_template_child (widget_class, TilescribePreferencesPrivacy, idle);
}

static void
tilescribe_preferences_privacy_init (TilescribePreferencesPrivacy *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
