/* test-engine.c - recordings in, text out: the starter model from end to end, and what an engine refuses
 *
 * SPDX-License-Identifier: MIT
 */
#include "golden.h"
#include "model/tokenizer.h"
#include "run.h"

#include <math.h>
#include <string.h>

/* What the starter model hears, whose texts in tests/data/texts.tsv it gets right to the letter. */
static const struct
{
  const char *clip, *text;
} clips[] = {
  { "fox", "The quick brown fox jumps over the lazy dog." }, { "hello", "Hello world." },
  { "test", "This is a test of the dictation system." },     { "remind", "Remind me to call Alice on Friday." },
  { "report", "Please send the report before Thursday." },   { "thanks", "Thank you very much." },
  { "window", "Please open the window before Tuesday." },    { "weather", "The weather is nice today." },
  { "meeting", "The meeting starts at half past nine." },    { "morning", "Good morning." },
};

static void
test_texts (void)
{
  g_autoptr (ScribeEngine) engine = run_engine ("cpu", 1);

  for (guint i = 0; i < G_N_ELEMENTS (clips); i++)
    {
      g_auto (Run) run;
      g_autofree char *text = NULL;

      run_init (&run);
      run_clip (&run, engine, clips[i].clip);
      text = run_text (&run);
      g_assert_cmpstr (text, ==, clips[i].text);
    }
}

static void
test_stats (void)
{
  g_autoptr (ScribeEngine) engine = run_engine ("cpu", 1);
  g_autoptr (GArray) sound = sound_of_clip ("fox");
  const double seconds = sound->len / (double) SCRIBE_SAMPLE_RATE;
  g_auto (Run) run;
  const ScribeRunStats *s = &run.stats;

  run_init (&run);
  run_sound (&run, engine, sound, FALSE);

  g_assert_cmpstr (s->model, ==, "starter-en");
  g_assert_cmpstr (s->device, ==, "cpu");
  g_assert_cmpstr (s->language, ==, "en");
  g_assert_cmpfloat (s->language_probability, ==, 1);
  g_assert_cmpuint (s->n_threads, ==, 2);
  g_assert_cmpuint (s->n_windows, ==, 1);
  g_assert_cmpuint (s->n_tokens, ==, 24); /* 21 of text, 2 timestamps, end of text */
  g_assert_cmpuint (s->n_steps, ==, 24);
  g_assert_cmpuint (s->n_fallbacks, ==, 0);
  g_assert_cmpuint (s->n_silent, ==, 0);
  g_assert_false (s->translated);
  g_assert_cmpfloat_with_epsilon (s->audio, seconds, 0.0101);
  g_assert_cmpfloat_with_epsilon (run.progress, s->audio, 1e-9);
  g_assert_cmpfloat (s->load, >, 0);
  g_assert_cmpfloat (s->total, >=, s->load + s->read + s->mel + s->encode + s->decode + s->align);
  g_assert_cmpuint (s->peak_memory, >, 1 << 20);

  run_sound (&run, engine, sound, FALSE);
  g_assert_cmpfloat (s->load, ==, 0);
  g_assert_cmpuint (s->n_tokens, ==, 24);
}

static void
test_empty (void)
{
  g_autoptr (ScribeEngine) engine = run_engine ("cpu", 1);

  for (guint n = 0; n <= 320; n += 80)
    for (guint batch = 0; batch < 2; batch++)
      {
        g_autoptr (GArray) sound = sound_new ();
        g_auto (Run) run;

        g_array_set_size (sound, n + 1);
        run_init (&run);
        run.options.batch = batch;
        run_sound (&run, engine, sound, FALSE);
        g_assert_cmpuint (run.segments->len, ==, 0);
      }
}

static void
test_word_times (void)
{
  g_autoptr (ScribeEngine) engine = run_engine ("cpu", 1);

  for (guint i = 0; i < G_N_ELEMENTS (clips); i++)
    {
      g_autoptr (GArray) sound = sound_of_clip (clips[i].clip);
      g_auto (Run) run;
      double last = 0;

      run_init (&run);
      run.options.word_times = TRUE;
      run_sound (&run, engine, sound, FALSE);
      g_assert_cmpuint (run.segments->len, >, 0);
      for (guint j = 0; j < run.segments->len; j++)
        {
          const ScribeSegment *segment = g_ptr_array_index (run.segments, j);
          g_autoptr (GString) text = g_string_new (NULL);

          for (guint k = 0; k < segment->words->len; k++)
            {
              const ScribeWord *word = g_ptr_array_index (segment->words, k);

              g_string_append (text, word->text);
              g_assert_cmpfloat (word->start, >=, last - 1e-6);
              g_assert_cmpfloat (word->end, >=, word->start);
              g_assert_cmpfloat (word->start, >=, segment->start - 1e-6);
              g_assert_cmpfloat (word->end, <=, segment->end + 1e-6);
              g_assert_cmpfloat (word->end, <=, sound->len / (double) SCRIBE_SAMPLE_RATE + 1e-6);
              last = word->end;
            }
          g_assert_cmpstr (text->str, ==, segment->text);
        }
      g_assert_cmpfloat (run.stats.align, >, 0);
    }
}

static void
test_plain (void)
{
  g_autoptr (ScribeEngine) engine = run_engine ("cpu", 1);
  g_auto (Run) run;

  run_init (&run);
  run.options.timestamps = FALSE;
  run_clip (&run, engine, "hello");
  g_assert_cmpuint (run.segments->len, ==, 1);
  g_assert_cmpfloat (((ScribeSegment *) run.segments->pdata[0])->start, ==, 0);
  g_assert_cmpstr (((ScribeSegment *) run.segments->pdata[0])->text, ==, " Hello world.");
}

static void
test_beams (void)
{
  g_autofree char *path = run_starter_path ();
  g_autoptr (ScribeEngine) engine = run_engine_of (path, "cpu", 5, 1);

  for (guint i = 0; i < 4; i++)
    {
      g_auto (Run) run;
      g_autofree char *text = NULL;

      run_init (&run);
      run.options.beam = 5;
      run_clip (&run, engine, clips[i].clip);
      text = run_text (&run);
      g_assert_cmpstr (text, ==, clips[i].text);
    }
}

/* With the default fallbacks the same seed gives the same text. */
static void
test_fallback (void)
{
  g_autofree char *path = run_starter_path ();
  g_autoptr (ScribeEngine) engine = run_engine_of (path, "cpu", 5, 1);
  g_autofree char *first = NULL, *again = NULL;
  g_autoptr (GArray) sound = sound_new ();
  g_auto (Run) run;

  sound_append_white (sound, 4, 0.1, 1);
  run_init (&run);
  run.options.vad = FALSE;
  run.options.temperature_step = 0.2f;
  run.options.logprob_limit = 0; /* nothing is good enough */
  run.options.no_speech_limit = 1;
  run.options.guess_limit = -INFINITY;
  run_sound (&run, engine, sound, FALSE);
  first = run_lines (&run);
  g_assert_cmpuint (run.stats.n_fallbacks, ==, run.stats.n_windows);
  for (guint i = 0; i < run.segments->len; i++)
    g_assert_cmpfloat_with_epsilon (((ScribeSegment *) run.segments->pdata[i])->temperature, 1, 1e-5);
  run_sound (&run, engine, sound, FALSE);
  again = run_lines (&run);
  g_assert_cmpstr (first, ==, again);
}

static void
test_audio_context (void)
{
  g_autoptr (ScribeEngine) engine = run_engine ("cpu", 1);
  const guint contexts[] = { 100, 200, 512, 1499, 1500, 5000 };

  for (guint i = 0; i < G_N_ELEMENTS (contexts); i++)
    {
      g_auto (Run) run;

      run_init (&run);
      run.options.audio_context = contexts[i];
      run_clip (&run, engine, "hello");
      if (contexts[i] >= 1500)
        {
          g_autofree char *text = run_text (&run);

          g_assert_cmpstr (text, ==, "Hello world.");
        }
    }
}

static void
test_prompt (void)
{
  g_autoptr (ScribeEngine) engine = run_engine ("cpu", 1);
  g_autoptr (GString) endless = g_string_new (NULL);
  const char *const prompts[] = { "", "   ", "Good morning.", "\xe2\x99\xaa \xf0\x9f\x8e\xb5 [(", NULL };

  for (guint i = 0; i < 500; i++)
    g_string_append (endless, "names to expect, ");
  for (guint i = 0; i < G_N_ELEMENTS (prompts); i++)
    for (guint batch = 0; batch < 2; batch++)
      {
        g_auto (Run) run;

        run_init (&run);
        run.options.prompt = prompts[i] ? prompts[i] : endless->str;
        run.options.batch = batch;
        run_clip (&run, engine, "hello");
      }
}

/* --- refusals */

static void
test_languages (void)
{
  g_autoptr (ScribeEngine) engine = run_engine ("cpu", 1);
  g_autoptr (GArray) sound = sound_of_clip ("hello");
  const struct
  {
    const char *language;
    gboolean translate, ok;
    const char *words;
  } asked[] = {
    { "en", FALSE, TRUE, NULL },           { "English", FALSE, TRUE, NULL },       { "xx", FALSE, FALSE, "xx" },
    { "", FALSE, FALSE, "language" },      { "de", FALSE, FALSE, "English only" }, { "german", FALSE, FALSE, "English only" },
    { "en", TRUE, FALSE, "English only" }, { NULL, TRUE, FALSE, "English only" }
  };

  for (guint i = 0; i < G_N_ELEMENTS (asked); i++)
    {
      g_auto (Run) run;

      run_init (&run);
      run.options.language = asked[i].language;
      run.options.translate = asked[i].translate;
      g_assert_true (run_sound (&run, engine, sound, TRUE) == asked[i].ok);
      if (asked[i].ok)
        continue;
      g_assert_error (run.error, SCRIBE_ERROR, SCRIBE_ERROR_OPTION);
      g_assert_nonnull (strstr (run.error->message, asked[i].words));
      g_assert_cmpstr (run.stats.device, ==, "cpu");
    }
}

static void
test_engine_options (void)
{
  g_autofree char *path = run_starter_path ();
  const struct
  {
    const char *model, *device;
    guint n_beams, n_windows;
    ScribeError code;
    const char *words;
  } refused[] = {
    { path, "cpu", 0, 1, SCRIBE_ERROR_OPTION, "beams" },
    { path, "cpu", 17, 1, SCRIBE_ERROR_OPTION, "17" },
    { path, "cpu", 5, 0, SCRIBE_ERROR_OPTION, "windows" },
    { path, "cpu", 5, 65, SCRIBE_ERROR_OPTION, "65" },
    { "/nowhere/at-all.bin", "cpu", 5, 1, SCRIBE_ERROR_MODEL, "/nowhere/at-all.bin" },
    { "/", "cpu", 5, 1, SCRIBE_ERROR_MODEL, "“/”" },
  };
  const ScribeEngineOptions no_such_device = { .model = path, .device = "abacus", .n_beams = 1, .n_windows = 1 };
  g_autoptr (GError) no_device = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (refused); i++)
    {
      const ScribeEngineOptions options = {
        .model = refused[i].model, .device = refused[i].device, .n_beams = refused[i].n_beams, .n_windows = refused[i].n_windows
      };
      g_autoptr (GError) error = NULL;

      g_assert_null (scribe_engine_new (&options, &error));
      g_assert_error (error, SCRIBE_ERROR, (int) refused[i].code);
      g_assert_nonnull (strstr (error->message, refused[i].words));
    }
  g_assert_null (scribe_engine_new (&no_such_device, &no_device));
  g_assert_cmpint (no_device->domain, ==, SCRIBE_ERROR);
  g_assert_nonnull (strstr (no_device->message, "abacus"));
}

static void
test_auto (void)
{
  g_autofree char *path = run_starter_path ();
  ScribeEngineOptions options;
  g_autoptr (ScribeEngine) engine = NULL;
  g_autoptr (GError) error = NULL;

  scribe_engine_options_init (&options);
  options.model = path;
  engine = scribe_engine_new (&options, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (scribe_engine_get_device (engine), ==, "cpu");
  g_assert_cmpuint (strlen (scribe_engine_get_device_reason (engine)), >, 10);
  g_assert_cmpstr (scribe_engine_get_model_name (engine), ==, "starter-en");
  g_assert_false (scribe_engine_is_multilingual (engine));
  g_assert_cmpuint (scribe_engine_get_n_threads (engine), >, 0);
}

/* --- cancelling */

static GArray *
two_windows_of_speech (void)
{
  g_autoptr (GArray) fox = sound_of_clip ("fox");
  GArray *sound = sound_new ();

  for (guint i = 0; i < 2; i++)
    {
      sound_append (sound, fox);
      sound_append_silence (sound, 30);
    }
  return sound;
}

static void
test_cancel (gconstpointer batch)
{
  g_autoptr (ScribeEngine) engine = run_engine ("cpu", 1);
  g_autoptr (GArray) sound = two_windows_of_speech ();
  g_autofree char *text = NULL;
  g_auto (Run) run, after;

  run_init (&run);
  run.cancel_after = 1;
  run.options.batch = GPOINTER_TO_INT (batch);
  g_assert_false (run_sound (&run, engine, sound, TRUE));
  g_assert_error (run.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (run.segments->len, ==, 1);
  g_assert_cmpfloat (run.stats.audio, >=, 2);
  g_assert_cmpfloat (run.stats.audio, <, sound->len / (double) SCRIBE_SAMPLE_RATE);

  run_init (&after);
  run_clip (&after, engine, "fox");
  text = run_text (&after);
  g_assert_cmpstr (text, ==, clips[0].text);
}

/* Cancelled before it began: also where there is nothing but silence, which no device is asked about. */
static void
test_cancel_at_once (gconstpointer batch)
{
  g_autoptr (ScribeEngine) engine = run_engine ("cpu", 1);

  for (guint silent = 0; silent < 2; silent++)
    {
      g_autoptr (GArray) sound = silent ? sound_new () : sound_of_clip ("hello");
      g_auto (Run) run;

      sound_append_silence (sound, 40);
      run_init (&run);
      run.options.batch = GPOINTER_TO_INT (batch);
      g_cancellable_cancel (run.cancellable);
      g_assert_false (run_sound (&run, engine, sound, TRUE));
      g_assert_error (run.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      g_assert_cmpuint (run.segments->len, ==, 0);
    }
}

/* --- other models */

static void
test_other_models (void)
{
  g_autoptr (Golden) golden = golden_open ();
  const char *const models[] = { "multi-f16", "multi-q5_0", "v3-f32", "v3-q8_0", "v3-q5_1", "long-multi-q5_0", "long-v3-q8_0" };

  if (golden == NULL)
    {
      g_test_skip ("there are no models without Python and numpy");
      return;
    }
  for (guint i = 0; i < G_N_ELEMENTS (models); i++)
    {
      g_autofree char *path = golden_model_path (golden, models[i]);
      g_autoptr (ScribeEngine) engine = run_engine_of (path, "cpu", 2, 2);

      g_assert_true (scribe_engine_is_multilingual (engine));
      for (guint translate = 0; translate < 2; translate++)
        {
          g_autoptr (GArray) sound = sound_of_clip ("hello");
          g_auto (Run) run;

          run_init (&run);
          run.any_times = TRUE;
          run.options.translate = translate;
          run.options.batch = TRUE;
          run_sound (&run, engine, sound, FALSE);
          g_assert_cmpint (scribe_language_index (run.stats.language), >=, 0);
          g_assert_cmpfloat (run.stats.language_probability, >, 0);
          g_assert_cmpfloat (run.stats.language_probability, <=, 1);
          g_assert_cmpint (run.stats.translated, ==, translate);

          run.options.language = "German";
          run.options.word_times = TRUE;
          run_sound (&run, engine, sound, FALSE);
          g_assert_cmpstr (run.stats.language, ==, "de");
          g_assert_cmpfloat (run.stats.language_probability, ==, 1);
        }
    }
}

/* Cantonese is known to the larger vocabulary only. */
static void
test_cantonese (void)
{
  g_autoptr (Golden) golden = golden_open ();
  g_autoptr (GArray) sound = sound_of_clip ("hello");

  if (golden == NULL)
    {
      g_test_skip ("there are no models without Python and numpy");
      return;
    }
  for (guint large = 0; large < 2; large++)
    {
      g_autofree char *path = golden_model_path (golden, large ? "v3-q8_0" : "multi-f16");
      g_autoptr (ScribeEngine) engine = run_engine_of (path, "cpu", 1, 1);
      g_auto (Run) run;

      run_init (&run);
      run.any_times = TRUE;
      run.options.language = "yue";
      g_assert_true (run_sound (&run, engine, sound, TRUE) == (gboolean) large);
      if (!large)
        g_assert_error (run.error, SCRIBE_ERROR, SCRIBE_ERROR_OPTION);
    }
}

static void
test_benchmarks (void)
{
  g_autoptr (ScribeEngine) engine = run_engine ("cpu", 1);
  double encode, token, prompt;
  g_autoptr (GError) error = NULL;

  scribe_engine_warm_up (engine, 4, &encode, &token, NULL, &error);
  g_assert_no_error (error);
  scribe_engine_warm_up (engine, 0, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  for (guint n = 0; n <= 1000; n += 250)
    {
      scribe_engine_read_prompt (engine, n, &prompt, &error);
      g_assert_no_error (error);
    }
  g_assert_cmpfloat (encode, >, 0);
  g_assert_cmpfloat (token, >, 0);
  g_assert_cmpfloat (prompt, >, 0);
  g_assert_cmpfloat (scribe_profile_seconds (scribe_engine_get_profile (engine), "encoder."), >, 0);
}

/* Of an array it is told what its time went to; of a device that is none, nothing, and not 0. */
static void
test_array_times (void)
{
  g_autoptr (ScribeEngine) array = run_engine ("emulator", 1), cpu = run_engine ("cpu", 1);
  g_auto (Run) run;
  const ScribeArrayTimes *times = &run.stats.array;

  run_init (&run);
  run_clip (&run, cpu, "fox");
  g_assert_cmpfloat (times->kernel, <, 0);
  g_assert_cmpuint (times->columns.n, ==, 0);
  g_assert_null (run.stats.overlay);
  run_clear (&run);
  run_init (&run);
  run_clip (&run, array, "fox");
  g_assert_true (times->is_modelled);
  g_assert_cmpfloat (times->submit, >, 0);
  g_assert_cmpfloat (times->kernel, >, 0);
  g_assert_cmpfloat (times->transfer, >, 0);
  g_assert_cmpfloat (times->host, >, 0);
  g_assert_cmpfloat (times->submit + times->kernel + times->transfer, >, run.stats.encode / 2);
  g_assert_cmpuint (times->columns.n, ==, 8);
  for (guint i = 0; i < times->columns.n; i++)
    {
      g_assert_cmpfloat (scribe_array_times_column (times, i), >, 0.02);
      g_assert_cmpfloat (scribe_array_times_column (times, i), <, 1);
    }
  g_assert_true (isnan (scribe_array_times_column (times, times->columns.n)));
  g_assert_nonnull (run.stats.overlay);
  g_assert_null (run.stats.firmware);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engine/texts", test_texts);
  g_test_add_func ("/engine/stats", test_stats);
  g_test_add_func ("/engine/empty", test_empty);
  g_test_add_func ("/engine/word-times", test_word_times);
  g_test_add_func ("/engine/without-timestamps", test_plain);
  g_test_add_func ("/engine/five-beams", test_beams);
  g_test_add_func ("/engine/fallback", test_fallback);
  g_test_add_func ("/engine/audio-context", test_audio_context);
  g_test_add_func ("/engine/prompt", test_prompt);
  g_test_add_func ("/engine/refuses/languages", test_languages);
  g_test_add_func ("/engine/refuses/options", test_engine_options);
  g_test_add_func ("/engine/auto", test_auto);
  g_test_add_data_func ("/engine/cancel/sequential", GINT_TO_POINTER (FALSE), test_cancel);
  g_test_add_data_func ("/engine/cancel/batch", GINT_TO_POINTER (TRUE), test_cancel);
  g_test_add_data_func ("/engine/cancel-at-once/sequential", GINT_TO_POINTER (FALSE), test_cancel_at_once);
  g_test_add_data_func ("/engine/cancel-at-once/batch", GINT_TO_POINTER (TRUE), test_cancel_at_once);
  g_test_add_func ("/engine/other-models", test_other_models);
  g_test_add_func ("/engine/cantonese", test_cantonese);
  g_test_add_func ("/engine/benchmarks", test_benchmarks);
  g_test_add_func ("/engine/array-times", test_array_times);
  return g_test_run ();
}
