"""tilescribe doctor on an NPU that is not there: each line, with what causes it, and what goes into a report. Needs no packages: XRT, where it is to be found, is a
library of that name and version, and nothing else.

SPDX-License-Identifier: MIT
"""
import json
import os
import pathlib
import pwd
import resource
import subprocess
import unittest

from fixture import NpuTest

SOURCE = pathlib.Path(os.environ['TILESCRIBE_SOURCE'])
PROGRAM = os.environ['TILESCRIBE']


class DoctorTest(NpuTest):
    def setUp(self):
        super().setUp()
        self.data = self.folder / 'program'
        self.data.mkdir()
        for path in (SOURCE / 'data').iterdir():
            (self.data / path.name).symlink_to(path)
        self.where = {'TILESCRIBE_DATA': str(self.data), 'LC_ALL': 'C.UTF-8', 'LANGUAGE': ''}

    def run_doctor(self, *arguments, faults='', **extra):
        done = self.run_here(PROGRAM, 'doctor', *arguments, faults=faults, **{**self.where, **extra})
        self.assertEqual((done.stderr, done.returncode), ('', 0))
        return done.stdout

    def look(self, faults='', **extra):
        """What doctor says of the NPU: (mark, text) in order."""
        found = json.loads(self.run_doctor('--json', faults=faults, **extra))['findings']
        return [(line['mark'], line['text']) for line in found if line['section'] == 'npu']

    def assert_line(self, lines, mark, *parts):
        self.assertTrue(any(line[0] == mark and all(part in line[1] for part in parts) for line in lines), lines)

    def install_xrt(self, version, package=None):
        """Libraries that bear these versions in their files' names."""
        folder = self.folder / 'xrt'
        folder.mkdir()
        for name, its_version in (('libxrt_coreutil.so.2', version), ('libxrt_driver_xdna.so.2', package)):
            if its_version:
                file = folder / (name[:-2] + f'.{its_version}')
                subprocess.run(['cc', '-shared', '-x', 'c', '/dev/null', f'-Wl,-soname,{name}', '-o', file], check=True)
                (folder / name).symlink_to(file.name)
        return {'LD_LIBRARY_PATH': str(folder)}


class Kernel(DoctorTest):
    def test_there_is_none(self):
        self.assertEqual(self.look('no-device'), [('missing', 'This machine has no XDNA2 NPU. Choose the device “cpu”.')])

    def test_it_is_named(self):
        self.assertEqual(self.look()[0], ('ok', 'AMD XDNA 2 NPU (0000:c5:00.1)'))

    def test_one_of_the_first_generation_is_not_enough(self):
        self.assertEqual(self.look('xdna1'), [('missing', 'This machine has an AMD XDNA NPU, and Tilescribe is for XDNA 2. Choose the device “cpu”.')])

    def test_there_is_no_driver(self):
        lines = self.look('no-driver')
        self.assert_line(lines, 'broken', 'sudo modprobe amdxdna', '6.14', 'trixie-backports linux-image-amd64')
        self.assertFalse([line for line in lines if '/dev/accel' in line[1]], 'no node is expected then')

    def test_another_driver_has_it(self):
        self.assert_line(self.look('taken'), 'broken', '“vfio-pci” has taken', 'echo 0000:c5:00.1 | sudo tee')

    def test_firmware_and_driver_are_at_odds(self):
        self.assert_line(self.look('protocol'), 'broken', 'firmware is of another version', 'sudo apt full-upgrade')

    def test_there_is_no_firmware(self):
        self.assert_line(self.look('no-firmware'), 'broken', 'no firmware for the NPU in “/lib/firmware/amdnpu/17f0_10”', 'sudo apt install')

    def test_a_container_has_no_node(self):
        self.assert_line(self.look('no-node'), 'broken', 'its node “/dev/accel/accel0” cannot be seen from here', '“--device /dev/accel/accel0”')

    def test_the_node_may_not_be_opened(self):
        self.assert_line(self.look('permission'), 'broken', '/dev/accel/accel0', 'sudo usermod -aG render $USER')
        self.assert_line(self.look(), 'ok', '“/dev/accel/accel0” can be opened')

    def test_too_little_memory_may_be_locked(self):
        soft, hard = resource.getrlimit(resource.RLIMIT_MEMLOCK)
        self.addCleanup(resource.setrlimit, resource.RLIMIT_MEMLOCK, (soft, hard))
        resource.setrlimit(resource.RLIMIT_MEMLOCK, (64 << 10, hard))
        self.assert_line(self.look('memlock'), 'broken', 'Only 64 KiB', '/etc/security/limits.d/90-npu.conf')
        self.assert_line(self.look(), 'ok', 'Enough memory may be locked')

    def test_drivers_of_other_years_will_do(self):
        for faults in ('old-driver', 'new-driver', 'sensors', 'no-sensors'):
            with self.subTest(faults=faults):
                self.assert_line(self.look(faults), 'ok', 'Driver: amdxdna')


class Libraries(DoctorTest):
    def test_xrt_is_missing(self):
        lines = self.look()
        self.assert_line(lines, 'broken', 'XRT, through which the NPU is used, is not installed', 'sudo apt install libxrt2 libxrt-npu2')
        self.assert_line(lines, 'broken', 'package for NPUs is not installed', 'sudo apt install libxrt-npu2')

    def test_xrt_is_too_old(self):
        for version in ('2.13.0', '2.9.99', '2.21.74'):
            with self.subTest(version=version):
                self.assert_line(self.look(**self.install_xrt(version)), 'broken', f'XRT {version} is too old', '2.21.75', 'trixie-backports')
                subprocess.run(['rm', '-r', self.folder / 'xrt'], check=True)

    def test_xrt_is_new_enough(self):
        for version in ('2.21.75', '2.25.00', '3.0'):
            with self.subTest(version=version):
                lines = self.look(**self.install_xrt(version, version))
                self.assert_line(lines, 'ok', f'XRT {version}')
                self.assert_line(lines, 'ok', 'package for NPUs', version)
                subprocess.run(['rm', '-r', self.folder / 'xrt'], check=True)

    def test_the_package_for_npus_is_missing(self):
        self.assert_line(self.look(**self.install_xrt('2.25.00')), 'broken', 'package for NPUs is not installed')

    def test_the_package_for_npus_is_of_another_version(self):
        self.assert_line(self.look(**self.install_xrt('2.25.00', '2.21.75')), 'broken', 'XRT is 2.25.00', 'is 2.21.75', 'sudo apt install')

    def test_the_plug_in_is_missing(self):
        self.assert_line(self.look(TILESCRIBE_XRT='/nonexistent.so'), 'broken', 'plug-in for the NPU is not installed', 'Install the package tilescribe-npu', 'where XRT 2.21.75',
                         "meson setup build-npu -Dxrt=enabled && ninja -C build-npu && sudo install -D -m 644 -t / build-npu/engine/device/xrt/tilescribe-xrt.so")

    def test_the_plug_in_is_not_ours(self):
        path = pathlib.Path(self.install_xrt('2.25.00')['LD_LIBRARY_PATH']) / 'libxrt_coreutil.so.2'
        self.assert_line(self.look(TILESCRIBE_XRT=str(path)), 'broken', 'is not of this version of Tilescribe', 'tilescribe-npu of the same version as tilescribe')

    def test_the_plug_in_cannot_be_loaded(self):
        xrt = self.install_xrt('2.25.00')
        path = self.folder / 'plugin.so'
        path.write_text('no library')
        self.assert_line(self.look(TILESCRIBE_XRT=str(path), **xrt), 'broken', 'cannot be loaded with the XRT that is installed', 'Install the package tilescribe-npu')
        told = [text for _, text in self.look(TILESCRIBE_XRT=str(path)) if text.startswith('XRT, through which the NPU is used, is not installed')]
        self.assertEqual(len(told), 2, 'of XRT itself, and of what needs it')
        (line,) = [text for _, text in self.look(TILESCRIBE_XRT=str(path), **xrt) if 'plugin.so' in text and 'cannot be loaded' in text]
        self.assertNotIn('too old', line)

    def test_the_design_is_missing_or_another(self):
        self.assert_line(self.look(), 'broken', 'has not been built', f'-t {self.data} build-npu/kernels/mlir/overlay-8.xclbin')
        self.write_container(folder=self.data)
        self.assert_line(self.look(), 'ok', 'design is built')
        (self.data / 'overlay-8.hash').write_text('0123456789abcdef\n')
        self.assert_line(self.look(), 'broken', 'another version of the NPU\'s design', 'run “ninja -C build-npu')


class Report(DoctorTest):
    def report(self, faults='', **extra):
        return self.run_doctor('--report', faults=faults, **extra)

    def telemetry(self, faults='', **extra):
        text = self.report(faults, **extra).split('[telemetry]\n')[1].split('\n\n')[0]
        return dict(line.split(': ', 1) for line in text.splitlines())

    def test_what_the_npu_tells(self):
        self.assertEqual(self.telemetry(), {
            'node': '/dev/accel/accel0', 'board': 'RyzenAI-npu4', 'driver': 'amdxdna 0.6', 'firmware': '1.0.20.434',
            'XRT': 'not known: it is not installed', 'columns and rows': '8 columns, 6 rows', 'power': '0.087 W', 'temperature': '47.0 °C',
            'use of the columns': '0 0 0 0 0 0 0 0 %', 'clocks': 'MP-NPU 1267 MHz, H 792 MHz', 'limits': 'H 1800 MHz, 0 of 50 TOPS, 16 contexts',
            'power mode': 'default', 'contexts': '0, 0 commands queued', 'time of work': 'not known: this program does not use the NPU now'})

    def test_a_sleeping_npu_is_not_woken(self):
        told = self.telemetry('asleep')
        self.assertEqual(self.calls(), [], 'the driver was not asked, nor was the node opened')
        for part in ('driver', 'power', 'temperature', 'use of the columns', 'clocks', 'limits', 'power mode', 'contexts', 'columns and rows'):
            self.assertEqual(told[part], 'not known: the NPU sleeps, and asking would wake it')
        self.assertEqual(told['firmware'], '1.0.20.434')

    def test_a_waking_one_is_asked(self):
        self.telemetry()
        self.assertIn(('GET_INFO', '0'), self.calls())
        self.assertNotIn(('wake', '0'), self.calls())

    def test_kernels_without_sensors_have_another_power_meter(self):
        for faults in ('no-sensors', 'old-driver'):
            with self.subTest(faults=faults):
                told = self.telemetry(faults)
                self.assertEqual(told['power'], '1.250 W')
                self.assertEqual(told['use of the columns'], 'not known: this kernel\'s driver does not tell it')
                self.assertEqual(told['contexts'], '0, 0 commands queued')

    def test_sensors_that_cannot_be_true(self):
        told = self.telemetry('sensors')
        for part in ('power', 'use of the columns'):
            self.assertEqual(told[part], 'not known: the driver tells what cannot be')
        self.assertEqual(told['clocks'], 'MP-NPU 1267 MHz, H 792 MHz')

    def test_a_newer_driver_is_understood(self):
        told = self.telemetry('new-driver')
        self.assertEqual((told['driver'], told['power'], told['use of the columns']), ('amdxdna 0.9', '0.087 W', '0 0 0 0 0 0 0 0 %'))

    def test_who_may_not_ask(self):
        told = self.telemetry('permission')
        for part in ('driver', 'power', 'clocks', 'contexts'):
            self.assertEqual(told[part], 'not known: you may not ask the driver')

    def test_a_driver_that_fails_to_answer(self):
        told = self.telemetry('mute')
        self.assertEqual((told['firmware'], told['temperature']), ('1.0.20.434', '47.0 °C'), 'what the kernel tells without it')
        for part in ('driver', 'power', 'columns and rows', 'use of the columns', 'clocks', 'limits', 'power mode', 'contexts'):
            self.assertEqual(told[part], 'not known: the driver failed to answer')

    def test_without_npu_or_driver(self):
        for faults in ('no-device', 'no-driver', 'protocol', 'taken'):
            with self.subTest(faults=faults):
                told = self.telemetry(faults)
                self.assertEqual((told['node'], told['firmware']), ('none', 'not known: there is no NPU, or its driver is not loaded'))

    def test_versions_and_doctors_lines(self):
        text = self.report()
        self.assertRegex(text, r'^Tilescribe \d+\.\d+\.\d+\ndistribution: .*\nkernel: Linux .*\nmade by: Framework\n'
                         r'model: Laptop 13 \(AMD Ryzen AI 300 Series\)\nBIOS: 03.04\ndesign of the NPU: [0-9a-f]{16}\n')
        for part in ('[machine]\n', '[libraries]\n', '[npu]\nok: AMD XDNA 2 NPU', 'broken: XRT, through which'):
            self.assertIn(part, text)

    def test_nothing_personal(self):
        plugin = self.folder / 'private' / 'plugin.so'
        text = self.report(USER='muriel', LOGNAME='muriel', TILESCRIBE_XRT=str(plugin), LANGUAGE='de')
        self.assertIn('“~/private/plugin.so”', text)
        for word in (str(self.folder), os.uname().nodename, '[models]', '[database]', '[folders]', 'starter', 'FRANDACPA1234567'):
            self.assertNotIn(word, text)

    def test_no_home_under_another_name_and_no_user(self):
        name = pwd.getpwuid(os.getuid()).pw_name
        real = self.folder / 'homes' / f'{name}.box'
        real.mkdir(parents=True)
        (self.folder / 'home').symlink_to(real)
        for path, seen in ((real / 'plugin.so', '~/plugin.so'), (f'/media/{name}/plugin.so', '/media/USER/plugin.so'), (f'/srv/{name}', '/srv/USER'),
                           (f'{real}es/plugin.so', f'{real}es/plugin.so')):
            with self.subTest(path=path):
                text = self.report(HOME=str(self.folder / 'home'), TILESCRIBE_XRT=str(path))
                self.assertIn(f'“{seen}”', text)

    def test_nothing_of_what_was_said(self):
        plain = {'LD_PRELOAD': ''}
        clip = SOURCE / 'tests/data/fox.wav'
        done = self.run_here(PROGRAM, 'transcribe', clip, **{**self.where, **plain})
        self.assertIn('fox', done.stdout)
        for word in ('fox', 'transcripts.db', 'quick'):
            self.assertNotIn(word, self.report())

    def test_it_goes_to_a_file(self):
        file = self.folder / 'report.txt'
        printed = self.run_doctor('--report')
        for arguments in (('--report', file), (f'--report={file}',), ('-r', file)):
            with self.subTest(arguments=arguments):
                done = self.run_here(PROGRAM, 'doctor', *arguments, **self.where)
                self.assertEqual((done.stdout, done.stderr, done.returncode), ('', f'The report is in “{file}”.\n', 0))
                self.assertEqual(file.read_text(), printed)
                file.unlink()
        self.assertEqual(self.run_doctor('--report=-'), printed)

    def test_a_file_that_cannot_be_written(self):
        done = self.run_here(PROGRAM, 'doctor', '--report', self.folder / 'nowhere' / 'report.txt', **self.where)
        self.assertEqual((done.stdout, done.returncode), ('', 1))
        self.assertRegex(done.stderr, r'^tilescribe: The report “.*/nowhere/report.txt” cannot be written: .*\.\n$')

    def test_only_the_report_is_in_english(self):
        file = self.folder / 'report.txt'
        german = {'LANGUAGE': 'de', 'LC_ALL': 'C.UTF-8', 'TILESCRIBE_LOCALEDIR': os.environ['TILESCRIBE_LOCALEDIR']}
        done = self.run_here(PROGRAM, 'doctor', '--report', file, **{**self.where, **german})
        self.assertIn('Der Bericht steht in', done.stderr)
        self.assertIn('is not installed', file.read_text())

    def test_it_is_in_english(self):
        text = self.report(LANGUAGE='de', LC_ALL='de_DE.UTF-8', TILESCRIBE_LOCALEDIR=os.environ['TILESCRIBE_LOCALEDIR'])
        self.assertIn('power: 0.087 W', text)
        self.assertIn('is not installed', text)


if __name__ == '__main__':
    unittest.main(verbosity=2)
