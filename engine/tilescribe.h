/* tilescribe.h - all of libtilescribe's public headers, by subject
 *
 *   microphone --audio/--> samples, and on disk at once
 *   recording --audio/--> samples --session/--> segments --store/--> database, files
 *                                     |
 *                          a model (model/) prepared on a device (device/)
 *
 * Read session/engine.h first: the rest are its inputs and outputs. Opaque types are made by a _new or _open function and
 * freed by g_autoptr; option structs are filled by their _init function before they are changed; whatever can fail takes a
 * GError (error.h) and says in one sentence what to do.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "audio/audio-file.h"
#include "audio/microphone.h"
#include "audio/player.h"
#include "audio/spool.h"
#include "audio/vad.h"
#include "decode/options.h"
#include "device/npu/npu-check.h"
#include "device/npu/npu-telemetry.h"
#include "error.h"
#include "model/catalogue.h"
#include "model/download.h"
#include "model/languages.h"
#include "model/model.h"
#include "profile.h"
#include "session/engine.h"
#include "session/machine.h"
#include "session/session.h"
#include "store/store-thread.h"
#include "store/store.h"
#include "store/writer.h"
#include "text/signs.h"
#include "text/wording.h"
#include "transcript.h"
#include "trial/npu-calibrate.h"
#include "trial/npu-trial.h"
