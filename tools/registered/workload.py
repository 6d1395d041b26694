"""Tools over a whole workload: its numbers, the ranking of stacks, the full assessment, the weights."""

from typing import Any

from knowledge.aliases import nearest
from knowledge.errors import InputRefused

from ..assess import assess
from ..assessment import Assessment, Weights
from ..estimate import Estimate
from ..requirements import requirements
from ..values import resolve
from ..weights import weigh
from ..workload import Workload
from ..workload_file import workload_of
from .declaration import Context, Tool, ToolInput, ToolResult


class WorkloadInput(ToolInput):
    workload: dict[str, Any] = {}
    """Fields of a workload file: name -> value, or {value | low, high, unit}. May also be given one by one."""


class WeightsInput(ToolInput):
    priorities: tuple[str, ...] = ()
    """quality, latency, throughput, cost, energy, simplicity, risk; most important first."""


class Requirements(ToolResult):
    """Numbers about the workload, by quantity."""

    quantities: dict[str, Estimate]


def _workload(given: WorkloadInput, context: Context, name: str) -> Workload:
    if not given.workload:
        raise InputRefused(
            f"{name} needs a workload.", "Give fields such as use_case=rag request_rate_rps=12."
        )
    return workload_of(given.workload, name, context.knowledge)


def _requirements(given: WorkloadInput, context: Context) -> Requirements:
    workload = _workload(given, context, "requirements")
    resolved = resolve(workload, context.knowledge, context.profile)
    return Requirements(quantities=requirements(workload, resolved, context.knowledge))


def _rank(given: WorkloadInput, context: Context) -> Assessment:
    workload = _workload(given, context, "rank")
    return assess(workload, context.knowledge, context.as_of, "rank", context.profile)


def _assess(given: WorkloadInput, context: Context) -> Assessment:
    workload = _workload(given, context, "assess")
    return assess(workload, context.knowledge, context.as_of, "full", context.profile)


def _weights(given: WeightsInput, context: Context) -> Weights:
    known = context.knowledge.weights["priority_targets"]
    for priority in given.priorities:
        if priority not in known:
            raise nearest(priority, known, "priority")
    return weigh(context.knowledge, given.priorities, context.profile)


TOOLS = (
    Tool(
        "requirements",
        "Rates, tokens, data sizes and memory that a workload implies",
        WorkloadInput,
        _requirements,
    ),
    Tool("rank", "Complete stacks for a workload, ranked by point values", WorkloadInput, _rank),
    Tool("assess", "The whole assessment of a workload, with evidence", WorkloadInput, _assess),
    Tool("weights", "Weights of the assessment categories under stated priorities", WeightsInput, _weights),
)
