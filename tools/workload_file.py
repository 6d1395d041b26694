"""Workload files: `field: value` or `field: {value | low, high, unit}`, YAML or JSON.

Everything wrong is refused with its place; nothing is dropped silently. Units other than the field's own
are converted where the dimension is the same (ms/s/min/h, requests per second/minute/hour/day/month, GB/TB…).
"""

import math
import re
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import yaml

from knowledge import Knowledge
from knowledge.aliases import canonical, nearest
from knowledge.currencies import fx_rate
from knowledge.errors import InputRefused
from knowledge.hardware import resolve_accelerator, resolve_fleet
from knowledge.llm_prices import llm_prices
from knowledge.models import models, resolve_model
from knowledge.records import FieldSpec
from knowledge.unique_keys import problem_of, read_unique

from .cost.currency import convert
from .workload import Known, Workload

MAX_BYTES = 1_000_000
_MONEY = re.compile(r"([A-Z]{3})(/(?:month|year|quarter))?")
"""An amount in any currency with a reference rate: `GBP/month`."""
_PLACE = re.compile(r"EU|EEA|[A-Z]{2}(?:-[A-Z0-9]{1,3})?")
FACTORS: dict[str, dict[str, float]] = {
    "ms": {"ms": 1, "s": 1e3, "us": 1e-3, "ns": 1e-6, "min": 6e4},
    "s": {"s": 1, "ms": 1e-3, "min": 60, "h": 3600, "day": 86_400, "days": 86_400},
    "h": {"h": 1, "min": 1 / 60, "s": 1 / 3600, "day": 24, "days": 24},
    "requests/s": {
        "requests/s": 1, "rps": 1, "qps": 1, "requests/min": 1 / 60, "requests/h": 1 / 3600,
        "requests/day": 1 / 86_400, "requests/month": 1 / 2_592_000,
    },
    "events/s": {"events/s": 1, "events/min": 1 / 60, "events/h": 1 / 3600, "events/day": 1 / 86_400},
    "GB": {"GB": 1, "MB": 1e-3, "TB": 1e3, "PB": 1e6, "GiB": 1.073741824, "TiB": 1099.511627776},
    "bytes": {
        "bytes": 1, "B": 1, "kB": 1e3, "KB": 1e3, "MB": 1e6, "GB": 1e9,
        "KiB": 1024, "MiB": 1024**2, "GiB": 1024**3,
    },
    "TB": {"TB": 1, "GB": 1e-3, "PB": 1e3, "TiB": 1.099511627776},
    "USD/month": {"USD/month": 1, "USD/year": 1 / 12, "USD/quarter": 1 / 3},
    "W": {"W": 1, "kW": 1e3, "MW": 1e6},
}  # fmt: skip


def read_workload(path: Path, knowledge: Knowledge) -> Workload:
    """The workload in a file; InputRefused says where what is wrong."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise InputRefused(
                f"{path} is larger than {MAX_BYTES:,} bytes.", "A workload is a short list of fields."
            )
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise InputRefused(f"{path} can't be read: {error.strerror or error}.") from error
    except UnicodeDecodeError as error:
        raise InputRefused(f"{path} is not UTF-8 text.") from error
    return parse_workload(text, str(path), knowledge)


def parse_workload(text: str, where: str, knowledge: Knowledge) -> Workload:
    """The workload in a text of YAML or JSON."""
    try:
        content = read_unique(text)
    except RecursionError as error:
        raise InputRefused(
            f"{where} is nested too deeply.", "A workload is a flat list of fields."
        ) from error
    except yaml.YAMLError as error:
        problem = problem_of(error)
        raise InputRefused(f"{where}{', ' if problem.startswith('line ') else ': '}{problem}.") from error
    if not isinstance(content, dict) or not content:
        raise InputRefused(
            f"{where} holds no fields.", "Write lines like 'use_case: rag' and 'request_rate_rps: 12'."
        )
    return workload_of(content, where, knowledge)


def workload_of(content: Mapping[Any, Any], where: str, knowledge: Knowledge) -> Workload:
    """The workload in a mapping of fields, as a file holds it; `where` names its place in refusals."""
    return Workload(
        history=tuple(_known(str(key), value, where, knowledge) for key, value in content.items())
    )


def _known(field: str, raw: Any, where: str, knowledge: Knowledge) -> Known:
    spec = knowledge.fields.get(field)
    if spec is None:
        raise nearest(field, knowledge.fields, "field")
    place = f"{where}, {field}"
    if raw is None:
        raise InputRefused(f"{place}: there is no value.", "Give one, or leave the line out.")
    if isinstance(raw, dict):
        extra = set(raw) - {"value", "low", "high", "unit"}
        if extra:
            raise InputRefused(
                f"{place}: unknown key {sorted(extra)[0]!r}.", "Allowed: value, low, high, unit."
            )
        return _ranged(spec, raw, place, knowledge)
    return Known(
        field=field, value=_value(spec, raw, 1.0, place, knowledge), unit=spec.unit, text=f"{field}: {raw}"
    )


def _ranged(spec: FieldSpec, raw: dict[str, Any], place: str, knowledge: Knowledge) -> Known:
    factor = _factor(spec, raw.get("unit"), place, knowledge)
    ends = {
        key: _value(spec, raw[key], factor, place, knowledge)
        for key in ("value", "low", "high")
        if raw.get(key) is not None
    }
    if not ends:
        raise InputRefused(f"{place}: give a value, or low and high.")
    _check_range(spec, ends, place)
    return Known.model_validate(
        {
            "field": spec.name,
            **ends,
            "unit": spec.unit,
            "text": f"{spec.name}: {raw}",
            "stated": _stated(raw, spec),
        }
    )


def _check_range(spec: FieldSpec, ends: Mapping[str, Any], place: str) -> None:
    value, low, high = (ends.get(key) for key in ("value", "low", "high"))
    if spec.kind != "number":
        if low is not None or high is not None:
            raise InputRefused(f"{place}: {spec.name} has no range.", "Give a value.")
        return
    if low is not None and high is not None and low > high:
        raise InputRefused(f"{place}: low {low:g} is above high {high:g}.")
    if value is None and (high is None or (low is None and not spec.use_upper)):
        raise InputRefused(f"{place}: one end alone is no range.", "Give low and high, or a value.")
    if value is not None and not (value if low is None else low) <= value <= (
        value if high is None else high
    ):
        raise InputRefused(f"{place}: the value {value:g} lies outside its own range.")


def _stated(raw: dict[str, Any], spec: FieldSpec) -> str:
    unit = raw.get("unit") or spec.unit
    shown = raw["value"] if "value" in raw else f"{raw.get('low')} to {raw.get('high')}"
    return f"{shown} {unit}".strip()


def _factor(spec: FieldSpec, unit: Any, place: str, knowledge: Knowledge) -> float:
    if unit is None or unit == spec.unit:
        return 1.0
    factors = FACTORS.get(spec.unit, {})
    money = _MONEY.fullmatch(str(unit))
    if money and spec.unit.startswith("USD"):
        in_usd = f"USD{money[2] or ''}"
        if in_usd == spec.unit or in_usd in factors:
            rate = convert(knowledge, 1.0, money[1], "USD").typical
            return rate * factors.get(in_usd, 1.0)
    if str(unit) not in factors:
        allowed = ", ".join(factors) or spec.unit or "no unit"
        raise InputRefused(f"{place}: the unit {unit!r} is not one of {allowed}.")
    return factors[str(unit)]


def _value(
    spec: FieldSpec, raw: Any, factor: float, place: str, knowledge: Knowledge
) -> float | str | tuple[str, ...]:
    if spec.kind == "number":
        return _number(spec, raw, factor, place)
    if spec.kind in ("set", "ranking"):
        items = raw if isinstance(raw, list) else [raw]
        return tuple(_word(spec, item, place, knowledge) for item in items)
    return _word(spec, raw, place, knowledge)


def _number(spec: FieldSpec, raw: Any, factor: float, place: str) -> float:
    if isinstance(raw, bool) or not isinstance(raw, int | float):
        raise InputRefused(
            f"{place}: {raw!r} is not a number.", f"Give it in {spec.unit or 'plain figures'}."
        )
    value = float(raw) * factor
    if not math.isfinite(value):
        raise InputRefused(f"{place}: {raw} is not a finite number.")
    if (spec.minimum is not None and value < spec.minimum) or (
        spec.maximum is not None and value > spec.maximum
    ):
        raise InputRefused(f"{place}: {value:g} {spec.unit} is outside {spec.minimum:g} to {spec.maximum:g}.")
    return value


def _word(spec: FieldSpec, raw: Any, place: str, knowledge: Knowledge) -> str:
    word = {True: "yes", False: "no"}.get(raw, str(raw)) if isinstance(raw, bool) else str(raw)
    if spec.values and word not in spec.values:
        near = get_close_matches(word, spec.values, 3, 0.6) or spec.values
        raise InputRefused(f"{place}: {word!r} is not a value of {spec.name}.", f"Use {', '.join(near)}.")
    if spec.name in ("existing_components", "avoid_components") and word not in knowledge.components:
        raise nearest(word, knowledge.components, "component")
    if spec.name == "owned_accelerators":
        fleet = resolve_fleet(knowledge, word)
        return f"{max(fleet.count, 1):.0f}x{fleet.accelerator.key}"
    if spec.name == "accelerator_wanted":
        return resolve_accelerator(knowledge, word).key
    if spec.name == "currency":
        return fx_rate(knowledge, word).currency
    if spec.name == "residency" and not _PLACE.fullmatch(word):
        raise InputRefused(
            f"{place}: {word!r} is no place that data can be kept to.",
            "Give EU, or the two letters of a country as in ISO 3166: DE, US, IN.",
        )
    if spec.name == "model_named":
        _check_models(word, knowledge)
    return word


def _check_models(text: str, knowledge: Knowledge) -> None:
    """Refuse a model that is neither a known one, nor a family, nor a vendor's hosted models."""
    known = [_WORDS.findall(name) for name in (*models(knowledge), *llm_prices(knowledge))]
    for name in text.split(","):
        wanted, lower = canonical(name), name.lower()
        hosted = any(family in lower for family in knowledge.providers["hosted_families"])
        if not hosted and not any(_names(wanted, words) for words in known):
            resolve_model(knowledge, name.strip())


_WORDS = re.compile(r"[0-9A-Za-z.]+")


def _names(wanted: str, words: list[str]) -> bool:
    """Whether a name begins with `wanted` at one of its words: `llama`, `Sonnet`."""
    return any(canonical("".join(words[start:])).startswith(wanted) for start in range(len(words)))
