/* test-model.c - model files of every format, opened, and what is no file at all
 *
 * SPDX-License-Identifier: MIT
 */
#include "golden.h"

#include "error.h"
#include "model/whisper-weights.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

static const struct
{
  const char *name, *type;
  guint n_vocab, n_mels;
} models[] = {
  { "en-f32", "f32", 51864, 80 },      { "en-f16", "f16", 51864, 80 },   { "en-q8_0", "q8_0", 51864, 80 },
  { "en-q5_0", "q5_0", 51864, 80 },    { "en-q5_1", "q5_1", 51864, 80 }, { "multi-f16", "f16", 51865, 80 },
  { "multi-q5_0", "q5_0", 51865, 80 }, { "v3-f32", "f32", 51866, 128 },  { "v3-q8_0", "q8_0", 51866, 128 },
  { "v3-q5_1", "q5_1", 51866, 128 },
};

static void
test_formats (void)
{
  g_autoptr (Golden) golden = golden_open ();

  if (golden == NULL)
    {
      g_test_skip ("there are no models without Python and numpy");
      return;
    }
  for (guint i = 0; i < G_N_ELEMENTS (models); i++)
    {
      g_autofree char *path = golden_model_path (golden, models[i].name);
      g_autoptr (GError) error = NULL;
      g_autoptr (ScribeModel) model = scribe_model_open (path, &error);
      g_autofree char *description = NULL;

      g_assert_no_error (error);
      description = scribe_model_describe (model);
      g_assert_cmpstr (scribe_model_get_name (model), ==, models[i].name);
      g_assert_cmpuint (model->sizes.n_vocab, ==, models[i].n_vocab);
      g_assert_cmpuint (model->sizes.n_mels, ==, models[i].n_mels);
      g_assert_true (g_str_has_suffix (description, models[i].type));
      g_assert_cmpint (strstr (description, "multilingual") != NULL, ==, models[i].n_vocab > 51864);
    }
}

/* Weights of each format are those of the f32 model, as exact as the format is: the files come of the same numbers. */
static void
assert_like (const ScribeWeight *found, const ScribeWeight *right, double tolerance)
{
  g_autofree float *a = g_new (float, found->n_cols), *b = g_new (float, found->n_cols);
  double worst = 0, largest = 0;

  g_assert_cmpuint (found->n_rows, ==, right->n_rows);
  g_assert_cmpuint (found->n_cols, ==, right->n_cols);
  for (guint row = 0; row < found->n_rows; row++)
    {
      scribe_weight_row (found, row, a);
      scribe_weight_row (right, row, b);
      for (guint i = 0; i < found->n_cols; i++)
        {
          worst = MAX (worst, ABS (a[i] - b[i]));
          largest = MAX (largest, ABS (b[i]));
        }
    }
  if (worst > tolerance * largest)
    g_error ("%s: off by %g of %g", found->name, worst, largest);
}

static void
test_same_weights (void)
{
  g_autoptr (Golden) golden = golden_open ();
  const double tolerance[] = { 0, 6e-4, 5e-3, 0.05, 0.05 };
  g_autofree char *right_path = NULL;
  g_autoptr (ScribeModel) right = NULL;

  if (golden == NULL)
    {
      g_test_skip ("there are no models without Python and numpy");
      return;
    }
  right_path = golden_model_path (golden, "en-f32");
  right = scribe_model_open (right_path, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (tolerance); i++)
    {
      g_autofree char *path = golden_model_path (golden, models[i].name);
      g_autoptr (ScribeModel) model = scribe_model_open (path, NULL);
      const guint n_state = model->sizes.n_state;

      assert_like (&model->embedding, &right->embedding, tolerance[i]);
      assert_like (&model->encoder[1].mlp_down.weight, &right->encoder[1].mlp_down.weight, tolerance[i]);
      assert_like (&model->decoder[0].cross.key.weight, &right->decoder[0].cross.key.weight, tolerance[i]);
      assert_like (&model->conv1.weight, &right->conv1.weight, 6e-4);
      assert_like (&model->conv2.weight, &right->conv2.weight, 6e-4);
      assert_like (&model->audio_positions, &right->audio_positions, 0);
      g_assert_cmpmem (model->decoder_norm.gain, n_state * sizeof (float), right->decoder_norm.gain, n_state * sizeof (float));
      g_assert_cmpmem (model->decoder[0].mlp_up.bias, 4 * n_state * sizeof (float), right->decoder[0].mlp_up.bias,
                       4 * n_state * sizeof (float));
    }
}

/* Blocks of quantised weights, against the values that the reference unpacks. */
static void
test_rows (void)
{
  g_autoptr (Golden) golden = golden_open ();
  guint n_checked = 0;

  if (golden == NULL)
    {
      g_test_skip ("there are no golden values without Python and numpy");
      return;
    }
  for (guint n = 0;; n++)
    {
      g_autofree char *bytes_key = g_strdup_printf ("linear/%u/bytes", n), *type_key = g_strdup_printf ("linear/%u/type", n),
                      *w_key = g_strdup_printf ("linear/%u/w", n);
      g_autofree float *row = NULL;
      gsize dims[4];
      const float *w;
      ScribeWeight weight;

      if (!golden_has (golden, type_key))
        break;
      if (!golden_has (golden, bytes_key))
        continue;
      w = golden_f32 (golden, w_key, NULL, dims);
      weight = (ScribeWeight){ w_key, golden_int (golden, type_key), dims[0], dims[1],
                               golden_u8 (golden, bytes_key, NULL, NULL) };
      row = g_new (float, dims[1]);
      for (gsize i = 0; i < dims[0]; i++)
        {
          scribe_weight_row (&weight, i, row);
          for (gsize j = 0; j < dims[1]; j++)
            g_assert_cmpfloat_with_epsilon (row[j], w[i * dims[1] + j], 1e-6);
        }
      n_checked++;
    }
  g_assert_cmpuint (n_checked, >=, 9);
}

static void
test_halves (void)
{
  const struct
  {
    guint16 half;
    float value;
  } halves[] = { { 0x0000, 0 },        { 0x3c00, 1 },         { 0xc000, -2 },
                 { 0x7bff, 65504 },    { 0x0001, 0x1p-24f },  { 0x03ff, 0x3ffp-24f },
                 { 0x0400, 0x1p-14f }, { 0x8001, -0x1p-24f }, { 0x3555, 0x1.554p-2f } };

  for (guint i = 0; i < G_N_ELEMENTS (halves); i++)
    g_assert_cmpfloat (scribe_half_to_float (halves[i].half), ==, halves[i].value);
  g_assert_true (scribe_half_to_float (0x7c00) > 1e38f);
  g_assert_true (scribe_half_to_float (0x7e00) != scribe_half_to_float (0x7e00));
}

static void
test_shared (void)
{
  g_autofree char *path = g_build_filename (g_getenv ("TILESCRIBE_DATA"), "models", "starter-en.bin", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (ScribeModel) model = scribe_model_open (path, &error);
  g_autoptr (ScribeModel) again = NULL;

  g_assert_no_error (error);
  again = scribe_model_ref (model);
  g_clear_pointer (&model, scribe_model_unref);
  g_assert_cmpstr (scribe_model_get_name (again), ==, "starter-en");
}

static void
assert_no_model (const char *path, const char *words)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (scribe_model_open (path, &error));
  g_assert_error (error, SCRIBE_ERROR, SCRIBE_ERROR_MODEL);
  g_assert_nonnull (strstr (error->message, path));
  g_assert_nonnull (strstr (error->message, words));
}

static void
test_no_file (void)
{
  g_autofree char *folder = g_dir_make_tmp ("tilescribe-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "model.bin", NULL);

  assert_no_model (path, "No such file");
  assert_no_model (folder, "folder");
  g_assert_true (g_file_set_contents (path, "", 0, NULL));
  assert_no_model (path, "not a Whisper model");
  g_chmod (path, 0);
  if (geteuid () != 0) /* root may read anything */
    assert_no_model (path, "Permission denied");
  g_unlink (path);
  g_rmdir (folder);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/model/formats", test_formats);
  g_test_add_func ("/model/same-weights-in-every-format", test_same_weights);
  g_test_add_func ("/model/quantised-rows", test_rows);
  g_test_add_func ("/model/halves", test_halves);
  g_test_add_func ("/model/shared", test_shared);
  g_test_add_func ("/model/no-file", test_no_file);
  return g_test_run ();
}
