/* fuzz-audio.c - any bytes, as a recording
 *
 * Opened, asked for what it is, and read to its end or for a minute of sound, whichever comes first; damage is an error or is
 * passed over. What comes out is what the header promises: finite samples in [-1, 1].
 *
 * SPDX-License-Identifier: MIT
 */
#include "audio/audio-file.h"

#include <sys/mman.h>
#include <unistd.h>

#define MAX_SAMPLES (60 * SCRIBE_SAMPLE_RATE)

int LLVMFuzzerTestOneInput (const guint8 *data, size_t size);

static void
read_to_end (ScribeAudioFile *file)
{
  g_autoptr (GError) error = NULL;
  float block[4096];
  gsize total = 0;
  gssize n;

  while (total < MAX_SAMPLES && (n = scribe_audio_file_read (file, block, G_N_ELEMENTS (block), &error)) > 0)
    {
      for (gssize i = 0; i < n; i++)
        g_assert_true (block[i] >= -1 && block[i] <= 1);
      total += n;
    }
  g_assert_true (error == NULL || n < 0);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, size_t size)
{
  int fd = memfd_create ("recording", MFD_CLOEXEC);
  g_autofree char *path = g_strdup_printf ("/proc/self/fd/%d", fd);
  g_autoptr (ScribeAudioFile) file = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpint (write (fd, data, size), ==, size);
  file = scribe_audio_file_open (path, NULL, &error);
  g_assert_true ((file != NULL) == (error == NULL));
  if (file != NULL)
    {
      scribe_audio_file_get_duration (file);
      g_assert_true (g_utf8_validate (scribe_audio_file_get_format (file), -1, NULL));
      read_to_end (file);
    }
  close (fd);
  return 0;
}
