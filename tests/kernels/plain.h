/* plain.h - what tile kernels compute, as plain loops
 *
 * Written without the vectors of tile.h, which says in words what is here in code: kernels are held against this to the bit.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What nine bytes of scalar_row_to_bfp() say */
void plain_bfp_unpack (const guint8 row[9], float values[8]);

/* Nine bytes, and what remains of the values as another nine: a pair. */
void plain_bfp_pack_pair (const float values[8], guint8 hi[9], guint8 lo[9]);

/* Random bits that are a finite float, denormal ones too. */
float plain_random_float (void);

/* A failure that says where two objects begin to differ. */
void plain_assert_same (const char *what, gconstpointer found, gconstpointer expected, gsize n_bytes);

G_END_DECLS
