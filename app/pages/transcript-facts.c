/* transcript-facts.c - what a transcript is, in words
 *
 * SPDX-License-Identifier: MIT
 */
#include "pages/transcript-facts.h"

#include "pages/clock-text.h"
#include "pages/language-name.h"

#include <glib/gi18n.h>

static void
add_fact (GString *facts, const char *fact)
{
  if (fact == NULL || *fact == '\0')
    return;
  if (facts->len > 0)
    g_string_append (facts, " · ");
  g_string_append (facts, fact);
}

char *
tilescribe_describe_transcript (const ScribeTranscript *transcript)
{
  g_autoptr (GDateTime) utc = g_date_time_new_from_unix_utc (transcript->created / G_USEC_PER_SEC);
  g_autoptr (GDateTime) local = utc != NULL ? g_date_time_to_local (utc) : NULL;
  /* TRANSLATORS: date and time of a transcript, see g_date_time_format() */
  g_autofree char *date = local != NULL ? g_date_time_format (local, _ ("%-e %B %Y, %H:%M")) : NULL;
  g_autofree char *length = transcript->seconds > 0 ? tilescribe_clock_text (transcript->seconds) : NULL;
  g_autofree char *device = transcript->run.device != NULL ? g_ascii_strup (transcript->run.device, -1) : NULL;
  g_autofree char *language = tilescribe_language_name (transcript->run.language);
  GString *facts = g_string_new (NULL);

  add_fact (facts, date);
  add_fact (facts, length);
  add_fact (facts, transcript->run.model);
  add_fact (facts, device);
  add_fact (facts, language);
  return g_string_free (facts, FALSE);
}

static const char *
state_sentence (ScribeState state, gboolean under_way)
{
  switch (state)
    {
    case SCRIBE_STATE_RUNNING:
      return under_way ? _ ("It is being transcribed.")
                       : _ ("It is unfinished: another program is at it, or the one that was ended in the middle.");
    case SCRIBE_STATE_RECORDING:
      return _ ("It is being dictated.");
    case SCRIBE_STATE_STOPPED:
      return _ ("It was stopped before its end. What was transcribed until then is here.");
    case SCRIBE_STATE_FAILED:
      return _ ("It ended with an error. What was transcribed until then is here.");
    case SCRIBE_STATE_DONE:
      break;
    }
  return NULL;
}

static void
add_sentence (GString *notice, const char *sentence)
{
  if (sentence != NULL)
    g_string_append_printf (notice, "%s%s", notice->len > 0 ? " " : "", sentence);
}

char *
tilescribe_describe_state (const ScribeTranscript *transcript, gboolean under_way, const char *trouble)
{
  GString *notice = g_string_new (NULL);

  add_sentence (notice, state_sentence (transcript->state, under_way));
  if (transcript->recovered)
    add_sentence (notice,
                  _ ("The program ended in the middle of this dictation; it was transcribed from its recording afterwards."));
  add_sentence (notice, trouble);
  return g_string_free (notice, FALSE);
}
