"""The advice report as one page without scripts or outside resources."""

from jinja2 import Environment, PackageLoader, StrictUndefined

from .about import in_words
from .case_details import Dialogues, case_details
from .report import AdviceReport, as_json
from .scoring import WEIGHTS

TEMPLATE = "advice.html.j2"


def page(report: AdviceReport, dialogues: Dialogues | None = None) -> str:
    """A self-contained HTML page; everything from cases, traces and dialogues is escaped."""
    environment = Environment(
        loader=PackageLoader("evals", "data"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"number": number, "share": share, "figure": figure, "signed": signed}
    template = environment.get_template(TEMPLATE)
    content = as_json(report)
    return template.render(
        report=content,
        about=in_words(content["about"]) if content["about"] else "",
        details=case_details(report, dialogues),
        parts=tuple(WEIGHTS),
        weights=WEIGHTS,
    )


def number(value: float | None) -> str:
    """A score between 0 and 1."""
    return "–" if value is None else f"{value:.2f}"


def share(value: float | None) -> str:
    """A percentage."""
    return "–" if value is None else f"{value * 100:.0f} %"


def figure(value: float | None) -> str:
    """A quantity of any size.

    >>> figure(1234567.0)
    '1,234,567'
    """
    if value is None:
        return "–"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def signed(value: float) -> str:
    """A difference of scores.

    >>> signed(-0.126)
    '−0.13'
    """
    return f"{value:+.2f}".replace("-", "−")
