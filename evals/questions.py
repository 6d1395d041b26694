"""`stackwright eval questions`: does the interview find the answer, and with how few questions?

A whole workload is the hidden truth; questions are answered from it, in values, not in words. The interview is
held against the least that had to be asked (chosen knowing the answers), a form that asks everything in the order
of the questions file, and random orders. Exit codes: 0 all ran, 3 nothing found, 4 a file was malformed.
"""

import json
import random
import sys
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple, TextIO

from agent.interview import Asked, next_question
from agent.turn_policy import PURPOSE
from knowledge import Knowledge, load
from knowledge.records import Question
from tools.draft import Draft
from tools.ranking import NO_PROFILE, Ranking, rank_many
from tools.workload import Workload

from .about import about_run
from .about import as_json as about_json
from .question_report import CaseResult, PathResult, QuestionReport, as_json, table
from .regret import ExpertRegret, expert_regret, regret
from .truth import Truth, answered, read_truths

RAN, NOTHING, IMPERFECT = 0, 3, 4
GOOD_ENOUGH = 0.05
"""Regret at which a recommendation counts as found."""
RANDOM_ORDERS = 3
Slots = tuple[str, ...]


class Step(NamedTuple):
    """What is known after some questions, and what would be advised."""

    asked: Slots
    """Slots of the question that led here; none at the start."""
    winner: Draft | None


class Examiner(NamedTuple):
    """A truth with what a full knowledge of it would advise."""

    truth: Truth
    full: Ranking
    knowledge: Knowledge
    as_of: date

    def step(self, workload: Workload, asked: Slots) -> Step:
        return Step(asked, self.rank(workload).winner)

    def rank(self, workload: Workload) -> Ranking:
        return rank_many([workload], self.knowledge, self.as_of)[0]

    def tell(self, workload: Workload, slots: Iterable[str]) -> Workload:
        return answered(workload, self.truth, slots, self.knowledge)


def run_questions(
    path: Path,
    json_output: bool = False,
    *,
    seed: int = 1,
    knowledge: Knowledge | None = None,
    as_of: date | None = None,
    stdout: TextIO | None = None,
    stderr: TextIO | None = None,
) -> int:
    """Interview over every workload and real case at or below `path`."""
    out, err, day = stdout or sys.stdout, stderr or sys.stderr, as_of or date.today()
    known = knowledge or load()
    found = read_truths(path, known, day)
    for problem in found.problems:
        print(problem, file=err)
    if not found.truths:
        print(f"No workload or case found at {path}. Give a file or a folder that holds some.", file=err)
        return NOTHING if not found.problems else IMPERFECT
    results = []
    for number, truth in enumerate(found.truths, 1):
        print(f"{number}/{len(found.truths)} {truth.name}", file=err, flush=True)
        results.append(examine(truth, known, day, seed))
    report = QuestionReport(tuple(results), day, seed)
    content = {"about": about_json(about_run(known, day, path)), **as_json(report)}
    print(json.dumps(content, indent=1) if json_output else table(report), file=out)
    return IMPERFECT if found.problems else RAN


def examine(truth: Truth, knowledge: Knowledge, as_of: date, seed: int) -> CaseResult:
    """Every way of asking on one truth."""
    examiner = Examiner(truth, rank_many([truth.whole], knowledge, as_of)[0], knowledge, as_of)
    interview = interview_steps(examiner)
    questions = list(knowledge.questions.values())
    randoms = [
        judged(form_steps(examiner, _shuffled(questions, f"{seed}:{truth.name}:{turn}")), examiner)
        for turn in range(RANDOM_ORDERS)
    ]
    return CaseResult(
        name=truth.name,
        interview=judged(interview, examiner),
        form=judged(form_steps(examiner, questions), examiner),
        random=tuple(randoms),
        minimal=minimal_slots(examiner),
        documented=truth.case is not None and bool(truth.case.documented_choice),
        expert=_expert(interview[-1].winner, examiner),
    )


def interview_steps(examiner: Examiner) -> list[Step]:
    """The product's own interview, until it has no question left; what it is for is asked before all else."""
    workload = examiner.truth.opening
    steps, slots = [examiner.step(workload, ())], frozenset[str]()
    if "use_case" not in workload.known:
        purpose = tuple(part.slot for part in examiner.knowledge.questions[PURPOSE].parts)
        workload, slots = examiner.tell(workload, purpose), frozenset(purpose)
        steps.append(examiner.step(workload, purpose))
    while True:
        asked = Asked(slots, len(steps) - 1)
        ranking = examiner.rank(workload)
        chosen = next_question(ranking, workload, asked, examiner.knowledge, examiner.as_of, NO_PROFILE)
        if chosen is None:
            return steps
        now = tuple(part.slot for part in chosen.parts)
        workload, slots = examiner.tell(workload, now), slots | set(now)
        steps.append(examiner.step(workload, now))


def form_steps(examiner: Examiner, questions: Sequence[Question]) -> list[Step]:
    """Every question in the given order, whatever was answered."""
    workload = examiner.truth.opening
    steps = [examiner.step(workload, ())]
    for question in questions:
        now = tuple(part.slot for part in question.parts)
        workload = examiner.tell(workload, now)
        steps.append(examiner.step(workload, now))
    return steps


def judged(steps: Sequence[Step], examiner: Examiner) -> PathResult:
    """How soon the advice is right or good enough, and stays so."""
    best = examiner.full.winner
    losses = [regret(step.winner, examiner.full, examiner.knowledge, examiner.as_of).stated for step in steps]
    return PathResult(
        questions=len(steps) - 1,
        slots=sum(len(step.asked) for step in steps),
        repeated=repeated(steps),
        agrees=_same(steps[-1].winner, best),
        regret=losses[-1],
        to_winner=first_for_good([_same(step.winner, best) for step in steps]),
        to_good_enough=first_for_good([loss <= GOOD_ENOUGH for loss in losses]),
    )


def repeated(steps: Sequence[Step]) -> int:
    """How often a slot is asked that was asked before.

    >>> repeated([Step((), None), Step(("budget", "team"), None), Step(("team",), None)])
    1
    """
    asked = [slot for step in steps for slot in step.asked]
    return len(asked) - len(set(asked))


def first_for_good(holds: Sequence[bool]) -> int | None:
    """The first place from which on it holds; None where it doesn't at the end.

    >>> first_for_good([False, True, False, True, True])
    3
    >>> first_for_good([True, False]) is None
    True
    """
    for place in range(len(holds), 0, -1):
        if not holds[place - 1]:
            return place if place < len(holds) else None
    return 0


def minimal_slots(examiner: Examiner) -> tuple[str, ...] | None:
    """The fewest slots after which the winner is the one of full knowledge: greedily added, then thinned.

    Chosen with the answers in view, so no interview can be expected to reach it. None where even all slots don't
    lead there (what lies in no question).
    """
    open_slots = _tellable(examiner)
    chosen: list[str] = []
    while not _reached(chosen, examiner):
        if not open_slots:
            return None
        best = min(open_slots, key=lambda slot: _remaining([*chosen, slot], examiner))
        chosen.append(best)
        open_slots.remove(best)
    for slot in tuple(chosen):
        fewer = [other for other in chosen if other != slot]
        if _reached(fewer, examiner):
            chosen = fewer
    return tuple(chosen)


def _tellable(examiner: Examiner) -> list[str]:
    """Slots of which something is true that the opening doesn't say, in the order of the questions."""
    fields, opening = examiner.knowledge.fields, examiner.truth.opening.known
    told = {
        fields[name].slot
        for name, item in examiner.truth.whole.known.items()
        if name not in opening or opening[name].point != item.point
    }
    ordered = [part.slot for question in examiner.knowledge.questions.values() for part in question.parts]
    return [slot for slot in dict.fromkeys((*ordered, *sorted(told))) if slot in told]


def _reached(slots: Sequence[str], examiner: Examiner) -> bool:
    told = examiner.tell(examiner.truth.opening, slots)
    return _same(examiner.rank(told).winner, examiner.full.winner)


def _remaining(slots: Sequence[str], examiner: Examiner) -> tuple[bool, float]:
    """How far the advice after `slots` is from the best."""
    winner = examiner.rank(examiner.tell(examiner.truth.opening, slots)).winner
    loss = regret(winner, examiner.full, examiner.knowledge, examiner.as_of).stated
    return not _same(winner, examiner.full.winner), loss


def _same(one: Draft | None, other: Draft | None) -> bool:
    return (one and one.id) == (other and other.id)


def _shuffled(questions: Sequence[Question], seed: str) -> list[Question]:
    rng = random.Random(seed)  # noqa: S311 - an order, not a secret
    return rng.sample(list(questions), len(questions))


def _expert(advice: Draft | None, examiner: Examiner) -> ExpertRegret | None:
    case = examiner.truth.case
    if case is None or not case.documented_choice:
        return None
    return expert_regret(case, advice, examiner.full, examiner.knowledge, examiner.as_of)
