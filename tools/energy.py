"""Watts, kilowatt hours and grams of CO2eq, with the boundary stated in every result."""

from pydantic import BaseModel, ConfigDict

from knowledge import Knowledge
from knowledge.energy_factors import ApiEnergy, api_energy_factors, embodied, power, pue
from knowledge.grid import Grid, grid
from knowledge.hardware import accelerators
from knowledge.models import models
from tools.estimate import Estimate
from tools.month import HOURS_PER_MONTH
from tools.sizing.power import watts_interval

MONTHS_PER_YEAR = 12
SMALL_B, LARGE_B = 20.0, 150.0
"""Billions of parameters between which a model counts as medium for the published energy figures."""


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
    evidence: str


def accelerator_watts(
    knowledge: Knowledge, accelerator: str, count: int, utilisation: float, batch: float = 64.0
) -> Estimate:
    """Mean wall watts of `count` accelerators and their share of the host, without PUE.

    `utilisation` is the share of capacity in use; the devices idle only while nothing is in flight.
    """
    return watts_interval(
        knowledge,
        accelerators(knowledge)[accelerator],
        count,
        utilisation * batch,
        max(batch * utilisation, 1),
    )


def deployment_energy(
    knowledge: Knowledge,
    watts: Estimate,
    *,
    provider: str = "",
    region: str = "",
    requests_month: float = 0.0,
    output_tokens_month: float = 0.0,
    accelerators_count: int = 0,
    accelerator: str = "",
) -> EnergyUse:
    """Energy and carbon of a deployment that draws `watts` all month.

    `provider` is aws, gcp, azure, oci, on_prem, colocation or edge; anything else widens the interval.
    """
    factor = _pue(knowledge, provider)
    kwh = _product(watts, factor, HOURS_PER_MONTH / 1e3, "kWh/month", "energy_month")
    made = _embodied(knowledge, accelerator, accelerators_count)
    boundary = "Accelerators, their share of the servers and the data centre's overhead (PUE)"
    return _use(knowledge, kwh, made, factor, grid(knowledge, provider, region), requests_month,
                output_tokens_month, boundary, "Power model of docs/formulas/sizing.md.")  # fmt: skip


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
    """Energy and carbon of calls to a hosted model, from published figures; None for an unknown model.

    Published figures count output; reading a token counts as a twentieth of writing one (assumed).
    """
    if model not in models(knowledge):
        return None
    known = _api_factor(knowledge, model)
    thousands = requests_month * (output_tokens + input_tokens / READ_TO_WRITE) / 1e3
    kwh = Estimate(
        low=known.low_wh * thousands / 1e3, typical=known.wh * thousands / 1e3,
        high=known.high_wh * thousands / 1e3, unit="kWh/month", kind="estimated", formula="api_energy",
    )  # fmt: skip
    one = Estimate(low=1, typical=1, high=1, unit="ratio")
    boundary = "Servers and data centre of the provider as far as the published figure counts them"
    return _use(knowledge, kwh, None, one, grid(knowledge, provider, region), requests_month,
                requests_month * output_tokens, boundary, known.source)  # fmt: skip


READ_TO_WRITE = 20.0


def training_co2(
    knowledge: Knowledge, energy_kwh: Estimate, *, provider: str = "", region: str = ""
) -> Estimate:
    """Tonnes CO2eq of a training run whose servers draw `energy_kwh`, PUE added here."""
    place = grid(knowledge, provider, region)
    intensity = Estimate(low=place.low, typical=place.typical, high=place.high, unit="g/kWh")
    with_overhead = _product(energy_kwh, _pue(knowledge, provider), 1.0, "kWh", "training_co2")
    return _product(with_overhead, intensity, 1e-6, "t CO2eq", "training_co2")


def _use(
    knowledge: Knowledge, kwh: Estimate, made: Estimate | None, factor: Estimate, place: Grid,
    requests: float, tokens: float, boundary: str, evidence: str,
) -> EnergyUse:  # fmt: skip
    intensity = Estimate(low=place.low, typical=place.typical, high=place.high, unit="g CO2eq/kWh")
    carbon = _product(kwh, intensity, 1e-3, "kg CO2eq/month", "carbon_month")
    if made:
        carbon = carbon.model_copy(
            update={name: getattr(carbon, name) + getattr(made, name) for name in ("low", "typical", "high")}
        )
    return EnergyUse(
        kwh_month=kwh,
        kwh_per_million_tokens=kwh.scaled(1e6 / tokens, "kWh per 1e6 output tokens") if tokens else None,
        wh_per_request=kwh.scaled(1e3 / requests, "Wh/request") if requests else None,
        co2_kg_month=carbon,
        g_co2_per_request=carbon.scaled(1e3 / requests, "g CO2eq/request") if requests else None,
        embodied_kg_month=made,
        pue=factor,
        grid_g_per_kwh=intensity,
        boundary=f"{boundary}; grid of {place.place}, location-based; "
        f"{'manufacturing share included' if made else 'manufacturing left out'}.",
        evidence=f"{evidence} Grid: {place.source}.",
    )


def _pue(knowledge: Knowledge, provider: str) -> Estimate:
    known = pue(knowledge, provider or "unknown")
    return Estimate(low=known.low, typical=known.pue, high=known.high, unit="ratio", kind="vendor")


def _embodied(knowledge: Knowledge, accelerator: str, count: int) -> Estimate | None:
    machine = accelerators(knowledge).get(accelerator)
    made = embodied(knowledge, machine.component) if machine else None
    if made is None or count <= 0:
        return None
    short, typical, long = power(knowledge, "amortisation_years").interval
    return Estimate(
        low=count * made.low_kg / (long * MONTHS_PER_YEAR),
        typical=count * made.kg / (typical * MONTHS_PER_YEAR),
        high=count * made.high_kg / (short * MONTHS_PER_YEAR),
        unit="kg CO2eq/month", formula="embodied_month",
    )  # fmt: skip


def _api_factor(knowledge: Knowledge, model: str) -> ApiEnergy:
    """The published figure of the family; open models by their size."""
    spec = models(knowledge)[model]
    factors = {item.pattern: item for item in api_energy_factors(knowledge)}
    size = spec.params_b
    if size is not None:
        name = "small" if size <= SMALL_B else "medium" if size <= LARGE_B else "large"
        return factors[f"size:{name}"]
    return next(
        item for item in api_energy_factors(knowledge)
        if item.pattern == "*" or model.startswith(item.pattern)
    )  # fmt: skip


def _product(first: Estimate, second: Estimate, factor: float, unit: str, formula: str) -> Estimate:
    return Estimate(
        low=first.low * second.low * factor, typical=first.typical * second.typical * factor,
        high=first.high * second.high * factor, unit=unit, formula=formula,
    )  # fmt: skip
