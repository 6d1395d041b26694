"""The ledger of what a turn may cite.

Ids are stable across processes: fact ids of the knowledge base, `calc/<tool>/<hash>` of a tool
result (hash over its inputs), `rule/<id>`, and `user/<turn>/<start>-<end>` of a quoted span.
"""

import hashlib
import json
from datetime import date
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

EvidenceKind = Literal["fact", "calc", "rule", "user", "price", "measurement", "assumption"]


class Evidence(BaseModel):
    """One thing that may be cited."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    kind: EvidenceKind
    text: str
    """The fact's statement, the formula with its inputs, or the user's words."""
    values: dict[str, float | str] = {}
    """Numbers that a sentence citing this may state, by name."""
    subject: str = ""
    """Component, option or quantity it speaks of."""
    source: str = ""
    tier: str = ""
    as_of: str = ""
    """The date that the source bears; empty where it bears none."""
    read_at: str = ""
    """The day on which it was opened, of facts."""
    review_by: str = ""
    """The day from which a fact wants to be looked at again."""

    def dated(self, today: date | None = None) -> str:
        return dated(self.as_of, self.read_at, self.review_by, today)

    def is_overdue(self, today: date) -> bool:
        return is_overdue(self.review_by, today)

    def told(self, today: date) -> str:
        """Tier and date in brackets behind its id, as far as it has any."""
        about = ", ".join(part for part in (self.tier, self.dated(today)) if part)
        return f"{self.id} ({about})" if about else self.id


def is_overdue(review_by: str, today: date) -> bool:
    return "" != review_by < today.isoformat()


def dated(as_of: str, read_at: str, review_by: str, today: date | None = None) -> str:
    """The date of a source, or the day of its reading; `today`: on which what is past its review is marked.

    >>> dated("", "2026-11-27", "2026-12-01", date(2027, 1, 1))
    'undated, read 2026-11-27, past its review date 2026-12-01'
    """
    when = as_of or (f"undated, read {read_at}" if read_at else "")
    overdue = today is not None and is_overdue(review_by, today)
    return f"{when}, past its review date {review_by}" if overdue else when


class Ledger:
    """Evidence by id, in the order it was added; adding the same id twice is harmless."""

    def __init__(self) -> None:
        self._items: dict[str, Evidence] = {}

    def add(self, evidence: Evidence) -> str:
        self._items.setdefault(evidence.id, evidence)
        return evidence.id

    def calc(self, tool: str, text: str, values: dict[str, float | str], subject: str = "") -> str:
        """Record a tool result; the id is a hash of what it says, so equal results share it."""
        return self.add(
            Evidence(
                id=calc_id(tool, text, values),
                kind="calc",
                text=text,
                values=values,
                subject=subject,
                tier="D",
            )
        )

    def get(self, evidence_id: str) -> Evidence | None:
        return self._items.get(evidence_id)

    def items(self) -> tuple[Evidence, ...]:
        return tuple(self._items.values())


def calc_id(tool: str, text: str, values: dict[str, Any]) -> str:
    """`calc/<tool>/<hash>`; floats are rounded to 9 digits so that it survives platforms."""
    rounded = {key: round(value, 9) if isinstance(value, float) else value for key, value in values.items()}
    canonical = json.dumps([tool, text, rounded], sort_keys=True, separators=(",", ":"))
    return f"calc/{tool}/{hashlib.sha256(canonical.encode()).hexdigest()[:10]}"
