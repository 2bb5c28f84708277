/* dashboard-page.h - what the machine does, and how fast
 *
 * Live while the page is seen; a page that is not seen does nothing. What was not measured is named and greyed.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "pages/npu-watch.h"

#include "tilescribe.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define TILESCRIBE_TYPE_DASHBOARD_PAGE (tilescribe_dashboard_page_get_type ())
G_DECLARE_FINAL_TYPE (TilescribeDashboardPage, tilescribe_dashboard_page, TILESCRIBE, DASHBOARD_PAGE, AdwBin)

/* Either may be NULL: nothing is known of it. */
void tilescribe_dashboard_page_set_session (TilescribeDashboardPage *page, ScribeSession *session);
void tilescribe_dashboard_page_set_store (TilescribeDashboardPage *page, ScribeStoreThread *store);

/* Asked for what a real NPU is doing. */
void tilescribe_dashboard_page_set_npu (TilescribeDashboardPage *page, TilescribeNpuWatch *npu);

/* Where the time of an utterance went. insertion_seconds: from its text to the window it went to; negative while not known, or where it
 * went nowhere. Read during the call. */
void tilescribe_dashboard_page_show_utterance (TilescribeDashboardPage *page,
                                               const ScribeUtterance *utterance,
                                               double insertion_seconds);

G_END_DECLS
