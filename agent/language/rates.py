"""Request, event and ingest rates: counts with a period, frequencies, intervals, shares, per-user rates."""

from bisect import bisect_left
from dataclasses import replace
from functools import cache

from .lexicon import table, words
from .phrases import Hit, Phrases, compile_phrases
from .quantity import Quantity
from .reading import Reading
from .sources_of_rate import of_all_sources
from .understanding import MissingUnit

_DAY = 86400.0
_REQUESTS = ("requests", "frames", "messages", "calls_model")

_MINUTE = 60
_PLAIN_REQUESTS = ("request", "quer", "anfrage", "requete")


def read_rates(reading: Reading) -> None:
    """Every rate of the message, as mean or peak."""
    _intervals(reading)
    for quantity in reading.open("rate"):
        fps = "fps" in reading.words(quantity.start, quantity.end).lower()
        _request_rate(reading, of_all_sources(reading, quantity) if fps else quantity, 1.0)
    for quantity in reading.open("count", "bare"):
        if quantity.period_s:
            sent = quantity.noun in ("frames", "events") and quantity.period_s <= _MINUTE
            whole = of_all_sources(reading, quantity) if sent else quantity
            _counted(reading, _shared(reading, whole))
    _inherited(reading)
    for quantity in reading.open("data"):
        role = reading.role("data", quantity)
        if quantity.period_s and role.field != "ignore":
            reading.quantity("ingest_gb_per_day", quantity, _DAY / quantity.period_s)


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
        reading.quantity("users_total", quantity)
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
    if quantity.per_user:
        users = _users(reading)
        if users is None:
            reading.use(quantity)
            reading.missing.append(MissingUnit("users", reading.words(quantity.start, quantity.end)))
            return
        factor *= users
    peaks = [
        hit
        for hit in reading.around(_hits(reading, "peak"), quantity)
        if not _leads_on(reading, hit, quantity)
    ]
    peak = reading.near(quantity, peaks, 7)
    mean = reading.near(quantity, _hits(reading, "mean"), 7)
    field = "peak_rate_rps" if peak < mean else "request_rate_rps"
    if field == "request_rate_rps" and reading.has(field) and not _corrected(reading):
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


def _users(reading: Reading) -> float | None:
    """Users of this message, else of the conversation."""
    for quantity in reading.quantities:
        if (
            quantity.dimension == "count"
            and quantity.noun in ("users", "customers", "team")
            and not quantity.period_s
        ):
            return quantity.middle
    known = reading.workload.get("users_total") or reading.workload.get("users_concurrent")
    value = known.point if known else None
    return value if isinstance(value, float | int) else None


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
            return replace(quantity, low=low, high=high, start=share.start, first=share.first)
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
        if trigger > competing and "request_rate" not in reading.asked:
            continue
        if trigger == float("inf") and "request_rate" not in reading.asked:
            continue
        counts = [
            q for q in reading.open("count") if q.last < quantity.first and quantity.first - q.last <= 3
        ]
        count = counts[-1] if counts else None
        start = quantity.start
        if count is not None:
            reading.use(count)
            start = count.start
        per = count.middle if count else 1.0
        rate = replace(quantity, low=per / quantity.high, high=per / quantity.low, start=start)
        _request_rate(reading, rate, 1.0)


def _hits(reading: Reading, kind: str) -> list[Hit]:
    return reading.hits(_phrases(), kind)


@cache
def _phrases() -> Phrases:
    return compile_phrases({kind: words("rates", kind) for kind in table("rates")})
