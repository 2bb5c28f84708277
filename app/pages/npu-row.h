/* npu-row.h - whether this machine has an NPU that can be used, and what is missing if not
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define TILESCRIBE_TYPE_NPU_ROW (tilescribe_npu_row_get_type ())
G_DECLARE_FINAL_TYPE (TilescribeNpuRow, tilescribe_npu_row, TILESCRIBE, NPU_ROW, AdwActionRow)

G_END_DECLS
