"""What a choice loses against the best stack of a workload: (U* - U) / U* under the weights, and near them.

A choice made with less knowledge is valued under the truth: its strategy in its place is looked up among the
candidates, its products take the place of those that the truth would pick, and the whole is valued again. A
choice that isn't possible under the truth loses everything. The retrieval pattern is the truth's.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from statistics import median, quantiles
from typing import NamedTuple

from knowledge import Knowledge
from tools.assessment import CATEGORIES
from tools.draft import Draft
from tools.profile import Profile
from tools.ranking import NO_PROFILE, Ranking
from tools.rule_index import Truths, rule_index
from tools.scoring import Scored, Setting
from tools.stack_choice import to_stack
from tools.stack_value import stack_categories

from .case import RealCase
from .mapping import DECISION_SLOTS, mapping, translate
from .outcome import within_limits

SPREAD = 0.2
ENGINE_SLOTS = "cmp."
"""Slots whose pick follows from the place and the sizing, and isn't exchanged."""
Weights = Mapping[str, float]


class Regret(NamedTuple):
    """Share of the best value that a choice loses."""

    stated: float
    """Under the stated weights."""
    worst: float
    """The most under weights of which one is a fifth more or less."""


class Valued(NamedTuple):
    """A choice under the truth."""

    categories: tuple[float, ...]
    feasible: bool


LOST = Regret(1.0, 1.0)


def regret(choice: Draft | None, truth: Ranking, knowledge: Knowledge, as_of: date) -> Regret:
    """What `choice` loses if `truth` holds."""
    same = None if choice is None else matching(choice, truth)
    if choice is None or same is None:
        return LOST if truth.winner is not None else Regret(0.0, 0.0)
    wanted = {slot: frozenset({pick.component.id}) for slot, pick in choice.picks.items()}
    return regret_of(valued(same, wanted, truth, knowledge, as_of), truth)


def matching(choice: Draft, truth: Ranking) -> Draft | None:
    """The candidate of the truth with the strategy and place of `choice`."""
    key = choice.strategy.option.id, choice.compute.deployment
    return next(
        (item for item in truth.drafts if (item.strategy.option.id, item.compute.deployment) == key), None
    )


def regret_of(choice: Valued | None, truth: Ranking) -> Regret:
    """Regret of a choice that is valued under the truth; None is one that a hard constraint forbids."""
    rivals = [Valued(tuple(draft.categories), within_limits(draft)) for draft in truth.drafts]
    return shortfall(choice, rivals, truth.weights.categories)


def shortfall(choice: Valued | None, rivals: list[Valued], weights: Weights) -> Regret:
    """(U* - U) / U* over the rivals, feasible ones alone where there are any.

    >>> flat = {name: 1 / 6 for name in CATEGORIES}
    >>> best, worse = Valued((0.8,) * 6, True), Valued((0.6,) * 6, True)
    >>> round(shortfall(worse, [best, worse], flat).stated, 2)
    0.25
    """
    if choice is None:
        return LOST
    feasible = [rival for rival in rivals if rival.feasible]
    if feasible and not choice.feasible:
        return LOST
    pool = feasible or rivals
    near = [_loss(choice, pool, changed) for changed in nearby(weights)]
    stated = _loss(choice, pool, weights)
    return Regret(stated, max([stated, *near]))


def nearby(weights: Weights) -> Iterator[dict[str, float]]:
    """The weights with one of them a fifth more or less, normalised."""
    for name in weights:
        for factor in (1 - SPREAD, 1 + SPREAD):
            changed = {other: value * (factor if other == name else 1) for other, value in weights.items()}
            total = sum(changed.values())
            yield {other: value / total for other, value in changed.items()}


def _loss(choice: Valued, pool: list[Valued], weights: Weights) -> float:
    best = max((utility(rival, weights) for rival in pool), default=0.0)
    return max(0.0, (best - utility(choice, weights)) / best) if best else 0.0


def utility(choice: Valued, weights: Weights) -> float:
    return sum(weights[name] * value for name, value in zip(CATEGORIES, choice.categories, strict=True))


def valued(
    draft: Draft, wanted: Mapping[str, frozenset[str]], truth: Ranking, knowledge: Knowledge, as_of: date
) -> Valued | None:
    """`draft` with the wanted components where they are candidates; None where one is ruled out."""
    picks: dict[str, Scored] = {}
    for slot, pick in draft.picks.items():
        picks[slot] = pick
        if slot.startswith(ENGINE_SLOTS) or slot not in wanted or pick.component.id in wanted[slot]:
            continue
        found = [item for item in draft.ranked[slot] if item.component.id in wanted[slot]]
        possible = [item for item in found if item.barrier is None]
        if found and not possible:
            return None
        picks[slot] = possible[0] if possible else pick
    return _valued_with(draft, picks, truth, knowledge, as_of, NO_PROFILE)


def _valued_with(
    draft: Draft,
    picks: dict[str, Scored],
    truth: Ranking,
    knowledge: Knowledge,
    as_of: date,
    profile: Profile,
) -> Valued:
    truths = Truths(draft.values, rule_index(knowledge).changing)
    setting = Setting(knowledge, truths, truth.weights, profile, as_of)
    value = stack_categories(draft.strategy, draft.pattern, draft.compute, picks, _bundled(picks), setting)
    changed = draft._replace(picks=picks, categories=value[0], score=value[1], usd_infra=value[2])
    return Valued(tuple(value[0]), within_limits(changed))


def _bundled(picks: Mapping[str, Scored]) -> dict[str, str]:
    """Slots that a component fills which already fills an earlier one."""
    seen: set[str] = set()
    found = {}
    for slot, pick in picks.items():
        if pick.component.id in seen:
            found[slot] = pick.component.id
        seen.add(pick.component.id)
    return found


class ExpertChoice(NamedTuple):
    """What an organisation documents, as far as a candidate stack can stand for it."""

    draft: Draft
    wanted: dict[str, frozenset[str]]
    covered: int
    """Documented slots that the stack with the wanted components agrees with."""
    documented: int


def expert_choice(case: RealCase, truth: Ranking, knowledge: Knowledge) -> ExpertChoice | None:
    """The candidate nearest to the documented choice; None where its strategy is no candidate."""
    documented = {slot: frozenset(ids) for slot, ids in case.documented_choice.items()}
    strategies = documented.get("model_strategy", frozenset())
    choices = []
    for place, draft in enumerate(truth.drafts):
        stack = to_stack(draft, {}, (), knowledge)
        words = translate((stack,), truth.workload, knowledge).picks
        if strategies and not strategies & set(words["model_strategy"]):
            continue
        wanted = _wanted(draft, documented)
        kept = [slot for slot, ids in documented.items() if ids & set(words.get(slot, ()))]
        changed = {slot for slot in documented if slot not in kept and _could_fill(slot, wanted)}
        choices.append(
            (
                -len(kept) - len(changed),
                place,
                ExpertChoice(draft, wanted, len(kept) + len(changed), len(documented)),
            )
        )
    return min(choices, key=lambda item: item[:2])[2] if choices else None


def _wanted(draft: Draft, documented: Mapping[str, frozenset[str]]) -> dict[str, frozenset[str]]:
    """Product slot -> its candidates that the documented words stand for."""
    found = {}
    for slot, source in _sources():
        names = frozenset(
            item.component.id
            for item in draft.ranked.get(source, ())
            if _word(item.component.id) in documented.get(slot, ())
        )
        if names and not source.startswith(ENGINE_SLOTS):
            found[source] = names
    return found


def _could_fill(slot: str, wanted: Mapping[str, frozenset[str]]) -> bool:
    return any(source in wanted for name, source in _sources() if name == slot)


def _sources() -> list[tuple[str, str]]:
    """(slot of the cases, product slot that it draws from)."""
    return [
        (slot, source)
        for slot, spec in mapping().slots.items()
        if slot not in DECISION_SLOTS
        for group in spec.groups
        for source in group.from_
    ]


def _word(component: str) -> str:
    return mapping().components.get(component, component)


class ExpertRegret(NamedTuple):
    """How far our values and a documented choice are apart in one case."""

    case: str
    covered: int
    documented: int
    expert: Regret
    """What the documented choice loses under the truth, by our values."""
    advice: Regret
    """What the interview's stack loses under the truth."""
    advice_against_expert: float
    """(value of the documented choice - value of the advice) / value of the documented choice; below 0 the
    advice is better by our values."""


def expert_regret(
    case: RealCase, advice: Draft | None, truth: Ranking, knowledge: Knowledge, as_of: date
) -> ExpertRegret | None:
    """Advice and documented choice under the truth; None where no candidate stands for the choice."""
    found = expert_choice(case, truth, knowledge)
    if found is None:
        return None
    expert = valued(found.draft, found.wanted, truth, knowledge, as_of)
    same = None if advice is None else matching(advice, truth)
    mine = None
    if advice is not None and same is not None:
        wanted = {slot: frozenset({pick.component.id}) for slot, pick in advice.picks.items()}
        mine = valued(same, wanted, truth, knowledge, as_of)
    weights = truth.weights.categories
    theirs, ours = (utility(item, weights) if item else 0.0 for item in (expert, mine))
    against = (theirs - ours) / theirs if theirs else 0.0
    return ExpertRegret(
        case.id,
        found.covered,
        found.documented,
        regret_of(expert, truth),
        regret_of(mine, truth),
        against,
    )


class Spread(NamedTuple):
    median: float
    p95: float
    worst: float


def spread(values: list[float]) -> Spread | None:
    """Median, 95th percentile and maximum."""
    if not values:
        return None
    p95 = quantiles(values, n=20, method="inclusive")[-1] if len(values) > 1 else values[0]
    return Spread(median(values), p95, max(values))
