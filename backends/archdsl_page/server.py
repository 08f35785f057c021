"""The page on loopback: three resources held in memory, and word to the browser of each save."""

from __future__ import annotations

import socketserver
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from typing import Any

from archdsl_svg.html import json_text

from archdsl_page.document import live_text
from archdsl_page.watch import Watch

LOOPBACK = "127.0.0.1"
POLL = 0.2
"""Seconds between two looks at the files."""
HEARTBEAT = 10.0
"""Seconds after which a browser is told that nothing happened: so a closed tab is noticed."""

HTML, JSON, EVENTS = "text/html; charset=utf-8", "application/json", "text/event-stream"


def serve(watch: Watch, ready: Callable[[str], None]) -> None:
    """Serve a watched spec until the process is interrupted. `ready` is told the address."""
    with Server(watch) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        ready(server.address)
        try:
            while True:
                time.sleep(POLL)
                watch.poll()
        finally:
            server.shutdown()


class Server(socketserver.ThreadingTCPServer):
    """Listens on loopback only, at a port that the system chooses."""

    daemon_threads = True

    def __init__(self, watch: Watch) -> None:
        self.watch = watch
        self.page = live_text().encode()
        super().__init__((LOOPBACK, 0), _Handler)
        port = self.server_address[1]
        self.address = f"http://{LOOPBACK}:{port}/"
        self.hosts = {f"{LOOPBACK}:{port}", f"localhost:{port}"}

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A browser that goes away in the middle of an answer is nobody's mistake."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"
    server_version = "archdsl"
    sys_version = ""
    timeout = 60

    def do_GET(self) -> None:
        """Answer from memory; no path means a file."""
        if not self._is_asked_by_name():
            self._refuse(HTTPStatus.FORBIDDEN)
        elif self.path == "/":
            self._send(HTML, self.server.page)
        elif self.path == "/state":
            self._send(JSON, json_text(self.server.watch.state._asdict()).encode())
        elif self.path == "/events":
            self._tell()
        else:
            self._refuse(HTTPStatus.NOT_FOUND)

    def _is_asked_by_name(self) -> bool:
        """Whether the browser means this machine, and the page that asks is this one.

        A foreign page can give its own name this machine's address; its requests then carry it.
        """
        host, origin = self.headers.get("Host", ""), self.headers.get("Origin")
        hosts = self.server.hosts
        return host in hosts and (origin is None or origin.removeprefix("http://") in hosts)

    def _tell(self) -> None:
        """A line for each state, as long as the browser listens."""
        self._head(HTTPStatus.OK, EVENTS)
        self.close_connection = True
        number = -1
        with suppress(OSError):
            while True:
                if self.server.watch.wait(number, HEARTBEAT):
                    number = self.server.watch.state.number
                    self.wfile.write(f"data: {number}\n\n".encode())
                else:
                    self.wfile.write(b":\n\n")
                self.wfile.flush()

    def _send(self, kind: str, content: bytes) -> None:
        self._head(HTTPStatus.OK, kind, len(content))
        with suppress(OSError):
            self.wfile.write(content)

    def _refuse(self, status: HTTPStatus) -> None:
        self._head(status, "text/plain", 0)

    def _head(self, status: HTTPStatus, kind: str, length: int | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        if length is not None:
            self.send_header("Content-Length", str(length))
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("X-Frame-Options", "DENY")
        self.send_header("Cross-Origin-Resource-Policy", "same-origin")
        self.send_header("Referrer-Policy", "no-referrer")
        self.end_headers()

    def log_message(self, format: str, *arguments: object) -> None:
        """The terminal is for complaints about the spec."""
