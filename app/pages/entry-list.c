/* entry-list.c - a list of words, or of pairs of them, to be written into
 *
 * What stands in the rows is written to the setting at every change, rows that are empty left out; what others write to the setting
 * is shown. The rows are never made anew because of one's own writing: the cursor would leap.
 *
 * SPDX-License-Identifier: MIT
 */
#include "pages/entry-list.h"

#include <glib/gi18n.h>

#define FIELDS "fields"

/* Of a row. */
typedef struct
{
  GtkWidget *entries[2]; /* the second NULL where there are no pairs */
  GtkWidget *remove;
} Fields;

struct _TilescribeEntryList
{
  AdwBin parent;

  GtkListBox *rows;
  GSettings *settings;
  char *key, *hints[2];
  gboolean filling, writing;
};

G_DEFINE_FINAL_TYPE (TilescribeEntryList, tilescribe_entry_list, ADW_TYPE_BIN)

static void add_row (TilescribeEntryList *self, const char *first, const char *second);

static Fields *
fields_of (GtkListBoxRow *row)
{
  return g_object_get_data (G_OBJECT (row), FIELDS);
}

static const char *
text_of (GtkListBoxRow *row, guint i)
{
  GtkWidget *entry = fields_of (row)->entries[i];

  return entry ? gtk_editable_get_text (GTK_EDITABLE (entry)) : "";
}

static GVariant *
value_of (GtkListBoxRow *row)
{
  return fields_of (row)->entries[1] ? g_variant_new ("(ss)", text_of (row, 0), text_of (row, 1))
                                     : g_variant_new_string (text_of (row, 0));
}

static void
write_setting (TilescribeEntryList *self)
{
  g_auto (GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (self->hints[1] ? G_VARIANT_TYPE ("a(ss)") : G_VARIANT_TYPE ("as"));
  GtkListBoxRow *row;

  for (int i = 0; (row = gtk_list_box_get_row_at_index (self->rows, i)); i++)
    if (*text_of (row, 0))
      g_variant_builder_add_value (&builder, value_of (row));
  self->writing = TRUE;
  g_settings_set_value (self->settings, self->key, g_variant_builder_end (&builder));
  self->writing = FALSE;
}

static GtkListBoxRow *
last_row (TilescribeEntryList *self)
{
  GtkWidget *row = gtk_widget_get_last_child (GTK_WIDGET (self->rows));

  return row ? GTK_LIST_BOX_ROW (row) : NULL;
}

static void
on_edited (TilescribeEntryList *self)
{
  if (self->filling)
    return;
  write_setting (self);
  if (*text_of (last_row (self), 0) || *text_of (last_row (self), 1))
    add_row (self, "", "");
}

static void
on_remove (TilescribeEntryList *self, GtkWidget *button)
{
  GtkWidget *row = gtk_widget_get_ancestor (button, GTK_TYPE_LIST_BOX_ROW);
  int i = gtk_list_box_row_get_index (GTK_LIST_BOX_ROW (row));

  gtk_list_box_remove (self->rows, row);
  write_setting (self);
  gtk_widget_grab_focus (fields_of (gtk_list_box_get_row_at_index (self->rows, i))->entries[0]);
}

static GtkWidget *
add_entry (TilescribeEntryList *self, GtkWidget *box, const char *text, const char *hint)
{
  GtkWidget *entry = gtk_entry_new ();

  gtk_widget_set_hexpand (entry, TRUE);
  gtk_entry_set_max_length (GTK_ENTRY (entry), 200);
  gtk_entry_set_placeholder_text (GTK_ENTRY (entry), hint);
  gtk_editable_set_width_chars (GTK_EDITABLE (entry), 8);
  gtk_editable_set_text (GTK_EDITABLE (entry), text);
  gtk_accessible_update_property (GTK_ACCESSIBLE (entry), GTK_ACCESSIBLE_PROPERTY_LABEL, hint, -1);
  g_signal_connect_object (entry, "changed", G_CALLBACK (on_edited), self, G_CONNECT_SWAPPED);
  gtk_box_append (GTK_BOX (box), entry);
  return entry;
}

static void
add_arrow (GtkWidget *box)
{
  GtkWidget *arrow = g_object_new (GTK_TYPE_IMAGE, "icon-name", "go-next-symbolic", "accessible-role",
                                   GTK_ACCESSIBLE_ROLE_PRESENTATION, NULL);

  gtk_widget_add_css_class (arrow, "dim-label");
  gtk_box_append (GTK_BOX (box), arrow);
}

/* Insensitive: the last row is where the next word comes, and is not removed. */
static GtkWidget *
add_remove_button (TilescribeEntryList *self, GtkWidget *box)
{
  GtkWidget *button = gtk_button_new_from_icon_name ("user-trash-symbolic");

  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_tooltip_text (button, _ ("Remove this row"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Remove this row"), -1);
  gtk_widget_set_sensitive (button, FALSE);
  g_signal_connect_object (button, "clicked", G_CALLBACK (on_remove), self, G_CONNECT_SWAPPED);
  gtk_box_append (GTK_BOX (box), button);
  return button;
}

static GtkWidget *
add_box (TilescribeEntryList *self, Fields *fields)
{
  GtkWidget *row = gtk_list_box_row_new (), *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);

  gtk_widget_set_margin_top (box, 6);
  gtk_widget_set_margin_bottom (box, 6);
  gtk_widget_set_margin_start (box, 6);
  gtk_widget_set_margin_end (box, 6);
  g_object_set_data_full (G_OBJECT (row), FIELDS, fields, g_free);
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), box);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), FALSE);
  gtk_widget_set_focusable (row, FALSE);
  gtk_list_box_append (self->rows, row);
  return box;
}

static void
add_row (TilescribeEntryList *self, const char *first, const char *second)
{
  GtkListBoxRow *before = last_row (self);
  Fields *fields = g_new0 (Fields, 1);
  GtkWidget *box = add_box (self, fields);

  if (before)
    gtk_widget_set_sensitive (fields_of (before)->remove, TRUE);
  fields->entries[0] = add_entry (self, box, first, self->hints[0]);
  if (self->hints[1])
    {
      add_arrow (box);
      fields->entries[1] = add_entry (self, box, second, self->hints[1]);
    }
  fields->remove = add_remove_button (self, box);
}

static void
fill (TilescribeEntryList *self)
{
  g_autoptr (GVariant) value = g_settings_get_value (self->settings, self->key);
  GtkListBoxRow *row;
  const char *first, *second = "";

  self->filling = TRUE;
  while ((row = last_row (self)))
    gtk_list_box_remove (self->rows, GTK_WIDGET (row));
  for (gsize i = 0; i < g_variant_n_children (value); i++)
    {
      if (self->hints[1])
        g_variant_get_child (value, i, "(&s&s)", &first, &second);
      else
        g_variant_get_child (value, i, "&s", &first);
      add_row (self, first, second);
    }
  add_row (self, "", "");
  self->filling = FALSE;
}

static void
on_setting_changed (TilescribeEntryList *self)
{
  if (!self->writing)
    fill (self);
}

void
tilescribe_entry_list_bind (TilescribeEntryList *self,
                            GSettings *settings,
                            const char *key,
                            const char *first,
                            const char *second)
{
  g_autofree char *signal = g_strconcat ("changed::", key, NULL);

  self->settings = g_object_ref (settings);
  self->key = g_strdup (key);
  self->hints[0] = g_strdup (first);
  self->hints[1] = g_strdup (second);
  g_signal_connect_object (settings, signal, G_CALLBACK (on_setting_changed), self, G_CONNECT_SWAPPED);
  fill (self);
}

static void
tilescribe_entry_list_finalize (GObject *object)
{
  TilescribeEntryList *self = TILESCRIBE_ENTRY_LIST (object);

  g_clear_object (&self->settings);
  g_free (self->key);
  g_free (self->hints[0]);
  g_free (self->hints[1]);
  G_OBJECT_CLASS (tilescribe_entry_list_parent_class)->finalize (object);
}

static void
tilescribe_entry_list_class_init (TilescribeEntryListClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = tilescribe_entry_list_finalize;
}

static void
tilescribe_entry_list_init (TilescribeEntryList *self)
{
  GtkWidget *rows = gtk_list_box_new ();

  gtk_list_box_set_selection_mode (GTK_LIST_BOX (rows), GTK_SELECTION_NONE);
  gtk_widget_add_css_class (rows, "boxed-list");
  adw_bin_set_child (ADW_BIN (self), rows);
  self->rows = GTK_LIST_BOX (rows);
}
