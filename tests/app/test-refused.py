#!/usr/bin/env python3
"""A Wayland desktop that says no: to the key, and to pressing Ctrl+V. Both are told, and what was said is not lost.

The desktop is weston without a screen, where no window ever has the focus, as ours has none while somebody dictates into another; its portals
are those of tests/desktop/portals.py.

SPDX-License-Identifier: MIT
"""
import re
import shutil
import sys

from fixture import SOURCE, AppTest, main, text_of, wait_until

NO_KEY = re.compile(r"The desktop did not give Tilescribe the key\. Set the key again and agree in the desktop’s dialog, or bind a key to the command "
                    r"“tilescribe toggle” in the desktop’s keyboard settings\.")
NO_PASTE = re.compile(r"Tilescribe may not press Ctrl\+V: the desktop’s dialog, which speaks of a remote desktop, was not agreed to\. Nothing is shared "
                      r"with anybody; agree next time, or let text go to the history only: there is a choice for that in the preferences\. "
                      r"The text is in Tilescribe’s window and in the history: copy it from there\.")


class Refused(AppTest):
    def setUp(self):
        super().setUp()
        socket = self.desktop.folder / "runtime_dir" / "wayland-test"
        self.desktop.start("weston", "--backend=headless-backend.so", "--use-pixman", f"--socket={socket.name}", "--idle-time=0", "--no-config")
        wait_until(socket.exists, "the compositor is there")
        self.desktop.env.update(WAYLAND_DISPLAY=socket.name, GDK_BACKEND="wayland", XDG_SESSION_TYPE="wayland")
        self.desktop.start("/usr/bin/python3", SOURCE / "tests/desktop/portals.py")
        wait_until(lambda: self.desk("Calls").returncode == 0, "the portals are there")

    def desk(self, method, *arguments):
        return self.desktop.run("gdbus", "call", "--session", "--dest", "org.freedesktop.portal.Desktop", "--object-path",
                                "/org/freedesktop/portal/desktop", "--method", f"org.tilescribe.Desk.{method}", *arguments)

    def dictate_by_command(self, clip):
        self.assertEqual(self.cli("start").returncode, 0)
        self.wait_for_microphone()
        self.desktop.say(clip)
        self.assertEqual(self.cli("stop").returncode, 0)
        self.wait_for_status("idle")

    def test_a_key_that_the_desktop_does_not_give(self):
        self.desk("Set", "answer:BindShortcuts", "1")
        self.start_app()
        self.wait_for_screen(NO_KEY)
        self.dictate_by_command("fox.wav")
        wait_until(lambda: self.newest_text() in self.desk("Pasted").stdout, "the text is pasted all the same")

    def test_a_paste_that_the_person_does_not_allow(self):
        self.desk("Set", "answer:Start", "1")
        self.start_app()
        self.dictate_by_command("fox.wav")
        self.wait_for_screen(NO_PASTE)
        self.wait_for_screen(text_of("fox.wav"))
        self.assert_said(self.newest_text(), text_of("fox.wav"))
        self.assertNotRegex(self.desk("Calls").stdout, "keysym|keycode", "a key was pressed")


if shutil.which("weston") is None:
    sys.exit(77)
main()
