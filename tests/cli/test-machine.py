#!/usr/bin/env python3
"""tilescribe bench and tilescribe doctor.

SPDX-License-Identifier: MIT
"""
import json
import sqlite3
import unittest

from fixture import CLIPS, CliTest

STAGES = ["load", "mel", "encode", "cross", "prompt", "token"]


class Bench(CliTest):
    def test_json_has_every_stage(self):
        result = json.loads(self.succeed("bench", "--runs", "2", "--tokens", "4", "--json"))
        self.assertEqual(list(result["seconds"]), STAGES)
        for stage in STAGES:
            times = result["seconds"][stage]
            self.assertTrue(0 < times["least"] <= times["median"] <= times["most"], stage)
        for key in ("peak_memory", "memory_bandwidth", "token_bytes", "real_time_factor", "threads"):
            self.assertGreater(result[key], 0, key)
        self.assertEqual((result["model"], result["device"], result["runs"], result["tokens"]), ("starter-en", "cpu", 2, 4))

    def test_the_model_is_loaded_as_often_as_it_runs(self):
        once, often = (json.loads(self.succeed("bench", "--runs", runs, "--tokens", "1", "--json")) for runs in (1, 6))
        self.assertEqual(once["seconds"]["load"]["least"], once["seconds"]["load"]["most"])
        self.assertLess(often["seconds"]["load"]["least"], often["seconds"]["load"]["most"], "six loads take not the same time")
        self.assertEqual(often["ops"][0]["runs"], 6, "the profile is that of all runs")
        self.assertLess(often["peak_memory"], 1.25 * once["peak_memory"], "one engine at a time")

    def test_each_op_is_in_the_profile(self):
        ops = {op["op"]: op for op in json.loads(self.succeed("bench", "--runs", "1", "--tokens", "4", "--json"))["ops"]}
        self.assertEqual(ops["encoder.0.mlp.0"]["runs"], 1)
        self.assertEqual(ops["decoder.logits"]["runs"], 5, "four tokens and a prompt")
        self.assertGreater(ops["decoder.logits"]["bytes"], 0)

    def test_a_recording(self):
        result = json.loads(self.succeed("bench", "--runs", "1", "--tokens", "4", "--json", CLIPS / "fox.wav"))["recording"]
        self.assertAlmostEqual(result["audio"], 2.5, delta=1)
        self.assertGreater(result["total"]["median"], 0)

    def test_tables(self):
        kinds = self.succeed("bench", "--runs", "1", "--tokens", "4")
        for part in ("starter-en", "mel spectrum", "a token", "real-time factor", "peak memory", "memory bandwidth", "decoder linear"):
            self.assertIn(part, kinds)
        self.assertIn("encoder.0.mlp.0", self.succeed("bench", "--runs", "1", "--tokens", "4", "--ops"))

    def test_numbers_in_json_do_not_depend_on_the_locale(self):
        json.loads(self.succeed("bench", "--runs", "1", "--tokens", "2", "--json", env={"LC_ALL": "de_DE.UTF-8"}))

    def test_wrong_usage_and_missing_files(self):
        for arguments in (["--runs", "0"], ["--tokens", "0"], ["--threads", "-1"], ["a", "b"]):
            self.fail_with(2, "bench", *arguments)
        self.fail_with(1, "bench", "--model", "nonesuch")
        self.fail_with(1, "bench", "--runs", "1", "--tokens", "1", "missing.wav")


class Doctor(CliTest):
    def findings(self, *arguments, **how):
        return json.loads(self.succeed("doctor", "--json", *arguments, **how))["findings"]

    def marks(self, section):
        return {finding["mark"] for finding in self.findings() if finding["section"] == section}

    def test_every_section_is_there(self):
        sections = list(dict.fromkeys(finding["section"] for finding in self.findings()))
        self.assertEqual(sections, ["machine", "libraries", "models", "database", "folders", "npu"])

    def test_libraries_tell_their_versions(self):
        libraries = " ".join(finding["text"] for finding in self.findings() if finding["section"] == "libraries")
        for name in ("GLib", "SQLite", "libavformat", "libsoup"):
            self.assertRegex(libraries, rf"{name} \d+\.\d+")

    def test_looking_makes_nothing(self):
        self.succeed("doctor")
        self.assertFalse((self.folder / "data").exists())

    def test_a_database_is_checked(self):
        self.assertEqual(self.marks("database"), {"missing"})
        self.succeed("transcribe", CLIPS / "hello.wav")
        self.assertEqual(self.marks("database"), {"ok"})
        with sqlite3.connect(self.database) as db:
            db.execute("PRAGMA user_version = 9999")
        self.assertEqual(self.marks("database"), {"broken"})

    def test_a_damaged_model_is_found(self):
        models = self.folder / "data" / "tilescribe" / "models"
        models.mkdir(parents=True)
        (models / "bad.bin").write_bytes(bytes(100))
        self.assertIn("broken", self.marks("models"))
        self.assertEqual(self.run_cli("doctor").returncode, 0)
        self.assertEqual(self.run_cli("doctor", "--strict").returncode, 1)

    def test_the_starter_model_alone_is_told(self):
        text = self.succeed("doctor")
        self.assertRegex(text, r"ok +starter-en: .*layers")
        self.assertIn("models get base.en", text)

    def test_the_program_without_its_data(self):
        result = self.run_cli("doctor", env={"TILESCRIBE_DATA": "/nonexistent"})
        self.assertEqual(result.returncode, 0)
        self.assertRegex(result.stdout, r"broken +The program's data is not in “/nonexistent”\n +→ Install Tilescribe again\.")

    def test_no_model_is_installed(self):
        data = self.folder / "program"
        data.mkdir()
        for path in (CLIPS.parent.parent / "data").iterdir():
            if path.name != "models":
                (data / path.name).symlink_to(path)
        (data / "models").mkdir()
        (data / "models" / "catalogue.ini").symlink_to(CLIPS.parent.parent / "data" / "models" / "catalogue.ini")
        self.assertRegex(self.succeed("doctor", env={"TILESCRIBE_DATA": data}), r"broken +No model is installed\n +→ Get one with")

    def test_folders_that_cannot_be_written(self):
        (self.folder / "file").write_text("in the way")
        text = self.succeed("doctor", env={"XDG_DATA_HOME": self.folder / "file" / "data"})
        for folder in ("History", "Models"):
            self.assertRegex(text, rf"broken +{folder}: “.*/file/data/tilescribe.*” cannot be written\n +→ Make it writable")


if __name__ == "__main__":
    unittest.main()
