"""Budgets: money with its period, in the currency stated; other sums of money are set aside."""

import re
from dataclasses import replace

from .phrases import Hit
from .quantity import Quantity, unit_phrases
from .reading import Reading
from .understanding import MissingUnit, Several

_UNIT_PRICE = re.compile(
    r"\s*(?:per|for each|for every|a piece|apiece|each)\b"
    r"(?!\s+(?:month|year|week|day|quarter|annum|hour|night|project|run)\b)"
)
"""`1,500 USD per indicator`: the price of one thing, not what may be spent."""
_ONCE = re.compile(
    r",?\s*(?:in total|in all|altogether|all told|up ?front|one[- ]off|once|for everything|"
    r"insgesamt|einmalig)\b"
)
"""Right after a sum: it's spent once, whatever word of budgets stands before it."""
_SPENDING = re.compile(r"budget|spend|afford|\bpay|cost|allowance|capex|opex|kosten|ausgeben|depens")
"""Words of money that make a bare number beside them one; `in total` or `maximum` alone don't."""
_MONTHS = {2592000.0: 1.0, 7776000.0: 3.0, 31536000.0: 12.0, 604800.0: 0.22998, 86400.0: 1 / 30}
"""Seconds of a period -> months."""


def read_money(reading: Reading) -> None:
    """Monthly and one-off budgets; a second budget of the same kind is reported, not chosen."""
    _with_distant_currency(reading)
    for quantity in reading.open("money"):
        role = reading.role("money", quantity)
        once = _ONCE.match(reading.message.folded, quantity.end)
        priced = _UNIT_PRICE.match(reading.message.folded, _amount_end(reading, quantity))
        aside = role.field == "ignore" and role.distance <= 5 and "budget" not in reading.asked
        if priced or aside:
            reading.use(quantity)
        elif quantity.period_s >= 86400:
            _budget(reading, quantity, "budget_usd_month", 1 / _MONTHS[quantity.period_s])
        elif quantity.period_s:
            reading.use(quantity)
        elif once or role.field == "once":
            said = once and Hit("once", quantity.first, quantity.last, quantity.end, once.end())
            cue = said or role.hit
            _budget(reading, quantity, "budget_once_usd", 1.0, cue)
        elif role.field == "month" or "budget" in reading.asked:
            reading.use(quantity)
            words = reading.words(quantity.start, quantity.end)
            reading.missing.append(MissingUnit("budget", words, "period"))
    for quantity in reading.open("bare"):
        if _is_money(reading, quantity):
            reading.use(quantity)
            words = reading.words(quantity.start, quantity.end)
            reading.missing.append(MissingUnit("budget", words, "currency"))


def _amount_end(reading: Reading, quantity: Quantity) -> int:
    """Where the amount with its currency ends, before any period."""
    end = reading.message.tokens[quantity.amount.last].end
    following = reading.message.tokens[quantity.amount.last + 1 : quantity.amount.last + 2]
    named = following and any(
        h.tag[0] == "money" for h in unit_phrases().at(reading.message, quantity.amount.last + 1)
    )
    return max(end, following[0].end) if named else end


def _is_money(reading: Reading, quantity: Quantity) -> bool:
    """A number that a budget's word stands beside, or that answers the question for one, without a currency."""
    role = reading.role("money", quantity)
    beside = role.field in ("month", "once") and role.distance <= 2
    told = role.hit is not None and _SPENDING.search(reading.words(role.hit.start, role.hit.end).lower())
    return not quantity.amount.word and (
        ("budget" in reading.asked and (beside or bool(quantity.period_s)))
        or (beside and bool(told) and role.hit is not None and role.hit.start < quantity.start)
    )


def _with_distant_currency(reading: Reading) -> None:
    """`18 grand a month, in dollars`: a bare answer to the budget question and one currency elsewhere."""
    if "budget" not in reading.asked or any(q.dimension == "money" for q in reading.quantities):
        return
    codes = {str(h.tag[1]): h for h in unit_phrases().find(reading.message) if h.tag[0] == "money"}
    bare = [q for q in reading.open("bare") if q.low >= 10]
    if len(codes) != 1 or len(bare) != 1:
        return
    code, hit = next(iter(codes.items()))
    index = reading.quantities.index(bare[0])
    money = replace(bare[0], dimension="money", noun=code, end=max(bare[0].end, hit.end))
    reading.quantities[index] = money


def _budget(reading: Reading, quantity: Quantity, field: str, factor: float, cue: Hit | None = None) -> None:
    reading.use(quantity)
    words = reading.words(quantity.start, quantity.end)
    earlier = next((item for item in reading.updates if item.field == field), None)
    if earlier is not None and not reading.scopes.hits.get("correction"):
        reading.several.append(Several(field, (earlier.stated, words)))
        return
    code = quantity.noun
    currency = next((item for item in reading.updates if item.field == "currency"), None)
    if currency is not None and currency.value != code:
        reading.several.append(Several("currency", (str(currency.value), code)))
    low, high = (reading.convert(value * factor, code) for value in (quantity.low, quantity.high))
    span = reading.span(quantity, cue)
    reading.number(field, low, high, span, stated=_stated(quantity, field))
    if currency is None or currency.value != code:
        reading.choice("currency", code, span)


def _stated(quantity: Quantity, field: str) -> str:
    """`20,000 EUR/month`: amount, currency and period as the user gave them."""
    unit = {
        2592000.0: "/month",
        7776000.0: "/quarter",
        31536000.0: "/year",
        604800.0: "/week",
        86400.0: "/day",
    }
    period = unit.get(quantity.period_s, "") if field == "budget_usd_month" else ""
    amount = f"{quantity.low:,.10g}"
    if quantity.high != quantity.low:
        amount += f"-{quantity.high:,.10g}"
    return f"{amount} {quantity.noun}{period}"
