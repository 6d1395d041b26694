"""Which question comes next: the one whose answer would most change the recommendation.

For every open question, likely answers are drawn from `workload/priors.yaml`, each is ranked, and the
loss of keeping today's winner is averaged (expected value of perfect information). The interview ends
when no answer would change much, or after ten questions.
"""

import math
from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from knowledge import Knowledge
from knowledge.expressions import parse
from knowledge.records import Question, QuestionPart
from tools.profile import Profile
from tools.ranking import Ranking, rank
from tools.workload import Known, Workload

MAX_QUESTIONS = 10
SAMPLES_PER_QUESTION = 5
WORTH_ASKING = 0.0015
"""Expected loss in score below which a question isn't worth the user's time (judgement)."""
PICK_CHANGE_LOSS = 0.05
"""Loss of a wrong component in every slot, in score: a wrong part is cheaper than a wrong strategy."""


COST_CHANGE_LOSS = 0.01
"""Loss of a bill that is wrong by a factor of ten: the stack may be right, the plan is not."""


class Asked(NamedTuple):
    """What has been asked so far."""

    slots: frozenset[str]
    questions: int


class Candidate(NamedTuple):
    """A question with the parts still open, and what its answer is worth."""

    question: Question
    parts: tuple[QuestionPart, ...]
    value: float
    changed: int
    samples: int
    gate: bool = False
    """Its answer can make stacks infeasible."""


def open_parts(
    question: Question, values: dict[str, Any], workload: Workload, asked: Asked
) -> tuple[QuestionPart, ...]:
    """Parts that are neither known nor asked, and that matter for this work."""
    known = workload.known
    said = {item.slot for item in workload.slots}
    return tuple(
        part
        for part in question.parts
        if part.slot not in asked.slots
        and part.slot not in said
        and not any(field in known for field in part.fields)
        and parse(part.ask_when).evaluate(values) is not False
    )


def candidates(
    ranking: Ranking, workload: Workload, asked: Asked, knowledge: Knowledge, as_of: date, profile: Profile
) -> list[Candidate]:
    """Open questions, gates first, then by value; ties keep the file's order."""
    values = ranking.resolved.values
    found = []
    for question in knowledge.questions.values():
        parts = open_parts(question, values, workload, asked)
        if parts:
            value, changed, samples = _value(parts, ranking, workload, knowledge, as_of, profile)
            gate = parse(question.gate_when).holds(values)
            found.append(Candidate(question, parts, value, changed, samples, gate))
    return sorted(found, key=lambda item: (not item.gate, -round(item.value, 6)))


def next_question(
    ranking: Ranking, workload: Workload, asked: Asked, knowledge: Knowledge, as_of: date, profile: Profile
) -> Candidate | None:
    """The best open question, or None when the winner is stable enough."""
    if asked.questions >= MAX_QUESTIONS:
        return None
    for item in candidates(ranking, workload, asked, knowledge, as_of, profile):
        if item.gate or item.value >= WORTH_ASKING:
            return item
    return None


def _value(
    parts: Sequence[QuestionPart],
    ranking: Ranking,
    workload: Workload,
    knowledge: Knowledge,
    as_of: date,
    profile: Profile,
) -> tuple[float, int, int]:
    """(expected loss of not knowing, how many sampled answers change the winner, samples)."""
    answers = sample_answers([part.fields for part in parts], knowledge)
    losses, changed = [], 0
    for answer in answers:
        supposed = rank(workload.with_known(*answer), knowledge, as_of, profile)
        loss, differs = _loss(ranking, supposed)
        losses.append(loss)
        changed += differs
    return (sum(losses) / len(losses) if losses else 0.0), changed, len(losses)


def sample_answers(groups: Sequence[Sequence[str]], knowledge: Knowledge) -> list[tuple[Known, ...]]:
    """Likely answers to several parts at once: the same rank of each part's answers together."""
    per_part = [_answers(fields, knowledge) for fields in groups]
    per_part = [answers for answers in per_part if answers]
    if not per_part:
        return []
    longest = max(len(answers) for answers in per_part)
    joined = [
        tuple(answers[index % len(answers)] for answers in per_part)
        for index in range(min(longest, SAMPLES_PER_QUESTION))
    ]
    return [tuple(known for known in answer if known is not None) for answer in joined]


def _answers(fields: Sequence[str], knowledge: Knowledge) -> list[Known | None]:
    """Answers of the first field that has a prior; None = nothing special."""
    priors = knowledge.priors["fields"]
    for field in fields:
        prior = priors.get(field)
        if prior is None or prior.get("quiet"):
            continue
        if "choices" in prior:
            likely = sorted(prior["choices"].items(), key=lambda pair: -pair[1])
            return [_known(field, value, knowledge) for value, _ in likely]
        if "high" in prior:
            return [Known(field=field, value=float(prior[end])) for end in ("high", "low")]
    spread = knowledge.priors["use_cases"]["other"].get(fields[0])
    if isinstance(spread, list) and fields[0] != "request_rate_rps":
        return [Known(field=fields[0], value=float(spread[end])) for end in (2, 0)]
    if "request_rate_rps" in fields:
        return [Known(field="request_rate_rps", value=rate) for rate in (0.02, 2.0, 200.0, 20000.0)]
    return []


def _known(field: str, value: Any, knowledge: Knowledge) -> Known | None:
    if knowledge.fields[field].kind == "set":
        return None if value == "none" else Known(field=field, value=(str(value),))
    return Known(field=field, value=str(value))


def _loss(now: Ranking, supposed: Ranking) -> tuple[float, bool]:
    """What keeping today's winner would lose if `supposed` were true, and whether the winner changes."""
    if now.winner is None or supposed.winner is None:
        return (0.1, True) if now.winner is not supposed.winner else (0.0, False)
    best = supposed.winner
    kept = next((item for item in supposed.drafts if item.id == now.winner.id), None)
    regret = best.score if kept is None else best.score - kept.score
    slots = set(best.picks) | set(now.winner.picks)
    differing = sum(_component(best, slot) != _component(now.winner, slot) for slot in slots)
    share = differing / len(slots) if slots else 0.0
    ratio = abs(math.log10(max(best.usd_infra, 1.0) / max(now.winner.usd_infra, 1.0)))
    loss = min(regret, 0.5) + PICK_CHANGE_LOSS * share + COST_CHANGE_LOSS * min(ratio, 2.0)
    return loss, best.id != now.winner.id


def _component(draft: Any, slot: str) -> str | None:
    pick = draft.picks.get(slot)
    return pick.component.id if pick is not None else None
