/* test-npu-flips.c - no bit of the resident design, or of a stream for it, is overlooked
 *
 * A product that fills every ring of the array runs on the overlay with one bit of its configuration or of its stream flipped. The array must refuse it,
 * or leave something else in its arguments; or the flip means nothing (npu-meaning.h), and then nothing else may be left.
 *
 * The product is run many times. First as it was planned: its results have places before its inputs come, so that everything waits for data. Then for
 * each channel with this one late, and the others in any order; and then with cores of one row that may not put their results anywhere at first. So
 * all that waits for another part has to wait in one of the runs, and where a lock counts one buffer too many, or a wait is missing,
 * something is overwritten or read too early.
 *
 * SPDX-License-Identifier: MIT
 */
#include "device/npu/npu-hash.h"
#include "device/npu/npu-private.h"
#include "npu-meaning.h"
#include "tile/kernels.h"

#include <string.h>

#define N_RUNS  40 /* at most: of eight columns */
#define N_STEP  3  /* tiles of each core, and the more the longer it takes */
#define N_IN    384
#define N_DELAY 6000 /* marks, of three words: 260 000 cycles, longer than a run */

/* Parts of a configuration, told by the order in which it is written */
typedef enum
{
  PART_LOCKS,
  PART_DESCRIPTORS,
  PART_ROUTES,
  PART_STARTS,
  PART_STREAM,
  N_PARTS
} Part;

static const char *const part_names[N_PARTS] = { "locks", "descriptors", "routes", "starts", "stream" };

typedef struct
{
  NpuDevice *device;
  ScribePlan *plan;
  ScribeGraph *graph;
  float *weights, *inputs;
  GArray *writes; /* of NpuWrite */
  guint n_runs;
  GArray *words[N_RUNS]; /* of guint32 */
  guint first[N_PARTS];  /* write of each part, and how many */
  guint n[N_PARTS];
  NpuBuffer before[NPU_N_BUFFERS], buffers[NPU_N_BUFFERS];
  guint64 right[N_RUNS], meaning; /* hashes of what each run leaves, and of what the first is told */
} Bench;

static float *
random_values (gsize n)
{
  float *values = g_new (float, n);

  for (gsize i = 0; i < n; i++)
    values[i] = (float) g_test_rand_double_range (-1, 1);
  return values;
}

/* The queue to which the ops from here on lead: writes of a BD, a patch, tokens' ids come before a push. 0: something else. */
static guint32
queue_of (const guint32 *words, gsize at, gsize n, gsize *end)
{
  for (gsize i = at; i < n;)
    switch (words[i])
      {
      case 0:
        *end = i + 6;
        return words[i + 2];
      case 1:
      case 0x81:
        i += 12;
        break;
      case 3:
        i += 7;
        break;
      default:
        return 0;
      }
  return 0;
}

/* Ops of one queue, in their order */
typedef struct
{
  guint32 queue;
  GArray *words;
} Group;

static void
group_clear (gpointer group)
{
  g_array_unref (((Group *) group)->words);
}

static Group *
group_of (GArray *groups, guint32 queue)
{
  Group group = { queue };

  for (guint i = 0; i < groups->len; i++)
    if (g_array_index (groups, Group, i).queue == queue)
      return &g_array_index (groups, Group, i);
  group.words = g_array_new (FALSE, FALSE, sizeof (guint32));
  g_array_append_val (groups, group);
  return &g_array_index (groups, Group, groups->len - 1);
}

static void
append_delay (GArray *words, guint n)
{
  static const guint32 mark[] = { 0x83, 12, 0 };

  for (guint i = 0; i < n; i++)
    g_array_append_vals (words, mark, G_N_ELEMENTS (mark));
  g_array_index (words, guint32, 2) += n;
}

/* Behind the header, and the writes that settle from where the halves get B: no task begins with a write. */
static gsize
first_of (const guint32 *words)
{
  gsize at = SCRIBE_NPU_HEADER_WORDS;

  while (words[at] == 0)
    at += 6;
  return at;
}

/* Groups of the stream; what waits for its end is left at *rest. */
static GArray *
groups_of (const guint32 *words, gsize n, gsize *rest)
{
  GArray *groups = g_array_new (FALSE, FALSE, sizeof (Group));
  gsize at = first_of (words), end = 0;

  g_array_set_clear_func (groups, group_clear);
  while (at < n && words[at] != 0x80)
    {
      const guint32 queue = queue_of (words, at, n, &end);

      g_assert_true (queue != 0 || words[at] == 0x83); /* no channel has so many tasks that there is a poll */
      if (queue == 0)
        {
          at += 3;
          continue;
        }
      g_array_append_vals (group_of (groups, queue)->words, words + at, end - at);
      at = end;
    }
  *rest = at;
  return groups;
}

static GArray *
complete (GArray *words, const guint32 *rest, gsize n)
{
  g_array_append_vals (words, rest, n);
  g_array_index (words, guint32, 3) = words->len * sizeof (guint32);
  return words;
}

/* The same stream with its channels started in a random order, and a late one. */
static GArray *
shuffle (const guint32 *words, gsize n, guint late)
{
  gsize rest;
  GArray *shuffled = g_array_new (FALSE, FALSE, sizeof (guint32));
  g_autoptr (GArray) groups = groups_of (words, n, &rest);
  g_autoptr (GArray) order = g_array_new (FALSE, FALSE, sizeof (guint));

  g_array_append_vals (shuffled, words, (guint) first_of (words));
  for (guint i = 0; i < groups->len; i++)
    if (i != late)
      g_array_insert_val (order, g_test_rand_int_range (0, (gint) order->len + 1), i);
  g_array_append_val (order, late);
  for (guint i = 0; i < order->len; i++)
    {
      const GArray *group = g_array_index (groups, Group, g_array_index (order, guint, i)).words;

      if (i + 1 == order->len)
        append_delay (shuffled, N_DELAY);
      g_array_append_vals (shuffled, group->data, group->len);
    }
  return complete (shuffled, words + rest, n - rest);
}

/* Free buffers for the results of all cores of a row. */
static void
append_room (GArray *words, guint n_columns, guint row, guint32 n)
{
  for (guint column = 0; column < n_columns; column++)
    {
      const guint32 write[] = { 0, 0, npu_lock_address (column, NPU_COMPUTE_ROW + row, TILE_LOCK_C_FREE), 0, n, 24 };

      g_array_append_vals (words, write, G_N_ELEMENTS (write));
      g_array_index (words, guint32, 2)++;
    }
}

/* The same stream, but the row's cores have to keep their results for a while. */
static GArray *
hold_row (const guint32 *words, gsize n, guint n_columns, guint row)
{
  const gsize first = first_of (words);
  gsize rest;
  GArray *held = g_array_new (FALSE, FALSE, sizeof (guint32));
  g_autoptr (GArray) groups = groups_of (words, n, &rest);

  g_array_append_vals (held, words, (guint) first);
  append_room (held, n_columns, row, 0);
  g_array_append_vals (held, words + first, (guint) (rest - first));
  append_delay (held, N_DELAY);
  append_room (held, n_columns, row, 2);
  return complete (held, words + rest, n - rest);
}

static void
find_parts (Bench *bench)
{
  const NpuOverlay *overlay = bench->device->overlay;
  guint n = 0;

  bench->n[PART_LOCKS] = overlay->locks->len;
  for (guint i = 0; i < overlay->bds->len; i++)
    bench->n[PART_DESCRIPTORS] += npu_layout (g_array_index (overlay->bds, NpuOverlayBd, i).tile.row)->bd_words;
  bench->n[PART_STARTS] = overlay->starts->len + overlay->n_columns * NPU_OVERLAY_ROWS;
  bench->n[PART_ROUTES] = bench->writes->len - bench->n[PART_LOCKS] - bench->n[PART_DESCRIPTORS] - bench->n[PART_STARTS];
  for (guint part = 0; part < PART_STREAM; n += bench->n[part], part++)
    bench->first[part] = n;
}

static void
copy_buffers (NpuBuffer to[NPU_N_BUFFERS], const NpuBuffer from[NPU_N_BUFFERS])
{
  for (guint i = 0; i < NPU_N_BUFFERS; i++)
    {
      if (to[i].data == NULL)
        to[i] = (NpuBuffer){ g_malloc (MAX (from[i].size, 1)), from[i].size };
      if (from[i].size > 0)
        memcpy (to[i].data, from[i].data, from[i].size);
    }
}

static guint64
meaning (const Bench *bench)
{
  const NpuInstructions instructions = { .writes = (const NpuWrite *) (gpointer) bench->writes->data,
                                         .n_writes = bench->writes->len,
                                         .words = (const guint32 *) (gpointer) bench->words[0]->data,
                                         .n_words = bench->words[0]->len,
                                         .n_columns = bench->device->overlay->n_columns,
                                         .right = bench->device->overlay };

  return npu_meaning (&instructions);
}

static guint64
hash_buffers (const Bench *bench)
{
  guint64 hash = 0;

  for (guint i = 0; i < NPU_N_BUFFERS; i++)
    hash = scribe_npu_hash (bench->buffers[i].data, bench->buffers[i].size, hash);
  return hash;
}

/* FALSE if it is refused; else what each run left. */
static gboolean
try_out (Bench *bench, guint64 left[N_RUNS], GError **error)
{
  const NpuImage image = { (const NpuWrite *) (gpointer) bench->writes->data, bench->writes->len,
                           tile_kernels_get_nth (0)->program, TILE_PROGRAM_LAYERS };
  g_autoptr (NpuEmulator) emulator = npu_emulator_new (bench->device->overlay->n_columns, NPU_ROWS, NPU2, &npu_costs_nominal);

  for (guint run = 0; run < bench->n_runs; run++)
    {
      const GArray *words = bench->words[run];
      const NpuCommand command = { &image, (const guint32 *) (gpointer) words->data, words->len };

      copy_buffers (bench->buffers, bench->before);
      if (!npu_emulator_run_list (emulator, &command, 1, bench->buffers, NPU_N_BUFFERS, NULL, error))
        return FALSE;
      left[run] = hash_buffers (bench);
    }
  return TRUE;
}

static void
bench_init (Bench *bench, guint n_columns)
{
  const guint n_slots = MIN (n_columns, 4), n_rows = MAX (n_columns / 4, 1) * NPU_OVERLAY_ROWS * TILE_M,
              n_out = N_STEP * n_slots * TILE_N;
  const ScribeDeviceOptions options = { .n_caches = 2,
                                        .n_state = N_IN,
                                        .n_text_ctx = 64,
                                        .n_audio_ctx = n_rows,
                                        .n_sequences = 1,
                                        .n_windows = 1,
                                        .n_threads = 1,
                                        .n_columns = n_columns };
  g_autoptr (GError) error = NULL;
  ScribeLinear linear;
  const float *inputs[1];
  ScribeRun run = { .inputs = inputs, .n_ctx = n_rows };
  NpuLower lower = { .run = &run };
  const ScribeNpuTransaction *transaction;
  g_autoptr (GArray) groups = NULL;
  gsize rest;

  *bench = (Bench){ .weights = random_values ((gsize) n_out * N_IN), .inputs = random_values ((gsize) n_rows * N_IN) };
  linear = (ScribeLinear){ { "w", SCRIBE_WEIGHT_F32, n_out, N_IN, (const guint8 *) bench->weights }, NULL };
  inputs[0] = bench->inputs;
  bench->graph = scribe_graph_new ();
  scribe_graph_linear (bench->graph, "linear", scribe_graph_input (bench->graph, SCRIBE_ROWS_CTX, N_IN), &linear, FALSE, NULL);
  bench->device = (NpuDevice *) scribe_device_open ("emulator", &options, NULL, &error);
  g_assert_no_error (error);
  bench->plan = scribe_device_prepare (&bench->device->base, bench->graph, &error);
  g_assert_no_error (error);
  scribe_device_run (&bench->device->base, bench->plan, &run, &error); /* the inputs are in their place then */
  g_assert_no_error (error);

  lower.device = bench->device;
  lower.plan = bench->plan;
  npu_lower_run (&lower);
  transaction = &((const NpuPart *) g_ptr_array_index (bench->plan->parts, 0))->transaction;
  bench->words[0] = g_array_new (FALSE, FALSE, sizeof (guint32));
  g_array_append_vals (bench->words[0], transaction->words, transaction->n_words);
  bench->n_runs = 1;
  groups = groups_of (transaction->words, transaction->n_words, &rest);
  for (guint late = 0; late < groups->len; late++)
    bench->words[bench->n_runs++] = shuffle (transaction->words, transaction->n_words, late);
  for (guint row = 0; row < NPU_OVERLAY_ROWS; row++)
    bench->words[bench->n_runs++] = hold_row (transaction->words, transaction->n_words, n_columns, row);
  bench->writes = npu_overlay_configuration (bench->device->overlay);
  find_parts (bench);
  bench->n[PART_STREAM] = bench->words[0]->len;
  {
    const NpuBuffer before[NPU_N_BUFFERS] = {
      [NPU_BUFFER_WEIGHTS] = { bench->plan->weights.data, bench->plan->weights.size },
      [NPU_BUFFER_WORK] = { bench->plan->work.data, bench->plan->work.size },
      [NPU_BUFFER_CACHES] = { bench->device->caches.data, bench->device->caches.size },
      [NPU_BUFFER_CONTROL] = { bench->plan->control->data, bench->plan->control->len },
    };
    const NpuTensor *out = &bench->plan->tensors[1];

    copy_buffers (bench->before, before);
    memset (bench->before[NPU_BUFFER_WORK].data + out->offset, 0, npu_tensor_bytes (out, n_rows / TILE_M));
  }

  try_out (bench, bench->right, &error);
  g_assert_no_error (error);
  bench->meaning = meaning (bench);
}

static void
bench_clear (Bench *bench)
{
  for (guint i = 0; i < NPU_N_BUFFERS; i++)
    {
      g_free (bench->before[i].data);
      g_free (bench->buffers[i].data);
    }
  for (guint i = 0; i < bench->n_runs; i++)
    g_array_unref (bench->words[i]);
  g_array_unref (bench->writes);
  scribe_device_plan_free (&bench->device->base, bench->plan);
  scribe_device_close (&bench->device->base);
  scribe_graph_free (bench->graph);
  g_free (bench->weights);
  g_free (bench->inputs);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Bench, bench_clear)

/* Of the first run: the others tell the same of the configuration. */
static gboolean
means_the_same (const Bench *bench)
{
  return meaning (bench) == bench->meaning;
}

typedef struct
{
  guint refused, differs, inert;
} Sums;

static void
flip (Bench *bench, guint32 *word, guint32 bit, const char *where, Sums *sums)
{
  guint64 left[N_RUNS];

  *word ^= bit;
  if (!try_out (bench, left, NULL))
    sums->refused++;
  else
    {
      const gboolean is_same = memcmp (left, bench->right, bench->n_runs * sizeof *left) == 0, is_inert = means_the_same (bench);

      if (is_same != is_inert)
        {
          g_test_message ("%s is now 0x%08X by bit 0x%X: the output is %s, though the meaning is %s.", where, *word, bit,
                          is_same ? "the same" : "another", is_inert ? "the same" : "another");
          g_test_fail ();
        }
      sums->differs += !is_same;
      sums->inert += is_same;
    }
  *word ^= bit;
}

/* One bit of a part, its value or, more rarely, its address. */
static void
flip_one (Bench *bench, Part part, Sums *sums)
{
  const guint i = (guint) g_test_rand_int_range (0, (gint) bench->n[part]);
  const guint32 bit = 1u << g_test_rand_int_range (0, 32);

  if (part == PART_STREAM)
    {
      g_autofree char *where = g_strdup_printf ("Word %u of the stream", i);

      flip (bench, &g_array_index (bench->words[0], guint32, i), bit, where, sums);
    }
  else
    {
      const gboolean in_address = g_test_rand_int_range (0, 8) == 0;
      NpuWrite *write = &g_array_index (bench->writes, NpuWrite, bench->first[part] + i);
      g_autofree char *where = g_strdup_printf ("%s of %s, register 0x%08X", in_address ? "Address" : "Value", part_names[part],
                                                write->address);

      flip (bench, in_address ? &write->address : &write->value, bit, where, sums);
    }
}

typedef struct
{
  guint n_columns, n_flips;
} Case;

static void
test_flips (gconstpointer data)
{
  const Case *c = data;
  g_auto (Bench) bench;
  Sums sums[N_PARTS] = { 0 };

  bench_init (&bench, c->n_columns);
  for (guint i = 0; i < c->n_flips; i++)
    flip_one (&bench, i % N_PARTS, &sums[i % N_PARTS]);
  for (guint part = 0; part < N_PARTS; part++)
    g_test_message ("%s: %u refused, %u with another output, %u inert", part_names[part], sums[part].refused, sums[part].differs,
                    sums[part].inert);
}

int
main (int argc, char **argv)
{
  static const Case cases[] = { { 1, 50 }, { 2, 120 }, { 8, 30 } };

  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/npu-flips/1-column", &cases[0], test_flips);
  g_test_add_data_func ("/npu-flips/2-columns", &cases[1], test_flips);
  g_test_add_data_func ("/npu-flips/8-columns", &cases[2], test_flips);
  return g_test_run ();
}
