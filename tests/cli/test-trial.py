#!/usr/bin/env python3
"""tilescribe bench --device emulator and tilescribe validate, with the starter model.

Both run once, side by side; each test looks at something of what they told.

SPDX-License-Identifier: MIT
"""
import json
import pathlib
import shutil
import tempfile
import unittest

from fixture import CLIPS, PATIENCE, CliTest

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
            if row["run"].endswith("_programs"):
                self.assertEqual((row["tiles"], row["kernel"], row["transfer"]), (0, 0, 0), "while a program is changed nobody computes")
                continue
            self.assertTrue(0 < row["tiles"] <= 32)
            self.assertGreater(row["host"], 0)

    def test_two_changes_of_program_in_a_run(self):
        for run in ("encoder_programs", "token_programs"):
            self.assertAlmostEqual(self.row(Trial.bench["latency"], run)["fast_nominal"], 2 * 40e-6, delta=1e-9)

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
