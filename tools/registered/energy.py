"""Energy tools: kilowatt hours and CO2eq of deployments, API calls and training runs."""

from typing import Annotated

from knowledge.errors import InputRefused
from knowledge.hardware import resolve_accelerator
from knowledge.models import resolve_model

from ..energy import EnergyUse, accelerator_watts, api_energy, deployment_energy, training_co2
from ..estimate import Estimate
from .declaration import Context, Range, Tool, ToolInput, in_unit


class Place(ToolInput):
    provider: str = ""
    """aws, gcp, azure, oci, on_prem, colocation or edge; anything else widens the interval."""
    region: str = ""
    """Cloud region, country code or EU; left out: the provider's span, or the world's."""


class DeploymentInput(Place):
    accelerator: str
    """Accelerator that runs."""
    count: Annotated[int, in_unit("accelerators", ge=1)]
    """How many of them."""
    utilisation: Annotated[float, in_unit("share from 0 to 1", ge=0, le=1)]
    """Mean load over capacity."""
    batch: Annotated[float, in_unit("requests", ge=1)] = 64
    """Requests in flight at full load."""
    requests_month: Annotated[float, in_unit("requests/month", ge=0)] = 0
    """Requests served a month, for the figures per request."""
    output_tokens_month: Annotated[float, in_unit("tokens/month", ge=0)] = 0
    """Tokens written a month, for the figures per million."""


class ApiInput(Place):
    model: str
    """Hosted model, in any known spelling."""
    requests_month: Annotated[float, in_unit("requests/month", gt=0)]
    """Calls a month."""
    input_tokens: Annotated[float, in_unit("tokens", ge=0)]
    """Prompt of one call."""
    output_tokens: Annotated[float, in_unit("tokens", gt=0)]
    """Answer of one call."""


class TrainingCarbonInput(Place):
    energy_kwh: Annotated[Range, in_unit("kWh")]
    """Energy at the servers, without the data centre's overhead."""


def _deployment(given: DeploymentInput, context: Context) -> EnergyUse:
    key = resolve_accelerator(context.knowledge, given.accelerator).key
    return deployment_energy(
        context.knowledge,
        accelerator_watts(context.knowledge, key, given.count, given.utilisation, given.batch),
        provider=given.provider,
        region=given.region,
        requests_month=given.requests_month,
        output_tokens_month=given.output_tokens_month,
        accelerators_count=given.count,
        accelerator=key,
    )


def _api(given: ApiInput, context: Context) -> EnergyUse:
    found = api_energy(
        context.knowledge,
        resolve_model(context.knowledge, given.model).key,
        requests_month=given.requests_month,
        input_tokens=given.input_tokens,
        output_tokens=given.output_tokens,
        provider=given.provider,
        region=given.region,
    )
    if found is None:
        raise InputRefused(f"Nothing is published on the energy of {given.model}.")
    return found


def _training(given: TrainingCarbonInput, context: Context) -> Estimate:
    return training_co2(
        context.knowledge, given.energy_kwh.estimate("kWh"), provider=given.provider, region=given.region
    )


TOOLS = (
    Tool(
        "deployment-energy",
        "Energy and carbon of accelerators that run all month",
        DeploymentInput,
        _deployment,
    ),
    Tool("api-energy", "Energy and carbon of calls to a hosted model", ApiInput, _api),
    Tool("training-carbon", "Carbon of a training run from its energy", TrainingCarbonInput, _training),
)
