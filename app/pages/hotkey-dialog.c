/* hotkey-dialog.c - asks for a key by having it pressed
 *
 * While it is open the desktop is asked to leave its own shortcuts alone, so that they can be pressed too. A key that writes something is taken
 * only together with Control, Alt or Super: without, nobody could write with it any more.
 *
 * SPDX-License-Identifier: MIT
 */
#include "pages/hotkey-dialog.h"

#include <glib/gi18n.h>

#define MODIFIERS (GDK_CONTROL_MASK | GDK_SHIFT_MASK | GDK_ALT_MASK | GDK_SUPER_MASK | GDK_META_MASK)
#define HOLDERS   (GDK_CONTROL_MASK | GDK_ALT_MASK | GDK_SUPER_MASK | GDK_META_MASK)

struct _TilescribeHotkeyDialog
{
  AdwWindow parent;

  GtkLabel *trouble;
  char *pressed; /* accelerator that is down, and the code of its key; NULL: none */
  guint code;
};

G_DEFINE_FINAL_TYPE (TilescribeHotkeyDialog, tilescribe_hotkey_dialog, ADW_TYPE_WINDOW)

static guint chosen_signal;

/* Keys that neither write nor move anything. */
static gboolean
stands_alone (guint key)
{
  return (key >= GDK_KEY_F1 && key <= GDK_KEY_F35) || key == GDK_KEY_Pause || key == GDK_KEY_Scroll_Lock || key == GDK_KEY_Print
         || key == GDK_KEY_Menu || g_str_has_prefix (gdk_keyval_name (key) ? gdk_keyval_name (key) : "", "XF86");
}

static gboolean
is_modifier (guint key)
{
  return (key >= GDK_KEY_Shift_L && key <= GDK_KEY_Hyper_R) || (key >= GDK_KEY_ISO_Lock && key <= GDK_KEY_ISO_Last_Group_Lock)
         || key == GDK_KEY_Mode_switch || key == GDK_KEY_Num_Lock;
}

static void
choose (TilescribeHotkeyDialog *self, const char *accelerator)
{
  g_signal_emit (self, chosen_signal, 0, accelerator);
  gtk_window_close (GTK_WINDOW (self));
}

static gboolean
on_pressed (GtkEventControllerKey *controller, guint key, guint code, GdkModifierType state, TilescribeHotkeyDialog *self)
{
  GdkModifierType modifiers = state & MODIFIERS;
  guint lower = gdk_keyval_to_lower (key);

  if (lower == GDK_KEY_ISO_Left_Tab)
    lower = GDK_KEY_Tab;
  if (modifiers == 0 && lower == GDK_KEY_Escape)
    gtk_window_close (GTK_WINDOW (self));
  else if (modifiers == 0 && lower == GDK_KEY_BackSpace)
    choose (self, "");
  else if (is_modifier (key))
    return GDK_EVENT_PROPAGATE;
  else if ((modifiers & HOLDERS) == 0 && !stands_alone (lower))
    gtk_label_set_label (self->trouble,
                         _ ("Hold Control, Alt or Super with it, or press a function key: else this key could not be "
                            "written with any more."));
  else if (gtk_accelerator_valid (lower, modifiers))
    {
      g_free (self->pressed);
      self->pressed = gtk_accelerator_name (lower, modifiers);
      self->code = code;
    }
  return GDK_EVENT_STOP;
}

/* Not before: a hotkey that is still down when the dialog lets go of the keyboard would repeat, and start to listen. */
static void
on_released (GtkEventControllerKey *controller, guint key, guint code, GdkModifierType state, TilescribeHotkeyDialog *self)
{
  g_autofree char *accelerator = code == self->code ? g_steal_pointer (&self->pressed) : NULL;

  if (accelerator)
    choose (self, accelerator);
}

/* Not before: X lets a window that is not seen yet have no keys. The hotkey of now, which Tilescribe itself grabbed, is among those. */
static void
on_active (TilescribeHotkeyDialog *self)
{
  if (gtk_window_is_active (GTK_WINDOW (self)))
    gdk_toplevel_inhibit_system_shortcuts (GDK_TOPLEVEL (gtk_native_get_surface (GTK_NATIVE (self))), NULL);
}

static void
tilescribe_hotkey_dialog_unmap (GtkWidget *widget)
{
  gdk_toplevel_restore_system_shortcuts (GDK_TOPLEVEL (gtk_native_get_surface (GTK_NATIVE (widget))));
  GTK_WIDGET_CLASS (tilescribe_hotkey_dialog_parent_class)->unmap (widget);
}

static void
tilescribe_hotkey_dialog_finalize (GObject *object)
{
  g_free (TILESCRIBE_HOTKEY_DIALOG (object)->pressed);
  G_OBJECT_CLASS (tilescribe_hotkey_dialog_parent_class)->finalize (object);
}

static void
tilescribe_hotkey_dialog_class_init (TilescribeHotkeyDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = tilescribe_hotkey_dialog_finalize;
  widget_class->unmap = tilescribe_hotkey_dialog_unmap;
  chosen_signal = g_signal_new ("chosen", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1,
                                G_TYPE_STRING);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/tilescribe/Tilescribe/pages/hotkey-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, TilescribeHotkeyDialog, trouble);
  gtk_widget_class_bind_template_callback (widget_class, on_pressed);
  gtk_widget_class_bind_template_callback (widget_class, on_released);
  gtk_widget_class_bind_template_callback (widget_class, on_active);
}

static void
tilescribe_hotkey_dialog_init (TilescribeHotkeyDialog *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWindow *
tilescribe_hotkey_dialog_new (GtkWindow *parent)
{
  return g_object_new (TILESCRIBE_TYPE_HOTKEY_DIALOG, "transient-for", parent, NULL);
}
