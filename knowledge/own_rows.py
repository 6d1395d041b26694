"""Rows of price tables of the user's own: under a key of ours they change the columns that they fill."""

import csv
import fnmatch
import io
import math
import re
from collections.abc import Collection, Iterator
from datetime import date

from .checks.finding import Finding, error
from .errors import KnowledgeInvalid
from .files import DataFiles
from .hardware import TABLE as ACCELERATORS
from .layers import TABLES, Row, Table
from .library import Knowledge
from .models import TABLE as MODELS
from .own_reading import near, unsound_text
from .price_rows import YOURS
from .service_prices import ServicePrice

TOLD_BY_THE_ROW = ("as_of", "source", "confidence", "note")
"""Columns that say where a figure comes from: never taken from the row of ours that it replaces."""
REFERRING = {
    "cost/accelerator_prices.csv": {"accelerator": "accelerator", "mode": "component"},
    "cost/accelerator_purchase.csv": {"accelerator": "accelerator"},
    "cost/llm_prices.csv": {"provider": "provider"},
    "cost/media_prices.csv": {"provider": "provider"},
    "cost/rate_tiers.csv": {"provider": "component", "models": "model"},
    "cost/service_prices.csv": {"components": "component"},
    "cost/staff_rates.csv": {"currency": "currency"},
}
"""Columns that name something that must be known, since a price of what nobody knows is never read."""
FX, LIMITS = "cost/fx_rates.csv", "cost/rate_tiers.csv"
_DATE = re.compile(r"\d{4}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?)?")
PRICED = ("cost/llm_prices.csv", "cost/media_prices.csv")
INSTEAD = "Ours is used, if there is one."


def own_rows(
    files: DataFiles,
    names: tuple[str, ...],
    owner: str,
    base: Knowledge,
    findings: list[Finding],
    components: Collection[str] = (),
) -> dict[str, tuple[Row, ...]]:
    """Table -> the sound rows of the folder; `components`: the folder's own."""
    sold = (
        row["provider"] for name in ("llm", "media") for row in base.files.rows(f"cost/{name}_prices.csv")
    )
    known = {
        "component": {*base.components, *components},
        "provider": {*base.providers["providers"], *sold, *components},
        "accelerator": {row["key"] for row in base.files.rows(ACCELERATORS)},
        "currency": {row.get("currency", "") for row in (*_read(files, names, FX), *base.files.rows(FX))},
        "model": _models(files, names, base),
    }
    found = {}
    for name in names:
        if name in TABLES:
            rows = tuple(_rows(files, name, owner, base, findings, known))
            if rows:
                found[name] = rows
    return found


def _models(files: DataFiles, names: tuple[str, ...], base: Knowledge) -> set[str]:
    """What models are called that have a price, a limit or figures, with and without a provider's path: also the
    folder's own."""
    called = {row["key"] for row in base.files.rows(MODELS)}
    for table in PRICED:
        called |= {row.get("model", "") for row in (*_read(files, names, table), *base.files.rows(table))}
    for row in base.files.rows(LIMITS):
        called.update(row["models"].split("|"))
    return {form.casefold() for name in called for form in (name, name.rsplit("/", 1)[-1])} | called


def _read(files: DataFiles, names: tuple[str, ...], table: str) -> list[Row]:
    """The folder's rows as they are; none where it has no such file, or one that can't be read."""
    try:
        rows = csv.DictReader(io.StringIO(files.text(table)), strict=True) if table in names else ()
        return [{key: value for key, value in row.items() if key and isinstance(value, str)} for row in rows]
    except (KnowledgeInvalid, csv.Error):
        return []


def _rows(
    files: DataFiles,
    name: str,
    owner: str,
    base: Knowledge,
    findings: list[Finding],
    known: dict[str, set[str]],
) -> Iterator[Row]:
    table = TABLES[name]
    try:
        given = list(csv.DictReader(io.StringIO(files.text(name)), strict=True))
    except (KnowledgeInvalid, csv.Error) as broken:
        findings.append(error(name, "", f"It can't be read: {broken}"))
        return
    if not given or not _columns_known(name, given[0], table, findings):
        return
    held = {table.key(row): row for row in base.files.rows(name)}
    seen: set[tuple[str, ...]] = set()
    for row in given:
        key = table.key(row)
        label = " ".join(part for part in key if part) or "a row without a key"
        if key in seen:
            findings.append(error(name, label, "The row stands twice; the first counts."))
            continue
        seen.add(key)
        try:
            sound = _row(row, held.get(key, {}), table, owner)
            _check_references(sound, REFERRING.get(name, {}), known)
            yield sound
        except KnowledgeInvalid as invalid:
            findings.append(error(name, label, f"{invalid.message} {INSTEAD}"))


def _columns_known(name: str, row: Row, table: Table, findings: list[Finding]) -> bool:
    known = set(table.model.model_fields)
    columns = {str(column) for column in row if column is not None}
    for column in sorted(columns - known):
        findings.append(
            error(
                name,
                column,
                f"Unknown column {column!r}.{near(column, known)} None of the file's rows is used.",
            )
        )
    needed = {column for column in table.columns if table.model.model_fields[column].is_required()}
    missing = sorted(needed - columns)
    if missing:
        findings.append(error(name, ", ".join(missing), "The column is needed to tell rows apart."))
    return columns <= known and not missing


def _row(given: Row, ours: Row, table: Table, owner: str) -> Row:
    if None in given or None in given.values():
        raise KnowledgeInvalid("It has more or fewer cells than the heading.")
    if unsound_text(dict(given)) or any(_endless(value) for value in given.values()):
        raise KnowledgeInvalid("It holds control characters, or a number without end.")
    unit = given.get("unit", "").strip() if table.model is ServicePrice else ""
    if unit and ours and unit != ours["unit"]:
        raise KnowledgeInvalid(f"It is in {unit}, and ours, which formulas read, in {ours['unit']}.")
    row = {column: value for column, value in ours.items() if column not in TOLD_BY_THE_ROW}
    row |= {column: " ".join(value.split()) for column, value in given.items() if value.strip()}
    row["source"] = _source(row, given, ours, owner)
    if "confidence" in table.model.model_fields:
        row.setdefault("confidence", "high")
    wrong = table.problem(row)
    if wrong:
        raise KnowledgeInvalid(f"{wrong}.")
    return {column: row.get(column, "") for column in table.model.model_fields}


def _source(row: Row, given: Row, ours: Row, owner: str) -> str:
    """Whose it is, what they say of it, and where the figures were read that theirs leaves open."""
    said = row.get("source", "")
    open_ = [column for column, value in ours.items() if value and column not in TOLD_BY_THE_ROW]
    rest = any(not given.get(column, "").strip() and _is_figure(ours[column]) for column in open_)
    told = (said, f"what it leaves open: {ours['source']}, {ours.get('as_of', '')}" if rest else "")
    about = "; ".join(part for part in told if part)
    return f"{YOURS}{owner}){f': {about}' if about else ''}"


def _check_references(row: Row, referring: dict[str, str], known: dict[str, set[str]]) -> None:
    """KnowledgeInvalid for a name that nothing has, or a date to come."""
    for column, kind in referring.items():
        names = row.get(column, "").split("|" if kind == "model" else None)
        for name in names:
            if name not in known[kind] and not (
                kind == "model" and fnmatch.filter(known[kind], name.casefold())
            ):
                raise KnowledgeInvalid(f"Unknown {kind} {name!r}.{near(name, known[kind])}")
    today, as_of = date.today().isoformat(), row.get("as_of", "")
    if as_of and not _DATE.fullmatch(as_of):
        raise KnowledgeInvalid(f"as_of {as_of!r} is no date such as {today}, {today[:7]} or {today[:4]}.")
    if as_of > today:
        raise KnowledgeInvalid(f"as_of {as_of} is in the future; today is {today}.")


def _is_figure(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _endless(text: str) -> bool:
    try:
        return not math.isfinite(float(text))
    except ValueError:
        return False
