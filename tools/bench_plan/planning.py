"""From a workload to the runs that would show whether our estimate of it is right."""

from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

from knowledge import Knowledge
from knowledge.errors import InputRefused
from knowledge.hardware import resolve_accelerator
from knowledge.models import resolve_model
from tools.compute.serving import demand_of
from tools.draft import Draft
from tools.profile import Profile
from tools.ranking import rank
from tools.sizing import serving_plans
from tools.sizing.vectors import size_vectors
from tools.workload import Workload

from .commands import bench_data, source_of
from .result import BenchPlan
from .serving import Subject, serving_bench, serving_script
from .vectors import VectorSubject, vector_bench, vector_script

VECTOR_SLOT = "sto.vector_db"
LEAST_CORES = 2.0


class Wanted(NamedTuple):
    """What to measure, where the recommended stack isn't meant."""

    model: str
    accelerator: str
    precision: str
    engine: str
    cores: float | None
    results: int
    seeds: int


def bench_plan(
    workload: Workload, knowledge: Knowledge, as_of: date, profile: Profile, wanted: Wanted
) -> BenchPlan:
    """Commands, predictions and prices for what the workload needs of serving and of vector search."""
    ranking = rank(workload, knowledge, as_of, profile)
    draft, values = ranking.winner, ranking.winner.values if ranking.winner else ranking.resolved.values
    serving, vectors = _serving(draft, values, knowledge, wanted), _vectors(draft, values, knowledge, wanted)
    notes = _notes(draft, serving, vectors)
    if serving is None and vectors is None:
        raise InputRefused(
            "Nothing here can be measured with these tools: the stack serves no model itself and needs no vectors.",
            "Name what to measure: model=Llama-3.3-70B accelerator=H100, or engine=qdrant with vector_count=10000000.",
        )
    parts = ["#!/bin/sh", "set -eu"]
    parts += serving_script(knowledge, serving) if serving else ()
    parts += vector_script(knowledge, vectors) if vectors else ()
    return BenchPlan(
        serving=serving_bench(knowledge, serving, as_of) if serving else None,
        vectors=vector_bench(knowledge, vectors) if vectors else None,
        notes=notes,
        sources=_sources(knowledge, serving, vectors),
        script="\n".join(parts) + "\n",
    )


def _serving(
    draft: Draft | None, values: Mapping[str, Any], knowledge: Knowledge, wanted: Wanted
) -> Subject | None:
    compute = draft.compute if draft is not None and draft.compute.kind == "llm" else None
    model = wanted.model or (compute.model if compute else "")
    machine = wanted.accelerator or (compute.accelerator if compute else "")
    if not model and not machine:
        return None
    if not model or not machine:
        missing = "model" if not model else "accelerator"
        raise InputRefused(f"bench-plan needs the {missing} too: the recommended stack runs none itself.")
    key, device = resolve_model(knowledge, model).key, resolve_accelerator(knowledge, machine).key
    precision = wanted.precision or (compute.precision if compute and not wanted.model else "")
    demand = demand_of(values).model_copy(update={"precision": precision})
    plan = serving_plans(knowledge, demand, [key], [device])[0]
    if not plan.feasible:
        raise InputRefused(plan.reason, "Another model or accelerator, or softer limits.")
    return Subject(demand, plan, wanted.seeds, tuple(values.get("existing_cloud") or ()))


def _vectors(
    draft: Draft | None, values: Mapping[str, Any], knowledge: Knowledge, wanted: Wanted
) -> VectorSubject | None:
    picked = draft.picks.get(VECTOR_SLOT) if draft is not None else None
    engine = wanted.engine or (picked.component.id if picked is not None else "")
    count, dims = values.get("chunks"), values.get("dims")
    if not engine or (not wanted.engine and wanted.model):
        return None
    if not count or not dims:
        raise InputRefused(
            "bench-plan needs the number of vectors.", "Give vector_count=10000000 vector_dim=1024."
        )
    peak = float(values.get("peak_rps") or 0.0)
    plan = size_vectors(knowledge, count, dims, peak_qps=peak)
    target = values.get("recall_target_pct")
    return VectorSubject(
        engine, float(count), float(dims), wanted.results, target / 100 if target else None,
        values.get("selective_filters") == "heavy", peak,
        wanted.cores or max(round(plan.node_share * plan.node_cores), LEAST_CORES),
    )  # fmt: skip


def _notes(draft: Draft | None, serving: Subject | None, vectors: VectorSubject | None) -> tuple[str, ...]:
    if serving is None and draft is not None and draft.compute.kind == "api":
        return (
            f"The recommended stack calls {draft.compute.model}: nothing of it is served here. Name a model and an "
            "accelerator to plan a run of one that you would serve.",
        )
    return ()


def _sources(knowledge: Knowledge, serving: Subject | None, vectors: VectorSubject | None) -> tuple[str, ...]:
    groups = [name for name, used in (("serving", serving), ("vectors", vectors)) if used is not None]
    found = [source_of(knowledge, group, name) for group in groups for name in bench_data(knowledge)[group]]
    return tuple(dict.fromkeys(found))
