/* history-page.h - everything dictated or transcribed, newest first, and what holds some words
 *
 * Signal "transcribe-again" (string path, string model): a recording is to be transcribed with another model.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "tilescribe.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define TILESCRIBE_TYPE_HISTORY_PAGE (tilescribe_history_page_get_type ())
G_DECLARE_FINAL_TYPE (TilescribeHistoryPage, tilescribe_history_page, TILESCRIBE, HISTORY_PAGE, AdwBin)

/* Where transcripts are; to be set first. */
void tilescribe_history_page_set_store (TilescribeHistoryPage *page, ScribeStoreThread *store);

/* Of ScribeJob: what is being transcribed here. */
void tilescribe_history_page_set_jobs (TilescribeHistoryPage *page, GListModel *jobs);

/* A transcript began, grew, ended, was changed or deleted, here or elsewhere. */
void tilescribe_history_page_update (TilescribeHistoryPage *page, gint64 id);

/* Many may have gone: the list is read again, and rows that stay keep their place. */
void tilescribe_history_page_read_again (TilescribeHistoryPage *page);

/* Shows a transcript. */
void tilescribe_history_page_open (TilescribeHistoryPage *page, gint64 id);

G_END_DECLS
