"""The steps of a request around its model: network, guardrail, retrieval, rerank, tools.

What was sized takes its figure from there (vector search); the rest is assumed, in `perf/sizing.yaml`.
"""

from collections.abc import Mapping
from typing import Any

from knowledge import Knowledge
from knowledge.sizing_data import constant

from .estimate import Estimate
from .request_graph import Step, in_parallel, in_series, of_p95, of_p99, slowest_of
from .sizing.vectors import size_vectors


def assumed_ms(knowledge: Knowledge, name: str) -> Estimate:
    """A time of the section `steps` of perf/sizing.yaml."""
    low, typical, high = constant(knowledge, "steps", name).interval
    return Estimate(low=low, typical=typical, high=high, unit="ms", kind="assumed", formula=f"steps.{name}")


def tail(knowledge: Knowledge) -> float:
    """95th percentile over mean of a step of which only the percentile is known."""
    return constant(knowledge, "steps", "tail").value


def assumed_step(knowledge: Knowledge, name: str) -> Step:
    """`network`, `guardrail`, `rerank`, `tool` …"""
    return of_p95(name, assumed_ms(knowledge, f"{name}_ms"), tail(knowledge))


def retrieval(knowledge: Knowledge, values: Mapping[str, Any], *, embedded: bool = False) -> Step | None:
    """Finding the records; `embedded` where the model of the request makes the query's vector itself.

    Work that fills an index doesn't search it.
    """
    if values.get("has_retrieval") is not True or values.get("embedding_work") is True:
        return None
    if values.get("pattern_keyword") is True:
        found = assumed_step(knowledge, "keyword")
    elif values.get("needs_vectors") is True and values.get("chunks"):
        found = _vectors(knowledge, values, embedded)
        if values.get("pattern_hybrid") is True:
            found = in_parallel("hybrid search", [found, assumed_step(knowledge, "keyword")])
    else:
        found = assumed_step(knowledge, "retrieve")
    if values.get("pattern_rerank") is True:
        return in_series("retrieval", [found, assumed_step(knowledge, "rerank")])
    return found


def _vectors(knowledge: Knowledge, values: Mapping[str, Any], embedded: bool) -> Step:
    """The query's vector, and its neighbours in an index of the size and on the nodes that were sized for it."""
    search = vector_search(knowledge, values)
    return search if embedded else in_series("retrieval", [assumed_step(knowledge, "embed"), search])


def vector_search(knowledge: Knowledge, values: Mapping[str, Any]) -> Step:
    """A query to the index as sized: every shard of one copy is asked, the slowest one counts."""
    plan = size_vectors(knowledge, values["chunks"], values["dims"], peak_qps=values.get("peak_rps") or 0.0)
    return slowest_of(of_p99("vector search", plan.latency_p99_ms, tail(knowledge)), plan.shards)
