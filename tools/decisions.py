"""The two decisions beside the slots: how the model is obtained, and how context is found for it."""

from typing import NamedTuple

from knowledge.records import Decision

from .anchors import clamp
from .assessment import CATEGORIES
from .gates import Barrier
from .rule_index import DECISION_SLOTS, Applied, RuleIndex, Truths
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

    The order is by fit, then by score: a strategy that does not suit the work is no bargain.
    """
    scored = [_score(*entry, kind, setting) for entry in index.options[kind]]
    return sorted(scored, key=lambda item: (item.barrier is not None, -round(item.score, 9), item.option.id))


def suitable(options: list[ScoredOption], floor: float) -> list[ScoredOption]:
    """The possible options at or above the fit floor, or the best possible one where none reaches it."""
    possible = [item for item in options if item.barrier is None]
    fitting = [item for item in possible if item.categories[FIT] >= floor]
    return fitting or possible[:1]


def _score(
    option: Decision, gate: object, rules: tuple[Applied, ...], kind: str, setting: Setting
) -> ScoredOption:
    truths = setting.truths
    blocked = _blocked(option, gate, truths)
    deltas = [0.0] * len(CATEGORIES)
    moved: list[str] = []
    cautions: list[str] = []
    for rule, when, category in rules:
        if not truths.holds(when):
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


def _blocked(option: Decision, gate: object, truths: Truths) -> Barrier | None:
    evaluate = gate.evaluate  # type: ignore[attr-defined]
    if evaluate(truths.values) is not False:
        return None
    slot = DECISION_SLOTS[option.decision]
    return Barrier(
        f"gate/{slot}/{option.id}", option.gate_text, option.fact_ids or (f"decision/{option.id}",)
    )
