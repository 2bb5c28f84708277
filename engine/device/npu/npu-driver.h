/* npu-driver.h - what the amdxdna kernel driver answers to questions about the NPU
 *
 * Numbers and layouts are facts of the kernel's public interface, include/uapi/drm/amdxdna_accel.h of Linux 7.2 and drm.h, written down as far as telemetry asks:
 * the header itself is newer than the systems that Tilescribe is built on. tests/xrt/test-formats.c holds each against the genuine one.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <glib.h>
#include <sys/ioctl.h>

typedef struct
{
  gint32 major, minor, patch;
  guint64 name_length, name, date_length, date, description_length, description;
} NpuDriverVersion;

typedef enum
{
  NPU_DRIVER_METADATA = 1,
  NPU_DRIVER_CLOCKS = 3,
  NPU_DRIVER_SENSORS = 4, /* from Linux 7.0 on */
  NPU_DRIVER_CONTEXTS = 5,
  NPU_DRIVER_POWER_MODE = 9,
  NPU_DRIVER_RESOURCES = 12
} NpuDriverTopic;

/* size: of the room at "buffer"; then of the answer. */
typedef struct
{
  guint32 topic, size;
  guint64 buffer;
} NpuDriverInfo;

/* Element by element, each cut to element_size; then what there was. */
typedef struct
{
  guint32 topic, element_size, n_elements, zero;
  guint64 buffer;
} NpuDriverArray;

#define NPU_DRIVER_ALL_CONTEXTS 0 /* topic of NpuDriverArray, from interface 0.1 on */

#define NPU_DRIVER_GET_VERSION _IOWR ('d', 0x00, NpuDriverVersion)
#define NPU_DRIVER_GET_INFO    _IOWR ('d', 0x47, NpuDriverInfo)
#define NPU_DRIVER_GET_ARRAY   _IOWR ('d', 0x4A, NpuDriverArray)

typedef struct
{
  guint16 n_rows, first_row, n_channels, n_locks, n_events, zero[3];
} NpuDriverTiles;

typedef struct
{
  guint32 column_bytes;
  guint16 n_columns, n_rows;
  guint32 major, minor;
  NpuDriverTiles core, memory, shim;
} NpuDriverMetadata;

typedef struct
{
  char name[16];
  guint32 mhz, zero;
} NpuDriverClock;

typedef struct
{
  NpuDriverClock mp_npu, h;
} NpuDriverClocks;

#define NPU_DRIVER_SENSOR_POWER  0
#define NPU_DRIVER_SENSOR_COLUMN 1

typedef struct
{
  char label[64];
  guint32 input, max, average, highest;
  char status[64], unit[16]; /* the unit of the values as they stand */
  gint8 exponent;            /* of ten, by which a value is multiplied: to W, to % */
  guint8 kind, zero[6];
} NpuDriverSensor;

typedef struct
{
  guint8 mode, zero[7];
} NpuDriverPowerMode;

typedef struct
{
  guint64 max_mhz, max_tops, max_contexts, tops, contexts;
} NpuDriverResources;

/* NPU_DRIVER_CONTEXTS, and how an element of NPU_DRIVER_ALL_CONTEXTS begins but for its fourth number */
typedef struct
{
  guint32 id, first_column, n_columns, hardware_id;
  gint64 pid;
  guint64 submissions, completions, migrations, preemptions, errors;
} NpuDriverContextHead;

typedef struct
{
  NpuDriverContextHead head;
  guint64 priority, heap_bytes, suspensions;
  guint32 state, pasid;
} NpuDriverContext; /* longer in the driver; it cuts an element to what was asked for */

#define NPU_DRIVER_CONTEXT_ACTIVE 1
