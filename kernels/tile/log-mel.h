/* log-mel.h - power in triangular bands, and its logarithm
 *
 * Two of a model's filters at most meet in a bin, so they are a list of shares and not a matrix. Their sums are made with a lane for each frame: power
 * is turned for that as it comes, and the sums are turned back as they leave.
 *
 *   power    [72 frames, 16 bins] floats, an f32 object
 *   bins     [16 bins, 128] floats, the first 72 are frames: 8192 bytes
 *   bands    [32 bands, 128] floats, the same: 16 384 bytes
 *   filters  at most 1024 (control.h): 8192 bytes; with the above, all accumulators
 *   log_mel  [72 frames, 16 bands] floats, an f32 object
 *
 * All sums are in fp32: what a neighbour 80 dB above would take from a block of shared exponents is the very thing that the logarithm shows.
 * Source: Radford et al. 2022, section 2.2.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "tile/clock.h"
#include "tile/control.h"

#if defined TILE_SET
#define tile_log_mel_turn    TILE_SYMBOL (tile_log_mel_turn)
#define tile_log_mel_add     TILE_SYMBOL (tile_log_mel_add)
#define tile_log_mel_store   TILE_SYMBOL (tile_log_mel_store)
#define tile_log_mel_largest TILE_SYMBOL (tile_log_mel_largest)
#endif

#define TILE_LOG_MEL_PITCH 128

/* bins[b][f] = power[f][b]; the lanes beyond the frames are left as they are */
void tile_log_mel_turn (TileClock *clock, const float *power, float *bins);

/* bands[band] += weight bins[bin % 16], filter by filter: a product, rounded, and a sum */
void tile_log_mel_add (TileClock *clock, const float *bins, const TileFilter *filters, uint32_t n_filters, float *bands);

/* log_mel[f][b] = log2 (max (bands[b][f], 1e-10)) 0.30103 of 16 bands, and the largest of each lane in frames below n_frames, which is kept in
 * largest [64] */
void tile_log_mel_store (TileClock *clock, const float *bands, uint32_t n_frames, float *largest, float *log_mel);

/* The largest of largest [64], 64 times. */
void tile_log_mel_largest (TileClock *clock, const float *largest, float *out);
