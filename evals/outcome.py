"""A ranking reduced to what evaluations compare, so that a made-up ranking can stand in for it in tests."""

import math
from collections.abc import Callable
from datetime import date
from typing import NamedTuple

from knowledge import Knowledge
from tools.draft import Draft
from tools.limits import in_time, over_budget
from tools.ranking import Ranking, rank_many
from tools.workload import Workload

PRICED_WITHOUT_BILL = ("none", "device")
"""Kinds of compute that have no monthly bill of their own."""


class StackOutcome(NamedTuple):
    """One candidate stack."""

    id: str
    score: float = 0.0
    feasible: bool = True
    """Within the stated limits of time and money, and sized."""
    usd: float = 0.0
    """Monthly infrastructure, as far as it is priced."""
    priced: bool = True
    """Whether the bill of the model is known, so that the sum means something."""
    usd_model: float | None = None
    kind: str = ""
    place: str = ""
    """Model strategy and deployment."""
    runs: str = ""
    """Model, provider and hardware."""
    picks: tuple[tuple[str, str], ...] = ()
    unpriced: tuple[str, ...] = ()
    candidates: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Slot -> possible components, best first."""
    numbers: tuple[tuple[str, float], ...] = ()

    @property
    def components(self) -> frozenset[str]:
        return frozenset(component for _, component in self.picks)


class Outcome(NamedTuple):
    """The candidate stacks of one workload, best first."""

    stacks: tuple[StackOutcome, ...] = ()

    @property
    def winner(self) -> StackOutcome | None:
        return self.stacks[0] if self.stacks else None

    @property
    def feasible(self) -> tuple[StackOutcome, ...]:
        return tuple(stack for stack in self.stacks if stack.feasible)

    @property
    def cheapest(self) -> StackOutcome | None:
        """The cheapest feasible stack whose model is priced."""
        return min(
            (stack for stack in self.feasible if stack.priced),
            key=lambda item: (item.usd, item.id),
            default=None,
        )

    @property
    def order(self) -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
        """Who comes after whom, with what picks."""
        return tuple((stack.id, stack.picks) for stack in self.stacks)


Rank = Callable[[Workload], Outcome]


def ranker(knowledge: Knowledge, as_of: date) -> Rank:
    """The product's ranking as outcomes."""
    return lambda workload: outcome_of(rank_many([workload], knowledge, as_of)[0])


def outcome_of(ranking: Ranking) -> Outcome:
    return Outcome(tuple(_stack(draft) for draft in ranking.drafts))


def within_limits(draft: Draft) -> bool:
    """Whether the typical figures keep the limits of time and money, and the load can be served at all."""
    return in_time(draft) and not over_budget(draft)


def _stack(draft: Draft) -> StackOutcome:
    compute = draft.compute
    return StackOutcome(
        id=draft.id,
        score=draft.score,
        feasible=within_limits(draft),
        usd=draft.usd_infra,
        priced=compute.usd_month is not None or compute.kind in PRICED_WITHOUT_BILL,
        usd_model=draft.usd_model,
        kind=compute.kind,
        place=f"{draft.strategy.option.id} in {compute.deployment}",
        runs=" ".join(
            str(part)
            for part in (compute.model, compute.provider, compute.accelerator, compute.precision)
            if part
        ),
        picks=tuple((slot, pick.component.id) for slot, pick in draft.picks.items()),
        unpriced=draft.unpriced,
        candidates=tuple(
            (slot, tuple(item.component.id for item in ranked if item.barrier is None))
            for slot, ranked in draft.ranked.items()
        ),
        numbers=_numbers(draft),
    )


def _numbers(draft: Draft) -> tuple[tuple[str, float], ...]:
    """Every number of the draft by name, for a look at whether it is one."""
    found: list[tuple[str, float]] = [
        ("score", draft.score),
        ("usd_infra", draft.usd_infra),
        ("fte", draft.fte),
    ]
    found += [(f"category {place}", value) for place, value in enumerate(draft.categories)]
    found += [
        (name, float(value))
        for name, value in draft.compute._asdict().items()
        if isinstance(value, int | float) and not isinstance(value, bool)
    ]
    found += [
        (f"{slot} {pick.component.id}", value)
        for slot, pick in draft.picks.items()
        for value in (pick.score, pick.usd_month)
        if value is not None
    ]
    return tuple(found)


def not_finite(outcome: Outcome) -> list[str]:
    """Names of the numbers that are infinite or no number."""
    return [
        f"{name} of {stack.id}"
        for stack in outcome.stacks
        for name, value in stack.numbers
        if not math.isfinite(value)
    ]
