"""Which components a question names: exact names and aliases, then near misses."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from .words import singular

SHORTEST_NEAR = 6
"""A misspelt name must be at least this long, and right in its first letter."""
LONGEST_NEAR = 2
"""Of so many words at most."""
SHORTEST_NEAR_PART = 5
"""So long at least is a misspelt word of a name of several."""
TWO_SLIPS = 9
"""From this length two letters may be wrong, below it one."""
VERSUS = frozenset(map(singular, ("vs", "versus")))
COMPARING = VERSUS | {"or", "and", "over", "against"}
"""What stands between two things that are compared, and what may; in the singular, as all words are here."""
_PARTED = re.compile(r"(?<!\w)\w+(?:[_-]\w+)+")
"""`lang-graph`, `lance_db`: one name with its parts set apart."""
_PARTS = re.compile(r"[_-]")
_WORD = re.compile(r"[a-z0-9]+(?:[.+-][a-z0-9]+)*", re.IGNORECASE | re.ASCII)
_BRACKETS = re.compile(r"\(([^)]*)\)")


@lru_cache(maxsize=1024)
def normalise(text: str) -> str:
    """Lower case, words in the singular, separated by single spaces.

    >>> normalise("Amazon's  Knowledge Bases")
    'amazon s knowledge base'
    """
    return " ".join(singular(word) for word in _WORD.findall(text.lower()))


def name_forms(name: str) -> tuple[str, ...]:
    """The forms under which a component's full name may be spoken of.

    >>> name_forms("NVIDIA H100/H200 (Hopper)")
    ('nvidia h100 h200', 'nvidia h100', 'h200')
    """
    outer = _BRACKETS.sub(" ", name)
    forms = [normalise(outer)]
    if "/" in outer or "," in outer:
        forms += [normalise(part) for part in re.split(r"[/,]", outer)]
    return tuple(dict.fromkeys(form for form in forms if len(form) > 1))


@dataclass(frozen=True)
class Omissions:
    """Words that people leave out of a name; what remains must hold a word that isn't generic."""

    leading: frozenset[str] = frozenset()
    trailing: frozenset[str] = frozenset()
    generic: frozenset[str] = frozenset()

    def short_forms(self, form: str) -> Iterator[str]:
        """The form without its leading or trailing words.

        >>> list(Omissions(leading=frozenset({"apache"})).short_forms("apache airflow"))
        ['airflow']
        """
        words = form.split()
        while len(words) > 1 and words[0] in self.leading:
            words = words[1:]
            yield from self._particular(words)
        while len(words) > 1 and words[-1] in self.trailing:
            words = words[:-1]
            yield from self._particular(words)

    def _particular(self, words: list[str]) -> Iterator[str]:
        if any(word not in self.generic for word in words) and len(" ".join(words)) > 1:
            yield " ".join(words)


@dataclass(frozen=True)
class Names:
    """Spoken forms of the components."""

    forms: Mapping[str, frozenset[str]]
    """Normalised form -> component ids."""
    ordinary: frozenset[str] = frozenset()
    """Forms that are ordinary words too: they count with a capital inside the sentence, or compared with a name."""

    @staticmethod
    def build(
        named: Iterable[tuple[str, str]],
        aliases: Mapping[str, str],
        omissions: Omissions | None = None,
        ordinary: frozenset[str] = frozenset(),
    ) -> "Names":
        """From (component id, name) pairs and an alias -> id table; full names win over shortened ones."""
        forms: dict[str, set[str]] = {}
        shortened: dict[str, set[str]] = {}
        for identity, name in named:
            for form in (*name_forms(name), normalise(identity), normalise(identity.replace("-", " "))):
                forms.setdefault(form, set()).add(identity)
                for short in (omissions or Omissions()).short_forms(form):
                    shortened.setdefault(short, set()).add(identity)
        for alias, identity in aliases.items():
            forms.setdefault(normalise(alias), set()).add(identity)
        return Names({form: frozenset(ids) for form, ids in (shortened | forms).items()}, ordinary)

    def spoken(self, name: str) -> frozenset[str]:
        """Ids of the components that are called exactly this."""
        return self.forms.get(normalise(name), frozenset())

    def mentioned(self, question: str) -> dict[str, str]:
        """Component id -> the form that named it; longer forms are taken first and used up."""
        written = _WORD.findall(question)
        words = [singular(word.lower()) for word in written]
        certain, ordinary = dict[range, str](), dict[range, str]()
        used = set[int]()
        for length in range(min(self._longest, len(words)), 0, -1):
            for start in range(len(words) - length + 1):
                form = " ".join(words[start : start + length])
                if length > LONGEST_NEAR and form not in self.forms:
                    continue
                places = range(start, start + length)
                if not used.isdisjoint(places):
                    continue
                alone = length == len(words)  # `Ray`: an ordinary word, and nothing else is said
                if form in self.ordinary and not alone and not (start and written[start][0].isupper()):
                    ordinary[places] = form
                elif self._called(form):
                    used.update(places)
                    certain[places] = form
        compared = _compared(words, certain, ordinary)
        found = {
            identity: form
            for form in (*certain.values(), *compared)
            for identity in sorted(self._called(form))
        }
        for parted in _PARTED.findall(question):
            form = singular(_PARTS.sub("", parted.lower()))
            found.update((identity, form) for identity in sorted(self.forms.get(form, ())))
        return found

    def _called(self, form: str) -> frozenset[str]:
        """Ids of the components that are called so, with a slip or two in a name of one or two words."""
        return self.forms.get(form) or (self._near(form) if form.count(" ") < LONGEST_NEAR else frozenset())

    @cached_property
    def _longest(self) -> int:
        return max((form.count(" ") + 1 for form in self.forms), default=0)

    @cached_property
    def _long_forms(self) -> dict[tuple[str, int], list[str]]:
        """Under their first letter and their number of words."""
        found: dict[tuple[str, int], list[str]] = {}
        for form in self.forms:
            if len(form) >= SHORTEST_NEAR:
                found.setdefault((form[0], form.count(" ") + 1), []).append(form)
        return found

    @cached_property
    def _joined(self) -> dict[str, frozenset[str]]:
        """The long forms without their spaces."""
        forms = (form for listed in self._long_forms.values() for form in listed)
        return {form.replace(" ", ""): self.forms[form] for form in forms}

    def _near(self, form: str) -> frozenset[str]:
        """What is written with other spaces, or word for word with a slip or two."""
        if len(form) < SHORTEST_NEAR:
            return frozenset()
        if ids := self._joined.get(form.replace(" ", "")):
            return ids
        from rapidfuzz.distance import Levenshtein
        from rapidfuzz.process import extract

        slips = 2 if len(form) >= TWO_SLIPS else 1
        words = form.split()
        listed = self._long_forms.get((form[0], len(words)), [])
        nearest_first = extract(form, listed, scorer=Levenshtein.distance, score_cutoff=slips, limit=None)
        fitting = (name for name, *_ in nearest_first if len(words) == 1 or _each_near(words, name.split()))
        best = next(fitting, None)
        return frozenset() if best is None else self.forms[best]


def _compared(
    words: Sequence[str], certain: Mapping[range, str], ordinary: Mapping[range, str]
) -> Iterator[str]:
    """Forms of `ordinary` that are held against a name: both of `ray vs spark`, the first of `temporal or airflow`.

    `certain`, `ordinary`: places in `words` -> forms.
    """
    taken = {place for places in certain for place in places}
    ends = {places.stop: places for places in (*certain, *ordinary)}
    starts = {places.start: places for places in (*certain, *ordinary)}
    for places, form in ordinary.items():
        sides = ((places.stop, starts.get(places.stop + 1)), (places.start - 1, ends.get(places.start - 1)))
        if taken.isdisjoint(places) and any(
            other is not None and words[between] in (COMPARING if other in certain else VERSUS)
            for between, other in sides
        ):
            yield form


def _each_near(words: list[str], named: list[str]) -> bool:
    """Whether no word is another one: `data lake` isn't Delta Lake, nor `chroma colour` Chroma Cloud."""
    from rapidfuzz.distance import OSA

    return all(
        word == other or (min(len(word), len(other)) >= SHORTEST_NEAR_PART and OSA.distance(word, other) <= 1)
        for word, other in zip(words, named, strict=True)
    )
