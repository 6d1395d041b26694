"""What a chat window is shown: the stored words, their sources, signs of life, and nothing that it would load."""

import doctest
from typing import Any

import pytest

from agent import choices
from service.http import answer_text as module
from service.http import chat_shapes
from service.http.answer_text import answer_text, pieces, plain
from service.http.desk import Desk
from service.http.limits import Limits
from tests.service.http.conftest import open_client

REPLY: dict[str, Any] = {
    "text": "Take pgvector [1].\n\nIt is enough [2].",
    "citations": [
        {"id": "pgvector/limit/dims", "text": "Up to 2,000\ndimensions.", "source": "https://example.org/a"},
        {"id": "calc/size/1", "text": "440,000 vectors", "source": ""},
    ],
}


@pytest.mark.parametrize("examples", [module, chat_shapes, choices])
def test_the_examples_hold(examples: Any) -> None:
    assert doctest.testmod(examples).failed == 0


def test_the_sources_are_numbered_as_in_the_text() -> None:
    assert answer_text(REPLY, "Not read: image.").splitlines() == [
        "Not read: image.",
        "",
        "Take pgvector [1].",
        "",
        "It is enough [2].",
        "",
        "Sources:",
        "[1] pgvector/limit/dims: Up to 2,000 dimensions. https://example.org/a",
        "[2] calc/size/1: 440,000 vectors",
    ]
    assert answer_text({"text": "Which cloud?"}) == "Which cloud?"


@pytest.mark.parametrize(
    "text",
    [
        "![x](https://evil.example/x.png)",
        "![x][y]\n\n[y]: https://evil.example",
        "[click](javascript:alert(1))",
        "<img src=x onerror=alert(1)>",
        "</script><script>alert(1)</script>",
        "<!-- -->",
    ],
)
def test_nothing_of_a_users_making_is_a_link_an_image_or_an_element(text: str) -> None:
    shown = plain(f"I did not use: {text}.")
    for mark in ("](", "][", "]:", "<img", "<script", "</", "<!"):
        assert mark not in shown


def test_pieces_lose_nothing() -> None:
    for text in ("", " ", "\n\nname\n", "one two  three\n\n- four\n" * 20, "x" * 500):
        assert "".join(pieces(text)) == text
    assert len(list(pieces("word " * 100))) > 5


async def test_a_stream_shows_signs_of_life_while_the_answer_is_made(desk: Desk, key: str) -> None:
    desk.limits = Limits(keep_alive_s=0.01)
    messages = [
        {"role": "user", "content": "RAG over 50,000 documents"},
        {"role": "user", "content": "just recommend"},
    ]
    async with open_client(desk, key) as client:
        body = {"model": "stackwright", "stream": True, "messages": messages}
        answer = await client.post("/v1/chat/completions", json=body)
    assert answer.headers["content-type"].startswith("text/event-stream")
    blocks = answer.text.split("\n\n")
    assert blocks[0].startswith('data: {"id"')
    assert ": keep-alive" in blocks
    assert blocks.index(": keep-alive") < blocks.index("data: [DONE]")
