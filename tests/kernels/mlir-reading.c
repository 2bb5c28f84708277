/* mlir-reading.c - a reader of MLIR with patterns for a grammar
 *
 * An op is read by a pattern like "$ = aie.lock ( $ , # ) { init = # : i32 }": what stands there has to be there, and
 *   #  is a number      $  is a name with its sigil (%value, ^block, @symbol)      &  is a word      "  is a string
 *
 * SPDX-License-Identifier: MIT
 */
#include "mlir-reading.h"

#include "tile/layout.h"

#include <gio/gio.h>
#include <stdarg.h>
#include <string.h>

#define WORD  "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_."
#define DIGIT "0123456789"

typedef struct
{
  const char *at;
  guint length, line;
} Token;

/* What a %name stands for: a tile, a lock by its number, a buffer by its address */
typedef struct
{
  const char *sort;
  NpuTile tile;
  guint number, words;
} Value;

typedef struct
{
  NpuBundle from, to;
  guint from_index, to_index;
} Connect;

typedef struct
{
  MlirReading *reading;
  GArray *tokens;
  guint next;
  GHashTable *values;             /* %name: Value */
  GArray *muxes[NPU_MAX_COLUMNS]; /* of Connect */
  GError **error;
} Reader;

/* Blocks of a DMA's region; the entry is number 0 and has no label. */
typedef enum
{
  BLOCK_START,
  BLOCK_BD,
  BLOCK_END
} BlockKind;

typedef struct
{
  BlockKind kind;
  char *label, *first, *next; /* a start leads to its first descriptor and to the next start; a descriptor to the next one */
  NpuOverlayBd bd;
  NpuOverlayStart start;
  gboolean is_reached;
} Block;

static void
block_clear (gpointer data)
{
  Block *block = data;

  g_free (block->label);
  g_free (block->first);
  g_free (block->next);
}

/* ---------------------------------------------------------------- tokens */

static GArray *
tokens_of (const char *text)
{
  GArray *tokens = g_array_new (FALSE, FALSE, sizeof (Token));
  guint line = 1;

  while (*text != '\0')
    {
      Token token = { text, 1, line };

      if (*text == '\n' || *text == ' ')
        {
          line += *text++ == '\n';
          continue;
        }
      if (strncmp (text, "//", 2) == 0)
        {
          text += strcspn (text, "\n");
          continue;
        }
      if (strchr ("%^@#", *text) != NULL)
        token.length += (guint) strspn (text + 1, WORD);
      else if (*text == '"')
        token.length = (guint) strcspn (text + 1, "\"\n") + 2;
      else if (strncmp (text, "0x", 2) == 0)
        token.length = 2 + (guint) strspn (text + 2, DIGIT "abcdef");
      else if (g_ascii_isdigit (*text))
        token.length = (guint) strspn (text, DIGIT);
      else if (g_ascii_isalpha (*text))
        token.length = (guint) strspn (text, WORD);
      g_array_append_val (tokens, token);
      text += MIN (token.length, strlen (text));
    }
  return tokens;
}

static const Token *
peek (const Reader *reader, guint ahead)
{
  static const Token end = { "the end", 7, 0 };

  return reader->next + ahead < reader->tokens->len ? &g_array_index (reader->tokens, Token, reader->next + ahead) : &end;
}

static gboolean
is_next (const Reader *reader, guint ahead, const char *word)
{
  const Token *token = peek (reader, ahead);

  return token->length == strlen (word) && strncmp (token->at, word, token->length) == 0;
}

static gboolean refuse (Reader *reader, const char *format, ...) G_GNUC_PRINTF (2, 3);

static gboolean
refuse (Reader *reader, const char *format, ...)
{
  g_autofree char *what = NULL;
  va_list arguments;

  va_start (arguments, format);
  what = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_set_error (reader->error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "Line %u: %s.", peek (reader, 0)->line, what);
  return FALSE;
}

static gboolean
read_number (const Token *token, guint *number)
{
  g_autofree char *digits = g_strndup (token->at, token->length);
  char *end;
  guint64 value = g_ascii_strtoull (digits, &end, 0);

  *number = (guint) value;
  return g_ascii_isdigit (*digits) && *end == '\0' && value <= G_MAXINT32;
}

/* Reads what the pattern says, and sets a guint * for each # and a char ** for each other sign: they belong to the caller. */
static gboolean
read_pattern (Reader *reader, const char *pattern, ...)
{
  g_auto (GStrv) words = g_strsplit (pattern, " ", -1);
  gboolean matches = TRUE;
  va_list into;

  va_start (into, pattern);
  for (guint i = 0; words[i] != NULL && matches; i++)
    {
      const Token *token = peek (reader, 0);
      const char sign = words[i][1] == '\0' ? words[i][0] : '\0';

      if (sign == '#')
        matches = read_number (token, va_arg (into, guint *));
      else if (sign == '$' || sign == '&' || sign == '"')
        {
          matches = sign == '$'   ? strchr ("%^@", *token->at) != NULL
                    : sign == '&' ? g_ascii_isalpha (*token->at)
                                  : *token->at == '"';
          if (matches)
            *va_arg (into, char **) = g_strndup (token->at, token->length);
        }
      else
        matches = is_next (reader, 0, words[i]);
      if (!matches)
        refuse (reader, "“%.*s” stands where “%s” belongs, in “%s”", (int) token->length, token->at, words[i], pattern);
      reader->next += matches;
    }
  va_end (into);
  return matches;
}

/* ---------------------------------------------------------------- names */

static gboolean define (Reader *reader, const char *name, const Value *value, const char *format, ...) G_GNUC_PRINTF (4, 5);

/* The name has to say what it names. */
static gboolean
define (Reader *reader, const char *name, const Value *value, const char *format, ...)
{
  g_autofree char *expected = NULL;
  va_list arguments;

  va_start (arguments, format);
  expected = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  if (strcmp (name, expected) != 0)
    return refuse (reader, "“%s” ought to be called “%s”", name, expected);
  if (!g_hash_table_insert (reader->values, g_strdup (name), g_memdup2 (value, sizeof *value)))
    return refuse (reader, "“%s” is there twice", name);
  return TRUE;
}

static const Value *
find (Reader *reader, const char *name, const char *sort)
{
  const Value *value = g_hash_table_lookup (reader->values, name);

  if (value != NULL && strcmp (value->sort, sort) == 0)
    return value;
  refuse (reader, "“%s” is no %s", name, sort);
  return NULL;
}

/* A tile by its name, which has not got one of that sort yet; and the name of that is right. */
static gboolean
take_tile (Reader *reader, const char *sort, const char *name, const char *of, NpuTile *tile)
{
  const Value *value = find (reader, of, "tile");
  Value result = { sort, { 0 }, 0, 0 };

  if (value == NULL)
    return FALSE;
  *tile = result.tile = value->tile;
  return define (reader, name, &result, "%%%s_%u_%u", sort, tile->column, tile->row);
}

/* ---------------------------------------------------------------- tiles, locks, buffers */

static gboolean
read_tile (Reader *reader)
{
  g_autofree char *name = NULL;
  Value value = { "tile", { 0 }, 0, 0 };

  if (!read_pattern (reader, "$ = aie.tile ( # , # )", &name, &value.tile.column, &value.tile.row))
    return FALSE;
  if (value.tile.column >= NPU_MAX_COLUMNS || value.tile.row >= NPU_ROWS)
    return refuse (reader, "there is no tile (%u, %u)", value.tile.column, value.tile.row);
  reader->reading->is_tile[value.tile.column][value.tile.row] = TRUE;
  if (value.tile.row == 0
      && !read_pattern (reader, "{ controller_id = #aie.packet_info < pkt_type = 0 , pkt_id = # > }",
                        &reader->reading->controller_id[value.tile.column]))
    return FALSE;
  return define (reader, name, &value, "%%tile_%u_%u", value.tile.column, value.tile.row);
}

static gboolean
read_lock (Reader *reader)
{
  g_autofree char *name = NULL, *of = NULL;
  NpuOverlayLock lock;
  Value value = { "lock", { 0 }, 0, 0 };
  const Value *tile;
  guint init;

  if (!read_pattern (reader, "$ = aie.lock ( $ , # ) { init = # : i32 }", &name, &of, &lock.id, &init)
      || (tile = find (reader, of, "tile")) == NULL)
    return FALSE;
  if (lock.id >= npu_layout (tile->tile.row)->n_locks || init > NPU_MAX_LOCK)
    return refuse (reader, "there is no lock %u that could be %u", lock.id, init);
  lock.tile = value.tile = tile->tile;
  lock.value = (int) init;
  value.number = lock.id;
  g_array_append_val (reader->reading->tables.locks, lock);
  return define (reader, name, &value, "%%lock_%u_%u_%u", lock.tile.column, lock.tile.row, lock.id);
}

static gboolean
read_buffer (Reader *reader)
{
  g_autofree char *name = NULL, *of = NULL, *symbol = NULL, *expected = NULL;
  Value value = { "buffer", { 0 }, 0, 0 };
  MlirBuffer buffer;
  const Value *tile;

  if (!read_pattern (reader, "$ = aie.buffer ( $ ) { address = # : i32 , sym_name = \" } : memref < # xi32 >", &name, &of,
                     &value.number, &symbol, &value.words)
      || (tile = find (reader, of, "tile")) == NULL)
    return FALSE;
  value.tile = tile->tile;
  expected = g_strdup_printf ("\"%s\"", name + 1);
  if (strcmp (symbol, expected) != 0)
    return refuse (reader, "%s is the symbol of “%s”", symbol, name);
  buffer = (MlirBuffer){ value.tile, value.number, value.words };
  g_array_append_val (reader->reading->buffers, buffer);
  return define (reader, name, &value, "%%buffer_%u_%u_%x", value.tile.column, value.tile.row, value.number);
}

/* ---------------------------------------------------------------- descriptors */

static gboolean
read_use (Reader *reader, NpuTile tile, gboolean takes, guint *number, int *value)
{
  const char *pattern = takes ? "aie.use_lock ( $ , AcquireGreaterEqual , $ )" : "aie.use_lock ( $ , Release , $ )";
  g_autofree char *name = NULL, *count = NULL;
  const Value *lock;

  if (!read_pattern (reader, pattern, &name, &count) || (lock = find (reader, name, "lock")) == NULL)
    return FALSE;
  if (strcmp (count, "%one") != 0)
    return refuse (reader, "“%s” is no number", count);
  if (lock->tile.column != tile.column || lock->tile.row != tile.row)
    return refuse (reader, "“%s” is another tile's lock", name);
  *number = npu_layout (tile.row)->own_lock + lock->number;
  *value = takes ? -1 : 1;
  return TRUE;
}

static gboolean
read_bd (Reader *reader, NpuTile tile, Block *block)
{
  NpuBd *bd = &block->bd.bd;
  g_autofree char *name = NULL, *expected = NULL;
  const Value *buffer;
  guint words, offset;

  block->kind = BLOCK_BD;
  block->bd.tile = tile;
  if (!read_use (reader, tile, TRUE, &bd->acquire_lock, &bd->acquire_value)
      || !read_pattern (reader,
                        "aie.dma_bd ( $ : memref < # xi32 > offset = # len = # ) { bd_id = # : i32 , next_bd_id = # : i32 }",
                        &name, &words, &offset, &bd->length, &block->bd.id, &bd->next)
      || !read_use (reader, tile, FALSE, &bd->release_lock, &bd->release_value)
      || !read_pattern (reader, "aie.next_bd $", &block->next) || (buffer = find (reader, name, "buffer")) == NULL)
    return FALSE;
  if (buffer->tile.column != tile.column || buffer->tile.row != tile.row)
    return refuse (reader, "“%s” is another tile's buffer", name);
  if (words != buffer->words || offset > words || bd->length > words - offset)
    return refuse (reader, "“%s” has not got those words", name);
  bd->base = npu_layout (tile.row)->own_base + buffer->number + 4 * offset;
  bd->acquire = bd->use_next = bd->valid = TRUE;
  expected = g_strdup_printf ("^bd_%u", block->bd.id);
  return strcmp (block->label, expected) == 0 || refuse (reader, "“%s” ought to be called “%s”", block->label, expected);
}

static gboolean
read_start (Reader *reader, NpuTile tile, guint number, Block *block)
{
  g_autofree char *name = NULL, *direction = NULL, *expected = g_strdup_printf ("%%start_%u", number);

  block->kind = BLOCK_START;
  block->start.tile = tile;
  if (!read_pattern (reader, "$ = aie.dma_start ( & , # , $ , $ )", &name, &direction, &block->start.channel, &block->first,
                     &block->next))
    return FALSE;
  if (strcmp (direction, "S2MM") != 0 && strcmp (direction, "MM2S") != 0)
    return refuse (reader, "“%s” is no direction", direction);
  block->start.direction = *direction == 'S' ? NPU_S2MM : NPU_MM2S;
  if (block->start.channel >= npu_layout (tile.row)->n_channels)
    return refuse (reader, "there is no channel %u", block->start.channel);
  return strcmp (name, expected) == 0 || refuse (reader, "“%s” ought to be called “%s”", name, expected);
}

static Block *
find_block (Reader *reader, const GArray *blocks, const char *label, BlockKind kind)
{
  for (guint i = 0; i < blocks->len; i++)
    {
      Block *block = &g_array_index (blocks, Block, i);

      if (g_strcmp0 (block->label, label) == 0 && block->kind == kind)
        return block;
    }
  refuse (reader, "“%s” leads nowhere", label);
  return NULL;
}

/* The circle of a start: as the next_bd say it and as the numbers say it, all in the half that the channel may use. */
static gboolean
read_circle (Reader *reader, const GArray *blocks, Block *start)
{
  const gboolean has_halves = start->start.tile.row == 1;
  Block *block = find_block (reader, blocks, start->first, BLOCK_BD), *first = block;

  while (block != NULL)
    {
      Block *next = find_block (reader, blocks, block->next, BLOCK_BD);
      const guint id = block->bd.id;

      if (next == NULL)
        return FALSE;
      if (block->is_reached)
        return refuse (reader, "descriptor %u is in two circles", id);
      if (next->bd.id != block->bd.bd.next)
        return refuse (reader, "descriptor %u is followed by %u and by %u", id, next->bd.id, block->bd.bd.next);
      if (id >= npu_layout (start->start.tile.row)->n_bds || (has_halves && id / 24 != start->start.channel % 2))
        return refuse (reader, "channel %u cannot use descriptor %u", start->start.channel, id);
      block->is_reached = TRUE;
      g_array_append_val (reader->reading->tables.bds, block->bd);
      if (next == first)
        {
          start->start.bd = first->bd.id;
          g_array_append_val (reader->reading->tables.starts, start->start);
          return TRUE;
        }
      block = next;
    }
  return FALSE;
}

/* Every block is come to from the entry, start by start. */
static gboolean
join_blocks (Reader *reader, GArray *blocks)
{
  const guint n_starts = reader->reading->tables.starts->len;
  Block *start = &g_array_index (blocks, Block, 0);
  guint number = 0;

  while (start->kind == BLOCK_START)
    {
      g_autofree char *expected = g_strdup_printf ("^start_%u", ++number);

      if (strcmp (start->next, expected) != 0)
        return refuse (reader, "“%s” ought to be called “%s”", start->next, expected);
      for (guint i = n_starts; i < reader->reading->tables.starts->len; i++)
        {
          const NpuOverlayStart *other = &g_array_index (reader->reading->tables.starts, NpuOverlayStart, i);

          if (other->direction == start->start.direction && other->channel == start->start.channel)
            return refuse (reader, "channel %u begins twice", other->channel);
        }
      if (start->is_reached || !read_circle (reader, blocks, start))
        return FALSE;
      start->is_reached = TRUE;
      for (guint i = 0; i < blocks->len; i++)
        {
          Block *block = &g_array_index (blocks, Block, i);

          if (block->kind != BLOCK_BD && g_strcmp0 (block->label, start->next) == 0)
            {
              start = block;
              break;
            }
          if (i + 1 == blocks->len)
            return refuse (reader, "“%s” leads nowhere", start->next);
        }
    }
  start->is_reached = TRUE;
  for (guint i = 0; i < blocks->len; i++)
    if (!g_array_index (blocks, Block, i).is_reached)
      return refuse (reader, "nothing leads to “%s”", g_array_index (blocks, Block, i).label);
  return TRUE;
}

static gboolean
read_dma (Reader *reader)
{
  g_autoptr (GArray) blocks = g_array_new (FALSE, TRUE, sizeof (Block));
  g_autofree char *name = NULL, *op = NULL, *of = NULL, *one = NULL;
  gboolean is_over = FALSE;
  guint n_starts = 0, value;
  NpuTile tile;

  g_array_set_clear_func (blocks, block_clear);
  if (!read_pattern (reader, "$ = & ( $ ) {", &name, &op, &of) || !take_tile (reader, "dma", name, of, &tile))
    return FALSE;
  if (tile.row == 0 || strcmp (op, tile.row == 1 ? "aie.memtile_dma" : "aie.mem") != 0)
    return refuse (reader, "“%s” is not what this tile has", op);
  if (!read_pattern (reader, "$ = arith.constant # : i32", &one, &value))
    return FALSE;
  if (strcmp (one, "%one") != 0 || value != 1)
    return refuse (reader, "“%s” is %u", one, value);

  while (!is_over)
    {
      Block *block;

      g_array_set_size (blocks, blocks->len + 1);
      block = &g_array_index (blocks, Block, blocks->len - 1);
      if (blocks->len > 1)
        {
          g_autofree char *label = NULL;

          if (!read_pattern (reader, "$ :", &label))
            return FALSE;
          for (guint i = 1; i + 1 < blocks->len; i++)
            if (strcmp (g_array_index (blocks, Block, i).label, label) == 0)
              return refuse (reader, "“%s” is there twice", label);
          block->label = g_steal_pointer (&label);
        }
      if (is_next (reader, 0, "aie.end"))
        {
          block->kind = BLOCK_END;
          is_over = TRUE;
        }
      else if (is_next (reader, 0, "aie.use_lock") && block->label != NULL)
        {
          if (!read_bd (reader, tile, block))
            return FALSE;
        }
      else if (!read_start (reader, tile, ++n_starts, block))
        return FALSE;
    }
  return read_pattern (reader, "aie.end }") && join_blocks (reader, blocks);
}

/* ---------------------------------------------------------------- switches */

static gboolean
read_bundle (Reader *reader, const char *word, NpuBundle *bundle)
{
  static const struct
  {
    const char *word;
    NpuBundle bundle;
  } known[] = { { "DMA", NPU_DMA }, { "South", NPU_SOUTH }, { "West", NPU_WEST }, { "North", NPU_NORTH }, { "East", NPU_EAST } };

  for (guint i = 0; i < G_N_ELEMENTS (known); i++)
    if (strcmp (word, known[i].word) == 0)
      {
        *bundle = known[i].bundle;
        return TRUE;
      }
  return refuse (reader, "“%s” is no group of ports", word);
}

static gboolean
read_connect (Reader *reader, Connect *connect)
{
  g_autofree char *from = NULL, *to = NULL;

  return read_pattern (reader, "aie.connect < & : # , & : # >", &from, &connect->from_index, &to, &connect->to_index)
         && read_bundle (reader, from, &connect->from) && read_bundle (reader, to, &connect->to);
}

static gboolean
read_switchbox (Reader *reader)
{
  g_autofree char *name = NULL, *of = NULL;
  GArray *hops = reader->reading->tables.hops;
  NpuTile tile;

  if (!read_pattern (reader, "$ = aie.switchbox ( $ ) {", &name, &of) || !take_tile (reader, "switchbox", name, of, &tile))
    return FALSE;
  while (!is_next (reader, 0, "}"))
    {
      const NpuLayout *layout = npu_layout (tile.row);
      NpuOverlayHop hop;
      Connect c;

      if (!read_connect (reader, &c))
        return FALSE;
      if (c.from_index >= layout->slaves[c.from].n || c.to_index >= layout->masters[c.to].n
          || !npu_switch_joins (npu_tile_kind (tile.row), c.from, c.from_index, c.to, c.to_index))
        return refuse (reader, "the switch of tile (%u, %u) has no such wire", tile.column, tile.row);
      for (guint i = 0; i < hops->len; i++)
        {
          const NpuOverlayHop *other = &g_array_index (hops, NpuOverlayHop, i);

          if (other->tile.column == tile.column && other->tile.row == tile.row && other->to == c.to
              && other->to_index == c.to_index)
            return refuse (reader, "a port of tile (%u, %u) is fed twice", tile.column, tile.row);
        }
      hop = (NpuOverlayHop){ tile, c.from, c.to, c.from_index, c.to_index };
      g_array_append_val (hops, hop);
    }
  return read_pattern (reader, "}");
}

/* Where the DMA of a shim meets its switch, which is wired so: MM2S 0 and 1 come in at south 3 and 7, S2MM 0 and 1 go out at 2 and 3. */
static gboolean
read_shim_mux (Reader *reader)
{
  static const guint in[] = { 3, 7 }, out[] = { 2, 3 };
  g_autofree char *name = NULL, *of = NULL;
  NpuTile tile;

  if (!read_pattern (reader, "$ = aie.shim_mux ( $ ) {", &name, &of) || !take_tile (reader, "shim_mux", name, of, &tile))
    return FALSE;
  if (tile.row != 0)
    return refuse (reader, "tile (%u, %u) is no shim", tile.column, tile.row);
  while (!is_next (reader, 0, "}"))
    {
      Connect c;

      if (!read_connect (reader, &c))
        return FALSE;
      if (!(c.from == NPU_DMA && c.from_index < 2 && c.to == NPU_NORTH && c.to_index == in[c.from_index])
          && !(c.to == NPU_DMA && c.to_index < 2 && c.from == NPU_NORTH && c.from_index == out[c.to_index]))
        return refuse (reader, "the mux has no such wire");
      g_array_append_val (reader->muxes[tile.column], c);
    }
  return read_pattern (reader, "}");
}

/* A hop from or to the south of a shim is one from or to its DMA, if the mux says so, and every wire of the mux has its hop. */
static gboolean
join_muxes (Reader *reader)
{
  guint n_wires = 0, n_hops = 0;

  for (guint i = 0; i < NPU_MAX_COLUMNS; i++)
    n_wires += reader->muxes[i]->len;
  for (guint i = 0; i < reader->reading->tables.hops->len; i++)
    {
      NpuOverlayHop *hop = &g_array_index (reader->reading->tables.hops, NpuOverlayHop, i);
      const GArray *muxes = reader->muxes[hop->tile.column];

      for (guint j = 0; j < muxes->len && hop->tile.row == 0; j++)
        {
          const Connect *c = &g_array_index (muxes, Connect, j);

          if (c->from == NPU_DMA && hop->from == NPU_SOUTH && hop->from_index == c->to_index)
            hop->from = NPU_DMA, hop->from_index = c->from_index, n_hops++;
          if (c->to == NPU_DMA && hop->to == NPU_SOUTH && hop->to_index == c->from_index)
            hop->to = NPU_DMA, hop->to_index = c->to_index, n_hops++;
        }
      if (hop->tile.row == 0 && (hop->from == NPU_SOUTH || hop->to == NPU_SOUTH))
        return refuse (reader, "a hop of the shim of column %u ends at no DMA", hop->tile.column);
    }
  return n_wires == n_hops || refuse (reader, "a mux has %u wires for %u hops", n_wires, n_hops);
}

/* ---------------------------------------------------------------- cores, and the whole */

static gboolean
read_core (Reader *reader)
{
  g_autofree char *name = NULL, *of = NULL, *file = NULL;
  MlirCore core;

  if (!read_pattern (reader, "$ = aie.core ( $ ) { aie.end } { elf_file = \" , stack_address = # : i32 , stack_size = # : i32 }",
                     &name, &of, &file, &core.stack_address, &core.stack_size)
      || !take_tile (reader, "core", name, of, &core.tile))
    return FALSE;
  if (core.tile.row < NPU_COMPUTE_ROW)
    return refuse (reader, "tile (%u, %u) has no core", core.tile.column, core.tile.row);
  core.elf_file = g_strndup (file + 1, strlen (file) - 2);
  g_array_append_val (reader->reading->cores, core);
  return TRUE;
}

static gboolean
read_sequence (Reader *reader)
{
  g_autofree char *symbol = NULL;
  guint *n = &reader->reading->n_arguments;

  if (!read_pattern (reader, "aie.runtime_sequence $ (", &symbol))
    return FALSE;
  do
    {
      g_autofree char *name = NULL, *expected = g_strdup_printf ("%%bo%u", *n);

      if (*n > 0 && !read_pattern (reader, ","))
        return FALSE;
      if (!read_pattern (reader, "$ : memref < 1 xi32 >", &name))
        return FALSE;
      if (strcmp (name, expected) != 0)
        return refuse (reader, "“%s” ought to be called “%s”", name, expected);
      ++*n;
    }
  while (!is_next (reader, 0, ")"));
  return read_pattern (reader, ") { }");
}

/* Nothing in a tile's memory lies on anything else, nor beyond its end. */
static gboolean
check_memory (Reader *reader)
{
  const MlirReading *reading = reader->reading;
  g_autoptr (GArray) places = g_array_new (FALSE, FALSE, sizeof (MlirBuffer));

  g_array_append_vals (places, reading->buffers->data, reading->buffers->len);
  for (guint i = 0; i < reading->cores->len; i++)
    {
      const MlirCore *core = &g_array_index (reading->cores, MlirCore, i);
      MlirBuffer stack = { core->tile, core->stack_address, core->stack_size / 4 };

      g_array_append_val (places, stack);
    }
  for (guint i = 0; i < places->len; i++)
    {
      const MlirBuffer *a = &g_array_index (places, MlirBuffer, i);

      if (a->address % 4 != 0 || (guint64) a->address + 4 * (guint64) a->words > npu_layout (a->tile.row)->memory)
        return refuse (reader, "0x%x of tile (%u, %u) is no place for %u words", a->address, a->tile.column, a->tile.row,
                       a->words);
      for (guint j = 0; j < i; j++)
        {
          const MlirBuffer *b = &g_array_index (places, MlirBuffer, j);

          if (a->tile.column == b->tile.column && a->tile.row == b->tile.row && a->address < b->address + 4 * b->words
              && b->address < a->address + 4 * a->words)
            return refuse (reader, "0x%x and 0x%x of tile (%u, %u) lie on each other", a->address, b->address, a->tile.column,
                           a->tile.row);
        }
    }
  return TRUE;
}

static gboolean
read_device (Reader *reader)
{
  static const struct
  {
    const char *op;
    gboolean (*read) (Reader *reader);
  } ops[] = {
    { "aie.tile", read_tile },         { "aie.lock", read_lock }, { "aie.buffer", read_buffer },
    { "aie.memtile_dma", read_dma },   { "aie.mem", read_dma },   { "aie.switchbox", read_switchbox },
    { "aie.shim_mux", read_shim_mux }, { "aie.core", read_core },
  };

  if (!read_pattern (reader, "module { aie.device ( & ) {", &reader->reading->device))
    return FALSE;
  while (!is_next (reader, 0, "aie.runtime_sequence"))
    {
      guint i = 0;

      while (i < G_N_ELEMENTS (ops) && !(is_next (reader, 1, "=") && is_next (reader, 2, ops[i].op)))
        i++;
      if (i == G_N_ELEMENTS (ops))
        return refuse (reader, "“%.*s” begins no op that is known here", (int) peek (reader, 0)->length, peek (reader, 0)->at);
      if (!ops[i].read (reader))
        return FALSE;
    }
  return read_sequence (reader) && read_pattern (reader, "} }")
         && (reader->next == reader->tokens->len || refuse (reader, "something follows the module")) && join_muxes (reader)
         && check_memory (reader);
}

static void
core_clear (gpointer data)
{
  g_free (((MlirCore *) data)->elf_file);
}

MlirReading *
mlir_read (const char *text, GError **error)
{
  g_autoptr (MlirReading) reading = g_new0 (MlirReading, 1);
  Reader reader = { .reading = reading, .error = error };
  gboolean is_read;

  reading->tables.locks = g_array_new (FALSE, FALSE, sizeof (NpuOverlayLock));
  reading->tables.bds = g_array_new (FALSE, FALSE, sizeof (NpuOverlayBd));
  reading->tables.starts = g_array_new (FALSE, FALSE, sizeof (NpuOverlayStart));
  reading->tables.hops = g_array_new (FALSE, FALSE, sizeof (NpuOverlayHop));
  reading->buffers = g_array_new (FALSE, FALSE, sizeof (MlirBuffer));
  reading->cores = g_array_new (FALSE, FALSE, sizeof (MlirCore));
  g_array_set_clear_func (reading->cores, core_clear);
  reader.tokens = tokens_of (text);
  reader.values = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  for (guint i = 0; i < NPU_MAX_COLUMNS; i++)
    reader.muxes[i] = g_array_new (FALSE, FALSE, sizeof (Connect));

  is_read = read_device (&reader);

  for (guint i = 0; i < NPU_MAX_COLUMNS; i++)
    g_array_unref (reader.muxes[i]);
  g_hash_table_unref (reader.values);
  g_array_unref (reader.tokens);
  return is_read ? g_steal_pointer (&reading) : NULL;
}

void
mlir_reading_free (MlirReading *reading)
{
  g_free (reading->device);
  g_array_unref (reading->tables.locks);
  g_array_unref (reading->tables.bds);
  g_array_unref (reading->tables.starts);
  g_array_unref (reading->tables.hops);
  g_array_unref (reading->buffers);
  g_array_unref (reading->cores);
  g_free (reading);
}
