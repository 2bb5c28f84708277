/* vad.c - voice activity: speech is what stands out from the background, has a pitch, and keeps changing
 *
 *   samples --512-point Hann window every 10 ms, power--> [257] --16 mel-spaced bands, 94 to 7594 Hz--> energy [16]
 *           --over the background, the 4 best bands; and pitch--> score in dB
 *           --means of 10 and of 41 frames, thresholds, look-back, hangover--> 0 or 1
 *
 * The background is the mean energy of each band where nobody speaks. Three rules keep it, and each is a thing that speech cannot do:
 *   steady      the bands have hardly moved for 200 ms: noise, hum, a tone, a fan. The background becomes that within 150 ms.
 *   unbroken    for up to 3 s the level never fell 14.5 dB below its peak. Speech has closures and pauses, a crowd has none.
 *   undecided   everything that was not called speech counts, slowly; what was called speech counts slower still, and no band for more
 *               than three times its background, so that the background settles near the lower third of what it hears
 *               and no mistake lasts for ever.
 * A recording may begin in the middle of a word, so the first background is twice the lowest each band reached in the first 200 ms.
 *
 * Pitch is the highest peak of the autocorrelation below 900 Hz. One voice in a crowd has more of it than the crowd, and a key that is
 * struck has less: it is worth 10 dB from none to all. The energy of one frame counts no more than 14 dB.
 *
 * A word is loud: 8 of 10 frames, without the 2 best so that no click makes one, far over the background. The consonants around it are kept
 * by look-back and hangover. A phrase is long: 41 frames a little over the background, which neither the single voices of a crowd nor
 * struck keys reach, while the faint end of a sentence does. Its mean is for the frame 14 before its end, so that a phrase and the
 * silence after it part at the right place without a hangover. Both thresholds are four deviations above the score of the
 * background itself, within bounds. Look-back is 200 ms, which is the delay, hangover 120 ms.
 * All is relative, so the recording level does not matter down to the noise of 16 bits; after loud speech it takes some seconds until
 * what is 50 dB fainter is heard.
 *
 * A melody without chords passes as speech; so do whispering (wanted), a crowd for its first half second and the first 200 ms of a noise
 * that is switched on. docs/performance.md has measurements.
 * The ideas are known ones: backgrounds from quantiles (Stahl, Fischer and Bippus 2000), speech as what varies over a long
 * window (Ghosh, Tsiartas and Narayanan 2011), pitch from an autocorrelation whose window is divided out (Boersma 1993). The numbers were
 * tuned on synthetic voices in noise of many kinds at 10 dB.
 *
 * SPDX-License-Identifier: MIT
 */
#include "audio/vad.h"

#include <math.h>
#include <string.h>

#define N_FFT   512
#define N_HALF  (N_FFT / 2)
#define BEFORE  ((N_FFT - SCRIBE_VAD_FRAME) / 2) /* the window reaches as far before its frame as behind it */
#define N_BANDS 16

/* Frames, of 10 ms. */
#define N_STEADY   20
#define N_UNBROKEN 300
#define N_LEVEL    7 /* the level is a mean of these, so that it is not that of single pulses of a voice */
#define N_BEST     4 /* bands */
#define N_WORD     10
#define N_OUTLIERS 2 /* of them */
#define N_PHRASE   41
#define AHEAD      14 /* a phrase's mean is for the frame this far from its end */
#define PHRASE_PAD 6
#define HANGOVER   12
#define LOOK_BACK  (AHEAD + PHRASE_PAD)
#define DELAY      (LOOK_BACK + 3) /* and the window */
#define RING       512             /* holds the longest of them */

#define STEADY_DB   2.2f  /* mean deviation of the livelier half of the bands; white noise has 1.9 to 2.2 */
#define UNBROKEN_DB 14.5f /* eight voices at once: 13; one voice in noise at 10 dB: 16 and more */
#define SCORE_MAX   14.0f

/* Bounds of the thresholds. */
#define DEVIATIONS  4.0f
#define WORD_LOW    6.0f
#define WORD_HIGH   11.5f
#define PHRASE_LOW  4.0f
#define PHRASE_HIGH 6.5f

/* Bins of 31.25 Hz, and lags in samples, where a voice has its first harmonics and its pitch: 70 to 400 Hz. */
#define VOICE_FIRST  3
#define N_VOICE      26
#define LAG_FIRST    40
#define LAG_LAST     230
#define LAG_STEP     2
#define N_LAGS       ((LAG_LAST - LAG_FIRST) / LAG_STEP + 1)
#define VOICE_DB     10.0f /* between a sound of no pitch and one of nothing else */
#define VOICE_MIDDLE 0.55f

#define LOWEST_TO_MEAN 2.0f /* about what noise has between the two */

/* How fast the background follows, in frames. */
#define FOLLOW_STEADY   15
#define FOLLOW_UNBROKEN 20
#define FOLLOW_SILENCE  150
#define FOLLOW_SPEECH   400
#define FOLLOW_SCORE    100

#define ENERGY_FLOOR 1e-10f /* white noise of -100 dB: the rounding of 16 bits */
#define PEAK_FLOOR   1e-5f  /* what is 50 dB below the loudest is background */
#define PEAK_DECAY   0.998f /* 9 dB a second */

/* First bin of each band, of 31.25 Hz, and the end of the last. */
static const guint16 band_start[N_BANDS + 1] = { 3, 7, 11, 16, 23, 30, 38, 48, 59, 72, 87, 104, 125, 148, 175, 207, 243 };

/* Of a score where nobody speaks. */
typedef struct
{
  float mean, variance;
} Threshold;

struct _ScribeVad
{
  float cosines[N_VOICE][N_LAGS]; /* from power to autocorrelation, the window's divided out */
  float window[N_FFT];
  float cosine[N_FFT], sine[N_FFT]; /* of -2 pi i / N_FFT */
  guint16 reversed[N_HALF];

  float samples[N_FFT]; /* the window of the next frame, as far as it came */
  guint n_samples;
  guint64 n_heard; /* samples in all */

  /* Frame t is at t % RING. */
  float energy[RING][N_BANDS];
  float decibel[RING][N_BANDS];   /* the same */
  float level[RING];              /* dB, all bands */
  float score[RING];              /* dB over the background, and pitch */
  float phrase_score[RING];       /* mean of the last scores */
  float voice[N_STEADY][N_VOICE]; /* power of the bins; of the latest frames only */
  guint8 speech[RING];
  guint64 n_frames; /* with energies */
  guint64 n_scored; /* with a score and a first decision */
  guint64 n_out;    /* decided for good */

  float background[N_BANDS];
  float peak;
  Threshold word, phrase;
  guint64 end; /* of the speech known so far */
};

/* --- Spectrum --- */

static float
square (float x)
{
  return x * x;
}

static void
init_fft (ScribeVad *vad)
{
  for (guint i = 0; i < N_FFT; i++)
    {
      vad->window[i] = 0.5 - 0.5 * cos (2 * G_PI * i / N_FFT);
      vad->cosine[i] = cos (2 * G_PI * i / N_FFT);
      vad->sine[i] = -sin (2 * G_PI * i / N_FFT);
    }
  for (guint i = 0; i < N_HALF; i++)
    for (guint bit = 1; bit < N_HALF; bit *= 2)
      vad->reversed[i] = 2 * vad->reversed[i] + ((i & bit) != 0);
}

static void
init_pitch (ScribeVad *vad)
{
  for (guint l = 0; l < N_LAGS; l++)
    {
      guint lag = LAG_FIRST + l * LAG_STEP;
      double energy = 0, overlap = 0;

      for (guint i = 0; i < N_FFT; i++)
        {
          energy += square (vad->window[i]);
          overlap += vad->window[i] * vad->window[(i + lag) % N_FFT];
        }
      for (guint i = 0; i < N_VOICE; i++)
        vad->cosines[i][l] = cos (2 * G_PI * (VOICE_FIRST + i) * lag / N_FFT) * energy / overlap;
    }
}

/* N_HALF complex points, radix 2, decimation in time, in place; the input is in bit-reversed order. */
static void
fft (const ScribeVad *vad, float *re, float *im)
{
  for (guint half = 1; half < N_HALF; half *= 2)
    for (guint k = 0; k < half; k++)
      {
        float c = vad->cosine[k * (N_HALF / half)], s = vad->sine[k * (N_HALF / half)];

        for (guint i = k, j = k + half; i < N_HALF; i += 2 * half, j += 2 * half)
          {
            float x = re[j] * c - im[j] * s;
            float y = re[j] * s + im[j] * c;

            re[j] = re[i] - x;
            im[j] = im[i] - y;
            re[i] += x;
            im[i] += y;
          }
      }
}

/* vad->samples to power [N_HALF]. Even samples are transformed as the real, odd ones as the imaginary part; with Z their spectrum,
 * that of all is X[k] = (Z[k] + Z*[-k]) / 2 - i w^k (Z[k] - Z*[-k]) / 2. */
static void
power_spectrum (const ScribeVad *vad, float *power)
{
  float re[N_HALF], im[N_HALF];

  for (guint i = 0; i < N_HALF; i++)
    {
      re[vad->reversed[i]] = vad->samples[2 * i] * vad->window[2 * i];
      im[vad->reversed[i]] = vad->samples[2 * i + 1] * vad->window[2 * i + 1];
    }
  fft (vad, re, im);
  for (guint k = 0; k < N_HALF; k++)
    {
      guint mirror = (N_HALF - k) % N_HALF;
      float even_re = (re[k] + re[mirror]) / 2, even_im = (im[k] - im[mirror]) / 2;
      float odd_re = (im[k] + im[mirror]) / 2, odd_im = (re[mirror] - re[k]) / 2;

      power[k] = square (even_re + odd_re * vad->cosine[k] - odd_im * vad->sine[k])
                 + square (even_im + odd_re * vad->sine[k] + odd_im * vad->cosine[k]);
    }
}

/* energy [N_BANDS]: mean power of a bin, scaled so that white noise gives its variance; voice [N_VOICE]: the same of single bins. */
static void
measure_bands (const ScribeVad *vad, float *energy, float *voice)
{
  float power[N_HALF];
  const float scale = 1.0f / (0.375f * N_FFT); /* the energy of the window */

  power_spectrum (vad, power);
  for (guint b = 0; b < N_BANDS; b++)
    {
      float sum = 0;

      for (guint i = band_start[b]; i < band_start[b + 1]; i++)
        sum += power[i];
      energy[b] = sum * scale / (band_start[b + 1] - band_start[b]) + 1e-12f;
    }
  for (guint i = 0; i < N_VOICE; i++)
    voice[i] = power[VOICE_FIRST + i] * scale;
}

/* --- Background --- */

static float
to_decibel (float power)
{
  return 10 * log10f (power);
}

/* Mean energies [N_BANDS] of the n frames before end. */
static void
mean_energy (const ScribeVad *vad, guint64 end, guint n, float *mean)
{
  memset (mean, 0, N_BANDS * sizeof (float));
  for (guint64 t = end - n; t < end; t++)
    for (guint b = 0; b < N_BANDS; b++)
      mean[b] += vad->energy[t % RING][b];
  for (guint b = 0; b < N_BANDS; b++)
    mean[b] /= n;
}

static void
follow (ScribeVad *vad, const float *energy, guint frames)
{
  for (guint b = 0; b < N_BANDS; b++)
    vad->background[b] += (energy[b] - vad->background[b]) / frames;
}

/* The n greatest of values [N_BANDS], added up. */
static float
sum_of_greatest (const float *values, guint n)
{
  float sorted[N_BANDS], sum = 0;

  for (guint i = 0; i < N_BANDS; i++)
    {
      guint j = i;

      for (; j > 0 && sorted[j - 1] < values[i]; j--)
        sorted[j] = sorted[j - 1];
      sorted[j] = values[i];
    }
  for (guint i = 0; i < n; i++)
    sum += sorted[i];
  return sum;
}

static gboolean
is_steady (const ScribeVad *vad)
{
  float deviation[N_BANDS];

  if (vad->n_frames < N_STEADY)
    return FALSE;
  for (guint b = 0; b < N_BANDS; b++)
    {
      float mean = 0, variance = 0;

      for (guint64 t = vad->n_frames - N_STEADY; t < vad->n_frames; t++)
        mean += vad->decibel[t % RING][b] / N_STEADY;
      for (guint64 t = vad->n_frames - N_STEADY; t < vad->n_frames; t++)
        variance += square (vad->decibel[t % RING][b] - mean) / N_STEADY;
      deviation[b] = sqrtf (variance);
    }
  return sum_of_greatest (deviation, N_BANDS / 2) / (0.5f * N_BANDS) < STEADY_DB;
}

/* Over n frames; over fewer than all, less is enough to tell. */
static gboolean
is_unbroken (const ScribeVad *vad, guint n)
{
  float low = G_MAXFLOAT, high = -G_MAXFLOAT;
  float limit = UNBROKEN_DB * (0.6f + 0.4f * n / N_UNBROKEN);

  for (guint64 t = vad->n_frames - n; t < vad->n_frames; t++)
    {
      low = MIN (low, vad->level[t % RING]);
      high = MAX (high, vad->level[t % RING]);
    }
  return high - low < limit;
}

/* The lowest each band reached, as a mean of N_LEVEL frames, in the frames heard so far. */
static void
guess_background (ScribeVad *vad)
{
  guint n = MIN (N_LEVEL, vad->n_frames);
  float mean[N_BANDS];

  for (guint64 end = n; end <= vad->n_frames; end++)
    {
      mean_energy (vad, end, n, mean);
      for (guint b = 0; b < N_BANDS; b++)
        vad->background[b] = end == n ? mean[b] : MIN (vad->background[b], mean[b]);
    }
  for (guint b = 0; b < N_BANDS; b++)
    vad->background[b] *= LOWEST_TO_MEAN;
}

static void
follow_noise (ScribeVad *vad, gboolean steady)
{
  guint n = MIN (vad->n_frames, N_UNBROKEN);
  float mean[N_BANDS], floor;

  if (steady)
    {
      mean_energy (vad, vad->n_frames, N_STEADY, mean);
      follow (vad, mean, FOLLOW_STEADY);
    }
  if (n >= 3 * N_STEADY && is_unbroken (vad, n))
    {
      mean_energy (vad, vad->n_frames, n, mean);
      follow (vad, mean, FOLLOW_UNBROKEN);
    }
  mean_energy (vad, vad->n_frames, 1, mean);
  floor = 0;
  for (guint b = 0; b < N_BANDS; b++)
    floor += mean[b] / N_BANDS;
  vad->peak = MAX (vad->peak * PEAK_DECAY, floor);
  floor = MAX (vad->peak * PEAK_FLOOR, ENERGY_FLOOR);
  for (guint b = 0; b < N_BANDS; b++)
    vad->background[b] = MAX (vad->background[b], floor);
}

static float
threshold (const Threshold *t, float low, float high)
{
  return CLAMP (t->mean + DEVIATIONS * sqrtf (t->variance), low, high);
}

static float
word_threshold (const ScribeVad *vad)
{
  return threshold (&vad->word, WORD_LOW, WORD_HIGH);
}

static float
phrase_threshold (const ScribeVad *vad)
{
  return threshold (&vad->phrase, PHRASE_LOW, PHRASE_HIGH);
}

static void
follow_score (Threshold *t, float score)
{
  t->mean += (score - t->mean) / FOLLOW_SCORE;
  t->variance += (square (score - t->mean) - t->variance) / FOLLOW_SCORE;
}

/* What is decided for good teaches what the background is. */
static void
learn (ScribeVad *vad, guint64 frame)
{
  const float *energy = vad->energy[frame % RING];
  float bounded[N_BANDS];

  if (vad->speech[frame % RING])
    {
      for (guint b = 0; b < N_BANDS; b++)
        bounded[b] = MIN (energy[b], 3 * vad->background[b]);
      follow (vad, bounded, FOLLOW_SPEECH);
      return;
    }
  follow (vad, energy, FOLLOW_SILENCE);
  follow_score (&vad->word, MIN (vad->score[frame % RING], word_threshold (vad)));
  follow_score (&vad->phrase, MIN (vad->phrase_score[(frame + AHEAD) % RING], phrase_threshold (vad)));
}

/* --- Decision --- */

/* 1 where the frame is one voice or one tone, less where it has no pitch or many: the highest peak of the autocorrelation, of the
 * spectrum below 900 Hz. */
static float
measure_pitch (const ScribeVad *vad, guint64 frame)
{
  const float *power = vad->voice[frame % N_STEADY];
  float correlation[N_LAGS] = { 0 };
  float all = 1e-12f, best = 0;

  for (guint i = 0; i < N_VOICE; i++)
    {
      all += power[i];
      for (guint l = 0; l < N_LAGS; l++)
        correlation[l] += power[i] * vad->cosines[i][l];
    }
  for (guint l = 0; l < N_LAGS; l++)
    best = MAX (best, correlation[l]);
  return MIN (best / all, 1);
}

static float
score_frame (const ScribeVad *vad, guint64 frame)
{
  const float *energy = vad->energy[frame % RING];
  float ratio[N_BANDS], best;

  for (guint b = 0; b < N_BANDS; b++)
    ratio[b] = energy[b] / vad->background[b];
  best = sum_of_greatest (ratio, N_BEST) / N_BEST;
  return fminf (to_decibel (best), SCORE_MAX) + VOICE_DB * (measure_pitch (vad, frame) - VOICE_MIDDLE);
}

/* Of the last scores, without the greatest: clicks. */
static float
word_score (const ScribeVad *vad, guint64 frame)
{
  float sorted[N_WORD], sum = 0;

  for (guint i = 0; i < N_WORD; i++)
    {
      float score = i <= frame ? vad->score[(frame - i) % RING] : 0;
      guint j = i;

      for (; j > 0 && sorted[j - 1] > score; j--)
        sorted[j] = sorted[j - 1];
      sorted[j] = score;
    }
  for (guint i = 0; i < N_WORD - N_OUTLIERS; i++)
    sum += sorted[i];
  return sum / (N_WORD - N_OUTLIERS);
}

static float
phrase_score (const ScribeVad *vad, guint64 frame)
{
  float sum = 0;

  for (guint64 t = frame - MIN (frame, N_PHRASE - 1); t <= frame; t++)
    sum += vad->score[t % RING];
  return sum / N_PHRASE;
}

/* Decides frame; the ones before it, back to LOOK_BACK, may still turn into speech. */
static void
decide (ScribeVad *vad, guint64 frame, gboolean steady)
{
  gboolean word, phrase;

  vad->score[frame % RING] = score_frame (vad, frame);
  vad->phrase_score[frame % RING] = phrase_score (vad, frame);
  word = !steady && word_score (vad, frame) > word_threshold (vad);
  phrase = !steady && vad->phrase_score[frame % RING] > phrase_threshold (vad);
  if (word)
    vad->end = frame + HANGOVER + 1;
  else if (phrase)
    vad->end = MAX (vad->end, frame + 1 - MIN (frame, AHEAD - PHRASE_PAD));
  vad->speech[frame % RING] = frame < vad->end;
  if (word || phrase)
    for (guint64 t = frame - MIN (frame, LOOK_BACK); t < MIN (frame, vad->end); t++)
      vad->speech[t % RING] = 1;
  vad->n_scored = frame + 1;
}

/* All the frames that can be decided now: the first come together, as there is no background before them. */
static void
decide_frames (ScribeVad *vad, GArray *frames)
{
  gboolean steady = is_steady (vad);

  if (vad->n_scored == 0)
    guess_background (vad);
  follow_noise (vad, steady);
  while (vad->n_scored < vad->n_frames)
    decide (vad, vad->n_scored, steady);
  if (vad->n_scored > LOOK_BACK)
    {
      learn (vad, vad->n_out);
      g_array_append_val (frames, vad->speech[vad->n_out % RING]);
      vad->n_out++;
    }
}

static void
take_frame (ScribeVad *vad, GArray *frames)
{
  guint at = vad->n_frames % RING;
  float mean[N_BANDS], sum = 0;

  measure_bands (vad, vad->energy[at], vad->voice[vad->n_frames % N_STEADY]);
  for (guint b = 0; b < N_BANDS; b++)
    vad->decibel[at][b] = to_decibel (vad->energy[at][b]);
  vad->n_frames++;
  mean_energy (vad, vad->n_frames, MIN (N_LEVEL, vad->n_frames), mean);
  for (guint b = 0; b < N_BANDS; b++)
    sum += mean[b] / N_BANDS;
  vad->level[at] = to_decibel (sum);

  if (vad->n_frames >= N_STEADY)
    decide_frames (vad, frames);
  memmove (vad->samples, vad->samples + SCRIBE_VAD_FRAME, (N_FFT - SCRIBE_VAD_FRAME) * sizeof (float));
  vad->n_samples -= SCRIBE_VAD_FRAME;
}

static void
take_sample (ScribeVad *vad, float sample, GArray *frames)
{
  vad->samples[vad->n_samples++] = isfinite (sample) ? CLAMP (sample, -1.0f, 1.0f) : 0.0f;
  if (vad->n_samples == N_FFT)
    take_frame (vad, frames);
}

/* --- Public --- */

ScribeVad *
scribe_vad_new (void)
{
  ScribeVad *vad = g_new0 (ScribeVad, 1);

  init_fft (vad);
  init_pitch (vad);
  scribe_vad_reset (vad);
  return vad;
}

void
scribe_vad_free (ScribeVad *vad)
{
  g_free (vad);
}

void
scribe_vad_reset (ScribeVad *vad)
{
  gsize state = G_STRUCT_OFFSET (ScribeVad, samples);

  memset ((char *) vad + state, 0, sizeof *vad - state);
  vad->n_samples = BEFORE;
  vad->word.variance = square (WORD_HIGH / DEVIATIONS);
  vad->phrase.variance = square (PHRASE_HIGH / DEVIATIONS);
}

void
scribe_vad_feed (ScribeVad *vad, const float *samples, gsize n, GArray *frames)
{
  for (gsize i = 0; i < n; i++)
    take_sample (vad, samples[i], frames);
  vad->n_heard += n;
}

void
scribe_vad_finish (ScribeVad *vad, GArray *frames)
{
  guint64 n_frames = (vad->n_heard + SCRIBE_VAD_FRAME - 1) / SCRIBE_VAD_FRAME;

  while (vad->n_frames < n_frames)
    take_sample (vad, 0, frames);
  if (n_frames > 0 && vad->n_scored == 0)
    decide_frames (vad, frames);
  for (; vad->n_out < n_frames; vad->n_out++)
    g_array_append_val (frames, vad->speech[vad->n_out % RING]);
}

guint
scribe_vad_get_delay (ScribeVad *vad)
{
  return DELAY;
}
