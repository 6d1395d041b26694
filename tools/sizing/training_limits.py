"""What a training run can't be: state or sequence beyond the memory, deadline beyond the devices; the nearest that can.

The plan itself stays computable for any number of devices, because hours are asked for before devices are known;
whoever hands out a plan asks here first.
"""

import math

from knowledge import Knowledge
from knowledge.errors import InputRefused
from knowledge.hardware import Accelerator
from knowledge.sizing_data import constant
from tools.estimate import Estimate
from tools.wording import number

from .training_state import RunSize, State, run_state

SERVER = 8
"""Devices of a server."""
LIGHTER = {"pretrain": (), "finetune_full": ("lora", "qlora"), "lora": ("qlora",), "qlora": ()}
"""Mode -> modes that keep less and still adapt the model."""


def least_devices(machine: Accelerator, state: State) -> int:
    """As many as hold the state beside their activations, a sequence split over them where it takes that."""
    by_state = state.gb / (machine.memory_gb * state.share)
    by_both = (state.gb + state.activations_gb) / (machine.memory_gb * state.filled)
    return max(math.ceil(by_state), math.ceil(by_both), 1)


def refuse_unfit(knowledge: Knowledge, machine: Accelerator, run: RunSize, gpus: int) -> None:
    """InputRefused where `gpus` devices don't hold the run, with what would fit."""
    state = run_state(knowledge, run)
    least = least_devices(machine, state)
    if gpus >= least:
        return
    nearest = f"Nearest: gpus={least}{_lighter(knowledge, machine, run, gpus)}"
    held = gpus * machine.memory_gb * state.share
    size = (
        f"{run.mode} of {number(run.params_b)} billion parameters keeps {number(state.gb)} GB of weights, gradients "
        "and optimiser"
    )
    if state.gb <= held:
        room = gpus * machine.memory_gb * state.filled
        longest = math.floor(run.sequence_tokens * (room - state.gb) / state.activations_gb)
        raise InputRefused(
            f"{size}, and one sequence of {run.sequence_tokens:,.0f} tokens {number(state.activations_gb)} GB of "
            f"activations even where all but the inputs of layers is computed again; {gpus:,} x {machine.key} hold "
            f"{number(room)} GB.",
            f"{nearest} with the sequence split over them, or sequence_tokens={longest} at most; more only with "
            "activations moved to the memory of the host.",
        )
    smaller = run._replace(params_b=run.params_b * held / state.gb)
    fits = not run.sequence_tokens or least_devices(machine, run_state(knowledge, smaller)) <= gpus
    raise InputRefused(
        f"{size}; {gpus:,} x {machine.key} hold {number(held)} GB ({state.share:.0%} of their memory, activations "
        "fill the rest).",
        f"{nearest}, or at most {number(smaller.params_b)} billion parameters." if fits else f"{nearest}.",
    )


def _lighter(knowledge: Knowledge, machine: Accelerator, run: RunSize, gpus: int) -> str:
    """The first mode that these devices hold."""
    for other in LIGHTER[run.mode]:
        if least_devices(machine, run_state(knowledge, run._replace(mode=other))) <= gpus:
            return f", mode={other} on {gpus:,}"
    return ""


def refuse_fleet(knowledge: Knowledge, gpus: int, hours: Estimate, deadline_days: float | None) -> None:
    """InputRefused where a run takes more devices than anybody has in one place."""
    most = int(constant(knowledge, "training", "largest_fleet").value)
    if gpus <= most:
        return
    days = f"{number(hours.typical / (24 * most))} days ({number(hours.high / (24 * most))} at most)"
    if deadline_days is None:
        raise InputRefused(
            f"{gpus:,} accelerators are more than the largest cluster has ({most:,}).",
            f"Give gpus={most} at most; on them the run takes {days}.",
        )
    raise InputRefused(
        f"Ending within {deadline_days:g} days takes {gpus:,} accelerators, and the largest cluster has {most:,}.",
        f"Give a longer deadline_days, or fewer tokens: on {most:,} the run takes {days}.",
    )


def missed_deadline(days: Estimate, gpus: int, deadline_days: float, least: int) -> str:
    """By how much the plan misses its deadline and how many devices would hold it; empty where it holds it."""
    if days.high <= deadline_days:
        return ""
    needed = max(in_servers(math.ceil(gpus * days.high / deadline_days)), least)
    likely = max(in_servers(math.ceil(gpus * days.typical / deadline_days)), least)
    word = "missed" if days.typical > deadline_days else "may be missed"
    typically = f", {likely:,} in the typical case" if likely < needed and word == "missed" else ""
    share = deadline_days / days.high
    return (
        f"{word}: {number(days.typical)} days (up to {number(days.high)}) on {gpus:,}, {deadline_days:g} days wanted. "
        f"{needed:,} accelerators hold it at the upper estimate{typically}; {gpus:,} hold it with {share:.1%} of the "
        "tokens."
    )


def in_servers(devices: int) -> int:
    """As many or more: large fleets come in whole servers.

    >>> in_servers(3), in_servers(9)
    (3, 16)
    """
    return devices if devices <= SERVER else math.ceil(devices / SERVER) * SERVER
