"""One recommendation without questions, from a workload file, plain text or a stored consultation."""

import json
import sys
from argparse import Namespace
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from knowledge import Knowledge
from knowledge.errors import InputRefused
from tools.assess import assess
from tools.workload import Workload
from tools.workload_file import parse_workload, read_workload
from tui.settings import Settings

if TYPE_CHECKING:
    from agent.reply import Claim
    from tools.assessment import Assessment
    from tools.evidence import Evidence

WORKLOAD_SUFFIXES = (".yaml", ".yml", ".json")
JUST_RECOMMEND = "just recommend"
STANDARD_INPUT = "Standard input"


class Advice(NamedTuple):
    """What is written, in whichever form."""

    workload: Workload
    assessment: "Assessment"
    claims: "Sequence[Claim]"


def run(arguments: Namespace, settings: Settings) -> int:
    for remark in settings.remarks():
        print(f"stackwright: {remark}", file=sys.stderr)
    knowledge = settings.open_knowledge()
    advice = _advice(arguments, settings, knowledge)
    _write(arguments, advice, knowledge)
    return 0 if advice.assessment.winner is not None else 4


def _advice(arguments: Namespace, settings: Settings, knowledge: Knowledge) -> Advice:
    if arguments.session:
        return _on(_stored(arguments.session, settings, knowledge), settings, knowledge)
    if arguments.file != "-":
        path = Path(arguments.file)
        if not path.exists() and path.suffix not in WORKLOAD_SUFFIXES:
            raise InputRefused(
                f"There is no file {arguments.file!r}.",
                'Words go through standard input: echo "..." | stackwright advise -',
            )
        if path.suffix in WORKLOAD_SUFFIXES:
            return _on(read_workload(path, knowledge), settings, knowledge)
        return _from_text(_read(path), settings, knowledge)
    if sys.stdin.isatty():
        print("stackwright: describe the workload, then Ctrl+D.", file=sys.stderr)
    return _from_text(standard_input(), settings, knowledge)


def _on(workload: Workload, settings: Settings, knowledge: Knowledge) -> Advice:
    """Advice on fields, which need no reading: the narrator's sentences over every fact of the knowledge base."""
    from agent.narrator import explanation

    if settings.model:
        print("stackwright: the model isn't used: fields need no reading.", file=sys.stderr)
    assessment = assess(workload, knowledge, settings.date(), "full", settings.open_profile())
    return Advice(
        workload, assessment, explanation(assessment, workload, knowledge, frozenset(knowledge.facts))
    )


def _stored(session: str, settings: Settings, knowledge: Knowledge) -> Workload:
    from agent.consultation import open_consultation
    from tui.storage import open_store, session_to_resume

    store = open_store(settings)
    found = session_to_resume(store, session)
    return open_consultation(knowledge=knowledge, store=store, session=found).workload()


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


def _from_text(text: str, settings: Settings, knowledge: Knowledge) -> Advice:
    """Fields if it is a mapping of known fields, else plain words, read and answered as in a consultation."""
    first = text.strip().split(":", 1)[0].strip('{" \n')
    if first in knowledge.fields:
        return _on(parse_workload(text, "standard input", knowledge), settings, knowledge)
    from agent.consultation import open_consultation

    consultation = open_consultation(
        knowledge, settings.open_profile(), settings.date(), model=settings.open_model()
    )
    reply = consultation.turn(text)
    for line in reply.heard:
        print(f"stackwright: {line}", file=sys.stderr)
    if not consultation.workload().history:
        raise InputRefused(
            "Nothing about a workload could be read from that text.",
            "Say what it does, for how many users or requests, and which limits there are.",
        )
    if reply.assessment is None:
        reply = consultation.turn(JUST_RECOMMEND)
    if reply.assessment is None:
        return _on(consultation.workload(), settings, knowledge)
    return Advice(reply.workload, reply.assessment, reply.claims)


def _write(arguments: Namespace, advice: Advice, knowledge: Knowledge) -> None:
    from agent import decision_record as record

    workload, assessment, claims = advice
    if arguments.json:
        print(
            json.dumps(
                record.record_json(assessment, workload, claims, knowledge),
                ensure_ascii=False,
                sort_keys=True,
            )
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
        print(plain_text(advice, knowledge))


def plain_text(advice: Advice, knowledge: Knowledge) -> str:
    """Stack, numbers, sentences and sources for a terminal."""
    from agent.decision_record import layers, numbers, record_sources

    workload, assessment, claims = advice
    sources = record_sources(claims, assessment, workload, knowledge)
    numbering = {identity: number for identity, (number, _) in sources.items()}
    lines = []
    if assessment.winner is not None:
        lines += [f"{assessment.winner.title}  (score {assessment.winner.score:.2f})", ""]
        for layer, rows in layers(assessment.winner, knowledge, numbering):
            lines += [layer, *(f"  {row.slot}: {row.component}{_numbers(row.marks)}" for row in rows)]
        lines += [
            "",
            *(f"{words}: {value} [{kind}]" for words, value, kind in numbers(assessment.winner)),
            "",
        ]
    lines += [f"- {claim.text}{_marks(claim, numbering)}" for claim in claims]
    lines += ["", f"Assumed: {'; '.join(assessment.assumptions)}."] if assessment.assumptions else []
    lines += [
        "",
        "Sources",
        *(f"[{number}] {_source(item, assessment.as_of)}" for number, item in sources.values()),
    ]
    return "\n".join(lines)


def _marks(claim: "Claim", numbering: Mapping[str, int]) -> str:
    return _numbers(numbering[identity] for identity in claim.evidence if identity in numbering)


def _numbers(marks: Iterable[int]) -> str:
    return "".join(f" [{mark}]" for mark in marks)


def _source(item: "Evidence", today: date) -> str:
    return f"{item.told(today)}: {item.text} {item.source}".rstrip()
