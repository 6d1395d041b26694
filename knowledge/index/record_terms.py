"""The search terms of a record, found once for all that look through them."""

from collections.abc import Iterable
from functools import cached_property

from .record import IndexRecord
from .words import terms


class RecordTerms:
    """The stems of one record, stop words included."""

    def __init__(self, record: IndexRecord) -> None:
        self.text = tuple(terms(record.text))
        self.questions = tuple(tuple(terms(question)) for question in record.questions)

    @property
    def all(self) -> tuple[str, ...]:
        """Of the text and of all questions, in order."""
        return (*self.text, *(term for question in self.questions for term in question))

    @cached_property
    def everywhere(self) -> frozenset[str]:
        """Each once."""
        return frozenset(self.all)


def terms_of(records: Iterable[IndexRecord]) -> tuple[RecordTerms, ...]:
    """One a record."""
    return tuple(map(RecordTerms, records))
