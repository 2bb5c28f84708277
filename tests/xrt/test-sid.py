"""What is taken from a package mirror, and what is not: with a mirror of one's own

SPDX-License-Identifier: MIT
"""
import hashlib
import lzma
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest
from unittest import mock

import sid


class Mirror(unittest.TestCase):
    """Of sid, with as few packages as will do: files by their paths."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix='tilescribe-sid-')
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.files = {}
        self.fields = {}
        for name in sid.RUN + sid.HEADERS + ['libfirst']:
            self.add(name)
        self.fields['libxrt2']['Depends'] = 'libfirst (>= 1.0) | libother, libabsent:any'
        self.add('libelsewhere')
        self.index()
        for patch in (mock.patch.object(sid, 'get', self.get), mock.patch.object(sid, 'signed', lambda *_: None)):
            patch.start()
            self.addCleanup(patch.stop)

    def get(self, path):
        if path not in self.files:
            raise sid.Moved(path)
        return self.files[path]

    def add(self, name, version='1.0'):
        tree = self.folder / 'trees' / f'{name}-{version}'
        (tree / 'DEBIAN').mkdir(parents=True)
        (tree / 'DEBIAN/control').write_text(f'Package: {name}\nVersion: {version}\nArchitecture: all\nMaintainer: nobody <nobody@localhost>\n'
                                             'Description: test\n')
        (tree / name).write_text(version)
        deb = self.folder / f'{name}_{version}_all.deb'
        subprocess.run(['dpkg-deb', '--root-owner-group', '--build', tree, deb], check=True, stdout=subprocess.DEVNULL)
        data = deb.read_bytes()
        self.files[f'pool/{deb.name}'] = data
        self.fields[name] = {'Package': name, 'Version': version, 'Filename': f'pool/{deb.name}', 'SHA256': hashlib.sha256(data).hexdigest()}

    def index(self):
        text = '\n\n'.join('\n'.join(f'{key}: {value}' for key, value in fields.items()) for fields in self.fields.values())
        packed = lzma.compress(text.encode())
        sha256 = hashlib.sha256(packed).hexdigest()
        self.files[f'dists/sid/main/binary-amd64/by-hash/SHA256/{sha256}'] = packed
        self.files['dists/sid/InRelease'] = f'SHA256:\n {sha256} {len(packed)} main/binary-amd64/Packages.xz\n'.encode()

    def root(self):
        return pathlib.Path(sid.get_root(str(self.folder / 'sid')))

    def test_what_is_needed_is_unpacked_with_what_it_depends_on(self):
        self.assertEqual(sorted(path.name for path in self.root().iterdir()), sorted(sid.RUN + sid.HEADERS + ['libfirst', 'packages']))

    def test_what_is_there_is_not_fetched_again(self):
        self.root()
        self.files.clear()
        self.assertEqual((self.root() / 'libxrt2').read_text(), '1.0')

    def test_a_package_that_is_not_what_the_index_says_is_refused(self):
        self.files[self.fields['libxrt2']['Filename']] += b'more'
        with self.assertRaises(sid.Moved):
            self.root()

    def test_an_index_that_is_not_what_the_release_says_is_refused(self):
        path = next(path for path in self.files if 'by-hash' in path)
        self.files[path] += b'more'
        with self.assertRaises(sid.Moved):
            self.root()

    def test_a_package_that_has_moved_on_is_asked_for_anew(self):
        old, files = self.fields['libxrt2']['Filename'], self.files

        def move_on(path):
            if path == old:
                self.add('libxrt2', '2.0')
                self.index()
                raise sid.Moved(path)
            return files[path]

        with mock.patch.object(sid, 'get', move_on):
            self.assertEqual((self.root() / 'libxrt2').read_text(), '2.0')


class NoMirror(unittest.TestCase):
    def test_a_mirror_that_does_not_answer_is_a_reason_to_skip(self):
        with tempfile.TemporaryDirectory() as folder:
            done = subprocess.run([sys.executable, sid.__file__, folder], capture_output=True, text=True,
                                  env={**os.environ, 'TILESCRIBE_DEBIAN_MIRROR': 'http://127.0.0.1:9'})
        self.assertEqual(done.returncode, 77)
        self.assertIn('does not answer', done.stderr)

    def test_an_index_that_debian_did_not_sign_is_refused(self):
        with tempfile.TemporaryDirectory() as folder, self.assertRaisesRegex(ValueError, 'not signed by Debian'):
            sid.signed(b'Origin: Debian\n', folder)


if __name__ == '__main__':
    unittest.main(verbosity=2)
