"""Names of rows inside a question, in any case and with any separators: `qwen 3 32b` is Qwen3-32B.

A question may name one row, or what several rows begin with (`Qwen3 VL`, `Claude Opus`). What follows such a beginning
and is a version or a size that no row has makes it the name of something that isn't held: `Llama 9`, `Llama 3.1 22B`.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple

_CHUNK = re.compile(r"[A-Za-z0-9]+")
_PIECE = re.compile(r"(?<=\d)x(?=[a-z]+\d)|[a-z]{1,2}\d+[a-z]?(?![a-z0-9])|[a-z]+|\d+")
"""`h100` and `k2` stay whole, since `a 10` is no accelerator; `qwen3` and `8xH100` are parted."""
_BOUNDARY = re.compile(r"[-_ ]+")
_VERSION = re.compile(r"[a-z]?\d{1,5}")
"""Longer numbers are days, which pick no row."""
DROPPED = frozenset({"instruct", "it", "chat", "hf", "turbo"})
"""Words at the end of a model's name that its questioners leave out."""
_V = re.compile(r"^v(?=\d{1,2}$)")
_SIZE = re.compile(r"(?<![\d.])\d+(?:\.\d+)?(?=b(?![a-z]))")
LONGEST_VERSION = 2
SIZE = "b"
"""What follows a number of parameters: a size picks among rows, and is no version."""
Pieces = tuple[str, ...]


class Piece(NamedTuple):
    """A part of what was written, and where it stands."""

    text: str
    start: int
    end: int


class Mention(NamedTuple):
    """What a question names: rows, and how it was written; no rows where nothing of that name is held."""

    keys: tuple[str, ...]
    written: str
    places: range
    ordinary: bool = False
    """Whether it is an ordinary word too, and nothing in the question marks it as a name."""


class Further(NamedTuple):
    """What follows a beginning: a version, and a size."""

    version: Pieces = ()
    size: Pieces = ()

    def __len__(self) -> int:
        return len(self.version) + len(self.size)


class Spellings:
    """Finds the names of a table's rows."""

    def __init__(
        self,
        names: Iterable[tuple[str, str]],
        ordinary: Iterable[str] = (),
        *,
        whole: bool = False,
        makers: Iterable[str] = (),
        families: Mapping[str, str] = MappingProxyType({}),
        compared: Iterable[str] = (),
        kindred: Iterable[str] = (),
        variants: Iterable[str] = (),
    ) -> None:
        """`names`: spellings with the keys they stand for, the likeliest rows first; `ordinary`: words that are names
        with a capital inside the sentence alone; `whole`: beginnings of names are none, since they aren't families;
        `makers`: words that begin names of unlike models (`OpenAI`), and are no family either; `families`: of keys, so
        that `GPT` alone means GPT, and not gpt-oss; `compared`: words between two that are held against each other;
        `kindred`: what follows a family with a hyphen and makes no other name of it (`GPT-based`); `variants`: what
        follows a name and makes another one of it (`gpt-6 mini`). A key may be empty: nothing is held of that name."""
        self._compared, self._kindred, self._variants = (
            frozenset(compared),
            frozenset(kindred),
            frozenset(variants),
        )
        unlike = frozenset(map(_texts, makers))
        self._whole: dict[Pieces, str] = {}
        self._begun: dict[Pieces, dict[str, None]] = {}
        self._forms: dict[str, list[Pieces]] = {}
        self._sizes: dict[str, set[str]] = {}
        self._families: dict[Pieces, tuple[str, ...]] = {}
        self._ordinary = frozenset(ordinary)
        for spelling, key in names:
            bare = spelling.rsplit("/", 1)[-1]
            self._forms.setdefault(key, []).append(_texts(bare))
            self._sizes.setdefault(key, set()).update(_SIZE.findall(bare.lower()))
            for form in (_texts(spelling), _texts(bare), _shortened(_texts(bare))):
                self._whole.setdefault(form, key)
            for beginning in () if whole else _beginnings(bare):
                if beginning not in unlike:
                    self._begun.setdefault(beginning, {})[key] = None
        for beginning, keys in self._begun.items():
            if of_family := tuple(key for key in keys if _texts(families.get(key, "")) == beginning):
                self._families[beginning] = of_family
        self._shuffled = {_shuffled(name): key for name, key in self._whole.items() if len(name) > 2}
        self._longest = max(map(len, self._whole), default=0)
        self._first = {name[0] for name in (*self._whole, *self._begun) if name}

    @property
    def words(self) -> frozenset[str]:
        """All that the names are made of."""
        return frozenset(piece for name in self._whole for piece in name)

    def within(self, question: str) -> list[Mention]:
        """Everything named, in the order of the question, families behind the rows of theirs; longer names are
        taken first and used up."""
        pieces, used, found = parted(question), set[int](), list[Mention]()
        starts = [start for start, piece in enumerate(pieces) if piece.text in self._first]
        for length in range(min(self._longest, len(pieces)), 0, -1):
            for start in (start for start in starts if start + length <= len(pieces)):
                places = range(start, start + length)
                if used.isdisjoint(places) and (mention := self._mention(question, pieces, places)):
                    mention = self._of_variant(question, pieces, mention)
                    used.update(mention.places)
                    found.append(mention)
        for mention in list(found):
            other = self._compared_with(question, pieces, mention)
            if other and used.isdisjoint(other.places):
                used.update(other.places)
                found.append(other)
        return sorted(found, key=lambda mention: (_is_family_of(mention, found), mention.places.start))

    def _mention(self, question: str, pieces: Sequence[Piece], places: range) -> Mention | None:
        texts = tuple(pieces[place].text for place in places)
        key, begun = self._whole.get(texts, self._shuffled.get(_shuffled(texts))), self._begun.get(texts)
        if key is None and not begun:
            return None
        further, written = _further(question, pieces, places), _between(question, pieces, places)
        if begun and key is None and (other := self._other_kind(question, pieces, places, texts)):
            return other
        if not further:
            ordinary = self._is_ordinary(texts, question, pieces[places.start].start)
            return Mention(self._named_alone(texts, key), written, places, ordinary)
        if not begun:
            return None if key is None or further.version else Mention((key,) if key else (), written, places)
        fitting = tuple(item for item in begun if self._fits(item, texts, further))
        fitting = fitting or self._without_maker((*texts, *further.version))
        if not fitting and further.version[:1] in self._whole:
            return None
        reached = range(places.start, places.stop + len(further))
        return Mention(fitting, _between(question, pieces, reached), reached)

    def _compared_with(self, question: str, pieces: Sequence[Piece], mention: Mention) -> Mention | None:
        """What is compared with it by the end of its name alone: the PCIe in `H100 SXM vs PCIe`."""
        between, first = mention.places.stop, mention.places.stop + 1
        if len(mention.keys) != 1 or between >= len(pieces) or pieces[between].text not in self._compared:
            return None
        own = tuple(pieces[place].text for place in mention.places)
        for length in range(len(own) - 1, 0, -1):
            other = tuple(piece.text for piece in pieces[first : first + length])
            key = self._whole.get((*own[:-length], *other))
            if key is not None and key not in mention.keys:
                places = range(first, first + length)
                return Mention((key,), _between(question, pieces, places), places)
        return None

    def _of_variant(self, question: str, pieces: Sequence[Piece], mention: Mention) -> Mention:
        """The rows of a variant that follows the name, or none where nothing of it is held: `gpt-6 mini`."""
        after = mention.places.stop
        if not mention.keys or after >= len(pieces) or pieces[after].text not in self._variants:
            return mention
        if question[pieces[after - 1].end : pieces[after].start] not in (" ", "-"):
            return mention
        variant, reached = pieces[after].text, range(mention.places.start, after + 1)
        keys = tuple(key for key in mention.keys if any(variant in form for form in self._forms[key]))
        return Mention(keys, _between(question, pieces, reached), reached)

    def _other_kind(
        self, question: str, pieces: Sequence[Piece], places: range, texts: Pieces
    ) -> Mention | None:
        """A name that begins as a family's and goes on behind a hyphen as none of its names: `gpt-realtime`."""
        after = places.stop
        if len(texts) > 1 or after >= len(pieces) or pieces[after].text in self._kindred:
            return None
        hyphen = question[pieces[after - 1].end : pieces[after].start] == "-"
        if not hyphen or (*texts, pieces[after].text) in self._begun or not pieces[after].text.isalpha():
            return None
        reached = range(places.start, after + 1)
        return Mention((), _between(question, pieces, reached), reached)

    def _without_maker(self, texts: Pieces) -> tuple[str, ...]:
        """The row whose name this ends with: the rerank-v3.5 in `Cohere rerank 3.5`."""
        names = (self._whole.get(texts[cut:]) for cut in range(1, len(texts)))
        return next(((key,) for key in names if key), ())

    def _named_alone(self, texts: Pieces, key: str | None) -> tuple[str, ...]:
        """The row that is called so, and the others of a family of that name."""
        if key == "":
            return ()
        own = (key,) if key else ()
        family = self._families.get(texts, () if own else tuple(self._begun[texts]))
        return tuple(dict.fromkeys((*own, *(item for item in family if self._ends_there(item, texts)))))

    def _ends_there(self, key: str, texts: Pieces) -> bool:
        """Whether a version that the beginning ends with is the whole one."""
        forms = (form for form in self._forms[key] if form[: len(texts)] == texts)
        return any(not _goes_on(form, len(texts)) for form in forms)

    def _fits(self, key: str, beginning: Pieces, further: Further) -> bool:
        place = len(beginning)
        if (
            further.size
            and not {further.size[0], ".".join((*further.version[-1:], further.size[0]))} & self._sizes[key]
        ):
            return False
        reached = place + len(further.version)
        return any(
            form[place:reached] == further.version and not _goes_on(form, reached)
            for form in self._forms[key]
            if form[:place] == beginning
        )

    def _is_ordinary(self, texts: Pieces, question: str, start: int) -> bool:
        return len(texts) == 1 and texts[0] in self._ordinary and not (start and question[start].isupper())


def _is_family_of(mention: Mention, others: Sequence[Mention]) -> bool:
    """Whether one row of it is named beside it: the Claude of `claude context window opus 4.5`."""
    keys = set(mention.keys)
    return any(other.keys and set(other.keys) < keys for other in others)


def _goes_on(form: Pieces, place: int) -> bool:
    """Whether a version that ends here has more numbers: `haiku 5` isn't haiku-5-5; a size or a day is no version."""
    following = form[place : place + 2]
    is_version = bool(following) and following[0].isdigit() and len(following[0]) <= LONGEST_VERSION
    return place > 0 and form[place - 1].isdigit() and is_version and following[1:] != (SIZE,)


def _further(question: str, pieces: Sequence[Piece], places: range) -> Further:
    """The version and the size that follow at once; a number after a space is a version only where none came before."""
    versioned = any(any(map(str.isdigit, pieces[place].text)) for place in places)
    version, place = list[str](), places.stop
    while place < len(pieces):
        before = question[pieces[place - 1].end : pieces[place].start]
        if _is_size(pieces, place) and before in (" ", "-", ""):
            return Further(tuple(version), (pieces[place].text, SIZE))
        joined = before in (".", "-", "") or (before == " " and not (versioned or version))
        if not joined or not _VERSION.fullmatch(pieces[place].text):
            break
        version.append(pieces[place].text)
        place += 1
    return Further(tuple(version))


def _is_size(pieces: Sequence[Piece], place: int) -> bool:
    following = pieces[place + 1] if place + 1 < len(pieces) else None
    is_number = pieces[place].text.isdigit()
    return (
        is_number
        and following is not None
        and following.text == SIZE
        and following.start == pieces[place].end
    )


@lru_cache(maxsize=64)
def parted(text: str) -> tuple[Piece, ...]:
    """Its pieces; a version is the same with and without its `v`. Every table of names looks into the same question."""
    return tuple(
        Piece(_V.sub("", piece[0]), chunk.start() + piece.start(), chunk.start() + piece.end())
        for chunk in _CHUNK.finditer(text)
        for piece in _PIECE.finditer(chunk[0].lower())
    )


def _texts(text: str) -> Pieces:
    return tuple(piece.text for piece in parted(text))


def _shuffled(name: Pieces) -> tuple[str, Pieces, Pieces]:
    """The first piece, the other words in any order, the numbers in theirs."""
    words = sorted(piece for piece in name[1:] if not piece.isdigit())
    return name[0], tuple(words), tuple(piece for piece in name[1:] if piece.isdigit())


def _shortened(pieces: Pieces) -> Pieces:
    while len(pieces) > 1 and pieces[-1] in DROPPED:
        pieces = pieces[:-1]
    return pieces


def _beginnings(name: str) -> list[Pieces]:
    """What a name begins with, up to each of its separators."""
    ends = [match.start() for match in _BOUNDARY.finditer(name)]
    return [pieces for end in ends if (pieces := _texts(name[:end]))]


def _between(question: str, pieces: Sequence[Piece], places: range) -> str:
    return question[pieces[places.start].start : pieces[places.stop - 1].end]
