/* x11-typing.c - a text, key by key
 *
 * A text with more different symbols than there are spare keys is typed in parts. What a key means may be changed only after the program has looked
 * it up, so each part ends with a ping; a program that answers none is given some time instead.
 *
 * SPDX-License-Identifier: MIT
 */
#include "desktop/x11-typing.h"

#include <gdk/gdk.h>
#include <glib/gi18n.h>

#define KEY_MS        12
#define LEARN_MS      60  /* for programs to learn of new keys */
#define NO_ANSWER_MS  200 /* for those that answer no ping */
#define MAX_ANSWER_MS 5000
#define HELD_S        30

typedef enum
{
  WAITING, /* for the keys of a person to be up */
  TYPING,
  SETTLING /* the program deals with the part that was typed */
} Phase;

typedef struct
{
  xcb_connection_t *connection;
  TilescribeX11Keyboard *keyboard;
  TilescribeX11Target target;
  GArray *keysyms; /* guint */
  guint n_typed, n_prepared;
  Phase phase;
  gint64 since;   /* monotonic time at which the phase began, or goes on */
  gint64 keys_up; /* monotonic time of the last key, or of the beginning */
} Typing;

static void
typing_free (Typing *typing)
{
  g_array_unref (typing->keysyms);
  g_free (typing);
}

static guint
to_keysym (gunichar c)
{
  switch (c)
    {
    case '\n':
      return GDK_KEY_Return;
    case '\t':
      return GDK_KEY_Tab;
    default:
      return g_unichar_iscntrl (c) ? 0 : gdk_unicode_to_keyval (c);
    }
}

static GArray *
to_keysyms (const char *text)
{
  GArray *keysyms = g_array_new (FALSE, FALSE, sizeof (guint));

  for (const char *at = text; *at != '\0'; at = g_utf8_next_char (at))
    {
      guint keysym = to_keysym (g_utf8_get_char (at));

      if (keysym != 0)
        g_array_append_val (keysyms, keysym);
    }
  return keysyms;
}

static gboolean
end (GTask *task, GError *error)
{
  Typing *typing = g_task_get_task_data (task);

  tilescribe_x11_keyboard_end (typing->keyboard);
  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_boolean (task, TRUE);
  return G_SOURCE_REMOVE;
}

static gboolean
fail (GTask *task, GIOErrorEnum code, const char *message)
{
  return end (task, g_error_new_literal (G_IO_ERROR, code, message));
}

gboolean
tilescribe_x11_is_held (TilescribeX11Keyboard *keyboard, gint64 since, GError **error)
{
  if (!tilescribe_x11_keyboard_is_held (keyboard))
    return FALSE;
  if (g_get_monotonic_time () - since < HELD_S * G_TIME_SPAN_SECOND)
    return TRUE;
  g_set_error_literal (
      error, G_IO_ERROR, G_IO_ERROR_BUSY,
      _ ("A key has been down for half a minute, so no other could be pressed. The text is on the clipboard: let go "
         "of all keys, then press Ctrl+V where it belongs."));
  return FALSE;
}

static gboolean
begin (GTask *task)
{
  Typing *typing = g_task_get_task_data (task);
  GError *error = NULL;

  if (tilescribe_x11_is_held (typing->keyboard, typing->keys_up, &error))
    return G_SOURCE_CONTINUE;
  if (error != NULL)
    return end (task, error);
  if (!tilescribe_x11_target_find (typing->connection, &typing->target))
    return fail (task, G_IO_ERROR_NOT_FOUND,
                 _ ("No window has the focus. The text is on the clipboard: press Ctrl+V where it belongs."));
  if (!tilescribe_x11_keyboard_begin (typing->keyboard))
    return fail (task, G_IO_ERROR_NOT_CONNECTED,
                 _ ("The X server did not tell its keys. The text is on the clipboard: press Ctrl+V where it belongs."));
  typing->phase = TYPING;
  return G_SOURCE_CONTINUE;
}

static gboolean
prepare (GTask *task)
{
  Typing *typing = g_task_get_task_data (task);
  gboolean changed;
  guint n = tilescribe_x11_keyboard_prepare (typing->keyboard, &g_array_index (typing->keysyms, guint, typing->n_typed),
                                             typing->keysyms->len - typing->n_typed, &changed);

  typing->n_prepared = typing->n_typed + n;
  if (changed)
    typing->since = g_get_monotonic_time () + LEARN_MS * 1000;
  if (n == 0)
    return fail (task, G_IO_ERROR_NOT_SUPPORTED,
                 _ ("The keyboard layout has no free key for some characters. The text is on the clipboard: press Ctrl+V where "
                    "it belongs."));
  return G_SOURCE_CONTINUE;
}

static gboolean
type_next (GTask *task)
{
  Typing *typing = g_task_get_task_data (task);
  GError *error = NULL;

  if (g_get_monotonic_time () < typing->since || tilescribe_x11_is_held (typing->keyboard, typing->keys_up, &error))
    return G_SOURCE_CONTINUE;
  if (error != NULL)
    return end (task, error);
  if (!tilescribe_x11_target_has_focus (typing->connection, &typing->target))
    return fail (
        task, G_IO_ERROR_FAILED,
        _ ("Another window got the focus while text was typed. All of it is on the clipboard: press Ctrl+V where it belongs."));
  tilescribe_x11_keyboard_tap (typing->keyboard, g_array_index (typing->keysyms, guint, typing->n_typed++), 0);
  typing->keys_up = g_get_monotonic_time ();
  if (typing->n_typed == typing->n_prepared)
    {
      typing->phase = SETTLING;
      typing->since = g_get_monotonic_time ();
      if (typing->target.answers_ping)
        tilescribe_x11_target_ping (typing->connection, &typing->target);
    }
  return G_SOURCE_CONTINUE;
}

static gboolean
settle (GTask *task)
{
  Typing *typing = g_task_get_task_data (task);
  int waited = (g_get_monotonic_time () - typing->since) / 1000;
  gboolean answered = tilescribe_x11_target_has_answered (typing->connection, &typing->target);

  if (!answered && waited < (typing->target.answers_ping ? MAX_ANSWER_MS : NO_ANSWER_MS))
    return G_SOURCE_CONTINUE;
  if (typing->n_typed == typing->keysyms->len)
    return end (task, NULL);
  typing->phase = TYPING;
  return G_SOURCE_CONTINUE;
}

static gboolean
on_tick (gpointer data)
{
  GTask *task = data;
  Typing *typing = g_task_get_task_data (task);
  GError *error = NULL;

  if (g_cancellable_set_error_if_cancelled (g_task_get_cancellable (task), &error))
    return end (task, error);
  if (xcb_connection_has_error (typing->connection))
    return fail (task, G_IO_ERROR_NOT_CONNECTED, _ ("The connection to the X server broke. Start Tilescribe again."));
  if (typing->phase == WAITING)
    return begin (task);
  if (typing->phase == SETTLING)
    return settle (task);
  if (typing->n_typed == typing->n_prepared)
    return prepare (task);
  return type_next (task);
}

void
tilescribe_x11_type_async (xcb_connection_t *connection,
                           TilescribeX11Keyboard *keyboard,
                           const char *text,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  GTask *task = g_task_new (NULL, cancellable, callback, user_data);
  Typing *typing = g_new0 (Typing, 1);

  typing->connection = connection;
  typing->keyboard = keyboard;
  typing->keys_up = g_get_monotonic_time ();
  typing->keysyms = to_keysyms (text);
  g_task_set_source_tag (task, tilescribe_x11_type_async);
  g_task_set_task_data (task, typing, (GDestroyNotify) typing_free);
  if (typing->keysyms->len == 0)
    {
      g_task_return_boolean (task, TRUE);
      g_object_unref (task);
      return;
    }
  g_timeout_add_full (G_PRIORITY_DEFAULT, KEY_MS, on_tick, task, g_object_unref);
}

gboolean
tilescribe_x11_type_finish (GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
