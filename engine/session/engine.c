/* engine.c - a model made ready on a device
 *
 * SPDX-License-Identifier: MIT
 */
#include "session/engine.h"

#include "decode/recording.h"
#include "device/npu/npu-power.h"

#include <glib/gi18n-lib.h>
#include <sched.h>
#include <string.h>
#include <sys/resource.h>

#define MAX_THREADS 8
#define MAX_BEAMS   (SCRIBE_TOP_MAX - 1)
#define MAX_WINDOWS 64

struct _ScribeEngine
{
  ScribeDecoder *decoder;
  char *device_reason;
  double load; /* seconds; told in the first run, 0 afterwards */
  guint depth; /* of runs within runs */
  guint n_threads;
};

void
scribe_engine_options_init (ScribeEngineOptions *options)
{
  *options = (ScribeEngineOptions){ .n_beams = 5, .n_windows = 1 };
}

void
scribe_transcribe_options_init (ScribeTranscribeOptions *options)
{
  *options = (ScribeTranscribeOptions){
    .beam = 1,
    .best_of = 5,
    .temperature_step = 0.2f,
    .compression_ratio_limit = 2.4f,
    .logprob_limit = -1,
    .no_speech_limit = 0.6f,
    .guess_limit = -2,
    .timestamps = TRUE,
    .condition = TRUE,
    .vad = TRUE,
  };
}

/* Processors that this process may run on. */
static guint
n_processors (void)
{
  cpu_set_t set;

  return sched_getaffinity (0, sizeof set, &set) == 0 ? MIN ((guint) CPU_COUNT (&set), MAX_THREADS) : 1;
}

static gboolean
check_options (const ScribeEngineOptions *options, GError **error)
{
  if (options->n_beams < 1 || options->n_beams > MAX_BEAMS)
    {
      g_set_error (error, SCRIBE_ERROR, SCRIBE_ERROR_OPTION, _ ("A search has 1 to %d beams, not %u."), MAX_BEAMS,
                   options->n_beams);
      return FALSE;
    }
  if (options->n_windows < 1 || options->n_windows > MAX_WINDOWS)
    {
      g_set_error (error, SCRIBE_ERROR, SCRIBE_ERROR_OPTION, _ ("1 to %d windows can be decoded at once, not %u."), MAX_WINDOWS,
                   options->n_windows);
      return FALSE;
    }
  return TRUE;
}

/* A decoder, which takes over the graph, on the device that was asked for. What was not asked for by name, and has no room for this model, has the CPU for a successor. */
static ScribeDecoder *
make_decoder (ScribeEngine *engine,
              const ScribeEngineOptions *options,
              ScribeModel *model,
              ScribeWhisperGraph *graph,
              const ScribeDeviceOptions *device_options,
              GError **error)
{
  const gboolean is_auto = options->device == NULL || strcmp (options->device, "auto") == 0;
  g_autoptr (ScribeWhisperGraph) whisper = graph;
  g_autoptr (GError) failure = NULL;
  ScribeDevice *device = scribe_device_open (options->device, device_options, &engine->device_reason, error);
  ScribeDecoder *decoder;

  if (device == NULL)
    return NULL;
  decoder = scribe_decoder_new (g_steal_pointer (&whisper), device, options->n_windows, options->n_beams, &failure);
  if (decoder)
    return decoder;
  if (!is_auto || !g_error_matches (failure, SCRIBE_ERROR, SCRIBE_ERROR_DEVICE))
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return NULL;
    }
  g_clear_pointer (&engine->device_reason, g_free);
  device = scribe_device_open_instead (failure, device_options, &engine->device_reason, error);
  if (device == NULL)
    return NULL;
  return scribe_decoder_new (scribe_whisper_graph_new (model), device, options->n_windows, options->n_beams, error);
}

ScribeEngine *
scribe_engine_new (const ScribeEngineOptions *options, GError **error)
{
  g_autoptr (ScribeEngine) engine = g_new0 (ScribeEngine, 1);
  g_autoptr (ScribeModel) model = NULL;
  g_autoptr (ScribeWhisperGraph) whisper = NULL;
  ScribeDeviceOptions device_options;
  guint n_windows = options->n_windows + (options->nested ? 1 : 0);
  gint64 start = g_get_monotonic_time ();

  if (!check_options (options, error))
    return NULL;
  model = scribe_model_open (options->model, error);
  if (model == NULL)
    return NULL;

  whisper = scribe_whisper_graph_new (model);
  engine->n_threads = options->n_threads ? options->n_threads : n_processors ();
  device_options = scribe_device_options_of (whisper);
  device_options.n_sequences = n_windows * options->n_beams;
  device_options.n_windows = n_windows;
  device_options.n_threads = engine->n_threads;
  device_options.fast = options->fast;
  device_options.integers = options->integers;
  engine->decoder = make_decoder (engine, options, model, g_steal_pointer (&whisper), &device_options, error);
  if (engine->decoder == NULL)
    return NULL;
  engine->load = (g_get_monotonic_time () - start) * 1e-6;
  return g_steal_pointer (&engine);
}

void
scribe_engine_free (ScribeEngine *engine)
{
  g_clear_pointer (&engine->decoder, scribe_decoder_free);
  g_free (engine->device_reason);
  g_free (engine);
}

void
scribe_engine_wake (ScribeEngine *engine)
{
  scribe_device_wake (engine->decoder->device);
}

const char *
scribe_engine_get_device (ScribeEngine *engine)
{
  return engine->decoder->device->klass->name;
}

const char *
scribe_engine_get_device_reason (ScribeEngine *engine)
{
  return engine->decoder->failure ? engine->decoder->failure : engine->device_reason;
}

const char *
scribe_engine_get_model_name (ScribeEngine *engine)
{
  return scribe_model_get_name (engine->decoder->model);
}

gboolean
scribe_engine_is_multilingual (ScribeEngine *engine)
{
  return engine->decoder->special->multilingual;
}

guint
scribe_engine_get_n_threads (ScribeEngine *engine)
{
  return engine->n_threads;
}

char *
scribe_engine_describe_kernels (ScribeEngine *engine)
{
  const ScribeDecoder *decoder = engine->decoder;
  g_autoptr (GString) lines = g_string_new (NULL);

  if (!scribe_device_describe (decoder->device, decoder->audio, lines)
      || !scribe_device_describe (decoder->device, decoder->text, lines))
    return NULL;
  return g_string_free (g_steal_pointer (&lines), FALSE);
}

ScribeProfile *
scribe_engine_get_profile (ScribeEngine *engine)
{
  return engine->decoder->device->profile;
}

static guint64
peak_memory (void)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);
  return (guint64) usage.ru_maxrss * 1024;
}

/* What a run within another leaves as it was. */
typedef struct
{
  guint first_window, n_windows;
  const ScribeTranscribeEvents *events;
  ScribeRunStats stats;
} Outer;

/* The run that begins has windows of its own, and figures of its own. */
static void
enter_run (ScribeEngine *engine, Outer *outer)
{
  ScribeDecoder *decoder = engine->decoder;

  *outer = (Outer){ decoder->first_window, decoder->n_windows, decoder->events, decoder->stats };
  scribe_run_stats_init (&decoder->stats);
  if (engine->depth++ > 0)
    {
      decoder->first_window = outer->first_window + outer->n_windows;
      decoder->n_windows = 1;
    }
}

static void
leave_run (ScribeEngine *engine, const Outer *outer)
{
  ScribeDecoder *decoder = engine->decoder;

  scribe_run_stats_clear (&decoder->stats);
  decoder->stats = outer->stats;
  decoder->events = outer->events;
  decoder->first_window = outer->first_window;
  decoder->n_windows = outer->n_windows;
  engine->depth--;
}

/* Whoever looks at what the run takes; NULL: nobody can. */
static ScribeNpuPower *
begin_power (ScribeEngine *engine)
{
  return engine->decoder->device->profile->array == SCRIBE_ARRAY_MEASURED ? scribe_npu_power_begin ("") : NULL;
}

static void
end_power (ScribeNpuPower *power, ScribeRunStats *run)
{
  const double busy = scribe_array_times_all (&run->array);

  run->watts = power ? scribe_npu_power_end (power) : SCRIBE_UNKNOWN;
  run->joules = run->watts >= 0 && busy >= 0 ? run->watts * busy : SCRIBE_UNKNOWN;
}

static gboolean
transcribe (ScribeEngine *engine,
            const ScribeSource *source,
            const ScribeTranscribeOptions *options,
            const ScribeTranscribeEvents *events,
            ScribeRunStats *stats,
            GCancellable *cancellable,
            GError **error)
{
  ScribeRunStats *run = &engine->decoder->stats;
  gint64 start = g_get_monotonic_time ();
  ScribeNpuPower *power = begin_power (engine);
  Outer outer;
  gboolean ok;

  enter_run (engine, &outer);
  ok = scribe_recording_transcribe (engine->decoder, source, options, events, cancellable, error);

  end_power (power, run);
  run->model = g_strdup (scribe_engine_get_model_name (engine));
  run->device = g_strdup (scribe_engine_get_device (engine));
  run->device_reason = g_strdup (scribe_engine_get_device_reason (engine));
  run->driver = g_strdup (engine->decoder->device->driver);
  run->firmware = g_strdup (engine->decoder->device->firmware);
  run->overlay = g_strdup (engine->decoder->device->overlay);
  run->n_threads = engine->n_threads;
  run->load = engine->load;
  run->total = (g_get_monotonic_time () - start) * 1e-6 + engine->load;
  run->peak_memory = peak_memory ();
  engine->load = 0;
  if (stats)
    {
      *stats = *run;
      scribe_run_stats_init (run);
    }
  leave_run (engine, &outer);
  return ok;
}

gboolean
scribe_engine_transcribe (ScribeEngine *engine,
                          ScribeAudioFile *audio,
                          const ScribeTranscribeOptions *options,
                          const ScribeTranscribeEvents *events,
                          ScribeRunStats *stats,
                          GCancellable *cancellable,
                          GError **error)
{
  const ScribeSource source = scribe_source_of_file (audio);

  return transcribe (engine, &source, options, events, stats, cancellable, error);
}

typedef struct
{
  const float *samples; /* [n] */
  gsize n;
} Memory;

static gssize
read_memory (gpointer data, float *samples, gsize n, GError **error)
{
  Memory *memory = data;

  n = MIN (n, memory->n);
  memcpy (samples, memory->samples, n * sizeof (float));
  memory->samples += n;
  memory->n -= n;
  return (gssize) n;
}

gboolean
scribe_engine_transcribe_samples (ScribeEngine *engine,
                                  const float *samples,
                                  gsize n,
                                  const ScribeTranscribeOptions *options,
                                  const ScribeTranscribeEvents *events,
                                  ScribeRunStats *stats,
                                  GCancellable *cancellable,
                                  GError **error)
{
  Memory memory = { samples, n };
  const ScribeSource source = { read_memory, &memory, (double) n / SCRIBE_SAMPLE_RATE };

  return transcribe (engine, &source, options, events, stats, cancellable, error);
}

/* One decoder step over the positions first .. first + n - 1 of the first sequence, asking what greedy search asks. */
static gboolean
step (ScribeEngine *engine, guint first, guint n, GError **error)
{
  g_autoptr (GArray) tokens = g_array_new (FALSE, FALSE, sizeof (ScribeStepToken));
  g_autoptr (GArray) queries = g_array_new (FALSE, FALSE, sizeof (ScribeQuery));
  const ScribeToken spoken[] = { engine->decoder->special->timestamp, 0 }; /* a timestamp and a word: anything may follow */
  ScribeMask mask;
  ScribeQuery query = { .token = n - 1, .mask = &mask, .n_top = 1, .probe = -1 };

  scribe_rules_mask (engine->decoder->rules, TRUE, spoken, G_N_ELEMENTS (spoken), &mask);
  for (guint i = first; i < first + n; i++)
    {
      ScribeStepToken next = { engine->decoder->special->start, i, 0, 0 };

      g_array_append_val (tokens, next);
    }
  g_array_append_val (queries, query);
  return scribe_decoder_step (engine->decoder, tokens, queries, NULL, error);
}

gboolean
scribe_engine_warm_up (ScribeEngine *engine,
                       guint n_tokens,
                       double *encode,
                       double *token,
                       GCancellable *cancellable,
                       GError **error)
{
  ScribeDecoder *decoder = engine->decoder;
  guint n_ctx = decoder->model->sizes.n_audio_ctx, n_steps = MIN (n_tokens, decoder->model->sizes.n_text_ctx);
  g_autofree float *silence = g_new0 (float, scribe_decoder_window_samples (n_ctx));
  gint64 start = g_get_monotonic_time ();

  if (!scribe_decoder_encode (decoder, 0, silence, n_ctx, cancellable, error))
    return FALSE;
  if (encode)
    *encode = (g_get_monotonic_time () - start) * 1e-6;

  start = g_get_monotonic_time ();
  for (guint i = 0; i < n_steps; i++)
    if (g_cancellable_set_error_if_cancelled (cancellable, error) || !step (engine, i, 1, error))
      return FALSE;
  if (token)
    *token = (g_get_monotonic_time () - start) * 1e-6 / MAX (n_steps, 1);
  return TRUE;
}

gboolean
scribe_engine_read_prompt (ScribeEngine *engine, guint n_tokens, double *seconds, GError **error)
{
  gint64 start = g_get_monotonic_time ();

  if (!step (engine, 0, CLAMP (n_tokens, 1, engine->decoder->model->sizes.n_text_ctx), error))
    return FALSE;
  *seconds = (g_get_monotonic_time () - start) * 1e-6;
  return TRUE;
}
