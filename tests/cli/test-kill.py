#!/usr/bin/env python3
"""Killed at any instant: what was shown is in the history, nothing stands under the final name, and the next run works.

TILESCRIBE_KILLS: how often; a few by itself, many in `scripts/test --full`.

SPDX-License-Identifier: MIT
"""
import os
import random
import time
import unittest

from fixture import CLIPS, HourTest, text_of

KILLS = int(os.environ.get("TILESCRIBE_KILLS", "4"))


class Kill(HourTest):
    chance = random.Random(1)

    def kill_at_some_instant(self, *arguments, with_text=False):
        """Starts, kills a while later, or a while after the first text; what was printed until then."""
        process = self.start("transcribe", *arguments, "long.wav", text=True)
        printed = process.stdout.readline() if with_text else ""
        time.sleep(self.chance.uniform(0, 1))
        process.kill()
        printed += process.stdout.read()
        process.wait()
        return printed

    def text_in_history(self):
        """Of the newest transcript; nothing where it was killed before it began one."""
        newest = self.succeed("history", "list").split()[:1] if self.database.exists() else []
        return self.succeed("history", "export", newest[0]) if newest else ""

    def test_what_was_shown_is_in_the_history(self):
        for i in range(KILLS):
            printed = self.kill_at_some_instant(with_text=i % 2)
            shown = printed[:printed.rfind("\n") + 1]
            if shown:
                self.assertTrue(self.text_in_history().startswith(shown), printed)
            self.assertTrue(shown or i % 2 == 0, "there was text")
        self.assertEqual(self.succeed("transcribe", CLIPS / "fox.wav"), text_of("fox.wav") + "\n")

    def test_nothing_stands_under_the_final_name(self):
        for _ in range(KILLS):
            self.kill_at_some_instant("--output", "long.txt")
            self.assertFalse((self.folder / "long.txt").exists())
        self.succeed("transcribe", "--quiet", "--output", "fox.txt", CLIPS / "fox.wav")
        self.assertEqual((self.folder / "fox.txt").read_text(), text_of("fox.wav") + "\n")


if __name__ == "__main__":
    unittest.main()
