"""Reads fields whose values are words, by cues.

A negated cue counts for its opposite or not at all; `value~` marks cues that only suggest the value,
`value!` cues that mean it only under a negation.
"""

from functools import cache

from tools.workload import Origin

from .intents import wishes_for_advice
from .lexicon import table
from .phrases import Hit, Phrases
from .reading import Reading
from .senses import means_otherwise


def read_enums(reading: Reading) -> None:
    """Add every enum and set value that a cue supports."""
    for field, hits in _grouped(reading).items():
        values = _values(reading, field, hits)
        if not values:
            continue
        if reading.knowledge.fields[field].kind == "set":
            _add_set(reading, field, values)
        else:
            value, hit = min(values, key=lambda pair: (_order(field)[pair[0]], pair[1].start))
            reading.choice(field, value, _span(reading, [hit]), _origin(reading, field, [hit]))


@cache
def _phrases() -> Phrases:
    phrases = Phrases()
    for field, values in table("cues").items():
        for value, texts in values.items():
            phrases.add((field, value), texts)
    return phrases


@cache
def _order(field: str) -> dict[str, int]:
    names = list(dict.fromkeys(value.rstrip("~!") for value in table("cues")[field]))
    return {value: index for index, value in enumerate(names)}


def _grouped(reading: Reading) -> dict[str, list[Hit]]:
    found: dict[str, list[Hit]] = {}
    wishes = wishes_for_advice(reading.message)
    for hit in _phrases().find(reading.message):
        asked_for = any(wish.first <= hit.first <= wish.last for wish in wishes)
        if reading.scopes.states(hit.first) and not asked_for:
            found.setdefault(hit.tag[0], []).append(hit)
    return found


def _values(reading: Reading, field: str, hits: list[Hit]) -> list[tuple[str, Hit]]:
    """The surviving (value, hit) pairs: cues inside a longer cue of the same field don't count."""
    values: list[tuple[str, Hit]] = []
    for hit in hits:
        if any(_inside(hit, other) for other in hits) or _counts_people(reading, hit):
            continue
        value = str(hit.tag[1]).rstrip("~!")
        if str(hit.tag[1]).endswith("!"):
            value = value if reading.scopes.is_negated(hit) else ""
        elif reading.scopes.is_negated(hit):
            opposite = table("inference")["negated"].get(field, {})
            value = opposite.get(value, opposite.get("*", ""))
        if value and not means_otherwise(reading, field, value, hit):
            values.append((value, hit))
    return values


def _counts_people(reading: Reading, hit: Hit) -> bool:
    """`200 agents`: the counted noun is staff, whatever else the word may mean."""
    clauses = [token.clause for token in reading.message.tokens]
    return any(
        q.noun == "users" and q.first < hit.first <= q.last + 1 and clauses[q.last] == clauses[hit.first]
        for q in reading.quantities
    )


def _inside(hit: Hit, other: Hit) -> bool:
    return other.first <= hit.first and hit.last <= other.last and other.length > hit.length


def _add_set(reading: Reading, field: str, values: list[tuple[str, Hit]]) -> None:
    kept = dict.fromkeys(value for value, _ in sorted(values, key=lambda pair: pair[1].start))
    for general in table("inference")["only_alone"].get(field, ()):
        if len(kept) > 1:
            kept.pop(general, None)
    hits = [hit for value, hit in values if value in kept]
    reading.choice(field, tuple(kept), _span(reading, hits), _origin(reading, field, hits))


def _span(reading: Reading, hits: list[Hit]) -> tuple[int, int]:
    """Characters from the first cue (or the negation that turns it) to the last."""
    tokens, negators = reading.message.tokens, reading.scopes.negators
    firsts = [negators.get(hit.first, hit.first) for hit in hits if reading.scopes.is_negated(hit)]
    start = min([hit.start for hit in hits] + [tokens[first].start for first in firsts])
    return start, max(hit.end for hit in hits)


def _in_passing(reading: Reading, field: str) -> bool:
    """`trained in our cloud account` as the answer to another question moves no product out of its device."""
    known = reading.workload.get(field)
    stated = known is not None and known.origin == "stated" and not known.unknown
    asked = bool(reading.asked) and "deployment" not in reading.asked
    return field == "deployment" and stated and asked and not reading.scopes.hits.get("correction")


NEAR_PURPOSE = 2
"""Tokens from `it is` to what it is: an article at most between them, and no `unlike`."""


def _is_aside(reading: Reading, field: str, hits: list[Hit]) -> bool:
    """A use case in the answer to another question only suggests one, unless what is held was no more than inferred and
    the message says what it is: `It is RAG over our documents`, not `up to 50 files in a chat`."""
    if field != "use_case" or not reading.asked or "use_case" in reading.asked:
        return False
    known, tokens = reading.workload.get(field), reading.message.tokens
    told = any(
        tokens[said.first].sentence == tokens[hit.first].sentence
        and 0 < hit.first - said.last <= NEAR_PURPOSE
        for said in reading.scopes.hits.get("purpose", ())
        if reading.words(said.start, said.end).lower() != "its"
        for hit in hits
    )
    return known is None or known.origin != "inferred" or not told


def _origin(reading: Reading, field: str, hits: list[Hit]) -> Origin:
    """Cues that only suggest a value (`value~`) infer it, unless they are the short answer to its slot."""
    weak = all(str(hit.tag[1]).endswith("~") for hit in hits)
    answer = reading.knowledge.fields[field].slot in reading.asked and len(reading.message.tokens) <= 4
    weak = (
        weak
        or _is_aside(reading, field, hits)
        or _in_passing(reading, field)
        or field in table("inference")["inferred"]
    )
    inferred = weak and not (answer and not reading.quantities)
    return "inferred" if inferred else "stated"
