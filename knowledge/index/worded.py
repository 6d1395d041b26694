"""The search terms of records in columns: the words of all passages as numbers of one list.

A record has several passages, its text first and then each of its questions. Tens of thousands of passages are counted,
shortened and put into an index at once that way.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Numbers = npt.NDArray[np.int32]
    Places = npt.NDArray[np.int64]


class Worded(NamedTuple):
    """Records one behind the other; stop words included."""

    words: tuple[str, ...]
    """Each once."""
    numbers: "Numbers"
    """The places in `words` of what all passages say."""
    lengths: "Numbers"
    """Words a passage."""
    counts: "Numbers"
    """Passages a record."""

    def first_passages(self) -> "Worded":
        """Of each record its text alone."""
        import numpy as np

        firsts = _starts(self.counts)
        return self._passages(firsts, np.ones_like(self.counts))

    def questions(self) -> "Worded":
        """Of each record its questions; its text where it has none."""
        import numpy as np

        several = self.counts > 1
        first, count = _starts(self.counts) + several, self.counts - several
        return self._passages(_runs(first, count), np.asarray(count, dtype=np.int32))

    def joined(self) -> "Worded":
        """Each record as one passage."""
        import numpy as np

        totals = np.add.reduceat(self.lengths, _starts(self.counts)) if len(self.counts) else self.lengths
        return self._replace(lengths=totals.astype(np.int32), counts=np.ones_like(self.counts))

    def without(self, words: Collection[str]) -> "Worded":
        """Passages that don't hold these; a passage may be left empty."""
        import numpy as np

        kept = np.array([word not in words for word in self.words], dtype=bool)[self.numbers]
        owner = np.repeat(np.arange(len(self.lengths)), self.lengths)[kept]
        lengths = np.bincount(owner, minlength=len(self.lengths)).astype(np.int32)
        return self._replace(numbers=self.numbers[kept], lengths=lengths)

    def records(self, places: "Places") -> "Worded":
        """The records at these places, in this order."""
        counts = self.counts[places]
        return self._passages(_runs(_starts(self.counts)[places], counts), counts)

    def _passages(self, places: "Places", counts: "Numbers") -> "Worded":
        lengths = self.lengths[places]
        numbers = self.numbers[_runs(_starts(self.lengths)[places], lengths)]
        return Worded(self.words, numbers, lengths, counts)

    def with_used_words(self) -> "Worded":
        """The same passages, with no words but those that they hold."""
        import numpy as np

        used = np.flatnonzero(np.bincount(self.numbers, minlength=len(self.words)))
        moved = np.zeros(len(self.words), dtype=np.int32)
        moved[used] = np.arange(len(used), dtype=np.int32)
        words = tuple(self.words[number] for number in used.tolist())
        return self._replace(words=words, numbers=moved[self.numbers])

    def used(self) -> frozenset[str]:
        """The words that some passage holds."""
        import numpy as np

        return frozenset(self.words[number] for number in np.unique(self.numbers).tolist())

    def usage(self) -> Counter[str]:
        """In how many records each word stands."""
        import numpy as np

        whole = self.joined()
        owner = np.repeat(np.arange(len(whole.lengths), dtype=np.int64), whole.lengths)
        pairs = np.sort(owner * len(self.words) + whole.numbers)
        # np.unique takes eight times as long.
        each_once = pairs[np.diff(pairs, prepend=-1) != 0]
        having = np.bincount(each_once % max(len(self.words), 1), minlength=len(self.words))
        return Counter({self.words[place]: int(having[place]) for place in having.nonzero()[0].tolist()})


def worded(records: Iterable[Sequence[Sequence[str]]]) -> Worded:
    """Of records by their passages, each a list of words."""
    import numpy as np

    listed = [list(passages) for passages in records]
    passages = list(chain.from_iterable(listed))
    number: dict[str, int] = {}
    numbers = [number.setdefault(word, len(number)) for passage in passages for word in passage]
    return Worded(
        tuple(number),
        np.array(numbers, dtype=np.int32),
        np.array([len(passage) for passage in passages], dtype=np.int32),
        np.array([len(item) for item in listed], dtype=np.int32),
    )


def together(one: Worded, other: Worded) -> Worded:
    """The records of one, then those of the other."""
    import numpy as np

    number = {word: place for place, word in enumerate(one.words)}
    places = [number.setdefault(word, len(number)) for word in other.words]
    moved = np.array(places, dtype=np.int32)[other.numbers]
    columns = ((one.numbers, moved), (one.lengths, other.lengths), (one.counts, other.counts))
    return Worded(tuple(number), *(np.concatenate(pair) for pair in columns))


def _starts(lengths: "Numbers") -> "Places":
    """Where each begins among all that lie one behind the other."""
    import numpy as np

    return np.cumsum(lengths, dtype=np.int64) - lengths


def _runs(firsts: "Places", lengths: "Numbers") -> "Places":
    """From each first one so many places, one run behind the other."""
    import numpy as np

    return np.repeat(firsts - _starts(lengths), lengths) + np.arange(lengths.sum(), dtype=np.int64)
