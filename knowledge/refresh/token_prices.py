"""Token prices from litellm's public map; only of the models that we hold, each under the name it has there."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from ..layers import Row
from ..library import Knowledge
from .documents import amount, day, figure, mapping, plain, read_json
from .download import Answer
from .proposal import Proposal
from .sources import SourceSpec

TABLE = "cost/llm_prices.csv"
PER_MILLION = {
    "input_usd_per_m": "input_cost_per_token",
    "output_usd_per_m": "output_cost_per_token",
    "cache_read_usd_per_m": "cache_read_input_token_cost",
    "cache_write_usd_per_m": "cache_creation_input_token_cost",
    "batch_input_usd_per_m": "input_cost_per_token_batches",
    "batch_output_usd_per_m": "output_cost_per_token_batches",
}
COUNTS = {"max_input_tokens": "max_input_tokens", "max_output_tokens": "max_output_tokens"}
REQUIRED = ("input_usd_per_m", "output_usd_per_m", "usd_per_query")
"""Prices that a model which has them can't lose."""


def propose(answer: Answer, source: SourceSpec, knowledge: Knowledge, today: date) -> Proposal:
    """A row for each model that we hold and that the map still lists."""
    entries = mapping(read_json(answer.content, source.title), source.title, "the map of models")
    held = knowledge.files.rows(TABLE)
    rows: list[Row] = []
    refused: list[str] = []
    for row in held:
        entry = entries.get(row["model"])
        if not isinstance(entry, dict):
            continue
        missing = _missing(row, entry)
        if missing:
            refused.append(f"{row['model']}: {missing}.")
        else:
            rows.append(_row(row, entry, source, today))
    listed = sum(isinstance(entry, dict) for entry in entries.values())
    return Proposal(
        today, listed, len(held), len(rows) + len(refused), {TABLE: tuple(rows)}, refused=tuple(refused)
    )


def _missing(row: Row, entry: Mapping[str, Any]) -> str:
    """A price that we hold and that the entry doesn't give as a number above zero."""
    for column in REQUIRED:
        value = _price(column, entry)
        if row.get(column) and not value:
            given = entry.get(_key(column))
            return f"{column.replace('_', ' ')} is {plain(given)!r}, which is no price"
    return ""


def _key(column: str) -> str:
    return PER_MILLION.get(column, "input_cost_per_query")


def _price(column: str, entry: Mapping[str, Any]) -> float | None:
    value = amount(entry.get(_key(column)))
    return value * 1e6 if value and column in PER_MILLION else value


def _row(row: Row, entry: Mapping[str, Any], source: SourceSpec, today: date) -> Row:
    new = dict(row)
    for column in (*PER_MILLION, "usd_per_query"):
        value = _price(column, entry)
        if value:
            new[column] = figure(value)
    threshold = row.get("long_context_from_tokens") or ""
    if threshold.isdigit():
        value = amount(entry.get(f"input_cost_per_token_above_{int(threshold) // 1000}k_tokens"))
        new["long_context_input_usd_per_m"] = (
            figure(value * 1e6) if value else row["long_context_input_usd_per_m"]
        )
    for column, key in COUNTS.items():
        count = amount(entry.get(key))
        if count and 0 < count < 1e9:
            new[column] = str(int(count))
    ends = day(entry.get("deprecation_date"))
    if ends:
        new["deprecation_date"] = ends.isoformat()
    same = all(_same(row.get(column), new.get(column)) for column in PER_MILLION)
    return new | {
        "as_of": today.isoformat(),
        "confidence": row["confidence"] if same else "medium",
        "source": f"{source.title}, {source.url}",
    }


def _same(old: str | None, new: str | None) -> bool:
    return (old or "") == (new or "") or (bool(old and new) and float(old or 0) == float(new or 0))
