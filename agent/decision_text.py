"""The decision record of a consultation as it stands now."""

import json
from typing import Any, Protocol

from knowledge.errors import InputRefused
from tools.workload import Workload

from .context import TurnContext
from .decision_record import record_html, record_json, record_markdown
from .reply import Claim


class Consulted(Protocol):
    """What is used of a consultation."""

    @property
    def context(self) -> TurnContext: ...
    def workload(self) -> Workload: ...


def decision_text(consultation: Consulted, form: str, claims: tuple[Claim, ...] = ()) -> str:
    """The decision on what is known now, as `json`, `html` or Markdown; without `claims` in the built-in words.

    InputRefused while nothing is known.
    """
    workload, context = consultation.workload(), consultation.context
    if not workload.history:
        raise InputRefused("There is nothing to export yet.", "Describe the workload first.")
    assessment = context.assess(workload)
    if not claims:
        from .narrator import explanation

        claims = tuple(
            explanation(assessment, workload, context.knowledge, frozenset(context.knowledge.facts))
        )
    if form == "json":
        record: dict[str, Any] = record_json(assessment, workload, claims, context.knowledge)
        return json.dumps(record, ensure_ascii=False, sort_keys=True, indent=2) + "\n"
    render = record_html if form == "html" else record_markdown
    return render(assessment, workload, claims, context.knowledge)
