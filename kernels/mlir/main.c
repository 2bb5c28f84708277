/* main.c - npu-overlay-mlir: writes what the overlay's binary is built from
 *
 *   npu-overlay-mlir [--columns=N] [--program=NAME] [--mlir=FILE] [--linker-script=FILE] [--hash=FILE]
 *
 * SPDX-License-Identifier: MIT
 */
#include "mlir/mlir.h"

#include <string.h>

static gboolean
write_file (const char *path, const char *text)
{
  g_autoptr (GError) error = NULL;

  if (g_file_set_contents (path, text, -1, &error))
    return TRUE;
  g_printerr ("“%s” cannot be written: %s\n", path, error->message);
  return FALSE;
}

/* TILE_N_PROGRAMS: none is called so. */
static guint
find_program (const char *name)
{
  guint program = 0;

  while (program < TILE_N_PROGRAMS && strcmp (name, tile_program_name ((TileProgramId) program)) != 0)
    program++;
  return program;
}

int
main (int argc, char **argv)
{
  g_autofree char *mlir = NULL, *linker_script = NULL, *hash = NULL, *name = NULL;
  guint program;
  int n_columns = NPU_MAX_COLUMNS;
  const GOptionEntry entries[] = {
    { "columns", 'c', 0, G_OPTION_ARG_INT, &n_columns, "Columns of the array: 1, 2, 4 or 8 (the default)", "N" },
    { "program", 'p', 0, G_OPTION_ARG_STRING, &name, "Which of the cores' programs it is to hold: the first is the default",
      "NAME" },
    { "mlir", 'm', 0, G_OPTION_ARG_FILENAME, &mlir, "Write the overlay as MLIR for mlir-aie " NPU_MLIR_RELEASE, "FILE" },
    { "linker-script", 'l', 0, G_OPTION_ARG_FILENAME, &linker_script, "Write the linker script of its cores", "FILE" },
    { "hash", 0, 0, G_OPTION_ARG_FILENAME, &hash, "Write the hash of the design, by which the program knows the binary", "FILE" },
    { NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new ("- writes what the overlay's binary is built from");
  g_autoptr (GError) error = NULL;
  g_autoptr (NpuOverlay) overlay = NULL;
  g_autofree char *text = NULL, *digits = NULL, *script = npu_mlir_linker_script ();

  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error))
    {
      g_printerr ("%s\n", error->message);
      return 1;
    }
  if (argc > 1)
    {
      g_printerr ("“%s” is not understood: npu-overlay-mlir takes options only.\n", argv[1]);
      return 1;
    }

  if (n_columns > 0)
    overlay = npu_overlay_new (NPU2, (guint) n_columns);
  if (overlay == NULL)
    {
      g_printerr ("There is no overlay of %d columns, only of 1, 2, 4 and 8.\n", n_columns);
      return 1;
    }
  program = name ? find_program (name) : 0;
  if (program == TILE_N_PROGRAMS)
    {
      g_printerr ("There is no program “%s”: kernels/tile/programs.h has their names.\n", name);
      return 1;
    }
  text = npu_mlir_overlay (overlay, (TileProgramId) program);
  digits = g_strdup_printf ("%016" G_GINT64_MODIFIER "x\n", npu_overlay_hash (overlay));
  return (mlir == NULL || write_file (mlir, text)) && (linker_script == NULL || write_file (linker_script, script))
                 && (hash == NULL || write_file (hash, digits))
             ? 0
             : 1;
}
