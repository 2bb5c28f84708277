#!/usr/bin/env python3
"""tilescribe history: lists, searches, shows, exports, pins and deletes what was transcribed.

SPDX-License-Identifier: MIT
"""
import os
import pty
import sqlite3
import unittest
from contextlib import closing

from fixture import CLIPS, PATIENCE, CliTest, text_of

FORMATS = ("txt", "srt", "vtt", "json", "csv")


class Empty(CliTest):
    def test_nothing_transcribed_yet(self):
        self.assertEqual(self.succeed("history", "list"), "")
        self.assertEqual(self.succeed("history", "search", "fox"), "")
        self.assertFalse(self.database.exists(), "looking makes nothing")

    def test_there_is_nothing_to_show(self):
        self.fail_with(1, "history", "show", "1")

    def test_a_broken_database_is_told(self):
        self.database.parent.mkdir(parents=True)
        self.database.write_text("This is no database, and long enough to be looked at. " * 50)
        self.assertIn("transcripts.db", self.fail_with(1, "history", "list"))


class Filled(CliTest):
    def setUp(self):
        super().setUp()
        self.succeed("transcribe", CLIPS / "fox.wav", CLIPS / "hello.wav")

    def test_list_has_the_newest_first(self):
        lines = self.succeed("history", "list").splitlines()
        self.assertRegex(lines[0], r"^2  \d{4}-\d\d-\d\d \d\d:\d\d  0:0\d  done  hello\.wav  Hello world\.$")
        self.assertRegex(lines[1], r"^1 .* fox\.wav +The quick")
        self.assertEqual(self.succeed("history", "list", "--limit", "1").splitlines(), lines[:1])

    def test_search_finds_words_and_beginnings(self):
        for words in (["lazy"], ["laz"], ["quick", "dog"], ["LAZY dog"]):
            lines = self.succeed("history", "search", *words).splitlines()
            self.assertRegex(lines[0], r"^1  .*fox\.wav$", words)
            self.assertIn("lazy dog", lines[1])
        self.assertEqual(self.succeed("history", "search", "zebra"), "")
        self.assertEqual(self.succeed("history", "search", "\"; DROP TABLE *"), "")

    def test_matches_are_bold_on_a_terminal_that_wants_colour(self):
        for env, emphasised in (({}, True), ({"NO_COLOR": "1"}, False)):
            terminal, end = pty.openpty()
            self.env.update(env)
            self.start("history", "search", "lazy", stdout=end).wait(PATIENCE)
            os.close(end)
            self.assertEqual(b"\x1b[1mlazy\x1b[0m" in os.read(terminal, 4096), emphasised)
            os.close(terminal)

    def test_show_tells_how_it_was_made(self):
        shown = self.succeed("history", "show", "1")
        for part in (str(CLIPS / "fox.wav"), "starter-en", "cpu (", "done", text_of("fox.wav")):
            self.assertIn(part, shown)

    def test_delete(self):
        self.assertEqual(self.succeed("history", "delete", "1"), "")
        self.fail_with(1, "history", "show", "1")
        self.assertEqual(self.succeed("history", "search", "lazy"), "")
        self.assertIn("9", self.fail_with(1, "history", "delete", "9", "2"))
        self.assertEqual(self.succeed("history", "list"), "", "one that is missing does not save the others")

    def test_pin_and_unpin(self):
        self.assertEqual(self.succeed("history", "pin", "2", "1"), "")
        self.assertEqual(self.succeed("history", "list").count("  done, pinned  "), 2)
        self.assertIn("State       done, pinned", self.succeed("history", "show", "2"))
        self.assertEqual(self.succeed("history", "unpin", "2"), "")
        self.assertEqual(self.succeed("history", "list").count("pinned"), 1)
        self.assertIn("9", self.fail_with(1, "history", "pin", "9"))

    def test_a_dictation(self):
        recordings = self.database.parent / "recordings"
        recordings.mkdir()
        ours, other = recordings / "a.wav", self.folder / "thesis.wav"
        ours.touch()
        other.touch()
        with closing(sqlite3.connect(self.database)) as database, database:
            database.execute("UPDATE transcripts SET kind = 1, recovered = 1, source = ?, title = NULL WHERE id = 1", [str(ours)])
            database.execute("UPDATE transcripts SET kind = 1, source = ? WHERE id = 2", [str(other)])
        self.assertRegex(self.succeed("history", "list").splitlines()[1], r"^1 .* done, recovered  dictation  The quick")
        self.succeed("history", "delete", "1", "2")
        self.assertFalse(ours.exists())
        self.assertTrue(other.exists(), "what lies elsewhere is not the program's, whatever the database says")

    def test_wrong_usage(self):
        for arguments in (["show"], ["show", "x"], ["show", "0"], ["show", "1", "2"], ["export", "1", "-f", "doc"], ["delete"],
                          ["delete", "1", "x"], ["list", "x"], ["search"], ["list", "-n", "-1"], ["nonsense"]):
            self.fail_with(2, "history", *arguments)
        self.assertEqual(len(self.succeed("history", "list").splitlines()), 2, "nothing was deleted")

    def test_a_full_disk_is_told(self):
        with open("/dev/full", "w") as full:
            process = self.start("history", "list", stdout=full, text=True)
            _, message = process.communicate(timeout=PATIENCE)
        self.assertEqual(process.returncode, 1)
        self.assertIn("Standard output", message)


class Export(CliTest):
    def test_equals_what_was_printed(self):
        for number, format in enumerate(FORMATS, start=1):
            printed = self.succeed("transcribe", "-f", format, CLIPS / "two.wav")
            self.assertEqual(self.succeed("history", "export", number, "-f", format), printed, format)

    def test_equals_what_was_printed_with_words(self):
        for number, format in enumerate(FORMATS, start=1):
            printed = self.succeed("transcribe", "-w", "-f", format, CLIPS / "two.wav")
            self.assertEqual(self.succeed("history", "export", number, "-w", "-f", format), printed, format)

    def test_to_a_file(self):
        printed = self.succeed("transcribe", CLIPS / "fox.wav")
        self.assertEqual(self.succeed("history", "export", "1", "-o", "fox.txt"), "")
        self.assertEqual((self.folder / "fox.txt").read_text(), printed)
        self.assertIn("no/fox.txt", self.fail_with(1, "history", "export", "1", "-o", "no/fox.txt"))


if __name__ == "__main__":
    unittest.main()
