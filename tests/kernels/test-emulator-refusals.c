/* test-emulator-refusals.c - what the hardware would drop, hang on or spoil in silence, the emulator refuses, and says where
 *
 * Each row of a table is one mistake in a design that works: the loop through a memory tile of column 0, buffers of 64 words, and two
 * arguments of 1024 bytes.
 *
 * SPDX-License-Identifier: MIT
 */
#include "test-emulator-bench.h"

#include <string.h>

#define WORDS 64
#define BYTES 1024

/* The words of one op, in a stream of no other */
typedef struct
{
  const char *says;
  NpuError code;
  guint n;
  guint32 words[12];
} BadOp;

#define WRITE(address, value)   \
  6,                            \
  {                             \
    0, 0, address, 0, value, 24 \
  }
#define AT(column, row, offset)   ((column) << 25 | (row) << 20 | (offset))
#define MASTER(column, row, port) AT (column, row, ((row) == 1 ? 0xB0000 : 0x3F000) + 4 * (port))
#define SLAVE(column, row, port)  AT (column, row, ((row) == 1 ? 0xB0100 : 0x3F100) + 4 * (port))
#define PATCH(address, arg, plus)                     \
  12,                                                 \
  {                                                   \
    0x81, 48, 0, 0, 0, 0, address, 0, arg, 0, plus, 0 \
  }
#define TOKEN(where, extent) \
  4,                         \
  {                          \
    0x80, 16, where, extent  \
  }

static const BadOp bad_ops[] = {
  { "Op 0: 0x00000002 is no op", NPU_ERROR_STREAM, 1, { 2 } },
  { "Op 0: 0x00000006 is no op", NPU_ERROR_STREAM, 1, { 6 } },
  { "Op 0: 0x00000105 is no op", NPU_ERROR_STREAM, 1, { 0x105 } },
  { "WRITE has a size that is not that of its kind", NPU_ERROR_STREAM, 7, { 0, 0, 0x80, 0, 0, 28, 0 } },
  { "WRITE has a size that cannot be", NPU_ERROR_STREAM, 6, { 0, 0, 0x80, 0, 0, 25 } },
  { "WRITE has a size that cannot be", NPU_ERROR_STREAM, 6, { 0, 0, 0x80, 0, 0, 20 } },
  { "WRITE is cut off", NPU_ERROR_STREAM, 5, { 0, 0, 0x80, 0, 0 } },
  { "WRITE has something in its padding", NPU_ERROR_STREAM, 6, { 0, 1, 0x80, 0, 0, 24 } },
  { "WRITE has something in its padding", NPU_ERROR_STREAM, 6, { 0, 0, 0x80, 1, 0, 24 } },
  { "MASKWRITE has a size that is not", NPU_ERROR_STREAM, 8, { 3, 0, 0x80, 0, 0, 0, 32, 1 } },
  { "BLOCKWRITE writes nothing", NPU_ERROR_STREAM, 4, { 1, 0, 0x1D000, 16 } },
  { "BLOCKWRITE names another tile", NPU_ERROR_STREAM, 5, { 1, 1, 0x1D000, 20, 0 } },
  { "BLOCKWRITE has a size that cannot be", NPU_ERROR_STREAM, 5, { 1, 0, 0x1D000, 24, 0 } },
  { "Argument 2 is patched in; there are 2", NPU_ERROR_STREAM, PATCH (0x1D004, 2, 0) },
  { "Byte 6 of an argument", NPU_ERROR_STREAM, PATCH (0x1D004, 0, 6) },
  { "DDR_PATCH has something", NPU_ERROR_STREAM, 12, { 0x81, 48, 0, 0, 1, 0, 0x1D004, 0, 0, 0, 0, 0 } },
  { "a token of S2MM 0 of tile (0, 0), which no task of it will send", NPU_ERROR_STREAM, TOKEN (0, 0x10100) },
  { "no channel 2 in direction 0 of tile (0, 0)", NPU_ERROR_STREAM, TOKEN (0, 0x02010100) },
  { "no channel 0 in direction 2 of tile (0, 0)", NPU_ERROR_STREAM, TOKEN (2, 0x10100) },
  { "no channel 0 in direction 0 of tile (1, 0)", NPU_ERROR_STREAM, TOKEN (0x10000, 0x10100) },
  { "No tile is in the rectangle", NPU_ERROR_STREAM, TOKEN (0, 0x10000) },
  { "TCT has something in its padding", NPU_ERROR_STREAM, TOKEN (0, 0x10101) },

  { "Nothing is at address 0x02000000", NPU_ERROR_REGISTER, WRITE (AT (1, 0, 0), 0) },
  { "Nothing is at address 0x00600000", NPU_ERROR_REGISTER, WRITE (AT (0, 6, 0), 0) },
  { "Nothing is at address 0x00000000", NPU_ERROR_REGISTER, WRITE (0, 0) },
  { "Nothing is at address 0x00180000", NPU_ERROR_REGISTER, WRITE (AT (0, 1, 0x80000), 0) },
  { "Nothing is at address 0x0021D018", NPU_ERROR_REGISTER, WRITE (AT (0, 2, 0x1D018), 0) },
  { "Nothing is at address 0x0001D201", NPU_ERROR_REGISTER, WRITE (0x1D201, 0) },
  { "Nothing can be read at address 0x00220000", NPU_ERROR_REGISTER, 7, { 4, 0, AT (0, 2, 0x20000), 0, 0, 0, 28 } },
  { "Nothing can be read at address 0x0001D204", NPU_ERROR_REGISTER, 7, { 3, 0, 0x1D204, 0, 0, 0, 28 } },
  { "Address 0x0001D000 is patched", NPU_ERROR_REGISTER, PATCH (0x1D000, 0, 0) },
  { "Address 0x001A0004 is patched", NPU_ERROR_REGISTER, PATCH (AT (0, 1, 0xA0004), 0, 0) },
  { "BD 0 of tile (0, 0) is patched before it was block-written", NPU_ERROR_REGISTER, PATCH (0x1D004, 0, 0) },
  { "BD 1 of tile (0, 1) is written while a task", NPU_ERROR_REGISTER, WRITE (AT (0, 1, 0xA0020), 0) },
  { "a lock, which counts to 63", NPU_ERROR_REGISTER, WRITE (AT (0, 1, 0xC0000), 64) },
  { "its modes are not emulated", NPU_ERROR_REGISTER, WRITE (0x1D200, 1 << 16) },
  { "its modes are not emulated", NPU_ERROR_REGISTER, WRITE (0x1D200, 2) },
  { "its modes are not emulated", NPU_ERROR_REGISTER, WRITE (AT (0, 2, 0x1DE00), 8) },
  { "no such bits", NPU_ERROR_REGISTER, WRITE (MASTER (0, 1, 0), 0x80000100) },
  { "no such slave", NPU_ERROR_REGISTER, WRITE (MASTER (0, 1, 0), 0x80000012) },
  { "no wire from that slave", NPU_ERROR_REGISTER, WRITE (MASTER (0, 1, 11), 0x80000008) },
  { "for packets, which are not emulated", NPU_ERROR_REGISTER, WRITE (MASTER (0, 1, 11), 0xC0000000) },
  { "for packets, which are not emulated", NPU_ERROR_REGISTER, WRITE (SLAVE (0, 1, 11), 0xC0000000) },
  { "no such bits", NPU_ERROR_REGISTER, WRITE (SLAVE (0, 1, 11), 0x80000001) },
  { "no such bits", NPU_ERROR_REGISTER, WRITE (0x1F000, 1) },
  { "can only be read", NPU_ERROR_REGISTER, WRITE (AT (0, 2, 0x32004), 0) },
  { "it can be enabled and reset", NPU_ERROR_REGISTER, WRITE (AT (0, 2, 0x32000), 4) },
  { "the cascade", NPU_ERROR_REGISTER, WRITE (AT (0, 2, 0x36060), 1) },

  { "cannot run BD 3: it is not valid", NPU_ERROR_TASK, WRITE (0x1D214, 3) },
  { "cannot run BD 16: there are 16", NPU_ERROR_TASK, WRITE (0x1D214, 16) },
  { "which is no task", NPU_ERROR_TASK, WRITE (0x1D214, 0x100) },
  { "MM2S 1 of tile (0, 1) cannot run BD 2: odd channels of a memory tile take BDs 24 to 47", NPU_ERROR_TASK,
    WRITE (AT (0, 1, 0xA063C), 2) },
  { "is asked for a token, which here only shims can send", NPU_ERROR_TASK, WRITE (AT (0, 1, 0xA0634), 0x80000000) },
  { "no route takes tokens of its controller id 0", NPU_ERROR_TASK, WRITE (0x1D204, 0x80000000) },

  { "op 0 (MASKPOLL) waits since", NPU_ERROR_DEADLOCK, 7, { 4, 0, AT (0, 1, 0xC0000), 0, 0x41, 0x3F, 28 } },
  { "The core of tile (0, 2) is enabled, but has no program", NPU_ERROR_CORE, WRITE (AT (0, 2, 0x32000), 1) },
};

static void
assert_refused (Bench *bench, NpuError code, const char *says)
{
  g_autofree guint8 *in = g_malloc0 (BYTES), *out = g_malloc0 (BYTES);
  const NpuBuffer buffers[] = { { in, BYTES }, { out, BYTES } };
  g_autoptr (GError) error = NULL;

  if ((bench->emulator != NULL || bench_start (bench, &error)) && bench_run (bench, buffers, 2, NULL, &error))
    g_error ("A run went well which should have been refused with “%s”.", says);
  if (!g_error_matches (error, NPU_ERROR, (gint) code) || strstr (error->message, says) == NULL)
    g_error ("A run was refused with “%s” (%d), where “%s” (%d) was expected.", error->message, error->code, says, code);
}

static void
test_bad_ops (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (bad_ops); i++)
    {
      const guint32 wait_long[] = { 4, 0, AT (0, 1, 0xC0030), 0, 1, 1, 28 }; /* for a lock that nobody gives */
      g_auto (Bench) bench;

      bench_init_with_loop (&bench, WORDS);
      op_words (&bench, bad_ops[i].words, bad_ops[i].n);
      if (bad_ops[i].code == NPU_ERROR_CORE)
        op_words (&bench, wait_long, 7);
      assert_refused (&bench, bad_ops[i].code, bad_ops[i].says);
    }
}

/* One shim BD, pushed to MM2S 0 */
static const struct
{
  NpuBd bd;
  NpuError code;
  const char *says;
} bad_bds[] = {
  { { .length = 64 }, NPU_ERROR_TASK, "it is not valid" },
  { { .valid = 1 }, NPU_ERROR_TASK, "its length is 0" },
  { { .valid = 1, .length = 64, .wrap = { 5 } }, NPU_ERROR_TASK, "its wraps do not divide its length" },
  { { .valid = 1, .length = 64, .wrap = { 8, 16 } }, NPU_ERROR_TASK, "its wraps do not divide its length" },
  { { .valid = 1, .length = 64, .packet = 1 }, NPU_ERROR_TASK, "it sends packets" },
  { { .valid = 1, .length = 64, .iterations = 2, .iteration_current = 2 }, NPU_ERROR_TASK, "it is at iteration 2 of 2" },
  { { .valid = 1, .length = 64, .use_next = 1, .next = 7 }, NPU_ERROR_TASK, "cannot run BD 7: it is not valid" },
  { { .valid = 1, .length = 257 }, NPU_ERROR_TRANSFER, "bytes 0 to 1028 go beyond argument 0, which has 1024" },
  { { .valid = 1, .length = 2, .wrap = { 1 }, .step = { 1, 256 } }, NPU_ERROR_TRANSFER, "bytes 0 to 1028 go beyond argument 0" },
  { { .valid = 1, .length = 200, .iterations = 2, .iteration_step = 60, .iteration_current = 1 },
    NPU_ERROR_TRANSFER,
    "MM2S 0 of tile (0, 0), BD 0: bytes 240 to 1040 go beyond argument 0" },
};

static void
test_bad_shim_bds (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (bad_bds); i++)
    {
      g_auto (Bench) bench;

      bench_init_with_loop (&bench, WORDS);
      op_receive (&bench, 0, 1, 1, 0, 64);
      op_bd (&bench, 0, 0, 0, &bad_bds[i].bd);
      op_patch (&bench, 0, 0, 0, 0);
      op_push (&bench, 0, NPU_MM2S, 0, 0, 1, FALSE);
      op_wait (&bench, 0, 0, NPU_S2MM, 0);
      assert_refused (&bench, bad_bds[i].code, bad_bds[i].says);
    }
}

/* One memory tile BD, pushed to channel 2, by direction */
static const struct
{
  NpuDirection direction;
  NpuBd bd;
  const char *says;
} bad_memory_bds[] = {
  { NPU_S2MM, { .valid = 1, .base = 0x80000, .length = 64, .pad_before = { 1 } }, "it pads what it receives" },
  { NPU_MM2S,
    { .valid = 1, .base = 0x80000, .length = 64, .pad_before = { 0, 1 } },
    "it pads above a dimension that has no wrap" },
  { NPU_MM2S, { .valid = 1, .base = 0x80000, .length = 64, .pad_after = { 1 } }, "it pads after a dimension that has no wrap" },
  { NPU_MM2S,
    { .valid = 1,
      .base = 0x80000,
      .length = 0x10000,
      .wrap = { 1, 1, 1 },
      .pad_before = { 63, 31, 15 },
      .pad_after = { 63, 31, 15 } },
    "it pads to more than 2^32 words" },
  { NPU_MM2S,
    { .valid = 1, .base = 0x80000, .length = 64, .compression = 1 },
    "Register write 56: MM2S 2 of tile (0, 1) cannot run BD 10: it compresses" },
  { NPU_MM2S, { .valid = 1, .base = 0, .length = 64 }, "its memory, from byte 0x0, is out of its reach" },
  { NPU_MM2S, { .valid = 1, .base = 0x180000, .length = 64 }, "out of its reach" },
  { NPU_MM2S, { .valid = 1, .base = 0xFFFFC, .length = 2 }, "it reaches to byte 0x80004 of a memory of 0x80000" },
  { NPU_MM2S,
    { .valid = 1, .base = 0xFFF00, .length = 64, .iterations = 2, .iteration_step = 1 },
    "it reaches to byte 0x80004 of a memory of 0x80000" },
  { NPU_MM2S, { .valid = 1, .base = 0x80000, .length = 64, .acquire = 1, .acquire_lock = 1 }, "it takes lock 1, which is out" },
  { NPU_MM2S,
    { .valid = 1, .base = 0x80000, .length = 64, .release_value = 1, .release_lock = 192 },
    "it gives lock 192, which is out" },
  { NPU_MM2S, { .valid = 1, .base = 0x80000, .length = 64, .use_next = 1, .next = 24 }, "cannot run BD 24: even channels" },
};

static void
test_bad_memory_bds (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (bad_memory_bds); i++)
    {
      g_auto (Bench) bench;

      bench_init_with_loop (&bench, WORDS);
      set_bd (&bench, 0, 1, 10, &bad_memory_bds[i].bd);
      set_task (&bench, 0, 1, bad_memory_bds[i].direction, 2, 10);
      assert_refused (&bench, NPU_ERROR_TASK, bad_memory_bds[i].says);
    }
}

static void
test_fifth_task (void)
{
  g_auto (Bench) bench;

  bench_init_with_loop (&bench, WORDS);
  for (guint i = 0; i < 5; i++)
    op_send (&bench, 0, 2 + i, 0, 0, 200);
  assert_refused (&bench, NPU_ERROR_TASK, "Op 14: MM2S 0 of tile (0, 0) is given BD 6 while it has 4 tasks");
}

static void
test_bd_written_while_queued (void)
{
  g_auto (Bench) bench;

  bench_init_with_loop (&bench, WORDS);
  op_send (&bench, 0, 2, 0, 0, 64);
  op_send (&bench, 0, 3, 0, 0, 64);
  op_write (&bench, npu_bd_address (0, 0, 3), 32);
  assert_refused (&bench, NPU_ERROR_REGISTER,
                  "Op 6: BD 3 of tile (0, 0) is written while a task that leads to it is queued or runs");
}

static void
test_patches (void)
{
  static const NpuBd bd = { .valid = 1, .length = 64 }, based = { .valid = 1, .length = 64, .base = 64 };
  const guint32 last_word[] = { 1, 0, npu_bd_address (0, 0, 4) + 28, 20, 1u << 25 };
  guint32 words[8];
  g_auto (Bench) again, over, single, partly;

  bench_init_with_loop (&again, WORDS);
  op_bd (&again, 0, 0, 4, &bd);
  op_patch (&again, 0, 4, 0, 0);
  op_patch (&again, 0, 4, 0, 0);
  assert_refused (&again, NPU_ERROR_REGISTER, "Op 2: BD 4 of tile (0, 0) is patched again");

  bench_init_with_loop (&over, WORDS);
  op_bd (&over, 0, 0, 4, &based);
  op_patch (&over, 0, 4, 0, 0);
  assert_refused (&over, NPU_ERROR_REGISTER, "is patched over a base that is not 0");

  bench_init_with_loop (&single, WORDS);
  npu_bd_encode (NPU_TILE_SHIM, &bd, words);
  for (guint w = 0; w < 8; w++)
    op_write (&single, npu_bd_address (0, 0, 4) + 4 * w, words[w]);
  op_patch (&single, 0, 4, 0, 0);
  assert_refused (&single, NPU_ERROR_REGISTER, "is patched before it was block-written");

  bench_init_with_loop (&partly, WORDS);
  op_words (&partly, last_word, 5);
  op_patch (&partly, 0, 4, 0, 0);
  assert_refused (&partly, NPU_ERROR_REGISTER, "is patched before it was block-written");
}

static void
test_bd_without_patch (void)
{
  g_auto (Bench) bench;

  bench_init_with_loop (&bench, WORDS);
  op_bd (&bench, 0, 0, 4, &(NpuBd){ .valid = 1, .length = 64 });
  op_push (&bench, 0, NPU_MM2S, 0, 4, 1, FALSE);
  op_poll (&bench, npu_status_address (0, 0, NPU_MM2S, 0), 0, 1u << 19);
  assert_refused (&bench, NPU_ERROR_TRANSFER, "MM2S 0 of tile (0, 0), BD 4: address 0x0 is in no argument; was it patched?");
}

static void
test_token_of_an_endless_chain (void)
{
  g_auto (Bench) bench;

  bench_init_with_loop (&bench, WORDS);
  op_bd (&bench, 0, 0, 4, &(NpuBd){ .valid = 1, .length = 64, .use_next = 1, .next = 4 });
  op_mask_write (&bench, npu_control_address (0, 0, NPU_MM2S, 0), 0xF00, 0x1F00);
  op_push (&bench, 0, NPU_MM2S, 0, 4, 1, TRUE);
  assert_refused (&bench, NPU_ERROR_TASK, "is asked for a token after a chain of BDs that never ends");
}

static void
test_memory_that_nobody_filled (void)
{
  for (guint row = 1; row < 3; row++)
    {
      g_auto (Bench) bench;
      g_autofree char *says = g_strdup_printf ("MM2S 0 of tile (0, %u) is to send memory from byte 0x100 on with BD 10", row);

      bench_init (&bench, 1);
      set_shim (&bench, 0);
      set_bd (&bench, 0, row, 10, &(NpuBd){ .valid = 1, .base = npu_layout (row)->own_base + 0x100, .length = 64 });
      for (guint i = 0; i < 63; i++) /* all but the last word */
        op_write (&bench, NPU_ADDRESS (0, row, 0x100 + 4 * i), i);
      op_write (&bench, npu_queue_address (0, row, NPU_MM2S, 0), NPU_TASK (10, 1, FALSE));
      op_poll (&bench, npu_status_address (0, row, NPU_MM2S, 0), 0, 1u << 19);
      assert_refused (&bench, NPU_ERROR_TRANSFER, says);
    }
}

/* That a lock is free does not say that the core wrote: it has to be the core that gave it. */
static void
test_memory_that_the_core_did_not_vouch_for (void)
{
  g_auto (Bench) bench;

  bench_init (&bench, 1);
  set_lock (&bench, 0, 2, 3, 1);
  set_bd (&bench, 0, 2, 10, &(NpuBd){ .valid = 1, .length = 64, .acquire = 1, .acquire_lock = 3, .acquire_value = -1 });
  set_task (&bench, 0, 2, NPU_MM2S, 0, 10);
  op_poll (&bench, npu_status_address (0, 2, NPU_MM2S, 0), 0, 1u << 19);
  assert_refused (&bench, NPU_ERROR_TRANSFER, "MM2S 0 of tile (0, 2) is to send memory from byte 0x0 on with BD 10");
}

static void
test_rectangle_with_a_tile_that_sends_no_token (void)
{
  const guint32 two_rows[] = { 0x80, 16, 0, 0x10200 };
  g_auto (Bench) bench;

  bench_init_with_loop (&bench, WORDS);
  op_receive (&bench, 0, 1, 1, 0, 64);
  op_send (&bench, 0, 0, 0, 0, 64);
  op_words (&bench, two_rows, 4);
  assert_refused (&bench, NPU_ERROR_STREAM,
                  "Op 7: The stream waits for a token of S2MM 0 of tile (0, 1), which no task of it will send");
}

static void
test_lock_beyond_its_range (void)
{
  g_auto (Bench) bench;

  bench_init (&bench, 1);
  set_shim (&bench, 0);
  set_wire (&bench, 0, 0, NPU_SOUTH, NPU_MUX_PORT (0), NPU_NORTH, 0);
  set_wire (&bench, 0, 1, NPU_SOUTH, 0, NPU_DMA, 0);
  set_lock (&bench, 0, 1, 20, 63);
  set_bd (&bench, 0, 1, 0, &(NpuBd){ .valid = 1, .base = 0x80000, .length = WORDS, .release_lock = 84, .release_value = 1 });
  set_task (&bench, 0, 1, NPU_S2MM, 0, 0);
  op_send (&bench, 0, 2, 0, 0, WORDS);
  op_poll (&bench, npu_lock_address (0, 1, 20), 0, 63);
  assert_refused (&bench, NPU_ERROR_LOCK, "Lock 20 of tile (0, 1) holds 63 and is given 1");
}

static void
give_too_much (TileCore *core)
{
  tile_release (core, 5, 63);
  tile_release (core, 5, 1);
  tile_acquire (core, 0, 1);
}

static void
use_a_lock_that_is_not_there (TileCore *core)
{
  tile_acquire (core, 16, 1);
}

static void
wait_for_ever (TileCore *core)
{
  tile_acquire (core, 9, 1);
}

static void
return_at_once (TileCore *core)
{
}

static void
test_cores (void)
{
  static const struct
  {
    void (*program) (TileCore *core);
    NpuError code;
    const char *says;
  } bad[] = {
    { give_too_much, NPU_ERROR_LOCK, "Lock 5 of tile (0, 2) holds 63 and is given 1" },
    { use_a_lock_that_is_not_there, NPU_ERROR_CORE, "The core of tile (0, 2) asks for 1 of its lock 16" },
    { return_at_once, NPU_ERROR_DEADLOCK, "core of tile (0, 2): its program has returned" },
  };
  g_auto (Bench) stopped;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_auto (Bench) bench;
      g_autoptr (GError) wrong = NULL;

      bench_init (&bench, 1);
      set_core_loop (&bench, 0, WORDS);
      op_receive (&bench, 0, 1, 1, 0, WORDS);
      op_wait (&bench, 0, 0, NPU_S2MM, 0);
      bench_start (&bench, &wrong);
      g_assert_no_error (wrong);
      npu_emulator_set_program (bench.emulator, 0, 2, bad[i].program);
      assert_refused (&bench, bad[i].code, bad[i].says);
    }

  bench_init (&stopped, 1);
  set_core_loop (&stopped, 0, WORDS);
  op_write (&stopped, NPU_ADDRESS (0, 2, NPU_CORE_CONTROL), 0);
  bench_start (&stopped, &error);
  g_assert_no_error (error);
  npu_emulator_set_program (stopped.emulator, 0, 2, wait_for_ever);
  assert_refused (&stopped, NPU_ERROR_CORE, "Op 0: The core of tile (0, 2) is stopped on its way");
}

static void
test_streams_that_end_nowhere (void)
{
  static const struct
  {
    NpuBundle bundle;
    guint i;
    gboolean is_master;
    const char *says;
  } cuts[] = {
    { NPU_NORTH, 0, TRUE,
      "MM2S 0 of tile (0, 0), BD 0, pushed by op 6: sends into a stream that ends nowhere, for no master takes it" },
    { NPU_SOUTH, 0, FALSE, "sends into a stream that ends nowhere, at slave port 7 of tile (0, 1)" },
    { NPU_DMA, 0, TRUE, "sends into a stream that ends nowhere, for no master takes it" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cuts); i++)
    {
      const guint row = i == 0 ? 0 : 1;
      g_auto (Bench) bench;

      bench_init_with_loop (&bench, WORDS);
      set_register (&bench,
                    cuts[i].is_master ? npu_master_address (0, row, cuts[i].bundle, cuts[i].i)
                                      : npu_slave_address (0, row, cuts[i].bundle, cuts[i].i),
                    0);
      op_pass (&bench, 0, 64);
      assert_refused (&bench, NPU_ERROR_DEADLOCK, cuts[i].says);
    }
}

static void
test_left_overs (void)
{
  g_auto (Bench) token, task, hidden;

  bench_init_with_loop (&token, WORDS);
  op_receive (&token, 0, 1, 1, 0, 64);
  op_receive (&token, 0, 2, 1, 0, 64);
  op_send (&token, 0, 0, 0, 0, 128);
  op_wait (&token, 0, 0, NPU_S2MM, 0);
  assert_refused (&token, NPU_ERROR_LEFT_OVER, "S2MM 0 of tile (0, 0) has sent a token that the stream did not wait for");

  bench_init_with_loop (&task, WORDS);
  op_send (&task, 0, 0, 0, 0, 64);
  assert_refused (&task, NPU_ERROR_LEFT_OVER, "MM2S 0 of tile (0, 0) still has the task of op 2, BD 0");

  bench_init_with_loop (&hidden, WORDS);
  op_receive (&hidden, 0, 1, 1, 0, 64);
  op_send (&hidden, 0, 0, 0, 0, 256);
  op_wait (&hidden, 0, 0, NPU_S2MM, 0);
  assert_refused (&hidden, NPU_ERROR_LEFT_OVER, "MM2S 0 of tile (0, 0) still has the task");
}

static void
never_rest (TileCore *core)
{
  for (;;)
    {
      core->clock->cycles += 1000000000;
      tile_release (core, 9, 1);
      tile_acquire (core, 9, 1);
    }
}

static void
test_watchdog (void)
{
  g_auto (Bench) bench;
  g_autoptr (GError) error = NULL;

  bench_init (&bench, 1);
  set_core_loop (&bench, 0, WORDS);
  op_poll (&bench, npu_lock_address (0, 2, 10), 1, 63);
  bench_start (&bench, &error);
  npu_emulator_set_program (bench.emulator, 0, 2, never_rest);
  assert_refused (&bench, NPU_ERROR_DEADLOCK, "The stream has run for 2 seconds, at op 0: the driver would kill it");
}

/* After an error nothing runs any more, and the first error stays. */
static void
test_after_an_error (void)
{
  g_auto (Bench) bench;

  bench_init_with_loop (&bench, WORDS);
  op_write (&bench, 0, 0);
  assert_refused (&bench, NPU_ERROR_REGISTER, "Nothing is at address 0x00000000");
  bench_forget_stream (&bench);
  op_timer (&bench, 1);
  assert_refused (&bench, NPU_ERROR_REGISTER, "Nothing is at address 0x00000000");
}

static void
test_headers (void)
{
  static const struct
  {
    guint word;
    guint32 value;
    const char *says;
  } bad[] = {
    { 0, 0x06040200, "no instruction stream of version" },
    { 0, 0x06030100, "for generation 3" },
    { 0, 0x05040100, "5 rows" },
    { 1, 0x00000102, "2 columns" },
    { 1, 0x00000201, "2 of them of memory tiles" },
    { 2, 2, "2 ops; it has 1" },
    { 3, 24, "24 bytes; it has 28" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      guint32 stream[] = { 0x06040100, 0x00000101, 1, 28, 0x83, 12, 0 };
      g_auto (Bench) bench;
      g_autoptr (GError) error = NULL;

      bench_init_with_loop (&bench, WORDS);
      bench_start (&bench, &error);
      stream[bad[i].word] = bad[i].value;
      g_assert_false (npu_emulator_run (bench.emulator, stream, G_N_ELEMENTS (stream), NULL, 0, NULL, &error));
      g_assert_error (error, NPU_ERROR, NPU_ERROR_STREAM);
      if (strstr (error->message, bad[i].says) == NULL)
        g_error ("“%s” does not say “%s”.", error->message, bad[i].says);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/emulator/refusals/bad-ops", test_bad_ops);
  g_test_add_func ("/emulator/refusals/bad-shim-bds", test_bad_shim_bds);
  g_test_add_func ("/emulator/refusals/bad-memory-bds", test_bad_memory_bds);
  g_test_add_func ("/emulator/refusals/fifth-task", test_fifth_task);
  g_test_add_func ("/emulator/refusals/bd-written-while-queued", test_bd_written_while_queued);
  g_test_add_func ("/emulator/refusals/patches", test_patches);
  g_test_add_func ("/emulator/refusals/bd-without-patch", test_bd_without_patch);
  g_test_add_func ("/emulator/refusals/token-of-an-endless-chain", test_token_of_an_endless_chain);
  g_test_add_func ("/emulator/refusals/memory-that-nobody-filled", test_memory_that_nobody_filled);
  g_test_add_func ("/emulator/refusals/memory-that-the-core-did-not-vouch-for", test_memory_that_the_core_did_not_vouch_for);
  g_test_add_func ("/emulator/refusals/rectangle-with-a-tile-that-sends-no-token",
                   test_rectangle_with_a_tile_that_sends_no_token);
  g_test_add_func ("/emulator/refusals/lock-beyond-its-range", test_lock_beyond_its_range);
  g_test_add_func ("/emulator/refusals/cores", test_cores);
  g_test_add_func ("/emulator/refusals/streams-that-end-nowhere", test_streams_that_end_nowhere);
  g_test_add_func ("/emulator/refusals/left-overs", test_left_overs);
  g_test_add_func ("/emulator/refusals/watchdog", test_watchdog);
  g_test_add_func ("/emulator/refusals/after-an-error", test_after_an_error);
  g_test_add_func ("/emulator/refusals/headers", test_headers);
  return g_test_run ();
}
