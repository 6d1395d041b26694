"""Constants of the sizing formulas and the fitted coefficients of the serving model, each with its source."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict

from .aliases import table_cache
from .errors import KnowledgeInvalid

if TYPE_CHECKING:
    from .library import Knowledge


class Constant(BaseModel):
    """A number, or an interval, and where it comes from."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    value: float
    low: float | None = None
    high: float | None = None
    source: str
    as_of: Any

    @property
    def interval(self) -> tuple[float, float, float]:
        """low, typical, high."""
        low = self.value if self.low is None else self.low
        return low, self.value, self.value if self.high is None else self.high


class Effect(BaseModel):
    """A kind of family whose members depart from the common weights."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    family: str
    """architecture, sparsity, engine, generation, precision or memory."""
    terms: tuple[str, ...] = ()
    """The terms that its factors multiply; none named: all of them."""
    spread: float
    """Standard deviation of the logarithm of a factor, to which the fit shrinks them."""


class Weights(BaseModel):
    """Weights of the terms, and the factor of each known member of each kind of family."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    values: tuple[float, ...]
    factors: tuple[dict[str, float], ...] = ()
    """In the order of the effects."""


class Coefficients(BaseModel):
    """One regime of the serving model: weights of its terms, and how wrong they are on unseen groups."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    terms: tuple[str, ...]
    effects: tuple[Effect, ...] = ()
    values: tuple[float, ...]
    factors: tuple[dict[str, float], ...] = ()
    rows: int
    groups: int
    mape: float
    """Mean relative error on groups that the fit did not see."""
    mape_by_group: float
    median_error: float
    ratio: tuple[float, float, float]
    """Low, middle and high of measured over predicted on groups that the fit did not see: the 80 % interval."""
    seen_ratio: tuple[float, float, float]
    """The same on groups that the fit did see, each scaled by its own median."""
    without: dict[str, Weights] = {}
    """`accelerator|architecture` -> what is fitted without that group."""

    def for_run(self, families: Mapping[str, str], without_group: str = "") -> tuple[float, ...]:
        """Weights for a member of these families, from runs outside `without_group`."""
        fitted = self.without.get(without_group) or self
        found = list(fitted.values)
        for effect, factors in zip(self.effects, fitted.factors, strict=True):
            factor = factors.get(families.get(effect.family, ""), 1.0)
            for position, term in enumerate(self.terms):
                if factor != 1 and (not effect.terms or term in effect.terms):
                    found[position] *= factor
        return tuple(found)


def constant(knowledge: "Knowledge", section: str, name: str) -> Constant:
    """A constant of perf/sizing.yaml."""
    return table_cache(knowledge, _constants)[section, name]


def bytes_per(knowledge: "Knowledge", what: str, precision: str) -> float:
    """`bytes_per_parameter` or `cache_bytes_per_value` at a precision."""
    values = table_cache(knowledge, _content)[what]["values"]
    if precision not in values:
        raise KnowledgeInvalid(f"perf/sizing.yaml has no {what} for the precision {precision!r}.")
    return float(values[precision])


def coefficients(knowledge: "Knowledge", regime: str) -> Coefficients:
    """The fitted coefficients of `regime`."""
    return table_cache(knowledge, _coefficients)[regime]


def fitted_on(knowledge: "Knowledge") -> str:
    """The day of the fit."""
    return str(knowledge.files.yaml("perf/serving_coefficients.yaml")["fitted"])


def _content(knowledge: "Knowledge") -> dict[str, Any]:
    content: dict[str, Any] = knowledge.files.yaml("perf/sizing.yaml")
    return content


def _constants(knowledge: "Knowledge") -> dict[tuple[str, str], Constant]:
    return {
        (section, name): Constant.model_validate(block)
        for section, blocks in _content(knowledge).items()
        for name, block in blocks.items()
        if isinstance(block, dict) and "value" in block
    }


def _coefficients(knowledge: "Knowledge") -> dict[str, Coefficients]:
    content = knowledge.files.yaml("perf/serving_coefficients.yaml")
    return {name: Coefficients.model_validate(block) for name, block in content["regimes"].items()}
