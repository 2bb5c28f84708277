/* test-npu-cache.c - packed weights on disk: the same as packed anew, or not used
 *
 * A plan of one matrix is prepared again and again, while its file is altered in between: whatever the file is, the weights are the right ones.
 *
 * SPDX-License-Identifier: MIT
 */
#include "device/npu/npu-cache.h"
#include "device/npu/npu-hash.h"
#include "device/npu/npu-private.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>
#include <utime.h>

#define N_STATE 1024
#define N_OUT   1920

typedef struct
{
  ScribeDevice *device;
  ScribeGraph *graph;
  ScribeLinear linear;
  float *values;
  char *folder;
} Fixture;

static void
open_device (Fixture *f, gboolean fast, guint n_columns)
{
  const ScribeDeviceOptions options = { .n_caches = 2,
                                        .n_state = N_STATE,
                                        .n_text_ctx = 64,
                                        .n_audio_ctx = 64,
                                        .n_sequences = 1,
                                        .n_windows = 1,
                                        .n_threads = 1,
                                        .fast = fast,
                                        .n_columns = n_columns };
  g_autoptr (GError) error = NULL;

  g_clear_pointer (&f->device, scribe_device_close);
  f->device = scribe_device_open ("emulator", &options, NULL, &error);
  g_assert_no_error (error);
}

static void
remove_all (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      g_unlink (path);
    }
}

static void
set_up (Fixture *f, gconstpointer data)
{
  f->folder = g_build_filename (g_get_user_cache_dir (), "tilescribe", "npu", NULL);
  remove_all (f->folder);
  f->values = g_new (float, N_STATE *N_OUT);
  for (guint i = 0; i < N_STATE * N_OUT; i++)
    f->values[i] = (float) g_test_rand_double_range (-1, 1);
  f->linear = (ScribeLinear){ { "w", SCRIBE_WEIGHT_F32, N_OUT, N_STATE, (const guint8 *) f->values }, NULL };
  f->graph = scribe_graph_new ();
  scribe_graph_linear (f->graph, "linear", scribe_graph_input (f->graph, SCRIBE_ROWS_CTX, N_STATE), &f->linear, FALSE, NULL);
  open_device (f, FALSE, 4);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  remove_all (f->folder);
  scribe_device_close (f->device);
  scribe_graph_free (f->graph);
  g_free (f->values);
  g_free (f->folder);
}

/* What the weights of a new plan are, and whether they came from the cache. */
static guint64
prepare (Fixture *f, gboolean *cached)
{
  g_autoptr (GError) error = NULL;
  ScribePlan *plan = scribe_device_prepare (f->device, f->graph, &error);
  guint64 hash;

  g_assert_no_error (error);
  hash = scribe_npu_hash (plan->weights.data, plan->weights.size, 0);
  *cached = plan->cached != NULL;
  scribe_device_plan_free (f->device, plan);
  return hash;
}

/* The same weights again. */
static void
assert_prepares (Fixture *f, guint64 expected, gboolean *cached)
{
  guint64 found = prepare (f, cached);

  g_assert_cmphex (found, ==, expected);
}

static guint
count_files (Fixture *f, char **path)
{
  g_autoptr (GDir) dir = g_dir_open (f->folder, 0, NULL);
  const char *name;
  guint n = 0;

  for (; dir && (name = g_dir_read_name (dir)) != NULL; n++)
    if (path && n == 0)
      *path = g_build_filename (f->folder, name, NULL);
  return n;
}

static void
test_second_start (Fixture *f, gconstpointer data)
{
  gboolean cached;
  const guint64 first = prepare (f, &cached);

  g_assert_false (cached);
  assert_prepares (f, first, &cached);
  g_assert_true (cached);
  g_assert_cmpuint (count_files (f, NULL), ==, 1);
}

/* Another value, mode or array has a file of its own. */
static void
test_what_it_was_made_for (Fixture *f, gconstpointer data)
{
  gboolean cached;
  guint64 first = prepare (f, &cached), other;

  f->values[N_STATE * N_OUT - 1] += 1;
  other = prepare (f, &cached);
  g_assert_false (cached);
  g_assert_cmphex (other, !=, first);
  f->values[N_STATE * N_OUT - 1] -= 1;

  open_device (f, TRUE, 4);
  other = prepare (f, &cached);
  g_assert_false (cached);
  g_assert_cmphex (other, !=, first);

  open_device (f, FALSE, 2);
  prepare (f, &cached);
  g_assert_false (cached);
}

/* The header as a later version, or one for another design, would write it: whole, but not for us. */
static void
test_of_another_version (Fixture *f, gconstpointer data)
{
  static const gsize fields[] = { 8, 16, 24 }; /* version, overlay, identity */
  gboolean cached;
  const guint64 first = prepare (f, &cached);
  g_autofree char *path = NULL;

  count_files (f, &path);
  for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
    {
      g_autofree char *bytes = NULL;
      guint64 checksum;
      gsize n;

      g_assert_true (g_file_get_contents (path, &bytes, &n, NULL));
      bytes[fields[i]]++;
      checksum = scribe_npu_hash (bytes, 48, 0);
      checksum = scribe_npu_hash (bytes + 56, SCRIBE_NPU_CACHE_HEADER - 56, checksum);
      memcpy (bytes + 48, &checksum, sizeof checksum);
      g_assert_true (g_file_set_contents (path, bytes, (gssize) n, NULL));

      assert_prepares (f, first, &cached); /* and not a word of it */
      g_assert_false (cached);
      assert_prepares (f, first, &cached);
      g_assert_true (cached);
    }
}

static void
alter (char *bytes, gsize *n, guint round)
{
  switch (round % 4)
    {
    case 0: /* a bit anywhere */
      bytes[(gsize) g_test_rand_double_range (0, (double) *n)] ^= (char) (1 << g_test_rand_int_range (0, 8));
      break;
    case 1: /* a bit of the header */
      bytes[g_test_rand_int_range (0, 64)] ^= (char) (1 << g_test_rand_int_range (0, 8));
      break;
    case 2: /* cut off */
      *n = (gsize) g_test_rand_double_range (0, (double) *n);
      break;
    default: /* cut off within the header, or a little later */
      *n = (gsize) g_test_rand_int_range (0, 2 * SCRIBE_NPU_CACHE_HEADER);
      break;
    }
}

static void
test_damage (Fixture *f, gconstpointer data)
{
  gboolean cached;
  const guint64 first = prepare (f, &cached);
  g_autofree char *path = NULL, *whole = NULL, *expected = NULL;
  gsize size;

  count_files (f, &path);
  expected = g_strdup_printf ("*%s*damaged*made anew*", strrchr (path, G_DIR_SEPARATOR));
  g_assert_true (g_file_get_contents (path, &whole, &size, NULL));
  for (guint round = 0; round < 120; round++)
    {
      g_autofree char *bytes = g_memdup2 (whole, size);
      gsize n = size;

      alter (bytes, &n, round);
      g_assert_true (g_file_set_contents (path, bytes, (gssize) n, NULL));
      g_test_expect_message (NULL, G_LOG_LEVEL_MESSAGE, expected);
      assert_prepares (f, first, &cached);
      g_assert_false (cached);
      g_test_assert_expected_messages ();
    }
  assert_prepares (f, first, &cached);
  g_assert_true (cached);
}

static void
test_longer_file (Fixture *f, gconstpointer data)
{
  gboolean cached;
  const guint64 first = prepare (f, &cached);
  g_autofree char *path = NULL, *whole = NULL;
  gsize size;

  count_files (f, &path);
  g_assert_true (g_file_get_contents (path, &whole, &size, NULL));
  g_assert_true (g_file_set_contents (path, whole, (gssize) size + 1, NULL)); /* the 0 behind a text */
  g_test_expect_message (NULL, G_LOG_LEVEL_MESSAGE, "*damaged*");
  assert_prepares (f, first, &cached);
  g_assert_false (cached);
  g_test_assert_expected_messages ();
}

/* A file where the folder should be: root writes to any folder. */
static void
test_no_folder (Fixture *f, gconstpointer data)
{
  gboolean cached;
  const guint64 first = prepare (f, &cached);

  remove_all (f->folder);
  g_assert_cmpint (g_rmdir (f->folder), ==, 0);
  g_assert_true (g_file_set_contents (f->folder, "", 0, NULL));
  for (guint i = 0; i < 2; i++)
    {
      assert_prepares (f, first, &cached);
      g_assert_false (cached);
    }
  g_unlink (f->folder);
}

static void
test_oldest_are_removed (Fixture *f, gconstpointer data)
{
  gboolean cached;
  g_autofree char *part = g_build_filename (f->folder, "0123456789abcdef.weights.A1B2C3", NULL);
  const struct utimbuf long_ago = { 1000000000, 1000000000 };
  const float kept = f->values[0];

  prepare (f, &cached);
  g_assert_true (g_file_set_contents (part, "", 0, NULL));
  g_assert_cmpint (g_utime (part, (struct utimbuf *) &long_ago), ==, 0);
  for (guint i = 1; i < SCRIBE_NPU_CACHE_FILES + 2; i++)
    {
      f->values[0] = (float) i;
      prepare (f, &cached);
      f->values[0] = kept; /* used each time, and so it stays */
      prepare (f, &cached);
      g_assert_true (cached);
    }
  g_assert_cmpuint (count_files (f, NULL), ==, SCRIBE_NPU_CACHE_FILES);
  g_assert_false (g_file_test (part, G_FILE_TEST_EXISTS));
  f->values[0] = 1;
  prepare (f, &cached);
  g_assert_false (cached);
}

/* The plain definition of a row of eight. */
static void
pack_plainly (const float x[TILE_BLOCK], guint8 out[SCRIBE_NPU_ROW_BYTES])
{
  float largest = 0;
  int exponent;

  for (guint i = 0; i < TILE_BLOCK; i++)
    largest = MAX (largest, fabsf (x[i]));
  memset (out, 0, SCRIBE_NPU_ROW_BYTES);
  exponent = isfinite (largest) && largest > 0 ? ilogbf (largest) + 127 : 0;
  if (exponent < 7)
    return;
  out[0] = (guint8) exponent;
  for (guint i = 0; i < TILE_BLOCK; i++)
    out[1 + i] = (guint8) (gint8) CLAMP (rintf (scalbnf (x[i], 133 - exponent)), -128, 127);
}

static void
test_rows (void)
{
  for (guint round = 0; round < 200000; round++)
    {
      const gint top = g_test_rand_int_range (-149, 128);
      guint8 row[SCRIBE_NPU_ROW_BYTES], expected[SCRIBE_NPU_ROW_BYTES];
      float x[TILE_BLOCK], back[TILE_BLOCK];

      for (guint i = 0; i < TILE_BLOCK; i++)
        {
          float mantissa = (float) g_test_rand_double_range (-2, 2);

          if (round % 3 == 0) /* ties, and halves of the last place */
            mantissa = rintf (mantissa * 128) / 128;
          x[i] = ldexpf (mantissa, top - (round % 2 ? g_test_rand_int_range (0, 12) : 0));
        }
      if (round % 1000 == 0)
        x[round / 1000 % TILE_BLOCK] = (float) -INFINITY;
      pack_plainly (x, expected);
      scribe_npu_pack_row (x, row);
      g_assert_cmpmem (row, sizeof row, expected, sizeof expected);

      row[0] = (guint8) g_test_rand_int_range (0, 256);
      scribe_npu_unpack_row (row, back);
      for (guint i = 0; i < TILE_BLOCK; i++)
        g_assert_true (back[i] == (row[0] < 7 ? 0 : scalbnf ((gint8) row[1 + i], row[0] - 133)));
    }
}

/* It tells lengths, seeds and every bit apart. */
static void
test_hash (void)
{
  guint8 bytes[300];
  guint64 hash;

  for (guint i = 0; i < sizeof bytes; i++)
    bytes[i] = (guint8) g_test_rand_int ();
  hash = scribe_npu_hash (bytes, sizeof bytes, 1);
  g_assert_cmphex (hash, !=, scribe_npu_hash (bytes, sizeof bytes, 2));
  g_assert_cmphex (hash, !=, scribe_npu_hash (bytes, sizeof bytes - 1, 1));
  for (guint i = 0; i < 8 * sizeof bytes; i++)
    {
      bytes[i / 8] ^= 1 << i % 8;
      g_assert_cmphex (hash, !=, scribe_npu_hash (bytes, sizeof bytes, 1));
      bytes[i / 8] ^= 1 << i % 8;
    }
  g_assert_cmphex (hash, ==, scribe_npu_hash (bytes, sizeof bytes, 1));
}

#define ADD(path, test) g_test_add ("/npu-cache/" path, Fixture, NULL, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  ADD ("second-start", test_second_start);
  ADD ("what-it-was-made-for", test_what_it_was_made_for);
  ADD ("of-another-version", test_of_another_version);
  ADD ("damage", test_damage);
  ADD ("longer-file", test_longer_file);
  ADD ("no-folder", test_no_folder);
  ADD ("oldest-are-removed", test_oldest_are_removed);
  g_test_add_func ("/npu-cache/rows", test_rows);
  g_test_add_func ("/npu-cache/hash", test_hash);
  return g_test_run ();
}
