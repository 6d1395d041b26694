"""The numbered sources of one answer: its citations first, then what else stands behind the stack.

Numbers are those of the answer's text, so that [3] means the same on the screen, in a copy and in a pipe.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from agent.reply import Reply
    from tools.evidence import Evidence

REASONS_PER_COMPONENT = 2


class SourceBook:
    """Evidence of one answer by number, from 1."""

    def __init__(self, reply: "Reply") -> None:
        self.turn = reply.turn
        self.items: list[Evidence] = list(reply.citations)
        self._numbers = {item.id: number for number, item in enumerate(self.items, 1)}
        self.cited = len(self.items)
        self._add_reasons(reply)

    def _add_reasons(self, reply: "Reply") -> None:
        winner = reply.assessment.winner if reply.assessment is not None else None
        if reply.assessment is None or winner is None:
            return
        known = {item.id: item for item in reply.assessment.evidence}
        for option in (winner.model_strategy, winner.retrieval_pattern, *winner.picks.values()):
            if any(reason in self._numbers for reason in option.reasons):
                continue
            for reason in option.reasons[:REASONS_PER_COMPONENT]:
                if reason in known and reason not in self._numbers:
                    self.items.append(known[reason])
                    self._numbers[reason] = len(self.items)

    def number(self, evidence_id: str) -> int | None:
        return self._numbers.get(evidence_id)

    def numbers(self, evidence_ids: tuple[str, ...]) -> list[int]:
        return [self._numbers[item] for item in evidence_ids if item in self._numbers]

    def of_quantity(self, name: str, subject: str) -> int | None:
        """Number of the computation that states a quantity of a stack."""
        for number, item in enumerate(self.items, 1):
            if name in item.values and item.subject == subject:
                return number
        return None

    def get(self, number: int) -> "Evidence | None":
        return self.items[number - 1] if 0 < number <= len(self.items) else None
