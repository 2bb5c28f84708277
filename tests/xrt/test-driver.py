"""The stand-in for the kernel driver, asked without XRT: files, sizes of answers, errors.

SPDX-License-Identifier: MIT
"""
import sys
import unittest

from fixture import HERE, NpuTest


class Driver(NpuTest):
    def ask(self, what, faults=''):
        done = self.run_here(sys.executable, HERE / 'ask.py', what, faults=faults)
        return done.stdout.splitlines() if done.returncode == 0 else [done.stderr.strip()]

    def test_the_node_is_a_device(self):
        self.assertEqual(self.ask('node'), ['0o20660 261 True'])

    def test_links_lead_where_the_kernels_do(self):
        device = '/sys/devices/pci0000:00/0000:00:08.2/0000:c5:00.1'
        self.assertEqual(self.ask('links'), [device, '/sys/bus/pci/drivers/amdxdna', device, "['accel0', '.here'] True"])

    def test_versions(self):
        self.assertEqual(self.ask('versions'), ['amdxdna_accel_driver (0, 6) 1.0.20.434'])

    def test_a_list_that_does_not_fit_is_refused(self):
        found = self.ask('sensors')
        self.assertEqual(found[0], '28')
        self.assertEqual(found[1], "b'Total Power' 87 0")
        self.assertEqual(len(found), 10)

    def test_sensors_of_other_drivers(self):
        self.assertIn('Operation not supported', self.ask('sensors', 'no-sensors')[0])
        self.assertEqual(self.ask('sensors', 'new-driver')[-1], "b'Mood' 3 77")
        self.assertIn('4294967295', self.ask('sensors', 'sensors')[1])

    def test_arrays_are_cut_to_what_both_know(self):
        self.assertEqual(self.ask('contexts'), ['(144, 0)'])
        self.assertEqual(self.ask('contexts', 'new-driver'), ['(208, 0)'])
        self.assertIn('Invalid argument', self.ask('contexts', 'old-driver')[0])

    def test_only_questions_to_the_driver_wake_the_npu(self):
        self.assertEqual(self.ask('sleep', 'asleep'), ['suspended', 'suspended', 'active'])
        self.assertEqual(self.calls(), [('open', '0'), ('wake', '0'), ('GET_INFO', '0'), ('close', '0')])

    def test_buffers(self):
        self.assertEqual(self.ask('buffers'), ['3 Invalid argument', '2 Invalid argument', '2 ok', '3 ok',
                                               '3 Resource temporarily unavailable', '9 Invalid argument'])

    def test_the_time_it_worked(self):
        self.assertEqual(self.ask('fdinfo'), ['drm-driver drm-client-id drm-pdev drm-engine-amdxdna_accel_driver'])

    def test_what_is_missing(self):
        for faults, error in (('no-device', 'No such file or directory'), ('no-driver', 'No such file or directory'),
                              ('protocol', 'No such file or directory'), ('permission', 'Permission denied')):
            with self.subTest(faults=faults):
                self.assertEqual(self.ask('node', faults), [error])


if __name__ == '__main__':
    unittest.main(verbosity=2)
