/* op-bench.h - one op run on a device, and held against golden values
 *
 * A case is a folder of golden values ("linear/3"): its inputs go into a graph of one op, and what comes out is compared with its
 * output.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "golden.h"

#include "device/device.h"

/* Largest error, relative to the largest value of the output. The CPU's caches hold half-precision keys and values, which have
 * eleven bits. */
#define TOLERANCE      5e-6
#define TOLERANCE_HALF 1e-3
#define TOLERANCE_MEL  1e-4 /* absolute */

typedef struct
{
  Golden *golden;
  const char *device;
} Fixture;

typedef struct
{
  ScribeDevice *device;
  ScribeGraph *graph;
  ScribeRun run;
  guint n_state;
} Bench;

/* A test for a device by name. */
typedef struct
{
  const char *name;
  void (*test) (gconstpointer device);
} OpTest;

/* "linear/3", "x" -> "linear/3/x", in the caller's key. */
#define KEY(name, part) (g_snprintf (key, sizeof key, "%s/%s", name, part), key)

/* An empty graph; the device is opened when it is drawn. */
void bench_init (Bench *bench, guint n_state);
void bench_open (Bench *bench, const Fixture *f);

/* Runs the graph; the values of out, which it keeps (NULL: none). */
float *bench_run (Bench *bench, const ScribeTensor *out);
void bench_clear (Bench *bench);

ScribeWeight weight_f32 (const float *values, guint n_rows, guint n_cols);

/* Each of n values within tolerance, relative to the largest that was expected. */
void assert_close (const char *name, const float *found, const float *expected, gsize n, double tolerance);

/* Calls the test for case 0, 1, ... of the op as long as there is one with this value. */
void for_each_case (gconstpointer device, const char *op, const char *needs, void (*test) (const Fixture *f, const char *name));

/* Adds the tests as /group/device/name for each device, and runs them. */
int run_on_each_device (const char *group, const OpTest *tests, guint n_tests);
