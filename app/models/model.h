/* model.h - one model, installed or to be had
 *
 *   absent --download--> downloading --all of it, and right--> installed
 *     ^                      | cancel, or failed: what came is kept
 *     +----------------------+
 *
 * Properties, notified in the GTK thread: "state" (guint, a TilescribeModelState), "done" (uint64: bytes that are here, of a part too), "total"
 * (uint64: 0 while unknown), "trouble" (string: why the last download failed).
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "tilescribe.h"

#include <gio/gio.h>

G_BEGIN_DECLS

typedef enum
{
  TILESCRIBE_MODEL_ABSENT,
  TILESCRIBE_MODEL_DOWNLOADING,
  TILESCRIBE_MODEL_INSTALLED
} TilescribeModelState;

#define TILESCRIBE_TYPE_MODEL (tilescribe_model_get_type ())
G_DECLARE_FINAL_TYPE (TilescribeModel, tilescribe_model, TILESCRIBE, MODEL, GObject)

/* part: bytes that an earlier download left. */
TilescribeModel *tilescribe_model_new (const ScribeModelEntry *entry, guint64 part);

/* What is true on the disk now; while a download runs, that knows better. */
void tilescribe_model_update (TilescribeModel *model, const ScribeModelEntry *entry, guint64 part);

const char *tilescribe_model_get_name (TilescribeModel *model);
const char *tilescribe_model_get_description (TilescribeModel *model);
gboolean tilescribe_model_is_multilingual (TilescribeModel *model);
gboolean tilescribe_model_is_shipped (TilescribeModel *model); /* with the program: the starter */
gboolean tilescribe_model_is_imported (TilescribeModel *model);
gboolean tilescribe_model_is_conditioned (TilescribeModel *model); /* is told the text before, and so a prompt */
TilescribeModelState tilescribe_model_get_state (TilescribeModel *model);
guint64 tilescribe_model_get_done (TilescribeModel *model);
guint64 tilescribe_model_get_total (TilescribeModel *model);
const char *tilescribe_model_get_trouble (TilescribeModel *model);

/* Goes on where an earlier one was stopped. Nothing where it runs or is not needed. */
void tilescribe_model_download (TilescribeModel *model);
void tilescribe_model_cancel (TilescribeModel *model);

G_END_DECLS
