/* npu-calibration.c - see npu-calibration.h
 *
 * SPDX-License-Identifier: MIT
 */
#include "device/npu/npu-calibration.h"

#include "device/npu/npu-hash.h"
#include "error.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#define VERSION 1
#define TYPE    "(uta(sddad))"

static gboolean
reads (const ScribeOp *op, const ScribeTensor *tensor)
{
  return op->in == tensor || op->key == tensor || op->value == tensor || op->residual == tensor;
}

gboolean
scribe_npu_can_be_integers (const ScribeGraph *graph, const ScribeOp *op)
{
  guint n_readers = 0;

  if (op->out == NULL || op->out->rows != SCRIBE_ROWS_CTX || op->out->kind != SCRIBE_TENSOR_ACTIVATION
      || !(op->kind == SCRIBE_OP_LAYER_NORM || (op->kind == SCRIBE_OP_LINEAR && op->gelu && op->residual == NULL)))
    return FALSE;
  for (guint i = 0; i < graph->ops->len; i++)
    {
      const ScribeOp *reader = g_ptr_array_index (graph->ops, i);

      if (!reads (reader, op->out))
        continue;
      if (reader->kind != SCRIBE_OP_LINEAR || reader->residual == op->out || reader->out->kind != SCRIBE_TENSOR_ACTIVATION)
        return FALSE;
      n_readers++;
    }
  return n_readers > 0;
}

static guint64
identity_of (const ScribeGraph *graph)
{
  guint64 hash = VERSION;

  for (guint i = 0; i < graph->ops->len; i++)
    {
      const ScribeOp *op = g_ptr_array_index (graph->ops, i);

      hash = scribe_npu_hash (op->name, strlen (op->name), hash);
      if (op->weight)
        hash = scribe_npu_hash (op->weight->data,
                                op->weight->n_rows * scribe_weight_row_bytes (op->weight->type, op->weight->n_cols), hash);
      if (op->norm)
        hash = scribe_npu_hash (op->norm->gain, op->in->n_cols * sizeof (float), hash);
    }
  return hash;
}

static void
ranges_clear (gpointer ranges)
{
  g_free (((ScribeNpuRanges *) ranges)->largest);
}

ScribeNpuCalibration *
scribe_npu_calibration_new (const ScribeGraph *graph)
{
  ScribeNpuCalibration *calibration = g_new0 (ScribeNpuCalibration, 1);

  calibration->identity = identity_of (graph);
  calibration->ranges = g_array_new (FALSE, FALSE, sizeof (ScribeNpuRanges));
  g_array_set_clear_func (calibration->ranges, ranges_clear);
  for (guint i = 0; i < graph->ops->len; i++)
    {
      const ScribeOp *op = g_ptr_array_index (graph->ops, i);
      ScribeNpuRanges ranges = { .name = op->name };

      if (!scribe_npu_can_be_integers (graph, op))
        continue;
      ranges.n_cols = op->out->n_cols;
      ranges.largest = g_new0 (float, ranges.n_cols);
      g_array_append_val (calibration->ranges, ranges);
    }
  return calibration;
}

void
scribe_npu_calibration_free (ScribeNpuCalibration *calibration)
{
  g_array_unref (calibration->ranges);
  g_free (calibration);
}

ScribeNpuRanges *
scribe_npu_calibration_find (const ScribeNpuCalibration *calibration, const char *name)
{
  for (guint i = 0; i < calibration->ranges->len; i++)
    {
      ScribeNpuRanges *ranges = &g_array_index (calibration->ranges, ScribeNpuRanges, i);

      if (strcmp (ranges->name, name) == 0)
        return ranges;
    }
  return NULL;
}

void
scribe_npu_ranges_add (ScribeNpuRanges *ranges, const float *x, guint n_rows)
{
  for (gsize i = 0; i < (gsize) n_rows * ranges->n_cols; i++)
    {
      float *largest = &ranges->largest[i % ranges->n_cols];

      ranges->least = MIN (ranges->least, x[i]);
      ranges->most = MAX (ranges->most, x[i]);
      *largest = MAX (*largest, fabsf (x[i]));
    }
}

static char *
path_of (guint64 identity)
{
  g_autofree char *name = g_strdup_printf ("%016" G_GINT64_MODIFIER "x.ranges", identity);

  return g_build_filename (g_get_user_cache_dir (), "tilescribe", "npu", name, NULL);
}

static GVariant *
describe (const ScribeNpuRanges *ranges)
{
  GVariantBuilder largest;

  g_variant_builder_init (&largest, G_VARIANT_TYPE ("ad"));
  for (guint i = 0; i < ranges->n_cols; i++)
    g_variant_builder_add (&largest, "d", (double) ranges->largest[i]);
  return g_variant_new ("(sddad)", ranges->name, (double) ranges->least, (double) ranges->most, &largest);
}

static GVariant *
little_endian (GVariant *variant)
{
  return G_BYTE_ORDER == G_LITTLE_ENDIAN ? g_variant_ref (variant) : g_variant_byteswap (variant);
}

gboolean
scribe_npu_calibration_save (const ScribeNpuCalibration *calibration, char **path, GError **error)
{
  g_autofree char *to = path_of (calibration->identity);
  g_autofree char *folder = g_path_get_dirname (to);
  g_autoptr (GVariant) all = NULL, bytes = NULL;
  g_autoptr (GError) reason = NULL;
  GVariantBuilder ranges;

  g_variant_builder_init (&ranges, G_VARIANT_TYPE ("a(sddad)"));
  for (guint i = 0; i < calibration->ranges->len; i++)
    g_variant_builder_add_value (&ranges, describe (&g_array_index (calibration->ranges, ScribeNpuRanges, i)));
  all = g_variant_ref_sink (g_variant_new (TYPE, VERSION, calibration->identity, &ranges));
  bytes = little_endian (all);
  if (g_mkdir_with_parents (folder, 0700) != 0)
    {
      g_set_error (error, SCRIBE_ERROR, SCRIBE_ERROR_DEVICE, _ ("The folder “%s” cannot be made: %s."), folder,
                   g_strerror (errno));
      return FALSE;
    }
  if (!g_file_set_contents_full (to, g_variant_get_data (bytes), (gssize) g_variant_get_size (bytes),
                                 G_FILE_SET_CONTENTS_CONSISTENT, 0600, &reason))
    {
      g_set_error (error, SCRIBE_ERROR, SCRIBE_ERROR_DEVICE, _ ("What was found cannot be kept: %s."), reason->message);
      return FALSE;
    }
  if (path)
    *path = g_steal_pointer (&to);
  return TRUE;
}

/* Finite numbers, as many as there are channels. */
static gboolean
read_ranges (GVariant *entry, ScribeNpuRanges *ranges)
{
  const char *name;
  double least, most;
  g_autoptr (GVariant) largest = NULL;
  const double *values;
  gsize n;

  g_variant_get (entry, "(&sdd@ad)", &name, &least, &most, &largest);
  values = g_variant_get_fixed_array (largest, &n, sizeof *values);
  if (strcmp (name, ranges->name) != 0 || n != ranges->n_cols || !isfinite (least) || !isfinite (most) || least > 0 || most < 0)
    return FALSE;
  ranges->least = (float) least;
  ranges->most = (float) most;
  for (gsize i = 0; i < n; i++)
    {
      if (!isfinite (values[i]) || values[i] < 0)
        return FALSE;
      ranges->largest[i] = (float) values[i];
    }
  return TRUE;
}

static gboolean
read_all (GVariant *all, ScribeNpuCalibration *calibration)
{
  g_autoptr (GVariant) entries = NULL;
  guint version;
  guint64 identity;

  if (!g_variant_is_normal_form (all))
    return FALSE;
  g_variant_get (all, "(ut@a(sddad))", &version, &identity, &entries);
  if (version != VERSION || identity != calibration->identity || g_variant_n_children (entries) != calibration->ranges->len)
    return FALSE;
  for (guint i = 0; i < calibration->ranges->len; i++)
    {
      g_autoptr (GVariant) entry = g_variant_get_child_value (entries, i);

      if (!read_ranges (entry, &g_array_index (calibration->ranges, ScribeNpuRanges, i)))
        return FALSE;
    }
  return TRUE;
}

ScribeNpuCalibration *
scribe_npu_calibration_load (const ScribeGraph *graph, GError **error)
{
  g_autoptr (ScribeNpuCalibration) calibration = scribe_npu_calibration_new (graph);
  g_autofree char *path = path_of (calibration->identity), *contents = NULL;
  g_autoptr (GVariant) bytes = NULL, all = NULL;
  gsize n;

  if (!g_file_get_contents (path, &contents, &n, NULL))
    {
      g_set_error (
          error, SCRIBE_ERROR, SCRIBE_ERROR_DEVICE,
          _ ("8-bit integers need to know how large this model's activations get. Run “tilescribe calibrate” with it and "
             "some recordings first."));
      return NULL;
    }
  bytes = g_variant_ref_sink (g_variant_new_from_data (G_VARIANT_TYPE (TYPE), contents, n, FALSE, NULL, NULL));
  all = little_endian (bytes);
  if (read_all (all, calibration))
    return g_steal_pointer (&calibration);
  g_set_error (error, SCRIBE_ERROR, SCRIBE_ERROR_DEVICE,
               _ ("“%s”, which says how large this model's activations get, is damaged or of another version. Run “tilescribe "
                  "calibrate” again."),
               path);
  return NULL;
}
