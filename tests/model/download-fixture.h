/* download-fixture.h - a download, its folder, and the server it comes from
 *
 * http-server.py is a real server on 127.0.0.1; the last part of an address names what it does (its table tells), and its log
 * tells what it was asked. One server serves all tests of a program and of the processes that program starts.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "error.h"
#include "model/download.h"

#define SIZE 300000

typedef struct
{
  ScribeDownload download;
  char *root, *folder, *path, *part, *tag; /* ROOT/models/file.bin */
  char *sha256, *address, *url;
  guint8 *content; /* [SIZE], as the server has it */
  GCancellable *cancellable;
  guint64 done, total; /* as progress told last */
  GError *error;
} Fixture;

/* One retry, a second until a connection has stalled, the server's "/BEHAVIOUR". */
void fixture_set_up (Fixture *f, gconstpointer behaviour);
void fixture_tear_down (Fixture *f, gconstpointer behaviour);

/* At another behaviour */
void fixture_aim (Fixture *f, const char *behaviour);

/* A part that an earlier run has left */
void fixture_put_part (Fixture *f, const void *bytes, gsize length);
gboolean fixture_run (Fixture *f);

/* The download ends well; the file is there, whole, and nothing beside it. */
void assert_arrives (Fixture *f);
void assert_file (Fixture *f);

/* The download fails with some words of the sentence it should give, and no file is there. */
void assert_fails (Fixture *f, ScribeError code, const char *words);

/* The part is kept, with the first bytes of the content. */
void assert_part (Fixture *f, gsize length);
void assert_no_part (Fixture *f);

/* How often the fixture's address was asked for, and what is in the request: "METHOD ADDRESS RANGE IF-RANGE HOST", "-" for what
 * it had not. */
void assert_n_requests (Fixture *f, guint n);
void assert_request (Fixture *f, guint i, const char *words);

/* TRUE in the process that a test gets for itself, FALSE in its parent once that has ended well. */
gboolean in_own_process (void);

guint server_port (gboolean encrypted);

/* g_test_run() with the server running, and none of the tester's own proxies. */
int run_tests_with_server (void);
