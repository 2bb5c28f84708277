/* npu-calibrate.h - recordings through the encoder in floats, for what an NPU has to know before it can use 8-bit integers
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* What a calibration was made of */
typedef struct
{
  double seconds;  /* of recordings */
  guint n_tensors; /* that were looked at */
  char *path;      /* where it is kept */
} ScribeCalibration;

void scribe_calibration_clear (ScribeCalibration *calibration);

/* All of these recordings through the encoder of the model (a path), a window of 30 seconds at a time; what it makes of them is kept with the model's
 * cache, in place of what was there. progress: seconds done. Fails with SCRIBE_ERROR_MODEL, _AUDIO or _DEVICE, or when it is cancelled: what was there
 * stays. */
gboolean scribe_npu_calibrate (const char *model,
                               const char *const *recordings,
                               void (*progress) (double seconds, gpointer data),
                               gpointer data,
                               ScribeCalibration *calibration,
                               GCancellable *cancellable,
                               GError **error);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ScribeCalibration, scribe_calibration_clear)

G_END_DECLS
