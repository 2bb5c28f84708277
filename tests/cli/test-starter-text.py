#!/usr/bin/env python3
"""What the starter model's training sentences are taken from, and what is made up.

SPDX-License-Identifier: MIT
"""
import os
import pathlib
import random
import re
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(os.environ["TILESCRIBE_DATA"]) / "starter"))
sys.dont_write_bytecode = True

import dictation  # noqa: E402
import text  # noqa: E402

WORDNET = '00016855 29 v 01 zonk_out 0 001 @ 00017282 v 0000 01 + 02 00 | fall asleep (quickly); lie down; ' \
          '"after the long drive, we slept"; "Why do you sleep?"  \n'


class Text(unittest.TestCase):
    def taken(self, raw):
        return list(text.sentences(raw))

    def test_takes_sentences_that_read_aloud_as_they_are_written(self):
        self.assertEqual(self.taken("I don't know Peter's house. Is it far? See section 3. Use an SSD. Plan B is off."),
                         ["I don't know Peter's house.", "Is it far?"])

    def test_takes_examples_and_glosses_out_of_wordnet(self):
        self.assertEqual(self.taken(text.examples(WORDNET)), ["After the long drive, we slept.", "Why do you sleep?"])
        self.assertEqual(self.taken(text.glosses(WORDNET)), ["Fall asleep.", "Lie down."])

    def test_takes_what_is_said_in_a_game(self):
        self.assertEqual(self.taken(text.strings('say("Who are you, stranger?", 1); sound = _ "You have slept well."')),
                         ["Who are you, stranger?", "You have slept well."])

    def test_takes_words_out_of_a_list_but_no_names(self):
        with tempfile.TemporaryDirectory() as folder:
            pathlib.Path(folder, "american-english").write_text("Anna\napple\nit's\nof\npears\n")
            self.assertEqual(text.listed([("words", folder)]), {"apple", "pears"})


class Dictation(unittest.TestCase):
    def test_makes_sentences(self):
        rng = random.Random(1)
        for _ in range(5000):
            sentence = dictation.sentence(rng)
            self.assertRegex(sentence, r"^[A-Z][A-Za-z' ,-]*[.?!,]$", "A template makes no sentence.")
            self.assertIsNone(re.search(r"\b[Aa] [aeio]|mans\b|xs\b", sentence), sentence)


if __name__ == "__main__":
    unittest.main()
