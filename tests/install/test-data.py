#!/usr/bin/env python3
"""What the desktop reads of the program, looked at as the desktop would: each file by the tool that knows its format.

The environment tells where things are: TILESCRIBE_SOURCE (the repository), TILESCRIBE_BUILD (its build folder).

SPDX-License-Identifier: MIT
"""
import configparser
import os
import pathlib
import re
import shutil
import subprocess
import unittest
import xml.etree.ElementTree as ElementTree
import zlib

ID = "org.tilescribe.Tilescribe"
SOURCE = pathlib.Path(os.environ["TILESCRIBE_SOURCE"])
DATA = pathlib.Path(os.environ["TILESCRIBE_BUILD"]) / "data"
ICONS = sorted((SOURCE / "data" / "icons").rglob("*.svg"))


def key_file(path):
    parser = configparser.RawConfigParser(delimiters=("=",), comment_prefixes=("#",), interpolation=None, strict=True)
    parser.optionxform = str
    parser.read(path, encoding="utf-8")
    return parser


def pixels(png):
    """The rows of a PNG, each with its filter byte."""
    data, at = b"", 8
    while at < len(png):
        length, kind = int.from_bytes(png[at:at + 4], "big"), png[at + 4:at + 8]
        data += png[at + 8:at + 8 + length] if kind == b"IDAT" else b""
        at += 12 + length
    return zlib.decompress(data)


class DataTest(unittest.TestCase):
    def check(self, tool, *arguments):
        """What a tool prints that must succeed; the test is skipped where the tool is missing."""
        if not shutil.which(tool):
            self.skipTest(f"no {tool} here")
        result = subprocess.run([tool, *map(str, arguments)], capture_output=True, timeout=60)
        self.assertEqual(result.returncode, 0, result)
        return result.stdout

    def test_desktop_file_is_valid(self):
        self.assertEqual(self.check("desktop-file-validate", DATA / f"{ID}.desktop"), b"", "neither warning nor hint")

    def test_desktop_file_names_types_that_exist(self):
        known = pathlib.Path("/usr/share/mime/types")
        if not known.exists():
            self.skipTest("no list of types here")
        types = key_file(DATA / f"{ID}.desktop")["Desktop Entry"]["MimeType"].strip(";").split(";")
        self.assertEqual(types, sorted(set(types), key=str.lower), "sorted, each once")
        self.assertEqual(set(types) - set(known.read_text().split()), set())

    def test_each_action_of_the_desktop_file_is_told(self):
        entry = key_file(DATA / f"{ID}.desktop")
        actions = entry["Desktop Entry"]["Actions"].strip(";").split(";")
        self.assertEqual({f"Desktop Action {action}" for action in actions}, set(entry.sections()) - {"Desktop Entry"})

    def test_desktop_file_is_translated(self):
        for language in (SOURCE / "po" / "LINGUAS").read_text().split():
            if f"{ID}.desktop.in" in (SOURCE / "po" / f"{language}.po").read_text():
                self.assertIn(f"Comment[{language}]", key_file(DATA / f"{ID}.desktop")["Desktop Entry"])

    def test_metainfo_is_valid(self):
        self.check("appstreamcli", "validate", "--no-net", "--pedantic", DATA / f"{ID}.metainfo.xml")

    def test_metainfo_names_the_desktop_file_and_this_version(self):
        component = ElementTree.parse(DATA / f"{ID}.metainfo.xml").getroot()
        self.assertEqual(component.findtext("launchable"), f"{ID}.desktop")
        self.assertEqual(component.find("releases/release").get("version"), os.environ["TILESCRIBE_VERSION"])

    def test_schema_is_valid(self):
        self.check("glib-compile-schemas", "--strict", "--dry-run", SOURCE / "data")

    def test_dbus_service_starts_the_program_without_a_window(self):
        service = key_file(DATA / f"{ID}.service")
        self.assertEqual(service.sections(), ["D-BUS Service"])
        self.assertEqual(dict(service["D-BUS Service"]),
                         {"Name": ID, "Exec": f"{os.environ['TILESCRIBE_BINDIR']}/tilescribe --gapplication-service"})

    def test_every_icon_can_be_drawn(self):
        self.assertGreater(len(ICONS), 1)
        for icon in ICONS:
            for size in 16, 32, 512:
                with self.subTest(icon=icon.name, size=size):
                    png = self.check("rsvg-convert", "--width", size, "--height", size, icon)
                    self.assertEqual([int.from_bytes(png[at:at + 4], "big") for at in (16, 20)], [size, size])
                    self.assertTrue(any(pixels(png)), "something is seen")

    def test_symbolic_icons_have_one_colour(self):
        """The desktop paints them in the colour of the text; what has another colour would keep it."""
        for icon in ICONS:
            if icon.stem.endswith("-symbolic"):
                with self.subTest(icon=icon.name):
                    colours = [element.get("fill") for element in ElementTree.parse(icon).iter() if element.get("fill")]
                    self.assertEqual(set(colours), {"#2e3436"})

    def test_every_icon_of_the_window_exists(self):
        theme = pathlib.Path("/usr/share/icons/Adwaita")
        if not theme.exists():
            self.skipTest("no Adwaita here")
        resources = (SOURCE / "app" / "tilescribe.gresource.xml").read_text()
        known = {path.stem for path in theme.rglob("*-symbolic.svg")} | {icon.stem for icon in ICONS if icon.name in resources}
        texts = [path.read_text() for suffix in ("ui", "c") for path in (SOURCE / "app").rglob(f"*.{suffix}")]
        used = {name for text in texts for name in re.findall(r"[a-z][a-z0-9-]*-symbolic\b", text)}
        self.assertGreater(len(used), 1)
        self.assertEqual(used - known, set())

    def test_debian_package_names_what_scripts_install(self):
        """But for what a Debian package may take for granted."""
        lines = [line.split() for line in (SOURCE / "scripts" / "packages").read_text().splitlines()]
        needed = {line[1] for line in lines if line and line[0] == "build"} - {"gcc", "libc6-dev", "ninja-build"}
        named = set(re.findall(r"^ ([a-z0-9][a-z0-9.+-]+)", (SOURCE / "debian" / "control").read_text(), re.MULTILINE))
        self.assertEqual(needed - named, set())

    def test_the_app_has_its_icons(self):
        names = {icon.name for icon in (SOURCE / "data" / "icons" / "hicolor").rglob("*.svg")}
        self.assertEqual(names, {f"{ID}.svg", f"{ID}-symbolic.svg"})
        self.assertEqual(key_file(DATA / f"{ID}.desktop")["Desktop Entry"]["Icon"], ID)


if __name__ == "__main__":
    unittest.main()
