"""One recommendation without questions, from a workload file, plain text or a stored consultation."""

import json
import sys
from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from knowledge import Knowledge
from knowledge.errors import InputRefused
from tools.assess import assess
from tools.workload import Workload
from tools.workload_file import parse_workload, read_workload
from tui.settings import Settings

if TYPE_CHECKING:
    from agent.reply import Claim
    from tools.assessment import Assessment

WORKLOAD_SUFFIXES = (".yaml", ".yml", ".json")
TEXT_LIMIT = 20_000
STANDARD_INPUT = "Standard input"


def run(arguments: Namespace, settings: Settings) -> int:
    knowledge, profile, as_of = settings.open_knowledge(), settings.open_profile(), settings.date()
    for remark in settings.profile_remarks():
        print(f"stackwright: {remark}", file=sys.stderr)
    workload = _workload(arguments, settings, knowledge)
    assessment = assess(workload, knowledge, as_of, "full", profile)
    claims = explain(assessment, workload, knowledge)
    _write(arguments, assessment, workload, claims, knowledge)
    return 0 if assessment.winner is not None else 4


def explain(assessment: "Assessment", workload: Workload, knowledge: Knowledge) -> "list[Claim]":
    """The narrator's sentences over every fact of the knowledge base."""
    from agent.narrator import explanation

    return explanation(assessment, workload, knowledge, frozenset(knowledge.facts))


def _workload(arguments: Namespace, settings: Settings, knowledge: Knowledge) -> Workload:
    if arguments.session:
        from agent.consultation import open_consultation
        from tui.storage import open_store, session_to_resume

        store = open_store(settings)
        session = session_to_resume(store, arguments.session)
        return open_consultation(knowledge=knowledge, store=store, session=session).workload()
    if arguments.file != "-":
        path = Path(arguments.file)
        if not path.exists() and path.suffix not in WORKLOAD_SUFFIXES:
            raise InputRefused(
                f"There is no file {arguments.file!r}.",
                'Words go through standard input: echo "..." | stackwright advise -',
            )
        if path.suffix in WORKLOAD_SUFFIXES:
            return read_workload(path, knowledge)
        return _from_text(_read(path), knowledge)
    if sys.stdin.isatty():
        print("stackwright: describe the workload, then Ctrl+D.", file=sys.stderr)
    return _from_text(standard_input(), knowledge)


def standard_input() -> str:
    """All of standard input as text; InputRefused for binary data and other noise."""
    from agent.admission import check_readable, text_of

    source = getattr(sys.stdin, "buffer", None)
    if source is not None:
        return text_of(source.read(), STANDARD_INPUT)
    text = sys.stdin.read()
    check_readable(text, STANDARD_INPUT)
    return text


def _read(path: Path) -> str:
    from agent.admission import text_of

    try:
        return text_of(path.read_bytes(), str(path))
    except OSError as error:
        raise InputRefused(f"{path} can't be read: {error.strerror}.") from error


def _from_text(text: str, knowledge: Knowledge) -> Workload:
    """Fields if it is a mapping of known fields, else plain words."""
    first = text.strip().split(":", 1)[0].strip('{" \n')
    if first in knowledge.fields:
        return parse_workload(text, "standard input", knowledge)
    from agent.language import understand
    from agent.reconcile import reconcile

    if len(text) > TEXT_LIMIT:
        print(f"stackwright: only the first {TEXT_LIMIT:,} characters are read.", file=sys.stderr)
    understood = understand(text, turn=1, workload=Workload(), knowledge=knowledge)
    for rejected in understood.rejected:
        print(f"stackwright: {rejected.reason}", file=sys.stderr)
    if not understood.updates:
        raise InputRefused(
            "Nothing about a workload could be read from that text.",
            "Say what it does, for how many users or requests, and which limits there are.",
        )
    return reconcile(Workload(), understood, 1, knowledge).workload


def _write(
    arguments: Namespace,
    assessment: "Assessment",
    workload: Workload,
    claims: "list[Claim]",
    knowledge: Knowledge,
) -> None:
    from agent import decision_record as record

    if arguments.json:
        print(
            json.dumps(record.record_json(assessment, workload, claims), ensure_ascii=False, sort_keys=True)
        )
    elif arguments.html:
        page = record.record_html(assessment, workload, claims, knowledge)
        try:
            arguments.html.write_text(page, encoding="utf-8")
        except OSError as error:
            raise InputRefused(f"{arguments.html} can't be written: {error.strerror}.") from error
        print(f"stackwright: wrote {arguments.html}", file=sys.stderr)
    elif arguments.markdown:
        print(record.record_markdown(assessment, workload, claims, knowledge))
    else:
        print(plain_text(assessment, claims, knowledge))


def plain_text(assessment: "Assessment", claims: "list[Claim]", knowledge: Knowledge) -> str:
    """Stack, numbers and sentences for a terminal."""
    from agent.decision_record import layers, numbers

    winner = assessment.winner
    if winner is None:
        return "\n".join(claim.text for claim in claims)
    lines = [f"{winner.title}  (score {winner.score:.2f})", ""]
    for layer, rows in layers(winner, knowledge):
        lines.append(layer)
        lines += [f"  {slot}: {component}" for slot, component, _ in rows]
    lines.append("")
    lines += [f"{words}: {value} [{kind}]" for words, value, kind in numbers(winner)]
    lines.append("")
    lines += [f"- {claim.text} [{', '.join(claim.evidence[:3])}]" for claim in claims]
    lines += ["", f"Assumed: {'; '.join(assessment.assumptions)}."] if assessment.assumptions else []
    return "\n".join(lines)
