"""One refresh: every source asked and judged on its own, what is believed stored as one new snapshot.

A source that fails leaves what was held from it in force; the others go on.
"""

from collections.abc import Callable, Mapping
from contextlib import nullcontext
from datetime import date
from pathlib import Path
from typing import Literal, NamedTuple

from ..errors import RefreshRefused
from ..layers import TABLES, overlaid
from ..library import Knowledge
from ..records import Record
from ..refreshed import with_refreshed
from ..snapshots import (
    Content,
    Snapshot,
    SnapshotDamaged,
    SourceState,
    alone,
    current_snapshot,
    read_snapshot,
    write_snapshot,
)
from .asking import ask
from .difference import changes, confirmed
from .documents import day
from .guard import Held, guard
from .proposal import Proposal
from .sources import SourceSpec, read_projects


class Outcome(Record):
    """What became of one source."""

    source: str
    title: str
    state: Literal["changed", "confirmed", "refused"]
    as_of: date | None = None
    changes: tuple[str, ...] = ()
    confirmed: int = 0
    """Values that are as we hold them."""
    left_aside: tuple[str, ...] = ()
    """Single values that weren't believed."""
    message: str = ""
    hint: str = ""


class Report(Record):
    """What a refresh did."""

    outcomes: tuple[Outcome, ...]
    snapshot: str
    """Name of the snapshot that was stored; empty when nothing was."""
    notices: tuple[str, ...] = ()


class _Told(NamedTuple):
    outcome: Outcome
    proposal: Proposal | None = None
    state: SourceState | None = None


def refresh(
    base: Knowledge,
    cache: Path,
    sources: tuple[SourceSpec, ...],
    today: date,
    *,
    dry_run: bool = False,
    accepted: frozenset[str] = frozenset(),
    tell: Callable[[str], None] = lambda _: None,
) -> Report:
    """Ask the sources and store what is believed over `base`; a dry run stores nothing."""
    with nullcontext() if dry_run else alone(cache):
        folder = current_snapshot(cache)
        before, notices = _before(folder, base)
        known = with_refreshed(base, folder) if folder and before else base
        told = []
        for source in sources:
            tell(f"Asking {source.title} …")
            told.append(_one(source, known, before, today, source.id in accepted))
        name = "" if dry_run else _store(told, before, base, cache, today)
    return Report(outcomes=tuple(item.outcome for item in told), snapshot=name, notices=notices)


def _before(folder: Path | None, base: Knowledge) -> tuple[Snapshot | None, tuple[str, ...]]:
    """The snapshot in force; what was said of components of another catalogue isn't carried on."""
    if folder is None:
        return None, ()
    try:
        snapshot = read_snapshot(folder)
    except SnapshotDamaged as damaged:
        return None, (f"{damaged.message} A new one is made from the packaged data.",)
    if snapshot.manifest.over != base.hash:
        content = snapshot.content.model_copy(update={"patches": (), "facts": ()})
        return snapshot.model_copy(update={"content": content}), ()
    return snapshot, ()


def _one(source: SourceSpec, known: Knowledge, before: Snapshot | None, today: date, accepted: bool) -> _Told:
    held = Held(known, _entries(source, before), day(read_projects(known).months_as_of) or today)
    try:
        proposal = guard(ask(source, known, today), source, held, today, accepted)
    except RefreshRefused as refused:
        refusal = Outcome(
            source=source.id, title=source.title, state="refused", message=refused.message, hint=refused.hint
        )
        return _Told(refusal)
    changed = changes(proposal, known)
    outcome = Outcome(
        source=source.id,
        title=source.title,
        state="changed" if changed else "confirmed",
        as_of=proposal.as_of,
        changes=changed,
        confirmed=confirmed(proposal, known),
        left_aside=proposal.refused,
    )
    state = SourceState(
        id=source.id, title=source.title, url=source.url, as_of=proposal.as_of, entries=proposal.entries
    )
    return _Told(outcome, proposal, state)


def _entries(source: SourceSpec, before: Snapshot | None) -> int:
    states = before.manifest.sources if before else ()
    return next((state.entries for state in states if state.id == source.id), source.expected)


def _store(told: list[_Told], before: Snapshot | None, base: Knowledge, cache: Path, today: date) -> str:
    """Name of the new snapshot; empty when nothing new was believed."""
    old = before.content if before else Content()
    new = old
    for item in told:
        if item.proposal is not None:
            new = _merged(new, item.proposal)
    if new == old:
        return ""
    states: Mapping[str, SourceState] = {
        **{state.id: state for state in (before.manifest.sources if before else ())},
        **{item.state.id: item.state for item in told if item.state is not None},
    }
    return write_snapshot(cache, new, base.hash, tuple(states.values()), today).name


def _merged(content: Content, proposal: Proposal) -> Content:
    rows = dict(content.rows)
    for name, given in proposal.rows.items():
        if given:
            rows[name] = tuple(overlaid(list(rows.get(name, ())), given, TABLES[name]))
    patches = {(patch.source, patch.component): patch for patch in (*content.patches, *proposal.patches)}
    facts = {fact.id: fact for fact in (*content.facts, *proposal.facts)}
    return Content(
        rows=rows,
        patches=tuple(patches[key] for key in sorted(patches)),
        facts=tuple(facts[key] for key in sorted(facts)),
    )
