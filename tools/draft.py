"""A stack in the making: decisions, place and compute settled, slots filled, values computed.

Plain tuples, no evidence: built a few times per ranking, thousands of times per interview.
"""

from typing import Any, NamedTuple

from .compute import Compute
from .decisions import ScoredOption
from .scoring import Scored


class Draft(NamedTuple):
    """One candidate stack in point figures."""

    strategy: ScoredOption
    pattern: ScoredOption
    compute: Compute
    values: dict[str, Any]
    """All values including decision and sizing names."""
    picks: dict[str, Scored]
    ranked: dict[str, list[Scored]]
    """Needed slot -> all candidates, best first."""
    bundled: dict[str, str]
    """Slot -> component that already fills it for another slot."""
    categories: list[float]
    score: float
    usd_infra: float
    usd_model: float | None
    fte: float
    unpriced: tuple[str, ...]
    """Slots whose pick has no price."""

    @property
    def id(self) -> str:
        """Stable name from what distinguishes stacks."""
        parts = [self.strategy.option.id, self.compute.deployment, self.pattern.option.id]
        for slot in ("cmp.model_api", "srv.inference_engine", "sto.vector_db"):
            if slot in self.picks:
                parts.append(self.picks[slot].component.id)
        return "+".join(dict.fromkeys(parts))
