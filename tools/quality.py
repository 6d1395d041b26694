"""Quality of a model for a class of task: an interval on one anchored scale, from published dated results only."""

from knowledge import Knowledge
from tools.estimate import Estimate

TASK_CLASSES = (
    "chat", "reasoning", "coding", "agentic", "extraction", "classification", "summarisation", "translation",
    "rag", "retrieval", "reranking", "vision", "speech",
)  # fmt: skip


def quality(knowledge: Knowledge, model: str, task_class: str, precision: str = "") -> Estimate | None:
    """Quality in [0, 1] of `model` for `task_class`; None when nothing is published. Quantisation loss is subtracted."""
    raise NotImplementedError


def task_class_of(use_case: str) -> str:
    """The task class that a workload's use case is judged by."""
    raise NotImplementedError


def fine_tuned_quality(knowledge: Knowledge, task_class: str) -> Estimate | None:
    """Published range for a small model fine-tuned on enough labels; None where nothing is published."""
    raise NotImplementedError


def classical_quality(knowledge: Knowledge, task_class: str) -> Estimate | None:
    """Published range for a classical model on the task class; None where nothing is published."""
    raise NotImplementedError
