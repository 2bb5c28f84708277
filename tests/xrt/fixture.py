"""What the tests of the real device share: programs run on an NPU that is not there.

In Debian sid's root (sid.py), with genuine XRT and AMD's genuine driver library, or without, where nothing but the kernel driver is asked. Either way the stand-in for
the kernel driver is loaded before all else.

The environment tells where things are: TILESCRIBE_XRT_BUILD (a folder for what is fetched and compiled here), TILESCRIBE_STAND_IN, TILESCRIBE_WRITE_CONTAINER,
TILESCRIBE_RECORD_RUN, TILESCRIBE_SOURCE. A test is skipped where the package mirror does not answer, and for no other reason.

SPDX-License-Identifier: MIT
"""
import fcntl
import functools
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

import sid

HERE = pathlib.Path(__file__).parent
BUILD = pathlib.Path(os.environ['TILESCRIBE_XRT_BUILD'])
LIBRARIES = 'usr/lib/x86_64-linux-gnu'
LOADER = f'{LIBRARIES}/ld-linux-x86-64.so.2'
PATIENCE = 200  # seconds until a process counts as hanging


@functools.lru_cache(maxsize=None)
def get_root():
    """Debian sid's root. Skips the test if it cannot be had."""
    try:
        return pathlib.Path(sid.get_root(str(BUILD / 'sid')))
    except sid.NoAnswer as error:
        print(f'The package mirror does not answer: {error}', file=sys.stderr)
        sys.exit(77)


@functools.lru_cache(maxsize=None)
def compile_with_xrt(name, *sources, options=()):
    """A program or library of C++ on XRT, compiled unless it is there and newer than its sources."""
    root, output = get_root(), BUILD / name
    with open(BUILD / 'compile.lock', 'w', encoding='utf-8') as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        newest = max(os.stat(path).st_mtime for path in (root, *sources))
        if not output.exists() or output.stat().st_mtime < newest:
            subprocess.run(['g++', '-std=c++17', '-O1', '-Wall', '-Wextra', '-isystem', root / 'usr/include', *options, *sources, '-o', output,
                            f'-L{root / LIBRARIES}', '-l:libxrt_coreutil.so.2', '-Wl,--unresolved-symbols=ignore-in-shared-libs'],
                           check=True)
    return output


class NpuTest(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix='tilescribe-xrt-'))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.log = self.folder / 'log'

    def environment(self, faults, extra):
        tree = self.folder / 'tree'
        shutil.rmtree(tree, ignore_errors=True)
        self.log.unlink(missing_ok=True)
        return {**os.environ, 'TILESCRIBE_NPU_TREE': str(tree), 'TILESCRIBE_NPU_LOG': str(self.log), 'TILESCRIBE_NPU_FAULT': faults,
                'HOME': str(self.folder), 'XDG_DATA_HOME': str(self.folder / 'data'), **extra}

    def run_here(self, *command, faults='', **extra):
        """With this system's libraries: there is an NPU, and no XRT for it."""
        environment = self.environment(faults, extra)
        environment['LD_PRELOAD'] = os.environ['TILESCRIBE_STAND_IN']
        return subprocess.run([str(word) for word in command], env=environment, cwd=self.folder, capture_output=True, text=True,
                              stdin=subprocess.DEVNULL, timeout=PATIENCE)

    def run_in_sid(self, *command, faults='', libraries=None, **extra):
        """With sid's libraries, and this system's where sid's root has none."""
        loader = [get_root() / LOADER, '--library-path', libraries or get_root() / LIBRARIES, '--preload', os.environ['TILESCRIBE_STAND_IN']]
        return subprocess.run([str(word) for word in loader + list(command)], env=self.environment(faults, extra), cwd=self.folder,
                              capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=PATIENCE)

    def calls(self):
        """What the driver was asked, in order: (name, '0' or the error)."""
        return [tuple(line.split()) for line in self.log.read_text().splitlines()] if self.log.exists() else []

    def libraries_without(self, *names):
        """Sid's libraries, but for some packages' that are not installed."""
        folder = self.folder / 'root' / LIBRARIES
        folder.mkdir(parents=True)
        for path in (get_root() / LIBRARIES).iterdir():
            if not path.name.startswith(names):
                (folder / path.name).symlink_to(path)
        return folder

    def write_container(self, columns=8, folder=None):
        folder = folder or self.folder
        subprocess.run([os.environ['TILESCRIBE_WRITE_CONTAINER'], str(columns), folder], check=True)
        return folder / f'overlay-{columns}.xclbin'


class ProgramTest(NpuTest):
    """The program as a person has it who built all of it: its data with the overlay among them, and the plug-in; "where" tells it."""
    def setUp(self):
        super().setUp()
        source = pathlib.Path(os.environ['TILESCRIBE_SOURCE'])
        self.plugin = compile_with_xrt('tilescribe-xrt.so', source / 'engine/device/xrt/xrt-plugin.cpp',
                                       options=('-shared', '-fPIC', '-fvisibility=hidden', '-Werror'))
        data = self.folder / 'program'
        data.mkdir()
        for path in (source / 'data').iterdir():
            (data / path.name).symlink_to(path)
        self.write_container(folder=data)
        self.where = {'TILESCRIBE_DATA': str(data), 'TILESCRIBE_XRT': str(self.plugin)}
