#!/usr/bin/env python3
"""tilescribe toggle, start, stop, status: what they say to the running program, which a service on a bus of its own plays here.

SPDX-License-Identifier: MIT
"""
import shutil
import subprocess
import sys
import threading
import unittest

from fixture import CliTest

try:
    from gi.repository import Gio, GLib
except ImportError:
    sys.exit(77)
if not shutil.which("dbus-daemon"):
    sys.exit(77)

NAME = "org.tilescribe.Tilescribe"
PATH = "/org/tilescribe/Tilescribe"
INTERFACE = "org.tilescribe.Tilescribe1"
XML = f"""<node><interface name="{INTERFACE}">
  <method name="Toggle"/><method name="Start"/><method name="Stop"/>
  <property name="State" type="s" access="read"/>
</interface></node>"""


class BusTest(CliTest):
    def setUp(self):
        super().setUp()
        bus = subprocess.Popen(["dbus-daemon", "--session", "--nofork", "--print-address=1"], stdout=subprocess.PIPE, text=True)
        self.addCleanup(self.end, bus)
        self.address = bus.stdout.readline().strip()
        self.env["DBUS_SESSION_BUS_ADDRESS"] = self.address


class Nobody(BusTest):
    """No program runs, and none is installed that could be started."""

    def test_it_is_told_that_nothing_runs(self):
        for command in ("toggle", "start", "stop"):
            self.assertIn("does not run", self.fail_with(1, command))

    def test_status_says_so_on_standard_output(self):
        result = self.run_cli("status")
        self.assertEqual((result.returncode, result.stdout, result.stderr), (1, "not running\n", ""))

    def test_without_a_bus_it_is_told(self):
        self.env["DBUS_SESSION_BUS_ADDRESS"] = f"unix:path={self.folder}/nowhere"
        for command in ("toggle", "status"):
            self.assertIn("D-Bus", self.fail_with(1, command))

    def test_they_take_no_arguments(self):
        for command in ("toggle", "start", "stop", "status"):
            self.fail_with(2, command, "now")


class Somebody(BusTest):
    """A program runs: it notes what it is told to do."""

    def setUp(self):
        super().setUp()
        self.calls, self.state, self.refusal = [], GLib.Variant("s", "listening"), None
        context = GLib.MainContext()
        self.loop = GLib.MainLoop.new(context, False)
        ready = threading.Event()
        thread = threading.Thread(target=self.serve, args=(context, ready))
        thread.start()
        self.addCleanup(thread.join)
        self.addCleanup(self.loop.quit)
        self.assertTrue(ready.wait(60), "the service has its name")

    def serve(self, context, ready):
        context.push_thread_default()
        flags = Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION
        connection = Gio.DBusConnection.new_for_address_sync(self.address, flags, None, None)
        connection.set_exit_on_close(False)
        connection.register_object(PATH, Gio.DBusNodeInfo.new_for_xml(XML).interfaces[0], self.on_call,
                                   lambda *unused: self.state, None)
        Gio.bus_own_name_on_connection(connection, NAME, Gio.BusNameOwnerFlags.NONE, lambda *unused: ready.set(), None)
        self.loop.run()
        connection.close_sync()
        context.pop_thread_default()

    def on_call(self, connection, sender, path, interface, method, parameters, invocation):
        self.calls.append(method)
        if self.refusal:
            invocation.return_dbus_error("org.freedesktop.DBus.Error.Failed", self.refusal)
        else:
            invocation.return_value(None)

    def test_each_command_is_passed_on(self):
        for command in ("toggle", "start", "stop"):
            self.assertEqual(self.succeed(command), "")
        self.assertEqual(self.calls, ["Toggle", "Start", "Stop"])

    def test_status_is_what_it_says_of_itself(self):
        for state in ("listening", "finishing", "idle"):
            self.state = GLib.Variant("s", state)
            self.assertEqual(self.succeed("status"), state + "\n")
        self.assertEqual(self.calls, [], "asking changes nothing")

    def test_what_it_refuses_is_told_in_its_words(self):
        self.refusal = "Tilescribe is still starting."
        error = self.fail_with(1, "start")
        self.assertIn(self.refusal, error)
        self.assertNotIn("GDBus.Error", error)


if __name__ == "__main__":
    unittest.main()
