#!/usr/bin/env python3
"""tilescribe listen, with a microphone that hears what is played.

SPDX-License-Identifier: MIT
"""
import os
import re
import signal
import subprocess
import time
import unittest

from fixture import CLIPS, PATIENCE, CliTest, text_of


def play(clip):
    subprocess.run(["paplay", CLIPS / clip], check=True)


class Listen(CliTest):
    def setUp(self):
        super().setUp()
        self.env["HOME"] = os.environ["HOME"]  # the sound server's, where ALSA finds the way to it

    @property
    def recordings(self):
        return self.folder / "data" / "tilescribe" / "recordings"

    def files(self):
        return sorted(path.name for path in self.recordings.rglob("*") if path.is_file())

    def listen(self, *arguments):
        """Once the microphone hears: there is something on disk by then."""
        before = set(self.files())
        process = self.start("listen", *arguments, text=True)
        end = time.monotonic() + PATIENCE
        while not any(path.stat().st_size > 10000 for path in self.recordings.rglob("*.wav") if path.name not in before):
            if process.poll() is not None:
                self.fail(process.stderr.read())
            self.assertLess(time.monotonic(), end, "the microphone hears")
            time.sleep(0.05)
        return process

    def finish(self, process, status=0):
        """What it printed since, and its errors."""
        out, err = process.communicate(timeout=PATIENCE)
        self.assertEqual(process.returncode, status, err)
        return out, err

    def test_each_utterance_is_a_line_and_ctrl_c_ends(self):
        process = self.listen()
        play("fox.wav")
        self.assertEqual(process.stdout.readline(), text_of("fox.wav") + "\n")
        play("weather.wav")
        process.send_signal(signal.SIGINT)  # before the pause is over
        self.assertEqual(self.finish(process), (text_of("weather.wav") + "\n", ""))
        self.assertEqual(len(self.files()), 1)
        self.assertEqual(self.succeed("history", "export", self.succeed("history", "list").split()[0]).split("\n")[0].strip(),
                         text_of("fox.wav"))

    def test_once_ends_after_the_first(self):
        process = self.listen("--once")
        play("fox.wav")
        self.assertEqual(self.finish(process), (text_of("fox.wav") + "\n", ""))

    def test_nothing_is_kept(self):
        process = self.listen("--no-store", "--once")
        play("fox.wav")
        self.assertEqual(self.finish(process), (text_of("fox.wav") + "\n", ""))
        self.assertEqual(self.files(), [])
        self.assertEqual(self.succeed("history", "list"), "")

    def test_silence_leaves_nothing(self):
        process = self.listen()
        process.send_signal(signal.SIGINT)
        self.assertEqual(self.finish(process), ("", ""))
        self.assertEqual(self.files(), [])

    def test_microphones(self):
        listed = self.succeed("listen", "--microphones").splitlines()
        self.assertEqual(listed[0].split(), ["ID", "NAME"])
        self.assertEqual(sum("(default)" in line for line in listed), 1, listed)

    def test_no_such_microphone(self):
        error = self.run_cli("listen", "--microphone", "alsa:no-such-microphone")
        self.assertEqual(error.returncode, 1)
        self.assertIn("no-such-microphone", error.stderr)
        self.assertEqual(error.stdout, "")
        self.assertEqual(self.files(), [])

    def test_no_such_model(self):
        process = self.start("listen", "--model", "no-such-model", text=True)
        line = process.stderr.readline()
        self.assertTrue(line.startswith("tilescribe: ") and "no-such-model" in line, line)

    def test_usage(self):
        self.assertIn("--pause", self.fail_with(2, "listen", "--pause", "0"))
        self.fail_with(2, "listen", "fox.wav")

    def test_killed_in_the_middle_it_leaves_what_was_said(self):
        process = self.listen()
        play("fox.wav")
        process.kill()
        process.wait()
        left = self.files()
        self.assertEqual(len(left), 1)
        recording, = self.recordings.rglob("*.wav")
        self.assertEqual(self.succeed("transcribe", "--no-store", recording).strip(), text_of("fox.wav"))

        process = self.listen("--once", "--no-store")  # goes on as if nothing had been
        play("weather.wav")
        self.assertEqual(self.finish(process)[0], text_of("weather.wav") + "\n")
        self.assertEqual(self.files(), left)

        process = self.listen("--once")  # and the next one, which keeps something, keeps that, too
        play("weather.wav")
        printed, told = self.finish(process)
        self.assertEqual(printed, text_of("weather.wav") + "\n")
        transcript = re.search(r"history show (\d+)", told).group(1)
        self.assertEqual(self.succeed("history", "export", transcript).strip(), text_of("fox.wav"))
        self.assertIn("recovered", self.succeed("history", "show", transcript))


if __name__ == "__main__":
    unittest.main()
