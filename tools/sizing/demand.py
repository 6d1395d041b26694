"""What a serving tier must carry, and the plan that carries it."""

from typing import Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from tools.estimate import Estimate
from tools.wording import PERCENTILES

Arrivals = Literal["even", "random", "bursty"]
Basis = Literal["measured", "scaled", "roofline"]
Validation = Literal["measured", "measured at another precision", "unvalidated"]


class ServingDemand(BaseModel):
    """Load and limits of one model endpoint. A request here is one model call."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    mean_rps: float = Field(gt=0)
    peak_rps: float = Field(gt=0)
    input_tokens: float = Field(ge=1)
    output_tokens: float = Field(ge=1)
    shared_prefix_tokens: float = Field(default=0, ge=0)
    """Leading tokens that every request shares; they are computed once and cached."""
    ttft_limit_ms: float | None = None
    tpot_limit_ms: float | None = None
    e2e_limit_ms: float | None = None
    percentile: float = Field(default=95, ge=50, lt=100)
    """The percentile that the limits speak of."""
    availability_pct: float | None = None
    redundant: bool = False
    """N+1 asked for; implied at 99.5 % availability and above."""
    batch: bool = False
    """Nobody waits: sized for throughput alone."""
    batch_window_h: float | None = None
    """The work of a day (mean_rps x 86400 requests) must be done in so many hours."""
    headroom: bool = True
    """Off: limits speak of means and every place may be filled, as tools do that know no arrivals."""
    context_tokens: float | None = None
    """Longest context that must fit, where longer than input + output."""
    precision: str = ""
    """Precision that the user insists on; empty = chosen by what the device multiplies fast."""
    arrivals: Arrivals = "random"
    """even: evenly spaced, as from a queue; random: independent users; bursty: many at once."""
    accelerators: int | None = Field(default=None, ge=1)
    """As many as there are; None: as many as the load needs."""
    trough_rps: float | None = Field(default=None, ge=0)
    """Lowest rate of the day, down to which replicas may be taken away."""
    speculative_tokens: int = Field(default=0, ge=0, le=16)
    """Tokens proposed for each step of the model; 0: no speculative decoding."""
    speculative_acceptance: float | None = Field(default=None, ge=0, le=1)
    """Declared chance that a proposed token is accepted."""
    draft_cost_share: float = Field(default=0.0, ge=0, le=1)
    """What proposing one token takes, as a share of a plain step; the weights of the draft take the same share."""


class PlanPoint(NamedTuple):
    """Point values of the cheapest feasible plan of one (model, accelerator) pair, for ranking."""

    model: str
    accelerator: str
    precision: str
    accelerators: int
    """0 when infeasible."""
    replicas: int
    per_replica: int
    ttft_p95_ms: float
    tpot_ms: float
    e2e_p95_ms: float
    utilisation: float
    watts: float
    """Mean wall watts of accelerators and their host share, without PUE."""
    feasible: bool
    reason: str


class Latencies(BaseModel):
    """Times that so many percent of the requests stay within."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    percentile: float
    ttft_ms: Estimate
    tpot_ms: Estimate
    e2e_ms: Estimate


class ServingPlan(BaseModel):
    """A sized deployment of one model on one accelerator type, or why there is none."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    model: str
    accelerator: str
    precision: str
    number_format: str = ""
    """The format that engines load: fp16 on devices that don't multiply in bf16."""
    accelerators_per_replica: int
    replicas: int
    accelerators: int
    prompt_tokens: float = 0.0
    """Of a call, without the prefix that is shared."""
    concurrency: float
    """Requests in flight per replica at peak."""
    utilisation: float
    """Mean load over capacity."""
    weights_gb: float
    kv_gb: float
    """KV cache at peak concurrency, all replicas."""
    ttft_mean_ms: float
    tpot_mean_ms: float
    e2e_mean_ms: float
    latencies: tuple[Latencies, ...] = ()
    """The median, the 95th and 99th percentile, and the one that the limits speak of."""
    limits_percentile: float
    """The percentile that the limits speak of."""
    decode_tokens_per_s: Estimate
    """One stream alone on an idle replica."""
    output_tokens_per_s: Estimate
    """Capacity of the whole deployment within the limits."""
    watts: Estimate
    """Mean wall watts of accelerators and their host share, without PUE."""
    peak_rps: float = 0.0
    """Requests a second that it was sized for: the stated peak, or what people at one time ask."""
    most_rps: float = 0.0
    """Requests a second that the deployment carries within the limits, one replica down where N+1 is asked for."""
    attainment_pct: float = 0.0
    """At least so many percent of the requests at peak keep every limit; 100 where there is none."""
    goodput_rps: float = 0.0
    """Requests a second at peak that keep every limit."""
    floor_replicas: int = 0
    """Down to which they may be scaled: what the stated trough needs, else what answers at all; 0 for a batch."""
    mean_replicas: int = 0
    """What the mean load needs within the limits; `replicas` is what the peak needs."""
    saturated: bool = False
    """The load exceeds that: the accelerators that there are don't carry it."""
    feasible: bool
    reason: str = ""
    """Why there is no plan, and what comes nearest."""
    basis: Basis
    """measured: the user measured this load; scaled: to runs of this configuration; roofline: the formula alone."""
    validation: Validation = "unvalidated"
    """Whether somebody published a run of this model's architecture on this accelerator, at this precision."""
    engine_settings: str = ""
    """What the engine must be told, as arguments of llm-memory, where its defaults don't hold what is planned."""
    percentiles: str = PERCENTILES
    """What is known of the percentiles."""
    evidence: str
    """One sentence: which measurement or formula stands behind it."""

    def at(self, percentile: float) -> Latencies:
        """The times at a percentile that the plan states."""
        return next(item for item in self.latencies if item.percentile == percentile)

    @property
    def p95(self) -> Latencies:
        return self.at(95.0)
