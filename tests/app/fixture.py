"""What the tests of the running program share: a desktop of their own, the real program on it, and a person who speaks and types.

A desktop is a screen (Xvfb) with a window manager (openbox), a message bus, a sound server whose microphone hears what is played, and an
empty home; nothing of the desktop that the test runs on is touched. Programs end with the test, however that ends.

The environment tells where things are: TILESCRIBE (the program), TILESCRIBE_DATA (its data), TILESCRIBE_SOURCE (the repository),
GSETTINGS_SCHEMA_DIR (its compiled settings), TILESCRIBE_STRETCHES (stretches.so). Without what the desktop is made of, a test exits
with 77, which means skipped.

SPDX-License-Identifier: MIT
"""
import ctypes
import difflib
import glob
import os
import pathlib
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import unittest
import wave

PROGRAM = os.environ["TILESCRIBE"]
SOURCE = pathlib.Path(os.environ["TILESCRIBE_SOURCE"])
CLIPS = SOURCE / "tests" / "data"
PATIENCE = 120  # seconds until something counts as hanging, also on a busy machine
NAME = "org.tilescribe.Tilescribe"
KEY = "ctrl+alt+space"
NEEDED = ("Xvfb", "openbox", "dbus-daemon", "xdotool", "featherpad", "pulseaudio", "pactl", "pacat", "paplay", "parec")
PR_SET_PDEATHSIG = 1
libc = ctypes.CDLL(None)


def die_with_the_test():
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def text_of(clip):
    """What is said in a clip, as tests/data/texts.tsv has it."""
    for line in (CLIPS / "texts.tsv").read_text().splitlines()[1:]:
        name, _, text = line.split("\t")
        if name == clip:
            return text
    raise KeyError(clip)


def is_like(heard, said):
    """Whether it is what was said, but for a letter or two: on a busy machine sound has gaps, and the starter model mishears."""
    return difflib.SequenceMatcher(None, heard.replace("\n", ""), said, autojunk=False).ratio() > 0.85


def seconds_of(path):
    with wave.open(str(path)) as recording:
        return recording.getnframes() / recording.getframerate()


def write_long(path, seconds):
    """Sentences one after another, for at least so long."""
    with wave.open(str(CLIPS / "list.wav")) as clip, wave.open(str(path), "wb") as out:
        sound = clip.readframes(clip.getnframes())
        out.setparams(clip.getparams())
        for _ in range(int(seconds * clip.getframerate() / clip.getnframes()) + 1):
            out.writeframesraw(sound)


def write_model(path, size, n_tokens):
    """One of random weights, as slow as a real one of its size, which says so many tokens whatever it hears."""
    subprocess.run(["/usr/bin/python3", SOURCE / "tests/reference/make_models.py", size, "q8_0", path, "--tokens", str(n_tokens)], check=True)


def wait_until(condition, what, seconds=PATIENCE):
    """The first true answer of a condition that is asked again and again."""
    end = time.monotonic() + seconds
    while True:
        answer = condition()
        if answer:
            return answer
        if time.monotonic() > end:
            raise AssertionError(f"waited {seconds} s in vain until {what}")
        time.sleep(0.02)


class Desktop:
    def __init__(self, folder):
        self.folder = folder
        self.processes = []
        self.env = {name: value for name, value in os.environ.items()
                    if not name.startswith(("XDG_", "DBUS_", "PULSE_", "LC_", "AT_SPI_", "G_DEBUG"))
                    and name not in ("WAYLAND_DISPLAY", "LANGUAGE", "XMODIFIERS", "GTK_IM_MODULE", "QT_IM_MODULE", "NO_AT_BRIDGE")}
        self.env.update(HOME=str(folder), XDG_SESSION_TYPE="x11", GDK_BACKEND="x11", QT_QPA_PLATFORM="xcb", GSK_RENDERER="cairo",
                        GSETTINGS_BACKEND="keyfile", LC_ALL="C.UTF-8", GTK_A11Y="atspi", TZ="UTC")
        for name in ("CONFIG_HOME", "DATA_HOME", "CACHE_HOME", "STATE_HOME", "RUNTIME_DIR"):
            (folder / name.lower()).mkdir(mode=0o700)
            self.env["XDG_" + name] = str(folder / name.lower())
        self.data = folder / "data_home" / "tilescribe"
        self.database = self.data / "transcripts.db"
        try:
            self.start_screen()
            self.start_bus()
            self.start_sound()
            self.start_window_manager()
        except BaseException:
            self.close()
            raise

    def start(self, *command, **how):
        how = {"env": self.env, "stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": self.folder, **how}
        process = subprocess.Popen([str(word) for word in command], preexec_fn=die_with_the_test, **how)
        self.processes.append(process)
        return process

    def run(self, *command, **how):
        return subprocess.run([str(word) for word in command], env=self.env, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=PATIENCE, cwd=self.folder, **how)

    def close(self):
        for process in reversed(self.processes):
            process.kill()
            process.wait()
            if process.stdout:
                process.stdout.close()

    def start_screen(self):
        """The server chooses its display itself, and tells it when it is ready."""
        reader, writer = os.pipe()
        self.start("Xvfb", "-displayfd", writer, "-screen", "0", "1280x1024x24", "-nolisten", "tcp", "-noreset", pass_fds=[writer])
        os.close(writer)
        with os.fdopen(reader) as answer:
            self.env["DISPLAY"] = ":" + answer.readline().strip()

    def start_bus(self):
        self.bus, self.env["DBUS_SESSION_BUS_ADDRESS"] = self.start_bus_of("--session")

    def start_bus_of_screen_readers(self):
        """One that lives on when the other is gone, which else brings it and its registry."""
        _, address = self.start_bus_of("--config-file=/usr/share/defaults/at-spi2/accessibility.conf")
        service = pathlib.Path("/usr/share/dbus-1/accessibility-services/org.a11y.atspi.Registry.service").read_text()
        self.env["AT_SPI_BUS_ADDRESS"] = address
        self.start(re.search("^Exec=(\\S+)", service, re.MULTILINE)[1], env={**self.env, "DBUS_SESSION_BUS_ADDRESS": address})
        wait_until(lambda: "true" in self.run("dbus-send", f"--bus={address}", "--print-reply", "--dest=org.freedesktop.DBus", "/",
                                              "org.freedesktop.DBus.NameHasOwner", "string:org.a11y.atspi.Registry").stdout,
                   "the registry of screen readers is there")

    def start_bus_of(self, kind):
        bus = self.start("dbus-daemon", kind, "--nofork", "--print-address=1", stdout=subprocess.PIPE, text=True)
        return bus, bus.stdout.readline().strip()

    def start_window_manager(self):
        ready = self.folder / "ready"
        self.start("openbox", "--sm-disable", "--startup", f"touch {ready}")
        wait_until(ready.exists, "the window manager is there")

    def start_sound(self):
        """A null sink with nobody at its monitor works in blocks of two seconds; so somebody listens, as often as a sound card does. And
        what is all zeros is a microphone that does not hear yet; so its zero is a little off, as that of real ones is."""
        socket, self.heard = self.folder / "sound", self.folder / "heard"
        (self.folder / ".asoundrc").write_text("pcm.!default { type pulse }\nctl.!default { type pulse }\n")
        self.env.update(PULSE_SERVER=f"unix:{socket}", PULSE_COOKIE=str(self.folder / "cookie"))
        self.start("pulseaudio", "-n", "--daemonize=no", "--use-pid-file=no", "--exit-idle-time=-1", "--disallow-exit",
                   "-L", f"module-native-protocol-unix auth-anonymous=1 socket={socket}")
        wait_until(lambda: self.run("pactl", "info").returncode == 0, "the sound server is there")
        self.add_microphone()

    def add_microphone(self, channels=2, rate=48000):
        self.run("pactl", "load-module", "module-null-sink", "sink_name=mic", f"channels={channels}", f"rate={rate}", check=True)
        self.run("pactl", "set-default-source", "mic.monitor", check=True)
        self.start("pacat", "--playback", "--raw", "--latency-msec=500", "--device=mic", "--format=u8", "--rate=16000", "--channels=1",
                   "--volume=2500", "/dev/zero")
        self.heard.unlink(missing_ok=True)
        self.start("parec", "--latency-msec=10", "--device=mic.monitor", "--format=u8", "--rate=8000", "--channels=1", self.heard)
        wait_until(lambda: self.count_listeners() == 1, "somebody listens")

    def wait_for_sound(self):
        """Until the first of the blocks of two seconds is over: for tests that want to know when sound began."""
        wait_until(lambda: self.heard.exists() and self.heard.stat().st_size > 0, "there is sound")

    def remove_microphone(self):
        self.run("pactl", "unload-module", "module-null-sink", check=True)

    def count_listeners(self):
        return len(self.run("pactl", "list", "short", "source-outputs").stdout.splitlines())

    def say(self, *clips):
        for clip in clips:
            self.run("paplay", "--device=mic", CLIPS / clip, check=True)

    def press(self, *arguments):
        self.run("xdotool", *arguments, check=True)

    def read_screen(self, *arguments):
        return self.run("/usr/bin/python3", pathlib.Path(__file__).with_name("read_screen.py"), PROGRAM, *arguments).stdout

    def texts(self):
        """What a person sees written in the program's windows, line by line."""
        return self.read_screen()

    def click(self, button):
        """With the mouse, on what has this name."""
        x, y, title = wait_until(lambda: self.read_screen("--button", button).strip(), f"there is a button “{button}”").split(maxsplit=2)
        window = self.run("xdotool", "search", "--onlyvisible", "--name", f"^{title}$", check=True).stdout.split()[-1]
        self.press("mousemove", "--window", window, x, y, "click", "1")

    def windows(self, name):
        return self.run("xdotool", "search", "--onlyvisible", "--class", name).stdout.split()

    def focus(self, name):
        window = wait_until(lambda: self.windows(name), f"{name} has a window")[-1]

        def has_focus():
            self.run("xdotool", "windowactivate", window)
            return self.run("xdotool", "getactivewindow").stdout.strip() in self.windows(name)
        wait_until(has_focus, f"{name} has the focus")


class Editor:
    """featherpad, in which somebody writes."""
    def __init__(self, desktop):
        self.desktop = desktop
        self.path = desktop.folder / "letter.txt"
        self.path.write_text("")
        desktop.start("featherpad", "--standalone", self.path)
        self.focus()

    def focus(self):
        self.desktop.focus("featherpad")

    def text(self):
        """What stands in its file after Ctrl+S, without the line's end that it adds each time."""
        self.focus()
        self.desktop.press("key", "--clearmodifiers", "ctrl+s")
        return self.path.read_text().replace("\n", "")

    def wait_for(self, text):
        """Until that is what was written; what stands there."""
        seen = ""
        def is_there():
            nonlocal seen
            seen = self.text()
            return is_like(seen, text)
        try:
            wait_until(is_there, "the editor has the text", 30)
        except AssertionError:
            raise AssertionError(f"the editor has “{seen}” instead of “{text}”") from None
        return seen


class Turns:
    """How long the window's thread works until it looks up again; see stretches.c. To be made before the program starts, which
    gets its environment."""
    def __init__(self, desktop):
        self.path = desktop.folder / "stretches"
        self.path.touch()
        self.env = {"LD_PRELOAD": os.environ["TILESCRIBE_STRETCHES"], "STRETCHES": str(self.path)}

    def since(self, moment=0):
        """(processor time, time on the clock) of each turn that ended after a moment of the monotonic clock; milliseconds."""
        turns = [[int(word) / 1000 for word in line.split()] for line in self.path.read_text().splitlines(keepends=True) if line.endswith("\n")]
        return [(processor, clock) for end, processor, clock in turns if end / 1000 > moment]


class AppTest(unittest.TestCase):
    settings = {}

    def setUp(self):
        folder = pathlib.Path(tempfile.mkdtemp(prefix="tilescribe-app-"))
        self.addCleanup(shutil.rmtree, folder, ignore_errors=True)
        self.desktop = Desktop(folder)
        self.addCleanup(self.desktop.close)
        self.set(**self.settings)

    def set(self, **settings):
        """What a person chose, in GVariant's text form; before the program starts."""
        settings = {"welcomed": "true", "sounds": "false", **settings}
        path = self.desktop.folder / "config_home" / "glib-2.0" / "settings" / "keyfile"
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = [f"{name.replace('_', '-')}={value}\n" for name, value in settings.items()]
        path.write_text("[org/tilescribe/Tilescribe]\n" + "".join(lines))

    # --- the program

    def start_app(self, *arguments, env=None, within=()):
        """within: a command that runs a command."""
        log = open(self.desktop.folder / "app.log", "a")
        self.addCleanup(log.close)
        self.app = self.desktop.start(*within, PROGRAM, *arguments, stderr=log, stdout=log, env={**self.desktop.env, **(env or {})})
        wait_until(lambda: self.status() == "idle" or self.app.poll() is not None, "the program is there")
        self.assertIsNone(self.app.poll(), self.log())
        return self.app

    def start_window(self, **how):
        self.start_app(**how)
        wait_until(lambda: self.desktop.windows("tilescribe"), "the window is there")

    def log(self):
        return (self.desktop.folder / "app.log").read_text()

    def end_app(self):
        """As a person ends it; what it says to nobody is nothing."""
        self.app.terminate()
        self.app.wait(PATIENCE)

    def cli(self, *arguments):
        return self.desktop.run(PROGRAM, *arguments)

    def status(self):
        return self.cli("status").stdout.strip()

    def wait_for_status(self, status):
        wait_until(lambda: self.status() == status, f"the program is {status}")

    def wait_for_microphone(self):
        wait_until(lambda: self.desktop.count_listeners() > 1, "the program listens")

    def wait_for_screen(self, sentence):
        """Until it is on the screen, all of it: a line that is like what was said, or that a regular expression describes."""
        seen = ""

        def is_there():
            nonlocal seen
            seen = self.desktop.texts()
            if isinstance(sentence, re.Pattern):
                return any(sentence.fullmatch(line) for line in seen.splitlines())
            return any(is_like(line, sentence) for line in seen.splitlines())
        try:
            wait_until(is_there, "it is shown", 60)
        except AssertionError:
            raise AssertionError(f"“{sentence}” is not shown, but:\n{seen}\n{self.log()}") from None

    def hotkey(self):
        self.desktop.press("key", KEY)

    def dictate(self, *clips):
        """By the key: pressed, spoken, pressed, and text."""
        self.hotkey()
        self.wait_for_microphone()
        self.desktop.say(*clips)
        self.hotkey()
        self.wait_for_status("idle")

    def transcribe_long(self, minutes):
        """A recording of so many minutes, from when it is under way."""
        path = self.desktop.folder / "long.wav"
        write_long(path, 60 * minutes)
        self.desktop.run("gapplication", "launch", NAME, path)
        wait_until(self.is_long_under_way, "the recording is transcribed")

    def is_long_under_way(self):
        return any("long" in row and "unfinished" in row for row in self.history())

    # --- what is kept

    def assert_said(self, heard, said):
        self.assertTrue(is_like(heard, said), f"“{heard}” is not “{said}”")

    def history(self):
        return self.cli("history", "list").stdout.splitlines()

    def newest_text(self):
        rows = self.history()
        self.assertTrue(rows, "the history is empty")
        return self.cli("history", "export", rows[0].split()[0]).stdout.strip()

    def transcripts(self, columns):
        """Rows of the database, oldest first."""
        connection = sqlite3.connect(f"file:{self.desktop.database}?mode=ro", uri=True)
        try:
            return connection.execute(f"SELECT {columns} FROM transcripts ORDER BY id").fetchall()
        finally:
            connection.close()

    def utterances(self, columns):
        """What the program measured of each utterance that became text, oldest first."""
        connection = sqlite3.connect(f"file:{self.desktop.database}?mode=ro", uri=True)
        try:
            return connection.execute(f"SELECT {columns} FROM runs WHERE latency IS NOT NULL ORDER BY id").fetchall()
        finally:
            connection.close()


def main():
    plugins = [path for folder in ("/usr/lib/*", "/usr/lib*") for path in glob.glob(folder + "/alsa-lib/libasound_module_pcm_pulse.so")]
    if any(shutil.which(program) is None for program in NEEDED) or not plugins:
        sys.exit(77)
    unittest.main()
