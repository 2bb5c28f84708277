/* input.c - standard input that can be given up
 *
 * A read from a pipe whose writer says nothing waits for ever, and nothing else is looked at meanwhile. So standard input becomes a
 * pipe of our own, which a thread fills from the real one for as long as nobody cancels. A file is left alone: it never
 * waits, and can be sought in.
 *
 * SPDX-License-Identifier: MIT
 */
#include "input.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#define BLOCK (64 * 1024)

typedef struct
{
  int from, to;
  GCancellable *cancellable;
  int cancelled; /* readable once it is cancelled */
} Pump;

/* Waits until fd is ready; FALSE when cancelled. */
static gboolean
wait_for (const Pump *pump, int fd, short events)
{
  struct pollfd fds[] = { { fd, events, 0 }, { pump->cancelled, POLLIN, 0 } };

  while (poll (fds, G_N_ELEMENTS (fds), -1) < 0)
    if (errno != EINTR)
      return FALSE;
  return fds[1].revents == 0;
}

static gboolean
write_all (const Pump *pump, const guint8 *bytes, gsize n)
{
  while (n > 0)
    {
      gssize written;

      if (!wait_for (pump, pump->to, POLLOUT))
        return FALSE;
      written = write (pump->to, bytes, n);
      if (written < 0 && errno != EAGAIN && errno != EINTR)
        return FALSE;
      bytes += MAX (written, 0);
      n -= (gsize) MAX (written, 0);
    }
  return TRUE;
}

static gpointer
pump_run (gpointer data)
{
  Pump *pump = data;
  g_autofree guint8 *block = g_malloc (BLOCK);
  gssize n = 1;

  while (n > 0 && wait_for (pump, pump->from, POLLIN))
    {
      n = read (pump->from, block, BLOCK);
      if (n < 0 && (errno == EAGAIN || errno == EINTR))
        n = 1;
      else if (n > 0 && !write_all (pump, block, (gsize) n))
        break;
    }
  close (pump->to);
  close (pump->from);
  g_cancellable_release_fd (pump->cancellable);
  g_object_unref (pump->cancellable);
  g_free (pump);
  return NULL;
}

void
cli_input_end_when_cancelled (GCancellable *cancellable)
{
  struct stat info;
  Pump *pump;
  int ends[2];

  if (fstat (STDIN_FILENO, &info) != 0 || S_ISREG (info.st_mode) || !g_unix_open_pipe (ends, FD_CLOEXEC, NULL))
    return;
  pump = g_new0 (Pump, 1);
  *pump = (Pump){ .from = fcntl (STDIN_FILENO, F_DUPFD_CLOEXEC, 3),
                  .to = ends[1],
                  .cancellable = g_object_ref (cancellable),
                  .cancelled = g_cancellable_get_fd (cancellable) };
  g_unix_set_fd_nonblocking (pump->to, TRUE, NULL);
  dup2 (ends[0], STDIN_FILENO);
  close (ends[0]);
  g_thread_unref (g_thread_new ("input", pump_run, pump));
}
