"""Files in, runs of the user's own out: what is new, what was known, what isn't believed and why."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

from knowledge import Knowledge
from knowledge.errors import InputRefused
from knowledge.own_runs import OwnRun
from tools.sizing.options import modelled_ms
from tools.sizing.own_points import setting_of_run

from .claims import Added, own_run
from .plausibility import check_plausible, remarks
from .reading import read_results


class Imported(NamedTuple):
    """What came of the files."""

    new: tuple[OwnRun, ...]
    known: tuple[OwnRun, ...]
    """Measurements that were imported before."""
    refused: tuple[InputRefused, ...]
    remarks: tuple[str, ...]


def import_files(
    paths: Sequence[Path], added: Added, knowledge: Knowledge, held: Sequence[OwnRun], today: date
) -> Imported:
    """Read and check `paths` against what is held already."""
    have = {run.id: run for run in held}
    new: dict[str, OwnRun] = {}
    known: dict[str, OwnRun] = {}
    problems: list[InputRefused] = []
    for path in paths:
        try:
            file = read_results(path)
        except InputRefused as problem:
            problems.append(problem)
            continue
        problems += file.problems
        for result in file.results:
            try:
                run = own_run(result, added, knowledge, file.content, path.name, today)
                check_plausible(run, result, knowledge)
                _check_told_before(run, [*have.values(), *new.values()])
            except InputRefused as problem:
                problems.append(problem)
                continue
            if run.id in have:
                known[run.id] = have[run.id]
            else:
                new.setdefault(run.id, run)
    said = tuple(text for run in new.values() for text in remarks(run))
    return Imported(tuple(new.values()), tuple(known.values()), tuple(problems), said)


def expected_ms(run: OwnRun, knowledge: Knowledge) -> tuple[float, float]:
    """Time per token and first token that the formulas expect of a run's load, own measurements left out."""
    return modelled_ms(knowledge, setting_of_run(run, knowledge))


def _check_told_before(run: OwnRun, held: Sequence[OwnRun]) -> None:
    """The same file can't have run in two places."""
    for other in held:
        same_place = (other.model, other.accelerator, other.devices, other.precision) == (
            run.model, run.accelerator, run.devices, run.precision,
        )  # fmt: skip
        if other.digest == run.digest and not same_place:
            raise InputRefused(
                f"{run.file} was imported as {other.model} on {other.devices} x {other.accelerator}, {other.precision} "
                f"({other.id}).",
                f"If that was wrong: stackwright calibrate --remove {other.id}",
            )
