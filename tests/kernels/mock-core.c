/* mock-core.c - a compute tile without an array
 *
 * SPDX-License-Identifier: MIT
 */
#include "mock-core.h"

#include <string.h>

#define RUBBISH 0xab

static const guint in_buffers[2][2] = { { TILE_A_0, TILE_A_1 }, { TILE_B_0, TILE_B_1 } };
static const guint out_buffers[2] = { TILE_C_0, TILE_C_1 };

/* Fills what is free. */
static void
feed (MockCore *mock, TileStream stream)
{
  GPtrArray *queue = mock->queues[stream];

  while (mock->n_free[stream] > 0 && mock->n_fed[stream] < queue->len)
    {
      guint i = mock->n_fed[stream]++;

      memcpy (mock->core.memory + in_buffers[stream][i % 2], g_ptr_array_index (queue, i), TILE_OBJECT_BYTES);
      mock->n_free[stream]--;
      mock->n_full[stream]++;
    }
}

void
tile_acquire (TileCore *core, uint32_t lock, int32_t value)
{
  MockCore *mock = core->host;

  g_assert_cmpint (value, ==, 1);
  switch (lock)
    {
    case TILE_LOCK_A_FULL:
      case TILE_LOCK_B_FULL: {
        TileStream stream = lock == TILE_LOCK_A_FULL ? TILE_STREAM_A : TILE_STREAM_B;

        feed (mock, stream);
        if (mock->n_full[stream] == 0)
          g_error ("The core waits for object %u of stream %c, and for ever", mock->n_fed[stream], "AB"[stream]);
        mock->n_full[stream]--;
        return;
      }
    case TILE_LOCK_C_FREE:
      if (mock->n_free_results == 0)
        g_error ("The core opens a third buffer of results");
      mock->n_free_results--;
      return;
    default:
      g_error ("The core takes lock %u, which is the DMA's", lock);
    }
}

void
tile_release (TileCore *core, uint32_t lock, int32_t value)
{
  MockCore *mock = core->host;

  g_assert_cmpint (value, ==, 1);
  switch (lock)
    {
    case TILE_LOCK_A_FREE:
      case TILE_LOCK_B_FREE: {
        TileStream stream = lock == TILE_LOCK_A_FREE ? TILE_STREAM_A : TILE_STREAM_B;
        guint n_dropped = mock->n_fed[stream] + mock->n_free[stream] - 2; /* so far */

        if (mock->n_free[stream] + mock->n_full[stream] == 2)
          g_error ("The core drops an object of stream %c that it has not taken", "AB"[stream]);
        memset (core->memory + in_buffers[stream][n_dropped % 2], RUBBISH, TILE_OBJECT_BYTES);
        mock->n_free[stream]++;
        feed (mock, stream);
        return;
      }
      case TILE_LOCK_C_FULL: {
        guint8 *buffer = core->memory + out_buffers[mock->results->len % 2];

        g_ptr_array_add (mock->results, g_memdup2 (buffer, TILE_OBJECT_BYTES));
        memset (buffer, RUBBISH, TILE_OBJECT_BYTES);
        mock->n_free_results++;
        return;
      }
    default:
      g_error ("The core gives lock %u, which is the DMA's", lock);
    }
}

void
tile_refuse (TileCore *core, uint32_t op)
{
  g_error ("The core is given op %u, which its program “%s” does not have", op, tile_program_name (core->program));
}

MockCore *
mock_core_new (guint row)
{
  MockCore *mock = g_new0 (MockCore, 1);

  mock->core = (TileCore){
    .memory = g_aligned_alloc (1, TILE_MEMORY_BYTES, 64), .row = row + 2, .clock = &mock->clock, .host = mock
  };
  memset (mock->core.memory, RUBBISH, TILE_MEMORY_BYTES);
  mock->results = g_ptr_array_new_with_free_func (g_free);
  mock->n_free_results = 2;
  for (guint i = 0; i < 2; i++)
    {
      mock->queues[i] = g_ptr_array_new_with_free_func (g_free);
      mock->n_free[i] = 2;
    }
  return mock;
}

void
mock_core_free (MockCore *mock)
{
  for (guint i = 0; i < 2; i++)
    g_ptr_array_unref (mock->queues[i]);
  g_ptr_array_unref (mock->results);
  g_aligned_free (mock->core.memory);
  g_free (mock);
}

void
mock_core_feed (MockCore *mock, TileStream stream, gconstpointer data, gsize n_bytes)
{
  guint8 *object = g_malloc (TILE_OBJECT_BYTES);

  g_assert_cmpuint (n_bytes, <=, TILE_OBJECT_BYTES);
  memset (object, RUBBISH, TILE_OBJECT_BYTES);
  memcpy (object, data, n_bytes);
  g_ptr_array_add (mock->queues[stream], object);
}

void
mock_core_feed_heads (MockCore *mock, const guint8 (*objects)[TILE_OBJECT_BYTES], guint n)
{
  for (guint first = 0; first < n; first += TILE_HEADS)
    {
      guint8 heads[TILE_OBJECT_BYTES];
      const guint n_heads = MIN (TILE_HEADS, n - first);

      for (guint i = 0; i < n_heads; i++)
        memcpy (heads + i * TILE_HEAD_BYTES, objects[first + i], TILE_HEAD_BYTES);
      mock_core_feed (mock, TILE_STREAM_A, heads, n_heads * TILE_HEAD_BYTES);
    }
}

guint64
mock_core_run (MockCore *mock, void (*op) (TileProgram *program, const TileControl *control))
{
  TileProgram program = { .core = &mock->core,
                          .n_taken = { mock->n_fed[TILE_STREAM_A], mock->n_fed[TILE_STREAM_B] },
                          .n_put = mock->results->len };
  const TileControl *control;
  guint64 start = tile_clock_cycles (&mock->clock);

  tile_acquire (&mock->core, TILE_LOCK_B_FULL, 1);
  control = (const TileControl *) (const void *) (mock->core.memory
                                                  + in_buffers[TILE_STREAM_B][program.n_taken[TILE_STREAM_B]++ % 2]);
  program.n_heads = control->n_heads;
  op (&program, control);
  for (guint i = 0; i < 2; i++)
    {
      g_assert_cmpuint (mock->n_fed[i], ==, mock->queues[i]->len);
      g_assert_cmpuint (mock->n_full[i], ==, 0);
      g_assert_cmpuint (mock->n_free[i], ==, 2);
    }
  g_assert_cmpuint (mock->n_free_results, ==, 2);
  return tile_clock_cycles (&mock->clock) - start;
}

gconstpointer
mock_core_result (MockCore *mock, guint i)
{
  g_assert_cmpuint (i, <, mock->results->len);
  return g_ptr_array_index (mock->results, i);
}

void
mock_core_clear (MockCore *mock)
{
  g_ptr_array_set_size (mock->results, 0);
}
