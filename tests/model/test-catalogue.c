/* test-catalogue.c - the models there are, and what import and remove do to the folder
 *
 * Each test begins with an empty XDG data directory. Where a test needs a model file it is the starter's; where it needs a
 * catalogue of its own it writes one, in which the starter is published under another name.
 *
 * SPDX-License-Identifier: MIT
 */
#include "error.h"
#include "model/catalogue.h"
#include "model/part.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>

#define DATA    "TILESCRIBE_DATA"
#define STARTER "starter-en"

typedef struct
{
  char *data;    /* the program's data folder, restored after the test */
  char *starter; /* the model file there */
  char *models;  /* the models folder */
  char *inbox;   /* a folder for files to import */
  GError *error;
} Fixture;

static void
set_up (Fixture *f, gconstpointer unused)
{
  f->data = scribe_data_folder ();
  f->starter = g_build_filename (f->data, "models", STARTER ".bin", NULL);
  f->models = scribe_models_folder ();
  f->inbox = g_build_filename (g_get_user_data_dir (), "inbox", NULL);
  g_assert_cmpint (g_mkdir_with_parents (f->inbox, 0700), ==, 0);
}

static void
empty_folder (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir && (name = g_dir_read_name (dir)))
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      if (g_file_test (path, G_FILE_TEST_IS_DIR))
        empty_folder (path);
      g_assert_cmpint (g_remove (path), ==, 0);
    }
}

static void
tear_down (Fixture *f, gconstpointer unused)
{
  empty_folder (g_get_user_data_dir ());
  g_setenv (DATA, f->data, TRUE);
  g_clear_error (&f->error);
  g_free (f->data);
  g_free (f->starter);
  g_free (f->models);
  g_free (f->inbox);
}

/* words: of the sentence it should give */
static void
assert_failed (Fixture *f, gboolean result, ScribeError code, const char *words)
{
  g_assert_false (result);
  g_assert_error (f->error, SCRIBE_ERROR, (int) code);
  if (strstr (f->error->message, words) == NULL)
    g_error ("“%s” should have been in: %s", words, f->error->message);
  g_clear_error (&f->error);
}

static void
assert_not_found (Fixture *f, const char *name, const char *words)
{
  g_autofree char *path = scribe_catalogue_find (name, &f->error);

  assert_failed (f, path != NULL, SCRIBE_ERROR_NOT_FOUND, words);
}

static void
assert_found (Fixture *f, const char *name, const char *expected)
{
  g_autofree char *path = scribe_catalogue_find (name, &f->error);

  g_assert_no_error (f->error);
  g_assert_cmpstr (path, ==, expected);
}

static char *
in_models (Fixture *f, const char *file)
{
  return g_build_filename (f->models, file, NULL);
}

/* FILE in the models folder with this content */
static void
put (Fixture *f, const char *file, const char *content)
{
  g_autofree char *path = in_models (f, file);

  g_mkdir_with_parents (f->models, 0700);
  g_assert_true (g_file_set_contents (path, content, -1, NULL));
}

/* The starter model as a file to import */
static char *
starter_as (Fixture *f, const char *file)
{
  g_autoptr (GFile) from = g_file_new_for_path (f->starter);
  char *path = g_build_filename (f->inbox, file, NULL);
  g_autoptr (GFile) to = g_file_new_for_path (path);

  g_assert_true (g_file_copy (from, to, G_FILE_COPY_NONE, NULL, NULL, NULL, &f->error));
  return path;
}

static void
use_catalogue (Fixture *f, const char *content)
{
  g_autofree char *folder = g_build_filename (f->inbox, "data", NULL), *models = g_build_filename (folder, "models", NULL);
  g_autofree char *path = g_build_filename (models, "catalogue.ini", NULL);

  g_mkdir_with_parents (models, 0700);
  g_assert_true (g_file_set_contents (path, content, -1, NULL));
  g_setenv (DATA, folder, TRUE);
}

static char *
sha256_of (const char *path)
{
  g_autofree char *bytes = NULL;
  gsize length;

  g_assert_true (g_file_get_contents (path, &bytes, &length, NULL));
  return g_compute_checksum_for_data (G_CHECKSUM_SHA256, (guint8 *) bytes, length);
}

static void
assert_models_folder (Fixture *f, const char *only_file)
{
  g_autoptr (GDir) dir = g_dir_open (f->models, 0, NULL);
  const char *first = dir ? g_dir_read_name (dir) : NULL;

  g_assert_cmpstr (first, ==, only_file);
  g_assert_null (first ? g_dir_read_name (dir) : NULL);
}

static ScribeModelEntry *
entry_called (GPtrArray *entries, const char *name)
{
  for (guint i = 0; i < entries->len; i++)
    {
      ScribeModelEntry *entry = entries->pdata[i];

      if (g_str_equal (entry->name, name))
        return entry;
    }
  return NULL;
}

/* --- The catalogue ------------------------------------------------------------------------------------------------------- */

static void
test_entries_are_complete (Fixture *f, gconstpointer unused)
{
  g_autoptr (GPtrArray) entries = scribe_catalogue_list (&f->error);
  g_autoptr (GHashTable) sums = g_hash_table_new (g_str_hash, g_str_equal);

  g_assert_no_error (f->error);
  g_assert_cmpuint (entries->len, >=, 18);
  for (guint i = 0; i < entries->len; i++)
    {
      ScribeModelEntry *entry = entries->pdata[i];

      g_assert_cmpuint (strlen (entry->sha256), ==, 64);
      g_assert_true (g_hash_table_add (sums, entry->sha256));
      g_assert_cmpstr (entry->description, !=, "");
      g_assert_true (entry->multilingual == (strstr (entry->name, "en") == NULL));
      if (!g_str_equal (entry->name, STARTER))
        {
          g_assert_true (g_str_has_prefix (entry->url, "https://"));
          g_assert_nonnull (strstr (entry->url, entry->name));
          g_assert_null (entry->path);
        }
    }
}

static void
test_base_en (Fixture *f, gconstpointer unused)
{
  g_autoptr (GPtrArray) entries = scribe_catalogue_list (NULL);
  ScribeModelEntry *entry = entry_called (entries, "base.en");

  g_assert_cmpuint (entry->size, ==, 147964211);
  g_assert_cmpstr (entry->sha256, ==, "a03779c86df3323075f5e796cb2ce5029f00ec8869eee3fdfb897afe36c6d002");
}

static void
test_compressed_is_told (Fixture *f, gconstpointer unused)
{
  g_autoptr (GPtrArray) entries = scribe_catalogue_list (NULL);

  g_assert_nonnull (strstr (entry_called (entries, "large-v3-turbo-q5_0")->description, "q5_0"));
}

static void
test_starter_is_the_one_listed (Fixture *f, gconstpointer unused)
{
  g_autoptr (GPtrArray) entries = scribe_catalogue_list (NULL);
  ScribeModelEntry *entry = entry_called (entries, STARTER);
  g_autofree char *sum = sha256_of (f->starter);

  g_assert_cmpstr (entry->path, ==, f->starter);
  g_assert_cmpstr (entry->sha256, ==, sum);
  g_assert_null (entry->url);
}

/* It has learnt from windows of many lengths. */
static void
test_the_starter_alone_shortens (Fixture *f, gconstpointer unused)
{
  g_assert_true (scribe_catalogue_shortens (STARTER));
  g_assert_false (scribe_catalogue_shortens ("base.en"));
  g_assert_false (scribe_catalogue_shortens ("mine"));
}

/* It has learnt from single sentences, Whisper from whole recordings. */
static void
test_the_starter_alone_is_not_conditioned (Fixture *f, gconstpointer unused)
{
  g_assert_false (scribe_catalogue_conditions (STARTER));
  g_assert_true (scribe_catalogue_conditions ("base.en"));
  g_assert_true (scribe_catalogue_conditions ("mine"));
}

static void
test_downloaded_is_installed (Fixture *f, gconstpointer unused)
{
  g_autoptr (GPtrArray) entries = NULL;
  g_autofree char *path = in_models (f, "base.en.bin");

  put (f, "base.en.bin", "x");
  entries = scribe_catalogue_list (NULL);
  g_assert_cmpstr (entry_called (entries, "base.en")->path, ==, path);
}

static void
test_unfinished_is_not_installed (Fixture *f, gconstpointer unused)
{
  g_autoptr (GPtrArray) entries = NULL;

  put (f, "base.en.bin.part", "x");
  entries = scribe_catalogue_list (NULL);
  g_assert_null (entry_called (entries, "base.en")->path);
  g_assert_null (entry_called (entries, "base.en.bin"));
}

static void
test_damaged_import_is_listed (Fixture *f, gconstpointer unused)
{
  g_autoptr (GPtrArray) entries = NULL;

  put (f, "mine.bin", "not a model");
  entries = scribe_catalogue_list (NULL);
  g_assert_nonnull (strstr (entry_called (entries, "mine")->description, "not a Whisper model"));
}

static void
test_missing_catalogue (Fixture *f, gconstpointer unused)
{
  g_setenv (DATA, f->inbox, TRUE);
  assert_failed (f, scribe_catalogue_list (&f->error) != NULL, SCRIBE_ERROR_MODEL, "catalogue.ini");
}

static void
test_damaged_catalogue (Fixture *f, gconstpointer unused)
{
  static const char *const damaged[] = {
    "garbage",           "[x]\nAddress=https://h/x\n", "[x]\nSHA256=12\n", "[../x]\nSHA256=%s\n", "[x/y]\nSHA256=%s\n",
    "[.x]\nSHA256=%s\n", "[-x]\nSHA256=%s\n"
  };
  g_autofree char *sum = g_strnfill (64, '0');

  for (guint i = 0; i < G_N_ELEMENTS (damaged); i++)
    {
      g_autoptr (GString) content = g_string_new (damaged[i]);

      g_string_replace (content, "%s", sum, 0);
      use_catalogue (f, content->str);
      assert_failed (f, scribe_catalogue_list (&f->error) != NULL, SCRIBE_ERROR_MODEL, "catalogue");
    }
}

/* --- Finding ------------------------------------------------------------------------------------------------------------- */

static void
test_find_nothing_given (Fixture *f, gconstpointer unused)
{
  g_autofree char *small = in_models (f, "a.bin"), *large = in_models (f, "b.bin");

  assert_found (f, NULL, f->starter);
  put (f, "a.bin", "1");
  assert_found (f, NULL, small);
  put (f, "b.bin", "12");
  put (f, "c.bin", "1");
  assert_found (f, NULL, large);
}

static void
test_find_without_any (Fixture *f, gconstpointer unused)
{
  use_catalogue (f, "");
  assert_not_found (f, NULL, "models get base.en");
}

static void
test_find_by_name (Fixture *f, gconstpointer unused)
{
  g_autofree char *mine = in_models (f, "mine.bin");

  put (f, "mine.bin", "x");
  assert_found (f, "mine", mine);
  assert_found (f, STARTER, f->starter);
  assert_not_found (f, "base.en", "models get base.en");
  assert_not_found (f, "no such", "models list");
  assert_not_found (f, "", "models list");
}

static void
test_find_by_path (Fixture *f, gconstpointer unused)
{
  g_autofree char *missing = g_build_filename (f->inbox, "missing.bin", NULL);

  assert_found (f, f->starter, f->starter);
  assert_not_found (f, missing, "Check the path");
}

/* --- Import -------------------------------------------------------------------------------------------------------------- */

static void
assert_imported (Fixture *f, const char *path, const char *name)
{
  g_autofree char *file = g_strconcat (name, ".bin", NULL), *copy = in_models (f, file);
  g_autofree char *expected = sha256_of (f->starter), *found = NULL;

  g_assert_true (scribe_catalogue_import (path, &f->error));
  assert_found (f, name, copy);
  found = sha256_of (copy);
  g_assert_cmpstr (found, ==, expected);
  assert_models_folder (f, file);
}

static void
test_import (Fixture *f, gconstpointer unused)
{
  g_autofree char *path = starter_as (f, "ggml-mine v2.bin");
  g_autoptr (GPtrArray) entries = NULL;
  ScribeModelEntry *entry;

  assert_imported (f, path, "mine v2");
  entries = scribe_catalogue_list (NULL);
  entry = entry_called (entries, "mine v2");
  g_assert_nonnull (strstr (entry->description, "4 + 3 layers"));
  g_assert_cmpuint (entry->size, ==, 17911915);
  g_assert_false (entry->multilingual);
  g_assert_null (entry->url);
  g_assert_null (entry->sha256);
  g_assert_true (entry == entries->pdata[entries->len - 1]);
}

static void
test_import_twice (Fixture *f, gconstpointer unused)
{
  g_autofree char *path = starter_as (f, "mine.bin");

  assert_imported (f, path, "mine");
  assert_failed (f, scribe_catalogue_import (path, &f->error), SCRIBE_ERROR_OPTION, "already");
  assert_models_folder (f, "mine.bin");
}

static void
test_import_garbage (Fixture *f, gconstpointer unused)
{
  g_autofree char *path = g_build_filename (f->inbox, "garbage.bin", NULL), *whole = NULL;
  gsize length;

  g_assert_true (g_file_get_contents (f->starter, &whole, &length, NULL));
  g_assert_true (g_file_set_contents (path, whole, length - 1, NULL));
  assert_failed (f, scribe_catalogue_import (path, &f->error), SCRIBE_ERROR_MODEL, path);
  g_assert_true (g_file_set_contents (path, "", 0, NULL));
  assert_failed (f, scribe_catalogue_import (path, &f->error), SCRIBE_ERROR_MODEL, path);
  assert_failed (f, scribe_catalogue_import (f->inbox, &f->error), SCRIBE_ERROR_NOT_FOUND, f->inbox);
  assert_failed (f, scribe_catalogue_import ("/dev/zero", &f->error), SCRIBE_ERROR_NOT_FOUND, "/dev/zero");
  assert_models_folder (f, NULL);
}

static void
test_import_under_published_name (Fixture *f, gconstpointer unused)
{
  g_autofree char *path = starter_as (f, "ggml-base.en.bin"), *starter = starter_as (f, STARTER ".bin");

  assert_failed (f, scribe_catalogue_import (path, &f->error), SCRIBE_ERROR_OPTION, "name of a published model");
  assert_failed (f, scribe_catalogue_import (starter, &f->error), SCRIBE_ERROR_OPTION, "name of a published model");
  assert_models_folder (f, NULL);
}

static void
test_import_published (Fixture *f, gconstpointer unused)
{
  g_autofree char *path = starter_as (f, "ggml-published.bin"), *sum = sha256_of (path);
  g_autofree char *content = g_strdup_printf ("[published]\nAddress=https://h/published.bin\nSHA256=%s\n", sum);

  use_catalogue (f, content);
  assert_imported (f, path, "published");
}

static void
test_import_hostile_names (Fixture *f, gconstpointer unused)
{
  static const char *const files[] = { "ggml-..bin",  "ggml-...bin",   "ggml-.bin",        ".bin", ".hidden.bin", "-x.bin",
                                       "ggml--x.bin", "new\nline.bin", "not-utf8-\xff.bin" };

  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autofree char *path = starter_as (f, files[i]);

      assert_failed (f, scribe_catalogue_import (path, &f->error), SCRIBE_ERROR_OPTION, "cannot be the name");
    }
  assert_models_folder (f, NULL);
}

static void
test_import_over_unfinished (Fixture *f, gconstpointer unused)
{
  g_autofree char *path = starter_as (f, "mine.bin"), *longer = g_strnfill (20000000, 'x');

  put (f, "mine.bin.part", longer);
  put (f, "mine.bin.part.etag", "\"x\"");
  assert_imported (f, path, "mine");
}

static void
test_import_while_downloading (Fixture *f, gconstpointer unused)
{
  g_autofree char *path = starter_as (f, "mine.bin"), *final = in_models (f, "mine.bin");
  g_auto (ScribePart) download = { .fd = -1 };

  g_assert_true (scribe_part_open (&download, final, NULL));
  assert_failed (f, scribe_catalogue_import (path, &f->error), SCRIBE_ERROR_OUTPUT, "by another program");
  assert_models_folder (f, "mine.bin.part");
}

static void
test_import_disk_fails (Fixture *f, gconstpointer unused)
{
  struct rlimit limit = { 1000000, 1000000 };
  g_autofree char *path = NULL;

  if (!g_test_subprocess ())
    {
      g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_INHERIT_STDERR);
      g_test_trap_assert_passed ();
      return;
    }
  path = starter_as (f, "mine.bin");
  signal (SIGXFSZ, SIG_IGN);
  setrlimit (RLIMIT_FSIZE, &limit);
  assert_failed (f, scribe_catalogue_import (path, &f->error), SCRIBE_ERROR_OUTPUT, "cannot be written");
  assert_models_folder (f, NULL);
}

/* --- Remove -------------------------------------------------------------------------------------------------------------- */

static void
test_remove (Fixture *f, gconstpointer unused)
{
  put (f, "mine.bin", "x");
  g_assert_true (scribe_catalogue_remove ("mine", &f->error));
  assert_models_folder (f, NULL);
  assert_failed (f, scribe_catalogue_remove ("mine", &f->error), SCRIBE_ERROR_NOT_FOUND, "not installed");
}

static void
test_remove_unfinished (Fixture *f, gconstpointer unused)
{
  put (f, "base.en.bin.part", "x");
  put (f, "base.en.bin.part.etag", "\"x\"");
  g_assert_true (scribe_catalogue_remove ("base.en", &f->error));
  assert_models_folder (f, NULL);
}

static void
test_remove_while_downloading (Fixture *f, gconstpointer unused)
{
  g_autofree char *final = in_models (f, "base.en.bin");
  g_auto (ScribePart) download = { .fd = -1 };

  g_assert_true (scribe_part_open (&download, final, NULL));
  assert_failed (f, scribe_catalogue_remove ("base.en", &f->error), SCRIBE_ERROR_OUTPUT, "by another program");
  assert_models_folder (f, "base.en.bin.part");
}

static void
test_remove_starter (Fixture *f, gconstpointer unused)
{
  assert_failed (f, scribe_catalogue_remove (STARTER, &f->error), SCRIBE_ERROR_OPTION, "a part of Tilescribe");
  g_assert_true (g_file_test (f->starter, G_FILE_TEST_EXISTS));
}

static void
test_remove_outside (Fixture *f, gconstpointer unused)
{
  g_autofree char *outside = starter_as (f, "outside.bin");

  put (f, "mine.bin", "x");
  assert_failed (f, scribe_catalogue_remove ("../../inbox/outside", &f->error), SCRIBE_ERROR_NOT_FOUND, "not installed");
  assert_failed (f, scribe_catalogue_remove ("..", &f->error), SCRIBE_ERROR_NOT_FOUND, "not installed");
  assert_failed (f, scribe_catalogue_remove ("", &f->error), SCRIBE_ERROR_NOT_FOUND, "not installed");
  g_assert_true (g_file_test (outside, G_FILE_TEST_EXISTS));
}

static const struct
{
  const char *name;
  void (*test) (Fixture *, gconstpointer);
} tests[] = {
  { "entries-are-complete", test_entries_are_complete },
  { "base-en", test_base_en },
  { "compressed-is-told", test_compressed_is_told },
  { "starter-is-the-one-listed", test_starter_is_the_one_listed },
  { "starter-alone-is-not-conditioned", test_the_starter_alone_is_not_conditioned },
  { "starter-alone-shortens", test_the_starter_alone_shortens },
  { "downloaded-is-installed", test_downloaded_is_installed },
  { "unfinished-is-not-installed", test_unfinished_is_not_installed },
  { "damaged-import-is-listed", test_damaged_import_is_listed },
  { "missing-catalogue", test_missing_catalogue },
  { "damaged-catalogue", test_damaged_catalogue },
  { "find/nothing-given", test_find_nothing_given },
  { "find/without-any", test_find_without_any },
  { "find/by-name", test_find_by_name },
  { "find/by-path", test_find_by_path },
  { "import/model", test_import },
  { "import/twice", test_import_twice },
  { "import/garbage", test_import_garbage },
  { "import/under-published-name", test_import_under_published_name },
  { "import/published", test_import_published },
  { "import/hostile-names", test_import_hostile_names },
  { "import/over-unfinished", test_import_over_unfinished },
  { "import/while-downloading", test_import_while_downloading },
  { "import/disk-fails", test_import_disk_fails },
  { "remove/model", test_remove },
  { "remove/unfinished", test_remove_unfinished },
  { "remove/while-downloading", test_remove_while_downloading },
  { "remove/starter", test_remove_starter },
  { "remove/outside", test_remove_outside },
};

int
main (int argc, char **argv)
{
  g_autofree char *folder = g_dir_make_tmp ("tilescribe-XXXXXX", NULL);
  int failed;

  g_setenv ("XDG_DATA_HOME", folder, TRUE);
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    {
      g_autofree char *name = g_strconcat ("/catalogue/", tests[i].name, NULL);

      g_test_add (name, Fixture, NULL, set_up, tests[i].test, tear_down);
    }
  failed = g_test_run ();
  g_rmdir (folder);
  return failed;
}
