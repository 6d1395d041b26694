"""Names that look like products and aren't known: said, with the nearest that are, and never dropped in silence.

The foreign name itself is not repeated: what a user wrote is data, and no answer advertises it.
"""

import re
from functools import lru_cache

from agent.reply import Rejected
from knowledge.hardware import accelerators
from knowledge.library import Knowledge
from knowledge.models import models
from knowledge.word_list import word_list

from .component_names import component_phrases, spoken_names
from .lexicon import words
from .names import name_tokens
from .reading import Reading

LIKE, NEAREST, SHORTEST = 74, 3, 4
"""Likeness (of 100) from which a stranger is taken for a misspelt name; names offered; letters it must have."""
MOST = 3
"""Strangers told of in one message."""


def reject_strangers(reading: Reading) -> None:
    """Each token that is written like a product, is near a known name and isn't one."""
    found = 0
    taken = _taken(reading)
    for place, token in enumerate(reading.message.tokens[:400]):
        written = reading.message.text[token.start : token.end]
        shortest = SHORTEST - 1 if _has_number(reading, place) else SHORTEST
        if place in taken or token.number or len(token.text) < shortest or found == MOST:
            continue
        if not _is_name_like(reading, place, written) or _is_possessive(
            written, token.text, reading.knowledge
        ):
            continue
        near = _nearest(_with_number(reading, place), reading.knowledge)
        if not near and _has_number(reading, place):
            near = _of_family(token.text, reading.knowledge)
        if near:
            found += 1
            names = ", ".join(near)
            reason = (
                f"One name that you gave isn't known here; the nearest known: {names}. Which one is meant?"
            )
            reading.rejected.append(
                Rejected(
                    slot="existing_stack",
                    field="existing_components",
                    text="",
                    reason=reason,
                    unknown_name=written,
                )
            )


def _taken(reading: Reading) -> set[int]:
    """Tokens of known names and of values that were read."""
    taken = set(name_tokens(reading.message, reading.knowledge))
    for hit in component_phrases(reading.knowledge).find(reading.message):
        taken |= set(range(hit.first, hit.last + 1))
    spans = [item.span for item in (*reading.updates,) if item.span is not None]
    for place, token in enumerate(reading.message.tokens):
        if any(start <= token.start < end for start, end in spans):
            taken.add(place)
    return taken


def _is_name_like(reading: Reading, place: int, written: str) -> bool:
    """Not a word, and with a capital inside a sentence, an inner capital or digit, or a number glued on."""
    token = reading.message.tokens[place]
    if token.text in word_list() or token.text.rstrip("s") in word_list():
        return False
    if token.text in words("techniques", "known") or spoken_names(reading.knowledge).spoken(written):
        return False
    first = place == 0 or reading.message.tokens[place - 1].sentence != token.sentence
    inner = any(character.isupper() or character.isdigit() for character in written[1:])
    capital = written[:1].isupper() and not first and reading.language == "en"
    return (inner and not written.isupper()) or capital or _has_number(reading, place)


def _is_possessive(written: str, folded: str, knowledge: Knowledge) -> bool:
    """`Pinecone's`, of a name that is known."""
    return written.endswith(("'s", "\u2019s")) and folded.removesuffix("s").rstrip("'") in _known_names(
        knowledge
    )


def _has_number(reading: Reading, place: int) -> bool:
    """`gtp-5`: a hyphen and a number follow."""
    tokens = reading.message.tokens
    if place + 1 >= len(tokens) or not tokens[place + 1].number:
        return False
    return reading.message.folded[tokens[place].end : tokens[place + 1].start] == "-"


def _with_number(reading: Reading, place: int) -> str:
    tokens = reading.message.tokens
    end = tokens[place + 1].end if _has_number(reading, place) else tokens[place].end
    return reading.message.folded[tokens[place].start : end]


def _nearest(text: str, knowledge: Knowledge) -> list[str]:
    # Imported where it's needed: most messages name nobody unknown.
    from rapidfuzz import fuzz, process

    names = _known_names(knowledge)
    matches = process.extract(text, list(names), scorer=fuzz.ratio, score_cutoff=LIKE, limit=12)
    return list(dict.fromkeys(names[match[0]] for match in matches))[:NEAREST]


def _of_family(word: str, knowledge: Knowledge) -> list[str]:
    """`gtp-5` is near the family gpt: some of its models."""
    from rapidfuzz.distance import DamerauLevenshtein

    families: dict[str, list[str]] = {}
    for model in models(knowledge).values():
        families.setdefault(re.split(r"[^a-z]", model.key.lower())[0], []).append(model.key)
    close = [name for name in families if DamerauLevenshtein.distance(word, name) == 1 and len(name) > 2]
    return sorted(families[close[0]], reverse=True)[:NEAREST] if close else []


@lru_cache(maxsize=4)
def _known_names(knowledge: Knowledge) -> dict[str, str]:
    """Folded single names of components, models and accelerators -> as they are shown."""
    found: dict[str, str] = {}
    for component in knowledge.components.values():
        found.setdefault(component.name.lower(), component.name)
        found.setdefault(component.id, component.name)
    for model in models(knowledge).values():
        found.setdefault(model.key.lower(), model.key)
    for key in accelerators(knowledge):
        found.setdefault(key.lower(), key)
        found.setdefault(key.split("-")[0].lower(), key)
    return {name: shown for name, shown in found.items() if len(name) >= SHORTEST}
