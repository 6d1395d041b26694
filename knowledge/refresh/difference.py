"""What a refresh changes, in words."""

from collections.abc import Iterator

from ..layers import TABLES, Row
from ..library import Knowledge
from .proposal import Proposal

UNITS = {
    "usd_per_m": "USD per million tokens",
    "usd_per_accelerator_h": "USD per accelerator-hour",
    "units_per_eur": "for one euro",
    "usd_per_query": "USD per query",
}
SILENT = frozenset({"as_of", "source", "confidence"})


def changes(proposal: Proposal, knowledge: Knowledge) -> tuple[str, ...]:
    """One sentence part a change, in the order of the tables."""
    found = [text for name in proposal.rows for text in _row_changes(name, proposal.rows[name], knowledge)]
    return (*found, *_component_changes(proposal, knowledge), *_fact_changes(proposal, knowledge))


def confirmed(proposal: Proposal, knowledge: Knowledge) -> int:
    """Rows and statements that say what we hold already."""
    count = 0
    for name, rows in proposal.rows.items():
        held = {TABLES[name].key(row): row for row in knowledge.files.rows(name)}
        count += sum(
            not any(_differences(held[key], row)) for row in rows if (key := TABLES[name].key(row)) in held
        )
    return count + sum(
        not any(_patch_differences(proposal, knowledge, patch.component)) for patch in proposal.patches
    )


def _row_changes(name: str, rows: tuple[Row, ...], knowledge: Knowledge) -> Iterator[str]:
    table = TABLES[name]
    held = {table.key(row): row for row in knowledge.files.rows(name)}
    for row in rows:
        label = " ".join(part for part in table.key(row) if part)
        old = held.get(table.key(row))
        if old is None:
            yield f"{label}: new"
            continue
        told = ", ".join(_differences(old, row))
        if told:
            yield f"{label}: {told}"


def _differences(old: Row, new: Row) -> Iterator[str]:
    for column, value in new.items():
        before = old.get(column) or ""
        if column in SILENT or value == before or _equal(before, value):
            continue
        words, unit = _column(column)
        if not before:
            yield f"{words} {value}{unit} (unknown until now)"
        elif not value:
            yield f"{words} no longer given (was {before})"
        else:
            yield f"{words} {before} → {value}{unit}{_share(before, value)}"


def _column(column: str) -> tuple[str, str]:
    for suffix, unit in UNITS.items():
        if column.endswith(suffix):
            return (column.removesuffix(suffix).strip("_").replace("_", " ") or "price"), f" {unit}"
    return column.replace("_", " "), ""


def _equal(before: str, after: str) -> bool:
    """Whether two numbers are the same to the digits that the tables keep."""
    try:
        one, other = float(before), float(after)
    except ValueError:
        return False
    return abs(one - other) <= 2e-4 * max(abs(one), abs(other))


def _share(before: str, after: str) -> str:
    try:
        return f" ({float(after) / float(before) - 1:+.0%})".replace("%)", " %)")
    except (ValueError, ZeroDivisionError):
        return ""


def _component_changes(proposal: Proposal, knowledge: Knowledge) -> Iterator[str]:
    for patch in proposal.patches:
        told = ", ".join(_patch_differences(proposal, knowledge, patch.component))
        if told:
            yield f"{knowledge.components[patch.component].name}: {told}"


def _patch_differences(proposal: Proposal, knowledge: Knowledge, name: str) -> Iterator[str]:
    from ..refreshed import patched

    old = knowledge.components[name]
    new = patched(old, [patch for patch in proposal.patches if patch.component == name])
    for key in ("maturity", "status", "months_since_release"):
        before, after = getattr(old, key), getattr(new, key)
        if before != after:
            yield f"{key.replace('_', ' ')} {'unknown' if before is None else before} → {after}"


def _fact_changes(proposal: Proposal, knowledge: Knowledge) -> Iterator[str]:
    for fact in proposal.facts:
        old = knowledge.facts.get(fact.id)
        if old is None or old.statement != fact.statement:
            yield f"{fact.id}: {fact.statement}"
