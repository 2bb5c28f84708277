/* preferences-models.c - preferences: the models there are
 *
 * A row for "the best one installed", which is the setting while it is empty, then one for each model.
 *
 * SPDX-License-Identifier: MIT
 */
#include "pages/preferences-models.h"

#include "models/models.h"
#include "pages/model-row.h"
#include "pages/plain-text.h"

#include <glib/gi18n.h>

struct _TilescribePreferencesModels
{
  AdwPreferencesPage parent;

  AdwPreferencesGroup *offer;
  GtkListBox *list;
  GtkSpinner *importing;
  GtkWidget *import;

  GSettings *settings;
  TilescribeModels *models;
  GtkCheckButton *best;
  GtkWidget *offered;
};

G_DEFINE_FINAL_TYPE (TilescribePreferencesModels, tilescribe_preferences_models, ADW_TYPE_PREFERENCES_PAGE)

/* --- The list ------------------------------------------------------------------------------------------------------------ */

static gboolean
name_to_best (GValue *active, GVariant *name, gpointer data)
{
  g_value_set_boolean (active, *g_variant_get_string (name, NULL) == '\0');
  return TRUE;
}

static GVariant *
best_to_name (const GValue *active, const GVariantType *type, gpointer data)
{
  return g_value_get_boolean (active) ? g_variant_new_string ("") : NULL;
}

static void
add_best (TilescribePreferencesModels *self)
{
  GtkWidget *row = adw_action_row_new (), *check = gtk_check_button_new ();

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), _ ("Best one installed"));
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), _ ("The largest, whichever that is"));
  gtk_widget_set_valign (check, GTK_ALIGN_CENTER);
  gtk_widget_set_tooltip_text (check, _ ("Use the best model that is installed"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (check), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Use the best model that is installed"), -1);
  adw_action_row_add_prefix (ADW_ACTION_ROW (row), check);
  adw_action_row_set_activatable_widget (ADW_ACTION_ROW (row), check);
  gtk_list_box_append (self->list, row);
  self->best = GTK_CHECK_BUTTON (check);
  g_settings_bind_with_mapping (self->settings, "model", check, "active", G_SETTINGS_BIND_DEFAULT, name_to_best, best_to_name,
                                NULL, NULL);
}

/* Below the row of the best one. */
static void
on_items_changed (TilescribePreferencesModels *self, guint position, guint n_removed, guint n_added, GListModel *list)
{
  for (guint i = 0; i < n_removed; i++)
    gtk_list_box_remove (self->list, GTK_WIDGET (gtk_list_box_get_row_at_index (self->list, position + 1)));
  for (guint i = 0; i < n_added; i++)
    {
      g_autoptr (TilescribeModel) model = g_list_model_get_item (list, position + i);

      gtk_list_box_insert (self->list, tilescribe_model_row_new (self->models, model, self->settings, self->best),
                           position + 1 + i);
    }
}

/* What was offered stays while it arrives, and goes when it is there. */
static void
show_offer (TilescribePreferencesModels *self)
{
  TilescribeModel *model = tilescribe_models_get_recommended (self->models);
  gboolean offers = model && tilescribe_models_is_starter_only (self->models);

  if (offers && self->offered == NULL)
    {
      self->offered = tilescribe_model_row_new (self->models, model, self->settings, NULL);
      adw_preferences_group_add (self->offer, self->offered);
    }
  gtk_widget_set_visible (GTK_WIDGET (self->offer), offers);
}

static void
say (TilescribePreferencesModels *self, const char *sentence)
{
  GtkRoot *window = gtk_widget_get_root (GTK_WIDGET (self));

  if (ADW_IS_PREFERENCES_WINDOW (window))
    adw_preferences_window_add_toast (ADW_PREFERENCES_WINDOW (window), tilescribe_plain_toast_new (sentence));
}

static void
on_imported (TilescribePreferencesModels *self, const char *name)
{
  g_autofree char *sentence = g_strdup_printf (_ ("“%s” was imported."), name);

  say (self, sentence);
}

static void
show_importing (TilescribePreferencesModels *self)
{
  gboolean importing;

  g_object_get (self->models, "importing", &importing, NULL);
  gtk_spinner_set_spinning (self->importing, importing);
  gtk_widget_set_visible (GTK_WIDGET (self->importing), importing);
  gtk_widget_set_sensitive (self->import, !importing);
}

void
tilescribe_preferences_models_bind (TilescribePreferencesModels *self, GSettings *settings)
{
  GListModel *list;

  self->settings = g_object_ref (settings);
  self->models = g_object_ref (tilescribe_models_get (settings));
  list = tilescribe_models_get_list (self->models);
  add_best (self);
  on_items_changed (self, 0, 0, g_list_model_get_n_items (list), list);
  show_offer (self);
  g_signal_connect_object (list, "items-changed", G_CALLBACK (on_items_changed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->models, "notify::starter-only", G_CALLBACK (show_offer), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->models, "trouble", G_CALLBACK (say), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->models, "imported", G_CALLBACK (on_imported), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->models, "notify::importing", G_CALLBACK (show_importing), self, G_CONNECT_SWAPPED);
  show_importing (self);
  tilescribe_models_refresh (self->models);
}

/* --- Import -------------------------------------------------------------------------------------------------------------- */

static void
on_file_chosen (TilescribePreferencesModels *self, int response, GtkFileChooserNative *chooser)
{
  if (response == GTK_RESPONSE_ACCEPT)
    {
      g_autoptr (GFile) file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (chooser));
      g_autofree char *path = file ? g_file_get_path (file) : NULL;

      if (path)
        tilescribe_models_import (self->models, path);
      else
        say (self, _ ("This file is not on this computer. Copy it here first."));
    }
  g_object_unref (chooser);
}

static void
on_import (TilescribePreferencesModels *self)
{
  GtkWindow *window = GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self)));
  GtkFileChooserNative *chooser = gtk_file_chooser_native_new (_ ("Import a Model"), window, GTK_FILE_CHOOSER_ACTION_OPEN,
                                                               _ ("_Import"), _ ("_Cancel"));
  g_autoptr (GtkFileFilter) models = gtk_file_filter_new ();

  gtk_file_filter_set_name (models, _ ("Models (*.bin)"));
  gtk_file_filter_add_suffix (models, "bin");
  gtk_file_chooser_add_filter (GTK_FILE_CHOOSER (chooser), models);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (chooser), TRUE);
  g_signal_connect_object (chooser, "response", G_CALLBACK (on_file_chosen), self, G_CONNECT_SWAPPED);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (chooser));
}

/* --- The type ------------------------------------------------------------------------------------------------------------ */

static void
tilescribe_preferences_models_dispose (GObject *object)
{
  TilescribePreferencesModels *self = TILESCRIBE_PREFERENCES_MODELS (object);

  gtk_widget_dispose_template (GTK_WIDGET (object), TILESCRIBE_TYPE_PREFERENCES_MODELS);
  g_clear_object (&self->settings);
  g_clear_object (&self->models);
  G_OBJECT_CLASS (tilescribe_preferences_models_parent_class)->dispose (object);
}

static void
tilescribe_preferences_models_class_init (TilescribePreferencesModelsClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = tilescribe_preferences_models_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/tilescribe/Tilescribe/pages/preferences-models.ui");
  gtk_widget_class_bind_template_child (widget_class, TilescribePreferencesModels, offer);
  gtk_widget_class_bind_template_child (widget_class, TilescribePreferencesModels, list);
  gtk_widget_class_bind_template_child (widget_class, TilescribePreferencesModels, importing);
  gtk_widget_class_bind_template_child (widget_class, TilescribePreferencesModels, import);
  gtk_widget_class_bind_template_callback (widget_class, on_import);
}

static void
tilescribe_preferences_models_init (TilescribePreferencesModels *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
