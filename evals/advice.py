"""`stackwright eval advice PATH`: run the cases, keep their traces, say how good the advice was.

Exit codes: 0 all cases ran (how many passed is in the report), 3 no case found, 4 a case was malformed
or ended in an exception.
"""

import json
import sys
from datetime import date
from pathlib import Path
from typing import TextIO

from agent.model_port import ChatModel
from knowledge import Knowledge, load
from tools.profile import Profile

from .about import AGENDA, About, about_run
from .advisor import OpenAdvisor, product_advisor
from .baselines import Scores, score_answerer
from .case import RealCase
from .case_details import Dialogues
from .case_files import CaseSet, read_cases
from .citations import citable
from .console import table
from .dialogue import Listener
from .frozen import edited_files
from .report import AdviceReport, as_json, score_traces
from .runner import run_scripts
from .seeded_cases import Agenda, SeededCases, seeded_cases
from .simulated_user import SimulatedUser
from .trace import read_traces

RAN, NO_CASE, IMPERFECT = 0, 3, 4


def run_advice(
    path: Path,
    traces_dir: Path | None = None,
    json_output: bool = False,
    *,
    knowledge: Knowledge | None = None,
    profile: Profile | None = None,
    as_of: date | None = None,
    open_advisor: OpenAdvisor | None = None,
    html: Path | None = None,
    junit: Path | None = None,
    agenda: Agenda | None = None,
    model: ChatModel | None = None,
    stdout: TextIO | None = None,
    stderr: TextIO | None = None,
) -> int:
    """Run every case at or below `path`; results go to `stdout`, progress and problems to `stderr`.

    With an `agenda` each case is run for each of its seeds, by users with its habits. With a `model` the
    product uses it, and the same model without our tools is one of the baselines.
    """
    out, err = stdout or sys.stdout, stderr or sys.stderr
    known = knowledge or load()
    found = read_cases(path) if path.exists() else CaseSet((), {}, ())
    for problem in found.problems:
        print(f"{problem.path}: {problem.text}.", file=err)
    if not found.scripts:
        print(f"No case found at {path}. Give a case file or a folder that holds some.", file=err)
        return NO_CASE if not found.problems else IMPERFECT
    day = as_of or date.today()
    about = _about(found, path, known, day, profile, agenda, model)
    for name in about.edited:
        print(f"{name} is not as it was frozen: figures of other days are of another case.", file=err)
    listener = Listener(open_advisor or product_advisor(known, profile, as_of, model))
    choices = _choices(found, known, day, model, err)
    found, open_user, case_of = seeded_cases(found, agenda) if agenda else SeededCases(found, SimulatedUser)
    total = len(found.scripts)
    done = iter(range(1, total + 1))

    def progress(name: str) -> None:
        listener.begin(name)
        print(f"{next(done)}/{total} {name}", file=err, flush=True)

    traces = run_scripts(
        found.scripts,
        listener,
        known,
        traces_dir,
        progress,
        open_user,
    )
    report = score_traces(found, traces, citable(known), choices=choices, case_of=case_of, about=about)
    show_report(report, json_output, out, html, junit, listener.dialogues)
    return IMPERFECT if report.problems or report.exceptions else RAN


def _about(
    found: CaseSet,
    path: Path,
    known: Knowledge,
    day: date,
    profile: Profile | None = None,
    agenda: Agenda | None = None,
    model: ChatModel | None = None,
) -> About:
    """What this run is of."""
    about = about_run(known, day, path, profile, cases=found.hashes, edited=edited_files(path))
    if model is not None:
        about = about._replace(model=model.name)
    if agenda is None:
        return about
    return about._replace(user=AGENDA, knobs=tuple(sorted(agenda.knobs)), seeds=agenda.seeds)


def _choices(
    found: CaseSet,
    known: Knowledge,
    as_of: date,
    model: ChatModel | None = None,
    err: TextIO | None = None,
) -> dict[str, Scores]:
    """Baselines that need more than the cases: a fixed form, and a language model alone."""
    from .form import NAME, form_answerer

    cases = [case for case in found.cases.values() if isinstance(case, RealCase)]
    return {NAME: score_answerer(form_answerer(known, as_of), cases)} | _without_tools(cases, model, err)


def _without_tools(cases: list[RealCase], model: ChatModel | None, err: TextIO | None) -> dict[str, Scores]:
    """A case without an answer is said and left out."""
    if model is None:
        return {}
    from .bare_model import NAME, run_bare_model

    run = run_bare_model(model, cases)
    for name, reason in run.unanswered.items():
        print(f"{name}, model alone: {reason}", file=err)
    return {NAME.format(model=model.name): run.scores}


def read_advice(
    path: Path, traces_dir: Path, knowledge: Knowledge | None = None, as_of: date | None = None
) -> AdviceReport:
    """The report of traces that were written earlier."""
    found, known, day = read_cases(path), knowledge or load(), as_of or date.today()
    choices, about = _choices(found, known, day), _about(found, path, known, day)
    return score_traces(found, read_traces(traces_dir), citable(known), choices=choices, about=about)


def show_report(
    report: AdviceReport,
    json_output: bool,
    out: TextIO,
    html: Path | None = None,
    junit: Path | None = None,
    dialogues: Dialogues | None = None,
) -> None:
    """Print the report, and write it as a page or for a build server where a path is given."""
    content = as_json(report)
    if html is not None:
        # Imported when asked for: the template engine isn't needed otherwise.
        from .html_report import page

        html.write_text(page(report, dialogues), encoding="utf-8")
    if junit is not None:
        from .junit_report import junit_xml

        junit.write_text(junit_xml(content), encoding="utf-8")
    print(json.dumps(content, indent=1, ensure_ascii=False) if json_output else table(content), file=out)
