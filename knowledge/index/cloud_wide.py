"""What a cloud says of all its services, for a component by the name that it was called by."""

from ..attestations import attestations, said_of_all, said_of_all_services
from ..library import Knowledge
from ..records import Fact
from .attested import speaks_of
from .vocabulary import Vocabulary


def said_of_all_for(
    knowledge: Knowledge, vocabulary: Vocabulary, component: str, form: str, regime: str
) -> tuple[Fact, ...]:
    """For a component that is one cloud's alone, or for the seller by whose name (`form`) it was called: EKS is AWS's,
    Kubernetes nobody's. Nothing where that, or the seller's, is denied."""
    seller = vocabulary.seller(form)
    if seller is None:
        return said_of_all_services(knowledge, component, regime)
    own = (fact for fact in attestations(knowledge, component) if regime in fact.attestation)
    denied = any(fact.denies and speaks_of(fact, seller) for fact in own)
    return () if denied else said_of_all(knowledge, seller.cloud, regime)
