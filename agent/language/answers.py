"""Reads short answers in the light of what was asked: bare numbers, `no`, `whatever`, freshness words."""

from functools import cache

from tools.workload import Known, Origin

from .intents import dont_know
from .lexicon import table, words
from .phrases import Hit, Phrases
from .quantity import Quantity
from .reading import Reading
from .understanding import MissingUnit

_SHORT = 9
"""Words up to which a message counts as a bare answer."""
_REACH, _ASKED_REACH = 4, 7
"""Words between a number without a unit and its cue; farther where the question was about it."""


def read_freshness(reading: Reading) -> None:
    """`hourly`, `right away`: where freshness was asked or the message speaks of it."""
    if reading.has("freshness_s"):
        return
    asked = "data_freshness" in reading.asked
    cues = _freshness_cues().find(reading.message)
    for hit in _freshness().find(reading.message):
        near = any(
            reading.message.tokens[c.first].sentence == reading.message.tokens[hit.first].sentence
            and max(hit.first - c.last, c.first - hit.last) <= 3
            and not hit.first <= c.first <= hit.last
            for c in cues
        )
        inside = any(
            q.start <= hit.start < q.end and not hit.first <= q.first <= q.last <= hit.last
            for q in reading.quantities
        )
        if reading.scopes.states(hit.first) and not inside and (asked or near):
            seconds = float(hit.tag)
            reading.number("freshness_s", seconds, seconds, (hit.start, hit.end))
            return


def read_plain_units(reading: Reading) -> None:
    """`seconds`, `a minute is fine`: a unit alone as the answer to a question of time."""
    slots = {"latency_target": "e2e_latency_ms", "data_freshness": "freshness_s"}
    slot = next((s for s in reading.asked if s in slots), "")
    known = {
        reading.knowledge.fields[item.field].slot for item in reading.updates if item.unit in ("ms", "s", "h")
    }
    if not slot or slot in known:
        return
    for hit in _plain_units().find(reading.message):
        if reading.scopes.states(hit.first) and not any(
            q.first <= hit.first <= q.last for q in reading.quantities
        ):
            low, high = hit.tag
            factor = 1000.0 if slot == "latency_target" else 1.0
            reading.number(slots[slot], low * factor, high * factor, (hit.start, hit.end))
            return


def read_short_answers(reading: Reading) -> None:
    """Words that answer an asked slot and would say nothing without the question."""
    answered = {reading.knowledge.fields[item.field].slot for item in reading.updates}
    if dont_know(reading.message) is not None:
        return
    several = len(set(reading.asked)) > 1
    for hit in _answers().find(reading.message):
        slot, field, value = hit.tag
        if several and _is_yes(reading, hit.first, hit.last):
            continue
        if slot not in reading.asked or reading.has(field) or not _stands_alone(reading, hit, slot, answered):
            continue
        _answer(reading, field, value, (hit.start, hit.end))


def is_vague_yes(reading: Reading) -> bool:
    """A yes that stands alone, though several things were asked: nobody knows what it's said to."""
    tokens = reading.message.tokens
    if len(set(reading.asked)) < 2 or not tokens or tokens[0].text not in words("asked", "affirmations"):
        return False
    first = [token for token in tokens if token.clause == tokens[0].clause]
    return all(token.text in words("asked", "affirmations") for token in first)


def _is_yes(reading: Reading, first: int, last: int) -> bool:
    return all(
        token.text in words("asked", "affirmations") for token in reading.message.tokens[first : last + 1]
    )


def read_bare_numbers(reading: Reading) -> None:
    """A number without a unit fills the field of the asked slot, or its unit is asked for."""
    for quantity in reading.open("bare"):
        role = reading.role("bare", quantity)
        slot = next((s for s in reading.asked if s in table("asked")["bare"]), "")
        if role.field == "ignore" and role.distance <= 2:
            continue
        if _is_time_limit(reading, quantity):
            reading.use(quantity)
            words = reading.words(quantity.start, quantity.end)
            reading.missing.append(MissingUnit("latency_target", words))
        elif (
            role.field not in ("", "ignore")
            and role.distance
            <= (_ASKED_REACH if reading.knowledge.fields[role.field].slot == slot else _REACH)
            and not reading.has(role.field)
            and _agrees(reading, role.field, slot)
            and not (quantity.period_s and reading.knowledge.fields[role.field].unit == "users")
        ):
            reading.quantity(role.field, quantity, 1, role.hit)
        elif slot and (not quantity.amount.word or quantity.high > 1 or len(reading.message.tokens) <= 4):
            _bare(reading, quantity, slot)


def _is_time_limit(reading: Reading, quantity: Quantity) -> bool:
    """`latency 300`: a limit on time right before a number without a unit."""
    role = reading.role("time", quantity)
    before = role.hit is not None and quantity.first - 3 <= role.hit.last < quantity.first
    return before and role.field in ("e2e_latency_ms", "ttft_ms", "tpot_ms") and not quantity.amount.word


def _agrees(reading: Reading, field: str, slot: str) -> bool:
    """A far cue doesn't take a number away from the question."""
    return field not in (
        "input_tokens",
        "output_tokens",
        "context_tokens",
        "retrain_per_month",
        "models_selfhosted",
    ) or (reading.knowledge.fields[field].slot == slot or field in ("models_selfhosted", "context_tokens"))


def _bare(reading: Reading, quantity: Quantity, slot: str) -> None:
    field = table("asked")["bare"][slot]
    following = reading.message.tokens[quantity.last + 1 : quantity.last + 2]
    if quantity.amount.plural and following and following[0].text in ("of", "de", "von"):
        reading.use(quantity)
        return
    vague = [
        i for i in reading.updates if reading.knowledge.fields[i.field].slot == slot and i.low is not None
    ]
    if len(vague) == 1 and quantity.amount.exact and not quantity.amount.word:
        reading.updates.remove(vague[0])
        reading.quantity(vague[0].field, quantity, _unit_of(reading, vague[0]))
        return
    if any(
        reading.knowledge.fields[item.field].slot == slot
        and item.field != "latency_percentile"
        and item.origin == "stated"
        for item in reading.updates
    ):
        return
    if slot == "corpus_size" and _counts_things(reading, quantity):
        reading.quantity("corpus_documents", quantity)
        return
    if field == "missing":
        reading.use(quantity)
        reading.missing.append(MissingUnit(slot, reading.words(quantity.start, quantity.end)))
    else:
        reading.quantity(field, quantity)


def _unit_of(reading: Reading, vague: Known) -> float:
    """`thousands of reviews a day, take 5,000`: the exact number has the unit of the vague one."""
    for other in reading.quantities:
        if (
            vague.span is not None
            and vague.span[0] <= other.start < vague.span[1]
            and other.high
            and vague.high
        ):
            return vague.high / other.high
    return 1.0


def _counts_things(reading: Reading, quantity: Quantity) -> bool:
    """`650,000 sheets`: an unknown noun after a number still is a thing that is counted."""
    tokens = reading.message.tokens
    at = quantity.last + 1
    if at >= len(tokens) or tokens[at].number or tokens[at].clause != tokens[quantity.last].clause:
        return False
    return quantity.low >= 2 and tokens[at].text not in words("stop", "noun_stops")


def _stands_alone(reading: Reading, hit: Hit, slot: str, answered: set[str]) -> bool:
    """`no` answers only as a short message or the first word; longer phrases anywhere."""
    length = len(reading.message.tokens)
    if slot in answered and hit.length < 2:
        return False
    if hit.length >= 2:
        return hit.first == 0 or length <= _SHORT
    return length <= 2 or (
        hit.first == 0 and reading.message.tokens[hit.first].clause != reading.message.tokens[1].clause
    )


def _answer(reading: Reading, field: str, value: str, span: tuple[int, int]) -> None:
    kind = reading.knowledge.fields[field].kind
    if kind == "number":
        origin: Origin = "inferred" if field == "availability_pct" else "stated"
        reading.number(field, float(value), float(value), span, origin=origin)
    elif kind == "set":
        reading.choice(field, (value,) if value else (), span)
    else:
        reading.choice(field, value, span)


@cache
def _plain_units() -> Phrases:
    phrases = Phrases()
    for entry in table("asked")["plain_units"]:
        phrases.add((float(entry["low"]), float(entry["high"])), entry["phrases"])
    return phrases


@cache
def _freshness() -> Phrases:
    phrases = Phrases()
    for entry in table("asked")["freshness"]:
        phrases.add(float(entry["seconds"]), entry["phrases"])
    return phrases


@cache
def _freshness_cues() -> Phrases:
    phrases = Phrases()
    phrases.add("cue", table("asked")["freshness_cues"])
    return phrases


@cache
def _answers() -> Phrases:
    phrases = Phrases()
    for slot, fields in table("asked")["answers"].items():
        for field, values in fields.items():
            for value, texts in values.items():
                phrases.add((slot, field, str(value)), texts)
    return phrases
