"""How well first tokens can be put in order at all, from a CSV of measured runs.

    python scripts/order_ceiling.py RUNS.csv

Pairs are those of `eval sizing`: one model, metric and lengths, measured values more than 1.3 times apart. Told are
the order that the model gives when each group is left out of its own fit, when neither group of a pair was seen by
the one fit that predicts both, and the order that other measurements of the very same two configurations give,
with the model's order of those same pairs beside it.
"""

import argparse
import csv
import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import combinations
from pathlib import Path
from statistics import fmean
from typing import Any, NamedTuple

import numpy as np
import yaml

from evals.sizing_scores import APART
from knowledge import load
from scripts.fit_serving import REGIMES, Sample, chosen, first_sample, problem_of, readable
from tools.sizing.roofline import Array
from tools.sizing.shrinkage import predict, solve

ALIKE = ("metric", "model", "scope", "input_tokens", "output_tokens")
CONFIGURATION = (
    "metric", "accelerator", "n_accelerators", "arch_key", "precision", "engine", "parallelism", "input_tokens",
    "output_tokens", "concurrency",
)  # fmt: skip
WITHOUT_ENGINE = tuple(name for name in CONFIGURATION if name not in ("engine", "parallelism"))


class Pair(NamedTuple):
    """Places of two runs."""

    one: int
    other: int


def pairs(cells: Sequence[Mapping[str, str]], measured: Array) -> list[Pair]:
    """Of one model and load, further apart than measuring is noisy."""
    alike: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for place, row in enumerate(cells):
        alike[key_of(row, ALIKE)].append(place)
    return [
        Pair(a, b)
        for places in alike.values()
        for a, b in combinations(places, 2)
        if max(measured[a], measured[b]) > APART * min(measured[a], measured[b])
    ]


def key_of(row: Mapping[str, str], names: Iterable[str]) -> tuple[str, ...]:
    return tuple(row[name] for name in names)


def ordered(found: Iterable[Pair], measured: Array, told: Callable[[int], float]) -> float:
    """Share of the pairs that `told` puts as they were measured; equal is wrong."""
    return fmean((told(a) < told(b)) == (measured[a] < measured[b]) and told(a) != told(b) for a, b in found)


class Repeated(NamedTuple):
    """Pairs of configurations measured more than once."""

    pairs: list[Pair]
    ordered: float
    """Share that their other measurements put as these were measured."""


def by_repeats(
    found: list[Pair], cells: Sequence[Mapping[str, str]], measured: Array, names: tuple[str, ...]
) -> Repeated:
    """What can be had: the order that other measurements of the very same two configurations give."""
    runs: dict[tuple[str, ...], set[float]] = defaultdict(set)
    for row, value in zip(cells, measured, strict=True):
        runs[key_of(row, names)].add(float(value))

    def others(place: int) -> list[float]:
        return sorted(runs[key_of(cells[place], names)] - {float(measured[place])})

    repeated = [
        pair
        for pair in found
        if key_of(cells[pair.one], names) != key_of(cells[pair.other], names)
        and others(pair.one)
        and others(pair.other)
    ]
    return Repeated(
        repeated, ordered(repeated, measured, lambda place: fmean(math.log(value) for value in others(place)))
    )


def left_out(sample: Sample, spec: dict[str, Any], groups: set[str]) -> Array:
    """Every run as predicted by a fit that saw none of `groups`."""
    problem = problem_of(sample, spec)
    kept = ~np.isin(np.array(sample.groups), sorted(groups))
    return predict(problem, solve(problem, kept), np.ones(len(kept), dtype=bool))


def by_model(found: list[Pair], sample: Sample, spec: dict[str, Any]) -> tuple[float, float]:
    """Order by the fits without each run's own group, and by the one without both groups of the pair."""
    own = {name: left_out(sample, spec, {name}) for name in set(sample.groups)}
    apart: dict[frozenset[str], list[Pair]] = defaultdict(list)
    for pair in found:
        apart[frozenset((sample.groups[pair.one], sample.groups[pair.other]))].append(pair)
    each = ordered(found, sample.measured, lambda place: float(own[sample.groups[place]][place]))
    right = 0.0
    for groups, part in apart.items():
        told = left_out(sample, spec, set(groups)) if len(groups) > 1 else own[next(iter(groups))]
        right += len(part) * ordered(part, sample.measured, told.item)
    return each, right / len(found)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("runs", type=Path)
    arguments = parser.parse_args()
    with arguments.runs.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    knowledge = load()
    kept = readable(knowledge, chosen(rows)["served_ttft"], None)
    sample, cells = first_sample(knowledge, kept), [row.cells for row in kept]
    found = pairs(cells, sample.measured)
    spec = yaml.safe_load(REGIMES.read_text(encoding="utf-8"))["served_ttft"]
    each, both = by_model(found, sample, spec)
    print(f"{len(found)} pairs; ordered by fits without each group {each:.1%}, without both {both:.1%}")
    for told, names in (("engine and split known", CONFIGURATION), ("neither known", WITHOUT_ENGINE)):
        repeated = by_repeats(found, cells, sample.measured, names)
        each, both = by_model(repeated.pairs, sample, spec)
        print(
            f"{len(repeated.pairs)} pairs measured more than once ({told}): other measurements order "
            f"{repeated.ordered:.1%}, fits without each group {each:.1%}, without both {both:.1%}"
        )


if __name__ == "__main__":
    main()
