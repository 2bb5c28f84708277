/* listen.c - tilescribe listen: dictation in a terminal
 *
 * Text goes to standard output, an utterance a line, as soon as it is final; what is being said meanwhile stands on the last line of
 * a terminal. Everything is done by a ScribeSession, as it is for the window.
 *
 * SPDX-License-Identifier: MIT
 */
#include "cli.h"
#include "interrupt.h"
#include "live.h"
#include "terminal.h"

#include "tilescribe.h"

#include <fcntl.h>
#include <glib/gi18n.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#define REDRAW_MS 50

static CliStatus run (const CliCommand *command, char **argv);

const CliCommand cli_listen = {
  .name = "listen",
  .summary = N_ ("Dictate: what you say becomes text"),
  .details = N_ (
      "Speak; each utterance is a line of text when you pause. Ctrl-C ends, after what you said last was written. What is\n"
      "said is recorded on this machine only, and kept in the history.\n\n"
      "Examples:\n"
      "  tilescribe listen\n"
      "  tilescribe listen --once | xclip\n"
      "  tilescribe listen --microphones\n\n"
      "Exit status: 0 done, 1 something failed, 2 wrong usage."),
  .run = run,
};

typedef struct
{
  char *model, *device, *language, *prompt, *microphone;
  gboolean fast, translate, once, no_store, quiet, list;
  int threads;
  double pause;
} Settings;

static void
settings_clear (Settings *s)
{
  g_free (s->model);
  g_free (s->device);
  g_free (s->language);
  g_free (s->prompt);
  g_free (s->microphone);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Settings, settings_clear)

static char **
parse (const CliCommand *command, char **argv, Settings *s)
{
  const GOptionEntry entries[] = {
    { "model", 'm', 0, G_OPTION_ARG_FILENAME, &s->model, N_ ("Model to use: a name from “models list”, or a file"),
      N_ ("MODEL") },
    { "device", 'd', 0, G_OPTION_ARG_FILENAME, &s->device, N_ ("Where to compute: auto, npu, cpu, emulator or reference"),
      N_ ("DEVICE") },
    { "fast", 0, 0, G_OPTION_ARG_NONE, &s->fast, N_ ("On an NPU: faster and less exact"), NULL },
    { "language", 'l', 0, G_OPTION_ARG_FILENAME, &s->language, N_ ("Language spoken, like “de”; auto: find out"),
      N_ ("LANGUAGE") },
    { "translate", 0, 0, G_OPTION_ARG_NONE, &s->translate, N_ ("Translate to English"), NULL },
    { "prompt", 'p', 0, G_OPTION_ARG_FILENAME, &s->prompt, N_ ("What came before, or names to expect"), N_ ("TEXT") },
    { "microphone", 0, 0, G_OPTION_ARG_FILENAME, &s->microphone, N_ ("Microphone to use: an id from --microphones"), N_ ("ID") },
    { "microphones", 0, 0, G_OPTION_ARG_NONE, &s->list, N_ ("List the microphones, and do nothing else"), NULL },
    { "pause", 0, 0, G_OPTION_ARG_DOUBLE, &s->pause, N_ ("Seconds of silence that end an utterance"), N_ ("SECONDS") },
    { "once", '1', 0, G_OPTION_ARG_NONE, &s->once, N_ ("End after the first utterance"), NULL },
    { "threads", 't', 0, G_OPTION_ARG_INT, &s->threads, N_ ("Threads to use; 0: as many as make sense"), "N" },
    { "no-store", 0, 0, G_OPTION_ARG_NONE, &s->no_store, N_ ("Keep nothing in the history"), NULL },
    { "quiet", 'q', 0, G_OPTION_ARG_NONE, &s->quiet, N_ ("Nothing but text and errors"), NULL },
    { NULL },
  };

  return cli_parse (command, entries, argv);
}

static gboolean
check (const Settings *s)
{
  if (!cli_check_prompt (s->prompt))
    return FALSE;
  if (!(s->pause >= 0.2 && s->pause <= 10))
    {
      cli_complain (_ ("--pause wants seconds from 0.2 to 10."));
      return FALSE;
    }
  return cli_check_range ("threads", s->threads, 0, 256);
}

/* ALSA prints what it could not find to standard error; it says nothing to a person, and would stand in the live line. */
static int
silence_libraries (void)
{
  int kept = dup (STDERR_FILENO), nowhere = open ("/dev/null", O_WRONLY | O_CLOEXEC);

  if (nowhere >= 0)
    {
      dup2 (nowhere, STDERR_FILENO);
      close (nowhere);
    }
  return kept;
}

static void
unsilence_libraries (int kept)
{
  dup2 (kept, STDERR_FILENO);
  close (kept);
}

static CliStatus
list_microphones (void)
{
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func ((GDestroyNotify) g_strfreev);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) found = NULL;
  int kept = silence_libraries ();

  found = scribe_microphone_list (FALSE, &error);
  unsilence_libraries (kept);
  if (found == NULL)
    return cli_fail (error);
  if (found->len == 0)
    {
      cli_complain (_ ("There is no microphone. Connect one, or start the sound server."));
      return CLI_FAILED;
    }
  g_ptr_array_add (rows, cli_row (g_strdup (_ ("ID")), g_strdup (_ ("NAME")), NULL));
  for (guint i = 0; i < found->len; i++)
    {
      const ScribeMicrophoneInfo *info = g_ptr_array_index (found, i);

      g_ptr_array_add (rows, cli_row (g_strdup (info->id),
                                      info->is_default ? g_strdup_printf (_ ("%s (default)"), info->name) : g_strdup (info->name),
                                      NULL));
    }
  cli_print_table (rows, "ll");
  return CLI_DONE;
}

typedef struct
{
  GMainLoop *loop;
  ScribeSession *session;
  ScribeDictation *dictation;
  CliLive *live;
  CliStatus status;
} Listen;

static gboolean
redraw (gpointer data)
{
  static const char *const statuses[] = { N_ ("The microphone is being opened …"), N_ ("Speak."), N_ ("Finishing …"), "" };
  Listen *l = data;

  cli_live_update (l->live, _ (statuses[scribe_dictation_get_state (l->dictation)]), scribe_dictation_get_level (l->dictation),
                   scribe_dictation_get_stable (l->dictation), scribe_dictation_get_unstable (l->dictation));
  return G_SOURCE_CONTINUE;
}

static void
on_utterance (ScribeDictation *dictation, const ScribeUtterance *utterance, Listen *l)
{
  cli_live_hide (l->live);
  g_print ("%s\n", utterance->text);
  if (fflush (stdout) != 0)
    scribe_dictation_stop (dictation);
}

static void
on_ended (ScribeDictation *dictation, const GError *reason, Listen *l)
{
  cli_live_hide (l->live);
  if (reason)
    l->status = cli_fail (reason);
  g_main_loop_quit (l->loop);
}

static void
on_trouble (ScribeSession *session, GParamSpec *pspec, Listen *l)
{
  cli_live_hide (l->live);
  if (scribe_session_get_trouble (session))
    cli_complain ("%s", scribe_session_get_trouble (session));
}

/* What an earlier program left behind when it died. */
static void
on_recovered (ScribeJob *job, GParamSpec *pspec, Listen *l)
{
  g_autofree char *id = NULL;

  if (scribe_job_get_state (job) != SCRIBE_JOB_DONE || scribe_job_get_transcript (job) == 0)
    return;
  id = g_strdup_printf ("%" G_GINT64_FORMAT, scribe_job_get_transcript (job));
  cli_live_hide (l->live);
  g_printerr (_ ("A dictation that was cut off earlier was recovered: “tilescribe history show %s” tells it.\n"), id);
}

static void
on_jobs (GListModel *jobs, guint position, guint n_removed, guint n_added, Listen *l)
{
  for (guint i = position; i < position + n_added; i++)
    {
      g_autoptr (ScribeJob) job = g_list_model_get_item (jobs, i);

      g_signal_connect (job, "notify::state", G_CALLBACK (on_recovered), l);
    }
}

static gboolean
on_interrupt (GCancellable *cancellable, gpointer data)
{
  scribe_dictation_stop (((Listen *) data)->dictation);
  return G_SOURCE_REMOVE;
}

static void
configure (ScribeSession *session, const Settings *s)
{
  ScribeSessionOptions options;

  scribe_session_options_init (&options);
  options.model = s->model;
  options.device = s->device;
  options.fast = s->fast;
  options.n_threads = (guint) s->threads;
  options.language = g_strcmp0 (s->language, "auto") == 0 ? NULL : s->language;
  options.translate = s->translate;
  options.prompt = s->prompt;
  options.keep_nothing = s->no_store;
  scribe_session_configure (session, &options);
}

static CliStatus
listen_until_stopped (const Settings *s)
{
  g_autoptr (CliInterrupt) interrupt = cli_interrupt_new ();
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GSource) interrupted = g_cancellable_source_new (cli_interrupt_get_cancellable (interrupt));
  g_autoptr (ScribeSession) session = scribe_session_new (NULL);
  g_autoptr (CliLive) live = cli_live_new (s->quiet);
  g_autoptr (ScribeDictation) dictation = NULL;
  Listen l = { loop, session, NULL, live, CLI_DONE };
  ScribeDictationOptions how;
  guint timer;

  cli_interrupt_keep (interrupt);
  signal (SIGPIPE, SIG_IGN);
  configure (session, s);
  g_signal_connect (session, "notify::trouble", G_CALLBACK (on_trouble), &l);
  scribe_session_warm_up (session);

  scribe_dictation_options_init (&how);
  how.microphone = s->microphone;
  how.pause = s->pause;
  how.stop_after_pause = s->once;
  l.dictation = dictation = g_object_ref (scribe_session_dictate (session, &how));
  g_signal_connect (dictation, "utterance", G_CALLBACK (on_utterance), &l);
  g_signal_connect (dictation, "ended", G_CALLBACK (on_ended), &l);
  g_signal_connect (scribe_session_get_jobs (session), "items-changed", G_CALLBACK (on_jobs), &l);
  if (!s->no_store)
    scribe_session_recover (session);

  g_source_set_callback (interrupted, G_SOURCE_FUNC (on_interrupt), &l, NULL);
  g_source_attach (interrupted, NULL);
  timer = g_timeout_add (REDRAW_MS, redraw, &l);
  g_main_loop_run (loop);
  g_source_remove (timer);
  g_source_destroy (interrupted);
  scribe_session_close (session);
  return l.status;
}

static CliStatus
run (const CliCommand *command, char **argv)
{
  g_auto (Settings) settings = { .pause = 0.8 };
  g_auto (GStrv) nothing = parse (command, argv, &settings);

  if (nothing == NULL || !check (&settings))
    return CLI_USAGE;
  return settings.list ? list_microphones () : listen_until_stopped (&settings);
}
