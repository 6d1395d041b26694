"""Workloads under which a condition should hold, or fail, in a stack that fills its slot."""

from collections.abc import Iterator
from random import Random
from typing import Any

from knowledge import Knowledge
from knowledge.records import Decision
from tests.tools.ways import UNSAID, Goal, Ways, tree
from tools.rule_index import DECISION_SLOTS

SIZES = ("gpu_count", "gpu_nodes", "train_gpus")
"""Names that only a sized stack sets: load and model are drawn at random for them."""


def drawn_workloads(
    knowledge: Knowledge, when: str, holds: bool, slots: list[str], random: Random
) -> Iterator[dict[str, Any]]:
    """Endless draws, each a mapping of fields as a user would state them."""
    ways = Ways(knowledge, random)
    while True:
        goal: Goal = {}
        ways.hold(tree(when), holds, goal)
        for slot in random.sample(slots, min(1, len(slots))):
            if slot in knowledge.slots:
                ways.hold(tree(knowledge.slots[slot].need), True, goal)
        for kind in DECISION_SLOTS:
            _favour(kind, goal, ways)
        if not goal.keys().isdisjoint(SIZES):
            goal.setdefault("request_rate_rps", 10 ** random.uniform(-2, 4))
            goal.setdefault("model_params_b", random.choice((1.0, 8.0, 70.0, 400.0)))
        if random.random() < 0.8:
            goal.setdefault("use_case", random.choice(knowledge.fields["use_case"].values))
        said = {name: value for name, value in goal.items() if name in knowledge.fields}
        yield {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in said.items()
            if value is not UNSAID and value != ()
        }


def _favour(kind: str, goal: Goal, ways: Ways) -> None:
    """Let an option of the decision that sets the names of the goal be possible, and fit."""
    options = [item for item in ways.knowledge.decisions.values() if item.decision == kind]
    agreeing = [option for option in options if _agrees(option, goal)]
    if not agreeing or all(goal.keys().isdisjoint(option.sets) for option in options):
        return
    option, rules = ways.random.choice(agreeing), ways.knowledge.rules.values()
    ways.hold(tree(option.gate), True, goal)
    speaking = [rule for rule in rules if option.id in rule.components and rule.delta > 0]
    weights = [rule.delta for rule in speaking]
    for rule in ways.random.choices(speaking, weights, k=ways.random.randint(0, 4)) if speaking else ():
        ways.hold(tree(rule.when), True, goal)


def _agrees(option: Decision, goal: Goal) -> bool:
    return all(goal.get(name, value) is value for name, value in option.sets.items())
