"""Fit a sum of terms whose weights depart by family (architecture, engine, …) as far as the runs insist.

The logarithm of a measured time is modelled: `log sum_k(exp(weight_k + departures) * term_k)`. Departures are
pulled towards zero by a stated spread, so a family with few runs, or none, keeps the common weights.
Robust (pseudo-Huber) loss, damped Gauss-Newton steps; groups of runs count by the root of their size.
"""

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from .roofline import Array, Flags, Indices

STEPS, TRIES = 40, 8
LARGEST_STEP = 2.0
CONVERGED = 1e-6


class Departure(NamedTuple):
    """One kind of family: which level each run belongs to, and which terms its factor multiplies."""

    level: Indices
    """Of each run."""
    levels: int
    terms: Array
    """1 for the terms that the factor multiplies, else 0."""
    spread: float
    """Standard deviation of the logarithm of the factor."""


class Problem(NamedTuple):
    """Runs to be explained."""

    features: Array
    """(runs, terms), not negative."""
    measured: Array
    groups: Sequence[str]
    departures: Sequence[Departure]
    start: Array
    """Weights believed before any run is seen."""
    prior: float
    """How far a weight may lie from its start: standard deviation of the logarithm."""
    noise: float
    """Logarithmic error from which a run counts less."""


class Solution(NamedTuple):
    """Weights of the terms, and the logarithm of each level's factor by kind of family."""

    weights: Array
    factors: tuple[Array, ...]


def solve(problem: Problem, kept: Flags) -> Solution:
    """The weights and factors that the kept runs support."""
    part = problem._replace(
        features=problem.features[kept] + 1e-12,
        measured=problem.measured[kept],
        groups=[name for name, keep in zip(problem.groups, kept, strict=True) if keep],
        departures=[item._replace(level=item.level[kept]) for item in problem.departures],
    )
    return _split(part, _descend(part))


def predict(problem: Problem, found: Solution, rows: Flags) -> Array:
    """Predicted times of the chosen runs."""
    logs = sum(
        (factor[item.level[rows]][:, None] * item.terms for item, factor in _pairs(problem, found)),
        start=np.zeros((int(rows.sum()), problem.features.shape[1])),
    )
    result: Array = (problem.features[rows] * found.weights * np.exp(logs)).sum(axis=1)
    return result


def _pairs(problem: Problem, found: Solution) -> list[tuple[Departure, Array]]:
    return list(zip(problem.departures, found.factors, strict=True))


def _descend(part: Problem) -> Array:
    """Minimise the damped loss from the start, departures at zero."""
    origin = np.concatenate([np.log(part.start), np.zeros(sum(item.levels for item in part.departures))])
    pull = _pull(part)
    sizes = Counter(part.groups)
    weight = np.array([sizes[name] ** -0.5 for name in part.groups])
    weight = weight / weight.mean()
    position, damping = origin.copy(), 1e-2
    contributions = _contributions(part, position)
    cost = _cost(part, contributions, position - origin, weight, pull)
    for _ in range(STEPS):
        gradient, curvature = _slope(part, contributions, position - origin, weight, pull)
        for _ in range(TRIES):
            step = np.linalg.solve(curvature + damping * np.diag(np.diag(curvature)), -gradient)
            tried = position + np.clip(step, -LARGEST_STEP, LARGEST_STEP)
            there = _contributions(part, tried)
            new_cost = _cost(part, there, tried - origin, weight, pull)
            if new_cost < cost:
                break
            damping *= 4
        else:
            break
        gain, position, contributions, cost = cost - new_cost, tried, there, new_cost
        damping = max(damping / 4, 1e-6)
        if gain < CONVERGED * cost:
            break
    return position


def _pull(part: Problem) -> Array:
    """Inverse variance of every parameter."""
    spreads = [np.full(item.levels, item.spread) for item in part.departures]
    result: Array = np.concatenate([np.full(len(part.start), part.prior), *spreads]) ** -2.0
    return result


def _contributions(part: Problem, position: Array) -> Array:
    """Milliseconds of each term in each run."""
    count = len(part.start)
    logs, offset = np.zeros(part.features.shape), count
    for item in part.departures:
        logs += position[offset + item.level][:, None] * item.terms
        offset += item.levels
    result: Array = part.features * np.exp(position[:count]) * np.exp(logs)
    return result


def _error(part: Problem, contributions: Array) -> Array:
    result: Array = np.log(contributions.sum(axis=1) / part.measured) / part.noise
    return result


def _cost(part: Problem, contributions: Array, moved: Array, weight: Array, pull: Array) -> float:
    error = _error(part, contributions)
    return float((weight * 2 * (np.sqrt(1 + error**2) - 1)).sum() + (pull * moved**2).sum())


def _slope(
    part: Problem, contributions: Array, moved: Array, weight: Array, pull: Array
) -> tuple[Array, Array]:
    """Gradient and approximate curvature of half the cost."""
    error = _error(part, contributions)
    trust = weight / np.sqrt(1 + error**2) / part.noise**2
    shares = contributions / contributions.sum(axis=1, keepdims=True)
    runs = np.arange(len(shares))
    columns = [shares]
    for item in part.departures:
        block = np.zeros((len(shares), item.levels))
        block[runs, item.level] = shares @ item.terms
        columns.append(block)
    jacobian = np.hstack(columns)
    gradient = jacobian.T @ (trust * error * part.noise) + pull * moved
    curvature = jacobian.T @ (jacobian * trust[:, None]) + np.diag(pull)
    return gradient, curvature


def _split(part: Problem, position: Array) -> Solution:
    count = len(part.start)
    ends = np.cumsum([count, *(item.levels for item in part.departures)])
    factors = tuple(position[a:b] for a, b in pairwise(ends))
    return Solution(np.exp(position[:count]), factors)
