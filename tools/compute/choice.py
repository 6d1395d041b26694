"""What runs the model: the point figures of one way to serve it, enough to rank stacks."""

from typing import Literal, NamedTuple

from ..estimate import Estimate

Kind = Literal["api", "llm", "encoder", "classical", "device", "custom", "training", "none"]
Unit = Literal["token", "audio_minute", "character", "image"]
MANAGED_API = "managed-api"


class Training(NamedTuple):
    """One training run, in point figures."""

    accelerator: str
    mode: str
    params_b: float
    tokens: float
    gpu_hours: float
    gpus: int
    usd: float | None


class Compute(NamedTuple):
    """One way to run the model of a strategy in one place."""

    kind: Kind
    deployment: str
    """Component id of the deployment mode, or `managed-api`."""
    model: str = ""
    provider: str = ""
    """Component id of the model API."""
    accelerator: str = ""
    precision: str = ""
    accelerators: int = 0
    vcpus: int = 0
    """Rented or own processors where an encoder runs without an accelerator."""
    replicas: int = 0
    unit: Unit = "token"
    """What a hosted model is billed by."""
    rate_per_s: float | None = None
    """Items, images or seconds of audio a second of one device, where the model isn't a language model."""
    usd_month: float | None = None
    """Serving alone; None = unpriced."""
    least_usd: float = 0.0
    """What an unpriced one costs at least, a month."""
    ttft_ms: float | None = None
    tpot_ms: float | None = None
    e2e_ms: float | None = None
    item_ms: Estimate | None = None
    """One item through a model that isn't a language model, network left out, with its range and kind."""
    features_p99_ms: Estimate | None = None
    """Reading the features of all candidates of a request."""
    utilisation: float = 0.0
    watts: float | None = None
    quality: float | None = None
    quickest: float = 1.0
    """Of an assumed speed, its quick end as a share of the times above; 1 where they are computed or measured."""
    feasible: bool = True
    reason: str = ""
    training: Training | None = None

    @property
    def quickest_e2e_ms(self) -> float | None:
        return None if self.e2e_ms is None else self.e2e_ms * self.quickest

    @property
    def quickest_ttft_ms(self) -> float | None:
        return None if self.ttft_ms is None else self.ttft_ms * self.quickest
