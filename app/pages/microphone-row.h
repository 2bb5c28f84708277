/* microphone-row.h - which microphone, and how loud it is
 *
 * Property "microphone" (string): id of the chosen one; empty: the default one. For binding.
 * Property "listening" (boolean): the meter shows what the chosen one hears. It ends with the row.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define TILESCRIBE_TYPE_MICROPHONE_ROW (tilescribe_microphone_row_get_type ())
G_DECLARE_FINAL_TYPE (TilescribeMicrophoneRow, tilescribe_microphone_row, TILESCRIBE, MICROPHONE_ROW, AdwPreferencesRow)

G_END_DECLS
