#!/usr/bin/env python3
"""tilescribe transcribe: what comes out, where it goes, and what is said when it cannot.

SPDX-License-Identifier: MIT
"""
import csv
import io
import json
import os
import pty
import re
import shutil
import sqlite3
import unittest

from fixture import CLIPS, PATIENCE, CliTest, text_of, write_pauses

FOX = CLIPS / "fox.wav"
HELLO = CLIPS / "hello.wav"
CLOCK = r"\d\d:\d\d:\d\d[,.]\d{3}"


class Text(CliTest):
    def test_clips_give_their_text(self):
        for clip in ("fox.wav", "hello.wav", "thanks.wav"):
            self.assertEqual(self.succeed("transcribe", CLIPS / clip), text_of(clip) + "\n", clip)

    def test_silence_gives_no_text(self):
        self.assertEqual(self.succeed("transcribe", CLIPS / "silence.wav"), "")

    def test_what_came_before_a_pause_does_not_mislead_the_starter(self):
        clips = ("fox.wav", "weather.wav", "hello.wav", "report.wav")
        write_pauses(self.folder / "pauses.wav", clips, 35)
        self.assertEqual(self.succeed("transcribe", "pauses.wav").splitlines(), [text_of(clip) for clip in clips])

    def test_standard_input_is_read(self):
        self.assertEqual(self.succeed("transcribe", "-", input=FOX.read_bytes(), text=False).decode(), text_of("fox.wav") + "\n")

    def test_standard_input_may_be_a_file(self):
        with open(FOX) as file:
            process = self.start("transcribe", "-", stdin=file, text=True)
            self.assertEqual(process.communicate(timeout=PATIENCE)[0], text_of("fox.wav") + "\n")

    def test_the_model_may_be_a_file(self):
        model = shutil.copy(os.path.join(os.environ["TILESCRIBE_DATA"], "models", "starter-en.bin"), self.folder / "my model.bin")
        self.assertEqual(self.succeed("transcribe", "--model", model, FOX), text_of("fox.wav") + "\n")

    def test_every_way_to_decode_gives_the_text(self):
        for options in (["--beam", "3"], ["--batch", "2"], ["--no-vad"], ["--no-timestamps"], ["--threads", "1"], ["--language", "en"],
                        ["--language", "auto"], ["--device", "cpu"], ["--prompt", "Animals – schnell."], ["--quiet"], ["-m", "starter-en"]):
            self.assertEqual(self.succeed("transcribe", *options, FOX), text_of("fox.wav") + "\n", options)

    def test_letters_survive_the_c_locale(self):
        env = {"LC_ALL": "C"}
        prompt = ("transcribe", "--prompt", "Jürgen – schnell", FOX)
        self.assertEqual(self.succeed(*prompt, env=env), self.succeed(*prompt))
        self.assertIn("“", self.fail_with(1, "transcribe", "missing.wav", env=env))


class Formats(CliTest):
    def test_srt(self):
        self.assertRegex(self.succeed("transcribe", "-f", "srt", FOX), rf"\A1\n{CLOCK} --> {CLOCK}\nThe quick .*dog\.\n\n\Z")

    def test_vtt(self):
        self.assertRegex(self.succeed("transcribe", "-f", "vtt", FOX), rf"\AWEBVTT\n\n{CLOCK} --> {CLOCK}\nThe quick .*dog\.\n\n\Z")

    def test_csv(self):
        rows = list(csv.DictReader(io.StringIO(self.succeed("transcribe", "-f", "csv", FOX, text=False).decode())))
        self.assertEqual([row["text"] for row in rows], [text_of("fox.wav")])
        self.assertLess(float(rows[0]["start"]), float(rows[0]["end"]))

    def test_json_tells_the_run(self):
        result = json.loads(self.succeed("transcribe", "-f", "json", FOX))
        self.assertEqual("".join(segment["text"] for segment in result["segments"]).strip(), text_of("fox.wav"))
        self.assertEqual((result["run"]["model"], result["run"]["device"], result["run"]["language"]), ("starter-en", "cpu", "en"))
        self.assertTrue(result["run"]["device_reason"], "why that device")

    def test_word_times(self):
        words = json.loads(self.succeed("transcribe", "-f", "json", "--word-times", FOX))["segments"][0]["words"]
        self.assertEqual("".join(word["text"] for word in words).strip(), text_of("fox.wav"))
        self.assertEqual(len(re.findall("-->", self.succeed("transcribe", "-w", "-f", "srt", FOX))), len(words))

    def test_kernels_of_the_array_are_told(self):
        result = self.run_cli("transcribe", "--device", "emulator", "--log-kernels", "--quiet", FOX)
        self.assertEqual((result.returncode, result.stdout), (0, text_of("fox.wav") + "\n"))
        lines = dict(line.split(maxsplit=1) for line in result.stderr.splitlines())
        for name, kernel in (("mel.spectrum", "SPECTRUM"), ("encoder.0.mlp.0", "GEMM"), ("encoder.0.attn", "ATTENTION"), ("decoder.logits", "TOP")):
            self.assertEqual(lines[name].split()[0], kernel)
        result = self.run_cli("transcribe", "--device", "cpu", "--log-kernels", FOX)
        self.assertEqual((result.returncode, result.stderr), (0, "tilescribe: The device “cpu” has no kernels to choose from.\n"))

    def test_the_array_finds_the_same_word_times(self):
        for clip in ("fox.wav", "remind.wav"):
            words = {device: json.loads(self.succeed("transcribe", "--device", device, "-f", "json", "-w", CLIPS / clip))["segments"][0]["words"]
                     for device in ("cpu", "emulator")}
            self.assertEqual([word["text"] for word in words["emulator"]], [word["text"] for word in words["cpu"]], clip)
            for on_array, expected in zip(words["emulator"], words["cpu"]):
                for time in ("start", "end"):
                    self.assertAlmostEqual(on_array[time], expected[time], delta=0.0201, msg=f"{clip}: {expected}")


class Outputs(CliTest):
    def test_a_file(self):
        self.assertEqual(self.succeed("transcribe", "--output", "fox.txt", FOX), "")
        self.assertEqual((self.folder / "fox.txt").read_text(), text_of("fox.wav") + "\n")

    def test_a_folder_is_made_for_several(self):
        self.assertEqual(self.succeed("transcribe", "-f", "srt", "-o", "notes/new", FOX, HELLO), "")
        self.assertEqual(sorted(os.listdir(self.folder / "notes" / "new")), ["fox.srt", "hello.srt"])

    def test_an_existing_folder_takes_one(self):
        (self.folder / "notes").mkdir()
        self.succeed("transcribe", "-o", "notes", FOX)
        self.assertEqual(os.listdir(self.folder / "notes"), ["fox.txt"])

    def test_several_to_standard_output_come_in_order(self):
        self.assertEqual(self.succeed("transcribe", "-o", "-", FOX, HELLO), f"{text_of('fox.wav')}\n{text_of('hello.wav')}\n")

    def test_one_bad_file_does_not_stop_the_others(self):
        (self.folder / "bad.wav").write_text("This is not sound.")
        result = self.run_cli("transcribe", FOX, "bad.wav", "missing.wav", HELLO)
        self.assertEqual(result.returncode, 1)
        self.assertEqual(result.stdout, f"{text_of('fox.wav')}\n{text_of('hello.wav')}\n")
        self.assertEqual([re.search(r"bad\.wav|missing\.wav", line).group() for line in result.stderr.splitlines()], ["bad.wav", "missing.wav"])

    def test_a_bad_file_leaves_no_output(self):
        (self.folder / "bad.wav").write_bytes(b"RIFF")
        self.fail_with(1, "transcribe", "-o", "bad.txt", "bad.wav")
        self.assertEqual(os.listdir(self.folder), ["bad.wav"] if not self.database.exists() else sorted(["bad.wav", "data"]))

    def test_what_cannot_be_written_is_told_before_the_work(self):
        message = self.fail_with(1, "transcribe", "--model", "missing", "--output", "no/such/folder/fox.txt", FOX)
        self.assertIn("no/such/folder/fox.txt", message)
        self.assertNotIn("missing", message, "the model was not even looked for")
        self.assertFalse(self.database.exists(), "nothing was begun")

    def test_a_full_disk_is_told(self):
        with open("/dev/full", "w") as full:
            process = self.start("transcribe", FOX, stdout=full, text=True)
            _, message = process.communicate(timeout=PATIENCE)
        self.assertEqual(process.returncode, 1)
        self.assertIn("Standard output", message)
        self.assertIn("history show 1", message, "what was done is kept, and it is told where")

    def test_a_reader_that_goes_away_ends_it_quietly(self):
        process = self.start("transcribe", FOX, HELLO, text=True)
        process.stdout.close()
        message = process.stderr.read()
        self.assertEqual((process.wait(PATIENCE), message), (1, ""))
        self.assertIn("stopped", self.succeed("history", "list"))

    def test_no_recording_is_replaced(self):
        shutil.copy(FOX, self.folder)
        recording = self.folder / "fox.wav"
        for output in ("fox.wav", "./fox.wav", str(self.folder / "fox.wav")):
            self.assertIn("replace the recording", self.fail_with(2, "transcribe", "-o", output, "fox.wav"))
        os.link(recording, self.folder / "other.txt")
        self.fail_with(2, "transcribe", "-o", "other.txt", "fox.wav")
        self.assertEqual(recording.read_bytes(), FOX.read_bytes())

    def test_two_recordings_want_two_files(self):
        (self.folder / "a").mkdir()
        shutil.copy(FOX, self.folder / "a")
        self.assertIn("notes/fox.txt", self.fail_with(2, "transcribe", "-o", "notes", FOX, "a/fox.wav"))

    def test_several_need_a_folder(self):
        (self.folder / "notes.txt").write_text("mine")
        self.assertIn("notes.txt", self.fail_with(2, "transcribe", "-o", "notes.txt", FOX, HELLO))
        self.assertEqual((self.folder / "notes.txt").read_text(), "mine")


class Trouble(CliTest):
    def test_wrong_usage(self):
        for arguments in ([], ["--nonsense", FOX], ["--beam", "0", FOX], ["--beam", "17", FOX], ["--batch", "-1", FOX], ["--beam", "x", FOX],
                          ["--threads", "99999", FOX], ["--format", "doc", FOX], ["--output"], ["--prompt", b"\xff\xfe", FOX]):
            arguments = [os.fsdecode(a) if isinstance(a, bytes) else a for a in arguments]
            self.fail_with(2, "transcribe", *arguments)

    def test_options_that_fit_no_model_are_wrong_usage(self):
        for options in (["--language", "de"], ["--language", "klingon"], ["--translate"]):
            self.assertEqual(len(self.fail_with(2, "transcribe", *options, FOX, HELLO).splitlines()), 1, "told once")
        self.assertEqual(self.succeed("history", "list"), "", "and not remembered")

    def test_a_missing_model(self):
        self.assertIn("models list", self.fail_with(1, "transcribe", "--model", "nonesuch", FOX))
        self.assertIn("models get base.en", self.fail_with(1, "transcribe", "--model", "base.en", FOX))

    def test_a_damaged_model(self):
        (self.folder / "bad.bin").write_bytes(b"lmgg" + bytes(100))
        self.assertIn("bad.bin", self.fail_with(1, "transcribe", "--model", "./bad.bin", FOX))

    def test_an_unknown_device(self):
        self.assertIn("abacus", self.fail_with(1, "transcribe", "--device", "abacus", FOX))

    def test_nothing_is_kept_unless_wanted(self):
        self.succeed("transcribe", "--no-store", FOX)
        self.assertFalse(self.database.exists())

    def test_a_broken_history_stops_nobody(self):
        self.database.parent.mkdir(parents=True)
        self.database.write_text("This is no database, and long enough to be looked at. " * 50)
        result = self.run_cli("transcribe", FOX)
        self.assertEqual((result.returncode, result.stdout), (0, text_of("fox.wav") + "\n"))
        self.assertIn("transcripts.db", result.stderr)
        self.assertIn("The work goes on", result.stderr)

    def test_a_locked_history_stops_nobody(self):
        self.succeed("transcribe", HELLO)
        with sqlite3.connect(self.database, isolation_level=None) as other:
            other.execute("BEGIN EXCLUSIVE")
            result = self.run_cli("transcribe", FOX)
        self.assertEqual((result.returncode, result.stdout), (0, text_of("fox.wav") + "\n"))
        self.assertIn("The work goes on", result.stderr)


class Terminal(CliTest):
    def run_on_terminal(self, *arguments, **how):
        """Runs with standard error on a terminal of 80 columns; what it showed, and what it printed elsewhere."""
        terminal, end = pty.openpty()
        process = self.start(*arguments, stderr=end, **how)
        os.close(end)
        shown = b""
        while True:
            try:
                block = os.read(terminal, 4096)
            except OSError:  # Linux: the other end was closed
                break
            if not block:
                break
            shown += block
        os.close(terminal)
        printed = process.stdout.read().decode() if process.stdout else ""
        self.assertEqual(process.wait(PATIENCE), 0, shown)
        return shown.decode(), printed

    def test_a_bar_is_shown_and_taken_away(self):
        shown, printed = self.run_on_terminal("transcribe", FOX)
        self.assertEqual(printed, text_of("fox.wav") + "\n")
        self.assertRegex(shown, r"fox\.wav.*\d+ %.*of 0:02")
        self.assertIn("cpu", shown.split("\x1b[K")[-1], "at last, on which device it ran")
        self.assertIn("starter model", shown)

    def test_text_appears_while_a_file_is_written(self):
        shown, printed = self.run_on_terminal("transcribe", "-f", "json", "-o", "fox.json", FOX)
        self.assertEqual(printed, "")
        self.assertIn(text_of("fox.wav"), shown)

    def test_quiet_is_quiet(self):
        self.assertEqual(self.run_on_terminal("transcribe", "--quiet", "-o", "fox.txt", FOX), ("", ""))

    def test_a_dumb_terminal_gets_no_bar(self):
        self.env["TERM"] = "dumb"
        self.assertEqual(self.run_on_terminal("transcribe", FOX), ("", text_of("fox.wav") + "\n"))

    def test_a_name_cannot_command_the_terminal(self):
        name = self.folder / "fox\x1b]0;owned\x07.wav"
        shutil.copy(FOX, name)
        shown, _ = self.run_on_terminal("transcribe", name)
        self.assertNotIn("\x1b]", shown)
        self.assertNotIn("\x1b", self.succeed("history", "list"))


if __name__ == "__main__":
    unittest.main()
