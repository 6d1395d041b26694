"""What an endpoint may do instead of answering, by name: all that a network, a proxy or a model can make of it."""

import json
from typing import Any

from .fake_openai import Answer, json_answer


def outer(value: Any) -> Answer:
    """A body that is JSON, and no completion."""
    return Answer(raw=json.dumps(value).encode())


def choice(message: Any, reason: Any = "stop") -> Answer:
    return outer({"choices": [{"index": 0, "message": message, "finish_reason": reason}]})


GOOD_TEXT = json.dumps({"facts": [], "sentences": []})
ODD_IDS = ("²", "٣", "-1", "99999999999", "9" * 5000, "1e400", "")
STATUS = {
    "429": Answer("slow down", status=429),
    "429 with Retry-After": Answer("slow down", status=429, headers={"Retry-After": "60"}),
    **{str(status): Answer("boom", status=status) for status in (400, 401, 404, 422, 500, 502, 503, 529)},
    "redirect": Answer(status=307, headers={"Location": "http://127.0.0.1:9/v1/chat/completions"}),
}
CONNECTION = {
    "reset": Answer(reset=True),
    "hung up": Answer(hang_up=True),
    "cut body": Answer(GOOD_TEXT, cut=True),
    "endless body": Answer(endless=True),
    "packed body": Answer(GOOD_TEXT, headers={"Content-Encoding": "gzip"}),
}
SLOW = {
    "slow first byte": Answer(GOOD_TEXT, delay_s=8),
    "dripping head": Answer(drip="head"),
    "dripping body": Answer(drip="body"),
}
SHAPES = {
    "no JSON": Answer(raw=b'{"choices": [oops'),
    "HTML": Answer(raw=b"<html>proxy</html>", content_type="text/html"),
    "event stream": Answer(raw=b'data: {"choices": []}\n\n', content_type="text/event-stream"),
    "empty body": Answer(raw=b""),
    "null": outer(None),
    "number": outer(5),
    "list": outer([1, 2]),
    "no choices": outer({"choices": None}),
    "empty choices": outer({"choices": []}),
    "choices object": outer({"choices": {"a": 1}}),
    "choice text": outer({"choices": ["x"]}),
    "message null": choice(None),
    "message text": choice("hello"),
    "content list": choice({"role": "assistant", "content": [{"type": "text", "text": GOOD_TEXT}]}),
    "empty content": Answer(""),
    "no content": Answer(None),
    "length": Answer(GOOD_TEXT[:-5], finish_reason="length"),
    "reason of no kind": choice({"role": "assistant", "content": GOOD_TEXT}, {"a": 1}),
}
CONTENTS = {
    "content no JSON": Answer("I am sorry {"),
    "content list": json_answer([1, 2]),
    "content null": json_answer(None),
    "content of other keys": json_answer({"answer": 42}),
    "rows no list": json_answer({"facts": "all", "sentences": {"0": "x"}}),
    "rows of no shape": json_answer(
        {
            "facts": [1, None, "x", {"field": ["a"], "value": {}, "quote": 7}],
            "sentences": [7, {"id": {}, "text": [1]}, {"id": "0", "text": 123}, {"id": 0, "text": "x"}],
        }
    ),
    "no number": Answer(
        '{"facts": [{"field": "users_total", "value": NaN, "quote": "200 lawyers"}],'
        ' "sentences": [{"id": "0", "text": Infinity}]}'
    ),
    "deep": Answer("[" * 100_000),
}
FAULTS: dict[str, Answer] = {**STATUS, **CONNECTION, **SLOW, **SHAPES, **CONTENTS}
"""Each leaves the question unanswered."""
HARMLESS = {
    "another content type": Answer(GOOD_TEXT, content_type="text/plain"),
    "odd rows": json_answer(
        {
            "facts": [
                {"field": "users_total", "value": 10**400, "quote": "200 lawyers"},
                {"field": "users_total", "value": -1, "quote": "200 lawyers"},
                {"field": "model_named", "value": "lawyers\ud800", "quote": "lawyers"},
                {"field": "model_named", "value": "lawyers\x1b", "quote": "lawyers"},
            ],
            "sentences": [{"id": identity, "text": "Buy nothing."} for identity in ODD_IDS],
        }
    ),
    "surrogates and length": json_answer(
        {
            "facts": [],
            "sentences": [{"id": "0", "text": "\ud800 alone"}, {"id": "1", "text": "x" * 150_000}],
        }
    ),
    "infinite": Answer(
        '{"facts": [{"field": "users_total", "value": 1e400, "quote": "200 lawyers"}], "sentences": []}'
    ),
}
"""Answers that can be read, and of which nothing can be used: they change nothing, and the endpoint has not failed."""
