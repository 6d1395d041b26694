"""Watts, kilowatt hours and grams of CO2eq, with the boundary stated: accelerators, host share, PUE, grid, embodied."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from knowledge import Knowledge
from tools.estimate import Estimate

HOURS_PER_MONTH = 730.0


class EnergyUse(BaseModel):
    """Energy and carbon of a running deployment or of API calls, location-based."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kwh_month: Estimate
    kwh_per_million_tokens: Estimate | None
    """Per million output tokens."""
    wh_per_request: Estimate | None
    co2_kg_month: Estimate
    """Use phase and embodied share."""
    g_co2_per_request: Estimate | None
    embodied_kg_month: Estimate | None
    pue: Estimate
    grid_g_per_kwh: Estimate
    boundary: str
    """What is inside the figures, in one sentence."""


def accelerator_watts(
    knowledge: Knowledge, accelerator: str, count: float, utilisation: float, hours_share: float = 1.0
) -> Estimate:
    """Mean wall watts of `count` accelerators and their share of the host at `utilisation`, without PUE."""
    raise NotImplementedError


def deployment_energy(
    knowledge: Knowledge,
    watts: Estimate,
    *,
    provider: str = "",
    region: str = "",
    requests_month: float = 0.0,
    output_tokens_month: float = 0.0,
    accelerators: int = 0,
    accelerator: str = "",
) -> EnergyUse:
    """Energy and carbon of a deployment that draws `watts` all month; provider aws|gcp|azure|oci|on_prem|''."""
    raise NotImplementedError


def api_energy(
    knowledge: Knowledge,
    model: str,
    *,
    requests_month: float,
    input_tokens: float,
    output_tokens: float,
    provider: str = "",
    region: str = "",
) -> EnergyUse | None:
    """Energy and carbon of calls to a hosted model, from published per-token figures; None when nothing is known."""
    raise NotImplementedError


def training_co2(
    knowledge: Knowledge, energy_kwh: Estimate, *, provider: str = "", region: str = ""
) -> Estimate:
    """Tonnes CO2eq of a training run whose servers draw `energy_kwh`, PUE added here."""
    raise NotImplementedError


Boundary = Literal["gpu", "server", "facility"]
