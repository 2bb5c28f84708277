/* plain-object.h - objects as matrices of 64 rows and 64 columns: one single object, or two pair objects of 32 columns, one after the other
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The nine bytes of columns 8 group .. 8 group + 7 of a row; is_low: of a pair, those of what remains. */
guint8 *plain_row (guint8 *objects, gboolean is_pair, gboolean is_low, guint row, guint group);

/* [64, 64] into one or two objects, and what these say */
void plain_pack (const float *values, gboolean is_pair, guint8 *objects);
void plain_unpack (guint8 *objects, gboolean is_pair, float *values);

G_END_DECLS
