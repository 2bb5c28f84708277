"""tilescribe on the device "npu", all the way: its plug-in, genuine XRT, AMD's genuine driver library, system calls, and the emulator behind them

SPDX-License-Identifier: MIT
"""
import json
import os
import pathlib
import resource
import unittest

from fixture import ProgramTest, get_root

CLIPS = pathlib.Path(os.environ['TILESCRIBE_SOURCE']) / 'tests/data'
FOX = CLIPS / 'fox.wav'
TEXT = 'The quick brown fox jumps over the lazy dog.\n'


class TranscribeTest(ProgramTest):
    def transcribe(self, *arguments, device='npu', clip=FOX, **how):
        return self.run_in_sid(os.environ['TILESCRIBE'], 'transcribe', '--device', device, *arguments, clip, **{**self.where, **how})

    def show(self, n):
        """What is told of the n-th transcript of this test."""
        return self.run_in_sid(os.environ['TILESCRIBE'], 'history', 'show', n, **self.where).stdout

    def succeed(self, *arguments, **how):
        done = self.transcribe(*arguments, **how)
        self.assertEqual((done.stderr, done.returncode), ('', 0))
        return done.stdout


class Transcript(TranscribeTest):
    def test_it_is_the_emulators(self):
        for how in ([], ['--fast'], ['--beam', '3'], ['--word-times']):
            with self.subTest(how=how):
                found = self.succeed('-f', 'srt', *how)
                self.assertEqual(found, self.succeed('-f', 'srt', *how, device='emulator'))
                self.assertIn('-->', found)

    def test_so_are_probabilities(self):
        runs = [json.loads(self.succeed('-f', 'json', '-w', device=device, clip=CLIPS / 'meeting.wav')) for device in ('npu', 'emulator')]
        self.assertEqual(runs[0]['segments'], runs[1]['segments'])
        self.assertEqual(runs[0]['run']['device'], 'npu')
        self.assertEqual((runs[1]['run']['watts'], runs[1]['run']['joules']), (None, None), 'the emulator has no model of power')
        self.assertNotIn('Power', self.show(2))

    def test_windows_at_once(self):
        how = ['--batch', '4', '-f', 'srt']
        self.assertEqual(self.succeed(*how, clip=CLIPS / 'two.wav'), self.succeed(*how, clip=CLIPS / 'two.wav', device='emulator'))

    def test_it_came_from_the_device(self):
        self.succeed()
        calls = self.calls()
        self.assertGreater(calls.count(('EXEC_CMD', '0')), 10)
        self.assertEqual(calls.count(('CREATE_HWCTX', '0')), 1)
        self.assertEqual([call for call in calls if call[1] != '0'], [])
        self.assertEqual(calls.count(('CREATE_BO', '0')), calls.count(('GEM_CLOSE', '0')))

    def test_all_that_one_side_writes_is_synchronised(self):
        how = {'faults': 'incoherent', 'Debug.force_driver_sync': 'true'}
        for arguments in ([], ['--beam', '3', '--word-times', '-f', 'srt'], ['--fast']):
            with self.subTest(arguments=arguments):
                self.assertEqual(self.succeed(*arguments, **how), self.succeed(*arguments, device='emulator'))

    def test_drivers_of_other_years_will_do(self):
        meters = {'old-driver': 1.25, 'new-driver': None, 'sensors': 'not known', 'no-sensors': 1.25}
        for n, (faults, watts) in enumerate(meters.items(), 1):
            with self.subTest(faults=faults):
                found = json.loads(self.succeed('-f', 'json', faults=faults))
                self.assertEqual(''.join(segment['text'] for segment in found['segments']).strip() + '\n', TEXT)
                if watts == 'not known':
                    self.assertEqual((found['run']['watts'], found['run']['joules']), (None, None))
                    self.assertIn('Power       not known\n', self.show(n))
                elif watts:
                    self.assertEqual(found['run']['watts'], watts, 'another meter, where the driver has none')

    def test_its_power_is_kept(self):
        run = json.loads(self.succeed('-f', 'json'))['run']
        busy = run['submit'] + run['kernel'] + run['transfer']
        self.assertTrue(0.087 <= run['watts'] <= 4.321, run)
        self.assertAlmostEqual(run['joules'], run['watts'] * busy, delta=1e-5)
        energy = run['joules'] * 60 / run['audio']
        self.assertRegex(self.show(1), rf'Power +{run["watts"]:.2f} W while the NPU worked, {energy:.2f} J for a minute of audio\n')

    def test_auto_takes_it(self):
        run = json.loads(self.succeed('-f', 'json', device='auto'))['run']
        self.assertEqual(run['device'], 'npu')

    def test_auto_says_why_it_does_not(self):
        done = self.transcribe('-f', 'json', device='auto', faults='permission')
        self.assertEqual(json.loads(done.stdout)['run']['device'], 'cpu')
        self.assertEqual(done.stderr.count('sudo usermod -aG render $USER'), 1, done.stderr)


class Faults(TranscribeTest):
    def test_the_cpu_goes_on_after_a_run_that_fails(self):
        for faults, why in (('timeout@3', 'hung'), ('stuck@3', 'hung'), ('abort@5', 'was stopped'), ('firmware', 'firmware and driver are of different versions'),
                            ('error@2', 'has failed'), ('gone@1', 'does not answer any more'), ('gone@4', 'does not answer any more'), ('gone-after@5', 'does not answer any more')):
            with self.subTest(faults=faults):
                done = self.transcribe(faults=faults)
                self.assertEqual((done.stdout, done.returncode), (TEXT, 0))
                self.assertIn('“npu” failed, and the CPU went on: The NPU', done.stderr)
                self.assertIn(why, done.stderr)

    def test_an_npu_that_is_asked_for_and_cannot_be_had_is_explained(self):
        for faults, why in (('no-device', 'no NPU'), ('permission', 'sudo usermod -aG render $USER'), ('memlock', 'memlock unlimited'),
                            ('contexts', 'Close another that uses it'), ('partition', 'does not take its design')):
            with self.subTest(faults=faults):
                self.assert_refused(self.transcribe(faults=faults), why)

    def assert_refused(self, done, why):
        self.assertEqual((done.stdout, done.returncode), ('', 1), done)
        self.assertIn(why, done.stderr)
        self.assertEqual(done.stderr.count('\n'), 1, done.stderr)

    def test_a_limit_of_locked_memory_is_explained(self):
        soft, hard = resource.getrlimit(resource.RLIMIT_MEMLOCK)
        self.addCleanup(resource.setrlimit, resource.RLIMIT_MEMLOCK, (soft, hard))
        for limit, returncode in ((63 << 20, 1), (512 << 20, 0)):
            if hard in (resource.RLIM_INFINITY,) or limit <= hard:
                resource.setrlimit(resource.RLIMIT_MEMLOCK, (limit, hard))
                self.assertEqual(self.transcribe(faults='memlock').returncode, returncode, limit)

    def test_xrt_is_missing(self):
        done = self.run_here(os.environ['TILESCRIBE'], 'transcribe', '--device', 'npu', FOX, **self.where)
        self.assert_refused(done, 'sudo apt install libxrt2 libxrt-npu2')

    def test_the_drivers_package_is_missing(self):
        done = self.transcribe(libraries=self.libraries_without('libxrt_driver_xdna'))
        self.assert_refused(done, 'sudo apt install --reinstall libxrt2 libxrt-npu2')

    def test_the_design_is_missing(self):
        (self.folder / 'program/overlay-8.xclbin').unlink()
        self.assert_refused(self.transcribe(), 'has not been built')

    def test_the_design_is_an_old_one(self):
        (self.folder / 'program/overlay-8.hash').write_text('0123456789abcdef\n')
        self.assert_refused(self.transcribe(), 'another version of the NPU\'s design')

    def test_the_design_is_damaged(self):
        path = self.folder / 'program/overlay-8.xclbin'
        data = path.read_bytes()
        for damaged in (b'', data[:100], data[:-200], b'xclbin3' + data[7:]):
            path.write_bytes(damaged)
            self.assert_refused(self.transcribe(), 'does not take its design')


if __name__ == '__main__':
    get_root()
    unittest.main(verbosity=2)
