"""What facts attest, or deny, of whom: a component, or a cloud's whole platform (`cloud:aws`)."""

from .aliases import table_cache
from .library import Knowledge
from .records import Fact
from .vendors import cloud_of


def attestations(knowledge: Knowledge, subject: str) -> tuple[Fact, ...]:
    """The attestations and denials of `subject`, of every regime."""
    return table_cache(knowledge, _by_subject).get(subject, ())


def said_of_all_services(knowledge: Knowledge, component: str, regime: str) -> tuple[Fact, ...]:
    """What a cloud says of all its services for `regime`, where `component` is one of them, to be had there alone, of
    which nothing is denied."""
    denied = any(fact.denies for fact in attestations(knowledge, component) if regime in fact.attestation)
    return () if denied else said_of_all(knowledge, cloud_of(knowledge, component), regime)


def said_of_all(knowledge: Knowledge, cloud: str, regime: str) -> tuple[Fact, ...]:
    """What `cloud` says of all its services; nothing for an empty name."""
    of_cloud = attestations(knowledge, f"cloud:{cloud}") if cloud else ()
    return tuple(fact for fact in of_cloud if fact.all_services and regime in fact.attestation)


def _by_subject(knowledge: Knowledge) -> dict[str, tuple[Fact, ...]]:
    found: dict[str, list[Fact]] = {}
    for fact in knowledge.facts.values():
        if fact.attestation:
            found.setdefault(fact.component, []).append(fact)
    return {subject: tuple(facts) for subject, facts in found.items()}
