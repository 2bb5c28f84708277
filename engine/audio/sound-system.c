/* sound-system.c - PortAudio, of which a process has only one
 *
 * PortAudio has one list of devices and one of streams for the whole process, and guards neither; hence the one lock here. It
 * is no mutex, as closing a stream can hang in a driver whose device is gone (PortAudio issue 1037): whoever comes after is
 * then told so, instead of hanging too. The list of devices is read once, when PortAudio starts, and anew only by ending it and
 * starting it again, which ends all streams: so never while there is one.
 *
 * PortAudio tries whatever ALSA has ever heard of, and ALSA tells stderr of everything that is not there. It lets itself be told
 * where to; PortAudio does not (the function for it is not exported), and writes a line "Expression ..." for every format that
 * a device does not have. So while it starts, or opens a stream, stderr goes to memory, and what is not PortAudio's comes out
 * afterwards.
 *
 * JACK is left out. A client of it, server or not, opens a database in /dev/shm with locks that the end of a process does not
 * undo: after a program was killed there, each one that asks JACK waits for ever (libjack's metadata, Berkeley DB).
 *
 * SPDX-License-Identifier: MIT
 */
#include "audio/sound-system.h"
#include "audio/microphone.h"
#include "error.h"

#include <fcntl.h>
#include <glib-object.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <gmodule.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define PATIENCE         (5 * G_USEC_PER_SEC) /* with a stream that does not close */
#define PATIENCE_AT_EXIT (2 * G_USEC_PER_SEC)
#define PATIENCE_TO_OPEN (2 * G_USEC_PER_SEC) /* a device that a stream still holds */
#define CHATTER          "Expression '"       /* how PortAudio's lines begin */

/* All of it belongs to the process, as PortAudio does. */
static GMutex mutex;
static GCond left;
static gboolean entered; /* guarded by mutex; the rest by this */
static gboolean started;
static guint n_streams;

/* --- Chatter --- */

static void
ignore_text (const char *text)
{
}

static void
ignore_alsa (const char *file, int line, const char *function, int code, const char *format, ...)
{
}

/* Found by name: whether PortAudio came with ALSA, or lets its own be set, is known only to who built it. */
static void
quieten_libraries (void)
{
  static const struct
  {
    const char *name;
    GCallback handler;
  } setters[] = {
    { "snd_lib_error_set_handler", G_CALLBACK (ignore_alsa) },
    { "PaUtil_SetDebugPrintFunction", G_CALLBACK (ignore_text) },
  };
  GModule *process = g_module_open (NULL, 0);
  gpointer set;

  for (guint i = 0; i < G_N_ELEMENTS (setters); i++)
    if (g_module_symbol (process, setters[i].name, &set))
      ((void (*) (GCallback)) set) (setters[i].handler);
  g_module_close (process);
}

typedef struct
{
  int stderr_kept, memory;
} Hush;

static Hush
hush_begin (void)
{
  Hush hush = { fcntl (STDERR_FILENO, F_DUPFD_CLOEXEC, 3), memfd_create ("stderr", MFD_CLOEXEC) };

  if (hush.stderr_kept >= 0 && hush.memory >= 0)
    dup2 (hush.memory, STDERR_FILENO);
  return hush;
}

static void
tell_what_others_wrote (int memory)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_auto (GStrv) lines = NULL;
  char block[4096];
  ssize_t n;

  for (off_t at = 0; (n = pread (memory, block, sizeof block, at)) > 0; at += n)
    g_string_append_len (text, block, n);
  if (text->len == 0)
    return;
  lines = g_strsplit (text->str, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    if (!g_str_has_prefix (lines[i], CHATTER) && (lines[i][0] != '\0' || lines[i + 1] != NULL))
      dprintf (STDERR_FILENO, "%s\n", lines[i]);
}

static void
hush_end (Hush hush)
{
  if (hush.stderr_kept >= 0)
    dup2 (hush.stderr_kept, STDERR_FILENO);
  if (hush.memory >= 0)
    tell_what_others_wrote (hush.memory);
  g_close (hush.memory, NULL);
  g_close (hush.stderr_kept, NULL);
}

/* --- JACK --- */

/* What PortAudio, and ALSA's plug-in, call in place of JACK's own: the program comes before its libraries. */
gpointer jack_client_open (const char *name, int options, int *status, ...);

gpointer
jack_client_open (const char *name, int options, int *status, ...)
{
  enum
  {
    FAILURE = 1,
    SERVER_FAILED = 16
  };

  if (status != NULL)
    *status = FAILURE | SERVER_FAILED;
  return NULL;
}

/* --- The lock --- */

static gboolean
start (GError **error)
{
  Hush hush;
  PaError result;

  if (started)
    return TRUE;
  quieten_libraries ();
  hush = hush_begin ();
  result = Pa_Initialize ();
  hush_end (hush);
  if (result != paNoError)
    g_set_error (error, SCRIBE_ERROR, SCRIBE_ERROR_AUDIO,
                 _ ("The sound system does not start: %s. See whether other programs can record, then start Tilescribe again."),
                 Pa_GetErrorText (result));
  started = result == paNoError;
  return started;
}

gboolean
scribe_sound_system_enter (GError **error)
{
  const gint64 end = g_get_monotonic_time () + PATIENCE;
  gboolean free = TRUE;

  g_mutex_lock (&mutex);
  while (entered && free)
    free = g_cond_wait_until (&left, &mutex, end);
  free = !entered;
  entered = TRUE;
  g_mutex_unlock (&mutex);

  if (!free)
    g_set_error_literal (error, SCRIBE_ERROR, SCRIBE_ERROR_AUDIO,
                         _ ("The sound system does not answer since a device was unplugged. Start Tilescribe again."));
  else if (!start (error))
    scribe_sound_system_leave ();
  else
    return TRUE;
  return FALSE;
}

void
scribe_sound_system_leave (void)
{
  g_mutex_lock (&mutex);
  entered = FALSE;
  g_cond_broadcast (&left);
  g_mutex_unlock (&mutex);
}

gboolean
scribe_sound_system_wait_for_fewer (guint n)
{
  const gint64 end = g_get_monotonic_time () + PATIENCE_TO_OPEN;
  gboolean fewer = FALSE, more = TRUE;

  g_mutex_lock (&mutex);
  while (!(fewer = !entered && n_streams < n) && more)
    more = g_cond_wait_until (&left, &mutex, end);
  g_mutex_unlock (&mutex);
  return fewer;
}

guint
scribe_sound_system_count_streams (void)
{
  return n_streams;
}

void
scribe_microphones_shut_down (void)
{
  const gint64 end = g_get_monotonic_time () + PATIENCE_AT_EXIT;
  gboolean more = TRUE;

  g_mutex_lock (&mutex);
  while ((entered || n_streams > 0) && more)
    more = g_cond_wait_until (&left, &mutex, end);
  if (!entered && n_streams == 0 && started)
    {
      Pa_Terminate ();
      started = FALSE;
    }
  entered = TRUE; /* for good */
  g_mutex_unlock (&mutex);
}

gboolean
scribe_sound_system_refresh (GError **error)
{
  if (n_streams > 0)
    return TRUE;
  Pa_Terminate ();
  started = FALSE;
  return start (error);
}

/* --- Streams --- */

PaError
scribe_sound_system_open (PaStream **stream,
                          const PaStreamParameters *input,
                          const PaStreamParameters *output,
                          double rate,
                          PaStreamCallback *callback,
                          gpointer user_data)
{
  Hush hush = hush_begin ();
  PaError result = Pa_OpenStream (stream, input, output, rate, paFramesPerBufferUnspecified, paNoFlag, callback, user_data);

  hush_end (hush);
  if (result == paNoError)
    n_streams++;
  return result;
}

PaError
scribe_sound_system_start (PaStream *stream)
{
  Hush hush = hush_begin ();
  PaError result = Pa_StartStream (stream);

  hush_end (hush);
  return result;
}

void
scribe_sound_system_close (PaStream *stream)
{
  Pa_AbortStream (stream);
  Pa_CloseStream (stream);
  n_streams--;
}
