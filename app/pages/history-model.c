/* history-model.c - the history as a list that is read as far as it is looked at
 *
 * Of all transcripts only the ids are read, eight bytes each, which makes the list as long as it is and tells where each of its pages
 * begins. Whoever asks for an item gets one at once, empty if need be; its page is then read by the store's thread, pages
 * asked for last first, and those asked for long ago not at all: after a jump through the list nobody looks at them any more. Some hundred
 * items are kept, so that the same rows are not read again and again.
 *
 * A list widget makes some two hundred rows at once, however few are seen, and to make or drop a row is dear. So where another list takes the
 * place of one, the items that are there stay and become those of other transcripts, and those that are missing or too many come and
 * go a few at a time while nothing else is to be done; beyond what a widget makes rows of, all at once.
 *
 * A search brings its rows with it. What changes in the store reaches the list by an id: a row that is kept is read again; an
 * id that is not known, or known and gone, makes the ids be read again, and the list tells what differs.
 *
 * SPDX-License-Identifier: MIT
 */
#include "pages/history-model.h"

#include "pages/history-items.h"
#include "pages/history-store.h"

#include <string.h>

#define PAGE        32   /* rows */
#define MOST_PAGES  12   /* that wait to be read: more than a screen shows */
#define MOST_FOUND  200  /* transcripts of a search: a person types another letter rather than read on */
#define SEARCH_WAIT 1000 /* milliseconds until what changed is searched again */
#define A_FEW       12   /* items that another list grows by */
#define MOST_ROWS   210  /* of a list widget */

struct _TilescribeHistoryModel
{
  GObject parent;

  ScribeStoreThread *store;
  char *words;    /* what is to be shown; NULL: all */
  gboolean found; /* what is shown was searched for */
  char *trouble;

  GArray *ids;    /* of gint64, descending: the list */
  guint n_shown;  /* items there are: fewer or more than ids while the list grows or shrinks */
  guint settling; /* idle */
  TilescribeHistoryItems *items;
  GArray *hidden; /* of gint64 */

  GCancellable *loading; /* ids or a search */
  GQueue pages;          /* of gint64 *: upper bounds of the pages to be read, the next one first */
  gboolean reading;      /* a page */
  guint search_again;    /* timeout */
};

static void list_model_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (TilescribeHistoryModel,
                               tilescribe_history_model,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_init))

enum
{
  LOADED,
  RENEWED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void load (TilescribeHistoryModel *self);
static void read_next_page (TilescribeHistoryModel *self);

static gint64
nth (GArray *ids, guint i)
{
  return g_array_index (ids, gint64, i);
}

/* Where id is in ids, which descend, or where it belongs. */
static gboolean
find_id (GArray *ids, gint64 id, guint *position)
{
  guint low = 0, high = ids->len;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;

      if (nth (ids, middle) > id)
        low = middle + 1;
      else
        high = middle;
    }
  *position = low;
  return low < ids->len && nth (ids, low) == id;
}

gboolean
tilescribe_history_model_find (TilescribeHistoryModel *self, gint64 id, guint *position)
{
  return find_id (self->ids, id, position);
}

gboolean
tilescribe_history_model_is_empty (TilescribeHistoryModel *self)
{
  return self->ids->len == 0;
}

gboolean
tilescribe_history_model_is_search (TilescribeHistoryModel *self)
{
  return self->found;
}

const char *
tilescribe_history_model_get_trouble (TilescribeHistoryModel *self)
{
  return self->trouble;
}

/* --- Pages --------------------------------------------------------------------------------------------------------------- */

static int
compare_ids (gconstpointer a, gconstpointer b)
{
  return *(const gint64 *) a != *(const gint64 *) b;
}

/* The page of rows below this id is to be read next. */
static void
want_page (TilescribeHistoryModel *self, gint64 before)
{
  GList *queued = g_queue_find_custom (&self->pages, &before, compare_ids);

  if (queued == NULL)
    g_queue_push_head (&self->pages, g_memdup2 (&before, sizeof before));
  if (g_queue_get_length (&self->pages) > MOST_PAGES)
    g_free (g_queue_pop_tail (&self->pages));
  read_next_page (self);
}

/* In the store's thread. */
static GPtrArray *
look_for_recordings (GPtrArray *transcripts)
{
  for (guint i = 0; transcripts != NULL && i < transcripts->len; i++)
    tilescribe_history_look_for_recording (transcripts->pdata[i]);
  return transcripts;
}

static gpointer
list_page (ScribeStore *store, gpointer before, GCancellable *cancellable, GError **error)
{
  return look_for_recordings (scribe_store_list (store, PAGE, *(gint64 *) before, error));
}

/* Whether the store still holds each row that the list has on this page; a page that is not full is the last one. */
static gboolean
is_current (TilescribeHistoryModel *self, GPtrArray *page, gint64 before)
{
  guint position, row = 0;

  find_id (self->ids, before - 1, &position);
  for (; position < self->ids->len; position++)
    {
      gint64 id = nth (self->ids, position);

      while (row < page->len && ((ScribeTranscript *) page->pdata[row])->id > id)
        row++;
      if (row == page->len)
        return page->len == PAGE;
      if (((ScribeTranscript *) page->pdata[row])->id != id)
        return FALSE;
    }
  return TRUE;
}

typedef struct
{
  TilescribeHistoryModel *model;
  gint64 before;
} Reading;

static void
on_page (GObject *store, GAsyncResult *result, gpointer data)
{
  Reading *reading = data;
  g_autoptr (TilescribeHistoryModel) self = reading->model;
  g_autoptr (GPtrArray) page = scribe_store_thread_run_finish (SCRIBE_STORE_THREAD (store), result, NULL);
  gboolean gone = page != NULL && !self->found && !is_current (self, page, reading->before);

  self->reading = FALSE;
  if (page != NULL && !self->found)
    tilescribe_history_items_fill (self->items, page);
  if (gone)
    load (self);
  read_next_page (self);
  g_free (reading);
}

static void
read_next_page (TilescribeHistoryModel *self)
{
  g_autofree gint64 *before = self->reading ? NULL : g_queue_pop_head (&self->pages);
  Reading *reading;

  if (before == NULL)
    return;
  self->reading = TRUE;
  reading = g_new (Reading, 1);
  *reading = (Reading){ g_object_ref (self), *before };
  scribe_store_thread_run_async (self->store, list_page, g_steal_pointer (&before), g_free, (GDestroyNotify) g_ptr_array_unref,
                                 NULL, on_page, reading);
}

/* --- The list ------------------------------------------------------------------------------------------------------------ */

static GType
get_item_type (GListModel *model)
{
  return TILESCRIBE_TYPE_HISTORY_ITEM;
}

static guint
get_n_items (GListModel *model)
{
  return TILESCRIBE_HISTORY_MODEL (model)->n_shown;
}

static gpointer
get_item (GListModel *model, guint position)
{
  TilescribeHistoryModel *self = TILESCRIBE_HISTORY_MODEL (model);
  TilescribeHistoryItem *item;

  if (position >= self->n_shown)
    return NULL;
  if (position >= self->ids->len)
    return tilescribe_history_item_new (0); /* about to go */
  item = tilescribe_history_items_ensure (self->items, nth (self->ids, position));
  if (tilescribe_history_item_get_transcript (item) == NULL)
    want_page (self, nth (self->ids, position - position % PAGE) + 1);
  return g_object_ref (item);
}

static void
list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = get_item_type;
  iface->get_n_items = get_n_items;
  iface->get_item = get_item;
}

static void
leave_out_hidden (TilescribeHistoryModel *self, GArray *ids)
{
  guint position;

  for (guint i = 0; i < self->hidden->len; i++)
    if (find_id (ids, nth (self->hidden, i), &position))
      g_array_remove_index (ids, position);
}

/* Makes so many items of those there are to be, and no more. */
static void
show_n (TilescribeHistoryModel *self, guint n)
{
  guint before = self->n_shown;

  self->n_shown = n;
  if (n != before)
    g_list_model_items_changed (G_LIST_MODEL (self), MIN (before, n), before > n ? before - n : 0, n > before ? n - before : 0);
}

static void
settle_now (TilescribeHistoryModel *self)
{
  g_clear_handle_id (&self->settling, g_source_remove);
  show_n (self, self->ids->len);
}

static gboolean
settle (gpointer data)
{
  TilescribeHistoryModel *self = data;
  guint n = self->n_shown, wanted = self->ids->len;

  if (n < wanted)
    n = n < MOST_ROWS ? MIN (n + A_FEW, wanted) : wanted;
  else
    n = n > wanted + A_FEW ? MIN (n - A_FEW, wanted + MOST_ROWS) : wanted;
  show_n (self, n);
  if (n != wanted)
    return G_SOURCE_CONTINUE;
  self->settling = 0;
  return G_SOURCE_REMOVE;
}

/* The items at the beginning of the list, as far as they are kept: a widget may show them. */
static GPtrArray *
first_items (TilescribeHistoryModel *self)
{
  GPtrArray *items = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < MIN (self->ids->len, MOST_ROWS); i++)
    {
      TilescribeHistoryItem *item = tilescribe_history_items_find (self->items, nth (self->ids, i));

      if (item == NULL)
        break;
      g_ptr_array_add (items, g_object_ref (item));
    }
  return items;
}

/* ids, which is taken over, becomes a list of other transcripts: found, or NULL where these are not read yet. */
static void
start_anew (TilescribeHistoryModel *self, GArray *ids, GPtrArray *found)
{
  g_autoptr (GPtrArray) items = NULL;

  g_signal_emit (self, signals[RENEWED], 0);
  settle_now (self);
  items = first_items (self);
  g_queue_clear_full (&self->pages, g_free);
  tilescribe_history_items_clear (self->items);
  g_array_unref (self->ids);
  self->ids = ids;
  for (guint i = 0; i < items->len; i++)
    {
      gint64 id = i < ids->len ? nth (ids, i) : 0;

      tilescribe_history_item_set_id (items->pdata[i], id);
      if (id != 0)
        tilescribe_history_items_keep (self->items, g_object_ref (items->pdata[i]));
      if (id != 0 && found == NULL && i % PAGE == 0)
        want_page (self, id + 1);
    }
  if (found != NULL)
    tilescribe_history_items_fill (self->items, found);
  if (self->n_shown > items->len + MOST_ROWS)
    show_n (self, items->len);
  if (self->n_shown != ids->len)
    self->settling = g_idle_add (settle, self);
}

/* ids, which is taken over, becomes the list, of which most is as it was. */
static void
change_some (TilescribeHistoryModel *self, GArray *ids)
{
  g_autoptr (GArray) old = NULL;
  guint head = 0, tail = 0, most = MIN (self->ids->len, ids->len);

  settle_now (self);
  old = self->ids;
  self->ids = ids;
  self->n_shown = ids->len;
  while (head < most && nth (old, head) == nth (ids, head))
    head++;
  while (tail < most - head && nth (old, old->len - 1 - tail) == nth (ids, ids->len - 1 - tail))
    tail++;
  if (old->len - head - tail > 0 || ids->len - head - tail > 0)
    g_list_model_items_changed (G_LIST_MODEL (self), head, old->len - head - tail, ids->len - head - tail);
}

static void
finish_loading (TilescribeHistoryModel *self, const GError *error)
{
  g_free (self->trouble);
  self->trouble = error != NULL ? g_strdup (error->message) : NULL;
  g_signal_emit (self, signals[LOADED], 0);
}

static void
on_ids (GObject *store, GAsyncResult *result, gpointer data)
{
  g_autoptr (TilescribeHistoryModel) self = data;
  g_autoptr (GError) error = NULL;
  GArray *ids = scribe_store_thread_run_finish (SCRIBE_STORE_THREAD (store), result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (ids != NULL)
    {
      leave_out_hidden (self, ids);
      if (self->found || self->ids->len == 0)
        start_anew (self, ids, NULL);
      else
        change_some (self, ids);
      self->found = FALSE;
    }
  finish_loading (self, error);
}

/* The same search once more mostly finds the same: then no row loses its place. */
static void
show_found (TilescribeHistoryModel *self, GArray *ids, GPtrArray *found)
{
  gboolean same = self->found && self->ids->len == ids->len && ids->len > 0
                  && memcmp (self->ids->data, ids->data, ids->len * sizeof (gint64)) == 0;

  self->found = TRUE;
  if (same)
    {
      tilescribe_history_items_fill (self->items, found);
      g_array_unref (ids);
    }
  else
    start_anew (self, ids, found);
}

static void
on_found (GObject *store, GAsyncResult *result, gpointer data)
{
  g_autoptr (TilescribeHistoryModel) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) found = scribe_store_thread_run_finish (SCRIBE_STORE_THREAD (store), result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (found != NULL)
    {
      GArray *ids = g_array_sized_new (FALSE, FALSE, sizeof (gint64), found->len);

      for (guint i = 0; i < found->len; i++)
        g_array_append_val (ids, ((ScribeTranscript *) found->pdata[i])->id);
      leave_out_hidden (self, ids);
      show_found (self, ids, found);
    }
  finish_loading (self, error);
}

static gpointer
list_ids (ScribeStore *store, gpointer unused, GCancellable *cancellable, GError **error)
{
  return scribe_store_list_ids (store, error);
}

static gpointer
search (ScribeStore *store, gpointer words, GCancellable *cancellable, GError **error)
{
  return look_for_recordings (scribe_store_search (store, words, SCRIBE_NEWEST_FIRST, MOST_FOUND, error));
}

static void
load (TilescribeHistoryModel *self)
{
  g_clear_handle_id (&self->search_again, g_source_remove);
  g_cancellable_cancel (self->loading);
  g_clear_object (&self->loading);
  if (self->store == NULL)
    return;
  self->loading = g_cancellable_new ();
  if (self->words != NULL)
    scribe_store_thread_run_async (self->store, search, g_strdup (self->words), g_free, (GDestroyNotify) g_ptr_array_unref,
                                   self->loading, on_found, g_object_ref (self));
  else
    scribe_store_thread_run_async (self->store, list_ids, NULL, NULL, (GDestroyNotify) g_array_unref, self->loading, on_ids,
                                   g_object_ref (self));
}

void
tilescribe_history_model_set_store (TilescribeHistoryModel *self, ScribeStoreThread *store)
{
  if (g_set_object (&self->store, store))
    load (self);
}

void
tilescribe_history_model_set_words (TilescribeHistoryModel *self, const char *words)
{
  g_autofree char *stripped = g_strstrip (g_strdup (words != NULL ? words : ""));

  if (g_strcmp0 (self->words != NULL ? self->words : "", stripped) == 0)
    return;
  g_free (self->words);
  self->words = *stripped != '\0' ? g_steal_pointer (&stripped) : NULL;
  load (self);
}

/* --- What changes -------------------------------------------------------------------------------------------------------- */

static gboolean
on_search_again (gpointer data)
{
  TilescribeHistoryModel *self = data;

  self->search_again = 0;
  load (self);
  return G_SOURCE_REMOVE;
}

static gboolean
is_hidden (TilescribeHistoryModel *self, gint64 id, guint *index)
{
  for (guint i = 0; i < self->hidden->len; i++)
    if (nth (self->hidden, i) == id)
      {
        *index = i;
        return TRUE;
      }
  return FALSE;
}

void
tilescribe_history_model_update (TilescribeHistoryModel *self, gint64 id)
{
  guint position;

  if (self->store == NULL || is_hidden (self, id, &position))
    return;
  if (self->words != NULL)
    {
      if (self->search_again == 0)
        self->search_again = g_timeout_add (SEARCH_WAIT, on_search_again, self);
    }
  else if (!find_id (self->ids, id, &position))
    load (self);
  else if (tilescribe_history_items_find (self->items, id) != NULL)
    want_page (self, id + 1);
}

void
tilescribe_history_model_read_again (TilescribeHistoryModel *self)
{
  load (self);
}

void
tilescribe_history_model_hide (TilescribeHistoryModel *self, gint64 id)
{
  guint position;

  if (is_hidden (self, id, &position))
    return;
  g_array_append_val (self->hidden, id);
  if (!find_id (self->ids, id, &position))
    return;
  settle_now (self);
  g_array_remove_index (self->ids, position);
  self->n_shown--;
  g_list_model_items_changed (G_LIST_MODEL (self), position, 1, 0);
}

void
tilescribe_history_model_show (TilescribeHistoryModel *self, gint64 id)
{
  guint index;

  if (!is_hidden (self, id, &index))
    return;
  g_array_remove_index_fast (self->hidden, index);
  load (self);
}

/* --- The object ---------------------------------------------------------------------------------------------------------- */

static void
tilescribe_history_model_finalize (GObject *object)
{
  TilescribeHistoryModel *self = TILESCRIBE_HISTORY_MODEL (object);

  g_clear_handle_id (&self->search_again, g_source_remove);
  g_clear_handle_id (&self->settling, g_source_remove);
  g_cancellable_cancel (self->loading);
  g_clear_object (&self->loading);
  g_clear_object (&self->store);
  g_queue_clear_full (&self->pages, g_free);
  tilescribe_history_items_free (self->items);
  g_array_unref (self->ids);
  g_array_unref (self->hidden);
  g_free (self->words);
  g_free (self->trouble);
  G_OBJECT_CLASS (tilescribe_history_model_parent_class)->finalize (object);
}

static void
tilescribe_history_model_class_init (TilescribeHistoryModelClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = tilescribe_history_model_finalize;
  signals[RENEWED] = g_signal_new ("renewed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[LOADED] = g_signal_new ("loaded", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
tilescribe_history_model_init (TilescribeHistoryModel *self)
{
  self->ids = g_array_new (FALSE, FALSE, sizeof (gint64));
  self->hidden = g_array_new (FALSE, FALSE, sizeof (gint64));
  self->items = tilescribe_history_items_new ();
  g_queue_init (&self->pages);
}

TilescribeHistoryModel *
tilescribe_history_model_new (void)
{
  return g_object_new (TILESCRIBE_TYPE_HISTORY_MODEL, NULL);
}
