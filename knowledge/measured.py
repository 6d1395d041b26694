"""Published measurements of language models being served: they come before any formula."""

from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict

from .aliases import table_cache, validated

if TYPE_CHECKING:
    from .library import Knowledge


class MeasuredRun(BaseModel):
    """One configuration under a closed loop of `concurrency` clients; median over engine versions."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    accelerator: str
    devices: int
    arch_key: str
    precision: str
    engine: str
    input_tokens: float
    output_tokens: float
    concurrency: float
    source: str
    ttft_ms: float
    tpot_ms: float
    runs: int

    @property
    def group(self) -> str:
        """What leave-group-out withholds."""
        return f"{self.accelerator}|{self.arch_key}"


SOURCES = {
    "inferencex": "InferenceX runs redistributed in aiconfigurator-core 0.12.0 (Apache-2.0)",
    "nvidia-silicon": "NVIDIA silicon runs in aiconfigurator-core 0.12.0 (Apache-2.0)",
}


def measured_runs(knowledge: "Knowledge") -> tuple[MeasuredRun, ...]:
    """Every measured run, in file order."""
    return table_cache(knowledge, _read)


def _read(knowledge: "Knowledge") -> tuple[MeasuredRun, ...]:
    name = "perf/serving_measured.csv"
    return tuple(validated(MeasuredRun, row, name) for row in knowledge.files.rows(name))
