/* fuzz-store.c - any bytes as the database of transcripts
 *
 * The bytes are put where the database would be, opened to read and opened to write (which may migrate them), and everything
 * that the program asks of a database is asked. Whatever they are, each call works or fails with a sentence.
 *
 * Corpus (corpus/store): databases of pages of 512 bytes, so that a small change reaches any structure. valid.db has two
 * transcripts with words and runs, valid-wal.db says that it has a write-ahead log, empty.db has not a byte, older.db is of
 * version 1, newer.db of version 99, foreign.db of another program, and out-of-step.db has an empty search index; cut-* are
 * beginnings of valid.db, and flipped-* have bits of it turned over.
 *
 * SPDX-License-Identifier: MIT
 */
#include "store/store.h"

#include <glib/gstdio.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static void
check_outcome (gboolean worked, GError *error)
{
  g_assert_true (worked == (error == NULL));
  if (error)
    g_assert_true (g_str_has_suffix (error->message, "."));
  g_clear_error (&error);
}

static void
read_one (ScribeStore *store, gint64 id)
{
  GError *error = NULL;
  g_autoptr (ScribeTranscript) transcript = scribe_store_get (store, id, &error);

  check_outcome (transcript != NULL, error);
  for (guint i = 0; transcript && i < transcript->segments->len; i++)
    {
      const ScribeSegment *segment = transcript->segments->pdata[i];

      g_assert_true (g_utf8_validate (segment->text, -1, NULL));
    }
}

static void
read_all (ScribeStore *store)
{
  GError *list_error = NULL, *search_error = NULL, *check_error = NULL;
  g_autoptr (GPtrArray) list = scribe_store_list (store, 20, 0, &list_error);
  g_autoptr (GPtrArray) found = scribe_store_search (store, "good mor", SCRIBE_BEST_FIRST, 20, &search_error);
  gboolean sound;

  for (guint i = 0; list && i < list->len; i++)
    read_one (store, ((ScribeTranscript *) list->pdata[i])->id);
  read_one (store, 1);
  sound = scribe_store_check (store, TRUE, NULL, NULL, &check_error);
  check_outcome (list != NULL, list_error);
  check_outcome (found != NULL, search_error);
  check_outcome (sound, check_error);
}

static void
write_one (ScribeStore *store)
{
  g_autoptr (ScribeSegment) segment = scribe_segment_new (0, 1, " Good morning.");
  GError *error = NULL;
  gint64 id = scribe_store_begin (store, &(ScribeBeginning){ .source = "/a.wav" }, &error);
  gboolean done = id != 0 && scribe_store_add_segment (store, id, segment, &error)
                  && scribe_store_finish (store, id, SCRIBE_STATE_DONE, &(ScribeRunStats){ 0 }, NULL, &error);

  check_outcome (done, error);
  scribe_store_delete (store, 1, NULL);
}

static void
try_database (const char *path, gboolean read_only)
{
  GError *error = NULL;
  g_autoptr (ScribeStore) store = scribe_store_open (path, read_only, &error);

  check_outcome (store != NULL, error);
  if (store)
    read_all (store);
  if (store && !read_only)
    write_one (store);
}

static void
remove_folder (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir && (name = g_dir_read_name (dir)))
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      g_unlink (path);
    }
  g_rmdir (folder);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *folder = g_dir_make_tmp ("tilescribe-fuzz-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "transcripts.db", NULL);

  if (g_file_set_contents (path, (const char *) data, (gssize) size, NULL))
    {
      try_database (path, TRUE);
      try_database (path, FALSE);
    }
  remove_folder (folder);
  return 0;
}
