"""The same cases once for each seed of the agenda-based user, as `<case id>.s<seed>`."""

from collections.abc import Mapping
from typing import NamedTuple

from knowledge.errors import InputRefused

from .agenda_user import AgendaUser
from .case import Script
from .case_files import CaseSet
from .knobs import Knob
from .simulated_user import OpenUser, User


class Agenda(NamedTuple):
    """Which habits the user has, and how many users there are for each case."""

    knobs: frozenset[Knob]
    seeds: int = 1


class SeededCases(NamedTuple):
    found: CaseSet
    open_user: OpenUser
    case_of: Mapping[str, str] = {}
    """Run -> its case."""


def seeded_id(identity: str, seed: int) -> str:
    """
    >>> seeded_id("library-search", 2)
    'library-search.s2'
    """
    return f"{identity}.s{seed}"


def at_least_one(seeds: int) -> int:
    """`seeds`, refused where there would be no run."""
    if seeds < 1:
        raise InputRefused(f"{seeds} seeds give no run.", "Give --seeds 1 or more.")
    return seeds


def seeded_cases(found: CaseSet, agenda: Agenda) -> SeededCases:
    """Every case for every seed, and the users who know them."""
    seeds = range(at_least_one(agenda.seeds))
    origin = {seeded_id(script.id, seed): (script, seed) for script in found.scripts for seed in seeds}
    scripts = tuple(script.model_copy(update={"id": name}) for name, (script, _) in origin.items())
    cases = {
        seeded_id(name, seed): case.model_copy(update={"id": seeded_id(name, seed)})
        for name, case in found.cases.items()
        for seed in seeds
    }

    def open_user(script: Script) -> User:
        original, seed = origin[script.id]
        return AgendaUser(original, agenda.knobs, seed)

    case_of = {name: script.id for name, (script, _) in origin.items()}
    return SeededCases(found._replace(scripts=scripts, cases=cases), open_user, case_of)
