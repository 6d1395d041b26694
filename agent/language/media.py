"""How long a call or recording is, how many pictures a request holds, how much one batch run works through."""

import re
from functools import cache
from itertools import pairwise

from .lexicon import table, words
from .phrases import Hit, Phrases, compile_phrases
from .quantity import Quantity
from .reading import Reading

_NOUN = (
    r"(?:(?:phone|audio|voice|video|support|emergency|sales|customer|team|board|patient|court|radio|tv|client)[ -])?"
    r"(?:calls?|recordings?|meetings?|interviews?|podcasts?|episodes?|dictations?|conversations?|voicemails?|"
    r"lectures?|consultations?|hearings?|utterances?|voice notes?|voice messages?|broadcasts?|shows?|sermons?|"
    r"sessions?|gesprache?|anrufe?|aufnahmen?|appels?)"
)
_BEFORE = re.compile(
    rf"\b{_NOUN},? (?:of|lasting|that last|last|take|taking|run|running|are|is|with an average of|averaging|average|a)"
    r"(?: about| around| roughly| some| up to| on average| typically| usually)* ?$"
)
_AFTER = re.compile(rf"[ -](?:long )?{_NOUN}\b")
_EACH = re.compile(rf" (?:each|apiece|on average|long|in length|per {_NOUN})\b")
_AUDIO = re.compile(rf"\b{_NOUN}\b|\baudio\b|\bspeech\b|\bvoice\b")
_OF_SOUND = re.compile(
    rf" (?:worth )?of (?:(?:recorded|spoken|new|raw|live|incoming|phone|call|meeting|voice|mixed) ){{0,2}}"
    rf"(?:audio|sound|speech|talk|voice|dictation|radio|television|audio recordings|footage with sound|{_NOUN})\b"
)
_PER_PERIOD = re.compile(
    r"(?: [a-z]+){0,4}? (?:(?:a|an|per|each|every) (hour|day|night|week|month|year)|"
    r"(hourly|daily|nightly|weekly|monthly))\b"
)
_EVERY = re.compile(
    r"\b(?:(?:each|every|per) (hour|day|night|week|month|year)|(hourly|daily|nightly|weekly|monthly))\b[^.;?!]{0,40}$"
)
_PERIOD_S = {
    "hour": 3600,
    "day": 86_400,
    "night": 86_400,
    "week": 604_800,
    "month": 2_592_000,
    "year": 31_536_000,
}
_ADVERBS = {"hourly": "hour", "daily": "day", "nightly": "night", "weekly": "week", "monthly": "month"}
LONGEST_MIN = 60.0
MOST_PICTURES = 64
FEWEST_ITEMS = 1000


def read_audio_length(reading: Reading) -> None:
    """`calls of about 6 minutes`, `30-minute meetings`, `half an hour each` where sound is spoken of."""
    for quantity in reading.open("time"):
        if quantity.high < 1 or quantity.interval or reading.has("audio_minutes_per_request"):
            continue
        if _is_length(reading, quantity):
            reading.quantity("audio_minutes_per_request", quantity, 1 / 60)


def _is_length(reading: Reading, quantity: Quantity) -> bool:
    folded = reading.message.folded
    head, tail = (
        folded[max(0, quantity.start - 70) : quantity.start],
        folded[quantity.end : quantity.end + 40],
    )
    if _BEFORE.search(head) or (quantity.scale >= 60 and _AFTER.match(tail)):
        return True
    return quantity.scale >= 60 and bool(_EACH.match(tail)) and bool(_AUDIO.search(head))


def read_counted_recordings(reading: Reading) -> None:
    """`1,200 half-hour recordings a day`: a count, then the length of each, then how often."""
    folded, placed = reading.message.folded, reading.open("bare", "time")
    if reading.has("request_rate_rps"):
        return
    for count, length in pairwise(placed):
        between, tail = folded[count.end : length.start], folded[length.end : length.end + 70]
        noun = _AFTER.match(tail)
        if (count.dimension, length.dimension) != ("bare", "time") or between.strip() or noun is None:
            continue
        period = _PER_PERIOD.match(tail[noun.end() :])
        if period is not None and length.scale >= 60:
            span, seconds = (count.start, length.end), _seconds_of(period)
            reading.use(count)
            reading.number("request_rate_rps", count.low / seconds, count.high / seconds, span)
            reading.quantity("audio_minutes_per_request", length, 1 / 60)
            return


def read_audio_volume(reading: Reading) -> None:
    """`300 hours of audio a day`: where nobody says how long one recording is, an hour of it counts as one.

    Only where sound is what is worked on: hours of calls may as well be what people spend.
    """
    uses = [update.value for update in reading.updates if update.field == "use_case"]
    if reading.has("request_rate_rps") or (uses and uses[0] != "speech"):
        return
    for quantity in reading.open("time"):
        period_s = _sound_period_s(reading, quantity)
        if not period_s:
            continue
        read_audio_length(reading)
        stated = next((u.value for u in reading.updates if u.field == "audio_minutes_per_request"), None)
        minutes = float(stated) if isinstance(stated, float) else min(LONGEST_MIN, quantity.low / 60)
        span = (quantity.start, quantity.end)
        reading.use(quantity)
        if stated is None:
            each_of = f"{minutes:g} min each"
            reading.number(
                "audio_minutes_per_request", minutes, minutes, span, stated=each_of, origin="inferred"
            )
        each = 60 * minutes * period_s
        told = f"{reading.words(*span)} of sound {_named(period_s)}"
        reading.number(
            "request_rate_rps",
            quantity.low / each,
            quantity.high / each,
            span,
            stated=told,
            origin="inferred",
        )
        return


def _named(period_s: float) -> str:
    """`a day` for the seconds of one."""
    name = next(name for name, seconds in _PERIOD_S.items() if seconds == period_s)
    return f"an {name}" if name == "hour" else f"a {name}"


def _sound_period_s(reading: Reading, quantity: Quantity) -> float:
    """Seconds in which so much sound comes in; 0 where the time isn't one of sound, or comes in once."""
    folded = reading.message.folded
    head, tail = (
        folded[max(0, quantity.start - 60) : quantity.start],
        folded[quantity.end : quantity.end + 90],
    )
    alone = quantity.scale >= 60 and not quantity.interval and quantity.one is None
    sound = _OF_SOUND.match(tail) if alone else None
    if sound is None:
        return 0.0
    period = _PER_PERIOD.match(tail[sound.end() :]) or _EVERY.search(head)
    return _seconds_of(period) if period else 0.0


def _seconds_of(period: re.Match[str]) -> float:
    return float(_PERIOD_S[period[1] or _ADVERBS[period[2]]])


def read_pictures(reading: Reading) -> None:
    """`four pictures per request`: where pictures are made or read a few at a time."""
    for quantity in reading.open("count"):
        if quantity.noun != "frames" or quantity.period_s or reading.has("images_per_request"):
            continue
        each = reading.near(quantity, _hits(reading, "at_a_time"), 4) <= 4
        if each and quantity.high <= MOST_PICTURES:
            reading.quantity("images_per_request", quantity)


def read_runs(reading: Reading) -> None:
    """`nightly over 4 million subscribers`: items of one run, and runs a day."""
    cadence = next(
        (hit for hit in _cadence().find(reading.message) if reading.scopes.states(hit.first)), None
    )
    pattern = next((item.value for item in reading.updates if item.field == "processing_pattern"), None)
    if cadence is None or pattern not in ("batch", "micro_batch") or reading.has("request_rate_rps"):
        return
    sentence = reading.message.tokens[cadence.first].sentence
    for quantity in reading.quantities:
        people = quantity.noun in ("users", "customers", "neutral")
        counted = quantity.dimension == "count" and quantity.low >= FEWEST_ITEMS
        counted = counted and (people or not quantity.period_s)
        if (
            counted
            and reading.message.tokens[quantity.first].sentence == sentence
            and quantity.noun in _ITEMS
        ):
            reading.number(
                "items_per_run",
                quantity.low,
                quantity.high,
                (quantity.start, quantity.end),
                origin="inferred",
            )
            reading.use(quantity)
            runs = float(cadence.tag)
            reading.number("runs_per_day", runs, runs, (cadence.start, cadence.end), origin="inferred")
            return


_ITEMS = (
    "users",
    "customers",
    "documents",
    "messages",
    "requests",
    "frames",
    "vectors",
    "neutral",
    "examples",
)


def _hits(reading: Reading, kind: str) -> list[Hit]:
    return reading.hits(_phrases(), kind)


@cache
def _phrases() -> Phrases:
    return compile_phrases({"at_a_time": words("media", "at_a_time")})


@cache
def _cadence() -> Phrases:
    phrases = Phrases()
    for runs, texts in table("media")["cadence"].items():
        phrases.add(float(runs), texts)
    return phrases
