"""The typed profile of a workload: what is known, from whom, in which words.

A Workload is an append-only history of `Known` values, the newest per field counting. Values are in
the canonical units of `knowledge/data/workload/fields.yaml`.
"""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, model_validator

from .estimate import Estimate

Origin = Literal["stated", "inferred", "assumed"]
Scalar = float | str | tuple[str, ...]


class Known(BaseModel):
    """A value of one field: a number, a range, an enum value, a set or ranking, or a text."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    field: str
    value: Scalar | None = None
    """None where only a range is known, or where the user said "I don't know" (`unknown`)."""
    low: float | None = None
    high: float | None = None
    unit: str = ""
    origin: Origin = "stated"
    turn: int = 0
    span: tuple[int, int] | None = None
    """Characters [start, end) of the turn's message that support it."""
    text: str = ""
    """The words as stated."""
    stated: str = ""
    """Value and unit as stated, e.g. `20,000 EUR/month`."""
    derivation: str = ""
    """Of which stated numbers it was multiplied together, e.g. `200 lawyers x 20 questions a day`."""
    unknown: bool = False

    @model_validator(mode="after")
    def _ordered(self) -> "Known":
        if self.low is not None and self.high is not None and self.low > self.high:
            raise ValueError(f"{self.field}: low {self.low} is above high {self.high}")
        return self

    @property
    def point(self) -> Scalar | None:
        """The value, or the middle of the range."""
        if self.value is not None or self.low is None or self.high is None:
            return self.value
        return (self.low + self.high) / 2

    @property
    def upper(self) -> float | None:
        """The upper end: for peaks, latency limits and sizes that must fit."""
        if self.high is not None:
            return self.high
        return self.value if isinstance(self.value, float | int) else None

    @property
    def lower(self) -> float | None:
        """The lower end."""
        if self.low is not None:
            return self.low
        return self.value if isinstance(self.value, float | int) else None


class SlotText(BaseModel):
    """What was said about a coarse workload slot, whether or not a field could be read from it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    slot: str
    text: str
    turn: int
    unknown: bool = False


class Workload(BaseModel):
    """Everything known about a workload."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    history: tuple[Known, ...] = ()
    slots: tuple[SlotText, ...] = ()

    @property
    def known(self) -> dict[str, Known]:
        """The newest value of each field."""
        return {item.field: item for item in self.history}

    def get(self, field: str) -> Known | None:
        return self.known.get(field)

    def with_known(self, *items: Known) -> "Workload":
        return self.model_copy(update={"history": (*self.history, *items)})

    def without(self, field: str) -> "Workload":
        """The workload as if nothing had been said about `field`."""
        return self.model_copy(
            update={"history": tuple(item for item in self.history if item.field != field)}
        )

    def without_turn(self, turn: int) -> "Workload":
        """The workload before `turn` (undo)."""
        return Workload(
            history=tuple(item for item in self.history if item.turn != turn),
            slots=tuple(item for item in self.slots if item.turn != turn),
        )


def from_mapping(values: dict[str, Any]) -> Workload:
    """A workload from `{field: scalar}`, all stated; for tests and tools. Files go through `tools.workload_file`."""
    items = []
    for field, value in values.items():
        if isinstance(value, Estimate):
            items.append(Known(field=field, value=value.typical, low=value.low, high=value.high))
        elif isinstance(value, list | tuple | set | frozenset):
            items.append(Known(field=field, value=tuple(value)))
        else:
            items.append(Known(field=field, value=float(value) if isinstance(value, int) else value))
    return Workload(history=tuple(items))
