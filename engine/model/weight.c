/* weight.c - rows of a model's tensors as floats, whatever format they are stored in
 *
 *   f32, f16   values one after the other
 *   q8_0       d:f16, 32 x int8           value = d * q
 *   q5_0       d:f16, high:u32, 16 bytes  value = d * (q - 16)   low nibbles are values 0..15, high nibbles 16..31,
 *   q5_1       d:f16, m:f16, high, 16     value = d * q + m      and bit i of "high" is the fifth bit of value i
 *
 * SPDX-License-Identifier: MIT
 */
#include "weight.h"

#include <string.h>

typedef struct
{
  const char *name;
  guint values, bytes; /* of one block */
} WeightFormat;

static const WeightFormat formats[] = {
  [SCRIBE_WEIGHT_F32] = { "f32", 1, 4 },     [SCRIBE_WEIGHT_F16] = { "f16", 1, 2 },     [SCRIBE_WEIGHT_Q5_0] = { "q5_0", 32, 22 },
  [SCRIBE_WEIGHT_Q5_1] = { "q5_1", 32, 24 }, [SCRIBE_WEIGHT_Q8_0] = { "q8_0", 32, 34 },
};

gboolean
scribe_weight_type_is_known (guint32 type)
{
  return type < G_N_ELEMENTS (formats) && formats[type].name != NULL;
}

const char *
scribe_weight_type_name (ScribeWeightType type)
{
  return formats[type].name;
}

gsize
scribe_weight_row_bytes (ScribeWeightType type, gsize n_cols)
{
  return n_cols / formats[type].values * formats[type].bytes;
}

float
scribe_half_to_float (guint16 half)
{
  guint32 magnitude = (guint32) (half & 0x7fff) << 13; /* exponent and mantissa where a float has them */
  guint32 sign = (guint32) (half & 0x8000) << 16;
  guint32 bits;
  float value;

  if (magnitude >= 31u << 23)
    bits = magnitude | 0x7f800000; /* infinity, NaN */
  else
    {
      memcpy (&value, &magnitude, sizeof value);
      value *= 0x1p112f; /* the difference of the exponents' biases; subnormal halves come out right too */
      memcpy (&bits, &value, sizeof bits);
    }
  bits |= sign;
  memcpy (&value, &bits, sizeof value);
  return value;
}

static float
read_half (const guint8 *p)
{
  return scribe_half_to_float (p[0] | p[1] << 8);
}

static void
row_q8_0 (const guint8 *block, guint n_cols, float *out)
{
  for (guint i = 0; i < n_cols; i += 32, block += 34)
    for (guint j = 0; j < 32; j++)
      out[i + j] = read_half (block) * (gint8) block[2 + j];
}

static void
row_q5 (const guint8 *block, guint n_cols, gboolean has_minimum, float *out)
{
  for (guint i = 0; i < n_cols; i += 32)
    {
      float scale = read_half (block);
      float minimum = has_minimum ? read_half (block + 2) : -16 * scale;
      const guint8 *high = block + (has_minimum ? 4 : 2);
      const guint8 *low = high + 4;

      for (guint j = 0; j < 32; j++)
        {
          guint nibble = j < 16 ? low[j] & 15 : low[j - 16] >> 4;
          guint fifth = high[j / 8] >> j % 8 & 1;

          out[i + j] = scale * (nibble | fifth << 4) + minimum;
        }
      block = low + 16;
    }
}

void
scribe_weight_row (const ScribeWeight *weight, guint row, float *out)
{
  const guint8 *data = weight->data + row * scribe_weight_row_bytes (weight->type, weight->n_cols);

  switch (weight->type)
    {
    case SCRIBE_WEIGHT_F32:
      memcpy (out, data, weight->n_cols * sizeof (float));
      break;
    case SCRIBE_WEIGHT_F16:
      for (guint i = 0; i < weight->n_cols; i++)
        out[i] = read_half (data + 2 * i);
      break;
    case SCRIBE_WEIGHT_Q8_0:
      row_q8_0 (data, weight->n_cols, out);
      break;
    case SCRIBE_WEIGHT_Q5_0:
    case SCRIBE_WEIGHT_Q5_1:
      row_q5 (data, weight->n_cols, weight->type == SCRIBE_WEIGHT_Q5_1, out);
      break;
    default:
      g_assert_not_reached ();
    }
}
