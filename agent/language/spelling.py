"""Slips of the keyboard in the words that give numbers their meaning: `requsts`, `milion`, `engeneers`."""

from dataclasses import replace
from functools import cache, lru_cache

from knowledge.word_list import word_list

from .lexicon import table
from .message import Message

REACH = 4
"""Words after a number in which its noun, unit or magnitude stands."""
MOST_TOKENS = 1000
SHORTEST = 5
"""Shorter words lie too near to each other."""
LONG = 10
"""From here on two slips are forgiven."""
SHORTEST_STEM = 4
_ENDINGS = (
    "s",
    "es",
    "ed",
    "d",
    "ing",
    "er",
    "ers",
    "or",
    "ors",
    "ive",
    "less",
    "ly",
    "able",
    "ness",
    "al",
    "ity",
    "ment",
)
_SOURCES = ("nouns", "units")


def mended(message: Message) -> Message:
    """The message with misspelt nouns, units, magnitudes and cues of number read as what they must be."""
    counted, tokens = 0, list(message.tokens)
    spoken = {*table("numbers")["words"], "few", "couple", "several", "handful", "half"}
    for place, token in enumerate(tokens[:MOST_TOKENS]):
        if token.number or token.text in spoken:
            counted = REACH
        elif counted:
            counted -= 1
            if len(token.text) >= SHORTEST:
                tokens[place] = replace(token, text=_mended(token.text))
    return replace(message, tokens=tuple(tokens)) if tokens != list(message.tokens) else message


@lru_cache(maxsize=4096)
def _mended(word: str) -> str:
    if _is_known(word):
        return word
    # Imported where it's needed: most messages have no slip.
    from rapidfuzz.distance import DamerauLevenshtein

    allowed = 2 if len(word) >= LONG else 1
    best = min(
        (
            (DamerauLevenshtein.distance(word, other, score_cutoff=allowed), other)
            for other in _candidates()
            if other[0] == word[0] and abs(len(other) - len(word)) <= allowed
        ),
        default=(allowed + 1, ""),
    )
    return best[1] if best[0] <= allowed else word


def _is_known(word: str) -> bool:
    """In the word list or in our tables, derived from a word (`serverless`), or made of two (`spreadsheet`)."""
    known = word_list()
    if word in known or word in _lexicon() or any(word.startswith(stem) for stem in _stems()):
        return True
    for ending in _ENDINGS:
        stem = word.removesuffix(ending)
        if stem != word and len(stem) >= SHORTEST_STEM and (stem in known or f"{stem}e" in known):
            return True
    return any(word[:at] in known and word[at:] in known for at in range(4, len(word) - 3))


@cache
def _stems() -> tuple[str, ...]:
    """What stands before a `*` anywhere in the tables, where it is long enough to tell."""
    found: set[str] = set()
    for name in ("nouns", "people", "rates", "sizes", "growth", "training"):
        found.update(_parts(table(name)))
    for name in ("cues", "roles", "scopes", "intents", "priorities"):
        found.update(_parts(table(name)))
    return tuple(sorted(part[:-1] for part in found if part.endswith("*") and len(part) > SHORTEST_STEM))


def _parts(entry: object) -> set[str]:
    """All words of a table, whatever its shape, with their `*`."""
    if isinstance(entry, dict):
        return set().union(*(_parts(value) for value in entry.values())) if entry else set()
    if isinstance(entry, list):
        return set().union(*(_parts(value) for value in entry)) if entry else set()
    return {part for word in str(entry).split() for part in word.split("|")}


@cache
def _lexicon() -> frozenset[str]:
    """Every word of the tables that says what a number counts."""
    found = set().union(*(_parts(table(source)) for source in (*_SOURCES, "scopes")))
    found.update(str(word) for word in table("numbers")["magnitudes"])
    found |= _parts(table("people")["concurrent"])
    return frozenset(word.replace("*", "") for word in found)


@cache
def topic_words() -> frozenset[str]:
    """Every word that stands in a table of fields, units or nouns."""
    names = (
        "cues",
        "roles",
        "nouns",
        "units",
        "asked",
        "sizes",
        "rates",
        "growth",
        "training",
        "media",
        "money",
    )
    found = set().union(*(_parts(table(name)) for name in names if name != "money"))
    return frozenset(word.replace("*", "").strip("?") for word in found)


@cache
def _candidates() -> tuple[str, ...]:
    """Words of the tables that are words; the stem of a `prefix*` also in the plural."""
    sources = set().union(*(_parts(table(source)) for source in _SOURCES))
    sources |= {*map(str, table("numbers")["magnitudes"]), *_parts(table("people")["concurrent"])}
    words = {
        word
        for word in (part.replace("*", "") for part in sources)
        if len(word) >= SHORTEST - 1 and word.isalpha()
    }
    return tuple(sorted(words | {f"{word}s" for word in words}))
