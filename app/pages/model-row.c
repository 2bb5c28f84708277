/* model-row.c - one model: what it is, and what can be done with it
 *
 * Which of its parts are seen follows from the model's state alone: show() is the whole story.
 *
 * SPDX-License-Identifier: MIT
 */
#include "pages/model-row.h"

#include <glib/gi18n.h>
#include <string.h>

struct _TilescribeModelRow
{
  AdwActionRow parent;

  GtkCheckButton *chosen;
  GtkProgressBar *progress;
  GtkButton *cancel, *download, *remove;

  TilescribeModels *models;
  TilescribeModel *model;
  gboolean can_be_chosen;
  gboolean is_recommended; /* and offered */
};

G_DEFINE_FINAL_TYPE (TilescribeModelRow, tilescribe_model_row, ADW_TYPE_ACTION_ROW)

/* --- What is seen -------------------------------------------------------------------------------------------------------- */

/* "35,2 MB of 148,0 MB", "148,0 MB", or nothing known. */
static char *
describe_amount (TilescribeModel *model)
{
  guint64 done = tilescribe_model_get_done (model), total = tilescribe_model_get_total (model);
  g_autofree char *here = g_format_size (done), *all = g_format_size (total);

  switch (tilescribe_model_get_state (model))
    {
    case TILESCRIBE_MODEL_DOWNLOADING:
      return total ? g_strdup_printf (_ ("%s of %s"), here, all) : g_strdup (here);
    case TILESCRIBE_MODEL_ABSENT:
      if (done && total)
        return g_strdup_printf (_ ("%s of %s are here already"), here, all);
      if (done)
        return g_strdup_printf (_ ("%s are here already"), here);
      return total ? g_strdup (all) : NULL;
    default:
      return total ? g_strdup (all) : NULL;
    }
}

static void
show_text (TilescribeModelRow *self)
{
  g_autoptr (GString) text = g_string_new (
      tilescribe_model_is_imported (self->model) ? _ ("Imported.") : tilescribe_model_get_description (self->model));
  g_autofree char *amount = describe_amount (self->model);
  const char *trouble = tilescribe_model_get_trouble (self->model);

  g_string_append_printf (text, "\n%s",
                          tilescribe_model_is_multilingual (self->model) ? _ ("All languages") : _ ("English only"));
  if (amount)
    g_string_append_printf (text, " · %s", amount);
  if (self->is_recommended)
    g_string_append_printf (text, " · %s", _ ("Recommended"));
  if (trouble)
    g_string_append_printf (text, "\n%s", trouble);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self), text->str);
}

static void
show_amount (TilescribeModelRow *self)
{
  guint64 done = tilescribe_model_get_done (self->model), total = tilescribe_model_get_total (self->model);

  if (total)
    gtk_progress_bar_set_fraction (self->progress, MIN (1.0, (double) done / total));
  else
    gtk_progress_bar_pulse (self->progress);
  show_text (self);
}

/* A screen reader tells which row a button belongs to. label: with "%s" where the model's name belongs. */
static void
name_button (TilescribeModelRow *self, gpointer button, const char *label)
{
  g_autoptr (GString) name = g_string_new (label);

  g_string_replace (name, "%s", tilescribe_model_get_name (self->model), 1);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, name->str, -1);
}

static void
show (TilescribeModelRow *self)
{
  TilescribeModelState state = tilescribe_model_get_state (self->model);
  gboolean shipped = tilescribe_model_is_shipped (self->model), part = tilescribe_model_get_done (self->model) > 0;
  gboolean absent = state == TILESCRIBE_MODEL_ABSENT, installed = state == TILESCRIBE_MODEL_INSTALLED;
  const char *download = part ? _ ("Go on downloading") : _ ("Download");

  gtk_widget_set_visible (GTK_WIDGET (self->chosen), self->can_be_chosen);
  gtk_widget_set_sensitive (GTK_WIDGET (self->chosen), installed);
  gtk_widget_set_visible (GTK_WIDGET (self->progress), state == TILESCRIBE_MODEL_DOWNLOADING);
  gtk_widget_set_visible (GTK_WIDGET (self->cancel), state == TILESCRIBE_MODEL_DOWNLOADING);
  gtk_widget_set_visible (GTK_WIDGET (self->download), absent && !shipped);
  gtk_widget_set_visible (GTK_WIDGET (self->remove), !shipped && (installed || (absent && part)));
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->download), download);
  name_button (self, self->download, part ? _ ("Go on downloading %s") : _ ("Download %s"));
  adw_action_row_set_activatable_widget (ADW_ACTION_ROW (self),
                                         self->can_be_chosen && installed ? GTK_WIDGET (self->chosen) : NULL);
  show_amount (self);
}

/* --- What is done -------------------------------------------------------------------------------------------------------- */

static void
on_download (TilescribeModelRow *self)
{
  tilescribe_model_download (self->model);
  gtk_widget_grab_focus (GTK_WIDGET (self->cancel));
}

static void
on_cancel (TilescribeModelRow *self)
{
  tilescribe_model_cancel (self->model);
}

static void
on_answer (TilescribeModelRow *self, const char *answer)
{
  if (strcmp (answer, "delete") == 0)
    tilescribe_models_remove (self->models, self->model);
}

static void
on_remove (TilescribeModelRow *self)
{
  GtkWidget *root = GTK_WIDGET (gtk_widget_get_root (GTK_WIDGET (self)));
  GtkWidget *question = adw_message_dialog_new (GTK_WINDOW (root), NULL, NULL);
  AdwMessageDialog *dialog = ADW_MESSAGE_DIALOG (question);

  adw_message_dialog_format_heading (dialog, _ ("Delete “%s”?"), tilescribe_model_get_name (self->model));
  adw_message_dialog_set_body (dialog, tilescribe_model_is_imported (self->model)
                                           ? _ ("The copy that was imported is deleted from this computer.")
                                           : _ ("It is deleted from this computer, and can be downloaded again."));
  adw_message_dialog_add_responses (dialog, "cancel", _ ("_Cancel"), "delete", _ ("_Delete"), NULL);
  adw_message_dialog_set_response_appearance (dialog, "delete", ADW_RESPONSE_DESTRUCTIVE);
  adw_message_dialog_set_default_response (dialog, "cancel");
  adw_message_dialog_set_close_response (dialog, "cancel");
  g_signal_connect_object (dialog, "response", G_CALLBACK (on_answer), self, G_CONNECT_SWAPPED);
  gtk_window_present (GTK_WINDOW (dialog));
}

/* --- Which one is used --------------------------------------------------------------------------------------------------- */

static gboolean
name_to_active (GValue *active, GVariant *name, gpointer row)
{
  g_value_set_boolean (active, strcmp (g_variant_get_string (name, NULL), row) == 0);
  return TRUE;
}

/* A button that is let go says nothing: the one pressed does. */
static GVariant *
active_to_name (const GValue *active, const GVariantType *type, gpointer row)
{
  return g_value_get_boolean (active) ? g_variant_new_string (row) : NULL;
}

/* --- The type ------------------------------------------------------------------------------------------------------------ */

static void
tilescribe_model_row_dispose (GObject *object)
{
  TilescribeModelRow *self = TILESCRIBE_MODEL_ROW (object);

  gtk_widget_dispose_template (GTK_WIDGET (object), TILESCRIBE_TYPE_MODEL_ROW);
  g_clear_object (&self->models);
  g_clear_object (&self->model);
  G_OBJECT_CLASS (tilescribe_model_row_parent_class)->dispose (object);
}

static void
tilescribe_model_row_class_init (TilescribeModelRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = tilescribe_model_row_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/tilescribe/Tilescribe/pages/model-row.ui");
  gtk_widget_class_bind_template_child (widget_class, TilescribeModelRow, chosen);
  gtk_widget_class_bind_template_child (widget_class, TilescribeModelRow, progress);
  gtk_widget_class_bind_template_child (widget_class, TilescribeModelRow, cancel);
  gtk_widget_class_bind_template_child (widget_class, TilescribeModelRow, download);
  gtk_widget_class_bind_template_child (widget_class, TilescribeModelRow, remove);
  gtk_widget_class_bind_template_callback (widget_class, on_download);
  gtk_widget_class_bind_template_callback (widget_class, on_cancel);
  gtk_widget_class_bind_template_callback (widget_class, on_remove);
}

static void
tilescribe_model_row_init (TilescribeModelRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
tilescribe_model_row_new (TilescribeModels *models, TilescribeModel *model, GSettings *settings, GtkCheckButton *group)
{
  TilescribeModelRow *self = g_object_new (TILESCRIBE_TYPE_MODEL_ROW, "use-markup", FALSE, NULL);
  const char *name = tilescribe_model_get_name (model);

  self->models = g_object_ref (models);
  self->model = g_object_ref (model);
  self->can_be_chosen = group != NULL;
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self), name);
  if (group)
    {
      gtk_check_button_set_group (self->chosen, group);
      g_settings_bind_with_mapping (settings, "model", self->chosen, "active",
                                    G_SETTINGS_BIND_DEFAULT | G_SETTINGS_BIND_NO_SENSITIVITY, name_to_active, active_to_name,
                                    g_strdup (name), g_free);
    }
  else
    {
      adw_action_row_remove (ADW_ACTION_ROW (self), GTK_WIDGET (self->chosen));
      self->is_recommended = model == tilescribe_models_get_recommended (models);
      gtk_button_set_label (self->download, _ ("Download"));
      gtk_widget_remove_css_class (GTK_WIDGET (self->download), "flat");
      if (self->is_recommended)
        gtk_widget_add_css_class (GTK_WIDGET (self->download), "suggested-action");
    }
  name_button (self, self->chosen, _ ("Use %s"));
  name_button (self, self->cancel, _ ("Stop the download of %s"));
  name_button (self, self->remove, _ ("Delete %s"));
  g_signal_connect_object (model, "notify::state", G_CALLBACK (show), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (model, "notify::done", G_CALLBACK (show), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (model, "notify::trouble", G_CALLBACK (show_text), self, G_CONNECT_SWAPPED);
  show (self);
  return GTK_WIDGET (self);
}
