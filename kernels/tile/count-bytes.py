#!/usr/bin/env python3
"""count-bytes.py - what core programs would take of their 16 KiB, estimated from what clang makes of the device half

    count-bytes.py BUDGET PROGRAM.ll...

The files of a program are compiled as for the device (C++, the vectors of tile-aie2p*.h) by an ordinary clang and linked
(link-program.py), as far as LLVM's intermediate code: inlined, unrolled and simplified as in the device's own compiler, which is an
LLVM too. A call of a function of the device (aie2p-declarations.h) is an instruction there; whatever else is left is scalar
work. From there on this is a model:

  slots      a bundle has a vector operation, a move, two loads, a store and a scalar operation, as in clock.h; COSTS says which
             of them a function of the device takes
  schedule   within straight code an operation goes into the first bundle that has its slot free and its operands ready, with the
             latencies of clock.h. A jump leaves when its condition is there, and five bundles follow it; none is needed to the
             block that lies behind (Layout)
  bytes      of a bundle: by the number of slots in it, 2 where it is empty (size_of; after llvm-aie's AIE2PCompositeFormats.td).
             A jump or a call has 6 in place of 4; each parameter of a call is a move into one of the five bundles after it
  loops      of one block, with vectors and without calls, are pipelined in at most three stages: one trip, folded to as many
             bundles as its fullest slot has operations, or a third of its length, once for each stage
  functions  one that calls others saves and restores registers: 48 bytes; one that does not: 12

What it cannot know: how many registers there are (what is spilled comes on top), addresses that a load steps along by itself
(fewer scalar operations), which loops the compiler pipelines.

BUDGET has a line for each program, "NAME BYTES". Whatever takes more than its bytes is an error.

SPDX-License-Identifier: MIT
"""
import collections
import math
import re
import sys

UNITS = {'vector': 1, 'move': 1, 'load': 2, 'store': 1, 'scalar': 1}
LATENCY = {'vector': 6, 'move': 2, 'load': 7, 'store': 1, 'scalar': 1}

JUMP_BYTES = 6
DELAY = 5
CALLER_BYTES, LEAF_BYTES = 48, 12
STAGES = 3

PROGRAM_BYTES, BUNDLE_BYTES = 16384, 16
AROUND_BYTES = 512  # entry, locks, modes, memcpy: what surrounds a program and is not written

# A register is 64 bytes: what is loaded or stored takes a slot for each.
REGISTER_BYTES = 64

# Functions of the device. An accumulator of 512 bits that goes to or comes from vector registers is a move; parts of it that are
# wider stay where they are.
COSTS = [
    (r'undef_|extract_v32acc|extract_v16acc64$', None),
    (r'extract_|insert$|concat$|broadcast_|shuffle$|shift_bytes$|ups_|srs_|pack$|to_v', 'move'),
    (r'add|sub|band|bor|min$|max$|lt$|ge$|sel$|mul_|mac_|msc_', 'vector'),
    (r'fifo_ld_', 'load'),
    (r'fifo_st_', 'store'),
]

TYPE_BYTES = {'float': 4, 'i64': 8, 'i32': 4, 'i16': 2, 'i8': 1, 'i1': 1}

# What lies in memory in the intermediate code, because calls take it so, but in registers on the device: these, and structures
# and arrays of nothing but these and vectors
IN_REGISTERS = r'(%struct\.(v64bfp16ebs8|v64bfp16ebs8_unaligned|fifo_state_t|TileClock)\b\*?)'


def size_of(slots):
    """Bytes of a bundle: its slots have 17 to 26 bits each."""
    n = sum(slots.values())
    if n < 2:
        return 4 if n == 1 else 2
    if n == 2:
        return 8 if slots['vector'] else 6
    if n == 3:
        return 10 if slots['vector'] or slots['move'] else 8
    return min(4 + 2 * n, 16)


class Op:
    """An instruction: the slots that it takes, what it waits for, and what waits for it"""

    def __init__(self, needs, gives):
        self.slots, self.kind, self.needs, self.gives = [], '', needs, gives
        self.n_parameters = 0  # of a call


def plain_name(symbol):
    """The name without C++'s parameters"""
    match = re.match(r'_Z(?:L)?(\d+)', symbol)
    if not match:
        return symbol
    start = match.end()
    return symbol[start:start + int(match[1])]


class Function:
    """Its blocks, each with a label and its lines"""

    def __init__(self, symbol, structures):
        self.name = plain_name(symbol)
        self.structures = structures  # what they are made of
        self.blocks = [('', [])]

    def is_in_registers(self, what):
        """Whether a type is made of registers alone"""
        for _ in range(8):
            what = re.sub(IN_REGISTERS + r'|<\d+ x \w+>', 'R', what)
            what = re.sub(r'\[\d+ x R\]|<?\{ ?R(, R)* ?\}>?', 'R', what)
            what = re.sub(r'%struct\.[\w.]+', lambda match: self.structures.get(match[0], match[0]), what)
        return what in ('R', 'R*')

    def read(self, line):
        label = re.match(r'([\w.]+):', line)
        if label and not self.blocks[-1][1]:
            self.blocks[-1] = (label[1], [])
        elif label:
            self.blocks.append((label[1], []))
        elif re.match(r'i\d+ |\]', line):
            self.blocks[-1][1][-1] += ' ' + line  # of a switch
        else:
            self.blocks[-1][1].append(line)


def functions_of(path):
    function, structures = None, {}
    with open(path, encoding='utf-8') as file:
        for line in file:
            line = line.split(', !')[0].strip()
            structure = re.match(r'(%struct\.[\w.]+) = type (.*)', line)
            if structure:
                structures[structure[1]] = structure[2]
            start = re.match(r'define .*?@"?([\w.]+)"?\(', line)
            if start:
                function = Function(start[1], structures)
            elif line == '}':
                yield function
                function = None
            elif function and line:
                function.read(line)


class Reader:
    """Turns the lines of a function into operations"""

    def __init__(self, function):
        self.based_on, self.kept = {}, set()
        self.lives = collections.Counter()  # of places: variables that share one have registers of their own
        for _, lines in function.blocks:
            for line in lines:
                match = re.match(r'(%[\w.]+) = alloca (.*?), align', line)
                if match:
                    self.based_on[match[1]] = match[1]
                    if function.is_in_registers(match[2]):
                        self.kept.add(match[1])

    def registers(self, values):
        places = [self.based_on[v] for v in values if self.based_on.get(v) in self.kept]
        return [f'{place} {self.lives[place]}' for place in places]

    def read(self, line):
        match = re.match(r'(%[\w.]+) = (.*)', line)
        result, text = (match[1], match[2]) if match else (None, line)
        text = re.sub(r'^(tail|musttail|notail) ', '', text)
        word = text.split()[0]
        values = [v for v in re.findall(r'%[\w.]+', text) if not re.match(r'%(struct|union)', v)]
        if 'llvm.lifetime.start' in text:
            self.lives.update(self.based_on[v] for v in values if v in self.based_on)
        held = self.registers(values)
        op = Op(values + held, [result] if result else [])

        if word in ('bitcast', 'getelementptr') and values and values[0] in self.based_on:
            self.based_on[result] = self.based_on[values[0]]
        if word in ('load', 'store'):
            self.access(op, word, text, held)
        elif word == 'call':
            self.call(op, text, held)
        elif word in ('br', 'switch', 'ret'):
            op.kind = 'jump'
            op.slots = ['scalar'] * (text.count('label') - 1 if word == 'switch' else 1)
        elif word == 'getelementptr':
            # constants belong to the instruction that uses the address
            if not held and any('%' in index for index in text.split(',')[2:]):
                op.slots = ['scalar']
            if 'inttoptr' in text:
                op.slots = ['scalar']
        elif word not in ('bitcast', 'alloca', 'phi', 'zext', 'sext', 'trunc', 'freeze', 'ptrtoint', 'inttoptr', 'unreachable',
                          'insertvalue', 'extractvalue'):
            op.slots = ['vector' if re.search(r'<\d+ x ', text) else 'scalar']
        return op

    @staticmethod
    def access(op, word, text, held):
        vector = re.match(r'\w+ (?:volatile )?<(\d+) x (\w+)>', text)
        n_bytes = int(vector[1]) * TYPE_BYTES[vector[2]] if vector else 4
        if not held:
            op.slots = [word] * max(1, n_bytes // REGISTER_BYTES)
        elif word == 'store':
            op.gives = held

    @staticmethod
    def call(op, text, held):
        match = re.search(r'@"?([\w.]+)"?\(', text)
        name = plain_name(match[1]) if match else ''
        if re.match(r'llvm\.(lifetime|assume|experimental)', name):
            op.needs = []
        elif re.match(r'llvm\.mem', name) and held:
            op.gives = held[:1]
        elif name.startswith('llvm.') and not name.startswith('llvm.mem'):
            op.slots = ['scalar']
        else:
            for pattern, slot in COSTS:
                if not name.startswith('tile_') and re.match(pattern, name):
                    op.slots = [slot] if slot else []
                    # a constant of 32 bits is a move of its own
                    if re.search(r'(float|i32) (noundef )?(0x|-?\d{5})', text):
                        op.slots.append('scalar')
                    op.gives += held
                    return
            op.kind, op.n_parameters = 'call', text.count(',') + 1


class Layout:
    """Which block lies behind which: as many as can be, in chains, so that the one needs no jump to the other"""

    def __init__(self, blocks):
        self.behind, claimed = {}, {blocks[0][0]}
        for label, lines in blocks:
            for target in self.targets(lines):
                if label not in self.behind and target not in claimed and self.last_of(target) != label:
                    self.behind[label] = target
                    claimed.add(target)

    @staticmethod
    def targets(lines):
        return re.findall(r'label %([\w.]+)', lines[-1]) if re.match(r'br ', lines[-1]) else []

    def last_of(self, label):
        while label in self.behind:
            label = self.behind[label]
        return label

    def n_jumps(self, label, lines):
        return len(set(self.targets(lines))) - (label in self.behind)


def schedule(ops):
    """Bundles of straight code, and how long it is"""
    bundles, ready, length = collections.defaultdict(collections.Counter), {}, 0
    for op in ops:
        start = max([ready.get(need, 0) for need in op.needs] or [0])
        end = start
        for slot in op.slots:
            at = start
            while bundles[at][slot] >= UNITS[slot]:
                at += 1
            bundles[at][slot] += 1
            end = max(end, at + LATENCY[slot])
            length = max(length, at + 1 + (DELAY if op.kind == 'jump' else 0))
        for value in op.gives:
            ready[value] = end
    return bundles, length


def straight(ops):
    bundles, length = schedule(ops)
    return sum(size_of(bundles[i]) for i in range(length))


def pipelined(ops):
    used = collections.Counter(slot for op in ops for slot in op.slots)
    bundles, _ = schedule(ops)
    length = max(bundles) + 1
    n_bundles = max([math.ceil(used[slot] / n) for slot, n in UNITS.items()] + [math.ceil(length / STAGES)])
    folded = [collections.Counter() for _ in range(n_bundles)]
    for slot, n in used.items():
        for i in range(n):
            folded[i % n_bundles][slot] += 1
    return sum(size_of(slots) for slots in folded) * math.ceil(length / n_bundles)


def bytes_of_block(label, lines, reader, layout):
    """(bytes, whether something is called)"""
    total, ops, calls, is_loop, has_vectors = 0, [], False, False, False
    for line in lines:
        op = reader.read(line)
        if op.kind == 'call':
            total += straight(ops) + JUMP_BYTES + op.n_parameters * 4 + max(0, DELAY - op.n_parameters) * 2
            ops, calls = [], True
            continue
        if op.kind == 'jump' and line.startswith('br') and layout.n_jumps(label, lines) == 0:
            continue
        if op.kind == 'jump':
            total += JUMP_BYTES - 4
            # where neither way lies behind, a second jump
            total += (JUMP_BYTES + DELAY * 2) * (line.startswith('br') and layout.n_jumps(label, lines) > 1)
            is_loop = label != '' and re.search(r'label %' + re.escape(label) + r'\b', line) is not None
        has_vectors |= 'vector' in op.slots or 'move' in op.slots
        ops.append(op)
    return total + (pipelined if is_loop and has_vectors and not calls else straight)(ops), calls


def bytes_of(function):
    reader, layout, total, calls = Reader(function), Layout(function.blocks), 0, False
    for label, lines in function.blocks:
        n_bytes, block_calls = bytes_of_block(label, lines, reader, layout)
        total += n_bytes
        calls |= block_calls
    return total + (CALLER_BYTES if calls else LEAF_BYTES)


def read_budget(path):
    with open(path, encoding='utf-8') as budget:
        lines = [line.split() for line in budget if line.strip() and not line.startswith('#')]
    return {name: int(n_bytes) for name, n_bytes in lines}


def line_of(name, n_bytes, most):
    fits = 'fits 16 KiB' if n_bytes <= PROGRAM_BYTES else f'{n_bytes / PROGRAM_BYTES:.1f} times 16 KiB'
    excess = '   TOO MUCH' if n_bytes > most else ''
    return f'{name:24}{n_bytes:8}{n_bytes / BUNDLE_BYTES:10.0f}{most:10}   {fits}{excess}'


def main(budget, paths):
    shares, programs, details = read_budget(budget), [], []
    for path in paths:
        name = re.sub(r'.*/|\.ll$', '', path)
        sizes = sorted(((bytes_of(f), f.name) for f in functions_of(path)), reverse=True)
        programs.append(line_of(name, sum(size for size, _ in sizes) + AROUND_BYTES, shares.get(name, 0)))
        details += ['', f'{name}: what is not inlined', *(f'  {function:22}{size:8}' for size, function in sizes)]

    table = '\n'.join([' ' * 27 + 'bytes   bundles   at most', *programs])
    print('\n'.join([table, *details]))
    if 'TOO MUCH' in table:
        sys.exit(table + '\nSomething takes more of the program memory than its share: see kernels/tile/README.md.')


if __name__ == '__main__':
    main(sys.argv[1], sys.argv[2:])
