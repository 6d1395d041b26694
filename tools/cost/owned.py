"""What an owned accelerator costs an hour: write-off, maintenance, electricity and space, busy or idle."""

from knowledge import Knowledge
from knowledge.hardware import accelerators
from knowledge.prices import purchase_prices

from ..estimate import Estimate
from ..month import HOURS_PER_MONTH
from .assumptions import assumption

UNIT = "USD/accelerator-hour"


def owned_hourly(knowledge: Knowledge, accelerator: str) -> Estimate | None:
    """USD per hour of an owned accelerator with its share of the server; None without a purchase price."""
    bought = purchase_prices(knowledge).get(accelerator)
    if bought is None:
        return None
    spec = accelerators(knowledge).get(accelerator)
    low, typical, high = (
        _owned_hour(knowledge, price, end, opposite, spec.tdp_w if spec else None)
        for price, end, opposite in (
            (bought.low_usd, "low", "high"),
            (bought.typical_usd, "typical", "typical"),
            (bought.high_usd, "high", "low"),
        )
    )
    names = ("server_share", "amortisation_months", "maintenance_share_year", "host_power_factor", "pue_own",
             "electricity_usd_kwh", "colocation_usd_kw_month")  # fmt: skip
    return Estimate(
        low=low,
        typical=typical,
        high=high,
        unit=UNIT,
        kind="estimated",
        formula="accelerator-owned",
        inputs={"purchase_usd": bought.typical_usd, "as_of": bought.as_of},
        evidence=(f"price/purchase/{accelerator}", *(f"assumption/cost/{name}" for name in names)),
        incomplete=spec is None or spec.tdp_w is None,
    )


def _owned_hour(knowledge: Knowledge, price: float, end: str, opposite: str, watts: float | None) -> float:
    def at(name: str, which: str = end) -> float:
        return float(getattr(assumption(knowledge, name), which))

    server = price * (1 + at("server_share"))
    hours = at("amortisation_months", opposite) * HOURS_PER_MONTH
    capital = server / hours + server * at("maintenance_share_year") / (12 * HOURS_PER_MONTH)
    kilowatts = (watts or 0.0) * at("host_power_factor") / 1000
    power = kilowatts * at("pue_own") * at("electricity_usd_kwh")
    space = kilowatts * at("colocation_usd_kw_month") / HOURS_PER_MONTH
    return capital + power + space
