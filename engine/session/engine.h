/* engine.h - a model made ready on a device, and recordings turned into text by it
 *
 *   g_autoptr (ScribeEngine) engine = scribe_engine_new (&options, &error);
 *   g_autoptr (ScribeAudioFile) audio = scribe_audio_file_open ("talk.mp3", cancellable, &error);
 *   scribe_engine_transcribe (engine, audio, &how, &events, &stats, cancellable, &error);
 *
 * An engine is used by one thread at a time; two engines in one process do not know of each other. Events are called in the
 * thread that transcribes. Where the device fails, the CPU takes its place for as long as the engine lives: a transcription goes on, and whatever else
 * was running fails once.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "audio/audio-file.h"
#include "decode/options.h"
#include "error.h"
#include "profile.h"
#include "transcript.h"

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _ScribeEngine ScribeEngine;

typedef struct
{
  const char *model;  /* path of a ggml model file */
  const char *device; /* "auto", "npu", "cpu", "emulator", "reference"; NULL is auto */
  gboolean fast;      /* on an NPU: less exact and faster */
  gboolean integers;  /* on an NPU: as fast, in 8-bit integers where the model was calibrated for them */
  guint n_threads;    /* 0: as many as the machine has processors for us, 8 at most */
  guint n_beams;      /* sequences a window may need at once: the largest beam or best_of to be asked for */
  guint n_windows;    /* windows to be decoded at once in batch mode */
  gboolean nested;    /* a run may begin, and end, within interrupted() of another */
} ScribeEngineOptions;

/* The defaults: no model, auto, all threads, 5 beams, 1 window. */
void scribe_engine_options_init (ScribeEngineOptions *options);

/* Opens the model and prepares it on the device. Fails with SCRIBE_ERROR_MODEL, _DEVICE or _OPTION. */
ScribeEngine *scribe_engine_new (const ScribeEngineOptions *options, GError **error);
void scribe_engine_free (ScribeEngine *engine);

const char *scribe_engine_get_device (ScribeEngine *engine);        /* "cpu" */
const char *scribe_engine_get_device_reason (ScribeEngine *engine); /* why that one, a sentence */
const char *scribe_engine_get_model_name (ScribeEngine *engine);    /* file name without folder, "ggml-" and ".bin" */
gboolean scribe_engine_is_multilingual (ScribeEngine *engine);
guint scribe_engine_get_n_threads (ScribeEngine *engine);
char *
scribe_engine_describe_kernels (ScribeEngine *engine); /* what the device chose for each op, in lines; NULL: it has no choice */
ScribeProfile *scribe_engine_get_profile (ScribeEngine *engine); /* of the device: owned by it, grows with every run */

/* Ends the device's sleep, if it sleeps: worth a call when a person is about to speak, as waking takes a tenth of a second. */
void scribe_engine_wake (ScribeEngine *engine);

/* Transcribes n samples of 16 kHz mono. As scribe_engine_transcribe(). */
gboolean scribe_engine_transcribe_samples (ScribeEngine *engine,
                                           const float *samples,
                                           gsize n,
                                           const ScribeTranscribeOptions *options,
                                           const ScribeTranscribeEvents *events,
                                           ScribeRunStats *stats,
                                           GCancellable *cancellable,
                                           GError **error);

/* Transcribes from where audio stands to its end. Returns FALSE with error set if the audio or device failed, an option makes no
 * sense for the model, or cancellable was cancelled (within one op of the device): the segments sent until then stand, and
 * stats->audio says how far they reach. stats (may be NULL) is filled in any case; clear it with scribe_run_stats_clear(). */
gboolean scribe_engine_transcribe (ScribeEngine *engine,
                                   ScribeAudioFile *audio,
                                   const ScribeTranscribeOptions *options,
                                   const ScribeTranscribeEvents *events,
                                   ScribeRunStats *stats,
                                   GCancellable *cancellable,
                                   GError **error);

/* One encoder run over a 30 s window of silence and n_tokens decoder steps, for benchmarks and to warm up before a person speaks. Seconds
 * of each into encode and token (either may be NULL). */
gboolean scribe_engine_warm_up (ScribeEngine *engine,
                                guint n_tokens,
                                double *encode,
                                double *token,
                                GCancellable *cancellable,
                                GError **error);

/* One decoder step that reads a prompt of n_tokens over the window of scribe_engine_warm_up(), for benchmarks; its seconds. */
gboolean scribe_engine_read_prompt (ScribeEngine *engine, guint n_tokens, double *seconds, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ScribeEngine, scribe_engine_free)

G_END_DECLS
