"""The training run that a strategy implies, in point figures."""

from collections.abc import Mapping
from typing import Any

from knowledge import Knowledge
from knowledge.hardware import accelerators
from knowledge.models import models

from ..sizing import size_training
from ..sizing.training import TrainingMode, TrainingPlan
from .choice import HOURS_PER_MONTH, Compute, Training
from .rates import hourly_point
from .serving import owned_accelerators, wanted_accelerators

TOKENS_PER_PARAMETER = 20
"""Compute-optimal tokens per parameter (Hoffmann et al. 2022), where no token count is stated."""
EPOCHS = 3
DAYS_PER_MONTH = 30.4


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
    if training is None or training.usd is None:
        return None
    hours = training.gpu_hours / max(training.gpus, 1)
    months = max(hours / HOURS_PER_MONTH, 1.0)
    return Compute(
        kind="training",
        deployment=mode,
        accelerator=training.accelerator,
        precision="bf16",
        accelerators=training.gpus,
        replicas=1,
        usd_month=training.usd / months,
        utilisation=0.5,
        training=training,
    )


def training_scope(
    knowledge: Knowledge, values: Mapping[str, Any], strategy: str, model: str
) -> tuple[TrainingMode, float, float] | None:
    """(mode, parameters in billions, tokens over all epochs)."""
    if strategy == "own-pretraining":
        if values.get("training_need") != "pretrain" and not values.get("training_tokens"):
            return None
        params = values.get("model_params_b") or 7.0
        return "pretrain", params, values.get("training_tokens") or params * 1e9 * TOKENS_PER_PARAMETER
    if strategy == "fine-tuned-small" and model in models(knowledge):
        params = models(knowledge)[model].params_b or 8.0
        examples = values.get("training_examples") or 5000.0
        tokens = values["input_tokens"] + values["output_tokens"]
        return "lora", params, examples * tokens * EPOCHS
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
    months = values.get("go_live_months")
    deadline = months * DAYS_PER_MONTH * 0.75 if months and kind == "pretrain" else None
    return size_training(knowledge, params_b, tokens, accelerator, mode=kind, deadline_days=deadline)
