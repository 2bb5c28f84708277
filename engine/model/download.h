/* download.h - fetch a file over HTTP: resumed, checked, then named
 *
 * The bytes go to PATH.part; a broken connection is tried again from where it stopped (If-Range with the entity tag kept in
 * PATH.part.etag), a server that ignores Range is read from the start. Only when size and SHA-256 are right is the file renamed
 * to PATH: what bears the name is whole. A part with a wrong sum is deleted. Proxies of the desktop or the environment are used.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct
{
  const char *url;
  const char *path;   /* final name; its folder is made */
  const char *sha256; /* 64 hexadecimal digits, required */
  guint64 size;       /* bytes expected, 0 if unknown */
  guint n_retries;    /* tries after a broken or stalled connection that brought nothing new */
  guint stall;        /* seconds without a byte until a connection counts as broken */
} ScribeDownload;

/* n_retries 5, stall 30, all else zero. */
void scribe_download_init (ScribeDownload *download);

/* done and total in bytes, total 0 while unknown; called at most ten times a second, and at the end. */
typedef void (*ScribeDownloadProgress) (guint64 done, guint64 total, gpointer data);

/* Blocks until the file is there, it failed for good, or cancellable was cancelled (what came is kept for the next try). Runs
 * its own main context: may be called from any thread. */
gboolean scribe_download_run (const ScribeDownload *download,
                              ScribeDownloadProgress progress,
                              gpointer data,
                              GCancellable *cancellable,
                              GError **error);

G_END_DECLS
