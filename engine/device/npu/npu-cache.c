/* npu-cache.c - files of packed weights: found, checked, written, and the oldest removed
 *
 * SPDX-License-Identifier: MIT
 */
#include "device/npu/npu-cache.h"

#include "device/npu/npu-hash.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#define MAGIC       "TSNPUWTS"
#define SUFFIX      ".weights"
#define OLDEST_PART 86400 /* seconds: who still writes a file has touched it since */

/* As it lies in the file, in the byte order of this machine; it stays so in all versions. */
typedef struct
{
  char magic[8];
  guint32 version, fast;
  guint64 overlay, identity;
  guint64 size;     /* of the weights */
  guint64 checksum; /* of the weights */
  guint64 header;   /* checksum of what is before, and of the zeros behind */
} Header;

G_STATIC_ASSERT (sizeof (Header) == 56);

static char *
folder (void)
{
  return g_build_filename (g_get_user_cache_dir (), "tilescribe", "npu", NULL);
}

char *
scribe_npu_cache_path (const ScribeNpuCacheKey *key)
{
  g_autofree char *in = folder ();
  g_autofree char *name = g_strdup_printf ("%016" G_GINT64_MODIFIER "x" SUFFIX, key->identity);

  return g_build_filename (in, name, NULL);
}

/* Of the header's page but for the place of this very checksum. */
static guint64
header_checksum (const guint8 *page)
{
  const gsize behind = sizeof (Header);

  return scribe_npu_hash (page + behind, SCRIBE_NPU_CACHE_HEADER - behind,
                          scribe_npu_hash (page, G_STRUCT_OFFSET (Header, header), 0));
}

static void
write_header (const ScribeNpuCacheKey *key, guint8 *file)
{
  Header header = { .magic = MAGIC,
                    .version = SCRIBE_NPU_CACHE_VERSION,
                    .fast = key->fast,
                    .overlay = key->overlay,
                    .identity = key->identity,
                    .size = key->size };

  header.checksum = scribe_npu_hash (file + SCRIBE_NPU_CACHE_HEADER, key->size, 0);
  memset (file, 0, SCRIBE_NPU_CACHE_HEADER);
  memcpy (file, &header, sizeof header);
  header.header = header_checksum (file);
  memcpy (file, &header, sizeof header);
}

typedef enum
{
  GOOD,
  OLD, /* whole, but made for something else */
  DAMAGED
} State;

static State
check (const ScribeNpuCacheKey *key, const guint8 *file, gsize n)
{
  Header header;

  if (n < SCRIBE_NPU_CACHE_HEADER)
    return DAMAGED;
  memcpy (&header, file, sizeof header);
  if (memcmp (header.magic, MAGIC, sizeof header.magic) != 0 || header.header != header_checksum (file))
    return DAMAGED;
  if (header.version != SCRIBE_NPU_CACHE_VERSION || header.overlay != key->overlay || header.identity != key->identity
      || header.fast != key->fast || header.size != key->size)
    return OLD;
  if (n - SCRIBE_NPU_CACHE_HEADER != header.size
      || header.checksum != scribe_npu_hash (file + SCRIBE_NPU_CACHE_HEADER, header.size, 0))
    return DAMAGED;
  return GOOD;
}

GMappedFile *
scribe_npu_cache_open (const ScribeNpuCacheKey *key)
{
  g_autofree char *path = scribe_npu_cache_path (key);
  g_autoptr (GMappedFile) file = NULL;
  const int fd = g_open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK, 0);

  if (fd < 0)
    return NULL;
  file = g_mapped_file_new_from_fd (fd, TRUE, NULL);
  if (file)
    futimens (fd, NULL);
  g_close (fd, NULL);
  if (file == NULL)
    return NULL;
  switch (check (key, (const guint8 *) g_mapped_file_get_contents (file), g_mapped_file_get_length (file)))
    {
    case GOOD:
      return g_steal_pointer (&file);
    case DAMAGED:
      g_message (_ ("“%s”, a copy of the model for the NPU, was damaged. It is made anew from the model."), path);
      return NULL;
    case OLD:
    default:
      return NULL;
    }
}

typedef struct
{
  char *path;
  gint64 used;
} Entry;

static void
entry_clear (gpointer entry)
{
  g_free (((Entry *) entry)->path);
}

static gint
by_use (gconstpointer a, gconstpointer b)
{
  const Entry *one = a, *other = b;

  return one->used > other->used ? -1 : one->used < other->used;
}

/* Files beyond the last few, and parts that were never finished. */
static void
remove_old (const char *in)
{
  g_autoptr (GDir) dir = g_dir_open (in, 0, NULL);
  g_autoptr (GArray) entries = g_array_new (FALSE, FALSE, sizeof (Entry));
  const char *name;

  g_array_set_clear_func (entries, entry_clear);
  while (dir && (name = g_dir_read_name (dir)) != NULL)
    {
      Entry entry = { g_build_filename (in, name, NULL), 0 };
      GStatBuf status;

      if (strstr (name, SUFFIX) == NULL || g_stat (entry.path, &status) != 0)
        {
          g_free (entry.path);
          continue;
        }
      entry.used = (gint64) status.st_mtim.tv_sec * G_USEC_PER_SEC + status.st_mtim.tv_nsec / 1000;
      if (g_str_has_suffix (name, SUFFIX))
        {
          g_array_append_val (entries, entry);
          continue;
        }
      if (entry.used < g_get_real_time () - OLDEST_PART * (gint64) G_USEC_PER_SEC)
        g_unlink (entry.path);
      g_free (entry.path);
    }
  g_array_sort (entries, by_use);
  for (guint i = SCRIBE_NPU_CACHE_FILES; i < entries->len; i++)
    g_unlink (g_array_index (entries, Entry, i).path);
}

void
scribe_npu_cache_write (const ScribeNpuCacheKey *key, guint8 *file)
{
  g_autofree char *in = folder (), *path = scribe_npu_cache_path (key);
  g_autoptr (GError) error = NULL;

  write_header (key, file);
  if (g_mkdir_with_parents (in, 0700) != 0)
    {
      g_debug ("“%s” cannot be made: %s", in, g_strerror (errno));
      return;
    }
  g_unlink (
      path); /* a file that is replaced would be waited for until it is on the disk; the checksum finds what never got there */
  if (!g_file_set_contents_full (path, (const char *) file, (gssize) (SCRIBE_NPU_CACHE_HEADER + key->size),
                                 G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_ONLY_EXISTING, 0600, &error))
    {
      g_debug ("%s", error->message);
      return;
    }
  remove_old (in);
}
