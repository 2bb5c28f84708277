/* scalar.h - tile arithmetic as its definition has it, one value after the other
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <stdint.h>

/* 2^(e - 133), or 0 below 7 */
float scalar_bfp_scale (uint8_t exponent);

/* Row r, column c of a block of 72 bytes */
float scalar_bfp_value (const uint8_t *block, int r, int c);

/* acc[r][c] + the product of row r of a and row c of b */
float scalar_bfp_mac (float acc, const uint8_t *a, int r, const uint8_t *b, int c);

/* Row of eight values to 9 bytes */
void scalar_row_to_bfp (const float values[8], uint8_t *row);

/* An 8x8 block of row-major values to 72 bytes */
void scalar_block_to_bfp (const float values[64], uint8_t *block);

/* Nearest integer to v / 2^n, even between two */
int64_t scalar_shift (int64_t v, int n);

/* Nearest bf16, even between two */
float scalar_bf16 (float x);

/* 2^-12 e^((score - level + 64) / 8) of tile-softmax.h */
float scalar_exp_score (float score, float level);

float scalar_exp2 (float x);
float scalar_reciprocal (float x);
float scalar_rsqrt (float x);
float scalar_log2 (float x);
float scalar_gelu (float x);
