/* interrupt.c - Ctrl-C, and what else asks a program to stop
 *
 * The work is done in the main thread, which has no main loop while it computes. So a thread of its own waits for the signals in
 * one; GLib's handlers carry them there, whichever thread they hit.
 *
 * SPDX-License-Identifier: MIT
 */
#include "interrupt.h"

#include "cli.h"

#include <glib-unix.h>
#include <signal.h>
#include <unistd.h>

struct _CliInterrupt
{
  GCancellable *cancellable;
  GMainContext *context;
  GMainLoop *loop;
  GThread *thread;
  int keep; /* atomic */
};

static const int signals[] = { SIGINT, SIGTERM, SIGHUP };

static gboolean
on_signal (gpointer data)
{
  CliInterrupt *interrupt = data;

  if (g_cancellable_is_cancelled (interrupt->cancellable) || !g_atomic_int_get (&interrupt->keep))
    _exit (CLI_FAILED);
  g_cancellable_cancel (interrupt->cancellable);
  return G_SOURCE_CONTINUE;
}

static gpointer
wait_for_signals (gpointer data)
{
  CliInterrupt *interrupt = data;

  g_main_loop_run (interrupt->loop);
  return NULL;
}

static gboolean
on_end (gpointer data)
{
  g_main_loop_quit (data);
  return G_SOURCE_REMOVE;
}

/* As nohup(1) and shells do for what is to go on without them. */
static gboolean
is_ignored (int signal_number)
{
  struct sigaction action;

  return sigaction (signal_number, NULL, &action) == 0 && action.sa_handler == SIG_IGN;
}

CliInterrupt *
cli_interrupt_new (void)
{
  CliInterrupt *interrupt = g_new0 (CliInterrupt, 1);

  interrupt->cancellable = g_cancellable_new ();
  interrupt->context = g_main_context_new ();
  interrupt->loop = g_main_loop_new (interrupt->context, FALSE);
  for (gsize i = 0; i < G_N_ELEMENTS (signals); i++)
    if (!is_ignored (signals[i]))
      {
        g_autoptr (GSource) source = g_unix_signal_source_new (signals[i]);

        g_source_set_callback (source, on_signal, interrupt, NULL);
        g_source_attach (source, interrupt->context);
      }
  interrupt->thread = g_thread_new ("interrupt", wait_for_signals, interrupt);
  return interrupt;
}

void
cli_interrupt_free (CliInterrupt *interrupt)
{
  g_autoptr (GSource) end = g_idle_source_new ();

  g_source_set_callback (end, on_end, interrupt->loop, NULL);
  g_source_attach (end, interrupt->context);
  g_thread_join (interrupt->thread);
  g_main_loop_unref (interrupt->loop);
  g_main_context_unref (interrupt->context);
  g_object_unref (interrupt->cancellable);
  g_free (interrupt);
}

void
cli_interrupt_keep (CliInterrupt *interrupt)
{
  g_atomic_int_set (&interrupt->keep, TRUE);
}

GCancellable *
cli_interrupt_get_cancellable (CliInterrupt *interrupt)
{
  return interrupt->cancellable;
}

gboolean
cli_interrupt_is_asked (CliInterrupt *interrupt)
{
  return g_cancellable_is_cancelled (interrupt->cancellable);
}
