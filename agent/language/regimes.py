"""Rules by name that the catalogue holds no attestations for: noted, and to be confirmed with each provider."""

from functools import cache

from .lexicon import table
from .phrases import Hit, Phrases, compile_phrases
from .reading import Reading

SHORT = 5
"""Up to this length a name counts only in capitals: `ear` and `dora` are words and names of people."""


def read_regimes(reading: Reading) -> None:
    """Add every named regime outside the list of those that vendors attest to."""
    hits = [hit for hit in _regimes().find(reading.message) if _is_named(reading, hit)]
    hits = [hit for hit in hits if reading.scopes.states(hit.first) and not reading.scopes.is_negated(hit)]
    if hits:
        names = tuple(dict.fromkeys(str(hit.tag) for hit in hits))
        reading.choice("other_regimes", names, (min(hit.start for hit in hits), max(hit.end for hit in hits)))


def _is_named(reading: Reading, hit: Hit) -> bool:
    written = reading.words(hit.start, hit.end)
    return len(written) > SHORT or any(
        character.isupper() or character.isdigit() for character in written[1:]
    )


@cache
def _regimes() -> Phrases:
    return compile_phrases(dict(table("regimes").items()))
