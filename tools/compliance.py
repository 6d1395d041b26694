"""Compliance of operated components, in four states; only `denied` excludes.

evidenced: a T1 fact, at most 180 days old at the assessment's date. claimed: older, or of a lower
tier. denied: a T1 or T2 fact that says the regime is not offered. unknown: nothing found. Software that
you run yourself inherits the state of where it runs and is not judged here.
"""

from datetime import date
from functools import lru_cache

from knowledge import Knowledge
from knowledge.records import Fact

from .assessment import ComplianceState

FRESH_DAYS = 180
REGIMES = ("hipaa", "soc2", "iso27001", "gdpr", "pci_dss", "fedramp")


@lru_cache(maxsize=512)
def demanded_regimes(compliance: tuple[str, ...]) -> tuple[str, ...]:
    """The regimes among a workload's compliance values that vendors attest to."""
    return tuple(regime for regime in REGIMES if regime in compliance)


@lru_cache(maxsize=65_536)
def compliance_state(knowledge: Knowledge, component: str, regime: str, as_of: date) -> ComplianceState:
    """The state of one operated component (its id) for one regime at `as_of`."""
    facts = [fact for fact in _attestations(knowledge).get(component, ()) if fact.attestation == regime]
    state = max((_state(fact, as_of) for fact in facts), key=_RANK.__getitem__, default="unknown")
    evidence = tuple(fact.id for fact in facts if _state(fact, as_of) == state)
    return ComplianceState.model_validate(
        {"component": component, "regime": regime, "state": state, "evidence": evidence}
    )


_RANK = {"unknown": 0, "claimed": 1, "evidenced": 2, "denied": 3}


def _state(fact: Fact, as_of: date) -> str:
    if fact.denies:
        return "denied" if fact.tier in ("T1", "T2") else "unknown"
    age = (as_of - (fact.as_of or fact.read_at)).days
    return "evidenced" if fact.tier == "T1" and age <= FRESH_DAYS else "claimed"


@lru_cache(maxsize=8)
def _attestations(knowledge: Knowledge) -> dict[str, tuple[Fact, ...]]:
    found: dict[str, list[Fact]] = {}
    for fact in knowledge.facts.values():
        if fact.attestation:
            found.setdefault(fact.component, []).append(fact)
    return {component: tuple(facts) for component, facts in found.items()}
