"""Total cost of ownership over 36 months: growth, price drift, one-off costs, discounting, uncertainty.

Every input is a range (low, typical, high) with the typical value as its median, triangular on either side: its
mean is the PERT mean, (low + 4 typical + high) / 6. A seeded Monte Carlo gives P10, P50 and P90; the
tornado swings one input at a time from its low to its high end with the others at their typical value.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict

from knowledge import Knowledge

from ..estimate import Estimate, point
from .assumptions import assumption
from .lines import Bill

if TYPE_CHECKING:
    from numpy.typing import NDArray

MONTHS = 36
DRAWS = 2000
SEED = 20261124
DISCOUNT_RATE = 0.09
ZERO_USD = point(0.0, "USD")
ZERO_MONTHLY = point(0.0, "USD/month")


class Swing(BaseModel):
    """How far one input alone moves the net present cost."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    low_usd: float
    """Net present cost with the input at its low end."""
    high_usd: float
    """The same at its high end."""

    @property
    def width(self) -> float:
        return abs(self.high_usd - self.low_usd)


class TCO(BaseModel):
    """Cost over the horizon in USD, taxes excluded."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    months: int
    total: Estimate
    """P10, P50, P90 of the undiscounted sum."""
    net_present: Estimate
    """P10, P50, P90 of the net present cost."""
    recurring: Estimate
    """The share of `total` that is paid monthly."""
    one_off: Estimate
    by_year: tuple[float, ...]
    """Typical undiscounted cost of each year, one-off costs included."""
    tornado: tuple[Swing, ...]
    """Inputs by how far each moves the net present cost, widest first."""
    discount_rate: float
    draws: int
    seed: int
    incomplete: bool


def tco_36_months(
    knowledge: Knowledge,
    bill: Bill,
    growth_pct_month: Estimate | float = 0.0,
    *,
    discount_rate: float = DISCOUNT_RATE,
    migration: Estimate = ZERO_USD,
    training: Estimate = ZERO_USD,
    exit_cost: Estimate = ZERO_USD,
    missed_target: Estimate = ZERO_MONTHLY,
    months: int = MONTHS,
    draws: int = DRAWS,
    seed: int = SEED,
) -> TCO:
    """TCO of `bill` over `months`; `missed_target` is the user's own monthly cost of missing a target."""
    inputs = _inputs(knowledge, bill, growth_pct_month, migration, training, exit_cost, missed_target)
    sampled = _sample(inputs, draws, seed)
    flows = _Flows(months, discount_rate)
    nominal, present, recurring = flows.totals(sampled)
    typical = _array({name: [item.typical] for name, item in inputs.items()})
    incomplete = bill.incomplete
    evidence = tuple(dict.fromkeys(source for item in inputs.values() for source in item.evidence))
    return TCO(
        months=months,
        total=_percentiles(nominal, "tco", evidence, incomplete),
        net_present=_percentiles(present, "tco-net-present", evidence, incomplete),
        recurring=_percentiles(recurring, "tco-recurring", evidence, incomplete),
        one_off=_percentiles(nominal - recurring, "tco-one-off", evidence, False),
        by_year=flows.years(typical),
        tornado=_tornado(inputs, flows),
        discount_rate=discount_rate,
        draws=draws,
        seed=seed,
        incomplete=incomplete,
    )


def _inputs(
    knowledge: Knowledge,
    bill: Bill,
    growth_pct_month: Estimate | float,
    migration: Estimate,
    training: Estimate,
    exit_cost: Estimate,
    missed_target: Estimate,
) -> dict[str, Estimate]:
    growth = (
        growth_pct_month
        if isinstance(growth_pct_month, Estimate)
        else point(float(growth_pct_month), "percent/month", "user")
    )
    priced = [line for line in bill.lines if line.effective_cost is not None]
    rented = any(line.part == "llm" and line.service_category == "Compute" for line in priced)
    return {
        "services": _part(bill, "infra"),
        "model": bill.monthly_llm,
        "staff": bill.monthly_staff,
        "growth": growth,
        "model price drift": assumption(
            knowledge, "gpu_price_drift_year" if rented else "llm_price_drift_year"
        ),
        "wage drift": assumption(knowledge, "wage_drift_year"),
        "share of services that grows": assumption(knowledge, "infra_growth_share"),
        "most growth": assumption(knowledge, "most_growth"),
        "migration": migration,
        "training": training,
        "exit": exit_cost,
        "missed target": missed_target,
    }


def _part(bill: Bill, part: str) -> Estimate:
    """Infrastructure without the model: what is left of the bill's infrastructure."""
    infra, model = bill.monthly_infra, bill.monthly_llm
    return infra.model_copy(
        update={
            "low": max(0.0, infra.low - model.low),
            "typical": max(0.0, infra.typical - model.typical),
            "high": max(0.0, infra.high - model.high),
        }
    )


class _Flows:
    """Monthly cash flows for any number of draws at once (draws down, months across)."""

    def __init__(self, months: int, discount_rate: float) -> None:
        import numpy as np

        self._month = np.arange(months, dtype=float)
        self._year = self._month / 12
        self._discount = (1 + discount_rate) ** -((self._month + 1) / 12)
        self._last = float(self._discount[-1])

    def monthly(self, at: "Mapping[str, NDArray[Any]]") -> "NDArray[Any]":
        """USD of each month."""
        grown = (1 + at["growth"][:, None] / 100) ** self._month
        grown = grown.clip(max=at["most growth"][:, None])
        share = at["share of services that grows"][:, None]
        services = at["services"][:, None] * (1 - share + share * grown)
        drift = (1 + at["model price drift"][:, None]) ** self._year
        model = at["model"][:, None] * grown * drift
        staff = at["staff"][:, None] * (1 + at["wage drift"][:, None]) ** self._year
        return services + model + staff + at["missed target"][:, None]  # type: ignore[no-any-return]

    def totals(self, at: "Mapping[str, NDArray[Any]]") -> "tuple[NDArray[Any], NDArray[Any], NDArray[Any]]":
        """Undiscounted sum, net present cost and recurring sum of each draw; exit falls due at the end."""
        monthly = self.monthly(at)
        start, end = at["migration"] + at["training"], at["exit"]
        recurring = monthly.sum(axis=1)
        present = monthly @ self._discount + start + end * self._last
        return recurring + start + end, present, recurring

    def years(self, at: "Mapping[str, NDArray[Any]]") -> tuple[float, ...]:
        """Undiscounted cost of each started year of the first draw."""
        monthly = self.monthly(at)[0]
        years = [float(monthly[begin : begin + 12].sum()) for begin in range(0, len(monthly), 12)]
        years[0] += float(at["migration"][0] + at["training"][0])
        years[-1] += float(at["exit"][0])
        return tuple(years)


def _sample(inputs: Mapping[str, Estimate], draws: int, seed: int) -> "dict[str, NDArray[Any]]":
    import numpy as np

    generator = np.random.default_rng(seed)
    sampled = {}
    for name, item in inputs.items():
        uniform = generator.random(draws)
        sampled[name] = _ranged(item, uniform)
    return sampled


def _ranged(item: Estimate, uniform: "NDArray[Any]") -> "NDArray[Any]":
    """Inverse of the two-sided triangular distribution; an input without a range uses up its draws all the same.

    With the typical value as mode instead, a skewed range would raise the middle of every total.
    """
    import numpy as np

    if item.high <= item.low:
        return np.full_like(uniform, item.typical)
    rising = item.low + (item.typical - item.low) * np.sqrt(np.minimum(2 * uniform, 1))
    falling = item.high - (item.high - item.typical) * np.sqrt(np.minimum(2 * (1 - uniform), 1))
    return np.asarray(np.where(uniform < 0.5, rising, falling))


def _array(values: Mapping[str, list[float]]) -> "dict[str, NDArray[Any]]":
    import numpy as np

    return {name: np.asarray(items, dtype=float) for name, items in values.items()}


def _tornado(inputs: Mapping[str, Estimate], flows: _Flows) -> tuple[Swing, ...]:
    swung = [name for name, item in inputs.items() if item.high > item.low]
    if not swung:
        return ()
    columns = {name: [item.typical] * (2 * len(swung)) for name, item in inputs.items()}
    for index, name in enumerate(swung):
        columns[name][2 * index], columns[name][2 * index + 1] = inputs[name].low, inputs[name].high
    present = flows.totals(_array(columns))[1]
    swings = [
        Swing(name=name, low_usd=float(present[2 * index]), high_usd=float(present[2 * index + 1]))
        for index, name in enumerate(swung)
    ]
    moving = [swing for swing in swings if swing.width > 0]
    return tuple(sorted(moving, key=lambda swing: -swing.width))


def _percentiles(
    values: "NDArray[Any]", formula: str, evidence: tuple[str, ...], incomplete: bool
) -> Estimate:
    import numpy as np

    low, typical, high = (float(value) for value in np.percentile(values, [10, 50, 90]))
    return Estimate(
        low=low,
        typical=typical,
        high=high,
        unit="USD",
        formula=formula,
        evidence=evidence,
        incomplete=incomplete,
    )
