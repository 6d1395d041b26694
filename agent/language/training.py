"""How often models are retrained."""

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


def read_retraining(reading: Reading) -> None:
    """`retrained weekly`, `a new adapter once a month`."""
    if reading.has("retrain_per_month"):
        return
    cues = [
        h for h in _phrases().find(reading.message) if h.tag == "retrain" and reading.scopes.states(h.first)
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
        if (near or asked) and not any(q.start <= hit.start < q.end for q in reading.quantities):
            runs = _RUNS[seconds]
            need = [item.span for item in reading.updates if item.field == "training_need" and item.span]
            places = [(h.start, h.end) for h in [hit, *near]] + ([] if near else need)
            span = (min(start for start, _ in places), max(end for _, end in places))
            reading.number("retrain_per_month", runs, runs, span)
            return


def _beside(reading: Reading, cue: Hit, period: Hit) -> bool:
    tokens = reading.message.tokens
    apart = max(period.first - cue.last, cue.first - period.last)
    return tokens[cue.first].sentence == tokens[period.first].sentence and apart <= 5


@cache
def _phrases() -> Phrases:
    return compile_phrases({"retrain": table("training")["retrain"]})
