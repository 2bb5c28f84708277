"""XRT and AMD's driver library on the stand-in for the kernel driver: a recorded run of the emulator leaves the same bytes, and what goes wrong is told.

SPDX-License-Identifier: MIT
"""
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

from fixture import HERE, NpuTest, compile_with_xrt, get_root


STREAMS = 2  # of a recorded run: the encoder's programs


class Replay(NpuTest):
    def setUp(self):
        super().setUp()
        self.program = compile_with_xrt('replay', HERE / 'replay.cpp')

    @classmethod
    def setUpClass(cls):
        cls.recordings = tempfile.TemporaryDirectory(prefix='tilescribe-xrt-')
        cls.addClassCleanup(cls.recordings.cleanup)

    def record(self, columns):
        path = pathlib.Path(self.recordings.name) / str(columns)
        if not path.exists():
            subprocess.run([os.environ['TILESCRIBE_RECORD_RUN'], str(columns), path], check=True)
        return path

    def replay(self, *how, columns=8, **where):
        return self.run_in_sid(self.program, self.write_container(columns), self.record(columns), *how, **where)

    def assert_same(self, done):
        self.assertEqual((done.stdout, done.stderr, done.returncode), ('same\n', '', 0))

    def assert_told(self, done, sentence):
        self.assertEqual(done.returncode, 1, done)
        self.assertIn(sentence, done.stdout)


class Bytes(Replay):
    def test_a_run_leaves_the_emulators_bytes(self):
        for columns in (1, 2, 4, 8):
            with self.subTest(columns=columns):
                self.assert_same(self.replay(columns=columns))
                self.assertIn(('EXEC_CMD', '0'), self.calls())

    def test_runs_follow_each_other(self):
        self.assert_same(self.replay('5', 'once'))
        self.assertEqual(self.calls().count(('EXEC_CMD', '0')), 5 * STREAMS)

    def test_a_list_of_runs_is_one_command_in_24(self):
        self.assert_same(self.replay('30', 'list'))
        self.assertEqual(self.calls().count(('EXEC_CMD', '0')), -(-30 * STREAMS // 24))

    def test_memory_that_is_not_coherent_is_synchronised(self):
        done = self.replay(faults='incoherent', **{'Debug.force_driver_sync': 'true'})
        self.assert_same(done)
        self.assertIn(('SYNC_BO', '0'), self.calls())

    def test_incoherence_shows_what_is_not_synchronised(self):
        self.assert_told(self.replay(faults='incoherent'), 'CONFIG_HWCTX')

    def test_drivers_of_other_years_will_do(self):
        for faults, wait in (('old-driver', 'WAIT_CMD'), ('new-driver', 'SYNCOBJ_TIMELINE_WAIT')):
            with self.subTest(faults=faults):
                self.assert_same(self.replay(faults=faults))
                self.assertIn((wait, '0'), self.calls())

    def test_the_next_run_after_a_hang_is_a_good_one(self):
        self.assert_told(self.replay('2', 'once', faults='timeout@2'), 'ERT_CMD_STATE_TIMEOUT')
        self.assert_same(self.replay())


class Faults(Replay):
    def test_xrt_tells_each(self):
        for faults, sentence in (
                ('no-device', "No such device with index '0'"),
                ('no-driver', "No such device with index '0'"),
                ('protocol', "No such device with index '0'"),
                ('permission', 'Permission denied'),
                ('memlock', 'Resource temporarily unavailable'),
                ('contexts', 'CREATE_HWCTX IOCTL failed (err=-22)'),
                ('partition', 'CONFIG_HWCTX IOCTL failed (err=-22)'),
                ('firmware', 'ERT_CMD_STATE_ABORT'),
                ('abort', 'ERT_CMD_STATE_ABORT'),
                ('error', 'ERT_CMD_STATE_ERROR'),
                ('timeout', 'ERT_CMD_STATE_TIMEOUT'),
                ('stuck', 'qds_device::wait() unexpected command state'),  # the library does not look at the wait's result
                ('stuck,old-driver', 'The run did not end in time'),
                ('gone', 'ERT_CMD_STATE_ABORT')):
            with self.subTest(faults=faults):
                self.assert_told(self.replay(faults=faults), sentence)

    def test_xrt_tells_each_in_a_list(self):
        for faults, sentence in (('abort@3', 'ERT_CMD_STATE_ABORT'), ('error@3', 'ERT_CMD_STATE_ERROR'),
                                 ('timeout@3', 'ERT_CMD_STATE_TIMEOUT'), ('gone@2', 'ERT_CMD_STATE_ABORT')):
            with self.subTest(faults=faults):
                self.assert_told(self.replay('4', 'list', faults=faults), sentence)

    def test_what_is_gone_stays_gone(self):
        self.replay('2', 'once', faults='gone')
        self.assertEqual({error for name, error in self.calls() if name == 'GEM_CLOSE'}, {'ENODEV'})

    def test_without_the_drivers_package_there_is_no_device(self):
        done = self.replay(libraries=self.libraries_without('libxrt_driver_xdna'))
        self.assert_told(done, "No such device with index '0'")
        self.assertEqual(self.calls(), [])

    def test_a_container_for_another_design_is_refused(self):
        path = self.write_container()
        path.write_bytes(re.sub(rb'(tilescribe overlay) \d', rb'\1 9', path.read_bytes()))
        done = self.run_in_sid(self.program, path, self.record(8))
        self.assert_told(done, 'CONFIG_HWCTX IOCTL failed (err=-22)')
        self.assertIn('names no overlay that there is', done.stderr)

    def test_a_container_that_was_cut_is_refused(self):
        path = self.write_container()
        path.write_bytes(path.read_bytes()[:-200])
        self.assertEqual(self.run_in_sid(self.program, path, self.record(8)).returncode, 1)
        self.assertNotIn('CREATE_HWCTX', [name for name, _ in self.calls()])


class Formats(unittest.TestCase):
    def test_the_stand_in_speaks_as_the_kernels_header_says(self):
        flags = subprocess.run(['pkg-config', '--cflags', 'glib-2.0'], check=True, capture_output=True, text=True).stdout.split()
        done = subprocess.run([shutil.which('cc'), '-std=gnu11', '-fsyntax-only', '-isystem', get_root() / 'usr/include', *flags,
                               '-I', HERE.parent.parent / 'engine', HERE / 'test-formats.c'], capture_output=True, text=True)
        self.assertEqual((done.stderr, done.returncode), ('', 0))


if __name__ == '__main__':
    get_root()
    unittest.main(verbosity=2)
