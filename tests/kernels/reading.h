/* reading.h - registers as the words of a configuration and a stream leave them, read without an array
 *
 * Who reads is told of each task that is pushed and of each token that is waited for. Nothing here is the emulator's, which is held against it. Only for
 * words that an array has obeyed.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "overlay/overlay.h"

G_BEGIN_DECLS

typedef struct _Reading Reading;
typedef void (*ReadingPush) (const Reading *reading, guint32 address, guint32 value);
typedef void (*ReadingWait) (const Reading *reading, const guint32 *op);

struct _Reading
{
  GHashTable *registers; /* address -> value */
  ReadingPush push;
  ReadingWait wait;
  gpointer data; /* for these two */
};

void reading_init (Reading *reading, ReadingPush push, ReadingWait wait, gpointer data);
void reading_clear (Reading *reading);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Reading, reading_clear)

void reading_write (Reading *reading, guint32 address, guint32 value);

/* The ops of a stream, which begins with its header. Polls only pass time. */
void reading_obey (Reading *reading, const guint32 *words, gsize n);

guint32 reading_value (const Reading *reading, guint32 address);
NpuBd reading_bd (const Reading *reading, guint column, guint row, guint bd);

/* Byte of word n of an execution of a BD: element (i0, i1, i2, i3) is at base + i0 * step 0 + i1 * step 1 + ..., i0 first. */
guint64 reading_place (NpuTileKind kind, const NpuBd *bd, guint iteration, guint n);

G_END_DECLS
