"""From how many replicas to how many a deployment may scale while it keeps its limits."""

import math
from typing import NamedTuple

from knowledge import Knowledge

from .capacity import relaxed
from .demand import ServingDemand
from .serving import Choice, redundant


class Span(NamedTuple):
    """Replicas at the trough and at the mean load, each with the one more where N+1 is asked for."""

    floor: int
    mean: int


def autoscaling(knowledge: Knowledge, demand: ServingDemand, chosen: Choice, row: int) -> Span:
    """The span below the peak of the deployment in `row`; a batch runs with all its replicas or with none."""
    if relaxed(demand):
        return Span(0, int(chosen.replicas[row]))
    each = float(chosen.capacity.planned_rps[int(chosen.option[row]), int(chosen.batch[row])])
    spare = 1 if redundant(knowledge, demand) else 0
    floor, mean = (
        max(math.ceil(rps / each - 1e-9), 1) + spare for rps in (demand.trough_rps or 0, demand.mean_rps)
    )
    return Span(floor, mean)
