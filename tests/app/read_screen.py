"""read_screen.py - prints what stands on the screen of a program's windows, or where one of its buttons is

    read_screen.py PROGRAM                  a line for each text, as a screen reader is told it
    read_screen.py PROGRAM --button NAME    x and y of the middle of the button or tab of this name, in its window, and the window's title

On the accessibility bus of the environment; nothing is printed where the program is not there.

What a screen reader is told is more than what a person sees: GTK 4.8 says of everything that it is visible, also of a page that is not shown
and of a bar that was not revealed. But asked what lies at a point of the window, it looks as it does for the mouse, and that finds only what is
drawn. So a text counts where the mouse would find it, in its middle or near one of its ends: not one that was scrolled away, and
not one of a control that is not to be used.

SPDX-License-Identifier: MIT
"""
import os
import sys

import gi

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi, GLib  # noqa: E402


# Every question is a message to the program and back: most of what stands in a window is not asked.
SILENT = {Atspi.Role.IMAGE, Atspi.Role.SCROLL_BAR, Atspi.Role.SEPARATOR, Atspi.Role.POPUP_MENU}
WRITTEN = {Atspi.Role.LABEL, Atspi.Role.TEXT, Atspi.Role.ENTRY}
TABS = {Atspi.Role.PAGE_TAB_LIST}
BUTTONS = {Atspi.Role.PUSH_BUTTON, Atspi.Role.TOGGLE_BUTTON, Atspi.Role.PAGE_TAB}
WITHIN = Atspi.CoordType.WINDOW
MARGIN = 2  # pixels, from the edge of a text to where it is looked for


def nodes_of(node, silent):
    if node.get_role() in silent:
        return
    yield node
    for i in range(node.get_child_count()):
        child = node.get_child_at_index(i)
        if child:
            yield from nodes_of(child, silent)


def is_within(node, outer):
    """Whether it is this one, or a part of it."""
    while node and node != outer:
        node = node.get_parent()
    return node is not None


def point_of(node, window):
    """Where the mouse would find it, or None."""
    box = node.get_extents(WITHIN)
    if box.width <= 0 or box.height <= 0:
        return None
    x, y = box.x + box.width // 2, box.y + box.height // 2
    ends = [(box.x + MARGIN, box.y + MARGIN), (box.x + box.width - MARGIN, box.y + box.height - MARGIN)]
    for point in [(x, y), *ends]:
        found = window.get_accessible_at_point(*point, WITHIN)
        if found and is_within(found, node):
            return point
    return None


def windows_of(program):
    screen = Atspi.get_desktop(0)
    for i in range(screen.get_child_count()):
        application = screen.get_child_at_index(i)
        if application and os.path.basename(program) in (application.get_name() or "").lower():
            for j in range(application.get_child_count()):
                yield application.get_child_at_index(j)


def print_texts(program):
    for window in windows_of(program):
        for node in nodes_of(window, SILENT | TABS):
            if node.get_role() in WRITTEN:
                text = Atspi.Text.get_text(node, 0, -1) or node.get_name()
                if text and point_of(node, window):
                    print(text)


def print_button(program, name):
    for window in windows_of(program):
        for node in nodes_of(window, SILENT):
            if node.get_role() in BUTTONS and node.get_name() == name:
                point = point_of(node, window)
                if point:
                    print(*point, window.get_name())


try:
    if sys.argv[2:3] == ["--button"]:
        print_button(sys.argv[1], sys.argv[3])
    else:
        print_texts(sys.argv[1])
except GLib.Error as error:
    print(error.message, file=sys.stderr)
