/* machine.c - what the engine finds here
 *
 * SPDX-License-Identifier: MIT
 */
#include "session/machine.h"

#include "device/cpu/kernels.h"

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/avutil.h>
#include <libsoup/soup.h>
#include <libswresample/swresample.h>
#include <oneapi/dnnl/dnnl.h>
#include <sqlite3.h>
#include <string.h>
#include <zlib.h>

const char *
scribe_machine_instruction_set (void)
{
  return scribe_kernels_get ()->name;
}

static const struct
{
  const char *name;
  unsigned (*version) (void);
} libav[] = {
  { "libavformat", avformat_version },
  { "libavcodec", avcodec_version },
  { "libavutil", avutil_version },
  { "libswresample", swresample_version },
};

char **
scribe_machine_libraries (void)
{
  g_autoptr (GStrvBuilder) lines = g_strv_builder_new ();
  g_autofree char *glib = g_strdup_printf ("GLib %u.%u.%u", glib_major_version, glib_minor_version, glib_micro_version);
  g_autofree char *soup = g_strdup_printf ("libsoup %u.%u.%u", soup_get_major_version (), soup_get_minor_version (),
                                           soup_get_micro_version ());
  g_autofree char *sqlite = g_strdup_printf ("SQLite %s", sqlite3_libversion ());
  g_autofree char *zlib = g_strdup_printf ("zlib %s", zlibVersion ());
  const dnnl_version_t *dnnl = dnnl_version ();
  g_autofree char *onednn = g_strdup_printf ("oneDNN %d.%d.%d", dnnl->major, dnnl->minor, dnnl->patch);

  g_strv_builder_add_many (lines, glib, onednn, sqlite, soup, zlib, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (libav); i++)
    {
      unsigned version = libav[i].version ();
      g_autofree char *line = g_strdup_printf ("%s %u.%u.%u", libav[i].name, AV_VERSION_MAJOR (version),
                                               AV_VERSION_MINOR (version), AV_VERSION_MICRO (version));

      g_strv_builder_add (lines, line);
    }
  return g_strv_builder_end (lines);
}
