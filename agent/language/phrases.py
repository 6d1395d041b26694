"""Finds the phrases of a lexicon in a message in time linear in the message.

A phrase is words separated by spaces: `word`, `prefix*`, `a|b` (alternatives), a trailing `?` (optional),
`~3` (up to three words of any kind), `#` (a number). `may_not|cannot` are alternatives of
several words. The first element is always a plain one.
"""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from .lexicon import table
from .message import Message, Token

Element = tuple[frozenset[str], tuple[str, ...], bool, int, bool]
"""Exact words, prefixes, optional, gap, number."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A phrase found: its tag, tokens [first, last] and characters [start, end)."""

    tag: Any
    first: int
    last: int
    start: int
    end: int

    @property
    def length(self) -> int:
        return self.last - self.first + 1


@dataclass
class Phrases:
    """A compiled lexicon: tag -> phrases."""

    exact: dict[str, list[tuple[Hashable, tuple[Element, ...]]]] = field(default_factory=dict)
    prefix: dict[str, list[tuple[Hashable, tuple[Element, ...]]]] = field(default_factory=dict)

    def add(self, tag: Hashable, phrases: Iterable[str]) -> None:
        for phrase in (variant for text in phrases for variant in _variants(str(text))):
            elements = tuple(_element(part) for part in phrase.split())
            if not elements or elements[0][2] or elements[0][3]:
                raise ValueError(f"The phrase {phrase!r} must begin with a plain word.")
            for word in elements[0][0]:
                self.exact.setdefault(word, []).append((tag, elements))
            for start in elements[0][1]:
                self.prefix.setdefault(start, []).append((tag, elements))
            if elements[0][4]:
                self.exact.setdefault("#", []).append((tag, elements))

    @cached_property
    def prefix_lengths(self) -> tuple[int, ...]:
        return tuple(sorted({len(start) for start in self.prefix}))

    def find(self, message: Message) -> list[Hit]:
        """All hits, in the order of the message, the longest of each tag at each place."""
        return [hit for index in range(len(message.tokens)) for hit in self.at(message, index)]

    def at(self, message: Message, index: int) -> list[Hit]:
        """The hits that begin at token `index`, the longest of each tag."""
        tokens = message.tokens
        best: dict[Hashable, int] = {}
        for tag, elements in self._candidates(tokens[index]):
            last = _match(tokens, index + 1, elements, 1, index)
            if last is not None and last >= best.get(tag, -1):
                best[tag] = last
        start = tokens[index].start
        return [Hit(tag, index, last, start, tokens[last].end) for tag, last in best.items()]

    def _candidates(self, token: Token) -> list[tuple[Hashable, tuple[Element, ...]]]:
        found = list(self.exact.get("#", ())) if _is_number(token) else []
        found += self.exact.get(token.text, ())
        for length in self.prefix_lengths:
            if length > len(token.text):
                break
            found += self.prefix.get(token.text[:length], ())
        return found


def compile_phrases(entries: dict[Hashable, Iterable[str]]) -> Phrases:
    """A matcher over `{tag: phrases}`."""
    phrases = Phrases()
    for tag, texts in entries.items():
        phrases.add(tag, texts)
    return phrases


def _is_number(token: Token) -> bool:
    return token.number or token.text in table("numbers")["words"]


def _variants(phrase: str) -> list[str]:
    """A phrase for each alternative of several words.

    >>> _variants("may_not|never leave")
    ['never leave', 'may not leave']
    """
    if "_" not in phrase:
        return [phrase]
    parts = phrase.split()
    index = next(i for i, part in enumerate(parts) if "_" in part)
    options = parts[index].split("|")
    plain = "|".join(option for option in options if "_" not in option)
    choices = ([plain] if plain else []) + [option.replace("_", " ") for option in options if "_" in option]
    return [
        v for choice in choices for v in _variants(" ".join([*parts[:index], choice, *parts[index + 1 :]]))
    ]


def _element(part: str) -> Element:
    if part.startswith("~"):
        return frozenset(), (), False, int(part[1:]), False
    optional = part.endswith("?")
    options = part.rstrip("?").split("|")
    return (
        frozenset(item for item in options if not item.endswith("*") and item != "#"),
        tuple(item[:-1] for item in options if item.endswith("*")),
        optional,
        0,
        "#" in options,
    )


def _match(
    tokens: tuple[Token, ...], index: int, elements: tuple[Element, ...], at: int, last: int
) -> int | None:
    """The last token of a match of `elements[at:]` from token `index`, inside one clause."""
    if at == len(elements):
        return last
    exact, prefixes, optional, gap, number = elements[at]
    if gap:
        for skip in range(gap + 1):
            end = _match(tokens, index + skip, elements, at + 1, last)
            if end is not None:
                return end
        return None
    if index < len(tokens) and tokens[index].clause == tokens[last].clause:
        token = tokens[index]
        if (
            (number and _is_number(token))
            or token.text in exact
            or (prefixes and token.text.startswith(prefixes))
        ):
            end = _match(tokens, index + 1, elements, at + 1, index)
            if end is not None:
                return end
    return _match(tokens, index, elements, at + 1, last) if optional else None


def longest(hits: list[Hit]) -> list[Hit]:
    """Hits without those inside or across an earlier, longer one."""
    kept: list[Hit] = []
    for hit in sorted(hits, key=lambda item: (item.first, -item.last)):
        if not kept or hit.first > kept[-1].last:
            kept.append(hit)
    return kept
