"""Benchmarks that the user ran: they come before every formula and before published runs.

They lie in a table that ships empty; the rows come from `stackwright calibrate`, or from the folder of one's own.
"""

import re
from datetime import date
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from .aliases import table_cache, validated
from .hardware import accelerators
from .models import models
from .records import Record

if TYPE_CHECKING:
    from .library import Knowledge

TABLE = "perf/own_measured.csv"
PREFIX = "measurement/"
Arrivals = Literal["closed", "open", "offline"]
"""closed: so many clients, each with one request; open: requests at a rate; offline: everything handed over at once."""


class OwnRun(Record):
    """One replica under one load; times are means unless their names say otherwise."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{2,40}$")
    model: str
    accelerator: str
    devices: int = Field(ge=1, le=1024)
    """Of one replica."""
    precision: str
    engine: str = Field(default="", max_length=60)
    tool: str = Field(default="", max_length=60)
    """What measured it."""
    arrivals: Arrivals
    input_tokens: float = Field(gt=0)
    output_tokens: float = Field(gt=0)
    concurrency: float | None = Field(default=None, gt=0)
    """Requests in flight; empty where everything was handed over at once."""
    requests: int | None = Field(default=None, ge=1)
    ttft_ms: float | None = Field(default=None, gt=0)
    ttft_p95_ms: float | None = Field(default=None, gt=0)
    ttft_p99_ms: float | None = Field(default=None, gt=0)
    tpot_ms: float | None = Field(default=None, gt=0)
    tpot_p95_ms: float | None = Field(default=None, gt=0)
    tpot_p99_ms: float | None = Field(default=None, gt=0)
    e2e_ms: float | None = Field(default=None, gt=0)
    e2e_p95_ms: float | None = Field(default=None, gt=0)
    e2e_p99_ms: float | None = Field(default=None, gt=0)
    output_tokens_per_s: float | None = Field(default=None, gt=0)
    """Of one replica."""
    file: str = Field(max_length=80)
    digest: str = Field(default="", max_length=16)
    """Of the file's content."""
    as_of: date
    """Day of the measurement; where the file doesn't say, of the import."""
    source: str = ""
    """Whose it is, where it comes from a shared folder."""

    @property
    def evidence_id(self) -> str:
        return f"{PREFIX}{self.id}"

    @property
    def citation(self) -> str:
        """`your measurement of 2026-11-20, run.json`."""
        return f"your measurement of {self.as_of}, {self.file}"


FIGURES = tuple(name for name in OwnRun.model_fields if name.endswith(("_ms", "_per_s")))


def own_runs(knowledge: "Knowledge") -> tuple[OwnRun, ...]:
    """Every run of the user whose model and accelerator are known, by id."""
    return table_cache(knowledge, _read)


def strange_names(run: OwnRun, knowledge: "Knowledge") -> str:
    """What of a run isn't known here (any more); empty where all of it is."""
    if run.model not in models(knowledge):
        return f"unknown model {run.model!r}"
    return "" if run.accelerator in accelerators(knowledge) else f"unknown accelerator {run.accelerator!r}"


def file_label(name: str) -> str:
    """The name of a file as it may stand in sentences: no path, no control characters, not long.

    >>> file_label("bench serve\\n(1).json")
    'bench_serve_1_.json'
    """
    return re.sub(r"[^\w.+-]+", "_", name)[-80:].lstrip("+-.") or "file"


def _read(knowledge: "Knowledge") -> tuple[OwnRun, ...]:
    found = [validated(OwnRun, row, TABLE) for row in knowledge.files.rows(TABLE)]
    return tuple(sorted((run for run in found if not strange_names(run, knowledge)), key=lambda run: run.id))
