"""Quality of a model for a class of task: an interval on one anchored scale, from published results only."""

from statistics import mean

from knowledge import Knowledge
from knowledge.models import models
from knowledge.quality_data import QualityRange, QualityScale, results_of, scale
from tools.estimate import Estimate

TASK_CLASSES = (
    "chat", "reasoning", "coding", "agentic", "extraction", "classification", "summarisation", "translation",
    "rag", "vision", "retrieval", "speech", "image", "tabular",
)  # fmt: skip
"""speech, image and tabular have no results of hosted or open models here: they stay unknown."""

PRECISION_BITS = {"fp4": 4, "int4": 4, "q4_k_m": 4, "fp8": 8, "int8": 8, "bf16": 16, "": 16}


def quality(knowledge: Knowledge, model: str, task_class: str, precision: str = "") -> Estimate | None:
    """Quality in [0, 1] of `model` for `task_class`; None where nothing is published.

    With `precision` below that of the published weights, measured quantisation loss is subtracted.
    """
    table = scale(knowledge)
    wanted = table.classes.get(task_class)
    if wanted is None:
        return None
    placed = _placed(knowledge, table, model, wanted.direct)
    widen = table.spread.one_result if len(placed) == 1 else table.spread.several_results
    if not placed:
        placed, widen = _placed(knowledge, table, model, wanted.related), table.spread.related
    if not placed:
        return None
    loss = _loss(knowledge, table, model, precision)
    values = [value for value, _, _ in placed]
    return Estimate(
        low=max(min(values) - widen, 0.0) * (1 - loss.high),
        typical=mean(values) * (1 - loss.typical),
        high=min(max(values) + widen, 1.0) * (1 - loss.low),
        unit="quality",
        kind="estimated",
        formula="quality",
        inputs={f"{name} {date}": value for value, name, date in placed},
    )


def task_class_of(knowledge: Knowledge, use_case: str) -> str:
    """The task class that a workload's use case is judged by; `chat` for an unknown one."""
    return scale(knowledge).use_cases.get(use_case, "chat")


def sufficient_quality(knowledge: Knowledge, task_class: str) -> float | None:
    """Level above which a better model changes little for the class (judgement)."""
    return scale(knowledge).sufficient.get(task_class)


def quality_evidence(knowledge: Knowledge, model: str, task_class: str) -> tuple[str, ...]:
    """One sentence a published result behind `quality`, newest first."""
    table = scale(knowledge)
    wanted = table.classes.get(task_class)
    if wanted is None:
        return ()
    found = results_of(knowledge, model)
    names = [name for name in wanted.direct if name in found] or [
        name for name in wanted.related if name in found
    ]
    results = sorted(
        (item for name in names for item in found[name]), key=lambda item: str(item.as_of or ""), reverse=True
    )
    return tuple(
        f"{item.benchmark} {item.score:g} % ({table.benchmarks[item.benchmark].about}), "
        f"{item.as_of or 'undated'}: {item.source}"
        for item in results
    )


def fine_tuned_quality(knowledge: Knowledge, task_class: str) -> Estimate | None:
    """Published range for a small model fine-tuned on enough labels; None where nothing is published."""
    return _alternative(knowledge, "fine_tuned_small", task_class)


def classical_quality(knowledge: Knowledge, task_class: str) -> Estimate | None:
    """Published range for a classical model; None where nothing is published."""
    return _alternative(knowledge, "classical", task_class)


def _placed(
    knowledge: Knowledge, table: QualityScale, model: str, benchmarks: tuple[str, ...]
) -> list[tuple[float, str, str]]:
    """Mean anchored result of each benchmark that has one, its name and its newest date."""
    found = results_of(knowledge, model)
    placed = []
    for name in benchmarks:
        if name in found:
            values = [table.benchmarks[name].place(item.score) for item in found[name]]
            newest = max(str(item.as_of or "") for item in found[name])
            placed.append((mean(values), name, newest))
    return placed


def _loss(knowledge: Knowledge, table: QualityScale, model: str, precision: str) -> QualityRange:
    nothing = table.quantisation["bf16"]
    spec = models(knowledge).get(model)
    if not precision or spec is None:
        return nothing
    published = PRECISION_BITS.get(spec.native_precision, 16)
    if PRECISION_BITS.get(precision, 16) >= published:
        return nothing
    return table.quantisation.get(precision, nothing)


def _alternative(knowledge: Knowledge, kind: str, task_class: str) -> Estimate | None:
    known = scale(knowledge).alternatives.get(kind, {}).get(task_class)
    if known is None:
        return None
    return Estimate(
        low=known.low, typical=known.typical, high=known.high, unit="quality",
        kind="assumed" if known.source.startswith("assumed") else "estimated", formula="quality",
        inputs={"source": known.source},
    )  # fmt: skip
