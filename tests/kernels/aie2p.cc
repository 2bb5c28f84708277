/* aie2p.cc - what the functions of kernels/tile/aie2p-declarations.h do
 *
 * SPDX-License-Identifier: MIT
 */
#include "tile/aie2p-declarations.h"

#include <string.h>

/* ---------------------------------------------------------------- parts of registers */

template <typename Part, typename Whole>
static inline Part
aie2p_part (const Whole &whole, int i)
{
  Part part;

  memcpy (&part, (const char *) &whole + (size_t) i * sizeof part, sizeof part);
  return part;
}

template <typename Whole, typename Part>
static inline Whole
aie2p_insert (Whole whole, int i, const Part &part)
{
  memcpy ((char *) &whole + (size_t) i * sizeof part, &part, sizeof part);
  return whole;
}

#define AIE2P_EXTRACT(part, whole)     \
  part extract_##part (whole x, int i) \
  {                                    \
    return aie2p_part<part> (x, i);    \
  }
#define AIE2P_INSERT(whole, part)       \
  whole insert (whole x, int i, part p) \
  {                                     \
    return aie2p_insert (x, i, p);      \
  }
#define AIE2P_CONCAT(whole, part)                              \
  whole concat (part a, part b)                                \
  {                                                            \
    return aie2p_insert (aie2p_insert (whole (), 0, a), 1, b); \
  }

AIE2P_EXTRACT (v8float, v16float)
AIE2P_EXTRACT (v16accfloat, v32accfloat)
AIE2P_EXTRACT (v16accfloat, v64accfloat)
AIE2P_EXTRACT (v32accfloat, v64accfloat)
AIE2P_EXTRACT (v16acc32, v64acc32)
AIE2P_EXTRACT (v32acc32, v64acc32)
AIE2P_EXTRACT (v16acc64, v32acc64)
AIE2P_INSERT (v64accfloat, v16accfloat)
AIE2P_INSERT (v64acc32, v16acc32)
AIE2P_INSERT (v32acc64, v16acc64)
AIE2P_CONCAT (v16float, v8float)
AIE2P_CONCAT (v64int8, v32int8)
AIE2P_CONCAT (v64int16, v32int16)
AIE2P_CONCAT (v64bfloat16, v32bfloat16)

v64accfloat
undef_v64accfloat ()
{
  return aie2p_insert (v64accfloat (), 0, aie2p_insert (v64accfloat (), 0, 0xdeaddead));
}

v64acc32
undef_v64acc32 ()
{
  return (v64acc32) undef_v64accfloat ();
}

v32acc64
undef_v32acc64 ()
{
  return (v32acc64) undef_v64accfloat ();
}

template <typename Register, typename Lane>
static inline Register
aie2p_fill (Lane x)
{
  Register y;

  for (size_t i = 0; i < sizeof y / sizeof x; i++)
    memcpy ((char *) &y + i * sizeof x, &x, sizeof x);
  return y;
}

v16float
broadcast_to_v16float (float x)
{
  return aie2p_fill<v16float> (x);
}

v16int32
broadcast_to_v16int32 (int32_t x)
{
  return aie2p_fill<v16int32> (x);
}

v32int16
broadcast_to_v32int16 (int16_t x)
{
  return aie2p_fill<v32int16> (x);
}

v32bfloat16
broadcast_one_to_v32bfloat16 ()
{
  return aie2p_fill<v32bfloat16> ((uint16_t) 0x3f80);
}

#define AIE2P_ZERO(type)                  \
  type broadcast_zero_to_##type ()        \
  {                                       \
    return aie2p_fill<type> ((int8_t) 0); \
  }

AIE2P_ZERO (v16int32)
AIE2P_ZERO (v64accfloat)
AIE2P_ZERO (v64acc32)
AIE2P_ZERO (v32acc64)

/* The bits of a and then of b are rows of columns; of its transpose the first or the second half */
v16int32
shuffle (v16int32 a, v16int32 b, unsigned int mode)
{
  static const struct
  {
    unsigned mode, bytes, rows, columns;
  } pairs[] = { { T16_32x2_lo, 2, 32, 2 }, { T256_2x2_hi - 1, 32, 2, 2 }, { T128_2x4_lo, 16, 2, 4 },
                { T64_2x8_lo, 8, 2, 8 },   { T32_2x16_lo, 4, 2, 16 },     { T16_2x32_lo, 2, 2, 32 } };
  v16int32 in[2] = { a, b }, out[2] = { broadcast_to_v16int32 (0), broadcast_to_v16int32 (0) };

  for (const auto &pair : pairs)
    for (unsigned i = 0; i < pair.rows * pair.columns && pair.mode == (mode & ~1u); i++)
      memcpy ((char *) out + (i % pair.columns * pair.rows + i / pair.columns) * pair.bytes, (char *) in + i * pair.bytes,
              pair.bytes);
  return out[mode & 1];
}

v32int16
shuffle (v32int16 a, v32int16 b, unsigned int mode)
{
  return (v32int16) shuffle ((v16int32) a, (v16int32) b, mode);
}

/* b above a, n bytes further down */
v16accfloat
shift_bytes (v16accfloat a, v16accfloat b, unsigned int n)
{
  v16accfloat both[2] = { a, b }, x;

  memcpy (&x, (char *) both + n, sizeof x);
  return x;
}

/* ---------------------------------------------------------------- integers in lanes */

#define AIE2P_WRAPPING(type, wide, name, operation)                  \
  type name (type a, type b)                                         \
  {                                                                  \
    type x = a;                                                      \
                                                                     \
    for (size_t i = 0; i < sizeof x / sizeof x[0]; i++)              \
      x[i] = (decltype (+x[0])) ((wide) a[i] operation (wide) b[i]); \
    return x;                                                        \
  }
#define AIE2P_CHOICE(type, name, comparison)            \
  type name (type a, type b)                            \
  {                                                     \
    type x = a;                                         \
                                                        \
    for (size_t i = 0; i < sizeof x / sizeof x[0]; i++) \
      x[i] = b[i] comparison a[i] ? b[i] : a[i];        \
    return x;                                           \
  }

AIE2P_WRAPPING (v16int32, uint32_t, add, +)
AIE2P_WRAPPING (v16int32, uint32_t, sub, -)
AIE2P_WRAPPING (v16int32, uint32_t, band, &)
AIE2P_WRAPPING (v16int32, uint32_t, bor, |)
AIE2P_WRAPPING (v32int16, uint16_t, add, +)
AIE2P_WRAPPING (v32int16, uint16_t, band, &)
AIE2P_WRAPPING (v32int16, uint16_t, bor, |)
AIE2P_CHOICE (v16int32, min, <)
AIE2P_CHOICE (v16int32, max, >)
AIE2P_CHOICE (v16uint32, min, <)
AIE2P_CHOICE (v32int16, min, <)

unsigned int
lt (v16int32 a, v16int32 b)
{
  unsigned int bits = 0;

  for (int i = 0; i < 16; i++)
    bits |= (unsigned int) (a[i] < b[i]) << i;
  return bits;
}

unsigned int
ge (v16int32 a, v16int32 b)
{
  return lt (a, b) ^ 0xffff;
}

/* Lanes whose bit is set from b */
v16int32
sel (v16int32 a, v16int32 b, unsigned int bits)
{
  for (int i = 0; i < 16; i++)
    a[i] = bits >> i & 1 ? b[i] : a[i];
  return a;
}

v64int8
pack (v64int16 x)
{
  v64int8 y = {};

  for (int i = 0; i < 64; i++)
    y[i] = (int8_t) (x[i] > INT8_MAX ? INT8_MAX : x[i] < INT8_MIN ? INT8_MIN : x[i]);
  return y;
}

/* x / 2^shift rounded to nearest even, as the core's mode is to be, and saturated */
static inline int64_t
aie2p_round (int64_t x, int shift, int64_t least, int64_t most)
{
  if (shift > 0)
    x = (x + ((int64_t) 1 << (shift - 1)) - 1 + (x >> shift & 1)) >> shift;
  return x > most ? most : x < least ? least : x;
}

v16acc64
ups_to_v16acc64 (v16int32 x, int shift, int)
{
  v16acc64 y;

  for (int i = 0; i < 16; i++)
    y.lane[i] = (int64_t) ((uint64_t) (int64_t) x[i] << shift);
  return y;
}

v16int32
srs_to_v16int32 (v16acc64 x, int shift, int)
{
  v16int32 y = {};

  for (int i = 0; i < 16; i++)
    y[i] = (int32_t) aie2p_round (x.lane[i], shift, INT32_MIN, INT32_MAX);
  return y;
}

v32int16
srs_to_v32int16 (v32acc64 x, int shift, int)
{
  v32int16 y = {};

  for (int i = 0; i < 32; i++)
    y[i] = (int16_t) aie2p_round (x.lane[i], shift, INT16_MIN, INT16_MAX);
  return y;
}

v32int16
srs_to_v32int16 (v32acc32 x, int shift, int)
{
  v32int16 y = {};

  for (int i = 0; i < 32; i++)
    y[i] = (int16_t) aie2p_round (x.lane[i], shift, INT16_MIN, INT16_MAX);
  return y;
}

/* ---------------------------------------------------------------- products of integers */

v64acc32
add_conf (v64acc32 a, v64acc32 b, int, int, int, int)
{
  for (int i = 0; i < 64; i++)
    a.lane[i] = (int32_t) ((uint32_t) a.lane[i] + (uint32_t) b.lane[i]);
  return a;
}

v64acc32
mac_elem_64 (v64int16 a, int, v64int16 b, int, v64acc32 sum)
{
  for (int i = 0; i < 64; i++)
    sum.lane[i] = (int32_t) ((uint32_t) sum.lane[i] + (uint32_t) (a[i] * b[i]));
  return sum;
}

v64acc32
mul_elem_64 (v64int16 a, int sign_a, v64int16 b, int sign_b)
{
  return mac_elem_64 (a, sign_a, b, sign_b, broadcast_zero_to_v64acc32 ());
}

v64acc32
addmac_elem_64 (v64int16 a, int sign_a, v64int16 b, int sign_b, v64acc32 sum, v64acc32 other)
{
  return mac_elem_64 (a, sign_a, b, sign_b, add_conf (sum, other, 0, 0, 0, 0));
}

v32acc64
mul_elem_32 (v32int16 a, int, v32int16 b, int)
{
  v32acc64 x;

  for (int i = 0; i < 32; i++)
    x.lane[i] = (int64_t) a[i] * b[i];
  return x;
}

/* sum [m][n] += a [m][k] times b [k][n] */
template <typename Sum, typename Lane, typename A, typename B>
static inline Sum
aie2p_matrix (A a, B b, Sum sum, int m, int k, int n)
{
  for (int r = 0; r < m; r++)
    for (int c = 0; c < n; c++)
      for (int i = 0; i < k; i++)
        sum.lane[n * r + c] = (Lane) ((uint64_t) sum.lane[n * r + c] + (uint64_t) ((int64_t) a[k * r + i] * b[n * i + c]));
  return sum;
}

v64acc32
mac_8x8_8x8 (v64int8 a, v64int8 b, v64acc32 sum)
{
  return aie2p_matrix<v64acc32, int32_t> (a, b, sum, 8, 8, 8);
}

v64acc32
mac_8x4_4x8_conf (v32int16 a, int, v64int8 b, int, v64acc32 sum, int, int, int, int)
{
  return aie2p_matrix<v64acc32, int32_t> (a, b, sum, 8, 4, 8);
}

/* With is_shifted the sum moves up by 16 bits first. */
v32acc64
mac_4x4_4x8_conf (v32int16 a, int, v32int16 b, int, v32acc64 sum, int, int is_shifted, int, int)
{
  for (int i = 0; i < 32 && is_shifted; i++)
    sum.lane[i] = (int64_t) ((uint64_t) sum.lane[i] << 16);
  return aie2p_matrix<v32acc64, int64_t> (a, b, sum, 4, 4, 8);
}

/* ---------------------------------------------------------------- floats */

#define AIE2P_SUM(type, name, operation)                          \
  type name (type a, type b)                                      \
  {                                                               \
    for (size_t i = 0; i < sizeof a.lane / sizeof a.lane[0]; i++) \
      a.lane[i] = a.lane[i] operation b.lane[i];                  \
    return a;                                                     \
  }

AIE2P_SUM (v16accfloat, add, +)
AIE2P_SUM (v32accfloat, add, +)
AIE2P_SUM (v64accfloat, add, +)
AIE2P_SUM (v64accfloat, sub, -)

static inline float
aie2p_from_bf16 (uint16_t x)
{
  return aie2p_bits<float> ((uint32_t) x << 16);
}

/* Rounded to nearest even; a NaN stays one */
v32bfloat16
to_v32bfloat16 (v32accfloat x)
{
  v32bfloat16 y;

  for (int i = 0; i < 32; i++)
    {
      uint32_t bits = aie2p_bits<uint32_t> (x.lane[i]);

      y.lane[i] = (uint16_t) (x.lane[i] != x.lane[i] ? 0x7fc0 : (bits + 0x7fff + (bits >> 16 & 1)) >> 16);
    }
  return y;
}

v32bfloat16
max (v32bfloat16 a, v32bfloat16 b)
{
  for (int i = 0; i < 32; i++)
    a.lane[i] = aie2p_from_bf16 (a.lane[i]) < aie2p_from_bf16 (b.lane[i]) ? b.lane[i] : a.lane[i];
  return a;
}

v64accfloat
mac_elem_64 (v64bfloat16 a, v64bfloat16 b, v64accfloat sum)
{
  for (int i = 0; i < 64; i++)
    sum.lane[i] += aie2p_from_bf16 (a.lane[i]) * aie2p_from_bf16 (b.lane[i]);
  return sum;
}

v64accfloat
msc_elem_64 (v64bfloat16 a, v64bfloat16 b, v64accfloat sum)
{
  for (int i = 0; i < 64; i++)
    sum.lane[i] -= aie2p_from_bf16 (a.lane[i]) * aie2p_from_bf16 (b.lane[i]);
  return sum;
}

v64accfloat
mul_elem_64 (v64bfloat16 a, v64bfloat16 b)
{
  v64accfloat x;

  for (int i = 0; i < 64; i++)
    x.lane[i] = aie2p_from_bf16 (a.lane[i]) * aie2p_from_bf16 (b.lane[i]);
  return x;
}

/* ---------------------------------------------------------------- blocks of bfp16 */

static inline float
aie2p_scale (int8_t exponent)
{
  int e = (uint8_t) exponent;

  return aie2p_bits<float> ((uint32_t) (e < 7 ? 0 : e - 6) << 23);
}

/* The products of rows of a and rows of b, times "sign", added to sum */
static inline v64accfloat
aie2p_block (v64bfp16ebs8 a, v64bfp16ebs8 b, v64accfloat sum, float sign)
{
  for (int r = 0; r < 8; r++)
    for (int c = 0; c < 8; c++)
      {
        int dot = 0;

        for (int i = 0; i < 8; i++)
          dot += a.mantissa[8 * r + i] * b.mantissa[8 * c + i];
        sum.lane[8 * r + c] += sign * ((float) dot * (aie2p_scale (a.exponent[r]) * aie2p_scale (b.exponent[c])));
      }
  return sum;
}

v64accfloat
mac_8x8_8x8T (v64bfp16ebs8 a, v64bfp16ebs8 b, v64accfloat sum)
{
  return aie2p_block (a, b, sum, 1);
}

v64accfloat
msc_8x8_8x8T (v64bfp16ebs8 a, v64bfp16ebs8 b, v64accfloat sum)
{
  return aie2p_block (a, b, sum, -1);
}

v64accfloat
mul_8x8_8x8T (v64bfp16ebs8 a, v64bfp16ebs8 b)
{
  return aie2p_block (a, b, aie2p_fill<v64accfloat> (-0.0f), 1);
}

v64bfp16ebs8
to_v64bfp16ebs8 (v64accfloat x)
{
  v64bfp16ebs8 y;

  for (int r = 0; r < 8; r++)
    {
      int e = 0;

      for (int c = 0; c < 8; c++)
        {
          int of_lane = (int) (aie2p_bits<uint32_t> (x.lane[8 * r + c]) >> 23 & 0xff);

          e = of_lane > e ? of_lane : e;
        }
      e = e < 7 ? 0 : e;
      y.exponent[r] = (int8_t) e;
      for (int c = 0; c < 8; c++)
        {
          float scaled = e == 0 ? 0 : x.lane[8 * r + c] * aie2p_bits<float> ((uint32_t) (133 + 127 - e) << 23);

          scaled = scaled > 127 ? 127 : scaled < -128 ? -128 : scaled;
          y.mantissa[8 * r + c] = (int8_t) __builtin_rintf (scaled);
        }
    }
  return y;
}

/* The FIFO between memory and registers reads and writes a block where it lies and moves on by its 72 bytes. */
void
fifo_ld_reset (v64bfp16ebs8_unaligned *&, fifo_state_t &state)
{
  state.pos = 0;
}

void
fifo_ld_fill (v64bfp16ebs8_unaligned *&, fifo_state_t &state)
{
  state.pos++;
}

v64bfp16ebs8
fifo_ld_pop (v64bfp16ebs8_unaligned *&p, fifo_state_t &state)
{
  const int8_t *bytes = (const int8_t *) p;
  v64bfp16ebs8 x;

  for (int i = 0; i < 72; i++)
    if (i % 9 == 0)
      x.exponent[i / 9] = bytes[i];
    else
      x.mantissa[i / 9 * 8 + i % 9 - 1] = bytes[i];
  p = (v64bfp16ebs8_unaligned *) (void *) (bytes + 72);
  state.pos--;
  return x;
}

void
fifo_st_reset (v64bfp16ebs8_unaligned *&p, v64bfp16ebs8 x, fifo_state_t &state)
{
  int8_t *bytes = (int8_t *) p;

  for (int i = 0; i < 72; i++)
    bytes[i] = i % 9 == 0 ? x.exponent[i / 9] : x.mantissa[i / 9 * 8 + i % 9 - 1];
  p = (v64bfp16ebs8_unaligned *) (void *) (bytes + 72);
  state.pos = 1;
}

void
fifo_st_flush (v64bfp16ebs8_unaligned *&, fifo_state_t &state)
{
  state.pos = 0;
}
