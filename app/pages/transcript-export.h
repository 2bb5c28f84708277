/* transcript-export.h - a transcript as a file
 *
 * It is read anew by the store's thread, so that it is what was saved, and written by one of its own, beside its final name until it
 * is complete.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "tilescribe.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* "talk.srt" for the recording or title "talk.mp3". */
char *tilescribe_export_suggest_name (const char *title, ScribeFormat format);

/* A file that is there is replaced. */
void tilescribe_export_async (ScribeStoreThread *store,
                              gint64 id,
                              ScribeFormat format,
                              const char *path,
                              GAsyncReadyCallback callback,
                              gpointer user_data);

/* Asks for the file in a dialog first. */
void tilescribe_export_ask_async (GtkWindow *parent,
                                  ScribeStoreThread *store,
                                  const ScribeTranscript *transcript,
                                  const char *format_name,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data);

/* Of both: how it went, in a sentence; NULL where the person did not want it after all. */
char *tilescribe_export_finish (GAsyncResult *result);

G_END_DECLS
