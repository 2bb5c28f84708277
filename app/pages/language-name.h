/* language-name.h - a language as a person calls it
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* "Haitian Creole" for "ht", translated; a code that is no language's is its own name, and NULL that of NULL. */
char *tilescribe_language_name (const char *code);

G_END_DECLS
