/* device.h - what a device promises
 *
 * A device is opened with the sizes of the caches that it will own, prepares graphs (packs weights, plans, allocates) and runs
 * them as often as it is asked. Between runs it keeps the caches: keys and values of n_sequences texts and n_windows windows.
 * Whatever it is, it computes what the reference device computes, within the tolerance that its tests state, and it counts
 * its time per op in one profile format.
 *
 * The search never sees a vocabulary's worth of numbers unless it samples: a run answers queries (the likeliest tokens that a
 * mask allows, and log-sum-exps), so that an accelerator need not send 51 866 logits home for each token.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "graph/whisper-graph.h"
#include "profile.h"

#include <gio/gio.h>

G_BEGIN_DECLS

#define SCRIBE_TOP_MAX 17 /* candidates of a query: 16 beams and one */

/* One token of a decoder step: its keys and values go to row "position" of its sequence, whose rows 0..position it then sees. */
typedef struct
{
  ScribeToken id;
  guint position, sequence, window;
} ScribeStepToken;

/* Which tokens may come next. Three ranges: text [0, text_end), special [text_end, time_begin), timestamps from time_begin on. */
typedef struct
{
  const guint32 *suppressed; /* bit per token: never, whatever the ranges say; NULL: none */
  ScribeToken text_end, time_begin;
  gboolean text, special;    /* allowed at all? */
  guint time_first, n_times; /* allowed timestamps: time_begin + time_first and n_times - 1 more */
} ScribeMask;

typedef struct
{
  ScribeToken token;
  float logit;
} ScribeCandidate;

typedef struct
{
  guint n;                             /* candidates found, at most n_top */
  ScribeCandidate top[SCRIBE_TOP_MAX]; /* likeliest first; equal ones by id */
  float log_sum_exp;                   /* over all allowed tokens of the group; -INFINITY: none */
} ScribeCandidates;

/* What the search wants to know of the logits after one token. */
typedef struct
{
  guint token;            /* index in the step */
  const ScribeMask *mask; /* NULL: all are allowed, and all count as text */
  guint n_top;            /* 0..SCRIBE_TOP_MAX */
  ScribeToken probe;      /* its unmasked logit is wanted; -1: none */
  float *logits;          /* [n_vocab]: all of them wanted, masked ones -INFINITY; NULL: not */
  /* the answer */
  ScribeCandidates text, time; /* "text" is text and special tokens */
  float probe_logit;
} ScribeQuery;

typedef struct
{
  guint layer, head;
} ScribeAlignmentHead;

/* Cross-attention weights of some heads, for word times. */
typedef struct
{
  guint n_heads;
  const ScribeAlignmentHead *heads; /* [n_heads] */
  float *weights;                   /* [n_heads, n_tokens, n_ctx of the tokens' window]: softmax over all positions */
} ScribeAlignment;

typedef struct
{
  const float *const *inputs; /* of each input tensor; audio graph: samples [160 * 2 n_ctx + 240] */
  guint n_ctx;                /* rows of SCRIBE_ROWS_CTX */
  guint window;               /* whose cross caches are written */

  guint n_tokens;
  const ScribeStepToken *tokens; /* [n_tokens]: those of a sequence in the order of their positions */
  guint n_queries;
  ScribeQuery *queries;       /* [n_queries]; answered in place */
  ScribeAlignment *alignment; /* NULL: none */

  GCancellable *cancellable; /* looked at between ops */
} ScribeRun;

/* What an emulated NPU's clock is to count: what is likely, or one of the ends between which the truth should lie */
typedef enum
{
  SCRIBE_COSTS_NOMINAL,
  SCRIBE_COSTS_PESSIMISTIC,
  SCRIBE_COSTS_BEST,
  SCRIBE_N_COSTS
} ScribeCosts;

typedef struct
{
  guint n_caches, n_state;       /* of each kind, and their columns */
  guint n_text_ctx, n_audio_ctx; /* rows of a self and of a cross cache */
  guint n_sequences, n_windows;
  guint n_threads;
  gboolean fast;     /* on an NPU: activations and weights in one block of mantissas, not in two */
  gboolean integers; /* on an NPU: as fast, and products of the encoder in 8-bit integers, as calibration found their ranges */
  guint n_columns;   /* of the NPU's array; 0: all */
  ScribeCosts costs;
  gboolean instant; /* of these costs, not those of calls and instructions: what is left is the work itself, and its data */
} ScribeDeviceOptions;

typedef struct _ScribeDevice ScribeDevice;
typedef struct _ScribePlan ScribePlan; /* a graph as a device has prepared it; each device has its own */

typedef struct
{
  const char *name;      /* "cpu": what --device takes */
  ScribeArrayKind array; /* is it one? */
  ScribeDevice *(*open) (const ScribeDeviceOptions *options, GError **error);
  ScribePlan *(*prepare) (ScribeDevice *device, const ScribeGraph *graph, GError **error);
  void (*describe) (ScribeDevice *device, const ScribePlan *plan, GString *to); /* NULL: it chooses nothing */
  gboolean (*run) (ScribeDevice *device, ScribePlan *plan, const ScribeRun *run, GError **error);
  gboolean (*read) (ScribeDevice *device, ScribePlan *plan, const ScribeTensor *tensor, float *out);
  void (*copy_rows) (ScribeDevice *device, guint from, guint to, guint first, guint n);
  void (*wake) (ScribeDevice *device); /* NULL: it does not sleep */
  void (*plan_free) (ScribeDevice *device, ScribePlan *plan);
  void (*close) (ScribeDevice *device);
} ScribeDeviceClass;

/* What every device's own struct starts with. */
struct _ScribeDevice
{
  const ScribeDeviceClass *klass;
  ScribeDeviceOptions options;
  ScribeProfile *profile;
  guint *window_ctx;                 /* [n_windows]: rows written to each window's cross caches */
  char *driver, *firmware, *overlay; /* which versions, of an array; NULL: it has none, or it is not known */
};

/* What a device must have room for to run these graphs, for one sequence and window on one thread; the rest as zeros say. */
ScribeDeviceOptions scribe_device_options_of (const ScribeWhisperGraph *whisper);

/* The device of this name, or the best that is here for "auto" (reason, owned by the caller: why that one). */
ScribeDevice *scribe_device_open (const char *name, const ScribeDeviceOptions *options, char **reason, GError **error);
void scribe_device_close (ScribeDevice *device);

/* Packs, plans and allocates for a graph, which must outlive the plan. */
ScribePlan *scribe_device_prepare (ScribeDevice *device, const ScribeGraph *graph, GError **error);
void scribe_device_plan_free (ScribeDevice *device, ScribePlan *plan);

/* Adds a line for each op: which kernel, in which pieces. FALSE: there is nothing to choose on this device. */
gboolean scribe_device_describe (ScribeDevice *device, const ScribePlan *plan, GString *to);

/* Runs the graph and answers the queries. FALSE with error set when cancelled or when the device failed; what the run was to write to
 * the caches is then undefined, and nothing else: the same run may be made again, after others on other sequences and windows. */
gboolean scribe_device_run (ScribeDevice *device, ScribePlan *plan, const ScribeRun *run, GError **error);

/* A kept tensor as it stood after the plan's last run, as floats [rows, n_cols]. FALSE: not kept. */
gboolean scribe_device_read (ScribeDevice *device, ScribePlan *plan, const ScribeTensor *tensor, float *out);

/* Rows first .. first + n - 1 of every self cache of sequence "from" to sequence "to": a beam takes over another's past. */
void scribe_device_copy_rows (ScribeDevice *device, guint from, guint to, guint first, guint n);

/* The CPU, because the NPU that this machine has cannot be used: that is worth a message, as somebody has bought it. reason: owned by the caller. */
ScribeDevice *
scribe_device_open_instead (const GError *failure, const ScribeDeviceOptions *options, char **reason, GError **error);

/* Ends the device's sleep, if it sleeps, so that the next run need not wait for that. */
void scribe_device_wake (ScribeDevice *device);

/* Adds a row of the profile for each op of the graph; returns the first one's index. */
guint scribe_profile_add_ops (ScribeProfile *profile, const ScribeGraph *graph);

/* Rows of this kind in a run. */
guint scribe_run_rows (const ScribeRun *run, ScribeRows rows);

/* Floating-point operations of an op in this run, for profiles (2 for a multiply-add; norms and the like count nothing). */
double scribe_run_flops (const ScribeRun *run, const ScribeOp *op, const guint *window_ctx);

/* Bytes of weights and caches that an op reads in this run. */
double scribe_run_bytes (const ScribeRun *run, const ScribeOp *op, const guint *window_ctx, guint cache_bytes);

/* The plain definition of a query's answer: logits [n_vocab] of its token. */
void scribe_query_answer (ScribeQuery *query, const float *logits, guint n_vocab);

/* Lets a token join the n_top likeliest, if it is among them: likeliest first, of equal ones the one that came first. */
void scribe_candidates_add (ScribeCandidates *group, guint n_top, ScribeToken token, float logit);

/* TRUE where the mask lets the token through. */
gboolean scribe_mask_allows (const ScribeMask *mask, ScribeToken token);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ScribeDevice, scribe_device_close)

G_END_DECLS
