"""Cases: what a simulated user knows, and, kept apart, what a good consultation would conclude.

`Script` is all that a run may see. `Expectations` and `Assertion` are read by the scorers alone.
"""

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from .assertion_types import ASSERTION_TYPES, COUNTS, NEEDS


def _listed(value: Any) -> Any:
    """A single value where a list is expected counts as a list of one."""
    return [value] if isinstance(value, str | int | float) else value


def _worded(value: Any) -> Any:
    """YAML reads `no` and `50` as values; a fact is what the user would write."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return "; ".join(str(item) for item in value)
    return str(value) if isinstance(value, int | float) else value


def _compiles(patterns: tuple[str, ...]) -> tuple[str, ...]:
    for pattern in patterns:
        try:
            re.compile(pattern)
        except re.error as error:
            raise ValueError(f"{pattern!r} is not a regular expression: {error}") from error
        if re.search(pattern, ""):
            raise ValueError(f"{pattern!r} matches a text without a word, so it says nothing")
    return patterns


One = str | int | float
Words = Annotated[tuple[str, ...], BeforeValidator(_listed, json_schema_input_type=One | tuple[str, ...])]
Patterns = Annotated[Words, AfterValidator(_compiles)]
AtLeastOne = Annotated[tuple[str, ...], Field(min_length=1)]
SomeWords = Annotated[AtLeastOne, BeforeValidator(_listed, json_schema_input_type=One | AtLeastOne)]
"""An empty list where something is expected would hold whatever the advisor does."""
SomePatterns = Annotated[SomeWords, AfterValidator(_compiles)]
Fact = Annotated[
    str | None, BeforeValidator(_worded, json_schema_input_type=One | bool | tuple[One, ...] | None)
]


class CasePart(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Trigger(CasePart):
    """When an event fires."""

    turn: int | None = Field(default=None, ge=2)
    """As the user's n-th message."""
    after_advisor_mentions: Patterns = ()
    """After the advisor's text matched one of these patterns."""
    slot_asked_after_event: Words = ()
    """Whenever one of these slots is asked once another event has fired."""

    @model_validator(mode="after")
    def _one(self) -> "Trigger":
        given = [self.turn is not None, bool(self.after_advisor_mentions), bool(self.slot_asked_after_event)]
        if sum(given) != 1:
            raise ValueError("give one of turn, after_advisor_mentions, slot_asked_after_event")
        return self


class Event(CasePart):
    """Something that the user says of their own accord."""

    when: Trigger
    user: str


class Script(CasePart):
    """All that the simulated user receives."""

    id: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")
    persona: str = Field(min_length=1)
    hidden_facts: dict[str, Fact] = {}
    events: tuple[Event, ...] = ()


class MustNot(CasePart):
    slot: str
    any_of: SomeWords
    reason: str = ""


class Mention(CasePart):
    id: str
    any_of: SomePatterns
    why: str = ""


class Tolerance(CasePart):
    """How far a number may be off; the bounds given must all hold."""

    factor: float | None = Field(default=None, ge=1)
    rel: float | None = Field(default=None, ge=0)
    max: float | None = None
    min: float | None = None
    range: tuple[float, float] | None = None

    @property
    def relative(self) -> bool:
        """Whether it needs a value to be held against."""
        return self.factor is not None or self.rel is not None


class NumericCheck(CasePart):
    quantity: str
    value: float | None = None
    unit: str = ""
    tolerance: Tolerance
    kind: str = ""
    """published, conversion or derived."""
    basis: str = ""
    inputs: dict[str, Any] = {}

    @model_validator(mode="after")
    def _bounded(self) -> "NumericCheck":
        if self.tolerance == Tolerance():
            raise ValueError("tolerance: give one of factor, rel, max, min, range")
        if self.tolerance.relative and self.value is None:
            raise ValueError("tolerance: factor and rel need a value")
        return self


class OverEngineering(CasePart):
    any_of: SomeWords
    reason: str = ""


class Expectations(CasePart):
    """What a good recommendation for a real case holds and avoids."""

    acceptable: dict[str, SomeWords]
    required_slots: SomeWords
    must_not: tuple[MustNot, ...] = ()
    required_mentions: tuple[Mention, ...] = ()
    numeric_checks: tuple[NumericCheck, ...] = ()
    over_engineering: tuple[OverEngineering, ...] = ()

    @model_validator(mode="after")
    def _keyed(self) -> "Expectations":
        if missing := [slot for slot in self.required_slots if slot not in self.acceptable]:
            raise ValueError(f"required_slots without acceptable ids: {', '.join(missing)}")
        return self


class Assertion(CasePart):
    """One thing that must hold after an adversarial script; which keys count depends on `type`."""

    type: Literal[ASSERTION_TYPES]  # type: ignore[valid-type]
    why: str = ""
    basis: str = ""
    slot: str = ""
    slots: Words = ()
    any_of: Patterns = ()
    """Patterns over text or profile values, or component ids and classes."""
    name: str = ""
    names: Words = ()
    quantity: str = ""
    quantities: Words = ()
    unit: str = ""
    value: float | str | None = None
    values: tuple[Any, ...] = ()
    numeric: float | None = None
    numeric_any: tuple[float, ...] = ()
    max_rps: float | None = None
    rel: float | None = None
    factor: float | None = None
    min: float | None = None
    max: float | None = None
    range: tuple[float, float] | None = None
    tolerance: Tolerance | None = None

    @property
    def all_slots(self) -> tuple[str, ...]:
        return (*((self.slot,) if self.slot else ()), *self.slots)

    @property
    def bounds(self) -> Tolerance:
        """What the assertion says of a number, at its top or under `tolerance`."""
        return self.tolerance or Tolerance(
            rel=self.rel, factor=self.factor, min=self.min, max=self.max, range=self.range
        )

    @model_validator(mode="after")
    def _says_something(self) -> "Assertion":
        for alternatives in NEEDS.get(self.type, ()):
            if all(getattr(self, name) in (None, "", ()) for name in alternatives):
                raise ValueError(f"{self.type} needs {' or '.join(alternatives)}")
        if self.type in COUNTS and not _is_count(self.value):
            raise ValueError(f"{self.type} needs a value of 1 or more, not {self.value!r}")
        if self.type == "numeric" and not self._is_bounded():
            raise ValueError("numeric needs a number as value, or a bound that stands without one")
        return self

    def _is_bounded(self) -> bool:
        if self.value is None:
            return self.bounds != Tolerance() and not self.bounds.relative
        return not isinstance(self.value, str)


def _is_count(value: float | str | None) -> bool:
    return value is None or (isinstance(value, int | float) and value >= 1)


class Source(CasePart):
    url: str
    read: str = ""
    note: str = ""


class Rejection(CasePart):
    what: str
    why: str = ""


class Provenance(CasePart):
    hidden_facts_authored: tuple[str, ...] = ()
    hidden_facts_published: tuple[str, ...] = ()
    hidden_facts_unknown: tuple[str, ...] = ()
    documented_choice_inferred_slots: tuple[str, ...] = ()


class CaseFile(CasePart):
    """What both kinds of case files may hold."""

    schema_: Literal["stackwright-case/1"] = Field(alias="schema")
    id: str
    split: str = ""
    title: str = ""
    company: str = ""
    industry: str = ""
    category: str = "uncategorised"
    attack: str = ""
    based_on: str | None = None
    sources: tuple[Source, ...] = ()
    source_date: Annotated[str, BeforeValidator(str)] = ""
    confidence: str = ""
    difficulty: str = "unrated"
    layers: tuple[str, ...] = ()
    scale: dict[str, Any] = {}
    what_is_published: tuple[str, ...] = ()
    documented_choice: dict[str, Words] = {}
    rejected: tuple[Rejection, ...] = ()
    outcomes: tuple[str, ...] = ()
    persona: str
    hidden_facts: dict[str, Fact] = {}
    events: tuple[Event, ...] = ()
    must_ask: Words = ()
    provenance: Provenance = Provenance()
    why: str = ""
    notes: str = ""


class RealCase(CaseFile):
    """A published decision of an organisation, with what else would have been defensible."""

    kind: Literal["real_world"]
    expectations: Expectations


class AdversarialCase(CaseFile):
    """A script that tries to mislead the advisor."""

    kind: Literal["adversarial"]
    expected: tuple[Assertion, ...] = Field(min_length=1)


Case = RealCase | AdversarialCase
