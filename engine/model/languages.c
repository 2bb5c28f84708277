/* languages.c - the languages of Whisper, in the order of their tokens
 *
 * The order is part of every multilingual model: language i has the token `language` + i. Cantonese came last, with large-v3.
 * Source: openai/whisper whisper/tokenizer.py, LANGUAGES and TO_LANGUAGE_CODE.
 *
 * SPDX-License-Identifier: MIT
 */
#include "tokenizer.h"

typedef struct
{
  const char *code, *name;
} Language;

static const Language languages[] = {
  { "en", "english" },        { "zh", "chinese" },       { "de", "german" },    { "es", "spanish" },    { "ru", "russian" },
  { "ko", "korean" },         { "fr", "french" },        { "ja", "japanese" },  { "pt", "portuguese" }, { "tr", "turkish" },
  { "pl", "polish" },         { "ca", "catalan" },       { "nl", "dutch" },     { "ar", "arabic" },     { "sv", "swedish" },
  { "it", "italian" },        { "id", "indonesian" },    { "hi", "hindi" },     { "fi", "finnish" },    { "vi", "vietnamese" },
  { "he", "hebrew" },         { "uk", "ukrainian" },     { "el", "greek" },     { "ms", "malay" },      { "cs", "czech" },
  { "ro", "romanian" },       { "da", "danish" },        { "hu", "hungarian" }, { "ta", "tamil" },      { "no", "norwegian" },
  { "th", "thai" },           { "ur", "urdu" },          { "hr", "croatian" },  { "bg", "bulgarian" },  { "lt", "lithuanian" },
  { "la", "latin" },          { "mi", "maori" },         { "ml", "malayalam" }, { "cy", "welsh" },      { "sk", "slovak" },
  { "te", "telugu" },         { "fa", "persian" },       { "lv", "latvian" },   { "bn", "bengali" },    { "sr", "serbian" },
  { "az", "azerbaijani" },    { "sl", "slovenian" },     { "kn", "kannada" },   { "et", "estonian" },   { "mk", "macedonian" },
  { "br", "breton" },         { "eu", "basque" },        { "is", "icelandic" }, { "hy", "armenian" },   { "ne", "nepali" },
  { "mn", "mongolian" },      { "bs", "bosnian" },       { "kk", "kazakh" },    { "sq", "albanian" },   { "sw", "swahili" },
  { "gl", "galician" },       { "mr", "marathi" },       { "pa", "punjabi" },   { "si", "sinhala" },    { "km", "khmer" },
  { "sn", "shona" },          { "yo", "yoruba" },        { "so", "somali" },    { "af", "afrikaans" },  { "oc", "occitan" },
  { "ka", "georgian" },       { "be", "belarusian" },    { "tg", "tajik" },     { "sd", "sindhi" },     { "gu", "gujarati" },
  { "am", "amharic" },        { "yi", "yiddish" },       { "lo", "lao" },       { "uz", "uzbek" },      { "fo", "faroese" },
  { "ht", "haitian creole" }, { "ps", "pashto" },        { "tk", "turkmen" },   { "nn", "nynorsk" },    { "mt", "maltese" },
  { "sa", "sanskrit" },       { "lb", "luxembourgish" }, { "my", "myanmar" },   { "bo", "tibetan" },    { "tl", "tagalog" },
  { "mg", "malagasy" },       { "as", "assamese" },      { "tt", "tatar" },     { "haw", "hawaiian" },  { "ln", "lingala" },
  { "ha", "hausa" },          { "ba", "bashkir" },       { "jw", "javanese" },  { "su", "sundanese" },  { "yue", "cantonese" },
};

/* Other names of some of them. */
static const Language aliases[] = {
  { "my", "burmese" },       { "ca", "valencian" }, { "nl", "flemish" },   { "ht", "haitian" },
  { "lb", "letzeburgesch" }, { "ps", "pushto" },    { "pa", "panjabi" },   { "ro", "moldavian" },
  { "ro", "moldovan" },      { "si", "sinhalese" }, { "es", "castilian" }, { "zh", "mandarin" },
};

static const char *const unspaced[] = { "zh", "ja", "th", "lo", "my", "yue", NULL };

static int
index_of_code (const char *code)
{
  for (guint i = 0; i < G_N_ELEMENTS (languages); i++)
    if (g_ascii_strcasecmp (code, languages[i].code) == 0)
      return i;
  return -1;
}

int
scribe_language_index (const char *code_or_name)
{
  if (!code_or_name)
    return -1;
  for (guint i = 0; i < G_N_ELEMENTS (languages); i++)
    if (g_ascii_strcasecmp (code_or_name, languages[i].name) == 0)
      return i;
  for (guint i = 0; i < G_N_ELEMENTS (aliases); i++)
    if (g_ascii_strcasecmp (code_or_name, aliases[i].name) == 0)
      return index_of_code (aliases[i].code);
  return index_of_code (code_or_name);
}

const char *
scribe_language_code (guint index)
{
  return index < G_N_ELEMENTS (languages) ? languages[index].code : NULL;
}

const char *
scribe_language_name (guint index)
{
  return index < G_N_ELEMENTS (languages) ? languages[index].name : NULL;
}

gboolean
scribe_language_unspaced (const char *code)
{
  return code && g_strv_contains (unspaced, code);
}
