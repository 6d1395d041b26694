"""An OpenAI-compatible server of our own on loopback: answers by a script, and remembers what it was sent."""

import json
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal, NamedTuple

Body = dict[str, Any]


class Answer(NamedTuple):
    """What the server does with one request."""

    text: str | None = "{}"
    status: int = 200
    finish_reason: str | None = "stop"
    refusal: str | None = None
    delay_s: float = 0.0
    raw: bytes | None = None
    """The whole body instead of a completion."""
    headers: dict[str, str] = {}
    content_type: str = "application/json"
    hang_up: bool = False
    """Close the connection in good order, without a word."""
    reset: bool = False
    """Break the connection off."""
    cut: bool = False
    """Announce the whole body, send half of it, and hang up."""
    drip: Literal["", "head", "body"] = ""
    """Send this without an end, a byte now and then."""
    endless: bool = False
    """Send a body without an end, as fast as it is taken."""


Script = Callable[[Body], Answer]


class FakeOpenAI:
    """The server's address, its script, and the requests that it got."""

    def __init__(self) -> None:
        self.script: Script = lambda body: Answer()
        self.requests: list[Body] = []
        self.keys: list[str] = []
        self.hung_up = threading.Semaphore(0)
        """Counts the callers that went away before they had their whole answer."""
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self.base_url = f"http://127.0.0.1:{self._server.server_port}/v1"

    def start(self) -> None:
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def reset(self) -> None:
        self.script = lambda body: Answer()
        self.requests.clear()
        self.keys.clear()
        self.hung_up = threading.Semaphore(0)

    def say(self, *answers: Answer) -> None:
        """Give these answers in turn; the last one from then on."""
        waiting = list(answers)
        self.script = lambda body: waiting.pop(0) if len(waiting) > 1 else waiting[0]


@contextmanager
def fake_openai() -> Iterator[FakeOpenAI]:
    server = FakeOpenAI()
    server.start()
    try:
        yield server
    finally:
        server.stop()


def json_answer(value: Any) -> Answer:
    return Answer(text=json.dumps(value))


def facts(*items: tuple[str, Any, str]) -> Answer:
    """The answer of a reader: (field, value, quote)."""
    return json_answer(
        {"facts": [{"field": field, "value": value, "quote": quote} for field, value, quote in items]}
    )


def is_reading(body: Body) -> bool:
    """Whether a request asks to read a message, or else to phrase sentences."""
    return "extract facts" in body["messages"][0]["content"]


def sentences(body: Body) -> dict[str, str]:
    """The sentences that a request wants phrased."""
    asked = json.loads(body["messages"][1]["content"])["sentences"]
    return {row["id"]: row["text"] for row in asked}


def phrased(texts: dict[str, str]) -> Answer:
    return json_answer({"sentences": [{"id": key, "text": text} for key, text in texts.items()]})


def _handler(fake: FakeOpenAI) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            fake.requests.append(body)
            fake.keys.append(self.headers.get("Authorization", ""))
            answer = fake.script(body)
            time.sleep(answer.delay_s)
            self.close_connection = answer.hang_up or answer.cut or answer.reset
            if answer.reset:
                self._reset()
            elif not answer.hang_up:
                try:
                    self._send(answer)
                except (BrokenPipeError, ConnectionResetError):
                    self.close_connection = True
                    fake.hung_up.release()

        def _reset(self) -> None:
            with socket.socket(fileno=self.connection.detach()) as broken:
                broken.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

        def _send(self, answer: Answer) -> None:
            content = answer.raw if answer.raw is not None else json.dumps(_completion(answer)).encode()
            if answer.drip == "head":
                self._drip(b"HTTP/1.1 200 OK\r\nX-Slow: ")
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.content_type)
            unknown = answer.drip or answer.endless
            self.send_header("Content-Length", str(10**12 if unknown else len(content)))
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.end_headers()
            if answer.drip:
                self._drip(b"")
            while answer.endless:
                self.wfile.write(b" " * 65_536)
            self.wfile.write(content[: len(content) // 2] if answer.cut else content)

        def _drip(self, first: bytes) -> None:
            self.wfile.write(first)
            while True:
                self.wfile.write(b" ")
                time.sleep(0.05)

        def log_message(self, *_: Any) -> None:
            return

    return Handler


def _completion(answer: Answer) -> Body:
    if answer.status != 200:
        return {"error": {"message": answer.text, "type": "error", "code": answer.status}}
    message = {"role": "assistant", "content": answer.text, "refusal": answer.refusal}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": "fake",
        "choices": [{"index": 0, "message": message, "finish_reason": answer.finish_reason}],
        "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
    }
