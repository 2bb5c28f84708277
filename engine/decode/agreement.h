/* agreement.h - of a text that grows: which words stand, and which may still change
 *
 * The growing sound of an utterance is decoded again and again. What two hypotheses in a row agree on, from the beginning on, is
 * stable and never taken back; the rest is shown as what it is.
 *
 * Source: Macháček et al. 2023, "Turning Whisper into Real-Time Transcription System" (LocalAgreement-2).
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _ScribeAgreement ScribeAgreement;

ScribeAgreement *scribe_agreement_new (void);
void scribe_agreement_free (ScribeAgreement *agreement);

/* The next hypothesis, valid UTF-8. */
void scribe_agreement_add (ScribeAgreement *agreement, const char *text);

/* Words joined by single spaces; together they are what to show. Valid until the next call. */
const char *scribe_agreement_get_stable (ScribeAgreement *agreement);
const char *scribe_agreement_get_unstable (ScribeAgreement *agreement);

/* An utterance was over: the next one begins with nothing. */
void scribe_agreement_reset (ScribeAgreement *agreement);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ScribeAgreement, scribe_agreement_free)

G_END_DECLS
