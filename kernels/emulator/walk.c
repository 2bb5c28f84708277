/* walk.c - rows of words, one after the other
 *
 * SPDX-License-Identifier: MIT
 */
#include "emulator/walk.h"

#include <string.h>

static void
add_dimension (NpuShape *shape, guint32 count, guint32 step)
{
  const guint last = shape->n - 1;

  if (count == 1)
    return;
  if (shape->n > 0 && step == (guint64) shape->count[last] * shape->step[last])
    {
      shape->count[last] *= count;
      return;
    }
  shape->count[shape->n] = count;
  shape->step[shape->n] = step;
  shape->n++;
}

static const char *
add_padding (NpuShape *shape, const NpuBd *bd, const guint32 counts[4])
{
  gboolean is_open = FALSE; /* a dimension below goes on to the end */
  guint64 total = 1;

  shape->n = 4;
  for (guint d = 0; d < 4; d++)
    {
      const guint32 before = d < 3 ? bd->pad_before[d] : 0, after = d < 3 ? bd->pad_after[d] : 0;

      if (is_open && (before != 0 || after != 0))
        return "it pads above a dimension that has no wrap";
      is_open |= d < 3 && bd->wrap[d] == 0;
      if (is_open && after != 0)
        return "it pads after a dimension that has no wrap";
      shape->count[d] = counts[d];
      shape->step[d] = bd->step[d];
      shape->before[d] = before;
      shape->after[d] = after;
      total *= before + counts[d] + after;
    }
  shape->total = total;
  return total > G_MAXUINT32 ? "it pads to more than 2^32 words" : NULL;
}

const char *
npu_shape_init (NpuShape *shape, NpuTileKind kind, const NpuBd *bd)
{
  const guint n_wraps = npu_layouts[kind].n_wraps;
  guint32 counts[4], left = bd->length;

  *shape = (NpuShape){ .total = bd->length, .extent = 4 };
  if (bd->length == 0)
    return "its length is 0";
  for (guint d = 0; d < 4; d++)
    {
      const guint32 wrap = d < n_wraps ? bd->wrap[d] : 0;

      if (wrap != 0 && left % wrap != 0)
        return "its wraps do not divide its length";
      counts[d] = wrap == 0 ? left : wrap;
      left /= counts[d];
      shape->extent += (guint64) (counts[d] - 1) * bd->step[d] * 4;
    }

  for (guint d = 0; d < 3; d++)
    shape->is_padded |= bd->pad_before[d] != 0 || bd->pad_after[d] != 0;
  if (shape->is_padded)
    {
      const char *wrong = add_padding (shape, bd, counts);

      if (wrong != NULL)
        return wrong;
    }
  else
    {
      for (guint d = 0; d < 4; d++)
        add_dimension (shape, counts[d], bd->step[d]);
      if (shape->n == 0)
        {
          shape->n = shape->count[0] = 1;
          shape->step[0] = 1;
        }
    }
  shape->run = shape->step[0] == 1 ? shape->count[0] * 4 : 4;
  return NULL;
}

static inline guint32
padded (const NpuShape *shape, guint d)
{
  return shape->before[d] + shape->count[d] + shape->after[d];
}

static void
find_row (NpuWalk *walk)
{
  const NpuShape *shape = walk->shape;
  gsize at = 0;

  walk->is_pad_row = FALSE;
  for (guint d = 1; d < shape->n; d++)
    {
      const guint32 i = walk->index[d] - shape->before[d];

      walk->is_pad_row |= i >= shape->count[d];
      at += (gsize) i * shape->step[d];
    }
  walk->row = walk->base + (walk->is_pad_row ? 0 : at * 4);
}

void
npu_walk_init (NpuWalk *walk, const NpuShape *shape, guint8 *base, guint32 pad)
{
  *walk = (NpuWalk){ .shape = shape, .pad = pad };
  walk->base = base;
  find_row (walk);
}

static inline void
pass (NpuWalk *walk, guint32 n)
{
  const NpuShape *shape = walk->shape;

  walk->index[0] += n;
  if (walk->index[0] < padded (shape, 0))
    return;
  walk->index[0] = 0;
  for (guint d = 1; d < shape->n; d++)
    {
      if (++walk->index[d] < padded (shape, d))
        break;
      walk->index[d] = 0;
    }
  find_row (walk);
}

/* The next words that are of one sort: padding, or of one row. *at is NULL for padding. */
static inline guint32
next_piece (const NpuWalk *walk, guint32 n, guint8 **at)
{
  const NpuShape *shape = walk->shape;
  const guint32 i = walk->index[0], begin = shape->before[0], end = begin + shape->count[0];

  *at = NULL;
  if (walk->is_pad_row)
    return MIN (n, padded (shape, 0) - i);
  if (i < begin)
    return MIN (n, begin - i);
  if (i >= end)
    return MIN (n, padded (shape, 0) - i);
  *at = walk->row + (gsize) (i - begin) * shape->step[0] * 4;
  return MIN (n, end - i);
}

guint8 *
npu_walk_straight (NpuWalk *walk, guint32 n)
{
  guint8 *at;

  if (walk->shape->step[0] != 1 || next_piece (walk, n, &at) < n || at == NULL)
    return NULL;
  pass (walk, n);
  return at;
}

void
npu_walk_read (NpuWalk *walk, guint8 *out, guint32 n)
{
  const gsize step = (gsize) walk->shape->step[0] * 4;

  while (n > 0)
    {
      guint8 *at;
      const guint32 k = next_piece (walk, n, &at);

      if (at != NULL && step == 4)
        memcpy (out, at, k * 4);
      else
        {
          for (guint32 i = 0; i < k; i++)
            memcpy (out + i * 4, at == NULL ? (const guint8 *) &walk->pad : at + i * step, 4);
        }
      pass (walk, k);
      out += k * 4;
      n -= k;
    }
}

/* Nobody pads what he receives: rows are whole. */
void
npu_walk_write (NpuWalk *walk, const guint8 *in, guint32 n)
{
  const NpuShape *shape = walk->shape;
  const gsize step = (gsize) shape->step[0] * 4;

  while (n > 0)
    {
      const guint32 k = MIN (n, shape->count[0] - walk->index[0]);
      guint8 *at = walk->row + walk->index[0] * step;

      if (step == 4)
        memcpy (at, in, k * 4);
      else
        {
          for (guint32 i = 0; i < k; i++)
            memcpy (at + i * step, in + i * 4, 4);
        }
      pass (walk, k);
      in += k * 4;
      n -= k;
    }
}
