/* plain-text.c - sentences where libadwaita takes markup
 *
 * SPDX-License-Identifier: MIT
 */
#include "pages/plain-text.h"

AdwToast *
tilescribe_plain_toast_new (const char *sentence)
{
  g_autofree char *markup = g_markup_escape_text (sentence, -1);

  return adw_toast_new (markup);
}

void
tilescribe_status_page_set_plain_description (AdwStatusPage *page, const char *sentence)
{
  g_autofree char *markup = g_markup_escape_text (sentence, -1);

  adw_status_page_set_description (page, markup);
}
