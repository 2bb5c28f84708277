/* download.c - fetch a file over HTTP: resumed, checked, then named
 *
 *   open the part --> read in what is there --> [ask for the rest --> append] until whole --> sum right? --> name it
 *
 * The part (part.c) is what one connection hands to the next, be it a second later or after a week. A server that knows the
 * part's entity tag goes on where it ends (206); one that does not, or whose file has changed, sends all of it (200) and the part
 * starts anew. Where a part pieced together has the wrong sum it is fetched once more in one go.
 *
 * Tries end when n_retries connections in a row bring the part no further than it ever was: a server that always cuts at the
 * same place is given up, one that always brings a little more is not. What does not get better by waiting (a refusal, a wrong
 * size, a full disk, a server that was never there) is told at once.
 *
 * libsoup is used synchronously; its socket timeout is what finds a stalled connection. Encrypted addresses need GLib's TLS
 * module (glib-networking) at run time.
 * Source: RFC 9110, ranges (14) and If-Range (13.1.5).
 *
 * SPDX-License-Identifier: MIT
 */
#include "download.h"
#include "error.h"
#include "part.h"
#include "proxy.h"

#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <inttypes.h>
#include <libsoup/soup.h>

#define BLOCK_SIZE    (256 * 1024)
#define TELL_INTERVAL (G_USEC_PER_SEC / 10)
#define MAX_WAIT      30 /* seconds between two tries */

typedef struct
{
  const ScribeDownload *what;
  ScribePart part;
  char *host;
  guint64 total;    /* bytes of the whole file; 0: unknown */
  gboolean pieced;  /* the part comes from more than one connection */
  gboolean reached; /* some server has answered in this run */
  ScribeDownloadProgress progress;
  gpointer data;
  gint64 told; /* when progress was called last, monotonic */
  GCancellable *cancellable;
} Transfer;

/* What came of one connection */
typedef enum
{
  GO_ON, /* not decided yet: read on */
  WHOLE,
  BROKEN, /* worth another try */
  ANEW,   /* the part was emptied: ask again, from the first byte */
  FAILED
} Outcome;

void
scribe_download_init (ScribeDownload *download)
{
  *download = (ScribeDownload){ .n_retries = 5, .stall = 30 };
}

static void
tell (Transfer *t, gboolean always)
{
  gint64 now = g_get_monotonic_time ();

  if (t->progress == NULL || (!always && now - t->told < TELL_INTERVAL))
    return;
  t->told = now;
  t->progress (t->part.size, t->total, t->data);
}

static gboolean
cancelled (Transfer *t, GError **error)
{
  g_autofree char *size = NULL;

  if (!g_cancellable_is_cancelled (t->cancellable))
    return FALSE;
  size = g_format_size (t->part.size);
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED,
               _ ("The download was cancelled after %s. Run the same again and it goes on from there."), size);
  return TRUE;
}

static gboolean
start_anew (Transfer *t, GError **error)
{
  t->pieced = FALSE;
  t->total = t->what->size;
  return scribe_part_empty (&t->part, error);
}

/* --- What can go wrong --------------------------------------------------------------------------------------------------- */

/* A server that is not there, as against a connection that broke */
static gboolean
is_unreachable (const GError *failure)
{
  static const GIOErrorEnum codes[] = { G_IO_ERROR_CONNECTION_REFUSED,  G_IO_ERROR_HOST_UNREACHABLE,
                                        G_IO_ERROR_NETWORK_UNREACHABLE, G_IO_ERROR_HOST_NOT_FOUND,
                                        G_IO_ERROR_PROXY_FAILED,        G_IO_ERROR_PROXY_AUTH_FAILED,
                                        G_IO_ERROR_PROXY_NEED_AUTH,     G_IO_ERROR_PROXY_NOT_ALLOWED };

  for (gsize i = 0; i < G_N_ELEMENTS (codes); i++)
    if (g_error_matches (failure, G_IO_ERROR, codes[i]))
      return TRUE;
  return failure->domain == G_RESOLVER_ERROR || g_error_matches (failure, G_TLS_ERROR, G_TLS_ERROR_NOT_TLS);
}

static Outcome
connection_failed (Transfer *t, const GError *failure, GError **error)
{
  g_autofree char *size = g_format_size (t->part.size);

  if (cancelled (t, error))
    return FAILED;

  if (g_error_matches (failure, G_TLS_ERROR, G_TLS_ERROR_UNAVAILABLE))
    g_set_error (error, SCRIBE_ERROR, SCRIBE_ERROR_DOWNLOAD,
                 _ ("“%s” is only reached over a secure connection, and GLib's module for those is missing here. "
                    "Install the package glib-networking."),
                 t->host);
  else if (g_error_matches (failure, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE))
    g_set_error (error, SCRIBE_ERROR, SCRIBE_ERROR_DOWNLOAD,
                 _ ("The certificate of “%s” is not trusted. Check the clock of this machine and that the package "
                    "ca-certificates is installed."),
                 t->host);
  else if (failure->domain == SOUP_SESSION_ERROR)
    g_set_error (error, SCRIBE_ERROR, SCRIBE_ERROR_DOWNLOAD,
                 _ ("“%s” cannot be fetched: %s. Its address may be out of date: update Tilescribe."), t->what->url,
                 failure->message);
  else if (!t->reached && is_unreachable (failure))
    g_set_error (error, SCRIBE_ERROR, SCRIBE_ERROR_DOWNLOAD,
                 _ ("“%s” cannot be reached: %s. Check the network connection and the proxy, then try again."), t->host,
                 failure->message);
  else
    {
      g_set_error (error, SCRIBE_ERROR, SCRIBE_ERROR_DOWNLOAD,
                   _ ("The connection to “%s” broke after %s: %s. Run the same again and it goes on from there."), t->host, size,
                   failure->message);
      return BROKEN;
    }
  return FAILED;
}

static Outcome
refused (Transfer *t, SoupMessage *message, GError **error)
{
  static const struct
  {
    guint status; /* 0: all others */
    Outcome outcome;
    const char *advice;
  } answers[] = {
    { 401, FAILED, N_ ("The server gives it to nobody without an account.") },
    { 403, FAILED, N_ ("The server does not give it out, or not to this network.") },
    { 404, FAILED, N_ ("It is no longer there: update Tilescribe.") },
    { 407, FAILED, N_ ("Put name and password into the proxy's address: “http://name:password@proxy:port”.") },
    { 408, BROKEN, N_ ("Try again later.") },
    { 410, FAILED, N_ ("It is no longer there: update Tilescribe.") },
    { 429, BROKEN, N_ ("Too many have asked: try again in an hour.") },
    { 500, BROKEN, N_ ("The server is in trouble: try again later.") },
    { 502, BROKEN, N_ ("The server is in trouble: try again later.") },
    { 503, BROKEN, N_ ("The server is in trouble: try again later.") },
    { 504, BROKEN, N_ ("The server is in trouble: try again later.") },
    { 0, FAILED, N_ ("Check the address and the proxy.") },
  };
  guint status = soup_message_get_status (message);
  gsize i = 0;

  while (answers[i].status != 0 && answers[i].status != status)
    i++;
  g_set_error (error, SCRIBE_ERROR, SCRIBE_ERROR_DOWNLOAD, _ ("“%s” cannot be fetched: the answer was “%u %s”. %s"), t->what->url,
               status, soup_message_get_reason_phrase (message), _ (answers[i].advice));
  return answers[i].outcome;
}

static Outcome
wrong_size (Transfer *t, guint64 size, GError **error)
{
  g_set_error (error, SCRIBE_ERROR, SCRIBE_ERROR_DOWNLOAD,
               _ ("“%s” sends %" PRIu64 " bytes or more where %" PRIu64 " belong. Try again later, or in another "
                  "network."),
               t->host, size, t->total);
  return FAILED;
}

static gboolean
wrong_sum (Transfer *t, GError **error)
{
  g_set_error (
      error, SCRIBE_ERROR, SCRIBE_ERROR_DOWNLOAD,
      _ ("What “%s” sent is not the file that was asked for: its SHA-256 is another. It was thrown away. Try again later, "
         "or in another network."),
      t->host);
  return FALSE;
}

/* --- Requests and answers ------------------------------------------------------------------------------------------------ */

static gboolean
log_in (SoupMessage *message, SoupAuth *auth, gboolean in_vain, gpointer data)
{
  g_autofree char *url = g_uri_to_string (soup_message_get_uri (message)), *name = NULL, *password = NULL;

  if (in_vain || !soup_auth_is_for_proxy (auth) || !scribe_proxy_login (url, &name, &password))
    return FALSE;
  soup_auth_authenticate (auth, name, password);
  return TRUE;
}

static SoupMessage *
request_new (Transfer *t)
{
  SoupMessage *message = soup_message_new (SOUP_METHOD_GET, t->what->url);
  SoupMessageHeaders *headers = soup_message_get_request_headers (message);
  g_autofree char *tag = scribe_part_get_tag (&t->part);

  /* A range counts the bytes of what is sent: that must be the file itself, not a compressed form of it. */
  soup_message_disable_feature (message, SOUP_TYPE_CONTENT_DECODER);
  soup_message_headers_replace (headers, "Accept-Encoding", "identity");
  if (t->part.size > 0)
    soup_message_headers_set_range (headers, t->part.size, -1);
  if (t->part.size > 0 && tag)
    soup_message_headers_replace (headers, "If-Range", tag);
  g_signal_connect (message, "authenticate", G_CALLBACK (log_in), NULL);
  return message;
}

/* total: how large the file is by this answer, 0 where it does not say. */
static Outcome
accept_total (Transfer *t, guint64 total, GError **error)
{
  if (total == 0)
    return GO_ON;
  if (t->what->size != 0 && total != t->what->size)
    return wrong_size (t, total, error);
  t->total = total;
  return GO_ON;
}

/* 200: the file from its first byte. The part is emptied only when the answer looks like the file: the login page of a hotel's
 * network must not cost a gigabyte. */
static Outcome
accept_all (Transfer *t, SoupMessageHeaders *headers, GError **error)
{
  gboolean counted = soup_message_headers_get_encoding (headers) == SOUP_ENCODING_CONTENT_LENGTH;
  guint64 total = counted ? soup_message_headers_get_content_length (headers) : 0;

  if (g_strcmp0 (soup_message_headers_get_content_type (headers, NULL), "text/html") == 0)
    {
      g_set_error (error, SCRIBE_ERROR, SCRIBE_ERROR_DOWNLOAD,
                   _ ("“%s” answers with a web page where a file belongs. If this network wants a login, do that in a browser, "
                      "then try again."),
                   t->host);
      return FAILED;
    }
  if (accept_total (t, total, error) == FAILED || !start_anew (t, error))
    return FAILED;

  scribe_part_set_tag (&t->part, soup_message_headers_get_one (headers, "ETag"));
  t->total = MAX (t->total, total);
  return scribe_part_has_room (&t->part, t->total, error) ? GO_ON : FAILED;
}

/* An answer that does not fit the part: asks again without it. One that fits no question at all is not asked twice. */
static Outcome
misfit (Transfer *t, SoupMessage *message, GError **error)
{
  if (t->part.size == 0)
    return refused (t, message, error);
  return start_anew (t, error) ? ANEW : FAILED;
}

/* 206: the file from the end of the part on, if the server understood. */
static Outcome
accept_rest (Transfer *t, SoupMessage *message, SoupMessageHeaders *headers, GError **error)
{
  const char *tag = soup_message_headers_get_one (headers, "ETag");
  g_autofree char *kept = scribe_part_get_tag (&t->part);
  goffset start, end, total;

  if (!soup_message_headers_get_content_range (headers, &start, &end, &total) || start < 0 || (guint64) start != t->part.size)
    return misfit (t, message, error);
  if (kept && tag && !g_str_equal (kept, tag))
    return misfit (t, message, error);
  t->pieced = t->part.size > 0;
  return accept_total (t, total > 0 ? total : 0, error);
}

/* 416: nothing comes after the part. It is whole then, where nobody knew how large the file is. */
static Outcome
accept_nothing (Transfer *t, SoupMessage *message, SoupMessageHeaders *headers, GError **error)
{
  g_autofree char *whole = g_strdup_printf ("bytes */%" G_GUINT64_FORMAT, t->part.size);

  if (t->part.size > 0 && g_strcmp0 (soup_message_headers_get_one (headers, "Content-Range"), whole) == 0)
    return WHOLE;
  return misfit (t, message, error);
}

static Outcome
accept_answer (Transfer *t, SoupMessage *message, GError **error)
{
  SoupMessageHeaders *headers = soup_message_get_response_headers (message);

  t->reached = TRUE;
  switch (soup_message_get_status (message))
    {
    case SOUP_STATUS_OK:
      return accept_all (t, headers, error);
    case SOUP_STATUS_PARTIAL_CONTENT:
      return accept_rest (t, message, headers, error);
    case SOUP_STATUS_REQUESTED_RANGE_NOT_SATISFIABLE:
      return accept_nothing (t, message, headers, error);
    default:
      return refused (t, message, error);
    }
}

static Outcome
receive (Transfer *t, GInputStream *body, GError **error)
{
  g_autofree guint8 *block = g_malloc (BLOCK_SIZE);

  for (;;)
    {
      g_autoptr (GError) failure = NULL;
      gssize n = g_input_stream_read (body, block, BLOCK_SIZE, t->cancellable, &failure);

      if (n == 0 && t->part.size < t->total)
        failure = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_PARTIAL_INPUT, _ ("it ended too early"));
      if (failure)
        return connection_failed (t, failure, error);
      if (n == 0)
        return WHOLE;
      if (t->total != 0 && t->part.size + n > t->total)
        {
          wrong_size (t, t->part.size + n, error);
          scribe_part_empty (&t->part, NULL);
          return FAILED;
        }
      if (!scribe_part_append (&t->part, block, n, error))
        return FAILED;
      tell (t, FALSE);
    }
}

/* Each connection has a session of its own: a session would go on using an HTTP/2 connection that has stalled. */
static Outcome
connect_once (Transfer *t, GError **error)
{
  g_autoptr (GProxyResolver) resolver = scribe_proxy_resolver_new ();
  g_autoptr (SoupSession) session = soup_session_new_with_options ("timeout", t->what->stall, "proxy-resolver", resolver,
                                                                   "user-agent", "Tilescribe", NULL);
  g_autoptr (SoupMessage) message = request_new (t);
  g_autoptr (GError) failure = NULL;
  g_autoptr (GInputStream) body = soup_session_send (session, message, t->cancellable, &failure);
  Outcome outcome = body ? accept_answer (t, message, error) : connection_failed (t, failure, error);

  if (outcome == GO_ON)
    outcome = receive (t, body, error);
  g_clear_object (&body);
  g_clear_object (&message);
  soup_session_abort (session);
  return outcome;
}

/* --- Until it is there --------------------------------------------------------------------------------------------------- */

/* 1, 2, 4... seconds: a router that restarts takes a while. */
static void
wait_before_try (Transfer *t, guint n_vain)
{
  int seconds = MIN (1 << MIN (n_vain - 1, 5), MAX_WAIT);
  GPollFD fd;

  if (g_cancellable_make_pollfd (t->cancellable, &fd))
    {
      g_poll (&fd, 1, seconds * 1000);
      g_cancellable_release_fd (t->cancellable);
    }
  else
    g_usleep (seconds * (gulong) G_USEC_PER_SEC);
}

static gboolean
fetch (Transfer *t, GError **error)
{
  guint64 furthest = t->part.size;
  guint n_vain = 0;

  while (t->what->size == 0 || t->part.size < t->what->size)
    {
      g_autoptr (GError) failure = NULL;
      Outcome outcome = connect_once (t, &failure);

      if (outcome == WHOLE)
        break;
      if (outcome == BROKEN)
        n_vain = t->part.size > furthest ? 0 : n_vain + 1;
      if (outcome == FAILED || n_vain > t->what->n_retries)
        {
          g_propagate_error (error, g_steal_pointer (&failure));
          return FALSE;
        }
      furthest = MAX (furthest, t->part.size);
      if (n_vain > 0 && outcome == BROKEN)
        wait_before_try (t, n_vain);
      if (cancelled (t, error))
        return FALSE;
    }
  return TRUE;
}

/* A part pieced together may be wrong for one piece alone, as after a power cut: fetched in one go it gets a second chance. */
static gboolean
fetch_right (Transfer *t, GError **error)
{
  for (gboolean again = FALSE;; again = TRUE)
    {
      gboolean pieced;

      if (!fetch (t, error))
        return FALSE;
      if (scribe_part_has_sum (&t->part, t->what->sha256))
        return TRUE;
      pieced = t->pieced;
      if (!start_anew (t, error))
        return FALSE;
      if (again || !pieced)
        return wrong_sum (t, error);
    }
}

/* libsoup works in the context of the thread that makes the session: that must be no other's. */
static gboolean
fetch_in_own_context (Transfer *t, GError **error)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (GMainContextPusher) pusher = g_main_context_pusher_new (context);

  return fetch_right (t, error);
}

/* What an earlier run left */
static gboolean
read_in (Transfer *t, GError **error)
{
  gssize n;

  while ((n = scribe_part_read (&t->part, error)) > 0)
    {
      if (cancelled (t, error))
        return FALSE;
      tell (t, FALSE);
    }
  t->pieced = t->part.size > 0;
  return n == 0;
}

static char *
host_of (const char *url, GError **error)
{
  g_autoptr (GUri) uri = g_uri_parse (url, SOUP_HTTP_URI_FLAGS, NULL);
  const char *scheme = uri ? g_uri_get_scheme (uri) : "", *host = uri ? g_uri_get_host (uri) : NULL;

  if ((g_str_equal (scheme, "http") || g_str_equal (scheme, "https")) && host && host[0])
    return g_strdup (host);
  g_set_error (error, SCRIBE_ERROR, SCRIBE_ERROR_OPTION, _ ("“%s” is no address to download from: those begin with https://."),
               url);
  return NULL;
}

static char *
sha256_of (const char *path, GCancellable *cancellable)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GFileInputStream) stream = g_file_read (file, cancellable, NULL);
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autofree guint8 *block = g_malloc (BLOCK_SIZE);
  gssize n = stream ? 1 : -1;

  while (n > 0)
    {
      n = g_input_stream_read (G_INPUT_STREAM (stream), block, BLOCK_SIZE, cancellable, NULL);
      if (n > 0)
        g_checksum_update (sum, block, n);
    }
  return n == 0 ? g_strdup (g_checksum_get_string (sum)) : NULL;
}

static gboolean
is_there (const ScribeDownload *what, GCancellable *cancellable)
{
  GStatBuf file;
  g_autofree char *sum = NULL;

  if (g_stat (what->path, &file) != 0 || (what->size != 0 && (guint64) file.st_size != what->size))
    return FALSE;
  sum = sha256_of (what->path, cancellable);
  return sum && g_ascii_strcasecmp (sum, what->sha256) == 0;
}

static void
transfer_clear (Transfer *t)
{
  scribe_part_close (&t->part);
  g_free (t->host);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Transfer, transfer_clear)

gboolean
scribe_download_run (const ScribeDownload *download,
                     ScribeDownloadProgress progress,
                     gpointer data,
                     GCancellable *cancellable,
                     GError **error)
{
  g_auto (Transfer) t = { .what = download, .part = { .fd = -1 }, .total = download->size, .progress = progress, .data = data };

  g_return_val_if_fail (download->url && download->path && download->sha256, FALSE);

  t.cancellable = cancellable;
  t.host = host_of (download->url, error);
  if (t.host == NULL)
    return FALSE;
  if (is_there (download, cancellable))
    return TRUE;
  if (!scribe_part_open (&t.part, download->path, error) || !read_in (&t, error)
      || !scribe_part_has_room (&t.part, t.total, error) || !fetch_in_own_context (&t, error)
      || !scribe_part_publish (&t.part, error))
    return FALSE;
  tell (&t, TRUE);
  return TRUE;
}
