"""How many accelerators serve a load within its limits."""

from collections.abc import Iterable, Sequence

from knowledge import Knowledge

from .demand import PlanPoint, ServingDemand, ServingPlan


def serving_plans(
    knowledge: Knowledge, demand: ServingDemand, models: Iterable[str], accelerators: Iterable[str]
) -> list[ServingPlan]:
    """Every model on every accelerator: the smallest plan of each, feasible ones first, fewest watts first."""
    raise NotImplementedError


def cheapest_points(
    knowledge: Knowledge, demand: ServingDemand, pairs: Sequence[tuple[str, str]]
) -> list[PlanPoint]:
    """One point per (model key, accelerator key), in the order of `pairs`; the same sizes as `serving_plans`."""
    raise NotImplementedError
