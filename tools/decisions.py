"""The two decisions beside the slots: how the model is obtained, and how context is found for it."""

from typing import NamedTuple

from knowledge.records import Decision

from .anchors import clamp
from .assessment import CATEGORIES
from .gates import Barrier
from .rule_index import DECISION_SLOTS, Applied, RuleIndex
from .scoring import BASE, FIT, Setting


class ScoredOption(NamedTuple):
    """A decision option with its category values before costs and speeds are known."""

    option: Decision
    categories: list[float]
    score: float
    moved_by: tuple[str, ...]
    cautions: tuple[str, ...]
    barrier: Barrier | None


def score_options(kind: str, index: RuleIndex, setting: Setting) -> list[ScoredOption]:
    """All options of one decision, best first; impossible ones last.

    The order is by fit, then by score: a strategy that does not suit the work is no bargain. What holds and
    the weights are all that they depend on, so they are remembered by it.
    """
    truths = setting.truths
    held = frozenset(when.text for when in index.option_conditions[kind] if truths.holds(when))
    gates = tuple([gate.evaluate(truths.values) is not False for _, gate, _ in index.options[kind]])
    key = (kind, held, gates, tuple(setting.weights.categories.values()))
    known: list[ScoredOption] | None = index.standings.get(key)
    if known is None:
        scored = [
            _score(option, is_open, rules, held, setting)
            for (option, _, rules), is_open in zip(index.options[kind], gates, strict=True)
        ]
        known = index.standings[key] = sorted(
            scored, key=lambda item: (item.barrier is not None, -round(item.score, 9), item.option.id)
        )
    return known


def suitable(options: list[ScoredOption], floor: float) -> list[ScoredOption]:
    """The possible options at or above the fit floor, or the best possible one where none reaches it."""
    possible = [item for item in options if item.barrier is None]
    fitting = [item for item in possible if item.categories[FIT] >= floor]
    return fitting or possible[:1]


def _score(
    option: Decision, is_open: bool, rules: tuple[Applied, ...], held: frozenset[str], setting: Setting
) -> ScoredOption:
    blocked = None if is_open else _closed(option)
    deltas = [0.0] * len(CATEGORIES)
    moved: list[str] = []
    cautions: list[str] = []
    for rule, when, category in rules:
        if when.text not in held:
            continue
        if rule.effect == "exclude":
            blocked = blocked or Barrier(rule.id, rule.text, rule.fact_ids or (f"rule/{rule.id}",))
            continue
        deltas[category] += rule.delta
        (moved if rule.effect in ("value", "require") else cautions).append(rule.id)
    categories = [clamp(BASE + delta) for delta in deltas]
    categories[FIT] = clamp(option.prior + deltas[FIT])
    weights = setting.weights.categories
    # Fit counts fully here: the other categories of a strategy follow from sizing and pricing, later.
    score = categories[FIT] + 0.5 * sum(
        weights[name] * (value - BASE) for name, value in zip(CATEGORIES, categories, strict=True)
    )
    return ScoredOption(option, categories, score, tuple(moved), tuple(cautions), blocked)


def _closed(option: Decision) -> Barrier:
    slot = DECISION_SLOTS[option.decision]
    evidence = option.fact_ids or (f"decision/{option.id}",)
    return Barrier(f"gate/{slot}/{option.id}", option.gate_text, evidence)
