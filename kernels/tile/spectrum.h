/* spectrum.h - power of the discrete Fourier transform of windowed frames
 *
 * A product of integers: frames [72, 400] of int16 samples times the transform [400, 64] of a tile of 32 bins, which has the window in it and is of 32
 * bits: with 16, a loud vowel would be heard 90 dB lower in every other bin, where a log-mel spectrum still looks. 16 samples are one step. Products
 * and sums inside a step are exact, in 64 bits; between steps a sum is kept as 32 bits of its multiple of 2^7, which a window of sum 200 cannot
 * overflow: the rounding is 170 dB below a full-scale sine. What limits the range are the 16 bits of samples.
 *
 *   samples    [72 frames, 32 samples] int16, an i16 object: two steps
 *   transform  [8 blocks of 8 columns, upper and lower half, 4 blocks of 4 samples, 4, 8] int16: columns 0..31 are the real parts of the tile's bins,
 *              32..63 the imaginary ones; a value is upper 2^16 + lower; the last 512 bytes of the object are not read
 *   sums       [9 blocks of 8 frames, 8 blocks of 8 columns, 8, 8] int32, 18 432 bytes of the accumulators
 *   power      [72 frames, 16 bins] floats, an f32 object
 *
 * Source: Radford et al. 2022, section 2.2: frames of 25 ms, a Hann window, a DFT of 400 samples.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "tile/clock.h"

#if defined TILE_SET
#define tile_spectrum_step  TILE_SYMBOL (tile_spectrum_step)
#define tile_spectrum_power TILE_SYMBOL (tile_spectrum_power)
#endif

#define TILE_SPECTRUM_SHIFT   7
#define TILE_SPECTRUM_BINS    32 /* of a tile */
#define TILE_SPECTRUM_SAMPLES 16 /* of a step */
#define TILE_SPECTRUM_SUMS    (72 * 64)

/* sums (or 0, in the first step) + columns 16 half .. 16 half + 15 of samples times transform / 2^16, rounded to nearest even and held in int32 */
void tile_spectrum_step (TileClock *clock,
                         const int16_t *samples,
                         uint32_t half,
                         const int16_t *transform,
                         bool is_first,
                         int32_t *sums);

/* (re^2 + im^2) scale of the tile's bins 16 half .. 16 half + 15, in that order: re^2 rounded, then the sum with im^2 (a product and an addition), then
 * the product with scale */
void tile_spectrum_power (TileClock *clock, const int32_t *sums, uint32_t half, float scale, float *power);
