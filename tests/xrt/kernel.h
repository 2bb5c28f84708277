/* kernel.h - stands in for the amdxdna kernel driver, in the process that believes to talk to it
 *
 *   the program, XRT, AMD's user-space driver          all genuine
 *        |  open, ioctl, mmap, stat, ...
 *   preload.c     whose path or descriptor is it? ours, or the system's
 *        |-- sysfs.c      a tree of files in place of /sys and /dev/accel
 *        |-- buffers.c    memory: one file for each open node, mapped by both sides
 *        |-- contexts.c   contexts, commands, a thread that runs them, waits
 *        |     `-- firmware.c   what the container says the array is; commands, run on the emulator
 *        |-- queries.c    what telemetry asks
 *        `-- faults.c     what goes wrong today
 *
 * It answers as the driver of Linux 7.2 does (drivers/accel/amdxdna), with its error codes and its order of things, for an NPU4 of 8 columns. The device shares the
 * process's addresses, as the real one does through the IOMMU, but for the heap, which lies at 64 MiB.
 *
 * Two things it does not take over: memory is never locked, unless that is the fault of the day; and while the emulator works, no time passes for whoever waits with a
 * limit, because the array would have been done.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "amdxdna.h"
#include "emulator/resident.h"

#include <glib.h>
#include <sys/types.h>

#define KERNEL_HEAP_ADDRESS 0x4000000u
#define KERNEL_HEAP_BYTES   (64u << 20)
#define KERNEL_MAX_CONTEXTS 16
#define KERNEL_COLUMNS      8
#define KERNEL_MAX_UNITS    32 /* of a context: the driver's */
#define KERNEL_H_MHZ        1800

typedef struct
{
  guint32 handle;
  AmdxdnaBufferKind kind;
  guint64 size;
  guint64 map_offset; /* in the client's file */
  guint64 address;    /* AMDXDNA_NO_ADDRESS: where the program mapped it */
  guint8 *mapped;     /* by the program, or NULL */
  guint8 *data;       /* the same memory, mapped here */
  guint8 *device;     /* what the array sees: the same, unless memory is incoherent */
  gsize locked;       /* bytes of it that count as locked */
} Buffer;

/* An open node */
typedef struct
{
  int fd;
  GPtrArray *buffers; /* of Buffer */
  GPtrArray *closed;  /* of Buffer: those that commands may still need */
  guint32 next_handle;
  guint64 end_of_file;
} Client;

typedef struct
{
  Client *client;
  guint32 id;
  guint n_columns;
  AmdxdnaQos qos;
  guint n_units; /* 0: not configured */
  TileProgramId programs[KERNEL_MAX_UNITS];
  NpuOverlay *overlay; /* of all its units */
  NpuResident resident;
  NpuEmulator *emulator;
  guint64 submitted, completed, errors;
  gboolean is_stopped; /* what runs is to end: nobody waits for it any more */
} Context;

/* One hardware, whoever opened it */
typedef struct
{
  GMutex lock;
  GCond changed;
  GPtrArray *clients, *contexts, *left; /* left: contexts that were destroyed */
  guint64 n_commands;                   /* that began */
  double busy_seconds;                  /* by the emulator's clock */
  double column_use[KERNEL_COLUMNS];    /* of the last command: 0 to 1 */
  gboolean is_awake;
  gboolean is_emulating, is_hanging;
  gboolean is_gone;
} Kernel;

extern Kernel kernel;

/* buffers.c. All with the lock held; results as a driver's: 0 or a negative errno. */
Client *client_new (int fd);
void client_free (Client *client);
Buffer *client_find_buffer (const Client *client, guint32 handle);
int buffer_create (Client *client, AmdxdnaCreateBuffer *what);
int buffer_get_info (Client *client, AmdxdnaBufferInfo *what);
int buffer_sync (Client *client, AmdxdnaSyncBuffer *what);
int buffer_close (Client *client, DrmGemClose *what);
Buffer *client_find_for_command (const Client *client, guint32 handle); /* closed or not */
void client_release_closed (Client *client);                            /* no command needs them any more */

/* The program is to map or has unmapped this. */
int buffer_may_map (Client *client, guint64 offset, gsize size, int flags);
void buffer_mapped (Client *client, guint64 offset, gpointer at);
void buffer_unmapped (gpointer at);

/* What the array finds at an address, in the heap or in one of these buffers; NULL: nothing. left: how much of it. */
guint8 *client_get_memory (const Client *client, guint64 address, const guint32 *handles, guint n_handles, gsize *left);

/* contexts.c */
int context_create (Client *client, AmdxdnaCreateContext *what);
int context_destroy (Client *client, AmdxdnaDestroyContext *what);
int context_configure (Client *client, AmdxdnaConfigContext *what);
int context_submit (Client *client, AmdxdnaExecCommand *what);
int context_wait (Client *client, AmdxdnaWaitCommand *what);
int context_wait_point (Client *client, DrmSyncobjTimelineWait *what);
int context_drop_point (Client *client, DrmSyncobjDestroy *what);
void contexts_leave (Client *client);
gboolean contexts_are_busy (const Client *client);

/* firmware.c. What the container holds for the array, unit by unit; then all is there; and a stream of a unit with its buffers, without the lock held. */
gboolean firmware_load (Context *context, guint unit, const guint8 *image, gsize size, GError **error);
void firmware_boot (Context *context);
void firmware_forget (Context *context);
gboolean firmware_run (Context *context,
                       guint unit,
                       const guint32 *words,
                       gsize n_words,
                       const NpuBuffer *buffers,
                       guint n_buffers,
                       GError **error);

/* queries.c */
int query_info (Client *client, AmdxdnaGetInfo *what);
int query_array (Client *client, AmdxdnaGetArray *what);

/* sysfs.c. The path in the tree that stands in for this one, or NULL where the system's own will do. */
char *sysfs_get_path (const char *path);
/* The path that a program is to see for one in the tree. */
const char *sysfs_get_seen (const char *path);
void sysfs_write_fdinfo (int fd);
void sysfs_write_status (const char *status);
gboolean sysfs_has_node (void);
#define SYSFS_NODE "/dev/accel/accel0"
