"""Whether the catalogue can answer at all: by what is asked of whom, never by a search score.

Measured: a question without an answer scores as high as one with an answer, so scores can't decide.
"""

from bisect import bisect_right
from collections.abc import Mapping
from functools import cached_property
from itertools import accumulate

from ..library import Knowledge
from ..records import Fact
from .names import normalise
from .said_for import said_of_all_for, said_of_platform_for, speaks_of
from .vocabulary import Attribute, Phrases, Vocabulary, answers


class Coverage:
    """Knows which attributes the facts of each component speak of."""

    def __init__(self, knowledge: Knowledge, vocabulary: Vocabulary) -> None:
        self._knowledge = knowledge
        self._vocabulary = vocabulary
        self._facts: dict[str, list[Fact]] = {}
        for fact in knowledge.facts.values():
            self._facts.setdefault(fact.component, []).append(fact)

    def gap(
        self,
        question: str,
        named: Mapping[str, str],
        alone: bool = False,
        *,
        attested: bool = False,
        of_regimes: bool = False,
    ) -> str:
        """Why the catalogue can't answer `question`, or an empty text when it may be able to.

        `alone`: whether it asks for nothing else; `attested`: whether regimes alone decide, since something else of it
        is told by a row of a table; `of_regimes`: whether it asks for regimes alone, so that a platform's words count.
        """
        named = {item: form for item, form in named.items() if not self._is_own_work(item)}
        if not named:
            return ""
        asked = [item for item in self._vocabulary.asked(question) if item.attestation or not attested]
        missing = [
            attribute
            for attribute in asked
            if not self._covered(attribute, named)
            and not (of_regimes and any(self.of_platform(attribute, *item)[1] for item in named.items()))
        ]
        if not missing or len(missing) < len(asked) or (not alone and any(item.loose for item in missing)):
            return ""
        names = " or ".join(dict.fromkeys(self._told(item, form) for item, form in named.items()))
        wanted = " or ".join(attribute.name for attribute in missing)
        return f"The catalogue holds no sourced fact on the {wanted} of {names}."

    def of_platform(self, attribute: Attribute, identity: str, form: str) -> tuple[str, tuple[Fact, ...]]:
        """What the regime of a component is called, and what is said of the platform that it is a part of; nothing
        where something is told of the component itself."""
        part = f"the {attribute.name} of {self._told(identity, form)}"
        told = any(
            answers(attribute, fact.kind, fact.statement, fact.attestation)
            for fact in (*self._about(identity, form, attribute), *self._in_passing(form, attribute))
        )
        if told or not attribute.attestation:
            return part, ()
        regime = attribute.attestation
        return part, said_of_platform_for(self._knowledge, self._vocabulary, identity, form, regime)

    def _is_own_work(self, identity: str) -> bool:
        """A control or own code: its name is an ordinary phrase that says little about what is asked."""
        return self._knowledge.components[identity].vendor_type == "self"

    def _covered(self, attribute: Attribute, named: Mapping[str, str]) -> bool:
        """By a fact about a named component, about all services of its cloud, or one that names it in passing."""
        regime = attribute.attestation
        if regime and any(
            said_of_all_for(self._knowledge, self._vocabulary, item, form, regime)
            for item, form in named.items()
        ):
            return True
        return any(
            answers(attribute, fact.kind, fact.statement, fact.attestation)
            for identity, form in named.items()
            for fact in (*self._about(identity, form, attribute), *self._in_passing(form, attribute))
        )

    def _about(self, identity: str, form: str, attribute: Attribute) -> list[Fact]:
        """What may answer: what is attested of a component says nothing of another one that sells it."""
        facts = self._facts.get(identity, [])
        seller = self._vocabulary.seller(form) if attribute.attestation else None
        return [fact for fact in facts if speaks_of(fact, seller)] if seller else facts

    def _in_passing(self, form: str, attribute: Attribute) -> list[Fact]:
        """A regime has to be attested there or called by its name: what names EKS and the EU tells no GDPR."""
        found = self._mentioning(form)
        if not attribute.attestation:
            return found
        called = Phrases(attribute.asked)
        return [
            fact
            for fact in found
            if attribute.attestation in fact.attestation or called.within(fact.statement)
        ]

    def _told(self, identity: str, form: str) -> str:
        """The component's name, or the seller's by which it was called."""
        seller = self._vocabulary.seller(form)
        return seller.name if seller else self._knowledge.components[identity].name

    def _mentioning(self, form: str) -> list[Fact]:
        """The facts whose statements hold it, looked for in one text of all of them: in one after the other it took ten
        times as long."""
        text, facts, starts = self._statements
        phrase, found, place = f" {normalise(form)} ", list[Fact](), -1
        while (place := text.find(phrase, place + 1)) >= 0:
            number = bisect_right(starts, place) - 1
            found.append(facts[number])
            place = starts[number + 1] - 1
        return found

    @cached_property
    def _statements(self) -> tuple[str, list[Fact], list[int]]:
        """The statements as phrases are looked for in them, their facts, and where each begins, and the end."""
        facts = list(self._knowledge.facts.values())
        lines = [f" {normalise(fact.statement)} \n" for fact in facts]
        return "".join(lines), facts, [0, *accumulate(map(len, lines))]
