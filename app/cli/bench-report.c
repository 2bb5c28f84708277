/* bench-report.c - what tilescribe bench measured, as tables and as JSON
 *
 * JSON has seconds, bytes and operations, and never depends on the locale; the tables have what a person compares.
 *
 * SPDX-License-Identifier: MIT
 */
#include "bench.h"

#include "terminal.h"

#include <glib/gi18n.h>
#include <string.h>

static const struct
{
  const char *key, *title;
} stages[CLI_N_STAGES] = {
  [CLI_STAGE_LOAD] = { "load", N_ ("load the model") },
  [CLI_STAGE_MEL] = { "mel", N_ ("mel spectrum") },
  [CLI_STAGE_ENCODE] = { "encode", N_ ("encoder") },
  [CLI_STAGE_CROSS] = { "cross", N_ ("cross keys and values") },
  [CLI_STAGE_PROMPT] = { "prompt", N_ ("prompt of 32 tokens") },
  [CLI_STAGE_TOKEN] = { "token", N_ ("a token") },
};

static int
by_size (gconstpointer a, gconstpointer b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

/* The value at this place (0 smallest, 1 largest) of all. */
static double
quantile (GArray *seconds, double place)
{
  g_autoptr (GArray) sorted = g_array_copy (seconds);
  double at = place * (sorted->len - 1);
  guint below = (guint) at;

  g_array_sort (sorted, by_size);
  if (below + 1 >= sorted->len)
    return g_array_index (sorted, double, sorted->len - 1);
  return g_array_index (sorted, double, below) * (below + 1 - at) + g_array_index (sorted, double, below + 1) * (at - below);
}

double
cli_bench_median (GArray *seconds)
{
  return quantile (seconds, 0.5);
}

static double
window_seconds (const CliBench *bench)
{
  double seconds = bench->n_tokens * cli_bench_median (bench->seconds[CLI_STAGE_TOKEN]);

  for (guint i = CLI_STAGE_MEL; i <= CLI_STAGE_PROMPT; i++)
    seconds += cli_bench_median (bench->seconds[i]);
  return seconds;
}

double
cli_bench_real_time_factor (const CliBench *bench)
{
  if (bench->recording && bench->run.audio > 0)
    return cli_bench_median (bench->totals) / bench->run.audio;
  return window_seconds (bench) / CLI_BENCH_WINDOW;
}

/* --- Operations ---------------------------------------------------------------------------------------------------------- */

typedef struct
{
  char *name; /* "encoder linear", or that of an op */
  guint64 runs;
  double seconds, flops, bytes;
} Line;

static void
line_clear (gpointer data)
{
  g_free (((Line *) data)->name);
}

/* "encoder.3.mlp.0", "linear" -> "encoder linear"; the cross keys and values are a part of their own */
static char *
kind_name (const ScribeProfileRow *row)
{
  const char *part = g_str_has_prefix (row->op, "encoder.cross.") ? "cross" : row->op;

  return g_strdup_printf ("%.*s %s", (int) strcspn (part, "."), part, row->kind);
}

static Line *
line_of (GArray *lines, const char *name)
{
  Line line = { 0 };

  for (guint i = 0; i < lines->len; i++)
    if (strcmp (g_array_index (lines, Line, i).name, name) == 0)
      return &g_array_index (lines, Line, i);
  g_array_append_val (lines, line);
  g_array_index (lines, Line, lines->len - 1).name = g_strdup (name);
  return &g_array_index (lines, Line, lines->len - 1);
}

/* The profile added up by kind, or each op; in the order of the graph. */
static GArray *
lines_of (const ScribeProfile *profile, gboolean each_op)
{
  GArray *lines = g_array_new (FALSE, TRUE, sizeof (Line));

  g_array_set_clear_func (lines, line_clear);
  for (guint i = 0; i < profile->rows->len; i++)
    {
      const ScribeProfileRow *row = &g_array_index (profile->rows, ScribeProfileRow, i);
      g_autofree char *name = each_op ? g_strdup (row->op) : kind_name (row);
      Line *line = line_of (lines, name);

      line->runs += row->runs;
      line->seconds += row->kernel + row->transfer + row->host + row->overhead + row->quantise;
      line->flops += row->flops;
      line->bytes += row->bytes;
    }
  return lines;
}

/* --- Tables -------------------------------------------------------------------------------------------------------------- */

static char *
milliseconds (double seconds)
{
  return g_strdup_printf ("%.2f", seconds * 1e3);
}

static char *
rate (double amount, double seconds)
{
  return seconds > 0 && amount > 0 ? g_strdup_printf ("%.1f", amount / seconds * 1e-9) : g_strdup ("");
}

static GPtrArray *
table (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) g_strfreev);
}

static void
print_stages (const CliBench *bench)
{
  g_autoptr (GPtrArray) rows = table ();

  g_ptr_array_add (
      rows, cli_row (g_strdup (_ ("stage, ms")), g_strdup (_ ("median")), g_strdup (_ ("least")), g_strdup (_ ("most")), NULL));
  for (guint i = 0; i < CLI_N_STAGES; i++)
    {
      GArray *s = bench->seconds[i];

      g_ptr_array_add (rows, cli_row (g_strdup (_ (stages[i].title)), milliseconds (cli_bench_median (s)),
                                      milliseconds (quantile (s, 0)), milliseconds (quantile (s, 1)), NULL));
    }
  if (bench->recording)
    g_ptr_array_add (rows,
                     cli_row (g_strdup (_ ("the recording")), milliseconds (cli_bench_median (bench->totals)),
                              milliseconds (quantile (bench->totals, 0)), milliseconds (quantile (bench->totals, 1)), NULL));
  cli_print_table (rows, "lrrr");
}

static void
print_summary (const CliBench *bench)
{
  double factor = cli_bench_real_time_factor (bench), token = cli_bench_median (bench->seconds[CLI_STAGE_TOKEN]);
  g_autofree char *peak = g_format_size (bench->peak_memory);
  g_autoptr (GPtrArray) rows = table ();

  g_ptr_array_add (
      rows, cli_row (g_strdup (_ ("real-time factor")),
                     g_strdup_printf (_ ("%.4f (%.0f times as fast as speech)"), factor, factor > 0 ? 1 / factor : 0), NULL));
  g_ptr_array_add (rows, cli_row (g_strdup (_ ("peak memory")), g_strdup (peak), NULL));
  g_ptr_array_add (rows, cli_row (g_strdup (_ ("memory bandwidth")),
                                  g_strdup_printf (_ ("%.1f GB/s measured"), bench->bandwidth * 1e-9), NULL));
  if (bench->token_bytes > 0)
    g_ptr_array_add (rows, cli_row (g_strdup (_ ("used by a token")),
                                    g_strdup_printf (_ ("%.1f GB/s: %.1f MB of weights and caches"),
                                                     bench->token_bytes / token * 1e-9, bench->token_bytes * 1e-6),
                                    NULL));
  g_print ("\n");
  cli_print_table (rows, "ll");
}

static void
print_lines (const CliBench *bench, gboolean each_op)
{
  const ScribeProfile *profile = scribe_engine_get_profile (bench->engine);
  double all = scribe_profile_seconds (profile, "");
  g_autoptr (GArray) lines = lines_of (profile, each_op);
  g_autoptr (GPtrArray) rows = table ();

  g_ptr_array_add (rows, cli_row (g_strdup (each_op ? _ ("operation") : _ ("operations")), g_strdup (_ ("runs")),
                                  g_strdup (_ ("ms")), g_strdup ("%"), g_strdup ("GFLOP/s"), g_strdup ("GB/s"), NULL));
  for (guint i = 0; i < lines->len; i++)
    {
      const Line *line = &g_array_index (lines, Line, i);

      g_ptr_array_add (rows,
                       cli_row (g_strdup (line->name), g_strdup_printf ("%" G_GUINT64_FORMAT, line->runs),
                                milliseconds (line->seconds), g_strdup_printf ("%.1f", all > 0 ? line->seconds / all * 100 : 0),
                                rate (line->flops, line->seconds), rate (line->bytes, line->seconds), NULL));
    }
  g_print ("\n");
  cli_print_table (rows, "lrrrrr");
}

void
cli_bench_print_tables (const CliBench *bench, gboolean each_op)
{
  guint n = scribe_engine_get_n_threads (bench->engine);

  g_print (ngettext ("%s on %s (%s), %s, %u thread", "%s on %s (%s), %s, %u threads", n),
           scribe_engine_get_model_name (bench->engine), scribe_engine_get_device (bench->engine),
           scribe_engine_get_device_reason (bench->engine), scribe_machine_instruction_set (), n);
  g_print ("\n\n");
  print_stages (bench);
  print_summary (bench);
  print_lines (bench, each_op);
}

/* --- JSON ---------------------------------------------------------------------------------------------------------------- */

static void
append_number (GString *out, const char *key, double value)
{
  char digits[G_ASCII_DTOSTR_BUF_SIZE];

  g_string_append_printf (out, "\"%s\":%s", key, g_ascii_formatd (digits, sizeof digits, "%.9g", value));
}

static void
append_text (GString *out, const char *key, const char *text)
{
  g_string_append_printf (out, "\"%s\":", key);
  scribe_json_append_string (out, text);
  g_string_append (out, ",\n");
}

static void
append_times (GString *out, const char *key, GArray *seconds)
{
  g_string_append_printf (out, "\"%s\":{", key);
  append_number (out, "median", cli_bench_median (seconds));
  g_string_append_c (out, ',');
  append_number (out, "least", quantile (seconds, 0));
  g_string_append_c (out, ',');
  append_number (out, "most", quantile (seconds, 1));
  g_string_append_c (out, '}');
}

static void
append_recording (GString *out, const CliBench *bench)
{
  if (bench->recording == NULL)
    return;
  g_string_append (out, "\"recording\":{");
  append_number (out, "audio", bench->run.audio);
  g_string_append_printf (out, ",\"windows\":%u,\"tokens\":%u,", bench->run.n_windows, bench->run.n_tokens);
  append_times (out, "total", bench->totals);
  g_string_append (out, "},\n");
}

static void
append_ops (GString *out, const CliBench *bench)
{
  g_autoptr (GArray) lines = lines_of (scribe_engine_get_profile (bench->engine), TRUE);

  g_string_append (out, "\"ops\":[");
  for (guint i = 0; i < lines->len; i++)
    {
      const Line *line = &g_array_index (lines, Line, i);

      g_string_append_printf (out, "%s\n{\"op\":\"%s\",\"runs\":%" G_GUINT64_FORMAT ",", i > 0 ? "," : "", line->name,
                              line->runs);
      append_number (out, "seconds", line->seconds);
      g_string_append_c (out, ',');
      append_number (out, "flops", line->flops);
      g_string_append_c (out, ',');
      append_number (out, "bytes", line->bytes);
      g_string_append_c (out, '}');
    }
  g_string_append (out, "\n]");
}

void
cli_bench_print_json (const CliBench *bench)
{
  g_autoptr (GString) out = g_string_new ("{");

  append_text (out, "model", scribe_engine_get_model_name (bench->engine));
  append_text (out, "device", scribe_engine_get_device (bench->engine));
  append_text (out, "device_reason", scribe_engine_get_device_reason (bench->engine));
  append_text (out, "instruction_set", scribe_machine_instruction_set ());
  g_string_append_printf (out, "\"threads\":%u,\"runs\":%u,\"tokens\":%u,\"peak_memory\":%" G_GUINT64_FORMAT ",\n",
                          scribe_engine_get_n_threads (bench->engine), bench->n_runs, bench->n_tokens, bench->peak_memory);
  append_number (out, "memory_bandwidth", bench->bandwidth);
  g_string_append_c (out, ',');
  append_number (out, "token_bytes", bench->token_bytes);
  g_string_append_c (out, ',');
  append_number (out, "real_time_factor", cli_bench_real_time_factor (bench));
  g_string_append (out, ",\n\"seconds\":{");
  for (guint i = 0; i < CLI_N_STAGES; i++)
    {
      g_string_append (out, i > 0 ? ",\n" : "\n");
      append_times (out, stages[i].key, bench->seconds[i]);
    }
  g_string_append (out, "\n},\n");
  append_recording (out, bench);
  append_ops (out, bench);
  g_string_append (out, "}\n");
  g_print ("%s", out->str);
}
