"""Cuts instructions to the assistant out of a message: user text is data, never an order.

The cut parts become blanks, so the places of everything else stay the same.
"""

import re
from functools import cache
from typing import NamedTuple

from .lexicon import table
from .message import MAX_CHARACTERS, prepare
from .phrases import Phrases, compile_phrases

_COMMENT = re.compile(r"<!--[\s\S]{0,20000}?(?:-->|$)|/\*[\s\S]{0,4000}?\*/")
_ROLE = re.compile(
    r"(?i)(?:<\|?/?(?:system|im_start|im_end|assistant)[^>\n]{0,40}>|\[/?(?:system|inst|assistant)\b[^\]\n]{0,400}\]"
    r"|^\s*(?:system|assistant|developer)\s*:[^\n]*|<<sys>>[^\n]*)",
    re.MULTILINE,
)
_PIECE = re.compile(r"[^.!?\n]+(?:[.!?]+|\n|$)")


class Cut(NamedTuple):
    """The text with the instructions blanked, and whether there were any."""

    text: str
    found: bool


def cut_instructions(text: str) -> Cut:
    """Blank comments, role markers and sentences that order the assistant about."""
    text = text[:MAX_CHARACTERS]
    cut = _COMMENT.sub(_blank, text)
    cut = _ROLE.sub(_blank, cut)
    inside = False
    pieces: list[str] = []
    for match in _PIECE.finditer(cut):
        piece = match.group()
        message = prepare(piece)
        inside = bool(_markers().find(message)) or (inside and _is_order(piece))
        pieces.append(
            " " * len(piece.rstrip("\n")) + "\n" * (len(piece) - len(piece.rstrip("\n"))) if inside else piece
        )
    joined = _rejoin(cut, pieces)
    return Cut(joined, joined != text)


def removed_text(text: str, cut: str) -> str:
    """What was blanked, with the rest as spaces."""
    return "".join(" " if now == was else was for was, now in zip(text, cut, strict=False))


def _rejoin(cut: str, pieces: list[str]) -> str:
    """The pieces put back at their places (the pattern skips runs of punctuation between them)."""
    result = list(cut)
    for match, piece in zip(_PIECE.finditer(cut), pieces, strict=True):
        result[match.start() : match.end()] = piece
    return "".join(result)


def _is_order(piece: str) -> bool:
    message = prepare(piece)
    return not message.tokens or bool(_orders().at(message, 0))


def _blank(match: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", match.group())


@cache
def _markers() -> Phrases:
    return compile_phrases({"marker": table("injection")["markers"]})


@cache
def _orders() -> Phrases:
    return compile_phrases({"order": table("injection")["orders"]})
