/* hotkey-row.c - the key that starts and ends dictation
 *
 * What the session can do is told beneath: where it lends no keys, choosing one here is of no use.
 *
 * SPDX-License-Identifier: MIT
 */
#include "pages/hotkey-row.h"

#include "desktop/hotkey.h"
#include "pages/hotkey-dialog.h"

struct _TilescribeHotkeyRow
{
  AdwActionRow parent;

  GtkWidget *wished, *bound;
  char *accelerator;
};

G_DEFINE_FINAL_TYPE (TilescribeHotkeyRow, tilescribe_hotkey_row, ADW_TYPE_ACTION_ROW)

enum
{
  PROP_ACCELERATOR = 1,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static gboolean
is_wished (TilescribeHotkeyRow *self, const char *bound)
{
  g_autofree char *label = NULL;
  GdkModifierType modifiers;
  guint key;

  if (gtk_accelerator_parse (self->accelerator, &key, &modifiers))
    label = gtk_accelerator_get_label (key, modifiers);
  return g_strcmp0 (label, bound) == 0;
}

void
tilescribe_hotkey_row_tell_bound (TilescribeHotkeyRow *self, const char *bound)
{
  gboolean is_other = bound != NULL && !is_wished (self, bound);

  gtk_label_set_text (GTK_LABEL (self->bound), is_other ? bound : "");
  gtk_widget_set_visible (self->bound, is_other);
  gtk_widget_set_visible (self->wished, !is_other);
}

static void
set_accelerator (TilescribeHotkeyRow *self, const char *accelerator)
{
  if (g_strcmp0 (self->accelerator, accelerator) == 0)
    return;
  g_free (self->accelerator);
  self->accelerator = g_strdup (accelerator);
  tilescribe_hotkey_row_tell_bound (self, NULL); /* until the desktop says */
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ACCELERATOR]);
}

static void
on_chosen (TilescribeHotkeyRow *self, const char *accelerator)
{
  set_accelerator (self, accelerator);
}

static void
tilescribe_hotkey_row_activate (AdwActionRow *row)
{
  GtkWindow *dialog = tilescribe_hotkey_dialog_new (GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (row))));

  g_signal_connect_object (dialog, "chosen", G_CALLBACK (on_chosen), row, G_CONNECT_SWAPPED);
  gtk_window_present (dialog);
}

static void
tilescribe_hotkey_row_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  if (id == PROP_ACCELERATOR)
    set_accelerator (TILESCRIBE_HOTKEY_ROW (object), g_value_get_string (value));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
tilescribe_hotkey_row_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id == PROP_ACCELERATOR)
    g_value_set_string (value, TILESCRIBE_HOTKEY_ROW (object)->accelerator);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
tilescribe_hotkey_row_finalize (GObject *object)
{
  g_free (TILESCRIBE_HOTKEY_ROW (object)->accelerator);
  G_OBJECT_CLASS (tilescribe_hotkey_row_parent_class)->finalize (object);
}

static void
tilescribe_hotkey_row_class_init (TilescribeHotkeyRowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = tilescribe_hotkey_row_get_property;
  object_class->set_property = tilescribe_hotkey_row_set_property;
  object_class->finalize = tilescribe_hotkey_row_finalize;
  ADW_ACTION_ROW_CLASS (klass)->activate = tilescribe_hotkey_row_activate;
  properties[PROP_ACCELERATOR] = g_param_spec_string ("accelerator", NULL, NULL, "",
                                                      G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  gtk_widget_class_set_template_from_resource (GTK_WIDGET_CLASS (klass), "/org/tilescribe/Tilescribe/pages/hotkey-row.ui");
  gtk_widget_class_bind_template_child (GTK_WIDGET_CLASS (klass), TilescribeHotkeyRow, wished);
  gtk_widget_class_bind_template_child (GTK_WIDGET_CLASS (klass), TilescribeHotkeyRow, bound);
}

static void
tilescribe_hotkey_row_init (TilescribeHotkeyRow *self)
{
  g_autofree char *why = NULL;
  g_autoptr (TilescribeHotkey) hotkey = tilescribe_hotkey_choose (&why); /* asked for what it says only */

  self->accelerator = g_strdup ("");
  gtk_widget_init_template (GTK_WIDGET (self));
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self), why);
}
