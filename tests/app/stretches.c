/* stretches.c - how long the window's thread works without looking up
 *
 *   LD_PRELOAD=stretches.so STRETCHES=FILE PROGRAM
 *
 * Between two looks at what happened, the thread that draws can answer nobody. Preloaded, this stands between the program and GLib's main loop
 * and writes a line for each turn of the main thread: monotonic time of its end, processor time, and time
 * on the clock that was not spent in poll(), all in microseconds. Processor time tells what the program does itself, however busy the machine
 * is; the time on the clock also tells where it waited for somebody else.
 *
 * SPDX-License-Identifier: MIT
 */
#include <dlfcn.h>
#include <glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static gint64 in_poll; /* of the turn under way */

static gint64
processor_time (void)
{
  struct timespec t;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &t);
  return t.tv_sec * G_USEC_PER_SEC + t.tv_nsec / 1000;
}

static int
timed_poll (GPollFD *fds, guint n, int timeout)
{
  gint64 begin = g_get_monotonic_time ();
  int result = g_poll (fds, n, timeout);

  in_poll += g_get_monotonic_time () - begin;
  return result;
}

static void
tell (gint64 processor, gint64 clock)
{
  static FILE *out;

  if (out == NULL)
    out = fopen (getenv ("STRETCHES"), "a");
  if (out)
    {
      fprintf (out, "%" G_GINT64_FORMAT " %" G_GINT64_FORMAT " %" G_GINT64_FORMAT "\n", g_get_monotonic_time (), processor,
               clock);
      fflush (out);
    }
}

__attribute__ ((visibility ("default"))) gboolean
g_main_context_iteration (GMainContext *context, gboolean may_block)
{
  static gboolean (*real) (GMainContext *, gboolean);
  gint64 processor = processor_time (), clock = g_get_monotonic_time ();
  gboolean result;

  if (real == NULL)
    real = (gboolean (*) (GMainContext *, gboolean)) dlsym (RTLD_NEXT, "g_main_context_iteration");
  if (gettid () != getpid () || getenv ("STRETCHES") == NULL)
    return real (context, may_block);
  g_main_context_set_poll_func (NULL, timed_poll);
  in_poll = 0;
  result = real (context, may_block);
  processor = processor_time () - processor;
  clock = g_get_monotonic_time () - clock - in_poll;
  tell (processor, clock);
  return result;
}
