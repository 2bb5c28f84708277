/* alignment-heads.c - which heads of which model look at the word they write
 *
 * Published with OpenAI's models (whisper/__init__.py, _ALIGNMENT_HEADS); a model is known by its sizes. The starter model was
 * trained to keep the first head of each layer there. For any other model, all heads of the upper half of the layers, as
 * OpenAI does.
 *
 * SPDX-License-Identifier: MIT
 */
#include "decode/alignment-heads.h"

static const ScribeAlignmentHead tiny_en[] = { { 1, 0 }, { 2, 0 }, { 2, 5 }, { 3, 0 }, { 3, 1 }, { 3, 2 }, { 3, 3 }, { 3, 4 } };
static const ScribeAlignmentHead tiny[] = { { 2, 2 }, { 3, 0 }, { 3, 2 }, { 3, 3 }, { 3, 4 }, { 3, 5 } };
static const ScribeAlignmentHead base_en[] = { { 3, 3 }, { 4, 7 }, { 5, 1 }, { 5, 5 }, { 5, 7 } };
static const ScribeAlignmentHead base[] = { { 3, 1 }, { 4, 2 }, { 4, 3 }, { 4, 7 }, { 5, 1 }, { 5, 2 }, { 5, 4 }, { 5, 6 } };
static const ScribeAlignmentHead small_en[] = { { 6, 6 },  { 7, 0 },  { 7, 3 },   { 7, 8 },  { 8, 2 },  { 8, 5 },  { 8, 7 },
                                                { 9, 0 },  { 9, 4 },  { 9, 8 },   { 9, 10 }, { 10, 0 }, { 10, 1 }, { 10, 2 },
                                                { 10, 3 }, { 10, 6 }, { 10, 11 }, { 11, 2 }, { 11, 4 } };
static const ScribeAlignmentHead small[] = { { 5, 3 }, { 5, 9 }, { 8, 0 }, { 8, 4 }, { 8, 7 },
                                             { 8, 8 }, { 9, 0 }, { 9, 7 }, { 9, 9 }, { 10, 5 } };
static const ScribeAlignmentHead medium_en[] = { { 11, 4 },  { 14, 1 }, { 14, 12 }, { 14, 14 }, { 15, 4 },  { 16, 0 },
                                                 { 16, 4 },  { 16, 9 }, { 17, 12 }, { 17, 14 }, { 18, 7 },  { 18, 10 },
                                                 { 18, 15 }, { 20, 0 }, { 20, 3 },  { 20, 9 },  { 20, 14 }, { 21, 12 } };
static const ScribeAlignmentHead medium[] = { { 13, 15 }, { 15, 4 }, { 15, 15 }, { 16, 1 }, { 20, 0 }, { 23, 4 } };
static const ScribeAlignmentHead large_v2[] = { { 10, 12 }, { 13, 17 }, { 16, 11 }, { 16, 12 }, { 16, 13 }, { 17, 15 },
                                                { 17, 16 }, { 18, 4 },  { 18, 11 }, { 18, 19 }, { 19, 11 }, { 21, 2 },
                                                { 21, 3 },  { 22, 3 },  { 22, 9 },  { 22, 12 }, { 23, 5 },  { 23, 7 },
                                                { 23, 13 }, { 25, 5 },  { 26, 1 },  { 26, 12 }, { 27, 15 } };
static const ScribeAlignmentHead large_v3[] = { { 7, 0 },   { 10, 17 }, { 12, 18 }, { 13, 12 }, { 16, 1 },
                                                { 17, 14 }, { 19, 11 }, { 21, 4 },  { 24, 1 },  { 25, 6 } };
static const ScribeAlignmentHead large_v3_turbo[] = { { 2, 4 }, { 2, 11 }, { 3, 3 }, { 3, 6 }, { 3, 11 }, { 3, 14 } };
static const ScribeAlignmentHead starter[] = { { 0, 0 }, { 1, 0 }, { 2, 0 } };

static const struct
{
  guint n_audio_layer, n_text_layer, n_head, n_vocab;
  const ScribeAlignmentHead *heads;
  guint n;
} models[] = {
  { 4, 4, 6, 51864, tiny_en, G_N_ELEMENTS (tiny_en) },
  { 4, 4, 6, 51865, tiny, G_N_ELEMENTS (tiny) },
  { 6, 6, 8, 51864, base_en, G_N_ELEMENTS (base_en) },
  { 6, 6, 8, 51865, base, G_N_ELEMENTS (base) },
  { 12, 12, 12, 51864, small_en, G_N_ELEMENTS (small_en) },
  { 12, 12, 12, 51865, small, G_N_ELEMENTS (small) },
  { 24, 24, 16, 51864, medium_en, G_N_ELEMENTS (medium_en) },
  { 24, 24, 16, 51865, medium, G_N_ELEMENTS (medium) },
  { 32, 32, 20, 51865, large_v2, G_N_ELEMENTS (large_v2) },
  { 32, 32, 20, 51866, large_v3, G_N_ELEMENTS (large_v3) },
  { 32, 4, 20, 51866, large_v3_turbo, G_N_ELEMENTS (large_v3_turbo) },
  { 4, 3, 2, 51864, starter, G_N_ELEMENTS (starter) },
};

GArray *
scribe_alignment_heads (const ScribeModelSizes *sizes)
{
  GArray *heads = g_array_new (FALSE, FALSE, sizeof (ScribeAlignmentHead));

  for (guint i = 0; i < G_N_ELEMENTS (models); i++)
    if (models[i].n_audio_layer == sizes->n_audio_layer && models[i].n_text_layer == sizes->n_text_layer
        && models[i].n_head == sizes->n_head && models[i].n_vocab == sizes->n_vocab)
      {
        g_array_append_vals (heads, models[i].heads, models[i].n);
        return heads;
      }

  for (guint layer = sizes->n_text_layer / 2; layer < sizes->n_text_layer; layer++)
    for (guint head = 0; head < sizes->n_head; head++)
      {
        ScribeAlignmentHead one = { layer, head };

        g_array_append_val (heads, one);
      }
  return heads;
}
