/* microphone-list.c - the microphones there are, under names that last
 *
 * PortAudio numbers its devices anew whenever it looks, and ALSA its cards whenever one is plugged in. What stays is the name
 * of the card, and the number of the device on it; two of a kind are told apart by their order, as nothing else is known of them.
 *
 *   "USB Audio: - (hw:2,0)" of "ALSA"  -->  "ALSA/USB Audio: - (hw:,0)"
 *
 * ALSA's list has plug-ins in it that convert what the default device gives; nobody wants to choose among those.
 *
 * SPDX-License-Identifier: MIT
 */
#include "audio/microphone-list.h"
#include "audio/microphone.h"
#include "audio/sound-system.h"
#include "error.h"

#include <glib/gi18n-lib.h>
#include <string.h>
#include <unistd.h>

static const char *const converters[] = { "lavrate",  "samplerate", "speexrate", "speex", "upmix",
                                          "vdownmix", "a52",        "usbstream", NULL };

void
scribe_microphone_info_free (ScribeMicrophoneInfo *info)
{
  if (info == NULL)
    return;
  g_free (info->id);
  g_free (info->name);
  g_free (info->host_api);
  g_free (info);
}

/* Without the number of the card. */
static char *
lasting_name (const char *name)
{
  const char *card = strstr (name, "(hw:"), *device;

  if (card == NULL)
    return g_strdup (name);
  card += strlen ("(hw:");
  device = card + strspn (card, "0123456789");
  return g_strdup_printf ("%.*s%s", (int) (card - name), name, device);
}

static gboolean
can_record (const PaDeviceInfo *device)
{
  return device != NULL && device->maxInputChannels > 0 && !g_strv_contains (converters, device->name);
}

/* seen: ids so far, as a set */
static char *
id_of (const PaDeviceInfo *device, GHashTable *seen)
{
  g_autofree char *name = lasting_name (device->name);
  char *id = g_strdup_printf ("%s/%s", Pa_GetHostApiInfo (device->hostApi)->name, name);

  for (guint n = 2; g_hash_table_contains (seen, id); n++)
    {
      g_free (id);
      id = g_strdup_printf ("%s/%s #%u", Pa_GetHostApiInfo (device->hostApi)->name, name, n);
    }
  g_hash_table_add (seen, g_strdup (id));
  return id;
}

GPtrArray *
scribe_microphone_list (gboolean refresh, GError **error)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func ((GDestroyNotify) scribe_microphone_info_free);
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  gboolean done;

  if (!scribe_sound_system_enter (error))
    return NULL;
  done = !refresh || scribe_sound_system_refresh (error);
  for (PaDeviceIndex i = 0; done && i < Pa_GetDeviceCount (); i++)
    {
      const PaDeviceInfo *device = Pa_GetDeviceInfo (i);
      ScribeMicrophoneInfo *info;

      if (!can_record (device))
        continue;
      info = g_new0 (ScribeMicrophoneInfo, 1);
      info->id = id_of (device, seen);
      info->name = g_utf8_make_valid (device->name, -1);
      info->host_api = g_strdup (Pa_GetHostApiInfo (device->hostApi)->name);
      info->n_channels = device->maxInputChannels;
      info->rate = device->defaultSampleRate;
      info->is_default = i == Pa_GetDefaultInputDevice ();
      g_ptr_array_insert (list, info->is_default ? 0 : -1, info);
    }
  scribe_sound_system_leave ();
  return done ? g_steal_pointer (&list) : NULL;
}

static PaDeviceIndex
look_up (const char *id)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  if (id == NULL)
    return Pa_GetDefaultInputDevice ();
  for (PaDeviceIndex i = 0; i < Pa_GetDeviceCount (); i++)
    if (can_record (Pa_GetDeviceInfo (i)))
      {
        g_autofree char *found = id_of (Pa_GetDeviceInfo (i), seen);

        if (g_str_equal (found, id))
          return i;
      }
  return paNoDevice;
}

/* A sound card that records, but not for this user: PortAudio does not see it. */
static gboolean
is_forbidden (void)
{
  g_autoptr (GDir) dir = g_dir_open ("/dev/snd", 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename ("/dev/snd", name, NULL);

      if (g_str_has_prefix (name, "pcm") && g_str_has_suffix (name, "c") && access (path, R_OK) < 0)
        return TRUE;
    }
  return FALSE;
}

PaDeviceIndex
scribe_microphone_find (const char *id, GError **error)
{
  PaDeviceIndex device = look_up (id);

  if (device == paNoDevice && !scribe_sound_system_refresh (error))
    return paNoDevice;
  if (device == paNoDevice)
    device = look_up (id);
  if (device != paNoDevice)
    return device;

  if ((id == NULL || strstr (id, "(hw:") != NULL) && is_forbidden ())
    g_set_error_literal (error, SCRIBE_ERROR, SCRIBE_ERROR_AUDIO,
                         _ ("You are not allowed to use the sound card of this computer. Ask its administrator to make you a "
                            "member of the group “audio”, and log in again."));
  else if (id != NULL)
    g_set_error (error, SCRIBE_ERROR, SCRIBE_ERROR_AUDIO,
                 _ ("The microphone “%s” is not connected. Connect it, or choose another."), id);
  else
    g_set_error_literal (error, SCRIBE_ERROR, SCRIBE_ERROR_AUDIO,
                         _ ("There is no microphone. Connect one, or start the sound server of your desktop."));
  return paNoDevice;
}
