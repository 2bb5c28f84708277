#!/usr/bin/env python3
"""Help, manual pages, completions and translations tell the same as the program.

What there is, --help says: every option of every command must be in the manual page of that command and in the completion of each
shell. The one for bash is asked as bash asks it; the others are read.

SPDX-License-Identifier: MIT
"""
import os
import re
import shutil
import subprocess
import unittest

from fixture import PROGRAM, SOURCE, CliTest

GROUPS = ("history", "models")
SHARED_PAGES = {"start": "toggle", "stop": "toggle", "status": "toggle"}
COMPLETIONS = SOURCE / "data" / "completions"


class HelpTest(CliTest):
    helps = {}

    def help(self, *path):
        if path not in self.helps:
            self.helps[path] = self.succeed(*path, "--help")
        return self.helps[path]

    def commands(self, *path):
        """The commands of the program, or of one of its groups."""
        listed = self.help(*path).split("Commands:\n")[1].split("\n\n")[0]
        return re.findall(r"^  (\S+)", listed, re.MULTILINE)

    def all_paths(self):
        """() for the program, ("bench",), ("history",), ("history", "list"), ..."""
        yield ()
        for command in self.commands():
            yield (command,)
            if command in GROUPS:
                yield from ((command, child) for child in self.commands(command))

    def options(self, *path):
        """{"--model": "-m" or "", ...}"""
        return {long: short or "" for short, long in re.findall(r"^  (?:(-\w), )?(--[a-z0-9-]+)", self.help(*path), re.MULTILINE)}

    def takes_value(self, path, option):
        return f"{option}=" in self.help(*path)


class Help(HelpTest):
    def test_every_command_has_one(self):
        paths = list(self.all_paths())
        self.assertIn(("history", "export"), paths)
        for path in paths:
            self.assertIn(" ".join(("tilescribe", *path)), self.help(*path))
            self.assertEqual(self.options(*path)["--help"], "-h")

    def test_nothing_asked_gives_help(self):
        self.assertEqual(self.succeed(), self.help())
        self.assertEqual(self.succeed("models"), self.help("models"))

    def test_version(self):
        self.assertRegex(self.succeed("--version"), r"^Tilescribe \d+\.\d+\.\d+\n$")

    def test_an_unknown_command(self):
        for path in (["nonsense"], ["history", "nonsense"], ["--nonsense"], ["nonsense", "--help"]):
            self.assertIn("--help", self.fail_with(2, *path))

    def test_german(self):
        folder = os.environ["TILESCRIBE_LOCALEDIR"]
        result = self.run_cli("--help", env={"LANGUAGE": "de", "TILESCRIBE_LOCALEDIR": folder})
        self.assertIn("Macht Aufnahmen zu Text", result.stdout)


class Manual(HelpTest):
    def page(self, *path):
        names = [SHARED_PAGES.get(name, name) for name in path[:1]]
        return SOURCE / "data" / "man" / ("-".join(("tilescribe", *names)) + ".1")

    def test_every_option_is_in_the_page_of_its_command(self):
        for path in self.all_paths():
            text = self.page(*path).read_text().replace("\\-", "-")
            for long, short in self.options(*path).items():
                self.assertRegex(text, rf"{long}\b", path)
                if short:
                    self.assertRegex(text, rf"\.BR {short} \", \" {long}", path)

    def test_pages_have_no_option_that_is_not_there(self):
        for command in self.commands():
            paths = [path for path in self.all_paths() if path[:1] == (command,)]
            known = {option for path in paths for option in self.options(*path)}
            described = set(re.findall(r"^\.BR? .*?(--[a-z0-9-]+)", self.page(command).read_text().replace("\\-", "-").split(".SH OPTIONS")[1]
                                       .split(".SH")[0], re.MULTILINE))
            self.assertEqual(described, known, command)

    def test_every_command_is_in_its_page(self):
        for path in self.all_paths():
            if path:
                self.assertIn(" ".join(("tilescribe", *path)), self.page(*path).read_text())
                self.assertIn(f"tilescribe\\-{path[0]}", self.page().read_text())

    @unittest.skipUnless(shutil.which("man"), "no man here")
    def test_pages_render_without_a_warning(self):
        for page in sorted((SOURCE / "data" / "man").glob("*.1")):
            result = subprocess.run(["man", "--warnings=all", "--local-file", page], capture_output=True, text=True,
                                    env={**self.env, "MANROFFSEQ": "", "MANWIDTH": "100"})
            self.assertEqual((result.returncode, result.stderr), (0, ""), page.name)
            self.assertIn("SYNOPSIS", result.stdout)


class Completion(HelpTest):
    def complete(self, *words):
        """What bash offers for the last word."""
        script = f"""
            source {COMPLETIONS}/tilescribe.bash
            COMP_WORDS=({' '.join(f"'{word}'" for word in ('tilescribe', *words))}) COMP_CWORD={len(words)}
            _tilescribe; printf '%s\\n' "${{COMPREPLY[@]}}" """
        self.env["PATH"] = os.path.dirname(PROGRAM) + os.pathsep + self.env["PATH"]
        result = subprocess.run(["bash", "-c", script], capture_output=True, text=True, env=self.env, check=True)
        self.assertEqual(result.stderr, "")
        return sorted(result.stdout.split())

    def test_bash_offers_the_options_of_each_command(self):
        for path in self.all_paths():
            wanted = sorted(option + ("=" if self.takes_value(path, option) else "") for option in self.options(*path))
            self.assertEqual(self.complete(*path, "--"), wanted, path)

    def test_bash_offers_commands(self):
        for path in ((), ("history",), ("models",)):
            self.assertEqual(self.complete(*path, ""), sorted(self.commands(*path)), path)
        self.assertEqual(self.complete("tr"), ["transcribe"])

    def test_bash_offers_values(self):
        self.assertEqual(self.complete("transcribe", "--format", ""), sorted(["txt", "srt", "vtt", "json", "csv"]))
        self.assertEqual(self.complete("transcribe", "--format", "=", "v"), ["vtt"])
        self.assertEqual(self.complete("transcribe", "--format", "="), sorted(["txt", "srt", "vtt", "json", "csv"]))
        self.assertEqual(self.complete("transcribe", "-d", "c"), ["cpu"])
        self.assertEqual(self.complete("transcribe", "--model", ""), ["starter-en"])
        self.assertIn("base.en", self.complete("models", "get", "base"))
        self.assertEqual(self.complete("transcribe", "ta"), [], "files are bash's own affair")

    def test_zsh_and_fish_know_every_option(self):
        zsh, fish = (COMPLETIONS / "_tilescribe").read_text(), (COMPLETIONS / "tilescribe.fish").read_text()
        for path in self.all_paths():
            for long, short in self.options(*path).items():
                if short:
                    self.assertRegex(zsh, rf"\{{{short},{long}\b", path)
                else:
                    self.assertRegex(zsh, rf"'{long}=?\[", path)
                if long == "--help":
                    continue
                asked = f"'__tilescribe_is {' '.join(path)}'" if path else "__tilescribe_wants_command"
                letter = f"-s {short[1:]} " if short else ""
                self.assertIn(f"-n {asked} {letter}-l {long[2:]} ", fish, path)

    def test_zsh_and_fish_know_every_command(self):
        zsh, fish = (COMPLETIONS / "_tilescribe").read_text(), (COMPLETIONS / "tilescribe.fish").read_text()
        for path in self.all_paths():
            if path:
                self.assertIn(f"'{path[-1]}:", zsh)
                self.assertRegex(fish, rf"-a {path[-1]} -d")

    def test_scripts_are_valid(self):
        for shell, file in (("bash", "tilescribe.bash"), ("zsh", "_tilescribe"), ("fish", "tilescribe.fish")):
            if shutil.which(shell):
                result = subprocess.run([shell, "-n", COMPLETIONS / file], capture_output=True, text=True)
                self.assertEqual((result.returncode, result.stderr), (0, ""), shell)


class Translation(CliTest):
    def test_every_source_with_a_translatable_string_is_listed(self):
        marked = re.compile(r'\b(?:[NC]?_|Q_|ngettext|g_dngettext|g_dpgettext2?) \(|translatable="yes"')
        files = [file for folder in ("app", "engine") for pattern in ("*.[ch]", "*.ui") for file in (SOURCE / folder).rglob(pattern)]
        files = [file for file in files if marked.search(file.read_text())] + list((SOURCE / "data").glob("*.desktop.in")) \
            + list((SOURCE / "data").glob("*.metainfo.xml.in"))
        found = [str(file.relative_to(SOURCE)) for file in files]
        listed = [line for line in (SOURCE / "po" / "POTFILES").read_text().splitlines() if line and not line.startswith("#")]
        self.assertEqual(sorted(listed), sorted(found))

    @unittest.skipUnless(shutil.which("msgfmt"), "no gettext here")
    def test_german_is_well_formed(self):
        for language in (SOURCE / "po" / "LINGUAS").read_text().split():
            result = subprocess.run(["msgfmt", "--check", "--output-file=/dev/null", SOURCE / "po" / f"{language}.po"],
                                    capture_output=True, text=True)
            self.assertEqual((result.returncode, result.stderr), (0, ""))


if __name__ == "__main__":
    unittest.main()
