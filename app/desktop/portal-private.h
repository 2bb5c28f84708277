/* portal-private.h - what portal.c and portal-request.c share
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "desktop/portal.h"

G_BEGIN_DECLS

#define TILESCRIBE_PORTAL_SERVICE "org.freedesktop.portal.Desktop"
#define TILESCRIBE_PORTAL_OBJECT  "/org/freedesktop/portal/desktop"
#define TILESCRIBE_PORTAL_REQUEST "org.freedesktop.portal.Request"

struct _TilescribePortal
{
  GObject parent;

  const TilescribePortalKind *kind;
  GDBusConnection *connection;
  char *session;        /* its path; NULL: none */
  GTask *opening;       /* not owned; another one, or none: what it does is not wanted any more */
  GHashTable *requests; /* path -> GTask of a Request that waits for its answer */
  guint subscription;
  guint watch;
  gboolean present;    /* the service was seen */
  gboolean gone;       /* and is not there any more */
  gboolean registered; /* with the one that is there */
};

/* In the words that the kind of portal has for it. */
GError *tilescribe_portal_make_error (TilescribePortal *portal, TilescribePortalError code);

/* What a failed call of D-Bus means. Takes error. */
GError *tilescribe_portal_explain (TilescribePortal *portal, GError *error);

/* The last element of a path that a request or a session gets. */
char *tilescribe_portal_new_token (void);

/* Ends the request of this path, if it still waits, with results or an error; takes both. */
void tilescribe_portal_end_request (TilescribePortal *portal, const char *path, GVariant *results, GError *error);

/* Ends all that wait, each with a copy of error. */
void tilescribe_portal_fail_requests (TilescribePortal *portal, const GError *error);

G_END_DECLS
