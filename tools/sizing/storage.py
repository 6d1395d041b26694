"""Feature reads, key-value memory and bulk storage."""

from knowledge import Knowledge
from tools.estimate import Estimate


def feature_reads(rps: float, items_per_request: float = 1, features_per_item: float = 1) -> Estimate:
    """Key-value reads a second: requests x items scored x feature groups read for each."""
    raise NotImplementedError


def kv_memory_gb_per_billion_features(knowledge: Knowledge) -> Estimate:
    """Memory of an in-memory store for 1e9 feature values, in GB."""
    raise NotImplementedError
