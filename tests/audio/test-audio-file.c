/* test-audio-file.c - recordings of every kind become the same 16 kHz mono
 *
 * SPDX-License-Identifier: MIT
 */
#include "audio/audio-file.h"
#include "listen.h"
#include "wav.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

/* --- Formats --- */

static const Wav formats[] = {
  { 8000, 1, 8, FALSE },          { 8000, 2, 16, FALSE },   { 11025, 1, 16, FALSE },  { 16000, 1, 16, FALSE },
  { 22050, 2, 24, FALSE },        { 44100, 1, 24, FALSE },  { 44100, 2, 32, FALSE },  { 48000, 1, 32, TRUE },
  { 48000, 2, 64, TRUE },         { 96000, 1, 24, FALSE },  { 96000, 2, 32, TRUE },   { 192000, 1, 16, FALSE },
  { 192000, 2, 64, TRUE },        { 44101, 1, 16, FALSE },  { 48000, 3, 16, FALSE },  { 48000, 4, 16, FALSE },
  { 48000, 5, 16, FALSE },        { 48000, 6, 24, FALSE },  { 48000, 7, 16, FALSE },  { 48000, 8, 32, TRUE },
  { 48000, 9, 16, FALSE },        { 48000, 20, 16, FALSE }, { 16000, 63, 16, FALSE }, { 48000, 6, 16, FALSE, 0x3f }, /* 5.1 */
  { 48000, 8, 16, FALSE, 0x63f },                                                                                    /* 7.1 */
  { 48000, 1, 16, FALSE, 0x8 },  /* one channel, the subwoofer */
  { 48000, 2, 16, FALSE, 0x30 }, /* two channels at the back */
};

static void
test_formats (Folder *folder, gconstpointer data)
{
  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    {
      const Wav *wav = &formats[i];
      const guint n = wav->rate / 2 + 7; /* half a second, and no whole number of anything */
      g_autoptr (GByteArray) sine = wav_sine (wav, n, 440, 0.5);
      g_autofree char *path = wav_write (folder->dir, "sine.wav", wav, sine->data, sine->len);
      g_autoptr (GError) error = NULL;
      g_autoptr (GArray) samples = listen_to (path, 4096, &error);
      double expected = n * 16000.0 / wav->rate;

      g_test_message ("%u Hz, %u channels of %u bits, mask %x", wav->rate, wav->channels, wav->bits, wav->mask);
      g_assert_no_error (error);
      g_assert_cmpfloat_with_epsilon (samples->len, expected, 4);
      g_assert_cmpfloat_with_epsilon (amplitude_at (samples, 440), 0.5, 0.01);
      g_assert_cmpfloat (amplitude_at (samples, 880), <, 0.01);
    }
}

static void
test_sixteen_kilohertz_mono_is_exact (Folder *folder, gconstpointer data)
{
  const Wav wav = { 16000, 1, 16, FALSE };
  const gint16 values[] = { 0, 1, -1, 1000, -32768, 32767 };
  g_autofree char *path = wav_write (folder->dir, "exact.wav", &wav, values, sizeof values);
  g_autoptr (GArray) samples = listen_to (path, 4096, NULL);

  g_assert_cmpuint (samples->len, ==, G_N_ELEMENTS (values));
  for (guint i = 0; i < samples->len; i++)
    g_assert_cmpfloat (g_array_index (samples, float, i), ==, values[i] / 32768.0f);
}

static void
test_what_is_above_8_khz_does_not_come_back_lower (Folder *folder, gconstpointer data)
{
  const Wav wav = { 48000, 1, 16, FALSE };
  g_autoptr (GByteArray) sine = wav_sine (&wav, 48000, 10000, 0.8);
  g_autofree char *path = wav_write (folder->dir, "high.wav", &wav, sine->data, sine->len);
  g_autoptr (GArray) samples = listen_to (path, 4096, NULL);

  g_assert_cmpfloat (amplitude_at (samples, 6000), <, 0.001);
}

static void
test_a_voice_on_any_unnamed_channel_is_heard (Folder *folder, gconstpointer data)
{
  const Wav mono = { 16000, 1, 16, FALSE }, six = { 16000, 6, 16, FALSE };
  g_autoptr (GByteArray) sine = wav_sine (&mono, 16000, 440, 0.6);

  for (guint channel = 0; channel < 6; channel++)
    {
      g_autofree gint16 *all = g_new0 (gint16, 16000 * 6);
      g_autofree char *path = NULL;
      g_autoptr (GArray) samples = NULL;

      for (guint i = 0; i < 16000; i++)
        all[i * 6 + channel] = ((const gint16 *) sine->data)[i];
      path = wav_write (folder->dir, "six.wav", &six, all, 16000 * 6 * 2);
      samples = listen_to (path, 4096, NULL);
      g_assert_cmpfloat_with_epsilon (amplitude_at (samples, 440), 0.1, 0.005);
    }
}

static void
test_nan_is_silence_and_loud_is_clipped (Folder *folder, gconstpointer data)
{
  const Wav wav = { 16000, 1, 32, TRUE };
  const float values[] = { NAN, 0.25f, INFINITY, -INFINITY, 3.0f, -3.0f, 1e38f, -0.5f };
  const float expected[] = { 0, 0.25f, 0, 0, 1, -1, 1, -0.5f };
  g_autofree char *path = wav_write (folder->dir, "nan.wav", &wav, values, sizeof values);
  g_autoptr (GArray) samples = listen_to (path, 4096, NULL);

  g_assert_cmpmem (samples->data, samples->len * sizeof (float), expected, sizeof expected);
}

static void
test_only_nan_is_silence (Folder *folder, gconstpointer data)
{
  const Wav wav = { 44100, 2, 32, TRUE };
  g_autofree char *path = NULL;
  g_autoptr (GArray) samples = NULL;
  static float values[88200];

  for (guint i = 0; i < G_N_ELEMENTS (values); i++)
    values[i] = NAN;
  path = wav_write (folder->dir, "nan.wav", &wav, values, sizeof values);
  samples = listen_to (path, 4096, NULL);
  g_assert_cmpuint (samples->len, ==, 16000);
  for (guint i = 0; i < samples->len; i++)
    g_assert_cmpfloat (g_array_index (samples, float, i), ==, 0);
}

static void
test_encoded_clips (void)
{
  static const struct
  {
    const char *name, *format;
    guint spare; /* samples an encoder may have added at the end */
  } clips[] = {
    { "hello.wav", "pcm_s16le, 16000 Hz, 1 channel", 0 }, { "hello.flac", "flac, 16000 Hz, 1 channel", 0 },
    { "hello.mp3", "mp3, 16000 Hz, 1 channel", 40 },      { "hello.opus", "opus, 48000 Hz, 1 channel", 0 },
    { "hello.m4a", "aac, 16000 Hz, 1 channel", 1024 },    { "hello-stereo.mp3", "mp3, 44100 Hz, 2 channels", 1200 },
  };
  g_autoptr (GArray) original = listen_to_clip ("hello.wav");

  for (guint i = 0; i < G_N_ELEMENTS (clips); i++)
    {
      g_autofree char *path = g_test_build_filename (G_TEST_DIST, "data", clips[i].name, NULL);
      g_autoptr (ScribeAudioFile) file = scribe_audio_file_open (path, NULL, NULL);
      g_autoptr (GArray) samples = listen_to_clip (clips[i].name);

      g_assert_cmpstr (scribe_audio_file_get_format (file), ==, clips[i].format);
      g_assert_cmpfloat_with_epsilon (scribe_audio_file_get_duration (file), 0.8, 0.1);
      g_assert_cmpuint (samples->len, >=, original->len);
      g_assert_cmpuint (samples->len, <=, original->len + clips[i].spare);
    }
}

static void
test_blocks_of_any_size_give_the_same_samples (void)
{
  const gsize blocks[] = { 1, 7, 1000, 100000 };
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "data", "hello-stereo.mp3", NULL);
  g_autoptr (GArray) expected = listen_to_clip ("hello-stereo.mp3");

  for (guint i = 0; i < G_N_ELEMENTS (blocks); i++)
    {
      g_autoptr (GArray) samples = listen_to (path, blocks[i], NULL);

      g_assert_cmpmem (samples->data, samples->len * sizeof (float), expected->data, expected->len * sizeof (float));
    }
}

static void
test_a_stream_may_change_in_the_middle (Folder *folder, gconstpointer data)
{
  g_autofree char *stereo = g_test_build_filename (G_TEST_DIST, "data", "hello-stereo.mp3", NULL);
  g_autofree char *mono = g_test_build_filename (G_TEST_DIST, "data", "hello.mp3", NULL);
  g_autofree char *path = g_build_filename (folder->dir, "joined.mp3", NULL);
  g_autofree char *first = NULL, *second = NULL, *joined = NULL;
  g_autoptr (GArray) first_samples = listen_to_clip ("hello-stereo.mp3"), samples = NULL;
  gsize n_first, n_second;
  double energy = 0;

  g_assert_true (g_file_get_contents (stereo, &first, &n_first, NULL));
  g_assert_true (g_file_get_contents (mono, &second, &n_second, NULL));
  joined = g_malloc (n_first + n_second);
  memcpy (joined, first, n_first);
  memcpy (joined + n_first, second, n_second);
  g_assert_true (g_file_set_contents (path, joined, n_first + n_second, NULL));

  samples = listen_to (path, 4096, NULL);
  g_assert_cmpfloat_with_epsilon (samples->len / 16000.0, 2 * first_samples->len / 16000.0, 0.15);
  for (guint i = first_samples->len; i < samples->len; i++)
    energy += pow (g_array_index (samples, float, i), 2);
  g_assert_cmpfloat (energy, >, 50);
}

/* --- Standard input --- */

static GArray *
listen_to_stdin (int fd)
{
  int saved = dup (STDIN_FILENO);
  g_autoptr (GError) error = NULL;
  GArray *samples;

  dup2 (fd, STDIN_FILENO);
  samples = listen_to ("-", 4096, &error);
  g_assert_no_error (error);
  dup2 (saved, STDIN_FILENO);
  close (saved);
  return samples;
}

static gpointer
write_slowly (gpointer data)
{
  int fd = GPOINTER_TO_INT (data);
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "data", "hello.wav", NULL);
  g_autofree char *bytes = NULL;
  gsize n;

  g_assert_true (g_file_get_contents (path, &bytes, &n, NULL));
  for (gsize i = 0; i < n; i += 997)
    g_assert_cmpint (write (fd, bytes + i, MIN (997, n - i)), >, 0);
  close (fd);
  return NULL;
}

static void
test_a_pipe (void)
{
  g_autoptr (GArray) expected = listen_to_clip ("hello.wav"), samples = NULL;
  GThread *writer;
  int fds[2];

  g_assert_cmpint (pipe (fds), ==, 0);
  writer = g_thread_new ("writer", write_slowly, GINT_TO_POINTER (fds[1]));
  samples = listen_to_stdin (fds[0]);
  g_thread_join (writer);
  close (fds[0]);
  g_assert_cmpmem (samples->data, samples->len * sizeof (float), expected->data, expected->len * sizeof (float));
}

static char *
make_named_pipe (Folder *folder)
{
  char *path = g_build_filename (folder->dir, "pipe", NULL);

  g_assert_cmpint (mkfifo (path, 0600), ==, 0);
  return path;
}

static gpointer
write_to_named_pipe (gpointer path)
{
  return write_slowly (GINT_TO_POINTER (g_open (path, O_WRONLY, 0)));
}

static void
test_a_named_pipe (Folder *folder, gconstpointer data)
{
  g_autofree char *path = make_named_pipe (folder);
  GThread *writer = g_thread_new ("writer", write_to_named_pipe, path);
  g_autoptr (GArray) expected = listen_to_clip ("hello.wav"), samples = listen_to (path, 1000, NULL);

  g_thread_join (writer);
  g_assert_cmpmem (samples->data, samples->len * sizeof (float), expected->data, expected->len * sizeof (float));
}

static gpointer
cancel_soon (gpointer cancellable)
{
  g_usleep (G_USEC_PER_SEC / 20);
  g_cancellable_cancel (cancellable);
  return NULL;
}

static void
test_opening_a_pipe_that_nobody_writes_can_be_cancelled (Folder *folder, gconstpointer data)
{
  g_autofree char *path = make_named_pipe (folder);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  GThread *canceller = g_thread_new ("canceller", cancel_soon, cancellable);

  g_assert_null (scribe_audio_file_open (path, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_thread_join (canceller);
}

static void
test_reading_a_pipe_that_falls_silent_can_be_cancelled (Folder *folder, gconstpointer data)
{
  const Wav wav = { 16000, 1, 16, FALSE, 0, 3600 * 32000 };
  g_autoptr (GByteArray) sound = wav_sine (&wav, 10 * 16000, 440, 0.5);
  g_autofree char *path = make_named_pipe (folder), *wav_path = NULL, *bytes = NULL;
  int fd = g_open (path, O_RDWR, 0);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (ScribeAudioFile) file = NULL;
  g_autoptr (GError) error = NULL;
  static float samples[32000];
  GThread *canceller;
  gsize n, heard = 0;
  gssize got;

  wav_path = wav_write (folder->dir, "sound.wav", &wav, sound->data, sound->len);
  g_assert_true (g_file_get_contents (wav_path, &bytes, &n, NULL));
  if (fcntl (fd, F_SETPIPE_SZ, 512 * 1024) < 0)
    {
      g_test_skip ("no pipe that holds it all");
      close (fd);
      return;
    }
  g_assert_cmpint (write (fd, bytes, n), ==, n);
  file = scribe_audio_file_open (path, cancellable, &error);
  g_assert_no_error (error);
  canceller = g_thread_new ("canceller", cancel_soon, cancellable);
  while ((got = scribe_audio_file_read (file, samples, 32000, &error)) > 0)
    heard += got;
  g_thread_join (canceller);
  close (fd);

  g_assert_cmpint (got, ==, -1);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (heard, >, 0);
  g_assert_cmpuint (heard, <=, 10 * 16000);
  g_assert_cmpuint (scribe_audio_file_get_damaged (file), ==, 0);
}

/* The index of an m4a is at its end: it takes seeking. */
static void
test_a_redirected_file_can_be_sought_in (void)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "data", "hello.m4a", NULL);
  g_autoptr (GArray) expected = listen_to_clip ("hello.m4a"), samples = NULL;
  int fd = g_open (path, O_RDONLY, 0);

  samples = listen_to_stdin (fd);
  close (fd);
  g_assert_cmpmem (samples->data, samples->len * sizeof (float), expected->data, expected->len * sizeof (float));
}

/* --- Videos, where there is a program to make them --- */

static void
test_the_sound_of_a_video (Folder *folder, gconstpointer data)
{
  static const char *const names[] = { "video.mkv", "video.mp4" };
  g_autofree char *ffmpeg = g_find_program_in_path ("ffmpeg");
  g_autofree char *clip = g_test_build_filename (G_TEST_DIST, "data", "hello.wav", NULL);

  if (ffmpeg == NULL)
    {
      g_test_skip ("there is no ffmpeg to make a video with");
      return;
    }
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (folder->dir, names[i], NULL);
      const char *const argv[] = { ffmpeg, "-v",    "quiet", "-f",  "lavfi", "-i", "testsrc=d=1:s=64x64", "-i", clip,
                                   "-c:v", "mpeg4", "-c:a",  "aac", path,    NULL };
      g_autoptr (GArray) samples = NULL;
      g_autoptr (GError) error = NULL;
      int status = 1;

      g_assert_true (g_spawn_sync (NULL, (char **) argv, NULL, 0, NULL, NULL, NULL, NULL, &status, NULL));
      if (status != 0)
        {
          g_test_skip ("this ffmpeg cannot make such a video");
          return;
        }
      samples = listen_to (path, 4096, &error);
      g_assert_no_error (error);
      g_assert_cmpfloat_with_epsilon (samples->len / 16000.0, 0.76, 0.1);
    }
}

/* --- Memory --- */

#ifdef __SANITIZE_ADDRESS__
#define MEMORY_GROWTH (512 << 20) /* the sanitizer keeps what is freed */
#else
#define MEMORY_GROWTH (8 << 20)
#endif

static guint64
peak_memory (void)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);
  return usage.ru_maxrss * 1024ull;
}

static void
test_an_hour_takes_no_more_memory_than_a_second (Folder *folder, gconstpointer data)
{
  const guint64 size = 3600ull * 22050 * 2;
  const Wav wav = { 22050, 1, 16, FALSE, 0, size };
  g_autofree char *path = wav_write (folder->dir, "hour.wav", &wav, NULL, 0);
  g_autoptr (ScribeAudioFile) file = NULL;
  static float samples[16000];
  guint64 n = 0, before;
  gssize got;

  if (truncate (path, 44 + size) != 0)
    {
      g_test_skip ("no place for a sparse file");
      return;
    }
  file = scribe_audio_file_open (path, NULL, NULL);
  g_assert_cmpint (scribe_audio_file_read (file, samples, 16000, NULL), ==, 16000);
  before = peak_memory ();
  while ((got = scribe_audio_file_read (file, samples, 16000, NULL)) > 0)
    n += got;
  g_assert_cmpfloat_with_epsilon (n, 3599.0 * 16000, 10);
  g_assert_cmpuint (peak_memory () - before, <, MEMORY_GROWTH);
}

#define ADD(name, function) g_test_add (name, Folder, NULL, folder_set_up, function, folder_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  ADD ("/audio-file/formats", test_formats);
  ADD ("/audio-file/16-khz-mono-is-exact", test_sixteen_kilohertz_mono_is_exact);
  ADD ("/audio-file/no-aliases", test_what_is_above_8_khz_does_not_come_back_lower);
  ADD ("/audio-file/unnamed-channels-count-the-same", test_a_voice_on_any_unnamed_channel_is_heard);
  ADD ("/audio-file/nan-is-silence-loud-is-clipped", test_nan_is_silence_and_loud_is_clipped);
  ADD ("/audio-file/only-nan", test_only_nan_is_silence);
  g_test_add_func ("/audio-file/encoded-clips", test_encoded_clips);
  g_test_add_func ("/audio-file/any-block-size", test_blocks_of_any_size_give_the_same_samples);
  ADD ("/audio-file/stream-changes", test_a_stream_may_change_in_the_middle);
  g_test_add_func ("/audio-file/pipe", test_a_pipe);
  ADD ("/audio-file/named-pipe", test_a_named_pipe);
  ADD ("/audio-file/pipe/cancelled-before-it-begins", test_opening_a_pipe_that_nobody_writes_can_be_cancelled);
  ADD ("/audio-file/pipe/cancelled-in-the-middle", test_reading_a_pipe_that_falls_silent_can_be_cancelled);
  g_test_add_func ("/audio-file/redirected-file", test_a_redirected_file_can_be_sought_in);
  ADD ("/audio-file/video", test_the_sound_of_a_video);
  ADD ("/audio-file/constant-memory", test_an_hour_takes_no_more_memory_than_a_second);
  return g_test_run ();
}
