/* amdxdna.h - the amdxdna kernel driver's interface to programs
 *
 * Written down from the public uapi header of Linux 7.2 (include/uapi/drm/amdxdna_accel.h, drm.h), as far as the stand-in answers it. Debian 12's kernel
 * headers are too old to have it. test-uapi.c holds each size and number here against Debian sid's copy of the genuine header.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <glib.h>

#define AMDXDNA_NO_ADDRESS  G_MAXUINT64
#define AMDXDNA_NO_DOORBELL G_MAXUINT32

/* Numbers of the calls, as _IOC_NR() tells them */
enum
{
  DRM_NR_VERSION = 0x00,
  DRM_NR_GEM_CLOSE = 0x09,
  DRM_NR_SYNCOBJ_DESTROY = 0xC0,
  DRM_NR_SYNCOBJ_TIMELINE_WAIT = 0xCA,

  AMDXDNA_NR_CREATE_CONTEXT = 0x40,
  AMDXDNA_NR_DESTROY_CONTEXT,
  AMDXDNA_NR_CONFIG_CONTEXT,
  AMDXDNA_NR_CREATE_BUFFER,
  AMDXDNA_NR_GET_BUFFER_INFO,
  AMDXDNA_NR_SYNC_BUFFER,
  AMDXDNA_NR_EXEC_COMMAND,
  AMDXDNA_NR_GET_INFO,
  AMDXDNA_NR_SET_STATE,
  AMDXDNA_NR_WAIT_COMMAND,
  AMDXDNA_NR_GET_ARRAY
};

typedef struct
{
  gint32 major, minor, patch;
  guint64 name_length, name, date_length, date, description_length, description;
} DrmVersion;

typedef struct
{
  guint32 handle, pad;
} DrmGemClose;

typedef struct
{
  guint32 handle, pad;
} DrmSyncobjDestroy;

typedef struct
{
  guint64 handles, points;
  gint64 deadline; /* nanoseconds of CLOCK_MONOTONIC */
  guint32 n_handles, flags, first_signaled, pad;
} DrmSyncobjTimelineWait; /* without the deadline hint of newer kernels */

typedef struct
{
  guint32 gops, fps, dma_bandwidth, latency, frame_exec_time, priority;
} AmdxdnaQos;

typedef struct
{
  guint64 ext, ext_flags, qos;
  guint32 queue_buffer, log_buffer, max_opc, n_tiles, mem_size, doorbell, handle, syncobj;
} AmdxdnaCreateContext;

typedef struct
{
  guint32 handle, pad;
} AmdxdnaDestroyContext;

typedef struct
{
  guint32 buffer;
  guint8 function, pad[3];
} AmdxdnaUnit;

typedef struct
{
  guint16 n_units, pad[3];
  AmdxdnaUnit units[];
} AmdxdnaUnits;

#define AMDXDNA_CONFIG_UNITS 0

typedef struct
{
  guint32 handle, kind;
  guint64 value;
  guint32 size, pad;
} AmdxdnaConfigContext;

typedef enum
{
  AMDXDNA_BUFFER_SHARE = 1,
  AMDXDNA_BUFFER_HEAP,
  AMDXDNA_BUFFER_DEVICE,
  AMDXDNA_BUFFER_COMMAND
} AmdxdnaBufferKind;

typedef struct
{
  guint64 flags, vaddr, size;
  guint32 kind, handle;
} AmdxdnaCreateBuffer;

typedef struct
{
  guint64 ext, ext_flags;
  guint32 handle, pad;
  guint64 map_offset, vaddr, device_address;
} AmdxdnaBufferInfo;

#define AMDXDNA_SYNC_TO_DEVICE   0
#define AMDXDNA_SYNC_FROM_DEVICE 1

typedef struct
{
  guint32 handle, direction;
  guint64 offset, size;
} AmdxdnaSyncBuffer;

typedef struct
{
  guint64 ext, ext_flags;
  guint32 context, kind;
  guint64 commands, arguments;
  guint32 n_commands, n_arguments;
  guint64 sequence;
} AmdxdnaExecCommand;

typedef struct
{
  guint32 context, milliseconds; /* 0: for ever */
  guint64 sequence;
} AmdxdnaWaitCommand;

typedef enum
{
  AMDXDNA_INFO_STATUS,
  AMDXDNA_INFO_METADATA,
  AMDXDNA_INFO_VERSION,
  AMDXDNA_INFO_CLOCKS,
  AMDXDNA_INFO_SENSORS,
  AMDXDNA_INFO_CONTEXTS,
  AMDXDNA_INFO_FIRMWARE = 8,
  AMDXDNA_INFO_POWER_MODE,
  AMDXDNA_INFO_RESOURCES = 12
} AmdxdnaInfo;

typedef struct
{
  guint32 what, size;
  guint64 buffer;
} AmdxdnaGetInfo;

typedef struct
{
  guint64 buffer;
  guint32 size, columns;
} AmdxdnaStatus;

typedef struct
{
  guint32 major, minor;
} AmdxdnaVersion;

typedef struct
{
  guint16 n_rows, first_row, n_channels, n_locks, n_events, pad[3];
} AmdxdnaTiles;

typedef struct
{
  guint32 column_bytes;
  guint16 n_columns, n_rows;
  AmdxdnaVersion version;
  AmdxdnaTiles core, memory, shim;
} AmdxdnaMetadata;

typedef struct
{
  char name[16];
  guint32 mhz, pad;
} AmdxdnaClock;

typedef struct
{
  AmdxdnaClock mp_npu, h;
} AmdxdnaClocks;

typedef enum
{
  AMDXDNA_SENSOR_POWER,
  AMDXDNA_SENSOR_COLUMN
} AmdxdnaSensorKind;

typedef struct
{
  char label[64];
  guint32 input, max, average, highest;
  char status[64], unit[16];
  gint8 exponent; /* of ten, by which the values are multiplied */
  guint8 kind, pad[6];
} AmdxdnaSensor;

typedef struct
{
  guint32 major, minor, patch, build;
} AmdxdnaFirmware;

typedef struct
{
  guint8 mode, pad[7];
} AmdxdnaPowerMode;

typedef struct
{
  guint64 clock_max, tops_max, tasks_max, tops, tasks;
} AmdxdnaResources;

typedef struct
{
  guint32 id, first_column, n_columns, pad;
  gint64 pid;
  guint64 submissions, completions, migrations, preemptions, errors;
} AmdxdnaContextOld;

typedef struct
{
  guint32 id, first_column, n_columns, hardware_id;
  gint64 pid;
  guint64 submissions, completions, migrations, preemptions, errors, priority, heap_bytes, suspensions;
  guint32 state, pasid, gops, fps, dma_bandwidth, latency, frame_exec_time, op, pc, fatal[4], pad;
} AmdxdnaContext;

#define AMDXDNA_ARRAY_CONTEXTS 0

typedef struct
{
  guint32 what, element_size, n_elements, pad;
  guint64 buffer;
} AmdxdnaGetArray;

/* What a command buffer holds: XRT's public ert.h, as far as the driver reads it. Bits 3:0 of the header are its state, 11:10 how many more masks
 * of units follow, 22:12 words behind it, 27:23 what to do. */
#define ERT_STATE(header)       ((header) &0xF)
#define ERT_EXTRA_MASKS(header) ((header) >> 10 & 0x3)
#define ERT_WORDS(header)       ((header) >> 12 & 0x7FF)
#define ERT_OPCODE(header)      ((header) >> 23 & 0x1F)

typedef enum
{
  ERT_START_UNIT = 0,
  ERT_CHAIN = 19
} ErtOpcode;

typedef enum
{
  ERT_STATE_NEW = 1,
  ERT_STATE_COMPLETED = 4,
  ERT_STATE_ERROR = 5,
  ERT_STATE_ABORT = 6,
  ERT_STATE_TIMEOUT = 8
} ErtState;

typedef struct
{
  guint32 n_commands, submit_index, error_index, reserved[3];
  guint64 commands[]; /* handles */
} ErtChain;

/* What a unit that runs instruction streams is told */
typedef struct
{
  guint32 opcode[2], instructions[2], n_instructions;
  guint32 buffers[][2];
} ErtStream;

#define ERT_RUN_STREAM 3 /* the opcode */
