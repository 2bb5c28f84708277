/* models.c - all models there are
 *
 * The catalogue and the folder are read in a thread; what is found there goes into the models that are in the list already, by name, so that
 * rows of a window and downloads stay what they are. Deleting and importing are threads too, and are followed by reading again.
 *
 * SPDX-License-Identifier: MIT
 */
#include "models/models.h"

#include <glib/gstdio.h>
#include <string.h>

#define KEY "tilescribe-models"

struct _TilescribeModels
{
  GObject parent;

  GSettings *settings; /* which owns this */
  GListStore *list;
  gboolean starter_only;
  guint n_installed; /* besides */
  guint n_importing;
};

G_DEFINE_FINAL_TYPE (TilescribeModels, tilescribe_models, G_TYPE_OBJECT)

enum
{
  PROP_STARTER_ONLY = 1,
  PROP_N_INSTALLED,
  PROP_IMPORTING,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];
static guint trouble_signal, imported_signal;

static TilescribeModel *
nth (TilescribeModels *self, guint i)
{
  g_autoptr (TilescribeModel) model = g_list_model_get_item (G_LIST_MODEL (self->list), i);

  return model;
}

static TilescribeModel *
find (TilescribeModels *self, const char *name)
{
  TilescribeModel *model;

  for (guint i = 0; (model = nth (self, i)); i++)
    if (strcmp (tilescribe_model_get_name (model), name) == 0)
      return model;
  return NULL;
}

GListModel *
tilescribe_models_get_list (TilescribeModels *self)
{
  return G_LIST_MODEL (self->list);
}

gboolean
tilescribe_models_is_starter_only (TilescribeModels *self)
{
  return self->starter_only;
}

static gboolean
speaks_english (TilescribeModels *self)
{
  g_autofree char *language = g_settings_get_string (self->settings, "language");

  return g_str_has_prefix (*language ? language : g_get_language_names ()[0], "en");
}

TilescribeModel *
tilescribe_models_find (TilescribeModels *self, const char *name)
{
  return find (self, name);
}

/* In English only, and in all languages. */
static const char *const smallest[] = { "tiny.en", "tiny" }, *const recommended[] = { "base.en", "base" },
                         *const better[] = { "small.en", "small" };

TilescribeModel *
tilescribe_models_get_recommended (TilescribeModels *self)
{
  return find (self, recommended[!speaks_english (self)]);
}

GPtrArray *
tilescribe_models_list_offers (TilescribeModels *self)
{
  const int which = !speaks_english (self);
  const char *const names[] = { smallest[which], recommended[which], better[which] };
  GPtrArray *offers = g_ptr_array_new_with_free_func (g_object_unref);
  TilescribeModel *model;

  for (guint i = 0; (model = nth (self, i)); i++)
    if (tilescribe_model_is_shipped (model))
      g_ptr_array_add (offers, g_object_ref (model));
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if ((model = find (self, names[i])))
      g_ptr_array_add (offers, g_object_ref (model));
  return offers;
}

static void
judge (TilescribeModels *self)
{
  TilescribeModel *model;
  guint n_installed = 0;

  for (guint i = 0; (model = nth (self, i)); i++)
    if (tilescribe_model_get_state (model) == TILESCRIBE_MODEL_INSTALLED && !tilescribe_model_is_shipped (model))
      n_installed++;
  if (self->starter_only != (n_installed == 0))
    {
      self->starter_only = n_installed == 0;
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STARTER_ONLY]);
    }
  if (self->n_installed != n_installed)
    {
      self->n_installed = n_installed;
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_N_INSTALLED]);
    }
}

static void
tell (TilescribeModels *self, const GError *error)
{
  if (error)
    g_signal_emit (self, trouble_signal, 0, error->message);
}

/* --- Reading ------------------------------------------------------------------------------------------------------------- */

static guint64
part_of (const ScribeModelEntry *entry)
{
  g_autofree char *folder = scribe_models_folder (), *file = g_strconcat (entry->name, ".bin.part", NULL);
  g_autofree char *path = g_build_filename (folder, file, NULL);
  GStatBuf part;

  return g_stat (path, &part) == 0 ? (guint64) part.st_size : 0;
}

typedef struct
{
  GPtrArray *entries;
  GArray *parts; /* of guint64 */
} Reading;

static void
reading_free (Reading *reading)
{
  g_ptr_array_unref (reading->entries);
  g_array_unref (reading->parts);
  g_free (reading);
}

static void
read_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  GError *error = NULL;
  GPtrArray *entries = scribe_catalogue_list (&error);
  Reading *reading;

  if (entries == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  reading = g_new0 (Reading, 1);
  reading->entries = entries;
  reading->parts = g_array_new (FALSE, FALSE, sizeof (guint64));
  for (guint i = 0; i < entries->len; i++)
    {
      guint64 part = part_of (entries->pdata[i]);

      g_array_append_val (reading->parts, part);
    }
  g_task_return_pointer (task, reading, (GDestroyNotify) reading_free);
}

/* How much of a download is kept, the disk knows best. */
static void
on_state (TilescribeModels *self, GParamSpec *pspec, TilescribeModel *model)
{
  judge (self);
  if (tilescribe_model_get_state (model) == TILESCRIBE_MODEL_ABSENT)
    tilescribe_models_refresh (self);
}

static gboolean
is_in (GPtrArray *entries, TilescribeModel *model)
{
  for (guint i = 0; i < entries->len; i++)
    if (strcmp (((ScribeModelEntry *) entries->pdata[i])->name, tilescribe_model_get_name (model)) == 0)
      return TRUE;
  return FALSE;
}

static void
take_over (TilescribeModels *self, const Reading *reading)
{
  TilescribeModel *model;

  for (guint i = 0; (model = nth (self, i));)
    if (is_in (reading->entries, model) || tilescribe_model_get_state (model) == TILESCRIBE_MODEL_DOWNLOADING)
      i++;
    else
      g_list_store_remove (self->list, i);

  for (guint i = 0; i < reading->entries->len; i++)
    {
      const ScribeModelEntry *entry = reading->entries->pdata[i];
      guint64 part = g_array_index (reading->parts, guint64, i);

      model = find (self, entry->name);
      if (model)
        tilescribe_model_update (model, entry, part);
      else
        {
          g_autoptr (TilescribeModel) added = tilescribe_model_new (entry, part);

          g_signal_connect_object (added, "notify::state", G_CALLBACK (on_state), self, G_CONNECT_SWAPPED);
          g_list_store_append (self->list, added);
        }
    }
}

static void
on_read (GObject *source, GAsyncResult *result, gpointer data)
{
  TilescribeModels *self = TILESCRIBE_MODELS (source);
  g_autoptr (GError) error = NULL;
  Reading *reading = g_task_propagate_pointer (G_TASK (result), &error);

  tell (self, error);
  if (reading && self->list)
    {
      take_over (self, reading);
      judge (self);
    }
  g_clear_pointer (&reading, reading_free);
}

void
tilescribe_models_refresh (TilescribeModels *self)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, on_read, NULL);

  g_task_set_source_tag (task, tilescribe_models_refresh);
  g_task_run_in_thread (task, read_in_thread);
}

/* --- Changing ------------------------------------------------------------------------------------------------------------ */

typedef struct
{
  gboolean (*how) (const char *what, GError **error);
  char *what;
} Change;

static void
count_imports (TilescribeModels *self, int change)
{
  self->n_importing += change;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_IMPORTING]);
}

static void
change_free (Change *change)
{
  g_free (change->what);
  g_free (change);
}

static void
change_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Change *change = data;
  GError *error = NULL;

  if (change->how (change->what, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
on_changed (GObject *source, GAsyncResult *result, gpointer data)
{
  TilescribeModels *self = TILESCRIBE_MODELS (source);
  const Change *change = g_task_get_task_data (G_TASK (result));
  g_autoptr (GError) error = NULL;
  gboolean done = g_task_propagate_boolean (G_TASK (result), &error);

  tell (self, error);
  if (change->how == scribe_catalogue_import)
    {
      g_autofree char *name = g_filename_display_basename (change->what);

      count_imports (self, -1);
      if (done)
        g_signal_emit (self, imported_signal, 0, name);
    }
  tilescribe_models_refresh (self);
}

static void
change_disk (TilescribeModels *self, gboolean (*how) (const char *what, GError **error), const char *what)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, on_changed, NULL);
  Change *change = g_new (Change, 1);

  change->how = how;
  change->what = g_strdup (what);
  g_task_set_source_tag (task, change_disk);
  g_task_set_task_data (task, change, (GDestroyNotify) change_free);
  g_task_run_in_thread (task, change_in_thread);
}

void
tilescribe_models_remove (TilescribeModels *self, TilescribeModel *model)
{
  g_autofree char *chosen = g_settings_get_string (self->settings, "model");

  if (strcmp (chosen, tilescribe_model_get_name (model)) == 0)
    g_settings_reset (self->settings, "model");
  change_disk (self, scribe_catalogue_remove, tilescribe_model_get_name (model));
}

void
tilescribe_models_import (TilescribeModels *self, const char *path)
{
  count_imports (self, 1);
  change_disk (self, scribe_catalogue_import, path);
}

void
tilescribe_models_cancel_all (TilescribeModels *self)
{
  TilescribeModel *model;

  for (guint i = 0; (model = nth (self, i)); i++)
    tilescribe_model_cancel (model);
}

/* --- The type ------------------------------------------------------------------------------------------------------------ */

static void
tilescribe_models_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id == PROP_STARTER_ONLY)
    g_value_set_boolean (value, TILESCRIBE_MODELS (object)->starter_only);
  else if (id == PROP_N_INSTALLED)
    g_value_set_uint (value, TILESCRIBE_MODELS (object)->n_installed);
  else if (id == PROP_IMPORTING)
    g_value_set_boolean (value, TILESCRIBE_MODELS (object)->n_importing > 0);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
tilescribe_models_dispose (GObject *object)
{
  TilescribeModels *self = TILESCRIBE_MODELS (object);

  if (self->list)
    tilescribe_models_cancel_all (self);
  g_clear_object (&self->list);
  G_OBJECT_CLASS (tilescribe_models_parent_class)->dispose (object);
}

static void
tilescribe_models_class_init (TilescribeModelsClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = tilescribe_models_get_property;
  object_class->dispose = tilescribe_models_dispose;
  properties[PROP_STARTER_ONLY] = g_param_spec_boolean ("starter-only", NULL, NULL, FALSE,
                                                        G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  properties[PROP_N_INSTALLED] = g_param_spec_uint ("n-installed", NULL, NULL, 0, G_MAXUINT, 0,
                                                    G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  properties[PROP_IMPORTING] = g_param_spec_boolean ("importing", NULL, NULL, FALSE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  trouble_signal = g_signal_new ("trouble", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1,
                                 G_TYPE_STRING);
  imported_signal = g_signal_new ("imported", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1,
                                  G_TYPE_STRING);
}

static void
tilescribe_models_init (TilescribeModels *self)
{
  self->list = g_list_store_new (TILESCRIBE_TYPE_MODEL);
}

TilescribeModels *
tilescribe_models_get (GSettings *settings)
{
  TilescribeModels *self = g_object_get_data (G_OBJECT (settings), KEY);

  if (self == NULL)
    {
      self = g_object_new (TILESCRIBE_TYPE_MODELS, NULL);
      self->settings = settings;
      g_object_set_data_full (G_OBJECT (settings), KEY, self, g_object_unref);
      tilescribe_models_refresh (self);
    }
  return self;
}
