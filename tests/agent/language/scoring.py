"""Precision, recall and F1 of understanding over labelled utterances."""

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from agent.language import Understanding, understand
from agent.language.component_names import resolve
from knowledge.library import Knowledge
from tools.workload import Known, Workload

COMPONENT_FIELDS = ("existing_components", "avoid_components")


@dataclass
class Score:
    """Counts of right, wrong and missed values; inferred values only count where they were expected."""

    right: int = 0
    wrong: int = 0
    missed: int = 0
    exact: int = 0
    total: int = 0
    notes: list[str] = field(default_factory=list)

    @property
    def precision(self) -> float:
        return self.right / max(1, self.right + self.wrong)

    @property
    def recall(self) -> float:
        return self.right / max(1, self.right + self.missed)

    @property
    def f1(self) -> float:
        return 2 * self.precision * self.recall / max(1e-9, self.precision + self.recall)


@cache
def knowledge() -> Knowledge:
    return Knowledge()


def load(name: str) -> list[dict[str, Any]]:
    content = yaml.safe_load((Path(__file__).parent / name).read_text(encoding="utf-8"))
    return list(content["utterances"])


def read(utterance: dict[str, Any]) -> Understanding:
    asked = (utterance["asked"],) if utterance.get("asked") else ()
    return understand(utterance["text"], turn=1, asked=asked, workload=Workload(), knowledge=knowledge())


def score(utterances: list[dict[str, Any]]) -> Score:
    total = Score()
    for utterance in utterances:
        _score_one(utterance, read(utterance), total)
    return total


def _score_one(utterance: dict[str, Any], found: Understanding, total: Score) -> None:
    known = {item.field: item for item in found.updates}
    expected = {entry["field"]: entry for entry in utterance["expect"]}
    before = (total.wrong, total.missed)
    for name, entry in expected.items():
        if name in known and matches(known[name], entry):
            total.right += 1
        else:
            total.missed += 1
            got = known.get(name)
            shown = (got.value, got.low, got.high) if got else None
            total.notes.append(f"{utterance['id']}: {name} is {shown}, not {entry} in {utterance['text']!r}")
            total.wrong += got is not None
    for name, item in known.items():
        if name not in expected and item.origin == "stated" and name not in utterance.get("may", ()):
            total.wrong += 1
            total.notes.append(
                f"{utterance['id']}: {name}={item.value} not expected in {utterance['text']!r}"
            )
    refused = {item.slot for item in found.rejected}
    for slot in utterance.get("reject", ()):
        if slot not in refused:
            total.missed += 1
            total.notes.append(f"{utterance['id']}: {slot} was not refused in {utterance['text']!r}")
    if bool(utterance.get("unknown")) != bool(found.unknown_slots):
        total.missed += 1
        total.notes.append(f"{utterance['id']}: unknown is {found.unknown_slots} in {utterance['text']!r}")
    total.total += 1
    total.exact += (total.wrong, total.missed) == before


def matches(item: Known, entry: dict[str, Any]) -> bool:
    if "low" in entry:
        return _near(item.low, entry["low"]) and _near(item.high, entry["high"])
    return any(_same(item, value) for value in entry.get("any_of", [entry.get("value")]))


def _same(item: Known, value: Any) -> bool:
    if isinstance(value, list):
        names = [resolve(v, knowledge()) if item.field in COMPONENT_FIELDS else v for v in value]
        got = item.value if isinstance(item.value, tuple) else ()
        if item.field == "priorities":
            return list(got) == names
        return set(got) == set(names)
    if isinstance(value, int | float):
        return _near(item.point, value)
    return bool(item.value == value)


def _near(got: Any, want: float) -> bool:
    return isinstance(got, int | float) and abs(got - want) <= max(0.02 * abs(want), 1e-9)
