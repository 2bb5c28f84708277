/* events.c - what happens when: a heap by time, then by the order of planning
 *
 * SPDX-License-Identifier: MIT
 */
#include "emulator/array.h"

static inline gboolean
is_earlier (const NpuEvent *a, const NpuEvent *b)
{
  return a->time != b->time ? a->time < b->time : a->order < b->order;
}

void
npu_at (NpuEmulator *e, guint64 time, NpuEventKind kind, gpointer subject, gint32 number)
{
  const NpuEvent event = { time, e->order++, subject, number, kind };
  gsize i = e->n_events++;

  if (e->n_events > e->n_events_room)
    {
      e->n_events_room = MAX (256, 2 * e->n_events_room);
      e->events = g_renew (NpuEvent, e->events, e->n_events_room);
    }
  while (i > 0 && is_earlier (&event, &e->events[(i - 1) / 2]))
    {
      e->events[i] = e->events[(i - 1) / 2];
      i = (i - 1) / 2;
    }
  e->events[i] = event;
}

gboolean
npu_next_event (NpuEmulator *e, NpuEvent *event)
{
  NpuEvent last;
  gsize i = 0;

  if (e->n_events == 0)
    return FALSE;
  *event = e->events[0];
  last = e->events[--e->n_events];
  for (gsize child = 1; child < e->n_events; child = 2 * i + 1)
    {
      if (child + 1 < e->n_events && is_earlier (&e->events[child + 1], &e->events[child]))
        child++;
      if (!is_earlier (&e->events[child], &last))
        break;
      e->events[i] = e->events[child];
      i = child;
    }
  e->events[i] = last;
  return TRUE;
}
