"""The reading of one message in progress: what the field readers share and add to."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import NamedTuple

from agent.reply import Rejected
from knowledge.library import Knowledge
from tools.workload import Known, Origin, Scalar, Workload

from .lexicon import table
from .message import LONGEST_SENTENCE, Message
from .phrases import Hit, Phrases
from .quantity import Quantity
from .scope import Scopes
from .understanding import Mismatch, MissingUnit, Several

Convert = Callable[[float, str], float]
"""Amount and ISO 4217 code -> USD."""

_FAR = 14.0
NEIGHBOURS = 24
"""Numbers before and after a number in which what belongs to it is sought."""
_OPENER = re.compile(r"\b(between|from|zwischen|entre|every|each|alle)\s+\W?$")
_ADJACENT = (
    "in",
    "out",
    "rein",
    "raus",
    "no",
    "up",
    "off",
    "last",
    "w",
    "x",
    "each",
    "read",
    "live",
    "back",
)
"""Words that give a number its role only right beside it."""


class Role(NamedTuple):
    """The field whose cue is nearest to a number, and how far it is in words."""

    field: str
    distance: float
    hit: Hit | None


@dataclass
class Reading:
    """Message, context and what has been read so far."""

    message: Message
    language: str
    turn: int
    asked: tuple[str, ...]
    workload: Workload
    knowledge: Knowledge
    convert: Convert
    scopes: Scopes
    quantities: list[Quantity]
    updates: list[Known] = field(default_factory=list)
    used: set[int] = field(default_factory=set)
    """First tokens of the amounts that were used or recognised as something else."""
    missing: list[MissingUnit] = field(default_factory=list)
    several: list[Several] = field(default_factory=list)
    mismatches: list[Mismatch] = field(default_factory=list)
    shares: list[Quantity] | None = None
    """Percentages that tell how many people do something, once they are known."""
    rejected: list[Rejected] = field(default_factory=list)

    found: dict[int, dict[Hashable, list[Hit]]] = field(default_factory=dict)

    def hits(self, phrases: Phrases, tag: Hashable) -> list[Hit]:
        """The hits of one tag, found once a message."""
        if id(phrases) not in self.found:
            grouped: dict[Hashable, list[Hit]] = {}
            for hit in phrases.find(self.message):
                grouped.setdefault(hit.tag, []).append(hit)
            self.found[id(phrases)] = grouped
        return self.found[id(phrases)].get(tag, [])

    @cached_property
    def roles(self) -> dict[str, list[Hit]]:
        """Cue hits by dimension."""
        found: dict[str, list[Hit]] = {}
        for hit in role_phrases().find(self.message):
            found.setdefault(hit.tag[0], []).append(hit)
        return found

    @cached_property
    def firsts(self) -> list[int]:
        return [q.amount.first for q in self.quantities]

    def around(self, hits: list[Hit], quantity: Quantity) -> list[Hit]:
        """Those of some hits, in the order of the message, that can lie in the quantity's sentence."""
        low = bisect_left(hits, quantity.first - LONGEST_SENTENCE, key=lambda hit: hit.first)
        high = bisect_left(hits, quantity.last + LONGEST_SENTENCE, key=lambda hit: hit.first)
        return hits[low:high]

    def open(self, *dimensions: str) -> list[Quantity]:
        """Unused quantities of the dimensions, in parts of the message that state facts."""
        return [
            q
            for q in self.quantities
            if q.dimension in dimensions
            and q.amount.first not in self.used
            and self.scopes.states(q.amount.first)
        ]

    def open_beside(self, quantity: Quantity, *dimensions: str) -> list[Quantity]:
        """Those of `open` that are near a quantity."""
        return [
            q
            for q in self.beside(quantity)
            if q.dimension in dimensions
            and q.amount.first not in self.used
            and self.scopes.states(q.amount.first)
        ]

    def beside(self, quantity: Quantity) -> list[Quantity]:
        """The quantities around one, itself included: so few that the work stays linear in the message."""
        at = bisect_left(self.quantities, quantity.start, key=lambda other: other.start)
        return self.quantities[max(0, at - NEIGHBOURS) : at + NEIGHBOURS]

    def use(self, quantity: Quantity) -> None:
        self.used.add(quantity.amount.first)

    def words(self, start: int, end: int) -> str:
        return self.message.text[start:end]

    def role(self, dimension: str, quantity: Quantity) -> Role:
        """The nearest cue of the dimension in the sentence of the quantity."""
        best = Role("", _FAR + 1, None)
        for hit in self.around(self.roles.get(dimension, []), quantity):
            distance = self.distance(hit, quantity)
            if distance < best.distance or (
                distance == best.distance and best.hit is not None and hit.length > best.hit.length
            ):
                best = Role(hit.tag[1], distance, hit)
        return best if best.distance <= _FAR else Role("", _FAR + 1, None)

    def distance(self, hit: Hit, quantity: Quantity) -> float:
        """Words between; commas and other numbers in between count extra, sentence ends are walls."""
        tokens = self.message.tokens
        if tokens[hit.first].sentence != tokens[quantity.first].sentence:
            return _FAR + 1
        if hit.first <= quantity.last and hit.last >= quantity.first:
            return 0.0
        apart_words = quantity.first - hit.last if hit.last < quantity.first else hit.first - quantity.last
        if apart_words > 1 and hit.length == 1 and tokens[hit.first].text in _ADJACENT:
            return _FAR + 1
        if hit.last < quantity.first:
            first, last, apart = hit.last, quantity.first, float(quantity.first - hit.last)
        else:
            first, last, apart = quantity.last, hit.first, hit.first - quantity.last + 0.4
        apart += 2.5 * abs(tokens[first].clause - tokens[last].clause)
        between = max(0, bisect_left(self.firsts, last) - bisect_right(self.firsts, first))
        return apart + 5 * between

    def near(self, quantity: Quantity, hits: list[Hit], limit: float = 8) -> float:
        """Distance to the nearest of some hits, or infinity."""
        return min(
            (d for h in self.around(hits, quantity) if (d := self.distance(h, quantity)) <= limit),
            default=float("inf"),
        )

    def number(
        self,
        field: str,
        low: float,
        high: float,
        span: tuple[int, int],
        *,
        stated: str = "",
        origin: Origin = "stated",
        made: str = "",
    ) -> None:
        """Add a number; of a range the middle counts, or the upper end where the field says so."""
        spec = self.knowledge.fields[field]
        value = high if spec.use_upper else (low + high) / 2
        ranged = low != high
        self._add(
            Known(
                field=field,
                value=float(f"{value:.12g}"),
                low=float(f"{low:.12g}") if ranged else None,
                high=float(f"{high:.12g}") if ranged else None,
                unit=spec.unit,
                origin=origin,
                turn=self.turn,
                span=span,
                text=self.words(*span),
                stated=stated or self.words(*span),
                derivation=made,
            )
        )

    def quantity(self, field: str, quantity: Quantity, factor: float = 1, cue: Hit | None = None) -> None:
        """Add a quantity times `factor`, its span reaching to the cue that gave it its role."""
        self.use(quantity)
        start, end = self.span(quantity, cue)
        stated = quantity.written or self.words(quantity.start, quantity.end)
        low, high = quantity.low * factor, quantity.high * factor
        self.number(field, low, high, (start, end), stated=stated, made=quantity.made)

    def span(self, quantity: Quantity, cue: Hit | None = None) -> tuple[int, int]:
        """Characters of a quantity with the word that opens its range and the cue that gave it its role."""
        start, end = quantity.start, quantity.end
        opener = _OPENER.search(self.message.folded, max(0, start - 12), start)
        if opener:
            start = opener.start(1)
        if cue is not None:
            start, end = min(start, cue.start), max(end, cue.end)
        return start, end

    def nearest(self, quantity: Quantity, hits: list[Hit], limit: float = 8) -> Hit | None:
        """The nearest of some hits."""
        near = [
            (d, hit) for hit in self.around(hits, quantity) if (d := self.distance(hit, quantity)) <= limit
        ]
        return min(near, key=lambda pair: pair[0])[1] if near else None

    def choice(self, field: str, value: Scalar, span: tuple[int, int], origin: Origin = "stated") -> None:
        """Add a word value: enum, set, ranking or text."""
        words = self.words(*span)
        self._add(
            Known(
                field=field, value=value, origin=origin, turn=self.turn, span=span, text=words, stated=words
            )
        )

    def _add(self, known: Known) -> None:
        self.updates.append(known)

    def has(self, field: str) -> bool:
        return any(item.field == field for item in self.updates)


@cache
def role_phrases() -> Phrases:
    phrases = Phrases()
    for dimension, fields in table("roles").items():
        for name, texts in fields.items():
            phrases.add((dimension, name), texts)
    return phrases
