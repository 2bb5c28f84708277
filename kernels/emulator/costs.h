/* costs.h - what things cost on the array, in cycles and seconds
 *
 * Nothing here was measured by this project: each number says where it comes from. [M] measured and published, [T] measured on
 * XDNA1 and carried over, [D] derived. Three sets: what is likely, and two that the truth should lie between.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "overlay/registers.h"

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  double clock_hz[NPU_N_GENERATIONS];
  double ddr_bytes_per_second;      /* of all shim channels together, in one direction */
  double ddr_both_bytes_per_second; /* and in both */
  guint channel_start, bd_set_up;   /* cycles, once a task */
  guint bd_chain;                   /* from one BD of a chain to the next, or round again */
  guint memory_latency;
  guint switch_hop;
  guint lock;
  guint task_to_array, task_from_array; /* a shim task, besides */
  guint cold_to_array, cold_from_array; /* a shim task on a channel that was idle, besides */
  gboolean is_always_cold;              /* or any shim task */
  double stream_word_ns;                /* the firmware reads and obeys one word of an instruction stream */
  double dispatch_seconds;              /* from the call until the stream's first word, and back */
  double next_seconds;                  /* the same of each further stream of a list */
  double load_seconds;                  /* the firmware sets the array up anew, with another program in its cores */
  double watchdog_seconds;              /* after which the driver kills a command */
} NpuCosts;

extern const NpuCosts npu_costs_nominal, npu_costs_pessimistic, npu_costs_best;

/* What runs of `run` contiguous bytes make `bytes` bytes cost DDR: as many as they are from 256 up; below, each run costs 59 more
 * at 16 bytes, fading to none at 256. So 16-byte runs get 16 / 75 of the bandwidth: the 10 GB/s of 47 that is published [M]. */
guint64 npu_costs_ddr_bytes (guint64 bytes, guint run);

G_END_DECLS
