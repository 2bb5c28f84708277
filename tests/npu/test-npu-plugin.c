/* test-npu-plugin.c - the device "npu" gives to the bit what "emulator" gives
 *
 * Behind the plug-in of this folder is the same emulator, but for its own memory, of which it sees what was synchronised, and gives back what is. So whatever
 * differs was forgotten: samples, words, control objects, answers, caches, weights of attention. The same runs are made on both.
 *
 * SPDX-License-Identifier: MIT
 */
#include "device/device.h"
#include "error.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#define N_CTX       100
#define N_STEPS     70 /* into a second block of keys */
#define N_SEQUENCES 3
#define N_WINDOWS   2

typedef struct
{
  ScribeModel *model;
  ScribeWhisperGraph *whisper;
  ScribeDevice *device;
  ScribePlan *audio, *text;
} Side;

static char *folder; /* of the overlay */

static void
side_init (Side *side, const char *name)
{
  g_autofree char *path = g_build_filename (g_getenv ("TILESCRIBE_SOURCE"), "data", "models", "starter-en.bin", NULL);
  g_autoptr (GError) error = NULL;
  ScribeDeviceOptions options;

  side->model = scribe_model_open (path, &error);
  g_assert_no_error (error);
  side->whisper = scribe_whisper_graph_new (side->model);
  options = scribe_device_options_of (side->whisper);
  options.n_sequences = N_SEQUENCES;
  options.n_windows = N_WINDOWS;
  side->device = scribe_device_open (name, &options, NULL, &error);
  g_assert_no_error (error);
  side->audio = scribe_device_prepare (side->device, side->whisper->audio, &error);
  g_assert_no_error (error);
  side->text = scribe_device_prepare (side->device, side->whisper->text, &error);
  g_assert_no_error (error);
}

static void
side_clear (Side *side)
{
  scribe_device_plan_free (side->device, side->audio);
  scribe_device_plan_free (side->device, side->text);
  scribe_device_close (side->device);
  scribe_whisper_graph_free (side->whisper);
  scribe_model_unref (side->model);
}

/* What came of the runs, one after another */
static void
note (GByteArray *found, gconstpointer data, gsize n)
{
  g_byte_array_append (found, data, (guint) n);
}

static void
note_kept (const Side *side, const ScribeGraph *graph, ScribePlan *plan, const ScribeRun *run, GByteArray *found)
{
  for (guint i = 0; i < graph->tensors->len; i++)
    {
      const ScribeTensor *tensor = g_ptr_array_index (graph->tensors, i);
      const gsize n = (gsize) scribe_run_rows (run, tensor->rows) * tensor->n_cols;
      g_autofree float *values = g_new0 (float, n);

      if (tensor->kind == SCRIBE_TENSOR_ACTIVATION && scribe_device_read (side->device, plan, tensor, values))
        note (found, values, n * sizeof *values);
    }
}

/* Windows of different lengths and loudness, the first one twice: the second time is kept from the first. */
static void
encode (const Side *side, GByteArray *found)
{
  static const guint lengths[] = { N_CTX, N_CTX, N_CTX / 2, N_CTX };

  for (guint i = 0; i < G_N_ELEMENTS (lengths); i++)
    {
      const guint n = 160 * 2 * lengths[i] + 240, quieter = i / 2 + 1;
      g_autofree float *samples = g_new0 (float, n);
      const float *const inputs[] = { samples };
      const ScribeRun run = { .inputs = inputs, .n_ctx = lengths[i], .window = i % N_WINDOWS };
      g_autoptr (GError) error = NULL;

      for (guint k = 0; k < n; k++)
        samples[k] = 0.3f / (float) quieter * sinf ((float) k * 0.05f * (float) (1 + i));
      scribe_device_run (side->device, side->audio, &run, &error);
      g_assert_no_error (error);
      note_kept (side, side->whisper->audio, side->audio, &run, found);
    }
}

/* A token of each sequence, from whose answers the next one is taken; one is asked for all its logits now and then. */
static void
step (const Side *side, guint position, ScribeToken tokens[N_SEQUENCES], GByteArray *found)
{
  const ScribeAlignmentHead heads[] = { { 0, 0 }, { 1, 1 } };
  g_autofree float *weights = g_new0 (float, 2 * N_SEQUENCES * N_CTX);
  g_autofree float *logits = g_new0 (float, side->model->sizes.n_vocab);
  ScribeAlignment alignment = { G_N_ELEMENTS (heads), heads, weights };
  ScribeStepToken wanted[N_SEQUENCES];
  ScribeQuery queries[N_SEQUENCES];
  ScribeRun run = { .n_tokens = N_SEQUENCES, .tokens = wanted, .n_queries = N_SEQUENCES, .queries = queries };
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < N_SEQUENCES; i++)
    {
      wanted[i] = (ScribeStepToken){ tokens[i], position, i, 0 };
      queries[i] = (ScribeQuery){ .token = i, .n_top = 5, .probe = -1, .logits = position % 16 == 5 && i == 1 ? logits : NULL };
    }
  if (position % 16 == 9)
    run.alignment = &alignment;
  scribe_device_run (side->device, side->text, &run, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < N_SEQUENCES; i++)
    {
      note (found, queries[i].text.top, queries[i].text.n * sizeof (ScribeCandidate));
      note (found, &queries[i].text.log_sum_exp, sizeof (float));
      tokens[i] = queries[i].text.top[MIN (i, queries[i].text.n - 1)].token;
    }
  note (found, logits, side->model->sizes.n_vocab * sizeof *logits);
  note (found, weights, 2 * N_SEQUENCES * N_CTX * sizeof *weights);
}

static GByteArray *
results (const char *name)
{
  GByteArray *found = g_byte_array_new ();
  ScribeToken tokens[N_SEQUENCES] = { 1, 2, 3 };
  Side side;

  side_init (&side, name);
  encode (&side, found);
  for (guint position = 0; position < N_STEPS; position++)
    {
      step (&side, position, tokens, found);
      if (position % 8 == 7)
        {
          scribe_device_copy_rows (side.device, 0, 2, 0, position + 1);
          tokens[2] = tokens[0] + 1;
        }
    }
  side_clear (&side);
  return found;
}

static void
test_same_bits (void)
{
  g_autoptr (GByteArray) expected = results ("emulator"), found = results ("npu");

  g_assert_cmpmem (found->data, found->len, expected->data, expected->len);
}

/* Two runs of a graph that is given rows, not samples. */
static GByteArray *
normed (const char *name)
{
  enum
  {
    N_COLS = 128,
    N_ROWS = 70
  };
  const ScribeDeviceOptions options = {
    .n_caches = 2, .n_state = N_COLS, .n_text_ctx = 64, .n_audio_ctx = N_ROWS, .n_sequences = 1, .n_windows = 1
  };
  GByteArray *found = g_byte_array_new ();
  g_autoptr (GError) error = NULL;
  ScribeDevice *device = scribe_device_open (name, &options, NULL, &error);
  g_autoptr (ScribeGraph) graph = scribe_graph_new ();
  float gain[N_COLS], bias[N_COLS], rows[N_ROWS * N_COLS];
  const ScribeNorm norm = { gain, bias };
  const ScribeTensor *out = scribe_graph_layer_norm (graph, "norm", scribe_graph_input (graph, SCRIBE_ROWS_CTX, N_COLS), &norm);
  const float *const inputs[] = { rows };
  const ScribeRun run = { .inputs = inputs, .n_ctx = N_ROWS };
  ScribePlan *plan;

  g_assert_no_error (error);
  for (guint i = 0; i < N_COLS; i++)
    {
      gain[i] = 1 + (float) i / N_COLS;
      bias[i] = (float) (i % 3);
    }
  scribe_graph_keep (graph, out, "y");
  plan = scribe_device_prepare (device, graph, &error);
  g_assert_no_error (error);
  for (guint time = 0; time < 2; time++)
    {
      for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
        rows[i] = sinf ((float) (i * (time + 1)));
      scribe_device_run (device, plan, &run, &error);
      g_assert_no_error (error);
      note_kept (&(Side){ .device = device }, graph, plan, &run, found);
    }
  scribe_device_plan_free (device, plan);
  scribe_device_close (device);
  return found;
}

static void
test_rows (void)
{
  g_autoptr (GByteArray) expected = normed ("emulator"), found = normed ("npu");

  g_assert_cmpuint (found->len, >, 0);
  g_assert_cmpmem (found->data, found->len, expected->data, expected->len);
}

/* Times come from a clock of the host, in a row of their own; ops have only what the host did. */
static void
test_times_are_measured (void)
{
  Side side;
  guint n_submissions = 0;
  g_autoptr (GByteArray) found = g_byte_array_new ();

  side_init (&side, "npu");
  encode (&side, found);
  for (guint i = 0; i < side.device->profile->rows->len; i++)
    {
      const ScribeProfileRow *row = &g_array_index (side.device->profile->rows, ScribeProfileRow, i);

      if (strcmp (row->kind, "submission") != 0)
        {
          g_assert_cmpfloat (row->kernel + row->transfer + row->overhead, ==, 0);
          continue;
        }
      n_submissions++;
      if (strcmp (row->op, "encoder.submission") == 0)
        {
          g_assert_cmpuint (row->runs, ==, 4);
          g_assert_cmpfloat (row->kernel, >, 0);
        }
    }
  g_assert_cmpuint (n_submissions, ==, 2);
  side_clear (&side);
}

static void
assert_not_opened (const char *why)
{
  const ScribeDeviceOptions options = {
    .n_caches = 2, .n_state = 128, .n_text_ctx = 64, .n_audio_ctx = 64, .n_sequences = 1, .n_windows = 1
  };
  g_autoptr (GError) error = NULL;

  g_assert_null (scribe_device_open ("npu", &options, NULL, &error));
  g_assert_error (error, SCRIBE_ERROR, SCRIBE_ERROR_DEVICE);
  if (strstr (error->message, why) == NULL)
    g_error ("“%s” was to say “%s”", error->message, why);
}

/* Each trouble has a sentence of its own. */
static void
test_what_is_missing (void)
{
  static const struct
  {
    const char *fault, *why;
  } faults[] = { { "no-device", "finds no NPU" },
                 { "permission", "usermod -aG render" },
                 { "overlay", "does not take its design" },
                 { "busy", "as many programs as it can" },
                 { "room", "emory" },
                 { "memlock", "emory" } };
  g_autofree char *binary = g_build_filename (folder, "overlay-8.xclbin", NULL);
  g_autofree char *hash = g_build_filename (folder, "overlay-8.hash", NULL);
  g_autofree char *plugin = g_strdup (g_getenv ("TILESCRIBE_XRT"));
  g_autofree char *kept = NULL, *text = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (faults); i++)
    {
      g_setenv ("TILESCRIBE_XRT_FAULT", faults[i].fault, TRUE);
      assert_not_opened (faults[i].why);
    }
  g_unsetenv ("TILESCRIBE_XRT_FAULT");

  g_assert_true (g_file_get_contents (hash, &kept, NULL, NULL) && g_file_get_contents (binary, &text, NULL, NULL));
  g_assert_true (g_file_set_contents (hash, "0123456789abcdef\n", -1, NULL));
  assert_not_opened ("another version of the NPU");
  g_assert_cmpint (g_unlink (hash), ==, 0);
  assert_not_opened ("which tells, is missing");
  g_assert_cmpint (g_unlink (binary), ==, 0);
  assert_not_opened ("has not been built");
  g_assert_true (g_file_set_contents (hash, kept, -1, NULL) && g_file_set_contents (binary, text, -1, NULL));

  g_setenv ("TILESCRIBE_XRT", "/nonexistent/plugin.so", TRUE);
  assert_not_opened ("Install the package tilescribe-npu");
  g_setenv ("TILESCRIBE_XRT", binary, TRUE);
  assert_not_opened ("XRT");
  g_setenv ("TILESCRIBE_XRT", plugin, TRUE);
}

int
main (int argc, char **argv)
{
  g_autofree char *command = NULL;
  g_autoptr (GError) error = NULL;
  int result;

  g_test_init (&argc, &argv, NULL);
  folder = g_dir_make_tmp ("tilescribe-npu-XXXXXX", &error);
  g_assert_no_error (error);
  command = g_strdup_printf ("'%s' '%s'", g_getenv ("TILESCRIBE_TEST_OVERLAY"), folder);
  g_spawn_command_line_sync (command, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  g_setenv ("TILESCRIBE_DATA", folder, TRUE);
  g_setenv ("TILESCRIBE_XRT", g_getenv ("TILESCRIBE_TEST_PLUGIN"), TRUE);

  g_test_add_func ("/npu-plugin/same-bits", test_same_bits);
  g_test_add_func ("/npu-plugin/rows", test_rows);
  g_test_add_func ("/npu-plugin/times-are-measured", test_times_are_measured);
  g_test_add_func ("/npu-plugin/what-is-missing", test_what_is_missing);
  result = g_test_run ();

  for (guint i = 0; i < 2; i++)
    {
      g_autofree char *path = g_build_filename (folder, i ? "overlay-8.hash" : "overlay-8.xclbin", NULL);

      g_unlink (path);
    }
  g_rmdir (folder);
  g_free (folder);
  return result;
}
