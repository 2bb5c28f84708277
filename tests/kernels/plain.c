/* plain.c - what tile kernels compute, as plain loops
 *
 * SPDX-License-Identifier: MIT
 */
#include "plain.h"

#include "scalar.h"

#include <string.h>

void
plain_bfp_unpack (const guint8 row[9], float values[8])
{
  for (guint i = 0; i < 8; i++)
    values[i] = scalar_bfp_value (row, 0, i);
}

void
plain_bfp_pack_pair (const float values[8], guint8 hi[9], guint8 lo[9])
{
  float rest[8];

  scalar_row_to_bfp (values, hi);
  plain_bfp_unpack (hi, rest);
  for (guint i = 0; i < 8; i++)
    rest[i] = values[i] - rest[i];
  scalar_row_to_bfp (rest, lo);
}

float
plain_random_float (void)
{
  guint32 bits = (guint32) g_test_rand_int ();
  float x;

  if ((bits >> 23 & 0xff) == 0xff)
    bits ^= 1u << 30;
  memcpy (&x, &bits, sizeof x);
  return x;
}

void
plain_assert_same (const char *what, gconstpointer found, gconstpointer expected, gsize n_bytes)
{
  const guint8 *a = found, *b = expected;

  for (gsize i = 0; i < n_bytes; i++)
    if (a[i] != b[i])
      g_error ("%s: byte %" G_GSIZE_FORMAT " is %u where %u belongs", what, i, a[i], b[i]);
}
