/* writer-formats.c - a transcript as txt, srt, vtt, json and csv
 *
 * A format is three functions that append to a buffer: what stands before the first segment, a segment, and what stands after
 * the last one. They know nothing of files.
 *
 * Numbers never depend on the locale. Times are rounded to a millisecond; no end lies before its start. A segment without text has
 * no line and no cue. A line end within a segment would end a line, a cue or a record, so all but JSON get each text on one line.
 *
 * Sources: WebVTT (w3.org/TR/webvtt1), SubRip as players read it, RFC 8259 (JSON), RFC 4180 (CSV).
 *
 * SPDX-License-Identifier: MIT
 */
#include "writer-formats.h"

#include "run-fields.h"

#include <math.h>

#define MAX_SECONDS 1e9 /* thirty years: far beyond any recording, and still exact in milliseconds */

/* Text */

static gint64
milliseconds (double seconds)
{
  return isnan (seconds) ? 0 : llround (CLAMP (seconds, 0, MAX_SECONDS) * 1000);
}

/* format: a printf format of one double. JSON has no word for NaN and infinity. */
static void
append_number (GString *out, const char *format, double value)
{
  char digits[512]; /* 309 before the point at most */

  g_string_append (out, isfinite (value) ? g_ascii_formatd (digits, sizeof digits, format, value) : "null");
}

static void
append_seconds (GString *out, gint64 ms)
{
  append_number (out, "%.3f", (double) ms / 1000);
}

/* Valid UTF-8 on one line, without space around it: a line end would end the line, the cue, or the record. */
static char *
single_line (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text ? text : "", -1);
  g_autoptr (GString) line = g_string_new (NULL);
  gboolean space = FALSE;

  for (const char *p = valid; *p; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      if (g_unichar_isspace (c) || g_unichar_iscntrl (c) || c == 0x2028 || c == 0x2029)
        {
          space = TRUE;
          continue;
        }
      if (space && line->len > 0)
        g_string_append_c (line, ' ');
      g_string_append_unichar (line, c);
      space = FALSE;
    }
  return g_string_free (g_steal_pointer (&line), FALSE);
}

void
scribe_json_append_string (GString *out, const char *s)
{
  g_autofree char *valid = s ? g_utf8_make_valid (s, -1) : NULL;

  if (!valid)
    {
      g_string_append (out, "null");
      return;
    }
  g_string_append_c (out, '"');
  for (const char *p = valid; *p; p++)
    {
      if (*p == '"' || *p == '\\')
        g_string_append_printf (out, "\\%c", *p);
      else if (*p == '\n')
        g_string_append (out, "\\n");
      else if (*p == '\t')
        g_string_append (out, "\\t");
      else if ((guchar) *p < 0x20)
        g_string_append_printf (out, "\\u%04x", (guchar) *p);
      else
        g_string_append_c (out, *p);
    }
  g_string_append_c (out, '"');
}

/* Plain text */

static void
no_head (Formatter *f)
{
}

static void
no_tail (Formatter *f, const ScribeRunStats *run)
{
}

static void
txt_segment (Formatter *f, const ScribeSegment *segment)
{
  g_autofree char *line = single_line (segment->text);

  if (*line)
    g_string_append_printf (f->text, "%s\n", line);
}

/* Subtitles */

typedef void (*AppendCue) (Formatter *f, gint64 start, gint64 end, const char *line);

static void
append_clock (GString *out, gint64 ms, char point)
{
  g_string_append_printf (out, "%02d:%02d:%02d%c%03d", (int) (ms / 3600000), (int) (ms / 60000 % 60), (int) (ms / 1000 % 60),
                          point, (int) (ms % 1000));
}

static void
append_cue_times (GString *out, gint64 start, gint64 end, char point)
{
  append_clock (out, start, point);
  g_string_append (out, " --> ");
  append_clock (out, end, point);
  g_string_append_c (out, '\n');
}

static void
srt_cue (Formatter *f, gint64 start, gint64 end, const char *line)
{
  g_string_append_printf (f->text, "%u\n", ++f->n);
  append_cue_times (f->text, start, end, ',');
  g_string_append_printf (f->text, "%s\n\n", line);
}

static void
vtt_cue (Formatter *f, gint64 start, gint64 end, const char *line)
{
  append_cue_times (f->text, start, end, '.');
  for (const char *p = line; *p; p++)
    {
      if (*p == '&')
        g_string_append (f->text, "&amp;");
      else if (*p == '<')
        g_string_append (f->text, "&lt;");
      else if (*p == '>')
        g_string_append (f->text, "&gt;");
      else
        g_string_append_c (f->text, *p);
    }
  g_string_append (f->text, "\n\n");
}

static void
append_cue (Formatter *f, AppendCue append, double start_s, double end_s, const char *text)
{
  g_autofree char *line = single_line (text);
  gint64 start = milliseconds (start_s);

  if (*line)
    append (f, start, MAX (milliseconds (end_s), start), line);
}

/* A cue, or one per word. */
static void
append_cues (Formatter *f, AppendCue append, const ScribeSegment *segment)
{
  if (!f->word_times || !segment->words || segment->words->len == 0)
    {
      append_cue (f, append, segment->start, segment->end, segment->text);
      return;
    }
  for (guint i = 0; i < segment->words->len; i++)
    {
      const ScribeWord *word = segment->words->pdata[i];

      append_cue (f, append, word->start, word->end, word->text);
    }
}

static void
srt_segment (Formatter *f, const ScribeSegment *segment)
{
  append_cues (f, srt_cue, segment);
}

static void
vtt_head (Formatter *f)
{
  g_string_append (f->text, "WEBVTT\n\n");
}

static void
vtt_segment (Formatter *f, const ScribeSegment *segment)
{
  append_cues (f, vtt_cue, segment);
}

/* JSON */

/* "start":0.000,"end":1.500,"text":" So it","probability":0.93 */
static void
json_span (GString *out, double start_s, double end_s, const char *text, float probability)
{
  gint64 start = milliseconds (start_s);

  g_string_append (out, "\"start\":");
  append_seconds (out, start);
  g_string_append (out, ",\"end\":");
  append_seconds (out, MAX (milliseconds (end_s), start));
  g_string_append (out, ",\"text\":");
  scribe_json_append_string (out, text ? text : "");
  g_string_append (out, ",\"probability\":");
  append_number (out, "%.4g", probability);
}

static void
json_words (GString *out, GPtrArray *words)
{
  g_string_append (out, ",\"words\":[");
  for (guint i = 0; i < words->len; i++)
    {
      const ScribeWord *word = words->pdata[i];

      g_string_append (out, i > 0 ? ",{" : "{");
      json_span (out, word->start, word->end, word->text, word->probability);
      g_string_append_c (out, '}');
    }
  g_string_append_c (out, ']');
}

static void
json_head (Formatter *f)
{
  g_string_append (f->text, "{\"segments\":[");
}

static void
json_segment (Formatter *f, const ScribeSegment *segment)
{
  GString *out = f->text;

  g_string_append (out, f->n++ > 0 ? ",\n{" : "\n{");
  json_span (out, segment->start, segment->end, segment->text, segment->probability);
  g_string_append (out, ",\"no_speech\":");
  append_number (out, "%.4g", segment->no_speech);
  g_string_append (out, ",\"temperature\":");
  append_number (out, "%.4g", segment->temperature);
  g_string_append (out, ",\"compression_ratio\":");
  append_number (out, "%.4g", segment->compression_ratio);
  if (segment->words)
    json_words (out, segment->words);
  g_string_append_c (out, '}');
}

static void
json_columns (GString *out, const ScribeColumns *columns)
{
  if (columns->n == 0)
    g_string_append (out, "null");
  for (guint i = 0; i < columns->n; i++)
    {
      g_string_append_c (out, i > 0 ? ',' : '[');
      append_number (out, "%.6f", columns->seconds[i]);
    }
  if (columns->n > 0)
    g_string_append_c (out, ']');
}

static void
json_run_field (GString *out, const RunField *field, const ScribeRunStats *run)
{
  gconstpointer value = G_STRUCT_MEMBER_P (run, field->offset);

  switch (field->type)
    {
    case RUN_TEXT:
      scribe_json_append_string (out, *(char *const *) value);
      break;
    case RUN_FLAG:
      g_string_append (out, *(const gboolean *) value ? "true" : "false");
      break;
    case RUN_COUNT:
      g_string_append_printf (out, "%u", *(const guint *) value);
      break;
    case RUN_FLOAT:
      append_number (out, "%.4g", *(const float *) value);
      break;
    case RUN_SECONDS:
      append_number (out, "%.6f", *(const double *) value);
      break;
    case RUN_LIVE:
      append_number (out, "%.6f", *(const double *) value < 0 ? NAN : *(const double *) value);
      break;
    case RUN_COLUMNS:
      json_columns (out, value);
      break;
    case RUN_BYTES:
      g_string_append_printf (out, "%" G_GUINT64_FORMAT, *(const guint64 *) value);
      break;
    }
}

static void
json_tail (Formatter *f, const ScribeRunStats *run)
{
  GString *out = f->text;

  g_string_append (out, "\n],\n\"run\":");
  if (!run)
    g_string_append (out, "null");
  for (guint i = 0; run && i < N_RUN_FIELDS; i++)
    {
      g_string_append_printf (out, "%c\"%s\":", i > 0 ? ',' : '{', run_fields[i].name);
      json_run_field (out, &run_fields[i], run);
    }
  g_string_append (out, run ? "}}\n" : "}\n");
}

/* CSV */

static void
csv_head (Formatter *f)
{
  g_string_append (f->text, "start,end,text\r\n");
}

static void
csv_segment (Formatter *f, const ScribeSegment *segment)
{
  g_autofree char *line = single_line (segment->text);
  gint64 start = milliseconds (segment->start);

  append_seconds (f->text, start);
  g_string_append_c (f->text, ',');
  append_seconds (f->text, MAX (milliseconds (segment->end), start));
  g_string_append (f->text, ",\"");
  for (const char *p = line; *p; p++)
    {
      if (*p == '"')
        g_string_append_c (f->text, '"');
      g_string_append_c (f->text, *p);
    }
  g_string_append (f->text, "\"\r\n");
}

const Format formats[N_FORMATS] = {
  [SCRIBE_FORMAT_TXT] = { "txt", no_head, txt_segment, no_tail },
  [SCRIBE_FORMAT_SRT] = { "srt", no_head, srt_segment, no_tail },
  [SCRIBE_FORMAT_VTT] = { "vtt", vtt_head, vtt_segment, no_tail },
  [SCRIBE_FORMAT_JSON] = { "json", json_head, json_segment, json_tail },
  [SCRIBE_FORMAT_CSV] = { "csv", csv_head, csv_segment, no_tail },
};
