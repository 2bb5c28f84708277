/* npu-hash.c - XXH64, after xxHash's specification 0.1.1
 *
 * Four sums each take every fourth word of eight bytes; then they are folded, the rest of the bytes joins, and the bits are mixed.
 *
 * SPDX-License-Identifier: MIT
 */
#include "device/npu/npu-hash.h"

#include <string.h>

#define P1 0x9E3779B185EBCA87u
#define P2 0xC2B2AE3D27D4EB4Fu
#define P3 0x165667B19E3779F9u
#define P4 0x85EBCA77C2B2AE63u
#define P5 0x27D4EB2F165667C5u

#define N_SUMS 4

static guint64
rotate (guint64 x, guint n)
{
  return x << n | x >> (64 - n);
}

static guint64
word (const guint8 *bytes)
{
  guint64 x;

  memcpy (&x, bytes, sizeof x);
  return GUINT64_FROM_LE (x);
}

static guint64
add (guint64 sum, guint64 x)
{
  return rotate (sum + x * P2, 31) * P1;
}

static guint64
fold (const guint64 sums[N_SUMS])
{
  guint64 hash = rotate (sums[0], 1) + rotate (sums[1], 7) + rotate (sums[2], 12) + rotate (sums[3], 18);

  for (guint i = 0; i < N_SUMS; i++)
    hash = (hash ^ add (0, sums[i])) * P1 + P4;
  return hash;
}

static guint64
add_rest (guint64 hash, const guint8 *bytes, gsize n)
{
  for (; n >= 8; n -= 8, bytes += 8)
    hash = rotate (hash ^ add (0, word (bytes)), 27) * P1 + P4;
  if (n >= 4)
    {
      guint32 x;

      memcpy (&x, bytes, sizeof x);
      hash = rotate (hash ^ GUINT32_FROM_LE (x) * P1, 23) * P2 + P3;
      n -= 4;
      bytes += 4;
    }
  for (; n > 0; n--, bytes++)
    hash = rotate (hash ^ *bytes * P5, 11) * P1;
  return hash;
}

guint64
scribe_npu_hash (gconstpointer data, gsize n, guint64 seed)
{
  const guint8 *bytes = data;
  const gsize n_whole = n / (8 * N_SUMS) * (8 * N_SUMS);
  guint64 sums[N_SUMS] = { seed + P1 + P2, seed + P2, seed, seed - P1 };
  guint64 hash;

  for (gsize at = 0; at < n_whole; at += 8 * N_SUMS)
    for (guint i = 0; i < N_SUMS; i++)
      sums[i] = add (sums[i], word (bytes + at + 8 * i));
  hash = n_whole > 0 ? fold (sums) : seed + P5;
  hash = add_rest (hash + n, bytes + n_whole, n - n_whole);
  hash = (hash ^ hash >> 33) * P2;
  hash = (hash ^ hash >> 29) * P3;
  return hash ^ hash >> 32;
}
