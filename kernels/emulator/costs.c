/* costs.c - the three sets of costs, and where their numbers come from
 *
 * SPDX-License-Identifier: MIT
 */
#include "emulator/costs.h"

#define WHOLE_RUN 256 /* bytes: shim bursts of this length reach the full rate */
#define RUN_EXTRA 59  /* bytes lost on a run of 16 */

/* The same in all three sets, after FIM43-Redeye/xdna-emu, which was held against XDNA1 [T]. */
#define ARRAY_COSTS .channel_start = 2, .bd_set_up = 4, .bd_chain = 2, .memory_latency = 5, .lock = 1

const NpuCosts npu_costs_nominal = {
  ARRAY_COSTS,
  .clock_hz = { [NPU1] = 1.125e9, [NPU2] = 1.8e9 }, /* the highest h-clock of the amdxdna driver; XDNA1: 1.0 to 1.25 GHz */
  .ddr_bytes_per_second = 47e9,                     /* [M] 47 to 57 GB/s read (arXiv 2512.13282: about 50) */
  /* [M] copying 64 MiB takes 2016 us, which is 33.3 GB/s each way at the same time (Xilinx/mlir-aie pull request 2559, which does not name the
   * device): reads do not leave writes the rest of their 47 */
  .ddr_both_bytes_per_second = 66.6e9, .switch_hop = 3, /* 3 to 4 [T] */
  .task_to_array = 325,                                 /* [T] */
  .task_from_array = 179,                               /* [T] */
  .cold_to_array = 1330,                                /* [T] */
  .cold_from_array = 341,                               /* [T] */
  .stream_word_ns = 8,                                  /* [D] the geometric mean of the two below */
  .dispatch_seconds = 85e-6,                            /* [M] 85 to 150 us a launch in practice */
  .next_seconds = 22e-6,                                /* [M] each of a list of 64 */
  .load_seconds = 40e-6,                                /* [M] about 40 us to change the configuration on the device */
  .watchdog_seconds = 2,                                /* the driver's timeout_in_sec */
};

const NpuCosts npu_costs_pessimistic = {
  ARRAY_COSTS,
  .clock_hz = { [NPU1] = 1.0e9, [NPU2] = 1.8e9 },
  .ddr_bytes_per_second = 33e9,      /* [M] effective in one fitted model */
  .ddr_both_bytes_per_second = 33e9, /* as if there were one way for both */
  .switch_hop = 4,
  .task_to_array = 325,
  .task_from_array = 179,
  .cold_to_array = 1330,
  .cold_from_array = 341,
  .is_always_cold = TRUE,
  /* [D] from times of reconfiguration on Strix, nod-ai/iree-amd-aie issue 1187: 82, 99, 109, 116 us with 38, 118, 582, 662 words of
   * stream and 2, 4378, 3284, 7663 words of data: about 29 ns a word of stream, what it waits for the data included */
  .stream_word_ns = 30,
  .dispatch_seconds = 150e-6,
  .next_seconds = 114e-6, /* [M] a list makes a run 24 % cheaper */
  /* [D] of two measurements on XDNA2: 280 us for a load without programs (Xilinx/mlir-air pull request 1694), and 353 us for programs of 1684 words a
   * core (24 of them in 8.5 ms: pull request 1334), which of 4096 words is 859 us */
  .load_seconds = 1140e-6,
  .watchdog_seconds = 2,
};

const NpuCosts npu_costs_best = {
  ARRAY_COSTS,
  .clock_hz = { [NPU1] = 1.25e9, [NPU2] = 1.8e9 },
  .ddr_bytes_per_second = 57e9,        /* [M] */
  .ddr_both_bytes_per_second = 69.6e9, /* [D] the same copy without a launch of 85 us */
  .switch_hop = 3,
  .task_to_array = 325,
  .task_from_array = 179,
  .cold_to_array = 1330,
  .cold_from_array = 341,
  .stream_word_ns = 2, /* [D] 10 to 12 cycles an op of about six words, inferred from traces of XDNA1 (xdna-emu, finding 319b) */
  .dispatch_seconds = 52e-6, /* [M] xrt-smi's latency test */
  .next_seconds = 22e-6,
  .load_seconds = 9.2e-6, /* [D] programs of 32 cores, 512 KiB, at the rate of DDR */
  .watchdog_seconds = 2,
};

guint64
npu_costs_ddr_bytes (guint64 bytes, guint run)
{
  if (run >= WHOLE_RUN || run == 0)
    return bytes;
  return bytes + bytes * RUN_EXTRA * (WHOLE_RUN - run) / ((WHOLE_RUN - 16) * (guint64) run);
}
