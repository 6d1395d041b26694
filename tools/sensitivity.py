"""What would change the recommendation: flips, and the strongest argument against it."""

from datetime import date
from typing import NamedTuple

from knowledge import Knowledge

from .assessment import CATEGORIES, Flip, Stack
from .draft import Draft
from .limits import within_limits_first
from .profile import Profile
from .ranking import Ranking, rank
from .stack_choice import title_of
from .wording import number
from .workload import Known

VOLUME_STEPS = (0.1, 3.0, 10.0, 30.0, 100.0)
CATEGORY_WORDS = {
    "workload_fit": "fit to the workload",
    "performance": "performance",
    "integration": "integration and ease of operation",
    "cost": "cost",
    "security_compliance": "security and compliance",
    "vendor_ecosystem": "vendor and ecosystem",
}


class Supposition(NamedTuple):
    """A change of the workload that is tried."""

    field: str
    value: float | str | tuple[str, ...]
    unit: str
    words: str


def flips(ranking: Ranking, knowledge: Knowledge, as_of: date, profile: Profile) -> list[Flip]:
    """The nearest changes that dethrone the winner: volume up and down, then single facts, then weights."""
    winner = ranking.winner
    if winner is None:
        return []
    found: list[Flip] = []
    for series in _suppositions(ranking):
        for supposed in series:
            known = Known(field=supposed.field, value=supposed.value)
            others = rank(ranking.workload.with_known(known), knowledge, as_of, profile).drafts
            other = next(iter(within_limits_first(others)), None)
            if other is None or other.id == winner.id or not _notable(winner, other):
                continue
            if title_of(other, knowledge) != title_of(winner, knowledge):
                found.append(_flip(supposed, other, knowledge))
                break
    return found


def _notable(winner: Draft, other: Draft) -> bool:
    return (winner.strategy.option.id, winner.compute.deployment, _store(winner)) != (
        other.strategy.option.id,
        other.compute.deployment,
        _store(other),
    )


def _store(draft: Draft) -> str:
    pick = draft.picks.get("sto.vector_db")
    return "" if pick is None else pick.component.id


def _suppositions(ranking: Ranking) -> list[list[Supposition]]:
    values = ranking.resolved.values
    rate = values.get("request_rate_rps") or values.get("mean_rps")
    series: list[list[Supposition]] = []
    if rate:
        up = [_volume(rate, step) for step in VOLUME_STEPS if step > 1]
        series += [up, [_volume(rate, VOLUME_STEPS[0])]]
    if values.get("has_corpus") is True and values.get("chunks"):
        chunks = values["chunks"]
        series.append(
            [
                Supposition(
                    "vector_count", chunks * step, "vectors", f"more than {number(chunks * step)} vectors"
                )
                for step in (10.0, 100.0, 1000.0)
            ]
        )
    series += [
        [Supposition("deployment", ("on_prem",), "", "it had to run on your own premises")],
        [Supposition("labelled_data", "plenty", "", "you had thousands of labelled examples")],
        [Supposition("team_engineers", 1.0, "people", "one person had to run it")],
        [Supposition("quality_bar", "frontier", "", "frontier quality were required")],
    ]
    return [[item for item in tries if values.get(item.field) != item.value] for tries in series]


def _volume(rate: float, step: float) -> Supposition:
    words = f"{'more' if step > 1 else 'fewer'} than {number(rate * step)} requests a second"
    return Supposition("request_rate_rps", rate * step, "requests/s", f"there were {words}")


def _flip(supposed: Supposition, other: Draft, knowledge: Knowledge) -> Flip:
    title = title_of(other, knowledge)
    value = supposed.value if not isinstance(supposed.value, tuple) else supposed.value[0]
    return Flip(
        field=supposed.field,
        threshold=value,
        unit=supposed.unit,
        to_stack=title,
        text=f"If {supposed.words}, {title} would come first.",
    )


def counter_argument(winner: Stack, rival: Stack, weights: dict[str, float]) -> str:
    """The heaviest category in which the runner-up is better, with both values; empty where there is none."""
    better = [n for n in CATEGORIES if round(rival.categories[n], 2) > round(winner.categories[n], 2)]
    if not better:
        return ""
    heaviest = max(better, key=lambda name: weights[name])
    return (
        f"The strongest argument against it: {rival.title} is better in {CATEGORY_WORDS[heaviest]} "
        f"({rival.categories[heaviest]:.2f} against {winner.categories[heaviest]:.2f})."
    )
