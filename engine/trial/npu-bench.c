/* npu-bench.c - the tables of the field: modelled, where the NPU is emulated
 *
 * SPDX-License-Identifier: MIT
 */
#include "trial/npu-bench.h"

#include "device/npu/npu-device.h"
#include "trial/npu-hardware.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#define TILES(array)   (4u << (array))
#define SPECTRUM_SHARE 0.125 /* of the peak: products of 16 by 32 bits */

const char *
scribe_mode_name (ScribeMode mode)
{
  static const char *const names[SCRIBE_N_MODES] = { [SCRIBE_MODE_FAST] = N_ ("fast"), [SCRIBE_MODE_ACCURATE] = N_ ("accurate") };

  return names[mode];
}

gboolean
scribe_npu_bench_run (ScribeNpuBench *bench, const ScribeTrialOptions *options, GCancellable *cancellable, GError **error)
{
  ScribeMeasurement *next = bench->all;

  bench->model = scribe_model_open (options->model, error);
  if (bench->model == NULL)
    return FALSE;
  for (guint mode = SCRIBE_N_MODES; mode-- > 0;) /* the longest first */
    for (guint costs = 0; costs < SCRIBE_N_COSTS; costs++)
      {
        *next = (ScribeMeasurement){ .costs = costs, .fast = mode == SCRIBE_MODE_FAST, .model = bench->model, .decodes = TRUE };
        bench->times[mode][costs] = &next++->times;
      }
  for (guint array = 0; array < SCRIBE_N_ARRAYS; array++)
    {
      *next = (ScribeMeasurement){ .fast = TRUE, .n_columns = 1u << array, .size = SCRIBE_BENCH_PRODUCT };
      bench->products[array] = &next++->times;
    }
  for (guint array = 0; array + 1 < SCRIBE_N_ARRAYS; array++)
    {
      *next = (ScribeMeasurement){ .fast = TRUE, .n_columns = 1u << array, .model = bench->model };
      bench->encoders[array] = &next++->times;
    }
  for (guint costs = 0; costs < SCRIBE_N_COSTS; costs++)
    {
      *next = (ScribeMeasurement){ .costs = costs, .fast = TRUE, .model = bench->model, .instant = TRUE };
      bench->instant[costs] = &next++->times;
    }
  bench->encoders[SCRIBE_N_ARRAYS - 1] = bench->times[SCRIBE_MODE_FAST][SCRIBE_COSTS_NOMINAL];
  g_assert (next == bench->all + SCRIBE_N_MEASUREMENTS);
  return scribe_measure (bench->all, SCRIBE_N_MEASUREMENTS, options->progress, options->data, cancellable, error);
}

void
scribe_npu_bench_clear (ScribeNpuBench *bench)
{
  for (guint i = 0; i < SCRIBE_N_MEASUREMENTS; i++)
    scribe_measurement_clear (&bench->all[i]);
  g_clear_pointer (&bench->model, scribe_model_unref);
}

/* --- Figures ------------------------------------------------------------------------------------------------------------- */

static double
modelled_encoder (const ScribeTimes *times, ScribeSpan span)
{
  ScribeProfileRow sum = scribe_times_encoder (times->audio[span]);

  return scribe_row_modelled (&sum);
}

/* What the array takes less where those are free, and the host's work. */
double
scribe_npu_bench_overhead (const ScribeNpuBench *bench, ScribeCosts costs, gboolean new_length)
{
  const ScribeTimes *times = bench->times[SCRIBE_MODE_FAST][costs];
  ScribeProfileRow sum = scribe_times_encoder (new_length ? times->new_length : times->audio[SCRIBE_SPAN_SHORT]);
  const double all = scribe_row_modelled (&sum) + scribe_row_host (&sum);

  return 1 - modelled_encoder (bench->instant[costs], SCRIBE_SPAN_SHORT) / all;
}

double
scribe_npu_bench_encoder (const ScribeNpuBench *bench, guint array, ScribeSpan span)
{
  return modelled_encoder (bench->encoders[array], span);
}

/* What the cores did is counted on the smallest array. */
static double
bound (GArray *rows, const char *prefix, const char *without, guint array)
{
  double seconds = 0;

  for (guint i = 0; i < rows->len; i++)
    {
      const ScribeProfileRow *row = &g_array_index (rows, ScribeProfileRow, i);

      if (g_str_has_prefix (row->op, prefix) && !g_str_has_prefix (row->op, without))
        seconds += MAX (row->kernel * row->n_tiles / TILES (array), row->bytes / scribe_npu_memory_rate (SCRIBE_COSTS_NOMINAL));
    }
  return seconds;
}

double
scribe_npu_bench_encoder_bound (const ScribeNpuBench *bench, guint array, ScribeSpan span)
{
  return bound (bench->encoders[0]->audio[span], "encoder.", "encoder.cross.", array);
}

double
scribe_npu_bench_product (const ScribeNpuBench *bench, guint array)
{
  ScribeProfileRow sum = scribe_times_sum (bench->products[array]->audio[SCRIBE_SPAN_WINDOW], "");

  return scribe_row_modelled (&sum);
}

double
scribe_npu_bench_product_share (const ScribeNpuBench *bench, guint array)
{
  const double n = SCRIBE_BENCH_PRODUCT;

  return 2 * n * n * n / scribe_npu_bench_product (bench, array) / scribe_npu_peak (TILES (array), TRUE);
}

static gboolean
is_product (const ScribeProfileRow *row)
{
  return strcmp (row->kind, "linear") == 0 || strcmp (row->kind, "conv1d") == 0;
}

double
scribe_npu_bench_share_of_peak (const ScribeNpuBench *bench, ScribeMode mode)
{
  GArray *rows = bench->times[mode][SCRIBE_COSTS_NOMINAL]->audio[SCRIBE_SPAN_WINDOW];
  double flops = 0, seconds = 0;

  for (guint i = 0; i < rows->len; i++)
    {
      const ScribeProfileRow *row = &g_array_index (rows, ScribeProfileRow, i);

      if (!is_product (row) || g_str_has_prefix (row->op, "encoder.cross."))
        continue;
      flops += row->flops;
      seconds += scribe_row_modelled (row);
    }
  return flops / seconds / scribe_npu_peak (TILES (SCRIBE_N_ARRAYS - 1), mode == SCRIBE_MODE_FAST);
}

/* --- Tables -------------------------------------------------------------------------------------------------------------- */

#define ADD(report, key, title, note, columns) scribe_report_add (report, key, title, note, columns, G_N_ELEMENTS (columns))

/* A run, or a part of one */
typedef struct
{
  const char *key, *title; /* %u: positions */
  ScribeSpan span;         /* SCRIBE_N_SPANS: a step */
  const char *prefix;      /* "encoder": without what is made for the decoder */
  gsize step;              /* where in ScribeTimes its rows are */
} Part;

static const Part parts[] = {
  { "mel_512", N_ ("mel, %u positions"), SCRIBE_SPAN_SHORT, "mel." },
  { "encoder_512", N_ ("encoder, %u positions"), SCRIBE_SPAN_SHORT, "encoder" },
  { "encoder_programs", N_ ("changes of the cores' program in it, %u positions"), SCRIBE_SPAN_SHORT, "encoder.programs" },
  { "cross_512", N_ ("cross keys and values, %u positions"), SCRIBE_SPAN_SHORT, "encoder.cross." },
  { "mel_full", N_ ("mel, %u positions"), SCRIBE_SPAN_WINDOW, "mel." },
  { "encoder_full", N_ ("encoder, %u positions"), SCRIBE_SPAN_WINDOW, "encoder" },
  { "cross_full", N_ ("cross keys and values, %u positions"), SCRIBE_SPAN_WINDOW, "encoder.cross." },
  { "token", N_ ("decoder, a token of one text"), SCRIBE_N_SPANS, "", G_STRUCT_OFFSET (ScribeTimes, token) },
  { "token_programs", N_ ("changes of the cores' program in it"), SCRIBE_N_SPANS, "decoder.programs",
    G_STRUCT_OFFSET (ScribeTimes, token) },
  { "batch", N_ ("decoder, a token of each of 32 windows"), SCRIBE_N_SPANS, "", G_STRUCT_OFFSET (ScribeTimes, batch) },
};

static ScribeProfileRow
part_of (const ScribeTimes *times, const Part *part)
{
  if (part->span == SCRIBE_N_SPANS)
    return scribe_times_sum (G_STRUCT_MEMBER (GArray *, times, part->step), part->prefix);
  if (strcmp (part->prefix, "encoder") == 0)
    return scribe_times_encoder (times->audio[part->span]);
  return scribe_times_sum (times->audio[part->span], part->prefix);
}

#define BY_COSTS(of, fast_or_not, scale, decimals)                                                             \
  { of "_nominal", fast_or_not, scale, decimals }, { of "_pessimistic", N_ ("pessimistic"), scale, decimals }, \
  {                                                                                                            \
    of "_best", N_ ("best"), scale, decimals                                                                   \
  }

static void
tell_latency (const ScribeNpuBench *bench, ScribeReport *report)
{
  static const ScribeColumn columns[] = { { "run", N_ ("run, ms"), 0, 0 },
                                          BY_COSTS ("fast", N_ ("fast"), 1e3, 2),
                                          BY_COSTS ("accurate", N_ ("accurate"), 1e3, 2) };
  ScribeTable *table = ADD (
      report, "latency", _ ("Latency (modelled)"),
      _ ("32 tiles, nominal constants first, the share of the call that belongs to each part included; without the host."),
      columns);

  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    {
      g_autofree char *title = scribe_span_title (bench->model, _ (parts[i].title), parts[i].span);

      scribe_table_add_text (table, parts[i].key, title);
      for (guint mode = 0; mode < SCRIBE_N_MODES; mode++)
        for (guint costs = 0; costs < SCRIBE_N_COSTS; costs++)
          {
            ScribeProfileRow row = part_of (bench->times[mode][costs], &parts[i]);

            scribe_table_add_number (table, scribe_row_modelled (&row));
          }
    }
}

static void
tell_use (const ScribeNpuBench *bench, ScribeReport *report)
{
  static const ScribeColumn columns[] = { { "use", N_ ("use"), 0, 0 },
                                          BY_COSTS ("fast", N_ ("fast"), 1, 1),
                                          BY_COSTS ("accurate", N_ ("accurate"), 1, 1) };
  ScribeTable *table = ADD (report, "use", _ ("In use (modelled)"),
                            _ ("Mel, encoder, decoder and the host. Utterance: 256 positions, a prompt, 20 tokens. Long "
                               "recording: 32 windows at a time, 80 tokens each."),
                            columns);

  scribe_table_add_text (table, "utterance_ms", _ ("an utterance of 5 seconds: ms until its last token"));
  for (guint i = 0; i < SCRIBE_N_MODES * SCRIBE_N_COSTS; i++)
    scribe_table_add_number (table,
                             1e3 * scribe_times_utterance (bench->model, bench->times[i / SCRIBE_N_COSTS][i % SCRIBE_N_COSTS]));
  scribe_table_add_text (table, "times_real_time", _ ("a long recording: times as fast as speech"));
  for (guint i = 0; i < SCRIBE_N_MODES * SCRIBE_N_COSTS; i++)
    scribe_table_add_number (table, scribe_times_speed (bench->model, bench->times[i / SCRIBE_N_COSTS][i % SCRIBE_N_COSTS]));
}

static void
tell_shares (const ScribeNpuBench *bench, ScribeReport *report)
{
  static const ScribeColumn columns[] = { { "run", N_ ("run, ms"), 0, 0 },         { "mode", N_ ("mode"), 0, 0 },
                                          { "kernel", N_ ("kernel"), 1e3, 2 },     { "transfer", N_ ("transfer"), 1e3, 2 },
                                          { "overhead", N_ ("overhead"), 1e3, 2 }, { "host", N_ ("host"), 1e3, 2 },
                                          { "quantise", N_ ("quantise"), 1e3, 2 }, { "tiles", N_ ("tiles"), 1, 0 } };
  ScribeTable *table = ADD (
      report, "shares", _ ("Where the time goes (modelled)"),
      _ ("Nominal constants. Overhead: dispatch, changes of the cores' program, and instructions being read while "
         "no core computes. Host and quantise are measured here; "
         "results are quantised where they are made, in the kernels."),
      columns);

  for (guint mode = 0; mode < SCRIBE_N_MODES; mode++)
    for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
      {
        ScribeProfileRow row = part_of (bench->times[mode][SCRIBE_COSTS_NOMINAL], &parts[i]);
        g_autofree char *title = scribe_span_title (bench->model, _ (parts[i].title), parts[i].span);

        scribe_table_add_text (table, parts[i].key, title);
        scribe_table_add_text (table, scribe_mode_name (mode), _ (scribe_mode_name (mode)));
        scribe_table_add_number (table, row.kernel);
        scribe_table_add_number (table, row.transfer);
        scribe_table_add_number (table, row.overhead);
        scribe_table_add_number (table, row.host);
        scribe_table_add_number (table, row.quantise);
        scribe_table_add_number (table, row.n_tiles);
      }
}

static void
add_layer (const ScribeNpuBench *bench, ScribeTable *table, const char *prefix)
{
  for (guint mode = 0; mode < SCRIBE_N_MODES; mode++)
    for (guint span = SCRIBE_SPAN_SHORT; span < SCRIBE_N_SPANS; span++)
      {
        GArray *rows = bench->times[mode][SCRIBE_COSTS_NOMINAL]->audio[span];
        ScribeProfileRow row = prefix ? scribe_times_sum (rows, prefix) : scribe_times_encoder (rows);

        scribe_table_add_number (table, scribe_row_modelled (&row));
      }
}

static void
tell_layers (const ScribeNpuBench *bench, ScribeReport *report)
{
  static const ScribeColumn columns[] = { { "layer", N_ ("layer, ms"), 0, 0 },
                                          { "fast_512", N_ ("fast, 512"), 1e3, 3 },
                                          { "fast_full", N_ ("fast, window"), 1e3, 3 },
                                          { "accurate_512", N_ ("accurate, 512"), 1e3, 3 },
                                          { "accurate_full", N_ ("accurate, window"), 1e3, 3 } };
  static const char *const others[] = { "encoder.conv1", "encoder.conv2", "encoder.ln_post", "encoder.programs" };
  ScribeTable *table = ADD (report, "layers", _ ("The encoder, layer by layer (modelled)"), _ ("Nominal constants."), columns);

  for (guint i = 0; i < G_N_ELEMENTS (others) + bench->model->sizes.n_audio_layer; i++)
    {
      const guint n_layers = bench->model->sizes.n_audio_layer, layer = i - 2; /* between the convolutions and the last norm */
      const gboolean is_layer = i >= 2 && layer < n_layers;
      g_autofree char *name = is_layer ? g_strdup_printf ("encoder.%u", layer) : g_strdup (others[i < 2 ? i : i - n_layers]);
      g_autofree char *prefix = is_layer ? g_strconcat (name, ".", NULL) : g_strdup (name);

      scribe_table_add_text (table, NULL, name);
      add_layer (bench, table, prefix);
    }
  scribe_table_add_text (table, "full", _ ("all"));
  add_layer (bench, table, NULL);
}

/* --- By kind ------------------------------------------------------------------------------------------------------------- */

static char *
kind_of (const ScribeProfileRow *row)
{
  const char *part = g_str_has_prefix (row->op, "encoder.cross.") ? "cross" : row->op;

  return g_strdup_printf ("%.*s %s", (int) strcspn (part, "."), part, row->kind);
}

static void
add_kind (ScribeTable *table, const char *name, ScribeMode mode, const ScribeProfileRow *sum)
{
  const gboolean is_spectrum = strcmp (sum->kind, "spectrum") == 0,
                 has_peak = sum->flops > 0 && strcmp (sum->kind, "log_mel") != 0;
  const double peak = is_spectrum ? SPECTRUM_SHARE * scribe_npu_peak (TILES (SCRIBE_N_ARRAYS - 1), TRUE)
                                  : scribe_npu_peak (TILES (SCRIBE_N_ARRAYS - 1), mode == SCRIBE_MODE_FAST);
  const double achieved = sum->flops / scribe_row_modelled (sum);

  scribe_table_add_text (table, NULL, name);
  scribe_table_add_text (table, scribe_mode_name (mode), _ (scribe_mode_name (mode)));
  scribe_table_add_number (table, scribe_row_modelled (sum));
  scribe_table_add_number (table, has_peak ? achieved : NAN);
  scribe_table_add_number (table, has_peak ? peak : NAN);
  scribe_table_add_number (table, has_peak ? achieved / peak : NAN);
  scribe_table_add_number (table, has_peak ? sum->flops / sum->kernel / peak : NAN);
  scribe_table_add_number (table, sum->n_tiles);
}

/* Each kind once, in the order of the graph. */
static void
add_kinds (ScribeTable *table, GArray *rows, ScribeMode mode)
{
  g_autoptr (GHashTable) done = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < rows->len; i++)
    {
      const ScribeProfileRow *first = &g_array_index (rows, ScribeProfileRow, i);
      char *name = kind_of (first);
      ScribeProfileRow sum = { .kind = first->kind };

      if (first->runs == 0 || g_hash_table_contains (done, name))
        {
          g_free (name);
          continue;
        }
      for (guint j = i; j < rows->len; j++)
        {
          const ScribeProfileRow *row = &g_array_index (rows, ScribeProfileRow, j);
          g_autofree char *other = kind_of (row);

          if (strcmp (name, other) == 0)
            scribe_times_add (&sum, row, 1);
        }
      add_kind (table, name, mode, &sum);
      g_hash_table_add (done, name);
    }
}

static void
tell_kinds (const ScribeNpuBench *bench, ScribeReport *report)
{
  static const ScribeColumn columns[] = { { "op", N_ ("operations"), 0, 0 },
                                          { "mode", N_ ("mode"), 0, 0 },
                                          { "seconds", N_ ("ms"), 1e3, 3 },
                                          { "achieved", "TOPS", 1e-12, 2 },
                                          { "peak", N_ ("peak TOPS"), 1e-12, 1 },
                                          { "share", "%", 1e2, 1 },
                                          { "share_in_kernel", N_ ("in kernel, %"), 1e2, 1 },
                                          { "tiles", N_ ("tiles"), 1, 0 } };
  ScribeTable *table = ADD (
      report, "ops", _ ("Operations (modelled)"),
      _ ("Nominal constants, a whole window and a step of 32 windows. The peak is that of 32 tiles for this "
         "kind of product; in kernel: "
         "while cores compute."),
      columns);

  for (guint mode = 0; mode < SCRIBE_N_MODES; mode++)
    {
      add_kinds (table, bench->times[mode][SCRIBE_COSTS_NOMINAL]->audio[SCRIBE_SPAN_WINDOW], mode);
      add_kinds (table, bench->times[mode][SCRIBE_COSTS_NOMINAL]->batch, mode);
    }
}

/* --- By tiles ------------------------------------------------------------------------------------------------------------ */

static void
add_arrays (ScribeTable *table, const char *key, const char *title, const double seconds[SCRIBE_N_ARRAYS])
{
  scribe_table_add_text (table, key, title);
  for (guint array = 0; array < SCRIBE_N_ARRAYS; array++)
    scribe_table_add_number (table, seconds[array]);
  scribe_table_add_number (table, seconds[0] / seconds[SCRIBE_N_ARRAYS - 1]);
}

static void
tell_arrays (const ScribeNpuBench *bench, ScribeReport *report)
{
  static const ScribeColumn columns[] = { { "work", N_ ("work, ms"), 0, 0 },       { "tiles_4", N_ ("4 tiles"), 1e3, 2 },
                                          { "tiles_8", N_ ("8 tiles"), 1e3, 2 },   { "tiles_16", N_ ("16 tiles"), 1e3, 2 },
                                          { "tiles_32", N_ ("32 tiles"), 1e3, 2 }, { "ratio", N_ ("4 : 32"), 1, 2 } };
  ScribeTable *table = ADD (
      report, "tiles", _ ("Tiles side by side (modelled)"),
      _ ("Fast mode, nominal constants. Roofline: the cores' work shared out evenly, or weights and activations moved once, "
         "whichever takes longer, op by op. The product is 4096 x 4096 x 4096."),
      columns);
  double seconds[SCRIBE_N_ARRAYS];

  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    {
      g_autofree char *title = scribe_span_title (bench->model, _ (parts[i].title), parts[i].span),
                      *below = g_strdup_printf (_ ("%s: roofline"), title);

      if (strcmp (parts[i].prefix, "encoder") != 0)
        continue;
      for (guint array = 0; array < SCRIBE_N_ARRAYS; array++)
        seconds[array] = scribe_npu_bench_encoder (bench, array, parts[i].span);
      add_arrays (table, parts[i].key, title, seconds);
      for (guint array = 0; array < SCRIBE_N_ARRAYS; array++)
        seconds[array] = scribe_npu_bench_encoder_bound (bench, array, parts[i].span);
      add_arrays (table, parts[i].span == SCRIBE_SPAN_SHORT ? "roofline_512" : "roofline_full", below, seconds);
    }
  for (guint array = 0; array < SCRIBE_N_ARRAYS; array++)
    seconds[array] = scribe_npu_bench_product (bench, array);
  add_arrays (table, "product", _ ("product of matrices"), seconds);
  for (guint array = 0; array < SCRIBE_N_ARRAYS; array++)
    seconds[array] = bound (bench->products[0]->audio[SCRIBE_SPAN_WINDOW], "product", "encoder.", array);
  add_arrays (table, "roofline_product", _ ("product of matrices: roofline"), seconds);
}

void
scribe_npu_bench_tell (const ScribeNpuBench *bench, ScribeReport *report)
{
  tell_latency (bench, report);
  tell_use (bench, report);
  tell_shares (bench, report);
  tell_layers (bench, report);
  tell_kinds (bench, report);
  tell_arrays (bench, report);
}

static ScribeReport *
bench_hardware (const ScribeTrialOptions *options, GCancellable *cancellable, GError **error)
{
  g_auto (ScribeNpuHardware) hardware = { 0 };
  g_autoptr (ScribeReport) report = NULL;
  g_autofree char *title = NULL;

  if (!scribe_npu_hardware_run (&hardware, options, TRUE, cancellable, error))
    return NULL;
  title = g_strdup_printf (_ ("%s on the NPU of this machine: every time is measured"), scribe_model_get_name (hardware.model));
  report = scribe_report_new (title);
  scribe_npu_hardware_tell (&hardware, report);
  return g_steal_pointer (&report);
}

ScribeReport *
scribe_npu_bench (const ScribeTrialOptions *options, GCancellable *cancellable, GError **error)
{
  g_auto (ScribeNpuBench) bench = { 0 };
  g_autoptr (ScribeReport) report = NULL;
  g_autofree char *title = NULL;

  if (!scribe_is_modelled (options->device))
    return bench_hardware (options, cancellable, error);
  if (!scribe_npu_bench_run (&bench, options, cancellable, error))
    return NULL;
  title = g_strdup_printf (_ ("%s on an emulated NPU: every time is modelled"), scribe_model_get_name (bench.model));
  report = scribe_report_new (title);
  scribe_npu_bench_tell (&bench, report);
  return g_steal_pointer (&report);
}
