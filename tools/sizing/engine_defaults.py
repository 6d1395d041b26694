"""What engines do where nobody tells them: the settings that reproduce most of the published starts.

vLLM reads prompts of up to 32,768 tokens whole on small devices and in chunks on large ones, and provides logits for
more sequences there. Which precision of the cache, how many rows and whether they are sorted is chosen by counting
logs and reports: docs/formulas/memory.md.
"""

from collections.abc import Callable, Collection
from itertools import combinations
from typing import Literal

from knowledge import Knowledge
from knowledge.hardware import Accelerator
from knowledge.memory_data import GIB, visible_gb
from knowledge.sizing_data import bytes_per, constant

from .engine_memory import EngineSettings

Engine = Literal["vllm", "sglang", "tensorrt-llm", "lmdeploy", "pytorch"]
CACHE_PRECISION = "bf16"
"""Engines keep the cache in 16 bit beside weights of fewer bits until told otherwise."""
A100_CAPABILITY = 8.0
"""vLLM counts the A100 among the small devices whatever its memory."""


def unasked_settings(
    knowledge: Knowledge, engine: Engine, accelerator: Accelerator, context: float
) -> EngineSettings:
    """The settings of `engine` on one `accelerator` for sequences of up to `context` tokens."""
    large = _large(knowledge, accelerator)
    rows = constant(knowledge, "engine", "profiled_sequences").interval
    return EngineSettings(
        prompt_tokens=_prompt_tokens(knowledge, context, large),
        sequences=rows[2] if large and engine != "sglang" else rows[1],
        cache_precision=CACHE_PRECISION,
        work="beside" if engine == "sglang" else "within",
        sorts=engine != "sglang",
    )


TOLD = {
    "sorts": "sorts_logits",
    "sequences": "batch_rows",
    "cache_precision": "cache_precision",
    "prompt_tokens": "prompt_tokens",
}
"""Setting -> argument of llm-memory, in the order in which they are tried: what costs least first."""


def planned_settings(knowledge: Knowledge, precision: str) -> EngineSettings:
    """The settings that plans of size-llm-serving suppose beside weights of that precision."""
    narrow = bytes_per(knowledge, "cache_bytes_per_value", precision) == 1
    return EngineSettings(
        prompt_tokens=constant(knowledge, "engine", "prompt_tokens").value,
        sequences=constant(knowledge, "engine", "profiled_sequences").value,
        cache_precision="fp8" if narrow else CACHE_PRECISION,
        sorts=False,
    )


def needed_changes(
    lacking_gib: Callable[[EngineSettings], float],
    unasked: EngineSettings,
    planned: EngineSettings,
    stated: Collection[str] = (),
) -> tuple[str, ...] | None:
    """The fewest settings of `planned` with which nothing lacks; None where that takes more, or what was stated."""
    free = [
        name for name in TOLD if getattr(planned, name) != getattr(unasked, name) and TOLD[name] not in stated
    ]
    for count in range(len(free) + 1):
        for names in combinations(free, count):
            if lacking_gib(unasked._replace(**{name: getattr(planned, name) for name in names})) <= 0:
                return tuple(_told(name, getattr(planned, name)) for name in names)
    return None


def _told(name: str, value: object) -> str:
    words = {True: "yes", False: "no"}[value] if isinstance(value, bool) else value
    return f"{TOLD[name]}={words:.0f}" if isinstance(words, float) else f"{TOLD[name]}={words}"


def _large(knowledge: Knowledge, accelerator: Accelerator) -> bool:
    least = constant(knowledge, "engine", "large_device_gib").value
    return (
        visible_gb(knowledge, accelerator) * 1e9 / GIB >= least
        and accelerator.compute_capability != A100_CAPABILITY
    )


def _prompt_tokens(knowledge: Knowledge, context: float, large: bool) -> float:
    """Tokens that one step reads: a chunk, or the whole prompt on a small device."""
    small, usual, _ = constant(knowledge, "engine", "prompt_tokens").interval
    if large:
        return usual
    return small if context > constant(knowledge, "engine", "whole_prompt_tokens").value else context
