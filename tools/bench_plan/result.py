"""What a plan of verification consists of."""

from pydantic import BaseModel, ConfigDict

from tools.estimate import Estimate


class Part(BaseModel):
    """A piece of a plan."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Check(Part):
    """A prediction and what would contradict it."""

    metric: str
    """As the result file names it."""
    predicted: Estimate
    contradicted_if: str


class ServingBench(Part):
    """How to measure one replica of a language model."""

    model: str
    accelerator: str
    precision: str
    accelerators_per_replica: int
    input_tokens: int
    output_tokens: int
    rate_rps: float
    """Of one replica at peak."""
    in_flight: float
    """That the rate should keep busy."""
    prompts: int
    """Of each seed."""
    seeds: int
    checks: tuple[Check, ...]
    accelerator_hours: Estimate
    price_usd: Estimate | None
    write_down: tuple[str, ...]
    notes: tuple[str, ...] = ()


class VectorBench(Part):
    """How to measure a vector index."""

    engine: str
    vectors: int
    dimensions: int
    results: int
    recall_target: float | None
    filtered: bool
    clients: tuple[int, ...]
    checks: tuple[Check, ...]
    write_down: tuple[str, ...]
    notes: tuple[str, ...] = ()


class BenchPlan(Part):
    """Everything to run, in one script."""

    serving: ServingBench | None
    vectors: VectorBench | None
    notes: tuple[str, ...] = ()
    sources: tuple[str, ...]
    """Where the options of the commands were looked up."""
    script: str
    """A POSIX shell script."""
