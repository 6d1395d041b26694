"""When a project last released: the Atom feed of its source host, asked project by project."""

import re
from collections.abc import Mapping
from datetime import date

from ..errors import RefreshRefused
from ..library import Knowledge
from ..snapshots import Patch
from .documents import day, read_xml
from .download import Answer
from .proposal import Proposal
from .sources import SourceSpec, read_projects

_UNSTABLE = re.compile(r"nightly|canary|snapshot", re.IGNORECASE)


def wanted(knowledge: Knowledge) -> dict[str, str]:
    """Component -> its project."""
    return {name: item.project for name, item in read_projects(knowledge).components.items() if item.project}


def propose(
    answers: Mapping[str, Answer],
    source: SourceSpec,
    knowledge: Knowledge,
    today: date,
    failed: tuple[str, ...],
) -> Proposal:
    """The day of each component's last release."""
    patches: list[Patch] = []
    refused = list(failed)
    for component, answer in answers.items():
        try:
            last = _last_release(answer, f"{source.title}: {component}")
        except RefreshRefused as damaged:
            refused.append(damaged.message)
            continue
        if last is None:
            refused.append(f"{component}: the feed lists no dated release.")
            continue
        patches.append(
            Patch(
                component=component,
                source=source.id,
                title=source.title,
                url=answer.url,
                as_of=today,
                last_release=last,
            )
        )
    held = len(wanted(knowledge))
    return Proposal(today, len(patches), held, len(patches), patches=tuple(patches), refused=tuple(refused))


def _last_release(answer: Answer, title: str) -> date | None:
    days = []
    for entry in read_xml(answer.content, title).iter():
        if entry.tag.rpartition("}")[2] != "entry":
            continue
        parts = {child.tag.rpartition("}")[2]: (child.text or "") for child in entry}
        updated = day(parts.get("updated", ""))
        if updated and not _UNSTABLE.search(parts.get("title", "")):
            days.append(updated)
    return max(days, default=None)
