"""`stackwright eval sizing CSV`: what we predict for runs that somebody measured, and how wrong it is.

Every figure is predicted before any measured value is read. With `--leave-group-out` no coefficient, table or
neighbour that saw the row's group takes part: that is what to expect on a configuration never seen. Exit codes
as `eval advice`; a file of unknown shape is 4.
"""

import csv
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any, TextIO

from knowledge import Knowledge, load
from knowledge.errors import InputRefused
from knowledge.sizing_data import fitted_on

from .accuracy_page import Beside, page, rivals_of
from .measured_rows import MeasuredFile, asked_of, read_measured
from .published_points import compare
from .row_predictions import Answer, answer
from .sizing_scores import report, score

RAN, NO_CASE, IMPERFECT = 0, 3, 4
TITLES = {"training": "Training", "vectors": "Vector search, whole engines left out"}
COLUMNS = ("row_id", "metric", "predicted", "low", "high", "basis", "reason_if_none")


def run_sizing(
    path: Path,
    predictions: Path | None = None,
    json_output: bool = False,
    *,
    leave_group_out: bool = False,
    page_path: Path | None = None,
    against: Path | None = None,
    beside: Sequence[Path] = (),
    knowledge: Knowledge | None = None,
    stdout: TextIO | None = None,
    stderr: TextIO | None = None,
) -> int:
    """Predict every row of `path`; results go to `stdout`, problems to `stderr`.

    `page_path` receives the figures as a page, with another tool's errors on the same rows in `against`, and with
    the tasks of the files in `beside`.
    """
    out, err, known = stdout or sys.stdout, stderr or sys.stderr, knowledge or load()
    if not path.is_file():
        print(f"No row found at {path}. Give a CSV of measured runs.", file=err)
        return NO_CASE
    try:
        file = read_measured(path)
    except InputRefused as error:
        print(error, file=err)
        return IMPERFECT
    if not file.rows:
        print(f"{path.name} has a header and no row. Give a CSV of measured runs.", file=err)
        return NO_CASE
    scored = [score(file.shape, *pair) for pair in predict(file, known, leave_group_out)]
    if predictions is not None:
        write(predictions, (item.answer for item in scored))
    found = report(file.shape, scored, leave_group_out)
    if page_path is not None:
        rivals = rivals_of(against, (item.answer for item in scored)) if against else []
        others = [_beside(other, known, leave_group_out) for other in beside]
        written = _options(leave_group_out, page_path, against, beside)
        text = page(found, path, fitted_on(known), date.today(), rivals, others, compare(known), written)
        page_path.write_text(text, encoding="utf-8")
    print(json.dumps(found, indent=1, ensure_ascii=False) if json_output else table(found), file=out)
    return RAN


def _options(leave_group_out: bool, page_path: Path, against: Path | None, beside: Sequence[Path]) -> str:
    """The options by which a page was made, files by their names."""
    named = [("--page", page_path), *([("--against", against)] if against else [])]
    named += [("--beside", other) for other in beside]
    plain = " --leave-group-out" if leave_group_out else ""
    return plain + "".join(f" {option} {file.name}" for option, file in named)


def _beside(path: Path, knowledge: Knowledge, leave_group_out: bool) -> Beside:
    """The report on another file, named as a title."""
    file = read_measured(path)
    scored = [score(file.shape, *pair) for pair in predict(file, knowledge, leave_group_out)]
    return Beside(TITLES.get(file.shape.name, path.name), report(file.shape, scored, leave_group_out))


def predict(
    file: MeasuredFile, knowledge: Knowledge, leave_group_out: bool
) -> Iterator[tuple[dict[str, str], Answer]]:
    """Every row beside each answer to it."""
    for number, row in enumerate(file.rows, 1):
        for item in asked_of(file, row, number, knowledge):
            yield dict(row), answer(knowledge, item, file.shape.name, leave_group_out)


def write(path: Path, answers: Iterable[Answer]) -> None:
    """The predictions as CSV."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for item in answers:
            numbers = [_written(value) for value in (item.predicted, item.low, item.high)]
            writer.writerow([item.asked.row_id, item.asked.metric, *numbers, item.basis, item.reason])


def _written(value: float | None) -> str:
    return "" if value is None else f"{value:.6g}"


def table(found: dict[str, Any]) -> str:
    """The report for the console."""
    held = "each group left out" if found["leave_group_out"] else "nothing left out"
    lines = [
        f"{found['rows']} figures of shape {found['shape']}, {held}; answered {_share(found['answered'])}",
        "",
        f"{'task':22} rows groups answered  macro median  within  pairs in 80 %  high/low",
    ]
    lines += [_line(name, entry) for name, entry in found["tasks"].items()]
    lines += ["", f"{'source':58} rows answered complete answered  in 80 %"]
    for name, entry in found["by_source"].items():
        lines.append(
            f"{name[:58]:58} {entry['rows']:4} {_share(entry['answered']):>8} {entry['complete']:8} "
            f"{_share(entry['complete_answered']):>8} {_share(entry['in_interval']):>8}"
        )
    lines += ["", "Reasons where there is no figure:"] if found["reasons"] else []
    lines += [f"{count:6}  {reason}" for reason, count in found["reasons"].items()]
    return "\n".join(lines)


def _line(name: str, entry: dict[str, Any]) -> str:
    width = entry["width"]
    return (
        f"{name[:22]:22} {entry['rows']:4} {entry['groups']:6} {_share(entry['answered']):>8} "
        f"{_share(entry['macro_error']):>6} {_share(entry['median_error']):>6} {_share(entry['within']):>7} "
        f"{_share(entry['pairs_ordered']):>6} {_share(entry['in_interval']):>7} "
        f"{'-' if width is None else f'{width:.2f}':>9}"
    )


def _share(value: float | None) -> str:
    return "-" if value is None else f"{100 * value:.1f}%"
