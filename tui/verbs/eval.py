"""Evaluations of the product; each action imports what it runs."""

from argparse import Namespace
from collections.abc import Callable

from tui.settings import Settings

Action = Callable[[Namespace, Settings], int]


def run(arguments: Namespace, settings: Settings) -> int:
    return ACTIONS[arguments.action](arguments, settings)


def _advice(arguments: Namespace, settings: Settings) -> int:
    from evals.advice import run_advice

    return run_advice(
        arguments.path,
        arguments.traces,
        arguments.json,
        knowledge=settings.open_knowledge(),
        profile=settings.open_profile(),
        as_of=settings.date(),
        html=arguments.html,
        junit=arguments.junit,
    )


def _language(arguments: Namespace, settings: Settings) -> int:
    from evals.language import run_language

    return run_language(
        arguments.path, arguments.results, arguments.json, knowledge=settings.open_knowledge()
    )


def _workloads(arguments: Namespace, settings: Settings) -> int:
    from evals.trials import run_workloads

    return run_workloads(
        arguments.count,
        arguments.seed,
        arguments.json,
        knowledge=settings.open_knowledge(),
        folder=settings.knowledge,
        as_of=settings.date(),
        jobs=arguments.jobs,
    )


ACTIONS: dict[str, Action] = {
    "advice": _advice,
    "language": _language,
    "workloads": _workloads,
}
