/* doctor.h - what works here and what does not
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  CLI_MARK_OK,
  CLI_MARK_MISSING, /* not there, and not needed by all */
  CLI_MARK_BROKEN   /* there, and of no use: something is to be done */
} CliMark;

typedef struct
{
  const char *section, *title; /* "database" in JSON; for a person: translated */
  CliMark mark;
  char *text;   /* what was found */
  char *advice; /* what to do; NULL: nothing */
} CliFinding;

/* Looks at everything. Of CliFinding, owned by the array, section by section. */
GPtrArray *cli_doctor_look (void);

/* What a report about an NPU needs, in English. Meanwhile the process speaks nothing else. */
char *cli_doctor_report (void);

G_END_DECLS
