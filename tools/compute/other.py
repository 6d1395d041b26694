"""Models that run once per item: encoders on small accelerators or processors, classical models, devices."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from knowledge import Knowledge
from knowledge.capabilities import can_do, capability
from knowledge.hardware import accelerators
from knowledge.models import models
from knowledge.sizing_data import constant

from ..cost import vm_hourly
from ..cost.machines import VM_VCPU
from ..month import HOURS_PER_MONTH
from ..sizing import (
    ClassicalPlan,
    CpuEncoderPlan,
    EncoderPlan,
    ScorerPlan,
    Scoring,
    size_cpu_encoder,
    size_encoder,
    size_scorer,
)
from ..sizing.encoder_limits import holds
from .choice import Compute
from .models import named_model
from .rates import hourly_point
from .serving import duty, owned_accelerators, wanted_accelerators

CPU_MODES = ("cpu-cloud", "cpu-on-prem")
FEWEST_TOKENS = 16.0


def choose_encoder(
    knowledge: Knowledge,
    values: Mapping[str, Any],
    mode: str,
    clouds: tuple[str, ...],
    task: str,
    model: str = "",
) -> Compute | None:
    """The cheapest machine for a model that runs once per item; processors in the modes that have no others."""
    model = model or encoder_of(knowledge, values, task)
    if not model:
        return None
    if mode in CPU_MODES:
        return _on_processors(knowledge, values, mode, clouds, model)
    best: Compute | None = None
    for key in encoder_accelerators(knowledge, values):
        if not holds(knowledge, models(knowledge)[model], accelerators(knowledge)[key]):
            continue
        hourly = hourly_point(knowledge, key, mode, clouds)
        plan = _encoder_plan(knowledge, model, key, _peak(values), _tokens(values))
        if hourly is None or plan.devices == 0:
            continue
        usd = plan.devices * hourly * HOURS_PER_MONTH * duty(values, mode, plan.utilisation)
        if best is None or best.usd_month is None or usd < best.usd_month:
            best = _accelerated(plan, mode, usd)
    return best


def encoder_of(knowledge: Knowledge, values: Mapping[str, Any], task: str) -> str:
    """The named model if it can do the task, else the one that stands for it; empty where none can."""
    named = named_model(knowledge, values)
    if named is not None and named.open_weights and can_do(knowledge, named.key, task):
        return named.key
    standing = capability(knowledge, task).representatives(str(values.get("languages") or "english"))
    return standing[0] if standing else ""


def encoder_accelerators(knowledge: Knowledge, values: Mapping[str, Any]) -> tuple[str, ...]:
    """The accelerators that are owned or wanted, or the small ones."""
    return tuple(owned_accelerators(values)) or wanted_accelerators(knowledge, values, "encoder_accelerators")


def choose_classical(
    knowledge: Knowledge, values: Mapping[str, Any], mode: str, clouds: tuple[str, ...]
) -> Compute:
    """CPU nodes for a classical or small custom model and the features that it reads."""
    sized = _scorer(knowledge, values)
    vcpus = _vcpus(knowledge, sized.plan)
    model, features = sized.plan.latency_ms, sized.features_p99_ms
    return Compute(
        kind="classical",
        deployment=mode,
        vcpus=vcpus,
        replicas=sized.plan.nodes,
        usd_month=_processors_usd(knowledge, vcpus, mode, clouds),
        e2e_ms=model.typical + (features.typical if features is not None else 0.0),
        item_ms=model,
        features_p99_ms=features,
        utilisation=0.5,
    )


def scoring_of(values: Mapping[str, Any]) -> Scoring:
    """Candidates, trees and features of a request, as far as they are known."""
    return Scoring(
        rows=max(float(values.get("candidates_per_request") or 1), 1.0),
        trees=values.get("model_trees"),
        features=values.get("features_per_item"),
        in_process=values.get("hard_realtime") is True,
    )


def scoring_network(knowledge: Knowledge, values: Mapping[str, Any], mode: str) -> Compute:
    """An own network that scores candidates: it reads the same features, and isn't known to be quicker than trees."""
    network, scoring = custom_network(mode), scoring_of(values)
    if scoring.plain:
        return network
    sized = _scorer(knowledge, values)
    model, features = sized.plan.latency_ms, sized.features_p99_ms
    return network._replace(
        least_usd=_beside_the_model_usd(knowledge, values),
        e2e_ms=model.typical + (features.typical if features is not None else 0.0),
        item_ms=model,
        features_p99_ms=features,
    )


def _beside_the_model_usd(knowledge: Knowledge, values: Mapping[str, Any]) -> float:
    """Answering requests and reading features takes processors wherever the model runs: those of a single tree."""
    plan = _scorer(knowledge, {**values, "model_trees": 1.0}).plan
    return _processors_usd(knowledge, _vcpus(knowledge, plan), "cpu-cloud", ())


def _vcpus(knowledge: Knowledge, plan: ClassicalPlan) -> int:
    return plan.nodes * int(constant(knowledge, "classical", "cores_per_node").value)


def custom_network(mode: str) -> Compute:
    """An own network on accelerators whose size nobody knows yet: its machines are unpriced, not free."""
    return Compute(kind="custom", deployment=mode, replicas=1, usd_month=None, utilisation=0.5)


def on_device(mode: str, values: Mapping[str, Any]) -> Compute:
    """A model on a device: its latency is what the device must reach, nothing is rented."""
    return Compute(kind="device", deployment=mode, replicas=1, usd_month=0.0)


def rounded(rate: float) -> float:
    """Three significant digits, so that neighbouring rates share a plan."""
    return float(f"{rate:.3g}")


def _accelerated(plan: EncoderPlan, mode: str, usd: float) -> Compute:
    return Compute(
        kind="encoder",
        deployment=mode,
        model=plan.model,
        accelerator=plan.accelerator,
        precision="fp16",
        accelerators=plan.devices,
        replicas=plan.devices,
        usd_month=usd,
        e2e_ms=plan.latency_ms.typical,
        item_ms=plan.latency_ms,
        utilisation=plan.utilisation,
        watts=plan.watts.typical,
        rate_per_s=plan.items_per_s.typical,
    )


def _on_processors(
    knowledge: Knowledge, values: Mapping[str, Any], mode: str, clouds: tuple[str, ...], model: str
) -> Compute | None:
    """General-purpose processors while the load is small."""
    limit = None if values.get("batch_only") is True else values.get("e2e_latency_ms")
    plan = _cpu_plan(knowledge, model, _peak(values), _tokens(values), limit)
    if plan.nodes == 0 or not plan.few:
        return None
    return Compute(
        kind="encoder",
        deployment=mode,
        model=model,
        precision="fp32",
        vcpus=plan.vcpus,
        replicas=plan.nodes,
        usd_month=_processors_usd(knowledge, plan.vcpus, mode, clouds),
        e2e_ms=plan.latency_ms.typical,
        item_ms=plan.latency_ms,
        utilisation=plan.utilisation,
        rate_per_s=plan.items_per_s.typical,
    )


def _processors_usd(knowledge: Knowledge, vcpus: int, mode: str, clouds: tuple[str, ...]) -> float:
    """USD a month, all hours; own processors are valued at what renting them costs."""
    hourly = vm_hourly(knowledge, VM_VCPU, clouds if mode == "cpu-cloud" else ()).typical
    return vcpus * hourly * HOURS_PER_MONTH


def _peak(values: Mapping[str, Any]) -> float:
    return rounded(max(values.get("peak_rps") or values["mean_rps"], 1e-6))


def _tokens(values: Mapping[str, Any]) -> float:
    return max(float(values["input_tokens"]), FEWEST_TOKENS)


@lru_cache(maxsize=4096)
def _encoder_plan(
    knowledge: Knowledge, model: str, accelerator: str, rate: float, tokens: float
) -> EncoderPlan:
    return size_encoder(knowledge, model, accelerator, items_per_s=rate, tokens_per_item=tokens)


@lru_cache(maxsize=4096)
def _cpu_plan(
    knowledge: Knowledge, model: str, rate: float, tokens: float, limit_ms: float | None
) -> CpuEncoderPlan:
    return size_cpu_encoder(knowledge, model, items_per_s=rate, tokens_per_item=tokens, limit_ms=limit_ms)


def _scorer(knowledge: Knowledge, values: Mapping[str, Any]) -> ScorerPlan:
    limit = None if values.get("batch_only") is True else values.get("e2e_latency_ms")
    return _scorer_plan(knowledge, _peak(values), scoring_of(values), limit)


@lru_cache(maxsize=4096)
def _scorer_plan(knowledge: Knowledge, rate: float, scoring: Scoring, limit_ms: float | None) -> ScorerPlan:
    return size_scorer(knowledge, rate, scoring, limit_ms=limit_ms, redundant=True)
