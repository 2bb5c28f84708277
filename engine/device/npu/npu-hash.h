/* npu-hash.h - a fast hash that tells altered bytes
 *
 * XXH3 of Yann Collet's xxHash: as fast as memory, so that what is mapped, and what is submitted, can be checked whole before it is used. It finds damage, not
 * forgers.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* seed: 0, or the hash of what comes before. */
guint64 scribe_npu_hash (gconstpointer data, gsize n, guint64 seed);

G_END_DECLS
