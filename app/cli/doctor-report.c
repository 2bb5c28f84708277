/* doctor-report.c - what somebody who mends Tilescribe needs to know of a machine with an NPU
 *
 * In English, whatever the locale: it is written for a report. Which machine that is to be had in a shop, machine, libraries and NPU as doctor finds them, what the NPU
 * tells, versions of everything between it and a transcript. Nothing personal: no models, no history, no folders, no name or number of this very machine or of its user,
 * and of paths only what is not the user's.
 *
 * SPDX-License-Identifier: MIT
 */
#include "doctor.h"

#include "config.h"

#include "tilescribe.h"

#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#define OS_RELEASE "/etc/os-release"
#define DMI        "/sys/class/dmi/id/" /* what anybody may read there says nothing of this very machine: serial numbers are root's */

static const char *const sections[] = { "machine", "libraries", "npu", NULL };
static const char *const marks[] = { [CLI_MARK_OK] = "ok", [CLI_MARK_MISSING] = "missing", [CLI_MARK_BROKEN] = "broken" };
static const char *const power_modes[] = { "default", "low", "medium", "high", "turbo" };

static void
tell_driver (GString *out, const ScribeNpuTelemetry *t)
{
  g_string_append (out, t->driver);
}

static void
tell_firmware (GString *out, const ScribeNpuTelemetry *t)
{
  g_string_append (out, t->firmware);
}

static void
tell_xrt (GString *out, const ScribeNpuTelemetry *t)
{
  g_autofree char *package = scribe_npu_package_version ();

  g_string_append_printf (out, "%s, its package for NPUs %s", t->xrt, package ? package : "is not installed");
}

static void
tell_shape (GString *out, const ScribeNpuTelemetry *t)
{
  g_string_append_printf (out, "%u columns, %u rows", t->n_columns, t->n_rows);
}

static void
tell_power (GString *out, const ScribeNpuTelemetry *t)
{
  g_string_append_printf (out, "%.3f W", t->watts);
}

static void
tell_temperature (GString *out, const ScribeNpuTelemetry *t)
{
  g_string_append_printf (out, "%.1f °C", t->celsius);
}

static void
tell_columns (GString *out, const ScribeNpuTelemetry *t)
{
  for (guint i = 0; i < t->n_column_uses; i++)
    g_string_append_printf (out, "%s%.0f", i ? " " : "", 100 * t->column_use[i]);
  g_string_append (out, " %");
}

static void
tell_clocks (GString *out, const ScribeNpuTelemetry *t)
{
  g_string_append_printf (out, "MP-NPU %u MHz, H %u MHz", t->mp_npu_mhz, t->h_mhz);
}

static void
tell_limits (GString *out, const ScribeNpuTelemetry *t)
{
  g_string_append_printf (out, "H %u MHz, %.0f of %.0f TOPS, %u contexts", t->h_max_mhz, t->tops, t->max_tops, t->max_contexts);
}

static void
tell_power_mode (GString *out, const ScribeNpuTelemetry *t)
{
  g_string_append (out, power_modes[t->power_mode]);
}

static void
tell_contexts (GString *out, const ScribeNpuTelemetry *t)
{
  g_string_append_printf (out, "%u, %" G_GUINT64_FORMAT " commands queued", t->contexts->len, t->queued);
  for (guint i = 0; i < t->contexts->len; i++)
    {
      const ScribeNpuContext *c = &g_array_index (t->contexts, ScribeNpuContext, i);

      g_string_append_printf (out,
                              "; columns %u to %u: %" G_GUINT64_FORMAT " submitted, %" G_GUINT64_FORMAT
                              " completed, %" G_GUINT64_FORMAT " preemptions, %" G_GUINT64_FORMAT " errors",
                              c->first_column, c->first_column + c->n_columns - 1, c->submissions, c->completions, c->preemptions,
                              c->errors);
    }
}

static void
tell_work (GString *out, const ScribeNpuTelemetry *t)
{
  g_string_append_printf (out, "%.6f s", t->busy_seconds);
}

static void (*const tell[SCRIBE_NPU_N_PARTS]) (GString *out, const ScribeNpuTelemetry *t) = {
  [SCRIBE_NPU_DRIVER] = tell_driver,         [SCRIBE_NPU_FIRMWARE] = tell_firmware, [SCRIBE_NPU_XRT] = tell_xrt,
  [SCRIBE_NPU_SHAPE] = tell_shape,           [SCRIBE_NPU_POWER] = tell_power,       [SCRIBE_NPU_TEMPERATURE] = tell_temperature,
  [SCRIBE_NPU_COLUMNS] = tell_columns,       [SCRIBE_NPU_CLOCKS] = tell_clocks,     [SCRIBE_NPU_LIMITS] = tell_limits,
  [SCRIBE_NPU_POWER_MODE] = tell_power_mode, [SCRIBE_NPU_CONTEXTS] = tell_contexts, [SCRIBE_NPU_WORK] = tell_work,
};

static void
add_telemetry (GString *out)
{
  g_autoptr (ScribeNpuMeter) meter = scribe_npu_meter_new ("");
  g_auto (ScribeNpuTelemetry) telemetry = { 0 };

  scribe_npu_meter_read (meter, &telemetry);
  g_string_append (out, "\n[telemetry]\n");
  g_string_append_printf (out, "node: %s\nboard: %s\n", telemetry.node ? telemetry.node : "none",
                          telemetry.board ? telemetry.board : "not told");
  for (guint part = 0; part < SCRIBE_NPU_N_PARTS; part++)
    {
      const char *why = scribe_npu_reason_text (part, telemetry.why[part]);

      g_string_append_printf (out, "%s: ", scribe_npu_part_name (part));
      if (why)
        g_string_append_printf (out, "not known: %s", why);
      else
        tell[part](out, &telemetry);
      g_string_append_c (out, '\n');
    }
}

/* What the distribution calls itself. */
static char *
distribution (void)
{
  g_autofree char *name = g_get_os_info (G_OS_INFO_KEY_PRETTY_NAME);

  return name ? g_steal_pointer (&name) : g_strdup ("not told by " OS_RELEASE);
}

/* What its maker calls this kind of machine, and the BIOS, which brings settings for the NPU. */
static void
add_make (GString *out)
{
  static const char *const parts[] = { "sys_vendor", "product_name", "bios_version" };
  char *told[G_N_ELEMENTS (parts)];

  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    {
      g_autofree char *path = g_strconcat (DMI, parts[i], NULL);

      if (g_file_get_contents (path, &told[i], NULL, NULL))
        g_strstrip (told[i]);
      else
        told[i] = g_strdup ("not told");
    }
  g_string_append_printf (out, "made by: %s\nmodel: %s\nBIOS: %s\n", told[0], told[1], told[2]);
  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    g_free (told[i]);
}

static void
add_versions (GString *out)
{
  g_autofree char *name = distribution (), *design = scribe_npu_design ();
  struct utsname system;

  g_string_append_printf (out, "Tilescribe " TILESCRIBE_VERSION "\ndistribution: %s\n", name);
  if (uname (&system) == 0)
    g_string_append_printf (out, "kernel: %s %s %s\n", system.sysname, system.release, system.machine);
  add_make (out);
  g_string_append_printf (out, "design of the NPU: %s\n", design);
}

static void
add_findings (GString *out, GPtrArray *findings)
{
  const char *section = "";

  for (guint i = 0; i < findings->len; i++)
    {
      const CliFinding *f = findings->pdata[i];

      if (!g_strv_contains (sections, f->section))
        continue;
      if (strcmp (section, f->section) != 0)
        g_string_append_printf (out, "\n[%s]\n", f->section);
      section = f->section;
      g_string_append_printf (out, "%s: %s\n", marks[f->mark], f->text);
    }
}

/* Wherever this stands as a whole part of a path, or a path's beginning, something else does. */
static void
replace_path (GString *out, const char *path, const char *with)
{
  g_autofree char *escaped = g_regex_escape_string (path, -1), *pattern = g_strconcat (escaped, "(?![A-Za-z0-9_.-])", NULL);
  g_autoptr (GRegex) regex = g_regex_new (pattern, G_REGEX_RAW, 0, NULL);
  g_autofree char *text = regex ? g_regex_replace_literal (regex, out->str, -1, 0, with, 0, NULL) : NULL;

  if (text)
    g_string_assign (out, text);
}

/* Paths of the user's own, under whichever name, and others with the user's name in them, as in /media/NAME. */
static void
make_impersonal (GString *out)
{
  const char *home = g_get_home_dir ();
  g_autofree char *real = home ? realpath (home, NULL) : NULL, *name = g_strconcat ("/", g_get_user_name (), NULL);
  const char *const homes[] = { home, real };

  for (guint i = 0; i < G_N_ELEMENTS (homes); i++)
    if (homes[i] && strlen (homes[i]) > 1)
      replace_path (out, homes[i], "~");
  replace_path (out, name, "/USER");
}

/* What a process speaks. */
typedef struct
{
  char *language, *locale;
} Language;

static void
speak_english (Language *before)
{
  *before = (Language){ g_strdup (g_getenv ("LANGUAGE")), g_strdup (setlocale (LC_ALL, NULL)) };
  g_setenv ("LANGUAGE", "C", TRUE);
  setlocale (LC_ALL, "C.UTF-8");
}

static void
speak_again (Language *before)
{
  if (before->language)
    g_setenv ("LANGUAGE", before->language, TRUE);
  else
    g_unsetenv ("LANGUAGE");
  setlocale (LC_ALL, before->locale);
  g_free (before->language);
  g_free (before->locale);
}

char *
cli_doctor_report (void)
{
  g_autoptr (GString) out = g_string_new (NULL);
  g_autoptr (GPtrArray) findings = NULL;
  Language before;

  speak_english (&before);
  add_versions (out);
  /* asked before doctor wakes the NPU */
  add_telemetry (out);
  findings = cli_doctor_look ();
  add_findings (out, findings);
  make_impersonal (out);
  speak_again (&before);
  return g_string_free (g_steal_pointer (&out), FALSE);
}
