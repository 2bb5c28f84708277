/* fixture.h - a folder of its own for each test of the store, and children that do something in it
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "error.h"
#include "store/store-private.h"

#include <sys/resource.h>

typedef struct
{
  char *folder; /* removed with all in it at the end */
  char *path;   /* of a database in it, not made yet */
} Fixture;

void fixture_set_up (Fixture *f, gconstpointer data);
void fixture_tear_down (Fixture *f, gconstpointer data);

/* A test that gets a Fixture. */
#define ADD(path, test) g_test_add (path, Fixture, NULL, fixture_set_up, test, fixture_tear_down)

/* A path in the folder; free it. */
char *fixture_path (Fixture *f, const char *name);

ScribeStore *open_store (const char *path);

/* A transcript with these segments, done; its id. */
gint64 add_transcript (ScribeStore *store, const char *source, const char *const *texts);

/* A database with a transcript in it, "Good morning.", and no log beside it. */
void make_database (Fixture *f);

/* What opening path fails with: one sentence, checked to be one and to name the database; free it. */
char *open_failure (const char *path, gboolean read_only);

/* That the message has this part; and that of what opening path fails with. */
void assert_says (const char *message, const char *part);
void assert_open_says (const char *path, gboolean read_only, const char *part);

/* No file of this process grows beyond that from now on: writes fail as on a full disk. */
void limit_files (rlim_t bytes);

/* Runs SQL on a database file with a connection of its own. */
void run_sql (const char *path, const char *sql);
gint64 query_number (const char *path, const char *sql);

/* Runs body in a child process; its exit status is body's. What it writes to out comes back as a string (out_text may be NULL). */
typedef int (*ChildBody) (Fixture *f, int out);
int run_child (Fixture *f, ChildBody body, char **out_text);

/* The same without root's rights, which would let everything pass: body must return 0. Skips the test where root cannot be left. */
void check_as_nobody (Fixture *f, ChildBody body);

/* Starts body in a child; waits for nothing. */
GPid start_child (Fixture *f, ChildBody body, int *out);
int wait_child (GPid pid);

/* Message is a sentence: starts with a letter or quote, ends with a full stop, says no word of SQLite's. */
void assert_sentence (const char *message);
