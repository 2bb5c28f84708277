/* plain-text.h - sentences where libadwaita takes markup
 *
 * A toast and a status page read what they are given as Pango's markup: a file name with “&” in it would make them stay empty.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

AdwToast *tilescribe_plain_toast_new (const char *sentence);
void tilescribe_status_page_set_plain_description (AdwStatusPage *page, const char *sentence);

G_END_DECLS
