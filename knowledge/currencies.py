"""Exchange rates of one dated day, against the euro as the European Central Bank publishes them."""

from datetime import date
from typing import TYPE_CHECKING

from pydantic import Field

from .aliases import table_cache
from .errors import UnknownName
from .prices import Confidence
from .records import Record
from .tables import read_table

if TYPE_CHECKING:
    from .library import Knowledge


class FxRate(Record):
    """Units of a currency for one euro."""

    currency: str = Field(pattern=r"^[A-Z]{3}$")
    units_per_eur: float = Field(gt=0)
    as_of: date
    confidence: Confidence
    source: str


def fx_rates(knowledge: "Knowledge") -> dict[str, FxRate]:
    """Rates by ISO 4217 code."""
    return table_cache(knowledge, _read)


def fx_rate(knowledge: "Knowledge", currency: str) -> FxRate:
    """The rate of `currency`; UnknownName names the nearest codes."""
    found = fx_rates(knowledge).get(currency.strip().upper())
    if found is None:
        from .aliases import nearest

        error: UnknownName = nearest(currency, fx_rates(knowledge), "currency")
        raise error
    return found


def _read(knowledge: "Knowledge") -> dict[str, FxRate]:
    return {row.currency: row for row in read_table(knowledge, "cost/fx_rates.csv", FxRate)}
