"""One retrievable record: the text that is embedded and searched, and what it may be filtered by."""

import hashlib
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import NamedTuple

FACT_KINDS = frozenset(
    {
        "risk",
        "compat",
        "limit",
        "perf",
        "ops",
        "compliance",
        "licence",
        "cost",
        "tradeoff",
        "practice",
        "quality",
    }
)
"""Kinds of records that are facts; cards have the kinds component, slot, rule, decision and article."""

MOST_SHARING = 8
"""Questions of a record in its vector: the mean of more is less sharp (0.86 for 0.85 recall at 5 over five sets)."""


@dataclass(frozen=True)
class IndexRecord:
    """A fact or a card; `subjects` are the components that it speaks of."""

    id: str
    text: str
    kind: str
    component: str = ""
    subjects: tuple[str, ...] = ()
    slots: tuple[str, ...] = ()
    layer: int = 0
    tier: str = ""
    as_of: date | None = None
    status: str = ""
    fact_ids: tuple[str, ...] = ()
    core: str = ""
    """What is said without the heading, where there is one: it shares in the vector."""
    questions: tuple[str, ...] = ()
    """Questions that it answers: they share in the words, the first ones in the vector."""
    own: bool = False
    """Whether it comes from a folder of the organisation's own."""

    @cached_property
    def text_key(self) -> str:
        """Hash of what is embedded: vectors are stored under it, so an edited text never meets an old vector."""
        parts = "\0".join((self.text, self.core, *self.sharing))
        return hashlib.sha256(parts.encode()).hexdigest()[:24]

    @property
    def sharing(self) -> tuple[str, ...]:
        """The questions that share in the vector."""
        return self.questions[:MOST_SHARING]

    @property
    def words(self) -> str:
        """Everything that a search for words looks through."""
        return " ".join((self.text, *self.questions))


class Filter(NamedTuple):
    """What a search is narrowed to; an empty part doesn't narrow."""

    kinds: frozenset[str] = frozenset()
    slots: frozenset[str] = frozenset()
    subjects: frozenset[str] = frozenset()
    statuses: frozenset[str] = frozenset()
    own: bool = False
    """Only what comes from a folder of the organisation's own."""

    def admits(self, record: IndexRecord) -> bool:
        """Whether `record` is inside the filter."""
        return (
            (not self.kinds or record.kind in self.kinds)
            and (not self.slots or not self.slots.isdisjoint(record.slots))
            and (not self.statuses or record.status in self.statuses)
            and (not self.own or record.own)
            and (not self.subjects or not self.subjects.isdisjoint(record.subjects))
        )


def records_digest(records: tuple[IndexRecord, ...]) -> str:
    """Hash over the ids and what their vectors are made of, in order."""
    total = hashlib.sha256()
    for item in records:
        total.update(repr((item.id, item.text_key)).encode())
    return total.hexdigest()
