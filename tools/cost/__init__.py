"""Money: prices of machines, models and services, the monthly bill, total cost of ownership, break-even."""

from .accelerators import accelerator_hourly, priced_accelerators, spot_hourly
from .api import api_costs, api_monthly_cost, rerank_monthly_cost, usd_per_million_tokens
from .bill import accelerator_line, bill_of, discount_of, monthly_bill, staff_line, token_line
from .breakeven import BreakEven, CurvePoint, blended_usd_per_million, break_even, break_even_curve
from .currency import convert
from .evidence import price_evidence
from .lines import Bill, CostLine
from .machines import vm_hourly
from .services import Scope, priced_elsewhere, priced_names, service_cost, service_cost_point, typical_scope
from .staff import (
    downtime_cost,
    exit_cost,
    hourly_rate,
    loaded_usd_per_year,
    migration_cost,
    staff_cost,
    staff_fte,
    training_cost,
)
from .tco import TCO, Swing, tco_36_months

__all__ = [
    "TCO",
    "Bill",
    "BreakEven",
    "CostLine",
    "CurvePoint",
    "Scope",
    "Swing",
    "accelerator_hourly",
    "accelerator_line",
    "api_costs",
    "api_monthly_cost",
    "bill_of",
    "blended_usd_per_million",
    "break_even",
    "break_even_curve",
    "convert",
    "discount_of",
    "downtime_cost",
    "exit_cost",
    "hourly_rate",
    "loaded_usd_per_year",
    "migration_cost",
    "monthly_bill",
    "price_evidence",
    "priced_accelerators",
    "priced_elsewhere",
    "priced_names",
    "rerank_monthly_cost",
    "service_cost",
    "service_cost_point",
    "spot_hourly",
    "staff_cost",
    "staff_fte",
    "staff_line",
    "tco_36_months",
    "token_line",
    "training_cost",
    "typical_scope",
    "usd_per_million_tokens",
    "vm_hourly",
]
