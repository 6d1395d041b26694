"""Power, grid, PUE and embodied figures, each with its source."""

from datetime import date
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict

from .aliases import table_cache, validated
from .sizing_data import Constant

if TYPE_CHECKING:
    from .library import Knowledge


class GridIntensity(BaseModel):
    """Location-based annual mean of a cloud region or country."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    provider: str
    """Cloud, or `country`."""
    region: str
    location: str = ""
    country: str = ""
    gco2e_per_kwh: float
    data_year: str = ""
    basis: str = ""
    source: str
    confidence: str = ""


class ProviderPue(BaseModel):
    """Power usage effectiveness of a provider's fleet."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    provider: str
    low: float
    pue: float
    high: float
    period: str
    source: str


class Embodied(BaseModel):
    """Manufacturing emissions of one accelerator, with what its server adds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    component: str
    low_kg: float
    kg: float
    high_kg: float
    source: str


class ApiEnergy(BaseModel):
    """Energy of a hosted model, per thousand output tokens at the wall of the data centre."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    pattern: str
    """Prefix of the model keys that it stands for, `*` for any other, or `size:` and a class."""
    low_wh: float
    wh: float
    high_wh: float
    basis: Literal["measured", "vendor", "estimated"]
    source: str
    as_of: date


def power(knowledge: "Knowledge", name: str) -> Constant:
    """A constant of energy/power.yaml."""
    return table_cache(knowledge, _power)[name]


def grids(knowledge: "Knowledge") -> tuple[GridIntensity, ...]:
    """Every grid figure, in file order."""
    return table_cache(knowledge, _grids)


def pue(knowledge: "Knowledge", provider: str) -> ProviderPue:
    """PUE of a provider; `unknown` where it isn't listed."""
    table = table_cache(knowledge, _pues)
    return table.get(provider.lower(), table["unknown"])


def embodied(knowledge: "Knowledge", component: str) -> Embodied | None:
    """Manufacturing emissions of the accelerator family `component`."""
    return table_cache(knowledge, _embodied).get(component)


def api_energy_factors(knowledge: "Knowledge") -> tuple[ApiEnergy, ...]:
    """Energy of hosted models, most specific pattern first."""
    return table_cache(knowledge, _api)


def _power(knowledge: "Knowledge") -> dict[str, Constant]:
    content = knowledge.files.yaml("energy/power.yaml")
    return {name: Constant.model_validate(block) for name, block in content.items()}


def _grids(knowledge: "Knowledge") -> tuple[GridIntensity, ...]:
    name = "energy/grid_intensity.csv"
    return tuple(validated(GridIntensity, row, name) for row in knowledge.files.rows(name))


def _pues(knowledge: "Knowledge") -> dict[str, ProviderPue]:
    name = "energy/pue.csv"
    return {row["provider"]: validated(ProviderPue, row, name) for row in knowledge.files.rows(name)}


def _embodied(knowledge: "Knowledge") -> dict[str, Embodied]:
    name = "energy/embodied.csv"
    return {row["component"]: validated(Embodied, row, name) for row in knowledge.files.rows(name)}


def _api(knowledge: "Knowledge") -> tuple[ApiEnergy, ...]:
    name = "energy/api_energy.csv"
    found = [validated(ApiEnergy, row, name) for row in knowledge.files.rows(name)]
    return tuple(sorted(found, key=lambda item: (item.pattern == "*", -len(item.pattern))))
