"""What a training run keeps in device memory, by mode."""

from typing import NamedTuple

from knowledge import Knowledge
from knowledge.sizing_data import constant

ADAPTERS = ("lora", "qlora")
"""Modes whose weights are frozen: only small adapters have gradients and moments."""


class State(NamedTuple):
    """Weights, gradients and optimiser of a run, and the share of device memory that they may fill."""

    gb: float
    share: float


def run_state(knowledge: Knowledge, params_b: float, mode: str) -> State:
    """The state of a run of `mode` on `params_b` billion parameters."""
    kind = mode if mode in ADAPTERS else "full"
    each = constant(knowledge, "training", f"{kind}_state_bytes").value
    share = constant(
        knowledge, "training", "adapter_state_share" if mode in ADAPTERS else "state_share"
    ).value
    return State(params_b * each, share)
