"""What the weights of a model take, at each precision."""

from knowledge import Knowledge
from knowledge.memory_data import loaded_gb, widths
from knowledge.models import ModelSpec
from knowledge.sizing_data import bytes_per

LEAVE_LAYERS = ("fp8", "int8", "fp4", "int4")
"""Precisions of which published checkpoints leave some layers in 16 bit."""


def weights_gb(knowledge: Knowledge, model: ModelSpec, precision: str) -> float:
    """Decimal gigabytes of the weights: as an engine reported them, else from the parameters.

    Checkpoints of few bits keep some layers in 16 bit: the embeddings, and with 4 bits all but the experts.
    """
    loaded = loaded_gb(knowledge, model, precision)
    if loaded is not None:
        return loaded
    params, each = model.params_b or 0.0, bytes_per(knowledge, "bytes_per_parameter", precision)
    if precision not in LEAVE_LAYERS:
        return params * each
    kept = _kept_b(knowledge, model, precision)
    return (params - kept) * each + kept * bytes_per(knowledge, "bytes_per_parameter", "bf16")


def shared_gb(knowledge: Knowledge, model: ModelSpec, precision: str) -> float:
    """Decimal gigabytes of what is no expert: attention, embeddings, routers; all of a dense model."""
    whole = weights_gb(knowledge, model, precision)
    if expert_fraction(model) == 1:
        return whole
    kept = _kept_b(knowledge, model, precision)
    shared = max(_shared_b(model), kept)
    each, full = (bytes_per(knowledge, "bytes_per_parameter", name) for name in (precision, "bf16"))
    return min(kept * full + (shared - kept) * each, whole)


def _shared_b(model: ModelSpec) -> float:
    """Billions of parameters outside the experts: all less the experts, of which each token uses a known share."""
    params = model.params_b or 0.0
    return max(params - (params - (model.active_b or params)) / (1 - expert_fraction(model)), 0.0)


def _kept_b(knowledge: Knowledge, model: ModelSpec, precision: str) -> float:
    """Billions of parameters that stay in 16 bit."""
    params, share = model.params_b or 0.0, expert_fraction(model)
    if share < 1 and precision in ("int4", "fp4"):
        return _shared_b(model)
    wide = widths(knowledge, model)
    if wide is None:
        return 0.0
    return min(wide.vocab * (model.hidden or 0) * (1 if wide.tied else 2) / 1e9, params)


def expert_fraction(model: ModelSpec) -> float:
    """Experts per token over experts; 1 for dense models."""
    if model.experts and model.experts_per_token:
        return model.experts_per_token / model.experts
    return 1.0
