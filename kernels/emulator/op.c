/* op.c - the words of an op, in both versions of the format
 *
 *   0.1: records with the C padding of their structs, most of them with their size
 *   1.0: the same without padding
 *
 * Padding must be 0: a stream that has something there was laid out by another plan.
 *
 * SPDX-License-Identifier: MIT
 */
#include "emulator/array.h"

typedef struct
{
  guint32 opcode;
  const char *name;
  guint n, size_at;                 /* 0.1: words; the word that holds the size in bytes, 0 if none does */
  guint n_compact, size_at_compact; /* 1.0 */
} Form;

static const Form forms[] = {
  { NPU_OP_WRITE, "WRITE", 6, 5, 3, 0 },
  { NPU_OP_BLOCK, "BLOCKWRITE", 4, 3, 3, 2 }, /* and its data */
  { NPU_OP_MASK_WRITE, "MASKWRITE", 7, 6, 4, 0 },
  { NPU_OP_MASK_POLL, "MASKPOLL", 7, 6, 4, 0 },
  { NPU_OP_NOOP, "NOOP", 1, 0, 1, 0 },
  { NPU_OP_MASK_POLL_BUSY, "MASKPOLL_BUSY", 7, 6, 4, 0 },
  { NPU_OP_TOKEN, "TCT", 4, 1, 4, 1 },
  { NPU_OP_PATCH, "DDR_PATCH", 12, 1, 6, 1 },
  { NPU_OP_TIMER, "RECORD_TIMER", 3, 1, 3, 1 },
};

static const Form *
find_form (guint32 opcode)
{
  for (guint i = 0; i < G_N_ELEMENTS (forms); i++)
    {
      if (forms[i].opcode == opcode)
        return &forms[i];
    }
  return NULL;
}

const char *
npu_op_name (guint32 opcode)
{
  const Form *form = find_form (opcode);

  return form == NULL ? "unknown" : form->name;
}

static gboolean
refuse (NpuEmulator *e, const Form *form, const char *what)
{
  npu_fail (e, NPU_ERROR_STREAM, "A %s %s.", form->name, what);
  return FALSE;
}

/* How many words the op has, as far as its size tells the truth. */
static gboolean
measure (NpuEmulator *e, const Form *form, const guint32 *at, gsize n_left, gboolean is_compact, NpuOp *op)
{
  const guint n = is_compact ? form->n_compact : form->n, size_at = is_compact ? form->size_at_compact : form->size_at;
  const gboolean may_be_longer = !is_compact && size_at == 6;
  guint32 size;

  op->n_words = n;
  if (n > n_left)
    return refuse (e, form, "is cut off by the stream's end");
  if (size_at == 0)
    return TRUE;
  size = at[size_at];
  op->n_words = size / 4;
  if (size % 4 != 0 || op->n_words > n_left || op->n_words < n)
    return refuse (e, form, "has a size that cannot be");
  if (form->opcode == NPU_OP_BLOCK && op->n_words == n)
    return refuse (e, form, "writes nothing");
  if (form->opcode != NPU_OP_BLOCK && op->n_words != n && !(may_be_longer && op->n_words == n + 1 && at[n] == 0))
    return refuse (e, form, "has a size that is not that of its kind");
  return TRUE;
}

static gboolean
are_zero (const guint32 *at, const guint8 *places, guint n)
{
  for (guint i = 0; i < n; i++)
    {
      if (at[places[i]] != 0)
        return FALSE;
    }
  return TRUE;
}

#define ARE_ZERO(...) are_zero (at, (const guint8[]){ __VA_ARGS__ }, sizeof ((guint8[]){ __VA_ARGS__ }))

static gboolean
read_padded (NpuEmulator *e, const Form *form, const guint32 *at, NpuOp *op)
{
  switch (form->opcode)
    {
    case NPU_OP_WRITE:
    case NPU_OP_MASK_WRITE:
    case NPU_OP_MASK_POLL:
    case NPU_OP_MASK_POLL_BUSY:
      op->address = at[2];
      op->value = at[4];
      op->mask = form->opcode == NPU_OP_WRITE ? 0xFFFFFFFF : at[5];
      return ARE_ZERO (1, 3) || refuse (e, form, "has something in its padding or above 32 bits of address");
    case NPU_OP_BLOCK:
      op->address = at[2];
      op->data = at + 4;
      op->n_data = op->n_words - 4;
      return at[1] == 0 || at[1] == (NPU_COLUMN (at[2]) | NPU_ROW (at[2]) << 8)
             || refuse (e, form, "names another tile than its address");
    case NPU_OP_PATCH:
      op->address = at[6];
      op->argument = at[8];
      op->plus = at[10];
      return ARE_ZERO (2, 3, 4, 5, 7, 9, 11) || refuse (e, form, "has something in its padding or above 32 bits");
    default:
      return TRUE;
    }
}

static gboolean
read_compact (NpuEmulator *e, const Form *form, const guint32 *at, NpuOp *op)
{
  switch (form->opcode)
    {
    case NPU_OP_WRITE:
    case NPU_OP_MASK_WRITE:
    case NPU_OP_MASK_POLL:
    case NPU_OP_MASK_POLL_BUSY:
      op->address = at[1];
      op->value = at[2];
      op->mask = form->opcode == NPU_OP_WRITE ? 0xFFFFFFFF : at[3];
      return TRUE;
    case NPU_OP_BLOCK:
      op->address = at[1];
      op->data = at + 3;
      op->n_data = op->n_words - 3;
      return TRUE;
    case NPU_OP_PATCH:
      op->address = at[2];
      op->argument = at[3];
      op->plus = at[4];
      return at[5] == 0 || refuse (e, form, "goes further than 32 bits");
    default:
      return TRUE;
    }
}

gboolean
npu_op_read (NpuEmulator *e, const guint32 *at, gsize n_left, gboolean is_compact, NpuOp *op)
{
  const Form *form = find_form (at[0]);

  *op = (NpuOp){ .opcode = at[0] };
  if (form == NULL)
    {
      npu_fail (e, NPU_ERROR_STREAM, "0x%08X is no op that a plain stream may hold.", at[0]);
      return FALSE;
    }
  if (!measure (e, form, at, n_left, is_compact, op))
    return FALSE;
  if (form->opcode == NPU_OP_TIMER)
    op->value = at[2];
  if (form->opcode == NPU_OP_TOKEN)
    {
      op->direction = at[2] & 0xFF;
      op->row = at[2] >> 8 & 0xFF;
      op->column = at[2] >> 16;
      op->n_rows = at[3] >> 8 & 0xFF;
      op->n_columns = at[3] >> 16 & 0xFF;
      op->channel = at[3] >> 24;
      return (at[3] & 0xFF) == 0 || refuse (e, form, "has something in its padding");
    }
  return is_compact ? read_compact (e, form, at, op) : read_padded (e, form, at, op);
}
