/* wav.h - WAV files as a test wants them, odd ones included
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <glib.h>

/* What the header says; the data need not agree. */
typedef struct
{
  guint32 rate;
  guint16 channels;
  guint16 bits;
  gboolean is_float;
  guint32 mask;      /* which channel is where, as WAVE_FORMAT_EXTENSIBLE has it; 0: the plain header, which does not say */
  guint32 data_size; /* 0: the length of the data */
} Wav;

/* A header and data [size] to a new file of this name in dir; returns its path. */
char *wav_write (const char *dir, const char *name, const Wav *wav, gconstpointer data, gsize size);

/* n samples of a sine of this frequency (Hz) and amplitude, the same in every channel, in the format of wav. */
GByteArray *wav_sine (const Wav *wav, gsize n, double frequency, double amplitude);
