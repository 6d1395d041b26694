"""An advisor that follows a script: for testing the evaluation itself and proving that its scorers work."""

from collections.abc import Iterable, Mapping
from datetime import date

from agent.reply import AskedQuestion, Claim, Reply
from tools.assessment import Assessment, Option, Stack, Weights
from tools.estimate import Estimate, point
from tools.workload import Workload

from .mapping import DECISION_SLOTS

Step = Reply | Exception


def question(*slots: str, text: str = "", turn: int = 0, number: int = 1) -> Reply:
    """A reply that asks about `slots`."""
    words = text or f"What can you say about {', '.join(slots)}?"
    asked = AskedQuestion(id="-".join(slots) or "open", text=words, why="", slots=slots, number=number)
    return Reply(turn=turn, kind="question", text=words, question=asked)


def recommendation(
    stack: Stack, claims: Iterable[Claim] = (), workload: Workload | None = None, turn: int = 0
) -> Reply:
    """A reply that recommends `stack`."""
    said = tuple(claims)
    assessment = Assessment(
        as_of=date(2026, 1, 1),
        knowledge_hash="",
        workload_hash="",
        detail="full",
        weights=Weights(categories={}, lenses={}, dimensions={}),
        requirements={},
        stacks=(stack,),
    )
    return Reply(
        turn=turn,
        kind="recommendation",
        text=" ".join(claim.text for claim in said) or "This is the stack.",
        claims=said,
        workload=workload or Workload(),
        assessment=assessment,
        done=True,
    )


def stack_of(
    strategy: str,
    pattern: str,
    deployment: str,
    picks: Mapping[str, str],
    evidence: tuple[str, ...] = (),
    numbers: Mapping[str, float] | None = None,
) -> Stack:
    """A stack from component ids, every pick with the same evidence."""
    estimates: dict[str, Estimate] = {name: point(value, "") for name, value in (numbers or {}).items()}
    return Stack(
        id=f"{strategy}/{pattern}/{deployment}",
        title="",
        model_strategy=_option(DECISION_SLOTS["model_strategy"], strategy, evidence),
        retrieval_pattern=_option(DECISION_SLOTS["retrieval"], pattern, evidence),
        deployment=deployment,
        picks={slot: _option(slot, component, evidence) for slot, component in picks.items()},
        runners_up={},
        categories={},
        score=0,
        estimates=estimates,
    )


class ScriptedAdvisor:
    """Gives its steps one a turn, the last one for ever; a step that is an exception is raised."""

    def __init__(self, *steps: Step) -> None:
        self._steps = list(steps)
        self.heard: list[str] = []

    def turn(self, message: str) -> Reply:
        self.heard.append(message)
        step = self._steps.pop(0) if len(self._steps) > 1 else self._steps[0]
        if isinstance(step, Exception):
            raise step
        return step.model_copy(update={"turn": len(self.heard)})


def _option(slot: str, component: str, evidence: tuple[str, ...]) -> Option:
    return Option(
        slot=slot, layer=1, component=component, name=component, score=0, categories={}, reasons=evidence
    )
