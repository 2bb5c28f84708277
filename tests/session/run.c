/* run.c - an engine run over a sound, and what it told
 *
 * SPDX-License-Identifier: MIT
 */
#include "run.h"

char *
run_starter_path (void)
{
  return g_build_filename (g_getenv ("TILESCRIBE_DATA"), "models", "starter-en.bin", NULL);
}

ScribeEngine *
run_engine_of (const char *model, const char *device, guint n_beams, guint n_windows)
{
  const ScribeEngineOptions options = {
    .model = model, .device = device, .n_threads = 2, .n_beams = n_beams, .n_windows = n_windows
  };
  g_autoptr (GError) error = NULL;
  ScribeEngine *engine = scribe_engine_new (&options, &error);

  g_assert_no_error (error);
  return engine;
}

ScribeEngine *
run_engine (const char *device, guint n_windows)
{
  g_autofree char *path = run_starter_path ();

  return run_engine_of (path, device, 1, n_windows);
}

void
run_init (Run *run)
{
  *run = (Run){ .segments = g_ptr_array_new_with_free_func ((GDestroyNotify) scribe_segment_free),
                .cancellable = g_cancellable_new () };
  scribe_transcribe_options_init (&run->options);
  run->options.temperature_step = 0;
}

void
run_clear (Run *run)
{
  g_ptr_array_unref (run->segments);
  g_object_unref (run->cancellable);
  scribe_run_stats_clear (&run->stats);
  g_clear_error (&run->error);
}

static void
keep_language (const char *code, gpointer data)
{
  g_strlcpy (((Run *) data)->language, code, sizeof ((Run *) data)->language);
}

static void
keep_segment (const ScribeSegment *segment, gpointer data)
{
  Run *run = data;
  const ScribeSegment *last = run->segments->len > 0 ? g_ptr_array_index (run->segments, run->segments->len - 1) : NULL;

  g_assert_cmpstr (run->language, !=, "");
  g_assert_true (g_utf8_validate (segment->text, -1, NULL));
  g_assert_cmpfloat (segment->end, >, segment->start);
  if (!run->any_times)
    g_assert_cmpfloat (segment->start, >=, last ? last->start : 0);
  g_assert_cmpfloat (segment->probability, >=, 0);
  g_assert_cmpfloat (segment->probability, <=, 1);
  g_ptr_array_add (run->segments, scribe_segment_copy (segment));
  if (run->segments->len == run->cancel_after)
    g_cancellable_cancel (run->cancellable);
}

static void
keep_progress (double done, double total, gpointer data)
{
  Run *run = data;

  g_assert_cmpfloat (done, >=, run->progress);
  run->progress = done;
}

gboolean
run_sound (Run *run, ScribeEngine *engine, const GArray *sound, gboolean may_fail)
{
  const ScribeTranscribeEvents events = {
    .language = keep_language, .segment = keep_segment, .progress = keep_progress, .interrupted = run->interrupted, .data = run
  };
  g_autoptr (ScribeAudioFile) audio = sound_open (sound);
  gboolean ok;

  g_ptr_array_set_size (run->segments, 0);
  run->progress = 0;
  *run->language = '\0';
  g_clear_error (&run->error);
  scribe_run_stats_clear (&run->stats);
  ok = scribe_engine_transcribe (engine, audio, &run->options, &events, &run->stats, run->cancellable, &run->error);
  if (!may_fail)
    g_assert_no_error (run->error);
  g_assert_true (ok == (run->error == NULL));
  if (*run->language)
    g_assert_cmpstr (run->language, ==, run->stats.language);
  return ok;
}

void
run_clip (Run *run, ScribeEngine *engine, const char *clip)
{
  g_autoptr (GArray) sound = sound_of_clip (clip);

  run_sound (run, engine, sound, FALSE);
}

char *
run_text (const Run *run)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < run->segments->len; i++)
    g_string_append (text, ((const ScribeSegment *) g_ptr_array_index (run->segments, i))->text);
  return g_strstrip (g_strdup (text->str));
}

char *
run_lines (const Run *run)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < run->segments->len; i++)
    {
      const ScribeSegment *segment = g_ptr_array_index (run->segments, i);

      g_string_append_printf (text, "%.2f-%.2f%s\n", segment->start, segment->end, segment->text);
    }
  return g_strdup (text->str);
}
