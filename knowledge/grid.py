"""Grams of CO2eq per kilowatt hour of a place, as an interval over the defensible figures for it."""

from statistics import median
from typing import TYPE_CHECKING, NamedTuple

from .aliases import table_cache
from .energy_factors import GridIntensity, grids

if TYPE_CHECKING:
    from .library import Knowledge


class Grid(NamedTuple):
    """low, typical and high in g CO2eq/kWh, and which figures they come from."""

    low: float
    typical: float
    high: float
    place: str
    source: str


def grid(knowledge: "Knowledge", provider: str = "", region: str = "") -> Grid:
    """The grid of a cloud region, country or group; the span of the provider, or of all, when unknown."""
    rows = _of_place(knowledge, provider.lower(), region)
    if rows:
        return _interval(rows, region, spread=len({row.country for row in rows}) > 1)
    rows = [row for row in grids(knowledge) if row.provider == provider.lower()] or list(grids(knowledge))
    return _interval(rows, f"unknown place ({provider or 'any provider'})", spread=True)


def _of_place(knowledge: "Knowledge", provider: str, region: str) -> list[GridIntensity]:
    if not region:
        return []
    exact = [
        row for row in grids(knowledge) if row.region == region and row.provider in (provider, "country")
    ]
    if exact or not provider:
        exact = exact or [row for row in grids(knowledge) if row.region == region]
    if exact:
        return exact
    names = table_cache(knowledge, _regions)
    members = names.get(region.upper(), (region.upper(),))
    return [row for row in grids(knowledge) if row.provider == "country" and row.region in members]


def _interval(rows: list[GridIntensity], place: str, spread: bool) -> Grid:
    """The first row is the best figure of one place; many places give the middle and the outer tenths."""
    values = sorted(row.gco2e_per_kwh for row in rows)
    if not spread:
        low, typical, high = values[0], rows[0].gco2e_per_kwh, values[-1]
        if low == high:
            low, high = 0.85 * typical, 1.15 * typical
    else:
        cut = len(values) // 10
        low, typical, high = values[cut], median(values), values[-1 - cut]
    sources = "; ".join(dict.fromkeys(row.source for row in rows[:3]))
    return Grid(low, typical, high, place, sources)


def _regions(knowledge: "Knowledge") -> dict[str, tuple[str, ...]]:
    content = knowledge.files.yaml("energy/regions.yaml")
    single = {name: (code,) for name, code in content["countries"].items()}
    return single | {name: tuple(codes) for name, codes in content["groups"].items()}
