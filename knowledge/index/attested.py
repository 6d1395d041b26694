"""Facts that attest to what is asked of a named component: `Is Confluent Cloud HIPAA ready?` asks for a state that is
recorded as such, and needs no guess from words.
"""

from collections.abc import Iterable, Iterator

from ..records import Fact
from .read_question import ReadQuestion
from .vocabulary import Vocabulary

MOST = 3
"""Of one component and regime."""


class Attested:
    """Attestations and denials under what they are about."""

    def __init__(self, facts: Iterable[Fact], vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._facts: dict[tuple[str, str], list[str]] = {}
        for fact in facts:
            for regime in fact.attestation:
                self._facts.setdefault((fact.component, regime), []).append(fact.id)

    def answering(self, question: ReadQuestion, found: Iterable[str]) -> Iterator[str]:
        """Ids of those that the question asks for, of each component and regime in the order in which they were
        `found`; `found`: ids, best first."""
        regimes = dict.fromkeys(item.attestation for item in self._vocabulary.asked(question.text))
        rank = {identity: place for place, identity in enumerate(found)}
        for component in sorted(question.singled_out):
            for regime in regimes:
                ids = self._facts.get((component, regime), ())
                yield from sorted(ids, key=lambda identity: rank.get(identity, len(rank)))[:MOST]
