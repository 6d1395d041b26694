"""How wrong the serving model is on devices of a kind that its fit never saw, from a CSV of measured runs.

    python scripts/check_unseen_devices.py RUNS.csv

Every generation is left out of every regime that knows another one, then every maker that has another beside it.
Told are the mean error and the ends of measured over predicted, each combination of regime and left-out kind
counted alike: perf/sizing.yaml keeps them as `unseen_device`.
"""

import argparse
import csv
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import yaml

from knowledge import Knowledge, load
from scripts.fit_serving import ENDS, REGIMES, Sample, chosen, first_sample, problem_of, readable, step_sample
from tools.sizing.measured_load import Regime
from tools.sizing.roofline import Array
from tools.sizing.shrinkage import predict, solve

STEPS: tuple[Regime, ...] = ("served", "steady", "offline", "saturated", "competition")
FIRSTS = ("served_ttft", "open_ttft")
FEWEST = 5
"""Runs of a kind, below which its errors say little."""


class LeftOut(NamedTuple):
    """One kind of device in one regime: measured over predicted by a fit that saw none of it."""

    regime: str
    kind: str
    ratio: Array

    @property
    def error(self) -> float:
        return float(np.abs(1 / self.ratio - 1).mean())


def samples(knowledge: Knowledge, rows: list[dict[str, str]], first: bool) -> Iterator[tuple[str, Sample]]:
    """Every regime that tells of a step, or of a first token."""
    parts = chosen(rows)
    if first:
        for name in FIRSTS:
            yield name, first_sample(knowledge, readable(knowledge, parts[name], None))
        return
    for regime in STEPS:
        yield regime, step_sample(knowledge, readable(knowledge, parts[regime], regime))


def left_out(regime: str, sample: Sample, kinds: list[str]) -> Iterator[LeftOut]:
    """Each kind that leaves another to fit."""
    spec = yaml.safe_load(REGIMES.read_text(encoding="utf-8"))[regime]
    named, problem = np.array(kinds), problem_of(sample, spec)
    for kind in sorted(set(kinds)):
        here = named == kind
        if here.all() or here.sum() < FEWEST:
            continue
        yield LeftOut(regime, kind, sample.measured[here] / predict(problem, solve(problem, ~here), here))


def ends(found: list[LeftOut]) -> tuple[float, ...]:
    """The interval's ends and its middle, each combination counted alike."""
    ratio = np.concatenate([item.ratio for item in found])
    weight = np.concatenate([np.full(len(item.ratio), 1 / len(item.ratio)) for item in found])
    order = np.argsort(ratio)
    running = np.cumsum(weight[order])
    places = np.searchsorted(running / running[-1], ENDS)
    return tuple(round(float(ratio[order[place]]), 3) for place in places)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("runs", type=Path)
    with parser.parse_args().runs.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    knowledge = load()
    for what, first in (("time per token", False), ("first token", True)):
        print(f"{what}, whole generations and makers left out")
        _told(
            [item for regime, sample in samples(knowledge, rows, first) for item in kinds_of(regime, sample)]
        )


def kinds_of(regime: str, sample: Sample) -> Iterator[LeftOut]:
    """Every generation, then every maker of more than one."""
    generations = [item["generation"] for item in sample.families]
    yield from left_out(regime, sample, generations)
    makers = [name.split()[0] for name in generations]
    yield from (item for item in left_out(regime, sample, makers) if item.kind not in generations)


def _told(found: list[LeftOut]) -> None:
    for item in found:
        print(f"  {item.regime:12} {item.kind:12} {len(item.ratio):5} runs, mean error {item.error:.0%}")
    mean = float(np.mean([item.error for item in found]))
    print(f"  {len(found)} left out: mean error {mean:.1%}, measured over predicted {ends(found)}")


if __name__ == "__main__":
    main()
