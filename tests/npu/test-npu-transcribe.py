"""tilescribe on the device "npu", with a plug-in that hands everything to the emulator: what is said, and what happens when something is missing or breaks

SPDX-License-Identifier: MIT
"""
import json
import os
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(os.environ["TILESCRIBE_SOURCE"]) / "tests" / "cli"))
from fixture import CLIPS, NpuTest, text_of

FOX = CLIPS / "fox.wav"


class Transcribe(NpuTest):
    def run_of(self, *arguments, **how):
        return json.loads(self.run_cli("transcribe", "-f", "json", *arguments, FOX, **how).stdout)


class SameText(Transcribe):
    def test_as_on_the_emulator(self):
        for how in ([], ["--fast"], ["--beam", "3"], ["--word-times"]):
            texts = {device: self.succeed("transcribe", "--device", device, "-f", "srt", *how, FOX) for device in ("npu", "emulator")}
            self.assertEqual(texts["npu"], texts["emulator"], how)
            self.assertIn("-->", texts["npu"])

    def test_probabilities_too(self):
        segments = {device: self.run_of("--device", device, "-w")["segments"] for device in ("npu", "emulator")}
        self.assertEqual(segments["npu"], segments["emulator"])


class Auto(Transcribe):
    def test_takes_the_npu(self):
        run = self.run_of()["run"]
        self.assertEqual((run["device"], run["device_reason"]), ("npu", "there is an NPU"))

    def test_says_once_why_it_does_not(self):
        result = self.run_cli("transcribe", "-f", "json", FOX, env={"TILESCRIBE_XRT_FAULT": "permission"})
        run = json.loads(result.stdout)["run"]
        self.assertEqual(run["device"], "cpu")
        self.assertIn("the NPU cannot be used: You may not open the NPU.", run["device_reason"])
        self.assertEqual(result.stderr.count("You may not open the NPU."), 1, result.stderr)

    def test_has_no_room_for_the_model(self):
        for buffer in range(1, 5):
            result = self.run_cli("transcribe", FOX, env={"TILESCRIBE_XRT_FAULT": f"room@{buffer}"})
            self.assertEqual((result.returncode, result.stdout), (0, text_of("fox.wav") + "\n"), result)
            self.assertIn("memory", result.stderr)

    @unittest.skipIf(pathlib.Path("/dev/accel").exists(), "there is an NPU")
    def test_is_quiet_where_there_is_none(self):
        self.assertEqual(self.succeed("transcribe", FOX, env={"TILESCRIBE_XRT": ""}), text_of("fox.wav") + "\n")


class Faults(NpuTest):
    def test_the_cpu_goes_on(self):
        for fault, why in (("timeout@1", "hung"), ("aborted@2", "was stopped"), ("failed@4", "has failed"), ("lost@5", "does not answer")):
            result = self.run_cli("transcribe", "--device", "npu", FOX, env={"TILESCRIBE_XRT_FAULT": fault})
            self.assertEqual((result.returncode, result.stdout), (0, text_of("fox.wav") + "\n"), result)
            self.assertIn("“npu” failed, and the CPU went on: The NPU", result.stderr)
            self.assertIn(why, result.stderr)

    def test_asked_for_by_name_nothing_takes_its_place(self):
        for fault, why in (("no-device", "finds no NPU"), ("busy", "Close another"), ("room@1", "memory"), ("room@3", "memory")):
            self.assertIn(why, self.fail_with(1, "transcribe", "--device", "npu", FOX, env={"TILESCRIBE_XRT_FAULT": fault}))

    def test_there_is_no_plugin(self):
        told = self.fail_with(1, "transcribe", "--device", "npu", FOX, env={"TILESCRIBE_XRT": "/nonexistent/plugin.so"})
        self.assertIn("Install the package tilescribe-npu", told)


if __name__ == "__main__":
    unittest.main()
