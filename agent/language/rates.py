"""Request, event and ingest rates: counts with a period, frequencies, intervals, shares, per-user rates."""

import re
from bisect import bisect_left
from dataclasses import replace
from functools import cache

from .intervals import is_sent, per_interval
from .lexicon import table, words
from .phrases import Hit, Phrases, compile_phrases
from .quantity import Quantity
from .reading import Reading
from .scope_of_rate import distributed
from .sources_of_rate import of_all_sources, sampled
from .totals import occasions, of_share, whole, written
from .understanding import Mismatch, MissingUnit

_DAY = 86400.0
_REQUESTS = ("requests", "frames", "messages", "calls_model")

_MINUTE = 60
_KILO = 1000
_PER_MANY = re.compile(r"\s*(?:per|for every|for each) (?:about |around )?\d")
_SOUND = re.compile(r"audio|sound|microphone|recording|speech|voice|acoustic|song|music|hydrophone")
_LIMITS = ("limited", "throttle", "quota", "capped", "allowed", "restricted")
REMARKABLE = 10
"""Times apart that a stated total and the computed one are told of."""
_PLAIN_REQUESTS = ("request", "quer", "anfrage", "requete")


def read_rates(reading: Reading) -> None:
    """Every rate of the message, as mean or peak; what is stated for all comes before what is multiplied."""
    _intervals(reading)
    for quantity in _totals_first(reading, reading.open("rate")):
        _of_rate(reading, quantity)
    for quantity in _totals_first(reading, reading.open("count", "bare")):
        if quantity.amount.first not in reading.used and (quantity.period_s or quantity.one):
            _of_count(reading, quantity)
    _inherited(reading)
    for quantity in reading.open("data"):
        role = reading.role("data", quantity)
        told = whole(reading, quantity) if quantity.period_s and role.field != "ignore" else None
        if told is not None:
            reading.quantity("ingest_gb_per_day", told, _DAY / quantity.period_s)


def _totals_first(reading: Reading, found: list[Quantity]) -> list[Quantity]:
    """What is told for an occasion takes the rate of the occasions; then what is stated for all."""

    def order(quantity: Quantity) -> int:
        if quantity.one is None:
            return 1
        return 0 if occasions(reading, quantity, quantity.one) else 2

    return sorted(found, key=order)


def _of_rate(reading: Reading, quantity: Quantity) -> None:
    """`5 rps`, `30 fps` of each camera."""
    if _is_sound(reading, quantity):
        return
    fps = "fps" in reading.words(quantity.start, quantity.end).lower()
    channels = None if fps else sampled(reading, quantity)
    if channels is not None and "request_rate" not in reading.asked:
        reading.quantity("events_per_s", channels)
        return
    sent = of_all_sources(reading, quantity) if fps else quantity
    told = sent if sent.made else whole(reading, sent)
    if (
        told is None
        and quantity.one is not None
        and not quantity.one.people
        and _is_of_device(reading, quantity)
    ):
        told = replace(quantity, one=None)
    if told is None:
        _ask_how_many(reading, quantity)
    else:
        _request_rate(reading, told, 1.0)


def _is_of_device(reading: Reading, quantity: Quantity) -> bool:
    """`10-30 Hz per model`: how fast one runs, where nobody says that there are more."""
    return re.search(r"hz|hertz|fps", reading.words(quantity.start, quantity.end).lower()) is not None


def _is_sound(reading: Reading, quantity: Quantity) -> bool:
    """`microphones sampled at 16 kHz`: how sound is recorded, not how often anything is asked."""
    sentence = reading.message.clause_span(quantity.first)
    audible = _SOUND.search(reading.message.folded, *sentence) is not None
    return audible and quantity.scale == _KILO


def _of_count(reading: Reading, quantity: Quantity) -> None:
    """A count with a period, or one that gets its period from those it's told for."""
    if _is_limit(reading, quantity) or _is_ratio(reading, quantity):
        reading.use(quantity)
        return
    sent = quantity.noun in ("frames", "events") and 0 < quantity.period_s <= _MINUTE
    told: Quantity | None = of_all_sources(reading, quantity) if sent else quantity
    if told is not None and not told.made and _is_work(reading, quantity):
        told = whole(reading, told)
    if told is None:
        if quantity.period_s:
            _ask_how_many(reading, quantity)
        return
    if not told.period_s or told.one:
        return
    shared = _shared(reading, told)
    of_all = distributed(reading, shared) if _is_work(reading, quantity) else shared
    if of_all is None:
        reading.use(quantity)
        words = reading.words(shared.start, shared.end)
        reading.missing.append(MissingUnit("request_rate", words, "scope"))
    else:
        _counted(
            reading, replace(of_all, noun="requests") if of_all.noun == "neutral" and of_all.made else of_all
        )


def _is_work(reading: Reading, quantity: Quantity) -> bool:
    """Whether the number counts what the system is asked to do, or what flows into it."""
    if quantity.noun == "calls_model" and not quantity.period_s:
        return False
    if quantity.noun in (*_REQUESTS, "documents", "events", "examples", "candidates", "vectors"):
        return True
    if quantity.noun == "neutral" and quantity.one is not None and quantity.one.nouns:
        return _is_worked_on(reading, quantity)
    spoken = reading.near(quantity, _hits(reading, "traffic")) < 9
    return not quantity.noun and quantity.dimension == "bare" and (spoken or "request_rate" in reading.asked)


def _is_ratio(reading: Reading, quantity: Quantity) -> bool:
    """`one new alert a day per 35 patients`: a proportion."""
    return _PER_MANY.match(reading.message.folded, quantity.end) is not None


def _is_worked_on(reading: Reading, quantity: Quantity) -> bool:
    """`each declarant classifies 90 lines a day`: a verb of work right before the number."""
    return any(0 < quantity.amount.first - hit.last <= 2 for hit in _hits(reading, "work"))


def _is_limit(reading: Reading, quantity: Quantity) -> bool:
    """`limited to 20 requests a minute for each key`: what somebody may ask, not what is asked."""
    head = reading.message.tokens[max(0, quantity.amount.first - 3) : quantity.amount.first]
    return any(token.text.startswith(_LIMITS) for token in head)


def _ask_how_many(reading: Reading, quantity: Quantity) -> None:
    reading.use(quantity)
    one = quantity.one
    end = max(quantity.end, reading.message.tokens[one.last].end if one else 0)
    reading.missing.append(MissingUnit("users", reading.words(quantity.start, end), "count"))


def ask_for_period(reading: Reading) -> None:
    """`300 requests`: a second, a day, a month? Asked back where it's plainly about traffic."""
    if reading.has("request_rate_rps") or reading.has("peak_rate_rps"):
        return
    for quantity in reading.open("count"):
        written = reading.words(quantity.start, quantity.end)
        plain = any(word in written.lower() for word in _PLAIN_REQUESTS) or "request_rate" in reading.asked
        if quantity.noun == "requests" and plain and not quantity.amount.word:
            reading.use(quantity)
            reading.missing.append(MissingUnit("request_rate", written, "time"))
            return


def read_peak_factor(reading: Reading) -> None:
    """`10x between peak and off-peak`, `four times the average`."""
    for quantity in reading.open("ratio"):
        role = reading.role("ratio", quantity)
        asked = "peak_factor" in reading.asked
        if role.field == "peak_factor" or (asked and role.field != "ignore"):
            reading.quantity("peak_factor", quantity, 1, role.hit)
        elif role.field == "ignore":
            reading.use(quantity)
    if "peak_factor" in reading.asked and not reading.has("peak_factor"):
        _multiple_in_words(reading)


def _multiple_in_words(reading: Reading) -> None:
    """`double on Mondays`, where the question was how much higher the peak is."""
    for hit in _multiples().find(reading.message):
        if reading.scopes.states(hit.first) and not reading.scopes.is_negated(hit):
            reading.number("peak_factor", hit.tag, hit.tag, (hit.start, hit.end))
            return


@cache
def _multiples() -> Phrases:
    phrases = Phrases()
    for factor, texts in table("growth")["multiples"].items():
        phrases.add(float(factor), texts)
    return phrases


def _inherited(reading: Reading) -> None:
    """`3 requests a second, climbing to 25`, `90 rps at lunch, 25 on average`: one unit for both."""
    if reading.has("request_rate_rps") == reading.has("peak_rate_rps"):
        return
    field, cues = (
        ("peak_rate_rps", "peak") if reading.has("request_rate_rps") else ("request_rate_rps", "mean")
    )
    first = next(
        (
            q
            for q in reading.quantities
            if q.amount.first in reading.used and (q.period_s or q.dimension == "rate")
        ),
        None,
    )
    for quantity in reading.open("bare"):
        if first is None or quantity.start < first.start or quantity.period_s:
            continue
        cue = reading.nearest(quantity, _hits(reading, cues), 4)
        role = reading.role("bare", quantity)
        together = role.field == "users_concurrent" and role.distance <= 3
        if cue is not None and not together:
            factor = first.scale if first.dimension == "rate" else 1 / first.period_s
            reading.quantity(field, quantity, factor, cue)
            return


def _counted(reading: Reading, quantity: Quantity) -> None:
    """A count with a period, by what it counts."""
    per_second = 1 / quantity.period_s
    noun = quantity.noun
    asked_rate = "request_rate" in reading.asked and "write_rate" not in reading.asked
    if noun == "events" and not asked_rate:
        reading.quantity("events_per_s", quantity, per_second)
    elif noun in ("users", "customers"):
        if any(q.noun in ("users", "customers") and not q.period_s for q in reading.beside(quantity)):
            return
        reading.quantity("users_total", of_share(reading, quantity))
    elif noun == "documents" and _is_ingest(reading, quantity):
        reading.quantity("ingest_docs_per_day", quantity, _DAY * per_second)
    elif noun in _REQUESTS or noun in ("documents", "vectors", "examples", "candidates", "events"):
        _request_rate(reading, quantity, per_second)
    elif not noun and quantity.dimension == "bare":
        _bare_rate(reading, quantity, per_second)
    elif noun in ("neutral", "calls_tool", "models", "team", "teams"):
        return


def _bare_rate(reading: Reading, quantity: Quantity, per_second: float) -> None:
    """`about 70 per second`: the rate of whatever was asked, or of a message that speaks of traffic."""
    if "write_rate" in reading.asked and "request_rate" not in reading.asked:
        field, factor = (
            ("events_per_s", per_second)
            if quantity.period_s <= 1
            else ("ingest_docs_per_day", _DAY * per_second)
        )
        reading.quantity(field, quantity, factor)
    elif "training_need" in reading.asked or (
        quantity.amount.word and quantity.high <= 1 and per_second < 1e-3
    ):
        return
    elif "request_rate" in reading.asked or reading.near(quantity, _hits(reading, "traffic")) < 9:
        _request_rate(reading, quantity, per_second)


def _request_rate(reading: Reading, quantity: Quantity, factor: float) -> None:
    peaks = [
        hit
        for hit in reading.around(_hits(reading, "peak"), quantity)
        if not _leads_on(reading, hit, quantity)
    ]
    peak = reading.near(quantity, peaks, 7)
    mean = reading.near(quantity, _hits(reading, "mean"), 7)
    field = "peak_rate_rps" if peak < mean else "request_rate_rps"
    if field == "request_rate_rps" and reading.has(field) and not _corrected(reading):
        _compare(reading, field, quantity, factor)
        return
    cue = reading.nearest(quantity, peaks, 7) if field == "peak_rate_rps" else None
    reading.quantity(field, quantity, factor, cue)


def _leads_on(reading: Reading, hit: Hit, quantity: Quantity) -> bool:
    """A cue right before a later number speaks of that number."""
    at = bisect_left(reading.firsts, hit.last + 1)
    if hit.first <= quantity.last or at >= len(reading.firsts) or reading.firsts[at] - hit.last > 3:
        return False
    tokens = reading.message.tokens
    return tokens[hit.last].clause == tokens[reading.firsts[at]].clause


def _corrected(reading: Reading) -> bool:
    return bool(reading.scopes.hits.get("correction"))


def _compare(reading: Reading, field: str, quantity: Quantity, factor: float) -> None:
    """A stated total wins over a computed one; where they lie far apart, that is said."""
    stated = next(item for item in reading.updates if item.field == field)
    value, computed = stated.point, quantity.middle * factor
    if not quantity.made or not isinstance(value, float) or value <= 0 or computed <= 0:
        return
    if max(value / computed, computed / value) >= REMARKABLE:
        told = f"{quantity.made} = {quantity.written}"
        reading.mismatches.append(Mismatch(field, stated.stated, told))


def _shared(reading: Reading, quantity: Quantity) -> Quantity:
    """`2% of 1.5 million checks a month` is one rate."""
    for share in reading.open("percent"):
        between = reading.message.folded[share.end : quantity.start].strip()
        if share.end <= quantity.start and between in (
            "of",
            "of the",
            "of our",
            "of about",
            "von",
            "de",
            "of those",
        ):
            reading.use(share)
            low, high = quantity.low * share.low / 100, quantity.high * share.high / 100
            told = replace(quantity, low=low, high=high, start=share.start, first=share.first)
            parts = (
                reading.words(share.start, share.end),
                quantity.made or reading.words(quantity.start, quantity.end),
            )
            return replace(told, made=" x ".join(parts), written=written(reading, quantity, low, high, 0))
    return quantity


def _is_ingest(reading: Reading, quantity: Quantity) -> bool:
    ingest = reading.near(quantity, _hits(reading, "ingest"), 9)
    work = reading.near(quantity, _hits(reading, "work"), 12)
    if ingest == work and ingest > 9:
        return "write_rate" in reading.asked or "data_freshness" in reading.asked
    return ingest < work


def _intervals(reading: Reading) -> None:
    """`a decision every 25 ns`, `one request every two seconds`."""
    for quantity in reading.open("time"):
        if not quantity.interval or quantity.low <= 0:
            continue
        trigger = reading.near(quantity, _hits(reading, "per_interval"), 7)
        other = reading.role("time", quantity)
        competing = other.distance if other.field not in ("e2e_latency_ms", "ignore", "") else 99
        sent = is_sent(reading, quantity)
        sent = sent or (quantity.one is not None and quantity.one.first > quantity.last)
        sent = sent or any(
            0 < quantity.first - q.last <= 3 and q.one for q in reading.open_beside(quantity, "count")
        )
        if trigger > competing and not sent and "request_rate" not in reading.asked:
            continue
        if trigger == float("inf") and not sent and "request_rate" not in reading.asked:
            continue
        rate = per_interval(reading, quantity)
        if rate is None:
            _ask_how_many(reading, quantity)
        elif rate.noun == "events" or (rate.made and trigger == float("inf")):
            reading.quantity("events_per_s", rate)
        else:
            _request_rate(reading, rate, 1.0)


def _hits(reading: Reading, kind: str) -> list[Hit]:
    return reading.hits(_phrases(), kind)


@cache
def _phrases() -> Phrases:
    return compile_phrases({kind: words("rates", kind) for kind in table("rates")})
