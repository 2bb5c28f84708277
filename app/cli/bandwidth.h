/* bandwidth.h - how fast this machine reads memory
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Bytes a second that n_threads read together from memory that is in no cache: the best of a few passes. */
double cli_bandwidth_measure (guint n_threads);

G_END_DECLS
