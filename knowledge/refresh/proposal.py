"""What a source proposes to change, before anybody has judged it."""

from dataclasses import dataclass, field
from datetime import date

from ..layers import Row
from ..records import Fact
from ..snapshots import Patch


@dataclass(frozen=True)
class Proposal:
    """New rows and statements of one source, in our form."""

    as_of: date
    """Day of the data: the source's own, else the day they were fetched."""
    entries: int
    """Entries that the source holds, ours or not."""
    held: int
    """How many of its entries we hold."""
    found: int
    """How many of those it still has."""
    rows: dict[str, tuple[Row, ...]] = field(default_factory=dict)
    patches: tuple[Patch, ...] = ()
    facts: tuple[Fact, ...] = ()
    refused: tuple[str, ...] = ()
    """Single values that were left aside, with the reason."""
