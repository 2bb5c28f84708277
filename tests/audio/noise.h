/* noise.h - sounds that are not speech, the same ones every time
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <glib.h>

/* n samples at 16 kHz of some sound, at any level; random is where its chance comes from. */
typedef void (*Noise) (GRand *random, float *samples, gsize n);

void noise_silence (GRand *random, float *samples, gsize n);
void noise_white (GRand *random, float *samples, gsize n);
void noise_pink (GRand *random, float *samples, gsize n);
void noise_hum (GRand *random, float *samples, gsize n);    /* 50 Hz and harmonics */
void noise_fan (GRand *random, float *samples, gsize n);    /* pink, the blades at 117 Hz, slowly pulsing */
void noise_tone (GRand *random, float *samples, gsize n);   /* 1 kHz */
void noise_clicks (GRand *random, float *samples, gsize n); /* two a second, in faint noise */
void noise_keys (GRand *random, float *samples, gsize n);   /* typing */
void noise_melody (GRand *random, float *samples, gsize n); /* four notes a second */
void noise_crowd (GRand *random, float *samples, gsize n);  /* ten of the clips in tests/data at once, over and over */
