"""Why a component, or a way to get the model, is in the stack or not: from the ranking, candidate by candidate."""

from datetime import date
from typing import NamedTuple

from knowledge import Knowledge

from .assessment import CATEGORIES
from .decisions import ScoredOption, score_options
from .draft import Draft
from .gates import Barrier, rule_barrier
from .ranking import NO_PROFILE, Ranking
from .rule_index import Truths, rule_index
from .scoring import FIT, Scored, Setting
from .sensitivity import CATEGORY_WORDS
from .stack_choice import title_of
from .values import with_names

CAUTIONS_TOLD = 2


class Finding(NamedTuple):
    """A sentence and the evidence that it rests on."""

    text: str
    evidence: tuple[str, ...] = ()


def standing_of(component: str, ranking: Ranking, knowledge: Knowledge) -> list[Finding]:
    """How `component` (of the catalogue, or an option of the two decisions) fares in the winner's place."""
    winner = ranking.winner
    if winner is None:
        return []
    if component in knowledge.decisions:
        return _decision(component, ranking, winner, knowledge)
    record = knowledge.components[component]
    found: list[Finding] = []
    for slot in record.slots:
        if slot in winner.ranked:
            found += _in_slot(slot, component, winner, knowledge)
    if found:
        return found
    for slot in record.slots:
        if slot in knowledge.slots:
            barred = exclusion(slot, component, winner, knowledge)
            if barred is not None:
                return [_ruled_out(record.name, knowledge.slots[slot].name, barred)]
            skipped = knowledge.slots[slot]
            text = f"{record.name} would fill {skipped.name}, which this workload leaves out."
            return [Finding(text), Finding(skipped.skip_text or skipped.skip_when, (f"slot/{slot}",))]
    return []


def exclusion(slot: str, component: str, winner: Draft, knowledge: Knowledge) -> Barrier | None:
    """The first rule that keeps `component` out of `slot` in the winner's setting, filled or left out."""
    candidates = rule_index(knowledge).slots[slot]
    rules = (applied for item in candidates if item.component.id == component for applied in item.rules)
    held = (rule for rule, when, _ in rules if rule.effect == "exclude" and when.holds(winner.values))
    return next((rule_barrier(rule) for rule in held), None)


def _ruled_out(name: str, place: str, barred: Barrier) -> Finding:
    return Finding(f"{name} is ruled out for {place}: {barred.text}", barred.evidence)


def _in_slot(slot: str, component: str, winner: Draft, knowledge: Knowledge) -> list[Finding]:
    name, place = knowledge.components[component].name, knowledge.slots[slot].name
    ranked, pick = winner.ranked[slot], winner.picks.get(slot)
    candidate = next((item for item in ranked if item.component.id == component), None)
    if candidate is None:
        return [
            Finding(f"{name} is known for {place} but not scored: too little sourced is known to compare it.")
        ]
    if candidate.barrier is not None:
        return [_ruled_out(name, place, candidate.barrier)]
    if pick is None:
        return []
    if pick.component.id == component:
        return [_picked(name, place, pick, ranked)]
    return [_behind(name, place, candidate, pick), *_cautions(candidate, knowledge)]


def _picked(name: str, place: str, pick: Scored, ranked: list[Scored]) -> Finding:
    others = [item for item in ranked if item.barrier is None and item.component.id != pick.component.id]
    if not others:
        return Finding(f"{name} is the pick for {place}: nothing else is possible here.")
    after = f"{others[0].component.name} follows with {others[0].score:.2f}"
    return Finding(f"{name} is the pick for {place} with a score of {pick.score:.2f}; {after}.")


def _behind(name: str, place: str, candidate: Scored, pick: Scored) -> Finding:
    """Both scores, and the category in which the candidate loses most."""
    ahead = pick.component.name
    if candidate.score > pick.score:
        reason = "it fits what already runs or is required beside it"
        if candidate.categories[FIT] < pick.categories[FIT]:
            reason = _category(FIT, candidate, pick)
        return Finding(
            f"For {place}, {name} scores {candidate.score:.2f} and {ahead} {pick.score:.2f}, "
            f"but {ahead} is taken: {reason}."
        )
    worst = max(
        range(len(CATEGORIES)), key=lambda index: pick.categories[index] - candidate.categories[index]
    )
    return Finding(
        f"For {place}, {ahead} comes before {name}, {pick.score:.2f} to {candidate.score:.2f}: "
        f"{_category(worst, candidate, pick)}."
    )


def _category(index: int, candidate: Scored, pick: Scored) -> str:
    values = f"{pick.categories[index]:.2f} to {candidate.categories[index]:.2f}"
    return f"it is ahead in {CATEGORY_WORDS[CATEGORIES[index]]}, {values}"


def _cautions(candidate: Scored, knowledge: Knowledge) -> list[Finding]:
    """Warnings and guards that bear on it here."""
    return [
        Finding(knowledge.rules[rule].text, (f"rule/{rule}",)) for rule in candidate.cautions[:CAUTIONS_TOLD]
    ]


def _decision(option: str, ranking: Ranking, winner: Draft, knowledge: Knowledge) -> list[Finding]:
    """Of the two decisions: what holds for or against an option, and its best stack where it has one."""
    record = knowledge.decisions[option]
    chosen = winner.strategy if record.decision == "model_strategy" else winner.pattern
    scored = {item.option.id: item for item in _options(record.decision, ranking, winner, knowledge)}
    item = scored[option]
    if item.barrier is not None:
        return [Finding(f"{record.name} is not possible here: {item.barrier.text}", item.barrier.evidence)]
    reasons = [Finding(knowledge.rules[rule].text, (f"rule/{rule}",)) for rule in _moving(item, knowledge)]
    if chosen.option.id == option:
        return [Finding(f"{record.name} is what the recommended stack does.", record.fact_ids[:1]), *reasons]
    best = next((draft for draft in ranking.drafts if draft.strategy.option.id == option), None)
    if best is not None:
        return [_whole(record.name, best, winner, knowledge), *reasons]
    fits = f"{item.categories[FIT]:.2f} to {chosen.categories[FIT]:.2f}"
    return [
        Finding(f"{record.name} fits this workload less than {_lower(chosen.option.name)}: {fits}."),
        *reasons,
    ]


def _options(kind: str, ranking: Ranking, winner: Draft, knowledge: Knowledge) -> list[ScoredOption]:
    """The options as the winner's setting sees them; patterns are judged under its strategy."""
    index = rule_index(knowledge)
    values = ranking.resolved.values
    if kind == "retrieval_pattern":
        values = with_names(values, winner.strategy.option.sets, knowledge)
    setting = Setting(knowledge, Truths(values), ranking.weights, NO_PROFILE, date.min)
    return score_options(kind, index, setting)


def _moving(item: ScoredOption, knowledge: Knowledge) -> list[str]:
    """Rules that moved the option here, strongest first."""
    moved = [rule for rule in (*item.moved_by, *item.cautions) if knowledge.rules[rule].text]
    return sorted(moved, key=lambda rule: -abs(knowledge.rules[rule].delta))[:CAUTIONS_TOLD]


def _lower(name: str) -> str:
    return name[0].lower() + name[1:]


def _whole(name: str, draft: Draft, winner: Draft, knowledge: Knowledge) -> Finding:
    worst = max(range(len(CATEGORIES)), key=lambda index: winner.categories[index] - draft.categories[index])
    values = f"{winner.categories[worst]:.2f} to {draft.categories[worst]:.2f}"
    return Finding(
        f"{name} would be {title_of(draft, knowledge)}, with a score of {draft.score:.2f} to {winner.score:.2f}: "
        f"the recommended stack is ahead in {CATEGORY_WORDS[CATEGORIES[worst]]}, {values}."
    )
