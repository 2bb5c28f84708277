#!/usr/bin/env python3
"""link-program.py - a core's program as link-time optimisation leaves it, for count-bytes.py

    link-program.py OUT.ll LLVM-LINK FILE.ll...

FILEs are LLVM's intermediate code of all sources, as for link-time optimisation. They are linked, all but the loop of the core is made private to the
program, and what is left is optimised as a whole: what nobody calls goes, and so do parameters that nobody reads, as the clock, which
costs nothing on the device. Beside LLVM-LINK lie opt and clang of its version.

SPDX-License-Identifier: MIT
"""
import os
import subprocess
import sys
import tempfile

ENTRY = '_Z12tile_programP8TileCore'


def main(out, llvm_link, files):
    tools = os.path.dirname(os.path.realpath(llvm_link))

    def run(tool, *arguments):
        subprocess.run([os.path.join(tools, tool), *arguments], check=True)

    with tempfile.TemporaryDirectory() as folder:
        linked, private = os.path.join(folder, 'linked.ll'), os.path.join(folder, 'private.ll')
        run('llvm-link', '-S', *files, '-o', linked)
        run('opt', '-S', '--internalize', f'--internalize-public-api-list={ENTRY}', '--globaldce', linked, '-o', private)
        run('clang', '-x', 'ir', '--target=wasm32', '-O2', '-fno-unroll-loops', '-fno-vectorize', '-fno-slp-vectorize', '-S', '-emit-llvm',
            private, '-o', out)


if __name__ == '__main__':
    main(sys.argv[1], sys.argv[2], sys.argv[3:])
