/* preferences-speech.h - preferences: what is spoken, and how it is written
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define TILESCRIBE_TYPE_PREFERENCES_SPEECH (tilescribe_preferences_speech_get_type ())
G_DECLARE_FINAL_TYPE (TilescribePreferencesSpeech,
                      tilescribe_preferences_speech,
                      TILESCRIBE,
                      PREFERENCES_SPEECH,
                      AdwPreferencesPage)

/* The model in memory, or NULL: vocabulary and style are of no use to some, which is told. */
void tilescribe_preferences_speech_tell_model (TilescribePreferencesSpeech *page, const char *model);
void tilescribe_preferences_speech_bind (TilescribePreferencesSpeech *page, GSettings *settings);

G_END_DECLS
