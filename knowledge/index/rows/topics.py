"""What a question asks of a row, and which of the row's lines tell it."""

from collections.abc import Collection, Iterable, Mapping

from ...records import Record
from ...row_texts import RowSentence
from ..vocabulary import Phrases
from ..words import terms


class RowTopic(Record):
    """Something that is asked of rows, and the beginnings of the lines that tell it."""

    asked: tuple[str, ...]
    lines: tuple[str, ...] = ()


class RowTopics:
    """What is asked of the rows of one table."""

    def __init__(
        self, topics: Iterable[RowTopic], stop_words: Collection[str], spoken: Mapping[str, str]
    ) -> None:
        """`spoken`: names as people write them -> as the rows do."""
        self._topics = [(topic, Phrases(topic.asked)) for topic in topics]
        self._stop_words, self._spoken = stop_words, spoken

    @property
    def asked(self) -> tuple[str, ...]:
        """All that is asked."""
        return tuple(phrase for topic, _ in self._topics for phrase in topic.asked)

    def within(self, question: str) -> tuple[RowTopic, ...]:
        """What the question asks."""
        return tuple(topic for topic, phrases in self._topics if phrases.within(question))

    def telling(self, question: str, sentences: tuple[RowSentence, ...]) -> tuple[str, ...]:
        """Ids of the sentences that tell it: of each topic those that hold most of what sets its sentences apart, a
        cloud, a way to rent, a benchmark; none where nothing in particular is asked."""
        words = self._words(question) - {term for item in sentences for term in terms(item.subject)}
        found: dict[str, None] = {}
        for topic in self.within(question):
            of_topic = [item for item in sentences if item.line.startswith(topic.lines)]
            found |= dict.fromkeys(item.id for item in _apart(of_topic, words))
        return tuple(found)

    def _words(self, question: str) -> frozenset[str]:
        called = {
            phrase: written for phrase, written in self._spoken.items() if Phrases((phrase,)).within(question)
        }
        kept = (word for word in question.lower().split() if word.strip("?,.") not in self._stop_words)
        return frozenset(terms(" ".join((*kept, *called.values())))) - frozenset(terms(" ".join(called)))


def _apart(sentences: list[RowSentence], words: frozenset[str]) -> list[RowSentence]:
    """Those with most of the words that some hold and others don't."""
    held = [words & frozenset(terms(item.line)) for item in sentences]
    by_all = frozenset.intersection(*held) if held else frozenset[str]()
    counts = [len(item - by_all) for item in held]
    return [item for item, count in zip(sentences, counts, strict=True) if count == max(counts)]
