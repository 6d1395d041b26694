"""What stated figures demand beside what stated figures allow: memory, accelerator hours, money, people.

The numbers behind the conditions and texts of `workload/conflicts.yaml`. Each takes the end of its interval
that favours the user, so that what is called impossible is impossible.
"""

from collections.abc import Mapping
from typing import Any

from knowledge import Knowledge
from knowledge.hardware import accelerators
from knowledge.models import ModelSpec
from knowledge.sizing_data import bytes_per

from .compute.models import named_model
from .compute.rates import hourly_point
from .compute.serving import owned_accelerators
from .compute.training import TOKENS_PER_PARAMETER
from .estimate import Estimate, point
from .month import HOURS_PER_MONTH
from .sizing import size_training
from .wording import number

WORDS_PER_MINUTE = 238
"""Silent reading of English non-fiction, mean of 190 studies (Brysbaert 2019, doi 10.1016/j.jml.2019.104047)."""
LOG_MONTHS = 6
"""Least time that logs of high-risk systems are kept (Regulation (EU) 2024/1689, articles 19 and 26)."""
PRICED_PLACES = ("gpu-on-demand", "gpu-neocloud", "gpu-reserved")
COARSEST = "int4"
WORD_BITS = {"fp32": 32, "bf16": 16, "fp16": 16, "fp8": 8, "int8": 8, "int4": 4, "fp4": 4}
DEFAULT_PRETRAINED_B = 7.0
"""Size of a run whose size nobody told, as in `compute.training`."""


def feasibility(values: Mapping[str, Any], knowledge: Knowledge) -> dict[str, Any]:
    """Figures by name; a name is missing where what it needs wasn't stated."""
    return {**_weights(values, knowledge), **_training(values, knowledge), **_approvals(values, knowledge)}


def _weights(values: Mapping[str, Any], knowledge: Knowledge) -> dict[str, Any]:
    """Memory of the demanded weights, and of the hardware at hand."""
    model = named_model(knowledge, values)
    size = values.get("model_params_b") or (model.params_b if model is not None else None)
    memory, words = _memory(values, knowledge)
    if not size or not memory:
        return {}
    native: str = (model.native_precision if model is not None else "") or "bf16"
    accepted = values.get("weights_precision") or COARSEST
    coarsest = native if accepted == "published" else accepted
    steps = [step for step in dict.fromkeys((native, "bf16", "fp8", "int4")) if _bits(step) <= _bits(native)]
    steps = [step for step in steps if _bits(step) >= _bits(coarsest)] or [coarsest]
    held = [f"{number(size * _bytes(knowledge, step))} GB at {_bits(step)} bit" for step in steps]
    return {
        "model_words": f"a model of {number(size)} billion parameters",
        "weights_words": " or ".join(held),
        "weights_least_gb": size * _bytes(knowledge, coarsest),
        "memory_at_hand_gb": memory,
        "memory_words": words,
        "fitting_params_b": memory / _bytes(knowledge, COARSEST),
    }


def _bits(precision: str) -> int:
    return WORD_BITS[precision]


def _bytes(knowledge: Knowledge, precision: str) -> float:
    return bytes_per(knowledge, "bytes_per_parameter", precision)


def _memory(values: Mapping[str, Any], knowledge: Knowledge) -> tuple[float, str]:
    """Gigabytes that weights may take on the hardware at hand: accelerators, and main memory where told."""
    known = accelerators(knowledge)
    owned = {key: count for key, count in owned_accelerators(values).items() if key in known}
    memory = sum(count * known[key].memory_gb for key, count in owned.items())
    words = ", ".join(f"{count} x {key}" for key, count in owned.items())
    words = f"{words} with {number(memory)} GB in all" if owned else ""
    if not owned and values.get("accelerator_memory_gb"):
        memory = float(values["accelerator_memory_gb"])
        words = f"{number(memory)} GB of accelerator memory"
    main = float(values.get("main_memory_gb") or 0.0)
    if main and words:
        return memory + main, f"{words} and {number(main)} GB of main memory"
    return (main, f"{number(main)} GB of main memory") if main else (memory, words)


def _training(values: Mapping[str, Any], knowledge: Knowledge) -> dict[str, Any]:
    """Accelerator hours and money of a pre-training run, and what there is of both."""
    if values.get("training_need") != "pretrain":
        return {}
    stated = values.get("model_params_b")
    size = float(stated or DEFAULT_PRETRAINED_B)
    tokens = float(values.get("training_tokens") or size * 1e9 * TOKENS_PER_PARAMETER)
    told = f"{number(size)} billion parameters on {number(tokens / 1e9)} billion tokens"
    words = told if stated and values.get("training_tokens") else f"{told} (assumed)"
    owned = {
        key: count
        for key, count in owned_accelerators(values).items()
        if key in accelerators(knowledge) and count
    }
    active = _active_b(named_model(knowledge, values), size)
    found: dict[str, Any] = {"training_words": words}
    if owned and values.get("hardware_bound") is True:
        found.update(_fleet(values, knowledge, owned, size, tokens, active))
    elif not owned:
        found.update(_rented(values, knowledge, size, tokens, active))
    return found


def training_run(values: Mapping[str, Any], knowledge: Knowledge) -> dict[str, Estimate]:
    """Size of the pre-training run that was asked for, on the accelerators that are owned or wanted."""
    size, tokens = values.get("model_params_b"), values.get("training_tokens")
    known = accelerators(knowledge)
    wanted = (*owned_accelerators(values), str(values.get("accelerator_wanted")))
    key = next((item for item in wanted if item in known), "")
    if values.get("training_need") != "pretrain" or not size or not tokens or not key:
        return {}
    active = _active_b(named_model(knowledge, values), size)
    plan = size_training(knowledge, size, tokens, key, active_b=active, gpus=1)
    return {
        "train_gpu_hours": plan.gpu_hours,
        "train_tokens": point(tokens, "tokens", formula="stated"),
        "checkpoint_tb": plan.checkpoint_tb,
    }


def _active_b(model: ModelSpec | None, size: float) -> float:
    same = model is not None and model.params_b is not None and abs(model.params_b - size) < 0.05 * size
    return model.active_b or size if same and model is not None else size


def _fleet(
    values: Mapping[str, Any],
    knowledge: Knowledge,
    owned: Mapping[str, int],
    size: float,
    tokens: float,
    active: float,
) -> dict[str, Any]:
    """The run on the accelerators that are owned, within the time there is."""
    known = accelerators(knowledge)
    lead = max(owned, key=lambda key: (known[key].bf16_tflops * owned[key], key))
    count = sum(owned[key] * known[key].bf16_tflops for key in owned) / known[lead].bf16_tflops
    plan = size_training(knowledge, size, tokens, lead, active_b=active, gpus=max(round(count), 1))
    found: dict[str, Any] = {
        "training_hours_least": plan.gpu_hours.low,
        "training_years": plan.gpu_hours.typical / (count * HOURS_PER_MONTH * 12),
    }
    limit = _time_limit_h(values)
    capped = values.get("gpu_hours_limit")
    hours = min((item for item in (limit and limit * count, capped) if item), default=None)
    if not hours:
        return found
    fleet = " and ".join(f"{owned[key]} x {key}" for key in owned)
    time = f" within {number(limit / 24)} days" if limit else ""
    return {
        **found,
        "training_hours_at_hand": hours,
        "training_hours_words": f"{fleet}{time}",
        "training_hours_factor": plan.gpu_hours.typical / hours,
    }


def _time_limit_h(values: Mapping[str, Any]) -> float | None:
    months, window = values.get("go_live_months"), values.get("batch_window_h")
    return months * HOURS_PER_MONTH if months else window or None


def _rented(
    values: Mapping[str, Any], knowledge: Knowledge, size: float, tokens: float, active: float
) -> dict[str, Any]:
    """The run on the cheapest rented accelerators, and within a ceiling of accelerator hours."""
    plans = [
        size_training(knowledge, size, tokens, key, active_b=active, gpus=1)
        for key in knowledge.anchors["training_accelerators"]
    ]
    found: dict[str, Any] = {}
    ceiling = values.get("gpu_hours_limit")
    fastest = min(plans, key=lambda plan: plan.gpu_hours.low)
    if ceiling:
        found = {
            "training_hours_least": fastest.gpu_hours.low,
            "training_hours_at_hand": ceiling,
            "training_hours_words": f"your ceiling, even on {fastest.accelerator},",
            "training_hours_factor": fastest.gpu_hours.typical / ceiling,
        }
    prices = [
        plan.gpu_hours.low * hourly
        for plan in plans
        for place in PRICED_PLACES
        if (hourly := hourly_point(knowledge, plan.accelerator, place, ())) is not None
    ]
    money = values.get("budget_once_usd")
    if money is None and values.get("budget_usd_month") is not None:
        money = values["budget_usd_month"] * max(values.get("go_live_months") or 1.0, 1.0)
    if prices and money is not None:
        least = min(prices)
        found.update(training_usd_least=least, training_usd_at_hand=money)
        found.update({"training_usd_factor": least / money} if money else {})
    return found


def _approvals(values: Mapping[str, Any], knowledge: Knowledge) -> dict[str, Any]:
    """People who approve at any moment (Little's law), and the words that one reads within the limit."""
    if values.get("human_approval") != "each":
        return {"log_months": LOG_MONTHS} if values.get("nothing_stored") == "yes" else {}
    found: dict[str, Any] = {"log_months": LOG_MONTHS}
    if values.get("mean_rps"):
        seconds = knowledge.anchors["least_seconds_per_approval"]
        found["seconds_per_approval"] = seconds
        found["approval_people"] = values["mean_rps"] * seconds
    if values.get("latency_limit_ms"):
        found["words_per_minute"] = WORDS_PER_MINUTE
        found["words_read"] = values["latency_limit_ms"] / 60_000 * WORDS_PER_MINUTE
    return found
