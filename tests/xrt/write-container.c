/* write-container.c - writes the file that XRT loads into an NPU, with names of overlay and programs in place of them
 *
 *   write-container COLUMNS FOLDER
 *
 *   header     magic, version, identity, where the sections are
 *   metadata   XML: a kernel for each program of the cores, and its arguments
 *   units      each kernel's one instance
 *   memory     two banks: for instructions, and for all else
 *   wiring     which argument lies in which bank
 *   partition  columns, and for each kernel the image that the firmware gets: here a line of text
 *
 * Source: XRT's public xclbin.h (format xclbin2), and the sections that mlir-aie's aiecc has xclbinutil make.
 *
 * SPDX-License-Identifier: MIT
 */
#include "container.h"
#include "overlay/overlay.h"
#include "tile/programs.h"

#include <glib.h>
#include <string.h>

#define INSTANCE     "one"
#define FIRST_KERNEL 0x901 /* the others follow */
#define N_BUFFERS    7

#define BANK_HOST 0
#define BANK_SRAM 1

typedef struct
{
  GByteArray *data;
  GArray *headers; /* of SectionHeader */
} Container;

static void
pad (GByteArray *data)
{
  static const guint8 zeros[8];

  g_byte_array_append (data, zeros, (8 - data->len % 8) % 8);
}

static guint
append (GByteArray *data, gconstpointer bytes, gsize size)
{
  const guint at = data->len;

  g_byte_array_append (data, bytes, (guint) size);
  pad (data);
  return at;
}

static void
add_section (Container *container, guint32 kind, const char *name, gconstpointer bytes, gsize size)
{
  SectionHeader header = { .kind = kind, .size = size };

  g_strlcpy (header.name, name, sizeof header.name);
  header.offset = append (container->data, bytes, size);
  g_array_append_val (container->headers, header);
}

static void
add_argument (GString *xml, guint id, const char *name, gboolean is_buffer, guint size, const char *type, guint offset)
{
  g_string_append_printf (
      xml,
      "<arg name=\"%s\" addressQualifier=\"%u\" id=\"%u\" size=\"0x%x\" offset=\"0x%x\" hostOffset=\"0x0\" hostSize=\"0x%x\" "
      "type=\"%s\"/>\n",
      name, (guint) is_buffer, id, size, offset, size, type);
}

static void
add_kernel (GString *xml, TileProgramId program)
{
  g_string_append_printf (xml,
                          "<kernel name=\"%s\" language=\"c\" type=\"dpu\">\n"
                          "<extended-data subtype=\"DPU\" functional=\"0\" dpu_kernel_id=\"0x%x\"/>\n",
                          tile_program_name (program), FIRST_KERNEL + program);
  add_argument (xml, 0, "opcode", FALSE, 8, "uint64_t", 0x00);
  add_argument (xml, 1, "instr", TRUE, 8, "char *", 0x08);
  add_argument (xml, 2, "ninstr", FALSE, 4, "uint32_t", 0x10);
  for (guint i = 0; i < N_BUFFERS; i++)
    {
      g_autofree char *name = g_strdup_printf ("bo%u", i);

      add_argument (xml, 3 + i, name, TRUE, 8, "void*", 0x14 + 8 * i);
    }
  g_string_append (xml, "<instance name=\"" INSTANCE "\"/>\n</kernel>");
}

static void
add_metadata (Container *container)
{
  g_autoptr (GString) xml = g_string_new (
      "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
      "<project name=\"tilescribe\"><platform vendor=\"xilinx\" boardid=\"npu\" name=\"npu\" featureRomTime=\"0\">\n"
      "<version major=\"0\" minor=\"1\"/><device name=\"fpga0\"><core name=\"OCL_REGION_0\" target=\"hw\">\n");

  for (guint program = 0; program < TILE_N_PROGRAMS; program++)
    add_kernel (xml, (TileProgramId) program);
  g_string_append (xml, "</core></device></platform></project>\n");
  add_section (container, SECTION_METADATA, "metadata", xml->str, xml->len);
}

static void
add_units (Container *container)
{
  struct
  {
    gint32 n, pad;
    Unit units[TILE_N_PROGRAMS];
  } section = { .n = TILE_N_PROGRAMS };

  for (guint i = 0; i < TILE_N_PROGRAMS; i++)
    {
      section.units[i] = (Unit){ .kind = 7, .properties = 1 /* DPU */ | (FIRST_KERNEL + i) << 16, .address = G_MAXUINT64 };
      g_snprintf (section.units[i].name, sizeof section.units[i].name, "%s:" INSTANCE, tile_program_name ((TileProgramId) i));
    }
  add_section (container, SECTION_UNITS, "units", &section, sizeof section);
}

static void
add_banks (Container *container)
{
  const struct
  {
    gint32 n, pad;
    Bank banks[2];
  } section = { 2,
                0,
                { [BANK_HOST] = { .kind = 2, .is_used = 1, .kib = 0x10000, .address = 0x4000000, .tag = "HOST" },
                  [BANK_SRAM] = { .kind = 2, .is_used = 1, .kib = 0xC000, .address = 0x4000000, .tag = "SRAM" } } };

  add_section (container, SECTION_MEMORY, "memory", &section, sizeof section);
  add_section (container, SECTION_GROUPS, "groups", &section, sizeof section);
}

static void
add_wires (Container *container)
{
  struct
  {
    gint32 n;
    Wire wires[TILE_N_PROGRAMS][1 + N_BUFFERS];
  } section = { .n = TILE_N_PROGRAMS * (1 + N_BUFFERS) };

  for (gint unit = 0; unit < TILE_N_PROGRAMS; unit++)
    {
      section.wires[unit][0] = (Wire){ 1, unit, BANK_SRAM };
      for (gint i = 0; i < N_BUFFERS; i++)
        section.wires[unit][1 + i] = (Wire){ 3 + i, unit, BANK_HOST };
    }
  add_section (container, SECTION_WIRING, "wiring", &section, sizeof section);
  add_section (container, SECTION_GROUP_WIRING, "group wiring", &section, sizeof section);
}

static char *
name_image (const NpuOverlay *overlay, TileProgramId program)
{
  return g_strdup_printf ("tilescribe overlay %u %u %" G_GINT64_MODIFIER "x %s\n", NPU_OVERLAY_VERSION, overlay->n_columns,
                          npu_overlay_hash (overlay), tile_program_name (program));
}

static void
get_uuid (const char *name, guint8 uuid[16])
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_MD5);
  gsize size = 16;

  g_checksum_update (checksum, (const guint8 *) name, -1);
  g_checksum_get_digest (checksum, uuid, &size);
}

/* A kernel's image, and which kernel that is. */
static Image
add_image (GByteArray *data, const NpuOverlay *overlay, TileProgramId program)
{
  g_autofree char *name = name_image (overlay, program);
  const guint64 kernel_id = FIRST_KERNEL + program;
  Group group = { .kind = 1, .image_id = 1 + program };
  Image image = { 0 };

  group.name = append (data, "DPU", sizeof "DPU");
  group.kernels = (Array){ 1, append (data, &kernel_id, sizeof kernel_id) };
  image.image = (Array){ (guint32) strlen (name), append (data, name, strlen (name)) };
  image.groups = (Array){ 1, append (data, &group, sizeof group) };
  get_uuid (name, image.uuid);
  return image;
}

static void
add_partition (Container *container, const NpuOverlay *overlay)
{
  g_autoptr (GByteArray) data = g_byte_array_new ();
  const guint16 first_column = 0;
  Partition partition = { .operations_per_cycle = 2048, .n_columns = (guint16) overlay->n_columns };
  Image images[TILE_N_PROGRAMS];

  append (data, &partition, sizeof partition); /* once more when it is known where the rest lies */
  partition.name = append (data, "QoS", sizeof "QoS");
  partition.commit = append (data, "", 1);
  partition.first_columns = (Array){ 1, append (data, &first_column, sizeof first_column) };
  for (guint i = 0; i < TILE_N_PROGRAMS; i++)
    images[i] = add_image (data, overlay, (TileProgramId) i);
  partition.images = (Array){ TILE_N_PROGRAMS, append (data, images, sizeof images) };
  memcpy (data->data, &partition, sizeof partition);
  add_section (container, SECTION_PARTITION, "partition", data->data, data->len);
}

/* The sections were counted from 0 and come behind their headers. */
static GByteArray *
assemble (Container *container, const guint8 uuid[16])
{
  GByteArray *file = g_byte_array_new ();
  const guint64 first = sizeof (Header) + container->headers->len * sizeof (SectionHeader);
  Header header = { .magic = "xclbin2", .signature_length = -1, .major = 2, .minor = 25, .platform = "npu" };

  memset (header.reserved, 0xFF, sizeof header.reserved);
  memset (header.key_block, 0xFF, sizeof header.key_block);
  memcpy (header.uuid, uuid, sizeof header.uuid);
  header.length = first + container->data->len;
  header.n_sections = container->headers->len;
  g_byte_array_append (file, (const guint8 *) &header, sizeof header);
  for (guint i = 0; i < container->headers->len; i++)
    {
      SectionHeader *section = &g_array_index (container->headers, SectionHeader, i);

      section->offset += first;
      g_byte_array_append (file, (const guint8 *) section, sizeof *section);
    }
  g_byte_array_append (file, container->data->data, container->data->len);
  return file;
}

static GByteArray *
write_container (const NpuOverlay *overlay)
{
  g_autofree char *name = name_image (overlay, (TileProgramId) 0);
  g_autoptr (GByteArray) data = g_byte_array_new ();
  g_autoptr (GArray) headers = g_array_new (FALSE, FALSE, sizeof (SectionHeader));
  Container container = { data, headers };
  guint8 uuid[16];

  get_uuid (name, uuid);
  add_metadata (&container);
  add_units (&container);
  add_banks (&container);
  add_wires (&container);
  add_partition (&container, overlay);
  return assemble (&container, uuid);
}

/* The container, and beside it the hash by which the program knows the design. */
static gboolean
write_files (const NpuOverlay *overlay, const char *folder, GError **error)
{
  g_autofree char *name = g_strdup_printf ("%s/overlay-%u.xclbin", folder, overlay->n_columns);
  g_autofree char *hash_name = g_strdup_printf ("%s/overlay-%u.hash", folder, overlay->n_columns);
  g_autofree char *hash = g_strdup_printf ("%016" G_GINT64_MODIFIER "x\n", npu_overlay_hash (overlay));
  g_autoptr (GByteArray) file = write_container (overlay);

  return g_file_set_contents (name, (const char *) file->data, file->len, error)
         && g_file_set_contents (hash_name, hash, -1, error);
}

int
main (int argc, char **argv)
{
  g_autoptr (NpuOverlay) overlay = argc == 3 ? npu_overlay_new (NPU2, (guint) g_ascii_strtoull (argv[1], NULL, 10)) : NULL;
  g_autoptr (GError) error = NULL;

  if (overlay == NULL)
    {
      g_printerr ("Usage: write-container COLUMNS FOLDER, where there are 1, 2, 4 or 8 columns\n");
      return 2;
    }
  if (!write_files (overlay, argv[2], &error))
    {
      g_printerr ("%s\n", error->message);
      return 1;
    }
  return 0;
}
