"""Facts that attest to what is asked of a named component: `Is MSK HIPAA ready?` asks for a state that is recorded as
such, and needs no guess from words.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from ..records import Fact
from .read_question import ReadQuestion
from .said_for import speaks_of
from .vocabulary import Attribute, Vocabulary

MOST = 3
"""Of one component and regime."""


class Leading(NamedTuple):
    """A fact that comes before what is found."""

    fact_id: str
    part: str = ""
    """Of what it says nothing itself, but of its platform: `the SOC 2 of Service Bus`."""


class Attested:
    """Attestations and denials under what they are about."""

    def __init__(
        self,
        facts: Iterable[Fact],
        vocabulary: Vocabulary,
        of_all: Callable[[str, str, str], Iterable[Fact]],
        of_platform: Callable[[Attribute, str, str], tuple[str, Iterable[Fact]]],
    ) -> None:
        """`of_all`: for a component, the form that named it and a regime, what its cloud says of all its services;
        `of_platform`: for a regime, a component and its form, what they are called together and what is said of the
        platform, where that is all there is."""
        self._vocabulary = vocabulary
        self._of_all, self._of_platform = of_all, of_platform
        self._facts: dict[tuple[str, str], list[Fact]] = {}
        for fact in facts:
            for regime in fact.attestation:
                self._facts.setdefault((fact.component, regime), []).append(fact)

    def answering(
        self, question: ReadQuestion, found: Iterable[str], alone: bool = False
    ) -> Iterator[Leading]:
        """Those that the question asks for, of each component and regime in the order in which they were `found`.

        `found`: ids, best first; `alone`: whether nothing else is asked, so that a platform's words answer it.
        """
        rank = {identity: place for place, identity in enumerate(found)}
        regimes = {item.attestation: item for item in self._vocabulary.asked(question.text)}

        def in_order(facts: Iterable[Fact]) -> list[str]:
            ids = (fact.id for fact in facts)
            return sorted(ids, key=lambda identity: rank.get(identity, len(rank)))

        for component in sorted(question.singled_out):
            for form in self._forms(question, component):
                for regime, attribute in regimes.items():
                    own = in_order(self._called(component, form, regime))
                    of_all = [fact.id for fact in self._of_all(component, form, regime)][: MOST - 1]
                    yield from map(Leading, [*own[: MOST - len(of_all)], *of_all])
                    part, said = self._of_platform(attribute, component, form) if alone else ("", ())
                    yield from (Leading(identity, part) for identity in in_order(said)[: MOST - 1])

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
