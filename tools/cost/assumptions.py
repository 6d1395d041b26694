"""The assumptions of the economic model as estimates that carry their evidence id."""

from knowledge import Knowledge
from knowledge.errors import KnowledgeInvalid
from knowledge.staff import CostParameter, cost_parameters

from ..estimate import Estimate


def assumption(knowledge: Knowledge, name: str) -> Estimate:
    """Low, typical and high of the parameter `name`."""
    parameter = parameter_of(knowledge, name)
    return Estimate(
        low=parameter.low,
        typical=parameter.typical,
        high=parameter.high,
        unit=parameter.unit,
        kind="assumed" if parameter.basis != "sourced" else "estimated",
        evidence=(f"assumption/cost/{name}",),
    )


def parameter_of(knowledge: Knowledge, name: str) -> CostParameter:
    """The parameter `name`; KnowledgeInvalid where the data file lacks it."""
    found = cost_parameters(knowledge).get(name)
    if found is None:
        raise KnowledgeInvalid(f"cost/parameters.yaml lacks the parameter {name!r}.")
    return found
