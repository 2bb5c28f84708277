/* listen.h - a recording read from end to end, and a folder to put it in, for tests
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <glib.h>

/* All samples of a file, read in blocks of this many; NULL with error set where opening or reading failed. */
GArray *listen_to (const char *path, gsize block, GError **error);

/* The same of a clip in tests/data; it must be readable. */
GArray *listen_to_clip (const char *name);

/* Amplitude of a sine of this frequency in the middle of samples. */
double amplitude_at (const GArray *samples, double frequency);

/* A temporary folder, removed with the files in it: the fixture of a test. */
typedef struct
{
  char *dir;
} Folder;

void folder_set_up (Folder *folder, gconstpointer data);
void folder_tear_down (Folder *folder, gconstpointer data);
