/* whisper-graph.c - mel, encoder and decoder of Whisper as graphs
 *
 *   samples -> spectrum -> log mel -> conv, conv / 2 -> encoder layers -> norm -> keys and values for each decoder layer
 *   tokens -> embedding -> decoder layers (self attention, cross attention, MLP) -> norm -> logits
 *
 * Source: Radford et al. 2022, "Robust Speech Recognition via Large-Scale Weak Supervision"; openai/whisper, whisper/model.py.
 *
 * SPDX-License-Identifier: MIT
 */
#include "graph/whisper-graph.h"

/* "encoder.3.mlp.0" in a buffer of the caller */
#define NAME(buffer, side, layer, op) (g_snprintf (buffer, sizeof buffer, "%s.%u.%s", side, layer, op), buffer)

static const ScribeTensor *
mlp (ScribeGraph *g, const char *side, guint layer, const ScribeBlock *block, const ScribeTensor *x)
{
  char name[64];
  const ScribeTensor *y;

  y = scribe_graph_layer_norm (g, NAME (name, side, layer, "mlp_ln"), x, &block->mlp_norm);         /* [n, n_state] */
  y = scribe_graph_linear (g, NAME (name, side, layer, "mlp.0"), y, &block->mlp_up, TRUE, NULL);    /* [n, 4 n_state] */
  return scribe_graph_linear (g, NAME (name, side, layer, "mlp.2"), y, &block->mlp_down, FALSE, x); /* [n, n_state] */
}

static const ScribeTensor *
encoder_layer (ScribeGraph *g, guint layer, const ScribeBlock *block, const ScribeTensor *x)
{
  const ScribeAttentionWeights *attn = &block->attn;
  const ScribeTensor *y, *q, *k, *v;
  char name[64];

  y = scribe_graph_layer_norm (g, NAME (name, "encoder", layer, "attn_ln"), x, &block->attn_norm);        /* [n_ctx, n_state] */
  q = scribe_graph_linear (g, NAME (name, "encoder", layer, "attn.query"), y, &attn->query, FALSE, NULL); /* [n_ctx, n_state] */
  k = scribe_graph_linear (g, NAME (name, "encoder", layer, "attn.key"), y, &attn->key, FALSE, NULL);     /* [n_ctx, n_state] */
  v = scribe_graph_linear (g, NAME (name, "encoder", layer, "attn.value"), y, &attn->value, FALSE, NULL); /* [n_ctx, n_state] */
  y = scribe_graph_attention (g, NAME (name, "encoder", layer, "attn"), q, k, v, layer);                  /* [n_ctx, n_state] */
  x = scribe_graph_linear (g, NAME (name, "encoder", layer, "attn.out"), y, &attn->out, FALSE, x);        /* [n_ctx, n_state] */
  return mlp (g, "encoder", layer, block, x);
}

static ScribeGraph *
audio_graph (ScribeModel *model)
{
  ScribeGraph *g = scribe_graph_new ();
  const ScribeTensor *x, *mel;
  char name[64];

  x = scribe_graph_input (g, SCRIBE_ROWS_SAMPLES, 0);
  x = scribe_graph_spectrum (g, "mel.spectrum", x);                                           /* [n_frames, 201] */
  mel = scribe_graph_log_mel (g, "mel.log", x, &model->mel_filters);                          /* [n_frames, n_mels] */
  x = scribe_graph_conv1d (g, "encoder.conv1", mel, &model->conv1, 1, NULL);                  /* [n_frames, n_state] */
  x = scribe_graph_conv1d (g, "encoder.conv2", x, &model->conv2, 2, &model->audio_positions); /* [n_ctx, n_state] */
  for (guint i = 0; i < model->sizes.n_audio_layer; i++)
    x = encoder_layer (g, i, &model->encoder[i], x);                           /* [n_ctx, n_state] */
  x = scribe_graph_layer_norm (g, "encoder.ln_post", x, &model->encoder_norm); /* [n_ctx, n_state] */
  scribe_graph_keep (g, mel, "mel");
  scribe_graph_keep (g, x, "encoder");

  for (guint i = 0; i < model->sizes.n_text_layer; i++)
    {
      const ScribeAttentionWeights *cross = &model->decoder[i].cross;
      const ScribeTensor *keys = scribe_graph_cache (g, SCRIBE_TENSOR_CROSS_CACHE, 2 * i, model->sizes.n_state);
      const ScribeTensor *values = scribe_graph_cache (g, SCRIBE_TENSOR_CROSS_CACHE, 2 * i + 1, model->sizes.n_state);

      scribe_graph_linear_to_cache (g, NAME (name, "encoder.cross", i, "key"), x, &cross->key, keys);
      scribe_graph_linear_to_cache (g, NAME (name, "encoder.cross", i, "value"), x, &cross->value, values);
    }
  return g;
}

static const ScribeTensor *
decoder_layer (ScribeGraph *g, guint layer, const ScribeBlock *block, const ScribeTensor *x)
{
  const ScribeAttentionWeights *attn = &block->attn, *cross = &block->cross;
  const ScribeTensor *keys = scribe_graph_cache (g, SCRIBE_TENSOR_SELF_CACHE, 2 * layer, x->n_cols);
  const ScribeTensor *values = scribe_graph_cache (g, SCRIBE_TENSOR_SELF_CACHE, 2 * layer + 1, x->n_cols);
  const ScribeTensor *cross_keys = scribe_graph_cache (g, SCRIBE_TENSOR_CROSS_CACHE, 2 * layer, x->n_cols);
  const ScribeTensor *cross_values = scribe_graph_cache (g, SCRIBE_TENSOR_CROSS_CACHE, 2 * layer + 1, x->n_cols);
  const ScribeTensor *y, *q;
  char name[64];

  y = scribe_graph_layer_norm (g, NAME (name, "decoder", layer, "attn_ln"), x, &block->attn_norm); /* [n_tokens, n_state] */
  q = scribe_graph_linear (g, NAME (name, "decoder", layer, "attn.query"), y, &attn->query, FALSE,
                           NULL); /* [n_tokens, n_state] */
  scribe_graph_linear_to_cache (g, NAME (name, "decoder", layer, "attn.key"), y, &attn->key, keys);
  scribe_graph_linear_to_cache (g, NAME (name, "decoder", layer, "attn.value"), y, &attn->value, values);
  y = scribe_graph_attention (g, NAME (name, "decoder", layer, "attn"), q, keys, values, layer);   /* [n_tokens, n_state] */
  x = scribe_graph_linear (g, NAME (name, "decoder", layer, "attn.out"), y, &attn->out, FALSE, x); /* [n_tokens, n_state] */

  y = scribe_graph_layer_norm (g, NAME (name, "decoder", layer, "cross_ln"), x, &block->cross_norm); /* [n_tokens, n_state] */
  q = scribe_graph_linear (g, NAME (name, "decoder", layer, "cross.query"), y, &cross->query, FALSE,
                           NULL); /* [n_tokens, n_state] */
  y = scribe_graph_attention (g, NAME (name, "decoder", layer, "cross"), q, cross_keys, cross_values, layer);
  x = scribe_graph_linear (g, NAME (name, "decoder", layer, "cross.out"), y, &cross->out, FALSE, x); /* [n_tokens, n_state] */
  return mlp (g, "decoder", layer, block, x);
}

static ScribeGraph *
text_graph (ScribeModel *model)
{
  ScribeGraph *g = scribe_graph_new ();
  const ScribeTensor *x;

  x = scribe_graph_embedding (g, "decoder.embedding", &model->embedding, &model->text_positions); /* [n_tokens, n_state] */
  for (guint i = 0; i < model->sizes.n_text_layer; i++)
    x = decoder_layer (g, i, &model->decoder[i], x);                      /* [n_tokens, n_state] */
  x = scribe_graph_layer_norm (g, "decoder.ln", x, &model->decoder_norm); /* [n_tokens, n_state] */
  scribe_graph_logits (g, "decoder.logits", x, &model->embedding);
  return g;
}

ScribeWhisperGraph *
scribe_whisper_graph_new (ScribeModel *model)
{
  ScribeWhisperGraph *whisper = g_new0 (ScribeWhisperGraph, 1);

  whisper->model = scribe_model_ref (model);
  whisper->audio = audio_graph (model);
  whisper->text = text_graph (model);
  whisper->n_caches = 2 * model->sizes.n_text_layer;
  return whisper;
}

void
scribe_whisper_graph_free (ScribeWhisperGraph *whisper)
{
  scribe_graph_free (whisper->audio);
  scribe_graph_free (whisper->text);
  scribe_model_unref (whisper->model);
  g_free (whisper);
}
