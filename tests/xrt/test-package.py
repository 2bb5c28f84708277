"""The Debian package with the plug-in for NPUs: what is in it is where the program of the other package looks, and both run as they are

TILESCRIBE_DEBS is the folder of both packages. `scripts/test --full` runs it when it has built them; as with the others, it is skipped where the package mirror does not
answer: there is no such package then.

SPDX-License-Identifier: MIT
"""
import gzip
import json
import os
import pathlib
import re
import subprocess
import unittest

from fixture import NpuTest, get_root

DEBS = pathlib.Path(os.environ['TILESCRIBE_DEBS'])
PLUGIN = 'usr/lib/x86_64-linux-gnu/tilescribe/tilescribe-xrt.so'
DOCS = 'usr/share/doc/tilescribe-npu'


def find(name):
    (deb,) = DEBS.glob(f'{name}_*.deb')
    return deb


def field(name, which):
    return subprocess.run(['dpkg-deb', '-f', find(name), which], check=True, capture_output=True, text=True).stdout.strip()


class Package(NpuTest):
    def setUp(self):
        super().setUp()
        self.system = self.folder / 'system'
        for name in ('tilescribe', 'tilescribe-npu'):
            subprocess.run(['dpkg', '-x', find(name), self.system], check=True)
        self.program = self.system / 'usr/bin/tilescribe'
        self.data = self.system / 'usr/share/tilescribe'
        self.where = {'TILESCRIBE_DATA': str(self.data), 'LC_ALL': 'C.UTF-8', 'LANGUAGE': ''}

    def test_it_depends_on_what_it_needs(self):
        depends = field('tilescribe-npu', 'Depends').split(', ')
        self.assertIn('libxrt-npu2', depends)
        self.assertIn(f'tilescribe (= {field("tilescribe", "Version")})', depends)
        self.assertTrue(any(entry.startswith('libxrt2 (>= ') for entry in depends), depends)
        self.assertIn('tilescribe-npu', field('tilescribe', 'Suggests'))

    def test_the_program_looks_where_the_plug_in_is(self):
        done = self.run_here(self.program, 'doctor', '--json', **self.where)
        told = [finding['text'] for finding in json.loads(done.stdout)['findings'] if 'plug-in for the NPU' in finding['text']]
        (path,) = re.findall('“(/.*)” is not there', ' '.join(told))
        self.assertEqual(path, f'/{PLUGIN}')
        self.assertTrue((self.system / PLUGIN).is_file())

    def test_the_recipe_of_the_design_is_in_it(self):
        recipe = gzip.decompress((self.system / DOCS / 'README.md.gz').read_bytes()).decode()
        self.assertIn('-Doverlay=enabled', recipe)
        self.assertTrue((self.system / DOCS / 'npu.md.gz').is_file())

    def test_both_make_the_npu_compute(self):
        self.write_container(folder=self.data)
        done = self.run_in_sid(self.program, 'doctor', '--json', TILESCRIBE_XRT=str(self.system / PLUGIN), **self.where)
        lines = [(line['mark'], line['text']) for line in json.loads(done.stdout)['findings'] if line['section'] == 'npu']
        self.assertEqual({mark for mark, _ in lines}, {'ok'}, lines)
        self.assertEqual(lines[-1][1], 'The NPU computes the very numbers of its emulator')


if __name__ == '__main__':
    get_root()
    unittest.main(verbosity=2)
