#!/usr/bin/env python3
"""tilescribe bench and tilescribe validate on an emulated NPU and on one that the program takes for real, with the starter model.

Both run once, side by side; each test looks at something of what they told.

SPDX-License-Identifier: MIT
"""
import json
import pathlib
import shutil
import tempfile
import unittest

from fixture import CLIPS, PATIENCE, CliTest, NpuTest

TABLES = ["latency", "use", "shares", "layers", "ops", "tiles"]


class Trial(CliTest):
    told = None

    def setUp(self):
        super().setUp()
        if Trial.told:
            return
        folder = pathlib.Path(tempfile.mkdtemp(prefix="tilescribe-trial-"))
        self.addClassCleanup(shutil.rmtree, folder)
        shutil.copy(CLIPS / "hello.wav", folder)
        bench = self.start("bench", "--device", "emulator", "--json", text=True)
        validate = self.start("validate", "--report", folder / "report.md", "--recording", CLIPS / "fox.wav", "--clips", folder,
                              text=True)
        Trial.told = [process.communicate(timeout=PATIENCE) + (process.returncode,) for process in (bench, validate)]
        Trial.bench = json.loads(Trial.told[0][0])
        Trial.report = json.loads((folder / "report.json").read_text())
        Trial.markdown = (folder / "report.md").read_text()

    def row(self, table, label):
        return next(row for row in table if label in row.values())

    def test_bench_tells_all_tables(self):
        self.assertEqual(Trial.told[0][1:], ("", 0))
        self.assertEqual(list(Trial.bench), ["title", *TABLES])
        self.assertIn("starter-en", Trial.bench["title"])

    def test_costs_are_ordered(self):
        for row in Trial.bench["latency"]:
            for mode in ("fast", "accurate"):
                self.assertTrue(0 < row[f"{mode}_best"] < row[f"{mode}_nominal"] < row[f"{mode}_pessimistic"], row)

    def test_the_parts_of_the_time_are_its_sum(self):
        for row in Trial.bench["shares"]:
            whole = self.row(Trial.bench["latency"], row["run"])[f"{row['mode']}_nominal"]
            self.assertAlmostEqual(row["kernel"] + row["transfer"] + row["overhead"], whole, delta=1e-7)
            self.assertTrue(0 < row["tiles"] <= 32)
            self.assertGreater(row["host"], 0)

    def test_layers_add_up(self):
        for column in ("fast_512", "fast_full", "accurate_512", "accurate_full"):
            *layers, full = (row[column] for row in Trial.bench["layers"])
            self.assertAlmostEqual(sum(layers), full, delta=1e-7)

    def test_nothing_beats_its_peak(self):
        for row in Trial.bench["ops"]:
            if row["peak"] is not None:
                self.assertTrue(0 < row["share"] <= row["share_in_kernel"] <= 1, row)

    def test_nothing_beats_the_roofline(self):
        tiles = Trial.bench["tiles"]
        for work, roofline in zip(tiles[::2], tiles[1::2]):
            for n in (4, 8, 16, 32):
                self.assertGreater(work[f"tiles_{n}"], roofline[f"tiles_{n}"], work)
            self.assertGreater(work["ratio"], 1)

    def test_modelled_times_are_the_same_every_time(self):
        for table in ("latency", "layers", "ops", "tiles"):
            self.assertEqual(Trial.bench[table], Trial.report[table], table)

    def test_validate_tells_each_target(self):
        out, err, status = Trial.told[1]
        targets = Trial.report["targets"]
        results = {row["result"] for row in targets}
        self.assertEqual(err, "")
        self.assertEqual(status, 1 if "fail" in results else 0)
        self.assertTrue(results <= {"pass", "fail"}, results)
        self.assertEqual(len([line for line in out.splitlines() if " pass " in line or " FAIL " in line]), len(targets))
        self.assertEqual({row["source"] for row in targets}, {"modelled", "emulated", "measured"})
        for key in ("error_fast", "error_accurate", "transcripts_accurate", "repeated", "host_ops"):
            self.assertEqual(self.row(targets, key)["result"], "pass", key)

    def test_errors_of_each_layer(self):
        errors = Trial.report["errors"]
        self.assertEqual([row["layer"] for row in errors],
                         ["mel", "encoder.conv2", *(f"encoder.{i}.mlp.2" for i in range(len(errors) - 3)), "encoder"])
        for row in errors[1:]:
            self.assertLess(row["accurate_relative"], row["fast_relative"] / 2)
        self.assertLess(errors[-1]["accurate_relative"], 1e-3)

    def test_clips(self):
        self.assertEqual([row["clips"] for row in Trial.report["clips"]], [1, 1])

    def test_markdown_tells_the_same(self):
        self.assertEqual(Trial.markdown.count("\n## "), len(Trial.report) - 1)
        self.assertEqual(Trial.markdown.count("(modelled)"), len(TABLES))


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


class Integers(CliTest):
    """A model is calibrated, and transcribes what it was not calibrated on."""
    def setUp(self):
        super().setUp()
        self.env["XDG_CACHE_HOME"] = str(self.folder / "cache")

    def test_calibrated(self):
        told = self.succeed("calibrate", CLIPS / "weather.wav", CLIPS / "meeting.wav")
        self.assertIn("12 tensors", told)
        kernels = self.run_cli("transcribe", "--device", "emulator", "--int8", "--log-kernels", "--no-store", CLIPS / "fox.wav")
        self.assertEqual(kernels.stdout, "The quick brown fox jumps over the lazy dog.\n")
        self.assertIn("int8 by int8", kernels.stderr)

    def test_not_calibrated(self):
        self.assertIn("tilescribe calibrate", self.fail_with(1, "transcribe", "--device", "emulator", "--int8", CLIPS / "fox.wav"))

    def test_what_cannot_be_heard(self):
        self.fail_with(2, "calibrate")
        self.assertIn("missing.wav", self.fail_with(1, "calibrate", "missing.wav"))


class Refused(CliTest):
    def test_wrong_usage(self):
        self.fail_with(2, "validate")
        self.fail_with(2, "validate", "--report", "r", "--device", "cpu")
        self.fail_with(2, "validate", "--report", "r", "--runs", "0")
        self.fail_with(2, "bench", "--device", "emulator", CLIPS / "fox.wav")

    def test_devices_that_cannot_be_compared(self):
        for devices, why in (("cpu,gpu", "“gpu”"), ("cpu,auto", "“auto”"), ("cpu,", "“”"), ("cpu,npu,cpu", "“cpu” is there twice"),
                             ("", "nothing to compare")):
            self.assertIn(why, self.fail_with(2, "bench", "--compare", devices))
        self.assertIn("--device", self.fail_with(2, "bench", "--compare", "cpu", "--device", "cpu"))
        self.assertIn("fox.wav", self.fail_with(2, "bench", "--compare", "cpu", CLIPS / "fox.wav"))

    def test_what_is_not_there(self):
        (self.folder / "empty").mkdir()
        self.assertIn("nonesuch", self.fail_with(1, "validate", "--report", "r", "--model", "nonesuch"))
        self.assertIn("missing.wav", self.fail_with(1, "validate", "--report", "r", "--recording", "missing.wav"))
        for folder in ("empty", "missing"):
            self.assertIn(folder, self.fail_with(1, "validate", "--report", "r", "--clips", folder))
        self.assertEqual(sorted(path.name for path in self.folder.iterdir()), ["empty"])

    def test_fast_is_taken_by_devices_that_have_nothing_of_it(self):
        self.assertEqual(self.succeed("transcribe", "--fast", "--no-store", CLIPS / "hello.wav"),
                         self.succeed("transcribe", "--no-store", CLIPS / "hello.wav"))


if __name__ == "__main__":
    unittest.main()
