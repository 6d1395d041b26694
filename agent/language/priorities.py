"""Rankings of what matters: `cost first, then latency`, `cheaper matters more than quality`."""

from functools import cache

from .lexicon import table, words
from .phrases import Phrases, compile_phrases
from .reading import Reading


def read_priorities(reading: Reading) -> None:
    """Add the ranking where the message ranks."""
    ranks = [hit for hit in _ranking().find(reading.message) if reading.scopes.states(hit.first)]
    if not ranks:
        return
    sentence = reading.message.tokens[ranks[0].first].sentence
    named = [
        hit
        for hit in _dimensions().find(reading.message)
        if reading.message.tokens[hit.first].sentence == sentence
    ]
    if any(hit.first <= name.first <= hit.last for hit in ranks[:1] for name in named):
        named = [name for name in named if name.first >= ranks[0].first]
    order = list(dict.fromkeys(str(hit.tag) for hit in named))
    if not order:
        return
    if any(hit.tag == "reversed" for hit in ranks) and len(order) == 2:
        order.reverse()
    hits = [*named, *(hit for hit in ranks if reading.message.tokens[hit.first].sentence == sentence)]
    reading.choice("priorities", tuple(order), (min(h.start for h in hits), max(h.end for h in hits)))


@cache
def _ranking() -> Phrases:
    kinds = ("ranking", "reversed")
    return compile_phrases({kind: words("priorities", kind) for kind in kinds})


@cache
def _dimensions() -> Phrases:
    return compile_phrases(dict(table("priorities")["dimensions"].items()))
