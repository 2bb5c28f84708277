/* live.h - a session with folders of its own, and what the database holds of it, for tests
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "tilescribe.h"

G_BEGIN_DECLS

#define LIVE_PATIENCE (240 * G_TIME_SPAN_SECOND) /* until something counts as never happening, also under a sanitizer */

/* Lets the main context work until it is so. */
#define WAIT_UNTIL(condition)                                                    \
  for (gint64 live_end = g_get_monotonic_time () + LIVE_PATIENCE; !(condition);) \
    {                                                                            \
      if (g_get_monotonic_time () > live_end)                                    \
        g_error ("%s:%d: never came: %s", __FILE__, __LINE__, #condition);       \
      live_iterate ();                                                           \
    }

void live_iterate (void);
void live_iterate_for (double seconds);

typedef struct
{
  char *folder, *database, *recordings, *spools, *model;
  ScribeSessionOptions options; /* the starter model on two threads of the CPU */
  ScribeSession *session;       /* NULL before live_start() */
} Live;

void live_init (Live *live);
void live_clear (Live *live);

/* A session over the folders, with the options as they are now. */
void live_start (Live *live);

/* Closes and forgets it, after all that it had to tell was told. */
void live_stop (Live *live);

char *live_clip (const char *name);

/* What is said in a clip, as tests/data/texts.tsv has it. */
char *live_text_of (const char *name);

/* That a text is what is said in a clip, but for a letter or two: on a busy machine sound that is played has gaps. */
void live_assert_like (const char *heard, const char *clip);

/* Queues a recording of the person's own. */
ScribeJob *live_add (Live *live, const char *path);
ScribeJob *live_add_clip (Live *live, const char *name);

/* A recording of a clip, so often, with seconds of silence after each; its path. */
char *live_write_long (Live *live, const char *clip, guint n, double pause);

void live_assert_ended (ScribeJob *job, ScribeJobState state);

/* Newest first, of ScribeTranscript with segments; fails the test where the database cannot be read. */
GPtrArray *live_transcripts (Live *live);

/* The only one there is. */
ScribeTranscript *live_only_transcript (Live *live);

/* Names in a folder that are no folders. */
guint live_count_files (const char *folder);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Live, live_clear)

G_END_DECLS
