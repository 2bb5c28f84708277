#!/usr/bin/env python3
"""The installed program: installs the build into a folder of its own, puts that where it was built for, and uses it.

The folder is mounted over the prefix in a namespace that only this test sees, so nothing of the machine changes. Where the kernel
does not let us, or the prefix is one that the system lives in, the test is skipped.

The environment tells where things are: TILESCRIBE_SOURCE, TILESCRIBE_BUILD, TILESCRIBE_PREFIX, MESON.

SPDX-License-Identifier: MIT
"""
import os
import pathlib
import shlex
import shutil
import subprocess
import tempfile
import unittest

ID = "org.tilescribe.Tilescribe"
SOURCE = pathlib.Path(os.environ["TILESCRIBE_SOURCE"])
PREFIX = os.environ["TILESCRIBE_PREFIX"]
PATIENCE = 300  # seconds until a process counts as hanging, also under a sanitizer


def can_mount():
    command = ["unshare", "--mount", "--map-root-user", "mount", "--bind", "/tmp", PREFIX]
    return PREFIX != "/usr" and os.path.isdir(PREFIX) and subprocess.run(command, capture_output=True).returncode == 0


class InstallTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="tilescribe-install-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.root = cls.folder / "root"
        subprocess.run([*shlex.split(os.environ["MESON"]), "install", "-C", os.environ["TILESCRIBE_BUILD"], "--no-rebuild", "--quiet",
                        "--destdir", cls.root], check=True, stdout=subprocess.DEVNULL, timeout=PATIENCE)
        cls.installed = cls.root / PREFIX.lstrip("/")
        subprocess.run(["glib-compile-schemas", "--strict", cls.installed / "share" / "glib-2.0" / "schemas"], check=True)

    def setUp(self):
        home = pathlib.Path(tempfile.mkdtemp(dir=self.folder))
        self.env = {name: value for name, value in os.environ.items()
                    if not name.startswith(("TILESCRIBE_", "XDG_", "GSETTINGS_SCHEMA_DIR", "DBUS_"))}
        self.env.update(HOME=str(home), XDG_RUNTIME_DIR=str(home), XDG_DATA_DIRS=f"{PREFIX}/share:/usr/share", GSETTINGS_BACKEND="memory",
                        GDK_BACKEND="x11", GTK_A11Y="none", NO_AT_BRIDGE="1", PATH=f"{PREFIX}/bin:/usr/bin:/bin")

    def run_installed(self, *command, **env):
        """A command's standard output, where the installed files are at their prefix."""
        if not can_mount():
            self.skipTest(f"nothing may be mounted over {PREFIX} here")
        mount = ["unshare", "--mount", "--map-root-user", "sh", "-c", 'mount --bind "$1" "$2" && shift 2 && exec "$@"', "sh", self.installed, PREFIX]
        result = subprocess.run([*mount, *map(str, command)], env={**self.env, **env}, cwd=self.folder, text=True, capture_output=True,
                                stdin=subprocess.DEVNULL, timeout=PATIENCE)
        self.assertEqual(result.returncode, 0, result)
        return result.stdout

    def test_everything_lies_below_the_prefix(self):
        parents = pathlib.Path(PREFIX.lstrip("/")).parts
        found = self.root
        for name in parents:
            self.assertEqual([path.name for path in found.iterdir()], [name])
            found = found / name
        self.assertEqual({path.name for path in found.iterdir()}, {"bin", "share"})

    def test_it_tells_its_version(self):
        self.assertEqual(self.run_installed("tilescribe", "--version"), f"Tilescribe {os.environ['TILESCRIBE_VERSION']}\n")

    def test_it_finds_its_model(self):
        self.assertEqual(self.run_installed("tilescribe", "transcribe", SOURCE / "tests" / "data" / "fox.wav"),
                         "The quick brown fox jumps over the lazy dog.\n")

    def test_it_finds_its_translation(self):
        self.assertIn("Macht auf dem eigenen Rechner aus Sprache Text", self.run_installed("tilescribe", "--help", LANGUAGE="de"))

    def test_its_settings_are_found(self):
        self.assertIn("hotkey\n", self.run_installed("gsettings", "list-keys", ID))

    def test_the_bus_starts_it(self):
        """Calls the program, which is not running, by its name."""
        for tool in "Xvfb", "dbus-run-session", "gdbus":
            if not shutil.which(tool):
                self.skipTest(f"no {tool} here")
        answer = self.run_installed(
            "sh", "-c", 'exec 3>display; Xvfb -displayfd 3 -nolisten tcp -screen 0 640x480x24 2>/dev/null & '
            'until [ -s display ]; do sleep 0.1; done; export DISPLAY=":$(cat display)"; '
            'dbus-run-session -- gdbus call --session --dest "$1" --object-path "$2" --method org.freedesktop.DBus.Properties.Get '
            'org.gtk.Application Busy; status=$?; kill $!; rm display; exit $status', "sh", ID, "/" + ID.replace(".", "/"))
        self.assertEqual(answer, "(<false>,)\n")


if __name__ == "__main__":
    unittest.main()
