/* level-meter.c - how loud it is: a row of blocks from -60 to 0 dB, with its peak held and a mark where it clips
 *
 *   level (0 to 1) --dB--> rises at once, falls 30 dB a second --> lit blocks of 2 dB
 *                     +--> highest of the last 1.5 s, then falls likewise --> one block
 *                     +--> full scale --> the last block is red for 2 s
 *
 * Blocks rather than a bar: a frame in which no block changes draws nothing, and the loudness can be counted where colours cannot be told
 * apart. A screen reader is told in words, at most once a second and only when the word changes.
 *
 * SPDX-License-Identifier: MIT
 */
#include "widgets/level-meter.h"

#include "widgets/ink.h"

#include <glib/gi18n.h>
#include <math.h>

#define FLOOR_DB   -60.0
#define LOUD_DB    -6.0 /* from here on blocks warn */
#define QUIET_DB   -40.0
#define N_BLOCKS   30
#define FALL       30.0  /* dB a second */
#define CLIPPING   0.999 /* of full scale */
#define HOLD       (3 * G_USEC_PER_SEC / 2)
#define HOLD_CLIP  (2 * G_USEC_PER_SEC)
#define TELL_EVERY G_USEC_PER_SEC
#define BLOCK_GAP  2
#define MIN_BLOCK  5
#define THICKNESS  14
#define DARK_BLOCK 4 /* pixels high */

struct _TilescribeLevelMeter
{
  GtkWidget parent;

  TilescribeLevelFunc level;
  gpointer data;
  GDestroyNotify free_data;
  guint tick; /* 0: not running */

  double now, peak; /* dB */
  gint64 frame, peaked, clipped, told;
  const char *word; /* last told */
  guint n_lit, peak_block;
  gboolean clip_lit; /* as drawn */
};

G_DEFINE_FINAL_TYPE (TilescribeLevelMeter, tilescribe_level_meter, GTK_TYPE_WIDGET)

static guint
blocks_of (double db)
{
  return (guint) CLAMP (lround ((db - FLOOR_DB) / -FLOOR_DB * N_BLOCKS), 0, N_BLOCKS);
}

static const char *
word_for (TilescribeLevelMeter *self)
{
  if (self->level == NULL)
    return _ ("off");
  if (self->clip_lit || self->peak > LOUD_DB / 2)
    return _ ("too loud");
  return self->peak < QUIET_DB ? _ ("quiet") : _ ("good");
}

static void
tell (TilescribeLevelMeter *self)
{
  const char *word = word_for (self);

  if (word == self->word)
    return;
  self->word = word;
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_VALUE_NOW, round (self->peak),
                                  GTK_ACCESSIBLE_PROPERTY_VALUE_TEXT, word, -1);
}

/* Redraws if that makes a difference. */
static void
show (TilescribeLevelMeter *self, gboolean clip_lit)
{
  guint n_lit = blocks_of (self->now), peak_block = blocks_of (self->peak);

  if (n_lit == self->n_lit && peak_block == self->peak_block && clip_lit == self->clip_lit)
    return;
  self->n_lit = n_lit;
  self->peak_block = peak_block;
  self->clip_lit = clip_lit;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
hear (TilescribeLevelMeter *self, float level, gint64 time)
{
  double heard = level > 0 ? MAX (20 * log10 (level), FLOOR_DB) : FLOOR_DB;
  double fall = FALL * (time - self->frame) / G_USEC_PER_SEC;

  self->now = MAX (heard, self->now - fall);
  if (heard >= self->peak)
    {
      self->peak = heard;
      self->peaked = time;
    }
  else if (time - self->peaked > HOLD)
    self->peak = MAX (self->now, self->peak - fall);
  if (level >= CLIPPING)
    self->clipped = time;
  self->frame = time;
}

static gboolean
on_tick (GtkWidget *widget, GdkFrameClock *clock, gpointer unused)
{
  TilescribeLevelMeter *self = TILESCRIBE_LEVEL_METER (widget);
  gint64 time = gdk_frame_clock_get_frame_time (clock);

  if (self->frame == 0)
    self->frame = time;
  hear (self, self->level (self->data), time);
  show (self, self->clipped != 0 && time - self->clipped < HOLD_CLIP);
  if (time - self->told >= TELL_EVERY)
    {
      self->told = time;
      tell (self);
    }
  return G_SOURCE_CONTINUE;
}

static void
fall_silent (TilescribeLevelMeter *self)
{
  self->now = self->peak = FLOOR_DB;
  self->frame = self->peaked = self->clipped = self->told = 0;
  show (self, FALSE);
  tell (self);
}

/* Runs if there is something to hear and somebody to see it. */
static void
start_or_stop (TilescribeLevelMeter *self)
{
  gboolean wanted = self->level != NULL && gtk_widget_get_mapped (GTK_WIDGET (self));

  if (wanted && self->tick == 0)
    {
      self->frame = 0;
      self->tick = gtk_widget_add_tick_callback (GTK_WIDGET (self), on_tick, NULL, NULL);
    }
  else if (!wanted && self->tick != 0)
    {
      gtk_widget_remove_tick_callback (GTK_WIDGET (self), self->tick);
      self->tick = 0;
      fall_silent (self);
    }
}

static void
drop_source (TilescribeLevelMeter *self)
{
  GDestroyNotify free_data = self->free_data;
  gpointer data = self->data;

  self->level = NULL;
  self->data = NULL;
  self->free_data = NULL;
  if (free_data != NULL)
    free_data (data);
}

void
tilescribe_level_meter_set_source (TilescribeLevelMeter *self, TilescribeLevelFunc level, gpointer data, GDestroyNotify free_data)
{
  g_return_if_fail (TILESCRIBE_IS_LEVEL_METER (self));
  drop_source (self);
  self->level = level;
  self->data = data;
  self->free_data = free_data;
  start_or_stop (self);
  tell (self);
}

static void
tilescribe_level_meter_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (tilescribe_level_meter_parent_class)->map (widget);
  start_or_stop (TILESCRIBE_LEVEL_METER (widget));
}

static void
tilescribe_level_meter_unmap (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (tilescribe_level_meter_parent_class)->unmap (widget);
  start_or_stop (TILESCRIBE_LEVEL_METER (widget));
}

static void
tilescribe_level_meter_measure (GtkWidget *widget,
                                GtkOrientation orientation,
                                int for_size,
                                int *minimum,
                                int *natural,
                                int *minimum_baseline,
                                int *natural_baseline)
{
  gboolean along = orientation == GTK_ORIENTATION_HORIZONTAL;

  *minimum = along ? N_BLOCKS * MIN_BLOCK : THICKNESS;
  *natural = along ? N_BLOCKS * 2 * MIN_BLOCK : THICKNESS;
}

/* Blocks stand on whole pixels, so that their edges are sharp. Those that are not lit are thin: colour alone would not do. */
static void
draw_block (GtkWidget *widget, GtkSnapshot *snapshot, guint block, gboolean lit, const GdkRGBA *color)
{
  int width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget), thin = (height - DARK_BLOCK) / 2;
  int left = width * (int) block / N_BLOCKS, right = width * (int) (block + 1) / N_BLOCKS - BLOCK_GAP;
  int x = gtk_widget_get_direction (widget) == GTK_TEXT_DIR_RTL ? width - right : left;

  gtk_snapshot_append_color (snapshot, color, &GRAPHENE_RECT_INIT (x, lit ? 0 : thin, right - left, lit ? height : DARK_BLOCK));
}

static void
tilescribe_level_meter_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  TilescribeLevelMeter *self = TILESCRIBE_LEVEL_METER (widget);
  GdkRGBA dark = tilescribe_ink_text_color (widget, 0.2);
  GdkRGBA lit = tilescribe_ink_color (widget, "accent_bg_color");
  GdkRGBA loud = tilescribe_ink_color (widget, "warning_bg_color");
  GdkRGBA clipping = tilescribe_ink_color (widget, "error_bg_color");
  guint first_loud = blocks_of (LOUD_DB);

  for (guint i = 0; i < N_BLOCKS; i++)
    if (self->clip_lit && i == N_BLOCKS - 1)
      draw_block (widget, snapshot, i, TRUE, &clipping);
    else if (i < self->n_lit || i + 1 == self->peak_block)
      draw_block (widget, snapshot, i, TRUE, i < first_loud ? &lit : &loud);
    else
      draw_block (widget, snapshot, i, FALSE, &dark);
}

static void
tilescribe_level_meter_dispose (GObject *object)
{
  drop_source (TILESCRIBE_LEVEL_METER (object));
  G_OBJECT_CLASS (tilescribe_level_meter_parent_class)->dispose (object);
}

static void
tilescribe_level_meter_class_init (TilescribeLevelMeterClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = tilescribe_level_meter_dispose;
  widget_class->map = tilescribe_level_meter_map;
  widget_class->unmap = tilescribe_level_meter_unmap;
  widget_class->measure = tilescribe_level_meter_measure;
  widget_class->snapshot = tilescribe_level_meter_snapshot;
  gtk_widget_class_set_css_name (widget_class, "levelmeter");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_METER);
}

static void
tilescribe_level_meter_init (TilescribeLevelMeter *self)
{
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Microphone level"),
                                  GTK_ACCESSIBLE_PROPERTY_VALUE_MIN, FLOOR_DB, GTK_ACCESSIBLE_PROPERTY_VALUE_MAX, 0.0, -1);
  fall_silent (self);
}

GtkWidget *
tilescribe_level_meter_new (void)
{
  return g_object_new (TILESCRIBE_TYPE_LEVEL_METER, NULL);
}
