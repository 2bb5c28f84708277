/* history-item.c - a transcript in the list of the history
 *
 * SPDX-License-Identifier: MIT
 */
#include "pages/history-item.h"

struct _TilescribeHistoryItem
{
  GObject parent;

  gint64 id;
  ScribeTranscript *transcript;
};

G_DEFINE_FINAL_TYPE (TilescribeHistoryItem, tilescribe_history_item, G_TYPE_OBJECT)

enum
{
  CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

TilescribeHistoryItem *
tilescribe_history_item_new (gint64 id)
{
  TilescribeHistoryItem *self = g_object_new (TILESCRIBE_TYPE_HISTORY_ITEM, NULL);

  self->id = id;
  return self;
}

void
tilescribe_history_item_set_id (TilescribeHistoryItem *self, gint64 id)
{
  self->id = id;
  tilescribe_history_item_set_transcript (self, NULL);
}

gint64
tilescribe_history_item_get_id (TilescribeHistoryItem *self)
{
  return self->id;
}

const ScribeTranscript *
tilescribe_history_item_get_transcript (TilescribeHistoryItem *self)
{
  return self->transcript;
}

void
tilescribe_history_item_set_transcript (TilescribeHistoryItem *self, ScribeTranscript *transcript)
{
  g_clear_pointer (&self->transcript, scribe_transcript_free);
  self->transcript = transcript;
  g_signal_emit (self, signals[CHANGED], 0);
}

static void
tilescribe_history_item_finalize (GObject *object)
{
  g_clear_pointer (&TILESCRIBE_HISTORY_ITEM (object)->transcript, scribe_transcript_free);
  G_OBJECT_CLASS (tilescribe_history_item_parent_class)->finalize (object);
}

static void
tilescribe_history_item_class_init (TilescribeHistoryItemClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = tilescribe_history_item_finalize;
  signals[CHANGED] = g_signal_new ("changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
tilescribe_history_item_init (TilescribeHistoryItem *self)
{
}
