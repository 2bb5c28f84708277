/* signs.h - how signs are spoken, language by language
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Which spaces a sign wants around it, and what comes after it. */
typedef enum
{
  SCRIBE_SIGN_MARK,  /* "a, b" */
  SCRIBE_SIGN_STOP,  /* "a. B" */
  SCRIBE_SIGN_OPEN,  /* "a (b" */
  SCRIBE_SIGN_CLOSE, /* "a) b" */
  SCRIBE_SIGN_BREAK, /* "a\nB" */
  SCRIBE_SIGN_JOINT, /* "a/b" */
  SCRIBE_SIGN_DASH   /* "a – b" */
} ScribeSignKind;

typedef struct
{
  const char *words;   /* as a person says it; with | between those that mean the same */
  const char *written; /* a line is "\n" */
  ScribeSignKind kind;
} ScribeSign;

typedef struct
{
  const char *code;        /* "en" */
  const ScribeSign *signs; /* the last has no words */
  const char *not_after;   /* words with | between them: after one of these it is a word, no sign ("a comma") */
  const char *idioms;      /* phrases with | between them whose words are words ("period of") */
} ScribeSignLanguage;

/* NULL: how signs are spoken in that language is not known. */
const ScribeSignLanguage *scribe_signs_find (const char *code);

/* All of them: the last has no code. */
const ScribeSignLanguage *scribe_signs_languages (void);

G_END_DECLS
