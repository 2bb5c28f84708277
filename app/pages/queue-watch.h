/* queue-watch.h - how long the queue of recordings is, and how fast the one that runs gets on
 *
 * Signal: "changed".
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define TILESCRIBE_TYPE_QUEUE_WATCH (tilescribe_queue_watch_get_type ())
G_DECLARE_FINAL_TYPE (TilescribeQueueWatch, tilescribe_queue_watch, TILESCRIBE, QUEUE_WATCH, GObject)

/* jobs: of ScribeJob. */
TilescribeQueueWatch *tilescribe_queue_watch_new (GListModel *jobs);

/* That wait or run. */
guint tilescribe_queue_watch_get_length (TilescribeQueueWatch *watch);

/* Seconds of work a second of recording, of the one that runs; NaN while none does, or too little of it is done to tell. */
double tilescribe_queue_watch_get_rate (TilescribeQueueWatch *watch);

G_END_DECLS
