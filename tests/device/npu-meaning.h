/* npu-meaning.h - what a configuration and a stream tell an array to do, read without an array
 *
 *   meaning = for each start of a channel: which places its BDs visit in which order, and which locks they take and give;
 *             the values of those locks; where each stream of data goes; which cores run; what is waited for
 *
 * Two pairs of configuration and stream with the same meaning give the same result, whatever else is different in them: bits of fields that are
 * not in use, a step of a dimension that has one element, BDs that no task leads to, locks that nobody takes, ports that nothing passes.
 *
 * How fast data moves is no part of it. Rings are Kahn networks: with fewer free buffers at first, but one, or waits that are not waited for, the same
 * objects pass in the same order. So a lock that counts free buffers, of which there are "right", means the same from 1 to "right".
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "overlay/overlay.h"

G_BEGIN_DECLS

typedef struct
{
  const NpuWrite *writes;
  guint n_writes;
  const guint32 *words; /* of an instruction stream with its header; NULL: none */
  gsize n_words;
  guint n_columns;
  const NpuOverlay *right; /* whose values of locks are the right ones */
} NpuInstructions;

/* A hash of the meaning. Only for words that an array has obeyed. */
guint64 npu_meaning (const NpuInstructions *instructions);

G_END_DECLS
