"""Waiting and percentiles: how much slower than the mean the unlucky requests are."""

import math
from functools import lru_cache

import numpy as np

from knowledge.sizing_data import Constant

from .roofline import Array


def erlang_c(servers: int, load: float) -> float:
    """Probability that an arrival waits in M/M/c, `load` in Erlang; 1 when saturated.

    >>> round(erlang_c(1, 0.5), 3), round(erlang_c(10, 8.0), 3)
    (0.5, 0.409)
    """
    if load >= servers:
        return 1.0
    blocking = 1.0
    for n in range(1, servers + 1):
        blocking = load * blocking / (n + load * blocking)
    return blocking / (1 - load / servers * (1 - blocking))


def mean_wait_ms(servers: int, load: float, service_ms: float, variability: float = 1.0) -> float:
    """Mean wait after Allen and Cunneen: exact for M/M/c, and for one server that is M/G/1 (Pollaczek-Khinchine).

    `variability` is the mean of the squared coefficients of variation of gaps and service times: 1 for M/M/c,
    0.5 for M/D/c, 0.5 also for evenly spaced arrivals and exponential service.

    >>> mean_wait_ms(1, 0.5, 100), mean_wait_ms(1, 0.5, 100, 0.5)
    (100.0, 50.0)
    """
    if load >= servers:
        return math.inf
    return erlang_c(servers, load) * service_ms / (servers - load) * variability


def waiting_ms(
    servers: Array, utilisation: Array, service_ms: Array, percentile: float, variability: float = 1.0
) -> Array:
    """Percentile of the wait: exponential for those that wait, as in M/M/c.

    The chance to wait after Sakasegawa (1977): rho^(sqrt(2c + 2) - 1). Never infinite: what is saturated is said
    elsewhere, and here counted at 99.9 %.
    """
    rho = np.clip(utilisation, 0, 0.999)
    chance = rho ** (np.sqrt(2 * (servers + 1)) - 1)
    excess = np.log(np.maximum(chance / (1 - percentile / 100), 1))
    result: Array = service_ms / (servers * (1 - rho)) * excess * variability
    return result


def staffed(places: Array, percentile: float, peakedness: float = 1.0) -> Array:
    """Mean number in flight that stays within `places` at the percentile: m + z sqrt(peakedness x m) = places.

    Square-root staffing: few places need more headroom than many. Peakedness is the variance of the number in
    flight over its mean: 1 for random arrivals, (1 + scv) / 2 for others (Whitt's heavy-traffic value).
    """
    z = max(normal_quantile(percentile / 100), 0.0) * math.sqrt(peakedness)
    result: Array = ((np.sqrt(z * z + 4 * places) - z) / 2) ** 2
    return result


def percentile_ratio(p99_over_mean: float, percentile: float) -> float:
    """A percentile over the mean for a lognormal whose 99th percentile is `p99_over_mean` times its mean.

    >>> round(percentile_ratio(2.48, 99), 2), round(percentile_ratio(2.48, 95), 2)
    (2.48, 1.85)
    """
    sigma = Z99 - math.sqrt(max(Z99**2 - 2 * math.log(p99_over_mean), 0))
    return math.exp(normal_quantile(percentile / 100) * sigma - sigma**2 / 2)


def ratios(constant: Constant, percentile: float) -> tuple[float, float, float]:
    """low, typical and high of a percentile over the mean."""
    low, typical, high = (percentile_ratio(value, percentile) for value in constant.interval)
    return min(low, typical), typical, max(high, typical)


@lru_cache(maxsize=256)
def normal_quantile(share: float) -> float:
    """Standard normal quantile, by bisection on the error function."""
    low, high = -8.0, 8.0
    for _ in range(60):
        middle = (low + high) / 2
        if 0.5 * (1 + math.erf(middle / math.sqrt(2))) < share:
            low = middle
        else:
            high = middle
    return (low + high) / 2


Z99 = normal_quantile(0.99)
