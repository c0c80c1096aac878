"""The playground's page and its session, served to this machine alone.

Only the loopback is listened on, and only a request that knows the token in the address, comes
from this page and names this server as its host is answered: another page in the same browser
cannot ask, nor can a name that someone lets point to this machine.
"""

import secrets
from collections.abc import Mapping
from hmac import compare_digest
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socket import socket
from threading import BoundedSemaphore, Lock
from time import monotonic
from typing import Any

from scm_compiler.playground.session import Session

WEB = Path(__file__).with_name("web")

HOST = "127.0.0.1"

MOST_BYTES = 24 * 2**20
"""Of a request: a table of rows as base64."""

RATE, BURST = 50.0, 200.0
"""Requests a second that are answered in the long run, and at once."""

MOST_AT_ONCE = 16
PATIENCE = 20.0
"""Seconds that a connection may be silent."""

_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}

POLICY = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; "
    "img-src 'self' data: blob:; connect-src 'self'; worker-src 'self'; "
    "base-uri 'none'; form-action 'none'"
)
"""What the page may load: its own files and nothing from elsewhere."""

_HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": f"{POLICY}; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


class Allowance:
    """How many requests may still come: a bucket that fills at a rate."""

    def __init__(self, rate: float = RATE, burst: float = BURST) -> None:
        self._rate, self._burst = rate, burst
        self._left, self._at = burst, monotonic()
        self._lock = Lock()

    def take(self) -> bool:
        """Whether one more may come now."""
        with self._lock:
            now = monotonic()
            self._left = min(self._burst, self._left + (now - self._at) * self._rate)
            self._at = now
            if self._left < 1:
                return False
            self._left -= 1
            return True


class Playground(ThreadingHTTPServer):
    """The server of one page.

    Args:
        session: What answers.
        port: Where to listen; any free one if 0.

    Attributes:
        token: What an address must hold.

    Raises:
        OSError: If the port cannot be listened on.
    """

    daemon_threads = True
    allow_reuse_address = False

    def __init__(self, session: Session, port: int = 0) -> None:
        self.session = session
        self.token = secrets.token_urlsafe(24)
        self.allowance = Allowance()
        self._places = BoundedSemaphore(MOST_AT_ONCE)
        super().__init__((HOST, port), _Request)

    @property
    def address(self) -> str:
        """Where the page is."""
        return f"http://{HOST}:{self.server_port}/{self.token}/"

    @property
    def hosts(self) -> tuple[str, str]:
        """The names under which a browser may ask."""
        return f"{HOST}:{self.server_port}", f"localhost:{self.server_port}"

    def process_request(self, request: Any, client_address: Any) -> None:  # noqa: ANN401
        """Answer in a thread of its own; close the connection where there are too many."""
        if not self._places.acquire(blocking=False):
            self.shutdown_request(request)
            return
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:  # noqa: ANN401
        """Answer, and make place for another."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._places.release()

    def server_close(self) -> None:
        """Close; an image that is being drawn is waited for: a thread that computes must end."""
        super().server_close()
        self.session.end(PATIENCE)

    def handle_error(self, request: socket | tuple[bytes, socket], client_address: object) -> None:
        """A connection that breaks off is none of our concern."""


class _Request(BaseHTTPRequestHandler):
    server: Playground
    timeout = PATIENCE
    server_version, sys_version = "scmc", ""

    def do_GET(self) -> None:
        path = self._allowed()
        if path is None:
            return
        file = WEB / (path or "index.html")
        if "/" in path or file.suffix not in _TYPES or not file.is_file():
            self._refuse(HTTPStatus.NOT_FOUND)
            return
        self._send(file.read_bytes(), _TYPES[file.suffix])

    def do_POST(self) -> None:
        path = self._allowed()
        if path is None:
            return
        size = self.headers.get("Content-Length", "")
        if path != "call" or self.headers.get("Content-Type") != "application/json":
            self._refuse(HTTPStatus.NOT_FOUND)
        elif not (size.isascii() and size.isdecimal() and len(size) < 12):
            self._refuse(HTTPStatus.LENGTH_REQUIRED)
        elif int(size) > MOST_BYTES:
            self._refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        else:
            self._answer(self.rfile.read(int(size)))

    def _answer(self, body: bytes) -> None:
        try:
            asked = body.decode()
        except UnicodeDecodeError:
            self._refuse(HTTPStatus.BAD_REQUEST)
            return
        self._send(self.server.session.answer(asked).encode(), "application/json")

    def _allowed(self) -> str | None:
        """What is asked for, of a request that may be answered; None of one that is refused."""
        _, token, path = (*self.path.partition("?")[0].split("/", 2), "", "")[:3]
        origin = self.headers.get("Origin")
        ours = {f"http://{host}" for host in self.server.hosts}
        if self.headers.get("Host") not in self.server.hosts:
            self._refuse(HTTPStatus.MISDIRECTED_REQUEST)
        elif (
            (origin is not None and origin not in ours)
            or self.headers.get("Sec-Fetch-Site", "none") not in ("none", "same-origin")
            or not compare_digest(token.encode(), self.server.token.encode())
        ):
            self._refuse(HTTPStatus.FORBIDDEN)
        elif not self.server.allowance.take():
            self._refuse(HTTPStatus.TOO_MANY_REQUESTS)
        else:
            return path
        return None

    def _refuse(self, status: HTTPStatus) -> None:
        self.close_connection = True
        self._send(f"{status.value} {status.phrase}\n".encode(), "text/plain", status)

    def _send(self, body: bytes, kind: str, status: HTTPStatus = HTTPStatus.OK) -> None:
        self.send_response(status)
        for name, value in _HEADERS.items():
            self.send_header(name, value)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing: the terminal is the person's."""
