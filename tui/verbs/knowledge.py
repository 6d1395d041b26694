"""Looking into the knowledge base: search, one record, sizes, checks, judged thresholds, and what is overdue."""

import json
import sys
from argparse import Namespace
from collections.abc import Callable, Sequence

from pydantic import BaseModel

from knowledge import Knowledge
from knowledge.listing import show, stale
from knowledge.stats import stats
from tui.settings import Settings

NOTHING, FAILED = 3, 4


def run(arguments: Namespace, settings: Settings) -> int:
    if arguments.action in READING:
        for remark in settings.knowledge_remarks():
            print(f"stackwright: {remark}", file=sys.stderr)
    return ACTIONS[arguments.action](arguments, settings)


def _search(arguments: Namespace, settings: Settings) -> int:
    from .knowledge_search import search_knowledge

    return search_knowledge(arguments, settings)


def _show(arguments: Namespace, settings: Settings) -> int:
    from knowledge.errors import NothingHeld, UnknownName

    knowledge = settings.open_knowledge()
    try:
        print(_shown(arguments.id, knowledge))
    except (UnknownName, NothingHeld) as error:
        print(f"stackwright: {error}", file=sys.stderr)
        return NOTHING
    return 0


def _shown(identity: str, knowledge: Knowledge) -> str:
    from knowledge.errors import UnknownName

    try:
        return show(knowledge, identity)
    except UnknownName:
        return _cited(identity, knowledge)


def _cited(identity: str, knowledge: Knowledge) -> str:
    """What stands behind an id that a recommendation cites; UnknownName where nothing does."""
    from agent.evidence import standing
    from knowledge.errors import InputRefused
    from tools.registry import evidence_named

    if identity.startswith(("calc/", "user/")):
        raise InputRefused(
            f"{identity} belongs to one recommendation: it was computed from that workload, or is what you said.",
            "Its text stands among the sources of that answer and in 'stackwright advise FILE --json'.",
        )
    found = evidence_named(identity, knowledge) or standing(identity, knowledge)
    if found is None:
        return show(knowledge, identity)
    dated = f"\nas of {found.as_of}" if found.as_of else ""
    source = f"\n{found.source}" if found.source else ""
    return f"{found.id}\n{found.text}{dated}{source}"


def _stats(arguments: Namespace, settings: Settings) -> int:
    found = stats(settings.open_knowledge(), settings.date())
    if arguments.json:
        print(found.model_dump_json())
        return 0
    for name, value in found.model_dump().items():
        words = name.replace("_", " ")
        if isinstance(value, dict):
            print(f"{words}: {', '.join(f'{key} {count:,}' for key, count in value.items())}")
        elif isinstance(value, float):
            print(f"{words}: {value * 100:.1f} %")
        else:
            print(f"{words}: {value:,}" if isinstance(value, int) else f"{words}: {value}")
    return 0


def _verify(arguments: Namespace, settings: Settings) -> int:
    from knowledge.verify import verify

    findings = verify(settings.open_knowledge(), settings.date())
    errors = [item for item in findings if item.severity == "error"]
    warnings = [item for item in findings if item.severity == "warning"]
    if arguments.json:
        print(_json(findings))
        return FAILED if errors else 0
    for title, group in (("Errors", errors), ("Warnings", warnings)):
        if group:
            print(f"{title} ({len(group)})")
            for item in group:
                print(f"  {item.file}: {f'{item.id}: ' if item.id else ''}{item.message}")
    if not findings:
        print("The knowledge base keeps all its rules.")
    return FAILED if errors else 0


def _stale(arguments: Namespace, settings: Settings) -> int:
    as_of = settings.date()
    facts = stale(settings.open_knowledge(), as_of)
    if arguments.json:
        print(_json(facts))
        return 0
    for fact in facts:
        print(f"{fact.review_by}  {(as_of - fact.review_by).days:>5} days  {fact.id}  {fact.source.url}")
    print(f"stackwright: {len(facts)} facts past their review date at {as_of}.", file=sys.stderr)
    return 0


def _thresholds(arguments: Namespace, settings: Settings) -> int:
    from knowledge.judged_lines import judged_thresholds

    found = judged_thresholds(settings.open_knowledge())
    if arguments.json:
        print(_json(found))
        return 0
    compared = ""
    for item in found:
        if item.compared != compared:
            compared = item.compared
            print(compared)
        print(f"  {item.number:,.15g}: {', '.join(item.drawn_by)}")
    print(
        f"stackwright: {len(found)} thresholds by judgement, with what draws them. A record of yours under the same id "
        "redraws its lines (docs/knowledge.md).",
        file=sys.stderr,
    )
    return 0


def _json(items: Sequence[BaseModel]) -> str:
    return json.dumps([item.model_dump(mode="json") for item in items], ensure_ascii=False)


def _refresh(arguments: Namespace, settings: Settings) -> int:
    from .knowledge_refresh import refresh_data

    return refresh_data(arguments, settings)


def _rollback(arguments: Namespace, settings: Settings) -> int:
    from .knowledge_refresh import roll_data_back

    return roll_data_back(arguments, settings)


READING = ("search", "show", "stats", "stale", "thresholds")
"""Actions that use what is laid over; `verify` tells what is wrong with it itself."""
ACTIONS: dict[str, Callable[[Namespace, Settings], int]] = {
    "search": _search,
    "show": _show,
    "stats": _stats,
    "verify": _verify,
    "stale": _stale,
    "thresholds": _thresholds,
    "refresh": _refresh,
    "rollback": _rollback,
}
