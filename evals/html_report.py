"""The advice report as one page without scripts or outside resources."""

from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from .scoring import WEIGHTS

TEMPLATE = "advice.html.j2"


def page(report: dict[str, Any]) -> str:
    """A self-contained HTML page; everything from cases and traces is escaped."""
    environment = Environment(
        loader=PackageLoader("evals", "data"), autoescape=True, undefined=StrictUndefined
    )
    return environment.get_template(TEMPLATE).render(report=report, parts=tuple(WEIGHTS))
