"""Money of one currency in another, at a dated reference rate, with how far the rate may have moved since."""

from datetime import date
from math import sqrt

from knowledge import Knowledge
from knowledge.currencies import fx_rate

from ..estimate import Estimate
from .assumptions import assumption

DAYS_PER_YEAR = 365


def convert(
    knowledge: Knowledge, amount: float, source: str, target: str, as_of: date | None = None
) -> Estimate:
    """`amount` of currency `source` in `target`; the interval grows with the age of the rate at `as_of`."""
    have, want = fx_rate(knowledge, source), fx_rate(knowledge, target)
    value = amount * want.units_per_eur / have.units_per_eur
    day = min(have.as_of, want.as_of)
    age = max(0, (as_of - day).days) if as_of is not None else 0
    if have.currency == want.currency:
        spread = 0.0
    else:
        spread = assumption(knowledge, "fx_volatility_year").typical * sqrt(age / DAYS_PER_YEAR)
    ends = sorted((value * (1 - spread), value * (1 + spread)))
    return Estimate(
        low=ends[0],
        typical=value,
        high=ends[1],
        unit=want.currency,
        formula="currency-conversion",
        inputs={
            "amount": amount,
            "from": have.currency,
            "as_of": day.isoformat(),
            "age_days": float(age),
        },
        evidence=(f"price/fx/{have.currency}", f"price/fx/{want.currency}"),
    )
