/* proxy.c - the desktop's proxies, then the environment's
 *
 * What GLib asks depends on the machine: GNOME's resolver knows nothing of the environment, libproxy's (Debian 12: 0.4.18) not all
 * of it (no all_proxy, no proxy without a scheme), GLib's own nothing at all. So where the desktop says "direct", the variables
 * that curl reads are asked: http_proxy, https_proxy, all_proxy and no_proxy.
 *
 * libsoup (3.2 as 3.6) must not see a name and password in the address of an HTTP proxy: having used them it takes the proxy's
 * address for that of the file (authenticate_auth() in soup-auth-manager.c). So they are cut off, and given when it asks.
 *
 * SPDX-License-Identifier: MIT
 */
#include "proxy.h"

#include <glib/gi18n-lib.h>
#include <string.h>

static const char *
variable (const char *lower, const char *upper)
{
  const char *value = g_getenv (lower);

  if (value == NULL && upper != NULL)
    value = g_getenv (upper);
  return value && value[0] ? value : NULL;
}

/* The hosts of no_proxy, between commas or spaces or both */
static GStrv
excepted_hosts (void)
{
  const char *no_proxy = variable ("no_proxy", "NO_PROXY");
  g_auto (GStrv) words = g_strsplit_set (no_proxy ? no_proxy : "", ", ", -1);
  g_autoptr (GStrvBuilder) hosts = g_strv_builder_new ();

  for (gsize i = 0; words[i]; i++)
    if (words[i][0])
      g_strv_builder_add (hosts, words[i]);
  return g_strv_builder_end (hosts);
}

/* HTTP_PROXY in capitals is left out, as curl does: a web server may have set it from a request's header. */
static GProxyResolver *
environment_resolver (void)
{
  static const struct
  {
    const char *scheme, *lower, *upper;
  } variables[] = { { "http", "http_proxy", NULL },
                    { "https", "https_proxy", "HTTPS_PROXY" },
                    { NULL, "all_proxy", "ALL_PROXY" } };
  g_auto (GStrv) excepted = excepted_hosts ();
  GProxyResolver *resolver = g_simple_proxy_resolver_new (NULL, excepted);

  if (g_strv_contains ((const char *const *) excepted, "*"))
    return resolver;
  for (gsize i = 0; i < G_N_ELEMENTS (variables); i++)
    {
      const char *value = variable (variables[i].lower, variables[i].upper);
      g_autofree char *proxy = value == NULL || strstr (value, "://") ? g_strdup (value) : g_strconcat ("http://", value, NULL);

      if (proxy != NULL && variables[i].scheme != NULL)
        g_simple_proxy_resolver_set_uri_proxy (G_SIMPLE_PROXY_RESOLVER (resolver), variables[i].scheme, proxy);
      else if (proxy != NULL)
        g_simple_proxy_resolver_set_default_proxy (G_SIMPLE_PROXY_RESOLVER (resolver), proxy);
    }
  return resolver;
}

/* Of url, with name and password */
static GStrv
proxies_of (const char *url, GCancellable *cancellable)
{
  g_auto (GStrv) proxies = g_proxy_resolver_lookup (g_proxy_resolver_get_default (), url, cancellable, NULL);
  g_autoptr (GProxyResolver) environment = NULL;

  for (gsize i = 0; proxies && proxies[i]; i++)
    if (!g_str_has_prefix (proxies[i], "direct"))
      return g_steal_pointer (&proxies);
  environment = environment_resolver ();
  return g_proxy_resolver_lookup (environment, url, cancellable, NULL);
}

/* SOCKS proxies are GLib's own business, logins included. */
static GUri *
parse_http (const char *proxy)
{
  return g_str_has_prefix (proxy, "http") ? g_uri_parse (proxy, G_URI_FLAGS_HAS_PASSWORD, NULL) : NULL;
}

gboolean
scribe_proxy_login (const char *url, char **name, char **password)
{
  g_auto (GStrv) proxies = proxies_of (url, NULL);

  for (gsize i = 0; proxies && proxies[i]; i++)
    {
      g_autoptr (GUri) uri = parse_http (proxies[i]);

      if (uri && g_uri_get_user (uri))
        {
          *name = g_strdup (g_uri_get_user (uri));
          *password = g_strdup (g_uri_get_password (uri) ? g_uri_get_password (uri) : "");
          return TRUE;
        }
    }
  return FALSE;
}

struct _ScribeProxyResolver
{
  GObject parent;
};

static GStrv
lookup (GProxyResolver *resolver, const char *url, GCancellable *cancellable, GError **error)
{
  GStrv proxies = proxies_of (url, cancellable);

  for (gsize i = 0; proxies && proxies[i]; i++)
    {
      g_autoptr (GUri) uri = parse_http (proxies[i]);

      if (uri)
        {
          g_free (proxies[i]);
          proxies[i] = g_uri_to_string_partial (uri, G_URI_HIDE_USERINFO);
        }
    }
  if (proxies == NULL)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_PROXY_FAILED, _ ("the proxy settings cannot be read"));
  return proxies;
}

static void
implement_resolver (GProxyResolverInterface *interface)
{
  interface->lookup = lookup;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (ScribeProxyResolver,
                               scribe_proxy_resolver,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_PROXY_RESOLVER, implement_resolver))

static void
scribe_proxy_resolver_class_init (ScribeProxyResolverClass *klass)
{
}

static void
scribe_proxy_resolver_init (ScribeProxyResolver *resolver)
{
}

GProxyResolver *
scribe_proxy_resolver_new (void)
{
  return g_object_new (SCRIBE_TYPE_PROXY_RESOLVER, NULL);
}
