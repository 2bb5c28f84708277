/* dictation-page.h - what is said, as it is said
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "dictator.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define TILESCRIBE_TYPE_DICTATION_PAGE (tilescribe_dictation_page_get_type ())
G_DECLARE_FINAL_TYPE (TilescribeDictationPage, tilescribe_dictation_page, TILESCRIBE, DICTATION_PAGE, AdwBin)

void tilescribe_dictation_page_set_up (TilescribeDictationPage *page, TilescribeDictator *dictator, ScribeSession *session);

/* A sentence that stays until it is read. */
/* Hides a sentence that is true no more, if it is the one that is shown. */
void tilescribe_dictation_page_take_back (TilescribeDictationPage *page, const char *sentence);
void tilescribe_dictation_page_tell (TilescribeDictationPage *page, const char *sentence);

G_END_DECLS
