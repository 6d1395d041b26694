"""A classical model that scores the candidates of a request, with the features that it reads for each.

A row costs a visit of every tree; a feature server writes out every value of every row. Both grow with the
candidates, which the rate of requests alone doesn't show.
"""

import math
from typing import NamedTuple

from knowledge import Knowledge
from knowledge.sizing_data import constant
from tools.estimate import Estimate

from .encoders import ClassicalPlan, size_classical
from .features import feature_latency_p99_ms
from .trees import size_trees, tree_row_us


class Scoring(NamedTuple):
    """What one request asks of the model; None where nobody said it."""

    rows: float = 1.0
    trees: float | None = None
    features: float | None = None
    in_process: bool = False
    """The model runs inside its caller: no web server, and features are at hand."""

    @property
    def plain(self) -> bool:
        """One row of an unknown model."""
        return self.rows <= 1 and self.trees is None and self.features is None


class ScorerPlan(NamedTuple):
    """Nodes for model and feature server together, and how long each takes."""

    plan: ClassicalPlan
    features_p99_ms: Estimate | None
    compiled: bool
    """The feature server has to be one in Java or Go: one in Python misses the limit."""


def size_scorer(
    knowledge: Knowledge,
    peak_rps: float,
    scoring: Scoring,
    *,
    limit_ms: float | None = None,
    redundant: bool = False,
) -> ScorerPlan:
    """Cores and time for `peak_rps` requests of `scoring.rows` rows each."""
    if scoring.plain:
        return ScorerPlan(size_classical(knowledge, peak_rps, redundant=redundant), None, False)
    trees = _stated_or_assumed(knowledge, "trees", scoring.trees)
    columns = _stated_or_assumed(knowledge, "columns", scoring.features)
    if scoring.in_process:
        plan = size_trees(knowledge, peak_rps * scoring.rows, trees, columns=columns)
        return ScorerPlan(_with_spare(plan, redundant, scoring.rows), None, False)
    features = feature_latency_p99_ms(knowledge, scoring.rows, columns)
    row = tree_row_us(knowledge, trees, columns=columns)
    served = size_classical(knowledge, peak_rps)
    latency = _added("ms", served.latency_ms, row.scaled(scoring.rows / 1e3, "ms"))
    compiled = limit_ms is not None and latency.typical + features.typical > limit_ms
    if compiled:
        features = feature_latency_p99_ms(knowledge, scoring.rows, columns, compiled=True)
    cores = _added(
        "cores",
        served.cores,
        row.scaled(peak_rps * scoring.rows / 1e6, "cores"),
        _feature_cores(knowledge, peak_rps * scoring.rows * columns, compiled),
    )
    kept = features.model_copy(update={"kind": "assumed"}) if scoring.features is None else features
    plan = ClassicalPlan(
        cores=cores,
        nodes=_nodes(knowledge, cores) + redundant,
        latency_ms=latency,
        evidence=f"{served.evidence}; {constant(knowledge, 'trees', 'visit_ns').source}; "
        f"{constant(knowledge, 'features', 'value_us').source}",
    )
    return ScorerPlan(plan, kept, compiled)


def _stated_or_assumed(knowledge: Knowledge, name: str, stated: float | None) -> float:
    return constant(knowledge, "scorers", name).value if stated is None else stated


def _with_spare(plan: ClassicalPlan, redundant: bool, rows: float) -> ClassicalPlan:
    """All rows of a request one after the other on one thread."""
    latency = plan.latency_ms.scaled(rows, "ms")
    return plan.model_copy(update={"nodes": plan.nodes + redundant, "latency_ms": latency})


def _feature_cores(knowledge: Knowledge, values_per_s: float, compiled: bool) -> Estimate:
    """Cores that write out so many values a second."""
    each, share = (constant(knowledge, "features", name).interval for name in ("value_us", "compiled_share"))
    low, typical, high = (
        values_per_s * us / 1e6 * (part if compiled else 1.0) for us, part in zip(each, share, strict=True)
    )
    return Estimate(low=low, typical=typical, high=high, unit="cores", formula="feature_cores")


def _added(unit: str, *parts: Estimate) -> Estimate:
    return Estimate(
        low=sum(part.low for part in parts),
        typical=sum(part.typical for part in parts),
        high=sum(part.high for part in parts),
        unit=unit,
        kind="assumed" if any(part.kind == "assumed" for part in parts) else "estimated",
        formula="scorer",
    )


def _nodes(knowledge: Knowledge, cores: Estimate) -> int:
    return max(1, math.ceil(cores.typical / constant(knowledge, "classical", "cores_per_node").value))
