/* audio-file.c - any recording as 16 kHz mono samples, in blocks
 *
 *   bytes --demuxer--> packets of the best audio stream --decoder--> frames [channels, n] at the file's rate
 *         --libswresample: mono, 16 kHz, float--> block [n] --cut as the caller likes--> samples
 *
 * Each arrow is one step of advance(), driven by the file's own packets and never by the size of the caller's blocks, so the
 * same file gives the same samples however it is read. What is held: a packet, a frame, and the block that came of it.
 *
 * Bytes come from one file descriptor that we open ourselves, and read only when there is something to read, or the caller has
 * cancelled: a pipe on which nobody writes keeps nobody. The demuxer is told no name: the content decides what a file is,
 * and a playlist or a container that refers to other files cannot open them, nor any address (no protocol is allowed, and
 * io_open refuses). Files are hostile: rates and channel counts outside of what a recorder makes are refused, before they cost memory.
 *
 * SPDX-License-Identifier: MIT
 */
#include "audio/audio-file.h"
#include "audio/mixdown.h"
#include "error.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>

#define IO_BLOCK      (64 * 1024)
#define MAX_BAD_READS 50 /* in a row, until the rest of a file is given up */

struct _ScribeAudioFile
{
  char *name;   /* as shown to a person */
  char *format; /* "mp3, 44100 Hz, 2 channels" */

  int fd;
  GCancellable *cancellable;
  int cancelled; /* readable once it is cancelled; -1 where nobody can cancel */
  gint64 start;  /* of the recording in fd: standard input may have been read from before */
  gboolean seekable;
  guint64 n_bytes;   /* read so far */
  int read_errno;    /* of the read that failed, ECANCELED if it was given up, or 0 */
  gboolean referred; /* it wanted another file or an address opened */

  AVIOContext *io;
  AVFormatContext *demuxer;
  AVStream *stream;
  AVCodecContext *decoder;
  AVPacket *packet;
  AVFrame *frame;
  guint n_bad_reads; /* in a row */
  guint n_damaged;

  ScribeMixdown *mixdown;
  GArray *block;     /* of float: mixed down, not yet asked for */
  gsize block_start; /* of what is left in it */
  guint64 n_samples; /* into the block so far */
  gboolean ended;
};

/* Formats that only tell where a recording is. */
static const char *const playlists[] = { "concat", "dash", "hls", "imf", "rtsp", "sdp", NULL };

/* --- Bytes --- */

/* Waits until there is something to read, or the end; FALSE when cancelled. */
static gboolean
wait_for_bytes (ScribeAudioFile *file)
{
  struct pollfd fds[] = { { file->fd, POLLIN, 0 }, { file->cancelled, POLLIN, 0 } };

  while (poll (fds, G_N_ELEMENTS (fds), -1) < 0 && errno == EINTR)
    continue;
  return fds[1].revents == 0;
}

static int
read_bytes (void *user_data, uint8_t *bytes, int size)
{
  ScribeAudioFile *file = user_data;

  while (wait_for_bytes (file))
    {
      ssize_t n = read (file->fd, bytes, size);

      if (n > 0)
        {
          file->n_bytes += n;
          return n;
        }
      if (n == 0)
        return AVERROR_EOF;
      if (errno != EAGAIN && errno != EINTR)
        {
          file->read_errno = errno;
          return AVERROR (errno);
        }
    }
  file->read_errno = ECANCELED;
  return AVERROR_EXIT;
}

static int64_t
seek_bytes (void *user_data, int64_t offset, int whence)
{
  ScribeAudioFile *file = user_data;
  struct stat info;
  off_t position;

  if (whence & AVSEEK_SIZE)
    return fstat (file->fd, &info) == 0 ? info.st_size - file->start : AVERROR (errno);
  whence &= ~AVSEEK_FORCE;
  if (whence == SEEK_SET)
    {
      if (offset < 0 || offset > G_MAXINT64 - file->start)
        return AVERROR (EINVAL);
      offset += file->start;
    }
  position = lseek (file->fd, offset, whence);
  return position >= 0 ? position - file->start : AVERROR (errno);
}

static int
refuse_other_files (AVFormatContext *demuxer, AVIOContext **io, const char *url, int flags, AVDictionary **options)
{
  ScribeAudioFile *file = demuxer->opaque;

  if (file != NULL)
    file->referred = TRUE;
  return AVERROR (EPERM);
}

static void
set_open_error (GError **error, const char *name, int code)
{
  switch (code)
    {
    case ENOENT:
    case ENOTDIR:
      g_set_error (error, SCRIBE_ERROR, SCRIBE_ERROR_AUDIO, _ ("There is no file “%s”. Check its name and folder."), name);
      break;
    case ECANCELED:
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, _ ("Reading “%s” was cancelled."), name);
      break;
    case EISDIR:
      g_set_error (error, SCRIBE_ERROR, SCRIBE_ERROR_AUDIO, _ ("“%s” is a folder. Name a recording in it."), name);
      break;
    case EACCES:
    case EPERM:
      g_set_error (error, SCRIBE_ERROR, SCRIBE_ERROR_AUDIO,
                   _ ("You are not allowed to read “%s”. Change its permissions, or ask its owner for a copy."), name);
      break;
    default:
      g_set_error (error, SCRIBE_ERROR, SCRIBE_ERROR_AUDIO, _ ("“%s” cannot be read: %s. Copy it to another disk and try again."),
                   name, g_strerror (code));
    }
}

static gboolean
open_bytes (ScribeAudioFile *file, const char *path, GError **error)
{
  struct stat info;

  if (g_str_equal (path, "-"))
    {
      file->name = g_strdup (_ ("standard input"));
      file->fd = fcntl (STDIN_FILENO, F_DUPFD_CLOEXEC, 0);
    }
  else
    {
      file->name = g_filename_display_name (path);
      file->fd = g_open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK, 0); /* a named pipe would wait here for who writes it */
    }
  if (file->fd < 0 || fstat (file->fd, &info) < 0)
    {
      set_open_error (error, file->name, errno);
      return FALSE;
    }
  if (S_ISDIR (info.st_mode))
    {
      set_open_error (error, file->name, EISDIR);
      return FALSE;
    }
  if (S_ISREG (info.st_mode))
    {
      file->start = lseek (file->fd, 0, SEEK_CUR);
      file->seekable = file->start >= 0;
    }
  file->start = MAX (file->start, 0);
  return TRUE;
}

/* --- Container --- */

/* libav's log level belongs to the whole process. What it logs, we tell as errors; so it is made quiet, once, and only where
 * nobody has chosen a level: a program that sets one, before or after, keeps it. */
static void
quieten_libav (void)
{
  static gsize done = 0;

  if (!g_once_init_enter (&done))
    return;
  if (av_log_get_level () == AV_LOG_INFO)
    av_log_set_level (AV_LOG_QUIET);
  g_once_init_leave (&done, 1);
}

static void
set_format_error (GError **error, ScribeAudioFile *file, const AVInputFormat *format)
{
  if (file->read_errno != 0)
    set_open_error (error, file->name, file->read_errno);
  else if (file->n_bytes == 0)
    g_set_error (error, SCRIBE_ERROR, SCRIBE_ERROR_AUDIO, _ ("“%s” is empty. Choose another file."), file->name);
  else if (file->referred || (format != NULL && g_strv_contains (playlists, format->name)))
    g_set_error (error, SCRIBE_ERROR, SCRIBE_ERROR_AUDIO,
                 _ ("“%s” is a list of other files or addresses, which are not opened. Name the recording itself."), file->name);
  else if (format == NULL)
    g_set_error (error, SCRIBE_ERROR, SCRIBE_ERROR_AUDIO,
                 _ ("“%s” is not a recording in any format known here. Choose an audio or video file."), file->name);
  else if (!file->seekable)
    g_set_error (
        error, SCRIBE_ERROR, SCRIBE_ERROR_AUDIO,
        _ ("“%s” starts like a recording (%s), but its header is damaged, cut off, or at the end where a pipe cannot reach "
           "it. Name the file instead, or make it anew."),
        file->name, format->long_name);
  else
    g_set_error (
        error, SCRIBE_ERROR, SCRIBE_ERROR_AUDIO,
        _ ("“%s” starts like a recording (%s), but its header is damaged or cut off. Make the file anew from its source."),
        file->name, format->long_name);
}

static gboolean
open_container (ScribeAudioFile *file, GError **error)
{
  const AVInputFormat *format = NULL;

  file->io = avio_alloc_context (av_malloc (IO_BLOCK), IO_BLOCK, 0, file, read_bytes, NULL, file->seekable ? seek_bytes : NULL);
  file->io->seekable = file->seekable ? AVIO_SEEKABLE_NORMAL : 0;
  if (av_probe_input_buffer2 (file->io, &format, NULL, NULL, 0, 0) < 0)
    {
      set_format_error (error, file, NULL);
      return FALSE;
    }

  file->demuxer = avformat_alloc_context ();
  file->demuxer->pb = file->io;
  file->demuxer->opaque = file;
  file->demuxer->io_open = refuse_other_files;
  file->demuxer->protocol_whitelist = av_strdup ("none");
  if (avformat_open_input (&file->demuxer, NULL, format, NULL) < 0 || avformat_find_stream_info (file->demuxer, NULL) < 0)
    {
      set_format_error (error, file, format);
      return FALSE;
    }
  return TRUE;
}

/* --- Decoder --- */

static gboolean
check_sound (ScribeAudioFile *file, int rate, int n_channels, GError **error)
{
  if (n_channels < 1 || n_channels > SCRIBE_MIXDOWN_MAX_CHANNELS)
    g_set_error (error, SCRIBE_ERROR, SCRIBE_ERROR_AUDIO,
                 _ ("“%s” claims to have %d channels where 1 to %d make sense. Make the file anew from its source."), file->name,
                 n_channels, SCRIBE_MIXDOWN_MAX_CHANNELS);
  else if (rate < SCRIBE_MIXDOWN_MIN_RATE || rate > SCRIBE_MIXDOWN_MAX_RATE)
    g_set_error (error, SCRIBE_ERROR, SCRIBE_ERROR_AUDIO,
                 _ ("“%s” claims a sample rate of %d Hz where %d to %d make sense. Make the file anew from its source."),
                 file->name, rate, SCRIBE_MIXDOWN_MIN_RATE, SCRIBE_MIXDOWN_MAX_RATE);
  else
    return TRUE;
  return FALSE;
}

/* No stream was found fit to decode: one that would be, but for what its header claims, is told of first. */
static void
set_stream_error (GError **error, ScribeAudioFile *file, int code)
{
  if (file->read_errno != 0)
    {
      set_open_error (error, file->name, file->read_errno);
      return;
    }
  for (guint i = 0; code == AVERROR_STREAM_NOT_FOUND && i < file->demuxer->nb_streams; i++)
    {
      const AVCodecParameters *sound = file->demuxer->streams[i]->codecpar;

      if (sound->codec_type == AVMEDIA_TYPE_AUDIO && !check_sound (file, sound->sample_rate, sound->ch_layout.nb_channels, error))
        return;
    }
  if (file->referred || file->demuxer->nb_streams == 0)
    set_format_error (error, file, file->demuxer->iformat);
  else if (code == AVERROR_DECODER_NOT_FOUND)
    g_set_error (error, SCRIBE_ERROR, SCRIBE_ERROR_AUDIO,
                 _ ("The sound in “%s” is coded in a way this FFmpeg cannot decode. Convert the file to FLAC or WAV."),
                 file->name);
  else
    g_set_error (error, SCRIBE_ERROR, SCRIBE_ERROR_AUDIO,
                 _ ("No sound was found in “%s” (%s): it has no audio track, or its header is damaged. Choose another file."),
                 file->name, file->demuxer->iformat->long_name);
}

static char *
describe (const AVCodecParameters *sound)
{
  int n_channels = sound->ch_layout.nb_channels;

  return g_strdup_printf (ngettext ("%s, %d Hz, %d channel", "%s, %d Hz, %d channels", n_channels),
                          avcodec_get_name (sound->codec_id), sound->sample_rate, n_channels);
}

static gboolean
open_decoder (ScribeAudioFile *file, GError **error)
{
  const AVCodec *codec = NULL;
  const AVCodecParameters *sound;
  int index = av_find_best_stream (file->demuxer, AVMEDIA_TYPE_AUDIO, -1, -1, &codec, 0);

  if (index < 0)
    {
      set_stream_error (error, file, index);
      return FALSE;
    }
  for (guint i = 0; i < file->demuxer->nb_streams; i++)
    if ((int) i != index)
      file->demuxer->streams[i]->discard = AVDISCARD_ALL;

  file->stream = file->demuxer->streams[index];
  sound = file->stream->codecpar;
  if (!check_sound (file, sound->sample_rate, sound->ch_layout.nb_channels, error))
    return FALSE;
  file->format = describe (sound);
  file->decoder = avcodec_alloc_context3 (codec);
  file->decoder->thread_count = 1;
  file->decoder->pkt_timebase = file->stream->time_base;
  if (avcodec_parameters_to_context (file->decoder, sound) < 0 || avcodec_open2 (file->decoder, codec, NULL) < 0)
    {
      set_stream_error (error, file, AVERROR_DECODER_NOT_FOUND);
      return FALSE;
    }
  file->mixdown = scribe_mixdown_new ();
  file->packet = av_packet_alloc ();
  file->frame = av_frame_alloc ();
  file->block = g_array_new (FALSE, FALSE, sizeof (float));
  return TRUE;
}

/* --- One step --- */

static void
send_packet (ScribeAudioFile *file)
{
  int result = av_read_frame (file->demuxer, file->packet);

  if (result >= 0)
    {
      file->n_bad_reads = 0;
      if (file->packet->stream_index == file->stream->index && avcodec_send_packet (file->decoder, file->packet) < 0)
        file->n_damaged++;
      av_packet_unref (file->packet);
    }
  else if (result == AVERROR_EOF || file->read_errno != 0 || ++file->n_bad_reads == MAX_BAD_READS)
    avcodec_send_packet (file->decoder, NULL);
  else
    file->n_damaged++;
}

/* A frame to the block, or if there is none, a packet to the decoder, or if there is none, what is held back. */
static void
advance (ScribeAudioFile *file)
{
  int result = avcodec_receive_frame (file->decoder, file->frame);

  if (result >= 0)
    {
      if (!scribe_mixdown_frame (file->mixdown, file->frame, file->block))
        file->n_damaged++;
      av_frame_unref (file->frame);
    }
  else if (result == AVERROR (EAGAIN))
    send_packet (file);
  else if (result == AVERROR_EOF)
    {
      scribe_mixdown_drain (file->mixdown, file->block);
      file->ended = TRUE;
    }
  else
    file->n_damaged++;
}

/* A recording that ended because it could not be read on, or in which there was nothing. */
static gboolean
ended_well (ScribeAudioFile *file, GError **error)
{
  if (file->read_errno != 0)
    set_open_error (error, file->name, file->read_errno);
  else if (file->n_samples == 0 && file->n_damaged > 0)
    g_set_error (error, SCRIBE_ERROR, SCRIBE_ERROR_AUDIO,
                 _ ("Nothing in “%s” (%s) could be decoded: it is damaged. Make the file anew from its source."), file->name,
                 file->format);
  else if (file->n_samples == 0)
    g_set_error (error, SCRIBE_ERROR, SCRIBE_ERROR_AUDIO,
                 _ ("“%s” (%s) holds no sound: it ends where the recording should begin. Record again."), file->name,
                 file->format);
  else
    return TRUE;
  return FALSE;
}

/* --- Public --- */

ScribeAudioFile *
scribe_audio_file_open (const char *path, GCancellable *cancellable, GError **error)
{
  g_autoptr (ScribeAudioFile) file = g_new0 (ScribeAudioFile, 1);

  g_return_val_if_fail (path != NULL, NULL);
  file->fd = -1;
  file->cancelled = -1;
  if (cancellable != NULL)
    {
      file->cancellable = g_object_ref (cancellable);
      file->cancelled = g_cancellable_get_fd (cancellable);
    }
  quieten_libav ();
  if (!open_bytes (file, path, error) || !open_container (file, error) || !open_decoder (file, error))
    return NULL;
  return g_steal_pointer (&file);
}

gssize
scribe_audio_file_read (ScribeAudioFile *file, float *samples, gsize n, GError **error)
{
  gsize done = 0;

  while (done < n)
    {
      gsize held = file->block->len - file->block_start;
      gsize now = MIN (held, n - done);

      if (held > 0)
        {
          memcpy (samples + done, &g_array_index (file->block, float, file->block_start), now * sizeof (float));
          file->block_start += now;
          done += now;
          continue;
        }
      if (file->ended)
        break;
      g_array_set_size (file->block, 0);
      file->block_start = 0;
      advance (file);
      file->n_samples += file->block->len;
    }
  if (done == 0 && n > 0 && !ended_well (file, error))
    return -1;
  return done;
}

double
scribe_audio_file_get_duration (ScribeAudioFile *file)
{
  if (file->stream->duration != AV_NOPTS_VALUE)
    return file->stream->duration * av_q2d (file->stream->time_base);
  if (file->demuxer->duration != AV_NOPTS_VALUE)
    return (double) file->demuxer->duration / AV_TIME_BASE;
  return -1;
}

guint
scribe_audio_file_get_damaged (ScribeAudioFile *file)
{
  return file->n_damaged;
}

const char *
scribe_audio_file_get_format (ScribeAudioFile *file)
{
  return file->format;
}

void
scribe_audio_file_free (ScribeAudioFile *file)
{
  if (file == NULL)
    return;
  scribe_mixdown_free (file->mixdown);
  avcodec_free_context (&file->decoder);
  avformat_close_input (&file->demuxer);
  if (file->io != NULL)
    av_freep (&file->io->buffer);
  avio_context_free (&file->io);
  av_packet_free (&file->packet);
  av_frame_free (&file->frame);
  g_clear_pointer (&file->block, g_array_unref);
  if (file->fd >= 0)
    close (file->fd);
  if (file->cancelled >= 0)
    g_cancellable_release_fd (file->cancellable);
  g_clear_object (&file->cancellable);
  g_free (file->name);
  g_free (file->format);
  g_free (file);
}
