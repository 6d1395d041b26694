"""The deployments worth considering for a (model, accelerator) pair, as arrays over pairs and devices."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import lru_cache

import numpy as np

from knowledge import Knowledge
from knowledge.hardware import Accelerator, accelerators
from knowledge.models import ModelSpec, models
from knowledge.own_runs import OwnRun
from knowledge.sizing_data import constant

from .calibration import correction
from .engine_memory import usable_gb
from .families import step_weights
from .kinds import step_regime
from .memory import precisions, preferred_precision, served_in
from .own_points import OwnPoints, points_of, runs_of
from .roofline import Array, Flags, Run
from .runs import Setting, stack
from .serving_model import STEP_TERMS, TTFT_TERMS, step_bound_ms, step_terms, ttft_ms, weighted
from .weights import weights_gb

DEVICES = (1, 2, 4, 8)
BATCHES = np.array([1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512], dtype=float)
SMALL_BATCH = 8
"""Sequences that an engine for one person's device works on at once (llama.cpp slots), assumed."""


@dataclass(frozen=True)
class Options:
    """Parallel arrays, one entry a deployment; `run` has shape (deployments, 1) and lacks the load."""

    pair: Array
    """Index into the pairs asked for."""
    precision: tuple[str, ...]
    devices: Array
    run: Run
    step_weights: Array
    """Coefficients of each deployment's regime and families, shape (deployments, 1, terms)."""
    ttft_weights: Array
    tpot_correction: Array
    free_bytes: Array
    """Memory per device left for caches."""
    batch_limit: Array
    context_limit: Array
    """Tokens that the model reads at most."""
    device_tdp_w: Array
    own_device: Flags
    """True for devices of one person (laptop, module, CPU server)."""
    measured: dict[int, OwnPoints]
    """Deployments of which the user measured the configuration, with what was measured."""


@lru_cache(maxsize=64)
def options(knowledge: Knowledge, pairs: tuple[tuple[str, str], ...], precision: str = "") -> Options:
    """Every deployment of every pair whose weights fit, at one precision a pair."""
    table, machines = models(knowledge), accelerators(knowledge)
    chosen: list[tuple[int, Setting]] = []
    for index, (model_key, accelerator_key) in enumerate(pairs):
        model, machine = table[model_key], machines[accelerator_key]
        if model.sizeable:
            chosen.extend((index, item) for item in _deployments(knowledge, model, machine, precision))
    return arrays_of(knowledge, chosen)


def _deployments(
    knowledge: Knowledge, model: ModelSpec, machine: Accelerator, precision: str
) -> list[Setting]:
    if precision and not served_in(model, machine, precision):
        return []
    wanted = (precision,) if precision else _precision_order(model, machine)
    for candidate in wanted:
        found = [
            Setting(model, machine, candidate, n, 1, 1, 1)
            for n in DEVICES
            if n <= machine.max_tensor_parallel and weights_fit(knowledge, model, machine, candidate, n)
        ]
        if found:
            return found
    return []


def _precision_order(model: ModelSpec, machine: Accelerator) -> tuple[str, ...]:
    """The preferred precision, then the ones that need less memory."""
    available = precisions(model, machine)
    return available[available.index(preferred_precision(model, machine)) :]


def weights_fit(knowledge: Knowledge, model: ModelSpec, machine: Accelerator, precision: str, n: int) -> bool:
    """Whether `n` devices hold the weights and leave an engine its room."""
    return weights_gb(knowledge, model, precision) < n * usable_gb(knowledge, model, machine, n)


def arrays_of(knowledge: Knowledge, chosen: list[tuple[int, Setting]]) -> Options:
    """Deployments as parallel arrays, each with the index of what it was asked for."""
    settings = [item for _, item in chosen]
    row = stack(knowledge, settings) if settings else stack_of_none()
    column = Run(*(np.reshape(getattr(row, field.name), (-1, 1)) for field in fields(Run)))
    corrections = [
        correction(knowledge, item.accelerator.key, item.model.arch_key, item.precision) for item in settings
    ]
    free = [
        1e9
        * (
            usable_gb(knowledge, item.model, item.accelerator, item.devices)
            - weights_gb(knowledge, item.model, item.precision) / item.devices
        )
        for item in settings
    ]
    largest = constant(knowledge, "engine", "max_sequences").value
    regimes = [step_regime(item.accelerator) for item in settings]
    return Options(
        pair=np.array([index for index, _ in chosen], dtype=float),
        precision=tuple(item.precision for item in settings),
        devices=np.array([item.devices for item in settings], dtype=float),
        run=column,
        step_weights=_weights(knowledge, regimes, settings, len(STEP_TERMS)),
        ttft_weights=_weights(knowledge, ["open_ttft"] * len(settings), settings, len(TTFT_TERMS)),
        tpot_correction=np.array([item.tpot for item in corrections]).reshape(-1, 1),
        free_bytes=np.array(free).reshape(-1, 1),
        batch_limit=np.array(
            [SMALL_BATCH if name == "single_stream" else largest for name in regimes]
        ).reshape(-1, 1),
        context_limit=np.array([item.model.context or np.inf for item in settings]).reshape(-1, 1),
        device_tdp_w=np.array([item.accelerator.tdp_w or np.nan for item in settings]).reshape(-1, 1),
        own_device=np.array([item.accelerator.kind in ("apple", "edge") for item in settings], dtype=bool),
        measured=_measured(knowledge, settings),
    )


def _measured(knowledge: Knowledge, settings: list[Setting]) -> dict[int, OwnPoints]:
    found = {}
    for row, item in enumerate(settings):
        runs = runs_of(knowledge, item.model, item.accelerator, item.precision)
        if runs:
            found[row] = _points(knowledge, runs)
    return found


@lru_cache(maxsize=256)
def _points(knowledge: Knowledge, runs: tuple[OwnRun, ...]) -> OwnPoints:
    return points_of(runs, knowledge, lambda load: modelled_ms(knowledge, load))


def modelled_ms(knowledge: Knowledge, load: Setting) -> tuple[float, float]:
    """Step and first token of a served load without own measurements, as `capacity` computes them."""
    run = stack(knowledge, [load])
    regime = step_regime(load.accelerator)
    known = correction(knowledge, load.accelerator.key, load.model.arch_key, load.precision)
    step = np.maximum(
        weighted(step_terms(run), step_weights(knowledge, regime, load)) * known.tpot, step_bound_ms(run)
    )
    efficiency = constant(knowledge, "engine", "prefill_efficiency").value
    first = ttft_ms(run, step, step_weights(knowledge, "open_ttft", load), efficiency)
    return float(step[0]), float(first[0])


def _weights(knowledge: Knowledge, regimes: Sequence[str], settings: list[Setting], terms: int) -> Array:
    found = [step_weights(knowledge, name, item) for name, item in zip(regimes, settings, strict=True)]
    result: Array = np.array(found, dtype=float).reshape(len(found), 1, terms)
    return result


def stack_of_none() -> Run:
    """A run of zero deployments."""
    return Run(*(np.zeros(0) for _ in fields(Run)))
