/* dictator.h - from a key to text in the focused window
 *
 *   hotkey, button, D-Bus --> dictator --> ScribeDictation --> utterances --> inserter
 *
 * Owns the hotkey and the way to insert, as the settings want them, and at most one dictation that listens. Whatever goes wrong is a sentence
 * ("message"), which the desktop shows where no window of ours has the focus; and the text is never lost: it is in the history, and on
 * the clipboard where it could not be inserted.
 *
 * Properties: "dictation" (ScribeDictation or NULL): that which listens or finishes.
 * Signals: "utterance" (ScribeUtterance *, double): its text is where it was to go; seconds of insertion, negative where nothing was
 * inserted; the utterance is valid during the call. "message" (string): a sentence for the person.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "tilescribe.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define TILESCRIBE_TYPE_DICTATOR (tilescribe_dictator_get_type ())
G_DECLARE_FINAL_TYPE (TilescribeDictator, tilescribe_dictator, TILESCRIBE, DICTATOR, GObject)

/* application: whose windows are never typed into. */
TilescribeDictator *tilescribe_dictator_new (GtkApplication *application, GSettings *settings, ScribeSession *session);

void tilescribe_dictator_start (TilescribeDictator *dictator);
void tilescribe_dictator_stop (TilescribeDictator *dictator);
void tilescribe_dictator_toggle (TilescribeDictator *dictator);
void tilescribe_dictator_cancel (TilescribeDictator *dictator); /* nothing of it is wanted */

gboolean tilescribe_dictator_is_listening (TilescribeDictator *dictator);
ScribeDictation *tilescribe_dictator_get_dictation (TilescribeDictator *dictator); /* NULL: none */

/* For a person: what to press ("Ctrl+Alt+Space"), NULL where no key is bound; why not, or what this session can do. */
const char *tilescribe_dictator_get_hotkey (TilescribeDictator *dictator);
const char *tilescribe_dictator_get_hotkey_trouble (TilescribeDictator *dictator);
const char *tilescribe_dictator_get_insertion (TilescribeDictator *dictator);

/* Something that a person should know, from elsewhere. */
void tilescribe_dictator_tell (TilescribeDictator *dictator, const char *sentence);

/* Before the program ends: lets go of the key, and of the clipboard. */
void tilescribe_dictator_close (TilescribeDictator *dictator);

G_END_DECLS
