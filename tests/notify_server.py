"""A web server on this machine that answers as it is told: what adapters are tried against."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(kw_only=True)
class Script:
    """How it answers, and what it was sent."""

    status: int = 200
    body: bytes = b'{"errcode": 0}'
    location: str = ""
    trickle: float = 0  # seconds between bytes
    trickled: int = 0  # bytes that went out so far
    got: list[tuple[str, dict[str, str], dict]] = field(default_factory=list)
    url: str = ""

    @property
    def bodies(self) -> list[dict]:
        return [body for _path, _headers, body in self.got]


@contextmanager
def listening() -> Iterator[Script]:
    script, over = Script(), threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            script.got.append((self.path, dict(self.headers), json.loads(raw)))
            self.send_response(script.status)
            if script.location:
                self.send_header("Location", script.location)
            self.send_header("Content-Length", str(len(script.body)))
            self.end_headers()
            with contextlib.suppress(OSError):  # whoever asked has gone, as is wanted
                self._answer()

        def _answer(self) -> None:
            if not script.trickle:
                self.wfile.write(script.body)
                return
            for byte in script.body:
                self.wfile.write(bytes([byte]))
                self.wfile.flush()
                script.trickled += 1
                if over.wait(script.trickle):
                    return

        def log_message(self, *_args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    script.url = f"http://127.0.0.1:{server.server_port}/robot/send?access_token=abc"
    try:
        yield script
    finally:
        over.set()
        server.shutdown()
        thread.join()
        server.server_close()
