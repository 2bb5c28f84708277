/* files-page.h - recordings in a queue, and their transcripts
 *
 *   files dropped, chosen, or given by somebody else --> session's jobs, a row each | the transcript of the row chosen
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "tilescribe.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define TILESCRIBE_TYPE_FILES_PAGE (tilescribe_files_page_get_type ())
G_DECLARE_FINAL_TYPE (TilescribeFilesPage, tilescribe_files_page, TILESCRIBE, FILES_PAGE, AdwBin)

/* Both are set once, before the page is used. */
void tilescribe_files_page_set_store (TilescribeFilesPage *page, ScribeStoreThread *store);
void tilescribe_files_page_set_session (TilescribeFilesPage *page, ScribeSession *session);

/* Of GFile: into the queue. Those that are on no disk of this computer are told of. */
void tilescribe_files_page_add_files (TilescribeFilesPage *page, GListModel *files);

/* Asks for some in a dialog. */
void tilescribe_files_page_choose_files (TilescribeFilesPage *page);

G_END_DECLS
