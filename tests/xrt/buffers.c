/* buffers.c - memory that both sides see
 *
 * A client's buffers are pieces of one file without a name, and "where to map it" is the place in that file: so a program's mmap() of the node needs no help. Buffers of
 * the device's own kind are pieces of the heap, a buffer of 64 MiB that the driver asks for first.
 *
 * SPDX-License-Identifier: MIT
 */
#include "faults.h"
#include "kernel.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PAGE      4096u
#define HEAP_MOST (512u << 20)
#define LOCK_MOST (8u << 20) /* where the system would let the process lock as much as it likes */

/* Past the wrappers of preload.c */
static gpointer
map (gpointer at, gsize size, int flags, int fd, guint64 offset)
{
  return (gpointer) syscall (SYS_mmap, at, size, PROT_READ | PROT_WRITE, flags, fd, offset);
}

static void
buffer_free (gpointer data)
{
  Buffer *buffer = data;

  if (buffer->kind != AMDXDNA_BUFFER_DEVICE)
    {
      if (buffer->device != buffer->data)
        syscall (SYS_munmap, buffer->device, buffer->size);
      syscall (SYS_munmap, buffer->data, buffer->size);
    }
  g_free (buffer);
}

Client *
client_new (int fd)
{
  Client *client = g_new0 (Client, 1);

  client->fd = fd;
  client->buffers = g_ptr_array_new_with_free_func (buffer_free);
  client->closed = g_ptr_array_new_with_free_func (buffer_free);
  client->next_handle = 1;
  return client;
}

void
client_free (Client *client)
{
  g_ptr_array_unref (client->buffers);
  g_ptr_array_unref (client->closed);
  g_free (client);
}

static Buffer *
find_by_handle (const GPtrArray *buffers, guint32 handle)
{
  for (guint i = 0; i < buffers->len; i++)
    {
      Buffer *buffer = g_ptr_array_index (buffers, i);

      if (buffer->handle == handle)
        return buffer;
    }
  return NULL;
}

Buffer *
client_find_buffer (const Client *client, guint32 handle)
{
  return find_by_handle (client->buffers, handle);
}

Buffer *
client_find_for_command (const Client *client, guint32 handle)
{
  Buffer *buffer = find_by_handle (client->buffers, handle);

  return buffer ? buffer : find_by_handle (client->closed, handle);
}

static guint64
heap_bytes (const Client *client)
{
  guint64 bytes = 0;

  for (guint i = 0; i < client->buffers->len; i++)
    {
      const Buffer *buffer = g_ptr_array_index (client->buffers, i);

      if (buffer->kind == AMDXDNA_BUFFER_HEAP)
        bytes += buffer->size;
    }
  return bytes;
}

static Buffer *
find_by_address (const GPtrArray *buffers, AmdxdnaBufferKind kind, guint64 address, guint64 size)
{
  for (guint i = 0; i < buffers->len; i++)
    {
      Buffer *buffer = g_ptr_array_index (buffers, i);

      if (buffer->kind == kind && address < buffer->address + buffer->size && buffer->address < address + size)
        return buffer;
    }
  return NULL;
}

static Buffer *
find_in_heap (const Client *client, guint64 address, guint64 size)
{
  Buffer *buffer = find_by_address (client->buffers, AMDXDNA_BUFFER_DEVICE, address, size);

  return buffer ? buffer : find_by_address (client->closed, AMDXDNA_BUFFER_DEVICE, address, size);
}

static Buffer *
find_heap (const Client *client, guint64 address)
{
  return find_by_address (client->buffers, AMDXDNA_BUFFER_HEAP, address, 1);
}

/* A piece of the heap that nobody has: the first that is large enough. */
static int
take_from_heap (const Client *client, Buffer *buffer)
{
  const guint64 end = KERNEL_HEAP_ADDRESS + heap_bytes (client);
  const Buffer *heap, *other;

  for (buffer->address = KERNEL_HEAP_ADDRESS; buffer->address + buffer->size <= end;)
    {
      other = find_in_heap (client, buffer->address, buffer->size);
      if (other == NULL)
        {
          heap = find_heap (client, buffer->address);
          if (buffer->address + buffer->size <= heap->address + heap->size)
            {
              buffer->data = heap->data + (buffer->address - heap->address);
              buffer->device = heap->device + (buffer->address - heap->address);
              return 0;
            }
          buffer->address = heap->address + heap->size;
        }
      else
        buffer->address = other->address + other->size;
    }
  return -EAGAIN;
}

static int
give_memory (Client *client, Buffer *buffer)
{
  buffer->map_offset = client->end_of_file;
  if (ftruncate (client->fd, (off_t) (client->end_of_file + buffer->size)) != 0)
    return -ENOMEM;
  buffer->data = map (NULL, buffer->size, MAP_SHARED, client->fd, buffer->map_offset);
  if (buffer->data == MAP_FAILED)
    return -ENOMEM;
  client->end_of_file += buffer->size;
  buffer->device = buffer->data;
  if (fault_is_set (FAULT_INCOHERENT) && buffer->kind != AMDXDNA_BUFFER_COMMAND)
    {
      buffer->device = map (NULL, buffer->size, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
      if (buffer->device == MAP_FAILED)
        return -ENOMEM;
    }
  return 0;
}

static int
create (Client *client, Buffer *buffer)
{
  const guint64 heap = heap_bytes (client);

  buffer->address = AMDXDNA_NO_ADDRESS;
  buffer->map_offset = AMDXDNA_NO_ADDRESS;
  if (fault_is_set (FAULT_NO_ROOM) && buffer->kind == AMDXDNA_BUFFER_SHARE)
    return -ENOMEM;
  if (fault_is_set (FAULT_NO_BUFFERS) && buffer->kind == AMDXDNA_BUFFER_SHARE)
    return -EINVAL;
  switch (buffer->kind)
    {
    case AMDXDNA_BUFFER_SHARE:
    case AMDXDNA_BUFFER_COMMAND:
      return give_memory (client, buffer);
    case AMDXDNA_BUFFER_HEAP:
      if (buffer->size % KERNEL_HEAP_BYTES != 0)
        return -EINVAL;
      if (heap + buffer->size > HEAP_MOST)
        return -ENOSPC;
      buffer->address = KERNEL_HEAP_ADDRESS + heap;
      return give_memory (client, buffer);
    case AMDXDNA_BUFFER_DEVICE:
      return heap == 0 ? -EINVAL : take_from_heap (client, buffer);
    }
  return -EINVAL;
}

int
buffer_create (Client *client, AmdxdnaCreateBuffer *what)
{
  Buffer *buffer;
  int result;

  if (what->flags || what->vaddr || what->size == 0)
    return -EINVAL;
  buffer = g_new0 (Buffer, 1);
  buffer->kind = what->kind;
  buffer->size = (what->size + PAGE - 1) / PAGE * PAGE;
  result = create (client, buffer);
  if (result != 0)
    {
      g_free (buffer);
      return result;
    }
  buffer->handle = client->next_handle++;
  g_ptr_array_add (client->buffers, buffer);
  what->handle = buffer->handle;
  return 0;
}

int
buffer_get_info (Client *client, AmdxdnaBufferInfo *what)
{
  const Buffer *buffer = client_find_buffer (client, what->handle);

  if (what->ext || what->ext_flags || what->pad)
    return -EINVAL;
  if (buffer == NULL)
    return -ENOENT;
  what->map_offset = buffer->map_offset;
  what->vaddr = buffer->mapped ? (guint64) (gsize) buffer->mapped : AMDXDNA_NO_ADDRESS;
  what->device_address = buffer->address;
  return 0;
}

int
buffer_sync (Client *client, AmdxdnaSyncBuffer *what)
{
  const Buffer *buffer = client_find_buffer (client, what->handle);

  if (buffer == NULL)
    return -ENOENT;
  if (what->offset > buffer->size || what->size > buffer->size - what->offset || what->direction > AMDXDNA_SYNC_FROM_DEVICE)
    return -EINVAL;
  if (buffer->device == buffer->data)
    return 0;
  if (what->direction == AMDXDNA_SYNC_TO_DEVICE)
    memcpy (buffer->device + what->offset, buffer->data + what->offset, what->size);
  else
    memcpy (buffer->data + what->offset, buffer->device + what->offset, what->size);
  return 0;
}

static void
give_back (Client *client, const Buffer *buffer)
{
  if (buffer->kind != AMDXDNA_BUFFER_DEVICE)
    fallocate (client->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, (off_t) buffer->map_offset, (off_t) buffer->size);
}

int
buffer_close (Client *client, DrmGemClose *what)
{
  Buffer *buffer = client_find_buffer (client, what->handle);
  guint index;

  if (buffer == NULL)
    return -EINVAL;
  g_ptr_array_find (client->buffers, buffer, &index);
  g_ptr_array_add (client->closed, g_ptr_array_steal_index (client->buffers, index));
  if (!contexts_are_busy (client))
    client_release_closed (client);
  return 0;
}

void
client_release_closed (Client *client)
{
  for (guint i = 0; i < client->closed->len; i++)
    give_back (client, g_ptr_array_index (client->closed, i));
  g_ptr_array_set_size (client->closed, 0);
}

static Buffer *
find_by_offset (const Client *client, guint64 offset)
{
  for (guint i = 0; i < client->buffers->len; i++)
    {
      Buffer *buffer = g_ptr_array_index (client->buffers, i);

      if (buffer->map_offset != AMDXDNA_NO_ADDRESS && buffer->map_offset <= offset && offset < buffer->map_offset + buffer->size)
        return buffer;
    }
  return NULL;
}

/* The kernel counts what is locked for each process, not for each node. */
static guint64
locked_bytes (void)
{
  guint64 bytes = 0;

  for (guint i = 0; i < kernel.clients->len; i++)
    {
      const Client *client = g_ptr_array_index (kernel.clients, i);

      for (guint j = 0; j < client->buffers->len; j++)
        bytes += ((const Buffer *) g_ptr_array_index (client->buffers, j))->locked;
    }
  return bytes;
}

static guint64
lock_limit (void)
{
  struct rlimit limit;

  if (getrlimit (RLIMIT_MEMLOCK, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY)
    return LOCK_MOST;
  return limit.rlim_cur;
}

int
buffer_may_map (Client *client, guint64 offset, gsize size, int flags)
{
  Buffer *buffer = find_by_offset (client, offset);

  if (buffer == NULL || size > buffer->map_offset + buffer->size - offset)
    return -EINVAL;
  if (fault_is_set (FAULT_MEMLOCK) && flags & MAP_LOCKED)
    {
      if (locked_bytes () + size > lock_limit ())
        return -EAGAIN;
      buffer->locked = size;
    }
  return 0;
}

void
buffer_mapped (Client *client, guint64 offset, gpointer at)
{
  Buffer *buffer = find_by_offset (client, offset);

  if (buffer && buffer->map_offset == offset)
    buffer->mapped = at;
}

void
buffer_unmapped (gpointer at)
{
  for (guint i = 0; i < kernel.clients->len; i++)
    {
      const Client *client = g_ptr_array_index (kernel.clients, i);

      for (guint j = 0; j < client->buffers->len; j++)
        {
          Buffer *buffer = g_ptr_array_index (client->buffers, j);

          if (buffer->mapped == at)
            {
              buffer->mapped = NULL;
              buffer->locked = 0;
            }
        }
    }
}

guint8 *
client_get_memory (const Client *client, guint64 address, const guint32 *handles, guint n_handles, gsize *left)
{
  const Buffer *heap = find_heap (client, address);

  if (heap)
    {
      *left = heap->address + heap->size - address;
      return heap->device + (address - heap->address);
    }
  for (guint i = 0; i < n_handles; i++)
    {
      const Buffer *buffer = client_find_for_command (client, handles[i]);
      const guint64 from = buffer ? (guint64) (gsize) buffer->mapped : 0;

      if (from && from <= address && address < from + buffer->size)
        {
          *left = from + buffer->size - address;
          return buffer->device + (address - from);
        }
    }
  return NULL;
}
