/* hotkey.c - which way to a global key this session has
 *
 * The ways stand in one table, best first; the first that the session offers is taken.
 *
 * SPDX-License-Identifier: MIT
 */
#include "desktop/hotkey.h"

#include "desktop/hotkey-portal.h"
#include "desktop/hotkey-x11.h"

#include <glib/gi18n.h>

typedef struct
{
  /* Asks nobody who may take his time. why_not: a translated sentence, and what to do instead; left alone where the session is just of
   * another kind. */
  gboolean (*is_available) (char **why_not);
  TilescribeHotkey *(*new) (void);
} Way;

static const Way ways[] = {
  { tilescribe_hotkey_x11_is_available, tilescribe_hotkey_x11_new },
  { tilescribe_hotkey_portal_is_available, tilescribe_hotkey_portal_new },
};

G_DEFINE_INTERFACE (TilescribeHotkey, tilescribe_hotkey, G_TYPE_OBJECT)

static void
tilescribe_hotkey_default_init (TilescribeHotkeyInterface *iface)
{
  g_signal_new ("pressed", TILESCRIBE_TYPE_HOTKEY, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  g_signal_new ("released", TILESCRIBE_TYPE_HOTKEY, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  g_signal_new ("lost", TILESCRIBE_TYPE_HOTKEY, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_ERROR);
  g_signal_new ("returned", TILESCRIBE_TYPE_HOTKEY, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

TilescribeHotkey *
tilescribe_hotkey_choose (char **why)
{
  g_autofree char *reason = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (ways); i++)
    {
      g_autofree char *why_not = NULL;

      if (ways[i].is_available (&why_not))
        {
          if (why != NULL)
            *why = g_strdup (_ ("The key is heard whatever window has the focus."));
          return ways[i].new();
        }
      if (why_not != NULL)
        {
          g_free (reason);
          reason = g_steal_pointer (&why_not);
        }
    }
  if (why != NULL)
    *why = reason != NULL
               ? g_steal_pointer (&reason)
               : g_strdup (_ ("This desktop lends no keys to programs. Bind a key to the command “tilescribe toggle” in its "
                              "settings."));
  return NULL;
}

void
tilescribe_hotkey_bind_async (TilescribeHotkey *hotkey,
                              const char *accelerator,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  g_return_if_fail (TILESCRIBE_IS_HOTKEY (hotkey));
  g_return_if_fail (accelerator != NULL);

  TILESCRIBE_HOTKEY_GET_IFACE (hotkey)->bind_async (hotkey, accelerator, cancellable, callback, user_data);
}

char *
tilescribe_hotkey_bind_finish (TilescribeHotkey *hotkey, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (TILESCRIBE_IS_HOTKEY (hotkey), NULL);

  return TILESCRIBE_HOTKEY_GET_IFACE (hotkey)->bind_finish (hotkey, result, error);
}

void
tilescribe_hotkey_unbind (TilescribeHotkey *hotkey)
{
  g_return_if_fail (TILESCRIBE_IS_HOTKEY (hotkey));

  TILESCRIBE_HOTKEY_GET_IFACE (hotkey)->unbind (hotkey);
}
