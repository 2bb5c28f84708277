#!/usr/bin/env python3
"""What a screen reader is told: every control of every page has a name.

The real program, on a screen and a message bus of its own, asked over AT-SPI as a screen reader asks it. A recording was transcribed before,
so that pages have rows.

SPDX-License-Identifier: MIT
"""
import glob
import os
import re
import shutil
import subprocess
import sys
import time
import unittest
from pathlib import Path

SKIPPED = 77

try:
    import gi
    gi.require_version("Atspi", "2.0")
    from gi.repository import Atspi, GLib
except (ImportError, ValueError):
    print("the AT-SPI bindings of Python are not installed")
    sys.exit(SKIPPED)

PROGRAM = os.environ["TILESCRIBE"]
CLIPS = Path(os.environ["G_TEST_SRCDIR"]) / "data"
LAUNCHERS = glob.glob("/usr/libexec/at-spi-bus-launcher") + glob.glob("/usr/lib/*/at-spi*/at-spi-bus-launcher")
PATIENCE = 60  # seconds

SETTINGS = "[org/tilescribe/Tilescribe]\nwelcomed={}\nhotkey=''\n"
# Containers that take the focus only to hand it to what is in them.
NAMELESS = {Atspi.Role.FILLER, Atspi.Role.PANEL, Atspi.Role.LIST, Atspi.Role.LIST_BOX, Atspi.Role.TREE_TABLE, Atspi.Role.TABLE,
            Atspi.Role.SCROLL_PANE, Atspi.Role.VIEWPORT, Atspi.Role.APPLICATION, Atspi.Role.WINDOW, Atspi.Role.FRAME, Atspi.Role.DIALOG,
            Atspi.Role.GROUPING, Atspi.Role.PAGE_TAB_LIST, Atspi.Role.TOOL_BAR, Atspi.Role.MENU, Atspi.Role.LABEL, Atspi.Role.UNKNOWN}
# GTK 4.8 calls what has no name after its type.
TYPE_NAME = re.compile(r"(Gtk|Adw|Tilescribe)[A-Z][A-Za-z]+")


def wait_for(what, condition):
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        try:
            result = condition()
        except GLib.Error:  # what was asked is gone by now
            result = None
        if result:
            return result
        time.sleep(0.1)
    raise AssertionError(f"waited {PATIENCE} s in vain for {what}")


def press(*keys):
    for key in keys:
        subprocess.run(["xdotool", "key", key], check=True)


def focus(title):
    find = ["xdotool", "search", "--onlyvisible", "--name", f"^{title}$"]
    window = wait_for(f"the window “{title}”", lambda: subprocess.run(find, capture_output=True, text=True).stdout.split())[-1]
    subprocess.run(["xdotool", "windowfocus", "--sync", window], check=True)


def walk(accessible, path=()):
    """Everything that is on the screen, with the way to it."""
    for i in range(accessible.get_child_count()):
        child = accessible.get_child_at_index(i)
        if child is None:
            continue
        states = child.get_state_set()
        here = (*path, f"{child.get_role_name()} “{child.get_name()}”")
        if states.contains(Atspi.StateType.VISIBLE) or states.contains(Atspi.StateType.SHOWING):
            yield child, states, here
            yield from walk(child, here)


def has_name(accessible):
    name = accessible.get_name()
    return bool(name) and TYPE_NAME.fullmatch(name) is None


def is_of_toolkit(accessible, path):
    """The search of AdwPreferencesWindow and the switch of AdwExpanderRow have no name, and cannot be given one from outside."""
    name = accessible.get_name()
    return name == "GtkSearchEntry" or name == "GtkImage" and "AdwGizmo" in path[-3] or name == "GtkSwitch" and "list item" in path[-4]


def is_named(accessible, path):
    """Of its own, or, for a row, in what it holds; the button in a drop-down bears the name of that."""
    parent = accessible.get_parent()
    if accessible.get_role() == Atspi.Role.LIST_ITEM:
        return has_name(accessible) or any(has_name(thing) for thing, _, _ in walk(accessible))
    return has_name(accessible) or parent.get_role() == Atspi.Role.COMBO_BOX and has_name(parent) or is_of_toolkit(accessible, path)


class Accessibility(unittest.TestCase):
    def start(self, welcomed):
        keyfile = Path(os.environ["XDG_CONFIG_HOME"]) / "glib-2.0" / "settings" / "keyfile"
        keyfile.parent.mkdir(parents=True, exist_ok=True)
        keyfile.write_text(SETTINGS.format(str(welcomed).lower()))
        self.program = subprocess.Popen([PROGRAM])
        self.addCleanup(self.end)

    def end(self):
        self.program.terminate()
        self.program.wait()

    def application(self):
        desktop = Atspi.get_desktop(0)
        for i in range(desktop.get_child_count()):
            child = desktop.get_child_at_index(i)
            if child and child.get_process_id() == self.program.pid:
                return child
        return None

    def find(self, name):
        """Something on the screen that has this name."""
        application = self.application()
        return application and next((thing for thing, _, _ in walk(application) if thing.get_name() == name), None)

    def assert_named(self, at_least):
        """All that can have the focus has a name, and there is as much of it as there should be."""
        focusable = [(thing, path) for thing, states, path in walk(wait_for("the program", self.application))
                     if states.contains(Atspi.StateType.FOCUSABLE) and thing.get_role() not in NAMELESS]
        self.assertGreaterEqual(len(focusable), at_least)
        self.assertEqual([" / ".join(path[-4:]) for thing, path in focusable if not is_named(thing, path)], [])

    def test_pages(self):
        subprocess.run([PROGRAM, "transcribe", CLIPS / "fox.wav"], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.start(welcomed=True)
        focus("Tilescribe")
        subprocess.run([PROGRAM, CLIPS / "hello.wav"], check=True)
        for number, page, shown in ((1, "dictation", "Start dictation"), (2, "files", "hello.wav"), (3, "history", "Search in all transcripts"),
                                    (4, "dashboard", "Device")):
            with self.subTest(page=page):
                press(f"alt+{number}")
                wait_for(f"“{shown}”", lambda: self.find(shown))
                self.assert_named(40)

    def test_preferences(self):
        self.start(welcomed=True)
        focus("Tilescribe")
        press("ctrl+comma")
        focus("Preferences")
        wait_for("the models", lambda: self.find("starter-en"))
        self.assert_named(80)
        for model in ("base.en", "small"):
            self.assertIsNotNone(self.find(f"Download {model}"), "a button tells which row it belongs to")

    def test_welcome(self):
        self.start(welcomed=False)
        focus("Welcome to Tilescribe")
        wait_for("the models", lambda: self.find("starter-en"))
        self.assert_named(60)


def main():
    missing = [program for program in ("xdotool",) if shutil.which(program) is None]
    if missing or not LAUNCHERS:
        print(f"{(missing or ['at-spi2-core'])[0]} is not installed")
        return SKIPPED
    with subprocess.Popen([LAUNCHERS[0], "--launch-immediately"]) as launcher:
        time.sleep(1)
        program = unittest.main(exit=False)
        launcher.terminate()
    return 0 if program.result.wasSuccessful() else 1


if __name__ == "__main__":
    sys.exit(main())
