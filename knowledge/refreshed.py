"""The layer of refreshed public data: newer prices, and what public catalogues say of components now.

A row counts only where it is at least as new as the one it would replace, so a snapshot that is older than the
packaged data does no harm. Statements on components were made over one catalogue and hold for that one alone.
"""

from datetime import date
from pathlib import Path
from typing import Any

from .checks.finding import error, warning
from .layers import TABLES, Layer, LayeredKnowledge, Row, Table
from .library import Knowledge
from .records import Component, Fact, Origin
from .snapshots import DAMAGED, Patch, Snapshot, SnapshotDamaged, read_snapshot

DAYS_PER_MONTH = 30.44


def with_refreshed(base: Knowledge, folder: Path) -> Knowledge:
    """`base` with the snapshot in `folder` over it; a damaged snapshot is named and the base is used."""
    try:
        snapshot = read_snapshot(folder)
        layer = _layer(snapshot, base)
    except SnapshotDamaged as damaged:
        text = f"{damaged.message} The packaged data are used. {damaged.hint}"
        return LayeredKnowledge(base, Layer("refreshed data", "", findings=(error("refreshed", "", text),)))
    return LayeredKnowledge(base, layer)


def patched(component: Component, patches: list[Patch], fact_ids: tuple[str, ...] = ()) -> Component:
    """The component with what the sources say of it, each attribute marked with its source and date."""
    changes: dict[str, Any] = {}
    origins = list(component.origins)
    newest = max((patch.last_release for patch in patches if patch.last_release), default=None)
    for patch in patches:
        # Several sources may tell of releases: the newest one counts.
        older = patch.last_release is not None and patch.last_release != newest
        said = _attributes(patch.model_copy(update={"last_release": None}) if older else patch)
        if said:
            changes.update(said)
            origins.append(
                Origin(kind="refreshed", name=patch.title, keys=tuple(said), url=patch.url, as_of=patch.as_of)
            )
    if fact_ids:
        changes["fact_ids"] = tuple(dict.fromkeys((*component.fact_ids, *fact_ids)))
    return component.model_copy(update={**changes, "origins": tuple(origins)}) if changes else component


def months_between(earlier: date, later: date) -> int:
    """Whole months from one day to another, never negative.

    >>> months_between(date(2026, 1, 15), date(2026, 11, 26))
    10
    """
    return max(0, int((later - earlier).days / DAYS_PER_MONTH))


def _attributes(patch: Patch) -> dict[str, Any]:
    said: dict[str, Any] = {key: getattr(patch, key) for key in ("maturity", "status") if getattr(patch, key)}
    if patch.last_release is not None:
        said["months_since_release"] = months_between(patch.last_release, patch.as_of)
    return said


def _layer(snapshot: Snapshot, base: Knowledge) -> Layer:
    manifest, content = snapshot.manifest, snapshot.content
    for name, given in content.rows.items():
        for row in given:
            _checked(name, row)
    rows = {name: _newer(base.files.rows(name), given, TABLES[name]) for name, given in content.rows.items()}
    name = f"refreshed data of {manifest.taken}"
    if manifest.over != base.hash:
        text = (
            f"The packaged catalogue has changed since the refresh of {manifest.taken}: of it only newer prices "
            "are used. Run 'stackwright knowledge refresh' again."
        )
        return Layer(name, snapshot.digest, rows=rows, findings=(warning("refreshed", "", text),))
    facts = {fact.id: _marked(fact) for fact in content.facts if fact.component in base.components}
    return Layer(name, snapshot.digest, _components(content.patches, facts, base), facts, rows=rows)


def _components(patches: tuple[Patch, ...], facts: dict[str, Fact], base: Knowledge) -> dict[str, Component]:
    grouped: dict[str, list[Patch]] = {fact.component: [] for fact in facts.values()}
    for patch in patches:
        grouped.setdefault(patch.component, []).append(patch)
    return {
        name: patched(
            base.components[name], said, tuple(fact.id for fact in facts.values() if fact.component == name)
        )
        for name, said in grouped.items()
        if name in base.components
    }


def _checked(name: str, row: Row) -> None:
    wrong = TABLES[name].problem(row)
    if wrong:
        raise SnapshotDamaged(f"The refreshed data hold a wrong row in {name}: {wrong}.", DAMAGED)


def _marked(fact: Fact) -> Fact:
    origin = Origin(
        kind="refreshed", name=fact.source.locator or fact.source.url, url=fact.source.url, as_of=fact.as_of
    )
    return fact.model_copy(update={"origins": (origin,)})


def _newer(held: list[Row], given: tuple[Row, ...], table: Table) -> tuple[Row, ...]:
    """The given rows that are at least as new as ours; days and years compare as text."""
    dates = {table.key(row): row.get("as_of") or "" for row in held}
    return tuple(row for row in given if (row.get("as_of") or "") >= dates.get(table.key(row), ""))
