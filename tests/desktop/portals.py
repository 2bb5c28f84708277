"""A desktop's portal service, as far as Tilescribe uses it: org.freedesktop.portal.Desktop on the session bus.

It behaves like the real one where that matters: who has no app id gets no session, answers come from the path that caller and token
make, shortcuts are bound once in a session, and what is pasted is read through a pipe. (Hence not python-dbusmock, which does not
tell who called.) A test says by org.tilescribe.Desk how it shall misbehave, and asks what it was told:

    Set(key, value)   answer:METHOD   0 (default), 1 (the person says no), 2, silent, die (the service ends), error
                      trigger         what was bound, whatever was asked for
                      without         interfaces that this desktop does not have, by their last names, with spaces
                      handles         own: requests are answered from paths that the service makes up
                      clipboard       what somebody else has copied
                      markup          yes: as HTML too; endless: which is never told to its end
                      copies          what somebody copies while the clipboard is read
                      hangs           the call, as Calls() tells it, that gets no answer
                      history         yes: a program that reads whatever is copied, at once
                      focus           none: no window takes what is pasted
                      devices         what the person allows; 1: the keyboard
    Calls()           a line for each call of a method
    Emit(name, id)    Activated or Deactivated of the last session
    Close()           ends the last session
    Pasted()          what the focused window has received
    Paste()           the person presses Ctrl+V

SPDX-License-Identifier: MIT
"""
import os
import sys

from gi.repository import Gio, GLib

OBJECT = '/org/freedesktop/portal/desktop'
PORTAL = 'org.freedesktop.portal.'
XML = '''<node>
<interface name="org.freedesktop.host.portal.Registry">
  <method name="Register"><arg type="s" direction="in"/><arg type="a{sv}" direction="in"/></method>
</interface>
<interface name="org.freedesktop.portal.GlobalShortcuts">
  <method name="CreateSession"><arg type="a{sv}" direction="in"/><arg type="o" direction="out"/></method>
  <method name="BindShortcuts"><arg type="o" direction="in"/><arg type="a(sa{sv})" direction="in"/><arg type="s" direction="in"/>
    <arg type="a{sv}" direction="in"/><arg type="o" direction="out"/></method>
</interface>
<interface name="org.freedesktop.portal.RemoteDesktop">
  <method name="CreateSession"><arg type="a{sv}" direction="in"/><arg type="o" direction="out"/></method>
  <method name="SelectDevices"><arg type="o" direction="in"/><arg type="a{sv}" direction="in"/><arg type="o" direction="out"/></method>
  <method name="Start"><arg type="o" direction="in"/><arg type="s" direction="in"/><arg type="a{sv}" direction="in"/>
    <arg type="o" direction="out"/></method>
  <method name="NotifyKeyboardKeycode"><arg type="o" direction="in"/><arg type="a{sv}" direction="in"/><arg type="i" direction="in"/>
    <arg type="u" direction="in"/></method>
  <method name="NotifyKeyboardKeysym"><arg type="o" direction="in"/><arg type="a{sv}" direction="in"/><arg type="i" direction="in"/>
    <arg type="u" direction="in"/></method>
</interface>
<interface name="org.freedesktop.portal.Clipboard">
  <method name="RequestClipboard"><arg type="o" direction="in"/><arg type="a{sv}" direction="in"/></method>
  <method name="SetSelection"><arg type="o" direction="in"/><arg type="a{sv}" direction="in"/></method>
  <method name="SelectionWrite"><arg type="o" direction="in"/><arg type="u" direction="in"/><arg type="h" direction="out"/></method>
  <method name="SelectionWriteDone"><arg type="o" direction="in"/><arg type="u" direction="in"/><arg type="b" direction="in"/></method>
  <method name="SelectionRead"><arg type="o" direction="in"/><arg type="s" direction="in"/><arg type="h" direction="out"/></method>
</interface>
<interface name="org.freedesktop.portal.Session"><method name="Close"/></interface>
<interface name="org.freedesktop.portal.Request"><method name="Close"/></interface>
<interface name="org.tilescribe.Desk">
  <method name="Set"><arg type="s" direction="in"/><arg type="s" direction="in"/></method>
  <method name="Calls"><arg type="as" direction="out"/></method>
  <method name="Emit"><arg type="s" direction="in"/><arg type="s" direction="in"/></method>
  <method name="Close"/>
  <method name="Paste"/>
  <method name="Pasted"><arg type="s" direction="out"/></method>
</interface>
</node>'''
INTERFACES = {interface.name: interface for interface in Gio.DBusNodeInfo.new_for_xml(XML).interfaces}
TEXT = 'text/plain;charset=utf-8'
CTRL, V = (29, 0xffe3), (47, 0x76)   # evdev code, keysym


class Refusal(Exception):
    """The D-Bus error that a method gives back: its name, then what it says."""


class Desktop:
    def __init__(self, connection):
        self.connection = connection
        self.settings = {}
        self.calls = []
        self.known = set()       # callers that have an app id
        self.seen = set()        # callers that have called a portal
        self.sessions = {}       # path -> what was done in it
        self.session = None      # path of the last one
        self.held = set()
        self.transfers = {}      # serial -> whether the focused window reads, and not another program
        self.serial = 0
        self.owner = None        # mime types of the session that owns the clipboard; None: somebody else
        self.pasted = ''
        for interface in INTERFACES.values():
            if 'Request' not in interface.name and 'Session' not in interface.name:
                connection.register_object(OBJECT, interface, self.call)

    def answer(self, method):
        return self.settings.get('answer:' + method, '0')

    def call(self, _connection, sender, path, interface, method, parameters, invocation):
        arguments = parameters.unpack()
        if interface == 'org.tilescribe.Desk':
            invocation.return_value(getattr(self, 'desk_' + method.lower())(*arguments))
            return
        try:
            if interface.split('.')[-1] in self.settings.get('without', '').split():
                raise Refusal('org.freedesktop.DBus.Error.UnknownMethod', f'No such interface “{interface}”')
            reply = self.portal(sender, path, interface, method, arguments)
        except Refusal as refusal:
            invocation.return_dbus_error(*refusal.args)
            return
        if self.calls and self.calls[-1] == self.settings.get('hangs'):
            return
        if isinstance(reply, int):
            fds = Gio.UnixFDList.new()
            fds.append(reply)
            os.close(reply)
            invocation.return_value_with_unix_fd_list(GLib.Variant('(h)', (0,)), fds)
        else:
            invocation.return_value(reply)

    def portal(self, sender, path, interface, method, arguments):
        if self.answer(method) == 'die':
            os._exit(0)
        if method == 'Register':
            self.calls.append('Register ' + arguments[0])
            if sender in self.seen:
                raise Refusal(PORTAL + 'Error.Failed', 'Connection already used')
            self.seen.add(sender)
            self.known.add(sender)
            return None
        self.seen.add(sender)
        if method == 'Close':
            self.calls.append('Close ' + interface.split('.')[-1])
            self.sessions.pop(path, None)
            return None
        if method == 'CreateSession' and sender not in self.known and 'Registry' not in self.settings.get('without', ''):
            raise Refusal(PORTAL + 'Error.NotAllowed', 'An app id is required')
        if self.answer(method) == 'error':
            raise Refusal(PORTAL + 'Error.Failed', 'Out of order')
        if method != 'CreateSession' and arguments[0] not in self.sessions:
            raise Refusal('org.freedesktop.DBus.Error.AccessDenied', 'Invalid session')
        return getattr(self, 'on_' + method)(sender, *arguments)

    def respond(self, sender, method, options, results):
        """The handle of a request, which is answered in the next turn of the loop."""
        name = sender[1:].replace('.', '_')
        token = 'made_up' if self.settings.get('handles') == 'own' else options['handle_token']
        handle = f'{OBJECT}/request/{name}/{token}'
        code = self.answer(method)
        registered = self.connection.register_object(handle, INTERFACES[PORTAL + 'Request'], self.call)

        def respond():
            if code == 'silent':
                return False
            self.connection.emit_signal(sender, handle, PORTAL + 'Request', 'Response',
                                        GLib.Variant('(ua{sv})', (int(code), results if code == '0' else {})))
            self.connection.unregister_object(registered)
            return False

        GLib.timeout_add(50, respond)
        return GLib.Variant('(o)', (handle,))

    # ---- sessions

    def on_CreateSession(self, sender, options):
        self.calls.append('CreateSession')
        name = sender[1:].replace('.', '_')
        path = f'{OBJECT}/session/{name}/{options["session_handle_token"]}'
        self.sessions[path] = set()
        self.session, self.client = path, sender
        self.connection.register_object(path, INTERFACES[PORTAL + 'Session'], self.call)
        return self.respond(sender, 'CreateSession', options, {'session_handle': GLib.Variant('s', path)})

    def on_BindShortcuts(self, sender, session, shortcuts, _window, options):
        (name, shortcut), = shortcuts
        self.calls.append(f'BindShortcuts {name} {shortcut["preferred_trigger"]}')
        if 'bound' in self.sessions[session]:
            raise Refusal(PORTAL + 'Error.Failed', 'Shortcuts were bound before')
        self.sessions[session].add('bound')
        trigger = self.settings.get('trigger', shortcut['preferred_trigger'])
        listed = [(name, {'description': GLib.Variant('s', shortcut['description']), 'trigger_description': GLib.Variant('s', trigger)})]
        return self.respond(sender, 'BindShortcuts', options,
                            {'shortcuts': GLib.Variant('a(sa{sv})', [] if trigger == 'none' else listed)})

    def on_SelectDevices(self, sender, _session, options):
        self.calls.append(f'SelectDevices {options["types"]} {options["persist_mode"]} {options.get("restore_token", "-")}')
        return self.respond(sender, 'SelectDevices', options, {})

    def on_Start(self, sender, session, _window, options):
        self.calls.append('Start')
        clipboard = 'clipboard' in self.sessions[session]
        self.sessions[session].add('started')
        if clipboard:
            GLib.timeout_add(60, self.tell_owner)
        return self.respond(sender, 'Start', options, {
            'devices': GLib.Variant('u', int(self.settings.get('devices', '1'))),
            'clipboard_enabled': GLib.Variant('b', clipboard),
            'restore_token': GLib.Variant('s', f'token-{len(self.calls)}')})

    # ---- keys

    def key(self, session, key, kind, state):
        if 'started' not in self.sessions[session]:
            raise Refusal(PORTAL + 'Error.Failed', 'Not started')
        self.calls.append(f'{kind} {key} {state}')
        (self.held.add if state else self.held.discard)(key)
        if state and key in V and self.held.intersection(CTRL):
            GLib.timeout_add(30, self.paste)

    def on_NotifyKeyboardKeycode(self, _sender, session, _options, code, state):
        self.key(session, code, 'keycode', state)

    def on_NotifyKeyboardKeysym(self, _sender, session, _options, keysym, state):
        self.key(session, keysym, 'keysym', state)

    # ---- clipboard

    def signal(self, name, parameters):
        self.connection.emit_signal(self.client, OBJECT, PORTAL + 'Clipboard', name, parameters)

    def tell_owner(self):
        mine = self.owner is not None
        self.signal('SelectionOwnerChanged', GLib.Variant('(oa{sv})', (self.session, {
            'mime_types': GLib.Variant('as', self.owner or self.offered()),
            'session_is_owner': GLib.Variant('b', mine)})))
        return False

    def offered(self):
        return ([TEXT] if 'clipboard' in self.settings else []) + (['text/html'] if 'markup' in self.settings else [])

    def on_RequestClipboard(self, _sender, session, _options):
        self.calls.append('RequestClipboard')
        self.sessions[session].add('clipboard')

    def on_SetSelection(self, _sender, _session, options):
        self.calls.append('SetSelection')
        self.owner = options['mime_types']
        if TEXT not in self.owner:
            raise Refusal(PORTAL + 'Error.Failed', 'No text')
        if self.settings.get('history') == 'yes':
            self.transfer(False)
        GLib.timeout_add(10, self.tell_owner)

    def paste(self):
        """What the focused window does on Ctrl+V."""
        if self.settings.get('focus') == 'none':
            pass
        elif self.owner is None:
            self.pasted += self.settings.get('clipboard', '')
        else:
            self.transfer(True)
        return False

    def transfer(self, pasting):
        self.serial += 1
        self.transfers[self.serial] = pasting
        self.signal('SelectionTransfer', GLib.Variant('(osu)', (self.session, TEXT, self.serial)))

    def on_SelectionWrite(self, _sender, _session, serial):
        ours, theirs = os.pipe()
        os.set_blocking(ours, False)
        GLib.io_add_watch(ours, GLib.IO_IN | GLib.IO_HUP, self.read, bytearray(), self.transfers.pop(serial))
        return theirs

    def read(self, ours, _condition, text, pasting):
        piece = os.read(ours, 65536)
        text += piece
        if piece:
            return True
        os.close(ours)
        if pasting:
            self.pasted += text.decode()
        return False

    def on_SelectionWriteDone(self, _sender, _session, _serial, success):
        self.calls.append(f'SelectionWriteDone {success}')

    def on_SelectionRead(self, _sender, _session, mime):
        self.calls.append('SelectionRead ' + mime)
        ours, theirs = os.pipe()
        os.write(theirs, self.settings.get('clipboard', '').encode())
        if mime == 'text/html' and self.settings['markup'] == 'endless':
            return ours
        os.close(theirs)
        if 'copies' in self.settings:
            self.desk_set('clipboard', self.settings.pop('copies'))
        return ours

    # ---- what a test does

    def desk_set(self, key, value):
        self.settings[key] = value
        if key == 'clipboard':
            self.owner = None
            if self.session:
                self.tell_owner()

    def desk_calls(self):
        return GLib.Variant('(as)', (self.calls,))

    def desk_emit(self, name, shortcut):
        self.connection.emit_signal(self.client, OBJECT, PORTAL + 'GlobalShortcuts', name,
                                    GLib.Variant('(osta{sv})', (self.session, shortcut, 1, {})))

    def desk_close(self):
        self.sessions.pop(self.session)
        self.connection.emit_signal(self.client, self.session, PORTAL + 'Session', 'Closed', None)

    def desk_paste(self):
        self.paste()

    def desk_pasted(self):
        return GLib.Variant('(s)', (self.pasted,))


def main():
    loop = GLib.MainLoop()
    kept = []
    Gio.bus_own_name(Gio.BusType.SESSION, 'org.freedesktop.portal.Desktop', Gio.BusNameOwnerFlags.NONE,
                     lambda connection, _name: kept.append(Desktop(connection)), None, lambda *_: sys.exit(1))
    loop.run()


if __name__ == '__main__':
    main()
