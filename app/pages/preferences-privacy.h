/* preferences-privacy.h - preferences: what is kept, and what the model runs on
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "tilescribe.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define TILESCRIBE_TYPE_PREFERENCES_PRIVACY (tilescribe_preferences_privacy_get_type ())
G_DECLARE_FINAL_TYPE (TilescribePreferencesPrivacy,
                      tilescribe_preferences_privacy,
                      TILESCRIBE,
                      PREFERENCES_PRIVACY,
                      AdwPreferencesPage)

/* store: where transcripts are, of which a shorter time to keep them would delete some. */
void tilescribe_preferences_privacy_bind (TilescribePreferencesPrivacy *page, GSettings *settings, ScribeStoreThread *store);

/* What the model runs on, and why: scribe_session_get_device() and _get_device_reason(); NULL while there is none in memory. */
void tilescribe_preferences_privacy_tell_device (TilescribePreferencesPrivacy *page, const char *device, const char *reason);

G_END_DECLS
