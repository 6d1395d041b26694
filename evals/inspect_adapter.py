"""The same cases and scorers for Inspect: its log viewer, epochs and reducers, without a model of its own.

    inspect eval evals/inspect_adapter.py@advice --model none -T cases=$PWD/evals/cases -T as_of=2026-11-25

Inspect runs a task in the folder of its file, hence the whole path, and reads the date as a date. Needs the
extra `inspect`; without it the module can be imported, but its tasks say what is missing.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date
from functools import lru_cache
from importlib import import_module, resources
from pathlib import Path
from typing import Any

from evals.advisor import product_advisor
from evals.assertions import score_script
from evals.case import AdversarialCase, Case, RealCase, Script
from evals.case_files import CaseSet, read_cases
from evals.citations import citable
from evals.dialogue import Exchange, Listener
from evals.failures import reasons, script_reasons
from evals.runner import run_script
from evals.scoring import score_case
from evals.trace import Trace
from knowledge import Knowledge, load
from knowledge.errors import InputRefused

Maker = Callable[..., Any]
State = Any
"""Inspect's TaskState."""
Solve = Callable[[State, Any], Awaitable[State]]
Judge = Callable[[State, Any], Awaitable[Any]]
TRACE = "trace"
NOT_MEASURED = float("nan")
"""Inspect leaves such a value out of its means: not every case has numbers to check."""


def _module(name: str) -> Any:
    """A module of Inspect, or None where the extra isn't installed."""
    try:
        return import_module(name)
    except ModuleNotFoundError:
        return None


def _unregistered(make: Maker) -> Maker:
    return make


inspect_ai, inspect_scorer, inspect_solver = (
    _module(name) for name in ("inspect_ai", "inspect_ai.scorer", "inspect_ai.solver")
)
task: Callable[[Maker], Maker] = inspect_ai.task if inspect_ai else _unregistered
solver: Callable[[Maker], Maker] = inspect_solver.solver if inspect_ai else _unregistered
_passes: Callable[[Maker], Maker] = (
    inspect_scorer.scorer(metrics=[inspect_scorer.accuracy(), inspect_scorer.stderr()])
    if inspect_ai
    else _unregistered
)
_means: Callable[[Maker], Maker] = (
    inspect_scorer.scorer(metrics={"*": [inspect_scorer.mean(), inspect_scorer.stderr()]})
    if inspect_ai
    else _unregistered
)


@task
def advice(cases: str = "", as_of: date | str = "") -> Any:
    """Real cases: whether each passes, and the parts of its score."""
    return _task(cases, as_of, RealCase, [passed(cases), parts(cases)])


@task
def adversarial(cases: str = "", as_of: date | str = "") -> Any:
    """Adversarial scripts: whether all assertions hold."""
    return _task(cases, as_of, AdversarialCase, [passed(cases)])


@solver
def consultation(cases: str = "", as_of: date | str = "") -> Solve:
    """One consultation of the product with the simulated user of the sample's case."""

    async def solve(state: State, generate: Any) -> State:
        script = next(item for item in _found(cases).scripts if item.id == state.sample_id)
        trace, said = await asyncio.to_thread(_consult, script, as_of)
        model = import_module("inspect_ai.model")
        state.messages = []
        for exchange in said:
            state.messages.append(model.ChatMessageUser(content=exchange.message))
            state.messages.append(model.ChatMessageAssistant(content=exchange.answer))
        state.output = model.ModelOutput.from_content(model="stackwright", content=trace.text)
        state.store.set(TRACE, trace.model_dump(mode="json"))
        return state

    return solve


@_passes
def passed(cases: str = "") -> Judge:
    """C for a pass, I for a failure, with what failed first."""

    async def judge(state: State, target: Any) -> Any:
        verdict = _verdict(_found(cases).cases[state.sample_id], _trace(state))
        return inspect_scorer.Score(value="I" if verdict else "C", explanation="; ".join(verdict))

    return judge


@_means
def parts(cases: str = "") -> Judge:
    """The score of a real case and its parts."""

    async def judge(state: State, target: Any) -> Any:
        case = _found(cases).cases[state.sample_id]
        if not isinstance(case, RealCase):
            raise InputRefused(f"{case.id} is no real case.", "Only those have a score.")
        score = score_case(case, _trace(state), citable(_knowledge()))
        parts = {name: NOT_MEASURED if value is None else value for name, value in score.parts.items()}
        wrong = ", ".join(score.wrong_numbers)
        return inspect_scorer.Score(
            value={"score": score.score, **parts}, explanation=f"wrong numbers: {wrong}" if wrong else ""
        )

    return judge


def _task(cases: str, as_of: date | str, kind: type[RealCase | AdversarialCase], scorers: list[Judge]) -> Any:
    if inspect_ai is None:
        raise InputRefused(
            "Inspect isn't installed.", "Install the extra: pip install 'stackwright[inspect]'."
        )
    found = _found(cases)
    dataset = import_module("inspect_ai.dataset")
    samples = [
        dataset.Sample(id=script.id, input=script.persona)
        for script in found.scripts
        if isinstance(found.cases.get(script.id), kind)
    ]
    if not samples:
        raise InputRefused(f"No case found at {cases}.", "Give a case file or a folder that holds some.")
    return inspect_ai.Task(dataset=samples, solver=consultation(cases, str(as_of)), scorer=scorers)


def _consult(script: Script, as_of: date | str) -> tuple[Trace, list[Exchange]]:
    day = date.fromisoformat(str(as_of)) if as_of else None
    listener = Listener(product_advisor(_knowledge(), as_of=day))
    listener.begin(script.id)
    trace = run_script(script, listener, _knowledge())
    return trace, listener.dialogues.get(script.id, [])


def _verdict(case: Case, trace: Trace) -> list[str]:
    """Why the case failed; empty for a pass."""
    if isinstance(case, RealCase):
        return reasons(score_case(case, trace, citable(_knowledge())))
    return script_reasons(score_script(case, trace))


def _trace(state: State) -> Trace:
    return Trace.model_validate(state.store.get(TRACE))


@lru_cache(maxsize=4)
def _found(cases: str) -> CaseSet:
    """The cases at a path, or those of the package; a malformed one stops the run rather than being left out."""
    found = read_cases(Path(cases) if cases else Path(str(resources.files("evals") / "cases")))
    if found.problems:
        raise InputRefused("; ".join(f"{problem.path}: {problem.text}" for problem in found.problems))
    return found


@lru_cache(maxsize=1)
def _knowledge() -> Knowledge:
    return load()
