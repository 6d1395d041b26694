"""A baseline that asks by heart: the first ten slots of the questions file, the same for everybody, and our scorer.

It hears a case's persona and those ten answers, and picks by the product's ranking; what it loses against the
consultation is what choosing the questions is worth.
"""

from collections.abc import Iterable, Mapping
from datetime import date

from knowledge import Knowledge
from tools.ranking import rank_many
from tools.stack_choice import distinct, to_stack
from tools.workload import Workload

from .baselines import Answerer
from .case import RealCase
from .mapping import translate
from .truth import answers, told

NAME = "fixed-order form with our scorer"
SLOTS_ASKED = 10


def form_slots(knowledge: Knowledge, count: int = SLOTS_ASKED) -> tuple[str, ...]:
    """The first slots of the questions file."""
    ordered = (part.slot for question in knowledge.questions.values() for part in question.parts)
    return tuple(dict.fromkeys(ordered))[:count]


def form_answerer(knowledge: Knowledge, as_of: date, count: int = SLOTS_ASKED) -> Answerer:
    """How the form picks for a case."""
    slots = form_slots(knowledge, count)

    def picks(case: RealCase) -> dict[str, list[str]]:
        said = [("", case.persona), *_asked(case.hidden_facts, slots)]
        workload = told(Workload(), said, knowledge, as_of)
        ranking = rank_many([workload], knowledge, as_of)[0]
        stacks = tuple(to_stack(draft, {}, (), knowledge) for draft in distinct(ranking.drafts))
        return translate(stacks, workload, knowledge).picks

    return picks


def form_picks(
    cases: Iterable[RealCase], knowledge: Knowledge, as_of: date
) -> dict[str, dict[str, list[str]]]:
    """Picks by case id."""
    answerer = form_answerer(knowledge, as_of)
    return {case.id: answerer(case) for case in cases}


def _asked(facts: Mapping[str, str | None], slots: tuple[str, ...]) -> list[tuple[str, str]]:
    """The answers in the order of the form."""
    said = dict(answers(facts))
    return [(slot, said[slot]) for slot in slots if slot in said]
