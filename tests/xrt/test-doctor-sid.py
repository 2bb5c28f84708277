"""tilescribe doctor with all that an NPU needs, and with what only a try can tell: genuine XRT, AMD's genuine driver library

SPDX-License-Identifier: MIT
"""
import json
import os
import subprocess
import unittest

from fixture import LIBRARIES, ProgramTest, get_root

# What goes wrong, and what doctor says of it
TRIED = {
    'no-room': 'not enough memory for the NPU. Close other programs',
    'no-buffers': 'cannot be opened, and Tilescribe does not know why',
    'gone-before': 'sudo modprobe -r amdxdna; sudo modprobe amdxdna',
    'contexts': 'Close another that uses it: “sudo fuser -v /dev/accel/accel*”',
    'partition': 'ninja -C build-npu && sudo install -D -m 644 -t',
    'firmware': 'firmware and driver are of different versions: bring both up to date with “sudo apt full-upgrade”',
    'abort': 'was stopped',
    'timeout': 'hung',
    'error': 'has failed',
    'gone': 'does not answer any more',
    'wrong': 'other numbers than its emulator',
}


class Doctor(ProgramTest):
    def setUp(self):
        super().setUp()
        self.where.update(LC_ALL='C.UTF-8', LANGUAGE='')

    def look(self, faults='', libraries=None):
        done = self.run_in_sid(os.environ['TILESCRIBE'], 'doctor', '--json', faults=faults, libraries=libraries, **self.where)
        self.assertEqual(done.returncode, 0, done)
        found = json.loads(done.stdout)['findings']
        return [(line['mark'], line['text']) for line in found if line['section'] == 'npu']

    def test_all_is_green(self):
        lines = self.look()
        self.assertEqual({mark for mark, _ in lines}, {'ok'}, lines)
        self.assertEqual(lines[-1], ('ok', 'The NPU computes the very numbers of its emulator'))
        self.assertIn(('EXEC_CMD', '0'), self.calls())

    def test_an_array_that_rounds_otherwise_may_be_used(self):
        mark, text = self.look('rounding')[-1]
        self.assertEqual(mark, 'ok')
        error = float(text.split('The NPU computes as its emulator does, but for a relative error of ')[1])
        self.assertTrue(1e-6 < error < 5e-4, text)

    def test_a_report_is_made_before_the_npu_is_woken(self):
        done = self.run_in_sid(os.environ['TILESCRIBE'], 'doctor', '--report', faults='asleep', **self.where)
        self.assertEqual(done.returncode, 0, done)
        (package,) = (get_root() / LIBRARIES).glob('libxrt_driver_xdna.so.2.*')
        version = package.name.split('.so.')[1]
        for part in (f'XRT: {version}, its package for NPUs {version}\n', 'power: not known: the NPU sleeps', 'ok: The NPU computes'):
            self.assertIn(part, done.stdout)
        self.assertEqual(self.calls().count(('wake', '0')), 1, 'the try wakes it')

    def test_what_only_a_try_can_tell(self):
        for faults, why in TRIED.items():
            with self.subTest(faults=faults):
                lines = self.look(faults)
                self.assertEqual([mark for mark, _ in lines], ['ok'] * (len(lines) - 1) + ['broken'], lines)
                self.assertIn(why, lines[-1][1])

    def test_nothing_is_tried_if_something_is_missing(self):
        lines = self.look(libraries=self.libraries_without('libxrt_driver_xdna'))
        self.assertEqual([text.split('.')[0] for mark, text in lines if mark == 'broken'], ['XRT\'s package for NPUs is not installed'])
        self.assertEqual(self.calls(), [])

    def test_a_package_that_xrt_does_not_take(self):
        libraries = self.libraries_without('libxrt_driver_xdna')
        (genuine,) = (get_root() / LIBRARIES).glob('libxrt_driver_xdna.so.2.*')
        subprocess.run(['cc', '-shared', '-x', 'c', '/dev/null', '-o', libraries / genuine.name], check=True)
        (libraries / 'libxrt_driver_xdna.so.2').symlink_to(genuine.name)
        mark, text = self.look(libraries=libraries)[-1]
        self.assertEqual(mark, 'broken')
        self.assertIn('The driver has an NPU, and XRT does not find it', text)
        self.assertIn('sudo apt install --reinstall libxrt2 libxrt-npu2', text)

    def test_a_package_of_another_version(self):
        libraries = self.libraries_without('libxrt_driver_xdna')
        (genuine,) = (get_root() / LIBRARIES).glob('libxrt_driver_xdna.so.2.*')
        (libraries / 'libxrt_driver_xdna.so.2.21.75').write_bytes(genuine.read_bytes())
        (libraries / 'libxrt_driver_xdna.so.2').symlink_to('libxrt_driver_xdna.so.2.21.75')
        lines = [text for mark, text in self.look(libraries=libraries) if mark == 'broken']
        self.assertEqual(len(lines), 1, lines)
        self.assertIn('2.21.75: both have to be of the same version', lines[0])


if __name__ == '__main__':
    get_root()
    unittest.main(verbosity=2)
