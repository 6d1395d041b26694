"""Own measurements before every formula: estimates pass through them and are scaled near them.

The logarithm of measured over modelled is interpolated over prompt, answer, requests in flight and devices by
inverse distance, so at a measured load the estimate is the measurement. `scripts/check_calibration.py` shows on
published runs that this makes estimates better with one known run already.
"""

import math
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from knowledge import Knowledge
from knowledge.aliases import table_cache
from knowledge.hardware import Accelerator, accelerators
from knowledge.models import ModelSpec, models
from knowledge.own_runs import OwnRun, own_runs
from knowledge.sizing_data import constant

from .fit import fit_of
from .roofline import Array, Run
from .runs import Setting

CLOSEST = 1e-3
"""Distance below which two loads are the same: the weight of a run is finite, and all that counts there."""
AXES = 4
Modelled = Callable[[Setting], tuple[float, float]]
"""Milliseconds of a step and of a first token as the formulas have them, without own measurements."""


@dataclass(frozen=True, eq=False)
class Known:
    """Logarithms of measured over modelled, and the loads at which they are known."""

    places: Array
    """(runs, 4): logarithms of prompt, answer, requests in flight and devices."""
    logs: Array


@dataclass(frozen=True, eq=False)
class OwnPoints:
    """What the runs of a configuration say about the formulas."""

    steps: Known
    """Time per token of loads that somebody waits for."""
    all_steps: Known
    """The same with what throughputs imply, which says nothing about a service with limits."""
    firsts: Known


class OwnPoint(NamedTuple):
    """A run, where it stands, and the logarithms of measured over modelled."""

    place: tuple[float, ...]
    tpot: float | None
    ttft: float | None
    offline: bool
    """Derived from a throughput."""


class Nearest(NamedTuple):
    """The own run nearest to a load."""

    run: OwnRun
    distance: float
    """The largest of the four logarithms of ratios."""


def configuration(model: ModelSpec, accelerator: Accelerator, precision: str) -> tuple[str, str, str]:
    """What runs must share to speak of one another."""
    return accelerator.key, model.arch_key, precision


def runs_of(
    knowledge: Knowledge, model: ModelSpec, accelerator: Accelerator, precision: str
) -> tuple[OwnRun, ...]:
    """The user's runs of a configuration, whatever their load."""
    known = table_cache(knowledge, _by_configuration)
    return known.get(configuration(model, accelerator, precision), ())


def points_of(runs: Sequence[OwnRun], knowledge: Knowledge, modelled: Modelled) -> OwnPoints:
    """How far the formulas are off at the runs."""
    points = [_point(run, knowledge, modelled) for run in runs]
    return OwnPoints(
        steps=known_at([(item.place, item.tpot) for item in points if not item.offline]),
        all_steps=known_at([(item.place, item.tpot) for item in points]),
        firsts=known_at([(item.place, item.ttft) for item in points]),
    )


def known_at(pairs: Sequence[tuple[tuple[float, ...], float | None]]) -> Known:
    """The pairs of which the second is known."""
    known = [(place, log) for place, log in pairs if log is not None]
    return Known(
        np.array([place for place, _ in known]).reshape(len(known), AXES), np.array([log for _, log in known])
    )


def nearest(knowledge: Knowledge, load: Setting) -> Nearest | None:
    """The own run of this configuration that is nearest to `load`, with time per token or first token in it."""
    place = place_of(load.input_tokens, load.output_tokens, load.batch, load.devices)
    found = [
        Nearest(run, distance_between(_place(run, knowledge), place))
        for run in runs_of(knowledge, load.model, load.accelerator, load.precision)
        if run.concurrency is not None
    ]
    return min(found, key=lambda item: (item.distance, item.run.id), default=None)


def place_of(
    input_tokens: float, output_tokens: float, in_flight: float, devices: float
) -> tuple[float, ...]:
    """Where a load stands: logarithms, so that distances are ratios."""
    return tuple(math.log(max(value, 1e-3)) for value in (input_tokens, output_tokens, in_flight, devices))


def distance_between(left: tuple[float, ...], right: tuple[float, ...]) -> float:
    """The largest ratio of the two loads, as a logarithm."""
    return max(abs(a - b) for a, b in zip(left, right, strict=True))


def scaled(
    knowledge: Knowledge, points: OwnPoints, run: Run, times: tuple[Array, Array], *, relaxed: bool
) -> tuple[Array, Array]:
    """Time per token and first token of one deployment (row of batches), scaled to the points."""
    here = np.stack(np.broadcast_arrays(*(np.log(np.maximum(part, 1e-3)) for part in _axes(run))), axis=-1)
    tpot, ttft = times
    steps = points.all_steps if relaxed else points.steps
    # A measured jump between two loads must not make a fuller batch look faster than an emptier one.
    step = np.maximum.accumulate(tpot * np.exp(interpolated(knowledge, steps, here)), axis=-1)
    return step, ttft * np.exp(interpolated(knowledge, points.firsts, here))


def interpolated(knowledge: Knowledge, known: Known, here: Array) -> Array:
    """The logarithm at `here` (last axis: the four axes) from those at known places; zero far from all."""
    if not len(known.logs):
        return np.zeros(here.shape[:-1])
    power = constant(knowledge, "calibrated", "power").value
    pull = constant(knowledge, "calibrated", "pull").value
    distance = np.abs(here[..., None, :] - known.places).max(axis=-1)
    weight = np.maximum(distance, CLOSEST) ** -power
    result: Array = (weight * known.logs).sum(axis=-1) / (weight.sum(axis=-1) + pull)
    return result


def influence(knowledge: Knowledge, distance: float) -> float:
    """The share that a lone run has in an estimate at this distance."""
    weight = float(max(distance, CLOSEST) ** -constant(knowledge, "calibrated", "power").value)
    return weight / (weight + constant(knowledge, "calibrated", "pull").value)


def in_flight(run: OwnRun, knowledge: Knowledge) -> float:
    """What of a run's requests was worked on at once: the caches of the others don't fit, they wait."""
    model, machine = models(knowledge)[run.model], accelerators(knowledge)[run.accelerator]
    fitting = fit_of(
        knowledge, model, machine, run.precision, run.devices, tokens=run.input_tokens + run.output_tokens
    ).sequences
    most = min(max(fitting, 1.0), constant(knowledge, "engine", "max_sequences").value)
    return most if run.concurrency is None else min(run.concurrency, most)


def _axes(run: Run) -> tuple[Array, ...]:
    return run.input_tokens, run.output_tokens, run.batch, run.n


def _place(run: OwnRun, knowledge: Knowledge) -> tuple[float, ...]:
    return place_of(run.input_tokens, run.output_tokens, in_flight(run, knowledge), run.devices)


def _by_configuration(knowledge: Knowledge) -> dict[tuple[str, str, str], tuple[OwnRun, ...]]:
    found: dict[tuple[str, str, str], list[OwnRun]] = defaultdict(list)
    for run in own_runs(knowledge):
        model = models(knowledge)[run.model]
        if model.sizeable:
            found[configuration(model, accelerators(knowledge)[run.accelerator], run.precision)].append(run)
    return {key: tuple(runs) for key, runs in found.items()}


def setting_of_run(run: OwnRun, knowledge: Knowledge) -> Setting:
    """The run as the model sees it."""
    return Setting(
        models(knowledge)[run.model], accelerators(knowledge)[run.accelerator], run.precision, run.devices,
        in_flight(run, knowledge), run.input_tokens, run.output_tokens,
    )  # fmt: skip


def _point(run: OwnRun, knowledge: Knowledge, modelled: Modelled) -> OwnPoint:
    setting = setting_of_run(run, knowledge)
    batch = setting.batch
    step, first = modelled(setting)
    measured = run.tpot_ms or _implied_step_ms(run, batch, first)
    waited = run.arrivals == "offline" or (run.concurrency or 0) > 1.01 * batch
    return OwnPoint(
        _place(run, knowledge),
        tpot=math.log(measured / step) if measured else None,
        ttft=math.log(run.ttft_ms / first) if run.ttft_ms and not waited else None,
        offline=run.tpot_ms is None and run.e2e_ms is None,
    )  # fmt: skip


def _implied_step_ms(run: OwnRun, batch: float, first_ms: float) -> float | None:
    """The step that yields the measured whole answer or throughput, given the modelled first token."""
    whole = run.e2e_ms
    if whole is None and run.output_tokens_per_s:
        whole = 1e3 * batch * run.output_tokens / run.output_tokens_per_s
    if whole is None or whole <= first_ms:
        return None
    return (whole - first_ms) / run.output_tokens
