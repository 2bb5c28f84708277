/* window.h - the window: four pages and a menu
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "application.h"

G_BEGIN_DECLS

#define TILESCRIBE_TYPE_WINDOW (tilescribe_window_get_type ())
G_DECLARE_FINAL_TYPE (TilescribeWindow, tilescribe_window, TILESCRIBE, WINDOW, AdwApplicationWindow)

GtkWindow *tilescribe_window_new (TilescribeApplication *application);

/* Recordings to transcribe, of GFile: into the queue, which is shown. */
void tilescribe_window_open_files (TilescribeWindow *window, GListModel *files);

/* Transcripts were forgotten, nobody knows how many. */
void tilescribe_window_read_history_again (TilescribeWindow *window);

G_END_DECLS
