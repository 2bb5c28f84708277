/* catalogue.h - the models a person can have, and those they have
 *
 * The catalogue is data/models/catalogue.ini: one group per published model with its address, size and SHA-256, and the
 * starter model that ships with the program. Installed models are the .bin files of the models folder (XDG data directory,
 * tilescribe/models), whether downloaded or imported; the shipped starter counts as installed.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct
{
  char *name;        /* "base.en": what --model takes */
  char *description; /* a sentence, translated */
  char *url;         /* NULL for the starter and for imported models */
  char *sha256;      /* 64 hexadecimal digits; NULL for imported models */
  guint64 size;      /* bytes; 0 if not known for certain */
  gboolean multilingual;
  gboolean conditioned; /* does better when it is told the text of the windows before */
  gboolean shortens;    /* does no worse when it is given no more audio context than there is sound */
  char *path;           /* where it is installed; NULL if it is not */
} ScribeModelEntry;

void scribe_model_entry_free (ScribeModelEntry *entry);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ScribeModelEntry, scribe_model_entry_free)

/* The folder of downloaded and imported models; made when something is put there. */
char *scribe_models_folder (void);

/* The folder of the program's own data: TILESCRIBE_DATADIR as installed, the source tree's data/ when run from its build folder
 * (told by the environment variable TILESCRIBE_DATA). */
char *scribe_data_folder (void);

/* All models of the catalogue, then the imported ones; of ScribeModelEntry, with free function. */
GPtrArray *scribe_catalogue_list (GError **error);

/* Path of an installed model: a catalogue or imported name, or a path to a file; NULL name means the best one installed (the
 * largest of the downloaded ones, else the starter). The error says how to get it. */
char *scribe_catalogue_find (const char *name, GError **error);

/* Whether a model of this name (scribe_engine_get_model_name()) is to be conditioned on the text of the windows before, as the
 * catalogue says; TRUE where it says nothing. */
gboolean scribe_catalogue_conditions (const char *name);

/* Whether it may be given just as much audio context as there is sound, as the catalogue says; FALSE where it says nothing. */
gboolean scribe_catalogue_shortens (const char *name);

/* Copies a model file into the models folder under its own name, after opening it as a model; refuses a name taken. */
gboolean scribe_catalogue_import (const char *path, GError **error);

/* Deletes an installed model. The starter cannot be removed. */
gboolean scribe_catalogue_remove (const char *name, GError **error);

G_END_DECLS
