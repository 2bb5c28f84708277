/* chimes.h - the sounds of a dictation that begins and ends
 *
 * For somebody who dictates with the window out of sight. Nothing here waits: files and the loudspeaker are opened by threads.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _TilescribeChimes TilescribeChimes;

typedef enum
{
  TILESCRIBE_CHIME_BEGIN,
  TILESCRIBE_CHIME_END,
  TILESCRIBE_N_CHIMES
} TilescribeChime;

/* Silent while the setting "sounds" is off. */
TilescribeChimes *tilescribe_chimes_new (GSettings *settings);
void tilescribe_chimes_free (TilescribeChimes *chimes);

void tilescribe_chimes_play (TilescribeChimes *chimes, TilescribeChime chime);

G_END_DECLS
