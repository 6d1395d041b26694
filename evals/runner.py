"""Run scripts against an advisor and keep their traces. What a case expects never comes near this module."""

from collections.abc import Callable, Iterable
from pathlib import Path

from knowledge import Knowledge

from .advisor import OpenAdvisor
from .case import Script
from .conversation import Conversation, converse
from .recording import record
from .simulated_user import OpenUser, SimulatedUser
from .trace import Trace, write_trace

Progress = Callable[[str], None]


def run_scripts(
    scripts: Iterable[Script],
    open_advisor: OpenAdvisor,
    knowledge: Knowledge,
    traces_dir: Path | None = None,
    progress: Progress = lambda _: None,
    open_user: OpenUser = SimulatedUser,
) -> dict[str, Trace]:
    """The trace of every script by case id, each written as soon as it is known."""
    traces: dict[str, Trace] = {}
    for script in scripts:
        progress(script.id)
        traces[script.id] = run_script(script, open_advisor, knowledge, open_user)
        if traces_dir is not None:
            write_trace(traces[script.id], traces_dir)
    return traces


def run_script(
    script: Script, open_advisor: OpenAdvisor, knowledge: Knowledge, open_user: OpenUser = SimulatedUser
) -> Trace:
    """One consultation and its trace; a failure on the way is part of the trace."""
    return trace_of(script.id, converse(script, open_advisor, open_user), knowledge)


def trace_of(identity: str, conversation: Conversation, knowledge: Knowledge) -> Trace:
    """The trace of a conversation; a reply that can't be read becomes its exception."""
    try:
        return record(identity, conversation, knowledge)
    except Exception as error:  # noqa: BLE001 - a reply that can't be read is a finding about this case
        summary = " ".join(str(error).split())
        exception = conversation.exception or f"{type(error).__name__}: {summary}"
        return Trace(id=identity, turns=len(conversation.messages), exception=exception)
