/* languages.c - the languages of Whisper, in the order of their tokens
 *
 * The order is part of every multilingual model: language i has the token `language` + i. Cantonese came last, with large-v3.
 * Source: openai/whisper whisper/tokenizer.py, LANGUAGES and TO_LANGUAGE_CODE.
 *
 * SPDX-License-Identifier: MIT
 */
#include "languages.h"

#include <glib/gi18n-lib.h>

typedef struct
{
  const char *code, *name;
} Language;

/* TRANSLATORS: from here on names of languages, which are shown with a capital letter. */
static const Language languages[] = {
  { "en", N_ ("english") },        { "zh", N_ ("chinese") },     { "de", N_ ("german") },        { "es", N_ ("spanish") },
  { "ru", N_ ("russian") },        { "ko", N_ ("korean") },      { "fr", N_ ("french") },        { "ja", N_ ("japanese") },
  { "pt", N_ ("portuguese") },     { "tr", N_ ("turkish") },     { "pl", N_ ("polish") },        { "ca", N_ ("catalan") },
  { "nl", N_ ("dutch") },          { "ar", N_ ("arabic") },      { "sv", N_ ("swedish") },       { "it", N_ ("italian") },
  { "id", N_ ("indonesian") },     { "hi", N_ ("hindi") },       { "fi", N_ ("finnish") },       { "vi", N_ ("vietnamese") },
  { "he", N_ ("hebrew") },         { "uk", N_ ("ukrainian") },   { "el", N_ ("greek") },         { "ms", N_ ("malay") },
  { "cs", N_ ("czech") },          { "ro", N_ ("romanian") },    { "da", N_ ("danish") },        { "hu", N_ ("hungarian") },
  { "ta", N_ ("tamil") },          { "no", N_ ("norwegian") },   { "th", N_ ("thai") },          { "ur", N_ ("urdu") },
  { "hr", N_ ("croatian") },       { "bg", N_ ("bulgarian") },   { "lt", N_ ("lithuanian") },    { "la", N_ ("latin") },
  { "mi", N_ ("maori") },          { "ml", N_ ("malayalam") },   { "cy", N_ ("welsh") },         { "sk", N_ ("slovak") },
  { "te", N_ ("telugu") },         { "fa", N_ ("persian") },     { "lv", N_ ("latvian") },       { "bn", N_ ("bengali") },
  { "sr", N_ ("serbian") },        { "az", N_ ("azerbaijani") }, { "sl", N_ ("slovenian") },     { "kn", N_ ("kannada") },
  { "et", N_ ("estonian") },       { "mk", N_ ("macedonian") },  { "br", N_ ("breton") },        { "eu", N_ ("basque") },
  { "is", N_ ("icelandic") },      { "hy", N_ ("armenian") },    { "ne", N_ ("nepali") },        { "mn", N_ ("mongolian") },
  { "bs", N_ ("bosnian") },        { "kk", N_ ("kazakh") },      { "sq", N_ ("albanian") },      { "sw", N_ ("swahili") },
  { "gl", N_ ("galician") },       { "mr", N_ ("marathi") },     { "pa", N_ ("punjabi") },       { "si", N_ ("sinhala") },
  { "km", N_ ("khmer") },          { "sn", N_ ("shona") },       { "yo", N_ ("yoruba") },        { "so", N_ ("somali") },
  { "af", N_ ("afrikaans") },      { "oc", N_ ("occitan") },     { "ka", N_ ("georgian") },      { "be", N_ ("belarusian") },
  { "tg", N_ ("tajik") },          { "sd", N_ ("sindhi") },      { "gu", N_ ("gujarati") },      { "am", N_ ("amharic") },
  { "yi", N_ ("yiddish") },        { "lo", N_ ("lao") },         { "uz", N_ ("uzbek") },         { "fo", N_ ("faroese") },
  { "ht", N_ ("haitian creole") }, { "ps", N_ ("pashto") },      { "tk", N_ ("turkmen") },       { "nn", N_ ("nynorsk") },
  { "mt", N_ ("maltese") },        { "sa", N_ ("sanskrit") },    { "lb", N_ ("luxembourgish") }, { "my", N_ ("myanmar") },
  { "bo", N_ ("tibetan") },        { "tl", N_ ("tagalog") },     { "mg", N_ ("malagasy") },      { "as", N_ ("assamese") },
  { "tt", N_ ("tatar") },          { "haw", N_ ("hawaiian") },   { "ln", N_ ("lingala") },       { "ha", N_ ("hausa") },
  { "ba", N_ ("bashkir") },        { "jw", N_ ("javanese") },    { "su", N_ ("sundanese") },     { "yue", N_ ("cantonese") },
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
