/* op.h - the ops of an instruction stream
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

enum
{
  NPU_OP_WRITE = 0,
  NPU_OP_BLOCK = 1,
  NPU_OP_MASK_WRITE = 3,
  NPU_OP_MASK_POLL = 4,
  NPU_OP_NOOP = 5,
  NPU_OP_MASK_POLL_BUSY = 7,
  NPU_OP_TOKEN = 0x80, /* waits for one of each channel */
  NPU_OP_PATCH = 0x81,
  NPU_OP_TIMER = 0x83
};

typedef struct
{
  guint32 opcode;
  guint n_words;
  guint32 address, value, mask;
  const guint32 *data; /* of a block */
  guint n_data;
  guint argument; /* of a patch */
  guint64 plus;
  guint column, row, n_columns, n_rows, channel; /* of a token wait */
  guint32 direction;
} NpuOp;

const char *npu_op_name (guint32 opcode);

G_END_DECLS
