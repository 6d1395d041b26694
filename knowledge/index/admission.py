"""Which records a filter admits: a search asks for the same few filters again and again."""

from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING

from .record import Filter, IndexRecord

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Places = npt.NDArray[np.int64]


class Admission:
    """The records inside each filter; those of filters that name no component are kept."""

    def __init__(self, records: Iterable[IndexRecord]) -> None:
        self._records = tuple(records)
        self._kept: dict[Filter, tuple[Places, frozenset[str]]] = {}
        self._speaking: dict[str, list[int]] = defaultdict(list)
        for place, record in enumerate(self._records):
            for subject in record.subjects:
                self._speaking[subject].append(place)

    def inside(self, only: Filter) -> frozenset[str]:
        """Ids of all records that the filter admits."""
        return self._admitted(only)[1]

    def places(self, only: Filter) -> "Places":
        """Their places among the records, in order."""
        return self._admitted(only)[0]

    def _admitted(self, only: Filter) -> "tuple[Places, frozenset[str]]":
        if only.subjects:
            speaking = {place for subject in only.subjects for place in self._speaking.get(subject, ())}
            return self._among(sorted(speaking), only)
        if only not in self._kept:
            self._kept[only] = self._among(range(len(self._records)), only)
        return self._kept[only]

    def _among(self, places: Iterable[int], only: Filter) -> "tuple[Places, frozenset[str]]":
        import numpy as np

        admitted = [place for place in places if only.admits(self._records[place])]
        return np.array(admitted, dtype=np.int64), frozenset(self._records[place].id for place in admitted)
