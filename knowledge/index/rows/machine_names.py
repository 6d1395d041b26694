"""Types of machines inside a question: by name, by family (`p5`, `a3-highgpu`), or as a type that isn't held."""

import re
from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator

from ...machines import FAMILY
from .spelling import Mention, Spellings, parted

_WRITTEN = re.compile(r"[a-z0-9](?:[\w.-]*[a-z0-9])?", re.IGNORECASE)
_FAMILY = re.compile(r"[a-z]{1,4}\d[a-z]{0,3}(?:-[a-z]+\d*)?(?=[.-])")
"""What a type begins with: the p5 of `p5.48xlarge`, the a3-highgpu of `a3-highgpu-8g`."""
_TYPE = re.compile(
    r"(?:(?:ml|db|cache)\.)?[a-z]{1,4}\d[a-z0-9-]*\.(?:\d{0,3}x?large|metal(?:-\d+xl)?|nano|micro|small|medium)"
    r"|[a-z]\d[a-z]?-(?:standard|high[a-z]+|megagpu|ultragpu|edgegpu)-\d+g?"
    r"|(?:standard|basic)_[a-z]{1,3}\d+(?:-\d+)?[a-z]*(?:_\w+)?"
)
"""How AWS, Google and Azure write a type, whether anything is held of it or not."""
_OF_SERVICE = re.compile(r"(?:ml|db|cache)\.")
"""What AWS writes before a type that a service rents out, at prices of its own."""


class MachineNames(Spellings):
    """Finds types and families of machines."""

    def __init__(
        self, machines: Iterable[str], compared: Iterable[str] = (), told: Collection[str] = frozenset()
    ) -> None:
        """`machines`: types that have rows; `compared`: words between two held against each other; `told`: words of
        the records, which may tell of further types."""
        held = tuple(machines)
        super().__init__(_spelt(held), whole=True, compared=compared)
        self._of_family, self._told = _by_family(held), told

    def within(self, question: str) -> list[Mention]:
        """Types that are held, families, and what is written as a type and isn't held, which has no keys."""
        found = super().within(question)
        starts = [item.start for item in parted(question)]
        for word in _WRITTEN.finditer(question):
            written = word[0].lower()
            places = range(bisect_left(starts, word.start()), bisect_left(starts, word.end()))
            if _OF_SERVICE.match(written) and written not in self._told:
                found = [mention for mention in found if mention.places.start not in places]
            keys = self._of_family.get(written, ())
            lacking = _TYPE.fullmatch(written) and written not in self._told
            if not places or not (keys or lacking):
                continue
            if not any(place in mention.places for mention in found for place in places):
                found.append(Mention(keys, word[0], places))
        return sorted(found, key=lambda mention: mention.places.start)


def _spelt(machines: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Each in full, and without what all of Azure's names begin with."""
    for name in machines:
        yield name, name
        if name.startswith(FAMILY):
            yield name.removeprefix(FAMILY), name


def _by_family(machines: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Families, and what they begin with themselves, -> their types.

    >>> _by_family(["p6-b200.48xlarge", "a3-highgpu-1g"])["a3"], _by_family(["p5.48xlarge"])
    (('a3-highgpu-1g',), {'p5': ('p5.48xlarge',)})
    """
    found: dict[str, list[str]] = {}
    for name in machines:
        if family := _FAMILY.match(name):
            for form in dict.fromkeys((family[0], family[0].partition("-")[0])):
                found.setdefault(form, []).append(name)
    return {family: tuple(names) for family, names in found.items()}
