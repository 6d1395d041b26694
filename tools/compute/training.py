"""The training run that a strategy implies, in point figures."""

from collections.abc import Mapping
from typing import Any

from knowledge import Knowledge
from knowledge.hardware import accelerators
from knowledge.models import models

from ..month import HOURS_PER_MONTH
from ..sizing import size_training
from ..sizing.training import TrainingMode, TrainingPlan
from .choice import Compute, Training
from .rates import hourly_point
from .serving import owned_accelerators, wanted_accelerators

TOKENS_PER_PARAMETER = 20
"""Compute-optimal tokens per parameter (Hoffmann et al. 2022), where no token count is stated."""
EPOCHS = 3
DAYS_PER_MONTH = 30.4
TRAINS_IN = {"cpu-cloud": "gpu-on-demand", "cpu-on-prem": "gpu-on-prem"}
"""Where the accelerators of a run come from if the model then serves on processors."""


def plan_training(
    knowledge: Knowledge,
    values: Mapping[str, Any],
    strategy: str,
    model: str,
    mode: str,
    clouds: tuple[str, ...],
) -> Training | None:
    """The run behind `strategy`, or None where none is implied or nothing is known to size it."""
    scope = training_scope(knowledge, values, strategy, model)
    if scope is None:
        return None
    kind, params_b, tokens = scope
    mode = TRAINS_IN.get(mode, mode)
    key = training_accelerator(knowledge, values, mode, clouds)
    plan = run_plan(knowledge, values, kind, params_b, tokens, key)
    hourly = hourly_point(knowledge, key, mode, clouds)
    usd = None if hourly is None else hourly * plan.gpu_hours.typical
    return Training(key, kind, params_b, tokens, plan.gpu_hours.typical, plan.gpus, usd)


def training_only(
    knowledge: Knowledge, values: Mapping[str, Any], strategy: str, mode: str, clouds: tuple[str, ...]
) -> Compute | None:
    """A stack whose job is the run itself: its accelerators are the training fleet, paid while it lasts."""
    training = plan_training(knowledge, values, strategy, "", mode, clouds)
    if training is None:
        return None
    hours = training.gpu_hours / max(training.gpus, 1)
    months = max(hours / HOURS_PER_MONTH, 1.0)
    reason = _beyond_owned(values, training)
    return Compute(
        kind="training",
        deployment=mode,
        accelerator=training.accelerator,
        precision="bf16",
        accelerators=training.gpus,
        replicas=1,
        usd_month=None if training.usd is None else training.usd / months,
        utilisation=0.5,
        training=training,
        feasible=not reason,
        reason=reason,
    )


def _beyond_owned(values: Mapping[str, Any], training: Training) -> str:
    """Why the owned accelerators don't carry the run, or nothing."""
    owned = owned_accelerators(values).get(training.accelerator, 0)
    if owned and training.gpus > owned and not _may_rent(values):
        return (
            f"the run needs about {training.gpus} x {training.accelerator} for its state or its deadline; "
            f"you have {owned}"
        )
    return ""


def _may_rent(values: Mapping[str, Any]) -> bool:
    return bool({"cloud", "any"} & set(values.get("deployment") or ()))


def deadline_days(values: Mapping[str, Any]) -> float | None:
    """Days that the run may take: its window, or three quarters of the time until going live."""
    window, months = values.get("batch_window_h"), values.get("go_live_months")
    if window and values.get("training_work") is True:
        return float(window) / 24
    return months * DAYS_PER_MONTH * 0.75 if months else None


def training_scope(
    knowledge: Knowledge, values: Mapping[str, Any], strategy: str, model: str
) -> tuple[TrainingMode, float, float] | None:
    """(mode, parameters in billions, tokens over all epochs)."""
    if strategy == "own-pretraining":
        wanted = values.get("training_need") == "pretrain" or values.get("use_case") == "pretraining"
        if not wanted and not values.get("training_tokens"):
            return None
        params = values.get("model_params_b") or 7.0
        return "pretrain", params, values.get("training_tokens") or params * 1e9 * TOKENS_PER_PARAMETER
    if strategy == "fine-tuned-small" and model in models(knowledge):
        spec = models(knowledge)[model]
        examples = values.get("training_examples") or 5000.0
        if spec.type in ("encoder", "embedding"):
            return "finetune_full", spec.params_b or 0.3, examples * values["input_tokens"] * EPOCHS
        if spec.type == "llm":
            tokens = values["prompt_tokens"] + values["output_tokens"]
            return "lora", spec.params_b or 8.0, examples * tokens * EPOCHS
    return None


def training_accelerator(
    knowledge: Knowledge, values: Mapping[str, Any], mode: str, clouds: tuple[str, ...]
) -> str:
    """The accelerator that the user has or names, else the cheapest per unit of work in `mode`."""
    known = accelerators(knowledge)
    for key in owned_accelerators(values):
        if key in known:
            return key
    offered = [
        (hourly / known[key].bf16_tflops, key)
        for key in wanted_accelerators(knowledge, values, "training_accelerators")
        if (hourly := hourly_point(knowledge, key, mode, clouds)) is not None
    ]
    return min(offered)[1] if offered else wanted_accelerators(knowledge, values, "training_accelerators")[0]


def run_plan(
    knowledge: Knowledge,
    values: Mapping[str, Any],
    kind: TrainingMode,
    params_b: float,
    tokens: float,
    accelerator: str,
) -> TrainingPlan:
    """Size the run for the time that is left until going live, or for its natural size."""
    if kind != "pretrain":
        return size_training(knowledge, params_b, tokens, accelerator, mode=kind)
    plan = size_training(
        knowledge, params_b, tokens, accelerator, mode=kind, deadline_days=deadline_days(values)
    )
    owned = owned_accelerators(values).get(accelerator, 0)
    if owned <= plan.gpus:
        return plan
    return size_training(knowledge, params_b, tokens, accelerator, mode=kind, gpus=owned)
