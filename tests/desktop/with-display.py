#!/usr/bin/env python3
"""with-display.py - runs a command on a screen, with a window manager, a message bus and a home of its own

    with-display.py COMMAND [ARGUMENT...]

Exits as the command does; with 77, which means skipped, where something is not installed. TEST_HOME is an empty folder.

SPDX-License-Identifier: MIT
"""
import os
import shutil
import subprocess
import sys
import tempfile
import time

SKIPPED = 77
NEEDED = ("Xvfb", "openbox", "dbus-run-session", "xdotool", "xclip", "xterm", "featherpad")
START_S = 30


def start_screen():
    """Returns the server and the name of its display, which it chooses itself."""
    reader, writer = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writer), "-screen", "0", "1024x768x24", "-nolisten", "tcp", "-noreset"],
        pass_fds=[writer], stderr=subprocess.DEVNULL)
    os.close(writer)
    with os.fdopen(reader) as answer:
        return server, ":" + answer.readline().strip()


def start_window_manager(environment, home):
    ready = os.path.join(home, "ready")
    # In the locale C: at every change of the layout, openbox reads the table of composed characters again, and others have 5000 rows.
    manager = subprocess.Popen(["openbox", "--sm-disable", "--startup", "touch " + ready], env=dict(environment, LC_ALL="C"),
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    end = time.monotonic() + START_S
    while not os.path.exists(ready) and time.monotonic() < end:
        time.sleep(0.02)
    return manager


def make_environment(home, display):
    environment = {name: value for name, value in os.environ.items()
                   if name not in ("WAYLAND_DISPLAY", "DBUS_SESSION_BUS_ADDRESS", "XMODIFIERS", "GTK_IM_MODULE", "QT_IM_MODULE")}
    environment.update(
        DISPLAY=display, HOME=home, TEST_HOME=home, XDG_SESSION_TYPE="x11", GDK_BACKEND="x11", QT_QPA_PLATFORM="xcb",
        GSETTINGS_BACKEND="memory", GTK_A11Y="none", NO_AT_BRIDGE="1", LC_ALL="C.UTF-8")
    for name in ("CONFIG_HOME", "DATA_HOME", "CACHE_HOME", "STATE_HOME", "RUNTIME_DIR"):
        folder = os.path.join(home, name.lower())
        os.mkdir(folder, 0o700)
        environment["XDG_" + name] = folder
    return environment


def main():
    if any(shutil.which(program) is None for program in NEEDED):
        return SKIPPED
    with tempfile.TemporaryDirectory(prefix="tilescribe-desktop-", ignore_cleanup_errors=True) as home:
        server, display = start_screen()
        programs = [server]
        try:
            environment = make_environment(home, display)
            programs.append(start_window_manager(environment, home))
            return subprocess.call(["dbus-run-session", "--", *sys.argv[1:]], env=environment)
        finally:
            for program in reversed(programs):
                program.terminate()
                program.wait()


sys.exit(main())
