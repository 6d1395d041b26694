"""Evaluations of the product by case files."""

from argparse import Namespace

from evals.advice import run_advice
from tui.settings import Settings


def run(arguments: Namespace, settings: Settings) -> int:
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
