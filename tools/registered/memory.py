"""The tool that tells whether a model fits on so many devices, and what an engine leaves for caches."""

from typing import Annotated, Literal

from knowledge.errors import InputRefused
from knowledge.hardware import Accelerator, resolve_accelerator
from knowledge.models import ModelSpec, resolve_model

from ..sizing.engine_defaults import Engine, needed_changes, planned_settings, unasked_settings
from ..sizing.engine_memory import EngineSettings, attention_devices, engine_memory
from ..sizing.fit import lacking_gib
from ..sizing.memory import loadable, preferred_precision, served_in, unserved
from ..sizing.unsized import instead, unsized
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
    """Of the cache; left out: 16 bit, as engines keep it unasked, whatever the weights."""
    engine: Engine = "vllm"
    """Whose defaults stand for what is left out; SGLang takes the work of a step from what its share leaves."""
    memory_share: Annotated[float | None, in_unit("share", gt=0, le=1)] = None
    """Share of the memory that the engine may take; left out: 0.9."""
    prompt_tokens: Annotated[float | None, in_unit("tokens", ge=1)] = None
    """Tokens of prompts that one step reads; left out: 8,192 on large devices; on others a prompt of up to 32,768
    tokens whole, longer ones by 2,048."""
    batch_rows: Annotated[float | None, in_unit("sequences", ge=1)] = None
    """Sequences for which a step provides logits (max_num_seqs); left out: 256, with vLLM on large devices 1,024."""
    sorts_logits: bool | None = None
    """Every row of logits is sorted, as vLLM 0.8 to 0.11 did; left out: yes, but for SGLang."""
    pipeline: Annotated[int, in_unit("stages", ge=1)] = 1
    """Stages that the layers are split into."""
    split: Literal["tensor", "expert"] = "tensor"
    """tensor: every matrix over the devices; expert: whole experts on each device and attention copied to all."""


class MemoryAccount(ToolResult):
    """Of one device, in GiB."""

    model: str
    accelerator: str
    precision: str
    cache_precision: str
    """Of the cache, stated or assumed."""
    engine: str
    prompt_tokens: int
    """That one step reads, stated or assumed."""
    batch_rows: int
    """Sequences whose logits are provided for, stated or assumed."""
    sorts_logits: bool
    fits: bool
    reason: str
    """What is lacking; empty where it fits."""
    fits_with: str
    """Settings with which it would fit, of those that size-llm-serving plans with; empty where none do or none need."""
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
    precision = given.precision or preferred_precision(model, machine)
    asked = _settings(given, unasked_settings(knowledge, given.engine, machine, given.context_tokens))
    _splittable(model, given, asked)
    _loadable(model, machine, precision)
    found = engine_memory(knowledge, model, machine, precision, given.devices, given.context_tokens, asked)

    def lacking(settings: EngineSettings) -> float:
        return lacking_gib(
            knowledge, model, machine, precision, given.devices,
            tokens=given.context_tokens, sequences=given.sequences, settings=settings,
        )  # fmt: skip

    reason = _reason(model, given, lacking(asked))
    changes = needed_changes(lacking, asked, planned_settings(knowledge, precision), given.model_fields_set)
    return MemoryAccount(
        model=model.key, accelerator=machine.key, precision=precision, cache_precision=asked.cache_precision,
        engine=given.engine, prompt_tokens=int(asked.prompt_tokens or 0), batch_rows=int(asked.sequences or 0),
        sorts_logits=asked.sorts, fits=not reason, reason=reason,
        fits_with="" if _too_long(model, given) else ", ".join(changes or ()),
        visible_gib=found.visible_gib, weights_gib=found.weights_gib, working_gib=found.working_gib,
        overhead_gib=found.overhead_gib, cache_gib=found.cache_gib, tokens=found.tokens,
    )  # fmt: skip


def _settings(given: MemoryInput, unasked: EngineSettings) -> EngineSettings:
    """What was stated, before what the engine does unasked."""
    return unasked._replace(
        memory_share=given.memory_share,
        prompt_tokens=given.prompt_tokens or unasked.prompt_tokens,
        sequences=given.batch_rows or unasked.sequences,
        cache_precision=given.cache_precision or unasked.cache_precision,
        pipeline=given.pipeline,
        sorts=unasked.sorts if given.sorts_logits is None else given.sorts_logits,
        split=given.split,
    )


def _reason(model: ModelSpec, given: MemoryInput, lacking: float) -> str:
    """Why it can't be served so; empty where it can."""
    if _too_long(model, given):
        return (
            f"{model.key} reads {model.context:,} tokens at most, {given.context_tokens:,.0f} are asked for."
        )
    return f"Each device lacks {lacking:.1f} GiB." if lacking else ""


def _too_long(model: ModelSpec, given: MemoryInput) -> bool:
    return bool(model.context and given.context_tokens > model.context)


def _splittable(model: ModelSpec, given: MemoryInput, asked: EngineSettings) -> None:
    """Refuse counts of devices over which stages, heads or experts can't be split evenly."""
    if given.devices % given.pipeline:
        raise InputRefused(f"{given.devices} devices can't be split into {given.pipeline} equal stages.")
    if model.layers and given.pipeline > model.layers:
        raise InputRefused(
            f"{model.key} has {model.layers} layers, too few for {given.pipeline} stages of at least one each.",
            f"Give pipeline={_divisor(given.devices, model.layers)}.",
        )
    if given.split == "expert":
        _whole_experts(model, given.devices // given.pipeline)
    sharing = attention_devices(given.devices, asked)
    if model.heads and model.heads % sharing:
        raise InputRefused(
            f"{sharing} devices can't share the {model.heads} attention heads of {model.key} evenly.",
            f"Give devices={_divisor(model.heads, sharing) * given.pipeline}, or split the layers into stages with "
            "pipeline.",
        )


def _whole_experts(model: ModelSpec, devices: int) -> None:
    if not model.experts:
        raise InputRefused(f"{model.key} has no experts to split by.", "Leave split at tensor.")
    if model.experts % devices:
        raise InputRefused(
            f"{devices} devices can't share the {model.experts} experts of {model.key} evenly.",
            f"Give devices={_divisor(model.experts, devices)}.",
        )


def _divisor(whole: int, most: int) -> int:
    """The largest divisor of `whole` up to `most`."""
    return next(count for count in range(most, 0, -1) if whole % count == 0)


def _loadable(model: ModelSpec, machine: Accelerator, precision: str) -> None:
    if not served_in(model, machine, precision):
        raise InputRefused(
            unserved(machine, precision), f"Give precision={' or precision='.join(loadable(machine))}."
        )


def _sizeable(model: ModelSpec) -> ModelSpec:
    if model.sizeable:
        return model
    raise InputRefused(unsized(model), instead(model))


TOOLS = (
    Tool(
        "llm-memory",
        "Whether a language model fits, and what an engine leaves for caches",
        MemoryInput,
        _memory,
    ),
)
