"""What engines do where nobody tells them: the settings that reproduce most of the published starts.

vLLM reads prompts of up to 32,768 tokens whole on small devices and in chunks on large ones, and provides logits for
more sequences there. Which precision of the cache, how many rows and whether they are sorted is chosen by counting
logs and reports: docs/formulas/memory.md.
"""

from typing import Literal

from knowledge import Knowledge
from knowledge.hardware import Accelerator
from knowledge.memory_data import GIB, visible_gb
from knowledge.sizing_data import constant

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
