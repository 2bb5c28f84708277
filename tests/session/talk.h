/* talk.h - a dictation, and somebody who speaks into a real microphone, for tests
 *
 * The microphone is the monitor of a sound server's sink, into which clips are played at the speed of speech.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "../audio/sound-server.h"
#include "live.h"

G_BEGIN_DECLS

/* What a dictation told, and what always holds of that. */
typedef struct
{
  Live live;
  SoundServer *server;
  GThread *player;
  ScribeDictation *dictation;
  ScribeDictationOptions how;
  GPtrArray *utterances; /* of ScribeUtterance */
  GString *text;         /* of all of them */
  char *stable;          /* longest so far */
  guint n_grown;         /* times that it grew */
  guint n_shown;         /* times that there was something unstable */
  gboolean has_ended;
  GError *reason;
} Talk;

void talk_begin (Talk *talk, SoundServer *server);
void talk_end (Talk *talk);

/* FALSE, and the test skipped, where there is no sound server. */
gboolean talk_connect (Talk *talk);

void talk_dictate (Talk *talk);

/* With the model warm, until the microphone hears. */
void talk_listen (Talk *talk);

/* Begins to; ended by talk_stop_playing(). */
void talk_say (Talk *talk, const char *clip);
void talk_stop_playing (Talk *talk);

/* Until there are so many utterances; fails the test where the dictation ends before. */
void talk_wait_for (Talk *talk, guint n);

/* Lets go of the key, and waits for the end. */
void talk_stop (Talk *talk);

void talk_assert_heard (const Talk *talk, const char *clip);
void talk_assert_nothing_kept (Talk *talk);

/* How long a recording is. */
double talk_seconds_of (const char *recording);

typedef struct
{
  const char *name;
  GTestDataFunc test; /* is given the sound server */
} TalkTest;

/* As main(). */
int talk_run (int argc, char **argv, const TalkTest *tests, guint n);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Talk, talk_end)

G_END_DECLS
