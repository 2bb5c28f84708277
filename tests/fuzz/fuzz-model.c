/* fuzz-model.c - any bytes, as a model file
 *
 * A model is megabytes of weights and a few hundred bytes that can be wrong in an interesting way. So an input is the file with
 * its zeros counted instead of written: chunks of
 *
 *   u16 n, n bytes | u32 m: that many zeros
 *
 * until the input ends, little-endian. A whole model of zeros is a few kilobytes, and every edit of an input lands in a size, a
 * name or a count. The file is made in memory and sparse, whatever is claimed about it. A model that opens is then read at the
 * ends of every matrix, where a length that was not checked shows.
 *
 * SPDX-License-Identifier: MIT
 */
#include "model/whisper-weights.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define MAX_FILE (1u << 30)

int LLVMFuzzerTestOneInput (const guint8 *data, size_t size);

static guint32
read_le (const guint8 *bytes, guint n)
{
  guint32 number = 0;

  for (guint i = 0; i < n; i++)
    number |= (guint32) bytes[i] << (8 * i);
  return number;
}

/* The file that the input describes, as a descriptor. */
static int
unpack (const guint8 *data, gsize size)
{
  int fd = memfd_create ("model", MFD_CLOEXEC);
  off_t end = 0;

  g_assert_cmpint (fd, >=, 0);
  while (size >= 2)
    {
      gsize n = MIN (read_le (data, 2), size - 2);

      g_assert_cmpint (pwrite (fd, data + 2, n, end), ==, n);
      end += n;
      data += 2 + n;
      size -= 2 + n;
      if (size < 4)
        break;
      end = MIN (end + read_le (data, 4), MAX_FILE);
      data += 4;
      size -= 4;
    }
  g_assert_cmpint (ftruncate (fd, end), ==, 0);
  return fd;
}

static void
read_ends (const ScribeWeight *weight)
{
  g_autofree float *row = g_new (float, weight->n_cols);

  scribe_weight_row (weight, 0, row);
  scribe_weight_row (weight, weight->n_rows - 1, row);
}

static void
read_block (const ScribeBlock *block, gboolean cross)
{
  const ScribeAttentionWeights *attention[] = { &block->attn, &block->cross };

  for (guint i = 0; i < (cross ? 2 : 1); i++)
    {
      read_ends (&attention[i]->query.weight);
      read_ends (&attention[i]->key.weight);
      read_ends (&attention[i]->value.weight);
      read_ends (&attention[i]->out.weight);
    }
  read_ends (&block->mlp_up.weight);
  read_ends (&block->mlp_down.weight);
}

static void
read_model (const ScribeModel *model)
{
  const ScribeWeight *weights[] = { &model->mel_filters,     &model->conv1.weight, &model->conv2.weight,
                                    &model->audio_positions, &model->embedding,    &model->text_positions };

  for (guint i = 0; i < G_N_ELEMENTS (weights); i++)
    read_ends (weights[i]);
  for (guint i = 0; i < model->sizes.n_audio_layer; i++)
    read_block (&model->encoder[i], FALSE);
  for (guint i = 0; i < model->sizes.n_text_layer; i++)
    read_block (&model->decoder[i], TRUE);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, size_t size)
{
  int fd = unpack (data, size);
  g_autofree char *path = g_strdup_printf ("/proc/self/fd/%d", fd);
  g_autoptr (GError) error = NULL;
  g_autoptr (ScribeModel) model = scribe_model_open (path, &error);

  g_assert_true ((model != NULL) == (error == NULL));
  if (model != NULL)
    {
      g_autofree char *description = scribe_model_describe (model);
      ScribeToken tokens[] = { 0, 256, 50256, (ScribeToken) model->sizes.n_vocab - 1 };
      g_autofree char *text = scribe_tokenizer_decode (model->tokenizer, tokens, G_N_ELEMENTS (tokens));

      g_assert_true (g_utf8_validate (text, -1, NULL));
      read_model (model);
    }
  close (fd);
  return 0;
}
