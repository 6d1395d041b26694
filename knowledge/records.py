"""What the knowledge base holds: slots, components, facts, rules, decisions and arguments.

Every record is one block of a data file. A number or claim about the world stands in a Fact with
its source and date; judgement (a fit, a threshold of ours) stands in a Rule and is called judgement.
"""

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, FiniteFloat, model_validator

Category = Literal[
    "workload_fit", "performance", "integration", "cost", "security_compliance", "vendor_ecosystem"
]
"""The six assessment categories of the framework's Table 4."""

Dimension = Literal["quality", "latency", "throughput", "cost", "energy"]
Tier = Literal["T1", "T2", "T2v", "P", "T3", "T4", "U", "D"]
"""T1 primary: maker, provider, regulator or register speaks for itself (OWASP for its advice, a foundation for the
status of its projects, FedRAMP's marketplace for authorisations, a price list in the seller's own repository);
T2 neutral data and independent benchmarks, archived copies among them; T2v what a maker measures or claims of its
own product's speed, scale or quality; P paper; T3 compilation, or one maker about
another's product; T4 news; D derived, computed here from data that is named; U stated by the user."""

Attestation = Annotated[
    str,
    Field(
        pattern=r"^(hipaa|soc2|iso27001|gdpr|pci_dss|fedramp|eu_ai_act|air_gap|residency_[a-z]{2})$",
    ),
]
"""A regime that a compliance fact speaks of. `residency_eu`, `residency_us`, `residency_<country>`: content kept and
processed there on request; `eu_ai_act`: what a model provider undertook; `air_gap`: runs without any connection."""
Attestations = Annotated[
    tuple[Attestation, ...], BeforeValidator(lambda given: given.split() if isinstance(given, str) else given)
]

Offers = Annotated[
    tuple[Annotated[str, Field(min_length=2, max_length=60)], ...],
    BeforeValidator(lambda given: [given] if isinstance(given, str) else given),
]

Mode = Literal["saas", "cloud_service", "byoc", "self_vm", "kubernetes", "in_process", "edge", "air_gap"]
Unit01 = Annotated[float, Field(ge=0, le=1)]


class Record(BaseModel):
    """A frozen block of a knowledge file; unknown keys are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Origin(Record):
    """Where a record, or some of its attributes, came from when it isn't packaged."""

    kind: Literal["yours", "refreshed"]
    name: str
    """Whose folder, or which public source."""
    keys: tuple[str, ...] = ()
    """Attributes that came from there; empty = the whole record."""
    url: str = ""
    as_of: date | None = None

    @property
    def text(self) -> str:
        """`yours (Acme): status`, `refreshed 2026-11-26 from endoflife.date: status`."""
        told = f"yours ({self.name})" if self.kind == "yours" else f"refreshed {self.as_of} from {self.name}"
        return f"{told}: {', '.join(self.keys)}" if self.keys else told


class Laid(Record):
    """A record that may be laid over a packaged one."""

    origins: tuple[Origin, ...] = ()

    @property
    def mark(self) -> str:
        """In whose name it speaks when it isn't ours: `yours: Acme`; empty for a packaged or refreshed one."""
        return next((f"yours: {item.name}" for item in self.origins if item.kind == "yours"), "")


class Source(Record):
    """Where a statement was read."""

    url: str
    """URL (pinned to a commit where possible), or the name of a source that has none."""
    locator: str = ""
    """Heading, table or line inside the source."""


class Fact(Laid):
    """One atomic, sourced statement in our own words."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9.+-]*/[a-z]+/[a-z0-9.+-]+$")
    """component/kind/key, stable for ever."""
    version: int = 1
    component: str
    """Component id; or `decision:<id>`, `slot:<id>`, `cloud:<name>`, `topic:<name>` for facts about those."""
    slots: tuple[str, ...] = ()
    kind: Literal[
        "risk",
        "compat",
        "limit",
        "perf",
        "ops",
        "compliance",
        "licence",
        "cost",
        "tradeoff",
        "practice",
        "quality",
    ]
    statement: str = Field(min_length=1, max_length=400)
    value: FiniteFloat | str | None = None
    unit: str = ""
    tier: Tier
    source: Source
    as_of: date | None
    """Date of the source, or None where it carries none."""
    read_at: date
    review_by: date
    conflicts_with: tuple[str, ...] = ()
    seed_ids: tuple[str, ...] = ()
    attestation: Attestations = ()
    """For compliance facts: the regimes that they speak of; one may be written without a list."""
    names_product: bool = True
    """Whether a compliance fact's source names the product, and not only the platform or company that it belongs to."""
    denies: bool = False
    """A compliance fact that says the component does NOT offer the regime."""
    offer: Offers = ()
    """The tools, plans, editions or services of the component that an attestation or denial is about, by the names that
    its source gives them; one may be written without a list. Empty: it is about the component as a whole."""
    by_choice: bool = False
    """Whether any customer of the component may choose the offer, so that what it attests can be had of the whole."""
    all_services: bool = False
    """Whether the source says it of all services of a platform, so that it attests to each of them."""


class Slot(Record):
    """A role that a stack may have to fill; the components in one slot are substitutes."""

    id: str
    layer: int = Field(ge=1, le=6)
    name: str
    purpose: str
    needed_when: str
    skip_when: str
    default_if_unsure: str
    need: str
    """Expression over fields, derived names and decision names."""
    core: bool
    moves: tuple[str, ...]
    depends_on: tuple[str, ...] = ()
    skip_text: str = ""
    """What to tell the user when the slot isn't needed: one sentence, no template filler."""


class ScaleEnvelope(Record):
    """The load over which a component is comfortable."""

    metric: str
    """A field or derived name, e.g. `vector_count`, `peak_rps`, `events_per_s`."""
    low: float = 0
    """Below this it is more machinery than the load deserves."""
    high: float
    """Above this it is outside what it's documented or known for."""
    basis: str = "judgement"
    """A fact id, or `judgement`."""

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.low > self.high:
            raise ValueError(f"low {self.low:g} is above high {self.high:g}")
        return self


class Component(Laid):
    """A product or project that can fill slots."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9.+-]*$")
    name: str
    slots: tuple[str, ...] = Field(min_length=1)
    """Slots that it fills, main one first. Several = a bundle: cost and risk are counted once."""
    vendor: str
    licence: str
    licence_class: Literal[
        "permissive",
        "weak-copyleft",
        "copyleft",
        "network-copyleft",
        "source-available",
        "proprietary",
        "mixed",
        "n/a",
    ]
    licence_basis: str
    modes: frozenset[Mode]
    clouds: frozenset[str] = frozenset({"any"})
    """aws, gcp, azure, oci; `any` where it runs or is offered everywhere."""
    jurisdiction: Literal["us", "eu", "cn", "other", "none"] = "none"
    """Country of the company that operates it, when it's operated by a company; `none` when you run it."""
    status: Literal["active", "watch", "stale", "maintenance", "eol", "do_not_recommend"]
    scored: bool = True
    """False: known by name (for aliases and existing stacks), never recommended."""
    maturity: Literal[
        "graduated",
        "incubating",
        "sandbox",
        "archived",
        "vendor_ga",
        "vendor_preview",
        "established_oss",
        "emerging",
    ]
    vendor_type: Literal[
        "foundation", "public_company", "private_funded", "community", "state_or_lab", "self"
    ]
    months_since_release: int | None = Field(default=None, ge=0)
    first_release_year: int | None = None
    ops_complexity: int = Field(ge=1, le=5)
    """1 library or SaaS … 5 three or more stateful dependencies."""
    exit_path: Literal["drop_in_api", "export_open_format", "copy_out", "rewrite", "none"]
    open_standard: frozenset[str] = frozenset()
    skills: frozenset[str] = frozenset()
    security_features: frozenset[str] = frozenset()
    automation_level: Literal["manual", "scripted", "operator", "managed"] = "scripted"
    integrates_with: frozenset[str] = frozenset()
    """Component ids and protocols it is known to work with."""
    requires: tuple[str, ...] = ()
    """Component ids (any one of `a|b`) that must be in the stack too."""
    scale: tuple[ScaleEnvelope, ...] = ()
    performance: dict[Dimension, Unit01] = Field(default_factory=dict)
    """Standing inside its slot on a fixed 0-1 scale, from the cited facts; a missing one is unknown."""
    price_model: str = ""
    """Key of cost/service_prices.csv, `free_oss`, or empty = unpriced."""
    url: str
    fact_ids: tuple[str, ...] = ()
    seed_ids: tuple[str, ...] = ()
    notes: str = ""


class Rule(Laid):
    """What follows for a slot's components from the workload and the other picks."""

    id: str
    effect: Literal["exclude", "require", "warn", "guard", "value"]
    """exclude/require need T1/T2 facts (or a `requirement` basis); guard = over-engineering; value moves a score."""
    slot: str = ""
    """Slot or decision it speaks of; empty = any."""
    components: tuple[str, ...] = ()
    """Component or decision-option ids it applies to; empty = all of the slot."""
    where: str = ""
    """Expression over the component's own attributes, listed in `workload/names.yaml`."""
    when: str = "true"
    """Expression over fields, derived names and decisions."""
    category: Category = "workload_fit"
    delta: float = Field(default=0, ge=-1, le=1)
    """For `value`, `warn` and `guard`: how far the category's score moves when the condition holds."""
    requires: tuple[str, ...] = ()
    """For `require`: component ids or slots that must be filled too."""
    text: str
    """Why, in one sentence, own words."""
    fact_ids: tuple[str, ...] = ()
    basis: Literal["facts", "requirement", "judgement"] = "facts"
    """requirement = follows logically from what the user demands; judgement = ours, can only move value."""


class Decision(Record):
    """An option of one of the two decisions that stand beside the slots."""

    id: str
    decision: Literal["model_strategy", "retrieval_pattern"]
    name: str
    description: str
    gate: str = "true"
    """Expression that must not be false (unknown passes)."""
    gate_text: str = ""
    prior: Unit01
    """Fit before any value rule: how often it is right when nothing else is known."""
    sets: dict[str, bool] = Field(default_factory=dict)
    """Names that are set for slot needs and rules: selfhost, trains, uses_model_api…"""
    fact_ids: tuple[str, ...] = ()


class Argument(Laid):
    """A trade-off worth telling: what an expert would say about this pick in this workload."""

    id: str
    about: str
    """slot id, `dec.model_strategy`, `dec.retrieval_pattern`, or component id."""
    when: str = "true"
    """Expression over fields, derived names, decisions and `picked` (set of picked component and option ids)."""
    weight: Unit01
    """How much it matters when it applies; the narrator takes the heaviest first."""
    text: str = Field(max_length=420)
    """One or two sentences; `{name}` is a value of the assessment, `{pick:slot}` a picked component's name."""
    fact_ids: tuple[str, ...] = Field(min_length=1)
    role: Literal["why", "tradeoff", "bottleneck", "strategy", "exit", "trigger", "practice", "risk"] = (
        "tradeoff"
    )


class DerivedName(Record):
    """A named quantity computed from fields."""

    name: str
    formula: str
    unit: str = ""
    meaning: str


class FieldSpec(Record):
    """A workload field: name, kind, unit, values."""

    name: str
    slot: str
    kind: Literal["number", "enum", "set", "text", "ranking"]
    unit: str = ""
    values: tuple[str, ...] = ()
    note: str = ""
    minimum: float | None = None
    maximum: float | None = None
    """Physical or plain-sense bounds; outside them the value is refused with a reason."""
    use_upper: bool = False
    """Of a range, the upper end counts: latency limits, peaks and sizes that must fit."""
    own: bool = False
    """True for fields that this product adds to the shared vocabulary."""


class QuestionPart(Record):
    """One workload slot of a question."""

    slot: str
    fields: tuple[str, ...] = Field(min_length=1)
    """Fields that its answer settles; the slot counts as known when one of them is."""
    text: str
    """The question about this slot alone, one sentence."""
    default: str
    """What is assumed on "I don't know", in words."""
    ask_when: str = "true"


class Question(Record):
    """A question of the interview: up to three related slots, of which the unknown ones are asked."""

    id: str
    parts: tuple[QuestionPart, ...] = Field(min_length=1, max_length=3)
    why: str
    """What the answer decides."""
    choices: tuple[str, ...] = ()
    """Complete answers in plain words, as a user would type them."""
    gate_when: str = "false"
    """Expression: when it holds, the answer can make stacks infeasible, so it's asked before any other."""


class ConflictRule(Record):
    """Requirements that exclude each other, and which of them wins unless the user says otherwise."""

    id: str
    when: str
    slots: tuple[str, ...] = Field(min_length=1)
    """Workload slots that clash; one where both sides belong to it."""
    text: str
    """Names both sides and why they clash; `{name}` is a value, as in conditions."""
    resolution: str
    """What is taken to win, and why; `{name}` as in the text."""
    drops: tuple[str, ...] = ()
    """Fields that are set aside meanwhile."""
