/* intake.c - frames of a sound card to blocks of 16 kHz mono, and how loud they are
 *
 *   frames [n, channels] --what comes before the first value that is not zero is left out-->
 *          --libswresample: mean of the channels, low-pass, 16 kHz--> samples [n * 16000 / rate], peak, rms
 *
 * No microphone gives exact zeros but one that does not hear yet: Bluetooth headsets do for up to 0.7 s after they are opened. Nothing
 * is lost by leaving them out. A source that goes on giving zeros is a silent one (muted, or made by software), and
 * after two seconds its zeros are passed on as the sound they are.
 *
 * SPDX-License-Identifier: MIT
 */
#include "audio/intake.h"
#include "audio/mixdown.h"

#include <math.h>

#define ZEROS_SECONDS 2

struct _ScribeIntake
{
  guint n_channels, rate;
  guint64 n_zeros; /* frames left out */
  gboolean awake;
  AVFrame *frame; /* what is fed, as libswresample wants it */
  ScribeMixdown *mixdown;
  GArray *block; /* of float */
};

ScribeIntake *
scribe_intake_new (guint n_channels, guint rate)
{
  ScribeIntake *intake = g_new0 (ScribeIntake, 1);

  intake->n_channels = n_channels;
  intake->rate = rate;
  intake->mixdown = scribe_mixdown_new ();
  intake->block = g_array_new (FALSE, FALSE, sizeof (float));
  intake->frame = av_frame_alloc ();
  intake->frame->format = AV_SAMPLE_FMT_FLT;
  intake->frame->sample_rate = rate;
  intake->frame->ch_layout = (AVChannelLayout){ .order = AV_CHANNEL_ORDER_UNSPEC, .nb_channels = n_channels };
  return intake;
}

void
scribe_intake_free (ScribeIntake *intake)
{
  if (intake == NULL)
    return;
  av_frame_free (&intake->frame);
  scribe_mixdown_free (intake->mixdown);
  g_array_unref (intake->block);
  g_free (intake);
}

/* How many of these frames come before the first sound of all. */
static gsize
count_zeros (ScribeIntake *intake, const float *frames, gsize n)
{
  gsize n_samples = n * intake->n_channels, first = 0;

  if (intake->awake)
    return 0;
  while (first < n_samples && frames[first] == 0)
    first++;
  intake->n_zeros += first / intake->n_channels;
  intake->awake = first < n_samples || intake->n_zeros >= (guint64) ZEROS_SECONDS * intake->rate;
  return first / intake->n_channels;
}

static gboolean
describe (ScribeIntake *intake, ScribeSound *sound)
{
  double power = 0;

  *sound = (ScribeSound){
    .samples = (gconstpointer) intake->block->data,
    .n = intake->block->len,
    .awake = intake->awake,
  };
  for (gsize i = 0; i < sound->n; i++)
    {
      sound->peak = MAX (sound->peak, fabsf (sound->samples[i]));
      power += sound->samples[i] * sound->samples[i];
    }
  sound->rms = sound->n > 0 ? sqrt (power / sound->n) : 0;
  return sound->n > 0 || !sound->awake;
}

gboolean
scribe_intake_feed (ScribeIntake *intake, const float *frames, gsize n, ScribeSound *sound)
{
  gsize n_zeros = count_zeros (intake, frames, n);

  g_array_set_size (intake->block, 0);
  if (n > n_zeros)
    {
      intake->frame->data[0] = (uint8_t *) (frames + n_zeros * intake->n_channels);
      intake->frame->nb_samples = n - n_zeros;
      scribe_mixdown_frame (intake->mixdown, intake->frame, intake->block);
    }
  return describe (intake, sound);
}

gboolean
scribe_intake_finish (ScribeIntake *intake, ScribeSound *sound)
{
  g_array_set_size (intake->block, 0);
  scribe_mixdown_drain (intake->mixdown, intake->block);
  return describe (intake, sound) && sound->awake;
}
