/* transcribe.c - tilescribe transcribe: recordings become text
 *
 * Options are checked and outputs tried before the model is loaded; then one recording after the other goes through the same
 * engine (recording.c).
 *
 * SPDX-License-Identifier: MIT
 */
#include "cli.h"
#include "interrupt.h"
#include "outputs.h"
#include "recording.h"
#include "terminal.h"

#include "tilescribe.h"

#include <glib/gi18n.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#define MAX_BEAMS   16
#define MAX_WINDOWS 64
#define MAX_THREADS 256

static CliStatus run (const CliCommand *command, char **argv);

const CliCommand cli_transcribe = {
  .name = "transcribe",
  .arguments = N_ ("FILE…"),
  .n_min = 1,
  .summary = N_ ("Turn recordings into text"),
  .details = N_ (
      "FILE is any audio or video file that FFmpeg reads, or “-” for standard input. On a terminal a bar shows how far it\n"
      "is; in a pipe there is only the text. Ctrl-C stops, and keeps what is done.\n\n"
      "Examples:\n"
      "  tilescribe transcribe talk.mp3\n"
      "  tilescribe transcribe --format srt --output film.srt film.mkv\n"
      "  tilescribe transcribe --output notes/ *.ogg\n\n"
      "Exit status: 0 done, 1 something failed or was stopped, 2 wrong usage."),
  .run = run,
};

typedef struct
{
  char *model, *device, *language, *format_name, *output, *prompt;
  gboolean fast, int8, translate, word_times, no_timestamps, no_vad, log_kernels, no_store, quiet;
  int beam, threads, batch;
  ScribeFormat format;
} Settings;

static void
settings_clear (Settings *s)
{
  g_free (s->model);
  g_free (s->device);
  g_free (s->language);
  g_free (s->format_name);
  g_free (s->output);
  g_free (s->prompt);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Settings, settings_clear)

/* Texts are taken as file names are, byte by byte: a prompt in UTF-8 must get through in the C locale, too. */
static char **
parse (const CliCommand *command, char **argv, Settings *s)
{
  const GOptionEntry entries[] = {
    { "model", 'm', 0, G_OPTION_ARG_FILENAME, &s->model, N_ ("Model to use: a name from “models list”, or a file"),
      N_ ("MODEL") },
    { "device", 'd', 0, G_OPTION_ARG_FILENAME, &s->device, N_ ("Where to compute: auto, npu, cpu, emulator or reference"),
      N_ ("DEVICE") },
    { "fast", 0, 0, G_OPTION_ARG_NONE, &s->fast, N_ ("On an NPU: faster and less exact"), NULL },
    { "int8", 0, 0, G_OPTION_ARG_NONE, &s->int8, N_ ("On an NPU: as fast, and with 8-bit integers (see calibrate)"), NULL },
    { "language", 'l', 0, G_OPTION_ARG_FILENAME, &s->language, N_ ("Language spoken, like “de”; auto: find out"),
      N_ ("LANGUAGE") },
    { "translate", 0, 0, G_OPTION_ARG_NONE, &s->translate, N_ ("Translate to English"), NULL },
    { "format", 'f', 0, G_OPTION_ARG_FILENAME, &s->format_name, N_ ("txt (a line per segment), srt, vtt, json or csv"),
      N_ ("FORMAT") },
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &s->output, N_ ("File to write, or folder for several; “-” is standard output"),
      N_ ("PATH") },
    { "word-times", 'w', 0, G_OPTION_ARG_NONE, &s->word_times, N_ ("Find the time of each word"), NULL },
    { "no-timestamps", 0, 0, G_OPTION_ARG_NONE, &s->no_timestamps, N_ ("One segment per window of 30 seconds"), NULL },
    { "prompt", 'p', 0, G_OPTION_ARG_FILENAME, &s->prompt, N_ ("What came before, or names to expect"), N_ ("TEXT") },
    { "beam", 'b', 0, G_OPTION_ARG_INT, &s->beam, N_ ("Follow the N likeliest texts at once; 1 is fastest"), "N" },
    { "batch", 0, 0, G_OPTION_ARG_INT, &s->batch, N_ ("Cut at silences and do N pieces at once"), "N" },
    { "no-vad", 0, 0, G_OPTION_ARG_NONE, &s->no_vad, N_ ("Listen to silence, too"), NULL },
    { "threads", 't', 0, G_OPTION_ARG_INT, &s->threads, N_ ("Threads to use; 0: as many as make sense"), "N" },
    { "log-kernels", 0, 0, G_OPTION_ARG_NONE, &s->log_kernels, N_ ("Tell which kernels an NPU runs, op by op"), NULL },
    { "no-store", 0, 0, G_OPTION_ARG_NONE, &s->no_store, N_ ("Keep nothing in the history"), NULL },
    { "quiet", 'q', 0, G_OPTION_ARG_NONE, &s->quiet, N_ ("No progress, only text and errors"), NULL },
    { NULL },
  };

  return cli_parse (command, entries, argv);
}

static gboolean
check (Settings *s)
{
  if (s->format_name && !scribe_format_from_name (s->format_name, &s->format))
    {
      cli_complain (_ ("There is no format “%s”. The formats are txt, srt, vtt, json and csv."), s->format_name);
      return FALSE;
    }
  return cli_check_prompt (s->prompt) && cli_check_range ("beam", s->beam, 1, MAX_BEAMS)
         && cli_check_range ("batch", s->batch, 0, MAX_WINDOWS) && cli_check_range ("threads", s->threads, 0, MAX_THREADS);
}

static void
to_options (const Settings *s, ScribeTranscribeOptions *options)
{
  scribe_transcribe_options_init (options);
  options->language = g_strcmp0 (s->language, "auto") == 0 ? NULL : s->language;
  options->translate = s->translate;
  options->prompt = s->prompt;
  options->beam = (guint) s->beam;
  options->timestamps = !s->no_timestamps;
  options->word_times = s->word_times;
  options->vad = !s->no_vad;
  options->batch = s->batch > 0;
}

static ScribeEngine *
load (const Settings *s, const ScribeTranscribeOptions *how, GError **error)
{
  g_autofree char *path = scribe_catalogue_find (s->model, error);
  ScribeEngineOptions options;
  ScribeEngine *engine;

  if (path == NULL)
    return NULL;
  scribe_engine_options_init (&options);
  options.model = path;
  options.device = s->device;
  options.fast = s->fast;
  options.integers = s->int8;
  options.n_threads = (guint) s->threads;
  options.n_beams = MAX (how->beam, how->best_of);
  options.n_windows = (guint) MAX (s->batch, 1);
  engine = scribe_engine_new (&options, error);
  if (engine && s->model == NULL && !s->quiet && cli_is_terminal (STDERR_FILENO)
      && g_str_has_prefix (scribe_engine_get_model_name (engine), "starter"))
    cli_say ("%s", _ ("This uses the starter model, which was trained on synthetic speech only. “tilescribe models get base.en” "
                      "gets a real one."));
  return engine;
}

static void
tell_kernels (ScribeEngine *engine)
{
  g_autofree char *kernels = scribe_engine_describe_kernels (engine);

  if (kernels == NULL)
    cli_complain (_ ("The device “%s” has no kernels to choose from."), scribe_engine_get_device (engine));
  else
    g_printerr ("%s", kernels);
}

/* The history, or NULL where it is not wanted or cannot be used: that stops nobody from transcribing. */
static ScribeStore *
open_store (const Settings *s)
{
  g_autofree char *path = scribe_store_default_path ();
  g_autoptr (GError) error = NULL;
  ScribeStore *store;

  if (s->no_store)
    return NULL;
  store = scribe_store_open (path, FALSE, &error);
  if (store == NULL)
    cli_complain (_ ("%s The work goes on; nothing is kept in the history."), error->message);
  return store;
}

static CliStatus
transcribe_all (const CliTranscriber *with, char *const *files, GPtrArray *outputs)
{
  CliStatus status = CLI_DONE;

  for (guint i = 0; files[i] && !cli_interrupt_is_asked (with->interrupt); i++)
    switch (cli_recording_transcribe (with, files[i], outputs->pdata[i]))
      {
      case CLI_RECORDING_DONE:
        break;
      case CLI_RECORDING_FAILED:
        status = CLI_FAILED;
        break;
      case CLI_RECORDING_STOPPED:
        return CLI_FAILED;
      case CLI_RECORDING_NONSENSE:
        return CLI_USAGE;
      }
  return cli_interrupt_is_asked (with->interrupt) ? CLI_FAILED : status;
}

static CliStatus
run (const CliCommand *command, char **argv)
{
  g_auto (Settings) settings = { .beam = 1 };
  g_auto (GStrv) files = parse (command, argv, &settings);
  g_autoptr (CliInterrupt) interrupt = NULL;
  g_autoptr (GPtrArray) outputs = NULL;
  g_autoptr (ScribeEngine) engine = NULL;
  g_autoptr (ScribeStore) store = NULL;
  g_autoptr (GError) error = NULL;
  ScribeTranscribeOptions options;

  if (files == NULL || !check (&settings))
    return CLI_USAGE;
  to_options (&settings, &options);
  outputs = cli_outputs_new (files, settings.output, settings.format, &error);
  if (outputs == NULL)
    return cli_fail (error);

  interrupt = cli_interrupt_new ();
  engine = load (&settings, &options, &error);
  if (engine == NULL)
    return cli_fail (error);
  if (settings.log_kernels)
    tell_kernels (engine);
  options.condition = scribe_catalogue_conditions (scribe_engine_get_model_name (engine));
  cli_interrupt_keep (interrupt);
  signal (SIGPIPE, SIG_IGN); /* a reader that goes away ends the run in order, not the process at once */
  store = open_store (&settings);

  return transcribe_all (&(CliTranscriber){ engine, &options, settings.format, store, interrupt, settings.quiet }, files,
                         outputs);
}
