/* fixture.h - programs of other toolkits on the screen that with-display.py made, and what they were given
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "desktop/inserter.h"

G_BEGIN_DECLS

/* What all of it is about: accents, a dash, two scripts, an emoji. */
#define SPEECH "Grüße, naïve café — 日本 🙂 x"

/* Runs the main loop until *done, for half a minute at most: then the test fails, with what was waited for. */
void wait_until (const gboolean *done, const char *what);
void wait_ms (guint ms);

/* A command of the shell; returns what it wrote. The main loop runs meanwhile. */
char *run_shell (const char *command);

typedef struct
{
  GSubprocess *process;
  char *path; /* the file that it writes */
} Editor;

/* A window that has the focus and an empty text. */
Editor *editor_start_featherpad (void); /* Qt */
Editor *editor_start_xterm (void);
void editor_close (Editor *editor);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Editor, editor_close)

/* Fails where the text of the window, saved with its own keys, does not become expected. A newline at the end does not count. */
void editor_assert_text (Editor *editor, const char *expected);
/* Stopped, it is a program that is busy. */
void editor_send_signal (Editor *editor, int signal_number);

/* Inserts text and waits for the end; returns the error or NULL. */
GError *insert (TilescribeInserter *inserter, const char *text, TilescribeInserted *how);

void put_on_clipboard (const char *text);
void assert_clipboard_becomes (const char *expected);

G_END_DECLS
