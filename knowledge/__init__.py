"""What is known: catalogue, rules, prices, factors, measurements, and the retrieval index over them."""

from functools import lru_cache
from pathlib import Path

from .library import Knowledge

__all__ = ["Knowledge", "load"]


@lru_cache(maxsize=4)
def load(root: Path | None = None) -> Knowledge:
    """The knowledge base: the packaged one, or the one in `root`."""
    return Knowledge(root)
