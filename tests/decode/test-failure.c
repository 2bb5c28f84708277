/* test-failure.c - a device that fails in mid-run, and the CPU that goes on
 *
 * The CPU device in the clothes of another, which fails at its n-th run and from then on: whatever it was about to do, the text is the
 * same as without trouble.
 *
 * SPDX-License-Identifier: MIT
 */
#include "error.h"
#include "fixture.h"
#include "sound.h"

#include "decode/recording.h"

#include <string.h>

typedef struct
{
  ScribeDevice base;
  ScribeDevice *inner;
  guint n_left, n_until_stop; /* runs; G_MAXUINT: no end */
  GCancellable *stop;         /* to be cancelled in mid-run */
} Failing;

static gboolean
failing_run (ScribeDevice *device, ScribePlan *plan, const ScribeRun *run, GError **error)
{
  Failing *failing = (Failing *) device;
  gboolean ok;

  if (failing->n_until_stop-- == 0)
    g_cancellable_cancel (failing->stop);
  else if (failing->n_left == 0)
    {
      g_set_error (error, SCRIBE_ERROR, SCRIBE_ERROR_DEVICE, "Nothing can move any more. Who waits for what:\nall for all.");
      return FALSE;
    }
  else
    failing->n_left--;
  ok = scribe_device_run (failing->inner, plan, run, error);
  memcpy (device->window_ctx, failing->inner->window_ctx, device->options.n_windows * sizeof *device->window_ctx);
  return ok;
}

static void
failing_copy_rows (ScribeDevice *device, guint from, guint to, guint first, guint n)
{
  scribe_device_copy_rows (((Failing *) device)->inner, from, to, first, n);
}

static void
failing_plan_free (ScribeDevice *device, ScribePlan *plan)
{
  scribe_device_plan_free (((Failing *) device)->inner, plan);
}

static void
failing_close (ScribeDevice *device)
{
  scribe_device_close (((Failing *) device)->inner);
  g_free (device);
}

static const ScribeDeviceClass failing_class = { .name = "array",
                                                 .run = failing_run,
                                                 .copy_rows = failing_copy_rows,
                                                 .plan_free = failing_plan_free,
                                                 .close = failing_close };

/* A decoder of the starter model whose device fails after n runs. Two windows, of which a run may use n_windows. */
static ScribeDecoder *
failing_decoder (guint n_windows, guint n_left, Failing **failing)
{
  g_autofree char *path = fixture_model_path (NULL, "starter");
  ScribeDecoder *decoder = fixture_decoder (path, "cpu", 2, 1);

  *failing = g_new0 (Failing, 1);
  (*failing)->base = (ScribeDevice){ &failing_class, decoder->device->options, scribe_profile_new ("array", SCRIBE_ARRAY_NONE),
                                     g_new0 (guint, decoder->device->options.n_windows) };
  (*failing)->inner = decoder->device;
  (*failing)->n_left = n_left;
  (*failing)->n_until_stop = G_MAXUINT;
  decoder->device = &(*failing)->base;
  decoder->n_windows = n_windows;
  return decoder;
}

/* What is heard of a sound; and what is said into the middle of it, where it is interrupted. */
typedef struct
{
  ScribeDecoder *decoder;
  gboolean batch;
  GString *text;
  GCancellable *stop;
  Failing *failing;
  const GArray *speech;
  char *spoken;
} Hearing;

static void
hearing_clear (Hearing *hearing)
{
  g_clear_object (&hearing->stop);
  g_string_free (hearing->text, TRUE);
  g_free (hearing->spoken);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Hearing, hearing_clear)

static void
keep_segment (const ScribeSegment *segment, gpointer data)
{
  GString *text = ((Hearing *) data)->text;

  g_string_append_printf (text, "%.2f %.2f%s\n", segment->start, segment->end, segment->text);
  for (guint i = 0; segment->words && i < segment->words->len; i++)
    {
      const ScribeWord *word = g_ptr_array_index (segment->words, i);

      g_string_append_printf (text, "  %.2f %.2f%s\n", word->start, word->end, word->text);
    }
}

static gssize
read_sound (gpointer data, float *samples, gsize n, GError **error)
{
  GArray *rest = data;

  n = MIN (n, rest->len);
  memcpy (samples, rest->data, n * sizeof *samples);
  g_array_remove_range (rest, 0, (guint) n);
  return (gssize) n;
}

static gboolean interrupted (gpointer data);

/* All that is said in the sound, with words and times. */
static void
hear (Hearing *hearing, const GArray *sound)
{
  g_autoptr (GArray) rest = sound_new ();
  g_autoptr (GError) error = NULL;
  const ScribeSource source = { read_sound, rest, -1 };
  const ScribeTranscribeEvents events = { .segment = keep_segment, .interrupted = interrupted, .data = hearing };
  const ScribeTranscribeOptions options = { .beam = 1,
                                            .best_of = 1,
                                            .compression_ratio_limit = 10,
                                            .logprob_limit = -10,
                                            .no_speech_limit = 1,
                                            .timestamps = TRUE,
                                            .word_times = TRUE,
                                            .vad = TRUE,
                                            .batch = hearing->batch };

  sound_append (rest, sound);
  scribe_recording_transcribe (hearing->decoder, &source, &options, &events, hearing->stop, &error);
  g_assert_no_error (error);
}

/* Somebody speaks: in a window of its own, as an engine has it; after two more runs the device fails. */
static gboolean
interrupted (gpointer data)
{
  Hearing *hearing = data;
  ScribeDecoder *decoder = hearing->decoder;
  const ScribeTranscribeEvents *events = decoder->events;
  g_auto (Hearing) speech = { .decoder = decoder, .text = g_string_new (NULL) };

  g_assert_null (hearing->spoken);
  g_cancellable_reset (hearing->stop);
  hearing->failing->n_left = 2;
  decoder->first_window = 1;
  hear (&speech, hearing->speech);
  decoder->first_window = 0;
  decoder->events = events;
  hearing->spoken = g_strdup (speech.text->str);
  return TRUE;
}

static GArray *
two_clips (void)
{
  GArray *sound = sound_of_clip ("hello");
  g_autoptr (GArray) other = sound_of_clip ("thanks");

  sound_append_silence (sound, 11);
  sound_append (sound, other);
  return sound;
}

/* The device fails at any of its runs: encoding, a step, finding word times; in one window or in two at once. */
static void
test_any_run (gconstpointer data)
{
  const gboolean batch = GPOINTER_TO_INT (data);
  g_autoptr (GArray) sound = two_clips ();
  g_autofree char *expected = NULL;
  guint n_runs = 1;

  for (guint n = 0; n < n_runs; n++)
    {
      Failing *failing;
      g_autoptr (ScribeDecoder) decoder = failing_decoder (batch ? 2 : 1, n == 0 ? G_MAXUINT : n - 1, &failing);
      g_auto (Hearing) hearing = { .decoder = decoder, .batch = batch, .text = g_string_new (NULL) };

      hear (&hearing, sound);
      if (n == 0)
        {
          g_assert_null (decoder->failure);
          n_runs += G_MAXUINT - failing->n_left;
          expected = g_strdup (hearing.text->str);
          continue;
        }
      g_assert_cmpstr (hearing.text->str, ==, expected);
      g_assert_cmpstr (decoder->device->klass->name, ==, "cpu");
      g_assert_cmpstr (decoder->failure, ==,
                       "“array” failed, and the CPU went on: Nothing can move any more. Who waits for what:");
    }
  g_assert_cmpuint (n_runs, >, 10);
}

/* What is spoken while a recording is interrupted meets the device's end: the recording's window, which is lost, begins again. */
static void
test_interrupted (void)
{
  g_autoptr (GArray) sound = two_clips (), speech = sound_of_clip ("fox");
  g_autofree char *expected = NULL, *expected_speech = NULL;
  guint n_runs = 0;

  for (guint n = 0; n < 2 + n_runs; n++)
    {
      Failing *failing;
      g_autoptr (ScribeDecoder) decoder = failing_decoder (1, G_MAXUINT, &failing);
      g_auto (Hearing) hearing = { .decoder = decoder, .text = g_string_new (NULL), .failing = failing, .speech = speech };

      hearing.stop = failing->stop = g_cancellable_new ();
      failing->n_until_stop = n > 1 ? n - 2 : G_MAXUINT;
      hear (&hearing, n == 0 ? speech : sound);
      if (n == 0)
        expected_speech = g_strdup (hearing.text->str);
      else if (n == 1)
        {
          expected = g_strdup (hearing.text->str);
          n_runs = G_MAXUINT - failing->n_left;
        }
      else
        {
          g_assert_cmpstr (hearing.spoken, ==, expected_speech);
          g_assert_cmpstr (hearing.text->str, ==, expected);
        }
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/failure/any-run/sequential", GINT_TO_POINTER (FALSE), test_any_run);
  g_test_add_data_func ("/failure/any-run/batch", GINT_TO_POINTER (TRUE), test_any_run);
  g_test_add_func ("/failure/interrupted", test_interrupted);
  return g_test_run ();
}
