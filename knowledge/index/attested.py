"""Facts that attest to what is asked of a named component: `Is MSK HIPAA ready?` asks for a state that is recorded as
such, and needs no guess from words.
"""

from collections.abc import Iterable, Iterator
from functools import cached_property

from ..library import Knowledge
from ..records import Fact
from .names import name_forms, normalise
from .read_question import ReadQuestion
from .vocabulary import Vocabulary

MOST = 3
"""Of one component and regime."""


class Attested:
    """Attestations and denials under what they are about."""

    def __init__(self, knowledge: Knowledge, vocabulary: Vocabulary) -> None:
        self._knowledge, self._vocabulary = knowledge, vocabulary

    def answering(self, question: ReadQuestion, found: Iterable[str]) -> Iterator[str]:
        """Ids of those that the question asks for, of each component and regime in the order in which they were
        `found`; `found`: ids, best first."""
        regimes = dict.fromkeys(item.attestation for item in self._vocabulary.asked(question.text))
        rank = {identity: place for place, identity in enumerate(found)}
        for component in sorted(question.singled_out):
            for regime in regimes:
                facts = self._called(component, question.named[component], regime)
                yield from sorted(facts, key=lambda identity: rank.get(identity, len(rank)))[:MOST]

    def _called(self, component: str, form: str, regime: str) -> list[str]:
        """Of the facts those that say the name by which the component was called, which may be that of one of several
        that sell it; all of them where it was called by its own."""
        facts = self._facts.get((component, regime), ())
        is_own = form in (*name_forms(self._knowledge.components[component].name), normalise(component))
        said = ((fact.id, f" {normalise(' '.join((fact.statement, *fact.offer)))} ") for fact in facts)
        return [identity for identity, text in said if is_own or f" {form} " in text]

    @cached_property
    def _facts(self) -> dict[tuple[str, str], list[Fact]]:
        found: dict[tuple[str, str], list[Fact]] = {}
        for fact in self._knowledge.facts.values():
            for regime in fact.attestation:
                found.setdefault((fact.component, regime), []).append(fact)
        return found
