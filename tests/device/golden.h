/* golden.h - values that an independent reference says are right
 *
 * tests/reference/make_golden.py writes them into the build folder; its README.md tells the names and what they mean. A name
 * that is not there, or is of another type, ends the test: golden values and tests are made together. Ask golden_has() for
 * what a case may leave out, and to learn how many cases ("linear/0", "linear/1", ...) there are.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _Golden Golden;

/* The values of this build, which the environment variable TILESCRIBE_GOLDEN says the folder of. NULL where it is not set, as
 * there was no Python with numpy to make them: skip the test. */
Golden *golden_open (void);
void golden_free (Golden *golden);

gboolean golden_has (Golden *golden, const char *name);

/* The values, row-major, as long as golden lives; dims [n_dims], unused ones are 1. n_dims and dims may be NULL. */
const float *golden_f32 (Golden *golden, const char *name, guint *n_dims, gsize dims[4]);
const gint32 *golden_i32 (Golden *golden, const char *name, guint *n_dims, gsize dims[4]);
const guint8 *golden_u8 (Golden *golden, const char *name, guint *n_dims, gsize dims[4]);

/* The one number of that name. */
gint32 golden_int (Golden *golden, const char *name);
float golden_float (Golden *golden, const char *name);

/* Path of a model of random weights: "en-f32". */
char *golden_model_path (Golden *golden, const char *model);

/* Names of what lies under a folder of names, "model" -> "en-f32", "en-f16", ..., in the order they were made. */
GStrv golden_list (Golden *golden, const char *folder);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Golden, golden_free)

G_END_DECLS
