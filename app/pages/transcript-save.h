/* transcript-save.h - what a person corrected, into the database
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "tilescribe.h"

G_BEGIN_DECLS

#define TILESCRIBE_EDIT_TYPE "(xus)" /* transcript, segment counted from 0, its new text */

/* edit: a value of that type; a floating one is taken over. */
void tilescribe_save_async (ScribeStoreThread *store, GVariant *edit, GAsyncReadyCallback callback, gpointer user_data);

/* The edit, to be saved again where error is set; unref it. */
GVariant *tilescribe_save_finish (GAsyncResult *result, GError **error);

G_END_DECLS
