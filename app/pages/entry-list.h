/* entry-list.h - a list of words, or of pairs of them, to be written into
 *
 * One row for each, and an empty one at the end that becomes the next.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define TILESCRIBE_TYPE_ENTRY_LIST (tilescribe_entry_list_get_type ())
G_DECLARE_FINAL_TYPE (TilescribeEntryList, tilescribe_entry_list, TILESCRIBE, ENTRY_LIST, AdwBin)

/* key: of type "as", or of "a(ss)" for pairs. first, second: what stands in an empty field, and its name for a screen reader; second
 * NULL where there are no pairs. */
void tilescribe_entry_list_bind (TilescribeEntryList *list,
                                 GSettings *settings,
                                 const char *key,
                                 const char *first,
                                 const char *second);

G_END_DECLS
