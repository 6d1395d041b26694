"""People: how many it takes to operate a stack, what they cost, and what learning, moving and leaving cost.

The figures behind it are weak (published ranges differ ten times), so intervals are wide and every input
may be replaced by the user's own.
"""

from collections.abc import Mapping, Sequence
from math import exp
from typing import Any

from knowledge import Knowledge
from knowledge.records import Component
from knowledge.staff import HOME_REGION, StaffRate, exit_hours, staff_rates, training_prices

from ..estimate import Estimate, point
from ..month import HOURS_PER_MONTH
from ..operation import operator
from .assumptions import assumption
from .currency import convert
from .lines import USD_MONTH, product, total

LEARNERS = 2
"""People who learn each new component, so that one can be away."""
MIDDLING_COMPLEXITY = 3


def staff_fte(
    knowledge: Knowledge,
    components: Sequence[Component],
    values: Mapping[str, Any],
    selfhost_inference: bool = False,
) -> Estimate:
    """Full-time people that operating `components` takes; each component counts once."""
    distinct = {component.id: component for component in components}.values()
    burden = sum(_burden(knowledge, component, values) for component in distinct)
    spread, cap = assumption(knowledge, "ops_fte_spread"), assumption(knowledge, "ops_fte_cap")
    serving = assumption(knowledge, "inference_ops_fte")
    ends = {
        end: _capped(burden * getattr(spread, end), getattr(cap, end))
        + (getattr(serving, end) if selfhost_inference else 0.0)
        for end in ("low", "typical", "high")
    }
    evidence = (*spread.evidence, *cap.evidence, *(serving.evidence if selfhost_inference else ()))
    return Estimate(
        **ends,
        unit="FTE",
        kind="assumed",
        formula="staff-fte",
        inputs={"burden": burden, "components": float(len(distinct))},
        evidence=evidence,
    )


def staff_cost(
    knowledge: Knowledge, fte: Estimate, usd_per_year: float | None = None, region: str = HOME_REGION
) -> Estimate:
    """USD a month of `fte` people; `usd_per_year` is the organisation's fully loaded cost of one."""
    return product(fte, loaded_usd_per_year(knowledge, usd_per_year, region), USD_MONTH, "staff-cost").scaled(
        1 / 12, USD_MONTH
    )


def loaded_usd_per_year(knowledge: Knowledge, usd_per_year: float | None, region: str) -> Estimate:
    """Fully loaded cost of one engineer a year: the user's own, or wage times benefits factor."""
    if usd_per_year is not None:
        return point(usd_per_year, "USD/year", "user")
    rates = staff_rates(knowledge)
    rate = rates.get(region.upper(), rates[HOME_REGION])
    wage = _wage(knowledge, rate, rates[HOME_REGION])
    return product(wage, assumption(knowledge, "benefits_factor"), "USD/year", "loaded-wage")


def hourly_rate(
    knowledge: Knowledge, usd_per_year: float | None = None, region: str = HOME_REGION
) -> Estimate:
    """Fully loaded USD of one engineering hour."""
    hours = assumption(knowledge, "working_hours_year")
    yearly = loaded_usd_per_year(knowledge, usd_per_year, region)
    return yearly.model_copy(
        update={
            "low": yearly.low / hours.high,
            "typical": yearly.typical / hours.typical,
            "high": yearly.high / hours.low,
            "unit": "USD/h",
            "evidence": (*yearly.evidence, *hours.evidence),
        }
    )


def training_cost(
    knowledge: Knowledge, new: Sequence[Component], people: float, hourly: Estimate
) -> Estimate:
    """One-off USD to learn `new` components: hours by complexity for two people, an exam for Kubernetes."""
    learners = min(people, LEARNERS)
    weight = sum(component.ops_complexity / MIDDLING_COMPLEXITY for component in new) * learners
    hours = assumption(knowledge, "learning_hours").scaled(weight, "h")
    learning = product(hours, hourly, "USD", "training-cost")
    if not any("kubernetes" in {component.id, *component.skills} for component in new):
        return learning
    exam = training_prices(knowledge)["cka-exam"]
    fee = point(exam.price_usd * learners, "USD", "vendor", evidence=("price/training/cka-exam",))
    return total((learning, fee), "USD", "training-cost")


def migration_cost(
    knowledge: Knowledge, moved: int, hourly: Estimate, dual_running_usd_month: float = 0.0
) -> Estimate:
    """One-off USD to move `moved` stateful components, and to run old and new side by side."""
    engineering = product(
        assumption(knowledge, "migration_hours").scaled(moved, "h"), hourly, "USD", "migration-cost"
    )
    share = assumption(knowledge, "migration_engineering_share").typical
    months = assumption(knowledge, "dual_running_months")
    double = months.scaled(dual_running_usd_month if moved else 0.0, "USD")
    return total((engineering.scaled(1 / share, "USD"), double), "USD", "migration-cost")


def exit_cost(knowledge: Knowledge, components: Sequence[Component], hourly: Estimate) -> Estimate:
    """USD to leave the stack: engineering hours by the exit path of each component."""
    table = exit_hours(knowledge)
    paths = [table[component.exit_path] for component in {item.id: item for item in components}.values()]
    hours = Estimate(
        low=sum(path.low for path in paths),
        typical=sum(path.typical for path in paths),
        high=sum(path.high for path in paths),
        unit="h",
        kind="assumed",
        evidence=("assumption/cost/exit_hours",),
    )
    return product(hours, hourly, "USD", "exit-cost")


def downtime_cost(usd_per_hour: float | None, availability_pct: float) -> Estimate | None:
    """USD a month of the downtime that `availability_pct` allows; None unless the user prices an hour."""
    if usd_per_hour is None:
        return None
    return point(
        (1 - availability_pct / 100) * HOURS_PER_MONTH * usd_per_hour,
        USD_MONTH,
        "user",
        formula="downtime-cost",
    )


def _burden(knowledge: Knowledge, component: Component, values: Mapping[str, Any]) -> float:
    anchors = knowledge.anchors
    if operator(component, values) != "self":
        return float(anchors["ops_fte_managed"])
    return float(anchors["ops_fte_by_complexity"][component.ops_complexity])


def _capped(burden: float, cap: float) -> float:
    """Grows like `burden` while small and never passes `cap`: a platform team shares its work."""
    return cap * (1 - exp(-burden / cap))


def _wage(knowledge: Knowledge, rate: StaffRate, home: StaffRate) -> Estimate:
    """USD a year; a country known by an average alone scales the home range by the ratio to its base."""
    factor = convert(knowledge, 1.0, rate.currency, "USD").typical
    if rate.ratio_base is None:
        low, typical, high = rate.low * factor, rate.typical * factor, rate.high * factor
    else:
        ratio = rate.typical / rate.ratio_base
        low, typical, high = home.low * ratio, home.typical * ratio, home.high * ratio
    return Estimate(
        low=low,
        typical=typical,
        high=high,
        unit="USD/year",
        kind="measured" if rate.confidence == "high" else "estimated",
        formula="wage",
        evidence=(f"price/staff/{rate.region}",),
    )
