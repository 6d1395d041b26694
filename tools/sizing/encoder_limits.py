"""What a model that runs once per item can't take: a device that doesn't hold it, a text beyond its limit.

Plans stay computable for any device and length, because long texts are cut into pieces elsewhere; whoever hands out a
plan asks here first.
"""

import math
from typing import NamedTuple

from knowledge import Knowledge
from knowledge.errors import InputRefused
from knowledge.hardware import Accelerator, accelerators
from knowledge.media_measured import media_runs
from knowledge.models import ModelSpec
from knowledge.sizing_data import bytes_per, constant
from tools.wording import number, whole

from .unsized import OTHERS

READERS = ("embedding", "encoder", "reranker", "llm")
"""Types of models whose `context` bounds the tokens of an item."""
NARROW = ("fp8", "fp4", "int8", "int4")
"""Formats in which weights are published and stay; all others take 16 bit."""
NEAREST = 3
NO_SCORES = ("embedding",)
"""Types of models that read a text and score nothing: a reranker has to."""


class ItemNames(NamedTuple):
    """What a tool calls the tokens of an item, and how many items there are."""

    tokens: str = "tokens_per_item"
    items: str = "items_per_s"


def refuse_unheld(knowledge: Knowledge, model: ModelSpec, machine: Accelerator) -> None:
    """InputRefused where the weights don't fit one device, with the smallest that hold them."""
    weights = weights_gb(knowledge, model)
    if weights is None or holds(knowledge, model, machine):
        return
    share = constant(knowledge, "engine", "memory_share").value
    others = sorted(
        (other.memory_gb, other.key)
        for other in map(accelerators(knowledge).__getitem__, knowledge.anchors["serving_accelerators"])
        if holds(knowledge, model, other)
    )
    near = ", ".join(key for _, key in others[:NEAREST])
    raise InputRefused(
        f"{model.key} keeps {number(weights)} GB of weights in {_format(model)}; one {machine.key} has "
        f"{number(machine.memory_gb)} GB, of which {share:.0%} may be filled.",
        f"The smallest that hold it: {near}." if near else "No listed single device holds it.",
    )


def refuse_long(model: ModelSpec, tokens: float, items: float, names: ItemNames = ItemNames()) -> None:  # noqa: B008 - a tuple, never changed
    """InputRefused for a text longer than the model reads, with the pieces that it would be cut into."""
    if model.type not in READERS or model.context is None or tokens <= model.context:
        return
    pieces = math.ceil(tokens / model.context)
    raise InputRefused(
        f"{model.key} reads at most {model.context:,} tokens; a text has {whole(tokens)}.",
        f"Cut each into {pieces} pieces: {names.tokens}={math.ceil(tokens / pieces)} and "
        f"{names.items}={number(items * pieces).replace(',', '')}.",
    )


def refuse_unread(model: ModelSpec, kind: str) -> None:
    """InputRefused for a model that doesn't read texts, or one that is to score them and gives vectors alone."""
    scores = kind != "rerank" or model.type not in NO_SCORES
    if model.type in READERS and scores:
        return
    does = "scores no texts" if not scores else "reads no texts"
    raise InputRefused(
        f"{model.key} is {OTHERS.get(model.type, f'of type {model.type}')}: it {does}, and can't {kind}.",
        f"Give a model of type {' or '.join(kept for kept in READERS if kind != 'rerank' or kept not in NO_SCORES)}.",
    )


def holds(knowledge: Knowledge, model: ModelSpec, machine: Accelerator) -> bool:
    """Whether one device holds the weights; one on which a run is published does, whatever the arithmetic says."""
    weights = weights_gb(knowledge, model) or 0.0
    ran = any(run.accelerator == machine.key for run in media_runs(knowledge, model.key))
    return ran or weights <= machine.memory_gb * constant(knowledge, "engine", "memory_share").value


def weights_gb(knowledge: Knowledge, model: ModelSpec) -> float | None:
    """Decimal gigabytes of weights as published or at 16 bit; None where the size isn't published."""
    if model.params_b is None:
        return None
    return model.params_b * bytes_per(knowledge, "bytes_per_parameter", _format(model))


def _format(model: ModelSpec) -> str:
    return model.native_precision if model.native_precision in NARROW else "bf16"
