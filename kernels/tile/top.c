/* top.c - see top.h
 *
 * SPDX-License-Identifier: MIT
 */
#include "tile/top.h"

#include "tile/gemm.h"

#define LOG2_E 1.44269504f
#define HALVES 2 /* of a tile's columns: what bits of a register stand for */
#define LANES  64

/* A row of the tile: column c is at c / 8 * LANES + c % 8. */
typedef struct
{
  const float *sums;
  uint32_t first_token;
  uint64_t lanes[HALVES]; /* those that count */
} Row;

TILE_INLINE float
logit (const Row *row, uint32_t column)
{
  return row->sums[column / 8 * LANES + column % 8];
}

TILE_INLINE TileAcc
load_half (TileClock *clock, const Row *row, int half)
{
  return tile_load_rows (clock, row->sums + half * 8 * LANES, LANES);
}

static uint32_t
clamp (int32_t x)
{
  return (uint32_t) (x < 0 ? 0 : x > LANES ? LANES : x);
}

/* Lanes begin .. end - 1 as bits */
static uint64_t
range (int32_t begin, int32_t end)
{
  uint32_t first = clamp (begin), last = clamp (end);

  return last > first ? ~(uint64_t) 0 >> (LANES - (last - first)) << first : 0;
}

/* FALSE: none */
static bool
choose (TileClock *clock, Row *row, const TileTopQuery *query, int group, const uint32_t *suppressed)
{
  tile_clock_count (clock, 0, 0, 0, 0, 5);
  if (query->end[group] <= row->first_token || query->begin[group] >= row->first_token + TILE_N)
    return false;
  tile_clock_count (clock, 0, 0, 0, 0, 24);
  for (int half = 0; half < HALVES; half++)
    {
      const int32_t first = (int32_t) row->first_token + half * LANES;

      row->lanes[half] = range (query->begin[group] - first, query->end[group] - first);
      if (suppressed)
        row->lanes[half] &= ~((uint64_t) suppressed[2 * half + 1] << 32 | suppressed[2 * half]);
    }
  return row->lanes[0] | row->lanes[1];
}

/* A row's candidate joins the others. */
static void
insert (TileClock *clock, const TileTopQuery *query, int group, uint32_t token, float x, TileTopAnswer *answer)
{
  float *logits = tile_top_logits (answer, query->n_top, group);
  uint16_t *tokens = tile_top_tokens (answer, query->n_top, group);
  uint32_t at = answer->n[group];

  tile_clock_count (clock, 0, 0, 0, 0, 8);
  if (at < query->n_top)
    answer->n[group]++;
  else if (x <= logits[--at])
    return;
  for (; at > 0 && logits[at - 1] < x; at--)
    {
      tile_clock_count (clock, 0, 0, 0, 0, 7);
      logits[at] = logits[at - 1];
      tokens[at] = tokens[at - 1];
    }
  logits[at] = x;
  tokens[at] = (uint16_t) token;
}

/* What is likelier than the last candidate, one by one. */
static void
insert_all (TileClock *clock, const Row *row, const TileTopQuery *query, int group, const uint64_t *lanes, TileTopAnswer *answer)
{
  for (int half = 0; half < HALVES; half++)
    for (uint64_t rest = lanes[half]; rest; rest &= rest - 1)
      {
        uint32_t column = (uint32_t) (half * LANES + __builtin_ctzll (rest));

        tile_clock_count (clock, 0, 0, 0, 0, 8);
        insert (clock, query, group, row->first_token + column, logit (row, column), answer);
      }
}

/* The least whole number that is not below x */
static float
ceiling (float x)
{
  const float whole = 0x1p23f; /* floats from here on are whole */
  int32_t n;

  if (x >= whole || x <= -whole)
    return x;
  n = (int32_t) x;
  if ((float) n < x)
    n++;
  return (float) n;
}

/* 2^n of a whole number n <= 0 */
static float
power_of_two (float n)
{
  union
  {
    uint32_t bits;
    float value;
  } power = { 0 };

  if (n >= -126)
    power.bits = (uint32_t) ((int32_t) n + 127) << 23;
  return power.value;
}

TILE_INLINE TileAcc
exponents (TileClock *clock, TileAcc x, float reference)
{
  return tile_add_scalar (clock, tile_mul_scalar (clock, x, LOG2_E), -reference);
}

static void
raise_reference (TileClock *clock, const Row *row, int group, TileTopAnswer *answer)
{
  float most = -__builtin_inff (), reference = answer->reference[group];
  uint64_t above[HALVES];

  tile_loop_begin (clock);
  for (int half = 0; half < HALVES; half++)
    {
      TileAcc y = exponents (clock, load_half (clock, row, half), reference);

      above[half] = row->lanes[half] & tile_lanes_greater (clock, y, 0);
    }
  tile_loop_end (clock, 1);
  if (!(above[0] | above[1]))
    return;

  for (int half = 0; half < HALVES; half++)
    for (uint64_t rest = above[half]; rest; rest &= rest - 1)
      {
        float x = logit (row, (uint32_t) (half * LANES + __builtin_ctzll (rest)));

        tile_clock_count (clock, 0, 0, 0, 0, 9);
        most = x > most ? x : most;
      }
  /* three products, in the vector unit */
  tile_clock_count (clock, 30, 36, 0, 0, 20);
  reference = ceiling (most * LOG2_E);
  answer->sum[group] *= power_of_two (answer->reference[group] - reference);
  answer->reference[group] = reference;
}

/* TRUE: there may be a larger logit than all before. */
static bool
add_candidates (TileClock *clock, const Row *row, const TileTopQuery *query, int group, TileTopAnswer *answer)
{
  uint64_t likelier[HALVES] = { row->lanes[0], row->lanes[1] };

  tile_clock_count (clock, 0, 0, 0, 0, 12);
  if (query->n_top == 0)
    return true;
  if (answer->n[group] == query->n_top)
    {
      const float least = tile_top_logits (answer, query->n_top, group)[query->n_top - 1];

      tile_loop_begin (clock);
      for (int half = 0; half < HALVES; half++)
        likelier[half] &= tile_lanes_greater (clock, load_half (clock, row, half), least);
      tile_loop_end (clock, 1);
    }
  if (!(likelier[0] | likelier[1]))
    return false;
  insert_all (clock, row, query, group, likelier, answer);
  return true;
}

static void
add_sum (TileClock *clock, const Row *row, int group, TileTopAnswer *answer)
{
  TileAcc y[HALVES];

  tile_loop_begin (clock);
  for (int half = 0; half < HALVES; half++)
    {
      y[half] = exponents (clock, load_half (clock, row, half), answer->reference[group]);
      y[half] = tile_keep_lanes (clock, tile_exp2 (clock, y[half]), row->lanes[half]);
    }
  answer->sum[group] += tile_sum_lanes (clock, tile_add (clock, y[0], y[1]));
  tile_clock_count (clock, 1, 5, 0, 0, 0);
  tile_loop_end (clock, 1);
}

void
tile_top_clear (TileClock *clock, TileTopAnswer *answer)
{
  tile_clock_count (clock, 0, 0, 0, 0, 6);
  *answer = (TileTopAnswer){ .reference = { -__builtin_inff (), -__builtin_inff () } };
}

void
tile_top_add (TileClock *clock,
              const float *acc,
              const TileTopQuery *query,
              uint32_t first_token,
              const uint32_t *suppressed,
              TileTopAnswer *answer)
{
  TileClock here = *clock;
  Row row = { .sums = acc + query->row / 8 * TILE_ACC_COL_BLOCKS * LANES + query->row % 8 * 8, .first_token = first_token };

  for (int group = 0; group < TILE_TOP_GROUPS; group++)
    {
      if (!choose (&here, &row, query, group, suppressed))
        continue;
      if (add_candidates (&here, &row, query, group, answer))
        raise_reference (&here, &row, group, answer);
      add_sum (&here, &row, group, answer);
    }
  tile_clock_count (&here, 0, 0, 0, 0, 4);
  if (query->probe - first_token < TILE_N)
    answer->probe = logit (&row, query->probe - first_token);
  *clock = here;
}
