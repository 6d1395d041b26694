"""How mature a foundation calls its projects: the CNCF and LF AI & Data landscapes, matched by source repository."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from ..errors import RefreshRefused
from ..library import Knowledge
from ..snapshots import Patch
from .documents import CHANGED, listing, mapping, plain, read_yaml, scalar
from .download import Answer
from .proposal import Proposal
from .sources import SourceSpec, read_projects

LEVELS = {
    "graduated": "graduated",
    "incubating": "incubating",
    "incubation": "incubating",
    "sandbox": "sandbox",
    "archived": "archived",
}
MOST_ITEMS = 100_000
"""Aliases let a small document hold endless items; the real ones hold some thousand."""
FOUNDATION = frozenset({"graduated", "incubating", "sandbox"})


def propose(answer: Answer, source: SourceSpec, knowledge: Knowledge, today: date) -> Proposal:
    """A statement for each of our components whose repository the landscape lists as a hosted project."""
    document = mapping(read_yaml(answer.content, source.title), source.title, "the document")
    levels: dict[str, str] = {}
    refused: list[str] = []
    for item in _items(document, source.title):
        level, project = scalar(item.get("project")).lower(), _project(item.get("repo_url"))
        if level in LEVELS and project:
            levels.setdefault(project, LEVELS[level])
        elif level and level != "none" and level not in LEVELS:
            refused.append(f"{plain(item.get('name'))}: {plain(level)!r} is no level of maturity we know.")
    return _proposal(levels, refused, source, knowledge, today)


def _proposal(
    levels: dict[str, str], refused: list[str], source: SourceSpec, knowledge: Knowledge, today: date
) -> Proposal:
    patches = [
        Patch.model_validate(
            {
                "component": name,
                "source": source.id,
                "title": source.title,
                "url": source.url,
                "as_of": today,
                "maturity": levels[names.project.lower()],
            }
        )
        for name, names in read_projects(knowledge).components.items()
        if names.project and names.project.lower() in levels
    ]
    # Whether all that we hold are still there is told by the count of hosted projects: which of our components
    # belong to which foundation isn't recorded.
    return Proposal(
        today, len(levels), len(patches), len(patches), patches=tuple(patches), refused=tuple(refused)
    )


def _items(document: dict[Any, Any], title: str) -> Iterator[dict[Any, Any]]:
    seen = 0
    for category in listing(document.get("landscape"), title, "'landscape'"):
        for part in _parts(category, "subcategories"):
            for item in _parts(part, "items"):
                seen += 1
                if seen > MOST_ITEMS:
                    raise RefreshRefused(
                        f"{title}: the answer lists more than {MOST_ITEMS:,} items.", CHANGED
                    )
                if isinstance(item, dict):
                    yield item


def _parts(block: Any, key: str) -> list[Any]:
    found = block.get(key) if isinstance(block, dict) else None
    return found if isinstance(found, list) else []


def _project(url: Any) -> str:
    """`owner/name` of a GitHub address, lower case."""
    text = scalar(url).lower().removesuffix("/").removesuffix(".git")
    head, _, project = text.partition("github.com/")
    return project if head.startswith("http") and project.count("/") == 1 else ""
