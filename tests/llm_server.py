"""A small OpenAI-compatible server that misbehaves on purpose."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass
class Endpoint:
    """What the server does next, and what it was sent.

    Attributes
    ----------
    status, body
        Of the reply where the status is not 200, or `raw` is set.
    text
        Streamed in pieces of four characters.
    fault
        Where to misbehave: ``stall`` before or ``stall_midway`` within the reply, ``close`` within it, ``garbage`` in
        place of an event, ``drip`` a piece each tenth of a second, ``unfinished`` without a reason for the end.
    models
        What ``/models`` lists; None answers 404.
    """

    url: str = ""
    status: int = 200
    body: str = "{}"
    raw: bool = False
    text: str = ""
    fault: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    models: list[str] | None = field(default_factory=lambda: ["示例模型"])
    requests: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)
    released: Event = field(default_factory=Event)


def _event(text: str, finish: str | None = None, usage: bool = False) -> bytes:
    delta = {"role": "assistant", "content": text}
    chunk: dict[str, Any] = {
        "id": "1",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": "示例模型",
        "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
    }
    if usage:
        chunk["choices"] = []
        chunk["usage"] = {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18}
    return f"data: {json.dumps(chunk)}\n\n".encode()


class _Handler(BaseHTTPRequestHandler):
    state: Endpoint

    def do_GET(self) -> None:
        """List the models."""
        listed = self.state.models is not None
        body = {"object": "list", "data": [{"id": name, "object": "model"} for name in self.state.models or ()]}
        self._whole(200 if listed else 404, json.dumps(body))

    def do_POST(self) -> None:
        """Reply to a chat completion, or fail to."""
        sent = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.state.requests.append((self.path, self.headers["Authorization"], sent))
        if self.state.status != 200 or self.state.raw:
            self._whole(self.state.status, self.state.body)
            return
        if self.state.fault == "stall":
            self.state.released.wait(10)
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        self._stream()

    def _stream(self) -> None:
        pieces = [self.state.text[n : n + 4] for n in range(0, len(self.state.text), 4)]
        for n, piece in enumerate(pieces):
            if n == len(pieces) // 2 and self._interrupted():
                return
            if self.state.fault == "drip":
                self.state.released.wait(0.1)
            self.wfile.write(_event(piece))
            self.wfile.flush()
        if self.state.fault != "unfinished":
            self.wfile.write(_event("", "stop") + _event("", usage=True) + b"data: [DONE]\n\n")

    def _interrupted(self) -> bool:
        if self.state.fault == "stall_midway":
            self.state.released.wait(10)
        if self.state.fault == "garbage":
            self.wfile.write(b"data: {not json\n\n")
        return self.state.fault in ("stall_midway", "close")

    def _whole(self, status: int, text: str) -> None:
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        for name, value in self.state.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: ANN401
        """Keep quiet."""


@contextmanager
def running() -> Iterator[Endpoint]:
    """A server on this machine."""
    state = Endpoint()
    with ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"state": state})) as server:
        # Clients that gave up leave their connections behind.
        server.handle_error = lambda *args: None  # type: ignore[method-assign]
        state.url = f"http://127.0.0.1:{server.server_port}/v1"
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield state
        state.released.set()
        server.shutdown()
        thread.join()
