"""A number that knows its range, its kind and where it comes from."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, model_validator

Kind = Literal["measured", "vendor", "estimated", "assumed", "user"]


class Estimate(BaseModel):
    """low <= typical <= high, in `unit`; `evidence` holds ids of the ledger.

    `incomplete` marks a total with an unpriced part: it reads "at least …".
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    low: float
    typical: float
    high: float
    unit: str
    kind: Kind = "estimated"
    formula: str = ""
    """Name of the formula, as documented in docs/formulas.md."""
    inputs: dict[str, float | str] = {}
    evidence: tuple[str, ...] = ()
    incomplete: bool = False

    @model_validator(mode="after")
    def _ordered(self) -> "Estimate":
        if not self.low <= self.typical <= self.high:
            raise ValueError(f"not ordered: {self.low} <= {self.typical} <= {self.high}")
        return self

    def scaled(self, factor: float, unit: str) -> "Estimate":
        """The same estimate times a non-negative constant, in another unit."""
        return self.model_copy(
            update={
                "low": self.low * factor,
                "typical": self.typical * factor,
                "high": self.high * factor,
                "unit": unit,
            }
        )

    def at_most(self, most: float) -> "Estimate":
        """The same estimate, none of its ends above `most`."""
        low, typical, high = (min(end, most) for end in (self.low, self.typical, self.high))
        return self.model_copy(update={"low": low, "typical": typical, "high": high})


def point(value: float, unit: str, kind: Kind = "estimated", **extra: object) -> Estimate:
    """An estimate without a range."""
    return Estimate(low=value, typical=value, high=value, unit=unit, kind=kind, **extra)
