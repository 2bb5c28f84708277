/* aie2p-declarations.h - the vectors of AIE2P and what kernels/tile calls of them, on the host
 *
 * The compiler for the device is not here. In its place stand the types and the functions that its headers would bring, exactly
 * those that kernels/tile/tile-aie2p*.h use, with the parameters that they have there. So every file of a core's program can be
 * compiled as for the device (C++, __AIEARCH__ 21): a name that does not exist, a wrong type, a missing conversion are found by
 * any machine's test. Registers of another kind or width do not convert into each other here, where the headers let some
 * through: what passes here passes there.
 *
 * In tests/kernels/aie2p.cc each function does what its namesake does, as far as the sources tell, so test-tile-vector.c runs
 * the device half and compares it with the definitions of tile.h. That proves the logic over these functions, not the functions
 * themselves: rounding in sums, denormals, infinities and the blocks of 72 bytes are as tile.h has them (docs/npu.md, section
 * 8).
 *
 * Where the parameters were read, in Xilinx/llvm-aie as of 2026:
 *
 *   clang/lib/Headers/aiebase_typedefs.h   types
 *   clang/lib/Headers/aie2p/aie2p_enums.h  numbers of shuffles: Tb_rxc is a matrix of r rows and c columns of b bits, transposed
 *   .../aie2p_upd_ext.h                    extract_, insert, concat
 *   .../aie2p_scl2vec.h                    shuffle, shift_bytes
 *   .../aie2p_vadd.h                       integers, comparisons, sel; max of bf16
 *   .../aie2p_ups.h, aie2p_srs.h           ups_, srs_, to_v32bfloat16, to_v64bfp16ebs8
 *   .../aie2p_ldst.h                       pack, fifo_
 *   .../aie2p_vmult.h                      add and sub of accumulators of floats, aie2p_compute_control()
 *   clang/test/CodeGen/aie/aie2p           mac_8x8_8x8T, mul_8x8_8x8T, msc_8x8_8x8T
 *
 * and in Xilinx/aie_api, which calls them, include/aie_api/detail/aie2p: mul_elem_64, mac_elem_64 and mul_elem_32,
 * mac_4x4_4x8_conf, mac_8x4_4x8_conf, add_conf, broadcast_to_, broadcast_zero_to_ and broadcast_one_to_.
 *
 * Not seen, but taken from the pattern in which the headers have all others: mac_8x8_8x8 of signed bytes (seen of unsigned
 * ones), msc_elem_64 of bf16 (seen of floats), addmac_elem_64 of integers (seen of floats, and as addmac_8x8_8x8 of bytes).
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <stdint.h>

/* ---------------------------------------------------------------- types */

#define AIE2P_VECTOR(lane, n_bytes) lane __attribute__ ((vector_size (n_bytes)))

typedef AIE2P_VECTOR (float, 32) v8float;
typedef AIE2P_VECTOR (float, 64) v16float;
typedef AIE2P_VECTOR (int32_t, 64) v8int64; /* as the headers have it */
typedef AIE2P_VECTOR (int32_t, 64) v16int32;
typedef AIE2P_VECTOR (uint32_t, 64) v16uint32;
typedef AIE2P_VECTOR (int16_t, 64) v32int16;
typedef AIE2P_VECTOR (int16_t, 128) v64int16;
typedef AIE2P_VECTOR (int8_t, 8) v8int8;
typedef AIE2P_VECTOR (int8_t, 32) v32int8;
typedef AIE2P_VECTOR (int8_t, 64) v64int8;

template <typename To, typename From>
inline To
aie2p_bits (const From &from)
{
  To to;

  static_assert (sizeof to == sizeof from, "a register keeps its width");
  __builtin_memcpy (&to, &from, sizeof to);
  return to;
}

/* Accumulators and bf16: no arithmetic of their own, and no way to others but a cast to something as wide */
template <char kind, typename Lane, int n> struct Aie2pRegister
{
  typedef Lane Lanes __attribute__ ((vector_size (n * sizeof (Lane)), aligned (64)));

  Lanes lane;

  Aie2pRegister () = default;

  template <typename From> explicit Aie2pRegister (const From &from)
  {
    *this = aie2p_bits<Aie2pRegister> (from);
  }

  template <typename To> explicit operator To () const
  {
    return aie2p_bits<To> (*this);
  }
};

typedef Aie2pRegister<'f', float, 16> v16accfloat;
typedef Aie2pRegister<'f', float, 32> v32accfloat;
typedef Aie2pRegister<'f', float, 64> v64accfloat;
typedef Aie2pRegister<'i', int32_t, 16> v16acc32;
typedef Aie2pRegister<'i', int32_t, 32> v32acc32;
typedef Aie2pRegister<'i', int32_t, 64> v64acc32;
typedef Aie2pRegister<'l', int64_t, 16> v16acc64;
typedef Aie2pRegister<'l', int64_t, 32> v32acc64;
typedef Aie2pRegister<'b', uint16_t, 32> v32bfloat16;
typedef Aie2pRegister<'b', uint16_t, 64> v64bfloat16;

struct v64bfp16ebs8
{
  v64int8 mantissa;
  v8int8 exponent;
};

struct v64bfp16ebs8_unaligned
{
};

struct fifo_state_t
{
  int pos;
};

enum
{
  T16_32x2_lo = 2,
  T16_32x2_hi = 3,
  T256_2x2_hi = 11,
  T128_2x4_lo = 12,
  T128_2x4_hi = 13,
  T64_2x8_lo = 14,
  T64_2x8_hi = 15,
  T32_2x16_lo = 16,
  T32_2x16_hi = 17,
  T16_2x32_lo = 18,
  T16_2x32_hi = 19
};

/* ---------------------------------------------------------------- functions */

/* They depend on nothing but their parameters, as the compiler knows of its own. */
#define AIE2P __attribute__ ((const))

AIE2P v8float extract_v8float (v16float x, int i);
AIE2P v16accfloat extract_v16accfloat (v32accfloat x, int i);
AIE2P v16accfloat extract_v16accfloat (v64accfloat x, int i);
AIE2P v32accfloat extract_v32accfloat (v64accfloat x, int i);
AIE2P v16acc32 extract_v16acc32 (v64acc32 x, int i);
AIE2P v32acc32 extract_v32acc32 (v64acc32 x, int i);
AIE2P v16acc64 extract_v16acc64 (v32acc64 x, int i);
AIE2P v64accfloat insert (v64accfloat x, int i, v16accfloat part);
AIE2P v64acc32 insert (v64acc32 x, int i, v16acc32 part);
AIE2P v32acc64 insert (v32acc64 x, int i, v16acc64 part);
AIE2P v16float concat (v8float a, v8float b);
AIE2P v64int8 concat (v32int8 a, v32int8 b);
AIE2P v64int16 concat (v32int16 a, v32int16 b);
AIE2P v64bfloat16 concat (v32bfloat16 a, v32bfloat16 b);
AIE2P v64accfloat undef_v64accfloat ();
AIE2P v64acc32 undef_v64acc32 ();
AIE2P v32acc64 undef_v32acc64 ();

AIE2P v16float broadcast_to_v16float (float x);
AIE2P v16int32 broadcast_to_v16int32 (int32_t x);
AIE2P v32int16 broadcast_to_v32int16 (int16_t x);
AIE2P v32bfloat16 broadcast_one_to_v32bfloat16 ();
AIE2P v16int32 broadcast_zero_to_v16int32 ();
AIE2P v64accfloat broadcast_zero_to_v64accfloat ();
AIE2P v64acc32 broadcast_zero_to_v64acc32 ();
AIE2P v32acc64 broadcast_zero_to_v32acc64 ();

/* The bits of a and then of b are rows of columns; of its transpose the first or the second half */
AIE2P v16int32 shuffle (v16int32 a, v16int32 b, unsigned int mode);
AIE2P v32int16 shuffle (v32int16 a, v32int16 b, unsigned int mode);

/* b above a, n bytes further down */
AIE2P v16accfloat shift_bytes (v16accfloat a, v16accfloat b, unsigned int n);

/* Integers, which wrap around; bits of lanes where something holds; lanes whose bit is set from b */
AIE2P v16int32 add (v16int32 a, v16int32 b);
AIE2P v32int16 add (v32int16 a, v32int16 b);
AIE2P v16int32 sub (v16int32 a, v16int32 b);
AIE2P v16int32 band (v16int32 a, v16int32 b);
AIE2P v32int16 band (v32int16 a, v32int16 b);
AIE2P v16int32 bor (v16int32 a, v16int32 b);
AIE2P v32int16 bor (v32int16 a, v32int16 b);
AIE2P v16int32 min (v16int32 a, v16int32 b);
AIE2P v16uint32 min (v16uint32 a, v16uint32 b);
AIE2P v32int16 min (v32int16 a, v32int16 b);
AIE2P v16int32 max (v16int32 a, v16int32 b);
AIE2P v32bfloat16 max (v32bfloat16 a, v32bfloat16 b);
AIE2P unsigned int lt (v16int32 a, v16int32 b);
AIE2P unsigned int ge (v16int32 a, v16int32 b);
AIE2P v16int32 sel (v16int32 a, v16int32 b, unsigned int bits);

/* Into accumulators, times 2^shift, and out of them, / 2^shift, rounded as the core's mode says and saturated */
AIE2P v16acc64 ups_to_v16acc64 (v16int32 x, int shift, int sign);
AIE2P v16int32 srs_to_v16int32 (v16acc64 x, int shift, int sign);
AIE2P v32int16 srs_to_v32int16 (v32acc64 x, int shift, int sign);
AIE2P v32int16 srs_to_v32int16 (v32acc32 x, int shift, int sign);
AIE2P v64int8 pack (v64int16 x);
AIE2P v32bfloat16 to_v32bfloat16 (v32accfloat x);
AIE2P v64bfp16ebs8 to_v64bfp16ebs8 (v64accfloat x);

/* Products lane by lane, and of matrices. zero: sum counts as 0; shift: it moves up by 16 bits first; less: with the other sign */
AIE2P v64acc32 add_conf (v64acc32 a, v64acc32 b, int zero, int shift, int less_a, int less_b);
AIE2P v64acc32 mul_elem_64 (v64int16 a, int sign_a, v64int16 b, int sign_b);
AIE2P v64acc32 mac_elem_64 (v64int16 a, int sign_a, v64int16 b, int sign_b, v64acc32 sum);
AIE2P v64acc32 addmac_elem_64 (v64int16 a, int sign_a, v64int16 b, int sign_b, v64acc32 sum, v64acc32 other);
AIE2P v32acc64 mul_elem_32 (v32int16 a, int sign_a, v32int16 b, int sign_b);
AIE2P v64acc32 mac_8x8_8x8 (v64int8 a, v64int8 b, v64acc32 sum);
AIE2P v64acc32
mac_8x4_4x8_conf (v32int16 a, int sign_a, v64int8 b, int sign_b, v64acc32 sum, int zero, int shift, int less, int less_sum);
AIE2P v32acc64
mac_4x4_4x8_conf (v32int16 a, int sign_a, v32int16 b, int sign_b, v32acc64 sum, int zero, int shift, int less, int less_sum);

AIE2P v16accfloat add (v16accfloat a, v16accfloat b);
AIE2P v32accfloat add (v32accfloat a, v32accfloat b);
AIE2P v64accfloat add (v64accfloat a, v64accfloat b);
AIE2P v64accfloat sub (v64accfloat a, v64accfloat b);
AIE2P v64accfloat mul_elem_64 (v64bfloat16 a, v64bfloat16 b);
AIE2P v64accfloat mac_elem_64 (v64bfloat16 a, v64bfloat16 b, v64accfloat sum);
AIE2P v64accfloat msc_elem_64 (v64bfloat16 a, v64bfloat16 b, v64accfloat sum);
AIE2P v64accfloat mul_8x8_8x8T (v64bfp16ebs8 a, v64bfp16ebs8 b);
AIE2P v64accfloat mac_8x8_8x8T (v64bfp16ebs8 a, v64bfp16ebs8 b, v64accfloat sum);
AIE2P v64accfloat msc_8x8_8x8T (v64bfp16ebs8 a, v64bfp16ebs8 b, v64accfloat sum);

/* The FIFO between memory and registers reads and writes a block where it lies and moves on by its 72 bytes. */
void fifo_ld_reset (v64bfp16ebs8_unaligned *&p, fifo_state_t &state);
void fifo_ld_fill (v64bfp16ebs8_unaligned *&p, fifo_state_t &state);
v64bfp16ebs8 fifo_ld_pop (v64bfp16ebs8_unaligned *&p, fifo_state_t &state);
void fifo_st_reset (v64bfp16ebs8_unaligned *&p, v64bfp16ebs8 x, fifo_state_t &state);
void fifo_st_flush (v64bfp16ebs8_unaligned *&p, fifo_state_t &state);
