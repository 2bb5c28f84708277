/* welcome-window.c - the first run: what this is, a microphone, a model, a hotkey
 *
 * Pages that slide. The microphone's meter runs while its page is seen, and at no other time; a download goes on when the window is closed.
 *
 * SPDX-License-Identifier: MIT
 */
#include "pages/welcome-window.h"

#include "models/models.h"
#include "pages/hotkey-row.h"
#include "pages/microphone-row.h"
#include "pages/model-row.h"
#include "pages/plain-text.h"
#include "settings.h"

#include <glib/gi18n.h>

struct _TilescribeWelcomeWindow
{
  AdwWindow parent;

  AdwToastOverlay *toasts;
  GtkStack *pages;
  GtkLabel *step;
  GtkButton *back, *next;
  GtkWidget *microphone, *hotkey, *hotkey_mode;
  AdwPreferencesGroup *offer;

  GSettings *settings;
  TilescribeModels *models;
  GPtrArray *offered; /* rows */
};

G_DEFINE_FINAL_TYPE (TilescribeWelcomeWindow, tilescribe_welcome_window, ADW_TYPE_WINDOW)

static const char *const hotkey_modes[] = { "toggle", "hold", NULL };

/* --- The way through ----------------------------------------------------------------------------------------------------- */

static const char *const names[] = { "private", "microphone", "model", "hotkey" };

static guint
current (TilescribeWelcomeWindow *self)
{
  guint i = 0;

  while (i + 1 < G_N_ELEMENTS (names) && g_strcmp0 (gtk_stack_get_visible_child_name (self->pages), names[i]) != 0)
    i++;
  return i;
}

static void
show_step (TilescribeWelcomeWindow *self)
{
  guint i = current (self);
  gboolean is_last = i + 1 == G_N_ELEMENTS (names);
  g_autofree char *step = g_strdup_printf (_ ("%u of %u"), i + 1, (guint) G_N_ELEMENTS (names));

  gtk_label_set_label (self->step, step);
  gtk_widget_set_visible (GTK_WIDGET (self->back), i > 0);
  gtk_button_set_label (self->next, is_last ? _ ("_Done") : _ ("_Next"));
}

static void
go_to (TilescribeWelcomeWindow *self, guint i)
{
  gtk_stack_set_visible_child_name (self->pages, names[i]);
  gtk_widget_grab_focus (GTK_WIDGET (self->next));
  g_object_set (self->microphone, "listening", g_str_equal (names[i], "microphone"), NULL);
}

static void
on_back (TilescribeWelcomeWindow *self)
{
  guint i = current (self);

  if (i > 0)
    go_to (self, i - 1);
}

static void
on_next (TilescribeWelcomeWindow *self)
{
  guint i = current (self) + 1;

  if (i < G_N_ELEMENTS (names))
    go_to (self, i);
  else
    gtk_window_close (GTK_WINDOW (self));
}

/* --- The model ----------------------------------------------------------------------------------------------------------- */

/* Which the list is read for, one model after the other. */
static void
show_offer (TilescribeWelcomeWindow *self)
{
  g_autoptr (GPtrArray) models = tilescribe_models_list_offers (self->models);

  if (models->len == self->offered->len)
    return;
  for (guint i = 0; i < self->offered->len; i++)
    adw_preferences_group_remove (self->offer, self->offered->pdata[i]);
  g_ptr_array_set_size (self->offered, 0);
  for (guint i = 0; i < models->len; i++)
    {
      GtkWidget *row = tilescribe_model_row_new (self->models, models->pdata[i], self->settings, NULL);

      adw_preferences_group_add (self->offer, row);
      g_ptr_array_add (self->offered, row);
    }
}

static void
on_trouble (TilescribeWelcomeWindow *self, const char *trouble)
{
  adw_toast_overlay_add_toast (self->toasts, tilescribe_plain_toast_new (trouble));
}

/* --- The type ------------------------------------------------------------------------------------------------------------ */

static gboolean
tilescribe_welcome_window_close_request (GtkWindow *window)
{
  g_settings_set_boolean (TILESCRIBE_WELCOME_WINDOW (window)->settings, "welcomed", TRUE);
  return GTK_WINDOW_CLASS (tilescribe_welcome_window_parent_class)->close_request (window);
}

static void
tilescribe_welcome_window_dispose (GObject *object)
{
  TilescribeWelcomeWindow *self = TILESCRIBE_WELCOME_WINDOW (object);

  gtk_widget_dispose_template (GTK_WIDGET (object), TILESCRIBE_TYPE_WELCOME_WINDOW);
  g_clear_object (&self->settings);
  g_clear_object (&self->models);
  G_OBJECT_CLASS (tilescribe_welcome_window_parent_class)->dispose (object);
}

static void
tilescribe_welcome_window_finalize (GObject *object)
{
  g_ptr_array_unref (TILESCRIBE_WELCOME_WINDOW (object)->offered);
  G_OBJECT_CLASS (tilescribe_welcome_window_parent_class)->finalize (object);
}

static void
tilescribe_welcome_window_class_init (TilescribeWelcomeWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  g_type_ensure (TILESCRIBE_TYPE_HOTKEY_ROW);
  g_type_ensure (TILESCRIBE_TYPE_MICROPHONE_ROW);
  G_OBJECT_CLASS (klass)->dispose = tilescribe_welcome_window_dispose;
  G_OBJECT_CLASS (klass)->finalize = tilescribe_welcome_window_finalize;
  GTK_WINDOW_CLASS (klass)->close_request = tilescribe_welcome_window_close_request;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/tilescribe/Tilescribe/pages/welcome-window.ui");
  gtk_widget_class_bind_template_child (widget_class, TilescribeWelcomeWindow, toasts);
  gtk_widget_class_bind_template_child (widget_class, TilescribeWelcomeWindow, pages);
  gtk_widget_class_bind_template_child (widget_class, TilescribeWelcomeWindow, step);
  gtk_widget_class_bind_template_child (widget_class, TilescribeWelcomeWindow, back);
  gtk_widget_class_bind_template_child (widget_class, TilescribeWelcomeWindow, next);
  gtk_widget_class_bind_template_child (widget_class, TilescribeWelcomeWindow, microphone);
  gtk_widget_class_bind_template_child (widget_class, TilescribeWelcomeWindow, hotkey);
  gtk_widget_class_bind_template_child (widget_class, TilescribeWelcomeWindow, hotkey_mode);
  gtk_widget_class_bind_template_child (widget_class, TilescribeWelcomeWindow, offer);
  gtk_widget_class_bind_template_callback (widget_class, show_step);
  gtk_widget_class_bind_template_callback (widget_class, on_back);
  gtk_widget_class_bind_template_callback (widget_class, on_next);
}

static void
tilescribe_welcome_window_init (TilescribeWelcomeWindow *self)
{
  self->offered = g_ptr_array_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWindow *
tilescribe_welcome_window_new (GtkWindow *parent, GSettings *settings)
{
  TilescribeWelcomeWindow *self = g_object_new (TILESCRIBE_TYPE_WELCOME_WINDOW, "transient-for", parent, NULL);

  self->settings = g_object_ref (settings);
  self->models = g_object_ref (tilescribe_models_get (settings));
  g_settings_bind (settings, "microphone", self->microphone, "microphone", G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (settings, "hotkey", self->hotkey, "accelerator", G_SETTINGS_BIND_DEFAULT);
  tilescribe_settings_bind_choice (settings, "hotkey-mode", self->hotkey_mode, hotkey_modes);
  g_signal_connect_object (self->models, "trouble", G_CALLBACK (on_trouble), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (tilescribe_models_get_list (self->models), "items-changed", G_CALLBACK (show_offer), self,
                           G_CONNECT_SWAPPED);
  show_offer (self);
  show_step (self);
  return GTK_WINDOW (self);
}
