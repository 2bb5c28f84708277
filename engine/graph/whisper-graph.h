/* whisper-graph.h - Whisper, written once
 *
 * Two graphs over one set of caches: "audio" turns a window of samples into the keys and values that the decoder looks at,
 * "text" runs one step of the decoder over any number of tokens of any sequences.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "graph/graph.h"

G_BEGIN_DECLS

typedef struct
{
  ScribeModel *model; /* owned reference: the graphs point into it */
  ScribeGraph *audio, *text;
  guint n_caches; /* of each kind: key and value of every decoder layer */
} ScribeWhisperGraph;

ScribeWhisperGraph *scribe_whisper_graph_new (ScribeModel *model);
void scribe_whisper_graph_free (ScribeWhisperGraph *whisper);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ScribeWhisperGraph, scribe_whisper_graph_free)

G_END_DECLS
