/* device-compare.c - devices side by side, measured beside modelled
 *
 *   device --series--> medians      a column each, in the order asked for
 *          --tones---> encoder's output, against the reference device's
 *
 * All do the same work, and times are what a person waits for, the host's share included. A long recording is decoded as each does it best: 32 windows at a time on an
 * NPU, which reads its weights once for all, and one after another elsewhere.
 *
 * SPDX-License-Identifier: MIT
 */
#include "trial/npu-compare.h"
#include "trial/series.h"

#include "error.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#define MAX_THREADS     8   /* as the engine takes, if not told */
#define REFERENCE_WIDTH 512 /* of the widest model whose encoder the reference device does in seconds: base's */

static const struct
{
  const char *name;
  const char *title, *not_run; /* of its column */
  gboolean is_array;           /* several windows at a time; and audio is one submission, where it is not modelled */
} known[] = {
  { "cpu", N_ ("cpu, measured"), N_ ("cpu, not run"), FALSE },
  { "npu", N_ ("npu, measured"), N_ ("npu, not run"), TRUE },
  { "emulator", N_ ("emulator, modelled"), N_ ("emulator, not run"), TRUE },
  { "reference", N_ ("reference, measured"), N_ ("reference, not run"), FALSE },
};

#define N_KNOWN G_N_ELEMENTS (known)

typedef struct
{
  guint which; /* of known */
  ScribeSeries series;
  double error; /* relative, of the encoder's output; NAN: not known */
  char *reason; /* why it was not run; NULL: it was */
} Contestant;

typedef struct
{
  ScribeModel *model;
  Contestant all[N_KNOWN];
  guint n;
  float *expected; /* what the reference device hears; NULL: the model is too wide for it */
} Compare;

static void
compare_clear (Compare *compare)
{
  for (guint i = 0; i < compare->n; i++)
    {
      scribe_series_clear (&compare->all[i].series);
      g_free (compare->all[i].reason);
    }
  g_free (compare->expected);
  g_clear_pointer (&compare->model, scribe_model_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Compare, compare_clear)

static gboolean
add_contestant (Compare *compare, const char *name, GError **error)
{
  guint which = 0;

  while (which < N_KNOWN && strcmp (known[which].name, name) != 0)
    which++;
  if (which == N_KNOWN)
    {
      g_set_error (error, SCRIBE_ERROR, SCRIBE_ERROR_OPTION,
                   _ ("“%s” cannot be compared. The devices that can are cpu, npu, emulator and reference."), name);
      return FALSE;
    }
  for (guint i = 0; i < compare->n; i++)
    if (compare->all[i].which == which)
      {
        g_set_error (error, SCRIBE_ERROR, SCRIBE_ERROR_OPTION, _ ("“%s” is there twice. Name each device once."), name);
        return FALSE;
      }
  compare->all[compare->n++] = (Contestant){ .which = which, .error = NAN };
  return TRUE;
}

/* --- Measuring ----------------------------------------------------------------------------------------------------------- */

static guint
runs_of (const ScribeCompareOptions *options, const Contestant *contestant)
{
  if (scribe_is_modelled (known[contestant->which].name))
    return 1;
  return options->n_runs ? options->n_runs : SCRIBE_SERIES_RUNS;
}

static gboolean
measure (Compare *compare,
         Contestant *contestant,
         const ScribeCompareOptions *options,
         ScribeSteps *steps,
         GCancellable *cancellable,
         GError **error)
{
  const char *name = known[contestant->which].name;
  const ScribeMeasurement how = { .device = name,
                                  .n_threads = options->n_threads ? options->n_threads
                                                                  : MIN (g_get_num_processors (), MAX_THREADS),
                                  .n_windows = known[contestant->which].is_array ? SCRIBE_TIMES_WINDOWS : 1,
                                  .fast = options->fast,
                                  .model = compare->model,
                                  .decodes = TRUE };
  g_autofree float *found = NULL;
  gsize n;

  if (!scribe_series_run (&contestant->series, &how, runs_of (options, contestant), steps, cancellable, error))
    return FALSE;
  if (compare->expected == NULL || strcmp (name, "reference") == 0)
    return TRUE;
  found = scribe_compare_hear (compare->model, name, options->fast, &n, cancellable, error);
  if (found == NULL)
    return FALSE;
  contestant->error = scribe_difference (found, compare->expected, n).relative;
  return TRUE;
}

/* Each in turn; what one fails with is its reason. FALSE where none is left, or a person has stopped it. */
static gboolean
measure_all (Compare *compare, const ScribeCompareOptions *options, GCancellable *cancellable, GError **error)
{
  ScribeSteps steps = { options->progress, options->data, 0, 0 };
  guint n_run = 0;

  for (guint i = 0; i < compare->n; i++)
    steps.total += runs_of (options, &compare->all[i]);
  for (guint i = 0; i < compare->n; i++)
    {
      Contestant *contestant = &compare->all[i];
      const guint before = steps.done;
      g_autoptr (GError) failure = NULL;

      if (measure (compare, contestant, options, &steps, cancellable, &failure))
        n_run++;
      else if (g_error_matches (failure, G_IO_ERROR, G_IO_ERROR_CANCELLED) || (i + 1 == compare->n && n_run == 0))
        {
          g_propagate_error (error, g_steal_pointer (&failure));
          return FALSE;
        }
      else
        contestant->reason = g_strdup (failure->message);
      steps.done = before + runs_of (options, contestant);
    }
  return TRUE;
}

/* --- Tables -------------------------------------------------------------------------------------------------------------- */

typedef struct
{
  const char *key, *title; /* %u: positions */
  const char *unit;
  ScribeSpan span;  /* of the positions; SCRIBE_N_SPANS: there are none */
  gboolean is_part; /* of a submission, which hardware does not tell apart */
  double scale;
  ScribeFigure figure;
} Row;

static const Row rows[] = {
  { "mel_512",
    N_ ("mel, %u positions"),
    "ms",
    SCRIBE_SPAN_SHORT,
    TRUE,
    1e3,
    { SCRIBE_ROWS_AT (audio[SCRIBE_SPAN_SHORT]), "mel." } },
  { "encoder_512",
    N_ ("encoder, %u positions"),
    "ms",
    SCRIBE_SPAN_SHORT,
    TRUE,
    1e3,
    { SCRIBE_ROWS_AT (audio[SCRIBE_SPAN_SHORT]), "encoder" } },
  { "audio_512",
    N_ ("mel, encoder and cross keys and values, %u positions"),
    "ms",
    SCRIBE_SPAN_SHORT,
    FALSE,
    1e3,
    { SCRIBE_ROWS_AT (audio[SCRIBE_SPAN_SHORT]) } },
  { "mel_full",
    N_ ("mel, %u positions"),
    "ms",
    SCRIBE_SPAN_WINDOW,
    TRUE,
    1e3,
    { SCRIBE_ROWS_AT (audio[SCRIBE_SPAN_WINDOW]), "mel." } },
  { "encoder_full",
    N_ ("encoder, %u positions"),
    "ms",
    SCRIBE_SPAN_WINDOW,
    TRUE,
    1e3,
    { SCRIBE_ROWS_AT (audio[SCRIBE_SPAN_WINDOW]), "encoder" } },
  { "audio_full",
    N_ ("mel, encoder and cross keys and values, %u positions"),
    "ms",
    SCRIBE_SPAN_WINDOW,
    FALSE,
    1e3,
    { SCRIBE_ROWS_AT (audio[SCRIBE_SPAN_WINDOW]) } },
  { "token", N_ ("decoder, a token of one text"), "ms", SCRIBE_N_SPANS, FALSE, 1e3, { SCRIBE_ROWS_AT (token) } },
  { "utterance",
    N_ ("an utterance of 5 seconds, until its last token"),
    "ms",
    SCRIBE_N_SPANS,
    FALSE,
    1e3,
    { .of = scribe_times_utterance } },
  { "long_recording", N_ ("a long recording"), N_ ("x real time"), SCRIBE_N_SPANS, FALSE, 1, { .of = scribe_times_speed } },
};

static void
add_label (const Compare *compare, ScribeTable *table, const Row *row)
{
  g_autofree char *title = scribe_span_title (compare->model, _ (row->title), row->span);

  scribe_table_add_text (table, row->key, title);
}

static double
value_of (const Contestant *contestant, const Row *row)
{
  const gboolean is_told = !row->is_part || !known[contestant->which].is_array
                           || scribe_is_modelled (known[contestant->which].name);

  if (contestant->reason || !is_told)
    return NAN;
  return row->scale * scribe_series_at (&contestant->series, &row->figure, 0.5);
}

static void
tell_times (const Compare *compare, const ScribeCompareOptions *options, ScribeReport *report)
{
  ScribeColumn columns[2 + N_KNOWN] = { { "run", N_ ("run"), 0, 0 }, { "unit", "", 0, 0 } };
  ScribeTable *table;

  for (guint i = 0; i < compare->n; i++)
    {
      const guint which = compare->all[i].which;

      columns[2 + i] = (ScribeColumn){ known[which].name, compare->all[i].reason ? known[which].not_run : known[which].title, 1,
                                       -1 };
    }
  table = scribe_report_add (
      report, "compare", options->fast ? _ ("Devices side by side, fast") : _ ("Devices side by side"),
      _ ("Measured: medians, by the clock on the wall. Modelled: nominal constants, and the host as measured. "
         "A real NPU does mel, encoder and keys and values in one, and tells no parts. Utterance: 256 "
         "positions, a prompt, 20 tokens. Long recording: 80 tokens a window; NPUs decode 32 windows at a time."),
      columns, 2 + compare->n);
  for (guint r = 0; r < G_N_ELEMENTS (rows); r++)
    {
      add_label (compare, table, &rows[r]);
      scribe_table_add_text (table, rows[r].unit, _ (rows[r].unit));
      for (guint i = 0; i < compare->n; i++)
        scribe_table_add_number (table, value_of (&compare->all[i], &rows[r]));
    }
  scribe_table_add_text (table, "error", _ ("relative error of the encoder's output, against the reference device"));
  scribe_table_add_text (table, NULL, "%");
  for (guint i = 0; i < compare->n; i++)
    scribe_table_add_number (table, 100 * compare->all[i].error);
}

static void
tell_devices (const Compare *compare, ScribeReport *report)
{
  static const ScribeColumn columns[] = { { "device", N_ ("device"), 0, 0 },
                                          { "times", N_ ("times"), 0, 0 },
                                          { "reason", "", 0, 0 } };
  ScribeTable *table = scribe_report_add (report, "devices", _ ("Where the times come from"), NULL, columns,
                                          G_N_ELEMENTS (columns));

  for (guint i = 0; i < compare->n; i++)
    {
      const Contestant *contestant = &compare->all[i];
      const char *name = known[contestant->which].name;

      scribe_table_add_text (table, name, name);
      if (contestant->reason)
        scribe_table_add_text (table, "not run", _ ("not run"));
      else if (scribe_is_modelled (name))
        scribe_table_add_text (table, "modelled", _ ("modelled"));
      else
        scribe_table_add_text (table, "measured", _ ("measured"));
      scribe_table_add_text (table, NULL, contestant->reason ? contestant->reason : "");
    }
}

ScribeReport *
scribe_compare_devices (const ScribeCompareOptions *options, GCancellable *cancellable, GError **error)
{
  g_auto (Compare) compare = { 0 };
  g_autoptr (ScribeReport) report = NULL;
  g_autofree char *title = NULL;
  gsize n;

  if (options->devices[0] == NULL)
    {
      g_set_error_literal (error, SCRIBE_ERROR, SCRIBE_ERROR_OPTION,
                           _ ("There is nothing to compare. The devices are cpu, npu, emulator and reference."));
      return NULL;
    }
  for (guint i = 0; options->devices[i]; i++)
    if (!add_contestant (&compare, options->devices[i], error))
      return NULL;
  compare.model = scribe_model_open (options->model, error);
  if (compare.model == NULL)
    return NULL;
  if (compare.model->sizes.n_state <= REFERENCE_WIDTH)
    {
      compare.expected = scribe_compare_hear (compare.model, "reference", FALSE, &n, cancellable, error);
      if (compare.expected == NULL)
        return NULL;
    }
  if (!measure_all (&compare, options, cancellable, error))
    return NULL;

  title = g_strdup_printf (_ ("%s on several devices"), scribe_model_get_name (compare.model));
  report = scribe_report_new (title);
  tell_times (&compare, options, report);
  tell_devices (&compare, report);
  return g_steal_pointer (&report);
}
