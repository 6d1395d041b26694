"""Evidence ids resolved: what each one says, its source and its date."""

from collections.abc import Iterable, Mapping
from datetime import date
from operator import not_

from pydantic import BaseModel, ConfigDict, Field

from agent.evidence import standing
from knowledge import Knowledge
from tools.evidence import Evidence
from tools.registry import evidence_named


class Source(BaseModel):
    """What stands behind an evidence id."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    id: str
    text: str
    """The fact in our words, the calculation with its result, or what the user said."""
    source: str = ""
    """Where it was published."""
    tier: str = ""
    """T1 primary, T2 neutral data, T2v vendor benchmark, P paper, T3 compilation, T4 news, D our own, U the user."""
    as_of: str = ""
    """Date of the source; empty where it bears none."""
    read_at: str = Field(default="", exclude_if=not_)
    """Day on which a source without a date was opened."""
    overdue_since: str = Field(default="", exclude_if=not_)
    """Day from which a fact wants to be looked at again, once it has come."""


def citations(
    ids: Iterable[str], book: Mapping[str, Evidence], knowledge: Knowledge, today: date
) -> tuple[Source, ...]:
    """What stands behind `ids`, once each, from the ledger `book` or the knowledge base; `today`: facts age to it."""
    found = (
        book.get(identity) or standing(identity, knowledge) or evidence_named(identity, knowledge)
        for identity in dict.fromkeys(ids)
    )
    return tuple(
        Source(
            id=item.id,
            text=item.text,
            source=item.source,
            tier=item.tier,
            as_of=item.as_of,
            read_at="" if item.as_of else item.read_at,
            overdue_since=item.review_by if item.is_overdue(today) else "",
        )
        for item in found
        if item is not None
    )
