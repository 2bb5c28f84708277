/* test-model-damaged.c - model files that are not whole
 *
 * Bad ones are made of a small good one, whose bytes are taken apart here as the format says:
 *
 *   magic, 11 sizes | filters: 2 sizes, values | words: count, (length, bytes)* | tensors: 3 numbers, dims, name, values
 *
 * SPDX-License-Identifier: MIT
 */
#include "golden.h"

#include "error.h"
#include "model/whisper-weights.h"

#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>

#define N_SIZES 11

typedef struct
{
  gsize at, dims, name, values, end; /* where its head, dims, name and values begin, and it ends */
  guint32 n_dims, name_length, type;
} Tensor;

typedef struct
{
  GByteArray *bytes; /* of a good model */
  gsize filters, words, tensors_at;
  GArray *tensors; /* of Tensor */
  char *path;      /* where bad ones are written */
} Fixture;

static guint32
read_u32 (const GByteArray *bytes, gsize at)
{
  guint32 value;

  g_assert_cmpuint (at + 4, <=, bytes->len);
  memcpy (&value, bytes->data + at, 4);
  return GUINT32_FROM_LE (value);
}

static void
write_u32 (GByteArray *bytes, gsize at, guint32 value)
{
  value = GUINT32_TO_LE (value);
  memcpy (bytes->data + at, &value, 4);
}

static void
find_tensors (Fixture *f)
{
  gsize at = f->tensors_at;

  f->tensors = g_array_new (FALSE, FALSE, sizeof (Tensor));
  while (at < f->bytes->len)
    {
      Tensor t = { .at = at,
                   .n_dims = read_u32 (f->bytes, at),
                   .name_length = read_u32 (f->bytes, at + 4),
                   .type = read_u32 (f->bytes, at + 8) };
      gsize n_values = 1;

      t.dims = at + 12;
      t.name = t.dims + 4 * t.n_dims;
      t.values = t.name + t.name_length;
      for (guint i = 0; i < t.n_dims; i++)
        n_values *= read_u32 (f->bytes, t.dims + 4 * i);
      t.end = at = t.values + scribe_weight_row_bytes (t.type, n_values);
      g_array_append_val (f->tensors, t);
    }
  g_assert_cmpuint (at, ==, f->bytes->len);
}

/* The model of this name, taken apart; FALSE, and the test is marked as skipped, where there is none. */
static gboolean
fixture_init (Fixture *f, const char *model)
{
  g_autoptr (Golden) golden = golden_open ();
  g_autofree char *path = NULL;
  char *contents;
  gsize length, at;

  if (golden == NULL)
    {
      g_test_skip ("there are no models without Python and numpy");
      return FALSE;
    }
  path = golden_model_path (golden, model);
  g_assert_true (g_file_get_contents (path, &contents, &length, NULL));
  *f = (Fixture){ .bytes = g_byte_array_new_take ((guint8 *) contents, length), .filters = 4 * (1 + N_SIZES) };
  f->words = at = f->filters + 8 + 4 * read_u32 (f->bytes, f->filters) * read_u32 (f->bytes, f->filters + 4);
  at += 4;
  for (guint32 i = 0, n = read_u32 (f->bytes, f->words); i < n; i++)
    at += 4 + read_u32 (f->bytes, at);
  f->tensors_at = at;
  find_tensors (f);
  g_close (g_file_open_tmp ("tilescribe-XXXXXX.bin", &f->path, NULL), NULL);
  return TRUE;
}

static void
fixture_clear (Fixture *f)
{
  g_byte_array_unref (f->bytes);
  g_array_unref (f->tensors);
  g_unlink (f->path);
  g_free (f->path);
}

static const Tensor *
tensor (const Fixture *f, const char *name)
{
  for (guint i = 0; i < f->tensors->len; i++)
    {
      const Tensor *t = &g_array_index (f->tensors, Tensor, i);

      if (strlen (name) == t->name_length && memcmp (f->bytes->data + t->name, name, t->name_length) == 0)
        return t;
    }
  g_error ("there is no tensor “%s”", name);
}

static GByteArray *
copy_of (const Fixture *f)
{
  GByteArray *copy = g_byte_array_sized_new (f->bytes->len);

  return g_byte_array_append (copy, f->bytes->data, f->bytes->len);
}

/* Opening the first n bytes fails with one sentence that names the file and holds these words. */
static void
assert_refused (const Fixture *f, const GByteArray *bytes, gsize n, const char *words)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ScribeModel) model = NULL;
  FILE *file = fopen (f->path, "wb");

  g_assert_nonnull (file);
  g_assert_cmpuint (fwrite (bytes->data, 1, n, file), ==, n);
  g_assert_cmpint (fclose (file), ==, 0);
  model = scribe_model_open (f->path, &error);
  if (model != NULL)
    g_error ("a model opens of which %s was expected", words ? words : "the end is missing");
  g_assert_error (error, SCRIBE_ERROR, SCRIBE_ERROR_MODEL);
  if (strstr (error->message, f->path) == NULL || (words && strstr (error->message, words) == NULL))
    g_error ("“%s” does not tell “%s” and “%s”", error->message, f->path, words ? words : "");
}

static void
test_truncated (void)
{
  Fixture f;
  g_autoptr (GRand) random = g_rand_new_with_seed (1);

  if (!fixture_init (&f, "en-q5_0"))
    return;
  for (gsize n = 0; n <= f.filters + 8; n += n < f.filters ? 1 : 4)
    assert_refused (&f, f.bytes, n, NULL);
  assert_refused (&f, f.bytes, f.words, NULL);
  assert_refused (&f, f.bytes, f.words + 4, NULL);
  assert_refused (&f, f.bytes, f.tensors_at - 1, NULL);
  assert_refused (&f, f.bytes, f.tensors_at, "missing");
  for (guint i = 0; i < f.tensors->len; i++)
    {
      const Tensor *t = &g_array_index (f.tensors, Tensor, i);
      const gsize ends[] = { t->at, t->at + 5, t->dims, t->dims + 2, t->name, t->name + 1, t->values, t->values + 1, t->end - 1 };

      /* a file may end after many megabytes of table: a few tensors are enough */
      if (i % 9 == 0)
        for (guint j = 0; j < G_N_ELEMENTS (ends); j++)
          assert_refused (&f, f.bytes, ends[j], NULL);
    }
  for (guint i = 0; i < 200; i++)
    assert_refused (&f, f.bytes, g_rand_double (random) * f.bytes->len, NULL);
  fixture_clear (&f);
}

static void
test_header (void)
{
  static const struct
  {
    guint field; /* 0: magic; 1: n_vocab, ... in the order of the file */
    guint32 value;
  } bad[] = {
    { 0, 0x46554747 }, { 0, 0 },                                               /* GGUF */
    { 1, 0 },          { 1, 51863 },  { 1, 51867 },       { 1, G_MAXUINT32 },  /* n_vocab */
    { 2, 0 },          { 2, 100000 }, { 2, G_MAXUINT32 }, { 2, 33 },           /* n_audio_ctx */
    { 3, 0 },          { 3, 63 },     { 3, 128 },         { 3, G_MAXUINT32 },  /* n_audio_state */
    { 4, 0 },          { 4, 2 },      { 4, 0x4000001 },                        /* n_audio_head */
    { 5, 0 },          { 5, 1 },      { 5, 3 },           { 5, G_MAXUINT32 },  /* n_audio_layer */
    { 6, 0 },          { 6, 31 },     { 6, G_MAXUINT32 },                      /* n_text_ctx */
    { 7, 0 },          { 7, 128 },                                             /* n_text_state */
    { 8, 0 },          { 8, 7 },                                               /* n_text_head */
    { 9, 0 },          { 9, 2 },      { 9, G_MAXUINT32 },                      /* n_text_layer */
    { 10, 0 },         { 10, 81 },    { 10, 128 },        { 10, G_MAXUINT32 }, /* n_mels */
  };
  Fixture f;

  if (!fixture_init (&f, "en-q5_0"))
    return;
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GByteArray) bytes = copy_of (&f);

      g_test_message ("size %u is %u", bad[i].field, bad[i].value);
      write_u32 (bytes, 4 * bad[i].field, bad[i].value);
      assert_refused (&f, bytes, bytes->len, bad[i].field == 0 ? "ggml" : NULL);
    }
  fixture_clear (&f);
}

static void
test_filters_and_words (void)
{
  Fixture f;
  g_autoptr (GByteArray) bytes = NULL;
  const guint32 counts[] = { 51865, 0x7fffffff, G_MAXUINT32 }, lengths[] = { 1025, 0x7fffffff, G_MAXUINT32 };

  if (!fixture_init (&f, "en-q5_0"))
    return;
  bytes = copy_of (&f);
  write_u32 (bytes, f.filters, 128);
  assert_refused (&f, bytes, bytes->len, "filters");
  write_u32 (bytes, f.filters, 80);
  write_u32 (bytes, f.filters + 4, 0x10000001);
  assert_refused (&f, bytes, bytes->len, "filters");
  write_u32 (bytes, f.filters + 4, SCRIBE_N_BINS);

  for (guint i = 0; i < G_N_ELEMENTS (counts); i++)
    {
      write_u32 (bytes, f.words, counts[i]);
      assert_refused (&f, bytes, bytes->len, "words");
    }
  write_u32 (bytes, f.words, read_u32 (f.bytes, f.words));
  for (guint i = 0; i < G_N_ELEMENTS (lengths); i++)
    {
      write_u32 (bytes, f.words + 4, lengths[i]);
      assert_refused (&f, bytes, bytes->len, NULL);
    }
  fixture_clear (&f);
}

/* The file without this tensor. */
static GByteArray *
without (const Fixture *f, const Tensor *t)
{
  GByteArray *bytes = g_byte_array_sized_new (f->bytes->len);

  g_byte_array_append (bytes, f->bytes->data, t->at);
  return g_byte_array_append (bytes, f->bytes->data + t->end, f->bytes->len - t->end);
}

static void
test_missing (void)
{
  const char *const names[] = { "encoder.conv1.weight",
                                "encoder.conv2.bias",
                                "encoder.blocks.1.attn.key.weight",
                                "encoder.ln_post.bias",
                                "decoder.positional_embedding",
                                "decoder.blocks.0.cross_attn.out.bias",
                                "decoder.blocks.0.mlp.2.weight",
                                "decoder.ln.weight" };
  Fixture f;

  if (!fixture_init (&f, "en-q5_0"))
    return;
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (GByteArray) bytes = without (&f, tensor (&f, names[i]));
      g_autofree char *quoted = g_strdup_printf ("“%s”", names[i]);

      g_test_message ("without %s", names[i]);
      assert_refused (&f, bytes, bytes->len, "missing");
      assert_refused (&f, bytes, bytes->len, quoted);
    }
  fixture_clear (&f);
}

static void
test_twice (void)
{
  const char *const names[] = { "encoder.conv1.weight", "decoder.blocks.0.cross_attn.out.bias",
                                "encoder.blocks.1.attn.key.weight" };
  Fixture f;

  if (!fixture_init (&f, "en-q5_0"))
    return;
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      const Tensor *t = tensor (&f, names[i]);
      g_autoptr (GByteArray) bytes = copy_of (&f);
      g_autofree char *quoted = g_strdup_printf ("“%s”", names[i]);

      g_byte_array_append (bytes, f.bytes->data + t->at, t->end - t->at);
      assert_refused (&f, bytes, bytes->len, "twice");
      assert_refused (&f, bytes, bytes->len, quoted);
    }
  fixture_clear (&f);
}

static void
test_shapes (void)
{
  const char *const swapped[] = { "decoder.token_embedding.weight", "encoder.blocks.0.mlp.0.weight",
                                  "decoder.blocks.0.mlp.2.weight", "encoder.positional_embedding" };
  const guint32 sizes[] = { 0, 1, 63, 65, 0x10000, 0x7fffffff, 0x80000000, G_MAXUINT32 };
  Fixture f;

  if (!fixture_init (&f, "en-f16"))
    return;
  for (guint i = 0; i < G_N_ELEMENTS (swapped); i++)
    {
      const Tensor *t = tensor (&f, swapped[i]);
      g_autoptr (GByteArray) bytes = copy_of (&f);
      const gboolean is_square = read_u32 (f.bytes, t->dims) == read_u32 (f.bytes, t->dims + 4);

      if (is_square)
        continue;
      write_u32 (bytes, t->dims, read_u32 (f.bytes, t->dims + 4));
      write_u32 (bytes, t->dims + 4, read_u32 (f.bytes, t->dims));
      assert_refused (&f, bytes, bytes->len, "swapped");
    }
  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    for (guint dim = 0; dim < 2; dim++)
      {
        const Tensor *t = tensor (&f, "encoder.blocks.0.attn.query.weight");
        g_autoptr (GByteArray) bytes = copy_of (&f);

        write_u32 (bytes, t->dims + 4 * dim, sizes[i]);
        assert_refused (&f, bytes, bytes->len, "encoder.blocks.0.attn.query.weight");
      }
  fixture_clear (&f);
}

static void
test_tensor_head (void)
{
  const guint32 n_dims[] = { 0, 5, G_MAXUINT32 }, lengths[] = { 257, 0x7fffffff, G_MAXUINT32 },
                types[] = { 2, 3, 5, 9, 30, G_MAXUINT32 };
  Fixture f;
  const Tensor *t;

  if (!fixture_init (&f, "en-q5_0"))
    return;
  t = tensor (&f, "encoder.blocks.0.attn.query.weight");
  for (guint i = 0; i < G_N_ELEMENTS (types); i++)
    {
      g_autoptr (GByteArray) bytes = copy_of (&f);

      write_u32 (bytes, t->at + 8, types[i]);
      assert_refused (&f, bytes, bytes->len, "format");
    }
  for (guint i = 0; i < G_N_ELEMENTS (n_dims); i++)
    {
      g_autoptr (GByteArray) bytes = copy_of (&f);

      write_u32 (bytes, t->at, n_dims[i]);
      assert_refused (&f, bytes, bytes->len, NULL);
      write_u32 (bytes, t->at, 2);
      write_u32 (bytes, t->at + 4, lengths[i]);
      assert_refused (&f, bytes, bytes->len, NULL);
    }
  fixture_clear (&f);
}

/* A vector must be f32: it is read as it lies. */
static void
test_vector_type (void)
{
  Fixture f;
  const Tensor *t;
  g_autoptr (GByteArray) bytes = NULL;

  if (!fixture_init (&f, "en-f32"))
    return;
  t = tensor (&f, "encoder.ln_post.bias");
  bytes = g_byte_array_sized_new (f.bytes->len);
  g_byte_array_append (bytes, f.bytes->data, t->values);
  g_byte_array_append (bytes, f.bytes->data + t->values, (t->end - t->values) / 2);
  g_byte_array_append (bytes, f.bytes->data + t->end, f.bytes->len - t->end);
  write_u32 (bytes, t->at + 8, SCRIBE_WEIGHT_F16);
  assert_refused (&f, bytes, bytes->len, "encoder.ln_post.bias");
  fixture_clear (&f);
}

static void
test_unknown_names (void)
{
  const char *const names[] = { "encoder.blocks.9.attn.key.weight", "encoder.blocks.x.attn.key.weight",
                                "encoder.blocks.0.attn.kex.weight", "\xff\xfe\x00.blocks.0.attn.kex.weight",
                                "%s%s%s%s%s%s%s%s.0.attn.key.weight" };
  Fixture f;
  const Tensor *t;

  if (!fixture_init (&f, "en-q5_0"))
    return;
  t = tensor (&f, "encoder.blocks.0.attn.key.weight");
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (GByteArray) bytes = copy_of (&f);

      memset (bytes->data + t->name, 'x', t->name_length);
      memcpy (bytes->data + t->name, names[i], MIN (t->name_length, strlen (names[i])));
      assert_refused (&f, bytes, bytes->len, "no tensor");
    }
  fixture_clear (&f);
}

static void
test_random_bytes (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (2);
  Fixture f;

  if (!fixture_init (&f, "en-q5_0"))
    return;
  for (guint i = 0; i < 100; i++)
    {
      g_autoptr (GByteArray) bytes = g_byte_array_new ();
      guint n = g_rand_int_range (random, 0, 5000);

      g_byte_array_append (bytes, f.bytes->data, i % 2 ? f.filters : 0);
      for (guint j = 0; j < n; j++)
        {
          guint8 byte = g_rand_int (random);

          g_byte_array_append (bytes, &byte, 1);
        }
      assert_refused (&f, bytes, bytes->len, NULL);
    }
  fixture_clear (&f);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/model-damaged/truncated", test_truncated);
  g_test_add_func ("/model-damaged/header", test_header);
  g_test_add_func ("/model-damaged/filters-and-words", test_filters_and_words);
  g_test_add_func ("/model-damaged/missing-tensor", test_missing);
  g_test_add_func ("/model-damaged/tensor-twice", test_twice);
  g_test_add_func ("/model-damaged/shapes", test_shapes);
  g_test_add_func ("/model-damaged/tensor-head", test_tensor_head);
  g_test_add_func ("/model-damaged/vector-type", test_vector_type);
  g_test_add_func ("/model-damaged/unknown-names", test_unknown_names);
  g_test_add_func ("/model-damaged/random-bytes", test_random_bytes);
  return g_test_run ();
}
