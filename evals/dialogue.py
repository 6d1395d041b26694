"""What was said in each consultation, for people who read a report; scorers read traces alone."""

from typing import NamedTuple

from agent.reply import Reply

from .advisor import Advisor, OpenAdvisor


class Exchange(NamedTuple):
    """One turn; the answer is empty where the advisor failed."""

    message: str
    answer: str


class Listener:
    """Opens consultations like the one it wraps and notes what is said in them, by case."""

    def __init__(self, open_advisor: OpenAdvisor) -> None:
        self.dialogues: dict[str, list[Exchange]] = {}
        self._open = open_advisor
        self._case = ""

    def begin(self, case: str) -> None:
        """What is opened from now on belongs to `case`."""
        self._case = case

    def __call__(self) -> Advisor:
        return _Heard(self._open(), self.dialogues.setdefault(self._case, []))


class _Heard:
    def __init__(self, advisor: Advisor, exchanges: list[Exchange]) -> None:
        self._advisor = advisor
        self._exchanges = exchanges

    def turn(self, message: str) -> Reply:
        self._exchanges.append(Exchange(message, ""))
        reply = self._advisor.turn(message)
        self._exchanges[-1] = Exchange(message, reply.text)
        return reply
