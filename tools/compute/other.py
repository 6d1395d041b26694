"""Models that aren't language models: encoders on small accelerators, classical models on CPUs, devices."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from knowledge import Knowledge

from ..sizing import ClassicalPlan, EncoderPlan, size_classical, size_encoder
from .choice import HOURS_PER_MONTH, Compute
from .models import named_model
from .rates import hourly_point
from .serving import duty, owned_accelerators, wanted_accelerators

CPU_MODES = ("cpu-cloud", "cpu-on-prem")


def choose_encoder(
    knowledge: Knowledge, values: Mapping[str, Any], mode: str, clouds: tuple[str, ...]
) -> Compute | None:
    """The cheapest accelerator for a model that runs once per item (embedding, vision, speech)."""
    model = _encoder(knowledge, values)
    rate = max(values.get("peak_rps") or values["mean_rps"], 1e-6)
    keys = tuple(owned_accelerators(values)) or wanted_accelerators(knowledge, values, "encoder_accelerators")
    best: Compute | None = None
    for key in keys:
        hourly = hourly_point(knowledge, key, mode, clouds)
        if hourly is None:
            continue
        plan = _encoder_plan(knowledge, model, key, _rounded(rate), max(values["input_tokens"], 16.0))
        usd = plan.devices * hourly * HOURS_PER_MONTH * duty(values, mode, plan.utilisation)
        if best is None or best.usd_month is None or usd < best.usd_month:
            best = Compute(
                kind="encoder",
                deployment=mode,
                model=model,
                accelerator=key,
                precision="fp16",
                accelerators=plan.devices,
                replicas=plan.devices,
                usd_month=usd,
                e2e_ms=plan.latency_ms.typical,
                utilisation=plan.utilisation,
                watts=plan.watts.typical,
            )
    return best


def choose_classical(knowledge: Knowledge, values: Mapping[str, Any], mode: str) -> Compute:
    """CPU nodes for a classical or small custom model."""
    plan = classical_plan(knowledge, _rounded(max(values.get("peak_rps") or values["mean_rps"], 1e-6)))
    return Compute(
        kind="classical",
        deployment=mode,
        replicas=plan.nodes,
        e2e_ms=plan.latency_ms.typical,
        utilisation=0.5,
    )


def custom_network(mode: str) -> Compute:
    """An own network on accelerators whose size nobody knows yet: its machines are unpriced, not free."""
    return Compute(kind="custom", deployment=mode, replicas=1, usd_month=None)


def on_device(mode: str, values: Mapping[str, Any]) -> Compute:
    """A model on a device: its latency is what the device must reach, nothing is rented."""
    return Compute(kind="device", deployment=mode, replicas=1, usd_month=0.0)


def _encoder(knowledge: Knowledge, values: Mapping[str, Any]) -> str:
    named = named_model(knowledge, values)
    if named is not None and named.type in ("embedding", "reranker", "vision", "asr", "image"):
        return named.key
    defaults: dict[str, str] = knowledge.anchors["default_encoder"]
    return defaults.get(str(values.get("use_case")), defaults["other"])


def _rounded(rate: float) -> float:
    """Three significant digits, so that neighbouring rates share a plan."""
    return float(f"{rate:.3g}")


@lru_cache(maxsize=4096)
def _encoder_plan(
    knowledge: Knowledge, model: str, accelerator: str, rate: float, tokens: float
) -> EncoderPlan:
    return size_encoder(knowledge, model, accelerator, items_per_s=rate, tokens_per_item=tokens)


@lru_cache(maxsize=4096)
def classical_plan(knowledge: Knowledge, rate: float) -> ClassicalPlan:
    """The CPU plan for `rate` predictions a second at peak."""
    return size_classical(knowledge, rate, redundant=True)
