"""The seeded behaviours of the agenda-based user, all as data: which there are and how often each shows."""

import difflib
from collections.abc import Iterable
from enum import StrEnum
from functools import lru_cache
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from knowledge.errors import UnknownName

from .vocabulary import data_file

ALL = "all"


class Knob(StrEnum):
    """A way in which users differ from the cooperative one."""

    GRADUAL_REVEAL = "gradual_reveal"
    TERSE = "terse"
    VERBOSE = "verbose"
    UNIT_SLIP = "unit_slip"
    UNIT_REWRITE = "unit_rewrite"
    NUMBER_FORMAT = "number_format"
    DONT_KNOW = "dont_know"
    REFUSAL = "refusal"
    CONTRADICTION = "contradiction"
    CORRECTION = "correction"
    TOPIC_CHANGE = "topic_change"
    COUNTER_QUESTION = "counter_question"
    PRESSURE = "pressure"
    FALSE_PREMISE = "false_premise"
    INJECTION = "injection"
    TYPOS = "typos"
    MIXED_LANGUAGE = "mixed_language"
    REORDER = "reorder"


class KnobPart(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class KnobSetting(KnobPart):
    rate: float = Field(gt=0, le=1)
    """Share of the occasions on which it shows."""
    most: int | None = Field(default=None, ge=1)
    """How often at most in one consultation."""
    reference: Literal["cooperative", "own", "none"]
    """With what the final picks are compared."""
    about: str


class Rewrite(KnobPart):
    """The same quantity in another unit."""

    from_: str = Field(alias="from")
    to: str
    factor: float = Field(gt=0)


class KnobSettings(KnobPart):
    """evals/data/knobs.yaml."""

    kind: Literal["judgement"]
    knobs: dict[Knob, KnobSetting]
    patience: int
    typos_per_message: int
    alone: float
    wrong_factors: tuple[float, ...]
    quantities: frozenset[str]
    """Workload slots whose numbers may be misstated or written otherwise."""
    period_slots: frozenset[str]
    unit_slots: frozenset[str]
    """Workload slots whose rates, and whose other quantities, are the same in another unit."""
    components: tuple[str, ...]
    unit_slips: tuple[tuple[str, str], ...]
    unit_rewrites: tuple[Rewrite, ...]
    period_rewrites: tuple[Rewrite, ...]


@lru_cache(maxsize=1)
def knob_settings() -> KnobSettings:
    """The settings, read once."""
    return KnobSettings.model_validate(data_file("knobs.yaml"))


def knob_sets() -> dict[str, frozenset[Knob]]:
    """Each knob alone, and all of them together, by name."""
    return {**{str(knob): frozenset({knob}) for knob in Knob}, ALL: frozenset(Knob) - {Knob.REORDER}}


def parse_knobs(names: Iterable[str]) -> frozenset[Knob]:
    """The knobs of these names; `all` is every one that goes with the others."""
    known = knob_sets()
    found: set[Knob] = set()
    for name in (given.strip() for given in names):
        if name not in known:
            raise UnknownName("knob", name, difflib.get_close_matches(name, known, n=3) or list(known))
        found |= known[name]
    return frozenset(found)
