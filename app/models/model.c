/* model.c - one model, installed or to be had
 *
 * A download runs in a thread of its own. It leaves how far it is in two numbers, which the GTK thread reads ten times a second: whatever
 * the network does, no more than that is redrawn.
 *
 * SPDX-License-Identifier: MIT
 */
#include "models/model.h"

#define PROGRESS_MS 100

/* Of one download: the thread's, as long as it runs. */
typedef struct
{
  char *url, *path, *sha256;
  guint64 size;
  GMutex lock;
  guint64 done, total;
} Transfer;

struct _TilescribeModel
{
  GObject parent;

  char *name, *description, *url, *sha256;
  guint64 size;
  gboolean multilingual, conditioned;

  TilescribeModelState state;
  guint64 done, total;
  char *trouble;

  GCancellable *cancellable; /* of the download that runs */
  Transfer *transfer;
  guint timer;
};

G_DEFINE_FINAL_TYPE (TilescribeModel, tilescribe_model, G_TYPE_OBJECT)

enum
{
  PROP_STATE = 1,
  PROP_DONE,
  PROP_TOTAL,
  PROP_TROUBLE,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static void
set_state (TilescribeModel *self, TilescribeModelState state)
{
  if (self->state == state)
    return;
  self->state = state;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATE]);
}

static void
set_amount (TilescribeModel *self, guint64 done, guint64 total)
{
  if (self->done != done)
    {
      self->done = done;
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_DONE]);
    }
  if (self->total != total)
    {
      self->total = total;
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TOTAL]);
    }
}

static void
set_trouble (TilescribeModel *self, const char *trouble)
{
  if (g_strcmp0 (self->trouble, trouble) == 0)
    return;
  g_free (self->trouble);
  self->trouble = g_strdup (trouble);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TROUBLE]);
}

const char *
tilescribe_model_get_name (TilescribeModel *self)
{
  return self->name;
}

const char *
tilescribe_model_get_description (TilescribeModel *self)
{
  return self->description;
}

gboolean
tilescribe_model_is_multilingual (TilescribeModel *self)
{
  return self->multilingual;
}

gboolean
tilescribe_model_is_shipped (TilescribeModel *self)
{
  return self->url == NULL && self->sha256 != NULL;
}

gboolean
tilescribe_model_is_imported (TilescribeModel *self)
{
  return self->sha256 == NULL;
}

gboolean
tilescribe_model_is_conditioned (TilescribeModel *self)
{
  return self->conditioned;
}

TilescribeModelState
tilescribe_model_get_state (TilescribeModel *self)
{
  return self->state;
}

guint64
tilescribe_model_get_done (TilescribeModel *self)
{
  return self->done;
}

guint64
tilescribe_model_get_total (TilescribeModel *self)
{
  return self->total;
}

const char *
tilescribe_model_get_trouble (TilescribeModel *self)
{
  return self->trouble;
}

void
tilescribe_model_update (TilescribeModel *self, const ScribeModelEntry *entry, guint64 part)
{
  if (self->state == TILESCRIBE_MODEL_DOWNLOADING)
    return;
  self->size = entry->size;
  set_amount (self, entry->path ? entry->size : part, entry->size);
  set_state (self, entry->path ? TILESCRIBE_MODEL_INSTALLED : TILESCRIBE_MODEL_ABSENT);
}

TilescribeModel *
tilescribe_model_new (const ScribeModelEntry *entry, guint64 part)
{
  TilescribeModel *self = g_object_new (TILESCRIBE_TYPE_MODEL, NULL);

  self->name = g_strdup (entry->name);
  self->description = g_strdup (entry->description);
  self->url = g_strdup (entry->url);
  self->sha256 = g_strdup (entry->sha256);
  self->multilingual = entry->multilingual;
  self->conditioned = entry->conditioned;
  tilescribe_model_update (self, entry, part);
  return self;
}

/* --- Download ------------------------------------------------------------------------------------------------------------ */

static Transfer *
transfer_new (TilescribeModel *self)
{
  g_autofree char *folder = scribe_models_folder (), *file = g_strconcat (self->name, ".bin", NULL);
  Transfer *transfer = g_new0 (Transfer, 1);

  transfer->url = g_strdup (self->url);
  transfer->path = g_build_filename (folder, file, NULL);
  transfer->sha256 = g_strdup (self->sha256);
  transfer->size = self->size;
  transfer->done = self->done;
  transfer->total = self->size;
  g_mutex_init (&transfer->lock);
  return transfer;
}

static void
transfer_free (Transfer *transfer)
{
  g_free (transfer->url);
  g_free (transfer->path);
  g_free (transfer->sha256);
  g_mutex_clear (&transfer->lock);
  g_free (transfer);
}

static void
on_progress (guint64 done, guint64 total, gpointer data)
{
  Transfer *transfer = data;

  g_mutex_lock (&transfer->lock);
  transfer->done = done;
  transfer->total = total;
  g_mutex_unlock (&transfer->lock);
}

static void
download_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Transfer *transfer = data;
  GError *error = NULL;
  ScribeDownload download;

  scribe_download_init (&download);
  download.url = transfer->url;
  download.path = transfer->path;
  download.sha256 = transfer->sha256;
  download.size = transfer->size;
  if (scribe_download_run (&download, on_progress, transfer, cancellable, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
read_progress (TilescribeModel *self)
{
  guint64 done, total;

  g_mutex_lock (&self->transfer->lock);
  done = self->transfer->done;
  total = self->transfer->total;
  g_mutex_unlock (&self->transfer->lock);
  set_amount (self, done, total ? total : self->size);
}

static gboolean
on_timer (gpointer data)
{
  read_progress (data);
  return G_SOURCE_CONTINUE;
}

static void
on_downloaded (GObject *source, GAsyncResult *result, gpointer data)
{
  TilescribeModel *self = TILESCRIBE_MODEL (source);
  g_autoptr (GError) error = NULL;
  gboolean arrived = g_task_propagate_boolean (G_TASK (result), &error);

  read_progress (self);
  self->transfer = NULL;
  g_clear_handle_id (&self->timer, g_source_remove);
  g_clear_object (&self->cancellable);
  if (error && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    set_trouble (self, error->message);
  set_state (self, arrived ? TILESCRIBE_MODEL_INSTALLED : TILESCRIBE_MODEL_ABSENT);
}

void
tilescribe_model_download (TilescribeModel *self)
{
  g_autoptr (GTask) task = NULL;

  if (self->state != TILESCRIBE_MODEL_ABSENT || self->url == NULL)
    return;
  self->cancellable = g_cancellable_new ();
  self->transfer = transfer_new (self);
  self->timer = g_timeout_add (PROGRESS_MS, on_timer, self);
  task = g_task_new (self, self->cancellable, on_downloaded, NULL);
  g_task_set_source_tag (task, tilescribe_model_download);
  g_task_set_task_data (task, self->transfer, (GDestroyNotify) transfer_free);
  set_trouble (self, NULL);
  set_state (self, TILESCRIBE_MODEL_DOWNLOADING);
  g_task_run_in_thread (task, download_in_thread);
}

void
tilescribe_model_cancel (TilescribeModel *self)
{
  if (self->cancellable)
    g_cancellable_cancel (self->cancellable);
}

/* --- The type ------------------------------------------------------------------------------------------------------------ */

static void
tilescribe_model_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  TilescribeModel *self = TILESCRIBE_MODEL (object);

  switch (id)
    {
    case PROP_STATE:
      g_value_set_uint (value, self->state);
      break;
    case PROP_DONE:
      g_value_set_uint64 (value, self->done);
      break;
    case PROP_TOTAL:
      g_value_set_uint64 (value, self->total);
      break;
    case PROP_TROUBLE:
      g_value_set_string (value, self->trouble);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
tilescribe_model_finalize (GObject *object)
{
  TilescribeModel *self = TILESCRIBE_MODEL (object);

  g_free (self->name);
  g_free (self->description);
  g_free (self->url);
  g_free (self->sha256);
  g_free (self->trouble);
  G_OBJECT_CLASS (tilescribe_model_parent_class)->finalize (object);
}

static void
tilescribe_model_class_init (TilescribeModelClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->get_property = tilescribe_model_get_property;
  object_class->finalize = tilescribe_model_finalize;
  properties[PROP_STATE] = g_param_spec_uint ("state", NULL, NULL, 0, TILESCRIBE_MODEL_INSTALLED, 0, flags);
  properties[PROP_DONE] = g_param_spec_uint64 ("done", NULL, NULL, 0, G_MAXUINT64, 0, flags);
  properties[PROP_TOTAL] = g_param_spec_uint64 ("total", NULL, NULL, 0, G_MAXUINT64, 0, flags);
  properties[PROP_TROUBLE] = g_param_spec_string ("trouble", NULL, NULL, NULL, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
tilescribe_model_init (TilescribeModel *self)
{
}
