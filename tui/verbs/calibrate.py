"""Importing, listing and forgetting the user's own benchmark results."""

import json
import math
import sys
from argparse import Namespace
from collections.abc import Iterator, Sequence
from datetime import date

from knowledge import Knowledge
from knowledge.aliases import nearest
from knowledge.errors import InputRefused
from knowledge.own_runs import OwnRun
from knowledge.own_runs_store import only_writer, read_runs, store_path, stored_runs, write_runs
from tools.benchmarks.claims import Added
from tools.benchmarks.importing import Imported, expected_ms, import_files
from tools.measurements import load_in_words
from tui.settings import Settings, day

NOTHING, PART_FAILED = 3, 4


def run(arguments: Namespace, settings: Settings) -> int:
    asked = sum((bool(arguments.files), arguments.list, bool(arguments.remove)))
    if asked != 1:
        raise InputRefused(
            "Give result files, or --list, or --remove ID.", "stackwright calibrate --help has examples."
        )
    if arguments.list:
        return _list(arguments, settings)
    return _remove(arguments, settings) if arguments.remove else _import(arguments, settings)


def _import(arguments: Namespace, settings: Settings) -> int:
    knowledge, data = settings.open_knowledge(), settings.data_path()
    added = _added(arguments, settings)
    if arguments.dry_run:
        done = import_files(arguments.files, added, knowledge, _held(settings), settings.date())
    else:
        with only_writer(data):
            held = _held(settings)
            done = import_files(arguments.files, added, knowledge, held, settings.date())
            if done.new:
                write_runs(data, [*held, *done.new])
    if not done.new and not done.known:
        for problem in done.refused[:-1]:
            print(f"stackwright: {problem}", file=sys.stderr)
        raise done.refused[-1] if done.refused else InputRefused("The files hold no run.")
    _tell(done, arguments, knowledge, settings)
    return PART_FAILED if done.refused else 0


def _added(arguments: Namespace, settings: Settings) -> Added:
    for name in ("count", "replicas", "concurrency", "input_tokens", "output_tokens"):
        value = getattr(arguments, name)
        if value is not None and not (math.isfinite(value) and value >= 1):
            raise InputRefused(f"--{name.replace('_', '-')} {value:g} is below 1 or endless.")
    return Added(
        arguments.model_id, arguments.accelerator, arguments.count, arguments.precision, arguments.engine,
        arguments.input_tokens, arguments.output_tokens, arguments.concurrency, arguments.replicas,
        _day(arguments.date, settings.date()),
    )  # fmt: skip


def _day(text: str, today: date) -> date | None:
    if not text:
        return None
    try:
        found = day(text)
    except ValueError as error:
        raise InputRefused(f"--date: {error}.") from error
    if found > today:
        raise InputRefused(f"--date {found} is after {today}.")
    return found


def _tell(done: Imported, arguments: Namespace, knowledge: Knowledge, settings: Settings) -> None:
    for problem in done.refused:
        print(f"stackwright: {problem}", file=sys.stderr)
    for remark in done.remarks:
        print(f"stackwright: {remark}", file=sys.stderr)
    if arguments.json:
        print(_json(done, knowledge))
        return
    for item in done.new:
        print("\n".join(_imported(item, knowledge)))
    for item in done.known:
        print(f"{item.id}  was imported before from {item.file} of {item.as_of}: {load_in_words(item)}")
    if arguments.dry_run:
        print("Nothing was kept: this was a dry run.")
    elif done.new:
        print(
            f"Kept in {store_path(settings.data_path())}; used from now on wherever it bears on an estimate."
        )


def _imported(item: OwnRun, knowledge: Knowledge) -> Iterator[str]:
    yield f"{item.id}  {item.as_of}  {load_in_words(item)}"
    step, first = expected_ms(item, knowledge)
    for words, measured, expected in (
        ("time per token", item.tpot_ms, step),
        ("first token", item.ttft_ms, first),
    ):
        if measured is not None:
            beside = f"the formula alone {expected:,.3g} ms ({measured / expected:.2f} x)"
            yield f"    {words}: measured {measured:,.3g} ms, {beside}"


def _json(done: Imported, knowledge: Knowledge) -> str:
    content = {
        "imported": [{**_plain(item), "expected": _expected(item, knowledge)} for item in done.new],
        "known": [_plain(item) for item in done.known],
        "refused": [{"message": item.message, "hint": item.hint} for item in done.refused],
        "remarks": list(done.remarks),
    }
    return json.dumps(content, ensure_ascii=False)


def _expected(item: OwnRun, knowledge: Knowledge) -> dict[str, float]:
    step, first = expected_ms(item, knowledge)
    return {"tpot_ms": step, "ttft_ms": first}


def _plain(item: OwnRun) -> dict[str, object]:
    return item.model_dump(mode="json", exclude_none=True)


def _list(arguments: Namespace, settings: Settings) -> int:
    held = _held(settings)
    if arguments.json:
        print(json.dumps([_plain(item) for item in held], ensure_ascii=False))
    elif not held:
        print("No measurement of yours is kept.", file=sys.stderr)
    else:
        print("\n".join(_listing(held)))
    return 0 if held else NOTHING


def _held(settings: Settings) -> tuple[OwnRun, ...]:
    """What is kept; rows that can't be read are named, and fall out when the table is written anew."""
    read = read_runs(stored_runs(settings.data_path()))
    for finding in read.findings:
        print(f"stackwright: {finding.file}: {finding.message}", file=sys.stderr)
    return read.runs


def _listing(runs: Sequence[OwnRun]) -> Iterator[str]:
    for item in runs:
        yield f"{item.id}  {item.as_of}  {item.file} ({item.tool}): {load_in_words(item)}"


def _remove(arguments: Namespace, settings: Settings) -> int:
    data = settings.data_path()
    with only_writer(data):
        held = {item.id: item for item in _held(settings)}
        for wanted in arguments.remove:
            if wanted not in held:
                raise nearest(wanted, held, "measurement")
        gone = [held[wanted] for wanted in dict.fromkeys(arguments.remove)]
        if not arguments.dry_run:
            write_runs(data, [item for item in held.values() if item not in gone])
    if arguments.json:
        print(json.dumps({"removed": [item.id for item in gone]}))
    for item in gone if not arguments.json else ():
        print(f"{'Would forget' if arguments.dry_run else 'Forgot'} {item.id}, {item.citation}.")
    return 0
