"""The cheapest ways out where no stack keeps all limits: which stated requirements would have to give, and by how much.

What is offered is possible: the stack that is named keeps every limit that isn't given up, and breaks each of
those that are. Judged by the same figures as the stacks that are shown.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

from knowledge import Knowledge

from .assessment import Relaxation
from .draft import Draft
from .estimate import Estimate
from .limits import COST, TIMES, broken_limits, in_time, over_budget
from .profile import Profile
from .ranking import Ranking, rank
from .stack_choice import title_of
from .stack_numbers import Subject, stack_numbers
from .wording import number

RELAXABLE = {
    "budget_usd_month": "a higher budget",
    "e2e_latency_ms": "a longer time limit",
    "ttft_ms": "a later first token",
    "no_egress": "data leaving your network",
    "foreign_law_refused": "providers under foreign law",
    "deployment": "another place to run",
    "residency": "another region",
    "licence_policy": "other licences",
    "compliance": "fewer regimes",
    "avoid_components": "what you ruled out",
}
MEASURED = {"budget_usd_month": COST, **{field: name for field, name, _ in TIMES}}
"""Limits that a figure of the stack breaks or keeps."""
SHOWN, TRIED = 3, 2


class WayOut(NamedTuple):
    """A stack that becomes possible when `given` is given up."""

    given: tuple[str, ...]
    draft: Draft
    estimates: dict[str, Estimate]

    @property
    def usd(self) -> float:
        return self.estimates[COST].typical


def relaxations(ranking: Ranking, knowledge: Knowledge, as_of: date, profile: Profile) -> list[Relaxation]:
    """The fewest requirements whose loss makes a stack possible, cheapest first; none where one is possible."""
    ways = [*_ways(ranking, "", ranking.drafts, knowledge, as_of, profile)]
    if any(not way.given for way in ways):
        return []
    for field in RELAXABLE:
        if field in ranking.workload.known:
            kept = rank(ranking.workload.without(field), knowledge, as_of, profile).drafts
            ways += _ways(ranking, field, kept, knowledge, as_of, profile)
    fewest = min((len(way.given) for way in ways), default=0)
    best: dict[tuple[str, ...], WayOut] = {}
    for way in sorted(ways, key=lambda way: (way.usd, way.draft.id)):
        if len(way.given) == fewest:
            best.setdefault(tuple(sorted(way.given)), way)
    return [_told(way, ranking, knowledge) for way in best.values()][:SHOWN]


def _ways(
    ranking: Ranking,
    field: str,
    drafts: Sequence[Draft],
    knowledge: Knowledge,
    as_of: date,
    profile: Profile,
) -> Iterator[WayOut]:
    """The likeliest of `drafts`, ranked without `field`, with what each of them still breaks."""
    likely = sorted(
        drafts, key=lambda draft: (not in_time(draft), over_budget(draft), draft.usd_infra, draft.id)
    )
    for draft in likely[: TRIED if field else 2 * TRIED]:
        estimates = stack_numbers(Subject(draft, knowledge, profile, as_of)).estimates
        broken = broken_limits(draft, estimates)
        if "" in broken or COST not in estimates or (field and not _gives(field, estimates, ranking)):
            continue
        yield WayOut((*([field] if field else []), *broken), draft, estimates)


def _gives(field: str, estimates: dict[str, Estimate], ranking: Ranking) -> bool:
    """Whether the stack really needs `field` to give: its figure lies beyond the limit."""
    if field not in MEASURED:
        return True
    limit, estimate = ranking.resolved.values.get(field), estimates.get(MEASURED[field])
    return bool(limit is not None and estimate is not None and estimate.typical > limit)


def _told(way: WayOut, ranking: Ranking, knowledge: Knowledge) -> Relaxation:
    words = " and ".join(_words(field, way, ranking) for field in way.given)
    cost = "" if "budget_usd_month" in way.given else f" at about {number(way.usd)} USD a month"
    text = f"With {words}, {title_of(way.draft, knowledge)} becomes possible{cost}."
    return Relaxation(field=way.given[0], text=text)


def _words(field: str, way: WayOut, ranking: Ranking) -> str:
    if field not in MEASURED:
        return RELAXABLE[field]
    limit, needed = ranking.resolved.values[field], number(way.estimates[MEASURED[field]].typical)
    if field == "budget_usd_month":
        return f"a budget of about {needed} USD a month instead of {number(limit)}"
    what = next(words for name, _, words in TIMES if name == field)
    return f"{needed} ms for {what} instead of {number(limit)}"
