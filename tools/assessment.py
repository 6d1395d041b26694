"""What `assess` returns: everything computed for one workload at one date with one knowledge hash."""

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict

from .estimate import Estimate
from .evidence import Evidence

CATEGORIES = (
    "workload_fit", "performance", "integration", "cost", "security_compliance", "vendor_ecosystem",
)  # fmt: skip


class Result(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Option(Result):
    """A concrete way to fill a slot here."""

    slot: str
    layer: int
    component: str
    """Component id, or the decision option's id."""
    name: str
    detail: str = ""
    """The sized form, e.g. `2 x L40S-48GB, fp8`."""
    score: float
    """Weighted value in [0, 1] of this option within its slot."""
    categories: dict[str, float]
    reasons: tuple[str, ...] = ()
    """Evidence ids that speak for it (or describe it), best first."""
    cautions: tuple[str, ...] = ()
    """Rule ids of warnings that apply."""
    reused: bool = False
    """Already in the organisation's stack."""
    mark: str = ""
    """Whose component it is where it isn't packaged, e.g. `yours: Acme`."""
    bundled_with: str = ""
    """Component that already fills this slot together with another one."""

    @property
    def words(self) -> str:
        """Name, whose it is where it isn't packaged, and sized form."""
        mark = f" ({self.mark})" if self.mark else ""
        return f"{self.name}{mark}{f', {self.detail}' if self.detail else ''}"


class Exclusion(Result):
    """A component or decision option that a hard constraint rules out."""

    slot: str
    component: str
    name: str
    rule: str
    text: str
    evidence: tuple[str, ...] = ()


class SkippedSlot(Result):
    """A slot that this workload doesn't need."""

    slot: str
    layer: int
    name: str
    why: str


class OfferState(Result):
    """What is said of one offer of a component alone: a caution where the component as a whole is asked for."""

    offer: str
    state: Literal["evidenced", "claimed", "unknown", "denied"]
    evidence: tuple[str, ...] = ()


class ComplianceState(Result):
    """One of four states of one component for one regime; only `denied` excludes."""

    component: str
    regime: str
    state: Literal["evidenced", "claimed", "unknown", "denied"]
    evidence: tuple[str, ...] = ()
    offer: str = ""
    """The offer that was asked for; empty = the component as a whole."""
    offers: tuple[OfferState, ...] = ()
    """Where the whole was asked for: its offers of which a source speaks apart."""


class Stack(Result):
    """One option per needed slot plus the two decisions, mutually compatible."""

    id: str
    """Stable name from its decisions and picks."""
    title: str
    model_strategy: Option
    retrieval_pattern: Option
    deployment: str
    """Component id of the deployment mode, or `managed-api`."""
    model: str = ""
    """Model that is served or called."""
    picks: dict[str, Option]
    """slot id -> option, in layer order."""
    runners_up: dict[str, tuple[Option, ...]]
    """slot id -> next best feasible options."""
    categories: dict[str, float]
    score: float
    estimates: dict[str, Estimate]
    """By quantity name of `quantities.yaml`, and a few more (documented in docs/formulas.md)."""
    violations: tuple[str, ...] = ()
    """Hard limits that the estimates break, in words (budget, latency)."""
    risks: tuple[str, ...] = ()
    """Ids into Assessment.risks."""


class Risk(Result):
    id: str
    layer: int
    component: str
    kind: Literal[
        "vendor", "maturity", "end_of_life", "licence", "security", "lock_in", "concentration", "operation"
    ]
    severity: Literal["low", "medium", "high"]
    text: str
    mitigation: str
    plan_b: str = ""
    """Name of the runner-up that would take over."""
    evidence: tuple[str, ...] = ()


class Conflict(Result):
    """Requirements that exclude each other."""

    slots: tuple[str, ...]
    """Workload slots involved."""
    text: str
    resolution: str = ""
    """What the advisor takes to win unless told otherwise, and why."""
    evidence: tuple[str, ...] = ()


class Relaxation(Result):
    """The cheapest change of a requirement that would make a stack feasible, or feasible within budget."""

    field: str
    text: str


class Flip(Result):
    """A change that would dethrone the winner."""

    field: str
    """Field or weight category."""
    threshold: float | str
    unit: str
    to_stack: str
    text: str


class Robustness(Result):
    """SMAA over weights consistent with what was said, and over intervals."""

    first_share: dict[str, float]
    """stack id -> share of the draws in which it is first."""
    draws: int
    seed: int


class Weights(Result):
    categories: dict[str, float]
    lenses: dict[str, float]
    dimensions: dict[str, float]
    """quality, latency, throughput within performance; cost, energy within cost."""
    basis: tuple[str, ...] = ()
    """Why they are so: the default, the profile, the user's priorities."""


class Assessment(Result):
    as_of: date
    knowledge_hash: str
    workload_hash: str
    profile_name: str = ""
    detail: Literal["rank", "full"]
    weights: Weights
    requirements: dict[str, Estimate]
    """Derived numbers about the workload itself, by quantity or derived name."""
    stacks: tuple[Stack, ...]
    """Winner first; empty when nothing is feasible."""
    skipped: tuple[SkippedSlot, ...] = ()
    exclusions: tuple[Exclusion, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    relaxations: tuple[Relaxation, ...] = ()
    compliance: tuple[ComplianceState, ...] = ()
    risks: tuple[Risk, ...] = ()
    robustness: Robustness | None = None
    flips: tuple[Flip, ...] = ()
    counter_argument: str = ""
    """The heaviest criterion on which the runner-up wins, with both values."""
    guards: tuple[str, ...] = ()
    """What is not needed here and why, or is more than the load deserves."""
    assumptions: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()

    @property
    def winner(self) -> Stack | None:
        return self.stacks[0] if self.stacks else None
