/* bench.c - tilescribe bench: how fast a model runs here
 *
 * The model is loaded a number of times, the engine before it freed. After one run of the last that is not counted, each stage is timed
 * as often over a window of silence (the work does not depend on what is said) and a fixed number of tokens. A recording, if
 * one is given, is transcribed as often, too.
 *
 * An emulated NPU has no speed of its own: for it the tables are those of a model of the hardware (trial.h). A real one has
 * tables as much like those as can be measured, and several devices have one table, a column each.
 *
 * SPDX-License-Identifier: MIT
 */
#include "bench.h"

#include "bandwidth.h"
#include "cli.h"
#include "trial.h"

#include <glib/gi18n.h>
#include <sys/resource.h>

#define MAX_RUNS    1000
#define MAX_TOKENS  448
#define MAX_THREADS 256

static CliStatus run (const CliCommand *command, char **argv);

const CliCommand cli_bench = {
  .name = "bench",
  .arguments = N_ ("[RECORDING]"),
  .n_max = 1,
  .summary = N_ ("Measure how fast a model runs here"),
  .details = N_ (
      "Times are medians. Without a RECORDING the real-time factor is that of a window of 30 seconds with as many tokens as\n"
      "--tokens says, about as many as are spoken in it.\n\n"
      "With --device emulator all times are modelled: those that an NPU with 4 to 32 tiles would take, fast and accurate.\n"
      "With --device npu and no RECORDING they are measured on the NPU, and divided into submit, wait and host.\n"
      "With --compare each DEVICE has a column: cpu,npu,emulator, say."),
  .run = run,
};

typedef struct
{
  char *model, *device, *compare;
  int threads, runs, tokens;
  gboolean fast, json, ops;
} Settings;

static void
settings_clear (Settings *s)
{
  g_free (s->model);
  g_free (s->device);
  g_free (s->compare);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Settings, settings_clear)

static void
bench_clear (CliBench *bench)
{
  for (guint i = 0; i < CLI_N_STAGES; i++)
    g_clear_pointer (&bench->seconds[i], g_array_unref);
  g_clear_pointer (&bench->totals, g_array_unref);
  scribe_run_stats_clear (&bench->run);
  g_clear_pointer (&bench->engine, scribe_engine_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CliBench, bench_clear)

static double
decoder_bytes (const ScribeProfile *profile)
{
  double bytes = 0;

  for (guint i = 0; i < profile->rows->len; i++)
    {
      const ScribeProfileRow *row = &g_array_index (profile->rows, ScribeProfileRow, i);

      if (g_str_has_prefix (row->op, "decoder."))
        bytes += row->bytes;
    }
  return bytes;
}

static void
note (CliBench *bench, CliStage stage, double seconds)
{
  g_array_append_val (bench->seconds[stage], seconds);
}

static gboolean
load (CliBench *bench, const Settings *s, const char *path, GError **error)
{
  ScribeEngineOptions options;
  gint64 start;

  g_clear_pointer (&bench->engine, scribe_engine_free);
  scribe_engine_options_init (&options);
  options.model = path;
  options.device = s->device;
  options.n_threads = (guint) s->threads;
  options.fast = s->fast;
  start = g_get_monotonic_time ();
  bench->engine = scribe_engine_new (&options, error);
  note (bench, CLI_STAGE_LOAD, (double) (g_get_monotonic_time () - start) * 1e-6);
  return bench->engine != NULL;
}

static gboolean
run_window (CliBench *bench, GError **error)
{
  ScribeProfile *profile = scribe_engine_get_profile (bench->engine);
  double mel = scribe_profile_seconds (profile, "mel.");
  double encoder = scribe_profile_seconds (profile, "encoder."), cross = scribe_profile_seconds (profile, "encoder.cross.");
  double bytes = decoder_bytes (profile), token, prompt;

  if (!scribe_engine_warm_up (bench->engine, bench->n_tokens, NULL, &token, NULL, error))
    return FALSE;
  cross = scribe_profile_seconds (profile, "encoder.cross.") - cross;
  note (bench, CLI_STAGE_MEL, scribe_profile_seconds (profile, "mel.") - mel);
  note (bench, CLI_STAGE_ENCODE, scribe_profile_seconds (profile, "encoder.") - encoder - cross);
  note (bench, CLI_STAGE_CROSS, cross);
  note (bench, CLI_STAGE_TOKEN, token);
  bench->token_bytes = (decoder_bytes (profile) - bytes) / bench->n_tokens;

  if (!scribe_engine_read_prompt (bench->engine, CLI_BENCH_PROMPT, &prompt, error))
    return FALSE;
  note (bench, CLI_STAGE_PROMPT, prompt);
  return TRUE;
}

static gboolean
run_recording (CliBench *bench, GError **error)
{
  g_autoptr (ScribeAudioFile) audio = scribe_audio_file_open (bench->recording, NULL, error);
  ScribeTranscribeEvents events = { 0 };
  ScribeTranscribeOptions options;
  const char *device = scribe_engine_get_device (bench->engine);
  double total;

  if (audio == NULL)
    return FALSE;
  scribe_transcribe_options_init (&options);
  options.condition = scribe_catalogue_conditions (scribe_engine_get_model_name (bench->engine));
  scribe_run_stats_clear (&bench->run);
  if (!scribe_engine_transcribe (bench->engine, audio, &options, &events, &bench->run, NULL, error))
    return FALSE;
  /* the engine goes on where a device fails: what took its place was not to be measured */
  if (g_strcmp0 (scribe_engine_get_device (bench->engine), device) != 0)
    {
      g_set_error_literal (error, SCRIBE_ERROR, SCRIBE_ERROR_DEVICE, scribe_engine_get_device_reason (bench->engine));
      return FALSE;
    }
  total = bench->run.total - bench->run.load;
  g_array_append_val (bench->totals, total);
  return TRUE;
}

static gboolean
measure (CliBench *bench, const Settings *s, GError **error)
{
  g_autofree char *path = scribe_catalogue_find (s->model, error);
  struct rusage usage;

  if (path == NULL)
    return FALSE;
  for (guint i = 0; i < bench->n_runs; i++)
    if (!load (bench, s, path, error))
      return FALSE;
  if (!scribe_engine_warm_up (bench->engine, 2, NULL, NULL, NULL, error))
    return FALSE;
  scribe_profile_reset (scribe_engine_get_profile (bench->engine));
  for (guint i = 0; i < bench->n_runs; i++)
    if (!run_window (bench, error))
      return FALSE;
  for (guint i = 0; i < bench->n_runs && bench->recording; i++)
    if (!run_recording (bench, error))
      return FALSE;

  getrusage (RUSAGE_SELF, &usage); /* before the buffer of the next measurement counts, too */
  bench->peak_memory = (guint64) usage.ru_maxrss * 1024;
  bench->bandwidth = cli_bandwidth_measure (scribe_engine_get_n_threads (bench->engine));
  return TRUE;
}

static char **
parse (const CliCommand *command, char **argv, Settings *s)
{
  const GOptionEntry entries[] = {
    { "model", 'm', 0, G_OPTION_ARG_FILENAME, &s->model, N_ ("Model to use: a name from “models list”, or a file"),
      N_ ("MODEL") },
    { "device", 'd', 0, G_OPTION_ARG_FILENAME, &s->device, N_ ("Where to compute: auto, npu, cpu, emulator or reference"),
      N_ ("DEVICE") },
    { "compare", 'c', 0, G_OPTION_ARG_STRING, &s->compare, N_ ("Devices side by side, with a comma between them"),
      N_ ("DEVICES") },
    { "fast", 0, 0, G_OPTION_ARG_NONE, &s->fast, N_ ("On an NPU: faster and less exact"), NULL },
    { "threads", 't', 0, G_OPTION_ARG_INT, &s->threads, N_ ("Threads to use; 0: as many as make sense"), "N" },
    { "runs", 'r', 0, G_OPTION_ARG_INT, &s->runs, N_ ("Take the median of N runs; 5 unless told"), "N" },
    { "tokens", 0, 0, G_OPTION_ARG_INT, &s->tokens, N_ ("Tokens of a window; 100 unless told"), "N" },
    { "ops", 0, 0, G_OPTION_ARG_NONE, &s->ops, N_ ("A row for each operation, not each kind"), NULL },
    { "json", 'j', 0, G_OPTION_ARG_NONE, &s->json, N_ ("Print JSON"), NULL },
    { NULL },
  };

  return cli_parse (command, entries, argv);
}

/* Prints a report, or tells why there is none. */
static CliStatus
show (const Settings *s, const ScribeReport *report, const GError *error)
{
  if (report == NULL)
    return cli_fail (error);
  if (s->json)
    cli_trial_print_json (report);
  else
    cli_trial_print (report);
  return CLI_DONE;
}

static CliStatus
bench_npu (const Settings *s)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = scribe_catalogue_find (s->model, &error);
  ScribeTrialOptions options = { .model = path, .device = s->device, .n_runs = (guint) s->runs };
  g_autoptr (ScribeReport) report = path ? cli_trial_bench (&options, &error) : NULL;

  return show (s, report, error);
}

static CliStatus
bench_several (const Settings *s)
{
  g_auto (GStrv) devices = g_strsplit (s->compare, ",", -1);
  g_autoptr (GError) error = NULL;
  g_autofree char *path = scribe_catalogue_find (s->model, &error);
  ScribeCompareOptions options = { .model = path,
                                   .devices = (const char *const *) devices,
                                   .fast = s->fast,
                                   .n_threads = (guint) s->threads,
                                   .n_runs = (guint) s->runs };
  g_autoptr (ScribeReport) report = path ? cli_trial_compare (&options, &error) : NULL;

  return show (s, report, error);
}

/* TRUE if what was asked for goes together. */
static gboolean
check (const Settings *s, const char *recording)
{
  if (s->compare && s->device)
    {
      cli_complain (_ ("--compare names the devices: leave --device out."));
      return FALSE;
    }
  if (s->compare && recording)
    {
      cli_complain (_ ("Devices are compared without a recording: leave “%s” out."), recording);
      return FALSE;
    }
  if (recording && g_strcmp0 (s->device, "emulator") == 0)
    {
      cli_complain (_ ("What an NPU would take does not depend on a recording: leave “%s” out."), recording);
      return FALSE;
    }
  return cli_check_range ("runs", s->runs, 1, MAX_RUNS) && cli_check_range ("tokens", s->tokens, 1, MAX_TOKENS)
         && cli_check_range ("threads", s->threads, 0, MAX_THREADS);
}

/* TRUE where the tables are an NPU's own. */
static gboolean
is_trial (const Settings *s, const char *recording)
{
  return g_strcmp0 (s->device, "emulator") == 0 || (g_strcmp0 (s->device, "npu") == 0 && recording == NULL);
}

static CliStatus
run (const CliCommand *command, char **argv)
{
  g_auto (Settings) s = { .runs = 5, .tokens = 100 };
  g_auto (CliBench) bench = { 0 };
  g_auto (GStrv) rest = parse (command, argv, &s);
  g_autoptr (GError) error = NULL;

  if (rest == NULL || !check (&s, rest[0]))
    return CLI_USAGE;
  if (s.compare)
    return bench_several (&s);
  if (is_trial (&s, rest[0]))
    return bench_npu (&s);

  bench.n_runs = (guint) s.runs;
  bench.n_tokens = (guint) s.tokens;
  bench.recording = rest[0];
  for (guint i = 0; i < CLI_N_STAGES; i++)
    bench.seconds[i] = g_array_new (FALSE, FALSE, sizeof (double));
  bench.totals = g_array_new (FALSE, FALSE, sizeof (double));
  if (!measure (&bench, &s, &error))
    return cli_fail (error);
  if (s.json)
    cli_bench_print_json (&bench);
  else
    cli_bench_print_tables (&bench, s.ops);
  return CLI_DONE;
}
