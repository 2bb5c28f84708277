/* dashboard-page.c - what the machine does, and how fast
 *
 *   session  --state, jobs-->  device, model, queue, rate of the recording under way
 *   store    --runs-->         latencies, waterfall of the last utterance, history
 *   utterance ------------->   waterfall, at once
 *   /proc    --every 2 s-->    memory
 *   NPU      --every 2 s-->    its columns and power, where it is one that runs; a driver that hangs is not waited for
 *
 * The database is read in its own thread, once for many changes, and only while the page is seen.
 *
 * SPDX-License-Identifier: MIT
 */
#include "pages/dashboard-page.h"

#include "pages/array-figures.h"
#include "pages/history-charts.h"
#include "pages/live-figures.h"
#include "pages/measures.h"
#include "pages/queue-watch.h"
#include "widgets/waterfall.h"

#include <glib/gi18n.h>
#include <math.h>
#include <stdio.h>
#include <unistd.h>

#define POLL_SECONDS 2
#define READ_DELAY   1000 /* milliseconds from a change of the store until it is read */
#define HISTORY_SPAN (180 * G_TIME_SPAN_DAY)
#define HISTORY_RUNS 400

struct _TilescribeDashboardPage
{
  AdwBin parent;

  GtkStack *stack;
  AdwActionRow *device_row, *model_row;
  GtkLabel *device, *model, *history_trouble;
  TilescribeLiveFigures *figures;
  TilescribeWaterfall *waterfall;
  TilescribeArrayFigures *array;
  TilescribeHistoryCharts *charts;

  ScribeSession *session;
  TilescribeQueueWatch *queue;
  ScribeStoreThread *store;
  GCancellable *reading; /* NULL: nobody reads */
  TilescribeNpuWatch *npu;
  GPtrArray *runs;  /* of ScribeRun, newest first, as last read */
  gboolean stale;   /* the store changed since it was read */
  gboolean uttered; /* an utterance of this window is shown */
  guint poll, read; /* sources */
};

G_DEFINE_FINAL_TYPE (TilescribeDashboardPage, tilescribe_dashboard_page, ADW_TYPE_BIN)

static const char *const state_texts[] = {
  [SCRIBE_SESSION_EMPTY] = N_ ("Not in memory: it is loaded when it is needed"),
  [SCRIBE_SESSION_LOADING] = N_ ("Being loaded"),
  [SCRIBE_SESSION_READY] = N_ ("In memory and warm"),
  [SCRIBE_SESSION_FAILED] = N_ ("Cannot be loaded"),
};

static double
known (double seconds)
{
  return seconds >= 0 ? seconds : NAN;
}

static const ScribeRunStats *
last_run (TilescribeDashboardPage *self)
{
  return self->runs != NULL && self->runs->len > 0 ? &((ScribeRun *) g_ptr_array_index (self->runs, 0))->stats : NULL;
}

/* While no model is in memory, the device is the one that ran last. */
static void
show_device (TilescribeDashboardPage *self)
{
  const ScribeRunStats *last = last_run (self);
  const char *device = self->session != NULL ? scribe_session_get_device (self->session) : NULL;
  const char *reason = self->session != NULL ? scribe_session_get_device_reason (self->session) : NULL;

  if (device == NULL && last != NULL)
    {
      device = last->device;
      reason = last->device_reason;
    }
  gtk_label_set_label (self->device, device != NULL ? device : _ ("not chosen yet"));
  adw_action_row_set_subtitle (self->device_row, device != NULL && reason != NULL ? reason : "");
  tilescribe_array_figures_set_device (self->array, device);
}

static void
show_model (TilescribeDashboardPage *self)
{
  const ScribeRunStats *last = last_run (self);
  const char *model = self->session != NULL ? scribe_session_get_model (self->session) : NULL;
  ScribeSessionState state = self->session != NULL ? scribe_session_get_state (self->session) : SCRIBE_SESSION_EMPTY;
  const char *trouble = self->session != NULL ? scribe_session_get_trouble (self->session) : NULL;

  if (model == NULL && last != NULL)
    model = last->model;
  gtk_label_set_label (self->model, model != NULL ? model : _ ("not chosen yet"));
  adw_action_row_set_subtitle (self->model_row, trouble != NULL ? trouble : _ (state_texts[state]));
}

static void
show_queue (TilescribeDashboardPage *self)
{
  double rate = self->queue != NULL ? tilescribe_queue_watch_get_rate (self->queue) : NAN;

  tilescribe_live_figures_set (self->figures, TILESCRIBE_FIGURE_QUEUE,
                               self->queue != NULL ? tilescribe_queue_watch_get_length (self->queue) : NAN);
  if (!isnan (rate))
    tilescribe_live_figures_set (self->figures, TILESCRIBE_FIGURE_RATE, rate);
}

/* Whether there is anything to see at all. */
static void
show_page (TilescribeDashboardPage *self)
{
  gboolean works = self->queue != NULL && tilescribe_queue_watch_get_length (self->queue) > 0;
  gboolean is_ready = self->session != NULL && scribe_session_get_state (self->session) != SCRIBE_SESSION_EMPTY;
  gboolean has_trouble = gtk_widget_get_visible (GTK_WIDGET (self->history_trouble));
  gboolean content = works || is_ready || has_trouble || self->uttered || last_run (self) != NULL;

  gtk_stack_set_visible_child_name (self->stack, content ? "content" : "empty");
}

/* Resident pages of this process, in megabytes; /proc answers from memory. */
static double
memory_used (void)
{
  g_autofree char *figures = NULL;
  const char *resident;

  if (!g_file_get_contents ("/proc/self/statm", &figures, NULL, NULL) || (resident = strchr (figures, ' ')) == NULL)
    return NAN;
  return (double) g_ascii_strtoull (resident, NULL, 10) * (double) sysconf (_SC_PAGESIZE) * 1e-6;
}

/* An NPU that sleeps is not woken by this. */
static void
poll_npu (TilescribeDashboardPage *self)
{
  if (self->npu == NULL || !tilescribe_array_figures_wants_telemetry (self->array))
    return;
  if (!tilescribe_npu_watch_ask (self->npu))
    tilescribe_array_figures_show_silence (self->array);
}

static void
on_npu_told (TilescribeDashboardPage *self, const ScribeNpuTelemetry *telemetry)
{
  tilescribe_array_figures_show_telemetry (self->array, telemetry);
}

static gboolean
poll_figures (gpointer data)
{
  TilescribeDashboardPage *self = data;
  ScribeDictation *dictation = self->session != NULL ? scribe_session_get_dictation (self->session) : NULL;

  tilescribe_live_figures_set (self->figures, TILESCRIBE_FIGURE_MEMORY, memory_used ());
  if (dictation != NULL)
    tilescribe_live_figures_set (self->figures, TILESCRIBE_FIGURE_OVERRUNS, (double) scribe_dictation_get_overruns (dictation));
  poll_npu (self);
  return G_SOURCE_CONTINUE;
}

/* What the engine did while the utterance was still being spoken delayed nothing: it is taken off the stages, the earliest first. */
static double
take_off (double *ahead, double seconds)
{
  double part = MIN (MAX (*ahead, 0), seconds);

  if (!(seconds > 0)) /* a stage that ran took some time */
    return NAN;
  *ahead -= part;
  return seconds - part;
}

static void
show_stages (TilescribeDashboardPage *self, const ScribeRunStats *run, double ahead)
{
  double mel = take_off (&ahead, run->mel), encode = take_off (&ahead, run->encode), decode = take_off (&ahead, run->decode);
  const TilescribeStage stages[] = {
    { _ ("Tail"), known (run->tail) },
    { _ ("Voice activity"), known (run->voice) },
    { _ ("Wait for the engine"), known (run->wait) },
    { run->array.is_modelled ? _ ("Mel spectrum, modelled") : _ ("Mel spectrum"), mel },
    { run->array.is_modelled ? _ ("Encoder, modelled") : _ ("Encoder"), encode },
    { _ ("Decoder"), decode },
    { _ ("Insertion"), known (run->insert_s) },
  };

  tilescribe_waterfall_set_stages (self->waterfall, stages, G_N_ELEMENTS (stages), known (run->latency) + fmax (run->voice, 0));
}

void
tilescribe_dashboard_page_show_utterance (TilescribeDashboardPage *self,
                                          const ScribeUtterance *utterance,
                                          double insertion_seconds)
{
  ScribeRunStats run = {
    .tail = utterance->tail,
    .voice = utterance->voice,
    .wait = utterance->wait,
    .mel = utterance->mel,
    .encode = utterance->encode,
    .decode = utterance->decode,
    .insert_s = insertion_seconds,
    .latency = utterance->total + MAX (insertion_seconds, 0),
    .array = utterance->array,
  };

  g_return_if_fail (TILESCRIBE_IS_DASHBOARD_PAGE (self));
  self->uttered = TRUE;
  show_stages (self, &run, utterance->ahead);
  if (run.array.kernel > 0)
    tilescribe_array_figures_show_times (self->array, &run.array);
  tilescribe_live_figures_set (self->figures, TILESCRIBE_FIGURE_OVERRUNS, (double) utterance->overruns);
  show_page (self);
}

/* The store does not tell how much was done ahead: at least what would not fit into the latency. */
static double
done_ahead (const ScribeRunStats *run)
{
  double parts = fmax (run->tail, 0) + fmax (run->wait, 0) + fmax (run->insert_s, 0) + run->mel + run->encode + run->decode;

  return parts - run->latency;
}

/* The last utterance that the store knows, until there is one in this window. */
static void
show_last_utterance (TilescribeDashboardPage *self)
{
  for (guint i = 0; i < self->runs->len && !self->uttered; i++)
    {
      const ScribeRun *run = g_ptr_array_index (self->runs, i);

      if (tilescribe_run_is_utterance (&run->stats))
        {
          show_stages (self, &run->stats, done_ahead (&run->stats));
          return;
        }
    }
}

static void
show_runs (TilescribeDashboardPage *self)
{
  tilescribe_live_figures_show_runs (self->figures, self->runs);
  tilescribe_history_charts_show (self->charts, self->runs);
  show_last_utterance (self);
  show_device (self);
  tilescribe_array_figures_show_runs (self->array, self->runs);
  show_model (self);
  show_queue (self);
}

/* In the thread of the store. */
static gpointer
read_runs (ScribeStore *store, gpointer data, GCancellable *cancellable, GError **error)
{
  return scribe_store_runs (store, g_get_real_time () - HISTORY_SPAN, HISTORY_RUNS, error);
}

/* While a recording is under way the store changes with every segment, but there is no new run, nor is one reported to have been inserted. */
static gboolean
are_same_runs (GPtrArray *before, GPtrArray *after)
{
  const ScribeRun *x, *y;

  if (before == NULL || before->len != after->len || after->len == 0)
    return FALSE;
  x = g_ptr_array_index (before, 0);
  y = g_ptr_array_index (after, 0);
  return x->id == y->id && x->stats.latency == y->stats.latency;
}

static void
take_runs (TilescribeDashboardPage *self, GPtrArray *runs)
{
  gboolean same = are_same_runs (self->runs, runs);

  g_clear_pointer (&self->runs, g_ptr_array_unref);
  self->runs = runs;
  if (!same)
    show_runs (self);
}

static void
on_runs_read (GObject *store, GAsyncResult *result, gpointer data)
{
  g_autoptr (TilescribeDashboardPage) self = data;
  g_autoptr (GError) error = NULL;
  GPtrArray *runs = scribe_store_thread_run_finish (SCRIBE_STORE_THREAD (store), result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  g_clear_object (&self->reading);
  self->stale |= error != NULL; /* tried again when the page is seen again, or something changes */
  gtk_widget_set_visible (GTK_WIDGET (self->history_trouble), error != NULL);
  gtk_label_set_label (self->history_trouble, error != NULL ? error->message : "");
  if (runs != NULL)
    take_runs (self, runs);
  show_page (self);
}

static gboolean
read_store (gpointer data)
{
  TilescribeDashboardPage *self = data;

  if (self->reading != NULL)
    return G_SOURCE_CONTINUE;
  self->read = 0;
  self->stale = FALSE;
  self->reading = g_cancellable_new ();
  scribe_store_thread_run_async (self->store, read_runs, NULL, NULL, (GDestroyNotify) g_ptr_array_unref, self->reading,
                                 on_runs_read, g_object_ref (self));
  return G_SOURCE_REMOVE;
}

/* A recording under way changes the store with every segment: it is read once a second at most. */
static void
on_store_changed (TilescribeDashboardPage *self)
{
  self->stale = TRUE;
  if (self->read == 0 && self->store != NULL && gtk_widget_get_mapped (GTK_WIDGET (self)))
    self->read = g_timeout_add (READ_DELAY, read_store, self);
}

static void
on_session_changed (TilescribeDashboardPage *self)
{
  show_device (self);
  show_model (self);
  show_page (self);
}

static void
on_queue_changed (TilescribeDashboardPage *self)
{
  show_queue (self);
  show_page (self);
}

static void
drop_session (TilescribeDashboardPage *self)
{
  if (self->queue != NULL)
    g_signal_handlers_disconnect_by_data (self->queue, self);
  if (self->session != NULL)
    g_signal_handlers_disconnect_by_data (self->session, self);
  g_clear_object (&self->queue);
  g_clear_object (&self->session);
}

void
tilescribe_dashboard_page_set_session (TilescribeDashboardPage *self, ScribeSession *session)
{
  static const char *const properties[] = { "notify::state", "notify::trouble", "notify::model", "notify::device" };

  g_return_if_fail (TILESCRIBE_IS_DASHBOARD_PAGE (self));
  drop_session (self);
  if (session != NULL)
    {
      self->session = g_object_ref (session);
      self->queue = tilescribe_queue_watch_new (scribe_session_get_jobs (session));
      for (guint i = 0; i < G_N_ELEMENTS (properties); i++)
        g_signal_connect_swapped (session, properties[i], G_CALLBACK (on_session_changed), self);
      g_signal_connect_swapped (session, "transcript-changed", G_CALLBACK (on_store_changed), self);
      g_signal_connect_swapped (self->queue, "changed", G_CALLBACK (on_queue_changed), self);
    }
  show_queue (self);
  on_session_changed (self);
}

static void
drop_npu (TilescribeDashboardPage *self)
{
  if (self->npu != NULL)
    g_signal_handlers_disconnect_by_data (self->npu, self);
  g_clear_object (&self->npu);
}

void
tilescribe_dashboard_page_set_npu (TilescribeDashboardPage *self, TilescribeNpuWatch *npu)
{
  g_return_if_fail (TILESCRIBE_IS_DASHBOARD_PAGE (self));
  drop_npu (self);
  self->npu = g_object_ref (npu);
  g_signal_connect_swapped (npu, "told", G_CALLBACK (on_npu_told), self);
}

static void
stop_reading (TilescribeDashboardPage *self)
{
  g_clear_handle_id (&self->read, g_source_remove);
  g_cancellable_cancel (self->reading);
  g_clear_object (&self->reading);
}

void
tilescribe_dashboard_page_set_store (TilescribeDashboardPage *self, ScribeStoreThread *store)
{
  g_return_if_fail (TILESCRIBE_IS_DASHBOARD_PAGE (self));
  stop_reading (self);
  g_set_object (&self->store, store);
  self->stale = store != NULL;
  if (self->stale && gtk_widget_get_mapped (GTK_WIDGET (self)))
    read_store (self);
}

static void
tilescribe_dashboard_page_map (GtkWidget *widget)
{
  TilescribeDashboardPage *self = TILESCRIBE_DASHBOARD_PAGE (widget);

  GTK_WIDGET_CLASS (tilescribe_dashboard_page_parent_class)->map (widget);
  poll_figures (self);
  self->poll = g_timeout_add_seconds (POLL_SECONDS, poll_figures, self);
  if (self->stale && self->store != NULL && self->reading == NULL)
    read_store (self);
}

static void
tilescribe_dashboard_page_unmap (GtkWidget *widget)
{
  TilescribeDashboardPage *self = TILESCRIBE_DASHBOARD_PAGE (widget);

  g_clear_handle_id (&self->poll, g_source_remove);
  g_clear_handle_id (&self->read, g_source_remove);
  GTK_WIDGET_CLASS (tilescribe_dashboard_page_parent_class)->unmap (widget);
}

static void
tilescribe_dashboard_page_dispose (GObject *object)
{
  TilescribeDashboardPage *self = TILESCRIBE_DASHBOARD_PAGE (object);

  g_clear_handle_id (&self->poll, g_source_remove);
  stop_reading (self);
  drop_session (self);
  drop_npu (self);
  g_clear_object (&self->store);
  G_OBJECT_CLASS (tilescribe_dashboard_page_parent_class)->dispose (object);
}

static void
tilescribe_dashboard_page_finalize (GObject *object)
{
  TilescribeDashboardPage *self = TILESCRIBE_DASHBOARD_PAGE (object);

  g_clear_pointer (&self->runs, g_ptr_array_unref);
  G_OBJECT_CLASS (tilescribe_dashboard_page_parent_class)->finalize (object);
}

static void
tilescribe_dashboard_page_class_init (TilescribeDashboardPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = tilescribe_dashboard_page_dispose;
  G_OBJECT_CLASS (klass)->finalize = tilescribe_dashboard_page_finalize;
  widget_class->map = tilescribe_dashboard_page_map;
  widget_class->unmap = tilescribe_dashboard_page_unmap;
  g_type_ensure (TILESCRIBE_TYPE_LIVE_FIGURES);
  g_type_ensure (TILESCRIBE_TYPE_ARRAY_FIGURES);
  g_type_ensure (TILESCRIBE_TYPE_WATERFALL);
  g_type_ensure (TILESCRIBE_TYPE_HISTORY_CHARTS);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/tilescribe/Tilescribe/pages/dashboard-page.ui");
  gtk_widget_class_bind_template_child (widget_class, TilescribeDashboardPage, stack);
  gtk_widget_class_bind_template_child (widget_class, TilescribeDashboardPage, device_row);
  gtk_widget_class_bind_template_child (widget_class, TilescribeDashboardPage, device);
  gtk_widget_class_bind_template_child (widget_class, TilescribeDashboardPage, model_row);
  gtk_widget_class_bind_template_child (widget_class, TilescribeDashboardPage, model);
  gtk_widget_class_bind_template_child (widget_class, TilescribeDashboardPage, history_trouble);
  gtk_widget_class_bind_template_child (widget_class, TilescribeDashboardPage, figures);
  gtk_widget_class_bind_template_child (widget_class, TilescribeDashboardPage, waterfall);
  gtk_widget_class_bind_template_child (widget_class, TilescribeDashboardPage, array);
  gtk_widget_class_bind_template_child (widget_class, TilescribeDashboardPage, charts);
}

static void
tilescribe_dashboard_page_init (TilescribeDashboardPage *self)
{
  static const ScribeRunStats unknown = {
    .tail = -1, .voice = -1, .wait = -1, .mel = -1, .encode = -1, .decode = -1, .insert_s = -1, .latency = -1
  };

  gtk_widget_init_template (GTK_WIDGET (self));
  show_stages (self, &unknown, 0);
  show_queue (self);
  on_session_changed (self);
}
