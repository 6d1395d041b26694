"""Line mode: a consultation in the normal scrollback, for pipes, screen readers and scripts."""

import contextlib
import sys
from argparse import Namespace
from collections.abc import Iterable, Iterator
from datetime import date

from agent import choices
from agent.admission import check_readable, text_of
from agent.consultation import Consultation, open_consultation
from agent.reply import Reply
from knowledge.errors import SessionUnavailable, StackwrightError
from tui.settings import Settings
from tui.storage import open_store, session_to_resume

GREETING = (
    "Advisor: Describe the AI workload in your own words: what it does, for whom, how much of it, and what limits "
    'there are. "Just recommend" ends the questions, /undo takes the last answer back, /quit leaves.'
)
QUIT = {"/quit", "/exit", "quit", "exit"}
FENCE = "```"
STANDARD_INPUT = "Standard input"
PASTE_BEGINS, PASTE_ENDS = "\x1b[200~", "\x1b[201~"
"""What a terminal puts around pasted text in bracketed mode."""


def run(arguments: Namespace, settings: Settings) -> int:
    as_json = bool(getattr(arguments, "json", False))
    consultation = _open(arguments, settings)
    if not as_json:
        _resumed(consultation)
        print(GREETING if consultation.turns == 0 else "Advisor: go on where you were.")
    failed = False
    reply: Reply | None = None
    for message in _messages(interactive=sys.stdin.isatty() and not as_json):
        try:
            check_readable(message, "The message")
            reply = consultation.turn(chosen(message, reply))
        except StackwrightError as error:
            print(f"stackwright: {error}", file=sys.stderr)
            failed = True
            continue
        _show(reply, as_json, consultation.context.as_of)
    return 4 if failed else 0


def _open(arguments: Namespace, settings: Settings) -> Consultation:
    """On the session store; in memory, and said so, where nothing can be stored."""
    common = {
        "knowledge": settings.open_knowledge(),
        "profile": settings.open_profile(),
        "as_of": settings.date(),
        "model": settings.open_model(),
    }
    _announce(settings)
    try:
        store = open_store(settings)
        return open_consultation(**common, store=store, session=session_to_resume(store, arguments.resume))  # type: ignore[arg-type]
    except SessionUnavailable as error:
        if getattr(arguments, "resume", None):
            raise
        print(f"stackwright: {error} This consultation is kept in memory only.", file=sys.stderr)
        return open_consultation(**common)  # type: ignore[arg-type]


def _announce(settings: Settings) -> None:
    """What is sent where, and what the profile's bans mean."""
    for remark in settings.remarks():
        print(f"stackwright: {remark}", file=sys.stderr)
    if settings.model:
        where = settings.base_url or "its provider"
        print(
            f"stackwright: your messages and the recommendation's sentences are sent to {settings.model} at {where}.",
            file=sys.stderr,
        )


def _resumed(consultation: Consultation) -> None:
    for message, reply in consultation.resume():
        print(f"You: {message}\n")
        if reply is not None:
            print(f"Advisor: {reply['text']}\n")


def _messages(interactive: bool) -> Iterator[str]:
    """Messages of standard input: a line each, a fenced block or a paste as one; a blank one is none."""
    for message in joined(_typed() if interactive else _piped()):
        if message.strip().lower() in QUIT:
            return
        if message.strip():
            yield message


def _typed() -> Iterator[str]:
    with contextlib.suppress(ImportError):
        import readline  # noqa: F401 - line editing, and a paste arrives as one input
    while True:
        try:
            yield input("\nYou: ")
        except EOFError:
            return


def _piped() -> Iterator[str]:
    """Lines of standard input; InputRefused at the first that is no text."""
    source = getattr(sys.stdin, "buffer", None)
    if source is None:
        for line in sys.stdin:
            check_readable(line, STANDARD_INPUT)
            yield line.rstrip("\r\n")
        return
    while data := source.readline():
        yield text_of(data, STANDARD_INPUT).rstrip("\r\n")


def joined(lines: Iterable[str]) -> Iterator[str]:
    """Lines as messages: what stands between two fences, or between the marks of a paste, is one message."""
    block: list[str] | None = None
    end = ""
    for line in lines:
        if block is not None:
            before, closing, _ = line.partition(end)
            if closing and (end == PASTE_ENDS or not before.strip()):
                yield "\n".join([*block, before] if before.strip() else block)
                block = None
            else:
                block.append(line)
        elif PASTE_BEGINS in line and PASTE_ENDS not in line:
            block, end = [line.replace(PASTE_BEGINS, "")], PASTE_ENDS
        elif line.lstrip().startswith(FENCE) and FENCE not in line.lstrip()[len(FENCE) :]:
            block, end = [], FENCE
        else:
            yield line.replace(PASTE_BEGINS, "").replace(PASTE_ENDS, "")
    if block:
        yield "\n".join(block)


def chosen(line: str, reply: Reply | None) -> str:
    """The choice that a lone number means, where the last reply numbered some; else the line itself."""
    question = reply.question if reply is not None else None
    return choices.chosen(line, [choice.label for choice in question.choices] if question else ())


def _show(reply: Reply, as_json: bool, today: date) -> None:
    if as_json:
        print(reply.model_dump_json(), flush=True)
        return
    print(f"\nAdvisor: {reply.text}", flush=True)
    if reply.citations:
        for number, evidence in enumerate(reply.citations, 1):
            source = f" {evidence.source}" if evidence.source else ""
            print(f"[{number}] {evidence.told(today)}: {evidence.text}{source}")
