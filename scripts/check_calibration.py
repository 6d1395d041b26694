"""Whether scaling to own measurements makes estimates better: each published run predicted from the others.

    python scripts/check_calibration.py

A configuration is an accelerator, architecture, precision, engine and publisher; coefficients without its group. Runs
on the same number of devices are left out one at a time; `other counts` knows runs on other numbers alone.
"""

import argparse
from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from knowledge import Knowledge, load
from knowledge.hardware import accelerators
from knowledge.measured import MeasuredRun, measured_runs
from knowledge.models import ModelSpec, models
from knowledge.sizing_data import constant
from tools.sizing.families import step_weights
from tools.sizing.own_points import interpolated, known_at, place_of
from tools.sizing.roofline import Array
from tools.sizing.runs import Setting, stack
from tools.sizing.serving_model import tpot_ms, ttft_ms

KNOWN = (1, 2, 4)
"""So many runs known, drawn with a fixed seed."""
ENDS = (0.08, 0.92)


class Bench(NamedTuple):
    """Published runs, and the logarithms of measured over modelled."""

    runs: tuple[MeasuredRun, ...]
    places: list[tuple[float, ...]]
    logs: dict[str, Array]


def bench_of(knowledge: Knowledge) -> Bench:
    """The packaged runs against coefficients that did not see their group."""
    runs = measured_runs(knowledge)
    by_architecture: dict[str, ModelSpec] = {}
    for model in models(knowledge).values():
        by_architecture.setdefault(model.arch_key, model)
    settings = [
        Setting(
            by_architecture[run.arch_key], accelerators(knowledge)[run.accelerator], run.precision, run.devices,
            run.concurrency, run.input_tokens, run.output_tokens, engine=run.engine,
        )
        for run in runs
    ]  # fmt: skip
    stacked = stack(knowledge, settings)
    weights = {
        name: np.array(
            [step_weights(knowledge, name, item, run.group) for item, run in zip(settings, runs, strict=True)]
        )
        for name in ("served", "served_ttft")
    }
    step = tpot_ms(stacked, weights["served"])
    efficiency = constant(knowledge, "engine", "prefill_efficiency").value
    first = ttft_ms(stacked, step, weights["served_ttft"], efficiency)
    return Bench(
        runs,
        [place_of(run.input_tokens, run.output_tokens, run.concurrency, run.devices) for run in runs],
        {
            "time per token": np.log([run.tpot_ms for run in runs]) - np.log(step),
            "first token": np.log([run.ttft_ms for run in runs]) - np.log(first),
        },
    )


def left_out(
    knowledge: Knowledge, bench: Bench, logs: Array, most: int = 0, other_counts: bool = False
) -> Array:
    """Logarithm of scaled over measured of each run that has others; at most `most` of them known."""
    groups: dict[tuple[object, ...], list[int]] = defaultdict(list)
    for row, run in enumerate(bench.runs):
        groups[run.group, run.precision, run.engine, run.source].append(row)
    draw = np.random.default_rng(1)
    errors = []
    for rows in groups.values():
        for row in rows:
            others = [
                other
                for other in rows
                if other != row and (bench.runs[other].devices == bench.runs[row].devices) != other_counts
            ]
            if most:
                others = [int(other) for other in draw.permutation(others)[:most]]
            if others:
                known = known_at([(bench.places[other], float(logs[other])) for other in others])
                errors.append(float(interpolated(knowledge, known, np.array(bench.places[row]))) - logs[row])
    return np.array(errors)


def lines(knowledge: Knowledge) -> Iterator[str]:
    """The figures as a table: median and mean error, and the ends of measured over scaled."""
    bench = bench_of(knowledge)
    for name, logs in bench.logs.items():
        yield f"{name}: formula alone {_errors(-logs)}"
        for most in KNOWN:
            yield f"{name}: {most} known {_errors(left_out(knowledge, bench, logs, most))}"
        everything = left_out(knowledge, bench, logs)
        ends = np.exp(np.quantile(-everything, ENDS))
        yield f"{name}: all others known {_errors(everything)}, p8 {ends[0]:.3f}, p92 {ends[1]:.3f}"
        yield f"{name}: other counts {_errors(left_out(knowledge, bench, logs, other_counts=True))}"


def _errors(logs: Array) -> str:
    error = 100 * np.abs(np.exp(logs) - 1)
    return f"median {np.median(error):.1f} %, mean {error.mean():.1f} % of {len(error)}"


def main() -> None:
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter).parse_args()
    print("\n".join(lines(load())))


if __name__ == "__main__":
    main()
