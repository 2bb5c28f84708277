/* proxy.h - which proxy a download goes through, and what it wants to know
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define SCRIBE_TYPE_PROXY_RESOLVER (scribe_proxy_resolver_get_type ())
G_DECLARE_FINAL_TYPE (ScribeProxyResolver, scribe_proxy_resolver, SCRIBE, PROXY_RESOLVER, GObject)

/* A GProxyResolver of the desktop's proxies, else those of the environment: http_proxy, https_proxy, all_proxy and no_proxy as
 * curl reads them. For synchronous use; blocks while the desktop runs an automatic configuration. */
GProxyResolver *scribe_proxy_resolver_new (void);

/* Name and password for the proxy of url, where they are part of its address. */
gboolean scribe_proxy_login (const char *url, char **name, char **password);

G_END_DECLS
