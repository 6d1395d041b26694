"""A message prepared for reading: folded text of the same length, tokens, clauses and sentences.

Every later span is an offset into the original text, so folding and masking never move characters.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property

from .lexicon import words

MAX_CHARACTERS = 20_000

LONGEST_SENTENCE = 150
"""Tokens after which a sentence is cut, so that the work stays linear in the message."""

_TOKEN = re.compile(
    r"(?P<number>\d{1,3}(?:[\u00a0\u202f '\u2019]\d{3})+(?![\d])(?:[.,]\d{1,2}(?!\d))?"
    r"|\d+(?:[.,]\d+)*)"
    r"|(?P<word>[^\W\d_](?:[^\W_]|['\u2019](?=[^\W\d_]))*)"
)
_CLAUSE = re.compile(r"[,;:()\[\]{}\u2014|\"\u201c\u201d]|\s[-\u2013*\u2022]\s")
_SENTENCE = re.compile(r"[.!?\u3002]+(?=\s|$|[\"')\]])|[\n\r]")
_DOTTED = re.compile(r"(?<![\w.-])[a-z][\w-]{0,30}(?:\.[\w-]{1,30}){1,4}(?![\w-])")
_MACHINE = re.compile(
    r"(?:ml\.|db\.|cache\.)?[a-z][\w-]*\d[\w-]*\.(?:\d*x?large|metal|medium|small|micro|nano)[\w-]*(?:\.search)?|[bv]m\.gpu[\w.-]*"
)
"""A cloud's type of machine, `p5.48xlarge`, `BM.GPU.H100.8`: its full stops end no sentence."""
_ASIDE = re.compile(r"[.!?]+[)\]] ")
_FOLDED = {"\u00df": "s", "\u2019": "'", "\u00e6": "a", "\u0153": "o", "\u00f8": "o", "\u0142": "l"}


@dataclass(frozen=True, slots=True)
class Token:
    """A word or a number with its place."""

    text: str
    """Folded: lower case, no accents, no apostrophes."""
    start: int
    end: int
    number: bool
    clause: int
    sentence: int
    glued: bool
    """No space between it and the token before."""


@dataclass(frozen=True)
class Message:
    """The original text and what is read of it."""

    text: str
    folded: str
    tokens: tuple[Token, ...]
    truncated: bool = False

    @cached_property
    def starts(self) -> list[int]:
        return [token.start for token in self.tokens]

    def clause_span(self, index: int) -> tuple[int, int]:
        """Characters of the sentence that holds token `index`."""
        sentence = self.tokens[index].sentence
        inside = [token for token in self.tokens if token.sentence == sentence]
        return inside[0].start, inside[-1].end


def fold(text: str) -> str:
    """Lower case without accents, character for character.

    >>> fold("Zürich Café")
    'zurich cafe'
    """
    if text.isascii():
        return text.lower()
    return "".join(_fold_character(character) for character in text)


def prepare(text: str, masked: str | None = None) -> Message:
    """Tokens, clauses and sentences of a text; `masked` is the text with cut parts blanked."""
    read = (masked if masked is not None else text)[:MAX_CHARACTERS]
    folded = fold(read)
    return Message(text, folded, tuple(_tokens(folded, read)), len(text) > MAX_CHARACTERS)


def _fold_character(character: str) -> str:
    if character in _FOLDED:
        return _FOLDED[character]
    if ord(character) < 128:
        return character.lower()
    base = unicodedata.normalize("NFKD", character)[0]
    lowered = base.lower()
    return lowered if len(lowered) == 1 else character


def _tokens(folded: str, text: str) -> list[Token]:
    found: list[Token] = []
    clause = sentence = at = opened = 0
    machines = (name for name in _DOTTED.finditer(folded) if _MACHINE.fullmatch(name.group()))
    inside = {place for name in machines for place in range(name.start() + 1, name.end())}
    for match in _TOKEN.finditer(folded):
        gap = folded[at : match.start()]
        if match.start() in inside:
            gap = ""
        if found and (
            len(found) - opened >= LONGEST_SENTENCE or _ends_sentence(gap, found[-1], text[match.start()])
        ):
            sentence, clause, opened = sentence + 1, clause + 1, len(found)
        elif found and _CLAUSE.search(gap):
            clause += 1
        word = match.group().replace("'", "") if match["word"] else match.group()
        number = match["number"] is not None
        glued = bool(found) and match.start() == at
        found.append(Token(word, match.start(), match.end(), number, clause, sentence, glued))
        at = match.end()
    return found


def _ends_sentence(gap: str, before: Token, following: str) -> bool:
    """A full stop after an abbreviation or a list number doesn't end a sentence, nor does `(really!) asks`."""
    if not _SENTENCE.search(gap) or (_ASIDE.fullmatch(gap) and following.islower()):
        return False
    short = before.text in words("stop", "abbreviations") or (before.number and len(before.text) == 1)
    return not (short and gap.strip() == ".")
