"""People at one time instead of a rate: each waits for the answer, pauses, and asks again.

So the rate depends on how fast the deployment answers: N people with a pause Z, answered in R, ask N / (Z + R) times a
second (the interactive response time law, Denning and Buzen 1978, "The operational analysis of queueing network
models", ACM Computing Surveys 10(3)). R rises with the rate, so a replica has a highest number of people whose rate it
carries, and replicas are counted by people: more of them never need fewer.
"""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from knowledge import Knowledge
from knowledge.errors import InputRefused
from tools.wording import number, whole

from .capacity import Capacity, capacity
from .demand import ServingDemand, ServingPlan
from .operation import served
from .options import options
from .roofline import Array, Indices
from .serving import Choice, available_devices, plans_of, rank_of, redundant, smallest

HALVINGS = 60
"""Until the rate is as exact as its type."""
SETTLED = 0.01
"""Rates within this share of each other are the same."""


class People(NamedTuple):
    """Who is on at one time, and how often each of them asks."""

    users: float
    think_s: float | None = None
    """From the end of an answer to the next request."""
    period_s: float | None = None
    """From one request to the next, however long the answer takes, but never before it has ended."""

    def rps(self, answer_s: float) -> float:
        """Requests a second, each answered in so long.

        >>> People(200, think_s=8).rps(2.0), People(200, period_s=40).rps(2.0), People(200, period_s=40).rps(50)
        (20.0, 5.0, 4.0)
        """
        return float(self.users / self.cycle_s(np.array(answer_s)))

    def cycle_s(self, answer_s: Array) -> Array:
        """From one request of a person to the next, each answered in so long."""
        if self.period_s is not None:
            return np.maximum(self.period_s, answer_s)
        result: Array = (self.think_s or 0.0) + answer_s
        return result


def plans_for_people(
    knowledge: Knowledge,
    people: People,
    demand: ServingDemand,
    models: Iterable[str],
    accelerators: Iterable[str],
    *,
    mean_rps: float | None = None,
) -> list[ServingPlan]:
    """Every model on every accelerator, as `serving_plans`; peak and mean of `demand` are left to the people.

    `mean_rps` is a stated mean; InputRefused where that or the trough is more than the people ask.
    """
    machines = list(accelerators)
    found = [
        _plan(knowledge, people, demand, mean_rps, (model, machine))
        for model in models
        for machine in machines
    ]
    _refuse_busier(people, mean_rps, demand.trough_rps, found)
    return sorted(found, key=rank_of)


def _plan(
    knowledge: Knowledge, people: People, demand: ServingDemand, mean_rps: float | None, pair: tuple[str, str]
) -> ServingPlan:
    """The smallest deployment that carries the people, at the rate that they keep to because of its answers."""
    available = options(knowledge, (pair,), demand.precision)
    able = capacity(knowledge, available, demand)
    spare = 1 if redundant(knowledge, demand) else 0
    held = _held(people, able)
    replicas = np.maximum(np.ceil(people.users / held - 1e-9), 1) + spare
    chosen = smallest(knowledge, demand, available, able, replicas)
    if not len(chosen.pair):
        (plan,) = plans_of(knowledge, demand, [pair], chosen)
        return _waiting(knowledge, people, demand, plan) if plan.saturated else plan
    working = float(chosen.replicas[0]) - spare
    rate = working * _rate_of_one(people, chosen, people.users / working)
    load = demand.model_copy(
        update={
            "peak_rps": rate,
            "mean_rps": min(mean_rps or rate, rate),
            "trough_rps": None if demand.trough_rps is None else min(demand.trough_rps, rate),
        }
    )
    (plan,) = plans_of(knowledge, load, [pair], chosen)
    return _among(people, plan, working)


def _held(people: People, able: Capacity) -> Array:
    """People whose requests one replica carries, by deployment and batch."""
    rows = np.arange(len(able.planned_rps))
    columns = [
        able.planned_rps[:, place]
        * _cycle_s(people, able, rows, np.full(len(rows), place), able.planned_rps[:, place])
        for place in range(able.planned_rps.shape[1])
    ]
    return np.stack(columns, axis=1)


def _rate_of_one(people: People, chosen: Choice, users: float) -> float:
    """What so many people ask of one replica of the choice: the rate x at which x (Z + R(x)) = users."""
    option, batch = chosen.option[:1], chosen.batch[:1]
    low, high = 0.0, float(chosen.capacity.planned_rps[option[0], batch[0]])
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        cycle = _cycle_s(people, chosen.capacity, option, batch, np.array([middle]))
        low, high = (middle, high) if middle * float(cycle[0]) < users else (low, middle)
    return (low + high) / 2


def _cycle_s(people: People, able: Capacity, option: Indices, batch: Indices, rps: Array) -> Array:
    """From one request of a person to the next, where each replica is asked so often."""
    found = served(able, option=option, batch=batch, rps_per_replica=rps)
    return people.cycle_s(found.e2e_ms / 1e3)


def _among(people: People, plan: ServingPlan, working: float) -> ServingPlan:
    """The plan with no more calls in flight than there are people, and a word where they can't ask so often."""
    answer_s = plan.e2e_mean_ms / 1e3
    changes: dict[str, float | str] = {"concurrency": min(plan.concurrency, people.users / working)}
    if people.period_s is not None and answer_s > people.period_s:
        hourly = plan.peak_rps / people.users * 3600
        changes["evidence"] = (
            f"{plan.evidence} An answer takes {number(answer_s)} s and people ask every {number(people.period_s)} s: "
            f"each asks again as soon as the answer is there, {number(hourly)} times an hour."
        )
    return plan.model_copy(update=changes)


def _refuse_busier(
    people: People, mean_rps: float | None, trough_rps: float | None, plans: list[ServingPlan]
) -> None:
    """InputRefused where a stated rate is more than the people ask of the fastest plan."""
    most = max((plan.peak_rps for plan in plans if plan.feasible), default=None)
    if most is None:
        return
    for name, stated in (("mean_rps", mean_rps), ("trough_rps", trough_rps)):
        if stated is not None and stated > most * (1 + SETTLED):
            raise InputRefused(
                f"{name} {stated:g} is above what {whole(people.users)} people at one time ask: each waits for the "
                f"answer, so {number(most)} requests a second at most.",
                f"Leave out {name}, give more users_concurrent, or give peak_rps instead of users_concurrent.",
            )


def _waiting(knowledge: Knowledge, people: People, demand: ServingDemand, plan: ServingPlan) -> ServingPlan:
    """Why accelerators that are too few are too few for people, who wait rather than ask more."""
    answer_s = people.users / plan.most_rps - (people.think_s or 0.0)
    reason = (
        f"Saturated: {plan.accelerators:,} x {plan.accelerator} answer at most {number(plan.most_rps)} requests of this"
        f" kind a second within the limits; {whole(people.users)} people would wait {number(answer_s)} s for each."
    )
    if demand.accelerators is None:
        there = int(available_devices(knowledge, demand))
        reason += f" Plans end at {there:,} accelerators: no published installation is as large."
    return plan.model_copy(update={"reason": reason, "evidence": reason})
