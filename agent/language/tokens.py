"""Tokens in and out, contexts, training tokens, repeats."""

import re

from .quantity import Quantity
from .reading import Reading

_BESIDE = 2
_IN_OUT = re.compile(r"\bin\b|\binput|\bprompt|\brein\b|\bentree", re.IGNORECASE)
_OUT = re.compile(r"\bout\b|\boutput|\bcompletion|\braus\b|\bsortie|\brepl|\banswer", re.IGNORECASE)


def read_tokens(reading: Reading) -> None:
    """Give every token count its field by the nearest cue."""
    for quantity in reading.open("tokens"):
        _tokens(reading, quantity)
    folded = reading.message.folded
    speaks = "tokens_per_request" in reading.asked or "token" in folded
    if not speaks and not (_IN_OUT.search(folded) and _OUT.search(folded)) and "onte" not in folded:
        return
    for quantity in reading.open("bare", "count"):
        counted = quantity.dimension == "count" and (not speaks or quantity.noun != "requests")
        if quantity.period_s or counted:
            continue
        _bare(reading, quantity, speaks)


def _tokens(reading: Reading, quantity: Quantity) -> None:
    role = reading.role("tokens", quantity)
    if quantity.period_s == 1 and quantity.one and quantity.low > 0 and not reading.has("tpot_ms"):
        reading.use(quantity)
        low, high = 1000 / quantity.high, 1000 / quantity.low
        reading.number("tpot_ms", low, high, (quantity.start, quantity.end))
        return
    if quantity.period_s or (role.field == "ignore" and role.distance <= _BESIDE):
        reading.use(quantity)
        return
    if role.field == "ignore":
        role = role._replace(field="", hit=None)
    field, cue = role.field, role.hit
    if quantity.low >= 1e9:
        field, cue = "training_tokens", None if role.field != "training_tokens" else role.hit
    elif field == "training_tokens" and quantity.high < 1e6:
        field, cue = "input_tokens", None
    elif not field:
        written = any(item.value == "content_generation" for item in reading.updates)
        short = "output_tokens" if written else "input_tokens"
        field = "context_tokens" if quantity.low >= 16000 else short
        if "tokens_per_request" not in reading.asked and reading.has("input_tokens"):
            field = ""
    if field and not reading.has(field):
        reading.quantity(field, quantity, 1, cue)


def _bare(reading: Reading, quantity: Quantity, speaks: bool) -> None:
    """`300 in, 50 out`, `32k context`, `output under 200` in a message that speaks of tokens."""
    role = reading.role("bare", quantity)
    if role.field == "context_tokens" and role.distance <= 3 and quantity.low >= 1000:
        reading.quantity("context_tokens", quantity, 1, role.hit)
    elif role.field not in ("input_tokens", "output_tokens") or role.distance > 5 or reading.has(role.field):
        return
    elif quantity.low >= 1 and _is_token_like(reading, quantity, speaks):
        reading.quantity(role.field, quantity, 1, role.hit)


def _is_token_like(reading: Reading, quantity: Quantity, speaks: bool) -> bool:
    """Without the word token, both a number in and a number out are needed."""
    if speaks:
        return True
    bare = [q for q in reading.quantities if q.dimension in ("bare", "count")]
    return len(bare) >= 2 and quantity.low >= 10
