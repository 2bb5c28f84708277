"""What the tests of the command line share: the real program, run as a process with folders of its own.

The environment tells where things are: TILESCRIBE (the program), TILESCRIBE_DATA (its data), TILESCRIBE_SOURCE (the repository), and for
tests of the device "npu" TILESCRIBE_TEST_PLUGIN (a plug-in that hands everything to the emulator) and TILESCRIBE_TEST_OVERLAY (what
writes the design as that takes it).

SPDX-License-Identifier: MIT
"""
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest
import wave

PROGRAM = os.environ["TILESCRIBE"]
SOURCE = pathlib.Path(os.environ["TILESCRIBE_SOURCE"])
CLIPS = SOURCE / "tests" / "data"
PATIENCE = 300  # seconds until a process counts as hanging, also under a sanitizer


def text_of(clip):
    """What is said in a clip, as tests/data/texts.tsv has it."""
    for line in (CLIPS / "texts.tsv").read_text().splitlines()[1:]:
        name, _, text = line.split("\t")
        if name == clip:
            return text
    raise KeyError(clip)


def write_hour(path):
    """An hour with a sentence in each half minute: text comes soon, and the end is far."""
    with wave.open(str(CLIPS / "fox.wav")) as clip:
        sound = clip.readframes(clip.getnframes())
        with wave.open(str(path), "wb") as out:
            out.setparams(clip.getparams())
            for _ in range(120):
                out.writeframesraw(sound + bytes(30 * 32000 - len(sound)))


def write_pauses(path, clips, pause):
    """Clips with this many seconds of silence after each."""
    with wave.open(str(path), "wb") as out:
        for i, name in enumerate(clips):
            with wave.open(str(CLIPS / name)) as clip:
                if i == 0:
                    out.setparams(clip.getparams())
                out.writeframesraw(clip.readframes(clip.getnframes()) + bytes(pause * 32000))


class CliTest(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="tilescribe-cli-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.env = {name: value for name, value in os.environ.items()
                    if name not in ("LANGUAGE", "NO_COLOR", "http_proxy", "https_proxy", "all_proxy", "ALL_PROXY")}
        self.env.update(XDG_DATA_HOME=str(self.folder / "data"), HOME=str(self.folder), LC_ALL="C.UTF-8", TERM="xterm",
                        no_proxy="*", TZ="UTC")
        self.database = self.folder / "data" / "tilescribe" / "transcripts.db"

    def start(self, *arguments, **how):
        how = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "cwd": self.folder,
               "env": self.env, **how}
        process = subprocess.Popen([PROGRAM, *map(str, arguments)], **how)
        self.addCleanup(self.end, process)
        return process

    @staticmethod
    def end(process):
        process.kill()
        process.wait()
        for stream in (process.stdout, process.stderr):
            if stream:
                stream.close()

    def run_cli(self, *arguments, input=None, env=None, text=True):
        return subprocess.run([PROGRAM, *map(str, arguments)], cwd=self.folder, env={**self.env, **(env or {})}, text=text,
                              capture_output=True, timeout=PATIENCE, **({"input": input} if input is not None else
                                                                       {"stdin": subprocess.DEVNULL}))

    def succeed(self, *arguments, **how):
        """Runs what must succeed without a word on standard error; what it printed."""
        result = self.run_cli(*arguments, **how)
        self.assertEqual((result.returncode, result.stderr), (0, b"" if how.get("text") is False else ""), result)
        return result.stdout

    def fail_with(self, status, *arguments, **how):
        """Runs what must fail with this status and one line for each error; that text."""
        result = self.run_cli(*arguments, **how)
        self.assertEqual(result.returncode, status, result)
        for line in result.stderr.splitlines():
            self.assertTrue(line.startswith("tilescribe: "), result.stderr)
        self.assertNotEqual(result.stderr, "", "an error is told")
        return result.stderr


class NpuTest(CliTest):
    """With an NPU, or what the program takes for one."""
    def setUp(self):
        super().setUp()
        data = self.folder / "program"
        data.mkdir()
        for name in os.listdir(SOURCE / "data"):
            os.symlink(SOURCE / "data" / name, data / name)
        subprocess.run([os.environ["TILESCRIBE_TEST_OVERLAY"], data], check=True)
        self.env.update(TILESCRIBE_DATA=str(data), TILESCRIBE_XRT=os.environ["TILESCRIBE_TEST_PLUGIN"])


class HourTest(CliTest):
    """With an hour of speech as long.wav, for what must happen in the middle of a run."""
    @classmethod
    def setUpClass(cls):
        cls.hour = tempfile.NamedTemporaryFile(suffix=".wav")
        cls.addClassCleanup(cls.hour.close)
        write_hour(cls.hour.name)

    def setUp(self):
        super().setUp()
        os.symlink(self.hour.name, self.folder / "long.wav")
