/* model.h - a Whisper model file, opened
 *
 * whisper.cpp's ggml files, mapped into memory: opening one checks every size and length in it and copies nothing but the
 * small vectors. Shared by reference: several engines may use one model at once.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _ScribeModel ScribeModel;

/* Fails with SCRIBE_ERROR_MODEL where the file is missing, truncated, damaged or no Whisper model. */
ScribeModel *scribe_model_open (const char *path, GError **error);
ScribeModel *scribe_model_ref (ScribeModel *model);
void scribe_model_unref (ScribeModel *model);

/* The file's name without folder, a leading "ggml-" and the extension: "base.en". */
const char *scribe_model_get_name (ScribeModel *model);

/* "6 + 6 layers, 512 wide, English only, f16" */
char *scribe_model_describe (ScribeModel *model);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ScribeModel, scribe_model_unref)

G_END_DECLS
