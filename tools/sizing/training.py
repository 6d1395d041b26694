"""Accelerator hours, checkpoint size and days of a training run."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from knowledge import Knowledge
from tools.estimate import Estimate

TrainingMode = Literal["pretrain", "finetune_full", "lora"]


class TrainingPlan(BaseModel):
    """A sized training run."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    accelerator: str
    mode: TrainingMode
    gpu_hours: Estimate
    gpus: int
    days: Estimate
    checkpoint_tb: Estimate
    energy_kwh: Estimate
    """At the wall of the server, without PUE."""
    mfu: Estimate
    evidence: str


def size_training(
    knowledge: Knowledge,
    params_b: float,
    tokens: float,
    accelerator: str,
    *,
    active_b: float | None = None,
    deadline_days: float | None = None,
    gpus: int | None = None,
    mode: TrainingMode = "pretrain",
) -> TrainingPlan:
    """Size one run of `tokens` tokens (all epochs) on `accelerator`; active_b for mixture-of-experts."""
    raise NotImplementedError
