"""How often models are retrained, and on how many examples."""

import re
from functools import cache

from .lexicon import table
from .phrases import Hit, Phrases, compile_phrases
from .quantity import period_phrases
from .reading import Reading

_MONTH_DAYS = 30.4375
_RUNS = {
    86400.0: _MONTH_DAYS,
    604800.0: _MONTH_DAYS / 7,
    2592000.0: 1.0,
    7776000.0: 1 / 3,
    31536000.0: 1 / 12,
    3600.0: 730.5,
}

_LEARNT_FROM = re.compile(
    r"\b(?:fine.?tun\w*|train(?:ed|ing|s)?|tun(?:e|es|ed|ing))\b[^.;:?!]{0,40}?"
    r"\bon (?:about |around |roughly |some |over |our |its |the |these |those |own )*$"
)
_MACHINES = re.compile(
    r"\W*(?:x\b|[a-z]*\d|gpus?|cards?|nodes?|machines?|servers?|cores?|accelerators?|tpus?|devices?)"
)
_LEARNT = ("", "documents", "messages", "requests", "examples", "neutral", "frames")
FEWEST_EXAMPLES = 100
"""Of fewer no model learns; courses and languages are fewer."""
TUNED_BESIDE = 2
"""Words between `fine-tune` and a period that says how often."""


def read_training_set(reading: Reading) -> None:
    """`fine-tuned on 40,000 dialogues`: whatever they are, a model learns from so many of them."""
    if reading.has("training_examples"):
        return
    folded = reading.message.folded
    for quantity in reading.open("count", "bare"):
        amount = quantity.amount
        head, tail = folded[max(0, amount.start - 80) : amount.start], folded[amount.end : amount.end + 16]
        counted = quantity.noun in _LEARNT and quantity.low >= FEWEST_EXAMPLES and quantity.one is None
        if counted and _LEARNT_FROM.search(head) and not _MACHINES.match(tail):
            reading.quantity("training_examples", quantity)
            return


def read_retraining(reading: Reading) -> None:
    """`retrained weekly`, `a new adapter once a month`."""
    if reading.has("retrain_per_month"):
        return
    cues = [
        h for h in _phrases().find(reading.message) if h.tag == "retrain" and reading.scopes.states(h.first)
    ]
    tuned = [
        h for h in _phrases().find(reading.message) if h.tag == "tune" and reading.scopes.states(h.first)
    ]
    asked = "training_need" in reading.asked and reading.has("training_need")
    for quantity in reading.open("time"):
        if quantity.interval and any(abs(h.first - quantity.first) <= 5 for h in cues):
            reading.use(quantity)
            runs = 2629800 / quantity.middle
            reading.number("retrain_per_month", runs, runs, (quantity.start, quantity.end))
            return
    for hit in period_phrases().find(reading.message):
        kind, seconds = hit.tag
        if kind not in ("adverb", "spelled") or seconds not in _RUNS:
            continue
        near = [h for h in cues if _beside(reading, h, hit)]
        near += [h for h in tuned if _beside(reading, h, hit, TUNED_BESIDE)]
        if (near or asked) and not _of_a_rate(reading, hit):
            runs = _RUNS[seconds]
            need = [item.span for item in reading.updates if item.field == "training_need" and item.span]
            places = [(h.start, h.end) for h in [hit, *near]] + ([] if near else need)
            span = (min(start for start, _ in places), max(end for _, end in places))
            reading.number("retrain_per_month", runs, runs, span)
            return


def _of_a_rate(reading: Reading, period: Hit) -> bool:
    """The period of a number of its own; examples have none."""
    examples = [item.span for item in reading.updates if item.field == "training_examples" and item.span]
    return any(
        quantity.start <= period.start < quantity.end
        and not any(start <= quantity.start < end for start, end in examples)
        for quantity in reading.quantities
    )


def _beside(reading: Reading, cue: Hit, period: Hit, most: int = 5) -> bool:
    tokens = reading.message.tokens
    apart = max(period.first - cue.last, cue.first - period.last)
    return tokens[cue.first].sentence == tokens[period.first].sentence and apart <= most


@cache
def _phrases() -> Phrases:
    return compile_phrases({kind: table("training")[kind] for kind in ("retrain", "tune")})
