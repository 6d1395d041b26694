"""An assessment in short: the winner slot by slot, its numbers, what speaks against it, and the sources.

The whole assessment is some 200 kB, most of it scores of runners-up. What a reader decides by stands here.
"""

from datetime import date

from pydantic import BaseModel, ConfigDict

from tools.assessment import Conflict, Relaxation, Risk
from tools.estimate import Kind

from .citations import Source


class Short(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class Figure(Short):
    """A number with its range: low <= typical <= high."""

    low: float
    typical: float
    high: float
    unit: str
    kind: Kind
    """measured, vendor, estimated, assumed or user."""
    at_least: bool = False
    """A part of it has no price."""
    evidence: tuple[str, ...] = ()
    """The calculation first, then what it rests on, unless a number before it names it already."""


class Alternative(Short):
    component: str
    name: str
    detail: str = ""
    score: float


class Filled(Short):
    """What fills a slot or settles a decision."""

    slot: str
    role: str
    """The slot in words."""
    layer: int
    component: str
    name: str
    detail: str = ""
    """The sized form, e.g. `2 x L40S-48GB, fp8`."""
    score: float
    reused: bool = False
    """Already in the organisation's stack."""
    bundled_with: str = ""
    """Component that fills this slot along with another one."""
    alternatives: tuple[Alternative, ...] = ()
    """Next best feasible ones, best first."""
    cautions: tuple[str, ...] = ()
    """Evidence ids of warnings that apply."""
    evidence: tuple[str, ...] = ()


class Winner(Short):
    id: str
    title: str
    score: float
    categories: dict[str, float]
    deployment: str
    model: str = ""
    decisions: tuple[Filled, ...]
    slots: tuple[Filled, ...]
    """One for each slot that this workload needs, in layer order."""
    numbers: dict[str, Figure]
    """Sizes, latencies, costs, energy, by quantity."""
    violations: tuple[str, ...] = ()
    """Limits of the user that the numbers break."""
    evidence: tuple[str, ...] = ()


class Rival(Short):
    id: str
    title: str
    score: float
    first_share: float | None = None
    """Share of the weightings in which it is first."""
    monthly_total_cost_usd: float | None = None
    violations: tuple[str, ...] = ()


class Robust(Short):
    first_share: float | None = None
    """Share of the weightings, consistent with the priorities, in which the winner stays first."""
    draws: int = 0
    would_flip: tuple[str, ...] = ()
    """Changes that would dethrone the winner."""
    counter_argument: str = ""


class Unneeded(Short):
    slot: str
    name: str
    why: str


class Excluded(Short):
    why: str
    """What is true of each of the components."""
    components: tuple[str, ...]
    """Ids of what this rules out, the first dozen."""
    count: int
    """Of all of them."""
    evidence: tuple[str, ...] = ()
    """Of the first of them; show_knowledge has the facts about each."""


class Summary(Short):
    """A recommendation in short."""

    as_of: date
    knowledge_hash: str
    workload_hash: str
    profile_name: str = ""
    winner: Winner | None
    """None: nothing is feasible; see conflicts and relaxations."""
    rivals: tuple[Rival, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    relaxations: tuple[Relaxation, ...] = ()
    """The cheapest changes of requirements that would help."""
    robustness: Robust
    requirements: dict[str, Figure]
    """Numbers about the workload itself."""
    not_needed: tuple[Unneeded, ...] = ()
    excluded: tuple[Excluded, ...] = ()
    guards: tuple[str, ...] = ()
    """What would be more than the load deserves."""
    risks: tuple[Risk, ...] = ()
    """The serious ones; the tool risk-register knows all."""
    assumptions: tuple[str, ...] = ()
    """What was taken where the workload says nothing."""
    weights: dict[str, float]
    evidence: tuple[Source, ...] = ()
    """What stands behind every evidence id above."""
