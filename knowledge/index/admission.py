"""Which records a filter admits: a search asks for the same few filters again and again."""

from collections import defaultdict
from collections.abc import Iterable

from .record import Filter, IndexRecord


class Admission:
    """The ids inside each filter; those of filters that name no component are kept."""

    def __init__(self, records: Iterable[IndexRecord]) -> None:
        self._records = tuple(records)
        self._kept: dict[Filter, frozenset[str]] = {}
        self._speaking: dict[str, list[IndexRecord]] = defaultdict(list)
        for record in self._records:
            for subject in record.subjects:
                self._speaking[subject].append(record)

    def inside(self, only: Filter) -> frozenset[str]:
        """Ids of all records that the filter admits."""
        if only.subjects:
            speaking = (record for subject in only.subjects for record in self._speaking.get(subject, ()))
            return frozenset(record.id for record in speaking if only.admits(record))
        if only not in self._kept:
            self._kept[only] = frozenset(record.id for record in self._records if only.admits(record))
        return self._kept[only]
