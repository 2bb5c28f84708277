/* application.c - the program with a window: what lives as long as it does
 *
 * SPDX-License-Identifier: MIT
 */
#include "application.h"

#include "config.h"
#include "desktop/remote.h"
#include "models/models.h"
#include "pages/preferences-window.h"
#include "pages/welcome-window.h"
#include "retention.h"
#include "settings.h"
#include "window.h"

#include <glib-unix.h>
#include <glib/gi18n.h>
#include <signal.h>

struct _TilescribeApplication
{
  AdwApplication parent;

  TilescribeRemote *remote;
  GSettings *settings;
  ScribeSession *session;
  ScribeStoreThread *store;
  TilescribeDictator *dictator;
  TilescribeRetention *retention;
  gboolean is_held;    /* runs on without a window */
  gboolean had_window; /* one was shown since the start */
};

G_DEFINE_FINAL_TYPE (TilescribeApplication, tilescribe_application, ADW_TYPE_APPLICATION)

GSettings *
tilescribe_application_get_settings (TilescribeApplication *self)
{
  return self->settings;
}

ScribeSession *
tilescribe_application_get_session (TilescribeApplication *self)
{
  return self->session;
}

ScribeStoreThread *
tilescribe_application_get_store (TilescribeApplication *self)
{
  return self->store;
}

TilescribeDictator *
tilescribe_application_get_dictator (TilescribeApplication *self)
{
  return self->dictator;
}

/* --- settings */

static const char *
or_null (const char *text)
{
  return *text ? text : NULL;
}

static void
configure_session (TilescribeApplication *self)
{
  g_autofree char *model = g_settings_get_string (self->settings, "model");
  g_autofree char *device = g_settings_get_string (self->settings, "device");
  g_autofree char *language = g_settings_get_string (self->settings, "language");
  g_autofree char *prompt = tilescribe_settings_get_prompt (self->settings);
  g_autoptr (ScribeWording) wording = tilescribe_settings_get_wording (self->settings);
  ScribeSessionOptions options;

  scribe_session_options_init (&options);
  options.model = or_null (model);
  options.device = or_null (device);
  options.language = or_null (language);
  options.translate = g_settings_get_boolean (self->settings, "translate");
  options.prompt = prompt;
  options.wording = wording;
  options.keep_audio = g_settings_get_boolean (self->settings, "keep-audio");
  options.keep_nothing = g_settings_get_enum (self->settings, "retention") == SCRIBE_RETENTION_NOTHING;
  options.idle_seconds = 60 * g_settings_get_uint (self->settings, "model-idle-minutes");
  scribe_session_configure (self->session, &options);
}

/* Who chooses another model wants to speak to it, and not to wait then. */
static void
load_model (TilescribeApplication *self)
{
  scribe_session_warm_up (self->session);
}

static void
stay_or_go (TilescribeApplication *self)
{
  gboolean is_service = g_application_get_flags (G_APPLICATION (self)) & G_APPLICATION_IS_SERVICE;
  gboolean stays = (is_service && !self->had_window) || g_settings_get_boolean (self->settings, "background");

  if (stays == self->is_held)
    return;
  self->is_held = stays;
  if (stays)
    g_application_hold (G_APPLICATION (self));
  else
    g_application_release (G_APPLICATION (self));
}

/* --- windows */

static GtkWindow *
find_window (GType type)
{
  GListModel *windows = gtk_window_get_toplevels ();

  for (guint i = 0; i < g_list_model_get_n_items (windows); i++)
    {
      g_autoptr (GtkWindow) window = g_list_model_get_item (windows, i);

      if (G_TYPE_CHECK_INSTANCE_TYPE (window, type))
        return window; /* which GTK owns */
    }
  return NULL;
}

/* What was too old is gone from the database. */
static void
on_forgotten (const char *trouble, gpointer data)
{
  GtkWindow *window = find_window (TILESCRIBE_TYPE_WINDOW);

  if (trouble)
    tilescribe_dictator_tell (TILESCRIBE_APPLICATION (data)->dictator, trouble);
  if (window)
    tilescribe_window_read_history_again (TILESCRIBE_WINDOW (window));
}

/* --- actions */

static void
on_toggle (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  tilescribe_dictator_toggle (TILESCRIBE_APPLICATION (data)->dictator);
}

static void
on_cancel (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  tilescribe_dictator_cancel (TILESCRIBE_APPLICATION (data)->dictator);
}

static void
tell_device (TilescribePreferencesWindow *preferences, GParamSpec *pspec, ScribeSession *session)
{
  tilescribe_preferences_window_tell_device (preferences, scribe_session_get_device (session),
                                             scribe_session_get_device_reason (session));
}

static void
tell_model (TilescribePreferencesWindow *preferences, GParamSpec *pspec, ScribeSession *session)
{
  tilescribe_preferences_window_tell_model (preferences, scribe_session_get_model (session));
}

static void
tell_hotkey (TilescribePreferencesWindow *preferences, GParamSpec *pspec, TilescribeDictator *dictator)
{
  tilescribe_preferences_window_tell_hotkey (preferences, tilescribe_dictator_get_hotkey (dictator));
}

static GtkWindow *
make_preferences (TilescribeApplication *self)
{
  GtkWindow *preferences = tilescribe_preferences_window_new (gtk_application_get_active_window (GTK_APPLICATION (self)),
                                                              self->settings, self->store);

  g_signal_connect_object (self->session, "notify::device", G_CALLBACK (tell_device), preferences, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->session, "notify::model", G_CALLBACK (tell_model), preferences, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->dictator, "notify::hotkey", G_CALLBACK (tell_hotkey), preferences, G_CONNECT_SWAPPED);
  tell_device (TILESCRIBE_PREFERENCES_WINDOW (preferences), NULL, self->session);
  tell_model (TILESCRIBE_PREFERENCES_WINDOW (preferences), NULL, self->session);
  tell_hotkey (TILESCRIBE_PREFERENCES_WINDOW (preferences), NULL, self->dictator);
  return preferences;
}

static void
on_preferences (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  GtkWindow *preferences = find_window (TILESCRIBE_TYPE_PREFERENCES_WINDOW);

  gtk_window_present (preferences ? preferences : make_preferences (data));
}

static void
on_about (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  adw_show_about_window (gtk_application_get_active_window (GTK_APPLICATION (data)), "application-name", _ ("Tilescribe"),
                         "application-icon", TILESCRIBE_APPLICATION_ID, "version", TILESCRIBE_VERSION, "developer-name",
                         _ ("The Tilescribe developers"), "license-type", GTK_LICENSE_MIT_X11, "comments",
                         _ ("Private dictation: what you say stays on your machine."), NULL);
}

static void
on_quit (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  g_application_quit (data);
}

static const GActionEntry actions[] = {
  { .name = "toggle", .activate = on_toggle },
  { .name = "cancel", .activate = on_cancel },
  { .name = "preferences", .activate = on_preferences },
  { .name = "about", .activate = on_about },
  { .name = "quit", .activate = on_quit },
};

static const struct
{
  const char *action, *keys[2];
} accelerators[] = {
  { "app.toggle", { "<Control>r" } },  { "app.cancel", { "<Control>Escape" } }, { "app.preferences", { "<Control>comma" } },
  { "app.quit", { "<Control>q" } },    { "window.close", { "<Control>w" } },    { "win.page::dictation", { "<Alt>1" } },
  { "win.page::files", { "<Alt>2" } }, { "win.page::history", { "<Alt>3" } },   { "win.page::dashboard", { "<Alt>4" } },
  { "win.open", { "<Control>o" } },
};

/* --- its life */

/* Opening the sound system takes a twentieth of a second the first time: done before anybody waits for a microphone. */
static void
wake_sound_system (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  g_autoptr (GPtrArray) microphones = scribe_microphone_list (FALSE, NULL);

  g_task_return_boolean (task, microphones != NULL);
}

/* The desktop session ends, or somebody presses Ctrl-C: what is being said is finished first. */
static gboolean
on_signal (gpointer data)
{
  g_application_quit (data);
  return G_SOURCE_CONTINUE;
}

static void
tilescribe_application_startup (GApplication *application)
{
  TilescribeApplication *self = TILESCRIBE_APPLICATION (application);
  g_autoptr (GTask) waking = g_task_new (NULL, NULL, NULL, NULL);

  G_APPLICATION_CLASS (tilescribe_application_parent_class)->startup (application);
  self->settings = g_settings_new (TILESCRIBE_APPLICATION_ID);
  self->session = scribe_session_new (NULL);
  self->store = scribe_store_thread_new (NULL);
  configure_session (self);
  g_signal_connect_object (self->settings, "changed", G_CALLBACK (configure_session), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->settings, "changed::model", G_CALLBACK (load_model), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->settings, "changed::device", G_CALLBACK (load_model), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->settings, "changed::background", G_CALLBACK (stay_or_go), self, G_CONNECT_SWAPPED);
  g_task_run_in_thread (waking, wake_sound_system);
  scribe_session_recover (self->session);
  scribe_session_warm_up (self->session);
  g_signal_connect_object (tilescribe_models_get (self->settings), "notify::n-installed",
                           G_CALLBACK (scribe_session_models_changed), self->session, G_CONNECT_SWAPPED);
  self->dictator = tilescribe_dictator_new (GTK_APPLICATION (self), self->settings, self->session);
  self->retention = tilescribe_retention_new (self->settings, self->store, on_forgotten, self);
  if (self->remote)
    tilescribe_remote_set_dictator (self->remote, self->dictator);

  g_action_map_add_action_entries (G_ACTION_MAP (self), actions, G_N_ELEMENTS (actions), self);
  for (guint i = 0; i < G_N_ELEMENTS (accelerators); i++)
    gtk_application_set_accels_for_action (GTK_APPLICATION (self), accelerators[i].action, accelerators[i].keys);
  g_unix_signal_add (SIGTERM, on_signal, self);
  g_unix_signal_add (SIGINT, on_signal, self);
  stay_or_go (self);
}

static GtkWindow *
get_window (TilescribeApplication *self)
{
  GtkWindow *window = find_window (TILESCRIBE_TYPE_WINDOW);

  if (window == NULL)
    window = tilescribe_window_new (self);
  self->had_window = TRUE;
  stay_or_go (self);
  return window;
}

static void
welcome (TilescribeApplication *self, GtkWindow *window)
{
  GtkWindow *welcome = find_window (TILESCRIBE_TYPE_WELCOME_WINDOW);

  gtk_window_present (welcome ? welcome : tilescribe_welcome_window_new (window, self->settings));
}

static void
tilescribe_application_activate (GApplication *application)
{
  TilescribeApplication *self = TILESCRIBE_APPLICATION (application);
  GtkWindow *window = get_window (self);

  gtk_window_present (window);
  if (!g_settings_get_boolean (self->settings, "welcomed"))
    welcome (self, window);
}

static void
tilescribe_application_open (GApplication *application, GFile **files, int n_files, const char *hint)
{
  TilescribeApplication *self = TILESCRIBE_APPLICATION (application);
  GtkWindow *window = get_window (self);
  g_autoptr (GListStore) list = g_list_store_new (G_TYPE_FILE);

  for (int i = 0; i < n_files; i++)
    g_list_store_append (list, files[i]);
  tilescribe_window_open_files (TILESCRIBE_WINDOW (window), G_LIST_MODEL (list));
  gtk_window_present (window);
}

/* Pages that still have something to write do so, and nobody listens or plays any more. */
static void
close_windows (void)
{
  GListModel *windows = gtk_window_get_toplevels ();
  guint n;

  while ((n = g_list_model_get_n_items (windows)) > 0)
    {
      g_autoptr (GtkWindow) window = g_list_model_get_item (windows, n - 1);

      gtk_window_destroy (window);
    }
}

static void
tilescribe_application_shutdown (GApplication *application)
{
  TilescribeApplication *self = TILESCRIBE_APPLICATION (application);

  close_windows ();
  if (self->dictator) /* the clipboard gets back what it held */
    tilescribe_dictator_close (self->dictator);
  if (self->session)
    scribe_session_close (self->session);
  if (self->store)
    scribe_store_thread_close (self->store);
  g_clear_pointer (&self->retention, tilescribe_retention_free);
  g_clear_object (&self->dictator);
  g_clear_object (&self->store);
  g_clear_object (&self->session);
  g_clear_object (&self->settings);
  G_APPLICATION_CLASS (tilescribe_application_parent_class)->shutdown (application);
  scribe_microphones_shut_down ();
}

/* GLib would end the program, and what is being said with it. */
static void
on_bus_closed (GDBusConnection *connection, gboolean was_lost, GError *error, TilescribeApplication *self)
{
  if (self->dictator)
    tilescribe_dictator_tell (self->dictator,
                              _ ("The desktop's message bus is gone: “tilescribe toggle” and the desktop's own hotkeys do not "
                                 "reach this program any more. Log out and in again; the button in this window still works."));
}

static gboolean
tilescribe_application_dbus_register (GApplication *application, GDBusConnection *connection, const char *path, GError **error)
{
  TilescribeApplication *self = TILESCRIBE_APPLICATION (application);

  if (!G_APPLICATION_CLASS (tilescribe_application_parent_class)->dbus_register (application, connection, path, error))
    return FALSE;
  g_dbus_connection_set_exit_on_close (connection, FALSE);
  g_signal_connect_object (connection, "closed", G_CALLBACK (on_bus_closed), self, 0);
  self->remote = tilescribe_remote_new (connection, path, error);
  return self->remote != NULL;
}

static void
tilescribe_application_dbus_unregister (GApplication *application, GDBusConnection *connection, const char *path)
{
  g_clear_pointer (&TILESCRIBE_APPLICATION (application)->remote, tilescribe_remote_free);
  G_APPLICATION_CLASS (tilescribe_application_parent_class)->dbus_unregister (application, connection, path);
}

static void
tilescribe_application_class_init (TilescribeApplicationClass *klass)
{
  GApplicationClass *application_class = G_APPLICATION_CLASS (klass);

  application_class->startup = tilescribe_application_startup;
  application_class->activate = tilescribe_application_activate;
  application_class->open = tilescribe_application_open;
  application_class->shutdown = tilescribe_application_shutdown;
  application_class->dbus_register = tilescribe_application_dbus_register;
  application_class->dbus_unregister = tilescribe_application_dbus_unregister;
}

static void
tilescribe_application_init (TilescribeApplication *self)
{
}

TilescribeApplication *
tilescribe_application_new (void)
{
  return g_object_new (TILESCRIBE_TYPE_APPLICATION, "application-id", TILESCRIBE_APPLICATION_ID, "flags",
                       G_APPLICATION_HANDLES_OPEN, "resource-base-path", "/org/tilescribe/Tilescribe", NULL);
}
