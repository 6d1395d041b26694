"""Value functions: from a number to a value in [0, 1] through fixed anchors of `workload/anchors.yaml`.

Anchors are absolute, never the best and worst of the candidates, so that adding or removing an option
can't reverse the order of the others.
"""

import math
from bisect import bisect_right
from collections.abc import Sequence


def piecewise(points: Sequence[Sequence[float]], x: float) -> float:
    """Linear between anchor points, constant outside them.

    >>> piecewise([[0.5, 1.0], [1.0, 0.6], [2.0, 0.0]], 1.5)
    0.3
    """
    if x <= points[0][0]:
        return points[0][1]
    if x >= points[-1][0]:
        return points[-1][1]
    index = bisect_right([point[0] for point in points], x)
    (x0, y0), (x1, y1) = points[index - 1], points[index]
    return y0 + (y1 - y0) * (x - x0) / (x1 - x0)


def piecewise_log(points: Sequence[Sequence[float]], x: float) -> float:
    """Linear in log10 of x.

    >>> piecewise_log([[10, 1.0], [1000, 0.0]], 100)
    0.5
    """
    logs = [[math.log10(point[0]), point[1]] for point in points]
    return piecewise(logs, math.log10(max(x, 1e-12)))


def envelope_fit(need: float, low: float, high: float, comfort: Sequence[float]) -> float:
    """Full fit where the need lies within `comfort` of the upper end and above `low`; fall-off outside.

    Over-provisioning (need far below `low`) and under-provisioning (need above `high`) are both penalised.

    >>> envelope_fit(50, 0, 100, (0.1, 0.7)), envelope_fit(200, 0, 100, (0.1, 0.7))
    (1.0, 0.0)
    """
    if need > high:
        return max(0.0, 0.5 - (need / high - 1)) if need < 1.5 * high else 0.0
    if need < low:
        return max(0.2, 1.0 - 0.4 * math.log10(low / max(need, 1e-9)))
    upper = comfort[1] * high
    return 1.0 if need <= upper else 1.0 - 0.5 * (need - upper) / (high - upper)


def clamp(value: float) -> float:
    return 0.0 if value < 0 else 1.0 if value > 1 else value
