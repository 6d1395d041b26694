"""Which facts say otherwise than others, whichever of them says so."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from .aliases import table_cache

if TYPE_CHECKING:
    from .library import Knowledge


def contradicting(knowledge: "Knowledge") -> Mapping[str, tuple[str, ...]]:
    """Fact id -> the ids of those that contradict it; the packaged ones do not know those of a folder."""
    return table_cache(knowledge, _contradicting)


def _contradicting(knowledge: "Knowledge") -> dict[str, tuple[str, ...]]:
    found: dict[str, dict[str, None]] = {}
    for fact in knowledge.facts.values():
        for other in fact.conflicts_with:
            if other in knowledge.facts:
                found.setdefault(fact.id, {})[other] = None
                found.setdefault(other, {})[fact.id] = None
    return {identity: tuple(others) for identity, others in found.items()}
