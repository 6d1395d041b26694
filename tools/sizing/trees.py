"""Tree ensembles inside the caller's process: microseconds a row, and the cores that many rows a second take."""

import math

from knowledge import Knowledge
from knowledge.sizing_data import constant
from tools.estimate import Estimate

from .encoders import ClassicalPlan


def tree_row_us(knowledge: Knowledge, trees: float, leaves: float = 31, columns: float = 100) -> Estimate:
    """Time of one row on one thread: the call, its columns, and one visit a level of every tree.

    A balanced tree of n leaves has log2(n) levels.
    """
    visits = trees * math.log2(max(leaves, 2))
    low, typical, high = (
        constant(knowledge, "trees", "call_us").interval[end]
        + columns * constant(knowledge, "trees", "column_us").interval[end]
        + visits * constant(knowledge, "trees", "visit_ns").interval[end] / 1e3
        for end in (0, 1, 2)
    )
    return Estimate(low=low, typical=typical, high=high, unit="us", formula="tree_row")


def size_trees(
    knowledge: Knowledge, rows_per_s: float, trees: float, *, leaves: float = 31, columns: float = 100
) -> ClassicalPlan:
    """Cores for `rows_per_s` at peak; network and web server come on top where there are any."""
    row = tree_row_us(knowledge, trees, leaves, columns)
    cores = row.scaled(rows_per_s / 1e6, "cores")
    per_node = constant(knowledge, "classical", "cores_per_node").value
    return ClassicalPlan(
        cores=cores,
        nodes=max(1, math.ceil(cores.typical / per_node)),
        latency_ms=row.scaled(1e-3, "ms"),
        evidence=constant(knowledge, "trees", "visit_ns").source,
    )
