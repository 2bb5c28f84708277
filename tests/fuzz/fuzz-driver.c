/* fuzz-driver.c - runs a fuzz target without libFuzzer, the same way every time
 *
 *   fuzz-NAME [--iterations=N] [--seconds=S] [--seed=K] [--last=FILE] INPUT...
 *
 * First every INPUT (a file, or all files of a folder) as it is; then N mutations of them, or as many as fit into S seconds. A
 * mutation is a copy of one input with up to four edits: bits flipped, numbers replaced by those that break length checks,
 * bytes inserted, repeated, cut out, cut off, or spliced in from another input. Edits prefer the beginning of a file, where the
 * headers are. The same inputs, seed and N give the same bytes, on every machine.
 *
 * A target is one function, libFuzzer's: it returns, or the process dies. Each input is written to FILE before it is tried, so
 * after a crash that file is the culprit: `fuzz-NAME --iterations=0 FILE` tries it again, alone. Speaks TAP.
 *
 * SPDX-License-Identifier: MIT
 */
#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define MAX_SIZE  (256 * 1024)
#define MAX_EDITS 4
#define MAX_BLOCK 64

int LLVMFuzzerTestOneInput (const guint8 *data, size_t size);

typedef void (*Edit) (GRand *random, GPtrArray *inputs, GByteArray *bytes);

/* --- Edits --- */

/* An offset below n: any, or as often one of the first, where each power of two has the same chance to be the bound. */
static guint
pick_offset (GRand *random, guint n)
{
  guint bound = g_rand_boolean (random) ? n : 8u << g_rand_int_range (random, 0, 12);

  return g_rand_int_range (random, 0, MIN (bound, n));
}

static guint
pick_length (GRand *random, guint at, guint n)
{
  return g_rand_int_range (random, 1, MIN (n - at, MAX_BLOCK) + 1);
}

static void
insert (GByteArray *bytes, guint at, const guint8 *block, guint n)
{
  guint tail = bytes->len - at;

  g_byte_array_set_size (bytes, bytes->len + n);
  memmove (bytes->data + at + n, bytes->data + at, tail);
  memcpy (bytes->data + at, block, n);
}

static void
flip_bit (GRand *random, GPtrArray *inputs, GByteArray *bytes)
{
  bytes->data[pick_offset (random, bytes->len)] ^= 1u << g_rand_int_range (random, 0, 8);
}

static void
set_byte (GRand *random, GPtrArray *inputs, GByteArray *bytes)
{
  bytes->data[pick_offset (random, bytes->len)] = g_rand_int_range (random, 0, 256);
}

/* 2, 4 or 8 bytes become a number that a length is likely to be wrong at, in either byte order. */
static void
set_number (GRand *random, GPtrArray *inputs, GByteArray *bytes)
{
  static const guint64 numbers[] = { 0,          1,          2,          0x7f,        0x80,       0xff,       0x100,
                                     0x7fff,     0x8000,     0xffff,     0x10000,     0x3fffffff, 0x40000000, 0x7fffffff,
                                     0x80000000, 0xfffffffe, 0xffffffff, 0x100000000, G_MAXINT64, G_MAXUINT64 };
  guint width = 2u << g_rand_int_range (random, 0, 3);
  guint at = pick_offset (random, bytes->len);
  guint which = g_rand_int_range (random, 0, G_N_ELEMENTS (numbers) + 2);
  guint64 number = which < G_N_ELEMENTS (numbers) ? numbers[which] : bytes->len - (which - G_N_ELEMENTS (numbers));
  gboolean big = g_rand_boolean (random);

  for (guint i = 0; i < width && at + i < bytes->len; i++)
    bytes->data[at + i] = number >> (8 * (big ? width - 1 - i : i)) & 0xff;
}

/* One more, one less, twice, half. */
static void
change_number (GRand *random, GPtrArray *inputs, GByteArray *bytes)
{
  guint at = pick_offset (random, bytes->len);
  guint32 number;

  if (bytes->len - at < sizeof number)
    return;
  memcpy (&number, bytes->data + at, sizeof number);
  number = GUINT32_FROM_LE (number);
  number = (const guint32[]){ number + 1, number - 1, number * 2, number / 2 }[g_rand_int_range (random, 0, 4)];
  number = GUINT32_TO_LE (number);
  memcpy (bytes->data + at, &number, sizeof number);
}

static void
truncate_end (GRand *random, GPtrArray *inputs, GByteArray *bytes)
{
  g_byte_array_set_size (bytes, g_rand_int_range (random, 0, bytes->len));
}

static void
cut_out (GRand *random, GPtrArray *inputs, GByteArray *bytes)
{
  guint at = pick_offset (random, bytes->len);

  g_byte_array_remove_range (bytes, at, pick_length (random, at, bytes->len));
}

static void
insert_noise (GRand *random, GPtrArray *inputs, GByteArray *bytes)
{
  guint8 block[MAX_BLOCK];
  guint n = pick_length (random, 0, MAX_BLOCK);

  for (guint i = 0; i < n; i++)
    block[i] = g_rand_int_range (random, 0, 256);
  insert (bytes, pick_offset (random, bytes->len), block, n);
}

/* A block of some input, often of the same one, goes in somewhere. */
static void
insert_other (GRand *random, GPtrArray *inputs, GByteArray *bytes)
{
  GBytes *other = g_ptr_array_index (inputs, g_rand_int_range (random, 0, inputs->len));
  gsize size;
  const guint8 *data = g_bytes_get_data (other, &size);

  if (size > 0)
    {
      guint at = g_rand_int_range (random, 0, size);

      insert (bytes, pick_offset (random, bytes->len), data + at, pick_length (random, at, size));
    }
}

/* The beginning of this one, the rest of another. */
static void
cross_over (GRand *random, GPtrArray *inputs, GByteArray *bytes)
{
  GBytes *other = g_ptr_array_index (inputs, g_rand_int_range (random, 0, inputs->len));
  gsize size;
  const guint8 *data = g_bytes_get_data (other, &size);
  guint at = pick_offset (random, bytes->len);

  if (size > at)
    {
      g_byte_array_set_size (bytes, at);
      g_byte_array_append (bytes, data + at, size - at);
    }
}

static const Edit edits[] = {
  flip_bit, set_byte, set_number, change_number, truncate_end, cut_out, insert_noise, insert_other, cross_over,
};

static void
mutate (GRand *random, GPtrArray *inputs, GByteArray *bytes)
{
  GBytes *input = g_ptr_array_index (inputs, g_rand_int_range (random, 0, inputs->len));
  guint n_edits = g_rand_int_range (random, 1, MAX_EDITS + 1);
  gsize size;
  const guint8 *data = g_bytes_get_data (input, &size);

  g_byte_array_set_size (bytes, 0);
  g_byte_array_append (bytes, data, size);
  for (guint i = 0; i < n_edits; i++)
    {
      if (bytes->len == 0 || bytes->len > MAX_SIZE)
        return;
      edits[g_rand_int_range (random, 0, G_N_ELEMENTS (edits))](random, inputs, bytes);
    }
}

/* --- Inputs --- */

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
}

/* A file, or the files of a folder in the order of their names. */
static gboolean
read_inputs (GPtrArray *inputs, const char *path)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GDir) folder = g_dir_open (path, 0, NULL);
  g_autoptr (GError) error = NULL;
  const char *name;

  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL)
    g_ptr_array_add (names, g_build_filename (path, name, NULL));
  if (folder == NULL)
    g_ptr_array_add (names, g_strdup (path));
  g_ptr_array_sort (names, compare_names);

  for (guint i = 0; i < names->len; i++)
    {
      char *data;
      gsize size;

      if (!g_file_get_contents (g_ptr_array_index (names, i), &data, &size, &error))
        {
          g_printerr ("%s\n", error->message);
          return FALSE;
        }
      g_ptr_array_add (inputs, g_bytes_new_take (data, size));
    }
  return TRUE;
}

static void
try_input (int last, const guint8 *data, gsize size)
{
  if (last >= 0 && (ftruncate (last, 0) != 0 || pwrite (last, data, size, 0) != (gssize) size))
    g_error ("The input cannot be kept for a replay: %s.", g_strerror (errno));
  LLVMFuzzerTestOneInput (data, size);
}

/* A length that is believed without a check ends here, as an allocation that fails. The sanitizers need the room themselves. */
static void
limit_memory (void)
{
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) && !defined(__clang__) /* which does not tell */
  const struct rlimit limit = { 4ull << 30, 4ull << 30 };

  setrlimit (RLIMIT_AS, &limit);
#endif
}

int
main (int argc, char **argv)
{
  int n_iterations = 10000, n_seconds = 0, seed = 1, last = -1;
  g_autofree char *last_path = NULL;
  g_auto (GStrv) paths = NULL;
  const GOptionEntry options[] = { { "iterations", 0, 0, G_OPTION_ARG_INT, &n_iterations, "Mutations to try", "N" },
                                   { "seconds", 0, 0, G_OPTION_ARG_INT, &n_seconds, "Stop after this time (0: never)", "S" },
                                   { "seed", 0, 0, G_OPTION_ARG_INT, &seed, "Of the random numbers", "K" },
                                   { "last", 0, 0, G_OPTION_ARG_FILENAME, &last_path, "Where the input being tried is kept",
                                     "FILE" },
                                   { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &paths, NULL, "INPUT..." },
                                   { NULL } };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GPtrArray) inputs = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autoptr (GRand) random = NULL;
  g_autoptr (GError) error = NULL;
  gint64 end;
  int tried = 0;

  g_option_context_add_main_entries (context, options, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error))
    {
      g_printerr ("%s\n", error->message);
      return 2;
    }
  for (guint i = 0; paths != NULL && paths[i] != NULL; i++)
    if (!read_inputs (inputs, paths[i]))
      return 2;
  if (inputs->len == 0)
    {
      g_printerr ("Name at least one input, or a folder with inputs in it.\n");
      return 2;
    }
  if (last_path != NULL && (last = g_open (last_path, O_RDWR | O_CREAT | O_CLOEXEC, 0666)) < 0)
    {
      g_printerr ("%s: %s\n", last_path, g_strerror (errno));
      return 2;
    }
  limit_memory ();

  g_print ("1..2\n");
  if (last_path != NULL)
    g_print ("# after a crash, the culprit again: %s --iterations=0 %s\n", argv[0], last_path);
  for (guint i = 0; i < inputs->len; i++)
    {
      gsize size;
      const guint8 *data = g_bytes_get_data (g_ptr_array_index (inputs, i), &size);

      try_input (last, data, size);
    }
  g_print ("ok 1 - %u stored inputs\n", inputs->len);

  random = g_rand_new_with_seed (seed);
  end = n_seconds > 0 ? g_get_monotonic_time () + n_seconds * G_USEC_PER_SEC : G_MAXINT64;
  while (tried < n_iterations && g_get_monotonic_time () < end)
    {
      mutate (random, inputs, bytes);
      try_input (last, bytes->data, bytes->len);
      tried++;
    }
  g_print ("ok 2 - %d mutations of them, seed %d\n", tried, seed);
  return 0;
}
