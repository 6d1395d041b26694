"""People at one time instead of a rate: each waits for the answer, pauses, and asks again.

So the rate depends on how fast the deployment answers: N people with a pause Z, answered in R, ask N / (Z + R) times a
second (the interactive response time law, Denning and Buzen 1978, "The operational analysis of queueing network
models", ACM Computing Surveys 10(3)). A deployment is looked for between the rate of answers that each take as long as
that of a single stream, which nothing can exceed, and the lowest one that the people keep to because of their answers.
"""

import math
from collections.abc import Iterable
from typing import NamedTuple

from knowledge import Knowledge
from tools.wording import number

from .capacity import capacity
from .demand import ServingDemand, ServingPlan
from .options import options
from .serving import rank_of, serving_plans

STEPS = 12
"""Deployments tried."""
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
        cycle = (
            max(self.period_s, answer_s) if self.period_s is not None else (self.think_s or 0.0) + answer_s
        )
        return self.users / cycle


def plans_for_people(
    knowledge: Knowledge,
    people: People,
    demand: ServingDemand,
    models: Iterable[str],
    accelerators: Iterable[str],
) -> list[ServingPlan]:
    """Every model on every accelerator, as `serving_plans`; the peak of `demand` is left to the people."""
    machines = list(accelerators)
    found = [_plan(knowledge, people, demand, (model, machine)) for model in models for machine in machines]
    return sorted(found, key=rank_of)


def _plan(knowledge: Knowledge, people: People, demand: ServingDemand, pair: tuple[str, str]) -> ServingPlan:
    """The deployment of the lowest rate found that its own answers don't exceed."""

    def sized(rate: float) -> ServingPlan:
        load = demand.model_copy(update={"peak_rps": rate, "mean_rps": min(demand.mean_rps, rate)})
        return serving_plans(knowledge, load, [pair[0]], [pair[1]])[0]

    def carries(plan: ServingPlan, rate: float) -> bool:
        return plan.feasible and people.rps(plan.e2e_mean_ms / 1e3) <= rate * (1 + SETTLED)

    alone = _alone_s(knowledge, demand, pair)
    rate = demand.mean_rps if alone is None else people.rps(alone)
    plan = sized(rate)
    if plan.saturated:
        rate = plan.most_rps * (1 - SETTLED)
        slower = sized(rate)
        if not carries(slower, rate):
            return plan.model_copy(update=_waiting(people, plan))
        plan = slower
    if not plan.feasible:
        return plan
    below = 0.0
    for _ in range(STEPS):
        asked = max(people.rps(plan.e2e_mean_ms / 1e3), math.sqrt(below * rate))
        if asked > rate * (1 - SETTLED):
            return plan
        smaller = sized(asked)
        if carries(smaller, asked):
            plan, rate = smaller, asked
        else:
            below = asked
    return plan


def _waiting(people: People, plan: ServingPlan) -> dict[str, str]:
    """Why accelerators that are too few are too few for people, who wait rather than ask more."""
    answer_s = people.users / plan.most_rps - (people.think_s or 0.0)
    reason = (
        f"Saturated: {plan.accelerators} x {plan.accelerator} answer at most {number(plan.most_rps)} requests of this"
        f" kind a second within the limits; {number(people.users)} people would wait {number(answer_s)} s for each."
    )
    return {"reason": reason, "evidence": reason}


def _alone_s(knowledge: Knowledge, demand: ServingDemand, pair: tuple[str, str]) -> float | None:
    """The fastest answer that any deployment of the pair gives a single stream; None where it has none."""
    available = options(knowledge, (pair,), demand.precision)
    if not len(available.pair):
        return None
    return float(capacity(knowledge, available, demand).service_ms[:, 0].min()) / 1e3
