#!/usr/bin/env python3
"""The starter model is the file that its card describes, and hears as much of the held-out sentences as the card says.

Measured on the sentences of data/starter/heldout.txt, said by espeak-ng as when the card was written.

SPDX-License-Identifier: MIT
"""
import configparser
import hashlib
import os
import pathlib
import re
import sys
import unittest

from fixture import CliTest

DATA = pathlib.Path(os.environ["TILESCRIBE_DATA"])
MODEL = DATA / "models" / "starter-en.bin"
CARD = (DATA / "models" / "README.md").read_text()
sys.path.insert(0, str(DATA / "starter"))
sys.dont_write_bytecode = True

from evaluate import SPEECH, wer  # noqa: E402
from recordings import recordings  # noqa: E402
from score import Score, score, segments  # noqa: E402

NEAR = 2  # percent of the words: other releases of espeak-ng, other instruction sets


class Starter(CliTest):
    def card(self, pattern):
        found = re.search(pattern, CARD)
        self.assertIsNotNone(found, f"The card of the starter model does not say {pattern}.")
        return found[1]

    def test_is_the_file_of_the_card_and_the_catalogue(self):
        content = MODEL.read_bytes()
        digest = hashlib.sha256(content).hexdigest()
        catalogue = configparser.ConfigParser()
        catalogue.read(DATA / "models" / "catalogue.ini")
        for says, size, its in (("card", self.card(r"\| Size \| ([\d,]+) bytes").replace(",", ""), self.card(r"SHA-256 \| `(\w+)`")),
                                ("catalogue", catalogue["starter-en"]["Size"], catalogue["starter-en"]["SHA256"])):
            self.assertEqual((int(size), its), (len(content), digest), f"{MODEL} is not the file of the {says}.")

    def heard(self, group):
        """The group's score, its recordings transcribed in one run."""
        cases = recordings(self.folder, group)
        out = self.folder / "heard"
        result = self.run_cli("transcribe", "--quiet", "--no-store", "--format", "vtt", "--output", f"{out}/",
                              *(path for path, _ in cases))
        self.assertEqual(result.returncode, 0, result)
        return Score(*map(sum, zip(*(score(sentences, segments((out / f"{path.stem}.vtt").read_text()))
                                     for path, sentences in cases))))

    def test_hears_what_the_card_claims(self):
        for group in ("en-us", "en-gb"):
            what, _ = SPEECH[group]
            claimed = float(self.card(rf"\| word errors, {re.escape(what)} \|[^|]*\| ([\d.]+) %"))
            with self.subTest(what):
                measured = wer(self.heard(group))
                self.assertLess(abs(measured - claimed), NEAR,
                                f"{what}: {measured} % of the words are wrong, where the card says {claimed} %.")


if __name__ == "__main__":
    unittest.main()
