#!/usr/bin/env python3
"""What is not as it should be is told in a sentence, and the program goes on as well as it can.

SPDX-License-Identifier: MIT
"""
import os
import re
import signal
import sqlite3
import unittest

from fixture import CLIPS, PATIENCE, AppTest, Editor, is_like, main, seconds_of, text_of, wait_until

# What is told, word for word.
NO_MICROPHONE = re.compile(r"The microphone “default” is not there: it was unplugged, or its sound server does not run\. "
                           r"Connect it, or choose another\.")
NO_SERVER = re.compile(r"There is no microphone\. Connect one, or start the sound server of your desktop\.")
GONE = re.compile(r"The microphone “default” is gone: it was unplugged, or the sound server ended\. What was said until then is kept\. "
                  r"Connect it again, or choose another\.")
BUS_GONE = re.compile(r"The desktop's message bus is gone: “tilescribe toggle” and the desktop's own hotkeys do not reach this program any "
                      r"more\. Log out and in again; the button in this window still works\.")
KEY_IN_USE = re.compile(r"The key Ctrl\+Alt\+Space is used by another program\. Choose another one in Preferences\.")
IN_USE = re.compile(r"The database “.+” cannot be used: another program is using it\. Close that program, or try again in a moment\.")
NEWER = re.compile(r"The database “.+” was made by a newer Tilescribe \(version 99 of its tables; this program knows \d+\)\. It was left as "
                   r"it is: update Tilescribe\.")
NO_DATABASE = re.compile(r"The database “.+” cannot be used: it is not a database\. Move it away, and a new one will be made\.")
READ_ONLY = re.compile(r"The database “.+” cannot be used: it cannot be written\. Make the file and its folder writable for you\.")
NO_FOLDER = re.compile(r"The recording “.+” cannot be written: Not a directory\. Check the disk and its folder\.")
NO_LOOK = re.compile(r"Recordings cannot be looked for: .+ Change the permissions of the folder\.")
DISK_FULL = re.compile(r"The disk is full: the recording “.+” ends here, and what was said before is kept\. Make room and go on\.")

FORBIDDEN = re.compile(r"You are not allowed to use the sound card of this computer\. Ask its administrator to make you a member of the "
                       r"group “audio”, and log in again\.")

# /dev with a sound card that records, but not for us; who has lost his rights is not asked whether he is root.
FORBIDDEN_CARD = """
mount -t tmpfs none "$1"
for name in null zero full random urandom tty; do touch "$1/$name"; mount --bind "/dev/$name" "$1/$name"; done
mkdir "$1/shm" "$1/snd"
mount --bind /dev/shm "$1/shm"
ln -s /proc/self/fd "$1/fd"
touch "$1/snd/pcmC0D0c"
chmod 0 "$1/snd/pcmC0D0c"
mount --rbind "$1" /dev
folder=$1
shift
set -- "$folder" setpriv --bounding-set=-all --inh-caps=-all "$@"
"""
SMALL_DISK = 40 * 4096  # bytes; five seconds of what is said


class Trouble(AppTest):
    def test_a_second_start_shows_the_first(self):
        self.start_window()
        Editor(self.desktop)
        window = self.desktop.windows("tilescribe")
        self.assertEqual(self.desktop.run(os.environ["TILESCRIBE"]).returncode, 0)
        wait_until(lambda: self.desktop.run("xdotool", "getactivewindow").stdout.split() == window, "the first window is in front")
        self.assertEqual(self.desktop.windows("tilescribe"), window)

    def test_commands_say_that_nothing_runs(self):
        for command in ("toggle", "start", "stop"):
            result = self.cli(command)
            self.assertEqual(result.returncode, 1, result)
            self.assertRegex(result.stderr, "^tilescribe: Tilescribe does not run. Start it .*\n$")
        self.assertEqual((self.cli("status").stdout, self.cli("status").returncode), ("not running\n", 1))

    def test_no_sound_server_is_told(self):
        self.start_window(env={"PULSE_SERVER": "unix:/nowhere"})
        self.hotkey()
        self.wait_for_screen(NO_SERVER)
        self.wait_for_status("idle")

    def test_no_microphone_is_told_and_one_that_comes_is_used(self):
        self.desktop.remove_microphone()
        self.start_window()
        self.hotkey()
        self.wait_for_screen(NO_MICROPHONE)
        self.wait_for_status("idle")
        self.desktop.add_microphone()
        editor = Editor(self.desktop)
        self.dictate("fox.wav")
        editor.wait_for(text_of("fox.wav"))

    def test_a_microphone_that_vanishes_leaves_what_was_said(self):
        self.start_window()
        editor = Editor(self.desktop)
        self.hotkey()
        self.wait_for_microphone()
        self.desktop.say("fox.wav")
        self.desktop.remove_microphone()
        self.wait_for_status("idle")
        editor.wait_for(text_of("fox.wav"))
        self.wait_for_screen(GONE)

    def test_a_key_of_another_program_is_told_and_the_button_works(self):
        self.start_window()
        first, self.app = self.app, None
        # Another program with the same key: the same program on another bus.
        bus = self.desktop.env["DBUS_SESSION_BUS_ADDRESS"]
        self.desktop.start_bus()
        self.assertNotEqual(self.desktop.env["DBUS_SESSION_BUS_ADDRESS"], bus)
        self.desktop.env["XDG_DATA_HOME"] = str(self.desktop.folder / "other")
        self.start_app()
        self.wait_for_screen(KEY_IN_USE)
        self.assertEqual(self.cli("toggle").returncode, 0)
        self.wait_for_microphone()
        self.desktop.say("fox.wav")
        self.assertEqual(self.cli("toggle").returncode, 0)
        self.wait_for_status("idle")
        self.assert_said(self.newest_text(), text_of("fox.wav"))
        self.assertIsNone(first.poll())

    def dictate_without_history(self, sentence):
        """Into a database that cannot be used: told, and the text arrives all the same."""
        self.start_window()
        editor = Editor(self.desktop)
        self.dictate("fox.wav")
        editor.wait_for(text_of("fox.wav"))
        self.wait_for_screen(sentence)

    def test_a_database_that_is_in_use(self):
        self.start_window()
        editor = Editor(self.desktop)
        self.dictate("weather.wav")
        editor.wait_for(text_of("weather.wav"))
        other = sqlite3.connect(self.desktop.database, isolation_level=None, timeout=PATIENCE)
        self.addCleanup(other.close)
        other.execute("BEGIN EXCLUSIVE")
        self.dictate("fox.wav")
        editor.wait_for(text_of("weather.wav") + text_of("fox.wav"))
        self.wait_for_screen(IN_USE)
        other.execute("ROLLBACK")

    def test_a_database_of_a_newer_program(self):
        self.desktop.data.mkdir()
        database = sqlite3.connect(self.desktop.database)
        database.execute("PRAGMA application_id = 0x54736362")
        database.execute("PRAGMA user_version = 99")
        database.close()
        before = self.desktop.database.read_bytes()
        self.dictate_without_history(NEWER)
        self.assertEqual(self.desktop.database.read_bytes(), before)

    def test_a_database_that_is_none(self):
        self.desktop.data.mkdir()
        self.desktop.database.write_text("Dear diary, this is no database at all.\n" * 100)
        self.dictate_without_history(NO_DATABASE)
        self.assertTrue(self.desktop.database.read_text().startswith("Dear diary"))

    def test_where_nothing_can_be_kept_nobody_speaks_in_vain(self):
        """What is said is on disk before it is anything else; where it cannot be, that is told at once."""
        self.desktop.data.write_text("in the way")
        self.start_window()
        self.wait_for_screen(NO_LOOK)  # what is told last is on the screen
        self.hotkey()
        self.wait_for_screen(NO_FOLDER)
        self.wait_for_status("idle")
        self.assertEqual(self.desktop.count_listeners(), 1)

    @unittest.skipIf(os.geteuid() == 0, "root may write everywhere")
    def test_a_database_that_cannot_be_written(self):
        self.desktop.data.mkdir()
        self.cli("transcribe", "--quiet", CLIPS / "morning.wav")
        self.desktop.database.chmod(0o400)
        self.dictate_without_history(READ_ONLY)

    def start_window_with_mounts(self, script, folder, **how):
        """Where a shell script, whose $1 that is, has mounted what nobody else sees."""
        within = ("unshare", "--user", "--map-current-user", "--keep-caps", "--mount", "sh", "-ec", script + '\nshift; exec "$@"', "sh", folder)
        if self.desktop.run(*within, "true").returncode != 0:
            self.skipTest("nothing can be mounted here")
        self.start_window(within=within, **how)

    def test_a_microphone_that_is_not_for_everybody(self):
        """A sound card whose device is for others, and no sound server."""
        folder = self.desktop.folder / "dev"
        folder.mkdir()
        self.start_window_with_mounts(FORBIDDEN_CARD, folder, env={"PULSE_SERVER": "unix:/nowhere"})
        self.hotkey()
        self.wait_for_screen(FORBIDDEN)
        self.wait_for_status("idle")

    def test_a_microphone_of_eight_channels_at_44100_hz(self):
        self.desktop.remove_microphone()
        self.desktop.add_microphone(channels=8, rate=44100)
        self.start_window()
        editor = Editor(self.desktop)
        self.dictate("fox.wav")
        editor.wait_for(text_of("fox.wav"))

    def test_a_disk_that_is_full_while_somebody_speaks(self):
        recordings = self.desktop.data / "recordings"
        recordings.mkdir(parents=True)
        self.start_window_with_mounts(f'mount -t tmpfs -o size={SMALL_DISK},mode=0700 none "$1"', recordings)
        editor = Editor(self.desktop)
        self.hotkey()
        self.wait_for_microphone()
        self.desktop.say("fox.wav", "silence.wav", "report.wav", "report.wav")
        self.wait_for_status("idle")
        self.wait_for_screen(DISK_FULL)
        wait_until(lambda: is_like(editor.text()[:len(text_of("fox.wav"))], text_of("fox.wav")), "what was said before is in the editor")
        (source,), = self.transcripts("source")
        kept = seconds_of(f"/proc/{self.app.pid}/root/{source}")
        self.assertAlmostEqual(kept, SMALL_DISK / 32000, delta=0.2)
        self.assert_said(self.newest_text()[:len(text_of("fox.wav"))], text_of("fox.wav"))

    def test_the_message_bus_goes_and_the_key_still_works(self):
        self.desktop.start_bus_of_screen_readers()
        self.start_window()
        editor = Editor(self.desktop)
        self.hotkey()
        self.wait_for_microphone()
        self.desktop.bus.kill()
        self.desktop.say("fox.wav")
        self.hotkey()
        editor.wait_for(text_of("fox.wav"))
        self.wait_for_screen(BUS_GONE)
        self.hotkey()
        self.wait_for_microphone()
        self.desktop.say("weather.wav")
        self.hotkey()
        editor.wait_for(text_of("fox.wav") + text_of("weather.wav"))
        self.assertIsNone(self.app.poll(), self.log())
        self.app.send_signal(signal.SIGTERM)
        self.assertEqual(self.app.wait(PATIENCE), 0, self.log())
        self.assertEqual(len(self.history()), 2)

    def test_a_person_who_quits_while_speaking_loses_nothing(self):
        self.start_window()
        editor = Editor(self.desktop)
        self.hotkey()
        self.wait_for_microphone()
        self.desktop.say("fox.wav")
        self.desktop.focus("tilescribe")
        self.desktop.press("key", "ctrl+q")
        self.assertEqual(self.app.wait(PATIENCE), 0, self.log())
        self.assert_said(self.newest_text(), text_of("fox.wav"))
        self.assertEqual(editor.text(), "")


main()
