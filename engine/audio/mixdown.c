/* mixdown.c - decoded frames of any kind to one channel of 16 kHz float
 *
 *   frame [channels, n] at its rate --libswresample: one weighted sum, low-pass, 16 kHz--> samples [n * 16000 / rate]
 *
 * The sum is libswresample's mix for the layout the file names (ITU-R BS.775: centre full, left and right -3 dB, surround -6 dB),
 * scaled so that full scale stays full scale: left and right of a stereo file count half each. Where a file does not say which
 * channel is which, or names a layout that has no such mix, all channels count the same: a microphone on the fourth of six
 * must not vanish as somebody's subwoofer.
 *
 * A stream may change its rate, layout or sample format anywhere (joined MP3s, radio): the old resampler is drained and a
 * new one made. Rates and channel counts that no recorder makes are refused before they cost memory.
 *
 * SPDX-License-Identifier: MIT
 */
#include "audio/mixdown.h"
#include "audio/audio-file.h"

#include <libavutil/opt.h>
#include <libswresample/swresample.h>
#include <math.h>

struct _ScribeMixdown
{
  SwrContext *resampler; /* for frames of this kind: */
  int rate;
  int sample_format;
  AVChannelLayout layout;
};

/* equal: all channels count the same, whatever they are called. */
static SwrContext *
resampler_new (const AVFrame *frame, gboolean equal)
{
  SwrContext *resampler = NULL;
  AVChannelLayout mono = AV_CHANNEL_LAYOUT_MONO, layout = { 0 };
  int n_channels = frame->ch_layout.nb_channels;
  double weights[SCRIBE_MIXDOWN_MAX_CHANNELS];

  if (equal)
    av_channel_layout_from_mask (&layout, (G_GUINT64_CONSTANT (1) << n_channels) - 1);
  else
    av_channel_layout_copy (&layout, &frame->ch_layout);
  for (int i = 0; i < n_channels; i++)
    weights[i] = 1.0 / n_channels;

  swr_alloc_set_opts2 (&resampler, &mono, AV_SAMPLE_FMT_FLT, SCRIBE_SAMPLE_RATE, &layout, frame->format, frame->sample_rate, 0,
                       NULL);
  if (resampler == NULL || av_opt_set_double (resampler, "rematrix_maxval", 1, 0) < 0
      || (equal && swr_set_matrix (resampler, weights, n_channels) < 0) || swr_init (resampler) < 0)
    swr_free (&resampler);
  av_channel_layout_uninit (&layout);
  return resampler;
}

/* NaN and infinity would spread through every sum that follows. */
static void
tidy (float *samples, guint n)
{
  for (guint i = 0; i < n; i++)
    samples[i] = isfinite (samples[i]) ? CLAMP (samples[i], -1.0f, 1.0f) : 0.0f;
}

/* channels: n samples of each; NULL, 0 asks for what the resampler holds. Returns how many came out. */
static guint
resample (ScribeMixdown *mixdown, const uint8_t **channels, int n, GArray *samples)
{
  guint start = samples->len;
  int room = swr_get_out_samples (mixdown->resampler, n);
  uint8_t *out;
  int got;

  if (room <= 0)
    return 0;
  g_array_set_size (samples, start + room);
  out = (uint8_t *) &g_array_index (samples, float, start);
  got = swr_convert (mixdown->resampler, &out, room, channels, n);
  got = MAX (got, 0);
  g_array_set_size (samples, start + got);
  tidy (&g_array_index (samples, float, start), got);
  return got;
}

static gboolean
fits (ScribeMixdown *mixdown, const AVFrame *frame)
{
  return mixdown->resampler != NULL && mixdown->rate == frame->sample_rate && mixdown->sample_format == frame->format
         && av_channel_layout_compare (&mixdown->layout, &frame->ch_layout) == 0;
}

static gboolean
prepare (ScribeMixdown *mixdown, const AVFrame *frame)
{
  int n_channels = frame->ch_layout.nb_channels;

  if (n_channels < 1 || n_channels > SCRIBE_MIXDOWN_MAX_CHANNELS || frame->sample_rate < SCRIBE_MIXDOWN_MIN_RATE
      || frame->sample_rate > SCRIBE_MIXDOWN_MAX_RATE)
    return FALSE;

  if (frame->ch_layout.order == AV_CHANNEL_ORDER_NATIVE)
    mixdown->resampler = resampler_new (frame, FALSE);
  if (mixdown->resampler == NULL)
    mixdown->resampler = resampler_new (frame, TRUE);
  mixdown->rate = frame->sample_rate;
  mixdown->sample_format = frame->format;
  av_channel_layout_copy (&mixdown->layout, &frame->ch_layout);
  return mixdown->resampler != NULL;
}

ScribeMixdown *
scribe_mixdown_new (void)
{
  return g_new0 (ScribeMixdown, 1);
}

gboolean
scribe_mixdown_frame (ScribeMixdown *mixdown, const AVFrame *frame, GArray *samples)
{
  if (!fits (mixdown, frame))
    {
      scribe_mixdown_drain (mixdown, samples);
      if (!prepare (mixdown, frame))
        return FALSE;
    }
  resample (mixdown, (const uint8_t **) frame->extended_data, frame->nb_samples, samples);
  return TRUE;
}

void
scribe_mixdown_drain (ScribeMixdown *mixdown, GArray *samples)
{
  if (mixdown->resampler == NULL)
    return;
  while (resample (mixdown, NULL, 0, samples) > 0)
    ;
  swr_free (&mixdown->resampler);
}

void
scribe_mixdown_free (ScribeMixdown *mixdown)
{
  if (mixdown == NULL)
    return;
  swr_free (&mixdown->resampler);
  av_channel_layout_uninit (&mixdown->layout);
  g_free (mixdown);
}
