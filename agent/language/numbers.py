"""The number grammar: digits with locale separators, magnitudes, number words, vague numbers, ranges."""

import re
from dataclasses import dataclass, replace

from .lexicon import table
from .message import Message, Token

_RANGE = re.compile(
    r"\s*(?:-|\u2013|\u2014|\.\.\.?|to|bis|a|or|oder|ou|until|up to)\s*(?:about |around |~)?[$\u20ac\u00a3]?"
)
_BETWEEN = re.compile(r"\s*(?:and|und|et|y|e|to)\s*")
_EXPONENT = re.compile(r"e\+?(\d{1,3})\b")
_POWER = re.compile(r"\s?\^\s?(\d{1,3})\b")
_MINUS_WORD = re.compile(r"\b(?:minus|negative)\s+$")
_MINUS = re.compile(r"(?:(?:^|[\s(])-|\b(?:minus|negative)\s+)$")


@dataclass(frozen=True, slots=True)
class Amount:
    """A number as written: one value (low == high) or a range, at tokens [first, last]."""

    low: float
    high: float
    first: int
    last: int
    start: int
    end: int
    magnitude: float = 1
    word: bool = False
    """Written in words."""
    plural: bool = False
    """A bare plural such as `millions` or `tens`."""

    @property
    def exact(self) -> bool:
        return self.low == self.high

    def times(self, factor: float) -> "Amount":
        return replace(self, low=self.low * factor, high=self.high * factor)


def amounts(message: Message, language: str, taken: frozenset[int] = frozenset()) -> list[Amount]:
    """All numbers of a message; tokens in `taken` belong to names and are skipped."""
    found: list[Amount] = []
    index = 0
    while index < len(message.tokens):
        amount = None if index in taken else _amount(message, index, language, taken)
        if amount is None:
            index += 1
        else:
            found.append(amount)
            index = amount.last + 1
    return _ranges(message, found)


def parse_digits(text: str, language: str = "en") -> float:
    """The value of a written number.

    >>> parse_digits("2,5"), parse_digits("2,500"), parse_digits("1.000.000"), parse_digits("1'000")
    (2.5, 2500.0, 1000000.0, 1000.0)
    """
    plain = re.sub(r"[\u00a0\u202f '\u2019]", "", text)[:40]
    comma, dot = plain.rfind(","), plain.rfind(".")
    if comma >= 0 and dot >= 0:
        decimal = "," if comma > dot else "."
    elif comma >= 0:
        decimal = "," if _is_decimal(plain, ",", language in ("de", "fr", "es", "it", "nl", "pt")) else ""
    else:
        decimal = (
            "." if dot >= 0 and _is_decimal(plain, ".", language not in ("de", "es", "it", "nl")) else ""
        )
    plain = "".join("." if c == decimal else c for c in plain if c == decimal or c not in ",.")
    try:
        return float(plain)
    except ValueError:
        return float(re.sub(r"\D", "", plain) or 0)


def _is_decimal(plain: str, mark: str, usual: bool) -> bool:
    """Whether a single kind of mark separates decimals; three digits after it are read by language."""
    groups = plain.split(mark)
    if len(groups) > 2:
        return False
    if len(groups[1]) == 3 and groups[0] != "0" and len(groups[0]) <= 3:
        return usual
    return True


def _amount(message: Message, index: int, language: str, taken: frozenset[int]) -> Amount | None:
    token = message.tokens[index]
    if token.number:
        return _digits(message, index, language)
    spoken = _spoken(message, index, taken)
    if spoken is not None and _MINUS_WORD.search(message.folded[max(0, token.start - 10) : token.start]):
        return spoken.times(-1)
    return spoken


def _digits(message: Message, index: int, language: str) -> Amount | None:
    tokens = message.tokens
    token = tokens[index]
    if token.glued and not tokens[index - 1].number:
        return None
    value = parse_digits(token.text, language)
    if _MINUS.search(message.folded[max(0, token.start - 10) : token.start]):
        value = -value
    if value > 0 and (power := _POWER.match(message.folded, token.end)):
        exponent = min(int(power[1]), 40)
        return Amount(value**exponent, value**exponent, index, index + 1, token.start, tokens[index + 1].end)
    if scientific := _EXPONENT.match(message.folded, token.end):
        value *= 10.0 ** min(int(scientific[1]), 40)
        return Amount(value, value, index, index + 1, token.start, tokens[index + 1].end)
    last, factor = _magnitude(tokens, index, token.text)
    return Amount(value * factor, value * factor, index, last, token.start, tokens[last].end, factor)


def _magnitude(tokens: tuple[Token, ...], index: int, digits: str) -> tuple[int, float]:
    """The last token and the factor of the magnitudes that follow a number."""
    spelled, glued = table("numbers")["magnitudes"], table("numbers")["glued_magnitudes"]
    last, factor = index, 1.0
    for at in range(index + 1, min(index + 3, len(tokens))):
        token = tokens[at]
        if token.clause != tokens[index].clause:
            break
        if token.text in spelled and not token.text.endswith("of"):
            last, factor = at, factor * spelled[token.text]
        elif at == index + 1 and token.glued and token.text in glued:
            last, factor = at, factor * glued[token.text]
        else:
            break
    return last, factor


def _spoken(message: Message, index: int, taken: frozenset[int]) -> Amount | None:
    """Number words, vague numbers and plurals from token `index`."""
    tokens, data = message.tokens, table("numbers")
    vague = _vague(tokens, index)
    if vague is not None:
        low, high, last, plural = vague
        at, factor = _magnitude(tokens, last, "") if not plural else (last, 1.0)
        low, high = low * factor, high * factor
        return Amount(low, high, index, at, tokens[index].start, tokens[at].end, factor, True, plural)
    small, large = data["words"], data["magnitudes"]
    total, current, at, used = 0.0, 0.0, index, -1
    factor = 1.0
    while at < len(tokens) and at not in taken and tokens[at].clause == tokens[index].clause:
        word = tokens[at].text
        value = _value(word, small)
        if value is not None and (current == 0 or _continues(current, value)):
            current += value
        elif word in large and used >= 0:
            factor = large[word]
            if factor < 1000:
                current *= factor
            else:
                total, current = total + current * factor, 0
        elif not (word in ("and", "und") and _joins(tokens, at, small)):
            break
        used, at = at, at + 1
    if used < 0 or tokens[used].text in ("and", "und"):
        return None
    value = total + current
    if factor == 1.0 and value < 20:
        used, value, factor = _after_point(tokens, used, value)
    used, value = _and_a_half(tokens, used, value, factor)
    return Amount(value, value, index, used, tokens[index].start, tokens[used].end, factor, True)


def _value(word: str, small: dict[str, float]) -> float | None:
    """A number word, also a German one that tells the ones first: `fünfundzwanzig`."""
    ones, _, tens = word.partition("und")
    if tens and small.get(ones, 10) < 10 and 20 <= small.get(tens, 0) <= 90:
        return small[ones] + small[tens]
    return small.get(word)


def _after_point(tokens: tuple[Token, ...], used: int, value: float) -> tuple[int, float, float]:
    """`one point two billion`: digits after the point, then a magnitude."""
    small, large = table("numbers")["words"], table("numbers")["magnitudes"]
    at, place = used + 2, 0.1
    if at >= len(tokens) or tokens[used + 1].text not in ("point", "komma", "virgule"):
        return used, value, 1.0
    if not small.get(tokens[at].text, 10) < 10:
        return used, value, 1.0
    while at < len(tokens) and small.get(tokens[at].text, 10) < 10:
        value, place, at = value + small[tokens[at].text] * place, place / 10, at + 1
    if at < len(tokens) and tokens[at].text in large:
        return at, value * large[tokens[at].text], float(large[tokens[at].text])
    return at - 1, value, 1.0


def _continues(current: float, following: float) -> bool:
    """`twenty five`, `three hundred five` and `soixante quinze` are one number, `two five` is not."""
    return (
        (current % 100 == 0 and following < 100)
        or (20 <= current % 100 <= 90 and current % 10 == 0 and following < 10)
        or (current % 100 == 60 and 10 <= following < 20)
    )


def _joins(tokens: tuple[Token, ...], at: int, small: dict[str, float]) -> bool:
    """`two hundred and fifty`: the and stands after a magnitude, before a small number."""
    if at + 1 >= len(tokens) or at == 0:
        return False
    return tokens[at - 1].text in ("hundred", "thousand") and tokens[at + 1].text in small


def _and_a_half(tokens: tuple[Token, ...], used: int, value: float, factor: float) -> tuple[int, float]:
    following = [token.text for token in tokens[used + 1 : used + 5]]
    if following[:3] == ["and", "a", "half"]:
        scale = table("numbers")["magnitudes"].get(following[3] if len(following) > 3 else "", 0)
        if scale:
            return used + 4, (value + 0.5) * scale
        return used + 3, value + 0.5 * max(factor, 1)
    return used, value


def _vague(tokens: tuple[Token, ...], index: int) -> tuple[float, float, int, bool] | None:
    """Low, high, last token and whether it's a bare plural, of `a few`, `half a`, `tens of millions`."""
    data = table("numbers")
    texts = [token.text for token in tokens[index : index + 4] if token.clause == tokens[index].clause]
    for length in (4, 3, 2, 1):
        key = " ".join(texts[:length])
        if length <= len(texts) and key in data["vague"]:
            low, high = data["vague"][key]
            return low, high, index + length - 1, False
    if texts[0] not in data["plurals"]:
        return None
    low, high = data["plurals"][texts[0]]
    last = index
    if len(texts) > 2 and texts[1] == "of" and texts[2] in data["plurals"]:
        scale = data["plurals"][texts[2]][0]
        low, high, last = low * scale, high * scale, index + 2
    elif len(texts) > 2 and texts[1] == "of" and texts[2] in data["magnitudes"]:
        scale = data["magnitudes"][texts[2]]
        low, high, last = low * scale, high * scale, index + 2
    return low, high, last, True


def _ranges(message: Message, found: list[Amount]) -> list[Amount]:
    """Neighbours joined by a range word become one amount."""
    joined: list[Amount] = []
    for amount in found:
        before = joined[-1] if joined else None
        merged = _range(message, before, amount) if before else None
        if merged is None:
            joined.append(amount)
        else:
            joined[-1] = merged
    return joined


def _range(message: Message, first: Amount, second: Amount) -> Amount | None:
    gap = message.folded[first.end : second.start]
    head = message.folded[max(0, first.start - 24) : first.start]
    opened = re.search(
        r"\b(?:between|btw|b/w|zwischen|entre|anywhere from|from|von|de)\s+(?:about |around |~)?\W?$", head
    )
    if not (_RANGE.fullmatch(gap) or (opened and _BETWEEN.fullmatch(gap))):
        return None
    if not (first.exact and second.exact) or first.low < 0:
        return None
    low = first.low
    if first.magnitude == 1 and second.magnitude > 1 and low < second.high / second.magnitude:
        low *= second.magnitude
    if low > abs(second.high) or second.high == 0:
        return None
    return replace(
        first, low=low, high=abs(second.high), last=second.last, end=second.end, magnitude=second.magnitude
    )
