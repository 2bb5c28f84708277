/* desk.h - a message bus of its own, with the portals of portals.py, for one test
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <gio/gio.h>

typedef struct Desk Desk;

/* Skips the test, and returns NULL, where Python has no PyGObject. */
Desk *desk_new (void);
void desk_free (Desk *desk);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Desk, desk_free)

/* See portals.py. */
void desk_set (Desk *desk, const char *key, const char *value);
void desk_emit (Desk *desk, const char *signal, const char *shortcut);
void desk_close_session (Desk *desk);
void desk_paste (Desk *desk);
char *desk_pasted (Desk *desk);
/* What the portals were told, a line for each call. */
char *desk_calls (Desk *desk);
#define desk_assert_call(desk, line)    desk_check_call (desk, line, TRUE)
#define desk_assert_no_call(desk, line) desk_check_call (desk, line, FALSE)
void desk_check_call (Desk *desk, const char *line, gboolean expected);

void desk_stop_portals (Desk *desk);
void desk_start_portals (Desk *desk);
void desk_stop_bus (Desk *desk);

/* Runs the main loop until *condition is not zero; a minute is too long. */
void desk_wait (const int *condition);
void desk_wait_ms (guint milliseconds);
