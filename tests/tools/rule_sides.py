"""What the rules, needs, gates and conflicts of a knowledge base do to a workload, as the product ranks it.

A rule acts where a candidate says so: by its barrier, its cautions, or what moved it. It leaves alone what its
condition is false for, in a stack that fills its slot or takes its decision: known to be false, not unknown.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from itertools import chain, islice
from random import Random
from typing import Any, NamedTuple

from knowledge import Knowledge
from knowledge.errors import InputRefused
from knowledge.expressions import Expression
from tests.tools.drawn_workloads import drawn_workloads
from tools.decisions import ScoredOption, score_options
from tools.profile import Profile
from tools.ranking import Ranking, rank
from tools.rivalry import exclusion
from tools.rule_index import DECISION_SLOTS, Truths, rule_index
from tools.scoring import Scored, Setting
from tools.values import with_names
from tools.workload_file import workload_of

AS_OF = date(2026, 11, 25)
DRAWS = 150


class Side(NamedTuple):
    """A condition where it holds, or where it doesn't."""

    condition: str
    holds: bool


class Condition(NamedTuple):
    """What decides, and the slots and decisions in which it does."""

    id: str
    when: str
    slots: list[str]


class Sides:
    """The sides of one knowledge base's conditions that some workload has shown."""

    def __init__(self, knowledge: Knowledge, given: Iterable[dict[str, Any]] = ()) -> None:
        self.knowledge = knowledge
        self.index = rule_index(knowledge)
        self.rules = _rules_by_place(knowledge)
        self.seen: set[Side] = set(chain.from_iterable(map(self.shown_by, given)))

    def conditions(self) -> Iterator[Condition]:
        """Every rule, need of a slot, gate of a decision and conflict."""
        places: dict[str, list[str]] = {rule: [] for rule in self.knowledge.rules}
        for (place, _), bearing in self.rules.items():
            for identity in bearing:
                places[identity].append(place)
        for rule in self.knowledge.rules.values():
            yield Condition(rule.id, rule.when, places[rule.id])
        for slot in self.knowledge.slots.values():
            yield Condition(f"need/{slot.id}", slot.need, [])
        for option in self.knowledge.decisions.values():
            yield Condition(f"gate/{DECISION_SLOTS[option.decision]}/{option.id}", option.gate, [])
        for conflict in self.knowledge.conflicts:
            yield Condition(f"conflict/{conflict.id}", conflict.when, [])

    def show(self, condition: Condition, holds: bool) -> bool:
        """Whether a workload shows this side; they are drawn from the condition until one does."""
        side = Side(condition.id, holds)
        random = Random(f"{condition.id} {holds}")
        draws = drawn_workloads(self.knowledge, condition.when, holds, condition.slots, random)
        for workload in islice(draws, DRAWS):
            if side in self.seen:
                break
            self.seen.update(self.shown_by(workload))
        return side in self.seen

    def shown_by(self, workload: Mapping[str, Any]) -> Iterator[Side]:
        """Every side that the stacks of one workload show; none where nobody may state it."""
        try:
            ranking = rank(workload_of(workload, "drawn", self.knowledge), self.knowledge, AS_OF)
        except InputRefused:
            return
        for conflict in self.knowledge.conflicts:
            told = any(_is_told(conflict.text, item.text) for item in ranking.conflicts)
            yield Side(f"conflict/{conflict.id}", told)
        yield from self._decisions(ranking)
        for draft in ranking.drafts:
            for slot in self.knowledge.slots:
                yield Side(f"need/{slot}", slot in draft.ranked)
            for slot, candidates in draft.ranked.items():
                yield from _acting(candidates)
                yield from self._idle(slot, (item.when for item in self.index.conditions[slot]), draft.values)
        yield from self._left_out(ranking)

    def _decisions(self, ranking: Ranking) -> Iterator[Side]:
        """The model strategies, and the retrieval patterns as each drafted strategy sees them."""
        base = ranking.resolved.values
        taken = {draft.strategy.option.id: draft.strategy.option.sets for draft in ranking.drafts}
        settings = [("model_strategy", base)]
        settings += [("retrieval_pattern", with_names(base, sets, self.knowledge)) for sets in taken.values()]
        for kind, values in settings:
            slot = DECISION_SLOTS[kind]
            setting = Setting(self.knowledge, Truths(values), ranking.weights, Profile(), AS_OF)
            scored = score_options(kind, self.index, setting)
            for item in scored:
                gate = f"gate/{slot}/{item.option.id}"
                yield Side(gate, item.barrier is None or item.barrier.rule != gate)
            yield from _acting(scored)
            yield from self._idle(slot, self.index.option_conditions[kind], values)

    def _idle(self, slot: str, conditions: Iterable[Expression], values: Mapping[str, Any]) -> Iterator[Side]:
        for when in conditions:
            if when.evaluate(values) is False:
                yield from (Side(rule, False) for rule in self.rules[slot, when.text])

    def _left_out(self, ranking: Ranking) -> Iterator[Side]:
        """Exclusions that are told to whoever asks for a component of a slot that the winner leaves out."""
        winner = ranking.winner
        if winner is None:
            return
        for slot in self.index.slots.keys() - winner.ranked.keys():
            for candidate in self.index.slots[slot]:
                barred = exclusion(slot, candidate.component.id, winner, self.knowledge)
                if barred is not None:
                    yield Side(barred.rule, True)


def _rules_by_place(knowledge: Knowledge) -> dict[tuple[str, str], set[str]]:
    """(slot or decision, condition) -> the rules that bear on a candidate there."""
    index, found = rule_index(knowledge), dict[tuple[str, str], set[str]]()
    for slot, conditions in index.conditions.items():
        for when, effects, _ in conditions:
            found[slot, when.text] = {rule.id for _, rule, _ in effects}
    for kind, slot in DECISION_SLOTS.items():
        for _, _, applied in index.options[kind]:
            for rule, when, _ in applied:
                found.setdefault((slot, when.text), set()).add(rule.id)
    return found


def _acting(candidates: Iterable[Scored | ScoredOption]) -> Iterator[Side]:
    for item in candidates:
        barred = () if item.barrier is None else (item.barrier.rule,)
        for rule in (*item.moved_by, *item.cautions, *barred):
            if not rule.startswith("gate/"):
                yield Side(rule, True)


def _is_told(text: str, told: str) -> bool:
    return re.fullmatch(re.sub(r"\\\{\w+\\\}", ".*", re.escape(text)), told) is not None
