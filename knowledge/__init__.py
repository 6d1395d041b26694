"""What is known: catalogue, rules, prices, factors, measurements, and the retrieval index over them."""

import os
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .library import Knowledge
    from .own_runs_store import StoredRuns

__all__ = ["Knowledge", "load"]

# onnxruntime reports its use to its maker as soon as it is imported, here or by chromadb, unless told not to.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")


@lru_cache(maxsize=4)
def load(
    root: Path | None = None, refreshed: Path | None = None, measured: "StoredRuns | None" = None
) -> "Knowledge":
    """The knowledge base: the packaged one; over it refreshed data, a user's own folder and own measurements.

    A `root` that holds a whole knowledge base stands alone.
    """
    from .opening import open_knowledge

    return open_knowledge(root, refreshed, measured)


def __getattr__(name: str) -> object:
    # `knowledge.errors` alone must not cost the reading library: the first frame waits for it.
    if name != "Knowledge":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from .library import Knowledge

    return Knowledge
