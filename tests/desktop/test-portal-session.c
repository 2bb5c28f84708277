/* test-portal-session.c - a session with a portal: how it begins, what it answers, and every way that it ends
 *
 * SPDX-License-Identifier: MIT
 */
#include "desk.h"

#include "desktop/portal.h"

static const TilescribePortalKind kind = {
  .interface = "org.freedesktop.portal.RemoteDesktop",
  .missing = "missing",
  .refused = "refused",
  .ended = "ended",
};

/* What came of one call. */
typedef struct
{
  int done;
  GVariant *results;
  GError *error;
} Outcome;

static void
outcome_clear (Outcome *outcome)
{
  g_clear_pointer (&outcome->results, g_variant_unref);
  g_clear_error (&outcome->error);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Outcome, outcome_clear)

static void
opened (GObject *source, GAsyncResult *result, gpointer data)
{
  Outcome *outcome = data;

  tilescribe_portal_open_finish (TILESCRIBE_PORTAL (source), result, &outcome->error);
  outcome->done = TRUE;
}

static void
answered (GObject *source, GAsyncResult *result, gpointer data)
{
  Outcome *outcome = data;

  outcome->results = tilescribe_portal_request_finish (TILESCRIBE_PORTAL (source), result, &outcome->error);
  outcome->done = TRUE;
}

static void
lost (TilescribePortal *portal, GError *error, Outcome *outcome)
{
  outcome->error = g_error_copy (error);
  outcome->done = TRUE;
}

static void
open_portal (TilescribePortal *portal, Outcome *outcome)
{
  tilescribe_portal_open_async (portal, NULL, opened, outcome);
  desk_wait (&outcome->done);
}

static TilescribePortal *
open_well (void)
{
  TilescribePortal *portal = tilescribe_portal_new (&kind);
  g_auto (Outcome) outcome = { 0 };

  open_portal (portal, &outcome);
  g_assert_no_error (outcome.error);
  g_assert_true (tilescribe_portal_is_open (portal));
  return portal;
}

static void
start (TilescribePortal *portal, guint seconds, GCancellable *cancellable, Outcome *outcome)
{
  tilescribe_portal_request_async (portal, "Start", g_variant_new ("(s)", ""), NULL, seconds, cancellable, answered, outcome);
}

static void
registers_before_anything_else (void)
{
  g_autoptr (Desk) desk = desk_new ();
  g_autoptr (TilescribePortal) portal = desk != NULL ? open_well () : NULL;

  if (desk != NULL)
    {
      g_autofree char *calls = desk_calls (desk);

      g_assert_cmpstr (calls, ==, "Register org.tilescribe.Tilescribe\nCreateSession");
    }
}

static void
does_without_the_registry (void)
{
  g_autoptr (Desk) desk = desk_new ();
  g_autoptr (TilescribePortal) portal = NULL;

  if (desk == NULL)
    return;
  desk_set (desk, "without", "Registry");
  portal = open_well ();
  g_assert_nonnull (portal);
}

static void
results_come_back (void)
{
  g_autoptr (Desk) desk = desk_new ();
  g_autoptr (TilescribePortal) portal = desk != NULL ? open_well () : NULL;
  g_auto (Outcome) outcome = { 0 };
  guint devices = 0;

  if (desk == NULL)
    return;
  start (portal, 30, NULL, &outcome);
  desk_wait (&outcome.done);
  g_assert_no_error (outcome.error);
  g_assert_true (g_variant_lookup (outcome.results, "devices", "u", &devices));
  g_assert_cmpuint (devices, ==, 1);
}

static void
old_services_choose_the_path (void)
{
  g_autoptr (Desk) desk = desk_new ();
  g_autoptr (TilescribePortal) portal = NULL;

  if (desk == NULL)
    return;
  desk_set (desk, "handles", "own");
  portal = open_well ();
  g_assert_nonnull (portal);
}

/* Setting -> the error that opening, or if it opens a request, ends with. */
static const struct
{
  const char *name, *key, *value;
  int code;
  const char *message; /* NULL: any */
} failures[] = {
  { "missing", "without", "RemoteDesktop", TILESCRIBE_PORTAL_ERROR_MISSING, "missing" },
  { "no-session", "answer:CreateSession", "2", TILESCRIBE_PORTAL_ERROR_REFUSED, "refused" },
  { "out-of-order", "answer:CreateSession", "error", TILESCRIBE_PORTAL_ERROR_REFUSED,
    "refused (The desktop said: “Out of order”)" },
  { "dialog-closed", "answer:Start", "1", TILESCRIBE_PORTAL_ERROR_REFUSED, "refused" },
  { "desktop-says-no", "answer:Start", "2", TILESCRIBE_PORTAL_ERROR_REFUSED, "refused" },
  { "dies-in-the-call", "answer:Start", "die", TILESCRIBE_PORTAL_ERROR_LOST, NULL },
  { "nobody-answers", "answer:Start", "silent", TILESCRIBE_PORTAL_ERROR_SILENT, NULL },
};

static void
fails (gconstpointer data)
{
  gsize i = GPOINTER_TO_SIZE (data);
  g_autoptr (Desk) desk = desk_new ();
  g_autoptr (TilescribePortal) portal = tilescribe_portal_new (&kind);
  g_auto (Outcome) outcome = { 0 };

  if (desk == NULL)
    return;
  desk_set (desk, failures[i].key, failures[i].value);
  open_portal (portal, &outcome);
  if (outcome.error == NULL)
    {
      outcome.done = FALSE;
      start (portal, 1, NULL, &outcome);
      desk_wait (&outcome.done);
    }
  g_assert_error (outcome.error, TILESCRIBE_PORTAL_ERROR, failures[i].code);
  if (failures[i].message != NULL)
    g_assert_cmpstr (outcome.error->message, ==, failures[i].message);
}

static void
cancelling_takes_the_dialog_away (void)
{
  g_autoptr (Desk) desk = desk_new ();
  g_autoptr (TilescribePortal) portal = desk != NULL ? open_well () : NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_auto (Outcome) outcome = { 0 };

  if (desk == NULL)
    return;
  desk_set (desk, "answer:Start", "silent");
  start (portal, 30, cancellable, &outcome);
  desk_wait_ms (100);
  g_cancellable_cancel (cancellable);
  desk_wait (&outcome.done);
  g_assert_error (outcome.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  desk_assert_call (desk, "Close Request");
}

static void
closing_ends_the_session (void)
{
  g_autoptr (Desk) desk = desk_new ();
  g_autoptr (TilescribePortal) portal = desk != NULL ? open_well () : NULL;
  g_auto (Outcome) outcome = { 0 };

  if (desk == NULL)
    return;
  desk_set (desk, "answer:Start", "silent");
  start (portal, 30, NULL, &outcome);
  tilescribe_portal_close (portal);
  desk_wait (&outcome.done);
  g_assert_error (outcome.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_false (tilescribe_portal_is_open (portal));
  desk_wait_ms (100);
  desk_assert_call (desk, "Close Session");
}

static void
closing_while_opening_opens_nothing (void)
{
  g_autoptr (Desk) desk = desk_new ();
  g_autoptr (TilescribePortal) portal = tilescribe_portal_new (&kind);
  g_auto (Outcome) first = { 0 }, second = { 0 };

  if (desk == NULL)
    return;
  tilescribe_portal_open_async (portal, NULL, opened, &first);
  tilescribe_portal_close (portal);
  tilescribe_portal_open_async (portal, NULL, opened, &second);
  desk_wait (&first.done);
  desk_wait (&second.done);
  g_assert_error (first.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_no_error (second.error);
  g_assert_true (tilescribe_portal_is_open (portal));
}

static void
the_desktop_may_end_it (void)
{
  g_autoptr (Desk) desk = desk_new ();
  g_autoptr (TilescribePortal) portal = desk != NULL ? open_well () : NULL;
  g_auto (Outcome) outcome = { 0 };

  if (desk == NULL)
    return;
  g_signal_connect (portal, "lost", G_CALLBACK (lost), &outcome);
  desk_close_session (desk);
  desk_wait (&outcome.done);
  g_assert_error (outcome.error, TILESCRIBE_PORTAL_ERROR, TILESCRIBE_PORTAL_ERROR_ENDED);
  g_assert_false (tilescribe_portal_is_open (portal));
}

static void
a_new_service_gets_a_new_session (void)
{
  g_autoptr (Desk) desk = desk_new ();
  g_autoptr (TilescribePortal) portal = desk != NULL ? open_well () : NULL;
  g_auto (Outcome) ended = { 0 }, again = { 0 };

  if (desk == NULL)
    return;
  g_signal_connect (portal, "lost", G_CALLBACK (lost), &ended);
  desk_stop_portals (desk);
  desk_wait (&ended.done);
  g_assert_error (ended.error, TILESCRIBE_PORTAL_ERROR, TILESCRIBE_PORTAL_ERROR_LOST);
  desk_start_portals (desk);
  open_portal (portal, &again);
  g_assert_no_error (again.error);
  desk_assert_call (desk, "Register org.tilescribe.Tilescribe");
}

static void
a_broken_bus_is_told (void)
{
  g_autoptr (Desk) desk = desk_new ();
  g_autoptr (TilescribePortal) portal = desk != NULL ? open_well () : NULL;
  g_auto (Outcome) ended = { 0 }, again = { 0 };

  if (desk == NULL)
    return;
  g_signal_connect (portal, "lost", G_CALLBACK (lost), &ended);
  desk_stop_bus (desk);
  desk_wait (&ended.done);
  g_assert_error (ended.error, TILESCRIBE_PORTAL_ERROR, TILESCRIBE_PORTAL_ERROR_LOST);
  open_portal (portal, &again);
  g_assert_error (again.error, TILESCRIBE_PORTAL_ERROR, TILESCRIBE_PORTAL_ERROR_LOST);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/portal/registers-before-anything-else", registers_before_anything_else);
  g_test_add_func ("/portal/does-without-the-registry", does_without_the_registry);
  g_test_add_func ("/portal/results-come-back", results_come_back);
  g_test_add_func ("/portal/old-services-choose-the-path", old_services_choose_the_path);
  for (gsize i = 0; i < G_N_ELEMENTS (failures); i++)
    {
      g_autofree char *path = g_strconcat ("/portal/fails/", failures[i].name, NULL);

      g_test_add_data_func (path, GSIZE_TO_POINTER (i), fails);
    }
  g_test_add_func ("/portal/cancelling-takes-the-dialog-away", cancelling_takes_the_dialog_away);
  g_test_add_func ("/portal/closing-ends-the-session", closing_ends_the_session);
  g_test_add_func ("/portal/closing-while-opening-opens-nothing", closing_while_opening_opens_nothing);
  g_test_add_func ("/portal/the-desktop-may-end-it", the_desktop_may_end_it);
  g_test_add_func ("/portal/a-new-service-gets-a-new-session", a_new_service_gets_a_new_session);
  g_test_add_func ("/portal/a-broken-bus-is-told", a_broken_bus_is_told);
  return g_test_run ();
}
