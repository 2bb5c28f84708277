/* test-audio-damage.c - what is no recording is told in one sentence, what is a damaged one gives what is left
 *
 * SPDX-License-Identifier: MIT
 */
#include "audio/audio-file.h"
#include "error.h"
#include "listen.h"
#include "wav.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

static char *
write_file (Folder *folder, const char *name, gconstpointer bytes, gsize n)
{
  char *path = g_build_filename (folder->dir, name, NULL);

  g_assert_true (g_file_set_contents (path, bytes, n, NULL));
  return path;
}

/* The first n bytes of a clip. */
static char *
cut_clip (Folder *folder, const char *name, gsize n)
{
  g_autofree char *clip = g_test_build_filename (G_TEST_DIST, "data", name, NULL);
  g_autofree char *bytes = NULL;
  gsize length;

  g_assert_true (g_file_get_contents (clip, &bytes, &length, NULL));
  return write_file (folder, name, bytes, MIN (n, length));
}

/* One sentence, or two: what is wrong with it, and what to do. */
static void
assert_refused (const char *path, const char *because)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) samples = listen_to (path, 4096, &error);
  g_autofree char *name = g_path_get_basename (path);

  g_assert_null (samples);
  g_assert_error (error, SCRIBE_ERROR, SCRIBE_ERROR_AUDIO);
  g_test_message ("%s", error->message);
  g_assert_nonnull (strstr (error->message, because));
  g_assert_nonnull (strstr (error->message, name));
  g_assert_true (g_str_has_suffix (error->message, "."));
  g_assert_null (strchr (error->message, '\n'));
}

/* --- No recordings --- */

static void
test_a_missing_file (Folder *folder, gconstpointer data)
{
  g_autofree char *path = g_build_filename (folder->dir, "missing.wav", NULL);

  assert_refused (path, "There is no file");
}

static void
test_a_folder (Folder *folder, gconstpointer data)
{
  assert_refused (folder->dir, "is a folder");
}

static void
test_a_forbidden_file (Folder *folder, gconstpointer data)
{
  g_autofree char *path = write_file (folder, "secret.wav", "RIFF", 4);

  if (geteuid () == 0)
    {
      g_test_skip ("root may read everything");
      return;
    }
  g_chmod (path, 0);
  assert_refused (path, "not allowed");
}

static void
test_an_empty_file (Folder *folder, gconstpointer data)
{
  g_autofree char *path = write_file (folder, "empty.wav", "", 0);

  assert_refused (path, "is empty");
}

static void
test_a_text (Folder *folder, gconstpointer data)
{
  const char *text = "Dear diary, this is no recording.\n";
  g_autofree char *path = write_file (folder, "diary.wav", text, strlen (text));

  assert_refused (path, "not a recording");
}

static void
test_a_picture (Folder *folder, gconstpointer data)
{
  const char header[] = "\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x02\0\0\0";
  g_autofree char *path = write_file (folder, "picture.png", header, sizeof header);

  assert_refused (path, "No sound was found");
}

static void
test_random_bytes (Folder *folder, gconstpointer data)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (1);
  static guint32 bytes[5000];

  for (guint k = 0; k < 20; k++)
    {
      g_autofree char *path = NULL;
      g_autoptr (GError) error = NULL;
      g_autoptr (GArray) samples = NULL;

      for (guint i = 0; i < G_N_ELEMENTS (bytes); i++)
        bytes[i] = g_rand_int (random);
      path = write_file (folder, "random.wav", bytes, sizeof bytes);
      samples = listen_to (path, 4096, &error);
      g_assert_null (samples);
      g_assert_error (error, SCRIBE_ERROR, SCRIBE_ERROR_AUDIO);
    }
}

/* --- Headers --- */

static void
test_headers_that_make_no_sense (Folder *folder, gconstpointer data)
{
  static const struct
  {
    Wav wav;
    const char *because;
  } headers[] = {
    { { 16000, 0, 16, FALSE }, "channels" },
    { { 16000, 64, 16, FALSE }, "channels" },
    { { 0, 1, 16, FALSE }, "header is damaged" },
    { { 1, 1, 16, FALSE }, "sample rate" },
    { { 999, 1, 16, FALSE }, "sample rate" },
    { { 1000000000, 1, 16, FALSE }, "sample rate" },
    { { 0xffffffff, 1, 16, FALSE }, "header is damaged" },
  };
  static const gint16 samples[8000];

  for (guint i = 0; i < G_N_ELEMENTS (headers); i++)
    {
      g_autofree char *path = wav_write (folder->dir, "odd.wav", &headers[i].wav, samples, sizeof samples);

      g_test_message ("%u Hz, %u channels", headers[i].wav.rate, headers[i].wav.channels);
      assert_refused (path, headers[i].because);
    }
}

static void
test_a_header_without_sound (Folder *folder, gconstpointer data)
{
  const Wav wav = { 16000, 1, 16, FALSE };
  g_autofree char *path = wav_write (folder->dir, "nothing.wav", &wav, NULL, 0);

  assert_refused (path, "holds no sound");
}

static void
test_a_cut_off_header (Folder *folder, gconstpointer data)
{
  for (guint n = 1; n < 44; n++)
    {
      g_autofree char *path = cut_clip (folder, "hello.wav", n);
      g_autoptr (GError) error = NULL;
      g_autoptr (GArray) samples = listen_to (path, 4096, &error);

      g_assert_null (samples);
      g_assert_error (error, SCRIBE_ERROR, SCRIBE_ERROR_AUDIO);
    }
}

static void
test_a_header_that_promises_too_much (Folder *folder, gconstpointer data)
{
  const guint32 sizes[] = { 100000, 0x7fffffff, 0xfffffff0, 0xffffffff };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      const Wav wav = { 44100, 1, 16, FALSE, 0, sizes[i] };
      g_autoptr (GByteArray) sine = wav_sine (&wav, 22050, 440, 0.5);
      g_autofree char *path = wav_write (folder->dir, "liar.wav", &wav, sine->data, sine->len);
      g_autoptr (GArray) samples = listen_to (path, 4096, NULL);

      g_assert_nonnull (samples);
      g_assert_cmpfloat_with_epsilon (samples->len, 8000, 4);
    }
}

/* --- Damage --- */

static void
test_a_cut_off_recording_gives_what_is_there (Folder *folder, gconstpointer data)
{
  static const char *const clips[] = { "hello.wav", "hello.mp3", "hello.flac" };

  for (guint i = 0; i < G_N_ELEMENTS (clips); i++)
    {
      g_autofree char *whole = g_test_build_filename (G_TEST_DIST, "data", clips[i], NULL);
      g_autofree char *path = NULL;
      g_autoptr (GArray) samples = NULL;
      GStatBuf info;

      g_assert_cmpint (g_stat (whole, &info), ==, 0);
      path = cut_clip (folder, clips[i], info.st_size / 2);
      samples = listen_to (path, 4096, NULL);
      g_assert_nonnull (samples);
      g_assert_cmpfloat (samples->len, >, 2000);
      g_assert_cmpfloat (samples->len, <, 9000);
    }
}

static void
test_an_index_cut_off (Folder *folder, gconstpointer data)
{
  g_autofree char *path = cut_clip (folder, "hello.m4a", 3000);

  assert_refused (path, "damaged");
}

static void
test_damage_in_the_middle_is_passed_over_and_counted (Folder *folder, gconstpointer data)
{
  g_autofree char *clip = g_test_build_filename (G_TEST_DIST, "data", "hello.m4a", NULL);
  g_autofree char *bytes = NULL, *path = NULL;
  g_autoptr (ScribeAudioFile) file = NULL;
  float samples[1000];
  gsize n, total = 0;
  gssize got;

  g_assert_true (g_file_get_contents (clip, &bytes, &n, NULL));
  memset (bytes + 1000, 0xff, 500);
  path = write_file (folder, "hello.m4a", bytes, n);

  file = scribe_audio_file_open (path, NULL, NULL);
  g_assert_nonnull (file);
  while ((got = scribe_audio_file_read (file, samples, G_N_ELEMENTS (samples), NULL)) > 0)
    total += got;
  g_assert_cmpint (got, ==, 0);
  g_assert_cmpuint (total, >, 6000);
  g_assert_cmpuint (scribe_audio_file_get_damaged (file), >, 0);
}

/* A few hundred files that are nearly right: whatever comes out, it is samples or one sentence. */
static void
test_flipped_bytes (Folder *folder, gconstpointer data)
{
  static const char *const clips[] = { "hello.wav", "hello.mp3", "hello.opus", "hello.flac", "hello.m4a" };
  g_autoptr (GRand) random = g_rand_new_with_seed (2);

  for (guint k = 0; k < 200; k++)
    {
      g_autofree char *clip = g_test_build_filename (G_TEST_DIST, "data", clips[k % G_N_ELEMENTS (clips)], NULL);
      g_autofree char *bytes = NULL, *path = NULL;
      g_autoptr (GError) error = NULL;
      g_autoptr (GArray) samples = NULL;
      gsize n;

      g_assert_true (g_file_get_contents (clip, &bytes, &n, NULL));
      for (guint i = 0; i < 10; i++)
        bytes[g_rand_int_range (random, 0, i < 5 ? MIN (n, 200) : n)] = g_rand_int (random);
      path = write_file (folder, "flipped", bytes, n);
      samples = listen_to (path, 4096, &error);
      if (samples == NULL)
        g_assert_error (error, SCRIBE_ERROR, SCRIBE_ERROR_AUDIO);
      else
        for (guint i = 0; i < samples->len; i++)
          g_assert_true (fabsf (g_array_index (samples, float, i)) <= 1);
    }
}

/* --- Playlists --- */

static void
test_a_playlist_opens_no_address (Folder *folder, gconstpointer data)
{
  g_autoptr (GSocket) listener = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL);
  g_autoptr (GSocketAddress) any = g_inet_socket_address_new_from_string ("127.0.0.1", 0), address = NULL;
  g_autoptr (GSocket) caller = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *list = NULL, *path = NULL;

  g_assert_true (g_socket_bind (listener, any, FALSE, NULL));
  g_assert_true (g_socket_listen (listener, NULL));
  g_socket_set_blocking (listener, FALSE);
  address = g_socket_get_local_address (listener, NULL);
  list = g_strdup_printf ("#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nhttp://127.0.0.1:%u/a.ts\n#EXT-X-ENDLIST\n",
                          g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (address)));
  path = write_file (folder, "list.m3u8", list, strlen (list));

  assert_refused (path, "not ");
  caller = g_socket_accept (listener, NULL, &error);
  g_assert_null (caller);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK);
}

static void
test_a_playlist_opens_no_other_file (Folder *folder, gconstpointer data)
{
  static const char *const lists[][2] = {
    { "list.ffconcat", "ffconcat version 1.0\nfile other.wav\n" },
    { "list.m3u8", "#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nother.wav\n#EXT-X-ENDLIST\n" },
    { "list.mpd", "<?xml version=\"1.0\"?>\n<MPD xmlns=\"urn:mpeg:dash:schema:mpd:2011\" type=\"static\"><Period><AdaptationSet "
                  "mimeType=\"audio/mp4\"><Representation id=\"1\" bandwidth=\"1\"><BaseURL>other.wav</BaseURL></Representation>"
                  "</AdaptationSet></Period></MPD>" },
  };
  const Wav wav = { 16000, 1, 16, FALSE };
  g_autoptr (GByteArray) sine = wav_sine (&wav, 16000, 440, 0.5);
  g_autofree char *other = wav_write (folder->dir, "other.wav", &wav, sine->data, sine->len);
  g_autofree char *before = g_get_current_dir ();

  g_assert_cmpint (g_chdir (folder->dir), ==, 0);
  for (guint i = 0; i < G_N_ELEMENTS (lists); i++)
    {
      g_autofree char *path = write_file (folder, lists[i][0], lists[i][1], strlen (lists[i][1]));

      assert_refused (path, "not ");
    }
  g_assert_cmpint (g_chdir (before), ==, 0);
}

#define ADD(name, function) g_test_add (name, Folder, NULL, folder_set_up, function, folder_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  ADD ("/audio-damage/missing", test_a_missing_file);
  ADD ("/audio-damage/folder", test_a_folder);
  ADD ("/audio-damage/forbidden", test_a_forbidden_file);
  ADD ("/audio-damage/empty", test_an_empty_file);
  ADD ("/audio-damage/text", test_a_text);
  ADD ("/audio-damage/picture", test_a_picture);
  ADD ("/audio-damage/random", test_random_bytes);
  ADD ("/audio-damage/headers", test_headers_that_make_no_sense);
  ADD ("/audio-damage/no-sound", test_a_header_without_sound);
  ADD ("/audio-damage/cut-header", test_a_cut_off_header);
  ADD ("/audio-damage/lying-header", test_a_header_that_promises_too_much);
  ADD ("/audio-damage/cut-off", test_a_cut_off_recording_gives_what_is_there);
  ADD ("/audio-damage/cut-index", test_an_index_cut_off);
  ADD ("/audio-damage/middle", test_damage_in_the_middle_is_passed_over_and_counted);
  ADD ("/audio-damage/flipped-bytes", test_flipped_bytes);
  ADD ("/audio-damage/playlist-address", test_a_playlist_opens_no_address);
  ADD ("/audio-damage/playlist-file", test_a_playlist_opens_no_other_file);
  return g_test_run ();
}
