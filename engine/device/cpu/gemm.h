/* gemm.h - the one call into the matrix library: a single-threaded product
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* c = a b (+ c where add), row-major: a [m, k], b [k, n], or [n, k] where transposed, c [m, n]; lda, ldb, ldc: floats from one
 * row to the next. lda must be at least k: rows that overlap are refused. */
void scribe_gemm (gsize m,
                  gsize n,
                  gsize k,
                  const float *a,
                  gsize lda,
                  const float *b,
                  gsize ldb,
                  gboolean transposed,
                  float *c,
                  gsize ldc,
                  gboolean add);

G_END_DECLS
