/* npu-format.c - block floating point on the host, and where a value lies in an object
 *
 * SPDX-License-Identifier: MIT
 */
#include "device/npu/npu-format.h"

#include <string.h>

#define BIAS      133 /* of an exponent byte: 127, and 6 bits of the mantissa behind the point */
#define SMALLEST  7   /* exponent whose scale is a normal number; rows below it are zeros */
#define ONE       127 /* exponent field of 1.0f */
#define MAGNITUDE 0x7fffffff
#define INFINITE  255
#define TO_WHOLE  0x1.8p23f /* added to a small number it leaves no bits behind the point, and the whole ones lowest */

static float
power_of_two (gint exponent)
{
  const guint32 bits = (guint32) (exponent + ONE) << 23;
  float power;

  memcpy (&power, &bits, sizeof power);
  return power;
}

/* In terms of bits, so that a compiler makes vectors of it: magnitudes of floats are ordered as their bits are. */
void
scribe_npu_pack_row (const float x[TILE_BLOCK], guint8 out[SCRIBE_NPU_ROW_BYTES])
{
  gint32 bits[TILE_BLOCK], largest = 0;
  float scaled[TILE_BLOCK], scale;
  guint exponent;

  memcpy (bits, x, sizeof bits);
  for (guint i = 0; i < TILE_BLOCK; i++)
    largest = MAX (largest, bits[i] & MAGNITUDE);
  exponent = (guint) largest >> 23;
  if (exponent < SMALLEST || exponent == INFINITE)
    {
      memset (out, 0, SCRIBE_NPU_ROW_BYTES);
      return;
    }

  out[0] = (guint8) exponent;
  scale = power_of_two (BIAS - (gint) exponent);
  for (guint i = 0; i < TILE_BLOCK; i++)
    scaled[i] = MIN (x[i] * scale, G_MAXINT8) + TO_WHOLE;
  memcpy (bits, scaled, sizeof bits);
  for (guint i = 0; i < TILE_BLOCK; i++)
    out[1 + i] = (guint8) bits[i];
}

void
scribe_npu_unpack_row (const guint8 row[SCRIBE_NPU_ROW_BYTES], float x[TILE_BLOCK])
{
  const float scale = power_of_two (MAX (row[0], SMALLEST) - BIAS);

  for (guint i = 0; i < TILE_BLOCK; i++)
    x[i] = row[0] < SMALLEST ? 0 : (float) (gint8) row[1 + i] * scale;
}

void
scribe_npu_pack_pair (const float x[TILE_BLOCK], guint8 high[SCRIBE_NPU_ROW_BYTES], guint8 low[SCRIBE_NPU_ROW_BYTES])
{
  float rest[TILE_BLOCK];

  scribe_npu_pack_row (x, high);
  scribe_npu_unpack_row (high, rest);
  for (guint i = 0; i < TILE_BLOCK; i++)
    rest[i] = x[i] - rest[i];
  scribe_npu_pack_row (rest, low);
}

guint
scribe_npu_object_cols (TileFormat format)
{
  switch (format)
    {
    case TILE_FORMAT_F32:
      return TILE_F32_COLS;
    case TILE_FORMAT_SINGLE:
    case TILE_FORMAT_SINGLE_TRANSPOSED:
    case TILE_FORMAT_INT8:
      return TILE_SINGLE_COLS;
    default:
      return TILE_PAIR_COLS;
    }
}

/* Offset of a row's eight values in an object of blocks; a pair's low ones lie one block further. */
static gsize
row_offset (TileFormat format, guint row, guint column)
{
  gboolean single = format == TILE_FORMAT_SINGLE || format == TILE_FORMAT_SINGLE_TRANSPOSED;
  guint block = single ? row / TILE_BLOCK * (TILE_SINGLE_COLS / TILE_BLOCK) + column / TILE_BLOCK
                       : 2 * (row / TILE_BLOCK * (TILE_PAIR_COLS / TILE_BLOCK) + column / TILE_BLOCK);

  return (gsize) block * TILE_BLOCK_BYTES + row % TILE_BLOCK * SCRIBE_NPU_ROW_BYTES;
}

void
scribe_npu_object_get (const guint8 *object, TileFormat format, guint row, guint column, float x[TILE_BLOCK])
{
  float low[TILE_BLOCK];

  if (format == TILE_FORMAT_F32)
    {
      memcpy (x, object + (row * TILE_F32_COLS + column) * sizeof (float), TILE_BLOCK * sizeof (float));
      return;
    }
  object += row_offset (format, row, column);
  scribe_npu_unpack_row (object, x);
  if (format == TILE_FORMAT_PAIR || format == TILE_FORMAT_PAIR_TRANSPOSED)
    {
      scribe_npu_unpack_row (object + TILE_BLOCK_BYTES, low);
      for (guint i = 0; i < TILE_BLOCK; i++)
        x[i] += low[i];
    }
}

void
scribe_npu_object_set (guint8 *object, TileFormat format, guint row, guint column, const float x[TILE_BLOCK])
{
  if (format == TILE_FORMAT_F32)
    {
      memcpy (object + (row * TILE_F32_COLS + column) * sizeof (float), x, TILE_BLOCK * sizeof (float));
      return;
    }
  object += row_offset (format, row, column);
  if (format == TILE_FORMAT_PAIR || format == TILE_FORMAT_PAIR_TRANSPOSED)
    scribe_npu_pack_pair (x, object, object + TILE_BLOCK_BYTES);
  else
    scribe_npu_pack_row (x, object);
}
