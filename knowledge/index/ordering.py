"""What tells of each of the best facts whether it answers a question, for the order that was learned from them."""

from collections.abc import Iterable, Mapping
from itertools import islice

from .judged import JudgedAnswers
from .learned_order import CANDIDATES, Signals, shares
from .lexical import LexicalIndex
from .neighbours import Neighbours
from .read_question import ReadQuestion
from .record import FACT_KINDS, IndexRecord
from .vocabulary import Vocabulary


class SignalReader:
    """Reads the signals of the facts that a search found."""

    def __init__(
        self,
        records: Mapping[str, IndexRecord],
        lexical: LexicalIndex,
        vocabulary: Vocabulary,
        neighbours: Neighbours | None,
    ) -> None:
        """`records`: by their ids."""
        self._records, self._lexical = records, lexical
        self._vocabulary, self._neighbours = vocabulary, neighbours

    def signals(
        self,
        question: ReadQuestion,
        found: Iterable[tuple[str, float]],
        judged: JudgedAnswers,
        by_question: bool = True,
    ) -> dict[str, Signals]:
        """Of the best facts; not of one's own, cards and facts without questions: nothing was learned of these."""
        standing = question.standing
        if self._neighbours is None or standing is None or standing.point is None:
            return {}
        best = (self._records[identity] for identity, _ in islice(found, CANDIDATES))
        facts = {item.id: item for item in best if item.kind in FACT_KINDS and not item.own}
        likeness = self._neighbours.likeness(standing.point, facts)
        learned = judged.similarities(standing.turned, likeness)
        votes = judged.votes(standing.point)
        words, best_question = map(shares, self._lexical.scores(question.expansion.text, list(learned)))
        kinds = {kind for intent in self._vocabulary.intents(question.text) for kind in intent.kinds}
        named = question.singled_out
        return {
            identity: Signals(
                words=words[place],
                best_question=best_question[place] if by_question else 0.0,
                named=float(not named.isdisjoint(facts[identity].subjects)),
                kind=float(facts[identity].kind in kinds),
                likeness=likeness[identity],
                votes=votes.get(identity, 0.0),
                learned=learned[identity],
                usual=judged.usual.get(identity, 0.0),
            )
            for place, identity in enumerate(learned)
        }
