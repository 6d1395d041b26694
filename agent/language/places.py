"""Where the data must stay: countries and the EU, when the message speaks of place and not of customers."""

from functools import cache

from tools.workload import Known

from .lexicon import table, words
from .phrases import Hit, Phrases, compile_phrases
from .reading import Reading


def read_places(reading: Reading) -> None:
    """Add residency from countries near a word of place, or any country where it was asked."""
    asked = "data_residency" in reading.asked
    cues = [hit for hit in _cues().find(reading.message) if reading.scopes.states(hit.first)]
    found = [hit for hit in _countries().find(reading.message) if _counts(reading, hit, cues, asked)]
    longest = [
        h
        for h in found
        if not any(o.first <= h.first and h.last <= o.last and o.length > h.length for o in found)
    ]
    if longest:
        codes = dict.fromkeys(str(hit.tag) for hit in longest)
        span = (min(hit.start for hit in longest), max(hit.end for hit in longest))
        reading.choice("residency", tuple(codes), span)
        reading.updates = [item for item in reading.updates if not _is_border(reading, item, longest)]


def _is_border(reading: Reading, item: Known, places: list[Hit]) -> bool:
    """`may not leave Japan` keeps data in a country; it doesn't forbid every way out of the network."""
    if item.field != "no_egress" or item.span is None or item.value != "yes":
        return False
    end = item.span[1]
    return any(end <= hit.start and len(reading.words(end, hit.start).split()) <= 1 for hit in places)


def _counts(reading: Reading, hit: Hit, cues: list[Hit], asked: bool) -> bool:
    written = reading.message.text[hit.start : hit.end]
    if not reading.scopes.states(hit.first):
        return False
    if len(written.strip(".")) <= 3 and written.upper() != written and written.lower() not in ("eu",):
        return False
    before = reading.message.folded[max(0, hit.start - 5) : hit.start]
    leaving = any(0 < hit.first - cue.last <= 3 for cue in reading.hits(_leaving(), "leaving"))
    if before.endswith(("non-", "non ")) or (reading.scopes.is_negated(hit) and not leaving):
        return False
    if asked or (leaving and reading.scopes.is_negated(hit)):
        return True
    tokens = reading.message.tokens
    return any(
        tokens[cue.first].sentence == tokens[hit.first].sentence
        and (0 <= hit.first - cue.last <= 4 or 0 < cue.first - hit.last <= 3)
        for cue in cues
    )


@cache
def _countries() -> Phrases:
    return compile_phrases(dict(table("countries")["countries"].items()))


@cache
def _leaving() -> Phrases:
    return compile_phrases({"leaving": words("countries", "leaving")})


@cache
def _cues() -> Phrases:
    return compile_phrases({"place": words("countries", "place_cues")})
