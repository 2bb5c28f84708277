"""target.py - a window that takes text and tells when: a line with the monotonic time, in seconds, for each change

Then the length of its text. It has the focus when it prints "ready".

SPDX-License-Identifier: MIT
"""
import time

import gi

gi.require_version("Gtk", "4.0")
from gi.repository import GLib, Gtk  # noqa: E402


def on_changed(buffer):
    print(f"{time.monotonic():.6f} {buffer.get_char_count()}", flush=True)


def on_activate(application):
    view = Gtk.TextView()
    view.get_buffer().connect("changed", on_changed)
    window = Gtk.ApplicationWindow(application=application, title="Target", child=view, default_width=400, default_height=300)
    window.connect("notify::is-active", lambda window, _: window.is_active() and print("ready", flush=True))
    window.present()


GLib.set_prgname("target")
application = Gtk.Application(application_id="org.tilescribe.Target")
application.connect("activate", on_activate)
application.run()
