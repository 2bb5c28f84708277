/* gemm.c - the one call into oneDNN
 *
 * Measured beside OpenBLAS on the products of a base encoder (docs/performance.md), oneDNN is the faster of the two on small
 * and medium row counts.
 *
 * SPDX-License-Identifier: MIT
 */
#include "device/cpu/gemm.h"

#include <omp.h>
#include <oneapi/dnnl/dnnl.h>

void
scribe_gemm (gsize m,
             gsize n,
             gsize k,
             const float *a,
             gsize lda,
             const float *b,
             gsize ldb,
             gboolean transposed,
             float *c,
             gsize ldc,
             gboolean add)
{
  omp_set_num_threads (1); /* of this thread only; the loops above are split by our own pool */
  dnnl_sgemm ('N', transposed ? 'T' : 'N', m, n, k, 1, a, lda, b, ldb, add ? 1 : 0, c, ldc);
}
