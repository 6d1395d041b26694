"""A stored reply as the text of a chat: its words, its numbered sources, and nothing that a chat window would load."""

import re
from collections.abc import Iterator
from typing import Any

_LINK = re.compile(r"\](?=[(\[:])")
_PIECE = re.compile(r"\S*\s*")


def answer_text(reply: dict[str, Any], remark: str = "") -> str:
    """The reply's text, after a remark on the message, before its sources."""
    parts = [remark, reply["text"], sources(reply)]
    return plain("\n\n".join(part for part in parts if part))


def sources(reply: dict[str, Any]) -> str:
    """One numbered line for each source, as the text refers to them."""
    lines = [
        f"[{number}] {item['id']}: {' '.join(item['text'].split())} {item.get('source', '')}".rstrip()
        for number, item in enumerate(reply.get("citations", ()), 1)
    ]
    return "\n".join(["Sources:", *lines]) if lines else ""


def plain(text: str) -> str:
    """Text in which chat windows, which show Markdown and HTML, find no link, image or element of the user's making.

    >>> plain("![x](http://x) <img src=x> [1] 3 < 4")
    '![x] (http://x) ‹img src=x> [1] 3 < 4'
    """
    return re.sub(r"<(?=[A-Za-z/!?])", "‹", _LINK.sub("] ", text))


def pieces(text: str, words: int = 12) -> Iterator[str]:
    """The text in pieces of some words, so that a chat window can show it as it comes.

    >>> list(pieces("one two three", 2))
    ['one two ', 'three']
    """
    found = [piece for piece in _PIECE.findall(text) if piece]
    for start in range(0, len(found), words):
        yield "".join(found[start : start + words])
