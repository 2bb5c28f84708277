/* op-spectrum.c - samples to power
 *
 * SPDX-License-Identifier: MIT
 */
#include "tile/program.h"
#include "tile/spectrum.h"

void
tile_op_spectrum (TileProgram *program, const TileControl *control)
{
  const TileControlSpectrum op = control->spectrum;
  TileClock *clock = program->core->clock;
  int32_t *sums = (int32_t *) (void *) tile_acc (program);

  tile_drop (program, TILE_STREAM_B);
  for (uint32_t i = 0; i < op.n_rounds; i++)
    {
      for (uint32_t t = 0; t < op.n_own; t++)
        {
          for (uint32_t s = 0; s < op.n_steps; s++)
            {
              const int16_t *samples = (const int16_t *) (const void *) tile_take (program, TILE_STREAM_A);

              for (uint32_t half = 0; half < 2; half++)
                {
                  const int16_t *transform = (const int16_t *) (const void *) tile_take (program, TILE_STREAM_B);

                  tile_spectrum_step (clock, samples, half, transform, s == 0 && half == 0, sums);
                  tile_drop (program, TILE_STREAM_B);
                }
              tile_drop (program, TILE_STREAM_A);
            }
          for (uint32_t half = 0; half < 2; half++)
            {
              tile_spectrum_power (clock, sums, half, op.scale, (float *) (void *) tile_open (program));
              tile_put (program);
            }
        }
      tile_skip (program, TILE_STREAM_A, (op.n_tiles - op.n_own) * op.n_steps);
    }
}
