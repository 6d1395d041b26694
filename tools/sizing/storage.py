"""Feature reads and the memory of key-value stores."""

from knowledge import Knowledge
from knowledge.sizing_data import constant
from tools.estimate import Estimate, point


def feature_reads(rps: float, items_per_request: float = 1, feature_groups_per_item: float = 1) -> Estimate:
    """Key-value reads a second: requests x items scored x feature groups read for each.

    >>> feature_reads(100, 50, 2).typical
    10000.0
    """
    reads = rps * items_per_request * feature_groups_per_item
    inputs = {"rps": rps, "items_per_request": items_per_request, "groups_per_item": feature_groups_per_item}
    return point(float(reads), "reads/s", formula="feature_reads", inputs=inputs)


def kv_memory_gb_per_billion_features(knowledge: Knowledge) -> Estimate:
    """Memory of an in-memory store for 1e9 feature values, in GB; one byte a feature is one GB."""
    low, typical, high = constant(knowledge, "features", "bytes_per_feature").interval
    return Estimate(
        low=low,
        typical=typical,
        high=high,
        unit="GB per 1e9 features",
        kind="assumed",
        formula="feature_memory",
    )
