"""What a workload asks of its main model: text to be written, labels, vectors, pictures or sound understood.

A model is only considered for work that it can do; `model_task` is a derived name of workload/derived.yaml,
the model types of each task stand in perf/capabilities.yaml.
"""

from collections.abc import Mapping
from typing import Any

from knowledge import Knowledge

from .models import named_model


def generates_text(values: Mapping[str, Any]) -> bool:
    """Whether a language model can do the work: it writes, or reads texts among other columns."""
    if values.get("model_task") == "write":
        return True
    return (
        values.get("model_task") == "predict"
        and _has_text(values)
        and values.get("use_case") not in ("recommendation", "forecasting", "tabular_scoring")
    )


def encoder_task(values: Mapping[str, Any]) -> str | None:
    """`embed`, `see` or `label` where a model that runs once per item does the work, else None."""
    task = values.get("model_task")
    if task in ("embed", "see"):
        return str(task)
    if task == "predict" and values.get("use_case") == "recommendation":
        return "embed"
    if task in ("write", "predict") and values.get("decision_task") is True and _has_text(values):
        return "label"
    return None


def labels_text(knowledge: Knowledge, values: Mapping[str, Any]) -> bool:
    """Whether a small encoder with a head can be the tuned model: texts go in, and no language model was named."""
    if not _has_text(values) or values.get("reads_images") is True:
        return False
    named = named_model(knowledge, values)
    return named is None or named.type in ("encoder", "embedding")


def _has_text(values: Mapping[str, Any]) -> bool:
    return bool({"text", "code"} & set(values.get("modality") or ()))
