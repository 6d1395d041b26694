"""Words that mean something else beside others: a vet's patients are no people, a pump's diagnosis no health data."""

from functools import cache
from typing import NamedTuple

from .lexicon import table
from .phrases import Hit, Phrases
from .reading import Reading


class Sense(NamedTuple):
    """Cues of a value that don't mean it beside certain words."""

    cues: Phrases
    beside: Phrases
    within: int
    """Words to them; 0: anywhere in the message."""


def means_otherwise(reading: Reading, field: str, value: str, hit: Hit) -> bool:
    """Whether a cue has its other sense here."""
    return any(
        sense.cues.at(reading.message, hit.first) and _is_beside(reading, sense, hit)
        for sense in _senses().get((field, value), ())
    )


def _is_beside(reading: Reading, sense: Sense, hit: Hit) -> bool:
    return any(
        not sense.within or max(other.first - hit.last, hit.first - other.last) <= sense.within
        for other in reading.hits(sense.beside, "beside")
    )


@cache
def _senses() -> dict[tuple[str, str], list[Sense]]:
    found: dict[tuple[str, str], list[Sense]] = {}
    for entry in table("senses")["senses"]:
        cues, beside = Phrases(), Phrases()
        cues.add("cue", entry["cues"])
        beside.add("beside", entry["beside"])
        sense = Sense(cues, beside, int(entry.get("within", 0)))
        found.setdefault((entry["field"], entry["value"]), []).append(sense)
    return found
