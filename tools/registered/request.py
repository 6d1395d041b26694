"""The tool that times, sizes and prices a declared request."""

from typing import Annotated, Self

from pydantic import model_validator

from knowledge import Knowledge
from knowledge.aliases import nearest
from knowledge.errors import UnknownName
from knowledge.hardware import resolve_accelerator
from knowledge.llm_prices import llm_prices, prices_of_model
from knowledge.models import models, resolve_model

from ..declared_step import RequestStep
from ..request_plan import RequestPlan, plan_request
from .declaration import Context, Tool, ToolInput, in_unit, refuse_low_peak


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
        refuse_low_peak(self.mean_rps, self.peak_rps)
        return self


def _request(given: RequestInput, context: Context) -> RequestPlan:
    steps = [_resolved(step, context) for step in given.steps]
    peak = given.peak_rps or given.mean_rps
    return plan_request(context.knowledge, steps, given.mean_rps, peak, context.as_of)


def _resolved(step: RequestStep, context: Context) -> RequestStep:
    """The step with the names of our tables; UnknownName names the nearest ones."""
    knowledge = context.knowledge
    found: dict[str, object] = {"parallel": tuple(_resolved(item, context) for item in step.parallel)}
    if step.accelerator:
        found["accelerator"] = resolve_accelerator(knowledge, step.accelerator).key
        found["model"] = resolve_model(knowledge, step.model).key if step.model else ""
    elif step.model:
        found["model"] = _hosted(knowledge, step.model)
    return step.model_copy(update=found)


def _hosted(knowledge: Knowledge, name: str) -> str:
    """A model at its provider: as price lists spell it, else as our table of models does."""
    if prices_of_model(knowledge, name):
        return name
    try:
        return resolve_model(knowledge, name).key
    except UnknownName:
        raise nearest(name, [*llm_prices(knowledge), *models(knowledge)], "model") from None


TOOLS = (
    Tool(
        "size-request",
        "Time, machines and money of a request of several steps and models",
        RequestInput,
        _request,
    ),
)
