"""What of a proposal is believed: nothing shrunken, stale or implausible replaces what we hold.

A single value that can't be right is left aside and named; when too many are, the whole answer is refused, because
then the source has changed its unit or its meaning.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from ..errors import RefreshRefused
from ..layers import TABLES, Row, Table
from ..library import Knowledge
from ..refreshed import months_between
from ..snapshots import Patch
from .proposal import Proposal
from .sources import SourceSpec

KEEP = "What we hold stays in use."
LOOK = f"{KEEP} If it is right all the same, accept it: --accept {{}}."
FEW = 3
"""Jumps of so few values say nothing of the whole answer."""
UNIT_FACTORS = (1000.0, 1e6, 100.0, 60.0, 24.0, 730.0)
"""Factors of a slip between units: thousand and million, percent, minute, day and month."""
UNIT_TOLERANCE = 0.1
NOT_PRICES = frozenset(
    {"long_context_from_tokens", "max_input_tokens", "max_output_tokens", "embedding_dim", "count"}
)


@dataclass(frozen=True)
class Held:
    """What is in force before the proposal."""

    knowledge: Knowledge
    entries: int
    """Entries that the source held last time, or is expected to hold."""
    months_as_of: date


def guard(proposal: Proposal, source: SourceSpec, held: Held, today: date, accepted: bool) -> Proposal:
    """The part of `proposal` that is believed; RefreshRefused when it isn't believed as a whole."""
    _dated(proposal, source, today)
    _not_shrunken(proposal, source, held)
    refused = list(proposal.refused)
    rows = {}
    for name, given in proposal.rows.items():
        judge = _Judge(name, source, held.knowledge.files.rows(name), accepted)
        rows[name] = tuple(row for row in given if judge.believes(row))
        judge.refuse_if_many(len(given))
        refused += judge.refused
    patches = tuple(_patches(proposal.patches, held, today, refused))
    _not_upset(patches, source, held, accepted)
    believed = {patch.component for patch in patches}
    facts = tuple(fact for fact in proposal.facts if fact.component in believed)
    if not any(rows.values()) and not patches:
        reason = f" First: {refused[0]}" if refused else ""
        raise RefreshRefused(f"{source.title}: nothing in the answer can be used.{reason}", KEEP)
    return replace(proposal, rows=rows, patches=patches, facts=facts, refused=tuple(refused))


def _dated(proposal: Proposal, source: SourceSpec, today: date) -> None:
    if proposal.as_of > today + timedelta(days=1):
        raise RefreshRefused(f"{source.title}: its date {proposal.as_of} lies in the future.", KEEP)


def _not_shrunken(proposal: Proposal, source: SourceSpec, held: Held) -> None:
    least = held.entries * (1 - source.max_shrink)
    if proposal.entries < least:
        raise RefreshRefused(
            f"{source.title}: the answer holds {proposal.entries:,} entries where it held {held.entries:,}.",
            f"It may be cut off. {KEEP}",
        )
    if proposal.found < proposal.held * (1 - source.max_shrink):
        raise RefreshRefused(
            f"{source.title}: only {proposal.found:,} of the {proposal.held:,} entries that we hold are in it.",
            f"It may have changed its names. {KEEP}",
        )


class _Judge:
    """Judges the rows of one table against those that we hold."""

    def __init__(self, name: str, source: SourceSpec, rows: list[Row], accepted: bool) -> None:
        self._source, self._accepted = source, accepted
        self._table: Table = TABLES[name]
        self._rows = {self._table.key(row): row for row in rows}
        self._jumped: list[str] = []
        self._older = 0
        self.refused: list[str] = []

    def believes(self, row: Row) -> bool:
        """Whether the row is newer than ours, plausible, and near what we hold."""
        key = self._table.key(row)
        old = self._rows.get(key, {})
        label = " ".join(part for part in key if part)
        if (row.get("as_of") or "") < (old.get("as_of") or ""):
            self._older += 1
            return False
        problem = self._problem(row, old)
        if problem:
            self.refused.append(f"{label}: {problem}.")
        return not problem

    def refuse_if_many(self, count: int) -> None:
        """Refuse the whole answer when all of it is old or much of it has jumped."""
        if count and self._older == count:
            newest = max((row.get("as_of") or "" for row in self._rows.values()), default="")
            raise RefreshRefused(
                f"{self._source.title}: the answer is older than what we hold ({newest}).",
                f"A copy may be stale. {KEEP}",
            )
        if self._older:
            self.refused.append(f"{self._older} rows are older than ours.")
        if len(self._jumped) > max(FEW, self._source.max_jumped * count):
            raise RefreshRefused(
                f"{self._source.title}: {len(self._jumped)} of {count} values moved by more than a factor of "
                f"{self._source.jump_factor:g}; first {self._jumped[0]}.",
                LOOK.format(self._source.id),
            )

    def _problem(self, row: Row, old: Mapping[str, str]) -> str:
        wrong = self._table.problem(row)
        if wrong:
            return wrong
        for column, value in _numbers(row):
            if not math.isfinite(value):
                return f"{_words(column)} is no number"
            if value in self._source.sentinels:
                return f"{_words(column)} {value:g} is what catalogues write where they have no price"
            before = _number(old.get(column))
            if before and value and self._jumps(before, value):
                told = f"{_words(column)} {before:g} → {value:g}{_unit_slip(before, value)}"
                self._jumped.append(f"{' '.join(self._table.key(row))}: {told}")
                return f"{told} is more than a factor of {self._source.jump_factor:g}"
        return ""

    def _jumps(self, before: float, after: float) -> bool:
        factor = self._source.jump_factor
        return not self._accepted and not 1 / factor <= after / before <= factor


def _numbers(row: Row) -> Iterator[tuple[str, float]]:
    for column, text in row.items():
        value = None if column in NOT_PRICES else _number(text)
        if value is not None:
            yield column, value


def _number(text: str | None) -> float | None:
    try:
        return float(text or "")
    except ValueError:
        return None


def _unit_slip(before: float, after: float) -> str:
    ratio = max(before, after) / min(before, after)
    slip = next((unit for unit in UNIT_FACTORS if abs(ratio / unit - 1) < UNIT_TOLERANCE), None)
    return f" (about {slip:,.0f} times: another unit?)" if slip else ""


def _words(column: str) -> str:
    return column.replace("_", " ")


def _patches(patches: tuple[Patch, ...], held: Held, today: date, refused: list[str]) -> Iterator[Patch]:
    for patch in patches:
        last = patch.last_release
        if last is None:
            yield patch
            continue
        months = held.knowledge.components[patch.component].months_since_release
        implied = None if months is None else months_between(last, held.months_as_of)
        if last > today + timedelta(days=1) or last.year < 1990:
            refused.append(f"{patch.component}: a release of {last} can't be.")
        elif months is not None and implied is not None and implied > months + 1:
            refused.append(
                f"{patch.component}: the last release would be of {last}, older than the one we know of."
            )
        else:
            yield patch
            continue
        if patch.maturity or patch.status:
            yield patch.model_copy(update={"last_release": None})


def _not_upset(patches: tuple[Patch, ...], source: SourceSpec, held: Held, accepted: bool) -> None:
    """Refuse an answer that turns over much of the catalogue at once."""
    changed = []
    for patch in patches:
        component = held.knowledge.components[patch.component]
        if (patch.maturity and patch.maturity != component.maturity) or (
            patch.status and patch.status != component.status
        ):
            changed.append(f"{component.name} to {patch.maturity or patch.status}")
    if len(changed) > max(FEW, source.max_jumped * len(patches)) and not accepted:
        raise RefreshRefused(
            f"{source.title}: the standing of {len(changed)} of {len(patches)} components would change at once; "
            f"first {changed[0]}.",
            LOOK.format(source.id),
        )
