/* vec.h - a vector of floats as wide as the instruction set
 *
 * GCC's vector types do arithmetic for every width; what they lack (half precision) is here for each instruction set.
 * Loads and stores need no alignment: model files have none.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <glib.h>
#include <string.h>

#if defined __AVX512F__
#include <immintrin.h>
#define VEC 16
#elif defined __AVX2__
#include <immintrin.h>
#define VEC 8
#else
#define VEC 4
#if defined __ARM_NEON
#include <arm_neon.h>
#endif
#endif

typedef float vf __attribute__ ((vector_size (4 * VEC)));
typedef gint32 vi __attribute__ ((vector_size (4 * VEC)));
typedef float vf_unaligned __attribute__ ((vector_size (4 * VEC), aligned (4), may_alias));

static inline vf
vec_load (const float *p)
{
  return *(const vf_unaligned *) p;
}

static inline void
vec_store (float *p, vf x)
{
  *(vf_unaligned *) p = x;
}

static inline vf
vec_set (float x)
{
  return x - (vf){ 0 };
}

/* Where the mask's bits are set a, else b. */
static inline vf
vec_select (vi mask, vf a, vf b)
{
  return (vf) ((mask & (vi) a) | (~mask & (vi) b));
}

static inline vf
vec_max (vf a, vf b)
{
#if defined __AVX512F__
  return (vf) _mm512_max_ps ((__m512) a, (__m512) b);
#elif defined __AVX2__
  return (vf) _mm256_max_ps ((__m256) a, (__m256) b);
#else
  return vec_select (a > b, a, b);
#endif
}

static inline vf
vec_min (vf a, vf b)
{
#if defined __AVX512F__
  return (vf) _mm512_min_ps ((__m512) a, (__m512) b);
#elif defined __AVX2__
  return (vf) _mm256_min_ps ((__m256) a, (__m256) b);
#else
  return vec_select (a < b, a, b);
#endif
}

static inline float
vec_sum (vf x)
{
#if defined __AVX512F__
  return _mm512_reduce_add_ps ((__m512) x);
#else
  float sum = 0;

  for (guint i = 0; i < VEC; i++)
    sum += x[i];
  return sum;
#endif
}

static inline float
vec_largest (vf x)
{
  float max = x[0];

  for (guint i = 1; i < VEC; i++)
    max = MAX (max, x[i]);
  return max;
}

/* VEC half-precision values */
static inline vf
vec_load_half (const void *p)
{
#if defined __AVX512F__
  return (vf) _mm512_cvtph_ps (_mm256_loadu_si256 (p));
#elif defined __AVX2__
  return (vf) _mm256_cvtph_ps (_mm_loadu_si128 (p));
#elif defined __ARM_NEON
  float16x4_t h;

  memcpy (&h, p, sizeof h);
  return (vf) vcvt_f32_f16 (h);
#else
  /* Shift exponent and mantissa into a float's place and scale by 2^112: right for subnormal halves too; infinities and NaN,
   * which no weight has, keep their exponent only in this path. */
  guint16 h[VEC];
  vi bits, sign;
  vf x;

  memcpy (h, p, sizeof h);
  for (guint i = 0; i < VEC; i++)
    {
      bits[i] = (h[i] & 0x7fff) << 13;
      sign[i] = (gint32) ((guint32) (h[i] & 0x8000) << 16);
    }
  x = (vf) bits * 0x1p112f;
  return (vf) ((vi) x | sign);
#endif
}

static inline void
vec_store_half (void *p, vf x)
{
#if defined __AVX512F__
  _mm256_storeu_si256 (p, _mm512_cvtps_ph ((__m512) x, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC));
#elif defined __AVX2__
  _mm_storeu_si128 (p, _mm256_cvtps_ph ((__m256) x, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC));
#elif defined __ARM_NEON
  float16x4_t h = vcvt_f16_f32 ((float32x4_t) x);

  memcpy (p, &h, sizeof h);
#else
  guint16 h[VEC];

  for (guint i = 0; i < VEC; i++)
    {
      /* adding 2^13 units of the last place rounds to nearest even in the float unit itself */
      float magnitude = ABS (x[i]) < 65504.0f ? ABS (x[i]) : 65504.0f;
      float scaled = magnitude * 0x1p-112f;
      guint32 bits;

      if (magnitude < 0x1p-14f)
        h[i] = (guint16) (magnitude * 0x1p24f + 0x1p23f - 0x1p23f);
      else
        {
          memcpy (&bits, &scaled, sizeof bits);
          h[i] = (guint16) ((bits + 0xfff + (bits >> 13 & 1)) >> 13);
        }
      h[i] |= x[i] < 0 ? 0x8000 : 0;
    }
  memcpy (p, h, sizeof h);
#endif
}

/* exp (x), relative error below 2e-7; 0 below -87, at most exp (88). After Cephes' expf: x = n ln 2 + r, a polynomial in r, times 2^n. */
static inline vf
vec_exp (vf x)
{
  const vf magic = vec_set (0x1.8p23f); /* adding it rounds to the nearest integer and leaves that in the low bits */
  vf clamped = vec_min (vec_max (x, vec_set (-87.3f)), vec_set (88.3f));
  vf n = clamped * 1.44269504088896341f + magic;
  vi exponent = (vi) n;
  vf r, y;

  n -= magic;
  r = clamped - n * 0.693359375f;
  r = r - n * -2.12194440e-4f;
  y = vec_set (1.9875691500e-4f);
  y = y * r + 1.3981999507e-3f;
  y = y * r + 8.3334519073e-3f;
  y = y * r + 4.1665795894e-2f;
  y = y * r + 1.6666665459e-1f;
  y = y * r + 5.0000001201e-1f;
  y = y * r * r + r + 1;
  y = (vf) ((vi) y + (exponent << 23));
  return vec_select (x > vec_set (-87.3f), y, vec_set (0));
}

/* erf (x) as a rational function of x clamped to [-4, 4], where it is 1 to the last bit or two; after Eigen's. */
static inline vf
vec_erf (vf x)
{
  vf t = vec_min (vec_max (x, vec_set (-4)), vec_set (4));
  vf t2 = t * t;
  vf p, q;

  p = vec_set (-2.72614225801306e-10f);
  p = p * t2 + 2.77068142495902e-08f;
  p = p * t2 + -2.10102402082508e-06f;
  p = p * t2 + -5.69250639462346e-05f;
  p = p * t2 + -7.34990630326855e-04f;
  p = p * t2 + -2.95459980854025e-03f;
  p = p * t2 + -1.60960333262415e-02f;
  q = vec_set (-1.45660718464996e-05f);
  q = q * t2 + -2.13374055278905e-04f;
  q = q * t2 + -1.68282697438203e-03f;
  q = q * t2 + -7.37332916720468e-03f;
  q = q * t2 + -1.42647390514189e-02f;
  return t * p / q;
}

static inline vf
vec_gelu (vf x)
{
  return 0.5f * x * (1 + vec_erf (x * 0.70710678118654752f));
}

/* log10 (x) of a normal positive number, absolute error below 1e-6. x = 2^e m, m in [sqrt 1/2, sqrt 2): Cephes' logf polynomial. */
static inline vf
vec_log10 (vf x)
{
  const vi offset = (vi) vec_set (0.70710678118654752f);
  vi bits = (vi) x - offset;
  vf e = __builtin_convertvector(bits >> 23, vf);
  vf m = (vf) ((bits & 0x7fffff) + offset) - 1;
  vf z = m * m;
  vf y;

  y = vec_set (7.0376836292e-2f);
  y = y * m + -1.1514610310e-1f;
  y = y * m + 1.1676998740e-1f;
  y = y * m + -1.2420140846e-1f;
  y = y * m + 1.4249322787e-1f;
  y = y * m + -1.6668057665e-1f;
  y = y * m + 2.0000714765e-1f;
  y = y * m + -2.4999993993e-1f;
  y = y * m + 3.3333331174e-1f;
  y = y * m * z - 0.5f * z + m;
  return e * 0.301029995663981f + y * 0.434294481903252f;
}
