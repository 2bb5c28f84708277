/* npu-check.h - what has to be right before the NPU can be used, one thing after the other
 *
 *   device, driver, permission, memory   the kernel
 *   XRT, its package for NPUs            AMD's libraries
 *   plug-in, design                      Tilescribe's own
 *   result                               a product is computed, and compared with the emulator's
 *
 * All but the last only look, and wake nothing. The last uses the NPU for a moment, and makes sense only after all the others.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  SCRIBE_NPU_CHECK_DEVICE,
  SCRIBE_NPU_CHECK_DRIVER,
  SCRIBE_NPU_CHECK_PERMISSION,
  SCRIBE_NPU_CHECK_MEMORY,
  SCRIBE_NPU_CHECK_XRT,
  SCRIBE_NPU_CHECK_PACKAGE,
  SCRIBE_NPU_CHECK_PLUGIN,
  SCRIBE_NPU_CHECK_DESIGN,
  SCRIBE_NPU_CHECK_RESULT,
  SCRIBE_NPU_N_CHECKS
} ScribeNpuCheck;

/* found: in a line for a person, what is there. FALSE: the error says what is wrong and how it is mended. */
gboolean scribe_npu_check (ScribeNpuCheck check, char **found, GError **error);

/* Whether all are right but the last, which is not tried: as far as can be told without waking the NPU, it can be used. found: what the NPU is called. FALSE: the error
 * is that of the first that is not. */
gboolean scribe_npu_check_usable (char **found, GError **error);

/* "2.25.0", of the XRT that a program finds here, and of its library for NPUs; NULL: it is not installed. Loads XRT, which does not look at devices then. */
char *scribe_npu_xrt_version (void);
char *scribe_npu_package_version (void);

/* Sixteen hexadecimal digits that name the design whose instructions this Tilescribe writes. */
char *scribe_npu_design (void);

G_END_DECLS
