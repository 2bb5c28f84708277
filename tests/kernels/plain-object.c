/* plain-object.c - objects as matrices
 *
 * SPDX-License-Identifier: MIT
 */
#include "plain-object.h"
#include "plain.h"

#include "tile/layout.h"

guint8 *
plain_row (guint8 *objects, gboolean is_pair, gboolean is_low, guint row, guint group)
{
  guint block = row / 8 * 8 + (is_pair ? group % 4 * 2 + (is_low ? 1 : 0) : group);

  return objects + (is_pair ? group / 4 * TILE_OBJECT_BYTES : 0) + block * TILE_BLOCK_BYTES + row % 8 * 9;
}

void
plain_pack (const float *values, gboolean is_pair, guint8 *objects)
{
  for (guint row = 0; row < 64; row++)
    for (guint group = 0; group < 8; group++)
      {
        guint8 unused[9];

        plain_bfp_pack_pair (values + row * 64 + group * 8, plain_row (objects, is_pair, FALSE, row, group),
                             is_pair ? plain_row (objects, is_pair, TRUE, row, group) : unused);
      }
}

void
plain_unpack (guint8 *objects, gboolean is_pair, float *values)
{
  for (guint row = 0; row < 64; row++)
    for (guint group = 0; group < 8; group++)
      {
        float *to = values + row * 64 + group * 8, lo[8];

        plain_bfp_unpack (plain_row (objects, is_pair, FALSE, row, group), to);
        if (!is_pair)
          continue;
        plain_bfp_unpack (plain_row (objects, is_pair, TRUE, row, group), lo);
        for (guint i = 0; i < 8; i++)
          to[i] += lo[i];
      }
}
