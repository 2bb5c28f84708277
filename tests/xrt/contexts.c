/* contexts.c - contexts, their commands, and whoever waits for them
 *
 * A context owns columns of the array and runs its commands in order. Here one thread runs those of all contexts, as one array is shared in time. Each command has a number, and a
 * context a timeline of them, on which newer drivers' callers wait; older ones have a call for it.
 *
 *   submit:  the command's buffer --> a queue --> the thread: packet --> instructions, buffers --> firmware_run() --> state in the packet
 *
 * A packet is a command or a chain of them, of which the first that fails ends the chain and is named in it.
 *
 * SPDX-License-Identifier: MIT
 */
#include "faults.h"
#include "kernel.h"

#include <errno.h>
#include <string.h>

#define WATCHDOG       (2 * G_TIME_SPAN_SECOND) /* the driver's own */
#define MOST_ARGUMENTS 4095
#define LONG           G_TIME_SPAN_DAY /* as good as for ever */

typedef struct
{
  Context *context;
  guint64 sequence;
  guint32 buffer;
  GArray *arguments; /* of guint32: handles */
} Command;

/* What is to be run, read from a packet */
typedef struct
{
  guint unit;
  const guint32 *words;
  gsize n_words;
  NpuBuffer buffers[NPU_MAX_BUFFERS];
  guint n_buffers;
} Packet;

static GAsyncQueue *queue;

static void
command_free (Command *command)
{
  g_array_unref (command->arguments);
  g_free (command);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Command, command_free)

static Context *
find (const Client *client, guint32 id)
{
  for (guint i = 0; i < kernel.contexts->len; i++)
    {
      Context *context = g_ptr_array_index (kernel.contexts, i);

      if (context->id == id && context->client == client)
        return context;
    }
  return NULL;
}

static void
set_state (guint32 *header, ErtState state)
{
  *header = (*header & ~0xFu) | state;
}

static void G_GNUC_PRINTF (1, 2) complain (const char *format, ...)
{
  va_list arguments;
  g_autofree char *text = NULL;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_printerr ("The NPU's stand-in: %s.\n", text);
}

static guint64
address_of (const guint32 halves[2])
{
  return (guint64) halves[1] << 32 | halves[0];
}

/* With the lock held. */
static gboolean
read_buffers (const Command *command, const ErtStream *stream, guint n, Packet *packet)
{
  for (packet->n_buffers = 0; packet->n_buffers < n; packet->n_buffers++)
    {
      NpuBuffer *to = &packet->buffers[packet->n_buffers];
      const guint64 address = address_of (stream->buffers[packet->n_buffers]);

      *to = (NpuBuffer){ NULL, 0 };
      if (address == 0)
        continue;
      to->data = client_get_memory (command->context->client, address, (const guint32 *) (gpointer) command->arguments->data,
                                    command->arguments->len, &to->size);
      if (to->data == NULL)
        {
          complain ("argument %u of a command is at 0x%" G_GINT64_MODIFIER "x, in none of the buffers that came with it",
                    packet->n_buffers, address);
          return FALSE;
        }
    }
  return TRUE;
}

/* What a command's buffer says; with the lock held. */
static gboolean
read_packet (const Command *command, const Buffer *buffer, Packet *packet)
{
  const guint32 *words = (const guint32 *) (gpointer) buffer->data;
  const guint n = ERT_WORDS (words[0]), n_masks = 1 + ERT_EXTRA_MASKS (words[0]);
  const ErtStream *stream = (const ErtStream *) (gconstpointer) (words + 1 + n_masks);
  guint n_buffers;
  gsize left;

  if (ERT_OPCODE (words[0]) != ERT_START_UNIT || n < n_masks + sizeof *stream / sizeof (guint32)
      || (n + 1) * sizeof (guint32) > buffer->size)
    {
      complain ("a command with opcode %u and %u words is none that it knows", ERT_OPCODE (words[0]), n);
      return FALSE;
    }
  packet->unit = (guint) g_bit_nth_lsf (words[1], -1);
  if (words[1] == 0 || packet->unit >= command->context->n_units)
    {
      complain ("a command for unit mask 0x%x, and the container has %u", words[1], command->context->n_units);
      return FALSE;
    }
  if (stream->opcode[0] != ERT_RUN_STREAM || stream->opcode[1] != 0)
    {
      complain ("a command's first argument is %u, not %u", stream->opcode[0], ERT_RUN_STREAM);
      return FALSE;
    }
  n_buffers = (n - n_masks - sizeof *stream / sizeof (guint32)) / 2;
  if (n_buffers > NPU_MAX_BUFFERS)
    {
      complain ("a command of %u buffers, and there is room for %u", n_buffers, NPU_MAX_BUFFERS);
      return FALSE;
    }
  packet->words = (const guint32 *) (gpointer) client_get_memory (command->context->client, address_of (stream->instructions),
                                                                  NULL, 0, &left);
  packet->n_words = stream->n_instructions;
  if (packet->words == NULL || packet->n_words * sizeof (guint32) > left)
    {
      complain ("%" G_GSIZE_FORMAT " instructions at 0x%" G_GINT64_MODIFIER "x, which is not in the heap", packet->n_words,
                address_of (stream->instructions));
      return FALSE;
    }
  return read_buffers (command, stream, n_buffers, packet);
}

/* What the firmware tells of a command that the watchdog ended; XRT shows it. */
static void
write_health (guint32 *header, gsize n_words)
{
  const guint32 health[] = { 1, 0, 17 /* the op of the stream */, 0x1234, 0, 0, 0, 0 };

  memset (header + 1, 0xFF, (n_words - 1) * sizeof *header);
  memcpy (header + 1, health, MIN (sizeof health, (n_words - 1) * sizeof *header));
}

/* The array stands still until the watchdog looks; the lock is held before and after. */
static void
hang (const Context *context, gint64 duration)
{
  const gint64 end = g_get_monotonic_time () + duration;

  kernel.is_hanging = TRUE;
  g_cond_broadcast (&kernel.changed);
  while (!context->is_stopped && !kernel.is_gone && g_cond_wait_until (&kernel.changed, &kernel.lock, end))
    ;
  kernel.is_hanging = FALSE;
}

static void
vanish (void)
{
  kernel.is_gone = TRUE;
  g_cond_broadcast (&kernel.changed);
}

static ErtState
emulate (Context *context, const Packet *packet)
{
  g_autoptr (GError) error = NULL;
  gboolean is_done;

  kernel.is_emulating = TRUE;
  g_mutex_unlock (&kernel.lock);
  is_done = firmware_run (context, packet->unit, packet->words, packet->n_words, packet->buffers, packet->n_buffers, &error);
  g_mutex_lock (&kernel.lock);
  kernel.is_emulating = FALSE;
  if (is_done)
    return ERT_STATE_COMPLETED;
  if (g_error_matches (error, NPU_ERROR, NPU_ERROR_STOPPED))
    return ERT_STATE_ABORT;
  complain ("%s", error->message);
  if (!g_error_matches (error, NPU_ERROR, NPU_ERROR_DEADLOCK))
    return ERT_STATE_ERROR;
  hang (context, WATCHDOG);
  return ERT_STATE_TIMEOUT;
}

/* One command, with the lock held. */
static ErtState
run_one (const Command *command, const Buffer *buffer)
{
  Packet packet = { 0 };
  const guint64 n = ++kernel.n_commands;

  if (kernel.is_gone || command->context->is_stopped)
    return ERT_STATE_ABORT;
  if (fault_is_set (FAULT_FIRMWARE) || fault_is_due (FAULT_ABORT, n))
    return ERT_STATE_ABORT;
  if (fault_is_due (FAULT_ERROR, n))
    return ERT_STATE_ERROR;
  if (fault_is_due (FAULT_GONE, n))
    {
      vanish ();
      return ERT_STATE_ABORT;
    }
  if (fault_is_due (FAULT_TIMEOUT, n))
    {
      hang (command->context, WATCHDOG);
      return kernel.is_gone ? ERT_STATE_ABORT : ERT_STATE_TIMEOUT;
    }
  if (fault_is_due (FAULT_STUCK, n))
    {
      hang (command->context, LONG);
      return ERT_STATE_ABORT;
    }
  if (!read_packet (command, buffer, &packet))
    return ERT_STATE_ERROR;
  if (fault_is_set (FAULT_INSTANT))
    return ERT_STATE_COMPLETED;
  {
    const ErtState state = emulate (command->context, &packet);

    if (fault_is_due (FAULT_GONE_AFTER, n))
      vanish ();
    return state;
  }
}

static void
finish (guint32 *header, gsize size, ErtState state)
{
  if (state == ERT_STATE_TIMEOUT)
    write_health (header, size / sizeof *header);
  set_state (header, state);
}

static ErtState
run_chain (const Command *command, const Buffer *buffer)
{
  guint32 *header = (guint32 *) (gpointer) buffer->data;
  ErtChain *chain = (ErtChain *) (gpointer) (header + 1);

  if (sizeof *header + sizeof *chain + chain->n_commands * sizeof chain->commands[0] > buffer->size)
    return ERT_STATE_ERROR;
  for (guint i = 0; i < chain->n_commands; i++)
    {
      const Buffer *link = client_find_for_command (command->context->client, (guint32) chain->commands[i]);
      ErtState state = link ? run_one (command, link) : ERT_STATE_ERROR;

      if (state == ERT_STATE_COMPLETED)
        continue;
      chain->error_index = i;
      if (state == ERT_STATE_TIMEOUT)
        finish ((guint32 *) (gpointer) link->data, link->size, state);
      return state;
    }
  return ERT_STATE_COMPLETED;
}

static void
run (const Command *command)
{
  const Buffer *buffer = client_find_for_command (command->context->client, command->buffer);
  guint32 *header = (guint32 *) (gpointer) buffer->data;
  ErtState state;

  if (ERT_OPCODE (*header) == ERT_CHAIN)
    {
      state = run_chain (command, buffer);
      set_state (header, state);
    }
  else
    {
      state = run_one (command, buffer);
      finish (header, buffer->size, state);
    }
  if (state != ERT_STATE_COMPLETED)
    command->context->errors++;
  command->context->completed = command->sequence + 1;
  if (!contexts_are_busy (command->context->client))
    client_release_closed (command->context->client);
  g_cond_broadcast (&kernel.changed);
}

static gpointer
run_commands (gpointer data)
{
  for (;;)
    {
      g_autoptr (Command) command = g_async_queue_pop (queue);

      g_mutex_lock (&kernel.lock);
      run (command);
      g_mutex_unlock (&kernel.lock);
    }
  return NULL;
}

static guint32
new_id (void)
{
  static guint32 last;

  return ++last;
}

int
context_create (Client *client, AmdxdnaCreateContext *what)
{
  Context *context;

  if (what->ext || what->ext_flags)
    return -EINVAL;
  if (fault_is_set (FAULT_GONE_BEFORE))
    {
      vanish ();
      return -ENODEV;
    }
  if (fault_is_set (FAULT_CONTEXTS) || kernel.contexts->len == KERNEL_MAX_CONTEXTS)
    return -EINVAL;
  if (what->n_tiles == 0 || what->n_tiles > KERNEL_COLUMNS * NPU_COMPUTE_ROWS)
    return -EINVAL;
  if (queue == NULL)
    {
      queue = g_async_queue_new ();
      g_thread_unref (g_thread_new ("npu", run_commands, NULL));
    }
  context = g_new0 (Context, 1);
  context->client = client;
  context->id = new_id ();
  context->n_columns = what->n_tiles / NPU_COMPUTE_ROWS;
  if (what->qos)
    context->qos = *(const AmdxdnaQos *) (gsize) what->qos;
  g_ptr_array_add (kernel.contexts, context);
  what->handle = context->id;
  what->doorbell = AMDXDNA_NO_DOORBELL;
  what->syncobj = fault_is_set (FAULT_OLD_DRIVER) ? 0 : context->id;
  return 0;
}

/* What it still does is aborted, and waited for. Its numbers stay: somebody may be about to wake up who waited for one. */
static void
leave (Context *context)
{
  g_atomic_int_set (&context->is_stopped, TRUE);
  g_cond_broadcast (&kernel.changed);
  while (context->completed < context->submitted)
    g_cond_wait (&kernel.changed, &kernel.lock);
  g_ptr_array_remove (kernel.contexts, context);
  g_ptr_array_add (kernel.left, context);
  firmware_forget (context);
}

int
context_destroy (Client *client, AmdxdnaDestroyContext *what)
{
  Context *context = find (client, what->handle);

  if (context == NULL || what->pad)
    return -EINVAL;
  leave (context);
  return 0;
}

void
contexts_leave (Client *client)
{
  for (guint i = kernel.contexts->len; i > 0; i--)
    {
      Context *context = g_ptr_array_index (kernel.contexts, i - 1);

      if (context->client == client)
        leave (context);
    }
}

gboolean
contexts_are_busy (const Client *client)
{
  for (guint i = 0; i < kernel.contexts->len; i++)
    {
      const Context *context = g_ptr_array_index (kernel.contexts, i);

      if (context->client == client && context->completed < context->submitted)
        return TRUE;
    }
  return FALSE;
}

static int
configure (Context *context, const AmdxdnaUnits *units, gsize size)
{
  if (context->n_units || size < sizeof *units || units->n_units == 0 || units->n_units > KERNEL_MAX_UNITS
      || size < sizeof *units + units->n_units * sizeof units->units[0])
    return -EINVAL;
  for (guint i = 0; i < units->n_units; i++)
    {
      const Buffer *image = client_find_buffer (context->client, units->units[i].buffer);
      g_autoptr (GError) error = NULL;

      if (image == NULL || image->kind != AMDXDNA_BUFFER_DEVICE || fault_is_set (FAULT_PARTITION))
        return -EINVAL;
      if (!firmware_load (context, i, image->device, image->size, &error))
        {
          complain ("%s", error->message);
          return -EINVAL;
        }
    }
  firmware_boot (context);
  context->n_units = units->n_units;
  return 0;
}

int
context_configure (Client *client, AmdxdnaConfigContext *what)
{
  Context *context = find (client, what->handle);

  if (context == NULL || what->pad)
    return -EINVAL;
  if (what->kind != AMDXDNA_CONFIG_UNITS)
    return -EOPNOTSUPP;
  return configure (context, (const AmdxdnaUnits *) (gsize) what->value, what->size);
}

int
context_submit (Client *client, AmdxdnaExecCommand *what)
{
  Context *context = find (client, what->context);
  const Buffer *buffer = client_find_buffer (client, (guint32) what->commands);
  const guint32 *arguments = (const guint32 *) (gsize) what->arguments;
  Command *command;

  if (what->ext || what->ext_flags || what->kind != 0 || what->n_commands != 1 || what->n_arguments > MOST_ARGUMENTS)
    return -EINVAL;
  if (buffer == NULL || (buffer->kind != AMDXDNA_BUFFER_COMMAND && buffer->kind != AMDXDNA_BUFFER_SHARE))
    return -EINVAL;
  if (context == NULL || context->n_units == 0)
    return -EINVAL;
  for (guint i = 0; i < what->n_arguments; i++)
    if (client_find_buffer (client, arguments[i]) == NULL)
      return -ENOENT;

  command = g_new0 (Command, 1);
  command->context = context;
  command->sequence = context->submitted++;
  command->buffer = buffer->handle;
  command->arguments = g_array_new (FALSE, FALSE, sizeof (guint32));
  g_array_append_vals (command->arguments, arguments, what->n_arguments);
  set_state ((guint32 *) (gpointer) buffer->data, ERT_STATE_NEW);
  what->sequence = command->sequence;
  g_async_queue_push (queue, command);
  return 0;
}

/* Microseconds pass for whoever waits only while the array hangs: what the emulator takes longer than the array is nobody's fault. */
static int
wait_for (const Context *context, guint64 sequence, gint64 patience)
{
  gint64 end = 0; /* none yet */

  if (sequence >= context->submitted)
    return -EINVAL;
  while (context->completed <= sequence)
    if (!kernel.is_hanging || patience > LONG)
      {
        end = 0;
        g_cond_wait (&kernel.changed, &kernel.lock);
      }
    else
      {
        end = end ? end : g_get_monotonic_time () + patience;
        if (!g_cond_wait_until (&kernel.changed, &kernel.lock, end) && context->completed <= sequence)
          return -ETIME;
      }
  return 0;
}

int
context_wait (Client *client, AmdxdnaWaitCommand *what)
{
  const Context *context = find (client, what->context);

  if (context == NULL)
    return -EINVAL;
  return wait_for (context, what->sequence, what->milliseconds ? what->milliseconds * G_TIME_SPAN_MILLISECOND : G_MAXINT64);
}

/* A timeline has its context's number; its points count from 1 for the first command in the kernel, and XRT gives the command's number. */
int
context_wait_point (Client *client, DrmSyncobjTimelineWait *what)
{
  const Context *context;

  if (what->n_handles != 1)
    return -EINVAL;
  context = find (client, *(const guint32 *) (gsize) what->handles);
  if (context == NULL)
    return -ENOENT;
  return wait_for (context, *(const guint64 *) (gsize) what->points, what->deadline / 1000 - g_get_monotonic_time ());
}

int
context_drop_point (Client *client, DrmSyncobjDestroy *what)
{
  return find (client, what->handle) ? 0 : -EINVAL;
}
