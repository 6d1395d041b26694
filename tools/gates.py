"""Hard constraints on components: what can't be in this stack, whatever it scores.

An exclusion rests on what the user demands, on the organisation's profile, or on T1/T2 facts; each says
which. Order: status, refusals, where it runs, whose law, licences, compliance, the rules of the slot.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

from knowledge import Knowledge
from knowledge.records import Component, Rule

from .bans import resold_by, supplied_by
from .compliance import compliance_state, demanded_regimes, residency_state
from .operation import MANAGED_MODES, OWN_MODES, operator
from .profile import Profile

DEAD = ("eol", "do_not_recommend")
EDGE_MODES = frozenset({"edge", "in_process", "air_gap"})
CLOSED = ("source-available", "proprietary")
"""Licence classes that no OSI licence belongs to, whether one runs the product or buys it as a service."""
BOUND_TO_PLACE = frozenset({"cmp.model_api", "cmp.deployment_mode", "cmp.accelerator"})
"""Slots whose components are places or hardware: rules, not software modes, say where they fit."""


class Barrier(NamedTuple):
    """Why a component is out."""

    rule: str
    text: str
    evidence: tuple[str, ...]


def barrier(
    component: Component,
    slot: str,
    values: Mapping[str, Any],
    knowledge: Knowledge,
    profile: Profile,
    as_of: date,
) -> Barrier | None:
    """The first hard constraint that rules `component` out, or None; exclusion rules come after these."""
    for check in (_dead, _refused, _outside_perimeter, _licence):
        found = check(component, slot, values)
        if found is not None:
            return found
    if profile.banned_vendors or profile.allowed_vendors:
        found = _profile(component, profile, knowledge)
        if found is not None:
            return found
    return _denied(component, values, knowledge, profile, as_of)


def rule_barrier(rule: Rule) -> Barrier:
    """An exclusion rule as a barrier."""
    return Barrier(rule.id, rule.text, rule.fact_ids or (f"rule/{rule.id}",))


def _dead(component: Component, slot: str, values: Mapping[str, Any]) -> Barrier | None:
    if component.status not in DEAD or component.id in (values.get("existing_components") or ()):
        return None
    evidence = tuple(fact for fact in component.fact_ids if "/risk/" in fact) or component.fact_ids[:1]
    text = f"{component.name} is no longer maintained or offered to new projects."
    return Barrier("status", text, evidence)


def _refused(component: Component, slot: str, values: Mapping[str, Any]) -> Barrier | None:
    if component.id not in (values.get("avoid_components") or ()):
        return None
    return Barrier("refused", f"You ruled {component.name} out.", ("user/avoid_components",))


def _outside_perimeter(component: Component, slot: str, values: Mapping[str, Any]) -> Barrier | None:
    if slot in BOUND_TO_PLACE:
        return None
    if values.get("edge_only") is True and slot.startswith("srv.inference"):
        if not component.modes & EDGE_MODES:
            return Barrier("edge", f"{component.name} does not run on a device.", ("user/deployment",))
        return None
    if component.modes & OWN_MODES or not component.modes:
        return None
    if values.get("perimeter_closed") is True:
        text = f"{component.name} only runs as a service outside your own network."
        return Barrier("perimeter", text, ("user/deployment",))
    if values.get("sovereign_only") is True and component.jurisdiction not in ("eu", "none"):
        text = f"{component.name} is operated under another jurisdiction, which you ruled out."
        return Barrier("sovereignty", text, ("user/data_residency",))
    if values.get("api_terms_refused") == "yes" and component.modes == frozenset({"saas"}):
        return Barrier(
            "third_party", f"{component.name} would be a further third party.", ("user/compliance",)
        )
    return None


def _licence(component: Component, slot: str, values: Mapping[str, Any]) -> Barrier | None:
    policy, licence = values.get("licence_policy"), component.licence_class
    barred = {
        "no_network_copyleft": ("network-copyleft",),
        "osi_only": CLOSED,
        "permissive_only": (*CLOSED, "network-copyleft", "copyleft", "weak-copyleft"),
    }.get(str(policy), ())
    if licence not in barred:
        return None
    text = f"{component.name} is licensed {component.licence}, which your licence policy bars."
    return Barrier("licence", text, tuple(fact for fact in component.fact_ids if "/licence/" in fact))


def _profile(component: Component, profile: Profile, knowledge: Knowledge) -> Barrier | None:
    name = profile.name or "Your profile"
    banned = profile.banned_vendors
    if banned and component.id in supplied_by(knowledge, banned, alone=True):
        return Barrier("profile", f"{name} bans {component.vendor}.", ("user/profile",))
    maker = resold_by(knowledge, component.id, banned) if banned else ""
    if maker:
        text = f"{name} bans {maker}, whose models are all that {component.name} sells."
        return Barrier("profile", text, ("user/profile",))
    allowed = profile.allowed_vendors
    only_managed = component.modes & MANAGED_MODES and not component.modes & OWN_MODES
    if allowed and only_managed and component.id not in supplied_by(knowledge, allowed, alone=False):
        text = f"{component.vendor} is not among the vendors that {profile.name or 'your profile'} allows."
        return Barrier("profile", text, ("user/profile",))
    return None


def _denied(
    component: Component, values: Mapping[str, Any], knowledge: Knowledge, profile: Profile, as_of: date
) -> Barrier | None:
    regimes = demanded_regimes(values.get("compliance") or ())
    places = values.get("residency") or ()
    if not (regimes or places) or operator(component, values) == "self":
        return None
    for place in places:
        kept = residency_state(knowledge, component.id, str(place), as_of)
        if kept.state == "denied":
            text = f"{component.name} can't keep your content in {place}."
            return Barrier("residency", text, kept.evidence)
    for regime in regimes:
        state = compliance_state(knowledge, component.id, regime, as_of)
        if state.state == "denied":
            return Barrier("compliance", f"{component.name} does not offer {regime}.", state.evidence)
        if regime in profile.demand_evidence and state.state != "evidenced":
            text = f"{component.name} has no fresh primary evidence for {regime}, which your profile demands."
            return Barrier("compliance", text, state.evidence)
    return None
