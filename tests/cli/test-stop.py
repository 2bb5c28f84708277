#!/usr/bin/env python3
"""Ctrl-C in the middle: what was done is kept, and it is told where.

SPDX-License-Identifier: MIT
"""
import json
import os
import re
import signal
import time
import unittest

from fixture import PATIENCE, HourTest


class Stop(HourTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        signal.signal(signal.SIGHUP, signal.SIG_DFL)  # under nohup it is ignored, by whatever is started here, too

    def stop_after_first_text(self, *arguments, number=signal.SIGINT):
        """Transcribes an hour and stops when the first text is there; what was printed and told."""
        process = self.start("transcribe", *arguments, "long.wav", text=True)
        printed = process.stdout.readline()
        self.assertNotEqual(printed, "", "there is text long before the end")
        process.send_signal(number)
        printed += process.stdout.read()
        told = process.stderr.read()
        self.assertEqual(process.wait(PATIENCE), 1, told)
        return printed, told

    def test_what_was_printed_is_in_the_history(self):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            printed, told = self.stop_after_first_text(number=number)
            transcript = re.search(r"history show (\d+)", told).group(1)
            self.assertRegex(told, r"up to \d+:\d\d")
            self.assertEqual(self.succeed("history", "export", transcript), printed)
            self.assertIn("stopped", self.succeed("history", "show", transcript))

    def test_standard_output_ends_in_order(self):
        printed, _ = self.stop_after_first_text("--format", "json")
        result = json.loads(printed)
        self.assertGreater(len(result["segments"]), 0)
        self.assertLess(result["run"]["audio"], 3000, "it was stopped")

    def wait_for_segment(self, process):
        """Until the unfinished file has text in it."""
        while process.poll() is None:
            for name in os.listdir(self.folder):
                if name.startswith(".long.txt.") and os.path.getsize(self.folder / name) > 0:
                    return
            time.sleep(0.01)
        self.fail(process.stderr.read())

    def test_without_history_a_file_beside_the_output_has_it(self):
        (self.folder / "long.part.txt").write_text("mine")
        process = self.start("transcribe", "--no-store", "--output", "long.txt", "long.wav", text=True)
        self.wait_for_segment(process)
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=PATIENCE)
        self.assertEqual(process.returncode, 1)
        self.assertIn("long.part2.txt", told)
        self.assertIn("The quick brown fox", (self.folder / "long.part2.txt").read_text())
        self.assertEqual((self.folder / "long.part.txt").read_text(), "mine")
        self.assertEqual(sorted(os.listdir(self.folder)), ["long.part.txt", "long.part2.txt", "long.wav"], "nothing else is left")

    def test_with_history_no_file_is_left(self):
        process = self.start("transcribe", "--output", "long.txt", "long.wav", text=True)
        self.wait_for_segment(process)
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=PATIENCE)
        self.assertIn("history show 1", told)
        self.assertEqual(sorted(os.listdir(self.folder)), ["data", "long.wav"])

    def stop_when_it_works(self, process):
        while not self.database.exists():  # made when the model is loaded and the work begins
            self.assertIsNone(process.poll())
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(PATIENCE), 1)
        self.assertEqual(process.stderr.read(), "", "nothing was done, and nothing is wrong")

    def test_a_silent_pipe_does_not_keep_it(self):
        read, write = os.pipe()
        process = self.start("transcribe", "-", stdin=read, text=True)
        os.write(write, b"RIFF")
        self.stop_when_it_works(process)
        os.close(read)
        os.close(write)

    def test_a_named_pipe_that_nobody_writes_does_not_keep_it(self):
        os.mkfifo(self.folder / "pipe")
        self.stop_when_it_works(self.start("transcribe", "pipe", text=True))

    def test_a_named_pipe_whose_writer_is_silent_does_not_keep_it(self):
        os.mkfifo(self.folder / "pipe")
        process = self.start("transcribe", "pipe", text=True)
        with open(self.folder / "pipe", "wb", buffering=0) as pipe:
            pipe.write(b"RIFF")
            self.stop_when_it_works(process)

    def test_a_pipe_that_falls_silent_in_the_middle_leaves_what_was_done(self):
        os.mkfifo(self.folder / "pipe")
        process = self.start("transcribe", "pipe", text=True)
        with open(self.hour.name, "rb") as hour, open(self.folder / "pipe", "wb", buffering=0) as pipe:
            pipe.write(hour.read(45 * 32000))
            self.assertEqual(process.stdout.readline(), "The quick brown fox jumps over the lazy dog.\n")
            process.send_signal(signal.SIGINT)
            _, told = process.communicate(timeout=PATIENCE)
        self.assertEqual(process.returncode, 1)
        self.assertIn("history show 1", told)

    def test_stopping_ends_the_files_behind_it_too(self):
        process = self.start("transcribe", "long.wav", "long.wav", text=True)
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=PATIENCE)
        self.assertEqual(len(self.succeed("history", "list").splitlines()), 1)

    def test_a_killed_run_leaves_its_text(self):
        process = self.start("transcribe", "long.wav", text=True)
        first = process.stdout.readline()
        process.kill()
        process.wait(PATIENCE)
        self.assertIn("unfinished", self.succeed("history", "list"))
        self.assertTrue(self.succeed("history", "export", "1").startswith(first))


if __name__ == "__main__":
    unittest.main()
