"""What a training run keeps in device memory, by mode and length of its sequences."""

from typing import NamedTuple

from knowledge import Knowledge
from knowledge.sizing_data import constant

from .predict_training import WIDTH_PER_LAYER, layers_of

ADAPTERS = ("lora", "qlora")
"""Modes whose weights are frozen: only small adapters have gradients and moments."""


class RunSize(NamedTuple):
    """What decides how much memory a run takes."""

    params_b: float
    mode: str
    active_b: float | None = None
    """None: all of them."""
    sequence_tokens: float = 0.0
    """0: not stated, so activations are what the share of the state leaves."""


class State(NamedTuple):
    """Weights, gradients and optimiser of a run with the share of device memory that they may fill; activations."""

    gb: float
    share: float
    activations_gb: float
    """The least that one sequence keeps."""
    filled: float
    """Share of device memory that both together may fill."""


def run_state(knowledge: Knowledge, run: RunSize) -> State:
    """What `run` keeps."""
    kind = run.mode if run.mode in ADAPTERS else "full"
    each = constant(knowledge, "training", f"{kind}_state_bytes").value
    share = constant(
        knowledge, "training", "adapter_state_share" if run.mode in ADAPTERS else "state_share"
    ).value
    return State(
        run.params_b * each,
        share,
        activations_gb(knowledge, run),
        constant(knowledge, "engine", "memory_share").value,
    )


def activations_gb(knowledge: Knowledge, run: RunSize) -> float:
    """Tokens x width x (2 x layers + 34) bytes: checkpoints of one sequence, and the layer that is computed again.

    Larger batches, the loss over the vocabulary and runs without checkpointing keep more (arXiv 2205.05198).
    """
    layers = layers_of(run.active_b or run.params_b)
    kept = constant(knowledge, "training", "kept_activation_bytes").value * layers
    layer = constant(knowledge, "training", "layer_activation_bytes").value
    return run.sequence_tokens * WIDTH_PER_LAYER * layers * (kept + layer) / 1e9
