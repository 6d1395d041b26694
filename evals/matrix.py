"""`stackwright eval matrix PATH`: every habit of users alone and all together, over cases and seeds.

Exit codes as for `eval advice`: 0 all ran, 3 no case found, 4 a case was malformed or ended in an exception.
"""

import json
import sys
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from typing import NamedTuple, TextIO

from knowledge import Knowledge, load
from tools.evidence import Evidence
from tools.profile import Profile

from .about import AGENDA, about_run
from .about import as_json as about_json
from .advice import IMPERFECT, NO_CASE, RAN
from .advisor import OpenAdvisor, product_advisor
from .agenda_user import AgendaUser
from .assertions import score_script
from .case import RealCase, Script
from .case_files import CaseSet, read_cases
from .citations import citable
from .conversation import converse
from .frozen import edited_files
from .knobs import Knob, knob_sets, knob_settings
from .runner import Progress, trace_of
from .scored_run import Judge, ScoredRun, compared, score_run
from .scoring import score_case
from .seeded_cases import at_least_one
from .told_facts import fact_reader
from .trace import Trace

COOPERATIVE = "cooperative"


class Matrix(NamedTuple):
    """All runs; the cooperative user's, which has no seed, first."""

    runs: tuple[ScoredRun, ...]
    seeds: int
    problems: tuple[str, ...] = ()


def run_matrix(
    path: Path,
    seeds: int,
    json_output: bool = False,
    *,
    knobs: Iterable[str] = (),
    knowledge: Knowledge | None = None,
    profile: Profile | None = None,
    as_of: date | None = None,
    open_advisor: OpenAdvisor | None = None,
    stdout: TextIO | None = None,
    stderr: TextIO | None = None,
) -> int:
    """Run the matrix over every case at or below `path`; `knobs` names some rows instead of all."""
    from .matrix_report import as_json, table

    at_least_one(seeds)
    out, err = stdout or sys.stdout, stderr or sys.stderr
    known, day = knowledge or load(), as_of or date.today()
    found = read_cases(path) if path.exists() else CaseSet((), {}, ())
    for problem in found.problems:
        print(f"{problem.path}: {problem.text}.", file=err)
    if not found.scripts:
        print(f"No case found at {path}. Give a case file or a folder that holds some.", file=err)
        return NO_CASE if not found.problems else IMPERFECT
    advisor = open_advisor or product_advisor(known, profile, day)
    rows = {name: knob_sets()[name] for name in knobs} or knob_sets()
    judge = judge_of(found, known, day)

    def progress(name: str) -> None:
        print(name, file=err, flush=True)

    matrix = fill_matrix(found, advisor, known, judge, rows, seeds, progress)
    about = about_run(
        known, day, path, profile, cases=found.hashes, edited=edited_files(path), user=AGENDA,
        knobs=tuple(rows), seeds=seeds,
    )  # fmt: skip
    content = {"about": about_json(about), **as_json(matrix)}
    print(json.dumps(content, indent=1, ensure_ascii=False) if json_output else table(content), file=out)
    return IMPERFECT if found.problems or any(run.trace.exception for run in matrix.runs) else RAN


def fill_matrix(
    found: CaseSet,
    open_advisor: OpenAdvisor,
    knowledge: Knowledge,
    judge: Judge,
    rows: dict[str, frozenset[Knob]],
    seeds: int,
    progress: Progress = lambda _: None,
) -> Matrix:
    """Run and score; each run beside the one that told the same."""

    def run(script: Script, name: str, knobs: frozenset[Knob], seed: int) -> ScoredRun:
        user = AgendaUser(script, knobs, seed)
        talk = converse(script, open_advisor, lambda _: user)
        return score_run(script, name, seed, user, talk, trace_of(script.id, talk, knowledge), judge)

    progress(COOPERATIVE)
    plain = {script.id: run(script, COOPERATIVE, frozenset(), 0) for script in found.scripts}
    runs = list(plain.values())
    for name, knobs in rows.items():
        progress(name)
        for script in found.scripts:
            seeded = [run(script, name, knobs, seed) for seed in range(seeds)]
            reference = {"cooperative": plain[script.id], "own": seeded[0]}.get(reference_of(knobs))
            runs += [compared(one, reference) for one in seeded]
    return Matrix(tuple(runs), seeds, tuple(f"{item.path}: {item.text}" for item in found.problems))


def reference_of(knobs: frozenset[Knob]) -> str:
    """What runs with these knobs are compared with; nothing where one of them changes what is told."""
    kinds = {knob_settings().knobs[knob].reference for knob in knobs}
    return kinds.pop() if len(kinds) == 1 else "none"


def judge_of(found: CaseSet, knowledge: Knowledge, as_of: date) -> Judge:
    """The scorers' view of these cases."""
    known_ids = citable(knowledge)

    def passes(identity: str, trace: Trace) -> bool | None:
        case = found.cases.get(identity)
        if case is None:
            return None
        if isinstance(case, RealCase):
            return score_case(case, trace, known_ids).passed
        return score_script(case, trace).passed

    slot_of = {name: spec.slot for name, spec in knowledge.fields.items()}
    return Judge(passes, fact_reader(knowledge, as_of), slot_of, _standing(knowledge))


def _standing(knowledge: Knowledge) -> Callable[[str], Evidence | None]:
    """Facts, and what else the knowledge base itself holds, as evidence."""
    # Imported when called: the consultation's modules aren't needed to show a report.
    from agent.evidence import standing

    def fact(identity: str) -> Evidence | None:
        item = knowledge.facts.get(identity)
        if item is None:
            return standing(identity, knowledge)
        return Evidence(id=identity, kind="fact", text=item.statement, subject=identity.split("/")[0])

    return fact
