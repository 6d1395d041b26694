"""So many of so many: kept as two counts so that shares of several runs add up."""

from collections.abc import Iterable
from typing import NamedTuple


class Share(NamedTuple):
    """`held` of `of`."""

    held: int
    of: int

    @property
    def value(self) -> float | None:
        """The share; None where there was no occasion."""
        return self.held / self.of if self.of else None


def total(shares: Iterable[Share]) -> Share:
    """
    >>> total([Share(1, 2), Share(3, 3)])
    Share(held=4, of=5)
    """
    listed = list(shares)
    return Share(sum(share.held for share in listed), sum(share.of for share in listed))
