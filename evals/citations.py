"""Which of a trace's citations lead to something in the knowledge base."""

from collections.abc import Iterable

from knowledge import Knowledge

OWN_PREFIXES = ("calc/", "user/")
"""Results of tools and words of the user: they are in the turn's ledger, not in the knowledge base."""


def citable(knowledge: Knowledge) -> frozenset[str]:
    """Every id that resolves: facts, and the other records under their kind."""
    kinds: dict[str, Iterable[str]] = {
        "rule": knowledge.rules,
        "argument": knowledge.arguments,
        "decision": knowledge.decisions,
        "slot": knowledge.slots,
    }
    others = {f"{kind}/{identity}" for kind, records in kinds.items() for identity in records}
    return frozenset({*knowledge.facts, *others})


def citation_share(citations: dict[str, list[str]], slots: Iterable[str], known: frozenset[str]) -> float:
    """Mean over `slots` of the share of ids that resolve; a slot without any counts as zero."""
    shares = [_share(citations.get(slot, []), known) for slot in slots]
    return sum(shares) / len(shares) if shares else 0.0


def _share(ids: list[str], known: frozenset[str]) -> float:
    checkable = [identity for identity in ids if not identity.startswith(OWN_PREFIXES)]
    return sum(identity in known for identity in checkable) / len(checkable) if checkable else 0.0
