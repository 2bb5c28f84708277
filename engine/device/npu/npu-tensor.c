/* npu-tensor.c - where the objects of a tensor lie, as patterns of a shim's task
 *
 * Cores of two rows share a stream of results and write it by turns, so their blocks of rows are interleaved object by object: what the stream
 * brings is then one run in memory. Four rows share one where the array has a single column.
 *
 * SPDX-License-Identifier: MIT
 */
#include "device/npu/npu-private.h"

static guint64
object_offset (const NpuTensor *tensor, guint block, guint object)
{
  guint64 index = (guint64) block / 2 * 2 * tensor->n_objects + 2 * (tensor->first + object) + block % 2;

  return tensor->offset + index * TILE_OBJECT_BYTES;
}

ScribeNpuPattern
npu_tensor_rows (const NpuTensor *tensor, guint block, guint n_rows, guint first, guint n)
{
  ScribeNpuPattern pattern = { .buffer = tensor->buffer,
                               .offset = object_offset (tensor, block, first),
                               .run = TILE_OBJECT_WORDS,
                               .n = 1,
                               .iterations = 1,
                               .times = 1 };

  switch (n_rows)
    {
    case 1:
      pattern.n = n;
      pattern.step = 2 * TILE_OBJECT_WORDS;
      break;
    case 2:
      pattern.run *= 2 * n;
      break;
    default:
      pattern.run *= 2;
      pattern.n = 2;
      pattern.step = 2 * tensor->n_objects * TILE_OBJECT_WORDS;
      pattern = npu_pattern_iterate (pattern, n, 1);
      break;
    }
  return pattern;
}

ScribeNpuPattern
npu_tensor_heads (const NpuTensor *tensor, guint block, guint first, guint n)
{
  ScribeNpuPattern pattern = npu_tensor_rows (tensor, block, 1, first, TILE_HEADS);

  pattern.run = TILE_HEAD_BYTES / sizeof (guint32);
  return npu_pattern_iterate (pattern, (n + TILE_HEADS - 1) / TILE_HEADS, TILE_HEADS);
}

ScribeNpuPattern
npu_pattern_iterate (ScribeNpuPattern pattern, guint n_iterations, guint n_objects)
{
  pattern.iterations = n_iterations;
  pattern.iteration_step = 2 * n_objects * TILE_OBJECT_WORDS;
  return pattern;
}

ScribeNpuPattern
npu_pattern_linear (NpuBufferId buffer, guint64 offset, guint n_objects)
{
  return (ScribeNpuPattern){
    .buffer = buffer, .offset = offset, .run = n_objects * TILE_OBJECT_WORDS, .n = 1, .iterations = 1, .times = 1
  };
}

gsize
npu_tensor_bytes (const NpuTensor *tensor, guint n_blocks)
{
  return (gsize) (n_blocks + n_blocks % 2) * tensor->n_objects * TILE_OBJECT_BYTES;
}

/* The object that has a value of the tensor, and where in it. */
static gsize
find (const NpuTensor *tensor, guint *row, guint *column)
{
  const guint n_rows = tensor->format == TILE_FORMAT_F32 ? TILE_F32_ROWS : TILE_M;
  const guint n_cols = scribe_npu_object_cols (tensor->format);
  gsize offset = object_offset (tensor, *row / n_rows, *column / n_cols);

  *row %= n_rows;
  *column %= n_cols;
  return offset;
}

void
npu_tensor_get (const NpuTensor *tensor, const guint8 *memory, guint row, guint column, float x[TILE_BLOCK])
{
  gsize offset = find (tensor, &row, &column);

  scribe_npu_object_get (memory + offset, tensor->format, row, column, x);
}

void
npu_tensor_set (const NpuTensor *tensor, guint8 *memory, guint row, guint column, const float x[TILE_BLOCK])
{
  gsize offset = find (tensor, &row, &column);

  scribe_npu_object_set (memory + offset, tensor->format, row, column, x);
}
