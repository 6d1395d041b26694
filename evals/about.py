"""What a report is of: without it two reports can be compared that speak of different things."""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

from knowledge import Knowledge
from tools.profile import Profile

HASH_SHOWN = 12
COOPERATIVE, AGENDA = "cooperative", "agenda"


class About(NamedTuple):
    """The circumstances of a run; the same ones give the same report."""

    version: str
    """Of the product."""
    knowledge: str
    as_of: str
    """Empty where no date takes part."""
    path: str = ""
    """As it was given."""
    user: str = COOPERATIVE
    knobs: tuple[str, ...] = ()
    seeds: int = 1
    model: str = ""
    profile: str = ""
    """Hash of the organisation's profile; empty for one that says nothing."""
    cases: Mapping[str, str] = {}
    """SHA-256 of each case file, by case id."""
    edited: tuple[str, ...] = ()
    """Frozen case files that aren't as they were frozen."""


def about_run(
    knowledge: Knowledge,
    as_of: date | None,
    path: Path | None = None,
    profile: Profile | None = None,
    **more: Any,
) -> About:
    """The circumstances of a run that begins now."""
    return About(
        version=version("stackwright"),
        knowledge=knowledge.hash,
        as_of=as_of.isoformat() if as_of else "",
        path=path.as_posix() if path else "",
        profile=_hash(profile.model_dump_json()) if profile not in (None, Profile()) else "",
        **more,
    )


def as_json(about: About) -> dict[str, Any]:
    """As plain values, the cases in the order of their ids."""
    return {
        **about._asdict(),
        "knobs": sorted(about.knobs),
        "cases": dict(sorted(about.cases.items())),
        "edited": list(about.edited),
    }


def in_words(about: Mapping[str, Any]) -> str:
    """One line for a person: what stands out, the rest is in the JSON.

    >>> in_words({"version": "1.0", "knowledge": "ab" * 32, "as_of": "2026-11-25", "path": "cases", "seeds": 1})
    'stackwright 1.0, knowledge abababababab, as of 2026-11-25; cases'
    """
    users = [f"{about.get('user')} user"] if about.get("user") else []
    knobs = [f"habits {', '.join(about['knobs'])}"] if about.get("knobs") else []
    seeds = [f"{about['seeds']} seeds"] if about.get("seeds", 1) != 1 else []
    model = [f"model {about['model']}"] if about.get("model") else []
    head = (
        f"stackwright {about['version']}, knowledge {about['knowledge'][:HASH_SHOWN]}, as of {about['as_of']}"
    )
    return "; ".join([head, *filter(None, [about.get("path", "")]), *users, *knobs, *seeds, *model])


def differences(a: Mapping[str, Any], b: Mapping[str, Any], names: Iterable[str]) -> dict[str, list[Any]]:
    """Of the named circumstances those that aren't the same, with both values."""
    return {name: [a.get(name), b.get(name)] for name in names if a.get(name) != b.get(name)}


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
