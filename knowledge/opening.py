"""Which knowledge base is used: the packaged one, a whole other one, or the packaged with layers over it."""

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from .library import Knowledge

if TYPE_CHECKING:
    from .own_runs_store import StoredRuns

WHOLE = ("catalog/slots.yaml", "catalog/components", "catalog/facts", "catalog/rules")
"""A folder with all of these is a knowledge base of its own; any other one is laid over ours."""


def open_knowledge(
    root: Path | None, refreshed: Path | None, measured: "StoredRuns | None" = None
) -> Knowledge:
    """The packaged data; over them the snapshot in `refreshed`, the own folder `root`, the own measurements."""
    if root is not None and all((root / name).exists() for name in WHOLE):
        return Knowledge(root)
    known = _packaged()
    if refreshed is not None:
        from .refreshed import with_refreshed

        known = with_refreshed(known, refreshed)
    if root is not None:
        from .own_folder import with_own

        known = with_own(known, root)
    if measured is not None:
        from .own_runs_store import with_own_runs

        known = with_own_runs(known, measured)
    return known


@lru_cache(maxsize=1)
def _packaged() -> Knowledge:
    """Read once, whatever is laid over it: nothing changes a table once it is read."""
    return Knowledge()


def remarks(knowledge: Knowledge) -> list[str]:
    """What has to be said of the layers: what of them isn't used, and why."""
    return [
        f"{finding.file}: {f'{finding.id}: ' if finding.id else ''}{finding.message}"
        for layer in knowledge.layers
        for finding in layer.findings
    ]
