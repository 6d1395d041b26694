"""JSON, XML and YAML of strangers: no entity, no NaN, no depth without end, no number that isn't one."""

import json
import math
import re
from datetime import date
from typing import Any
from xml.etree import ElementTree

import yaml

from ..errors import RefreshRefused

DAMAGED = "It may have been cut off: try again later; what we hold stays in use."
CHANGED = "Its form has changed or it isn't the source that was meant; what we hold stays in use."
_YAML_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_PLAIN = re.compile(r"[^\w .,:+/@()-]")


def read_json(content: bytes, title: str) -> Any:
    """A JSON document."""
    try:
        return json.loads(content, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise RefreshRefused(f"{title}: the answer isn't sound JSON ({_short(error)}).", DAMAGED) from error


def read_xml(content: bytes, title: str) -> ElementTree.Element:
    """An XML document without a document type, which is where entities come from."""
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise RefreshRefused(
            f"{title}: the answer declares entities, which such a document doesn't need.", CHANGED
        )
    try:
        return ElementTree.fromstring(content)  # noqa: S314 - entities are refused above
    except (ElementTree.ParseError, ValueError, LookupError, RecursionError) as error:
        raise RefreshRefused(f"{title}: the answer isn't sound XML ({_short(error)}).", DAMAGED) from error


def read_yaml(content: bytes, title: str) -> Any:
    """A YAML document of plain values."""
    try:
        return yaml.load(content, Loader=_YAML_LOADER)  # noqa: S506 - CSafeLoader or SafeLoader
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise RefreshRefused(f"{title}: the answer isn't sound YAML ({_short(error)}).", DAMAGED) from error


def mapping(value: Any, title: str, what: str) -> dict[Any, Any]:
    """`value` as a mapping, or a refusal that names what should be one."""
    if not isinstance(value, dict):
        raise RefreshRefused(f"{title}: {what} is missing.", CHANGED)
    return value


def listing(value: Any, title: str, what: str) -> list[Any]:
    """`value` as a list, or a refusal that names what should be one."""
    if not isinstance(value, list):
        raise RefreshRefused(f"{title}: {what} is missing.", CHANGED)
    return value


def amount(value: Any) -> float | None:
    """A finite number; None for text, truth values, NaN and infinity."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def day(value: Any) -> date | None:
    """The day of an ISO date or time; None for anything else."""
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        return None


def scalar(value: Any) -> str:
    """A text or a number as text; empty for all else: a list of aliases is short until it is written out."""
    return str(value) if isinstance(value, str | int | float) else ""


def plain(value: Any, longest: int = 60) -> str:
    """A stranger's words without markup or control characters, cut to a length."""
    return _PLAIN.sub("", " ".join(scalar(value).split()))[:longest]


def figure(value: float, digits: int = 6) -> str:
    """A number as the tables write it: without exponent, to so many significant digits.

    >>> figure(2.5e-06 * 1e6), figure(98.32 / 8), figure(1e-7)
    ('2.5', '12.29', '0.0000001')
    """
    text = f"{value:.{digits}g}"
    return f"{float(text):.12f}".rstrip("0").rstrip(".") if "e" in text else text


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is no number")


def _short(error: Exception) -> str:
    return plain(str(error), 80) or type(error).__name__
