"""The usage tier that a recommended hosted model takes for granted, in words: what its provider publishes of limits."""

from collections.abc import Mapping
from typing import Any

from knowledge import Knowledge
from knowledge.rate_tiers import ladders_for
from knowledge.sizing_data import constant

from .compute import Compute
from .month import MONTH_S
from .sizing.rate_limits import ApiLoad, RateFit, rate_fit
from .wording import number


def assumed_tier(compute: Compute, values: Mapping[str, Any], knowledge: Knowledge) -> str:
    """Empty where no text model is called, its calls wait in a batch, the table doesn't know its provider,
    or nothing is published and less than a request a second is asked."""
    if compute.kind != "api" or compute.unit != "token" or values.get("batch_only") is True:
        return ""
    component = knowledge.components.get(compute.provider)
    ladders = ladders_for(knowledge, compute.provider, compute.model)
    if component is None or not ladders:
        return ""
    load = _load(compute, values, knowledge)
    fit = rate_fit(ladders[0], load, component.name)
    if fit.verdict == "unknown" and values.get("small_scale") is True:
        return ""
    return _words(fit, load, component.name)


def _load(compute: Compute, values: Mapping[str, Any], knowledge: Knowledge) -> ApiLoad:
    calls = max(values.get("llm_calls_per_task") or 1, 1)
    mean = (values.get("mean_rps") or 0.0) * calls
    output = values.get("output_tokens") or 0.0
    return ApiLoad(
        mean_rps=mean,
        peak_rps=max((values.get("peak_rps") or 0.0) * calls, mean),
        input_tokens=max(values.get("prompt_tokens") or 1.0, 1.0),
        output_tokens=output,
        cached_tokens=values.get("shared_prefix_tokens") or 0.0,
        headroom=constant(knowledge, "planning", "rate_headroom").value,
        seconds=((compute.ttft_ms or 0.0) + (compute.tpot_ms or 0.0) * output) / 1e3,
        usd_per_request=compute.usd_month / (mean * MONTH_S) if compute.usd_month and mean else None,
    )


def _words(fit: RateFit, load: ApiLoad, name: str) -> str:
    peak = f"the peak of {number(load.peak_rps * 60)} calls a minute"
    if fit.verdict == "carried":
        return f"usage tier {fit.tier} at {name} ({fit.requirement}), the lowest whose published limits carry {peak}"
    if fit.verdict in ("ask", "refused"):
        most = f" ({number(fit.most_rps * 60)} calls a minute)" if fit.most_rps is not None else ""
        return f"higher limits at {name} than it publishes{most} for {peak}; ask before you build"
    return f"limits at {name} that carry {peak}: not all that decides it is published; check your account"
