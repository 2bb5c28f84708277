#!/usr/bin/env python3
"""with-sway.py - runs a command on a sway without a screen, with a message bus and a home of its own

    with-sway.py COMMAND [ARGUMENT...]

There is another keyboard, which nobody touches, as on a desk: a seat without one has no focus. Exits as the command does; with 77, which
means skipped, where something is not installed or sway does not start. TEST_HOME is an empty folder. Sway refuses to run as root: where the tests do, it runs as nobody.

SPDX-License-Identifier: MIT
"""
import glob
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
import time

SKIPPED = 77
NEEDED = ("sway", "foot", "wtype", "dbus-run-session", "setpriv")
START_S = 30
CONFIG = """xwayland disable
output * resolution 1024x768
default_border none
"""


def start_sway(home, environment):
    """Returns sway, and the name of its display; None where it does not come up."""
    config = os.path.join(home, "config")
    with open(config, "w") as file:
        file.write(CONFIG)
    command = ["sway", "--config", config]
    if os.getuid() == 0:
        nobody = pwd.getpwnam("nobody")
        for path in (home, config, environment["XDG_RUNTIME_DIR"]):
            os.chown(path, nobody.pw_uid, nobody.pw_gid)
        command = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", *command]
    sway = subprocess.Popen(command, cwd=home, env=dict(
        environment, WLR_BACKENDS="headless", WLR_RENDERER="pixman", WLR_LIBINPUT_NO_DEVICES="1"), stderr=subprocess.DEVNULL)
    end = time.monotonic() + START_S
    while sway.poll() is None and time.monotonic() < end:
        sockets = glob.glob(os.path.join(environment["XDG_RUNTIME_DIR"], "wayland-*[0-9]"))
        if sockets:
            return sway, sockets[0]
        time.sleep(0.02)
    return sway, None


def make_environment(home):
    environment = {name: value for name, value in os.environ.items()
                   if name not in ("DISPLAY", "WAYLAND_DISPLAY", "SWAYSOCK", "DBUS_SESSION_BUS_ADDRESS", "GTK_IM_MODULE")}
    environment.update(HOME=home, TEST_HOME=home, XDG_SESSION_TYPE="wayland", XDG_CURRENT_DESKTOP="sway", GDK_BACKEND="wayland",
                       GSETTINGS_BACKEND="memory", GTK_A11Y="none", LC_ALL="C.UTF-8")
    for name in ("CONFIG_HOME", "DATA_HOME", "CACHE_HOME", "STATE_HOME", "RUNTIME_DIR"):
        folder = os.path.join(home, name.lower())
        os.mkdir(folder, 0o700)
        environment["XDG_" + name] = folder
    return environment


def main():
    if any(shutil.which(program) is None for program in NEEDED):
        return SKIPPED
    with tempfile.TemporaryDirectory(prefix="tilescribe-sway-", ignore_cleanup_errors=True) as home:
        environment = make_environment(home)
        sway, display = start_sway(home, environment)
        programs = [sway]
        try:
            if display is None:
                return SKIPPED
            environment["WAYLAND_DISPLAY"] = display
            programs.append(subprocess.Popen(["wtype", "-s", "3600000", "x"], env=environment))
            return subprocess.call(["dbus-run-session", "--", *sys.argv[1:]], env=environment)
        finally:
            for program in reversed(programs):
                program.terminate()
                program.wait()


sys.exit(main())
