/* test-emulator-flips.c - no bit of a configuration or a stream is overlooked
 *
 * In a small design that works, the loop through a memory tile, each bit of each word is flipped, one at a time, and the stream is run
 * twice. Then a run must be refused, or its output differ; or the flip must mean nothing, which is told by another reading of the same
 * words, without an array:
 *
 *   meaning (words) = what each push starts: which places its BDs visit in which order, with which locks;
 *                     which ports repeat which; what is waited for
 *
 * A flip that leaves the meaning alone is inert: bits of fields that are not in use, a step of a dimension that has one element, a
 * mask's bit where nothing would change, a 0 that is written elsewhere. That the output stays is then asserted too.
 *
 * SPDX-License-Identifier: MIT
 */
#include "reading.h"
#include "test-emulator-bench.h"

#include <string.h>

#define WORDS   16 /* of an object */
#define OBJECTS 6
#define ROOM    (WORDS * OBJECTS + 40)

typedef struct
{
  NpuBuffer buffers[2];
  guint32 in[ROOM], out[2 * ROOM]; /* out: of the first run, then of the second */
} Arguments;

/* The places that one execution of a BD visits. */
static void
tell_places (GString *meaning, NpuTileKind kind, const NpuBd *bd, guint iteration)
{
  for (guint d = 0; d < MIN (npu_layouts[kind].n_wraps, G_N_ELEMENTS (bd->wrap)); d++)
    if (bd->wrap[d] != 0 && bd->length % bd->wrap[d] != 0)
      g_string_append_printf (meaning, " wrap %u is not full,", d);
  for (guint n = 0; n < MIN (bd->length, 1000); n++)
    g_string_append_printf (meaning, " %" G_GINT64_MODIFIER "X", reading_place (kind, bd, iteration, n));
}

/* Locks of the shim are nobody's here: they are 0, and what they are given is not taken. */
static void
tell_bd (GString *meaning, NpuTileKind kind, const NpuBd *bd, guint times)
{
  g_string_append_printf (meaning, "\n  BD: valid %u, packet %u, compression %u, length %u", bd->valid, bd->packet,
                          bd->compression, bd->length);
  for (guint d = 0; d < 3; d++)
    g_string_append_printf (meaning, ", pads %u and %u", bd->pad_before[d], bd->pad_after[d]);
  if (bd->acquire && (kind != NPU_TILE_SHIM || bd->acquire_value != 0))
    g_string_append_printf (meaning, ", takes %u %d", bd->acquire_lock, bd->acquire_value);
  if (bd->release_value != 0 && kind != NPU_TILE_SHIM)
    g_string_append_printf (meaning, ", gives %u %d", bd->release_lock, bd->release_value);
  if (bd->iteration_current >= bd->iterations)
    g_string_append (meaning, ", beyond its iterations");
  for (guint i = 0; i < times; i++)
    tell_places (meaning, kind, bd, (bd->iteration_current + i) % bd->iterations);
}

static void
tell_push (const Reading *reading, guint32 address, guint32 value)
{
  GString *meaning = reading->data;
  const guint column = NPU_COLUMN (address), row = NPU_ROW (address);
  guint bd = value & 0x3F, times = (value >> 16 & 0xFF) + 1;
  gboolean is_endless = FALSE;
  g_autoptr (GString) chain = g_string_new (NULL);

  for (guint n = 0; !is_endless; n++)
    {
      const NpuBd fields = reading_bd (reading, column, row, bd);

      /* In this design each BD of a ring is done OBJECTS / 2 times. */
      tell_bd (chain, npu_tile_kind (row), &fields, fields.use_next ? OBJECTS / 2 : times);
      if (!fields.use_next)
        break;
      bd = fields.next;
      g_string_append_printf (chain, "\n  then BD %u", bd);
      is_endless = n == 3;
    }
  g_string_append_printf (meaning, "\npush %X: BD %u, token %u, stray %X, times %u%s", address, value & 0x3F, value >> 31,
                          value & 0x7F00FFC0, is_endless ? 0 : times, chain->str);
  if (value >> 31 != 0)
    g_string_append_printf (meaning, "\n  its token has id %X", reading_value (reading, address - 4));
}

static void
tell_wait (const Reading *reading, const guint32 *op)
{
  g_string_append_printf (reading->data, "\nwait %X %X", op[2], op[3]);
}

/* The slot of the shim's control port that takes the id of its tokens: the first that fits. 0: none */
static guint32
token_slot (const Reading *reading)
{
  for (guint s = 0; s < 4; s++)
    {
      const guint32 slot = reading_value (reading, NPU_ADDRESS (0, 0, npu_layouts[NPU_TILE_SHIM].slot + 4 * s));

      if ((slot >> 8 & 1) != 0 && ((slot >> 24 ^ NPU_TOKEN_ID) & (slot >> 16) & 31) == 0)
        return slot;
    }
  return 0;
}

/* Registers that say how ports are joined; of locks, how they begin. BDs have been told where they were pushed. */
static void
tell_registers (const Reading *reading)
{
  GString *meaning = reading->data;
  const guint32 slot = token_slot (reading);
  const guint32 token_master = reading_value (reading, npu_master_address (0, 0, NPU_SOUTH, 0));

  g_string_append_printf (meaning, "\nmux %u, demux %u", reading_value (reading, NPU_SHIM_MUX) >> 10 & 3,
                          reading_value (reading, NPU_SHIM_DEMUX) >> 4 & 3);
  g_string_append_printf (meaning, "\ntoken slot: %u, arbiter %u, msel %u", slot != 0, slot & 7, slot >> 4 & 3);
  g_string_append_printf (meaning, "\ntoken master: %X, drops %u, arbiter %u, takes msel %u", token_master >> 30,
                          token_master >> 7 & 1, token_master & 7, token_master >> (3 + (slot >> 4 & 3)) & 1);
  g_string_append_printf (meaning, "\ntoken slave: %X", reading_value (reading, npu_slave_address (0, 0, NPU_CONTROL, 0)));
  for (guint row = 0; row < 2; row++)
    {
      const NpuLayout *layout = npu_layout (row);

      for (guint i = 0; i < layout->n_locks; i++)
        g_string_append_printf (meaning, " %u", reading_value (reading, npu_lock_address (0, row, i)));
      for (guint i = 0; i < 23; i++)
        {
          const guint32 slave = reading_value (reading, NPU_ADDRESS (0, row, layout->slave + 4 * i));
          const guint32 master = reading_value (reading, NPU_ADDRESS (0, row, layout->master + 4 * i));

          g_string_append_printf (meaning, " %X %X", slave, row == 0 && i == 2 ? 0 : master);
        }
    }
}

static char *
meaning_of (const Bench *bench)
{
  GString *meaning = g_string_new (NULL);
  g_auto (Reading) reading;

  reading_init (&reading, tell_push, tell_wait, meaning);
  for (guint i = 0; i < bench->writes->len; i++)
    reading_write (&reading, g_array_index (bench->writes, NpuWrite, i).address,
                   g_array_index (bench->writes, NpuWrite, i).value);
  tell_registers (&reading);
  reading_obey (&reading, (const guint32 *) bench->words->data, bench->words->len);
  tell_registers (&reading);
  return g_string_free (meaning, FALSE);
}

/* Now the feed is behind, now the drain, so that a lock too few or too many is seen: objects 0 to 2 are sent, which is one more than
 * the tile holds, and 0 is received; when the tile is full again, the rest is received, while 3 to 5 are not there yet. */
static void
design_init (Bench *bench)
{
  bench_init_with_loop (bench, WORDS);
  op_send (bench, 0, 0, 0, 64, 3 * WORDS);
  op_poll (bench, npu_lock_address (0, 1, 0), 0, 0x3F);
  op_receive (bench, 0, 1, 1, 32, WORDS);
  op_wait (bench, 0, 0, NPU_S2MM, 0);
  op_receive (bench, 0, 2, 1, 32 + 4 * WORDS, (OBJECTS - 1) * WORDS);
  op_poll (bench, npu_lock_address (0, 1, 0), 1, 0x3F); /* the other is taken for object 3 */
  op_send (bench, 0, 3, 0, 64 + 4 * 3 * WORDS, (OBJECTS - 3) * WORDS);
  op_wait (bench, 0, 0, NPU_S2MM, 0);
}

static void
arguments_init (Arguments *arguments)
{
  memset (arguments->out, 0, sizeof arguments->out);
  arguments->buffers[0] = (NpuBuffer){ (guint8 *) arguments->in, sizeof arguments->in };
}

static gboolean
run (Bench *bench, Arguments *arguments, guint which, GError **error)
{
  const guint32 *words = (const guint32 *) bench->words->data;

  arguments->buffers[1] = (NpuBuffer){ (guint8 *) (arguments->out + which * ROOM), ROOM * 4 };
  for (guint i = 0; i < ROOM; i++)
    arguments->in[i] = 1000 * (which + 1) + i;
  return npu_emulator_run (bench->emulator, words, bench->words->len, arguments->buffers, 2, NULL, error);
}

/* FALSE if it is refused. The words go to the array as they are, header and all. */
static gboolean
try_out (Bench *bench, Arguments *arguments, GError **error)
{
  arguments_init (arguments);
  return bench_start (bench, error) && run (bench, arguments, 0, error) && run (bench, arguments, 1, error);
}

typedef struct
{
  guint refused, differs, inert;
} Sums;

/* One bit of *word is flipped, the one that `where` tells of. */
static void
flip (Bench *bench, guint32 *word, guint bit, const char *where, const Arguments *right, const char *meaning, Sums *sums)
{
  Arguments arguments;

  *word ^= 1u << bit;
  if (!try_out (bench, &arguments, NULL))
    sums->refused++;
  else
    {
      const gboolean is_same = memcmp (arguments.out, right->out, sizeof right->out) == 0;
      g_autofree char *flipped = meaning_of (bench);
      const gboolean is_inert = strcmp (meaning, flipped) == 0;

      if (is_same != is_inert)
        {
          g_test_message ("%s is now 0x%08X by bit %u: the output is %s, though the meaning is %s.", where, *word, bit,
                          is_same ? "the same" : "another", is_inert ? "the same" : "another");
          g_test_fail ();
        }
      sums->differs += !is_same;
      sums->inert += is_same;
    }
  *word ^= 1u << bit;
}

static void
test_every_bit (void)
{
  g_auto (Bench) bench;
  g_autoptr (GError) error = NULL;
  g_autofree char *meaning = NULL;
  Arguments right;
  Sums configuration = { 0 }, stream = { 0 };

  design_init (&bench);
  bench_complete_header (&bench);
  try_out (&bench, &right, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (right.out + ROOM + 8, WORDS * OBJECTS * 4, right.in + 16, WORDS * OBJECTS * 4);
  meaning = meaning_of (&bench);

  for (guint i = 0; i < bench.writes->len * 64; i++)
    {
      NpuWrite *write = &g_array_index (bench.writes, NpuWrite, i / 64);
      g_autofree char *where = g_strdup_printf ("%s of register 0x%08X", i % 64 < 32 ? "Address" : "Value", write->address);

      flip (&bench, i % 64 < 32 ? &write->address : &write->value, i % 32, where, &right, meaning, &configuration);
    }
  for (guint i = 0; i < bench.words->len * 32; i++)
    {
      g_autofree char *where = g_strdup_printf ("Word %u of the stream", i / 32);

      flip (&bench, &g_array_index (bench.words, guint32, i / 32), i % 32, where, &right, meaning, &stream);
    }
  g_test_message ("configuration: %u refused, %u with another output, %u inert", configuration.refused, configuration.differs,
                  configuration.inert);
  g_test_message ("stream: %u refused, %u with another output, %u inert", stream.refused, stream.differs, stream.inert);
}

/* Many bits at once: whatever comes of it, the emulator comes back. */
static void
test_many_bits (void)
{
  g_auto (Bench) bench;

  design_init (&bench);
  bench_complete_header (&bench);
  for (guint round = 0; round < 3000; round++)
    {
      const guint n = 2 + round % 7;
      guint32 *flipped[8];
      guint bits[8];
      Arguments arguments;

      for (guint i = 0; i < n; i++)
        {
          const guint in_writes = g_test_rand_int_range (0, (gint32) bench.writes->len * 2);
          const guint in_words = g_test_rand_int_range (4, (gint32) bench.words->len);

          flipped[i] = g_test_rand_bit () ? (guint32 *) bench.writes->data + in_writes : (guint32 *) bench.words->data + in_words;
          bits[i] = g_test_rand_int_range (0, 32);
          *flipped[i] ^= 1u << bits[i];
        }
      try_out (&bench, &arguments, NULL);
      for (guint i = 0; i < n; i++)
        *flipped[i] ^= 1u << bits[i];
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/emulator/flips/every-bit", test_every_bit);
  g_test_add_func ("/emulator/flips/many-bits", test_many_bits);
  return g_test_run ();
}
