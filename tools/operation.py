"""Who would operate a component in this stack: its vendor, or the organisation itself."""

from collections.abc import Mapping
from typing import Any, Literal

from knowledge.records import Component

MANAGED_MODES = frozenset({"saas", "cloud_service", "byoc"})
OWN_MODES = frozenset({"self_vm", "kubernetes", "in_process", "air_gap", "edge"})

Operator = Literal["vendor", "cloud", "self"]


def operator(component: Component, values: Mapping[str, Any]) -> Operator:
    """`self` where data must stay inside or nothing else is offered; else the least work for the team.

    A small team without a strong platform skill takes the managed form where there is one.
    """
    managed, own = component.modes & MANAGED_MODES, component.modes & OWN_MODES
    if not managed or (own and _must_run_inside(values, component)):
        return "self"
    if own and values.get("large_team") is True and component.ops_complexity <= 3:
        return "self"
    return "cloud" if "cloud_service" in managed else "vendor"


def _must_run_inside(values: Mapping[str, Any], component: Component) -> bool:
    foreign = component.jurisdiction not in ("eu", "none")
    return values.get("perimeter_closed") is True or (values.get("sovereign_only") is True and foreign)
