/* registers.c - where registers lie, and the fields of a BD, as tables
 *
 * SPDX-License-Identifier: MIT
 */
#include "overlay/registers.h"

#include <stddef.h>
#include <string.h>

const NpuLayout npu_layouts[3] = {
  { .name = "shim",
    .bd = 0x1D000,
    .n_bds = 16,
    .bd_words = 8,
    .n_wraps = 2,
    .n_channels = 2,
    .control = { 0x1D200, 0x1D210 },
    .status = { 0x1D220, 0x1D228 },
    .lock = 0x14000,
    .n_locks = 16,
    .lock_request = 0x40000,
    .lock_flags = 0x14120,
    .master = 0x3F000,
    .slave = 0x3F100,
    .slot = 0x3F200,
    .masters = { [NPU_CONTROL] = { 0, 1 },
                 [NPU_FIFO] = { 1, 1 },
                 [NPU_SOUTH] = { 2, 6 },
                 [NPU_WEST] = { 8, 4 },
                 [NPU_NORTH] = { 12, 6 },
                 [NPU_EAST] = { 18, 4 } },
    .slaves = { [NPU_CONTROL] = { 0, 1 },
                [NPU_FIFO] = { 1, 1 },
                [NPU_SOUTH] = { 2, 8 },
                [NPU_WEST] = { 10, 4 },
                [NPU_NORTH] = { 14, 4 },
                [NPU_EAST] = { 18, 4 },
                [NPU_TRACE] = { 22, 1 } } },
  { .name = "memory",
    .memory = 0x80000,
    .own_base = 0x80000,
    .bd = 0xA0000,
    .n_bds = 48,
    .bd_words = 8,
    .n_wraps = 3,
    .n_channels = 6,
    .control = { 0xA0600, 0xA0630 },
    .status = { 0xA0660, 0xA0680 },
    .lock = 0xC0000,
    .n_locks = 64,
    .own_lock = 64,
    .lock_request = 0xD0000,
    .lock_flags = 0xC0420,
    .master = 0xB0000,
    .slave = 0xB0100,
    .slot = 0xB0200,
    .masters = { [NPU_DMA] = { 0, 6 }, [NPU_CONTROL] = { 6, 1 }, [NPU_SOUTH] = { 7, 4 }, [NPU_NORTH] = { 11, 6 } },
    .slaves = { [NPU_DMA] = { 0, 6 },
                [NPU_CONTROL] = { 6, 1 },
                [NPU_SOUTH] = { 7, 6 },
                [NPU_NORTH] = { 13, 4 },
                [NPU_TRACE] = { 17, 1 } } },
  { .name = "compute",
    .memory = 0x10000,
    .bd = 0x1D000,
    .n_bds = 16,
    .bd_words = 6,
    .n_wraps = 2,
    .n_channels = 2,
    .control = { 0x1DE00, 0x1DE10 },
    .status = { 0x1DF00, 0x1DF10 },
    .lock = 0x1F000,
    .n_locks = 16,
    .lock_request = 0x40000,
    .lock_flags = 0x1F120,
    .master = 0x3F000,
    .slave = 0x3F100,
    .slot = 0x3F200,
    .masters = { [NPU_CORE] = { 0, 1 },
                 [NPU_DMA] = { 1, 2 },
                 [NPU_CONTROL] = { 3, 1 },
                 [NPU_FIFO] = { 4, 1 },
                 [NPU_SOUTH] = { 5, 4 },
                 [NPU_WEST] = { 9, 4 },
                 [NPU_NORTH] = { 13, 6 },
                 [NPU_EAST] = { 19, 4 } },
    .slaves = { [NPU_CORE] = { 0, 1 },
                [NPU_DMA] = { 1, 2 },
                [NPU_CONTROL] = { 3, 1 },
                [NPU_FIFO] = { 4, 1 },
                [NPU_SOUTH] = { 5, 6 },
                [NPU_WEST] = { 11, 4 },
                [NPU_NORTH] = { 15, 4 },
                [NPU_EAST] = { 19, 4 },
                [NPU_TRACE] = { 23, 2 } } }
};

bool
npu_switch_joins (NpuTileKind kind, NpuBundle from, uint32_t i, NpuBundle to, uint32_t j)
{
  const bool is_vertical = (from == NPU_SOUTH || from == NPU_NORTH) && (to == NPU_SOUTH || to == NPU_NORTH);

  if (from == NPU_TRACE)
    return to == NPU_SOUTH;
  if (from == NPU_CONTROL)
    return to != NPU_CONTROL && to != NPU_DMA;
  if (from == NPU_CORE && to == NPU_CORE)
    return false;
  if (kind == NPU_TILE_MEMORY && is_vertical)
    return i == j;
  if (kind == NPU_TILE_SHIM && (from == NPU_SOUTH || from == NPU_FIFO))
    return true;
  return from != to || i == j;
}

/* A field of a BD: where it is in NpuBd, and which bits of which word hold it. */
typedef struct
{
  uint16_t member;
  uint8_t word, shift, width;
  uint8_t form;
} Field;

enum
{
  PLAIN,
  SIGNED,
  LESS_ONE /* the field holds one less than is meant */
};

#define FIELD(member, word, high, low, form)                      \
  {                                                               \
    offsetof (NpuBd, member), word, low, (high) - (low) + 1, form \
  }

/* The last word is laid out alike in shim and compute tiles. */
#define LOCKS_AND_CHAIN(word)                                                                                            \
  FIELD (tlast_suppress, word, 31, 31, PLAIN), FIELD (next, word, 30, 27, PLAIN), FIELD (use_next, word, 26, 26, PLAIN), \
      FIELD (valid, word, 25, 25, PLAIN), FIELD (release_value, word, 24, 18, SIGNED),                                   \
      FIELD (release_lock, word, 16, 13, PLAIN), FIELD (acquire, word, 12, 12, PLAIN),                                   \
      FIELD (acquire_value, word, 11, 5, SIGNED), FIELD (acquire_lock, word, 3, 0, PLAIN)

static const Field shim_fields[] = {
  FIELD (length, 0, 31, 0, PLAIN),
  FIELD (packet, 2, 30, 30, PLAIN),
  FIELD (out_of_order_id, 2, 29, 24, PLAIN),
  FIELD (packet_id, 2, 23, 19, PLAIN),
  FIELD (packet_type, 2, 18, 16, PLAIN),
  FIELD (secure, 3, 30, 30, PLAIN),
  FIELD (wrap[0], 3, 29, 20, PLAIN),
  FIELD (step[0], 3, 19, 0, LESS_ONE),
  FIELD (burst, 4, 31, 30, PLAIN),
  FIELD (wrap[1], 4, 29, 20, PLAIN),
  FIELD (step[1], 4, 19, 0, LESS_ONE),
  FIELD (smid, 5, 31, 28, PLAIN),
  FIELD (cache, 5, 27, 24, PLAIN),
  FIELD (qos, 5, 23, 20, PLAIN),
  FIELD (step[2], 5, 19, 0, LESS_ONE),
  FIELD (iteration_current, 6, 31, 26, PLAIN),
  FIELD (iterations, 6, 25, 20, LESS_ONE),
  FIELD (iteration_step, 6, 19, 0, LESS_ONE),
  LOCKS_AND_CHAIN (7),
};

static const Field memory_fields[] = {
  FIELD (packet, 0, 31, 31, PLAIN),
  FIELD (packet_type, 0, 30, 28, PLAIN),
  FIELD (packet_id, 0, 27, 23, PLAIN),
  FIELD (out_of_order_id, 0, 22, 17, PLAIN),
  FIELD (length, 0, 16, 0, PLAIN),
  FIELD (pad_before[0], 1, 31, 26, PLAIN),
  FIELD (next, 1, 25, 20, PLAIN),
  FIELD (use_next, 1, 19, 19, PLAIN),
  FIELD (tlast_suppress, 2, 31, 31, PLAIN),
  FIELD (wrap[0], 2, 26, 17, PLAIN),
  FIELD (step[0], 2, 16, 0, LESS_ONE),
  FIELD (pad_before[1], 3, 31, 27, PLAIN),
  FIELD (wrap[1], 3, 26, 17, PLAIN),
  FIELD (step[1], 3, 16, 0, LESS_ONE),
  FIELD (compression, 4, 31, 31, PLAIN),
  FIELD (pad_before[2], 4, 30, 27, PLAIN),
  FIELD (wrap[2], 4, 26, 17, PLAIN),
  FIELD (step[2], 4, 16, 0, LESS_ONE),
  FIELD (pad_after[2], 5, 31, 28, PLAIN),
  FIELD (pad_after[1], 5, 27, 23, PLAIN),
  FIELD (pad_after[0], 5, 22, 17, PLAIN),
  FIELD (step[3], 5, 16, 0, LESS_ONE),
  FIELD (iteration_current, 6, 28, 23, PLAIN),
  FIELD (iterations, 6, 22, 17, LESS_ONE),
  FIELD (iteration_step, 6, 16, 0, LESS_ONE),
  FIELD (valid, 7, 31, 31, PLAIN),
  FIELD (release_value, 7, 30, 24, SIGNED),
  FIELD (release_lock, 7, 23, 16, PLAIN),
  FIELD (acquire, 7, 15, 15, PLAIN),
  FIELD (acquire_value, 7, 14, 8, SIGNED),
  FIELD (acquire_lock, 7, 7, 0, PLAIN),
};

static const Field compute_fields[] = {
  FIELD (length, 0, 13, 0, PLAIN),
  FIELD (compression, 1, 31, 31, PLAIN),
  FIELD (packet, 1, 30, 30, PLAIN),
  FIELD (out_of_order_id, 1, 29, 24, PLAIN),
  FIELD (packet_id, 1, 23, 19, PLAIN),
  FIELD (packet_type, 1, 18, 16, PLAIN),
  FIELD (step[1], 2, 25, 13, LESS_ONE),
  FIELD (step[0], 2, 12, 0, LESS_ONE),
  FIELD (wrap[1], 3, 28, 21, PLAIN),
  FIELD (wrap[0], 3, 20, 13, PLAIN),
  FIELD (step[2], 3, 12, 0, LESS_ONE),
  FIELD (iteration_current, 4, 24, 19, PLAIN),
  FIELD (iterations, 4, 18, 13, LESS_ONE),
  FIELD (iteration_step, 4, 12, 0, LESS_ONE),
  LOCKS_AND_CHAIN (5),
};

#define N_FIELDS(fields) (sizeof (fields) / sizeof (Field))

static const struct
{
  const Field *fields;
  uint32_t n;
} kinds[] = {
  [NPU_TILE_SHIM] = { shim_fields, N_FIELDS (shim_fields) },
  [NPU_TILE_MEMORY] = { memory_fields, N_FIELDS (memory_fields) },
  [NPU_TILE_COMPUTE] = { compute_fields, N_FIELDS (compute_fields) },
};

static bool
encode_field (const Field *field, uint32_t value, uint32_t words[8])
{
  const uint32_t mask = field->width == 32 ? UINT32_MAX : (1u << field->width) - 1;

  if (field->form == LESS_ONE)
    value -= value > 0;
  if (field->form == SIGNED)
    {
      const int32_t number = (int32_t) value, half = (int32_t) (mask / 2) + 1;

      if (number < -half || number >= half)
        return false;
      value &= mask;
    }
  if (value > mask)
    return false;
  words[field->word] |= value << field->shift;
  return true;
}

static uint32_t
decode_field (const Field *field, const uint32_t words[8])
{
  const uint32_t mask = field->width == 32 ? UINT32_MAX : (1u << field->width) - 1;
  uint32_t value = words[field->word] >> field->shift & mask;

  if (field->form == LESS_ONE)
    value++;
  if (field->form == SIGNED && value > mask / 2)
    value |= ~mask;
  return value;
}

/* The base is split, or counted in words: the one field that is no row of a table. */
static bool
encode_base (NpuTileKind kind, uint64_t base, uint32_t words[8])
{
  if (base % 4 != 0)
    return false;
  if (kind == NPU_TILE_SHIM)
    {
      words[1] |= (uint32_t) base;
      words[2] |= (uint32_t) (base >> 32);
      return base >> 48 == 0;
    }
  if (kind == NPU_TILE_MEMORY)
    {
      words[1] |= (uint32_t) (base / 4) & 0x7FFFF;
      return base / 4 <= 0x7FFFF;
    }
  words[0] |= ((uint32_t) (base / 4) & 0x3FFF) << 14;
  return base / 4 <= 0x3FFF;
}

static uint64_t
decode_base (NpuTileKind kind, const uint32_t words[8])
{
  if (kind == NPU_TILE_SHIM)
    return (uint64_t) (words[2] & 0xFFFF) << 32 | (words[1] & ~3u);
  if (kind == NPU_TILE_MEMORY)
    return (uint64_t) (words[1] & 0x7FFFF) * 4;
  return (uint64_t) (words[0] >> 14 & 0x3FFF) * 4;
}

bool
npu_bd_encode (NpuTileKind kind, const NpuBd *bd, uint32_t words[8])
{
  NpuBd back;

  memset (words, 0, 8 * sizeof (uint32_t));
  for (uint32_t i = 0; i < kinds[kind].n; i++)
    {
      const Field *field = &kinds[kind].fields[i];

      if (!encode_field (field, *(const uint32_t *) ((const char *) bd + field->member), words))
        return false;
    }
  if (!encode_base (kind, bd->base, words))
    return false;

  /* What has no field in this tile reads back as 0. */
  npu_bd_decode (kind, words, &back);
  for (uint32_t i = 0; i < 3; i++)
    {
      if (back.wrap[i] != bd->wrap[i] || back.pad_before[i] != bd->pad_before[i] || back.pad_after[i] != bd->pad_after[i])
        return false;
    }
  return back.step[3] == bd->step[3] || bd->step[3] <= 1;
}

void
npu_bd_decode (NpuTileKind kind, const uint32_t words[8], NpuBd *bd)
{
  memset (bd, 0, sizeof *bd);
  for (uint32_t i = 0; i < kinds[kind].n; i++)
    {
      const Field *field = &kinds[kind].fields[i];

      *(uint32_t *) ((char *) bd + field->member) = decode_field (field, words);
    }
  bd->base = decode_base (kind, words);
}
