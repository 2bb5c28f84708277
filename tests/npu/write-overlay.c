/* write-overlay.c - a folder with the design of 8 columns as the emulated plug-in takes it
 *
 *   write-overlay FOLDER: overlay-8.xclbin, a text, and overlay-8.hash
 *
 * SPDX-License-Identifier: MIT
 */
#include "overlay/overlay.h"

int
main (int argc, char **argv)
{
  g_autoptr (NpuOverlay) overlay = npu_overlay_new (NPU2, NPU_MAX_COLUMNS);
  g_autofree char *hash = g_strdup_printf ("%016" G_GINT64_MODIFIER "x\n", npu_overlay_hash (overlay));
  g_autofree char *binary = NULL, *beside = NULL;

  if (argc != 2)
    {
      g_printerr ("write-overlay: Tell it the folder.\n");
      return 2;
    }
  binary = g_build_filename (argv[1], "overlay-8.xclbin", NULL);
  beside = g_build_filename (argv[1], "overlay-8.hash", NULL);
  return g_file_set_contents (binary, "emulated 8\n", -1, NULL) && g_file_set_contents (beside, hash, -1, NULL) ? 0 : 1;
}
