"""Licences of open models are read where their makers state them, before a model may be recommended."""

import csv
from collections.abc import Iterator, Mapping

from ..errors import KnowledgeInvalid
from ..models import TABLE as MODELS
from ..models import ModelSpec, spec_of
from .facts import is_pinned
from .finding import Finding, error
from .tables import Tables

QUALITY, COLUMN = "perf/quality.csv", "licence_source"


def check_model_licences(tables: Tables) -> Iterator[Finding]:
    """Licences without their source, where a model may be recommended; sources that may change.

    A model whose licence couldn't be read has the confidence "low". A table without the column is one of before
    it, and isn't asked.
    """
    rows = _rows(tables, MODELS)
    if not any(COLUMN in row for row in rows):
        return
    rated = {row.get("model") for row in _rows(tables, QUALITY)}
    for row in rows:
        try:
            model = spec_of(row)
        except KnowledgeInvalid as invalid:
            yield error(MODELS, row.get("key") or "", str(invalid))
            continue
        if not is_pinned(model.licence_source):
            yield error(MODELS, model.key, f"The licence isn't pinned to a commit: {model.licence_source}.")
        if _unread(model) and model.sizeable and model.key in rated and model.confidence != "low":
            yield error(
                MODELS,
                model.key,
                f"The model may be recommended, but {COLUMN} doesn't say where {model.licence} was read; "
                "name the address, or set the confidence to low.",
            )


def model_licences_read(tables: Tables) -> int:
    """Open models whose licence was read where the maker states it."""
    rows = _rows(tables, MODELS)
    return sum(row.get("open_weights") == "true" and bool(row.get(COLUMN)) for row in rows)


def open_models_rated(tables: Tables) -> int:
    """Open language models with a licence and published quality results."""
    rated = {row.get("model") for row in _rows(tables, QUALITY)}
    rows = (row for row in _rows(tables, MODELS) if row.get("key") in rated and row.get("licence"))
    return sum(row.get("open_weights") == "true" and row.get("type") == "llm" for row in rows)


def _unread(model: ModelSpec) -> bool:
    return model.open_weights and bool(model.licence) and not model.licence_source


def _rows(tables: Tables, name: str) -> list[Mapping[str, str]]:
    """The rows of a table; none (with a finding) where it can't be read."""
    if not tables.files.is_plain(name):
        return []
    try:
        return list(tables.files.rows(name))
    except (KnowledgeInvalid, csv.Error) as broken:
        tables.findings.append(error(name, "", str(broken)))
        return []
