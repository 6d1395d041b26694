"""Newer public data, and the way back: what every source said, in words, and what was stored."""

import json
import sys
from argparse import Namespace
from collections.abc import Iterator
from datetime import date

from knowledge.errors import ConfigError, InputRefused
from knowledge.layers import packaged_part
from knowledge.refresh.refreshing import Outcome, Report, refresh
from knowledge.refresh.sources import chosen, read_sources
from knowledge.snapshots import alone, roll_back
from tui.settings import Settings

NOTHING, FAILED = 3, 4
SHOWN = 25
"""Changes of a source that are listed; --json lists all."""


def refresh_data(arguments: Namespace, settings: Settings) -> int:
    """Ask the public sources and store what is believed."""
    if settings.offline:
        raise InputRefused(
            "--offline forbids the network, which a refresh needs (it may be set in the configuration).",
            "Leave it out; what we hold stays in use.",
        )
    known = settings.published_knowledge()
    every = read_sources(known)
    sources = every if arguments.source is None else chosen(every, arguments.source)
    accepted = chosen(sources, arguments.accept) if arguments.accept else ()
    base = packaged_part(known)
    if settings.knowledge is not None and base is known:
        raise InputRefused(
            "A whole knowledge base of your own isn't refreshed.",
            "Refresh without --knowledge, or give a folder that is laid over ours.",
        )
    report = refresh(
        base,
        settings.cache_path(),
        sources,
        date.today(),
        dry_run=arguments.dry_run,
        accepted=frozenset(source.id for source in accepted),
        tell=lambda text: print(f"stackwright: {text}", file=sys.stderr),
    )
    for notice in report.notices:
        print(f"stackwright: {notice}", file=sys.stderr)
    if arguments.json:
        print(json.dumps(report.model_dump(mode="json"), ensure_ascii=False))
    else:
        print("\n".join(_told(report, arguments.dry_run)))
    return FAILED if any(item.state == "refused" for item in report.outcomes) else 0


def roll_data_back(arguments: Namespace, settings: Settings) -> int:
    """Put the data before the last refresh in force."""
    cache = settings.cache_path()
    with alone(cache):
        try:
            moved = roll_back(cache)
        except OSError as error:
            raise ConfigError(f"The cache {cache} can't be written: {error.strerror}.") from error
    if arguments.json:
        print(json.dumps({"from": moved[0] if moved else "", "to": moved[1] if moved else ""}))
    elif moved is None:
        print("Nothing to roll back: the packaged data are in use.")
    else:
        print(
            f"Rolled back from {moved[0]}: {f'{moved[1]} is' if moved[1] else 'the packaged data are'} in use."
        )
    return 0 if moved else NOTHING


def _told(report: Report, dry_run: bool) -> Iterator[str]:
    for outcome in report.outcomes:
        yield from _outcome(outcome)
    if dry_run:
        yield "Nothing was written: this was a dry run."
    elif report.snapshot:
        yield f"Stored as {report.snapshot}; 'stackwright knowledge rollback' takes it back."
    else:
        yield "Nothing new was stored."


def _outcome(outcome: Outcome) -> Iterator[str]:
    if outcome.state == "refused":
        yield f"{outcome.title}: not taken. {outcome.message} {outcome.hint}".rstrip()
        return
    count = len(outcome.changes)
    changed = f"{count} change{'' if count == 1 else 's'}"
    yield f"{outcome.title} of {outcome.as_of}: {changed}, {outcome.confirmed} as we hold them."
    yield from (f"  {text}" for text in outcome.changes[:SHOWN])
    if count > SHOWN:
        yield f"  … and {count - SHOWN} more (--json lists all)"
    for text in outcome.left_aside[:SHOWN]:
        yield f"  left aside: {text}"
    if len(outcome.left_aside) > SHOWN:
        yield f"  … and {len(outcome.left_aside) - SHOWN} more left aside"
