/* remote.h - the running program, told from outside what to do
 *
 * D-Bus interface org.tilescribe.Tilescribe1 at the application's path: Toggle (), Start (), Stop (), Cancel (), and the property State
 * ("idle", "listening", "finishing"). Any compositor can bind a key to "tilescribe toggle", which calls it.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "dictator.h"

G_BEGIN_DECLS

typedef struct _TilescribeRemote TilescribeRemote;

/* Exports it; dictator may come later. NULL with error set where the connection refuses. */
TilescribeRemote *tilescribe_remote_new (GDBusConnection *connection, const char *path, GError **error);
void tilescribe_remote_set_dictator (TilescribeRemote *remote, TilescribeDictator *dictator);
void tilescribe_remote_free (TilescribeRemote *remote);

G_END_DECLS
