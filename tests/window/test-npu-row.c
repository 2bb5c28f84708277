/* test-npu-row.c - what the preferences say of the NPU is what doctor says
 *
 * SPDX-License-Identifier: MIT
 */
#include "pages/npu-row.h"

#include "tilescribe.h"

#include "picture.h"

#include <string.h>

/* In a list, as it is in the preferences. */
static GtkWidget *
show (const char *name)
{
  GtkWidget *group = adw_preferences_group_new (), *row = g_object_new (TILESCRIBE_TYPE_NPU_ROW, NULL);

  adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), row);
  g_assert_cmpstr (adw_action_row_get_subtitle (ADW_ACTION_ROW (row)), ==, "Being looked for");
  picture_free (picture_of (group, 640, 120, name));
  return row;
}

static gboolean
has_looked (gpointer row)
{
  return strcmp (adw_action_row_get_subtitle (row), "Being looked for") != 0;
}

static void
test_it_says_what_doctor_says (void)
{
  GtkWidget *row = show ("npu-row");
  g_autofree char *found = NULL;
  g_autoptr (GError) error = NULL;
  const gboolean is_usable = scribe_npu_check_usable (&found, &error);

  picture_wait (has_looked, row);
  g_assert_nonnull (strstr (adw_action_row_get_subtitle (ADW_ACTION_ROW (row)), is_usable ? found : error->message));
  gtk_window_destroy (GTK_WINDOW (gtk_widget_get_root (row)));
}

/* Somebody mends it, and comes back. */
static void
test_it_looks_each_time_it_is_seen (void)
{
  GtkWidget *row = show ("npu-row-again");

  picture_wait (has_looked, row);
  gtk_widget_set_visible (row, FALSE);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), "Being looked for");
  gtk_widget_set_visible (row, TRUE);
  picture_wait (has_looked, row);
  gtk_window_destroy (GTK_WINDOW (gtk_widget_get_root (row)));
}

static void
test_it_may_go_while_it_looks (void)
{
  GtkWidget *row = g_object_ref (show ("npu-row-gone"));

  gtk_window_destroy (GTK_WINDOW (gtk_widget_get_root (row)));
  picture_wait_for_end (row);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  adw_init ();
  g_test_add_func ("/npu-row/says-what-doctor-says", test_it_says_what_doctor_says);
  g_test_add_func ("/npu-row/looks-each-time-it-is-seen", test_it_looks_each_time_it_is_seen);
  g_test_add_func ("/npu-row/may-go-while-it-looks", test_it_may_go_while_it_looks);
  return g_test_run ();
}
