"""Embedding, reranking, vision, speech, image and classical models: items per second and devices."""

from pydantic import BaseModel, ConfigDict

from knowledge import Knowledge
from tools.estimate import Estimate


class EncoderPlan(BaseModel):
    """Devices for a model that runs once per item."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    model: str
    accelerator: str
    items_per_s: Estimate
    """Of one device."""
    latency_ms: Estimate
    """One item alone."""
    devices: int
    utilisation: float
    watts: Estimate
    evidence: str


class ClassicalPlan(BaseModel):
    """CPU cores for tree ensembles, linear models and small networks."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    cores: Estimate
    nodes: int
    latency_ms: Estimate
    evidence: str


def size_encoder(
    knowledge: Knowledge,
    model: str,
    accelerator: str,
    *,
    items_per_s: float,
    tokens_per_item: float = 256,
    redundant: bool = False,
) -> EncoderPlan:
    """Devices for `items_per_s` at peak; tokens_per_item also stands for audio seconds or image patches (see docs)."""
    raise NotImplementedError


def size_classical(knowledge: Knowledge, peak_rps: float, *, redundant: bool = False) -> ClassicalPlan:
    """CPU cores for `peak_rps` predictions a second."""
    raise NotImplementedError
