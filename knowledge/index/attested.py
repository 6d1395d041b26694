"""Facts that attest to what is asked of a named component: `Is MSK HIPAA ready?` asks for a state that is recorded as
such, and needs no guess from words.
"""

from collections.abc import Callable, Iterable, Iterator

from ..records import Fact
from .names import normalise
from .read_question import ReadQuestion
from .vocabulary import Seller, Vocabulary

MOST = 3
"""Of one component and regime."""
SaidFor = Callable[[str, str, str], Iterable[Fact]]
"""Facts for a component, the form that named it and a regime."""


def speaks_of(fact: Fact, seller: Seller) -> bool:
    """Whether a fact, or the name of the offer that it is about, says the name of a seller in one of its spellings."""
    said = f" {normalise(' '.join((fact.statement, *fact.offer)))} "
    return any(f" {form} " in said for form in seller.forms)


class Attested:
    """Attestations and denials under what they are about."""

    def __init__(
        self, facts: Iterable[Fact], vocabulary: Vocabulary, of_all: SaidFor, of_platform: SaidFor
    ) -> None:
        """`of_all`: what a component's cloud says of all its services; `of_platform`: what is said of its platform
        where that is all there is."""
        self._vocabulary = vocabulary
        self._of_all, self._of_platform = of_all, of_platform
        self._facts: dict[tuple[str, str], list[Fact]] = {}
        for fact in facts:
            for regime in fact.attestation:
                self._facts.setdefault((fact.component, regime), []).append(fact)

    def answering(self, question: ReadQuestion, found: Iterable[str]) -> Iterator[str]:
        """Ids of those that the question asks for, of each component and regime in the order in which they were
        `found`; `found`: ids, best first."""
        asked = self._vocabulary.asked(question.text)
        regimes = dict.fromkeys(item.attestation for item in asked)
        nothing_else = all(item.attestation for item in asked)
        rank = {identity: place for place, identity in enumerate(found)}

        def in_order(facts: Iterable[Fact]) -> list[str]:
            ids = (fact.id for fact in facts)
            return sorted(ids, key=lambda identity: rank.get(identity, len(rank)))

        for component in sorted(question.singled_out):
            for form in self._forms(question, component):
                for regime in regimes:
                    own = in_order(self._called(component, form, regime))
                    of_all = [fact.id for fact in self._of_all(component, form, regime)][: MOST - 1]
                    yield from [*own[: MOST - len(of_all)], *of_all]
                    if nothing_else:
                        yield from in_order(self._of_platform(component, form, regime))[: MOST - 1]

    def _forms(self, question: ReadQuestion, component: str) -> list[str]:
        """The form that named the component, or those of all its sellers that the question compares: `EKS vs GKE`."""
        aliases = self._vocabulary.component_of
        sellers = [
            seller.forms[0]
            for seller in self._vocabulary.sellers_named(question.text)
            if aliases.get(seller.forms[0]) == component
        ]
        return sellers or [question.named[component]]

    def _called(self, component: str, form: str, regime: str) -> list[Fact]:
        """Of the facts those on the seller by whose name it was called; all of them where that was its own."""
        facts = self._facts.get((component, regime), ())
        seller = self._vocabulary.seller(form)
        return [fact for fact in facts if seller is None or speaks_of(fact, seller)]
