"""Plans as they are told: what there is no plan for has no times, watts or tokens, so none are said."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from .demand import ServingPlan, Validation


class UnservedPlan(BaseModel):
    """Why a model isn't served on an accelerator, and what comes nearest."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    model: str
    accelerator: str
    precision: str
    """Empty where none was asked for or considered."""
    feasible: Literal[False] = False
    saturated: bool = False
    reason: str
    validation: Validation
    """Whether somebody published a run of this model's architecture on this accelerator."""


class SaturatedPlan(UnservedPlan):
    """What the accelerators that there are would carry of the load."""

    most_rps: float
    accelerators_per_replica: int
    replicas: int
    accelerators: int


def told(plan: ServingPlan) -> ServingPlan | SaturatedPlan | UnservedPlan:
    """The plan with nothing in it that isn't known."""
    if plan.feasible:
        return plan
    known = {
        "model": plan.model, "accelerator": plan.accelerator, "precision": plan.precision,
        "reason": plan.reason, "validation": plan.validation,
    }  # fmt: skip
    if not plan.saturated:
        return UnservedPlan.model_validate(known)
    carried = ("most_rps", "accelerators_per_replica", "replicas", "accelerators")
    return SaturatedPlan.model_validate(
        {**known, "saturated": True, **{name: getattr(plan, name) for name in carried}}
    )
