"""Whether stated robustness means what it says: "first in 87 % of the weightings" against how often it stays first.

What nobody stated is drawn from `workload/priors.yaml`, and the share that the assessment states for its winner is
held against how often that winner is still first. The share speaks of weights and of uncertain values, not of
unknown fields; the distance between the two is what this measures.
"""

import random
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from knowledge import Knowledge
from tools.assess import COST_SPREAD, PERFORMANCE_SPREAD
from tools.assessment import CATEGORIES
from tools.ranking import Ranking
from tools.smaa import first_shares
from tools.stack_choice import distinct
from tools.users_load import Assumption
from tools.values import resolve
from tools.workload import Known, Workload

BINS = 10
SPREADS = {"cost": COST_SPREAD, "performance": PERFORMANCE_SPREAD}
TERNARY = (0.25, 0.5, 0.25)
"""Probabilities of the low, middle and high value, as the priors define them."""


class Claimed(NamedTuple):
    """One stated share and whether the winner stayed first in one draw."""

    share: float
    kept: bool


class Bin(NamedTuple):
    """Claims of similar size."""

    low: float
    high: float
    draws: int
    stated: float
    """Mean share that was stated."""
    kept: float
    """Share of the draws in which the winner stayed first."""


class Calibration(NamedTuple):
    draws: int
    brier: float
    """Mean squared distance between share and outcome: 0 is best, 0.25 is a coin."""
    ece: float
    """Expected calibration error: mean distance between stated and kept over the bins, by size."""
    bins: tuple[Bin, ...]


def calibrate(claims: Sequence[Claimed]) -> Calibration | None:
    """Brier score and expected calibration error over ten equal bins; None without claims.

    >>> calibrate([Claimed(1.0, True), Claimed(0.5, True), Claimed(0.5, False)]).ece
    0.0
    """
    if not claims:
        return None
    brier = sum((claim.share - claim.kept) ** 2 for claim in claims) / len(claims)
    bins = tuple(item for place in range(BINS) if (item := _bin(place, claims)) is not None)
    ece = sum(item.draws * abs(item.stated - item.kept) for item in bins) / len(claims)
    return Calibration(len(claims), brier, ece, bins)


def _bin(place: int, claims: Iterable[Claimed]) -> Bin | None:
    inside = [claim for claim in claims if min(int(claim.share * BINS), BINS - 1) == place]
    if not inside:
        return None
    stated = sum(claim.share for claim in inside) / len(inside)
    kept = sum(claim.kept for claim in inside) / len(inside)
    return Bin(place / BINS, (place + 1) / BINS, len(inside), stated, kept)


def stated_share(ranking: Ranking, knowledge: Knowledge) -> float | None:
    """The share of draws in which the winner is first, as a full assessment states it."""
    shown = distinct(ranking.drafts)
    if not shown:
        return None
    points = [list(draft.categories) for draft in shown]
    low = [[max(0.0, value - _spread(place)) for place, value in enumerate(row)] for row in points]
    high = [[min(1.0, value + _spread(place)) for place, value in enumerate(row)] for row in points]
    priorities = tuple(ranking.resolved.values.get("priorities") or ())
    ids = [draft.id for draft in shown]
    shares = first_shares(knowledge, ids, low, points, high, ranking.weights.lenses, priorities).first_share
    return shares[ids[0]]


def _spread(category: int) -> float:
    return SPREADS.get(CATEGORIES[category], 0.0)


def drawn_truth(
    workload: Workload, knowledge: Knowledge, rng: random.Random, limits: bool = False
) -> Workload:
    """The workload with what the ranking assumes drawn from the priors.

    `limits`: also what is left open where nothing is said (a budget, a time limit, the size of a corpus).
    """
    assumed = resolve(workload, knowledge).assumed
    drawn = [
        known
        for field, item in sorted(assumed.items())
        if field in knowledge.fields and (known := _drawn(field, item, knowledge, rng)) is not None
    ]
    if limits:
        drawn += [
            Known(field=field, value=_ternary(prior["low"], prior["point"], prior["high"], rng))
            for field, prior in sorted(knowledge.priors["fields"].items())
            if prior.get("no_point") and field not in workload.known and field not in assumed
        ]
    return workload.with_known(*drawn)


def _drawn(field: str, item: Assumption, knowledge: Knowledge, rng: random.Random) -> Known | None:
    """A value by its probability; None where the prior knows one value only."""
    prior = knowledge.priors["fields"].get(field, {})
    if "choices" in prior and item.basis == prior.get("basis"):
        value = rng.choices(list(prior["choices"]), list(prior["choices"].values()))[0]
        return _chosen(field, value, knowledge)
    if prior.get("quiet") or item.low is None or item.high is None or item.low == item.high:
        return None
    return Known(field=field, value=_ternary(item.low, float(item.point), item.high, rng))


def _chosen(field: str, value: Any, knowledge: Knowledge) -> Known | None:
    """An answer of the priors; `none` of a set is an empty one, which is what is assumed."""
    if knowledge.fields[field].kind != "set":
        return Known(field=field, value=str(value))
    listed = knowledge.fields[field].values
    if value == "none" and value not in listed:
        return None
    return Known(field=field, value=(str(value),))


def _ternary(low: float, point: float, high: float, rng: random.Random) -> float:
    return float(rng.choices((low, point, high), TERNARY)[0])
