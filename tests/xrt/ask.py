"""A program that asks the amdxdna driver things, run by test-driver.py with the stand-in loaded before it.

SPDX-License-Identifier: MIT
"""
import ctypes
import fcntl
import os
import struct
import sys

NODE = '/dev/accel/accel0'
DEVICE = '/sys/class/accel/accel0/device'
CREATE_BO, GET_INFO, GET_ARRAY, VERSION = 0x43, 0x47, 0x4A, 0x00


def call(fd, number, layout, *values):
    """Does the call with a structure of this layout and tells what it is then."""
    data = bytearray(struct.pack(layout, *values))
    fcntl.ioctl(fd, 3 << 30 | len(data) << 16 | ord('d') << 8 | number, data)
    return struct.unpack(layout, data)


def info(fd, what, size):
    room = ctypes.create_string_buffer(size)
    told = call(fd, GET_INFO, '=IIQ', what, size, ctypes.addressof(room))
    return told[1], room.raw


def node(fd):
    status = os.stat(NODE)
    print(oct(status.st_mode), os.major(os.fstat(fd).st_rdev), os.access(NODE, os.R_OK | os.W_OK))


def links(fd):
    for path in (DEVICE, f'{DEVICE}/driver', '/sys/bus/pci/drivers/amdxdna/0000:c5:00.1'):
        print(os.path.realpath(path))
    print(os.listdir('/sys/class/accel'), os.path.exists('/sys/bus/pci/drivers/amdxdna'))


def versions(fd):
    name = ctypes.create_string_buffer(32)
    told = call(fd, VERSION, '=iii4xQQQQQQ', 0, 0, 0, 32, ctypes.addressof(name), 0, 0, 0, 0)
    print(name.value.decode(), told[:2], '.'.join(map(str, struct.unpack_from('=IIII', info(fd, 8, 16)[1]))))


def sensors(fd):
    try:
        info(fd, 4, 8)
    except OSError as error:
        print(error.errno)
    size, data = info(fd, 4, 4096)
    for at in range(0, size, 168):
        print(data[at:at + 64].split(b'\0')[0], *struct.unpack_from('=I', data, at + 64), data[at + 161])


def contexts(fd):
    room = ctypes.create_string_buffer(4096)
    print(call(fd, GET_ARRAY, '=IIIIQ', 0, 512, 4, 0, ctypes.addressof(room))[1:3])


def sleep(fd):
    def status():
        with open(f'{DEVICE}/power/runtime_status', encoding='utf-8') as file:
            return file.read().strip()
    print(status())
    with open(f'{DEVICE}/fw_version', encoding='utf-8') as file:
        file.read()
    print(status())
    info(fd, 8, 16)
    print(status())


def buffers(fd):
    for kind, size in ((3, 4096), (2, 4096), (2, 64 << 20), (3, 4096), (3, 65 << 20), (9, 4096)):
        try:
            call(fd, CREATE_BO, '=QQQII', 0, 0, size, kind, 0)
            print(kind, 'ok')
        except OSError as error:
            print(kind, os.strerror(error.errno))


def fdinfo(fd):
    with open(f'/proc/self/fdinfo/{fd}', encoding='utf-8') as file:
        print(*[line.split(':')[0] for line in file if line.startswith('drm-')])


def main():
    try:
        fd = os.open(NODE, os.O_RDWR | os.O_CLOEXEC)
    except OSError as error:
        sys.exit(os.strerror(error.errno))
    globals()[sys.argv[1]](fd)
    os.close(fd)


main()
