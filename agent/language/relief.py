"""Requirements that are taken back: `remove the EU restriction`, `forget the budget`."""

from functools import cache

from tools.workload import Known

from .lexicon import table
from .phrases import Phrases, compile_phrases
from .reading import Reading

REACH = 6
"""Words between the verb and what it takes back."""


def read_relief(reading: Reading) -> None:
    """A field that was stated before and is given up counts as not said."""
    verbs = [hit for hit in _verbs().find(reading.message) if reading.scopes.states(hit.first)]
    if not verbs:
        return
    known = reading.workload.known
    for hit in _subjects().find(reading.message):
        verb = next((verb for verb in verbs if 0 < hit.first - verb.last <= REACH), None)
        if verb is None:
            continue
        span = (verb.start, hit.end)
        for field in table("relief")["fields"][str(hit.tag)]:
            if field in known and not known[field].unknown and not reading.has(field):
                words = reading.words(*span)
                reading.updates.append(
                    Known(
                        field=field,
                        unknown=True,
                        turn=reading.turn,
                        span=span,
                        text=words,
                        stated="no longer",
                    )
                )


@cache
def _verbs() -> Phrases:
    return compile_phrases({"verb": table("relief")["verbs"]})


@cache
def _subjects() -> Phrases:
    return compile_phrases(table("relief")["subjects"])
