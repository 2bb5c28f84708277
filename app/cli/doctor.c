/* doctor.c - tilescribe doctor: what works here and what does not
 *
 * SPDX-License-Identifier: MIT
 */
#include "doctor.h"

#include "config.h"

#include "cli.h"
#include "terminal.h"

#include "tilescribe.h"

#include <glib/gi18n.h>
#include <string.h>
#include <unistd.h>

static CliStatus run (const CliCommand *command, char **argv);

const CliCommand cli_doctor = {
  .name = "doctor",
  .summary = N_ ("Tell what works on this machine and what does not"),
  .details = N_ (
      "Every line is marked ok, missing (not there, and not needed by all) or broken (something is to be done).\n"
      "With --report it tells, in English, what a report about an NPU needs: versions, what the NPU tells, and the lines about\n"
      "machine, libraries and NPU. It holds nothing personal. Without FILE it is printed."),
  .run = run,
};

static const struct
{
  const char *key, *word, *colour;
} marks[] = {
  [CLI_MARK_OK] = { "ok", N_ ("ok"), "\033[32m" },
  [CLI_MARK_MISSING] = { "missing", N_ ("missing"), "\033[33m" },
  [CLI_MARK_BROKEN] = { "broken", N_ ("broken"), "\033[31m" },
};

static void
print_findings (GPtrArray *findings)
{
  gboolean colour = cli_has_colour (STDOUT_FILENO);
  const char *section = NULL;
  guint width = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (marks); i++)
    width = MAX (width, cli_columns (_ (marks[i].word)));
  for (guint i = 0; i < findings->len; i++)
    {
      const CliFinding *f = findings->pdata[i];
      const char *word = _ (marks[f->mark].word);
      g_autofree char *text = cli_fit (f->text, G_MAXUINT);

      if (g_strcmp0 (section, f->section) != 0)
        g_print ("%s%s\n", section ? "\n" : "", f->title);
      section = f->section;
      g_print ("  %s%s%s%*s  %s\n", colour ? marks[f->mark].colour : "", word, colour ? "\033[0m" : "",
               (int) (width - cli_columns (word)), "", text);
      if (f->advice)
        g_print ("  %*s  → %s\n", (int) width, "", f->advice);
    }
}

static void
print_json (GPtrArray *findings)
{
  g_autoptr (GString) out = g_string_new ("{\"version\":");

  scribe_json_append_string (out, TILESCRIBE_VERSION);
  g_string_append (out, ",\n\"findings\":[");
  for (guint i = 0; i < findings->len; i++)
    {
      const CliFinding *f = findings->pdata[i];

      g_string_append_printf (out, "%s\n{\"section\":\"%s\",\"mark\":\"%s\",\"text\":", i > 0 ? "," : "", f->section,
                              marks[f->mark].key);
      scribe_json_append_string (out, f->text);
      g_string_append (out, ",\"advice\":");
      scribe_json_append_string (out, f->advice);
      g_string_append_c (out, '}');
    }
  g_string_append (out, "\n]}\n");
  g_print ("%s", out->str);
}

static gboolean
any_broken (GPtrArray *findings)
{
  for (guint i = 0; i < findings->len; i++)
    if (((const CliFinding *) findings->pdata[i])->mark == CLI_MARK_BROKEN)
      return TRUE;
  return FALSE;
}

/* Where the report goes. */
typedef struct
{
  gboolean is_wanted;
  char *path; /* NULL: to standard output */
} Report;

static void
report_clear (Report *report)
{
  g_free (report->path);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Report, report_clear)

/* --report, --report FILE, --report=FILE */
static gboolean
take_report (const char *option, const char *value, gpointer data, GError **error)
{
  Report *report = data;

  g_free (report->path);
  *report = (Report){ TRUE, value && strcmp (value, "-") != 0 ? g_strdup (value) : NULL };
  return TRUE;
}

static CliStatus
write_report (const char *path)
{
  g_autofree char *text = cli_doctor_report (), *name = NULL;
  g_autoptr (GFile) file = NULL;
  g_autoptr (GError) reason = NULL;

  if (path == NULL)
    {
      g_print ("%s", text);
      return CLI_DONE;
    }
  file = g_file_new_for_path (path);
  name = g_filename_display_name (path);
  if (!g_file_replace_contents (file, text, strlen (text), NULL, FALSE, G_FILE_CREATE_NONE, NULL, NULL, &reason))
    {
      cli_complain (_ ("The report “%s” cannot be written: %s."), name, reason->message);
      return CLI_FAILED;
    }
  cli_say (_ ("The report is in “%s”."), name);
  return CLI_DONE;
}

static CliStatus
run (const CliCommand *command, char **argv)
{
  gboolean json = FALSE, strict = FALSE;
  g_auto (Report) report = { 0 };
  const GOptionEntry entries[] = {
    { "json", 'j', 0, G_OPTION_ARG_NONE, &json, N_ ("Print JSON"), NULL },
    { "strict", 0, 0, G_OPTION_ARG_NONE, &strict, N_ ("Fail if anything is broken"), NULL },
    { "report", 'r', G_OPTION_FLAG_OPTIONAL_ARG | G_OPTION_FLAG_FILENAME, G_OPTION_ARG_CALLBACK, (gpointer) take_report,
      N_ ("Write what a report about an NPU needs"), N_ ("[FILE]") },
    { NULL },
  };
  g_auto (GStrv) rest = cli_parse_with (command, entries, &report, argv);
  g_autoptr (GPtrArray) findings = NULL;

  if (rest == NULL)
    return CLI_USAGE;
  if (report.is_wanted)
    return write_report (report.path);
  findings = cli_doctor_look ();
  if (json)
    print_json (findings);
  else
    print_findings (findings);
  return strict && any_broken (findings) ? CLI_FAILED : CLI_DONE;
}
