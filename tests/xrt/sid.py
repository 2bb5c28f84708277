"""A root of Debian sid with XRT and AMD's user-space driver, unpacked into a folder

    InRelease --> Packages.xz --> the .debs that libxrt2 and libxrt-npu2 depend on --> dpkg -x

Debian 12 has no XRT that drives an NPU. Sid has, and its programs run here through its own loader, which needs nothing of the system but the kernel:
no root rights, nothing outside the folder. Sid moves, so no version stands here: its index is asked, and a package that is gone when it is
fetched makes the index be asked again. Each file is compared with the SHA-256 that the index names, the index with the one in InRelease, and
InRelease with Debian's keys where gpgv and the keys are there; the rest is trust in the mirror's certificate.

What was unpacked once is used as it is. Delete the folder for a newer one.

Exit code of the program: 77 if the mirror does not answer, as meson counts a skipped test.

SPDX-License-Identifier: MIT
"""
import fcntl
import hashlib
import http.client
import lzma
import os
import re
import shutil
import subprocess
import sys
import urllib.error
import urllib.request

MIRROR = os.environ.get('TILESCRIBE_DEBIAN_MIRROR', 'https://deb.debian.org/debian')
KEYS = '/usr/share/keyrings/debian-archive-keyring.gpg'
RUN = ['libxrt2', 'libxrt-npu2']            # with all that they depend on
HEADERS = ['libxrt-dev', 'linux-libc-dev']  # without
SECONDS = 30                                # a silence that is no answer
TIMES = 3


class NoAnswer(Exception):
    """The mirror cannot be reached: nothing of ours is wrong."""


class Moved(Exception):
    """The index and the packages are of two moments."""


def get(path):
    for time in range(TIMES):
        try:
            with urllib.request.urlopen(f'{MIRROR}/{path}', timeout=SECONDS) as answer:
                return answer.read()
        except urllib.error.HTTPError as error:
            if error.code in (404, 410):
                raise Moved(f'{path}: {error}') from error
            last = error
        except (OSError, http.client.HTTPException) as error:
            last = error
    raise NoAnswer(f'{MIRROR}/{path}: {last}')


def check(data, sha256, what):
    if hashlib.sha256(data).hexdigest() != sha256:
        raise Moved(f'{what} is not what the index says it is')


def signed(release, folder):
    if not (shutil.which('gpgv') and os.path.exists(KEYS)):
        return
    path = os.path.join(folder, 'InRelease')
    with open(path, 'wb') as file:
        file.write(release)
    done = subprocess.run(['gpgv', '--keyring', KEYS, path], capture_output=True, text=True)
    if done.returncode != 0:
        raise ValueError(f'InRelease is not signed by Debian:\n{done.stderr}')


def index(folder):
    """The packages of sid by name, each a dictionary of its fields."""
    try:
        release = get('dists/sid/InRelease')
    except Moved as error:
        raise NoAnswer(f'{MIRROR} has no sid: {error}') from error
    signed(release, folder)
    name = 'main/binary-amd64/Packages.xz'
    sha256 = re.search(rf'^ ([0-9a-f]{{64}}) +\d+ {name}$', release.decode(), re.MULTILINE)[1]
    packed = get(f'dists/sid/main/binary-amd64/by-hash/SHA256/{sha256}')
    check(packed, sha256, name)
    packages = {}
    for paragraph in lzma.decompress(packed).decode().split('\n\n'):
        fields = dict(line.split(': ', 1) for line in paragraph.split('\n') if re.match(r'[\w-]+: ', line))
        if fields:
            packages[fields['Package']] = fields
    return packages


def needed(packages):
    """RUN and all that they depend on (of alternatives the first), then HEADERS."""
    names, left = [], list(RUN)
    while left:
        name = left.pop(0)
        if name in names or name not in packages:
            continue
        names.append(name)
        depends = packages[name].get('Pre-Depends', '') + ',' + packages[name].get('Depends', '')
        left += [re.match(r'[\w.+-]*', entry.strip())[0] for entry in depends.split(',')]
    return [packages[name] for name in names + HEADERS]


def unpack(packages, debs, root):
    for fields in packages:
        deb = os.path.join(debs, os.path.basename(fields['Filename']))
        if not os.path.exists(deb):
            data = get(fields['Filename'])
            check(data, fields['SHA256'], fields['Filename'])
            with open(deb + '.part', 'wb') as file:
                file.write(data)
            os.rename(deb + '.part', deb)
        subprocess.run(['dpkg', '-x', deb, root], check=True)


def fetch(folder):
    debs, root, part = (os.path.join(folder, name) for name in ('debs', 'root', 'root.part'))
    os.makedirs(debs, exist_ok=True)
    for time in range(TIMES):
        shutil.rmtree(part, ignore_errors=True)
        try:
            packages = needed(index(folder))
            unpack(packages, debs, part)
            break
        except Moved:
            if time + 1 == TIMES:
                raise
    with open(os.path.join(part, 'packages'), 'w', encoding='utf-8') as file:
        file.writelines(f"{fields['Package']} {fields['Version']}\n" for fields in packages)
    os.rename(part, root)


def get_root(folder):
    """The root's path. Whoever comes second waits for the first."""
    root = os.path.join(folder, 'root')
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, 'lock'), 'w', encoding='utf-8') as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not os.path.isdir(root):
            fetch(folder)
    return root


def main():
    try:
        root = get_root(sys.argv[1])
    except NoAnswer as error:
        print(f'The package mirror does not answer: {error}', file=sys.stderr)
        sys.exit(77)
    with open(os.path.join(root, 'packages'), encoding='utf-8') as file:
        print(file.read(), end='')


if __name__ == '__main__':
    main()
