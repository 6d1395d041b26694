"""A point plan with everything a person wants to see: memory, intervals, power and the evidence behind it."""

from knowledge import Knowledge
from knowledge.hardware import Accelerator, accelerators
from knowledge.measured import SOURCES, MeasuredRun
from knowledge.models import models
from tools.estimate import Estimate

from .attainment import attainment_pct
from .autoscaling import autoscaling
from .backing import Backing, backing
from .calibration import correction, nearest_run, validation
from .capacity import longest_tokens
from .demand import Basis, PlanPoint, ServingDemand, ServingPlan, Validation
from .engine_defaults import needed_changes, planned_settings, unasked_settings
from .engine_memory import EngineSettings, engine_memory, sequence_gib
from .kinds import Regime, kind_measured, mean_error, step_regime
from .memory import cache_gb, number_format
from .operation import Operation
from .percentiles import cited, latencies, step_or_first_error
from .power import watts_interval
from .refusal import refusal
from .runs import Setting
from .serving import Choice, design_rps, redundant
from .speculation import tokens_per_step
from .weights import weights_gb


def full_plan(
    knowledge: Knowledge,
    demand: ServingDemand,
    chosen: Choice,
    working: Operation,
    point: PlanPoint,
    pair: int,
) -> ServingPlan:
    """The plan behind `point`, the pair of that number."""
    if not point.feasible:
        return _infeasible(knowledge, demand, chosen, point, pair)
    model, machine = models(knowledge)[point.model], accelerators(knowledge)[point.accelerator]
    row = _row(chosen, working, point)
    load = Setting(
        model, machine, point.precision, point.per_replica, float(working.in_flight[row]),
        max(demand.input_tokens - demand.shared_prefix_tokens, 1.0), demand.output_tokens,
    )  # fmt: skip
    own, alone = backing(knowledge, load), backing(knowledge, load._replace(batch=1.0))
    single, whole = _tokens_per_s(demand, chosen, working, row)
    near = nearest_run(knowledge, machine.key, model.arch_key, point.precision, load)
    known = correction(knowledge, machine.key, model.arch_key, point.precision).runs > 0
    length = demand.input_tokens + demand.output_tokens
    in_flight = float(working.in_flight[row])
    span = autoscaling(knowledge, demand, chosen, row)
    attained = attainment_pct(knowledge, demand, working, row)
    step = step_or_first_error(knowledge, machine, "tpot", known, own)
    return ServingPlan(
        model=point.model, accelerator=point.accelerator, precision=point.precision,
        number_format=number_format(machine, point.precision),
        accelerators_per_replica=point.per_replica, replicas=point.replicas, accelerators=point.accelerators,
        prompt_tokens=load.input_tokens, concurrency=round(in_flight, 2), utilisation=round(point.utilisation, 4),
        weights_gb=weights_gb(knowledge, model, point.precision),
        kv_gb=cache_gb(knowledge, model, point.precision, length, in_flight * point.replicas),
        ttft_mean_ms=float(working.ttft_ms[row]), tpot_mean_ms=point.tpot_ms,
        e2e_mean_ms=float(working.e2e_ms[row]),
        latencies=latencies(knowledge, demand, working, row, known, own, machine),
        limits_percentile=demand.percentile,
        decode_tokens_per_s=_backed(_inverse(single, step, "tokens/s"), alone),
        output_tokens_per_s=_backed(
            _inverse(whole * point.replicas, step, "tokens/s"), own and own._replace(same=False)
        ),
        watts=watts_interval(
            knowledge, machine, point.accelerators, float(working.mean_in_flight[row]),
            float(working.mean_batch[row]),
        ),
        peak_rps=design_rps(demand),
        most_rps=float(working.capacity_rps[row]) * (point.replicas - redundant(knowledge, demand)),
        attainment_pct=round(attained, 2), goodput_rps=design_rps(demand) * attained / 100,
        floor_replicas=span.floor, mean_replicas=span.mean,
        feasible=True, basis=_basis(own, known), engine_settings=_told_to_engine(knowledge, demand, load),
        validation="measured" if own or known else _without_runs(knowledge, point),
        evidence=(own.sentence if own else _evidence(knowledge, point, machine, near, known)) + _declared(demand),
    )  # fmt: skip


def _tokens_per_s(demand: ServingDemand, chosen: Choice, working: Operation, row: int) -> tuple[float, float]:
    """Of one stream alone, and of a replica that carries all it can."""
    alone_ms = float(chosen.capacity.tpot_ms[int(chosen.option[row]), 0])
    return 1e3 / alone_ms, float(working.capacity_rps[row]) * demand.output_tokens


def _told_to_engine(knowledge: Knowledge, demand: ServingDemand, load: Setting) -> str:
    """What vLLM must be told so that the caches in flight fit beside the longest; empty where its defaults do."""
    model, machine, precision, devices = load.model, load.accelerator, load.precision, load.devices
    longest, usual = longest_tokens(demand), demand.input_tokens + demand.output_tokens

    def lacking_gib(settings: EngineSettings) -> float:
        room = engine_memory(knowledge, model, machine, precision, devices, longest, settings)
        first, other = (
            sequence_gib(knowledge, model, precision, devices, tokens, settings)
            for tokens in (longest, usual)
        )
        return first + max(load.batch - 1, 0.0) * other - room.cache_gib

    unasked = unasked_settings(knowledge, "vllm", machine, longest)
    return ", ".join(needed_changes(lacking_gib, unasked, planned_settings(knowledge, precision)) or ())


def _basis(own: Backing | None, known: bool) -> Basis:
    """`measured` where the user measured this load; runs of others only scale the formula."""
    if own and own.same:
        return "measured"
    return "scaled" if own or known else "roofline"


def _without_runs(knowledge: Knowledge, point: PlanPoint) -> Validation:
    """What is known of a configuration of which no run is published."""
    other = validation(knowledge, point.model, point.accelerator) == "measured"
    return "measured at another precision" if other else "unvalidated"


def _row(chosen: Choice, working: Operation, point: PlanPoint) -> int:
    return next(
        row
        for row in range(len(chosen.pair))
        if float(working.watts[row]) == point.watts and float(working.e2e_p95_ms[row]) == point.e2e_p95_ms
    )


def _declared(demand: ServingDemand) -> str:
    if not demand.speculative_tokens:
        return ""
    gained = tokens_per_step(demand.speculative_tokens, demand.speculative_acceptance or 0.0)
    return (
        f" Speculative decoding as declared: {demand.speculative_tokens} tokens proposed, "
        f"{100 * (demand.speculative_acceptance or 0.0):.0f} % accepted, so {gained:.2f} tokens a step; "
        "its gain isn't validated on published runs."
    )


def _backed(estimate: Estimate, own: Backing | None) -> Estimate:
    return estimate if own is None else cited(estimate, own, own.kind("tpot"))


def _inverse(value: float, spread: tuple[float, float], unit: str) -> Estimate:
    return Estimate(
        low=value / spread[1], typical=value, high=value / spread[0], unit=unit, formula="serving_capacity"
    )


def _evidence(
    knowledge: Knowledge, point: PlanPoint, machine: Accelerator, near: MeasuredRun | None, known: bool
) -> str:
    if near:
        load = f"{near.input_tokens:.0f} tokens in, {near.output_tokens:.0f} out"
        return (
            f"Nearest published run: {near.devices} x {near.accelerator}, {near.precision}, {near.engine}, {load}, "
            f"{near.concurrency:.0f} in flight: {near.tpot_ms:.1f} ms a token, {near.ttft_ms:.0f} ms to the first "
            f"token of clients that all start at once ({SOURCES[near.source]}). The time per token is scaled to the "
            f"runs of this pair, the first token is computed for random arrivals."
        )
    basis = (
        "scaled to published runs of this pair" if known else "no published run of this pair (unvalidated)"
    )
    if not known and _without_runs(knowledge, point) != "unvalidated":
        basis = "published runs of this pair at another precision"
    return f"Calibrated roofline, {basis}; {_errors(knowledge, machine)}."


def _errors(knowledge: Knowledge, machine: Accelerator) -> str:
    """The errors that apply to the device, in words."""
    regimes: tuple[Regime, Regime] = (step_regime(machine), "open_ttft")
    step, first = (f"{100 * mean_error(knowledge, machine, regime):.0f} %" for regime in regimes)
    seen = [kind_measured(knowledge, machine, regime) for regime in regimes]
    alone = " of one stream" if regimes[0] == "single_stream" and seen[0] else ""
    if all(seen):
        return (
            f"mean error on unseen pairs {step} for the time per token{alone} and {first} for the first token"
        )
    if not any(seen):
        return (
            f"no run of a server on a device of this kind is fitted, and where a whole generation or maker was left "
            f"out the mean error was {step} for the time per token and {first} for the first token"
        )
    what, of_unseen, other, of_seen = (
        ("first token", first, f"time per token{alone}", step)
        if seen[0]
        else ("time per token", step, "first token", first)
    )
    return (
        f"no {what} on a device of this kind is fitted, and where a whole generation or maker was left out its mean "
        f"error was {of_unseen}; mean error on unseen pairs {of_seen} for the {other}"
    )


def _infeasible(
    knowledge: Knowledge, demand: ServingDemand, chosen: Choice, point: PlanPoint, pair: int
) -> ServingPlan:
    nothing = Estimate(low=0, typical=0, high=0, unit="")
    why = refusal(knowledge, demand, chosen, point, pair)
    return ServingPlan(
        model=point.model, accelerator=point.accelerator, precision=why.precision or point.precision,
        accelerators_per_replica=why.per_replica, replicas=why.replicas,
        accelerators=why.per_replica * why.replicas, concurrency=0, utilisation=0, weights_gb=0,
        kv_gb=0, ttft_mean_ms=0, tpot_mean_ms=0, e2e_mean_ms=0, limits_percentile=demand.percentile,
        decode_tokens_per_s=nothing, output_tokens_per_s=nothing, watts=nothing,
        peak_rps=design_rps(demand), most_rps=why.most_rps, saturated=why.most_rps > 0, feasible=False,
        reason=why.reason.strip(),
        basis="roofline", validation=validation(knowledge, point.model, point.accelerator),
        evidence=why.reason.strip(),
    )  # fmt: skip
