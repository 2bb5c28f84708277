/* window.c - the window: four pages and a menu
 *
 * Ties the pages to what lives as long as the program. Closing it hides it where the person wants the program to stay.
 *
 * SPDX-License-Identifier: MIT
 */
#include "window.h"

#include "pages/dashboard-page.h"
#include "pages/dictation-page.h"
#include "pages/files-page.h"
#include "pages/history-page.h"

struct _TilescribeWindow
{
  AdwApplicationWindow parent;

  AdwViewStack *stack;
  TilescribeDictationPage *dictation;
  TilescribeFilesPage *files;
  TilescribeHistoryPage *history;
  TilescribeDashboardPage *dashboard;

  GSettings *settings;
  ScribeSession *session;
  char *trouble; /* of the session, as it was told */
};

G_DEFINE_FINAL_TYPE (TilescribeWindow, tilescribe_window, ADW_TYPE_APPLICATION_WINDOW)

void
tilescribe_window_open_files (TilescribeWindow *self, GListModel *files)
{
  adw_view_stack_set_visible_child_name (self->stack, "files");
  tilescribe_files_page_add_files (self->files, files);
}

void
tilescribe_window_read_history_again (TilescribeWindow *self)
{
  tilescribe_history_page_read_again (self->history);
}

/* --- what happens elsewhere */

static void
on_message (TilescribeDictator *dictator, const char *sentence, TilescribeWindow *self)
{
  tilescribe_dictation_page_tell (self->dictation, sentence);
}

static void
on_trouble (TilescribeWindow *self)
{
  const char *trouble = scribe_session_get_trouble (self->session);

  if (trouble)
    tilescribe_dictation_page_tell (self->dictation, trouble);
  else if (self->trouble)
    tilescribe_dictation_page_take_back (self->dictation, self->trouble);
  g_free (self->trouble);
  self->trouble = g_strdup (trouble);
}

static void
on_utterance (TilescribeDictator *dictator, const ScribeUtterance *utterance, double seconds, TilescribeWindow *self)
{
  tilescribe_dashboard_page_show_utterance (self->dashboard, utterance, seconds);
}

static void
on_transcript_changed (ScribeSession *session, gint64 id, TilescribeWindow *self)
{
  tilescribe_history_page_update (self->history, id);
}

static void
on_transcribe_again (TilescribeHistoryPage *history, const char *path, const char *model, TilescribeWindow *self)
{
  scribe_session_add_file (self->session, path, model);
  adw_view_stack_set_visible_child_name (self->stack, "files");
}

/* --- actions */

/* Who comes by keyboard goes on by keyboard: the focus moves into the page. */
static void
on_page (GtkWidget *widget, const char *action, GVariant *name)
{
  TilescribeWindow *self = TILESCRIBE_WINDOW (widget);
  GtkWidget *page;

  adw_view_stack_set_visible_child_name (self->stack, g_variant_get_string (name, NULL));
  page = adw_view_stack_get_visible_child (self->stack);
  if (gtk_widget_get_focus_child (page) == NULL)
    gtk_widget_child_focus (page, GTK_DIR_TAB_FORWARD);
}

static void
on_open (GtkWidget *widget, const char *action, GVariant *parameter)
{
  TilescribeWindow *self = TILESCRIBE_WINDOW (widget);

  adw_view_stack_set_visible_child_name (self->stack, "files");
  tilescribe_files_page_choose_files (self->files);
}

/* --- its life */

static void
remember_size (TilescribeWindow *self)
{
  int width, height;

  gtk_window_get_default_size (GTK_WINDOW (self), &width, &height);
  g_settings_set (self->settings, "window-size", "(ii)", width, height);
  g_settings_set_boolean (self->settings, "window-maximized", gtk_window_is_maximized (GTK_WINDOW (self)));
}

static gboolean
tilescribe_window_close_request (GtkWindow *window)
{
  TilescribeWindow *self = TILESCRIBE_WINDOW (window);

  remember_size (self);
  if (g_settings_get_boolean (self->settings, "background"))
    {
      gtk_widget_set_visible (GTK_WIDGET (window), FALSE);
      return TRUE;
    }
  return GTK_WINDOW_CLASS (tilescribe_window_parent_class)->close_request (window);
}

static void
tilescribe_window_dispose (GObject *object)
{
  TilescribeWindow *self = TILESCRIBE_WINDOW (object);

  if (self->settings) /* who quits does not close before */
    remember_size (self);
  g_clear_object (&self->settings);
  g_clear_object (&self->session);
  g_clear_pointer (&self->trouble, g_free);
  G_OBJECT_CLASS (tilescribe_window_parent_class)->dispose (object);
}

static void
tilescribe_window_class_init (TilescribeWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = tilescribe_window_dispose;
  GTK_WINDOW_CLASS (klass)->close_request = tilescribe_window_close_request;
  g_type_ensure (TILESCRIBE_TYPE_DICTATION_PAGE);
  g_type_ensure (TILESCRIBE_TYPE_FILES_PAGE);
  g_type_ensure (TILESCRIBE_TYPE_HISTORY_PAGE);
  g_type_ensure (TILESCRIBE_TYPE_DASHBOARD_PAGE);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/tilescribe/Tilescribe/window.ui");
  gtk_widget_class_bind_template_child (widget_class, TilescribeWindow, stack);
  gtk_widget_class_bind_template_child (widget_class, TilescribeWindow, dictation);
  gtk_widget_class_bind_template_child (widget_class, TilescribeWindow, files);
  gtk_widget_class_bind_template_child (widget_class, TilescribeWindow, history);
  gtk_widget_class_bind_template_child (widget_class, TilescribeWindow, dashboard);
  gtk_widget_class_install_action (widget_class, "win.page", "s", on_page);
  gtk_widget_class_install_action (widget_class, "win.open", NULL, on_open);
}

static void
tilescribe_window_init (TilescribeWindow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

static void
set_up_pages (TilescribeWindow *self, TilescribeApplication *application)
{
  TilescribeDictator *dictator = tilescribe_application_get_dictator (application);
  ScribeStoreThread *store = tilescribe_application_get_store (application);
  g_autoptr (TilescribeNpuWatch) npu = tilescribe_npu_watch_new ("");

  tilescribe_dictation_page_set_up (self->dictation, dictator, self->session);
  tilescribe_files_page_set_store (self->files, store);
  tilescribe_files_page_set_session (self->files, self->session);
  tilescribe_history_page_set_jobs (self->history, scribe_session_get_jobs (self->session));
  tilescribe_history_page_set_store (self->history, store);
  tilescribe_dashboard_page_set_session (self->dashboard, self->session);
  tilescribe_dashboard_page_set_store (self->dashboard, store);
  tilescribe_dashboard_page_set_npu (self->dashboard, npu);
  g_signal_connect_object (self->history, "transcribe-again", G_CALLBACK (on_transcribe_again), self, 0);
  g_signal_connect_object (dictator, "message", G_CALLBACK (on_message), self, 0);
  g_signal_connect_object (dictator, "utterance", G_CALLBACK (on_utterance), self, 0);
  g_signal_connect_object (self->session, "transcript-changed", G_CALLBACK (on_transcript_changed), self, 0);
  g_signal_connect_object (self->session, "notify::trouble", G_CALLBACK (on_trouble), self, G_CONNECT_SWAPPED);
  on_trouble (self);
}

GtkWindow *
tilescribe_window_new (TilescribeApplication *application)
{
  TilescribeWindow *self = g_object_new (TILESCRIBE_TYPE_WINDOW, "application", application, NULL);
  int width, height;

  self->settings = g_object_ref (tilescribe_application_get_settings (application));
  self->session = g_object_ref (tilescribe_application_get_session (application));
  g_settings_get (self->settings, "window-size", "(ii)", &width, &height);
  gtk_window_set_default_size (GTK_WINDOW (self), width, height);
  if (g_settings_get_boolean (self->settings, "window-maximized"))
    gtk_window_maximize (GTK_WINDOW (self));
  set_up_pages (self, application);
  return GTK_WINDOW (self);
}
