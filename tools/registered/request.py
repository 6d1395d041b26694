"""The tool that times, sizes and prices a declared request."""

from typing import Annotated, Self

from pydantic import model_validator

from knowledge.hardware import resolve_accelerator
from knowledge.models import resolve_model

from ..request_plan import RequestPlan, RequestStep, plan_request
from .declaration import Context, Tool, ToolInput, in_unit


class RequestInput(ToolInput):
    steps: tuple[RequestStep, ...]
    """In their order; steps inside `parallel` start at once."""
    mean_rps: Annotated[float, in_unit("requests/s", gt=0)]
    """Mean rate of requests."""
    peak_rps: Annotated[float | None, in_unit("requests/s", gt=0)] = None
    """Peak rate; left out: the mean."""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if not self.steps:
            raise ValueError("a request has at least one step")
        if self.peak_rps is not None and self.peak_rps < self.mean_rps:
            raise ValueError(f"peak_rps {self.peak_rps:g} is below mean_rps {self.mean_rps:g}")
        return self


def _request(given: RequestInput, context: Context) -> RequestPlan:
    steps = [_resolved(step, context) for step in given.steps]
    peak = given.peak_rps or given.mean_rps
    return plan_request(context.knowledge, steps, given.mean_rps, peak, context.as_of)


def _resolved(step: RequestStep, context: Context) -> RequestStep:
    """The step with the names of our tables."""
    found: dict[str, object] = {"parallel": tuple(_resolved(item, context) for item in step.parallel)}
    if step.accelerator:
        found["accelerator"] = resolve_accelerator(context.knowledge, step.accelerator).key
        found["model"] = resolve_model(context.knowledge, step.model).key
    return step.model_copy(update=found)


TOOLS = (
    Tool(
        "size-request",
        "Time, machines and money of a request of several steps and models",
        RequestInput,
        _request,
    ),
)
