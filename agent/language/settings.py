"""Pasted settings, dashboards and tables: `avg_rps=62`, `max_model_len: 32768`, `| docs | 35,000 |`.

The key stands before its number, so the readers of prose would look on the wrong side.
"""

import re
from functools import cache
from typing import NamedTuple

from .lexicon import table
from .numbers import parse_digits
from .reading import Reading

_PAIR = re.compile(
    r"(?:(?<=[\s|,;{(\"'])|^)\"?(?P<key>[a-z][\w.\-/ ]{0,40}?)\"?\s*(?P<mark>[=:|])\s*\"?"
    r"(?P<number>\d[\d.,]*)\s*(?P<scale>[kmb](?![a-z]))?",
    re.MULTILINE,
)
_SCALES = {"k": 1e3, "m": 1e6, "b": 1e9}
_PERCENTILE = re.compile(r"^p(50|75|90|95|99)")


class Setting(NamedTuple):
    """What a key fills, and by which factor."""

    pattern: "re.Pattern[str]"
    field: str
    factor: float


def read_settings(reading: Reading) -> None:
    """Take every pair whose key we know; the number is then no longer read as prose."""
    for pair in _PAIR.finditer(reading.message.folded):
        key = re.sub(r"[\s./-]+", "_", pair["key"].strip())
        setting = next((item for item in _settings() if item.pattern.fullmatch(key)), None)
        written = "_" in key or pair["mark"] in "=|" or key in table("settings")["plain_keys"]
        if setting is None or not written or reading.has(setting.field):
            continue
        factor = _SCALES.get(pair["scale"] or "", 1.0) * setting.factor
        value = parse_digits(pair["number"].rstrip(".,")) * factor
        start, end = pair.start("key"), pair.end("scale") if pair["scale"] else pair.end("number")
        for quantity in reading.quantities:
            if start <= quantity.start < end:
                reading.use(quantity)
        reading.number(setting.field, value, value, (start, end))
        percentile = _PERCENTILE.match(key)
        if percentile and setting.field == "e2e_latency_ms" and not reading.has("latency_percentile"):
            share = float(percentile[1])
            reading.number("latency_percentile", share, share, (start, end))


@cache
def _settings() -> tuple[Setting, ...]:
    return tuple(
        Setting(re.compile(entry["keys"]), entry["field"], float(entry.get("factor", 1)))
        for entry in table("settings")["settings"]
    )
