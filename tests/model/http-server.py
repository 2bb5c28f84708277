#!/usr/bin/env python3
"""A web server that behaves as badly as its address says, for test-download.c.

usage: http-server.py LOG [CERTIFICATE KEY]

Prints its port on 127.0.0.1, and with a certificate the port of a second, encrypted server; serves until its standard input
ends. The last part of an address, before any "?", names a behaviour of the table below; what counts connections ("the first
two") counts them for each whole address, so that tests tell theirs apart by what follows the "?". A request for a whole address
(http://...) is one to a proxy, and served as any other. A tunnel (CONNECT) always ends at the encrypted server; to a host
"guarded..." it needs the same login as the behaviour "guarded".

Each request is a line of LOG before it is answered: method, path, Range, If-Range, name of the proxied host.

SPDX-License-Identifier: MIT
"""
import base64
import collections
import dataclasses
import http.server
import socket
import ssl
import sys
import threading
from urllib.parse import urlsplit

SIZE = 300_000


def content(version):
    """The file served; test-download.c makes the same bytes."""
    return bytes((i * 31 + (i >> 8) + version) & 0xFF for i in range(SIZE))


LOGIN = "Basic " + base64.b64encode(b"somebody:sec:ret@home").decode()
CONTENT = [content(0), content(1)]
ALWAYS = 1 << 30


@dataclasses.dataclass
class Behaviour:
    ranges: bool = True           # understands Range and If-Range
    tag: str = '"v%d"'            # entity tag of a version
    stop: int = SIZE              # bytes after which a connection stops ...
    stops: int = ALWAYS           # ... the first so many connections
    stall: bool = False           # ... by saying nothing more, instead of closing
    version: int = 0              # 0 is the right content
    wrong_first: int = 0          # so many first connections send version 1
    status: int = 0               # answers so, without content ...
    refusals: int = ALWAYS        # ... the first so many times
    refuses_range: bool = False   # 416 to any Range
    announce: int = 0             # added to Content-Length
    length: bool = True           # Content-Length is sent; else the connection's end is the content's
    chunked: bool = False
    shift: int = 0                # a range begins so many bytes late
    extra: int = 0                # bytes sent after the content
    type: str = "application/octet-stream"
    location: str = ""
    login: bool = False           # the proxy wants one


BEHAVIOURS = {
    "normal": Behaviour(),
    "cut": Behaviour(stop=100_000),
    "cut-weak": Behaviour(stop=100_000, tag='W/"v%d"'),
    "deaf": Behaviour(ranges=False, stop=100_000, stops=1),
    "deaf-cut": Behaviour(ranges=False, stop=100_000),
    "wrong": Behaviour(version=1),
    "stall-once": Behaviour(stop=50_000, stops=1, stall=True),
    "stall": Behaviour(stop=0, stall=True),
    "stall-later": Behaviour(stop=50_000, stall=True),
    "missing": Behaviour(status=404),
    "busy-once": Behaviour(status=503, refusals=1),
    "no-range": Behaviour(refuses_range=True, stop=100_000, stops=1),
    "announces-more": Behaviour(announce=100),
    "other-length": Behaviour(ranges=False, announce=100),
    "announces-less": Behaviour(announce=-100),
    "sends-more": Behaviour(length=False, extra=100),
    "changes": Behaviour(wrong_first=1, stop=100_000, stops=1),
    "changes-untagged": Behaviour(wrong_first=1, stop=100_000, stops=1, tag=""),
    "shifted": Behaviour(shift=7, stop=100_000, stops=1),
    "chunked": Behaviour(chunked=True, length=False),
    "page": Behaviour(type="text/html"),
    "redirect": Behaviour(status=302, location="/cut?redirected"),
    "loop": Behaviour(status=302, location="/loop"),
    "guarded": Behaviour(login=True),
}


def copy(source, target):
    try:
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    log_lock = threading.Lock()
    counts = collections.Counter()

    def do_GET(self):
        url = urlsplit(self.path)
        path = url.path + ("?" + url.query if url.query else "")
        number = self.note("GET", path, url.netloc)
        b = BEHAVIOURS[url.path.rsplit("/", 1)[-1]]
        if b.login and not self.is_logged_in():
            self.refuse_login()
        elif b.status and number < b.refusals:
            self.refuse(b.status, {"Location": b.location} if b.location else {})
        else:
            self.send(b, number)

    def do_CONNECT(self):
        self.note("CONNECT", self.path, self.path)
        if self.path.startswith("guarded") and not self.is_logged_in():
            self.refuse_login()
        elif not self.server.tunnel_end:
            self.refuse(503, {})
        else:
            self.send_response(200)
            self.end_headers()
            self.close_connection = True
            self.tunnel()

    def tunnel(self):
        with socket.create_connection(self.server.tunnel_end) as end:
            threading.Thread(target=copy, args=(end, self.connection), daemon=True).start()
            copy(self.connection, end)

    def is_logged_in(self):
        return self.headers["Proxy-Authorization"] == LOGIN

    def refuse_login(self):
        self.refuse(407, {"Proxy-Authenticate": 'Basic realm="test"'})

    def note(self, method, path, host):
        with self.log_lock:
            number = self.counts[path]
            self.counts[path] += 1
            with open(sys.argv[1], "a") as log:
                print(method, path, self.headers["Range"] or "-", self.headers["If-Range"] or "-", host or "-", file=log)
        return number

    def refuse(self, status, headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def first_byte(self, b, tag):
        """Of the range asked for, or None: all is to be sent."""
        if not b.ranges or not self.headers["Range"]:
            return None
        if self.headers["If-Range"] and self.headers["If-Range"] != tag:
            return None
        return int(self.headers["Range"].removeprefix("bytes=").removesuffix("-"))

    def send(self, b, number):
        version = 1 if number < b.wrong_first else b.version
        tag = b.tag % version if b.tag else None
        start = self.first_byte(b, tag)
        if start is not None and (b.refuses_range or start >= SIZE):
            self.refuse(416, {} if b.refuses_range else {"Content-Range": f"bytes */{SIZE}"})
            return
        body = CONTENT[version]
        if start is None:
            self.send_response(200)
        else:
            start += b.shift
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {start}-{SIZE - 1}/{SIZE}")
            body = body[start:]
        self.send_header("Content-Type", b.type)
        if tag:
            self.send_header("ETag", tag)
        if b.length:
            self.send_header("Content-Length", str(len(body) + b.announce))
        if b.chunked:
            self.send_header("Transfer-Encoding", "chunked")
        self.close_connection = True
        self.end_headers()
        self.send_body(b, body, number)

    def send_body(self, b, body, number):
        stops = number < b.stops
        body = (body + bytes(b.extra))[:b.stop if stops and b.stop < SIZE else None]
        if b.chunked:
            body = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
        try:
            self.wfile.write(body)
            if b.stall and stops:
                self.rfile.read(1)
        except OSError:
            pass

    def log_message(self, *args):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        """A client that goes away, or refuses the certificate, is what these tests are about."""


def serve(certificate=None, tunnel_end=None):
    """The address of a new server"""
    server = Server(("127.0.0.1", 0), Handler)
    server.tunnel_end = tunnel_end
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_address


if __name__ == "__main__":
    encrypted = serve(sys.argv[2:4]) if len(sys.argv) > 2 else None
    plain = serve(tunnel_end=encrypted)
    print(plain[1], encrypted[1] if encrypted else 0, flush=True)
    sys.stdin.read()
