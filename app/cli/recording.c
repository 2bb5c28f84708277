/* recording.c - one recording through the engine, to its output and into the history
 *
 *   engine --segment--> output (written at once, or to its file under another name until it is complete)
 *                   \-> history (committed at once)
 *                   \-> terminal, above the progress bar
 *
 * Whatever ends a run, what was done is kept: in the history, or where there is none in a file beside the one asked for. A
 * history that fails is told once and the work goes on; an output that fails ends the run.
 *
 * SPDX-License-Identifier: MIT
 */
#include "recording.h"

#include "cli.h"
#include "outputs.h"
#include "progress.h"
#include "terminal.h"

#include <glib/gi18n.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

typedef struct
{
  const CliTranscriber *with;
  char *name; /* of the recording, for a person */
  const char *output;
  ScribeAudioFile *audio;
  ScribeWriter *writer;
  ScribeStore *store;  /* NULL once it has failed */
  gint64 id;           /* in the store; 0: none */
  GPtrArray *segments; /* copies, for as long as they are in no file that bears a name; NULL for standard output */
  CliProgress *progress;
  GCancellable *cancellable; /* of this run */
  GError *output_error;
  const char *device; /* that the run began on */
  ScribeRunStats stats;
} Recording;

/* --- While it runs ------------------------------------------------------------------------------------------------------- */

/* The text as it appears, where the transcript itself goes elsewhere. */
static void
show_text (Recording *r, const ScribeSegment *segment)
{
  g_autofree char *text = NULL;

  if (!r->output || r->with->quiet || !cli_is_terminal (STDERR_FILENO))
    return;
  text = cli_fit (segment->text, G_MAXUINT);
  fprintf (stderr, "%s\n", g_strstrip (text));
}

static void
store_segment (Recording *r, const ScribeSegment *segment)
{
  g_autoptr (GError) error = NULL;

  if (r->store == NULL || scribe_store_add_segment (r->store, r->id, segment, &error))
    return;
  r->store = NULL;
  cli_complain ("%s", error->message);
  cli_complain ("%s", _ ("The work goes on; what follows is not kept in the history."));
}

static void
on_segment (const ScribeSegment *segment, gpointer data)
{
  Recording *r = data;

  if (r->output_error)
    return;
  cli_progress_hide (r->progress);
  if (r->segments)
    g_ptr_array_add (r->segments, scribe_segment_copy (segment));
  store_segment (r, segment);
  if (!scribe_writer_add (r->writer, segment, &r->output_error))
    g_cancellable_cancel (r->cancellable);
  show_text (r, segment);
  cli_progress_show (r->progress);
}

static void
on_progress (double done, double total, gpointer data)
{
  Recording *r = data;

  cli_progress_update (r->progress, done, total);
}

/* --- Before it --------------------------------------------------------------------------------------------------------------- */

static void
begin_in_store (Recording *r, const char *file)
{
  gboolean standard = strcmp (file, "-") == 0;
  g_autofree char *source = standard ? g_strdup (file) : g_canonicalize_filename (file, NULL);
  g_autoptr (GError) error = NULL;

  if (r->with->store == NULL)
    return;
  r->id = scribe_store_begin (r->with->store, &(ScribeBeginning){ .source = source, .title = standard ? NULL : r->name }, &error);
  if (r->id > 0)
    r->store = r->with->store;
  else
    cli_complain (_ ("%s The work goes on; nothing is kept in the history."), error->message);
}

static gboolean
recording_open (Recording *r, const char *file, GError **error)
{
  r->audio = scribe_audio_file_open (file, r->cancellable, error);
  if (r->audio == NULL)
    return FALSE;
  r->writer = scribe_writer_new (r->output, r->with->format, r->with->options->word_times, error);
  if (r->writer == NULL)
    return FALSE;
  if (r->output)
    r->segments = g_ptr_array_new_with_free_func ((GDestroyNotify) scribe_segment_free);
  begin_in_store (r, file);
  return TRUE;
}

static void
recording_clear (Recording *r)
{
  g_clear_pointer (&r->progress, cli_progress_free);
  g_clear_pointer (&r->writer, scribe_writer_free);
  g_clear_pointer (&r->audio, scribe_audio_file_free);
  g_clear_pointer (&r->segments, g_ptr_array_unref);
  g_clear_error (&r->output_error);
  g_clear_object (&r->cancellable);
  scribe_run_stats_clear (&r->stats);
  g_free (r->name);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Recording, recording_clear)

/* --- After it ---------------------------------------------------------------------------------------------------------------- */

/* An error that does not say which recording it is about is told with its name. */
static void
tell (Recording *r, const GError *error)
{
  if (strstr (error->message, r->name))
    cli_complain ("%s", error->message);
  else
    cli_complain ("%s: %s", r->name, error->message);
}

/* The unfinished transcript under another name; NULL where that fails too. */
static char *
write_part (Recording *r)
{
  g_autofree char *path = cli_outputs_part (r->output);
  g_autoptr (ScribeWriter) writer = scribe_writer_new (path, r->with->format, r->with->options->word_times, NULL);

  if (writer == NULL)
    return NULL;
  for (guint i = 0; i < r->segments->len; i++)
    if (!scribe_writer_add (writer, r->segments->pdata[i], NULL))
      return NULL;
  return scribe_writer_finish (writer, &r->stats, NULL) ? g_steal_pointer (&path) : NULL;
}

/* Where a person finds what was done before the run ended early. */
static void
tell_what_is_kept (Recording *r)
{
  g_autofree char *done = cli_clock (r->stats.audio), *id = g_strdup_printf ("%" G_GINT64_FORMAT, r->id), *part = NULL;

  if (r->store)
    {
      cli_complain (_ ("%s: what was done, up to %s, is kept: “tilescribe history show %s” prints it."), r->name, done, id);
      return;
    }
  if (r->segments && r->segments->len > 0)
    part = write_part (r);
  if (part)
    cli_complain (_ ("%s: what was done, up to %s, is in “%s”."), r->name, done, part);
  else
    cli_complain (_ ("%s: done up to %s."), r->name, done);
}

static void
finish_in_store (Recording *r, CliRecordingState state)
{
  static const ScribeState states[] = {
    [CLI_RECORDING_DONE] = SCRIBE_STATE_DONE,
    [CLI_RECORDING_FAILED] = SCRIBE_STATE_FAILED,
    [CLI_RECORDING_STOPPED] = SCRIBE_STATE_STOPPED,
  };
  g_autoptr (GError) error = NULL;

  if (r->store == NULL)
    return;
  /* A run that could not begin is nothing to remember. */
  if (state == CLI_RECORDING_NONSENSE ? scribe_store_delete (r->store, r->id, &error)
                                      : scribe_store_finish (r->store, r->id, states[state], &r->stats, NULL, &error))
    return;
  r->store = NULL;
  cli_complain ("%s", error->message);
}

/* On a terminal: how it went, on which device, and why on that one. */
static void
tell_result (Recording *r)
{
  g_autofree char *done = cli_clock (r->stats.audio);
  guint n_damaged = scribe_audio_file_get_damaged (r->audio);

  if (n_damaged > 0)
    cli_complain (ngettext ("%s: %u damaged place was passed over.", "%s: %u damaged places were passed over.", n_damaged),
                  r->name, n_damaged);
  if (r->stats.n_guesses > 0)
    cli_complain (ngettext ("%s: %u stretch could not be made out with %s and was left out.",
                            "%s: %u stretches could not be made out with %s and were left out.", r->stats.n_guesses),
                  r->name, r->stats.n_guesses, r->stats.model);
  if (strcmp (r->stats.device, r->device) != 0)
    cli_complain ("%s: %s", r->name, r->stats.device_reason);
  if (r->with->quiet || !cli_is_terminal (STDERR_FILENO))
    return;
  /* Translators: "talk.mp3: 28:00 of sound in 95.2 s, with base.en on cpu (it was asked for)." */
  cli_say (_ ("%s: %s of sound in %.1f s, with %s on %s (%s)."), r->name, done, r->stats.total, r->stats.model, r->stats.device,
           r->stats.device_reason);
}

static CliRecordingState
state_of (Recording *r, gboolean ok, const GError *error)
{
  if (r->output_error)
    return r->output == NULL && cli_reader_is_gone () ? CLI_RECORDING_STOPPED : CLI_RECORDING_FAILED;
  if (ok)
    return CLI_RECORDING_DONE;
  if (g_error_matches (error, SCRIBE_ERROR, SCRIBE_ERROR_OPTION))
    return CLI_RECORDING_NONSENSE;
  return cli_interrupt_is_asked (r->with->interrupt) ? CLI_RECORDING_STOPPED : CLI_RECORDING_FAILED;
}

/* Ends the output: a file gets its name if all of it is there, standard output its last line in any case. */
static void
finish_output (Recording *r, gboolean ok)
{
  if (!r->output_error && (ok || r->output == NULL))
    scribe_writer_finish (r->writer, &r->stats, &r->output_error);
}

static CliRecordingState
finish (Recording *r, gboolean ok, const GError *error)
{
  CliRecordingState state;

  cli_progress_hide (r->progress);
  if (state_of (r, ok, error) != CLI_RECORDING_NONSENSE)
    finish_output (r, ok);
  state = state_of (r, ok, error);
  finish_in_store (r, state);

  if (r->output_error && state == CLI_RECORDING_STOPPED)
    return state; /* nobody reads: nothing to say */
  if (r->output_error)
    tell (r, r->output_error);
  else if (state == CLI_RECORDING_FAILED || state == CLI_RECORDING_NONSENSE)
    tell (r, error);
  if (state == CLI_RECORDING_DONE)
    tell_result (r);
  else if (state != CLI_RECORDING_NONSENSE)
    tell_what_is_kept (r);
  return state;
}

static void
pass_on (GCancellable *from, gpointer to)
{
  g_cancellable_cancel (to);
}

static CliRecordingState
run (Recording *r, const char *file)
{
  const CliTranscriber *with = r->with;
  ScribeTranscribeEvents events = { .segment = on_segment, .progress = on_progress, .data = r };
  g_autoptr (GError) error = NULL;
  gboolean ok;

  if (!recording_open (r, file, &error))
    {
      if (cli_interrupt_is_asked (with->interrupt))
        return CLI_RECORDING_STOPPED;
      tell (r, error);
      return CLI_RECORDING_FAILED;
    }
  scribe_run_stats_init (&r->stats);
  r->progress = cli_progress_new (r->name, cli_clock, with->quiet);
  cli_progress_update (r->progress, 0, scribe_audio_file_get_duration (r->audio));
  r->device = scribe_engine_get_device (with->engine);
  ok = scribe_engine_transcribe (with->engine, r->audio, with->options, &events, &r->stats, r->cancellable, &error);
  return finish (r, ok, error);
}

CliRecordingState
cli_recording_transcribe (const CliTranscriber *with, const char *file, const char *output)
{
  g_auto (Recording) r = { .with = with, .output = output, .cancellable = g_cancellable_new () };
  GCancellable *interrupt = cli_interrupt_get_cancellable (with->interrupt);
  gulong handler = g_cancellable_connect (interrupt, G_CALLBACK (pass_on), r.cancellable, NULL);
  CliRecordingState state;

  r.name = strcmp (file, "-") == 0 ? g_strdup (_ ("standard input")) : g_filename_display_basename (file);
  state = run (&r, file);
  g_cancellable_disconnect (interrupt, handler);
  return state;
}
