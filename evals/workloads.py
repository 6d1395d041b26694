"""Random workloads over every use case and nearly every field, contradictory ones among them; repeatable.

Workload `n` of a seed is the same however many are drawn, so a violation can be named by its number.
Ranges and shares are data (data/workload_draws.yaml); what a field may hold comes from the catalogue.
"""

import random
from collections.abc import Iterator, Mapping
from functools import lru_cache
from math import floor, log10
from typing import Any, NamedTuple

from knowledge import Knowledge
from knowledge.hardware import accelerators
from knowledge.models import models
from knowledge.records import FieldSpec
from tools.workload import Workload
from tools.workload_file import workload_of

from .vocabulary import data_file

Fields = Mapping[str, Any]
DIGITS = 3
MOST_WORDS = 3


class DrawnWorkload(NamedTuple):
    """A workload as a file would hold it, and its number in the sequence of its seed."""

    number: int
    fields: dict[str, Any]

    def workload(self, knowledge: Knowledge) -> Workload:
        return workload_of(self.fields, f"workload {self.number}", knowledge)


def draw_workloads(count: int, seed: int, knowledge: Knowledge) -> Iterator[DrawnWorkload]:
    """`count` workloads of `seed`, the use cases in turn."""
    for number in range(count):
        yield draw_workload(number, seed, knowledge)


def draw_workload(number: int, seed: int, knowledge: Knowledge) -> DrawnWorkload:
    """Workload `number` of `seed`."""
    rng = random.Random(f"{seed}:{number}")  # noqa: S311 - sampling, not secrets
    table = _table()
    share = rng.choice(table["fullness"])
    cases = knowledge.fields["use_case"].values
    drawn: dict[str, Any] = {"use_case": cases[number % len(cases)]}
    usual = knowledge.priors["use_cases"][drawn["use_case"]]
    for spec in knowledge.fields.values():
        rarity = table["rare_share"] if spec.name in table["rare"] else 1.0
        if spec.name not in drawn and rng.random() < share * rarity:
            value = _value(spec, rng, knowledge, usual)
            if value is not None:
                drawn[spec.name] = value
    if rng.random() < table["contradiction_share"]:
        drawn.update(rng.choice(table["contradictions"]))
    return DrawnWorkload(number, dict(sorted(drawn.items())))


@lru_cache(maxsize=1)
def _table() -> dict[str, Any]:
    table: dict[str, Any] = data_file("workload_draws.yaml")
    return table


def _value(spec: FieldSpec, rng: random.Random, knowledge: Knowledge, usual: Fields) -> Any:
    """A value of the field; None for a field that isn't drawn."""
    table = _table()
    if spec.name == "latency_percentile":
        return rng.choice(table[spec.name])
    if spec.kind == "number":
        bounds = table["numbers"].get(spec.name)
        return None if bounds is None else _number(_around(usual.get(spec.name), bounds), spec, rng)
    words = _words(spec, knowledge)
    if not words:
        return None
    if spec.kind == "ranking":
        return rng.sample(words, rng.randint(1, MOST_WORDS))
    if spec.kind == "set":
        return rng.sample(words, min(rng.choice((1, 1, 2)), len(words)))
    return rng.choice(words)


def _around(usual: Any, bounds: Fields) -> Fields:
    """The bounds of a volume around what is usual for the use case, where that is a span."""
    if not isinstance(usual, list) or usual[0] <= 0 or usual[0] == usual[-1]:
        return bounds
    beyond = _table()["beyond_usual"]
    low = max(float(bounds["low"]), usual[0] / beyond)
    return {"low": low, "high": max(low * beyond, min(float(bounds["high"]), usual[-1] * beyond))}


def _number(bounds: Fields, spec: FieldSpec, rng: random.Random) -> Any:
    """One number or, now and then, a range around it."""
    table = _table()
    low, high = float(bounds["low"]), float(bounds["high"])
    if bounds.get("spread") == "even":
        return _rounded(rng.uniform(low, high), spec)
    value = low * (high / low) ** rng.random()
    if rng.random() >= table["range_share"]:
        return _rounded(value, spec)
    factor = rng.uniform(1.1, table["range_factor"])
    ends = max(low, value / factor), min(high, value * factor)
    return {name: _rounded(end, spec) for name, end in zip(("low", "high"), ends, strict=True)}


def _rounded(value: float, spec: FieldSpec) -> float:
    """Three digits, as people write them (five of a percentage), in bounds; whole where it is counted."""
    kept = DIGITS + 2 if spec.unit == "percent" else DIGITS
    digits = kept - 1 - floor(log10(abs(value))) if value else 0
    number = float(round(value, min(digits, 0) if spec.unit in _table()["whole"] else digits))
    least, most = spec.minimum, spec.maximum
    number = number if least is None else max(number, least)
    return number if most is None else min(number, most)


def _words(spec: FieldSpec, knowledge: Knowledge) -> list[str]:
    if spec.values:
        return list(spec.values)
    if spec.name in ("existing_components", "avoid_components"):
        return _component_names(knowledge)
    if spec.name == "owned_accelerators":
        counts = _table()["owned_counts"]
        return [f"{count}x{key}" for key in _accelerator_names(knowledge) for count in counts]
    if spec.name == "accelerator_wanted":
        return _accelerator_names(knowledge)
    if spec.name == "model_named":
        return sorted(models(knowledge))
    return list(_table()["words"].get(spec.name, ()))


def _component_names(knowledge: Knowledge) -> list[str]:
    return sorted(item.id for item in knowledge.components.values() if item.scored)


def _accelerator_names(knowledge: Knowledge) -> list[str]:
    """Accelerators of data centres that are offered for rent."""
    return sorted(
        set(knowledge.anchors["serving_accelerators"])
        & {item.key for item in accelerators(knowledge).values()}
    )
