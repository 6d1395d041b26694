"""How long a feature server takes for one request: the call, its feature views, and every value that it writes out."""

from knowledge import Knowledge
from knowledge.sizing_data import constant
from tools.estimate import Estimate

VALUES_PER_VIEW = 10.0


def feature_latency_p99_ms(
    knowledge: Knowledge, rows: float, features: float, *, views: float | None = None, compiled: bool = False
) -> Estimate:
    """99th percentile of reading `features` values for each of `rows` entities from a store in memory.

    `compiled`: a server in Java or Go instead of Python.
    """
    read = features / VALUES_PER_VIEW if views is None else views
    low, typical, high = (
        (_of(knowledge, "call_ms", end) + read * _of(knowledge, "view_ms", end)
         + rows * features * _of(knowledge, "value_us", end) / 1e3)
        * (_of(knowledge, "compiled_share", end) if compiled else 1.0)
        for end in (0, 1, 2)
    )  # fmt: skip
    return Estimate(low=low, typical=typical, high=high, unit="ms", formula="feature_latency")


def _of(knowledge: Knowledge, name: str, end: int) -> float:
    return constant(knowledge, "features", name).interval[end]
