/* container.h - what the file consists of that XRT loads into an NPU
 *
 * After XRT's public xclbin.h, as far as write-container.c writes it. test-formats.c holds it against Debian sid's copy of the genuine header.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <glib.h>

/* Kinds of sections */
enum
{
  SECTION_METADATA = 2,
  SECTION_MEMORY = 6,
  SECTION_WIRING = 7,
  SECTION_UNITS = 8,
  SECTION_GROUPS = 26,
  SECTION_GROUP_WIRING = 27,
  SECTION_PARTITION = 32
};

typedef struct
{
  guint32 kind;
  char name[16];
  guint32 pad;
  guint64 offset, size;
} SectionHeader;

typedef struct
{
  char magic[8];
  gint32 signature_length;
  guint8 reserved[28], key_block[256];
  guint64 unique_id;
  guint64 length, time, rom_time;
  guint16 patch;
  guint8 major, minor;
  guint16 mode, action_mask;
  guint8 interface[16];
  char platform[64];
  guint8 uuid[16];
  char debug_file[16];
  guint32 n_sections, pad;
} Header;

typedef struct
{
  guint8 kind, is_used, pad[6];
  guint64 kib, address;
  char tag[16];
} Bank;

typedef struct
{
  gint32 argument, unit, bank;
} Wire;

typedef struct
{
  guint32 kind, properties;
  guint64 address;
  char name[64];
} Unit;

typedef struct
{
  guint32 size, offset;
} Array;

typedef struct
{
  guint32 name;
  guint8 kind, pad[3];
  guint64 image_id;
  Array kernels, before;
  guint8 reserved[64];
} Group;

typedef struct
{
  guint8 uuid[16];
  Array image, groups;
  guint8 reserved[64];
} Image;

typedef struct
{
  guint8 schema, pad0[3];
  guint32 name, operations_per_cycle;
  guint8 pad[4];
  guint64 fingerprint, other_fingerprint;
  guint16 n_columns;
  guint8 pad1[6];
  Array first_columns;
  guint8 reserved1[72];
  Array images;
  guint32 commit;
  guint8 reserved[52];
} Partition;
