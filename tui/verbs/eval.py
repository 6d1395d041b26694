"""Evaluations of the product; each action imports what it runs."""

from argparse import Namespace
from collections.abc import Callable
from typing import TYPE_CHECKING

from tui.settings import Settings

if TYPE_CHECKING:
    from evals.seeded_cases import Agenda

Action = Callable[[Namespace, Settings], int]


def run(arguments: Namespace, settings: Settings) -> int:
    return ACTIONS[arguments.action](arguments, settings)


def _advice(arguments: Namespace, settings: Settings) -> int:
    from evals.advice import run_advice

    return run_advice(
        arguments.path,
        arguments.traces,
        arguments.json,
        knowledge=settings.published_knowledge(),
        profile=settings.open_profile(),
        as_of=settings.date(),
        html=arguments.html,
        junit=arguments.junit,
        model=settings.open_model(),
        agenda=_agenda(arguments),
    )


def _agenda(arguments: Namespace) -> "Agenda | None":
    """The habits of the agenda-based user; None for the cooperative one."""
    from evals.knobs import ALL, parse_knobs
    from evals.seeded_cases import Agenda
    from knowledge.errors import InputRefused

    if arguments.user != "agenda":
        if arguments.knob or arguments.seeds != 1:
            raise InputRefused("The cooperative user has no knobs and no seeds.", "Add --user agenda.")
        return None
    return Agenda(parse_knobs((arguments.knob or ALL).split(",")), arguments.seeds)


def _matrix(arguments: Namespace, settings: Settings) -> int:
    from evals.matrix import run_matrix

    return run_matrix(
        arguments.path,
        arguments.seeds,
        arguments.json,
        knowledge=settings.published_knowledge(),
        profile=settings.open_profile(),
        as_of=settings.date(),
    )


def _language(arguments: Namespace, settings: Settings) -> int:
    from evals.language import run_language

    return run_language(
        arguments.path, arguments.results, arguments.json, knowledge=settings.published_knowledge()
    )


def _workloads(arguments: Namespace, settings: Settings) -> int:
    from evals.trials import run_workloads

    return run_workloads(
        arguments.count,
        arguments.seed,
        arguments.json,
        knowledge=settings.published_knowledge(),
        folder=settings.knowledge,
        as_of=settings.date(),
        jobs=arguments.jobs,
    )


def _questions(arguments: Namespace, settings: Settings) -> int:
    from evals.questions import run_questions

    return run_questions(
        arguments.path,
        arguments.json,
        seed=arguments.seed,
        knowledge=settings.published_knowledge(),
        as_of=settings.date(),
    )


def _retrieval(arguments: Namespace, settings: Settings) -> int:
    from evals.retrieval import run_retrieval

    return run_retrieval(
        arguments.path, arguments.results, arguments.json, knowledge=settings.published_knowledge()
    )


def _sizing(arguments: Namespace, settings: Settings) -> int:
    from evals.sizing import run_sizing

    return run_sizing(
        arguments.path,
        arguments.predictions,
        arguments.json,
        leave_group_out=arguments.leave_group_out,
        page_path=arguments.page,
        against=arguments.against,
        beside=arguments.beside,
        knowledge=settings.published_knowledge(),
    )


def _compare(arguments: Namespace, settings: Settings) -> int:
    from evals.compare import run_compare

    return run_compare(arguments.a, arguments.b, arguments.json)


def _schema(arguments: Namespace, settings: Settings) -> int:
    from evals.schema import to_json

    print(to_json(), end="")
    return 0


ACTIONS: dict[str, Action] = {
    "advice": _advice,
    "compare": _compare,
    "matrix": _matrix,
    "language": _language,
    "questions": _questions,
    "retrieval": _retrieval,
    "schema": _schema,
    "sizing": _sizing,
    "workloads": _workloads,
}
