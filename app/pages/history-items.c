/* history-items.c - the items of the history that are kept
 *
 * SPDX-License-Identifier: MIT
 */
#include "pages/history-items.h"

#define MOST_ITEMS 640 /* three times what a list widget makes rows of */

struct _TilescribeHistoryItems
{
  GHashTable *by_id;
  GQueue ages; /* of gint64 *, the keys of by_id, oldest first */
};

TilescribeHistoryItems *
tilescribe_history_items_new (void)
{
  TilescribeHistoryItems *items = g_new0 (TilescribeHistoryItems, 1);

  items->by_id = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_object_unref);
  g_queue_init (&items->ages);
  return items;
}

void
tilescribe_history_items_free (TilescribeHistoryItems *items)
{
  g_queue_clear (&items->ages);
  g_hash_table_unref (items->by_id);
  g_free (items);
}

TilescribeHistoryItem *
tilescribe_history_items_find (TilescribeHistoryItems *items, gint64 id)
{
  return g_hash_table_lookup (items->by_id, &id);
}

TilescribeHistoryItem *
tilescribe_history_items_keep (TilescribeHistoryItems *items, TilescribeHistoryItem *item)
{
  gint64 id = tilescribe_history_item_get_id (item);
  gint64 *key = g_memdup2 (&id, sizeof id);

  if (g_queue_get_length (&items->ages) >= MOST_ITEMS)
    g_hash_table_remove (items->by_id, g_queue_pop_head (&items->ages));
  g_hash_table_insert (items->by_id, key, item);
  g_queue_push_tail (&items->ages, key);
  return item;
}

TilescribeHistoryItem *
tilescribe_history_items_ensure (TilescribeHistoryItems *items, gint64 id)
{
  TilescribeHistoryItem *item = tilescribe_history_items_find (items, id);

  return item != NULL ? item : tilescribe_history_items_keep (items, tilescribe_history_item_new (id));
}

void
tilescribe_history_items_fill (TilescribeHistoryItems *items, GPtrArray *transcripts)
{
  g_ptr_array_set_free_func (transcripts, NULL);
  for (guint i = 0; i < transcripts->len; i++)
    {
      ScribeTranscript *transcript = transcripts->pdata[i];

      tilescribe_history_item_set_transcript (tilescribe_history_items_ensure (items, transcript->id), transcript);
    }
}

void
tilescribe_history_items_clear (TilescribeHistoryItems *items)
{
  g_queue_clear (&items->ages);
  g_hash_table_remove_all (items->by_id);
}
