/* settings.h - what was chosen, as the engine and the widgets want it
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "tilescribe.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/* The prompt for the model: the words to expect, then the text in the style to write in; NULL: none. */
char *tilescribe_settings_get_prompt (GSettings *settings);

/* Replacements and spoken punctuation; NULL: neither. */
ScribeWording *tilescribe_settings_get_wording (GSettings *settings);

/* Code of the language whose signs are spoken: the chosen one, NULL where its signs are not known; while none is chosen that of the desktop,
 * or English. */
const char *tilescribe_settings_get_sign_language (GSettings *settings);

/* Binds the property "selected" of a row or drop-down to a string or enumeration: values[i] is that of item i. A value that is not among
 * them selects nothing. */
void tilescribe_settings_bind_choice (GSettings *settings, const char *key, gpointer object, const char *const *values);

G_END_DECLS
