"""Accelerator hours, checkpoint size and days of a training run."""

import math
from typing import Literal, NamedTuple

from pydantic import BaseModel, ConfigDict

from knowledge import Knowledge
from knowledge.energy_factors import power
from knowledge.hardware import Accelerator, accelerators
from knowledge.sizing_data import constant
from knowledge.training_data import derived_mfu
from tools.estimate import Estimate, Kind, point
from tools.wording import number

from .checkpoints import checkpoint_tb, checkpoint_write_gb_s, data_read_mb_s
from .power import tdp_or_assumed
from .predict_training import (
    TrainingLoad,
    arithmetic,
    operations_per_token,
    predict_training,
    published_on,
    reached,
)
from .pretraining import Booked, booked_share
from .training_limits import in_servers, least_devices, missed_deadline
from .training_state import ADAPTERS, RunSize, State, run_state

TrainingMode = Literal["pretrain", "finetune_full", "lora", "qlora"]


class TrainingPlan(BaseModel):
    """A sized training run."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    accelerator: str
    mode: TrainingMode
    gpu_hours: Estimate
    gpus: int
    days: Estimate
    state_gb: float
    """Weights, gradients and optimiser of the whole run, spread over the devices; activations come on top."""
    activations_gb: float | None
    """The least that one sequence keeps, checkpointed at every layer; none where its length isn't given."""
    least_gpus: int
    """As many as hold the state beside their activations."""
    checkpoint_tb: Estimate
    checkpoint_write_rate: Estimate
    """What storage must take so that checkpoints and lost work cost little; asynchronous writes hide part of it."""
    data_read_rate: Estimate
    """Token ids that the run consumes; images, audio and video need more."""
    energy_kwh: Estimate
    """At the wall of the server, without PUE."""
    mfu: Estimate
    """Share of the 16-bit peak at any precision, at most what the precision's own peak is of it. Pre-training: over all
    booked hours; other modes: while the run computes."""
    mfu_peak: str
    """The peak that `mfu` is a share of, and how much of it the precision could reach."""
    evidence: str
    deadline: str = ""
    """Where one was given and the upper estimate misses it: by how much, and what would hold it."""


class Speed(NamedTuple):
    """How fast one device trains, and what says so."""

    tokens_per_s: Estimate
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
    precision: str = "bf16",
    sequence_tokens: float = 0.0,
) -> TrainingPlan:
    """Size one run of `tokens` tokens (all epochs) on `accelerator`; active_b for mixture-of-experts.

    `sequence_tokens` of 0 leaves the attention and the memory of a sequence out.
    """
    machine = accelerators(knowledge)[accelerator]
    working_b = active_b or params_b
    load = TrainingLoad(machine, working_b, "", working_b < 0.5 * params_b, precision, sequence_tokens)
    speed = _speed(knowledge, load, mode)
    hours = _gpu_hours(knowledge, load, speed, tokens, mode)
    state = run_state(knowledge, RunSize(params_b, mode, active_b, sequence_tokens))
    devices = gpus or _devices(machine, hours, state, deadline_days)
    least = least_devices(machine, state)
    checkpoint = checkpoint_tb(knowledge, params_b, adapters=mode in ADAPTERS)
    days = hours.scaled(1 / (24 * devices), "days")
    return TrainingPlan(
        accelerator=accelerator, mode=mode, gpu_hours=hours, gpus=devices, days=days,
        state_gb=state.gb, activations_gb=state.activations_gb if sequence_tokens else None,
        least_gpus=least, checkpoint_tb=checkpoint,
        checkpoint_write_rate=checkpoint_write_gb_s(knowledge, checkpoint, devices),
        data_read_rate=data_read_mb_s(knowledge, speed.tokens_per_s, devices),
        energy_kwh=_energy_kwh(knowledge, machine, hours),
        mfu=speed.mfu, mfu_peak=_peak_words(load), evidence=speed.evidence,
        deadline=missed_deadline(days, devices, deadline_days, least) if deadline_days else "",
    )  # fmt: skip


def _gpu_hours(
    knowledge: Knowledge, load: TrainingLoad, speed: Speed, tokens: float, mode: TrainingMode
) -> Estimate:
    saved, rate = _work(knowledge, mode), speed.tokens_per_s
    # The speed of pre-training is that of booked hours: what is lost is in it.
    good = (1.0, 1.0, 1.0) if mode == "pretrain" else constant(knowledge, "training", "goodput").interval

    def at(rate: float, factor: float, goodput: float) -> float:
        return tokens * factor / (3600 * rate * goodput)

    return Estimate(
        low=at(rate.high, saved[0], good[2]),
        typical=at(rate.typical, saved[1], good[1]),
        high=at(rate.low, saved[2], good[0]),
        unit="accelerator hours",
        kind=speed.mfu.kind,
        formula="training_hours",
        inputs={
            "params_b": load.active_b, "tokens": tokens, "peak_tflops": load.accelerator.bf16_tflops,
            "tokens_per_s": round(rate.typical, 3),
        },
    )  # fmt: skip


def _work(knowledge: Knowledge, mode: TrainingMode) -> tuple[float, float, float]:
    """Low, typical and high of the time over that of full training."""
    if mode not in ADAPTERS:
        return 1.0, 1.0, 1.0
    low, typical, high = constant(knowledge, "training", "lora_compute_factor").interval
    if mode == "lora":
        return low, typical, high
    least, usual, most = constant(knowledge, "training", "qlora_time_over_lora").interval
    return low * least, typical * usual, high * most


def _speed(knowledge: Knowledge, load: TrainingLoad, mode: TrainingMode) -> Speed:
    """Booked hours of long runs reach less than benchmarks do: pre-training follows published totals."""
    kind: Kind = "estimated" if published_on(knowledge, load) else "assumed"
    if mode == "pretrain":
        booked = booked_share(knowledge, load)
        share = Estimate(
            low=booked.low_pct, typical=booked.typical_pct, high=booked.high_pct, unit="percent",
            kind="estimated" if booked.totals else kind,
        )  # fmt: skip
        rate = load.accelerator.bf16_tflops * 1e10 / operations_per_token(load.active_b, load.context)
        bounded = share.at_most(100 * _peak_ratio(load))
        return Speed(bounded.scaled(rate, "tokens/s"), bounded, _booked_evidence(knowledge, load, booked))
    tokens = predict_training(knowledge, load).estimate
    operations = predict_training(knowledge, load, as_operations=True).estimate
    assert tokens is not None, "a rate follows from any peak"
    assert operations is not None, "a rate follows from any peak"
    most = load.accelerator.bf16_tflops * _peak_ratio(load)
    share = operations.at_most(most).scaled(100 / load.accelerator.bf16_tflops, "percent")
    tokens = tokens.at_most(most * 1e12 / operations_per_token(load.active_b, load.context))
    return Speed(tokens, share.model_copy(update={"kind": kind}), _evidence(knowledge, load))


def _peak_ratio(load: TrainingLoad) -> float:
    """The dense peak of the precision over that at 16 bit: no run computes faster."""
    return load.accelerator.peak_tflops(arithmetic(load.precision)) / load.accelerator.bf16_tflops


def _peak_words(load: TrainingLoad) -> str:
    words = f"{number(load.accelerator.bf16_tflops)} TFLOP/s, dense at 16 bit"
    precision = arithmetic(load.precision)
    if precision == "bf16":
        return words
    return f"{words}; at {precision} the device could reach {100 * _peak_ratio(load):.0f} % of it"


def _booked_evidence(knowledge: Knowledge, load: TrainingLoad, booked: Booked) -> str:
    if booked.totals:
        told = ", ".join(f"{total.model} {total.hours:,.0f} h" for total in booked.totals)
        sources = "; ".join(dict.fromkeys(total.source for total in booked.totals))
        narrow = arithmetic(load.precision) != "bf16"
        wide = " They count at any precision: 8-bit runs booked no fewer hours." if narrow else ""
        return f"Published totals of pre-training on devices of this peak, all booked hours: {told} ({sources}).{wide}"
    return (
        f"No total of a pre-training run on {load.accelerator.key} is published: a benchmark's speed times what "
        f"booked hours keep of it where both are known. {_evidence(knowledge, load)}"
    )


def _evidence(knowledge: Knowledge, load: TrainingLoad) -> str:
    runs, found = published_on(knowledge, load), reached(knowledge, load)
    words = f"{'mixture-of-experts' if load.sparse else 'dense'} models at {arithmetic(load.precision)}"
    if runs:
        sources = "; ".join(dict.fromkeys(run.source for run in runs))
        return f"Geometric mean of {len(runs)} published results of {words} on {load.accelerator.key}: {sources}."
    kind = "moe" if load.sparse else "dense"
    derived = derived_mfu(knowledge, load.accelerator.key, kind, arithmetic(load.precision))
    stand_in = f"{found.device}, the slowest measured device, stands for it"
    if found.basis == "kin":
        stand_in = f"{found.device} of the same generation stand for it"
    elif derived is not None:
        stand_in = derived.source
    return (
        f"Assumed: no run of {words} on {load.accelerator.key} is published; {stand_in}; "
        "the interval is as wide as measured devices differ, each left out."
    )


def _devices(machine: Accelerator, hours: Estimate, state: State, deadline_days: float | None) -> int:
    """Enough for the state and, with a deadline, for the upper estimate; whole servers of eight."""
    wanted = math.ceil(hours.high / (24 * deadline_days)) if deadline_days else 1
    return in_servers(max(least_devices(machine, state), wanted))


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
