/* wav.c - WAV files as a test wants them, odd ones included
 *
 * SPDX-License-Identifier: MIT
 */
#include "wav.h"

#include <math.h>
#include <string.h>

static void
put (GByteArray *out, guint64 value, guint n_bytes)
{
  guint64 little = GUINT64_TO_LE (value);

  g_byte_array_append (out, (const guint8 *) &little, n_bytes);
}

static void
put_text (GByteArray *out, const char *text)
{
  g_byte_array_append (out, (const guint8 *) text, strlen (text));
}

static void
put_format (GByteArray *out, const Wav *wav)
{
  guint frame = wav->channels * wav->bits / 8;
  guint code = wav->is_float ? 3 : 1;

  put_text (out, "fmt ");
  put (out, wav->mask != 0 ? 40 : 16, 4);
  put (out, wav->mask != 0 ? 0xfffe : code, 2);
  put (out, wav->channels, 2);
  put (out, wav->rate, 4);
  put (out, wav->rate * frame, 4);
  put (out, frame, 2);
  put (out, wav->bits, 2);
  if (wav->mask == 0)
    return;
  put (out, 22, 2);
  put (out, wav->bits, 2);
  put (out, wav->mask, 4);
  put (out, code, 2);
  g_byte_array_append (out, (const guint8 *) "\0\0\0\0\x10\0\x80\0\0\xaa\0\x38\x9b\x71", 14);
}

char *
wav_write (const char *dir, const char *name, const Wav *wav, gconstpointer data, gsize size)
{
  g_autoptr (GByteArray) out = g_byte_array_new ();
  g_autoptr (GError) error = NULL;
  char *path = g_build_filename (dir, name, NULL);

  put_text (out, "RIFF");
  put (out, size + 36 + (wav->mask != 0 ? 24 : 0), 4);
  put_text (out, "WAVE");
  put_format (out, wav);
  put_text (out, "data");
  put (out, wav->data_size != 0 ? wav->data_size : size, 4);
  if (size > 0)
    g_byte_array_append (out, data, size);
  g_file_set_contents (path, (const char *) out->data, out->len, &error);
  g_assert_no_error (error);
  return path;
}

static void
put_sample (GByteArray *out, const Wav *wav, double x)
{
  float single = x;
  guint64 bits = 0;

  if (wav->is_float && wav->bits == 32)
    memcpy (&bits, &single, 4);
  else if (wav->is_float)
    memcpy (&bits, &x, 8);
  else if (wav->bits == 8)
    bits = lrint (x * 127) + 128;
  else
    bits = (guint64) llrint (x * (ldexp (1, wav->bits - 1) - 1));
#if G_BYTE_ORDER == G_BIG_ENDIAN
  if (wav->is_float && wav->bits == 32)
    bits >>= 32;
#endif
  put (out, bits, wav->bits / 8);
}

GByteArray *
wav_sine (const Wav *wav, gsize n, double frequency, double amplitude)
{
  GByteArray *out = g_byte_array_new ();

  for (gsize i = 0; i < n; i++)
    for (guint channel = 0; channel < wav->channels; channel++)
      put_sample (out, wav, amplitude * sin (2 * G_PI * frequency * i / wav->rate));
  return out;
}
