"""The knowledge base with a change laid over it, for what must hold between two knowledge bases.

`half_prices`: every price of a hosted model halved (doubling, seen from the dearer side: some prices stand at
the bound that guards against unit errors). `crowded`: in every slot one more product that nobody would pick.
"""

import csv
import io
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml

from knowledge import Knowledge
from knowledge.layers import LayeredKnowledge

from .metamorphic import Subject, Verdict, Violation
from .outcome import Outcome, Rank

PRICES = ("cost/llm_prices.csv", "cost/media_prices.csv")
EXTRA = "catalog/components/extra.yaml"
NEWCOMER = "newcomer-"
TIED_TO_THE_ENGINE = "cmp."
"""Slots of places and hardware, whose ids the sizing knows."""
RELATIVE = 1e-6


def overlaid(knowledge: Knowledge, changed: Mapping[str, str], folder: Path) -> Knowledge:
    """A copy of the knowledge base in `folder` with the files of `changed` replaced or added."""
    files = knowledge.files
    for name in files.walk():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(files.bytes(name))
    for name, text in changed.items():
        (folder / name).write_text(text, encoding="utf-8")
    known = Knowledge(folder)
    for layer in knowledge.layers:
        rows = {name: given for name, given in layer.rows.items() if name not in changed}
        known = LayeredKnowledge(known, replace(layer, rows=rows))
    return known


def half_prices(knowledge: Knowledge) -> dict[str, str]:
    """The price lists of hosted models, halved."""
    return {file: _halved(knowledge.files.rows(file)) for file in PRICES}


def _halved(rows: list[dict[str, str]]) -> str:
    for row in rows:
        for name, value in row.items():
            if value and (name.endswith("_usd_per_m") or name in ("usd_per_query", "usd_per_unit")):
                row[name] = repr(float(value) / 2)
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def crowded(knowledge: Knowledge) -> dict[str, str]:
    """One newcomer a slot: a real product under another name, hard to run, immature and without a known standing."""
    blocks: dict[str, dict[str, Any]] = {
        block["id"]: block
        for name in knowledge.files.names("catalog/components")
        for block in knowledge.files.yaml(name)["components"]
    }
    newcomers = []
    for slot in knowledge.slots:
        model = next(
            (item for item in knowledge.components.values() if item.slots == (slot,) and item.scored), None
        )
        if model is None or slot.startswith(TIED_TO_THE_ENGINE):
            continue
        worse = {
            "id": f"{NEWCOMER}{slot.replace('_', '-')}", "name": f"Newcomer {slot}", "status": "stale",
            "maturity": "emerging",
            "ops_complexity": 5, "performance": {}, "price_model": "", "fact_ids": [], "scale": [],
            "exit_path": "none", "integrates_with": [], "security_features": [],
        }  # fmt: skip
        newcomers.append({**blocks[model.id], **worse})
    return {EXTRA: yaml.safe_dump({"components": newcomers}, sort_keys=False)}


class Worlds:
    """Rankers under changed knowledge, each built when first needed and kept while the evaluation runs."""

    def __init__(self, knowledge: Knowledge, rank_with: Callable[[Knowledge], Rank]) -> None:
        self._knowledge, self._rank_with = knowledge, rank_with
        self._folder = TemporaryDirectory(prefix="stackwright-eval-")
        self._rankers: dict[str, Rank] = {}

    def rank(self, name: str, change: Callable[[Knowledge], dict[str, str]]) -> Rank:
        if name not in self._rankers:
            known = overlaid(self._knowledge, change(self._knowledge), Path(self._folder.name) / name)
            self._rankers[name] = self._rank_with(known)
        return self._rankers[name]


def doubled_prices(subject: Subject, worlds: Worlds) -> Verdict:
    """Doubling the prices of hosted models doubles their bills and keeps the order of the bills.

    Tried on the stacks that call the same model at the same provider both times; budgets are left out, since
    half a price buys another model there.
    """
    if not _bills(subject.base):
        return Verdict(0)
    workload = subject.workload.without("budget_usd_month")
    dear = _bills(subject.rank(workload))
    cheap = _bills(worlds.rank("half_prices", half_prices)(workload))
    same = [key for key in dear if key in cheap]
    return Verdict(len(same), doubled(tuple((dear[key], cheap[key], key) for key in same)))


def doubled(bills: tuple[tuple[float, float, str], ...]) -> tuple[Violation, ...]:
    """Violations among (bill, bill at half the prices, stack)."""
    name = "doubled_prices"
    found = [
        Violation(
            name,
            f"{key}: {cheap:,.4f} USD a month at half the prices, {dear:,.4f} at all of them",
            "not doubled",
        )
        for dear, cheap, key in bills
        if abs(dear - 2 * cheap) > RELATIVE * max(dear, 1e-9)
    ]
    by_dear = [key for _, _, key in sorted(bills)]
    by_cheap = [key for _, _, key in sorted(bills, key=lambda item: (item[1], item[0], item[2]))]
    if by_dear != by_cheap and not found:
        found.append(Violation(name, f"{by_dear} in the order of {by_cheap}", "another order"))
    return tuple(found)


def _bills(outcome: Outcome) -> dict[str, float]:
    return {
        f"{stack.place}: {stack.runs}": stack.usd_model
        for stack in outcome.stacks
        if stack.kind == "api" and stack.usd_model is not None
    }


def irrelevant_alternative(subject: Subject, worlds: Worlds) -> Verdict:
    """Products that nobody picks don't change the order of the others, nor who is picked."""
    return undisturbed(subject.base, worlds.rank("crowded", crowded)(subject.workload))


def undisturbed(before: Outcome, after: Outcome) -> Verdict:
    """Whether `after` is `before` but for newcomers; not tried where one is picked: it isn't irrelevant there."""
    if any(name.startswith(NEWCOMER) for stack in after.stacks for name in stack.components):
        return Verdict(0)
    name = "irrelevant_alternative"
    if before.order != after.order:
        return Verdict(1, (Violation(name, "the stacks or their picks change", "another order of stacks"),))
    found = [
        Violation(name, f"{stack.id}, {slot}: {[*old][:4]} becomes {[*new][:4]}", "another order in a slot")
        for stack, other in zip(before.stacks, after.stacks, strict=True)
        for (slot, old), (_, names) in zip(stack.candidates, other.candidates, strict=True)
        if old != (new := tuple(item for item in names if not item.startswith(NEWCOMER)))
    ]
    return Verdict(1, tuple(found[:1]))


WORLD_PROPERTIES: dict[str, Callable[[Subject, Worlds], Verdict]] = {
    check.__name__: check for check in (doubled_prices, irrelevant_alternative)
}
