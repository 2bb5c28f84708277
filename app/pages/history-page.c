/* history-page.c - everything dictated or transcribed
 *
 *   search | transcript      Where there is room, the chosen transcript stands beside the list; on a narrow window it takes its place,
 *   rows   |                 and a button leads back.
 *
 * The page itself reads nothing: the rows come from a model that asks the store's thread, and so does the view. What can be done with a
 * transcript is in history-actions.c. One menu serves all rows. Rows that the list drops are kept for when it wants some again: to make two
 * hundred of them takes a good part of a second.
 *
 * SPDX-License-Identifier: MIT
 */
#include "pages/history-page.h"

#include "pages/history-actions.h"
#include "pages/history-row.h"
#include "pages/plain-text.h"
#include "pages/transcript-view.h"

struct _TilescribeHistoryPage
{
  AdwBin parent;

  AdwToastOverlay *toasts;
  GtkStack *stack;
  AdwStatusPage *trouble;
  AdwLeaflet *leaflet;
  GtkWidget *list_pane;
  GtkWidget *view_pane;
  GtkEditable *search_entry;
  GtkStack *list_stack;
  GtkListView *list;
  TilescribeTranscriptView *view;
  GMenuModel *menu;
  GMenu *again_menu;

  ScribeStoreThread *store;
  TilescribeHistoryModel *model;
  GtkSingleSelection *selection;
  TilescribeHistoryActions *actions;
  GtkWidget *popover;
  GPtrArray *spare_rows;
};

G_DEFINE_FINAL_TYPE (TilescribeHistoryPage, tilescribe_history_page, ADW_TYPE_BIN)

enum
{
  TRANSCRIBE_AGAIN,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static gint64
get_chosen (TilescribeHistoryPage *self)
{
  TilescribeHistoryItem *item = gtk_single_selection_get_selected_item (self->selection);

  return item != NULL ? tilescribe_history_item_get_id (item) : 0;
}

/* --- What is shown ------------------------------------------------------------------------------------------------------- */

static void
show_state (TilescribeHistoryPage *self)
{
  gboolean any = !tilescribe_history_model_is_empty (self->model);
  const char *trouble = tilescribe_history_model_get_trouble (self->model);

  if (trouble != NULL && !any)
    {
      tilescribe_status_page_set_plain_description (self->trouble, trouble);
      gtk_stack_set_visible_child_name (self->stack, "trouble");
      return;
    }
  gtk_stack_set_visible_child_name (self->list_stack, any ? "list" : "no-match");
  gtk_stack_set_visible_child_name (self->stack, any || tilescribe_history_model_is_search (self->model) ? "history" : "empty");
}

static void
on_renewed (TilescribeHistoryPage *self)
{
  gtk_single_selection_set_selected (self->selection, GTK_INVALID_LIST_POSITION);
}

static void
on_items_changed (TilescribeHistoryPage *self)
{
  if (gtk_stack_get_visible_child_name (self->stack) != NULL
      && !g_str_equal (gtk_stack_get_visible_child_name (self->stack), "loading"))
    show_state (self);
}

static void
show_chosen (TilescribeHistoryPage *self)
{
  tilescribe_transcript_view_show (self->view, get_chosen (self));
}

static void
on_selected (TilescribeHistoryPage *self)
{
  tilescribe_history_actions_set_item (self->actions, gtk_single_selection_get_selected_item (self->selection));
  if (!adw_leaflet_get_folded (self->leaflet))
    show_chosen (self);
}

/* Back in the list, or beside it: what was corrected in the view is read again, and a wide page shows what is chosen. */
static void
on_navigated (TilescribeHistoryPage *self)
{
  gint64 shown = tilescribe_transcript_view_get_shown (self->view);

  if (shown != 0 && self->model != NULL)
    tilescribe_history_model_update (self->model, shown);
  if (self->selection != NULL && !adw_leaflet_get_folded (self->leaflet) && get_chosen (self) != shown)
    show_chosen (self);
}

static void
on_activated (TilescribeHistoryPage *self, guint position)
{
  gtk_single_selection_set_selected (self->selection, position);
  show_chosen (self);
  adw_leaflet_set_visible_child (self->leaflet, self->view_pane);
}

/* --- Rows ---------------------------------------------------------------------------------------------------------------- */

static void
on_menu_wanted (TilescribeHistoryRow *row, double x, double y, TilescribeHistoryPage *self)
{
  TilescribeHistoryItem *item = tilescribe_history_row_get_item (row);
  guint position;
  double page_x, page_y;

  if (item == NULL || !gtk_widget_translate_coordinates (GTK_WIDGET (row), GTK_WIDGET (self), x, y, &page_x, &page_y))
    return;
  if (tilescribe_history_model_find (self->model, tilescribe_history_item_get_id (item), &position))
    gtk_single_selection_set_selected (self->selection, position);
  gtk_popover_set_pointing_to (GTK_POPOVER (self->popover), &(GdkRectangle){ (int) page_x, (int) page_y, 1, 1 });
  gtk_popover_popup (GTK_POPOVER (self->popover));
}

static void
on_row_setup (GtkListItemFactory *factory, GtkListItem *list_item, TilescribeHistoryPage *self)
{
  g_autoptr (GtkWidget) row = NULL;

  if (self->spare_rows->len > 0)
    row = g_ptr_array_steal_index_fast (self->spare_rows, self->spare_rows->len - 1);
  else
    {
      row = g_object_ref_sink (tilescribe_history_row_new ());
      g_signal_connect_object (row, "menu", G_CALLBACK (on_menu_wanted), self, 0);
    }
  gtk_list_item_set_child (list_item, row);
}

static void
on_row_teardown (GtkListItemFactory *factory, GtkListItem *list_item, TilescribeHistoryPage *self)
{
  GtkWidget *row = gtk_list_item_get_child (list_item);

  if (self->spare_rows == NULL || row == NULL)
    return;
  g_ptr_array_add (self->spare_rows, g_object_ref (row));
  gtk_list_item_set_child (list_item, NULL);
}

static void
on_row_bind (GtkListItemFactory *factory, GtkListItem *list_item)
{
  tilescribe_history_row_set_item (TILESCRIBE_HISTORY_ROW (gtk_list_item_get_child (list_item)),
                                   gtk_list_item_get_item (list_item));
}

static void
on_row_unbind (GtkListItemFactory *factory, GtkListItem *list_item)
{
  tilescribe_history_row_set_item (TILESCRIBE_HISTORY_ROW (gtk_list_item_get_child (list_item)), NULL);
}

/* --- Search -------------------------------------------------------------------------------------------------------------- */

static void
on_search_changed (TilescribeHistoryPage *self)
{
  tilescribe_history_model_set_words (self->model, gtk_editable_get_text (self->search_entry));
}

static void
on_stop_search (TilescribeHistoryPage *self)
{
  gtk_editable_set_text (self->search_entry, "");
  gtk_widget_grab_focus (GTK_WIDGET (self->list));
}

static void
on_search_activated (TilescribeHistoryPage *self)
{
  gtk_widget_child_focus (GTK_WIDGET (self->list), GTK_DIR_TAB_FORWARD);
}

/* --- Models to transcribe again with ------------------------------------------------------------------------------------- */

static void
list_models (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  g_autoptr (GPtrArray) models = scribe_catalogue_list (NULL);
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();

  for (guint i = 0; models != NULL && i < models->len; i++)
    {
      const ScribeModelEntry *entry = models->pdata[i];

      if (entry->path != NULL)
        g_strv_builder_add (names, entry->name);
    }
  g_task_return_pointer (task, g_strv_builder_end (names), (GDestroyNotify) g_strfreev);
}

static void
on_models (GObject *source, GAsyncResult *result, gpointer data)
{
  TilescribeHistoryPage *self = TILESCRIBE_HISTORY_PAGE (source);
  g_auto (GStrv) names = g_task_propagate_pointer (G_TASK (result), NULL);

  if (self->again_menu == NULL) /* the window was closed meanwhile */
    return;
  g_menu_remove_all (self->again_menu);
  for (guint i = 0; names != NULL && names[i] != NULL; i++)
    {
      g_autoptr (GMenuItem) item = g_menu_item_new (names[i], NULL);

      g_menu_item_set_action_and_target (item, "history.again", "s", names[i]);
      g_menu_append_item (self->again_menu, item);
    }
}

/* --- Actions ------------------------------------------------------------------------------------------------------------- */

static void
act_open (GSimpleAction *action, GVariant *unused, gpointer data)
{
  TilescribeHistoryPage *self = data;

  if (get_chosen (self) != 0)
    on_activated (self, gtk_single_selection_get_selected (self->selection));
}

static void
act_back (GSimpleAction *action, GVariant *unused, gpointer data)
{
  TilescribeHistoryPage *self = data;

  adw_leaflet_set_visible_child (self->leaflet, self->list_pane);
  gtk_widget_grab_focus (GTK_WIDGET (self->list));
}

static void
act_search (GSimpleAction *action, GVariant *unused, gpointer data)
{
  TilescribeHistoryPage *self = data;

  adw_leaflet_set_visible_child (self->leaflet, self->list_pane);
  gtk_widget_grab_focus (GTK_WIDGET (self->search_entry));
}

/* By the keyboard: at the row that has the focus. */
static void
act_menu (GSimpleAction *action, GVariant *unused, gpointer data)
{
  TilescribeHistoryPage *self = data;
  GtkWidget *focus = gtk_root_get_focus (gtk_widget_get_root (GTK_WIDGET (self)));
  GtkWidget *row = focus != NULL ? gtk_widget_get_first_child (focus) : NULL;

  if (TILESCRIBE_IS_HISTORY_ROW (row))
    on_menu_wanted (TILESCRIBE_HISTORY_ROW (row), gtk_widget_get_width (row) / 2., gtk_widget_get_height (row), self);
}

static void
act_reload (GSimpleAction *action, GVariant *unused, gpointer data)
{
  TilescribeHistoryPage *self = data;

  tilescribe_history_model_set_store (self->model, NULL);
  tilescribe_history_model_set_store (self->model, self->store);
}

static const GActionEntry entries[] = {
  { "open", act_open }, { "back", act_back }, { "search", act_search }, { "menu", act_menu }, { "reload", act_reload },
};

static void
on_transcribe_again (TilescribeHistoryPage *self, const char *path, const char *model)
{
  g_signal_emit (self, signals[TRANSCRIBE_AGAIN], 0, path, model);
}

static void
add_actions (TilescribeHistoryPage *self)
{
  GActionMap *map;

  self->actions = tilescribe_history_actions_new (GTK_WIDGET (self), self->toasts, self->model);
  g_signal_connect_object (self->actions, "transcribe-again", G_CALLBACK (on_transcribe_again), self, G_CONNECT_SWAPPED);
  map = tilescribe_history_actions_get_map (self->actions);
  g_action_map_add_action_entries (map, entries, G_N_ELEMENTS (entries), self);
  gtk_widget_insert_action_group (GTK_WIDGET (self), "history", G_ACTION_GROUP (map));
}

/* --- The page ------------------------------------------------------------------------------------------------------------ */

void
tilescribe_history_page_set_store (TilescribeHistoryPage *self, ScribeStoreThread *store)
{
  g_set_object (&self->store, store);
  tilescribe_transcript_view_set_store (self->view, store);
  tilescribe_history_actions_set_store (self->actions, store);
  tilescribe_history_model_set_store (self->model, store);
}

void
tilescribe_history_page_set_jobs (TilescribeHistoryPage *self, GListModel *jobs)
{
  tilescribe_transcript_view_set_jobs (self->view, jobs);
}

void
tilescribe_history_page_update (TilescribeHistoryPage *self, gint64 id)
{
  tilescribe_history_model_update (self->model, id);
  if (tilescribe_transcript_view_get_shown (self->view) == id)
    tilescribe_transcript_view_show (self->view, id);
}

void
tilescribe_history_page_read_again (TilescribeHistoryPage *self)
{
  tilescribe_history_model_read_again (self->model);
}

void
tilescribe_history_page_open (TilescribeHistoryPage *self, gint64 id)
{
  guint position;

  if (tilescribe_history_model_find (self->model, id, &position))
    gtk_single_selection_set_selected (self->selection, position);
  tilescribe_transcript_view_show (self->view, id);
  adw_leaflet_set_visible_child (self->leaflet, self->view_pane);
}

static void
tilescribe_history_page_map (GtkWidget *widget)
{
  g_autoptr (GTask) task = g_task_new (widget, NULL, on_models, NULL);

  GTK_WIDGET_CLASS (tilescribe_history_page_parent_class)->map (widget);
  g_task_run_in_thread (task, list_models);
}

static void
tilescribe_history_page_unmap (GtkWidget *widget)
{
  tilescribe_history_actions_commit (TILESCRIBE_HISTORY_PAGE (widget)->actions);
  GTK_WIDGET_CLASS (tilescribe_history_page_parent_class)->unmap (widget);
}

static void
tilescribe_history_page_dispose (GObject *object)
{
  TilescribeHistoryPage *self = TILESCRIBE_HISTORY_PAGE (object);

  g_clear_pointer (&self->popover, gtk_widget_unparent);
  g_clear_pointer (&self->spare_rows, g_ptr_array_unref);
  if (self->model != NULL)
    g_signal_handlers_disconnect_by_data (self->model, self);
  if (self->selection != NULL)
    g_signal_handlers_disconnect_by_data (self->selection, self);
  gtk_widget_insert_action_group (GTK_WIDGET (self), "history", NULL);
  g_clear_object (&self->actions);
  g_clear_object (&self->selection);
  g_clear_object (&self->model);
  g_clear_object (&self->store);
  G_OBJECT_CLASS (tilescribe_history_page_parent_class)->dispose (object);
}

static void
tilescribe_history_page_class_init (TilescribeHistoryPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = tilescribe_history_page_dispose;
  widget_class->map = tilescribe_history_page_map;
  widget_class->unmap = tilescribe_history_page_unmap;
  signals[TRANSCRIBE_AGAIN] = g_signal_new ("transcribe-again", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                            G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_STRING);
  g_type_ensure (TILESCRIBE_TYPE_TRANSCRIPT_VIEW);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/tilescribe/Tilescribe/pages/history-page.ui");
  gtk_widget_class_bind_template_child (widget_class, TilescribeHistoryPage, toasts);
  gtk_widget_class_bind_template_child (widget_class, TilescribeHistoryPage, stack);
  gtk_widget_class_bind_template_child (widget_class, TilescribeHistoryPage, trouble);
  gtk_widget_class_bind_template_child (widget_class, TilescribeHistoryPage, leaflet);
  gtk_widget_class_bind_template_child (widget_class, TilescribeHistoryPage, list_pane);
  gtk_widget_class_bind_template_child (widget_class, TilescribeHistoryPage, view_pane);
  gtk_widget_class_bind_template_child (widget_class, TilescribeHistoryPage, search_entry);
  gtk_widget_class_bind_template_child (widget_class, TilescribeHistoryPage, list_stack);
  gtk_widget_class_bind_template_child (widget_class, TilescribeHistoryPage, list);
  gtk_widget_class_bind_template_child (widget_class, TilescribeHistoryPage, view);
  gtk_widget_class_bind_template_child (widget_class, TilescribeHistoryPage, menu);
  gtk_widget_class_bind_template_child (widget_class, TilescribeHistoryPage, again_menu);
  gtk_widget_class_bind_template_callback (widget_class, on_navigated);
  gtk_widget_class_bind_template_callback (widget_class, on_search_changed);
  gtk_widget_class_bind_template_callback (widget_class, on_stop_search);
  gtk_widget_class_bind_template_callback (widget_class, on_search_activated);
  gtk_widget_class_bind_template_callback (widget_class, on_activated);
  gtk_widget_class_bind_template_callback (widget_class, on_row_setup);
  gtk_widget_class_bind_template_callback (widget_class, on_row_bind);
  gtk_widget_class_bind_template_callback (widget_class, on_row_unbind);
  gtk_widget_class_bind_template_callback (widget_class, on_row_teardown);
}

static void
tilescribe_history_page_init (TilescribeHistoryPage *self)
{
  self->spare_rows = g_ptr_array_new_with_free_func (g_object_unref);
  gtk_widget_init_template (GTK_WIDGET (self));
  self->model = tilescribe_history_model_new ();
  self->selection = gtk_single_selection_new (G_LIST_MODEL (g_object_ref (self->model)));
  gtk_single_selection_set_autoselect (self->selection, FALSE);
  gtk_single_selection_set_can_unselect (self->selection, TRUE);
  gtk_single_selection_set_selected (self->selection, GTK_INVALID_LIST_POSITION);
  add_actions (self);
  g_signal_connect_swapped (self->model, "loaded", G_CALLBACK (show_state), self);
  g_signal_connect_swapped (self->model, "renewed", G_CALLBACK (on_renewed), self);
  g_signal_connect_swapped (self->model, "items-changed", G_CALLBACK (on_items_changed), self);
  g_signal_connect_swapped (self->selection, "notify::selected-item", G_CALLBACK (on_selected), self);
  gtk_list_view_set_model (self->list, GTK_SELECTION_MODEL (self->selection));
  gtk_search_entry_set_key_capture_widget (GTK_SEARCH_ENTRY (self->search_entry), GTK_WIDGET (self->list));
  self->popover = gtk_popover_menu_new_from_model (self->menu);
  gtk_popover_set_has_arrow (GTK_POPOVER (self->popover), FALSE);
  gtk_widget_set_parent (self->popover, GTK_WIDGET (self));
}
