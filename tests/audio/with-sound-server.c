/* with-sound-server.c - runs a command whose microphone hears what it plays with `paplay FILE`
 *
 *   with-sound-server COMMAND [ARGUMENT...]
 *
 * The sink is named "mic". Exits as the command does; with 77, which means skipped, where PulseAudio is not installed.
 *
 * SPDX-License-Identifier: MIT
 */
#include "sound-server.h"

#include <sys/wait.h>

#define SKIPPED 77

int
main (int argc, char **argv)
{
  g_autoptr (SoundServer) server = NULL;
  g_autoptr (GError) error = NULL;
  int status;

  if (argc < 2)
    g_error ("Usage: with-sound-server COMMAND [ARGUMENT...]");
  server = sound_server_new ();
  if (sound_server_find_what_is_missing () != NULL)
    return SKIPPED;
  sound_server_start (server);
  sound_server_add_sink (server, "mic", 2, 48000);
  g_spawn_sync (NULL, argv + 1, NULL, G_SPAWN_SEARCH_PATH | G_SPAWN_CHILD_INHERITS_STDIN, NULL, NULL, NULL, NULL, &status,
                &error);
  g_assert_no_error (error);
  return WIFEXITED (status) ? WEXITSTATUS (status) : 1;
}
