#!/usr/bin/env python3
"""From a key to text in another program's window, as a person does it.

SPDX-License-Identifier: MIT
"""
from fixture import AppTest, Editor, main, text_of, wait_until


class Dictate(AppTest):
    def test_the_key_writes_into_the_focused_window(self):
        self.start_window()
        editor = Editor(self.desktop)
        self.dictate("fox.wav")
        written = editor.wait_for(text_of("fox.wav"))
        self.assertEqual(self.newest_text(), written)
        self.wait_for_screen(text_of("fox.wav"))

    def test_text_comes_while_the_key_is_held(self):
        self.set(hotkey_mode="'hold'")
        self.start_window()
        editor = Editor(self.desktop)
        self.desktop.press("keydown", "ctrl", "keydown", "alt", "keydown", "space")
        self.wait_for_microphone()
        self.assertEqual(self.status(), "listening")
        self.desktop.say("report.wav")
        self.desktop.press("keyup", "space", "keyup", "alt", "keyup", "ctrl")
        self.wait_for_status("idle")
        editor.wait_for(text_of("report.wav"))

    def test_the_button_writes_into_the_window_itself(self):
        self.start_window()
        editor = Editor(self.desktop)
        self.desktop.focus("tilescribe")
        self.desktop.click("Start dictation")
        self.wait_for_microphone()
        self.desktop.say("weather.wav")
        self.desktop.click("End dictation")
        self.wait_for_status("idle")
        self.wait_for_screen(text_of("weather.wav"))
        self.assert_said(self.newest_text(), text_of("weather.wav"))
        self.assertEqual(editor.text(), "")

    def test_the_key_of_the_window_does_what_the_button_does(self):
        self.start_window()
        self.desktop.focus("tilescribe")
        self.desktop.press("key", "ctrl+r")
        self.wait_for_microphone()
        self.desktop.say("weather.wav")
        self.desktop.press("key", "ctrl+r")
        self.wait_for_status("idle")
        self.wait_for_screen(text_of("weather.wav"))

    def test_commands_start_and_stop_it(self):
        self.start_window()
        editor = Editor(self.desktop)
        for begin, end in (("toggle", "toggle"), ("start", "stop")):
            self.assertEqual(self.cli(begin).returncode, 0)
            self.wait_for_microphone()
            self.assertEqual(self.status(), "listening")
            self.desktop.say("remind.wav")
            self.assertEqual(self.cli(end).returncode, 0)
            self.wait_for_status("idle")
        editor.wait_for(text_of("remind.wav") * 2)
        self.assertEqual(len(self.history()), 2)

    def test_a_pause_ends_an_utterance_and_listening_goes_on(self):
        self.start_window()
        editor = Editor(self.desktop)
        self.hotkey()
        self.wait_for_microphone()
        self.desktop.say("fox.wav", "silence.wav")
        editor.wait_for(text_of("fox.wav"))
        self.assertEqual(self.status(), "listening")
        self.desktop.say("report.wav", "silence.wav")
        editor.wait_for(text_of("fox.wav") + " " + text_of("report.wav"))
        self.hotkey()
        self.wait_for_status("idle")
        self.assertEqual(len(self.history()), 1)

    def test_signs_of_all_the_world_arrive(self):
        signs = ("Füchsin 🦊 «naïve»", "狗 ẞ")
        self.set(replacements=f"[('fox', '{signs[0]}'), ('dog', '{signs[1]}')]")
        self.start_window()
        editor = Editor(self.desktop)
        self.dictate("fox.wav")
        wait_until(lambda: all(sign in editor.text() for sign in signs), "the signs are in the editor")

    def test_without_a_window_it_works_in_the_background(self):
        self.start_app("--gapplication-service")
        editor = Editor(self.desktop)
        self.dictate("fox.wav")
        editor.wait_for(text_of("fox.wav"))

    def test_it_stays_when_its_window_is_closed(self):
        self.start_window()
        self.desktop.focus("tilescribe")
        self.desktop.press("key", "ctrl+w")
        editor = Editor(self.desktop)
        self.dictate("fox.wav")
        editor.wait_for(text_of("fox.wav"))

    def test_what_was_cancelled_is_nowhere(self):
        self.start_window()
        editor = Editor(self.desktop)
        self.hotkey()
        self.wait_for_microphone()
        self.desktop.say("fox.wav")
        self.desktop.focus("tilescribe")
        self.desktop.press("key", "ctrl+Escape")
        self.wait_for_status("idle")
        self.assertEqual((self.history(), editor.text()), ([], ""))


main()
