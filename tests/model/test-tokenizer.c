/* test-tokenizer.c - the tokenizer against its reference, and what hostile vocabularies and tokens get
 *
 * tokenizer-golden.tsv holds what tests/reference/tokenizer_reference.py says about the starter model's vocabulary. The other
 * tests make a vocabulary of a few words, the 256 bytes among them where they are needed.
 *
 * SPDX-License-Identifier: MIT
 */
#include "error.h"
#include "model/tokenizer-private.h"
#include "model/tokenizer.h"

#include <string.h>

#define ENGLISH      51864
#define MULTILINGUAL 51865
#define CANTONESE    51866

/* A vocabulary, and the bytes it points to. */
typedef struct
{
  ScribeTokenizer *tokenizer;
  GPtrArray *words;
  GArray *lengths;
  char *file;
} Vocabulary;

static Vocabulary
vocabulary_begin (void)
{
  return (Vocabulary){ NULL, g_ptr_array_new (), g_array_new (FALSE, FALSE, sizeof (guint32)), NULL };
}

static void
vocabulary_add (Vocabulary *vocabulary, const char *bytes, guint32 length)
{
  g_ptr_array_add (vocabulary->words, (gpointer) bytes);
  g_array_append_val (vocabulary->lengths, length);
}

static void
vocabulary_add_bytes (Vocabulary *vocabulary)
{
  vocabulary->file = g_malloc (256);
  for (guint i = 0; i < 256; i++)
    {
      vocabulary->file[i] = i;
      vocabulary_add (vocabulary, &vocabulary->file[i], 1);
    }
}

static ScribeTokenizer *
vocabulary_end (Vocabulary *vocabulary, guint n_vocab)
{
  g_autoptr (GError) error = NULL;

  vocabulary->tokenizer = scribe_tokenizer_new ((const guint8 *const *) vocabulary->words->pdata,
                                                (const guint32 *) vocabulary->lengths->data, vocabulary->words->len, n_vocab,
                                                &error);
  g_assert_no_error (error);
  return vocabulary->tokenizer;
}

static void
vocabulary_clear (Vocabulary *vocabulary)
{
  g_clear_pointer (&vocabulary->tokenizer, scribe_tokenizer_free);
  g_clear_pointer (&vocabulary->words, g_ptr_array_unref);
  g_clear_pointer (&vocabulary->lengths, g_array_unref);
  g_clear_pointer (&vocabulary->file, g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Vocabulary, vocabulary_clear)

/* The bytes as tokens 0..255, then some words as tokens 256 and on. */
static Vocabulary
vocabulary_of (const char *const *words)
{
  Vocabulary vocabulary = vocabulary_begin ();

  vocabulary_add_bytes (&vocabulary);
  for (guint i = 0; words[i]; i++)
    vocabulary_add (&vocabulary, words[i], strlen (words[i]));
  vocabulary_end (&vocabulary, ENGLISH);
  return vocabulary;
}

static gint32
read_i32 (const char *bytes)
{
  gint32 value;

  memcpy (&value, bytes, sizeof value);
  return GINT32_FROM_LE (value);
}

static Vocabulary
vocabulary_of_starter (void)
{
  g_autofree char *path = g_build_filename (g_getenv ("TILESCRIBE_DATA"), "models", "starter-en.bin", NULL);
  Vocabulary vocabulary = vocabulary_begin ();
  g_autoptr (GError) error = NULL;
  gsize at = 12 * 4;
  gint32 n;

  g_file_get_contents (path, &vocabulary.file, NULL, &error);
  g_assert_no_error (error);
  at += 8 + (gsize) 4 * read_i32 (vocabulary.file + at) * read_i32 (vocabulary.file + at + 4);
  n = read_i32 (vocabulary.file + at);
  at += 4;
  for (gint32 i = 0; i < n; i++)
    {
      guint32 length = read_i32 (vocabulary.file + at);

      vocabulary_add (&vocabulary, vocabulary.file + at + 4, length);
      at += 4 + length;
    }
  vocabulary_end (&vocabulary, ENGLISH);
  return vocabulary;
}

/* "3 -1 5" and back. */
static GArray *
parse_numbers (const char *text)
{
  g_auto (GStrv) numbers = g_strsplit (text, " ", -1);
  GArray *values = g_array_new (FALSE, FALSE, sizeof (gint32));

  for (guint i = 0; numbers[i]; i++)
    if (*numbers[i])
      {
        gint32 value = g_ascii_strtoll (numbers[i], NULL, 10);
        g_array_append_val (values, value);
      }
  return values;
}

static char *
format_numbers (const GArray *values)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < values->len; i++)
    g_string_append_printf (text, "%s%d", i ? " " : "", g_array_index (values, gint32, i));
  return g_string_free (text, FALSE);
}

static char *
split (const char *text)
{
  g_autoptr (GArray) lengths = g_array_new (FALSE, FALSE, sizeof (gint32));
  const char *end = text + strlen (text);

  while (text < end)
    {
      gint32 length = scribe_tokenizer_word_length (text, end);
      g_array_append_val (lengths, length);
      text += length;
    }
  return format_numbers (lengths);
}

static char *
encode (ScribeTokenizer *tokenizer, const char *text)
{
  g_autoptr (GArray) tokens = scribe_tokenizer_encode (tokenizer, text);

  return format_numbers (tokens);
}

static char *
decode (ScribeTokenizer *tokenizer, const char *numbers)
{
  g_autoptr (GArray) tokens = parse_numbers (numbers);

  return scribe_tokenizer_decode (tokenizer, (const ScribeToken *) tokens->data, tokens->len);
}

static char *
word_ends (ScribeTokenizer *tokenizer, const char *language, const char *numbers)
{
  g_autoptr (GArray) tokens = parse_numbers (numbers);
  g_autoptr (GArray) ends = g_array_new (FALSE, FALSE, sizeof (guint));

  scribe_tokenizer_split_words (tokenizer, language, (const ScribeToken *) tokens->data, tokens->len, ends);
  return format_numbers (ends);
}

#define assert_encodes(tokenizer, text, expected)      \
  {                                                    \
    g_autofree char *found = encode (tokenizer, text); \
    g_assert_cmpstr (found, ==, expected);             \
  }
#define assert_decodes(tokenizer, numbers, expected)      \
  {                                                       \
    g_autofree char *found = decode (tokenizer, numbers); \
    g_assert_cmpstr (found, ==, expected);                \
  }
#define assert_words_end(tokenizer, language, numbers, expected)       \
  {                                                                    \
    g_autofree char *found = word_ends (tokenizer, language, numbers); \
    g_assert_cmpstr (found, ==, expected);                             \
  }

/* What the tokenizer makes of a golden case, in the words of its last field. */
static char *
run_case (ScribeTokenizer *tokenizer, const char *kind, char **fields)
{
  g_autofree char *text = g_strcompress (fields[1]);

  if (g_str_equal (kind, "split"))
    return split (text);
  if (g_str_equal (kind, "encode"))
    return encode (tokenizer, text);
  if (g_str_equal (kind, "decode"))
    return decode (tokenizer, fields[1]);
  if (g_str_equal (kind, "words"))
    return word_ends (tokenizer, *fields[1] ? fields[1] : NULL, fields[2]);
  g_autoptr (GArray) silent = scribe_tokenizer_non_speech (tokenizer);
  return format_numbers (silent);
}

static void
test_golden (gconstpointer kind)
{
  g_auto (Vocabulary) starter = vocabulary_of_starter ();
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "model", "tokenizer-golden.tsv", NULL);
  g_autofree char *cases = NULL;
  g_auto (GStrv) lines = NULL;
  g_autoptr (GError) error = NULL;
  guint n_run = 0;

  g_file_get_contents (path, &cases, NULL, &error);
  g_assert_no_error (error);
  lines = g_strsplit (cases, "\n", -1);
  for (guint i = 0; lines[i]; i++)
    {
      g_auto (GStrv) fields = g_strsplit (lines[i], "\t", -1);
      g_autofree char *found = NULL, *expected = NULL;

      if (g_strcmp0 (fields[0], kind) != 0)
        continue;
      found = run_case (starter.tokenizer, kind, fields);
      expected = g_strcompress (fields[g_strv_length (fields) - 1]);
      if (!g_str_equal (found, expected))
        g_test_message ("line %u of tokenizer-golden.tsv: %s", i + 1, lines[i]);
      g_assert_cmpstr (found, ==, expected);
      n_run++;
    }
  g_assert_cmpuint (n_run, >, 0);
}

static void
test_specials (void)
{
  static const struct
  {
    guint n_vocab;
    ScribeSpecialTokens expected;
  } sizes[] = {
    { ENGLISH, { FALSE, 0, 50256, 50257, 50258, 50357, 50358, 50359, 50360, 50361, 50362, 50363 } },
    { MULTILINGUAL, { TRUE, 99, 50257, 50258, 50259, 50358, 50359, 50360, 50361, 50362, 50363, 50364 } },
    { CANTONESE, { TRUE, 100, 50257, 50258, 50259, 50359, 50360, 50361, 50362, 50363, 50364, 50365 } },
  };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_auto (Vocabulary) empty = vocabulary_begin ();

      vocabulary_end (&empty, sizes[i].n_vocab);
      g_assert_cmpmem (scribe_tokenizer_specials (empty.tokenizer), sizeof (ScribeSpecialTokens), &sizes[i].expected,
                       sizeof (ScribeSpecialTokens));
    }
}

static void
assert_refused (guint n_words, guint32 length, guint n_vocab)
{
  g_autofree const guint8 **words = g_new (const guint8 *, n_words);
  g_autofree guint32 *lengths = g_new (guint32, n_words);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < n_words; i++)
    {
      words[i] = (const guint8 *) "a"; /* shorter than it says: refused without reading it */
      lengths[i] = length;
    }
  g_assert_null (scribe_tokenizer_new (words, lengths, n_words, n_vocab, &error));
  g_assert_error (error, SCRIBE_ERROR, SCRIBE_ERROR_MODEL);
}

static void
test_size_of_no_whisper_is_refused (void)
{
  assert_refused (1, 1, 0);
  assert_refused (1, 1, ENGLISH - 1);
  assert_refused (1, 1, CANTONESE + 1);
  assert_refused (1, 1, G_MAXUINT);
}

static void
test_more_words_than_tokens_are_refused (void)
{
  assert_refused (ENGLISH + 1, 1, ENGLISH);
}

static void
test_endless_word_is_refused (void)
{
  assert_refused (1, 1025, ENGLISH);
  assert_refused (1, G_MAXUINT32, ENGLISH);
}

static void
test_token_out_of_range_has_no_bytes (void)
{
  g_auto (Vocabulary) vocabulary = vocabulary_of ((const char *[]){ "he", NULL });
  ScribeToken outside[] = { -1, G_MININT32, 257, 50255, 50256, 51863, 51864, G_MAXINT32 };
  gsize length = 7;

  for (guint i = 0; i < G_N_ELEMENTS (outside); i++)
    {
      g_assert_null (scribe_tokenizer_bytes (vocabulary.tokenizer, outside[i], &length));
      g_assert_cmpuint (length, ==, 0);
    }
  g_assert_cmpmem (scribe_tokenizer_bytes (vocabulary.tokenizer, 256, &length), 2, "he", 2);
  g_assert_cmpuint (length, ==, 2);
}

static void
test_first_of_equal_words_is_encoded_to (void)
{
  g_auto (Vocabulary) vocabulary = vocabulary_of ((const char *[]){ "he", "", "he", "", NULL });

  assert_encodes (vocabulary.tokenizer, "he", "256");
  assert_decodes (vocabulary.tokenizer, "256 257 258", "hehe");
}

static void
test_words_of_special_tokens_are_ignored (void)
{
  g_auto (Vocabulary) vocabulary = vocabulary_begin ();

  for (guint i = 0; i < 50256; i++)
    vocabulary_add (&vocabulary, "", 0);
  vocabulary_add (&vocabulary, "<|endoftext|>", 13);
  vocabulary_end (&vocabulary, ENGLISH);
  assert_encodes (vocabulary.tokenizer, "<|endoftext|>", "");
  assert_decodes (vocabulary.tokenizer, "50256", "");
}

static void
test_byte_without_token_is_left_out (void)
{
  g_auto (Vocabulary) vocabulary = vocabulary_begin ();

  vocabulary_add (&vocabulary, "a", 1);
  vocabulary_add (&vocabulary, "bc", 2); /* a token whose bytes are none */
  vocabulary_end (&vocabulary, ENGLISH);
  assert_encodes (vocabulary.tokenizer, "xaxbcx", "0 1");
}

static void
test_lowest_pair_is_merged_first (void)
{
  g_auto (Vocabulary) vocabulary = vocabulary_of ((const char *[]){ "bc", "ab", "abc", "cd", "bcd", NULL });

  assert_encodes (vocabulary.tokenizer, "abc", "258");      /* the word is a token */
  assert_encodes (vocabulary.tokenizer, "abcd", "258 100"); /* bc, then abc before bcd */
  assert_encodes (vocabulary.tokenizer, "xabx", "120 257 120");
}

static void
test_word_that_no_merge_reaches_is_encoded (void)
{
  g_auto (Vocabulary) vocabulary = vocabulary_of ((const char *[]){ "abc", NULL });

  assert_encodes (vocabulary.tokenizer, "abc", "256");
  assert_encodes (vocabulary.tokenizer, "abcd", "97 98 99 100");
}

static void
test_leftmost_of_equal_pairs_is_merged_first (void)
{
  g_auto (Vocabulary) vocabulary = vocabulary_of ((const char *[]){ "aa", "aaaa", NULL });

  assert_encodes (vocabulary.tokenizer, "aaa", "256 97");
  assert_encodes (vocabulary.tokenizer, "aaaaaaa", "257 256 97");
}

static void
test_long_word_is_merged (void)
{
  g_auto (Vocabulary) vocabulary = vocabulary_of ((const char *[]){ "aa", "aaaa", "aaaaaaaa", NULL });
  g_autofree char *text = g_strnfill (3 << 20, 'a');
  g_autoptr (GArray) tokens = scribe_tokenizer_encode (vocabulary.tokenizer, text);
  g_autofree char *back = NULL;

  g_assert_cmpuint (tokens->len, ==, (3 << 20) / 8);
  back = scribe_tokenizer_decode (vocabulary.tokenizer, (const ScribeToken *) tokens->data, tokens->len);
  g_assert_cmpstr (back, ==, text);
}

static void
test_broken_text_is_encoded_byte_by_byte (void)
{
  g_auto (Vocabulary) vocabulary = vocabulary_of ((const char *[]){ "he", NULL });

  assert_encodes (vocabulary.tokenizer, "he\xff\xe2\x99he\xc3", "256 255 226 153 256 195");
}

static void
test_character_cut_off_is_left_out (void)
{
  g_auto (Vocabulary) vocabulary = vocabulary_of ((const char *[]){ "\xe2\x99", NULL });

  assert_decodes (vocabulary.tokenizer, "65 256", "A");
  assert_decodes (vocabulary.tokenizer, "65 256 170", "A♪");
}

static void
test_broken_character_is_replaced (void)
{
  g_auto (Vocabulary) vocabulary = vocabulary_of ((const char *[]){ "\xe2\x99", NULL });

  assert_decodes (vocabulary.tokenizer, "256 65",
                  "\xef\xbf\xbd"
                  "A");
  assert_decodes (vocabulary.tokenizer, "65 0 66",
                  "A\xef\xbf\xbd"
                  "B");
}

static void
test_no_tokens_are_no_text (void)
{
  g_auto (Vocabulary) vocabulary = vocabulary_of ((const char *[]){ NULL });
  g_autofree char *text = scribe_tokenizer_decode (vocabulary.tokenizer, NULL, 0);

  g_assert_cmpstr (text, ==, "");
  assert_words_end (vocabulary.tokenizer, "en", "", "");
}

static void
test_special_tokens_have_no_text (void)
{
  g_auto (Vocabulary) vocabulary = vocabulary_of ((const char *[]){ "\xe2\x99", NULL });

  assert_decodes (vocabulary.tokenizer, "50257 50363 72 105 50400 50256", "Hi");
}

static void
test_character_never_spans_two_words (void)
{
  g_auto (Vocabulary) vocabulary = vocabulary_of ((const char *[]){ " \xe4\xbd", "\xa0\xe5", "\xa5\xbd", NULL });

  assert_words_end (vocabulary.tokenizer, "zh", "256 257 258", "3");       /* 你好 has its middle in a token */
  assert_words_end (vocabulary.tokenizer, "zh", "256 160 229 258", "2 4"); /* 你 and 好 */
  assert_words_end (vocabulary.tokenizer, "en", "256 160 229 258 256 160", "4 6");
}

static void
test_words_end_where_characters_are_broken (void)
{
  g_auto (Vocabulary) vocabulary = vocabulary_of ((const char *[]){ "\xff\xe2", "\x99\xaa", NULL });

  assert_words_end (vocabulary.tokenizer, "zh", "226 65", "1 2");     /* the rest of the character never comes */
  assert_words_end (vocabulary.tokenizer, "zh", "65 226 153", "1 3"); /* nor here, at the end */
  assert_words_end (vocabulary.tokenizer, "zh", "256 257 65", "2 3"); /* broken bytes before a whole character */
}

static void
test_special_token_is_a_word (void)
{
  g_auto (Vocabulary) vocabulary = vocabulary_of ((const char *[]){ " he", NULL });

  assert_words_end (vocabulary.tokenizer, "en", "50363 256 226 50400 256 114 -1 50256", "1 3 4 6 7 8");
}

static void
test_small_vocabulary_keeps_the_space (void)
{
  g_auto (Vocabulary) vocabulary = vocabulary_of ((const char *[]){ NULL });
  g_autoptr (GArray) silent = scribe_tokenizer_non_speech (vocabulary.tokenizer);

  for (guint i = 0; i < silent->len; i++)
    {
      g_assert_cmpint (g_array_index (silent, ScribeToken, i), !=, ' ');
      g_assert_cmpint (g_array_index (silent, ScribeToken, i), <, 0x80);
    }
}

static void
test_notes_are_not_speech (void)
{
  g_auto (Vocabulary) vocabulary = vocabulary_of ((const char *[]){ "\xe2\x99", "♪", " \xe2", " \xe2\x99", " -", "♪♪", NULL });
  g_autoptr (GArray) silent = scribe_tokenizer_non_speech (vocabulary.tokenizer);
  g_autofree char *found = format_numbers (silent);

  g_assert_true (g_str_has_suffix (found, " 126 256 257 259 260 261"));
}

static void
test_languages_by_code_and_name (void)
{
  g_assert_cmpint (scribe_language_index ("en"), ==, 0);
  g_assert_cmpint (scribe_language_index ("De"), ==, 2);
  g_assert_cmpint (scribe_language_index ("German"), ==, 2);
  g_assert_cmpint (scribe_language_index ("mandarin"), ==, 1);
  g_assert_cmpint (scribe_language_index ("haitian"), ==, scribe_language_index ("ht"));
  g_assert_cmpint (scribe_language_index ("su"), ==, 98);
  g_assert_cmpint (scribe_language_index ("cantonese"), ==, 99);
  g_assert_cmpint (scribe_language_index ("klingon"), ==, -1);
  g_assert_cmpint (scribe_language_index (""), ==, -1);
  g_assert_cmpint (scribe_language_index (NULL), ==, -1);
}

static void
test_languages_there_and_back (void)
{
  for (int i = 0; i < 100; i++)
    {
      g_assert_cmpint (scribe_language_index (scribe_language_code (i)), ==, i);
      g_assert_cmpint (scribe_language_index (scribe_language_name (i)), ==, i);
    }
  g_assert_null (scribe_language_code (100));
  g_assert_null (scribe_language_name (G_MAXUINT));
}

static void
test_languages_without_spaces (void)
{
  g_assert_true (scribe_language_unspaced ("ja"));
  g_assert_true (scribe_language_unspaced ("yue"));
  g_assert_false (scribe_language_unspaced ("ko"));
  g_assert_false (scribe_language_unspaced (NULL));
}

int
main (int argc, char **argv)
{
  static const char *const kinds[] = { "split", "encode", "decode", "words", "silent" };

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_autofree char *name = g_strconcat ("/tokenizer/golden/", kinds[i], NULL);
      g_test_add_data_func (name, kinds[i], test_golden);
    }
  g_test_add_func ("/tokenizer/vocabulary/specials", test_specials);
  g_test_add_func ("/tokenizer/vocabulary/size-of-no-whisper-is-refused", test_size_of_no_whisper_is_refused);
  g_test_add_func ("/tokenizer/vocabulary/more-words-than-tokens-are-refused", test_more_words_than_tokens_are_refused);
  g_test_add_func ("/tokenizer/vocabulary/endless-word-is-refused", test_endless_word_is_refused);
  g_test_add_func ("/tokenizer/vocabulary/token-out-of-range-has-no-bytes", test_token_out_of_range_has_no_bytes);
  g_test_add_func ("/tokenizer/vocabulary/first-of-equal-words-is-encoded-to", test_first_of_equal_words_is_encoded_to);
  g_test_add_func ("/tokenizer/vocabulary/words-of-special-tokens-are-ignored", test_words_of_special_tokens_are_ignored);
  g_test_add_func ("/tokenizer/encode/byte-without-token-is-left-out", test_byte_without_token_is_left_out);
  g_test_add_func ("/tokenizer/encode/lowest-pair-is-merged-first", test_lowest_pair_is_merged_first);
  g_test_add_func ("/tokenizer/encode/word-that-no-merge-reaches-is-encoded", test_word_that_no_merge_reaches_is_encoded);
  g_test_add_func ("/tokenizer/encode/leftmost-of-equal-pairs-is-merged-first", test_leftmost_of_equal_pairs_is_merged_first);
  g_test_add_func ("/tokenizer/encode/long-word-is-merged", test_long_word_is_merged);
  g_test_add_func ("/tokenizer/encode/broken-text-is-encoded-byte-by-byte", test_broken_text_is_encoded_byte_by_byte);
  g_test_add_func ("/tokenizer/decode/character-cut-off-is-left-out", test_character_cut_off_is_left_out);
  g_test_add_func ("/tokenizer/decode/broken-character-is-replaced", test_broken_character_is_replaced);
  g_test_add_func ("/tokenizer/decode/no-tokens-are-no-text", test_no_tokens_are_no_text);
  g_test_add_func ("/tokenizer/decode/special-tokens-have-no-text", test_special_tokens_have_no_text);
  g_test_add_func ("/tokenizer/words/character-never-spans-two", test_character_never_spans_two_words);
  g_test_add_func ("/tokenizer/words/end-where-characters-are-broken", test_words_end_where_characters_are_broken);
  g_test_add_func ("/tokenizer/words/special-token-is-one", test_special_token_is_a_word);
  g_test_add_func ("/tokenizer/non-speech/keeps-the-space", test_small_vocabulary_keeps_the_space);
  g_test_add_func ("/tokenizer/non-speech/notes", test_notes_are_not_speech);
  g_test_add_func ("/tokenizer/languages/by-code-and-name", test_languages_by_code_and_name);
  g_test_add_func ("/tokenizer/languages/there-and-back", test_languages_there_and_back);
  g_test_add_func ("/tokenizer/languages/without-spaces", test_languages_without_spaces);
  return g_test_run ();
}
