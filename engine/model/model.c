/* model.c - open a whisper.cpp ggml file
 *
 *   magic, 11 sizes | mel filters: n_mel, n_bins, values | words: count, (length, bytes)* |
 *   tensors until the end: n_dims, name length, type, dims (fastest first), name, values
 *
 * The file is mapped and walked once; each tensor is looked up in one table of name, shape and field (tensor_specs), so a file
 * that holds too few, too many, or wrong-shaped tensors is told by the tensor's name. Nothing in the file is trusted: every
 * length is checked against what is left before it is used.
 * Source of the format: whisper.cpp, models/convert-pt-to-ggml.py and whisper_model_load().
 *
 * SPDX-License-Identifier: MIT
 */
#include "error.h"
#include "whisper-weights.h"

#include <glib/gi18n-lib.h>
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#define MAGIC      0x67676d6c
#define MAX_LAYERS 64
#define MAX_STATE  4096
#define MAX_CTX    4096

/* Shapes, in terms of the model's sizes */
typedef enum
{
  DIM_ONE,
  DIM_STATE,
  DIM_STATE_4,
  DIM_STATE_3, /* conv2's columns: three taps of n_state channels */
  DIM_MELS_3,
  DIM_AUDIO_CTX,
  DIM_TEXT_CTX,
  DIM_VOCAB
} Dim;

typedef enum
{
  FIELD_WEIGHT, /* ScribeWeight, in the file's format */
  FIELD_FLOATS  /* const float *, copied */
} Field;

typedef struct
{
  const char *name; /* in a layer: what follows "encoder.blocks.N." */
  Field field;
  gsize offset; /* in ScribeModel or ScribeBlock */
  Dim rows, cols;
} TensorSpec;

#define NORM(base, type, member)                                                             \
  { base ".weight", FIELD_FLOATS, G_STRUCT_OFFSET (type, member.gain), DIM_ONE, DIM_STATE }, \
  {                                                                                          \
    base ".bias", FIELD_FLOATS, G_STRUCT_OFFSET (type, member.bias), DIM_ONE, DIM_STATE      \
  }

#define MATRIX(base, type, member, rows, cols)                                      \
  {                                                                                 \
    base ".weight", FIELD_WEIGHT, G_STRUCT_OFFSET (type, member.weight), rows, cols \
  }
#define BIAS(base, type, member, cols)                                             \
  {                                                                                \
    base ".bias", FIELD_FLOATS, G_STRUCT_OFFSET (type, member.bias), DIM_ONE, cols \
  }
#define LINEAR(base, type, member, rows, cols) MATRIX (base, type, member, rows, cols), BIAS (base, type, member, rows)

#define ATTENTION(base, member)                                                \
  LINEAR (base ".query", ScribeBlock, member.query, DIM_STATE, DIM_STATE),     \
      MATRIX (base ".key", ScribeBlock, member.key, DIM_STATE, DIM_STATE),     \
      LINEAR (base ".value", ScribeBlock, member.value, DIM_STATE, DIM_STATE), \
      LINEAR (base ".out", ScribeBlock, member.out, DIM_STATE, DIM_STATE)

static const TensorSpec model_specs[] = {
  LINEAR ("encoder.conv1", ScribeModel, conv1, DIM_STATE, DIM_MELS_3),
  LINEAR ("encoder.conv2", ScribeModel, conv2, DIM_STATE, DIM_STATE_3),
  { "encoder.positional_embedding", FIELD_WEIGHT, G_STRUCT_OFFSET (ScribeModel, audio_positions), DIM_AUDIO_CTX, DIM_STATE },
  NORM ("encoder.ln_post", ScribeModel, encoder_norm),
  { "decoder.token_embedding.weight", FIELD_WEIGHT, G_STRUCT_OFFSET (ScribeModel, embedding), DIM_VOCAB, DIM_STATE },
  { "decoder.positional_embedding", FIELD_WEIGHT, G_STRUCT_OFFSET (ScribeModel, text_positions), DIM_TEXT_CTX, DIM_STATE },
  NORM ("decoder.ln", ScribeModel, decoder_norm),
};

static const TensorSpec block_specs[] = {
  NORM ("attn_ln", ScribeBlock, attn_norm),
  ATTENTION ("attn", attn),
  NORM ("mlp_ln", ScribeBlock, mlp_norm),
  LINEAR ("mlp.0", ScribeBlock, mlp_up, DIM_STATE_4, DIM_STATE),
  LINEAR ("mlp.2", ScribeBlock, mlp_down, DIM_STATE, DIM_STATE_4),
};

static const TensorSpec cross_specs[] = {
  NORM ("cross_attn_ln", ScribeBlock, cross_norm),
  ATTENTION ("cross_attn", cross),
};

typedef struct
{
  const char *path;
  const guint8 *at, *end;
} Reader;

static gboolean
damaged (GError **error, const char *path, const char *what)
{
  g_set_error (error, SCRIBE_ERROR, SCRIBE_ERROR_MODEL, _ ("“%s” is not a whole Whisper model: %s. Download it again."), path,
               what);
  return FALSE;
}

/* n bytes, or NULL with error set where the file ends before. */
static const guint8 *
take (Reader *reader, guint64 n, GError **error)
{
  const guint8 *bytes = reader->at;

  if (n > (guint64) (reader->end - reader->at))
    {
      damaged (error, reader->path, _ ("the file ends too early"));
      return NULL;
    }
  reader->at += n;
  return bytes;
}

static gboolean
take_u32 (Reader *reader, guint n, guint32 *values, GError **error)
{
  const guint8 *bytes = take (reader, 4 * (guint64) n, error);

  if (bytes == NULL)
    return FALSE;
  memcpy (values, bytes, 4 * (gsize) n);
  for (guint i = 0; i < n; i++)
    values[i] = GUINT32_FROM_LE (values[i]);
  return TRUE;
}

static gboolean
read_sizes (Reader *reader, ScribeModelSizes *sizes, GError **error)
{
  guint32 h[11];
  guint32 magic;

  if (reader->end - reader->at < 4 || !take_u32 (reader, 1, &magic, NULL) || magic != MAGIC)
    {
      g_set_error (error, SCRIBE_ERROR, SCRIBE_ERROR_MODEL,
                   _ ("“%s” is not a Whisper model in ggml form. Models are listed by “tilescribe models list”."), reader->path);
      return FALSE;
    }
  if (!take_u32 (reader, 11, h, error))
    return FALSE;

  *sizes = (ScribeModelSizes){ .n_vocab = h[0],
                               .n_audio_ctx = h[1],
                               .n_state = h[2],
                               .n_head = h[3],
                               .n_audio_layer = h[4],
                               .n_text_ctx = h[5],
                               .n_text_layer = h[8],
                               .n_mels = h[9] };

  if (sizes->n_audio_ctx < 1 || sizes->n_audio_ctx > MAX_CTX || sizes->n_text_ctx < 16 || sizes->n_text_ctx > MAX_CTX
      || sizes->n_audio_layer < 1 || sizes->n_audio_layer > MAX_LAYERS || sizes->n_text_layer < 1
      || sizes->n_text_layer > MAX_LAYERS || sizes->n_state < SCRIBE_HEAD_SIZE || sizes->n_state > MAX_STATE
      || sizes->n_head * SCRIBE_HEAD_SIZE != sizes->n_state || h[6] != sizes->n_state || h[7] != sizes->n_head
      || (sizes->n_mels != 80 && sizes->n_mels != 128))
    return damaged (error, reader->path, _ ("the sizes in its header are not those of any Whisper model"));

  return TRUE;
}

static gboolean
read_filters (Reader *reader, ScribeModel *model, GError **error)
{
  guint32 shape[2];

  if (!take_u32 (reader, 2, shape, error))
    return FALSE;
  if (shape[0] != model->sizes.n_mels || shape[1] != SCRIBE_N_BINS)
    return damaged (error, reader->path, _ ("its mel filters have the wrong shape"));

  model->mel_filters = (ScribeWeight){ "mel_filters", SCRIBE_WEIGHT_F32, shape[0], shape[1],
                                       take (reader, 4 * (guint64) shape[0] * shape[1], error) };
  return model->mel_filters.data != NULL;
}

static gboolean
read_words (Reader *reader, ScribeModel *model, GError **error)
{
  g_autoptr (GPtrArray) words = g_ptr_array_new ();
  g_autoptr (GArray) lengths = g_array_new (FALSE, FALSE, sizeof (guint32));
  guint32 n_words, length;

  if (!take_u32 (reader, 1, &n_words, error))
    return FALSE;
  if (n_words > model->sizes.n_vocab)
    return damaged (error, reader->path, _ ("it has more words than its vocabulary holds"));

  for (guint i = 0; i < n_words; i++)
    {
      const guint8 *word;

      if (!take_u32 (reader, 1, &length, error))
        return FALSE;
      word = take (reader, length, error);
      if (word == NULL)
        return FALSE;
      g_ptr_array_add (words, (gpointer) word);
      g_array_append_val (lengths, length);
    }

  model->tokenizer = scribe_tokenizer_new ((const guint8 *const *) words->pdata, (const guint32 *) (void *) lengths->data,
                                           n_words, model->sizes.n_vocab, error);
  if (model->tokenizer == NULL)
    g_prefix_error (error, "“%s”: ", reader->path);
  return model->tokenizer != NULL;
}

static guint
dim_size (const ScribeModelSizes *sizes, Dim dim)
{
  switch (dim)
    {
    case DIM_ONE:
      return 1;
    case DIM_STATE:
      return sizes->n_state;
    case DIM_STATE_4:
      return 4 * sizes->n_state;
    case DIM_STATE_3:
      return 3 * sizes->n_state;
    case DIM_MELS_3:
      return 3 * sizes->n_mels;
    case DIM_AUDIO_CTX:
      return sizes->n_audio_ctx;
    case DIM_TEXT_CTX:
      return sizes->n_text_ctx;
    case DIM_VOCAB:
      return sizes->n_vocab;
    }
  g_assert_not_reached ();
}

static const TensorSpec *
find_in (const TensorSpec *specs, guint n_specs, const char *name)
{
  for (guint i = 0; i < n_specs; i++)
    if (strcmp (specs[i].name, name) == 0)
      return &specs[i];
  return NULL;
}

/* The spec of a tensor and the struct that it is a field of; NULL for a name that Whisper does not have. */
static const TensorSpec *
find_spec (ScribeModel *model, const char *name, gpointer *object)
{
  gboolean is_encoder = g_str_has_prefix (name, "encoder.blocks.");
  const TensorSpec *spec;
  char *suffix;
  guint64 layer;

  if (!is_encoder && !g_str_has_prefix (name, "decoder.blocks."))
    {
      *object = model;
      return find_in (model_specs, G_N_ELEMENTS (model_specs), name);
    }

  layer = g_ascii_strtoull (name + strlen ("encoder.blocks."), &suffix, 10);
  if (*suffix != '.' || layer >= (is_encoder ? model->sizes.n_audio_layer : model->sizes.n_text_layer))
    return NULL;

  *object = is_encoder ? &model->encoder[layer] : &model->decoder[layer];
  spec = find_in (block_specs, G_N_ELEMENTS (block_specs), suffix + 1);
  if (spec == NULL && !is_encoder)
    spec = find_in (cross_specs, G_N_ELEMENTS (cross_specs), suffix + 1);
  return spec;
}

static gboolean
store_tensor (ScribeModel *model,
              const TensorSpec *spec,
              gpointer object,
              const char *name,
              const ScribeWeight *weight,
              GError **error)
{
  g_autofree char *what = NULL;

  if (spec->field == FIELD_WEIGHT)
    {
      ScribeWeight *field = G_STRUCT_MEMBER_P (object, spec->offset);

      if (field->data == NULL)
        {
          *field = *weight;
          return TRUE;
        }
    }
  else
    {
      const float **field = G_STRUCT_MEMBER_P (object, spec->offset);

      if (*field == NULL && weight->type == SCRIBE_WEIGHT_F32)
        {
          float *copy = g_memdup2 (weight->data, sizeof (float) * weight->n_rows * weight->n_cols);

          g_ptr_array_add (model->vectors, copy);
          *field = copy;
          return TRUE;
        }
    }
  what = g_strdup_printf (_ ("tensor “%s” is there twice or has the wrong type"), name);
  return damaged (error, model->path, what);
}

static gboolean
read_tensor (Reader *reader, ScribeModel *model, GError **error)
{
  guint32 head[3], dims[4] = { 1, 1, 1, 1 }; /* n_dims, name length, type; fastest dimension first */
  g_autofree char *name = NULL, *what = NULL;
  const guint8 *bytes;
  const TensorSpec *spec;
  ScribeWeight weight;
  guint64 found;
  gpointer object;

  if (!take_u32 (reader, 3, head, error))
    return FALSE;
  if (head[0] < 1 || head[0] > 4 || head[1] > 256)
    return damaged (error, reader->path, _ ("the list of its tensors makes no sense"));
  if (!take_u32 (reader, head[0], dims, error) || (bytes = take (reader, head[1], error)) == NULL)
    return FALSE;
  name = g_utf8_make_valid ((const char *) bytes, head[1]);

  spec = find_spec (model, name, &object);
  if (spec == NULL)
    {
      what = g_strdup_printf (_ ("Whisper has no tensor “%s” in a model of its sizes"), name);
      return damaged (error, reader->path, what);
    }
  if (!scribe_weight_type_is_known (head[2]))
    {
      g_set_error (error, SCRIBE_ERROR, SCRIBE_ERROR_MODEL,
                   _ ("“%s” stores tensor “%s” in a format (ggml type %u) that is not supported. Use a model in f32, f16, q8_0, "
                      "q5_0 or q5_1."),
                   reader->path, name, head[2]);
      return FALSE;
    }

  weight = (ScribeWeight){ spec->name, head[2], dim_size (&model->sizes, spec->rows), dim_size (&model->sizes, spec->cols),
                           NULL };
  found = 1;
  for (guint i = 0; i < 4; i++)
    if (dims[i] == 0 || dims[i] > G_MAXINT32 || found > G_MAXINT32)
      found = G_MAXUINT64;
    else
      found *= dims[i];
  if (found != (guint64) weight.n_rows * weight.n_cols)
    {
      g_set_error (error, SCRIBE_ERROR, SCRIBE_ERROR_MODEL,
                   _ ("“%s” is not a whole Whisper model: tensor “%s” has %" PRIu64 " values where %" PRIu64
                      " belong. Download it again."),
                   reader->path, name, found, (guint64) weight.n_rows * weight.n_cols);
      return FALSE;
    }
  if (spec->field == FIELD_WEIGHT && dims[0] != weight.n_cols && dims[0] * dims[1] != weight.n_cols)
    return damaged (error, reader->path, _ ("a tensor's rows and columns are swapped"));
  if (head[2] >= SCRIBE_WEIGHT_Q5_0 && dims[0] % SCRIBE_WEIGHT_BLOCK != 0)
    return damaged (error, reader->path, _ ("a quantised tensor has rows that are no whole number of blocks"));

  weight.data = take (reader, weight.n_rows * (guint64) scribe_weight_row_bytes (weight.type, weight.n_cols), error);
  return weight.data != NULL && store_tensor (model, spec, object, name, &weight, error);
}

/* The first tensor of these specs that the file did not have, by its full name, or NULL. */
static char *
find_missing (const TensorSpec *specs, guint n_specs, gconstpointer object, const char *prefix)
{
  for (guint i = 0; i < n_specs; i++)
    {
      const char *field = G_STRUCT_MEMBER_P (object, specs[i].offset);
      gboolean missing = specs[i].field == FIELD_WEIGHT ? ((const ScribeWeight *) field)->data == NULL
                                                        : *(const float *const *) field == NULL;

      if (missing)
        return g_strconcat (prefix, specs[i].name, NULL);
    }
  return NULL;
}

/* The same in the layers of the encoder, or of the decoder, which have cross-attention, too. */
static char *
find_missing_in_layers (const char *part, const ScribeBlock *layers, guint n_layers, gboolean has_cross)
{
  char *missing = NULL;

  for (guint i = 0; i < n_layers && missing == NULL; i++)
    {
      g_autofree char *prefix = g_strdup_printf ("%s.blocks.%u.", part, i);

      missing = find_missing (block_specs, G_N_ELEMENTS (block_specs), &layers[i], prefix);
      if (missing == NULL && has_cross)
        missing = find_missing (cross_specs, G_N_ELEMENTS (cross_specs), &layers[i], prefix);
    }
  return missing;
}

static gboolean
check_complete (ScribeModel *model, GError **error)
{
  g_autofree char *missing = find_missing (model_specs, G_N_ELEMENTS (model_specs), model, ""), *what = NULL;

  if (missing == NULL)
    missing = find_missing_in_layers ("encoder", model->encoder, model->sizes.n_audio_layer, FALSE);
  if (missing == NULL)
    missing = find_missing_in_layers ("decoder", model->decoder, model->sizes.n_text_layer, TRUE);
  if (missing == NULL)
    return TRUE;

  what = g_strdup_printf (_ ("tensor “%s” is missing"), missing);
  return damaged (error, model->path, what);
}

static gboolean
read_model (ScribeModel *model, GError **error)
{
  const guint8 *start = (const guint8 *) g_mapped_file_get_contents (model->file);
  Reader reader = { model->path, start, start + g_mapped_file_get_length (model->file) };

  if (!read_sizes (&reader, &model->sizes, error) || !read_filters (&reader, model, error) || !read_words (&reader, model, error))
    return FALSE;

  model->encoder = g_new0 (ScribeBlock, model->sizes.n_audio_layer);
  model->decoder = g_new0 (ScribeBlock, model->sizes.n_text_layer);
  while (reader.at < reader.end)
    if (!read_tensor (&reader, model, error))
      return FALSE;

  return check_complete (model, error);
}

static char *
name_from_path (const char *path)
{
  g_autofree char *base = g_path_get_basename (path);
  const char *name = g_str_has_prefix (base, "ggml-") ? base + strlen ("ggml-") : base;

  return g_str_has_suffix (name, ".bin") ? g_strndup (name, strlen (name) - strlen (".bin")) : g_strdup (name);
}

ScribeModel *
scribe_model_open (const char *path, GError **error)
{
  g_autoptr (ScribeModel) model = g_new0 (ScribeModel, 1);
  g_autoptr (GError) cause = NULL;

  g_atomic_ref_count_init (&model->ref_count);
  model->path = g_strdup (path);
  model->name = name_from_path (path);
  model->vectors = g_ptr_array_new_with_free_func (g_free);

  if (g_file_test (path, G_FILE_TEST_IS_DIR))
    {
      g_set_error (error, SCRIBE_ERROR, SCRIBE_ERROR_MODEL, _ ("“%s” is a folder, not a model file."), path);
      return NULL;
    }
  model->file = g_mapped_file_new (path, FALSE, &cause);
  if (model->file == NULL)
    {
      g_set_error (error, SCRIBE_ERROR, SCRIBE_ERROR_MODEL, _ ("The model “%s” cannot be opened: %s."), path,
                   g_strerror (g_error_matches (cause, G_FILE_ERROR, G_FILE_ERROR_NOENT)   ? ENOENT
                               : g_error_matches (cause, G_FILE_ERROR, G_FILE_ERROR_ACCES) ? EACCES
                                                                                           : EIO));
      return NULL;
    }
  return read_model (model, error) ? g_steal_pointer (&model) : NULL;
}

ScribeModel *
scribe_model_ref (ScribeModel *model)
{
  g_atomic_ref_count_inc (&model->ref_count);
  return model;
}

void
scribe_model_unref (ScribeModel *model)
{
  if (!g_atomic_ref_count_dec (&model->ref_count))
    return;

  g_clear_pointer (&model->tokenizer, scribe_tokenizer_free);
  g_clear_pointer (&model->file, g_mapped_file_unref);
  g_ptr_array_unref (model->vectors);
  g_free (model->encoder);
  g_free (model->decoder);
  g_free (model->name);
  g_free (model->path);
  g_free (model);
}

const char *
scribe_model_get_name (ScribeModel *model)
{
  return model->name;
}

char *
scribe_model_describe (ScribeModel *model)
{
  const ScribeModelSizes *sizes = &model->sizes;

  return g_strdup_printf (_ ("%u + %u layers, %u wide, %s, %s"), sizes->n_audio_layer, sizes->n_text_layer, sizes->n_state,
                          scribe_tokenizer_specials (model->tokenizer)->multilingual ? _ ("multilingual") : _ ("English only"),
                          scribe_weight_type_name (model->decoder[0].mlp_up.weight.type));
}
