"""A model on 127.0.0.1 that says what a script tells it to, in chat, Responses, Messages and embeddings.

    with ModelServer(says("Hello.")) as server: ...   # server.openai, server.anthropic are its addresses

It counts what it is asked, can hold answers back, and can misbehave in every way of `Said`.
"""

from __future__ import annotations

import gzip
import json
import socket
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.llm.model_script import Asked, Dialect, Said, Script, asked_of
from tests.llm.model_wire import error, events, spelt, whole

_ENDINGS: dict[str, Dialect] = {
    "/chat/completions": "chat",
    "/responses": "responses",
    "/messages": "messages",
    "/embeddings": "embeddings",
}
_LONGEST_HOLD = 60.0


class ModelServer:
    """Runs in threads of its own, from `with` to its end."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.asked: list[Asked] = []
        self.release = threading.Event()
        self.most_at_once = 0
        self._at_once = 0
        self._changed = threading.Condition()
        self._http = _Http(("127.0.0.1", 0), _Handler)
        self._http.model = self
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.01,), daemon=True)

    @property
    def anthropic(self) -> str:
        return f"http://127.0.0.1:{self._http.server_port}"

    @property
    def openai(self) -> str:
        return f"{self.anthropic}/v1"

    def __enter__(self) -> ModelServer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.release.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def wait_for(self, requests: int, seconds: float = 30.0) -> None:
        """Block until so many requests have come in all."""
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.asked) >= requests, seconds), len(self.asked)

    def take(self, asked: Asked) -> Said:
        """Note a request, and say what the script says."""
        with self._changed:
            self.asked.append(asked)
            self._at_once += 1
            self.most_at_once = max(self.most_at_once, self._at_once)
            said = self.script(asked)
            self._changed.notify_all()
        if said.hold:
            self.release.wait(_LONGEST_HOLD)
        return said

    def done(self) -> None:
        """One request less is under way."""
        with self._changed:
            self._at_once -= 1


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    model: ModelServer

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hung up is none of our affair."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Http

    def log_message(self, format: str, *args: Any) -> None:
        pass

    def do_HEAD(self) -> None:
        self._send(200, b"")

    def do_GET(self) -> None:
        if self._path().endswith("/models"):
            model = {"id": "scripted", "object": "model", "created": 1, "owned_by": "tests", "type": "model"}
            self._send_json(200, {"object": "list", "data": [model], "has_more": False})
        else:
            self._send_json(404, {"error": {"message": "no such page"}})

    def do_POST(self) -> None:
        body = json.loads(self._body() or b"{}")
        if self._path().endswith("/count_tokens"):
            self._send_json(200, {"input_tokens": max(1, len(json.dumps(body)) // 4)})
            return
        dialect = next((kind for ending, kind in _ENDINGS.items() if self._path().endswith(ending)), None)
        if dialect is None:
            self._send_json(404, {"error": {"message": f"nothing is spoken at {self._path()}"}})
            return
        asked = asked_of(dialect, self._path(), dict(self.headers.items()), body)
        said = self.server.model.take(asked)
        self.server.model.done()  # before the answer: whoever has it may ask again at once
        self._answer(asked, said)

    def _answer(self, asked: Asked, said: Said) -> None:
        if said.cut == "at once":
            self._hang_up()
        elif said.body is not None:
            self._send(said.status, said.body, said.content_type, said.headers)
        elif said.status != 200:
            self._send_json(said.status, error(asked.dialect, said), said.headers)
        elif asked.stream:
            self._stream([spelt(event) for event in events(asked, said)], said)
        else:
            content = json.dumps(whole(asked, said)).encode()
            self._send(200, content, said.content_type, said.headers, cut=said.cut == "connection")

    def _stream(self, parts: list[bytes], said: Said) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for part in parts[: len(parts) // 2] if said.cut else parts:
            self.wfile.write(f"{len(part):x}\r\n".encode() + part + b"\r\n")
        if said.cut == "connection":
            self._hang_up()
        else:
            self.wfile.write(b"0\r\n\r\n")

    def _send_json(self, status: int, value: Any, headers: Mapping[str, str] | None = None) -> None:
        self._send(status, json.dumps(value).encode(), "application/json", headers)

    def _send(
        self,
        status: int,
        content: bytes,
        kind: str = "application/json",
        headers: Mapping[str, str] | None = None,
        *,
        cut: bool = False,
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content[: len(content) // 2] if cut else content)
        if cut:
            self._hang_up()

    def _hang_up(self) -> None:
        self.wfile.flush()
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def _path(self) -> str:
        return self.path.partition("?")[0]

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            content = b"".join(iter(self._chunk, b""))
        else:
            content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        return gzip.decompress(content) if self.headers.get("Content-Encoding") == "gzip" else content

    def _chunk(self) -> bytes:
        size = int(self.rfile.readline().partition(b";")[0], 16)
        content = self.rfile.read(size)
        self.rfile.readline()
        return content
