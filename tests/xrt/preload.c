/* preload.c - between a program and the C library: what concerns the NPU is answered here
 *
 * Loaded before everything else (LD_PRELOAD, or the loader's --preload). A path into one of sysfs.c's places is led into its tree; a descriptor of the NPU's node
 * answers as the driver would; all else goes to the C library as it came.
 *
 * With TILESCRIBE_NPU_LOG every call of the driver is written down there, a line each: name, and 0 or the error.
 *
 * SPDX-License-Identifier: MIT
 */
#undef _FILE_OFFSET_BITS /* or the C library's headers give what is defined here other names, */
#undef _FORTIFY_SOURCE   /* or define it themselves */
#include "faults.h"
#include "kernel.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define EXPORTED     __attribute__ ((visibility ("default")))
#define ACCEL_MAJOR  261
#define MODE_OF_NODE (S_IFCHR | 0660)

/* The C library's own */
#define REAL(name)                \
  static __typeof__ (name) *real; \
  if (real == NULL)               \
  real = (__typeof__ (name) *) dlsym (RTLD_NEXT, #name)

Kernel kernel;

/* At the first node that is opened: others' constructors may run before one of ours. */
static void
start (void)
{
  if (kernel.clients)
    return;
  kernel.contexts = g_ptr_array_new ();
  kernel.left = g_ptr_array_new ();
  g_atomic_pointer_set (&kernel.clients, g_ptr_array_new ());
}

static int
result_of (int result)
{
  if (result >= 0)
    return result;
  errno = -result;
  return -1;
}

static Client *
find_client (int fd)
{
  for (guint i = 0; kernel.clients && i < kernel.clients->len; i++)
    {
      Client *client = g_ptr_array_index (kernel.clients, i);

      if (client->fd == fd)
        return client;
    }
  return NULL;
}

static void
write_log (const char *name, int result)
{
  static int fd = -1;
  const char *path = g_getenv ("TILESCRIBE_NPU_LOG");
  g_autofree char *line = NULL;

  if (path == NULL)
    return;
  if (fd < 0)
    fd = (int) syscall (SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  line = g_strdup_printf ("%s %s\n", name, result < 0 ? strerrorname_np (-result) : "0");
  if (fd < 0 || write (fd, line, strlen (line)) < 0)
    g_printerr ("The NPU's stand-in cannot write “%s”.\n", path);
}

static int
open_node (int flags)
{
  int fd = -1;

  g_mutex_lock (&kernel.lock);
  start ();
  if (kernel.is_gone)
    errno = ENOENT;
  else if (fault_is_set (FAULT_PERMISSION))
    errno = EACCES;
  else
    fd = memfd_create ("accel0", flags & O_CLOEXEC ? MFD_CLOEXEC : 0);
  if (fd >= 0)
    g_ptr_array_add (kernel.clients, client_new (fd));
  write_log ("open", fd < 0 ? -errno : 0);
  g_mutex_unlock (&kernel.lock);
  return fd;
}

/* "/proc/self/fdinfo/7", if 7 is ours */
static char *
fdinfo_path (const char *path)
{
  const char *prefix = "/proc/self/fdinfo/";
  char *own = NULL;
  int fd;

  if (path == NULL || !g_str_has_prefix (path, prefix))
    return NULL;
  fd = (int) g_ascii_strtoull (path + strlen (prefix), NULL, 10);
  g_mutex_lock (&kernel.lock);
  if (find_client (fd))
    {
      sysfs_write_fdinfo (fd);
      own = g_strdup_printf ("%s/fdinfo-%d", g_getenv ("TILESCRIBE_NPU_TREE"), fd);
    }
  g_mutex_unlock (&kernel.lock);
  return own;
}

static char *
own_path (const char *path)
{
  char *own = sysfs_get_path (path);

  return own ? own : fdinfo_path (path);
}

static gboolean
is_node (const char *path)
{
  return strcmp (path, SYSFS_NODE) == 0 && sysfs_has_node ();
}

static int
open_path (int folder, const char *path, int flags, mode_t mode)
{
  g_autofree char *own = own_path (path);
  REAL (openat);

  if (is_node (path))
    return open_node (flags);
  return real (folder, own ? own : path, flags, mode);
}

static mode_t
mode_of (int flags, va_list arguments)
{
  return flags & (O_CREAT | O_TMPFILE) ? va_arg (arguments, mode_t) : 0;
}

/* Each of the C library's ways to open a file, without and with O_LARGEFILE in its name. */
#define OPEN(name)                                     \
  EXPORTED int name (const char *path, int flags, ...) \
  {                                                    \
    va_list arguments;                                 \
    mode_t mode;                                       \
                                                       \
    va_start (arguments, flags);                       \
    mode = mode_of (flags, arguments);                 \
    va_end (arguments);                                \
    return open_path (AT_FDCWD, path, flags, mode);    \
  }
#define OPEN_AT(name)                                              \
  EXPORTED int name (int folder, const char *path, int flags, ...) \
  {                                                                \
    va_list arguments;                                             \
    mode_t mode;                                                   \
                                                                   \
    va_start (arguments, flags);                                   \
    mode = mode_of (flags, arguments);                             \
    va_end (arguments);                                            \
    return open_path (folder, path, flags, mode);                  \
  }
OPEN (open)
OPEN (open64)
OPEN_AT (openat)
OPEN_AT (openat64)

EXPORTED int __open_2 (const char *path, int flags);
EXPORTED int __open64_2 (const char *path, int flags);

int
__open_2 (const char *path, int flags)
{
  return open_path (AT_FDCWD, path, flags, 0);
}

int
__open64_2 (const char *path, int flags)
{
  return open_path (AT_FDCWD, path, flags, 0);
}

#define FOPEN(name)                                        \
  EXPORTED FILE *name (const char *path, const char *mode) \
  {                                                        \
    g_autofree char *own = own_path (path);                \
    REAL (name);                                           \
                                                           \
    return real (own ? own : path, mode);                  \
  }
FOPEN (fopen)
FOPEN (fopen64)

EXPORTED DIR *
opendir (const char *path)
{
  g_autofree char *own = own_path (path);
  REAL (opendir);

  return real (own ? own : path);
}

EXPORTED int
access (const char *path, int how)
{
  g_autofree char *own = own_path (path);
  REAL (access);

  if (is_node (path) && fault_is_set (FAULT_PERMISSION) && how & (R_OK | W_OK))
    return result_of (-EACCES);
  return real (own ? own : path, how);
}

EXPORTED ssize_t
readlink (const char *path, char *to, size_t size)
{
  g_autofree char *own = own_path (path);
  REAL (readlink);

  return real (own ? own : path, to, size);
}

static char *
resolve (const char *path, char *to)
{
  g_autofree char *own = own_path (path);
  g_autofree char *resolved = NULL;
  REAL (realpath);

  if (own == NULL)
    return real (path, to);
  resolved = real (own, NULL);
  if (resolved == NULL)
    return NULL;
  if (to == NULL)
    return strdup (sysfs_get_seen (resolved));
  g_strlcpy (to, sysfs_get_seen (resolved), PATH_MAX);
  return to;
}

EXPORTED char *
realpath (const char *path, char *to)
{
  return resolve (path, to);
}

EXPORTED char *
canonicalize_file_name (const char *path)
{
  return resolve (path, NULL);
}

EXPORTED char *__realpath_chk (const char *path, char *to, size_t size);

char *
__realpath_chk (const char *path, char *to, size_t size)
{
  return resolve (path, to);
}

/* The file that stands in for the node looks like a device. */
#define STAT(name, kind)                                \
  EXPORTED int name (const char *path, struct kind *to) \
  {                                                     \
    g_autofree char *own = own_path (path);             \
    int result;                                         \
    REAL (name);                                        \
                                                        \
    result = real (own ? own : path, to);               \
    if (result == 0 && is_node (path))                  \
      {                                                 \
        to->st_mode = MODE_OF_NODE;                     \
        to->st_rdev = makedev (ACCEL_MAJOR, 0);         \
      }                                                 \
    return result;                                      \
  }
#define FSTAT(name, kind)                       \
  EXPORTED int name (int fd, struct kind *to)   \
  {                                             \
    int result;                                 \
    REAL (name);                                \
                                                \
    result = real (fd, to);                     \
    g_mutex_lock (&kernel.lock);                \
    if (result == 0 && find_client (fd))        \
      {                                         \
        to->st_mode = MODE_OF_NODE;             \
        to->st_rdev = makedev (ACCEL_MAJOR, 0); \
      }                                         \
    g_mutex_unlock (&kernel.lock);              \
    return result;                              \
  }
STAT (stat, stat)
STAT (lstat, stat)
STAT (stat64, stat64)
STAT (lstat64, stat64)
FSTAT (fstat, stat)
FSTAT (fstat64, stat64)

EXPORTED int
close (int fd)
{
  Client *client;
  REAL (close);

  g_mutex_lock (&kernel.lock);
  client = find_client (fd);
  if (client)
    {
      contexts_leave (client);
      g_ptr_array_remove (kernel.clients, client);
      client_free (client);
      write_log ("close", 0);
    }
  g_mutex_unlock (&kernel.lock);
  return real (fd);
}

/* Where to map is the place in the client's file, so that is all there is to it, but for locking. */
#define MMAP(name, offset_type)                                                                      \
  EXPORTED void *name (void *at, size_t size, int protection, int flags, int fd, offset_type offset) \
  {                                                                                                  \
    Client *client = NULL;                                                                           \
    int result = 0;                                                                                  \
    void *mapped = MAP_FAILED;                                                                       \
    REAL (name);                                                                                     \
                                                                                                     \
    if (fd < 0)                                                                                      \
      return real (at, size, protection, flags, fd, offset);                                         \
    g_mutex_lock (&kernel.lock);                                                                     \
    client = find_client (fd);                                                                       \
    if (client)                                                                                      \
      {                                                                                              \
        result = buffer_may_map (client, (guint64) offset, size, flags);                             \
        flags &= ~MAP_LOCKED;                                                                        \
        write_log ("mmap", result);                                                                  \
      }                                                                                              \
    if (result == 0)                                                                                 \
      mapped = real (at, size, protection, flags, fd, offset);                                       \
    else                                                                                             \
      errno = -result;                                                                               \
    if (client && mapped != MAP_FAILED)                                                              \
      buffer_mapped (client, (guint64) offset, mapped);                                              \
    g_mutex_unlock (&kernel.lock);                                                                   \
    return mapped;                                                                                   \
  }
MMAP (mmap, off_t)
MMAP (mmap64, off64_t)

EXPORTED int
munmap (void *at, size_t size)
{
  REAL (munmap);

  if (g_atomic_pointer_get (&kernel.clients))
    {
      g_mutex_lock (&kernel.lock);
      buffer_unmapped (at);
      g_mutex_unlock (&kernel.lock);
    }
  return real (at, size);
}

/* Memory that is not locked needs no limit; what it is for the process counts where locking is the fault of the day. */
#define GETRLIMIT(name, kind)                                        \
  EXPORTED int name (__rlimit_resource_t resource, struct kind *to)  \
  {                                                                  \
    REAL (name);                                                     \
                                                                     \
    if (resource == RLIMIT_MEMLOCK && !fault_is_set (FAULT_MEMLOCK)) \
      {                                                              \
        to->rlim_cur = to->rlim_max = RLIM_INFINITY;                 \
        return 0;                                                    \
      }                                                              \
    return real (resource, to);                                      \
  }
GETRLIMIT (getrlimit, rlimit)
GETRLIMIT (getrlimit64, rlimit64)

static int
tell_version (Client *client, DrmVersion *what)
{
  const char *const name = "amdxdna_accel_driver", *const description = "AMD XDNA DRM implementation";
  const gsize room = what->name_length;

  what->major = 0;
  what->minor = fault_is_set (FAULT_OLD_DRIVER) ? 1 : fault_is_set (FAULT_NEW_DRIVER) ? 9 : 6;
  what->patch = 0;
  if (what->name)
    memcpy ((gpointer) (gsize) what->name, name, MIN (room, strlen (name)));
  if (what->description)
    memcpy ((gpointer) (gsize) what->description, description, MIN (what->description_length, strlen (description)));
  what->name_length = strlen (name);
  what->description_length = strlen (description);
  what->date_length = 0;
  return 0;
}

static const struct
{
  const char *name;
  gsize size;
  int (*answer) (Client *client, gpointer what);
  guint nr;
  gboolean wakes; /* the NPU, if it sleeps */
} calls[] = {
#define ANSWER(function) (int (*) (Client *, gpointer)) (void (*) (void)) function
#define CALL(nr, name, type, answer)                \
  {                                                 \
    name, sizeof (type), ANSWER (answer), nr, FALSE \
  }
#define WAKE(nr, name, type, answer)               \
  {                                                \
    name, sizeof (type), ANSWER (answer), nr, TRUE \
  }
  CALL (DRM_NR_VERSION, "VERSION", DrmVersion, tell_version),
  CALL (DRM_NR_GEM_CLOSE, "GEM_CLOSE", DrmGemClose, buffer_close),
  CALL (DRM_NR_SYNCOBJ_DESTROY, "SYNCOBJ_DESTROY", DrmSyncobjDestroy, context_drop_point),
  CALL (DRM_NR_SYNCOBJ_TIMELINE_WAIT, "SYNCOBJ_TIMELINE_WAIT", DrmSyncobjTimelineWait, context_wait_point),
  WAKE (AMDXDNA_NR_CREATE_CONTEXT, "CREATE_HWCTX", AmdxdnaCreateContext, context_create),
  CALL (AMDXDNA_NR_DESTROY_CONTEXT, "DESTROY_HWCTX", AmdxdnaDestroyContext, context_destroy),
  CALL (AMDXDNA_NR_CONFIG_CONTEXT, "CONFIG_HWCTX", AmdxdnaConfigContext, context_configure),
  CALL (AMDXDNA_NR_CREATE_BUFFER, "CREATE_BO", AmdxdnaCreateBuffer, buffer_create),
  CALL (AMDXDNA_NR_GET_BUFFER_INFO, "GET_BO_INFO", AmdxdnaBufferInfo, buffer_get_info),
  CALL (AMDXDNA_NR_SYNC_BUFFER, "SYNC_BO", AmdxdnaSyncBuffer, buffer_sync),
  WAKE (AMDXDNA_NR_EXEC_COMMAND, "EXEC_CMD", AmdxdnaExecCommand, context_submit),
  WAKE (AMDXDNA_NR_GET_INFO, "GET_INFO", AmdxdnaGetInfo, query_info),
  CALL (AMDXDNA_NR_WAIT_COMMAND, "WAIT_CMD", AmdxdnaWaitCommand, context_wait),
  WAKE (AMDXDNA_NR_GET_ARRAY, "GET_ARRAY", AmdxdnaGetArray, query_array),
};

static void
wake (void)
{
  if (kernel.is_awake || !fault_is_set (FAULT_ASLEEP))
    return;
  kernel.is_awake = TRUE;
  sysfs_write_status ("active");
  write_log ("wake", 0);
}

/* As DRM does it: what the caller's structure lacks of the driver's is zero, what it has more is not looked at. */
static int
call (Client *client, guint i, gulong request, gpointer argument)
{
  guint8 what[256] = { 0 };
  const gsize size = MIN (_IOC_SIZE (request), calls[i].size);
  int result;

  memcpy (what, argument, size);
  if (calls[i].wakes)
    wake ();
  result = kernel.is_gone ? -ENODEV : calls[i].answer (client, what);
  memcpy (argument, what, size);
  write_log (calls[i].name, result);
  return result;
}

static int
answer (Client *client, gulong request, gpointer argument)
{
  if (_IOC_TYPE (request) != 'd')
    return -ENOTTY;
  for (guint i = 0; i < G_N_ELEMENTS (calls); i++)
    if (calls[i].nr == _IOC_NR (request))
      return call (client, i, request, argument);
  g_printerr ("The NPU's stand-in: call 0x%02x is not answered.\n", (guint) _IOC_NR (request));
  return -EINVAL;
}

EXPORTED int
ioctl (int fd, unsigned long request, ...)
{
  va_list arguments;
  gpointer argument;
  Client *client;
  int result = 0;
  REAL (ioctl);

  va_start (arguments, request);
  argument = va_arg (arguments, gpointer);
  va_end (arguments);
  g_mutex_lock (&kernel.lock);
  client = find_client (fd);
  if (client)
    result = answer (client, request, argument);
  g_mutex_unlock (&kernel.lock);
  return client ? result_of (result) : real (fd, request, argument);
}
