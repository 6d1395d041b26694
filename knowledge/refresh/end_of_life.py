"""Which releases are still supported, and until when: endoflife.date, asked product by product."""

import re
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, NamedTuple

from ..errors import RefreshRefused
from ..library import Knowledge
from ..records import Fact, Source
from ..snapshots import Patch
from .documents import day, plain, read_json
from .download import Answer
from .proposal import Proposal
from .sources import SourceSpec, read_projects

REVIEW_DAYS = 90
FACT = "{}/risk/supported-releases"
_VERSION = re.compile(r"^[\w.+ -]{1,40}$")


class Cycle(NamedTuple):
    """One release line."""

    name: str
    released: date
    over: bool
    """Whether its support has ended."""
    ends: date | None
    latest: str
    latest_date: date | None


class Told(NamedTuple):
    """What a set of answers says."""

    patches: list[Patch]
    facts: list[Fact]
    refused: list[str]


def wanted(knowledge: Knowledge) -> dict[str, str]:
    """Component -> its product there."""
    return {name: item.product for name, item in read_projects(knowledge).components.items() if item.product}


def propose(
    answers: Mapping[str, Answer],
    source: SourceSpec,
    knowledge: Knowledge,
    today: date,
    failed: tuple[str, ...],
) -> Proposal:
    """A fact on the supported releases of each component; `eol` where no release is supported any more."""
    told = Told([], [], list(failed))
    for component, answer in answers.items():
        left_out = len(told.refused)
        cycles = _cycles(answer, source, told.refused, component)
        whole = len(told.refused) == left_out
        if not cycles:
            told.refused.append(f"{component}: the answer holds no release line.")
            continue
        dates = {"component": component, "source": source.id, "title": source.title, "as_of": today}
        patch = Patch.model_validate(
            {
                **dates,
                "url": answer.url,
                "status": "eol" if whole and all(_over(cycle, today) for cycle in cycles) else "",
                "last_release": max(_dates(cycles), default=None),
            }
        )
        told.patches.append(patch)
        told.facts.append(_fact(component, cycles, answer.url, source, knowledge, today))
    held = len(wanted(knowledge))
    return Proposal(
        today,
        len(told.facts),
        held,
        len(told.facts),
        patches=tuple(told.patches),
        facts=tuple(told.facts),
        refused=tuple(told.refused),
    )


def _cycles(answer: Answer, source: SourceSpec, refused: list[str], component: str) -> list[Cycle]:
    try:
        document = read_json(answer.content, f"{source.title} on {component}")
    except RefreshRefused as damaged:
        refused.append(damaged.message)
        return []
    result = document.get("result") if isinstance(document, dict) else None
    releases = result.get("releases") if isinstance(result, dict) else None
    cycles = []
    for item in releases if isinstance(releases, list) else []:
        cycle = _cycle(item)
        if cycle is None:
            refused.append(f"{component}: a release line without a sound name, date and end was left out.")
        else:
            cycles.append(cycle)
    return sorted(cycles, key=lambda cycle: (cycle.released, cycle.name), reverse=True)


def _cycle(item: Any) -> Cycle | None:
    if not isinstance(item, dict):
        return None
    name, released, over = str(item.get("name", "")), day(item.get("releaseDate")), item.get("isEol")
    if not _VERSION.match(name) or released is None or not isinstance(over, bool):
        return None
    raw = item.get("latest")
    latest: Mapping[str, Any] = raw if isinstance(raw, dict) else {}
    version = str(latest.get("name", ""))
    return Cycle(
        name,
        released,
        over,
        day(item.get("eolFrom")),
        version if _VERSION.match(version) else "",
        day(latest.get("date")),
    )


def _over(cycle: Cycle, today: date) -> bool:
    return cycle.over or (cycle.ends is not None and cycle.ends <= today)


def _dates(cycles: list[Cycle]) -> list[date]:
    return [found for cycle in cycles for found in (cycle.released, cycle.latest_date) if found]


def _fact(
    component: str, cycles: list[Cycle], url: str, source: SourceSpec, knowledge: Knowledge, today: date
) -> Fact:
    alive = [cycle for cycle in cycles if not _over(cycle, today)]
    ended = [cycle for cycle in cycles if _over(cycle, today)]
    return Fact(
        id=FACT.format(component),
        component=component,
        slots=knowledge.components[component].slots[:1],
        kind="risk",
        statement=_statement(_name(component, knowledge), alive, ended),
        value=alive[0].name if alive else None,
        tier="T2",
        source=Source(url=url, locator=source.title),
        as_of=today,
        read_at=today,
        review_by=today + timedelta(days=REVIEW_DAYS),
    )


def _name(component: str, knowledge: Knowledge) -> str:
    """The product's name without what the catalogue adds in brackets."""
    return plain(knowledge.components[component].name.partition(" (")[0])


def _statement(name: str, alive: list[Cycle], ended: list[Cycle]) -> str:
    parts = []
    if alive:
        newest = alive[0]
        latest = f" (latest {newest.latest}{f' of {newest.latest_date}' if newest.latest_date else ''})"
        parts.append(
            f"{name} {newest.name}{latest if newest.latest else ''} is the newest supported release line"
        )
        leaving = min(
            (cycle for cycle in alive if cycle.ends), key=lambda cycle: str(cycle.ends), default=None
        )
        if leaving is not None:
            parts.append(f"support of {leaving.name} ends on {leaving.ends}")
    else:
        parts.append(f"No release line of {name} is supported any more")
    if ended:
        last = ended[0]
        parts.append(f"{last.name} lost support{f' on {last.ends}' if last.ends else ''}")
    return f"{'; '.join(parts)}."
