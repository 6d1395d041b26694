"""Files of measured runs as publishers write them: which kind of file it is, and what a predictor may see of a row.

Only the cells that describe the run are handed on. The measured value, the source, its address and who
submitted it never are, so a prediction can't depend on them.
"""

import csv
import math
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import BaseModel, ConfigDict

from knowledge import Knowledge
from knowledge.errors import InputRefused, UnknownName
from knowledge.hardware import Accelerator, resolve_accelerator
from knowledge.models import ModelSpec, resolve_model
from tools.sizing.measured_load import MeasuredLoad

from .vocabulary import data_file

Row = Mapping[str, str]


class Shape(BaseModel):
    """One kind of measured file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = ""
    needs: tuple[str, ...]
    any_of: tuple[str, ...] = ()
    """At least one of these columns, where any is named."""
    tells: tuple[str, ...]
    """Columns that tell it from other kinds; two of them make a file recognisable."""
    inputs: tuple[str, ...]
    """All that a prediction may depend on."""
    complete: tuple[str, ...]
    """Cells that a complete row fills."""
    measured: tuple[str, ...]
    units: dict[str, str] = {}
    """Unit -> metric, for a file with a value and without a metric."""
    always: bool = False
    """Every measured column is answered, present or not."""


class SizingData(BaseModel):
    """evals/data/sizing.yaml."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    shapes: dict[str, Shape]
    notes: tuple[str, ...]
    largest: float
    precisions: dict[str, str]
    precision_unstated: tuple[str, str]
    cores_unstated: float
    search_widths: tuple[str, ...]


class Asked(NamedTuple):
    """One figure of one row, before it is predicted."""

    row_id: str
    metric: str
    """As the predictions name it."""
    quantity: str
    """As the product knows it; differs where the file states a unit instead of a metric."""
    group: str
    inputs: dict[str, str]


class MeasuredFile(NamedTuple):
    """A recognised file."""

    shape: Shape
    rows: tuple[Row, ...]
    columns: tuple[str, ...]


@lru_cache(maxsize=1)
def sizing_data() -> SizingData:
    """The shapes and words, read once."""
    found = SizingData.model_validate(data_file("sizing.yaml"))
    named = {name: shape.model_copy(update={"name": name}) for name, shape in found.shapes.items()}
    return found.model_copy(update={"shapes": named})


def read_measured(path: Path) -> MeasuredFile:
    """The rows of `path`; InputRefused where it can't be read or isn't of a known kind."""
    try:
        with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
            reader = csv.DictReader(file, restkey=None)
            columns = tuple((name or "").strip() for name in reader.fieldnames or ())
            reader.fieldnames = list(columns)
            rows = tuple(_clean(row) for row in reader)
    except (csv.Error, OSError) as error:
        raise InputRefused(
            f"{path.name} can't be read as CSV ({error}).", "Give a CSV with a header."
        ) from error
    return MeasuredFile(recognise(columns, path.name), rows, columns)


def _clean(row: Mapping[Any, Any]) -> dict[str, str]:
    """Cells as text without blanks; what overflows the header is dropped."""
    return {key: value.strip() for key, value in row.items() if key and isinstance(value, str)}


def recognise(columns: Iterable[str], name: str = "The file") -> Shape:
    """The kind of file that has these columns."""
    present = set(columns)
    best, most = None, 1
    for shape in sizing_data().shapes.values():
        told = len(present & set(shape.tells))
        fits = present.issuperset(shape.needs) and (not shape.any_of or present & set(shape.any_of))
        if fits and told > most:
            best, most = shape, told
    if best is None:
        kinds = "; ".join(
            f"{kind}: {', '.join((*shape.needs, *shape.tells[:4]))}"
            for kind, shape in sizing_data().shapes.items()
        )
        raise InputRefused(
            f"{name} is of no known shape.", f"Its header should hold columns of one of these kinds: {kinds}."
        )
    return best


def asked(file: MeasuredFile, knowledge: Knowledge) -> list[Asked]:
    """Every figure that the file asks for: its metric, or each measured column."""
    return [
        item for number, row in enumerate(file.rows, 1) for item in asked_of(file, row, number, knowledge)
    ]


def asked_of(file: MeasuredFile, row: Row, number: int, knowledge: Knowledge) -> list[Asked]:
    """The figures of one row."""
    shape, identity = file.shape, row.get("row_id") or str(number)
    inputs = {name: row[name] for name in shape.inputs if _stated(name, row.get(name, "").lower())}
    if "notes" in inputs:
        inputs.update(_said_in(inputs.pop("notes")))
    group = row.get("group") or _group(knowledge, shape, inputs)
    return [
        Asked(identity, metric, quantity, group, inputs) for metric, quantity in _metrics(file, row, inputs)
    ]


def _stated(name: str, text: str) -> bool:
    """`nan` as a precision is a publisher's word for weights that weren't quantised, elsewhere for nothing."""
    return text not in ("", "nan", "none") or (name == "precision" and text in sizing_data().precisions)


def _metrics(file: MeasuredFile, row: Row, inputs: Row) -> list[tuple[str, str]]:
    shape = file.shape
    if "metric" in file.columns:
        metric = row.get("metric", "")
        return [(metric, metric or shape.units.get(inputs.get("unit", ""), ""))]
    columns = [name for name in shape.measured if shape.always or name in file.columns]
    if not columns:
        return [("value", shape.units.get(inputs.get("unit", ""), ""))]
    return [(name, name) for name in columns]


def _said_in(notes: str) -> dict[str, str]:
    """`avg_batch=127.7; avg_output_len=940` as columns; nothing else of the cell."""
    found = dict(re.findall(r"(\w+)=([^;\s]+)", notes))
    return {name: found[name] for name in sizing_data().notes if name in found}


def _group(knowledge: Knowledge, shape: Shape, inputs: Row) -> str:
    """Accelerator and architecture; the engine for vector rows."""
    if shape.name == "vectors":
        return inputs.get("engine", "")
    accelerator, model = inputs.get("accelerator") or inputs.get("gpu", ""), inputs.get("model", "")
    with suppress(InputRefused):
        accelerator = find_accelerator(knowledge, accelerator).key
    with suppress(InputRefused):
        model = resolve_model(knowledge, model).arch_key
    return f"{accelerator}|{model}"


def number(row: Row, name: str, least: float = 0.0) -> float | None:
    """A positive finite number, or None where the cell holds none."""
    value = parsed(row.get(name, ""))
    return value if value is not None and least < value <= sizing_data().largest else None


def parsed(text: str) -> float | None:
    """A finite number, or None."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def find_accelerator(knowledge: Knowledge, name: str) -> Accelerator:
    """The accelerator; a variant that isn't listed (`H100-96GB-HBM2e`) counts as the family that it begins with."""
    if not name:
        raise InputRefused("The row names no accelerator.")
    parts = name.split("-")
    for length in range(len(parts), 0, -1):
        try:
            return resolve_accelerator(knowledge, "-".join(parts[:length]))
        except UnknownName:
            continue
    return resolve_accelerator(knowledge, name)


def find_precision(text: str, accelerator: Accelerator) -> str:
    """The format of the weights; where none is known, the assumed one."""
    words = sizing_data()
    known = words.precisions.get(text.lower())
    if known:
        return known
    narrow, wide = words.precision_unstated
    return narrow if accelerator.fp8_tflops else wide


def serving_load(knowledge: Knowledge, row: Row, model: ModelSpec | None = None) -> MeasuredLoad:
    """A serving row as the predictor takes it; InputRefused says what is missing."""
    if not row.get("model"):
        raise InputRefused("The row names no model.")
    accelerator = find_accelerator(knowledge, row.get("accelerator", ""))
    parallelism = row.get("parallelism", "").lower()
    copies = re.search(r"(?:^|[-,])(?:adp|dep|da)(\d+)", parallelism)
    return MeasuredLoad(
        model or resolve_model(knowledge, row["model"]),
        accelerator,
        max(1, round(number(row, "n_accelerators") or 1)),
        find_precision(row.get("precision", ""), accelerator),
        row.get("scenario", ""),
        number(row, "input_tokens"),
        number(row, "output_tokens"),
        number(row, "concurrency"),
        data_parallel_attention=bool(copies) and copies is not None and int(copies[1]) > 1,
        engine=row.get("engine", ""),
        tpot_limit_ms=number(row, "constraint_tpot_ms"),
    )
