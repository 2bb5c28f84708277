/* doctor-checks.c - looks at the machine, the libraries, the models, the database, the folders and the NPU
 *
 * Each section is a function that adds what it finds. Nothing is changed by looking.
 *
 * SPDX-License-Identifier: MIT
 */
#include "doctor.h"

#include "tilescribe.h"

#include <glib/gi18n.h>
#include <string.h>
#include <unistd.h>

typedef struct
{
  GPtrArray *findings;
  const char *section, *title;
} Report;

static void
finding_free (gpointer data)
{
  CliFinding *finding = data;

  g_free (finding->text);
  g_free (finding->advice);
  g_free (finding);
}

/* Takes both strings over, which is why they are not const. */
static void
add (Report *report, CliMark mark, char *text, char *advice) /* NOLINT(readability-non-const-parameter) */
{
  CliFinding *finding = g_new (CliFinding, 1);

  *finding = (CliFinding){ report->section, report->title, mark, text, advice };
  g_ptr_array_add (report->findings, finding);
}

static void
add_error (Report *report, const GError *error)
{
  add (report, CLI_MARK_BROKEN, g_strdup (error->message), NULL);
}

/* --- Machine ------------------------------------------------------------------------------------------------------------- */

/* Those that the engine, or a library under it, can make use of. */
static const char *const features[] = { "avx",      "avx2",     "fma",      "f16c",        "avx_vnni",    "avx512f",
                                        "avx512bw", "avx512dq", "avx512vl", "avx512_vnni", "avx512_bf16", "asimd",
                                        "asimdhp",  "asimddp",  "i8mm",     "bf16",        "sve",         NULL };

/* The value of the first line of /proc/cpuinfo with one of these names. */
static char *
cpu_line (const char *cpuinfo, const char *name, const char *other_name)
{
  g_auto (GStrv) lines = g_strsplit (cpuinfo, "\n", -1);

  for (guint i = 0; lines[i]; i++)
    {
      char *colon = strchr (lines[i], ':');

      if (colon && (g_str_has_prefix (lines[i], name) || g_str_has_prefix (lines[i], other_name)))
        return g_strstrip (g_strdup (colon + 1));
    }
  return g_strdup ("");
}

static char *
known_features (const char *flags)
{
  g_auto (GStrv) all = g_strsplit (flags, " ", -1);
  g_autoptr (GString) found = g_string_new (NULL);

  for (guint i = 0; features[i]; i++)
    if (g_strv_contains ((const char *const *) all, features[i]))
      g_string_append_printf (found, "%s%s", found->len ? " " : "", features[i]);
  return g_string_free (g_steal_pointer (&found), FALSE);
}

static void
look_at_machine (Report *report)
{
  g_autofree char *cpuinfo = NULL, *name = NULL, *flags = NULL, *found = NULL;
  const char *set = scribe_machine_instruction_set ();
  gboolean plain = strcmp (set, "plain") == 0;
  guint n = g_get_num_processors ();

  if (!g_file_get_contents ("/proc/cpuinfo", &cpuinfo, NULL, NULL))
    cpuinfo = g_strdup ("");
  name = cpu_line (cpuinfo, "model name", "Model");
  flags = cpu_line (cpuinfo, "flags", "Features");
  found = known_features (flags);
  add (report, CLI_MARK_OK,
       g_strdup_printf (ngettext ("%s, %u processor for us", "%s, %u processors for us", n),
                        *name ? name : _ ("unknown processor"), n),
       NULL);
  add (report, *found ? CLI_MARK_OK : CLI_MARK_MISSING,
       g_strdup_printf (_ ("CPU features: %s"), *found ? found : _ ("none that help")), NULL);
  add (report, plain ? CLI_MARK_MISSING : CLI_MARK_OK, g_strdup_printf (_ ("The CPU device computes with “%s”"), set),
       plain ? g_strdup (_ ("This processor has neither AVX2 nor NEON: everything works, slowly.")) : NULL);
}

static void
look_at_libraries (Report *report)
{
  g_auto (GStrv) libraries = scribe_machine_libraries ();

  for (guint i = 0; libraries[i]; i++)
    add (report, CLI_MARK_OK, g_strdup (libraries[i]), NULL);
}

/* --- Models -------------------------------------------------------------------------------------------------------------- */

static void
look_at_model (Report *report, const ScribeModelEntry *entry)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ScribeModel) model = scribe_model_open (entry->path, &error);
  g_autofree char *what = model ? scribe_model_describe (model) : NULL;

  if (model)
    add (report, CLI_MARK_OK, g_strdup_printf ("%s: %s", entry->name, what), NULL);
  else
    add (report, CLI_MARK_BROKEN, g_strdup_printf ("%s: %s", entry->name, error->message),
         g_strdup_printf (_ ("“tilescribe models remove %s” removes it."), entry->name));
}

static void
look_at_models (Report *report)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) list = scribe_catalogue_list (&error);
  gboolean any = FALSE, real = FALSE;

  if (list == NULL)
    {
      add_error (report, error);
      return;
    }
  for (guint i = 0; i < list->len; i++)
    {
      const ScribeModelEntry *entry = list->pdata[i];

      if (entry->path == NULL)
        continue;
      look_at_model (report, entry);
      any = TRUE;
      real |= !g_str_has_prefix (entry->name, "starter");
    }
  if (!any)
    add (report, CLI_MARK_BROKEN, g_strdup (_ ("No model is installed")),
         g_strdup (_ ("Get one with “tilescribe models get base.en”.")));
  else if (!real)
    add (report, CLI_MARK_MISSING, g_strdup (_ ("Only the starter model is installed, which hardly knows real voices")),
         g_strdup (_ ("Get a real one with “tilescribe models get base.en”.")));
}

/* --- Database and folders ------------------------------------------------------------------------------------------------ */

static void
look_at_database (Report *report)
{
  g_autofree char *path = scribe_store_default_path (), *size = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (ScribeStore) store = scribe_store_open (path, TRUE, &error);
  guint64 n, bytes;

  if (g_error_matches (error, SCRIBE_ERROR, SCRIBE_ERROR_NOT_FOUND))
    add (report, CLI_MARK_MISSING, g_strdup_printf (_ ("“%s” is not there yet"), path),
         g_strdup (_ ("The first transcription makes it.")));
  else if (store && scribe_store_check (store, TRUE, &n, &bytes, &error))
    {
      size = g_format_size (bytes);
      add (report, CLI_MARK_OK,
           g_strdup_printf (ngettext ("“%s”: %u transcript, %s, intact", "“%s”: %u transcripts, %s, intact", n), path, (guint) n,
                            size),
           NULL);
    }
  else
    add_error (report, error);
}

/* A folder that is made when it is needed, so what counts is the nearest one that exists. */
static gboolean
can_be_made (const char *folder)
{
  g_autofree char *parent = NULL;

  if (g_file_test (folder, G_FILE_TEST_EXISTS))
    return access (folder, W_OK | X_OK) == 0;
  parent = g_path_get_dirname (folder);
  return strcmp (parent, folder) != 0 && can_be_made (parent);
}

static void
look_at_own_folder (Report *report, const char *what, const char *folder)
{
  if (can_be_made (folder))
    add (report, CLI_MARK_OK, g_strdup_printf ("%s: “%s”", what, folder), NULL);
  else
    add (report, CLI_MARK_BROKEN, g_strdup_printf (_ ("%s: “%s” cannot be written"), what, folder),
         g_strdup (_ ("Make it writable for you, or point XDG_DATA_HOME to another folder.")));
}

static void
look_at_folders (Report *report)
{
  g_autofree char *models = scribe_models_folder (), *program = scribe_data_folder ();
  g_autofree char *database = scribe_store_default_path (), *history = g_path_get_dirname (database);

  look_at_own_folder (report, _ ("History"), history);
  look_at_own_folder (report, _ ("Models"), models);
  if (g_file_test (program, G_FILE_TEST_IS_DIR))
    add (report, CLI_MARK_OK, g_strdup_printf (_ ("The program's data: “%s”"), program), NULL);
  else
    add (report, CLI_MARK_BROKEN, g_strdup_printf (_ ("The program's data is not in “%s”"), program),
         g_strdup (_ ("Install Tilescribe again.")));
}

/* --- NPU ----------------------------------------------------------------------------------------------------------------- */

/* Whether it is as it should be. That there is none is no fault. */
static gboolean
look_at_npu_check (Report *report, ScribeNpuCheck check)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *found = NULL;
  const gboolean is_right = scribe_npu_check (check, &found, &error);

  if (is_right)
    add (report, CLI_MARK_OK, g_steal_pointer (&found), NULL);
  else
    add (report, check == SCRIBE_NPU_CHECK_DEVICE ? CLI_MARK_MISSING : CLI_MARK_BROKEN, g_strdup (error->message), NULL);
  return is_right;
}

/* What the NPU computes is looked at only if it can be used; without one, nothing of the rest matters. */
static void
look_at_npu (Report *report)
{
  gboolean is_usable = look_at_npu_check (report, SCRIBE_NPU_CHECK_DEVICE);

  if (!is_usable)
    return;
  for (guint check = SCRIBE_NPU_CHECK_DRIVER; check < SCRIBE_NPU_CHECK_RESULT; check++)
    {
      /* without a driver there is no node */
      if (check == SCRIBE_NPU_CHECK_PERMISSION && !is_usable)
        continue;
      is_usable &= look_at_npu_check (report, check);
    }
  if (is_usable)
    look_at_npu_check (report, SCRIBE_NPU_CHECK_RESULT);
}

static const struct
{
  const char *section, *title;
  void (*look) (Report *report);
} sections[] = {
  { "machine", N_ ("Machine"), look_at_machine }, { "libraries", N_ ("Libraries"), look_at_libraries },
  { "models", N_ ("Models"), look_at_models },    { "database", N_ ("Database"), look_at_database },
  { "folders", N_ ("Folders"), look_at_folders }, { "npu", N_ ("NPU"), look_at_npu },
};

GPtrArray *
cli_doctor_look (void)
{
  GPtrArray *findings = g_ptr_array_new_with_free_func (finding_free);

  for (gsize i = 0; i < G_N_ELEMENTS (sections); i++)
    {
      Report report = { findings, sections[i].section, _ (sections[i].title) };

      sections[i].look (&report);
    }
  return findings;
}
