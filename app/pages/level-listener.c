/* level-listener.c - hears a microphone for its level alone, and keeps nothing of it
 *
 * The thread's story: open, wait until nobody wants it or it vanished, close, tell. The level passes as the bits of a float.
 *
 * SPDX-License-Identifier: MIT
 */
#include "pages/level-listener.h"

#include <string.h>

struct _TilescribeLevelListener
{
  char *id;
  gint level; /* bits of a float; atomic */

  GMutex lock;
  GCond changed;
  gboolean unwanted, ended;
  GError *reason;

  TilescribeLevelLost lost; /* NULL once unwanted; GTK thread only */
  gpointer data;
};

static void
destroy (TilescribeLevelListener *self)
{
  g_free (self->id);
  g_clear_error (&self->reason);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->changed);
}

static void
unref (TilescribeLevelListener *self)
{
  g_atomic_rc_box_release_full (self, (GDestroyNotify) destroy);
}

static void
set_level (TilescribeLevelListener *self, float level)
{
  gint bits;

  memcpy (&bits, &level, sizeof bits);
  g_atomic_int_set (&self->level, bits);
}

float
tilescribe_level_listener_get_level (gpointer listener)
{
  TilescribeLevelListener *self = listener;
  gint bits = g_atomic_int_get (&self->level);
  float level;

  memcpy (&level, &bits, sizeof level);
  return level;
}

static void
on_heard (const ScribeSound *sound, gpointer data)
{
  set_level (data, sound->peak);
}

static void
end (TilescribeLevelListener *self, const GError *reason)
{
  g_mutex_lock (&self->lock);
  self->ended = TRUE;
  if (reason && self->reason == NULL)
    self->reason = g_error_copy (reason);
  g_cond_signal (&self->changed);
  g_mutex_unlock (&self->lock);
}

static void
on_ended (const GError *reason, gpointer data)
{
  end (data, reason);
}

static gboolean
tell (gpointer data)
{
  TilescribeLevelListener *self = data;

  if (self->lost && self->reason)
    self->lost (self->reason, self->data);
  return G_SOURCE_REMOVE;
}

static gpointer
listen_in_thread (gpointer data)
{
  static const ScribeMicrophoneEvents events = { on_heard, on_ended };
  TilescribeLevelListener *self = data;
  g_autoptr (GError) error = NULL;
  ScribeMicrophone *microphone = scribe_microphone_open (self->id, &events, self, &error);

  if (microphone == NULL)
    end (self, error);
  g_mutex_lock (&self->lock);
  while (!self->unwanted && !self->ended)
    g_cond_wait (&self->changed, &self->lock);
  g_mutex_unlock (&self->lock);
  g_clear_pointer (&microphone, scribe_microphone_free);
  set_level (self, 0);
  g_idle_add_full (G_PRIORITY_DEFAULT, tell, self, (GDestroyNotify) unref);
  return NULL;
}

TilescribeLevelListener *
tilescribe_level_listener_new (const char *id, TilescribeLevelLost lost, gpointer data)
{
  TilescribeLevelListener *self = g_atomic_rc_box_new0 (TilescribeLevelListener);

  self->id = g_strdup (id);
  self->lost = lost;
  self->data = data;
  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
  g_thread_unref (g_thread_new ("level", listen_in_thread, g_atomic_rc_box_acquire (self)));
  return self;
}

void
tilescribe_level_listener_free (TilescribeLevelListener *self)
{
  self->lost = NULL;
  g_mutex_lock (&self->lock);
  self->unwanted = TRUE;
  g_cond_signal (&self->changed);
  g_mutex_unlock (&self->lock);
  unref (self);
}
