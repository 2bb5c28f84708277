/* search.h - the likeliest tokens of one window: greedy, beams, or samples
 *
 * A search runs no device. It says which tokens the next step must hold (fill), and takes the answers (take), until it is
 * done; so one step can serve the searches of several windows. Its beams occupy consecutive sequences of the device, and share the
 * prompt's rows.
 * Source: openai/whisper, whisper/decoding.py: GreedyDecoder, BeamSearchDecoder, MaximumLikelihoodRanker.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "decode/rules.h"

G_BEGIN_DECLS

typedef struct _ScribeSearch ScribeSearch;

typedef struct
{
  const ScribeRules *rules;
  const ScribeSpecialTokens *special;
  guint n_vocab;
  gboolean timestamps;
  guint window;      /* of the device */
  guint sequence;    /* first of n_beams of the device */
  guint n_beams;     /* sequences searched at once; at temperature 0, 1 is greedy */
  float temperature; /* 0: the likeliest; above: drawn */
  guint max_tokens;  /* to be found */
  guint64 seed;
  const ScribeToken *prompt; /* [n_prompt]: text before, start sequence; must outlive the search */
  guint n_prompt;
  guint start;               /* where in the prompt the start token is: there "no speech" is asked */
  gboolean prompt_is_cached; /* the sequence's rows 0 .. n_prompt - 2 stand from a search before */
} ScribeSearchOptions;

ScribeSearch *scribe_search_new (const ScribeSearchOptions *options);
void scribe_search_free (ScribeSearch *search);

/* Appends the tokens and queries of the next step. queries refer to tokens by their index in that array. */
void scribe_search_fill (ScribeSearch *search, GArray *tokens /* of ScribeStepToken */, GArray *queries /* of ScribeQuery */);

/* Takes the answers to the queries that it appended, in their order, and moves caches on the device as beams split. */
void scribe_search_take (ScribeSearch *search, const ScribeQuery *queries, ScribeDevice *device);

gboolean scribe_search_is_done (ScribeSearch *search);

typedef struct
{
  const ScribeToken *tokens; /* [n]: text and timestamps, without end of text; owned by the search */
  guint n;
  float sum_logprob; /* end of text included */
  float no_speech;   /* probability; 0 where prompt_is_cached */
  guint n_sampled;   /* tokens in all beams */
} ScribeSearchResult;

/* The best sequence of a search that is done. */
void scribe_search_result (ScribeSearch *search, ScribeSearchResult *result);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ScribeSearch, scribe_search_free)

G_END_DECLS
