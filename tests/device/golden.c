/* golden.c - the index of the golden values, and their files mapped as they are asked for
 *
 *   INDEX.tsv: name <tab> f32, i32 or u8 <tab> dimensions, comma separated <tab> file
 *
 * Files are raw, row-major and little-endian.
 *
 * SPDX-License-Identifier: MIT
 */
#include "golden.h"

#include <string.h>

#define MAX_DIMS 4

typedef struct
{
  char *type, *path;
  guint n_dims;
  gsize dims[MAX_DIMS], n; /* n: values in all */
  GMappedFile *file;       /* NULL: not asked for yet */
} Entry;

struct _Golden
{
  char *folder;
  GHashTable *entries; /* name -> Entry */
  GPtrArray *names;    /* in the order of the index */
};

static void
entry_free (gpointer data)
{
  Entry *entry = data;

  g_clear_pointer (&entry->file, g_mapped_file_unref);
  g_free (entry->type);
  g_free (entry->path);
  g_free (entry);
}

static Entry *
entry_new (const char *folder, char **fields)
{
  Entry *entry = g_new0 (Entry, 1);
  g_auto (GStrv) dims = g_strsplit (fields[2], ",", 0);

  entry->type = g_strdup (fields[1]);
  entry->path = g_build_filename (folder, fields[3], NULL);
  entry->n_dims = g_strv_length (dims);
  if (entry->n_dims > MAX_DIMS)
    g_error ("golden value “%s” has %u dimensions where %d are known", fields[0], entry->n_dims, MAX_DIMS);

  entry->n = 1;
  for (guint i = 0; i < MAX_DIMS; i++)
    entry->n *= entry->dims[i] = i < entry->n_dims ? g_ascii_strtoull (dims[i], NULL, 10) : 1;
  return entry;
}

Golden *
golden_open (void)
{
  const char *folder = g_getenv ("TILESCRIBE_GOLDEN");
  g_autofree char *path = NULL;
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  g_autoptr (GError) error = NULL;
  Golden *golden;

  if (folder == NULL)
    return NULL;
  path = g_build_filename (folder, "INDEX.tsv", NULL);
  if (!g_file_get_contents (path, &text, NULL, &error))
    g_error ("no golden values: %s", error->message);

  golden = g_new0 (Golden, 1);
  golden->folder = g_strdup (folder);
  golden->entries = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, entry_free);
  golden->names = g_ptr_array_new_with_free_func (g_free);
  lines = g_strsplit (text, "\n", 0);
  for (char **line = lines; *line && **line; line++)
    {
      g_auto (GStrv) fields = g_strsplit (*line, "\t", 0);

      if (g_strv_length (fields) != 4)
        g_error ("%s: no four fields in “%s”", path, *line);
      g_ptr_array_add (golden->names, g_strdup (fields[0]));
      g_hash_table_insert (golden->entries, golden->names->pdata[golden->names->len - 1], entry_new (folder, fields));
    }
  return golden;
}

void
golden_free (Golden *golden)
{
  g_hash_table_unref (golden->entries);
  g_ptr_array_unref (golden->names);
  g_free (golden->folder);
  g_free (golden);
}

gboolean
golden_has (Golden *golden, const char *name)
{
  return g_hash_table_contains (golden->entries, name);
}

static gconstpointer
values_of (Golden *golden, const char *name, const char *type, gsize value_bytes, guint *n_dims, gsize dims[4])
{
  Entry *entry = g_hash_table_lookup (golden->entries, name);
  g_autoptr (GError) error = NULL;

  if (entry == NULL)
    g_error ("there is no golden value “%s”", name);
  if (strcmp (entry->type, type) != 0)
    g_error ("golden value “%s” is %s, not %s", name, entry->type, type);

  if (entry->file == NULL)
    entry->file = g_mapped_file_new (entry->path, FALSE, &error);
  if (entry->file == NULL)
    g_error ("golden value “%s”: %s", name, error->message);
  if (g_mapped_file_get_length (entry->file) != entry->n * value_bytes)
    g_error ("golden value “%s”: %" G_GSIZE_FORMAT " bytes where %" G_GSIZE_FORMAT " belong", name,
             g_mapped_file_get_length (entry->file), entry->n * value_bytes);

  if (n_dims)
    *n_dims = entry->n_dims;
  if (dims)
    memcpy (dims, entry->dims, sizeof (entry->dims));
  return entry->n > 0 ? g_mapped_file_get_contents (entry->file) : "";
}

const float *
golden_f32 (Golden *golden, const char *name, guint *n_dims, gsize dims[4])
{
  return values_of (golden, name, "f32", sizeof (float), n_dims, dims);
}

const gint32 *
golden_i32 (Golden *golden, const char *name, guint *n_dims, gsize dims[4])
{
  return values_of (golden, name, "i32", sizeof (gint32), n_dims, dims);
}

const guint8 *
golden_u8 (Golden *golden, const char *name, guint *n_dims, gsize dims[4])
{
  return values_of (golden, name, "u8", 1, n_dims, dims);
}

gint32
golden_int (Golden *golden, const char *name)
{
  return golden_i32 (golden, name, NULL, NULL)[0];
}

float
golden_float (Golden *golden, const char *name)
{
  return golden_f32 (golden, name, NULL, NULL)[0];
}

char *
golden_model_path (Golden *golden, const char *model)
{
  g_autofree char *file = g_strconcat (model, ".bin", NULL);

  return g_build_filename (golden->folder, "models", file, NULL);
}

GStrv
golden_list (Golden *golden, const char *folder)
{
  g_autoptr (GStrvBuilder) found = g_strv_builder_new ();
  g_autofree char *prefix = g_strconcat (folder, "/", NULL);
  g_autofree char *last = NULL;

  for (guint i = 0; i < golden->names->len; i++)
    {
      const char *name = golden->names->pdata[i];
      g_autofree char *child = NULL;

      if (!g_str_has_prefix (name, prefix))
        continue;
      name += strlen (prefix);
      child = g_strndup (name, strcspn (name, "/"));
      if (g_strcmp0 (child, last) == 0)
        continue;
      g_strv_builder_add (found, child);
      g_free (last);
      last = g_steal_pointer (&child);
    }
  return g_strv_builder_end (found);
}
