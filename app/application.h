/* application.h - the program with a window: what lives as long as it does
 *
 * Owns the settings, the engine's session, the store's thread and the dictator; a window is given them when it is made. Runs on without a
 * window where the person wants that.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "dictator.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define TILESCRIBE_APPLICATION_ID "org.tilescribe.Tilescribe"

#define TILESCRIBE_TYPE_APPLICATION (tilescribe_application_get_type ())
G_DECLARE_FINAL_TYPE (TilescribeApplication, tilescribe_application, TILESCRIBE, APPLICATION, AdwApplication)

TilescribeApplication *tilescribe_application_new (void);

/* All owned by the application. */
GSettings *tilescribe_application_get_settings (TilescribeApplication *application);
ScribeSession *tilescribe_application_get_session (TilescribeApplication *application);
ScribeStoreThread *tilescribe_application_get_store (TilescribeApplication *application);
TilescribeDictator *tilescribe_application_get_dictator (TilescribeApplication *application);

G_END_DECLS
