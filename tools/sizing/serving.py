"""How many accelerators serve a load within its limits."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from knowledge import Knowledge
from knowledge.hardware import accelerators
from knowledge.models import models
from knowledge.sizing_data import constant

from .capacity import Capacity, capacity, longest_tokens
from .demand import PlanPoint, ServingDemand, ServingPlan
from .memory import served_in, unserved
from .operation import Operation, operate
from .options import Options, options
from .roofline import Array, Indices
from .unsized import unsized

HOURS_PER_DAY = 24.0


@dataclass(frozen=True)
class Choice:
    """The smallest deployment of each pair that has one: parallel arrays of indices."""

    options: Options
    capacity: Capacity
    pair: Indices
    option: Indices
    batch: Indices
    replicas: Array


def cheapest_points(
    knowledge: Knowledge, demand: ServingDemand, pairs: Sequence[tuple[str, str]]
) -> list[PlanPoint]:
    """One point per (model key, accelerator key), in the order of `pairs`; sized as by `serving_plans`."""
    chosen = choose(knowledge, demand, pairs)
    return _points(knowledge, pairs, chosen, operation(knowledge, demand, chosen), demand)


def serving_plans(
    knowledge: Knowledge, demand: ServingDemand, model_keys: Iterable[str], accelerator_keys: Iterable[str]
) -> list[ServingPlan]:
    """Every model on every accelerator: the smallest plan of each, feasible first, fewest watts first."""
    machines = list(accelerator_keys)
    pairs = [(model, machine) for model in model_keys for machine in machines]
    return sorted(plans_of(knowledge, demand, pairs, choose(knowledge, demand, pairs)), key=rank_of)


def plans_of(
    knowledge: Knowledge, demand: ServingDemand, pairs: Sequence[tuple[str, str]], chosen: Choice
) -> list[ServingPlan]:
    """The plans of what was chosen, in the order of `pairs`."""
    from .plans import full_plan

    working = operation(knowledge, demand, chosen)
    return [
        full_plan(knowledge, demand, chosen, working, point, number)
        for number, point in enumerate(_points(knowledge, pairs, chosen, working, demand))
    ]


def rank_of(plan: ServingPlan) -> tuple[bool, float, int]:
    """Feasible first, fewest watts first."""
    return not plan.feasible, plan.watts.typical, plan.accelerators


def choose(knowledge: Knowledge, demand: ServingDemand, pairs: Sequence[tuple[str, str]]) -> Choice:
    """The deployment of each pair with the fewest accelerators; of equals the smallest replicas."""
    available = options(knowledge, tuple(pairs), demand.precision)
    able = capacity(knowledge, available, demand)
    return smallest(knowledge, demand, available, able, replicas_for(knowledge, demand, able))


def smallest(
    knowledge: Knowledge, demand: ServingDemand, available: Options, able: Capacity, replicas: Array
) -> Choice:
    """Of deployments that need so many replicas at each batch, the one of each pair with the fewest accelerators."""
    devices = available.devices[:, None]
    tie = devices / 100 + 1e-3 * able.service_ms / (1e9 + able.service_ms)
    cost = np.where(
        able.keeps_limits & (replicas * devices <= available_devices(knowledge, demand)),
        replicas * devices + tie,
        np.inf,
    )
    batch = cost.argmin(axis=1) if len(cost) else np.zeros(0, dtype=int)
    lowest = cost[np.arange(len(cost)), batch]
    order = np.lexsort((lowest, available.pair))
    _, first = np.unique(available.pair[order], return_index=True)
    best = order[first]
    best = best[np.isfinite(lowest[best])]
    return Choice(
        available, able, available.pair[best].astype(int), best, batch[best], replicas[best, batch[best]]
    )


def available_devices(knowledge: Knowledge, demand: ServingDemand) -> float:
    """As many accelerators as there are; where nobody says, as many as plans are made for."""
    return demand.accelerators or constant(knowledge, "planning", "most_accelerators").value


def design_rps(demand: ServingDemand) -> float:
    """The rate that must be carried: the peak, or a day's work within the batch window."""
    if demand.batch_window_h:
        return demand.mean_rps * HOURS_PER_DAY / demand.batch_window_h
    return demand.mean_rps if demand.batch else max(demand.peak_rps, demand.mean_rps)


def redundant(knowledge: Knowledge, demand: ServingDemand) -> bool:
    """Whether one replica more than the load needs is planned."""
    limit = constant(knowledge, "planning", "redundancy_from_pct").value
    return demand.redundant or (demand.availability_pct or 0) >= limit


def replicas_for(knowledge: Knowledge, demand: ServingDemand, able: Capacity) -> Array:
    """Replicas that carry the load, by deployment and batch, whether or not the limits are kept."""
    needed = np.maximum(np.ceil(design_rps(demand) / able.planned_rps - 1e-9), 1)
    result: Array = needed + 1 if redundant(knowledge, demand) else needed
    return result


def operation(knowledge: Knowledge, demand: ServingDemand, chosen: Choice) -> Operation:
    """The chosen deployments at their load."""
    spare = 1 if redundant(knowledge, demand) else 0
    return operate(
        knowledge, demand, chosen.options, chosen.capacity,
        option=chosen.option, batch=chosen.batch, replicas=chosen.replicas,
        peak_rps=design_rps(demand), working=chosen.replicas - spare,
    )  # fmt: skip


def _points(
    knowledge: Knowledge, pairs: Sequence[tuple[str, str]], chosen: Choice, working: Operation,
    demand: ServingDemand,
) -> list[PlanPoint]:  # fmt: skip
    rows = {int(pair): row for row, pair in enumerate(chosen.pair)}
    return [
        _point(pair, chosen, working, rows[index])
        if index in rows
        else _infeasible(pair, _why(knowledge, pair, demand, chosen, index), demand)
        for index, pair in enumerate(pairs)
    ]


def _why(
    knowledge: Knowledge, pair: tuple[str, str], demand: ServingDemand, chosen: Choice, index: int
) -> str:
    """The first thing that stands in the way of pair number `index`."""
    model, machine = models(knowledge)[pair[0]], accelerators(knowledge)[pair[1]]
    if not model.sizeable:
        return unsized(model)
    if demand.precision and not served_in(model, machine, demand.precision):
        return unserved(machine, demand.precision)
    rows, longest = chosen.options.pair == index, longest_tokens(demand)
    if not rows.any():
        return f"{model.key} doesn't fit on as many {machine.key} as one replica may span."
    if model.context and longest > model.context:
        return f"{model.key} reads {model.context:,} tokens at most, {longest:,.0f} are asked for."
    if chosen.capacity.keeps_limits[rows].any():
        return f"The {machine.key} that there are don't carry the load with {model.key}."
    lacking = (
        "keeps the latency limits" if chosen.capacity.fits[rows].any() else "holds the context asked for"
    )
    return f"No deployment of {model.key} on {machine.key} {lacking}."


def _point(pair: tuple[str, str], chosen: Choice, working: Operation, row: int) -> PlanPoint:
    option = int(chosen.option[row])
    devices, replicas = int(chosen.options.devices[option]), int(chosen.replicas[row])
    return PlanPoint(
        model=pair[0], accelerator=pair[1], precision=chosen.options.precision[option],
        accelerators=devices * replicas, replicas=replicas, per_replica=devices,
        ttft_p95_ms=float(working.ttft_p95_ms[row]), tpot_ms=float(working.tpot_ms[row]),
        e2e_p95_ms=float(working.e2e_p95_ms[row]), utilisation=float(working.utilisation[row]),
        watts=float(working.watts[row]), feasible=True, reason="",
    )  # fmt: skip


def _infeasible(pair: tuple[str, str], why: str, demand: ServingDemand) -> PlanPoint:
    infinite = float("inf")
    return PlanPoint(
        *pair, demand.precision, 0, 0, 0, infinite, infinite, infinite, 0.0, 0.0, False, why,
    )  # fmt: skip
