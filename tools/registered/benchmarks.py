"""The tool that plans how to verify our own estimates."""

from typing import Annotated, Literal

from knowledge.aliases import nearest
from knowledge.errors import InputRefused

from ..bench_plan.planning import Wanted, bench_plan
from ..bench_plan.result import BenchPlan
from ..workload_file import workload_of
from .declaration import Context, Tool, in_unit
from .workload import WorkloadInput


class BenchPlanInput(WorkloadInput):
    model: str = ""
    """Open-weight model to measure; left out: that of the recommended stack."""
    accelerator: str = ""
    """Accelerator to measure on; left out: that of the recommended stack."""
    precision: Literal["bf16", "fp8", "int8", "fp4", "int4", ""] = ""
    """Precision of the weights; left out: as recommended."""
    engine: str = ""
    """Vector engine (component id) to measure; left out: that of the recommended stack."""
    cores: Annotated[float | None, in_unit("cores", gt=0, le=4096)] = None
    """Cores of the machine that searches; left out: as sized."""
    results: Annotated[int, in_unit("results", ge=1, le=10_000)] = 10
    """Nearest neighbours that a search asks for."""
    seeds: Annotated[int, in_unit("runs", ge=1, le=20)] = 3
    """Runs with different arrivals and prompts."""


def _plan(given: BenchPlanInput, context: Context) -> BenchPlan:
    if not given.workload:
        raise InputRefused(
            "bench-plan needs a workload.",
            "Give fields such as use_case=rag request_rate_rps=12 input_tokens=2000 output_tokens=300.",
        )
    knowledge = context.knowledge
    if given.engine and given.engine not in knowledge.components:
        raise nearest(given.engine, knowledge.components, "component")
    return bench_plan(
        workload_of(given.workload, "bench-plan", knowledge),
        knowledge,
        context.as_of,
        context.profile,
        Wanted(
            given.model,
            given.accelerator,
            given.precision,
            given.engine,
            given.cores,
            given.results,
            given.seeds,
        ),
    )


TOOLS = (
    Tool(
        "bench-plan",
        "Commands that would verify our estimate, what we predict, and what would contradict it",
        BenchPlanInput,
        _plan,
    ),
)
