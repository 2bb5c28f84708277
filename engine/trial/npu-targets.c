/* npu-targets.c - what was promised of the NPU, and whether it is so
 *
 * Promised for a model of base's size in fast mode; accurate mode may take twice as long. Bounds are those of the project's plan. What no
 * run of a model can show is shown by the tests: kernels to the bit, flipped bits refused.
 *
 * On a real NPU the same targets are measured. What takes other designs, other constants, or a clock in the array is not run there.
 *
 * SPDX-License-Identifier: MIT
 */
#include "trial/npu-compare.h"
#include "trial/npu-hardware.h"
#include "trial/npu-published.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#define ADD(report, key, title, note, columns) scribe_report_add (report, key, title, note, columns, G_N_ELEMENTS (columns))

#define STARTER_WIDTH 256 /* of a model for which the emulator must be as fast as for the starter; base's is 512 */
#define BASE_WIDTH    512

/* A report being made */
typedef struct
{
  gboolean is_modelled;
  ScribeNpuBench bench;       /* where it is */
  ScribeNpuHardware hardware; /* where it is not */
  GArray *layers;             /* of ScribeLayerError */
  guint n_unequal;
  ScribeDifference formats[SCRIBE_NPU_N_SCHEMES];
  ScribeNpuPrediction predictions[SCRIBE_NPU_N_PUBLISHED];
  ScribeClips clips;
  gboolean passed;
} Trial;

static void
trial_clear (Trial *trial)
{
  scribe_npu_bench_clear (&trial->bench);
  scribe_npu_hardware_clear (&trial->hardware);
  g_clear_pointer (&trial->layers, g_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Trial, trial_clear)

/* Where a figure comes from */
typedef enum
{
  MODELLED, /* the clock of the emulator; on a real NPU: measured */
  EMULATED, /* what the emulator computed, to the bit; on a real NPU: measured */
  MEASURED
} Source;

static const struct
{
  const char *key, *title;
} sources[] = { [MODELLED] = { "modelled", N_ ("modelled") },
                [EMULATED] = { "emulated", N_ ("emulated") },
                [MEASURED] = { "measured", N_ ("measured") } };

typedef struct
{
  const char *key, *title, *unit;
  Source source;
  double measured, bound;
  gboolean at_least;
  double pessimistic, best; /* NAN: does not depend on the constants */
} Target;

static void
add (Trial *trial, ScribeTable *table, const Target *t)
{
  const gboolean known = isfinite (t->measured),
                 passed = known && (t->at_least ? t->measured >= t->bound : t->measured <= t->bound);
  const Source source = trial->is_modelled ? t->source : MEASURED;
  g_autofree char *bound = g_strdup_printf ("%s %g", t->at_least ? "≥" : "≤", t->bound);

  scribe_table_add_text (table, t->key, t->title);
  scribe_table_add_text (table, NULL, t->unit);
  if (known)
    scribe_table_add_text (table, sources[source].key, _ (sources[source].title));
  else
    scribe_table_add_text (table, "none", "–");
  scribe_table_add_number (table, t->measured);
  scribe_table_add_text (table, NULL, bound);
  if (!known)
    scribe_table_add_text (table, "not run", _ ("not run"));
  else if (passed)
    scribe_table_add_text (table, "pass", _ ("pass"));
  else
    scribe_table_add_text (table, "fail", _ ("FAIL"));
  scribe_table_add_number (table, t->pessimistic);
  scribe_table_add_number (table, t->best);
  trial->passed &= passed || !known;
}

/* Hardware has no constants: its figures are where the nominal ones are, and nowhere else. */
static double
only_nominal (ScribeCosts costs, double figure)
{
  return costs == SCRIBE_COSTS_NOMINAL ? figure : NAN;
}

static double
encoder_ms (const Trial *trial, ScribeMode mode, ScribeCosts costs)
{
  ScribeProfileRow sum;

  if (!trial->is_modelled)
    return only_nominal (costs, 1e3 * scribe_npu_hardware_encoder (&trial->hardware, mode));
  sum = scribe_times_encoder (trial->bench.times[mode][costs]->audio[SCRIBE_SPAN_SHORT]);
  return 1e3 * scribe_row_modelled (&sum);
}

static double
utterance_ms (const Trial *trial, ScribeMode mode, ScribeCosts costs)
{
  if (!trial->is_modelled)
    return only_nominal (costs, 1e3 * scribe_npu_hardware_utterance (&trial->hardware, mode));
  return 1e3 * scribe_times_utterance (trial->bench.model, trial->bench.times[mode][costs]);
}

static double
speed (const Trial *trial, ScribeMode mode, ScribeCosts costs)
{
  if (!trial->is_modelled)
    return only_nominal (costs, scribe_npu_hardware_speed (&trial->hardware, mode));
  return scribe_times_speed (trial->bench.model, trial->bench.times[mode][costs]);
}

/* Each in fast mode, and in accurate mode with twice the time. */
static void
add_times (Trial *trial, ScribeTable *table)
{
  static const struct
  {
    const char *keys[SCRIBE_N_MODES], *titles[SCRIBE_N_MODES], *unit;
    double (*of) (const Trial *trial, ScribeMode mode, ScribeCosts costs);
    double bound;
    gboolean at_least;
  } times[] = {
    { { "encoder_512_fast", "encoder_512_accurate" },
      { N_ ("encoder at 512 positions, fast"), N_ ("encoder at 512 positions, accurate") },
      "ms",
      encoder_ms,
      3.5,
      FALSE },
    { { "long_recording_fast", "long_recording_accurate" },
      { N_ ("long recording, fast"), N_ ("long recording, accurate") },
      N_ ("x real time"),
      speed,
      700,
      TRUE },
    { { "utterance_fast", "utterance_accurate" },
      { N_ ("utterance of 5 s until its last token, fast"), N_ ("utterance of 5 s until its last token, accurate") },
      "ms",
      utterance_ms,
      60,
      FALSE },
  };

  for (guint mode = 0; mode < SCRIBE_N_MODES; mode++)
    for (guint i = 0; i < G_N_ELEMENTS (times); i++)
      {
        const double slack = mode == SCRIBE_MODE_FAST ? 1 : times[i].at_least ? 0.5 : 2;
        const Target target = { times[i].keys[mode],
                                _ (times[i].titles[mode]),
                                i == 1 ? _ (times[i].unit) : times[i].unit,
                                MODELLED,
                                times[i].of (trial, mode, SCRIBE_COSTS_NOMINAL),
                                slack * times[i].bound,
                                times[i].at_least,
                                times[i].of (trial, mode, SCRIBE_COSTS_PESSIMISTIC),
                                times[i].of (trial, mode, SCRIBE_COSTS_BEST) };

        add (trial, table, &target);
      }
}

static void
add_single (Trial *trial,
            ScribeTable *table,
            const char *key,
            const char *title,
            const char *unit,
            Source source,
            double measured,
            gboolean at_least,
            double bound)
{
  const Target target = { key, title, unit, source, measured, bound, at_least, NAN, NAN };

  add (trial, table, &target);
}

static void
add_overhead (Trial *trial, ScribeTable *table, const char *key, const char *title, gboolean new_length)
{
  double percent[SCRIBE_N_COSTS];

  for (guint costs = 0; costs < SCRIBE_N_COSTS; costs++)
    percent[costs] = trial->is_modelled ? 100 * scribe_npu_bench_overhead (&trial->bench, costs, new_length) : NAN;
  {
    const Target overhead = { key,
                              title,
                              "%",
                              MODELLED,
                              percent[SCRIBE_COSTS_NOMINAL],
                              10,
                              FALSE,
                              percent[SCRIBE_COSTS_PESSIMISTIC],
                              percent[SCRIBE_COSTS_BEST] };

    add (trial, table, &overhead);
  }
}

/* What only a model of the array tells; NAN: there is none */
typedef struct
{
  double pessimistic, share_of_peak, product_ratio, product_share, encoder_share[SCRIBE_N_SPANS];
} Ratios;

static Ratios
ratios_of (const Trial *trial)
{
  const ScribeNpuBench *bench = &trial->bench;
  const guint last = SCRIBE_N_ARRAYS - 1;
  Ratios r = { NAN, NAN, NAN, NAN, { NAN, NAN, NAN } };

  if (!trial->is_modelled)
    return r;
  r.pessimistic = encoder_ms (trial, SCRIBE_MODE_FAST, SCRIBE_COSTS_PESSIMISTIC);
  r.share_of_peak = 100 * scribe_npu_bench_share_of_peak (bench, SCRIBE_MODE_ACCURATE);
  r.product_ratio = scribe_npu_bench_product (bench, 0) / scribe_npu_bench_product (bench, last);
  r.product_share = 100 * scribe_npu_bench_product_share (bench, 0);
  for (guint span = SCRIBE_SPAN_SHORT; span < SCRIBE_N_SPANS; span++)
    r.encoder_share[span] = 100 * scribe_npu_bench_encoder (bench, 0, span) / scribe_npu_bench_encoder (bench, last, span)
                            / (scribe_npu_bench_encoder_bound (bench, 0, span)
                               / scribe_npu_bench_encoder_bound (bench, last, span));
  return r;
}

static void
add_ratios (Trial *trial, ScribeTable *table)
{
  const Ratios r = ratios_of (trial);

  add_single (trial, table, "encoder_512_fast_pessimistic", _ ("encoder at 512 positions, fast, pessimistic constants"), "ms",
              MODELLED, r.pessimistic, FALSE, 8);
  add_single (trial, table, "share_of_peak_accurate", _ ("products of a whole window, accurate, of their peak"), "%", MODELLED,
              r.share_of_peak, TRUE, 45);
  add_single (trial, table, "product_32_to_4", _ ("product of 4096: 32 tiles against 4"), "x", MODELLED, r.product_ratio, TRUE,
              5.5);
  add_single (trial, table, "product_efficiency", _ ("product of 4096: 4 tiles, of their peak"), "%", MODELLED, r.product_share,
              TRUE, 70);
  add_single (trial, table, "encoder_512_32_to_4", _ ("encoder at 512 positions: 32 tiles against 4, of the roofline's ratio"),
              "%", MODELLED, r.encoder_share[SCRIBE_SPAN_SHORT], TRUE, 85);
  add_single (trial, table, "encoder_full_32_to_4", _ ("encoder of a whole window: 32 tiles against 4, of the roofline's ratio"),
              "%", MODELLED, r.encoder_share[SCRIBE_SPAN_WINDOW], TRUE, 85);
  add_overhead (trial, table, "overhead", _ ("dispatch, instructions and host, of an encoder run as long as the last"), FALSE);
  add_overhead (trial, table, "overhead_new_length", _ ("the same, of a run of another length"), TRUE);
}

/* What the host adds can be measured; what call and instructions take within the wait cannot. */
static void
add_outside (Trial *trial, ScribeTable *table)
{
  if (trial->is_modelled)
    return;
  add_single (trial, table, "outside_wait", _ ("submit, synchronise and host, of an encoder run as long as the last"), "%",
              MEASURED, 100 * scribe_npu_hardware_outside (&trial->hardware, FALSE), FALSE, 10);
  add_single (trial, table, "outside_wait_new_length", _ ("the same, of a run of another length"), "%", MEASURED,
              100 * scribe_npu_hardware_outside (&trial->hardware, TRUE), FALSE, 10);
}

static void
add_accuracy (Trial *trial, ScribeTable *table)
{
  const ScribeLayerError *encoder = &g_array_index (trial->layers, ScribeLayerError, trial->layers->len - 1);
  const ScribeClips *clips = &trial->clips;

  add_single (trial, table, "error_fast", _ ("relative error of the encoder's output, fast"), "%", EMULATED,
              100 * encoder->modes[SCRIBE_MODE_FAST].relative, FALSE, 2);
  add_single (trial, table, "error_accurate", _ ("relative error of the encoder's output, accurate"), "%", EMULATED,
              100 * encoder->modes[SCRIBE_MODE_ACCURATE].relative, FALSE, 1);
  add_single (trial, table, "transcripts_accurate", _ ("transcripts equal to the reference device's, accurate"), "%", EMULATED,
              clips->n > 0 ? 100.0 * clips->n_equal[SCRIBE_MODE_ACCURATE] / clips->n : NAN, TRUE, 98);
  add_single (trial, table, "repeated", _ ("bytes in which a second run differs"), "", EMULATED, trial->n_unequal, FALSE, 0);
}

/* Told by the emulator's profile alone. */
static double
n_idle_ops (const Trial *trial)
{
  double n = 0;

  for (guint mode = 0; mode < SCRIBE_N_MODES && trial->is_modelled; mode++)
    n += trial->bench.times[mode][SCRIBE_COSTS_NOMINAL]->n_idle_ops;
  return trial->is_modelled ? n : NAN;
}

static void
add_emulator (Trial *trial, ScribeTable *table)
{
  double longest = 0;
  guint width;

  add_single (trial, table, "host_ops", _ ("operations that the array did not do"), "", EMULATED, n_idle_ops (trial), FALSE, 0);
  if (!trial->is_modelled)
    return;
  width = trial->bench.model->sizes.n_state;
  for (guint mode = 0; mode < SCRIBE_N_MODES; mode++)
    longest = MAX (longest, trial->bench.times[mode][SCRIBE_COSTS_NOMINAL]->emulated[SCRIBE_SPAN_WINDOW]);
  if (width <= BASE_WIDTH)
    add_single (trial, table, "emulated", _ ("processor time to emulate a window of 30 seconds"), "s", MEASURED, longest, FALSE,
                width <= STARTER_WIDTH ? 2 : 20);
}

/* The clock against what others measured: how far the worst of its predictions is off. */
static void
add_published (Trial *trial, ScribeTable *table)
{
  double worst = 0;

  if (!trial->is_modelled)
    return;
  for (guint i = 0; i < SCRIBE_NPU_N_PUBLISHED; i++)
    worst = MAX (worst, fabs (trial->predictions[i].tops / scribe_npu_published[i].tops - 1));
  add_single (trial, table, "published", _ ("published products, the worst prediction is off by"), "%", MODELLED, 100 * worst,
              FALSE, 15);
}

static void
tell_published (const Trial *trial, ScribeReport *report)
{
  static const ScribeColumn columns[] = { { "product", N_ ("product"), 0, 0 },
                                          { "predicted", N_ ("predicted TOPS"), 1, 1 },
                                          { "measured", N_ ("measured TOPS"), 1, 1 },
                                          { "off", N_ ("off, %"), 1e2, 1 },
                                          { "ddr", N_ ("DDR busy, %"), 1e2, 0 } };
  ScribeTable *table = ADD (
      report, "published", _ ("Published products (modelled beside measured)"),
      _ ("Matrices near 4096 on the design of arXiv 2512.13282, nominal constants. The tile of bf16 is not published."), columns);

  for (guint i = 0; i < SCRIBE_NPU_N_PUBLISHED; i++)
    {
      const ScribeNpuPublished *published = &scribe_npu_published[i];

      scribe_table_add_text (table, NULL, published->name);
      scribe_table_add_number (table, trial->predictions[i].tops);
      scribe_table_add_number (table, published->tops);
      scribe_table_add_number (table, trial->predictions[i].tops / published->tops - 1);
      scribe_table_add_number (table, trial->predictions[i].ddr_share);
    }
}

static void
tell_formats (const Trial *trial, ScribeReport *report)
{
  static const ScribeColumn columns[] = { { "format", N_ ("number format"), 0, 0 },
                                          { "mse", "MSE", 1, -1 },
                                          { "mae", "MAE", 1, -1 },
                                          { "largest", N_ ("largest"), 1, -1 },
                                          { "relative", N_ ("relative, %"), 1e2, -1 } };
  ScribeTable *table = ADD (report, "formats", _ ("The encoder's output with its linear layers in other number formats"),
                            _ ("Only their products; everything else in floats. Calibrated on the recording itself."), columns);

  for (guint i = 0; i < SCRIBE_NPU_N_SCHEMES; i++)
    {
      scribe_table_add_text (table, NULL, scribe_npu_scheme_name (i));
      scribe_table_add_number (table, trial->formats[i].mse);
      scribe_table_add_number (table, trial->formats[i].mae);
      scribe_table_add_number (table, trial->formats[i].largest);
      scribe_table_add_number (table, trial->formats[i].relative);
    }
}

static void
tell_targets (Trial *trial, ScribeReport *report)
{
  static const ScribeColumn columns[] = { { "target", N_ ("target"), 0, 0 },
                                          { "unit", "", 0, 0 },
                                          { "source", N_ ("is"), 0, 0 },
                                          { "measured", N_ ("here"), 1, -1 },
                                          { "wanted", N_ ("wanted"), 0, 0 },
                                          { "result", N_ ("result"), 0, 0 },
                                          { "pessimistic", N_ ("pessimistic"), 1, -1 },
                                          { "best", N_ ("best"), 1, -1 } };
  const char *emulated = _ (
      "Wanted of a model of base's size; accurate mode may take twice as long. Times are those of nominal constants, the "
      "other two beside them. "
      "The ratio of 32 tiles to 4 tells little where 4 tiles are far from their peak: they starve. "
      "The tests show the rest: kernels to the bit, damaged streams refused.");
  const char *real = _ (
      "Wanted of a model of base's size; accurate mode may take twice as long. The encoder's time has that of mel, and of keys "
      "and values for the decoder, in it: they are one submission. What takes other designs, other constants, or a clock in "
      "the array is not run.");
  ScribeTable *table = ADD (report, "targets", trial->is_modelled ? _ ("Targets (times are modelled)") : _ ("Targets (measured)"),
                            trial->is_modelled ? emulated : real, columns);

  trial->passed = TRUE;
  add_times (trial, table);
  add_outside (trial, table);
  add_ratios (trial, table);
  add_accuracy (trial, table);
  add_published (trial, table);
  add_emulator (trial, table);
}

static void
tell_layers (const Trial *trial, ScribeReport *report)
{
  static const ScribeColumn columns[] = { { "layer", N_ ("layer"), 0, 0 },
                                          { "fast_mse", N_ ("fast: MSE"), 1, -1 },
                                          { "fast_mae", "MAE", 1, -1 },
                                          { "fast_largest", N_ ("largest"), 1, -1 },
                                          { "fast_relative", N_ ("relative, %"), 1e2, -1 },
                                          { "accurate_mse", N_ ("accurate: MSE"), 1, -1 },
                                          { "accurate_mae", "MAE", 1, -1 },
                                          { "accurate_largest", N_ ("largest"), 1, -1 },
                                          { "accurate_relative", N_ ("relative, %"), 1e2, -1 } };
  ScribeTable *table = ADD (report, "errors", _ ("Errors against the reference device"),
                            _ ("Largest: of all differences; relative: L2 norm of the differences by that of the reference."),
                            columns);

  for (guint i = 0; i < trial->layers->len; i++)
    {
      const ScribeLayerError *layer = &g_array_index (trial->layers, ScribeLayerError, i);

      scribe_table_add_text (table, NULL, layer->name);
      for (guint mode = 0; mode < SCRIBE_N_MODES; mode++)
        {
          scribe_table_add_number (table, layer->modes[mode].mse);
          scribe_table_add_number (table, layer->modes[mode].mae);
          scribe_table_add_number (table, layer->modes[mode].largest);
          scribe_table_add_number (table, layer->modes[mode].relative);
        }
    }
}

static void
tell_clips (const ScribeClips *clips, ScribeReport *report)
{
  static const ScribeColumn columns[] = { { "mode", N_ ("mode"), 0, 0 },
                                          { "clips", N_ ("clips"), 1, 0 },
                                          { "equal", N_ ("equal"), 1, 0 } };
  ScribeTable *table;

  if (clips->n == 0)
    return;
  table = ADD (report, "clips", _ ("Transcripts equal to the reference device's"), NULL, columns);
  scribe_table_add_text (table, "fast", _ ("fast"));
  scribe_table_add_number (table, clips->n);
  scribe_table_add_number (table, clips->n_equal[SCRIBE_MODE_FAST]);
  scribe_table_add_text (table, "accurate", _ ("accurate"));
  scribe_table_add_number (table, clips->n);
  scribe_table_add_number (table, clips->n_equal[SCRIBE_MODE_ACCURATE]);
}

static gboolean
predict_published (Trial *trial, GCancellable *cancellable, GError **error)
{
  for (guint i = 0; i < SCRIBE_NPU_N_PUBLISHED; i++)
    if (g_cancellable_set_error_if_cancelled (cancellable, error)
        || !scribe_npu_published_run (&scribe_npu_published[i], &npu_costs_nominal, &trial->predictions[i], error))
      return FALSE;
  return TRUE;
}

static gboolean
measure (Trial *trial, ScribeModel *model, const ScribeTrialOptions *options, GCancellable *cancellable, GError **error)
{
  if (!trial->is_modelled)
    return scribe_npu_hardware_run (&trial->hardware, options, FALSE, cancellable, error);
  return scribe_npu_compare_formats (model, options, trial->formats, cancellable, error)
         && predict_published (trial, cancellable, error) && scribe_npu_bench_run (&trial->bench, options, cancellable, error);
}

static ScribeReport *
tell (Trial *trial, ScribeModel *model)
{
  const char *name = scribe_model_get_name (model);
  g_autofree char *title = trial->is_modelled ? g_strdup_printf (_ ("Validation of %s on an emulated NPU"), name)
                                              : g_strdup_printf (_ ("Validation of %s on the NPU of this machine"), name);
  ScribeReport *report = scribe_report_new (title);

  tell_targets (trial, report);
  tell_layers (trial, report);
  if (trial->is_modelled)
    {
      tell_formats (trial, report);
      tell_published (trial, report);
    }
  tell_clips (&trial->clips, report);
  if (trial->is_modelled)
    scribe_npu_bench_tell (&trial->bench, report);
  else
    scribe_npu_hardware_tell (&trial->hardware, report);
  return report;
}

ScribeReport *
scribe_npu_validate (const ScribeTrialOptions *options, gboolean *passed, GCancellable *cancellable, GError **error)
{
  g_auto (Trial) trial = { .is_modelled = scribe_is_modelled (options->device) };
  g_autoptr (ScribeModel) model = scribe_model_open (options->model, error);
  g_autoptr (ScribeReport) report = NULL;

  if (model == NULL)
    return NULL;
  if (options->clips && !scribe_npu_compare_clips (options, &trial.clips, cancellable, error))
    return NULL;
  trial.layers = scribe_npu_compare_layers (model, options, &trial.n_unequal, cancellable, error);
  if (trial.layers == NULL || !measure (&trial, model, options, cancellable, error))
    return NULL;
  report = tell (&trial, model);
  *passed = trial.passed;
  return g_steal_pointer (&report);
}
