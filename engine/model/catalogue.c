/* catalogue.c - the catalogue file, and the folder beside it
 *
 * data/models/catalogue.ini says what there is: a group for each model. A model with an address belongs into the models folder
 * once it is downloaded; one without came with the program. Every other .bin file of the models folder was imported. Whether a
 * model is installed is asked of the disk each time: files come and go without us.
 *
 * A name is a file name, so it must be one: no slash, no leading dot or dash, nothing unprintable.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "catalogue.h"
#include "error.h"
#include "part.h"
#include "whisper-weights.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>

#define SUFFIX     ".bin"
#define MAX_NAME   128
#define BLOCK_SIZE (256 * 1024)

/* One sentence a family, translated here and not in the catalogue, where no translator would find it. Numbers of parameters are
 * those of openai/whisper's README. */
static const struct
{
  const char *family, *description;
} families[] = {
  { "starter", N_ ("Comes with the program, to try things out: trained on synthetic speech only, it hardly knows real voices.") },
  { "tiny", N_ ("39 million parameters: the fastest, and the one with the most mistakes.") },
  { "base", N_ ("74 million parameters: fast, good for clear speech.") },
  { "small", N_ ("244 million parameters: fewer mistakes than base, slower.") },
  { "medium", N_ ("769 million parameters: fewer mistakes than small, slower.") },
  { "large-v3", N_ ("1550 million parameters: the largest, and the slowest.") },
  { "large-v3-turbo", N_ ("809 million parameters: close to large-v3 and several times as fast; it does not translate.") },
};

void
scribe_model_entry_free (ScribeModelEntry *entry)
{
  g_free (entry->name);
  g_free (entry->description);
  g_free (entry->url);
  g_free (entry->sha256);
  g_free (entry->path);
  g_free (entry);
}

char *
scribe_models_folder (void)
{
  return g_build_filename (g_get_user_data_dir (), "tilescribe", "models", NULL);
}

char *
scribe_data_folder (void)
{
  const char *folder = g_getenv ("TILESCRIBE_DATA");

  return g_strdup (folder && folder[0] ? folder : TILESCRIBE_DATADIR);
}

static gboolean
is_name (const char *name)
{
  gsize length = strlen (name);

  if (length == 0 || length > MAX_NAME || name[0] == '.' || name[0] == '-' || !g_utf8_validate (name, length, NULL))
    return FALSE;
  for (const char *c = name; *c; c = g_utf8_next_char (c))
    if (*c == '/' || !g_unichar_isprint (g_utf8_get_char (c)))
      return FALSE;
  return TRUE;
}

static char *
installed_path (const char *name)
{
  g_autofree char *folder = scribe_models_folder (), *file = g_strconcat (name, SUFFIX, NULL);

  return g_build_filename (folder, file, NULL);
}

/* path if there is a file, else NULL */
static char *
if_there (char *path)
{
  if (g_file_test (path, G_FILE_TEST_IS_REGULAR))
    return path;
  g_free (path);
  return NULL;
}

/* --- The catalogue file -------------------------------------------------------------------------------------------------- */

static gboolean
is_sha256 (const char *text)
{
  return text && strlen (text) == 64 && strspn (text, "0123456789abcdef") == 64;
}

static char *
describe_family (const char *family, const char *weights)
{
  const char *description = "";

  for (gsize i = 0; i < G_N_ELEMENTS (families); i++)
    if (g_strcmp0 (family, families[i].family) == 0)
      description = _ (families[i].description);
  if (weights == NULL)
    return g_strdup (description);
  return g_strdup_printf (_ ("%s Compressed (%s): smaller, a little less exact."), description, weights);
}

static ScribeModelEntry *
entry_from_group (GKeyFile *file, const char *group, GError **error)
{
  g_autoptr (ScribeModelEntry) entry = g_new0 (ScribeModelEntry, 1);
  g_autofree char *family = g_key_file_get_string (file, group, "Family", NULL);
  g_autofree char *weights = g_key_file_get_string (file, group, "Weights", NULL);
  g_autofree char *data = NULL, *shipped = NULL;

  entry->name = g_strdup (group);
  entry->description = describe_family (family, weights);
  entry->url = g_key_file_get_string (file, group, "Address", NULL);
  entry->sha256 = g_key_file_get_string (file, group, "SHA256", NULL);
  entry->size = g_key_file_get_uint64 (file, group, "Size", NULL);
  entry->multilingual = g_key_file_get_boolean (file, group, "Multilingual", NULL);
  entry->conditioned = !g_key_file_has_key (file, group, "Conditioned", NULL)
                       || g_key_file_get_boolean (file, group, "Conditioned", NULL);
  entry->shortens = g_key_file_get_boolean (file, group, "Shortens", NULL);
  if (!is_name (group) || !is_sha256 (entry->sha256))
    {
      g_set_error (error, SCRIBE_ERROR, SCRIBE_ERROR_MODEL,
                   _ ("The model catalogue is damaged: its entry “%s” has no proper name and SHA-256. Install Tilescribe again."),
                   group);
      return NULL;
    }
  if (entry->url == NULL)
    {
      data = scribe_data_folder ();
      shipped = g_strconcat (group, SUFFIX, NULL);
      entry->path = if_there (g_build_filename (data, "models", shipped, NULL));
    }
  else
    entry->path = if_there (installed_path (group));
  return g_steal_pointer (&entry);
}

static gboolean
read_catalogue (GPtrArray *entries, GError **error)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autoptr (GError) cause = NULL;
  g_autofree char *data = scribe_data_folder (), *path = g_build_filename (data, "models", "catalogue.ini", NULL);
  g_auto (GStrv) groups = NULL;

  if (!g_key_file_load_from_file (file, path, G_KEY_FILE_NONE, &cause))
    {
      g_set_error (error, SCRIBE_ERROR, SCRIBE_ERROR_MODEL,
                   _ ("The model catalogue “%s” cannot be read: %s. Install Tilescribe again."), path, cause->message);
      return FALSE;
    }
  groups = g_key_file_get_groups (file, NULL);
  for (gsize i = 0; groups[i]; i++)
    {
      ScribeModelEntry *entry = entry_from_group (file, groups[i], error);

      if (entry == NULL)
        return FALSE;
      g_ptr_array_add (entries, entry);
    }
  return TRUE;
}

/* --- The models folder --------------------------------------------------------------------------------------------------- */

static gboolean
is_called (gconstpointer entry, gconstpointer name)
{
  return g_str_equal (((const ScribeModelEntry *) entry)->name, name);
}

static int
by_name (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* Names of the .bin files in the models folder, sorted. */
static GPtrArray *
names_in_folder (void)
{
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *folder = scribe_models_folder ();
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *file;

  while (dir && (file = g_dir_read_name (dir)))
    {
      g_autofree char *name = g_str_has_suffix (file, SUFFIX) ? g_strndup (file, strlen (file) - strlen (SUFFIX)) : NULL;
      g_autofree char *path = name && is_name (name) ? if_there (installed_path (name)) : NULL;

      if (path)
        g_ptr_array_add (names, g_steal_pointer (&name));
    }
  g_ptr_array_sort (names, by_name);
  return names;
}

/* An imported model tells about itself; one that is damaged says that. */
static ScribeModelEntry *
entry_from_file (const char *name)
{
  ScribeModelEntry *entry = g_new0 (ScribeModelEntry, 1);
  g_autoptr (GError) error = NULL;
  g_autoptr (ScribeModel) model = NULL;
  GStatBuf file;

  entry->name = g_strdup (name);
  entry->path = installed_path (name);
  entry->size = g_stat (entry->path, &file) == 0 ? file.st_size : 0;
  model = scribe_model_open (entry->path, &error);
  entry->description = model ? scribe_model_describe (model) : g_strdup (error->message);
  entry->conditioned = TRUE;
  entry->multilingual = model && scribe_tokenizer_specials (model->tokenizer)->multilingual;
  return entry;
}

/* --- The public part ----------------------------------------------------------------------------------------------------- */

GPtrArray *
scribe_catalogue_list (GError **error)
{
  g_autoptr (GPtrArray) entries = g_ptr_array_new_with_free_func ((GDestroyNotify) scribe_model_entry_free);
  g_autoptr (GPtrArray) names = names_in_folder ();

  if (!read_catalogue (entries, error))
    return NULL;
  for (guint i = 0; i < names->len; i++)
    if (!g_ptr_array_find_with_equal_func (entries, names->pdata[i], is_called, NULL))
      g_ptr_array_add (entries, entry_from_file (names->pdata[i]));
  return g_steal_pointer (&entries);
}

static ScribeModelEntry *
find_entry (GPtrArray *entries, const char *name)
{
  guint i;

  return g_ptr_array_find_with_equal_func (entries, name, is_called, &i) ? entries->pdata[i] : NULL;
}

gboolean
scribe_catalogue_conditions (const char *name)
{
  g_autoptr (GPtrArray) entries = g_ptr_array_new_with_free_func ((GDestroyNotify) scribe_model_entry_free);
  const ScribeModelEntry *entry = read_catalogue (entries, NULL) ? find_entry (entries, name) : NULL;

  return entry == NULL || entry->conditioned;
}

gboolean
scribe_catalogue_shortens (const char *name)
{
  g_autoptr (GPtrArray) entries = g_ptr_array_new_with_free_func ((GDestroyNotify) scribe_model_entry_free);
  const ScribeModelEntry *entry = read_catalogue (entries, NULL) ? find_entry (entries, name) : NULL;

  return entry != NULL && entry->shortens;
}

static char *
best_installed (GError **error)
{
  g_autoptr (GPtrArray) names = names_in_folder ();
  g_autoptr (GPtrArray) entries = g_ptr_array_new_with_free_func ((GDestroyNotify) scribe_model_entry_free);
  g_autofree char *best = NULL;
  goffset largest = -1;

  for (guint i = 0; i < names->len; i++)
    {
      g_autofree char *path = installed_path (names->pdata[i]);
      GStatBuf file;

      if (g_stat (path, &file) == 0 && file.st_size > largest)
        {
          largest = file.st_size;
          g_free (best);
          best = g_steal_pointer (&path);
        }
    }
  if (best)
    return g_steal_pointer (&best);

  if (!read_catalogue (entries, error))
    return NULL;
  for (guint i = 0; i < entries->len; i++)
    {
      ScribeModelEntry *entry = entries->pdata[i];

      if (entry->path)
        return g_strdup (entry->path);
    }
  g_set_error (error, SCRIBE_ERROR, SCRIBE_ERROR_NOT_FOUND,
               _ ("No model is installed. Get one with “tilescribe models get base.en”."));
  return NULL;
}

static char *
find_by_name (const char *name, GError **error)
{
  g_autoptr (GPtrArray) entries = g_ptr_array_new_with_free_func ((GDestroyNotify) scribe_model_entry_free);
  char *path = is_name (name) ? if_there (installed_path (name)) : NULL;
  ScribeModelEntry *entry;

  if (path)
    return path;
  if (!read_catalogue (entries, error))
    return NULL;

  entry = find_entry (entries, name);
  if (entry && entry->path)
    return g_strdup (entry->path);
  if (entry && entry->url)
    g_set_error (error, SCRIBE_ERROR, SCRIBE_ERROR_NOT_FOUND,
                 _ ("The model “%s” is not installed. Get it with “tilescribe models get %s”."), name, name);
  else if (entry)
    g_set_error (error, SCRIBE_ERROR, SCRIBE_ERROR_NOT_FOUND,
                 _ ("The model “%s”, a part of Tilescribe, is missing. Install Tilescribe again."), name);
  else if (g_file_test (name, G_FILE_TEST_EXISTS))
    return g_strdup (name);
  else
    g_set_error (error, SCRIBE_ERROR, SCRIBE_ERROR_NOT_FOUND,
                 _ ("There is no model “%s”. “tilescribe models list” shows those there are."), name);
  return NULL;
}

char *
scribe_catalogue_find (const char *name, GError **error)
{
  if (name == NULL)
    return best_installed (error);
  if (strchr (name, '/') == NULL)
    return find_by_name (name, error);
  if (g_file_test (name, G_FILE_TEST_EXISTS))
    return g_strdup (name);
  g_set_error (error, SCRIBE_ERROR, SCRIBE_ERROR_NOT_FOUND, _ ("There is no model file “%s”. Check the path."), name);
  return NULL;
}

/* --- Import and remove --------------------------------------------------------------------------------------------------- */

static gboolean
copy (const char *path, ScribePart *part, GError **error)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GError) cause = NULL;
  g_autoptr (GFileInputStream) stream = g_file_read (file, NULL, &cause);
  g_autofree guint8 *block = g_malloc (BLOCK_SIZE);
  GStatBuf source;
  gssize n = stream ? 1 : -1;

  if (g_stat (path, &source) == 0 && !scribe_part_has_room (part, source.st_size, error))
    return FALSE;
  while (n > 0)
    {
      n = g_input_stream_read (G_INPUT_STREAM (stream), block, BLOCK_SIZE, NULL, &cause);
      if (n > 0 && !scribe_part_append (part, block, n, error))
        return FALSE;
    }
  if (n < 0)
    g_set_error (error, SCRIBE_ERROR, SCRIBE_ERROR_MODEL, _ ("“%s” cannot be read: %s. Check the file and its disk."), path,
                 cause->message);
  return n == 0;
}

/* The name of a published model is for that model alone: its file may be imported instead of downloaded, no other. */
static gboolean
may_bear_name (ScribePart *part, const char *name, GError **error)
{
  g_autoptr (GPtrArray) entries = g_ptr_array_new_with_free_func ((GDestroyNotify) scribe_model_entry_free);
  ScribeModelEntry *entry;

  if (!read_catalogue (entries, error))
    return FALSE;
  entry = find_entry (entries, name);
  if (entry == NULL || (entry->url && scribe_part_has_sum (part, entry->sha256)))
    return TRUE;
  g_set_error (error, SCRIBE_ERROR, SCRIBE_ERROR_OPTION,
               _ ("“%s” is the name of a published model, and this file is not that model. Give the file another name."), name);
  return FALSE;
}

static gboolean
is_free (const char *path, const char *name, GError **error)
{
  GStatBuf file;

  if (g_lstat (path, &file) != 0)
    return TRUE;
  g_set_error (error, SCRIBE_ERROR, SCRIBE_ERROR_OPTION,
               _ ("There is a model “%s” already. Remove it with “tilescribe models remove %s”, or give the file another name."),
               name, name);
  return FALSE;
}

/* What was copied is opened, not what was given: the one may have changed while the other was made. */
static gboolean
import_as (const char *path, const char *name, ScribePart *part, GError **error)
{
  g_autoptr (ScribeModel) model = NULL;

  if (!is_free (part->final, name, error) || !scribe_part_empty (part, error) || !copy (path, part, error)
      || !may_bear_name (part, name, error))
    return FALSE;
  model = scribe_model_open (part->path, error);
  return model && scribe_part_publish (part, error);
}

gboolean
scribe_catalogue_import (const char *path, GError **error)
{
  g_autoptr (ScribeModel) model = NULL;
  g_auto (ScribePart) part = { .fd = -1 };
  g_autofree char *final = NULL;
  const char *name;

  if (!g_file_test (path, G_FILE_TEST_IS_REGULAR))
    {
      g_set_error (error, SCRIBE_ERROR, SCRIBE_ERROR_NOT_FOUND, _ ("There is no model file “%s”. Check the path."), path);
      return FALSE;
    }
  model = scribe_model_open (path, error);
  if (model == NULL)
    return FALSE;

  name = scribe_model_get_name (model);
  if (!is_name (name))
    {
      g_autofree char *shown = g_utf8_make_valid (name, -1);

      g_set_error (error, SCRIBE_ERROR, SCRIBE_ERROR_OPTION,
                   _ ("“%s” cannot be the name of a model. Give the file a short name that begins with a letter or digit."),
                   shown);
      return FALSE;
    }
  final = installed_path (name);
  if (!scribe_part_open (&part, final, error))
    return FALSE;
  if (import_as (path, name, &part, error))
    return TRUE;
  scribe_part_empty (&part, NULL);
  return FALSE;
}

/* An unfinished download counts as something to remove: nothing else would. */
static gboolean
remove_files (const char *name, GError **error)
{
  g_autofree char *path = installed_path (name);

  if (g_unlink (path) == 0)
    {
      scribe_part_discard (path, NULL);
      return TRUE;
    }
  if (errno == ENOENT)
    return scribe_part_discard (path, error);
  g_set_error (error, SCRIBE_ERROR, SCRIBE_ERROR_OUTPUT, _ ("“%s” cannot be removed: %s. Check the permissions of its folder."),
               path, g_strerror (errno));
  return FALSE;
}

gboolean
scribe_catalogue_remove (const char *name, GError **error)
{
  g_autoptr (GPtrArray) entries = g_ptr_array_new_with_free_func ((GDestroyNotify) scribe_model_entry_free);
  g_autoptr (GError) cause = NULL;
  ScribeModelEntry *entry;

  if (is_name (name) && remove_files (name, &cause))
    return TRUE;

  read_catalogue (entries, NULL);
  entry = find_entry (entries, name);
  if (cause && !g_error_matches (cause, SCRIBE_ERROR, SCRIBE_ERROR_NOT_FOUND))
    g_propagate_error (error, g_steal_pointer (&cause));
  else if (entry && entry->url == NULL)
    g_set_error (error, SCRIBE_ERROR, SCRIBE_ERROR_OPTION, _ ("The model “%s” is a part of Tilescribe and cannot be removed."),
                 name);
  else
    g_set_error (error, SCRIBE_ERROR, SCRIBE_ERROR_NOT_FOUND,
                 _ ("The model “%s” is not installed. “tilescribe models list” shows which are."), name);
  return FALSE;
}
