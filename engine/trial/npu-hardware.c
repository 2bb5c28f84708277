/* npu-hardware.c - a real NPU, measured
 *
 *   run --clock on the wall--> submit, wait, synchronise, and the rest, which is the host's
 *
 * A submission is measured as a whole: array and firmware do not tell when an op of it ended. Mel, encoder, and the keys and values that the decoder looks at are
 * one submission, a decoder's step is another, so there is no table of layers or operations, and none of 4, 8 and 16 tiles, for which other
 * designs would have to be built.
 *
 * SPDX-License-Identifier: MIT
 */
#include "trial/npu-hardware.h"

#include "device/npu/npu-device.h"

#include <glib/gi18n-lib.h>

#define ADD(report, key, title, note, columns) scribe_report_add (report, key, title, note, columns, G_N_ELEMENTS (columns))

#define N_TILES 32

gboolean
scribe_npu_hardware_run (ScribeNpuHardware *hardware,
                         const ScribeTrialOptions *options,
                         gboolean with_product,
                         GCancellable *cancellable,
                         GError **error)
{
  const guint n = options->n_runs ? options->n_runs : SCRIBE_SERIES_RUNS;
  ScribeSteps steps = { options->progress, options->data, 0, n * (SCRIBE_N_MODES + (with_product ? 1 : 0)) };

  hardware->model = scribe_model_open (options->model, error);
  if (hardware->model == NULL)
    return FALSE;
  for (guint mode = 0; mode < SCRIBE_N_MODES; mode++)
    {
      const ScribeMeasurement how = {
        .device = options->device, .fast = mode == SCRIBE_MODE_FAST, .model = hardware->model, .decodes = TRUE
      };

      if (!scribe_series_run (&hardware->modes[mode], &how, n, &steps, cancellable, error))
        return FALSE;
    }
  {
    const ScribeMeasurement product = { .device = options->device, .fast = TRUE, .size = SCRIBE_BENCH_PRODUCT };

    return !with_product || scribe_series_run (&hardware->product, &product, n, &steps, cancellable, error);
  }
}

void
scribe_npu_hardware_clear (ScribeNpuHardware *hardware)
{
  for (guint mode = 0; mode < SCRIBE_N_MODES; mode++)
    scribe_series_clear (&hardware->modes[mode]);
  scribe_series_clear (&hardware->product);
  g_clear_pointer (&hardware->model, scribe_model_unref);
}

/* --- Figures ------------------------------------------------------------------------------------------------------------- */

static double
wait_of (const ScribeProfileRow *row)
{
  return row->kernel;
}

static double
submit_of (const ScribeProfileRow *row)
{
  return row->overhead;
}

static double
sync_of (const ScribeProfileRow *row)
{
  return row->transfer;
}

static double
outside_of (const ScribeProfileRow *row)
{
  return 1 - row->kernel / (scribe_row_modelled (row) + scribe_row_host (row));
}

static const ScribeFigure encoder = { .rows = SCRIBE_ROWS_AT (audio[SCRIBE_SPAN_SHORT]) };
static const ScribeFigure utterance = { .of = scribe_times_utterance };
static const ScribeFigure speed = { .of = scribe_times_speed };
static const ScribeFigure product = { .rows = SCRIBE_ROWS_AT (audio[SCRIBE_SPAN_WINDOW]) };

static double
median (const ScribeSeries *series, const ScribeFigure *figure)
{
  return scribe_series_at (series, figure, 0.5);
}

double
scribe_npu_hardware_encoder (const ScribeNpuHardware *hardware, ScribeMode mode)
{
  return median (&hardware->modes[mode], &encoder);
}

double
scribe_npu_hardware_utterance (const ScribeNpuHardware *hardware, ScribeMode mode)
{
  return median (&hardware->modes[mode], &utterance);
}

double
scribe_npu_hardware_speed (const ScribeNpuHardware *hardware, ScribeMode mode)
{
  return median (&hardware->modes[mode], &speed);
}

double
scribe_npu_hardware_outside (const ScribeNpuHardware *hardware, gboolean new_length)
{
  const ScribeFigure outside = { .rows = new_length ? SCRIBE_ROWS_AT (new_length) : SCRIBE_ROWS_AT (audio[SCRIBE_SPAN_SHORT]),
                                 .of_row = outside_of };

  return median (&hardware->modes[SCRIBE_MODE_FAST], &outside);
}

/* --- Tables -------------------------------------------------------------------------------------------------------------- */

#define AUDIO N_ ("mel, encoder and cross keys and values, %u positions")

static const struct
{
  const char *key;
  const char *title; /* %u: positions */
  ScribeSpan span;   /* SCRIBE_N_SPANS: a step */
  gsize rows;
} runs[] = {
  { "audio_256", AUDIO, SCRIBE_SPAN_UTTERANCE, SCRIBE_ROWS_AT (audio[SCRIBE_SPAN_UTTERANCE]) },
  { "audio_512", AUDIO, SCRIBE_SPAN_SHORT, SCRIBE_ROWS_AT (audio[SCRIBE_SPAN_SHORT]) },
  { "audio_full", AUDIO, SCRIBE_SPAN_WINDOW, SCRIBE_ROWS_AT (audio[SCRIBE_SPAN_WINDOW]) },
  { "prompt", N_ ("decoder, a prompt of 3 tokens"), SCRIBE_N_SPANS, SCRIBE_ROWS_AT (prompt) },
  { "token", N_ ("decoder, a token of one text"), SCRIBE_N_SPANS, SCRIBE_ROWS_AT (token) },
  { "batch", N_ ("decoder, a token of each of 32 windows"), SCRIBE_N_SPANS, SCRIBE_ROWS_AT (batch) },
};

static void
add_label (const ScribeNpuHardware *hardware, ScribeTable *table, guint i)
{
  g_autofree char *title = scribe_span_title (hardware->model, _ (runs[i].title), runs[i].span);

  scribe_table_add_text (table, runs[i].key, title);
}

/* Median, least and most of each mode. */
static void
add_spread (const ScribeNpuHardware *hardware, ScribeTable *table, const ScribeFigure *figure, double scale)
{
  static const double places[] = { 0.5, 0, 1 };

  for (guint mode = 0; mode < SCRIBE_N_MODES; mode++)
    for (guint i = 0; i < G_N_ELEMENTS (places); i++)
      scribe_table_add_number (table, scale * scribe_series_at (&hardware->modes[mode], figure, places[i]));
}

#define SPREAD(of, title, scale, decimals)                                                  \
  { of "_median", title, scale, decimals }, { of "_least", N_ ("least"), scale, decimals }, \
  {                                                                                         \
    of "_most", N_ ("most"), scale, decimals                                                \
  }

static void
tell_latency (const ScribeNpuHardware *hardware, ScribeReport *report)
{
  static const ScribeColumn columns[] = { { "run", N_ ("run, ms"), 0, 0 },
                                          SPREAD ("fast", N_ ("fast"), 1e3, 2),
                                          SPREAD ("accurate", N_ ("accurate"), 1e3, 2) };
  const guint n = hardware->modes[0].n;
  g_autofree char *note = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE,
                                                        "Median of %u run, least and most, by the clock on the wall, with "
                                                        "everything that the host does.",
                                                        "Median of %u runs, least and most, by the clock on the wall, with "
                                                        "everything that the host does.",
                                                        n),
                                           n);
  ScribeTable *table = ADD (report, "latency", _ ("Latency (measured)"), note, columns);

  for (guint i = 0; i < G_N_ELEMENTS (runs); i++)
    {
      const ScribeFigure figure = { .rows = runs[i].rows };

      add_label (hardware, table, i);
      add_spread (hardware, table, &figure, 1);
    }
}

static void
tell_use (const ScribeNpuHardware *hardware, ScribeReport *report)
{
  static const ScribeColumn columns[] = { { "use", N_ ("use"), 0, 0 },
                                          SPREAD ("fast", N_ ("fast"), 1, 1),
                                          SPREAD ("accurate", N_ ("accurate"), 1, 1) };
  ScribeTable *table = ADD (report, "use", _ ("In use (measured)"),
                            _ ("Mel, encoder, decoder and the host. Utterance: 256 positions, a prompt, 20 tokens. Long "
                               "recording: 32 windows at a time, 80 tokens each."),
                            columns);

  scribe_table_add_text (table, "utterance_ms", _ ("an utterance of 5 seconds: ms until its last token"));
  add_spread (hardware, table, &utterance, 1e3);
  scribe_table_add_text (table, "times_real_time", _ ("a long recording: times as fast as speech"));
  add_spread (hardware, table, &speed, 1);
}

static void
tell_shares (const ScribeNpuHardware *hardware, ScribeReport *report)
{
  static const ScribeColumn columns[] = { { "run", N_ ("run, ms"), 0, 0 },
                                          { "mode", N_ ("mode"), 0, 0 },
                                          { "wait", N_ ("wait"), 1e3, 3 },
                                          { "submit", N_ ("submit"), 1e3, 3 },
                                          { "sync", N_ ("synchronise"), 1e3, 3 },
                                          { "host", N_ ("host"), 1e3, 3 },
                                          { "outside", N_ ("outside wait, %"), 1e2, 1 } };
  static double (*const parts[]) (const ScribeProfileRow *row) = { wait_of, submit_of, sync_of, scribe_row_host, outside_of };
  ScribeTable *table = ADD (
      report, "shares", _ ("Where the time goes (measured)"),
      _ ("Medians. Wait: from when the driver has a run until its end is seen, all that the array does, its "
         "firmware and data on their way. Host: all the rest of the time."),
      columns);

  for (guint mode = 0; mode < SCRIBE_N_MODES; mode++)
    for (guint i = 0; i < G_N_ELEMENTS (runs); i++)
      {
        add_label (hardware, table, i);
        scribe_table_add_text (table, scribe_mode_name (mode), _ (scribe_mode_name (mode)));
        for (guint part = 0; part < G_N_ELEMENTS (parts); part++)
          {
            const ScribeFigure figure = { .rows = runs[i].rows, .of_row = parts[part] };

            scribe_table_add_number (table, median (&hardware->modes[mode], &figure));
          }
      }
}

static void
tell_product (const ScribeNpuHardware *hardware, ScribeReport *report)
{
  static const ScribeColumn columns[] = { { "work", N_ ("work, ms"), 0, 0 },
                                          SPREAD ("fast", N_ ("fast"), 1e3, 2),
                                          { "achieved", "TOPS", 1e-12, 2 },
                                          { "peak", N_ ("peak TOPS"), 1e-12, 1 },
                                          { "share", "%", 1e2, 1 } };
  const double n = SCRIBE_BENCH_PRODUCT, flops = 2 * n * n * n, peak = scribe_npu_peak (N_TILES, TRUE);
  ScribeTable *table;

  if (hardware->product.n == 0)
    return;
  table = ADD (report, "product", _ ("A product of matrices (measured)"),
               _ ("4096 x 4096 x 4096, on 32 tiles. The peak is that of the clock that the model of the array has."), columns);
  scribe_table_add_text (table, "product", _ ("product of matrices"));
  scribe_table_add_number (table, scribe_series_at (&hardware->product, &product, 0.5));
  scribe_table_add_number (table, scribe_series_at (&hardware->product, &product, 0));
  scribe_table_add_number (table, scribe_series_at (&hardware->product, &product, 1));
  scribe_table_add_number (table, flops / median (&hardware->product, &product));
  scribe_table_add_number (table, peak);
  scribe_table_add_number (table, flops / median (&hardware->product, &product) / peak);
}

void
scribe_npu_hardware_tell (const ScribeNpuHardware *hardware, ScribeReport *report)
{
  tell_latency (hardware, report);
  tell_use (hardware, report);
  tell_shares (hardware, report);
  tell_product (hardware, report);
}
