/* npu-watch.h - what the NPU is doing, without anybody waiting for its driver
 *
 * Signal: "told", with a const ScribeNpuTelemetry * that is the receiver's until it returns.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define TILESCRIBE_TYPE_NPU_WATCH (tilescribe_npu_watch_get_type ())
G_DECLARE_FINAL_TYPE (TilescribeNpuWatch, tilescribe_npu_watch, TILESCRIBE, NPU_WATCH, GObject)

/* Of the first NPU below root, which is "" for this machine. */
TilescribeNpuWatch *tilescribe_npu_watch_new (const char *root);

/* "told" will follow. FALSE: what was asked before has not been answered yet, and nothing more is asked. */
gboolean tilescribe_npu_watch_ask (TilescribeNpuWatch *watch);

G_END_DECLS
