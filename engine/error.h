/* error.h - the errors of libtilescribe
 *
 * Every message is one translated sentence for a person: what went wrong, where, and what to do. It is made where the
 * knowledge is and passed up unchanged, so a caller prints error->message as it is.
 * A run that was cancelled ends with G_IO_ERROR, G_IO_ERROR_CANCELLED.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define SCRIBE_ERROR (scribe_error_quark ())

typedef enum
{
  SCRIBE_ERROR_OPTION,   /* an option or argument that makes no sense */
  SCRIBE_ERROR_MODEL,    /* a model file that is missing, damaged or of another kind */
  SCRIBE_ERROR_AUDIO,    /* a recording that cannot be read */
  SCRIBE_ERROR_DEVICE,   /* a device that is missing or failed */
  SCRIBE_ERROR_STORE,    /* the database */
  SCRIBE_ERROR_DOWNLOAD, /* the network, or what came over it */
  SCRIBE_ERROR_OUTPUT,   /* a file that cannot be written */
  SCRIBE_ERROR_NOT_FOUND /* no transcript, model or device of that name */
} ScribeError;

GQuark scribe_error_quark (void);

G_END_DECLS
