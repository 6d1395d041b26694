"""The numbers of one stack in full: sized, priced over 36 months, with energy, each an interval with evidence."""

from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

from knowledge import Knowledge
from knowledge.models import models
from knowledge.records import Component
from knowledge.sizing_data import bytes_per

from .compute import Compute
from .compute.choice import Training
from .compute.hosted import MEDIA_TASKS, monthly_units
from .compute.models import canonical_name
from .compute.serving import demand_of, duty
from .compute.training import run_plan
from .cost import (
    Bill,
    exit_cost,
    hourly_rate,
    migration_cost,
    monthly_bill,
    staff_cost,
    staff_fte,
    tco_36_months,
    training_cost,
)
from .draft import Draft
from .energy import api_energy, deployment_energy, training_co2
from .estimate import Estimate, Kind, point
from .model_bill import model_lines
from .month import MONTH_S
from .profile import Profile
from .sizing import ServingPlan, serving_plans
from .stack_latency import end_to_end


class Subject(NamedTuple):
    """What the numbers of one stack are computed from."""

    draft: Draft
    knowledge: Knowledge
    profile: Profile
    as_of: date

    @property
    def values(self) -> Mapping[str, Any]:
        return self.draft.values

    @property
    def components(self) -> list[Component]:
        own = (slot for slot in self.draft.picks if slot not in self.draft.bundled)
        return [self.draft.picks[slot].component for slot in own]


class Numbers(NamedTuple):
    """Estimates by quantity name, and the bill behind the money."""

    estimates: dict[str, Estimate]
    bill: Bill
    plan: ServingPlan | None


def stack_numbers(subject: Subject) -> Numbers:
    """Everything that is known about the size, speed, money and energy of a stack."""
    plan = _plan(subject)
    found: dict[str, Estimate] = {}
    found.update(_sizes(subject.draft.compute, plan))
    if plan is None:
        found.update(_memory(subject))
    found.update(end_to_end(subject.draft.compute, plan, subject.values, subject.knowledge))
    bill, money = _money(subject, plan)
    found.update(money)
    found.update(_energy(subject, plan))
    found.update(_training(subject))
    return Numbers(found, bill, plan)


def _plan(subject: Subject) -> ServingPlan | None:
    """The sized serving of the model that the ranking chose, with intervals."""
    compute = subject.draft.compute
    if compute.kind != "llm":
        return None
    demand = demand_of(subject.values)
    plans = serving_plans(subject.knowledge, demand, [compute.model], [compute.accelerator])
    return plans[0] if plans else None


def _sizes(compute: Compute, plan: ServingPlan | None) -> dict[str, Estimate]:
    found: dict[str, Estimate] = {}
    evidence = plan.output_tokens_per_s.evidence if plan is not None else ()
    if compute.accelerators:
        found["gpus_required"] = point(
            compute.accelerators, "accelerators", formula="sizing", evidence=evidence
        )
    if compute.replicas:
        found["replicas"] = point(
            compute.replicas, "replicas", kind=_kind(compute), formula="sizing", evidence=evidence
        )
    if plan is not None:
        found["model_memory_gb"] = point(plan.weights_gb, "GB", formula="parameters x bytes")
        found["kv_cache_gb"] = point(plan.kv_gb, "GB", formula="KV bytes per token x tokens in flight")
        found["output_tokens_per_s"] = plan.output_tokens_per_s
        found["decode_tokens_per_s"] = plan.decode_tokens_per_s
        found["concurrent_requests"] = point(
            plan.concurrency * plan.replicas, "requests", formula="Little's law at peak"
        )
    return found


def _kind(compute: Compute) -> Kind:
    """Nodes of a classical model are as assumed as the time of one prediction."""
    return (
        compute.item_ms.kind if compute.kind == "classical" and compute.item_ms is not None else "estimated"
    )


def _memory(subject: Subject) -> dict[str, Estimate]:
    """Weights of a model that isn't served as a language model: published or stated parameters x bytes."""
    compute, values = subject.draft.compute, subject.values
    if compute.kind not in ("encoder", "device", "custom", "classical"):
        return {}
    spec = models(subject.knowledge).get(compute.model)
    params = spec.params_b if spec is not None else values.get("model_params_b")
    if not params or (spec is None and "model_params_b" not in values):
        return {}
    widths = {"device": ("int4", "int8", "bf16"), "encoder": (compute.precision or "fp16",) * 3}
    low, typical, high = (
        params * bytes_per(subject.knowledge, "bytes_per_parameter", width)
        for width in widths.get(compute.kind, ("int8", "bf16", "fp32"))
    )
    memory = Estimate(low=low, typical=typical, high=high, unit="GB", formula="parameters x bytes")
    return {"model_memory_gb": memory}


def _money(subject: Subject, plan: ServingPlan | None) -> tuple[Bill, dict[str, Estimate]]:
    draft, knowledge, profile = subject.draft, subject.knowledge, subject.profile
    fte = staff_fte(
        knowledge, subject.components, subject.values, draft.values.get("selfhost_inference") is True
    )
    staff = staff_cost(knowledge, fte, profile.staff_usd_per_year)
    bill = monthly_bill(
        knowledge,
        subject.components,
        subject.values,
        subject.as_of,
        model_lines=model_lines(
            subject.draft.compute, subject.values, subject.knowledge, subject.profile, subject.as_of
        ),
        staff=staff,
        discounts=profile.discounts,
    )
    hourly = hourly_rate(knowledge, profile.staff_usd_per_year)
    people = float(subject.values.get("team_engineers") or 2)
    existing = subject.values.get("existing_components") or ()
    new = [component for component in subject.components if component.id not in existing]
    tco = tco_36_months(
        knowledge,
        bill,
        subject.values.get("growth_pct_month") or 0.0,
        discount_rate=profile.discount_rate,
        migration=migration_cost(knowledge, _moved(subject), hourly, bill.monthly_infra.typical),
        training=training_cost(knowledge, new, people, hourly),
        exit_cost=exit_cost(knowledge, subject.components, hourly),
    )
    found = {
        "monthly_infra_cost_usd": bill.monthly_infra,
        "monthly_total_cost_usd": bill.monthly_total,
        "monthly_staff_cost_usd": bill.monthly_staff,
        "ops_fte": fte,
        "tco_36_month_usd": tco.total,
        "tco_36_month_npv_usd": tco.net_present,
    }
    if any(line.part == "llm" for line in bill.lines):
        found["monthly_llm_cost_usd"] = bill.monthly_llm
        found.update(_unit_costs(knowledge, bill.monthly_llm, subject.values))
    return bill, found


def _moved(subject: Subject) -> int:
    """Stores that are new beside existing ones of the same slot: their data has to be moved."""
    existing = [
        subject.knowledge.components.get(item) for item in subject.values.get("existing_components") or ()
    ]
    filled = {slot for component in existing if component is not None for slot in component.slots}
    picks = subject.draft.picks
    return sum(
        slot.startswith("sto.") and slot in filled and pick.component not in existing
        for slot, pick in picks.items()
    )


def _unit_costs(knowledge: Knowledge, monthly: Estimate, values: Mapping[str, Any]) -> dict[str, Estimate]:
    """Cost of a request, and of a million output tokens where tokens are what is sold."""
    requests = (values.get("mean_rps") or 0.0) * MONTH_S
    if requests <= 0:
        return {}
    found = {"cost_per_request_usd": monthly.scaled(1 / requests, "USD/request")}
    if values.get("model_task") in MEDIA_TASKS:
        found.update(_media_unit_cost(knowledge, monthly, values))
    tokens = requests * max(values.get("llm_calls_per_task") or 1, 1) * (values.get("output_tokens") or 0)
    if values.get("llm_work") is True and tokens:
        found["cost_per_million_tokens_usd"] = monthly.scaled(1e6 / tokens, "USD per 1e6 output tokens")
    return found


def _media_unit_cost(
    knowledge: Knowledge, monthly: Estimate, values: Mapping[str, Any]
) -> dict[str, Estimate]:
    unit, name = (
        ("image", "cost_per_image_usd")
        if values.get("model_task") == "draw"
        else ("audio_minute", "cost_per_audio_minute_usd")
    )
    volume = monthly_units(knowledge, values, unit)  # type: ignore[arg-type]
    return {name: monthly.scaled(1 / volume, f"USD/{unit}")} if volume else {}


def _energy(subject: Subject, plan: ServingPlan | None) -> dict[str, Estimate]:
    compute, values = subject.draft.compute, subject.values
    requests = (values.get("mean_rps") or 0.0) * MONTH_S
    clouds = values.get("existing_cloud") or ()
    provider = "on_prem" if compute.deployment.endswith("on-prem") else (clouds[0] if clouds else "")
    region = (values.get("residency") or ("",))[0]
    if compute.kind == "api" and compute.unit != "token":
        return {}
    if compute.kind == "api":
        use = api_energy(
            subject.knowledge,
            canonical_name(subject.knowledge, compute.model),
            requests_month=requests,
            input_tokens=values.get("prompt_tokens") or 0.0,
            output_tokens=values.get("output_tokens") or 0.0,
            region=region,
        )
        return {} if use is None else {"energy_kwh_month": use.kwh_month, "co2_kg_month": use.co2_kg_month}
    watts = plan.watts if plan is not None else None
    if watts is None and compute.watts is not None:
        watts = Estimate(low=0.6 * compute.watts, typical=compute.watts, high=1.6 * compute.watts, unit="W")
    if watts is None:
        return {}
    billed = duty(values, compute.deployment, compute.utilisation)
    use = deployment_energy(
        subject.knowledge,
        watts.scaled(billed, "W"),
        provider=provider,
        region=region,
        requests_month=requests,
        output_tokens_month=requests * (values.get("output_tokens") or 0.0),
        accelerators_count=compute.accelerators,
        accelerator=compute.accelerator,
    )
    return {"energy_kwh_month": use.kwh_month, "co2_kg_month": use.co2_kg_month}


def _training(subject: Subject) -> dict[str, Estimate]:
    training = subject.draft.compute.training
    if training is None:
        return {}
    plan = run_plan(
        subject.knowledge,
        subject.values,
        training.mode,  # type: ignore[arg-type]
        training.params_b,
        training.tokens,
        training.accelerator,
    )
    found = {
        "train_tokens": point(training.tokens, "tokens", formula="stated or derived"),
        "train_gpu_hours": plan.gpu_hours,
        "train_energy_kwh": plan.energy_kwh,
        "train_co2_t": training_co2(subject.knowledge, plan.energy_kwh),
        "checkpoint_tb": plan.checkpoint_tb,
        **_training_money(training, plan.gpu_hours),
    }
    if training.mode == "pretrain":
        found["gpus_required"] = point(
            plan.gpus, "accelerators", formula="accelerator hours over the deadline"
        )
    return found


def _training_money(training: Training, hours: Estimate) -> dict[str, Estimate]:
    if training.usd is None or training.gpu_hours <= 0:
        return {}
    return {"train_cost_usd": hours.scaled(training.usd / training.gpu_hours, "USD")}
