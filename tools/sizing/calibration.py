"""Measured before formula: published runs of a configuration scale the model, and the nearest is cited."""

import math
from collections import defaultdict
from typing import Literal, NamedTuple

import numpy as np

from knowledge import Knowledge
from knowledge.aliases import table_cache
from knowledge.hardware import accelerators
from knowledge.measured import MeasuredRun, measured_runs
from knowledge.models import ModelSpec, models
from knowledge.sizing_data import constant

from .families import step_weights
from .roofline import Array
from .runs import Setting, stack
from .serving_model import tpot_ms, ttft_ms

FULL_TRUST_RUNS = 4
"""Pseudo-runs at ratio 1: a configuration with few runs is pulled towards the formula."""


class Correction(NamedTuple):
    """Measured over modelled, and from how many runs."""

    ttft: float
    tpot: float
    runs: int


NONE = Correction(1.0, 1.0, 0)


def correction(knowledge: Knowledge, accelerator: str, arch_key: str, precision: str) -> Correction:
    """The correction of a configuration; NONE where nothing was measured."""
    return table_cache(knowledge, _corrections).get((accelerator, arch_key, precision), NONE)


def validation(knowledge: Knowledge, model: str, accelerator: str) -> Literal["measured", "unvalidated"]:
    """Whether somebody published a run of the model's architecture on the accelerator, at any precision."""
    pair = accelerator, models(knowledge)[model].arch_key
    return "measured" if pair in table_cache(knowledge, _measured_pairs) else "unvalidated"


def _measured_pairs(knowledge: Knowledge) -> frozenset[tuple[str, str]]:
    return frozenset((run.accelerator, run.arch_key) for run in measured_runs(knowledge))


def nearest_run(
    knowledge: Knowledge, accelerator: str, arch_key: str, precision: str, load: Setting
) -> MeasuredRun | None:
    """The run of the same configuration nearest in tokens and concurrency, within a factor of four each."""
    found = [
        (distance, run)
        for run in table_cache(knowledge, _by_configuration).get((accelerator, arch_key, precision), ())
        if run.devices == load.devices and (distance := _distance(run, load)) <= math.log(4)
    ]
    return min(found, key=lambda item: item[0])[1] if found else None


def _distance(run: MeasuredRun, load: Setting) -> float:
    return max(
        abs(math.log(run.input_tokens / load.input_tokens)),
        abs(math.log(run.output_tokens / load.output_tokens)),
        abs(math.log(run.concurrency / max(load.batch, 1))),
    )


Configuration = tuple[str, str, str]


def _by_configuration(knowledge: Knowledge) -> dict[Configuration, list[MeasuredRun]]:
    found: dict[Configuration, list[MeasuredRun]] = defaultdict(list)
    for run in measured_runs(knowledge):
        found[run.accelerator, run.arch_key, run.precision].append(run)
    return found


def _corrections(knowledge: Knowledge) -> dict[Configuration, Correction]:
    runs = measured_runs(knowledge)
    by_architecture: dict[str, ModelSpec] = {}
    for model in models(knowledge).values():
        by_architecture.setdefault(model.arch_key, model)
    devices = accelerators(knowledge)
    settings = [
        Setting(
            by_architecture[run.arch_key], devices[run.accelerator], run.precision, run.devices,
            run.concurrency, run.input_tokens, run.output_tokens, engine=run.engine,
        )
        for run in runs
    ]  # fmt: skip
    stacked = stack(knowledge, settings)
    step = tpot_ms(stacked, _weights(knowledge, "served", settings))
    efficiency = constant(knowledge, "engine", "prefill_efficiency").value
    first = ttft_ms(stacked, step, _weights(knowledge, "served_ttft", settings), efficiency)
    logs: dict[Configuration, list[tuple[float, float]]] = defaultdict(list)
    for run, step_ms, first_ms in zip(runs, step, first, strict=True):
        ratio = math.log(run.ttft_ms / first_ms), math.log(run.tpot_ms / step_ms)
        logs[run.accelerator, run.arch_key, run.precision].append(ratio)
    return {key: _shrunk(values) for key, values in logs.items()}


def _weights(knowledge: Knowledge, regime: str, settings: list[Setting]) -> Array:
    return np.array([step_weights(knowledge, regime, item) for item in settings])


def _shrunk(values: list[tuple[float, float]]) -> Correction:
    trust = len(values) / (len(values) + FULL_TRUST_RUNS)
    ttft, tpot = np.exp(np.median(np.array(values), axis=0) * trust)
    return Correction(float(ttft), float(tpot), len(values))
