/* run-fields.h - the fields of ScribeRunStats as a table
 *
 * Their names are the columns of the table of runs and the keys of "run" in JSON; whoever stores, reads or writes a run walks
 * this table. A new field of the struct is a row here and a migration in store-schema.c.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "transcript.h"

G_BEGIN_DECLS

typedef enum
{
  RUN_TEXT,    /* char * */
  RUN_FLAG,    /* gboolean */
  RUN_COUNT,   /* guint */
  RUN_FLOAT,   /* float */
  RUN_SECONDS, /* double */
  RUN_LIVE,    /* double, negative where not known: NULL in the database */
  RUN_BYTES,   /* guint64 */
  RUN_COLUMNS  /* ScribeColumns: numbers with commas between them, in JSON a list; NULL where not known */
} RunFieldType;

typedef struct
{
  const char *name;
  RunFieldType type;
  gsize offset;
} RunField;

#define N_RUN_FIELDS 39

extern const RunField run_fields[N_RUN_FIELDS];

G_END_DECLS
