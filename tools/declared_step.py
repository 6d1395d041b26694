"""A step of a request as it is declared: what it is, how long it takes or what it takes to size it."""

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

StepKind = Literal[
    "timed", "llm", "network", "local_network", "guardrail", "retrieve", "keyword", "embed", "rerank", "tool"
]
ENCODED = ("embed", "rerank", "guardrail")
"""A model reads so many items and writes nothing."""
RUN = ("llm", *ENCODED)
"""A model runs."""
OF_MODELS = ("model", "accelerator", "input_tokens", "output_tokens")
OF_LLMS = ("shared_prefix_tokens", "ttft_limit_ms", "tpot_limit_ms")
AROUND_OTHERS = frozenset({"name", "times", "usd", "parallel"})
"""What can be said of steps that start at once."""


class RequestStep(BaseModel):
    """One step of a request, or several that run at once."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True, allow_inf_nan=False)

    name: str = ""
    kind: StepKind = "timed"
    """timed: as stated; llm: a call of a language model; retrieve: sized by vectors and dims; embed, rerank, guardrail:
    sized by model, accelerator, items and input_tokens; others, and those without: the assumed time of their kind."""
    times: float = Field(default=1.0, gt=0, le=1000)
    """How often in a row; a mean, so no whole number is needed."""
    p95_ms: float | None = Field(default=None, gt=0)
    """95th percentile of one run, where it is known; what a step describes is sized and paid all the same."""
    mean_ms: float | None = Field(default=None, gt=0)
    """Mean of one run; left out: the percentile over the usual ratio."""
    usd: float = Field(default=0.0, ge=0)
    """What one run costs, beside models that are priced here."""
    model: str = ""
    accelerator: str = ""
    """Where the model runs; left out: at its provider."""
    input_tokens: float = Field(default=0.0, ge=0)
    """Of a call; of embed, rerank and guardrail those of one item."""
    output_tokens: float = Field(default=0.0, ge=0)
    shared_prefix_tokens: float = Field(default=0.0, ge=0)
    """Leading tokens that an earlier call, or every request, has left in the cache."""
    ttft_limit_ms: float | None = Field(default=None, gt=0)
    """95th percentile that the first token of the call may take, where we run the model."""
    tpot_limit_ms: float | None = Field(default=None, gt=0)
    """The same of each further token; without limits the fewest accelerators are filled."""
    vectors: float | None = Field(default=None, ge=1)
    """Of the index that a retrieve step searches, with dims."""
    dims: float | None = Field(default=None, ge=1, le=65536)
    items: float | None = Field(default=None, ge=1)
    """Texts that embed, rerank or guardrail reads in one run; left out: one, and of rerank it has to be given."""
    parallel: tuple["RequestStep", ...] = ()
    """Steps that start at once; the slowest of them counts."""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.mean_ms is not None and self.p95_ms is not None and self.mean_ms > self.p95_ms:
            raise ValueError(
                f"mean_ms {self.mean_ms:g} is above p95_ms {self.p95_ms:g}, within which 95 of 100 runs stay: "
                "check the two, or give only one of them"
            )
        if (self.vectors is None) != (self.dims is None):
            raise ValueError("an index is sized by vectors and dims together: give both, or neither")
        if self.vectors is not None and self.kind != "retrieve":
            raise ValueError(f"vectors and dims are of a retrieve step, this one is {self.kind}")
        if self.items is not None and self.kind not in ENCODED:
            raise ValueError(f"items are read by embed, rerank or guardrail, this step is {self.kind}")
        self._check_unread()
        self._check_hosted()
        if self.shared_prefix_tokens > self.input_tokens:
            raise ValueError(
                f"shared_prefix_tokens {self.shared_prefix_tokens:g} is above input_tokens {self.input_tokens:g}, "
                "of which it is a part"
            )
        self._check_encoder()
        return self

    def _check_unread(self) -> None:
        """What a step doesn't look at is refused: it would be taken for heard."""
        given = {name for name in self.model_fields_set if getattr(self, name)}
        if self.parallel and given - AROUND_OTHERS:
            raise ValueError(
                f"{', '.join(sorted(given - AROUND_OTHERS))} of steps at once: give it to a step inside parallel"
            )
        for names, kinds in ((OF_MODELS, RUN), (OF_LLMS, ("llm",))):
            idle = [name for name in names if name in given]
            if idle and self.kind not in kinds:
                raise ValueError(
                    f"{', '.join(idle)} can't be of a {self.kind} step: give kind={' or '.join(kinds)}"
                )

    def _check_hosted(self) -> None:
        """The time of a model at its provider is assumed: no limit changes what is sized."""
        limits = [name for name in ("ttft_limit_ms", "tpot_limit_ms") if getattr(self, name) is not None]
        if limits and not self.accelerator:
            raise ValueError(
                f"{' and '.join(limits)} can't be kept at a provider: give accelerator to size the model, or leave "
                "the limits out"
            )

    def _check_encoder(self) -> None:
        """A model on an accelerator of one's own is sized, which takes its items and their length."""
        if not self.encoded:
            return
        if not self.model:
            raise ValueError(
                f"{self.kind} on {self.accelerator} is without its model: give model, or leave out accelerator"
            )
        if not self.input_tokens:
            raise ValueError(f"{self.kind} with {self.model} is without input_tokens, the tokens of one item")
        if self.kind == "rerank" and self.items is None:
            raise ValueError(f"rerank with {self.model} is without items, the passages that it scores")

    @property
    def encoded(self) -> bool:
        """Whether a model of one's own reads items here."""
        return self.kind in ENCODED and bool(self.accelerator)

    @property
    def unpriced(self) -> bool:
        """Whether it runs something that costs money, of which nobody says how much."""
        runs = self.kind in ENCODED or self.kind == "retrieve"
        told = "usd" in self.model_fields_set
        return runs and not (told or self.model or self.vectors)

    @property
    def stated(self) -> bool:
        """Whether the time is given."""
        return self.p95_ms is not None or self.mean_ms is not None

    @property
    def title(self) -> str:
        return self.name or self.model or self.kind
