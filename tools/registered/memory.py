"""The tool that tells whether a model fits on so many devices, and what an engine leaves for caches."""

from typing import Annotated, Literal

from knowledge.errors import InputRefused
from knowledge.hardware import resolve_accelerator
from knowledge.models import ModelSpec, resolve_model

from ..sizing.engine_memory import EngineSettings, engine_memory
from ..sizing.fit import lacking_gib
from ..sizing.memory import preferred_precision
from .declaration import Context, Tool, ToolInput, ToolResult, in_unit


class MemoryInput(ToolInput):
    model: str
    """Open-weight language model, in any known spelling."""
    accelerator: str
    """Accelerator, in any known spelling."""
    devices: Annotated[int, in_unit("accelerators", ge=1, le=1024)] = 1
    """Accelerators that hold one replica together."""
    context_tokens: Annotated[float, in_unit("tokens", ge=1)]
    """Length of one sequence, answer included."""
    sequences: Annotated[float, in_unit("sequences", gt=0)] = 1
    """Sequences of that length to hold at once."""
    precision: Literal["bf16", "fp8", "int8", "fp4", "int4", ""] = ""
    """Of the weights; left out: chosen by the device."""
    cache_precision: Literal["bf16", "fp8", ""] = ""
    """Of the cache; left out: as engines keep it beside such weights."""
    memory_share: Annotated[float | None, in_unit("share", gt=0, le=1)] = None
    """Share of the memory that the engine may take; left out: 0.9."""
    prompt_tokens: Annotated[float | None, in_unit("tokens", ge=1)] = None
    """Tokens of prompts that one step reads; left out: 8,192."""
    pipeline: Annotated[int, in_unit("stages", ge=1)] = 1
    """Stages that the layers are split into."""


class MemoryAccount(ToolResult):
    """Of one device, in GiB."""

    model: str
    accelerator: str
    precision: str
    fits: bool
    reason: str
    """What is lacking; empty where it fits."""
    visible_gib: float
    weights_gib: float
    working_gib: float
    overhead_gib: float
    cache_gib: float
    """Left for caches; negative where it lacks."""
    tokens: float
    """Tokens of cache that all devices hold together, in whole blocks."""


def _memory(given: MemoryInput, context: Context) -> MemoryAccount:
    knowledge = context.knowledge
    model = _sizeable(resolve_model(knowledge, given.model))
    machine = resolve_accelerator(knowledge, given.accelerator)
    if given.devices % given.pipeline:
        raise InputRefused(f"{given.devices} devices can't be split into {given.pipeline} equal stages.")
    precision = given.precision or preferred_precision(model, machine)
    asked = EngineSettings(
        memory_share=given.memory_share, prompt_tokens=given.prompt_tokens,
        cache_precision=given.cache_precision, pipeline=given.pipeline,
    )  # fmt: skip
    found = engine_memory(knowledge, model, machine, precision, given.devices, given.context_tokens, asked)
    lacking = lacking_gib(
        knowledge, model, machine, precision, given.devices,
        tokens=given.context_tokens, sequences=given.sequences, settings=asked,
    )  # fmt: skip
    return MemoryAccount(
        model=model.key, accelerator=machine.key, precision=precision, fits=lacking == 0,
        reason=f"Each device lacks {lacking:.1f} GiB." if lacking else "",
        visible_gib=found.visible_gib, weights_gib=found.weights_gib, working_gib=found.working_gib,
        overhead_gib=found.overhead_gib, cache_gib=found.cache_gib, tokens=found.tokens,
    )  # fmt: skip


def _sizeable(model: ModelSpec) -> ModelSpec:
    if model.sizeable:
        return model
    raise InputRefused(
        f"The architecture of {model.key} isn't published.", "Ask for an open-weight language model."
    )


TOOLS = (
    Tool(
        "llm-memory",
        "Whether a language model fits, and what an engine leaves for caches",
        MemoryInput,
        _memory,
    ),
)
