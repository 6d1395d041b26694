"""Whether a number is near enough to what is known."""

import math

from .case import Tolerance


def within(number: float | None, value: float | None, tolerance: Tolerance) -> bool:
    """All bounds that the tolerance gives hold; a number that isn't known fails.

    >>> within(24.0, 16, Tolerance(factor=4))
    True
    """
    if number is None or not math.isfinite(number):
        return False
    bounds = [
        tolerance.max is None or number <= tolerance.max,
        tolerance.min is None or number >= tolerance.min,
        tolerance.range is None or tolerance.range[0] <= number <= tolerance.range[1],
        tolerance.rel is None or (value is not None and abs(number - value) <= tolerance.rel * abs(value)),
        tolerance.factor is None or _by_factor(number, value, tolerance.factor),
    ]
    return all(bounds)


def _by_factor(number: float, value: float | None, factor: float) -> bool:
    if value is None or value <= 0:
        return number == value
    return value / factor <= number <= value * factor
