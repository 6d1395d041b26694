"""Compliance of operated components, in four states; only `denied` excludes.

evidenced: a T1 fact whose source names the product, at most 180 days old at the assessment's date. claimed: older, of a
lower tier, or of the platform as a whole. denied: a T1 or T2 fact that says the regime is not offered. unknown: nothing
found. A part of a vendor's platform (a service of a cloud, a product of Databricks) of which nothing is said for itself
has what is said of that platform, as a claim; what a cloud says of all its services is evidence for each that is to be
had there alone, and of which nothing is denied.
Software that you run yourself inherits the state of where it runs: of the cloud, or of your own premises, which
you alone can show.

A fact may be about one offer alone: a tool, a plan, an edition. A question about an offer is decided by facts about it,
else by those about the whole: a denial holds for its offers too, an attestation is but a claim for an offer that the
source doesn't name. A question about the whole is decided by facts about the whole and by attestations of offers that
any customer may choose; what is said of its offers apart stands beside the state.
"""

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import Literal

from knowledge import Knowledge
from knowledge.attestations import attestations, said_of_all_services
from knowledge.records import Component, Fact
from knowledge.vendors import platform_of, sold_on

from .assessment import ComplianceState, OfferState
from .operation import OWN_MODES

FRESH_DAYS = 180
REGIMES = ("hipaa", "soc2", "iso27001", "gdpr", "pci_dss", "fedramp")
"""What vendors attest to."""
MORE_REGIMES = ("eu_ai_act", "air_gap")
EU_COUNTRIES = frozenset(
    "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK".split()
)
RESIDENCY = "residency_"
"""With a country's ISO 3166 code or `eu` behind it: content is stored and processed there."""
CLOUDS = ("aws", "azure", "gcp")
Place = Literal["managed", "self_hosted_cloud", "own_premises", "air_gapped"]


@lru_cache(maxsize=512)
def demanded_regimes(compliance: tuple[str, ...]) -> tuple[str, ...]:
    """The regimes among a workload's compliance values that vendors attest to."""
    return tuple(regime for regime in REGIMES if regime in compliance)


@lru_cache(maxsize=65_536)
def compliance_state(
    knowledge: Knowledge, component: str, regime: str, as_of: date, offer: str = ""
) -> ComplianceState:
    """The state at `as_of` of one operated component (its id), or of one of `offers_of` it, for one regime."""
    facts = [fact for fact in attestations(knowledge, component) if regime in fact.attestation]
    whole = [fact for fact in facts if not fact.offer or fact.by_choice]
    found = _of_offer(facts, offer, as_of) if offer else _strongest(whole, as_of)
    if not any(fact.denies for fact in facts) and found.state in ("unknown", "claimed"):
        own = [fact for fact in facts if not fact.offer or offer in fact.offer] if offer else whole
        found = _inherited(knowledge, component, regime, as_of, offer, as_claim=not own) or found
    named = () if offer else dict.fromkeys(name for fact in facts for name in fact.offer)
    return ComplianceState(
        component=component,
        regime=regime,
        state=found.state,
        evidence=found.evidence,
        offer=offer,
        offers=tuple(_of_offer(facts, name, as_of) for name in named),
    )


def _inherited(
    knowledge: Knowledge, component: str, regime: str, as_of: date, offer: str, *, as_claim: bool
) -> OfferState | None:
    """What a part has of its platform: as a cloud's own service, evidence where that is said of all of them; else, if
    `as_claim`, what is said of the whole, as a claim."""
    of_all = _strongest(() if offer else said_of_all_services(knowledge, component, regime), as_of)
    if of_all.state == "evidenced":
        return of_all
    platform = platform_of(knowledge, component)
    evidence = _attesting(knowledge, platform, regime, as_of) if platform and as_claim else ()
    return OfferState(offer="", state="claimed", evidence=evidence) if evidence else None


def _attesting(knowledge: Knowledge, platform: str, regime: str, as_of: date) -> tuple[str, ...]:
    """Facts that attest to the regime for the platform as a whole."""
    whole = compliance_state(knowledge, platform, regime, as_of)
    return whole.evidence if whole.state in ("evidenced", "claimed") else ()


def offers_of(knowledge: Knowledge, component: str) -> tuple[str, ...]:
    """The offers of a component, or of a `cloud:`, of which attestations or denials speak apart."""
    return tuple(sorted({name for fact in attestations(knowledge, component) for name in fact.offer}))


def state_in_place(
    knowledge: Knowledge,
    component: Component,
    regime: str,
    as_of: date,
    place: Place,
    cloud: str = "",
    offer: str = "",
) -> ComplianceState:
    """The state of a component, or of an offer of it or of the cloud, run in `place`.

    Self-hosted, it is that of the `cloud` (`aws`, `azure`, `gcp`); managed there as a service of several clouds, of
    which nothing is said, it has what that cloud says of its platform, as a claim.
    """
    if regime == "air_gap":
        return _air_gap(knowledge, component, as_of, place, offer)
    if place == "managed":
        said = compliance_state(knowledge, component.id, regime, as_of, offer)
        return said if offer else _or_of_cloud(said, knowledge, as_of, cloud)
    host = host_of(place, cloud)
    inherited = compliance_state(
        knowledge, host, regime, as_of, offer if offer in offers_of(knowledge, host) else ""
    )
    return inherited.model_copy(update={"component": component.id, "offer": offer})


def _or_of_cloud(said: ComplianceState, knowledge: Knowledge, as_of: date, cloud: str) -> ComplianceState:
    """What is said, or where nothing is, what the cloud that sells it says of its whole platform, as a claim."""
    if said.state != "unknown" or said.evidence or not cloud or not sold_on(knowledge, said.component, cloud):
        return said
    evidence = _attesting(knowledge, f"cloud:{cloud}", said.regime, as_of)
    return said.model_copy(update={"state": "claimed", "evidence": evidence}) if evidence else said


def host_of(place: Place, cloud: str) -> str:
    """The cloud whose state is inherited, as a subject of facts; empty: none."""
    return f"cloud:{cloud}" if place == "self_hosted_cloud" and cloud else ""


def _air_gap(
    knowledge: Knowledge, component: Component, as_of: date, place: Place, offer: str
) -> ComplianceState:
    """What documents say; a service of somebody else can't be cut off, whatever else they say."""
    said = compliance_state(knowledge, component.id, "air_gap", as_of, offer)
    if place != "air_gapped" or not component.modes & OWN_MODES:
        return said.model_copy(update={"state": "denied", "evidence": ()})
    return said


def residency_state(knowledge: Knowledge, component: str, place: str, as_of: date) -> ComplianceState:
    """Whether content can be kept in `place`, EU or a country; what the EU can't have, its countries can't."""
    regimes = [RESIDENCY + place.lower()] + ([RESIDENCY + "eu"] if place.upper() in EU_COUNTRIES else [])
    states = [compliance_state(knowledge, component, regime, as_of) for regime in regimes]
    denied = next((state for state in states if state.state == "denied"), None)
    return denied or states[0]


_State = Literal["unknown", "claimed", "evidenced", "denied"]
_RANK: dict[_State, int] = {"unknown": 0, "claimed": 1, "evidenced": 2, "denied": 3}


def _of_offer(facts: Sequence[Fact], offer: str, as_of: date) -> OfferState:
    """What the facts about `offer` say, else what those about the whole say of an offer that they don't name."""
    own = [fact for fact in facts if offer in fact.offer]
    found = _strongest(own or [fact for fact in facts if not fact.offer], as_of)
    weaker = not own and found.state == "evidenced"
    return found.model_copy(update={"offer": offer, "state": "claimed" if weaker else found.state})


def _strongest(facts: Sequence[Fact], as_of: date) -> OfferState:
    state = max((_state(fact, as_of) for fact in facts), key=_RANK.__getitem__, default="unknown")
    evidence = tuple(fact.id for fact in facts if _state(fact, as_of) == state)
    return OfferState(offer="", state=state, evidence=evidence)


def _state(fact: Fact, as_of: date) -> _State:
    if fact.denies:
        return "denied" if fact.tier in ("T1", "T2") else "unknown"
    age = (as_of - (fact.as_of or fact.read_at)).days
    shown = fact.tier == "T1" and fact.names_product and age <= FRESH_DAYS
    return "evidenced" if shown else "claimed"
