"""What was so once and is otherwise now: `we had 10k users, now 25k` are 25,000."""

import re

from .quantity import Quantity
from .reading import Reading

_ONCE = re.compile(
    r"\b(?:had|used to (?:have|be|get|serve)|was|were|started (?:out )?(?:with|at|from)|began (?:with|at)|"
    r"last (?:year|month|quarter|summer|autumn|winter|spring)|a year ago|hatten|waren|avions|etait)\b[^.;!?]*$"
)
_NOW = re.compile(
    r"\b(?:now|today|currently|nowadays|these days|by now|meanwhile|at present|jetzt|heute|inzwischen|maintenant|"
    r"aujourd'hui)\b"
)
NEAR = 40
"""Characters from the word of the past to its number, and between the two numbers."""
BEHIND = 16
"""Characters from the later number to the word of the present behind it."""
_OTHERWISE = re.compile(
    r"\b(?:peaks?|average|mean|median|total|first|each|per|in|on|want|wants|plan|plans|aim|goal|hope|expect|would|will|until)\b"
)
"""Words with which the later number is of something else: another measure, a part, a place, a wish."""


def is_of_the_past(reading: Reading, before: Quantity, after: Quantity) -> bool:
    """Whether `after` tells of the present what `before` told of the past."""
    folded = reading.message.folded
    if not 0 <= after.start - before.end <= NEAR or not _ONCE.search(
        folded, max(0, before.start - NEAR), before.start
    ):
        return False
    if before.dimension == after.dimension == "bare" or _OTHERWISE.search(
        folded, before.end, after.end + BEHIND
    ):
        return False
    return bool(
        _NOW.search(folded, before.end, after.start)
        or _NOW.search(re.split("[,.;]", folded[after.end : after.end + BEHIND])[0])
    )


def superseded(reading: Reading) -> list[Quantity]:
    """Numbers of the past in whose place a like number of the present is told."""
    return [
        before
        for before, after in zip(reading.quantities, reading.quantities[1:], strict=False)
        if (before.dimension, before.noun, before.period_s) == (after.dimension, after.noun, after.period_s)
        and is_of_the_past(reading, before, after)
    ]
