"""What a cloud or a platform says for the parts of it, by the name that a component was called by."""

from ..attestations import attestations, said_of_all, said_of_all_services
from ..library import Knowledge
from ..records import Fact
from ..vendors import platform_of
from .names import normalise
from .vocabulary import Seller, Vocabulary


def speaks_of(fact: Fact, seller: Seller) -> bool:
    """Whether a fact, or the name of the offer that it is about, says the name of a seller in one of its spellings."""
    said = f" {normalise(' '.join((fact.statement, *fact.offer)))} "
    return any(f" {form} " in said for form in seller.forms)


def said_of_all_for(
    knowledge: Knowledge, vocabulary: Vocabulary, component: str, form: str, regime: str
) -> tuple[Fact, ...]:
    """What a cloud says of all its services, for a component that is its alone, or for the seller by whose name
    (`form`) it was called: EKS is AWS's, Kubernetes nobody's. Nothing where that, or the seller's, is denied."""
    seller = vocabulary.seller(form)
    if seller is None:
        return said_of_all_services(knowledge, component, regime)
    denied = any(fact.denies for fact in _own(knowledge, component, seller, regime))
    return () if denied else said_of_all(knowledge, seller.cloud, regime)


def said_of_platform_for(
    knowledge: Knowledge, vocabulary: Vocabulary, component: str, form: str, regime: str
) -> tuple[Fact, ...]:
    """What is said of the platform as a whole, where nothing is said of the part itself, nor of all parts."""
    seller = vocabulary.seller(form)
    platform = _platform(knowledge, component, seller)
    if not platform or _own(knowledge, component, seller, regime):
        return ()
    said = [fact for fact in attestations(knowledge, platform) if regime in fact.attestation]
    whole = tuple(fact for fact in said if not fact.offer or fact.by_choice)
    if any(fact.denies or fact.all_services for fact in whole):
        return ()
    return whole


def _platform(knowledge: Knowledge, component: str, seller: Seller | None) -> str:
    if seller is None:
        return platform_of(knowledge, component)
    return f"cloud:{seller.cloud}" if seller.cloud else ""


def _own(knowledge: Knowledge, component: str, seller: Seller | None, regime: str) -> tuple[Fact, ...]:
    """What is said of a component for a regime; of the seller's, what speaks of it."""
    said = (fact for fact in attestations(knowledge, component) if regime in fact.attestation)
    return tuple(fact for fact in said if seller is None or speaks_of(fact, seller))
