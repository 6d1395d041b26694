"""From what a file says and what its owner adds to runs of the user's own; what is missing is asked for at once."""

import hashlib
from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

from pydantic import ValidationError

from knowledge import Knowledge
from knowledge.aliases import nearest
from knowledge.errors import InputRefused
from knowledge.hardware import resolve_accelerator
from knowledge.models import ModelSpec, resolve_model
from knowledge.own_runs import OwnRun, file_label
from knowledge.sizing_data import bytes_per
from tools.sizing.measured_load import benchmark_loads

from .result import Result

OPTIONS = {
    "model": ("the model", "--model-id NAME"),
    "accelerator": ("the accelerator", "--accelerator NAME"),
    "devices": ("how many accelerators one replica used", "--count N"),
    "precision": ("the precision of the weights", "--precision fp8"),
    "input_tokens": ("the tokens of a prompt", "--input-tokens N"),
    "output_tokens": ("the tokens of an answer", "--output-tokens N"),
    "concurrency": ("the requests in flight", "--concurrency N"),
}
PRECISIONS = {
    "bfloat16": "bf16", "float16": "bf16", "fp16": "bf16", "half": "bf16", "float8": "fp8", "modelopt": "fp8",
    "w8a8": "int8", "awq": "int4", "gptq": "int4", "w4a16": "int4", "nvfp4": "fp4", "mxfp4": "fp4",
    "modelopt_fp4": "fp4",
}  # fmt: skip
"""Words of engines for the formats that we know; 16 bit is one format here."""
KNOWN_PRECISIONS = ("bf16", "fp8", "int8", "fp4", "int4")
SIGNIFICANT = 3
"""Digits by which two figures are the same measurement: files of one run round differently."""


class Added(NamedTuple):
    """What the owner says about a file; it comes before what the file says."""

    model: str = ""
    accelerator: str = ""
    devices: int | None = None
    precision: str = ""
    engine: str = ""
    input_tokens: float | None = None
    output_tokens: float | None = None
    concurrency: float | None = None
    replicas: int = 1
    """Copies that shared the load."""
    as_of: date | None = None


def own_run(
    result: Result, added: Added, knowledge: Knowledge, content: bytes, file: str, today: date
) -> OwnRun:
    """The run as it is kept; InputRefused names everything that is missing, or the name that isn't known."""
    model = _model(result, added, knowledge)
    values = _values(result, added, knowledge, model)
    missing = [name for name in OPTIONS if values.get(name) in (None, "")]
    if result.arrivals == "offline":
        missing = [name for name in missing if name != "concurrency"]
    if missing:
        raise _incomplete(result, missing)
    assert model is not None
    if not model.sizeable:
        raise InputRefused(
            f"{result.label}: the architecture of {model.key} isn't published, so nothing can be scaled."
        )
    values |= {
        "model": model.key,
        "accelerator": resolve_accelerator(knowledge, str(values["accelerator"])).key,
        "precision": precision_named(str(values["precision"]), knowledge),
        **_figures(result, added, float(values["output_tokens"])),
        "tool": result.tool,
        "arrivals": result.arrivals,
        "requests": result.requests,
        "file": file_label(file),
        "digest": hashlib.sha256(content).hexdigest()[:16],
        "as_of": added.as_of or result.as_of or today,
    }
    return _validated(result.label, {**values, "id": identity(values)})


def identity(values: Mapping[str, Any]) -> str:
    """The same measurement has the same id, from whichever file: configuration, load and figures to three digits."""
    told = sorted(
        f"{name}={_rounded(value)}"
        for name, value in values.items()
        if name not in ("file", "digest", "tool", "engine", "requests", "as_of") and value is not None
    )
    return f"run-{hashlib.sha256('|'.join(told).encode()).hexdigest()[:8]}"


def precision_named(text: str, knowledge: Knowledge) -> str:
    """The format in our words; UnknownName offers the nearest three."""
    word = text.strip().lower().replace("-", "_")
    name = PRECISIONS.get(word, word)
    for known in KNOWN_PRECISIONS:
        if name == known or name.startswith(f"{known}_"):
            bytes_per(knowledge, "bytes_per_parameter", known)
            return known
    raise nearest(text, [*KNOWN_PRECISIONS, *PRECISIONS], "precision")


def _model(result: Result, added: Added, knowledge: Knowledge) -> ModelSpec | None:
    name = added.model or result.model
    return resolve_model(knowledge, name) if name else None


def _values(result: Result, added: Added, knowledge: Knowledge, model: ModelSpec | None) -> dict[str, Any]:
    """Load and place, the owner's words first."""
    known: Mapping[str, float] = {}
    if result.tool.startswith("MLPerf") and model is not None:
        known = benchmark_loads(knowledge)["mlperf"].get(model.arch_key, {})
    answer = added.output_tokens or result.output_tokens or known.get("output")
    prompt = added.input_tokens or result.input_tokens or known.get("input")
    if result.total_tokens and answer and not prompt:
        prompt = result.total_tokens - answer
    if result.total_tokens and prompt and not answer:
        answer = result.total_tokens - prompt
    in_flight = result.concurrency / added.replicas if result.concurrency else None
    return {
        "model": model.key if model else "",
        "accelerator": added.accelerator or result.place.accelerator,
        "devices": added.devices or _whole(result.place.devices),
        "precision": added.precision or result.place.precision,
        "engine": added.engine
        or result.place.engine
        or ("vLLM" if result.tool.startswith("vLLM bench") else ""),
        "input_tokens": prompt,
        "output_tokens": answer,
        "concurrency": added.concurrency or in_flight,
    }


def _figures(result: Result, added: Added, answer: float) -> dict[str, float]:
    """Figures of one replica; where everything was handed over at once, times tell how many waited, nothing else."""
    offline = result.arrivals == "offline"
    figures = {
        name: value for name, value in result.figures.items() if not name.endswith("_per_s") and not offline
    }
    tokens = result.figures.get("output_tokens_per_s")
    rate = result.figures.get("requests_per_s")
    if tokens is None and rate is not None:
        tokens = rate * answer
    if tokens is not None:
        figures["output_tokens_per_s"] = tokens / added.replicas
    if not figures:
        raise InputRefused(f"{result.label}: it holds no figure that an estimate could use.")
    return figures


def _incomplete(result: Result, missing: list[str]) -> InputRefused:
    words = [OPTIONS[name][0] for name in missing]
    options = " ".join(OPTIONS[name][1] for name in missing)
    return InputRefused(f"{result.label} ({result.tool}) doesn't say {', '.join(words)}.", f"Add {options}.")


def _validated(label: str, values: dict[str, Any]) -> OwnRun:
    try:
        return OwnRun.model_validate(values)
    except ValidationError as invalid:
        first = invalid.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise InputRefused(f"{label}: {where}: {first['msg']}.") from invalid


def _whole(text: str) -> int | None:
    return int(text) if text.isdigit() and int(text) > 0 else None


def _rounded(value: Any) -> str:
    return f"{value:.{SIGNIFICANT}g}" if isinstance(value, float | int) else str(value)
