"""Accelerator hours, checkpoint size and days of a training run."""

import math
from typing import Literal

from pydantic import BaseModel, ConfigDict

from knowledge import Knowledge
from knowledge.energy_factors import power
from knowledge.hardware import Accelerator, accelerators
from knowledge.sizing_data import constant
from knowledge.training_data import TrainingMfu, training_mfu
from tools.estimate import Estimate, point

from .power import tdp_or_assumed

TrainingMode = Literal["pretrain", "finetune_full", "lora"]
OPERATIONS_PER_PARAMETER_AND_TOKEN = 6
"""Forward 2, backward 4 (Kaplan et al. 2020, arXiv 2001.08361)."""
MEMORY_SHARE_FOR_STATE = 0.6
"""Of device memory; the rest holds activations (assumed)."""


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
    machine = accelerators(knowledge)[accelerator]
    working_b = active_b or params_b
    kind = "moe" if working_b < 0.5 * params_b else "pretrain" if mode == "pretrain" else "dense"
    known = training_mfu(knowledge, accelerator, kind)
    hours = _gpu_hours(knowledge, machine, known, working_b, tokens, mode)
    checkpoint = _checkpoint_tb(knowledge, params_b, mode)
    devices = gpus or _devices(machine, hours, params_b, mode, deadline_days)
    days = hours.scaled(1 / (24 * devices), "days")
    mfu = Estimate(
        low=known.low_pct, typical=known.mfu_pct, high=known.high_pct, unit="percent", kind="measured"
    )
    return TrainingPlan(
        accelerator=accelerator, mode=mode, gpu_hours=hours, gpus=devices, days=days,
        checkpoint_tb=checkpoint, energy_kwh=_energy_kwh(knowledge, machine, hours), mfu=mfu,
        evidence=f"6 x parameters x tokens at {known.mfu_pct:.0f} % of the 16-bit peak: {known.source}.",
    )  # fmt: skip


def _gpu_hours(
    knowledge: Knowledge,
    machine: Accelerator,
    known: TrainingMfu,
    working_b: float,
    tokens: float,
    mode: TrainingMode,
) -> Estimate:
    operations = OPERATIONS_PER_PARAMETER_AND_TOKEN * working_b * 1e9 * tokens
    saved = (
        (1.0, 1.0, 1.0) if mode != "lora" else constant(knowledge, "training", "lora_compute_factor").interval
    )
    name = "goodput_pretrain" if mode == "pretrain" else "goodput"
    good = constant(knowledge, "training", name).interval
    peak = machine.bf16_tflops * 1e12 * 3600

    def at(share: float, factor: float, goodput: float) -> float:
        return operations * factor / (peak * share / 100 * goodput)

    return Estimate(
        low=at(known.high_pct, saved[0], good[2]),
        typical=at(known.mfu_pct, saved[1], good[1]),
        high=at(known.low_pct, saved[2], good[0]),
        unit="accelerator hours",
        formula="training_hours",
        inputs={"params_b": working_b, "tokens": tokens, "peak_tflops": machine.bf16_tflops},
    )


def _devices(
    machine: Accelerator,
    hours: Estimate,
    params_b: float,
    mode: TrainingMode,
    deadline_days: float | None,
) -> int:
    """Enough for the state and, with a deadline, for the upper estimate; whole servers of eight."""
    state_gb = params_b * (2.2 if mode == "lora" else 16)
    least = math.ceil(state_gb / (machine.memory_gb * MEMORY_SHARE_FOR_STATE))
    wanted = math.ceil(hours.high / (24 * deadline_days)) if deadline_days else 1
    devices = max(least, wanted, 1)
    return devices if devices <= machine.max_tensor_parallel else math.ceil(devices / 8) * 8


def _checkpoint_tb(knowledge: Knowledge, params_b: float, mode: TrainingMode) -> Estimate:
    if mode == "lora":
        low, typical, high = constant(knowledge, "training", "lora_checkpoint_share").interval
        per = 2.0
    else:
        low, typical, high = constant(knowledge, "training", "bytes_per_parameter").interval
        per = 1.0
    terabytes = params_b * 1e9 * per / 1e12
    return Estimate(
        low=low * terabytes,
        typical=typical * terabytes,
        high=high * terabytes,
        unit="TB",
        formula="checkpoint",
    )


def _energy_kwh(knowledge: Knowledge, machine: Accelerator, hours: Estimate) -> Estimate:
    if not hours.typical:
        return point(0.0, "kWh")
    watts = [
        tdp_or_assumed(knowledge, machine, end)
        * (
            power(knowledge, "busy_share_training").interval[end]
            + power(knowledge, "host_share_of_tdp").interval[end]
        )
        for end in (0, 1, 2)
    ]
    return Estimate(
        low=hours.low * watts[0] / 1e3,
        typical=hours.typical * watts[1] / 1e3,
        high=hours.high * watts[2] / 1e3,
        unit="kWh",
        formula="training_energy",
    )
