/* npu-array.h - what runs instruction streams: an array with the overlay in it, and the memory that it sees
 *
 *   npu-array-emulated.c   the emulator: its memory is the host's, its times are modelled
 *   npu-array-xrt.c        a real NPU, by way of the plug-in for XRT: its memory is mapped, its times are measured
 *
 * The same words run on both. They differ in what it takes that the array sees what the host has written, and the other way round: the emulator reads and writes
 * the host's memory in place; a real one has memory of its own kind, in which a write of one side reaches the other when it is
 * synchronised. So whoever writes says so afterwards, and whoever reads says so before.
 *
 * An array is used by one thread at a time. After a run that failed with SCRIBE_ERROR_DEVICE it is of no more use but to be closed.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "device/device.h"
#include "device/npu/npu-stream.h"
#include "emulator/emulator.h"
#include "tile/programs.h"

G_BEGIN_DECLS

typedef struct _NpuArray NpuArray;
typedef struct _NpuArrayClass NpuArrayClass;

/* An argument of a run, or its instructions. All zero: none. */
typedef struct
{
  guint8 *data; /* for the host */
  gsize size;   /* bytes */
  gpointer own; /* the array's: how it sees them */
} NpuMemory;

typedef enum
{
  NPU_MEMORY_DATA,
  NPU_MEMORY_INSTRUCTIONS
} NpuMemoryKind;

typedef enum
{
  NPU_SYNC_WRITTEN, /* the host has written, and the array is about to read */
  NPU_SYNC_READ     /* the array has written, and the host is about to read */
} NpuSync;

/* One instruction stream, shown as instructions, and the program that its ops are for */
typedef struct
{
  TileProgramId program;
  const NpuMemory *instructions;
  gsize n_words;
} NpuArrayStream;

/* Bytes begin .. end - 1 */
typedef struct
{
  gsize begin, end;
} NpuExtent;

struct _NpuArrayClass
{
  gboolean is_modelled; /* its times are: there is no hardware */

  /* size > 0 bytes, zeroed for both sides. */
  gboolean (*allocate) (NpuArray *array, NpuMemory *memory, gsize size, GError **error);

  /* Lets the array see "size" bytes at "data", of which those in "written" (of NpuExtent; NULL: all) have changed since it was last shown
   * them. It may see them in place, memory->data == data, and then they must stay; or copy them. */
  gboolean (*show) (NpuArray *array,
                    NpuMemory *memory,
                    NpuMemoryKind kind,
                    const guint8 *data,
                    gsize size,
                    const GArray *written,
                    GError **error);

  gboolean (*sync) (NpuArray *array, const NpuMemory *memory, NpuSync sync, gsize offset, gsize n, GError **error);

  /* Lets go of memory that was allocated or shown. */
  void (*release) (NpuArray *array, NpuMemory *memory);

  /* Runs n_streams > 0 streams, one after another, over these arguments: one submission. Each finds its program in the cores. Fails with
   * G_IO_ERROR_CANCELLED, as soon as this array can stop, or with SCRIBE_ERROR_DEVICE. report: filled in, as far as this array knows; modelled or
   * measured, as is_modelled says. */
  gboolean (*run) (NpuArray *array,
                   const NpuArrayStream *streams,
                   guint n_streams,
                   const NpuMemory *buffers,
                   guint n_buffers,
                   GCancellable *cancellable,
                   NpuReport *report,
                   GError **error);

  void (*wake) (NpuArray *array); /* NULL: it does not sleep */
  void (*close) (NpuArray *array);
};

struct _NpuArray
{
  const NpuArrayClass *klass;
};

NpuArray *npu_array_emulated_new (const NpuOverlay *overlay, const ScribeDeviceOptions *options);

/* Fails with SCRIBE_ERROR_DEVICE where there is no NPU, or it cannot be used: the sentence says why. The overlay outlives the array. */
NpuArray *npu_array_xrt_new (const NpuOverlay *overlay, guint64 overlay_hash, GError **error);

#define NPU_XRT_LIBRARY "libxrt_coreutil.so.2" /* what the plug-in is linked with */
#define NPU_XRT_OLDEST  "2.21.75"

/* Parts of opening it, each for itself: the plug-in is there and can be loaded; the path of the overlay's binary, if it is there and was built from this design;
 * memory may be locked that is enough for XRT. */
gboolean npu_array_xrt_has_plugin (GError **error);
char *npu_array_xrt_find_overlay (const NpuOverlay *overlay, guint64 hash, GError **error);
gboolean npu_array_xrt_may_lock (void);

G_END_DECLS
