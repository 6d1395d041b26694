"""The explanation of a recommendation: what may be cited is retrieved, told, and kept where it is supported."""

from typing import NamedTuple

from tools.workload import Workload

from .arguments import facts_for
from .context import TurnContext
from .narrator import explanation, stack_values
from .reply import Claim
from .verify import supported


class Explained(NamedTuple):
    """Sentences that stand, and how many did not."""

    claims: tuple[Claim, ...]
    record_ids: list[str]
    dropped: int


def records_of_advice(workload: Workload, context: TurnContext) -> list[str]:
    """Records about the picks, the runners-up and what is excluded, and those that arguments cite."""
    assessment = context.assess(workload)
    stacks = assessment.stacks[:1]
    picks = [option.component for stack in stacks for option in stack.picks.values()]
    others = [item.component for stack in stacks for row in stack.runners_up.values() for item in row]
    excluded = [item.component for item in assessment.exclusions]
    hits = list(context.retriever.fetch_for(picks, others, excluded))
    for stack in stacks:
        values = stack_values(stack, workload, context.knowledge)
        hits += context.retriever.by_ids(facts_for(stack, values, context.knowledge))
    return list(dict.fromkeys(hit.record_id for hit in hits))


def explained(workload: Workload, context: TurnContext) -> Explained:
    """The narrator's sentences about `workload`, each checked against its evidence."""
    record_ids = records_of_advice(workload, context)
    told = explanation(context.assess(workload), workload, context.knowledge, frozenset(record_ids))
    kept, dropped = supported(
        [claim.model_dump(mode="json") for claim in told], workload, record_ids, context
    )
    return Explained(tuple(Claim.model_validate(claim) for claim in kept), record_ids, len(dropped))
