/* chimes.c - the sounds of a dictation that begins and ends
 *
 * SPDX-License-Identifier: MIT
 */
#include "chimes.h"

#include "tilescribe.h"

static const char *const files[TILESCRIBE_N_CHIMES] = { "begin.wav", "end.wav" };

struct _TilescribeChimes
{
  GSettings *settings;
  GCancellable *closed;
  ScribePlayer *players[TILESCRIBE_N_CHIMES]; /* NULL: not opened yet, or not there */
};

/* A sound that cannot be heard stops nobody. */
static void
on_played (const GError *reason, gpointer data)
{
}

static void
player_free (gpointer player)
{
  scribe_player_free (player);
}

static void
open_player (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  g_autofree char *folder = scribe_data_folder ();
  g_autofree char *path = g_build_filename (folder, "sounds", files[GPOINTER_TO_UINT (data)], NULL);
  g_autoptr (GError) error = NULL;
  ScribePlayer *player = scribe_player_open (path, on_played, NULL, &error);

  if (player)
    g_task_return_pointer (task, player, player_free);
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

static void
on_opened (GObject *source, GAsyncResult *result, gpointer data)
{
  guint chime = GPOINTER_TO_UINT (g_task_get_task_data (G_TASK (result)));
  g_autoptr (GError) error = NULL;
  g_autoptr (ScribePlayer) player = g_task_propagate_pointer (G_TASK (result), &error);
  TilescribeChimes *chimes = data;

  if (player == NULL)
    {
      if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        g_message ("%s", error->message);
      return;
    }
  if (chimes->players[chime] == NULL)
    chimes->players[chime] = g_steal_pointer (&player);
  scribe_player_play (chimes->players[chime]);
}

TilescribeChimes *
tilescribe_chimes_new (GSettings *settings)
{
  TilescribeChimes *chimes = g_new0 (TilescribeChimes, 1);

  chimes->settings = g_object_ref (settings);
  chimes->closed = g_cancellable_new ();
  return chimes;
}

void
tilescribe_chimes_free (TilescribeChimes *chimes)
{
  g_cancellable_cancel (chimes->closed);
  for (guint i = 0; i < TILESCRIBE_N_CHIMES; i++)
    g_clear_pointer (&chimes->players[i], scribe_player_free);
  g_object_unref (chimes->closed);
  g_object_unref (chimes->settings);
  g_free (chimes);
}

void
tilescribe_chimes_play (TilescribeChimes *chimes, TilescribeChime chime)
{
  g_autoptr (GTask) task = NULL;

  if (!g_settings_get_boolean (chimes->settings, "sounds"))
    return;
  if (chimes->players[chime])
    {
      scribe_player_seek (chimes->players[chime], 0);
      scribe_player_play (chimes->players[chime]);
      return;
    }
  task = g_task_new (NULL, chimes->closed, on_opened, chimes);
  g_task_set_check_cancellable (task, TRUE);
  g_task_set_task_data (task, GUINT_TO_POINTER (chime), NULL);
  g_task_run_in_thread (task, open_player);
}
