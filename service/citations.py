"""Evidence ids resolved: what each one says, its source and its date."""

from collections.abc import Iterable, Mapping

from pydantic import BaseModel, ConfigDict

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
    read_at: str = ""
    """Day on which a fact's source was opened."""
    review_by: str = ""
    """Day from which a fact wants to be looked at again."""


def citations(ids: Iterable[str], book: Mapping[str, Evidence], knowledge: Knowledge) -> tuple[Source, ...]:
    """What stands behind `ids`, once each, from the ledger `book` or the knowledge base."""
    found = (
        book.get(identity) or standing(identity, knowledge) or evidence_named(identity, knowledge)
        for identity in dict.fromkeys(ids)
    )
    return tuple(
        Source.model_validate(item.model_dump(include=set(Source.model_fields)))
        for item in found
        if item is not None
    )
