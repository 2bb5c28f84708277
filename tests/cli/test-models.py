#!/usr/bin/env python3
"""tilescribe models: lists, downloads, removes and imports.

Downloads come from a server of this process, which the catalogue in a data folder of the test's own points to.

SPDX-License-Identifier: MIT
"""
import contextlib
import hashlib
import http.server
import os
import pathlib
import re
import shutil
import signal
import threading
import time
import unittest

from fixture import CLIPS, PATIENCE, CliTest, text_of

STARTER = pathlib.Path(os.environ["TILESCRIBE_DATA"]) / "models" / "starter-en.bin"


class Server(http.server.ThreadingHTTPServer):
    """Serves the starter model; stops in the middle for as long as "hold" is set."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.content = STARTER.read_bytes()
        self.hold = threading.Event()
        self.half_sent = threading.Event()
        threading.Thread(target=self.serve_forever, daemon=True).start()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        content, start = self.server.content, 0
        asked = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        if asked:
            start = int(asked.group(1))
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        else:
            self.send_response(200)
        self.send_header("ETag", '"one"')
        self.send_header("Content-Length", str(len(content) - start))
        self.end_headers()
        if self.server.hold.is_set():
            self.wfile.write(content[start:len(content) // 2])
            self.wfile.flush()
            self.server.half_sent.set()
            with contextlib.suppress(ConnectionError):
                self.rfile.read(1)  # until the other side gives up
        else:
            self.wfile.write(content[start:])

    def log_message(self, *arguments):
        pass


class Models(CliTest):
    def setUp(self):
        super().setUp()
        self.installed = self.folder / "data" / "tilescribe" / "models"

    def offer(self, sha256=None):
        """A catalogue with the model "small-thing" behind a server."""
        server = Server()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        models = self.folder / "program" / "models"
        models.mkdir(parents=True)
        os.symlink(STARTER, models / "starter-en.bin")
        sums = hashlib.sha256(server.content).hexdigest()
        (models / "catalogue.ini").write_text(
            f"[starter-en]\nSHA256={sums}\nFamily=starter\n"
            f"[small-thing]\nAddress=http://127.0.0.1:{server.server_port}/small-thing.bin\nSHA256={sha256 or sums}\n"
            f"Size={len(server.content)}\nFamily=tiny\n")
        self.env["TILESCRIBE_DATA"] = str(self.folder / "program")
        return server

    def test_list_marks_what_is_installed(self):
        lines = self.succeed("models", "list").splitlines()
        self.assertRegex(lines[0], r"^\*  starter-en +17\.9\sMB  English")
        self.assertTrue(any(re.match(r"   base\.en ", line) for line in lines), lines)
        self.assertEqual(self.succeed("models", "list", "--installed", "--names"), "starter-en\n")

    def test_get_installs_and_the_model_is_used(self):
        self.offer()
        self.assertIn("small-thing", self.succeed("models", "get", "small-thing"))
        self.assertEqual(self.succeed("models", "list", "-i", "--names"), "starter-en\nsmall-thing\n")
        self.assertEqual(self.succeed("transcribe", CLIPS / "fox.wav"), text_of("fox.wav") + "\n")
        self.assertIn("small-thing", self.succeed("history", "show", "1"), "a downloaded one is preferred to the starter")
        self.assertIn("already", self.succeed("models", "get", "small-thing"))

    def test_ctrl_c_keeps_what_came_and_get_goes_on(self):
        server = self.offer()
        server.hold.set()
        process = self.start("models", "get", "small-thing", text=True)
        self.assertTrue(server.half_sent.wait(PATIENCE))
        while not any(self.installed.glob("*.part")) or next(self.installed.glob("*.part")).stat().st_size == 0:
            self.assertIsNone(process.poll())
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=PATIENCE)
        self.assertEqual(process.returncode, 1)
        self.assertIn("models get small-thing", told)
        self.assertFalse((self.installed / "small-thing.bin").exists())
        self.assertTrue(any(self.installed.glob("*.part")), "what came is kept")

        server.hold.clear()
        self.succeed("models", "get", "small-thing")
        self.assertEqual((self.installed / "small-thing.bin").read_bytes(), server.content)

    def test_a_wrong_sum_installs_nothing(self):
        self.offer(sha256="0" * 64)
        self.fail_with(1, "models", "get", "small-thing")
        self.assertFalse((self.installed / "small-thing.bin").exists())

    def test_an_unknown_name(self):
        self.assertIn("nonesuch", self.fail_with(1, "models", "get", "nonesuch"))
        self.assertIn("nonesuch", self.fail_with(1, "models", "remove", "nonesuch"))

    def test_import_and_remove(self):
        shutil.copy(STARTER, self.folder / "ggml-mine.bin")
        self.assertEqual(self.succeed("models", "import", "ggml-mine.bin"), "")
        self.assertIn("mine", self.succeed("models", "list", "-i", "--names").splitlines())
        self.assertEqual(self.succeed("transcribe", "-m", "mine", CLIPS / "fox.wav"), text_of("fox.wav") + "\n")
        self.assertEqual(self.succeed("models", "remove", "mine"), "")
        self.assertEqual(self.succeed("models", "list", "-i", "--names"), "starter-en\n")

    def test_import_refuses_what_is_no_model(self):
        (self.folder / "bad.bin").write_bytes(os.urandom(1000))
        shutil.copy(STARTER, self.folder / "good.bin")
        self.assertIn("bad.bin", self.fail_with(1, "models", "import", "bad.bin", "good.bin"))
        self.assertIn("good", self.succeed("models", "list", "--names"), "one that is bad does not stop the others")

    def test_the_starter_stays(self):
        self.fail_with(1, "models", "remove", "starter-en")

    def test_wrong_usage(self):
        for arguments in (["get"], ["remove"], ["import"], ["list", "x"], ["list", "--nonsense"], ["nonsense"]):
            self.fail_with(2, "models", *arguments)


if __name__ == "__main__":
    unittest.main()
