#!/usr/bin/env python3
"""tilescribe bench, its comparison of devices, and tilescribe validate on what the program takes for a real NPU, with the starter model.

The plug-in hands everything to the emulator. Times that are measured are then those of this machine: what they are says nothing, that they are there does.

SPDX-License-Identifier: MIT
"""
import json
import pathlib
import shutil
import tempfile
import unittest

from fixture import CLIPS, PATIENCE, NpuTest


class Hardware(NpuTest):
    """What a person with an NPU sees: everything is measured, and what cannot be is not made up."""
    told = None
    MEASURED = {"encoder_512_fast", "encoder_512_accurate", "long_recording_fast", "long_recording_accurate", "utterance_fast",
                "utterance_accurate", "outside_wait", "outside_wait_new_length", "error_fast", "error_accurate",
                "transcripts_accurate", "repeated"}

    def setUp(self):
        super().setUp()
        if Hardware.told:
            return
        folder = pathlib.Path(tempfile.mkdtemp(prefix="tilescribe-trial-"))
        self.addClassCleanup(shutil.rmtree, folder)
        shutil.copy(CLIPS / "hello.wav", folder)
        bench = self.start("bench", "--device", "npu", "--runs", 2, "--json", text=True)
        validate = self.start("validate", "--device", "npu", "--runs", 1, "--report", folder / "report.md", "--recording",
                              CLIPS / "fox.wav", "--clips", folder, text=True)
        Hardware.told = [process.communicate(timeout=PATIENCE) + (process.returncode,) for process in (bench, validate)]
        Hardware.bench = json.loads(Hardware.told[0][0])
        Hardware.report = json.loads((folder / "report.json").read_text())
        Hardware.markdown = (folder / "report.md").read_text()

    def row(self, table, label):
        return next(row for row in table if label in row.values())

    def test_bench_tells_what_can_be_measured(self):
        self.assertEqual(Hardware.told[0][1:], ("", 0))
        self.assertEqual(list(Hardware.bench), ["title", "latency", "use", "shares", "product"])
        self.assertIn("measured", Hardware.bench["title"])

    def test_the_median_lies_between_least_and_most(self):
        for row in Hardware.bench["latency"] + Hardware.bench["use"]:
            for mode in ("fast", "accurate"):
                self.assertTrue(0 < row[f"{mode}_least"] <= row[f"{mode}_median"] <= row[f"{mode}_most"], row)

    def test_the_parts_of_the_time_are_its_sum(self):
        for row in Hardware.bench["shares"]:
            latency = self.row(Hardware.bench["latency"], row["run"])
            whole = latency[f"{row['mode']}_median"]
            # of two runs, a median is the mean
            self.assertAlmostEqual(sum(row[part] for part in ("wait", "submit", "sync", "host")), whole, delta=1e-6)
            self.assertTrue(0 < row["wait"] < whole)
            self.assertTrue(0 < row["outside"] < 1)

    def test_validate_measures_what_it_can(self):
        out, err, status = Hardware.told[1]
        targets = {row["target"]: row for row in Hardware.report["targets"]}
        self.assertEqual(err, "")
        self.assertEqual(status, 1 if "fail" in {row["result"] for row in targets.values()} else 0)
        for key, row in targets.items():
            source = "measured" if key in self.MEASURED else "none"
            self.assertEqual((row["source"], row["result"] == "not run", row["measured"] is None),
                             (source, source == "none", source == "none"), key)
            self.assertEqual((row["pessimistic"], row["best"]), (None, None), key)
        self.assertLessEqual(self.MEASURED, set(targets))
        for key in ("error_fast", "error_accurate", "transcripts_accurate", "repeated"):
            self.assertEqual(targets[key]["result"], "pass", key)

    def test_nothing_is_modelled(self):
        self.assertEqual(list(Hardware.report), ["title", "targets", "errors", "clips", "latency", "use", "shares"])
        for told in (Hardware.markdown, Hardware.told[1][0], json.dumps(Hardware.bench)):
            self.assertNotIn("modelled", told)

    def test_an_npu_that_fails_is_not_measured_on_the_cpu(self):
        for fault, why in (("no-device", "finds no NPU"), ("lost@9", "does not answer")):
            for command in (["bench", "--runs", 1], ["validate", "--runs", 1, "--report", "r"]):
                self.assertIn(why, self.fail_with(1, *command, "--device", "npu", env={"TILESCRIBE_XRT_FAULT": fault}))
        self.assertEqual(list(self.folder.glob("r.*")), [])
        shutil.copy(CLIPS / "hello.wav", self.folder)
        self.assertIn("hung", self.fail_with(1, "validate", "--device", "npu", "--report", "r", "--clips", self.folder,
                                             env={"TILESCRIBE_XRT_FAULT": "timeout@3"}))
        self.assertIn("hung", self.fail_with(1, "bench", "--device", "npu", "--runs", 1, "--tokens", 5, CLIPS / "fox.wav",
                                             env={"TILESCRIBE_XRT_FAULT": "timeout@20"}))


class Compare(NpuTest):
    def compare(self, devices, *arguments, **how):
        return json.loads(self.succeed("bench", "--compare", devices, "--runs", 1, "--json", *arguments, **how))

    def rows(self, told):
        return {row["run"]: row for row in told["compare"]}

    def test_a_column_for_each_device(self):
        told = self.compare("cpu,npu,emulator,reference", "--fast")
        rows = self.rows(told)
        self.assertEqual([(row["device"], row["times"], row["reason"]) for row in told["devices"]],
                         [("cpu", "measured", ""), ("npu", "measured", ""), ("emulator", "modelled", ""), ("reference", "measured", "")])
        for key in ("audio_512", "audio_full", "token", "utterance", "long_recording"):
            for device in ("cpu", "npu", "emulator", "reference"):
                self.assertGreater(rows[key][device], 0, key)
        for key in ("mel_512", "encoder_512", "mel_full", "encoder_full"):
            self.assertIsNone(rows[key]["npu"], "a submission has no parts that can be measured")
            for device in ("cpu", "emulator", "reference"):
                self.assertGreater(rows[key][device], 0, key)
        self.assertEqual(rows["error"]["npu"], rows["error"]["emulator"], "they compute the same, to the bit")
        self.assertLess(rows["error"]["cpu"], rows["error"]["npu"])
        self.assertIsNone(rows["error"]["reference"])

    def test_the_others_go_on(self):
        for fault, why in (("no-device", "finds no NPU"), ("timeout@3", "hung")):
            told = self.compare("npu,cpu", env={"TILESCRIBE_XRT_FAULT": fault})
            npu, cpu = told["devices"]
            self.assertEqual((npu["times"], cpu["times"]), ("not run", "measured"))
            self.assertIn(why, npu["reason"])
            self.assertEqual({row["npu"] for row in told["compare"]}, {None})
            self.assertGreater(self.rows(told)["token"]["cpu"], 0)

    def test_a_table_says_what_is_measured(self):
        told = self.succeed("bench", "--compare", "cpu,npu", "--runs", 1, env={"TILESCRIBE_XRT_FAULT": "no-device"})
        self.assertIn("cpu, measured  npu, not run", told)
        self.assertIn("XRT finds no NPU in this machine", told)

    def test_none_goes_on(self):
        self.assertIn("finds no NPU", self.fail_with(1, "bench", "--compare", "npu", env={"TILESCRIBE_XRT_FAULT": "no-device"}))


if __name__ == "__main__":
    unittest.main()
