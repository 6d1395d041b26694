"""What is true of a workload and what of it is said first: the hidden side of a simulated interview.

A workload file opens with its use case; a case opens with its persona and holds the rest in its facts, as the
product's own reader understands them, each read as the answer to a question about its slot.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import NamedTuple

from agent.context import TurnContext
from agent.language import understand
from agent.reconcile import reconcile
from knowledge import Knowledge
from knowledge.errors import InputRefused, StackwrightError
from tools.workload import SlotText, Workload
from tools.workload_file import read_workload

from .case import RealCase, Script
from .case_files import read_cases

SUFFIXES = (".yaml", ".yml", ".json")
OPENING = ("use_case",)
UNKNOWN = "unknown"


class Truth(NamedTuple):
    """A workload to be found out."""

    name: str
    whole: Workload
    opening: Workload
    case: RealCase | None = None


class TruthSet(NamedTuple):
    truths: tuple[Truth, ...]
    problems: tuple[str, ...]


def read_truths(path: Path, knowledge: Knowledge, as_of: date) -> TruthSet:
    """Workload files and real cases at or below `path`, by name; what can't be read is said."""
    if not path.exists():
        return TruthSet((), ())
    files = [path] if path.is_file() else sorted(item for item in path.rglob("*") if item.suffix in SUFFIXES)
    truths: list[Truth] = []
    problems: list[str] = []
    for file in files:
        if not _is_case(file):
            try:
                truths.append(workload_truth(file.stem, read_workload(file, knowledge)))
            except StackwrightError as error:
                problems.append(str(error))
            continue
        found = read_cases(file)
        problems += [f"{problem.path}: {problem.text}." for problem in found.problems]
        truths += [
            case_truth(script, case, knowledge, as_of)
            for script in found.scripts
            if isinstance(case := found.cases.get(script.id), RealCase)
        ]
    return TruthSet(tuple(truths), tuple(problems))


def workload_truth(name: str, whole: Workload) -> Truth:
    """The truth of a workload file: its use case is said first."""
    if not whole.history:
        raise InputRefused(f"{name} holds no fields.")
    return Truth(
        name, whole, Workload(history=tuple(item for item in whole.history if item.field in OPENING))
    )


def case_truth(script: Script, case: RealCase, knowledge: Knowledge, as_of: date) -> Truth:
    """Persona and facts of a case as the reader understands them."""
    opening = told(Workload(), [("", script.persona)], knowledge, as_of)
    return Truth(script.id, told(opening, answers(script.hidden_facts), knowledge, as_of), opening, case)


def answers(facts: Mapping[str, str | None]) -> list[tuple[str, str]]:
    """(slot, words) of the facts that say something."""
    return [
        (slot, text)
        for slot, text in facts.items()
        if text and text.strip() and not text.strip().lower().startswith(UNKNOWN)
    ]


def told(
    workload: Workload, messages: Iterable[tuple[str, str]], knowledge: Knowledge, as_of: date
) -> Workload:
    """The workload after messages, each an answer about its slot (or about none)."""
    context = TurnContext(knowledge=knowledge, as_of=as_of)
    turn = max((item.turn for item in workload.history), default=0)
    for slot, text in messages:
        turn += 1
        understood = understand(
            text,
            turn=turn,
            asked=(slot,) if slot else (),
            workload=workload,
            knowledge=knowledge,
            convert=context.to_usd,
        )
        workload = reconcile(workload, understood, turn, knowledge).workload
    return workload


def answered(workload: Workload, truth: Truth, slots: Iterable[str], knowledge: Knowledge) -> Workload:
    """The workload after all that is true of `slots` was said; of the rest the user has no idea."""
    asked = set(slots)
    known = tuple(item for item in truth.whole.known.values() if knowledge.fields[item.field].slot in asked)
    told_of = {knowledge.fields[item.field].slot for item in known}
    texts = tuple(SlotText(slot=slot, text="", turn=1, unknown=slot not in told_of) for slot in sorted(asked))
    grown = workload.with_known(*known)
    return grown.model_copy(update={"slots": (*grown.slots, *texts)})


def _is_case(file: Path) -> bool:
    """A case names its schema or its persona; a workload has neither."""
    head = file.read_text(encoding="utf-8", errors="replace")[:20_000]
    return any(
        line.lstrip(' {"').startswith(("schema", "persona", "hidden_facts", "kind"))
        for line in head.splitlines()
    )
