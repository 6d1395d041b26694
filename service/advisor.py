"""What another program asks about a workload that it sends whole: nothing is kept from one call to the next.

Assessments are remembered by workload and date, which changes how soon an answer comes and never what it says.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from agent.context import TurnContext
from knowledge import Knowledge
from knowledge.errors import InputRefused
from tools.profile import Profile
from tools.workload import Workload
from tools.workload_file import workload_of

from .office import Office

if TYPE_CHECKING:
    from knowledge.index import Retriever

EXAMPLE = 'Give fields such as {"use_case": "rag", "request_rate_rps": 12}; workload_fields lists them.'


@dataclass
class Advisor:
    """Answers about workloads with what one office shares."""

    office: Office

    @property
    def knowledge(self) -> Knowledge:
        return self.office.knowledge

    @property
    def profile(self) -> Profile:
        return self.office.profile

    @property
    def retriever(self) -> "Retriever":
        return self.office.retriever

    def day(self, text: object = "") -> date:
        """The date that a call names, or else the server's."""
        if text == "":
            return self.office.as_of or date.today()
        try:
            return date.fromisoformat(str(text))
        except ValueError as error:
            raise InputRefused(
                f"as_of: {text!r} is no day of the calendar.", "Write it as 2026-11-24."
            ) from error

    def context(self, as_of: date) -> TurnContext:
        """What assesses and explains at a date."""
        return TurnContext(
            self.knowledge,
            as_of,
            self.profile,
            assessments=self.office.assessments,
            shared_retriever=self.retriever,
        )

    def workload(self, fields: Mapping[str, Any], where: str, empty: bool = False) -> Workload:
        """The workload in fields; InputRefused names the wrong one, and an empty workload unless it may be."""
        if not fields and not empty:
            raise InputRefused(f"{where} needs a workload.", EXAMPLE)
        return workload_of(fields, where, self.knowledge)
