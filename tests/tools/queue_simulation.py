"""A small discrete-event simulator of servers with one queue: what the formulas of waiting are held against.

Every run is seeded. Means come with a 95 % confidence interval by batches of consecutive requests, which
makes allowance for requests that wait behind one another.
"""

import heapq
import random
import statistics
from collections.abc import Callable
from typing import NamedTuple

BATCHES = 20
T95 = 2.093
"""Student's t for 19 degrees of freedom."""
WARM_UP = 0.1
"""Share of the requests that is not counted, because the servers start idle."""
LOGNORMAL_SIGMA = 0.8326
"""Of a lognormal with a squared coefficient of variation of 1."""
BURSTY_SCV = 4.0

Draw = Callable[[random.Random], float]
"""A time with mean 1."""


class Simulated(NamedTuple):
    """A share or mean, and half the width of its interval."""

    value: float
    half: float


class Waits(NamedTuple):
    """Of the requests after the warm-up."""

    mean: Simulated
    chance: Simulated
    """Share of requests that wait at all."""
    p95: float


def exponential(rng: random.Random) -> float:
    return rng.expovariate(1.0)


def constant(_: random.Random) -> float:
    return 1.0


def lognormal(rng: random.Random) -> float:
    return rng.lognormvariate(-(LOGNORMAL_SIGMA**2) / 2, LOGNORMAL_SIGMA)


def bursty(rng: random.Random) -> float:
    """Two exponentials with balanced means, mixed to a squared coefficient of variation of 4."""
    share = (1 + ((BURSTY_SCV - 1) / (BURSTY_SCV + 1)) ** 0.5) / 2
    chosen = share if rng.random() < share else 1 - share
    return rng.expovariate(2 * chosen)


RUNS = 4
"""Independent starts, pooled: a single seed can be an odd one."""


def waits(gaps: Draw, service: Draw, servers: int, utilisation: float, requests: int, seed: int) -> Waits:
    """Waits in units of the mean service time, first come, first served."""
    found: list[float] = []
    for run in range(RUNS):
        one = _waits(gaps, service, servers, utilisation, requests // RUNS, 1000 * seed + run)
        found += one[int(WARM_UP * len(one)) :]
    return Waits(
        _interval(found),
        _interval([float(wait > 0) for wait in found]),
        sorted(found)[int(0.95 * len(found))],
    )


def _waits(
    gaps: Draw, service: Draw, servers: int, utilisation: float, requests: int, seed: int
) -> list[float]:
    rng, free, now = random.Random(seed), [0.0] * servers, 0.0
    found: list[float] = []
    for _ in range(requests):
        now += gaps(rng) / (servers * utilisation)
        start = max(now, heapq.heappop(free))
        heapq.heappush(free, start + service(rng))
        found.append(start - now)
    return found


def crowded(
    gaps: Draw, service: Draw, mean_in_flight: float, places: float, requests: int, seed: int
) -> Simulated:
    """Share of requests that find `places` or more in flight where nobody ever waits."""
    rng, ends, now = random.Random(seed), [0.0], 0.0
    found: list[float] = []
    for _ in range(requests):
        now += gaps(rng) / mean_in_flight
        while ends and ends[0] <= now:
            heapq.heappop(ends)
        found.append(float(len(ends) >= places))
        heapq.heappush(ends, now + service(rng))
    return _interval(found[int(WARM_UP * requests) :])


def _interval(values: list[float]) -> Simulated:
    size = len(values) // BATCHES
    means = [statistics.fmean(values[start * size : (start + 1) * size]) for start in range(BATCHES)]
    return Simulated(statistics.fmean(values), T95 * statistics.stdev(means) / BATCHES**0.5)
