"""Tools over the catalogue: quality of models, compliance states and risks of components."""

import re

from knowledge import Knowledge
from knowledge.aliases import nearest
from knowledge.errors import InputRefused
from knowledge.models import resolve_model
from knowledge.records import Component

from ..assessment import ComplianceState, Risk
from ..compliance import CLOUDS, MORE_REGIMES, REGIMES, Place, host_of, offers_of, state_in_place
from ..estimate import Estimate
from ..quality import TASK_CLASSES, quality, quality_evidence, sufficient_quality
from ..risk import risk_register
from ..values import resolve
from ..workload_file import workload_of
from .declaration import Context, Tool, ToolInput, ToolResult
from .workload import WorkloadInput

_RESIDENCY = re.compile("residency_[a-z]{2}")


class QualityInput(ToolInput):
    model: str
    """Model, in any known spelling."""
    task_class: str
    """chat, reasoning, coding, agentic, extraction, classification, summarisation, translation, rag, vision, …"""
    precision: str = ""
    """bf16, fp8, fp4 or int4: measured quantisation loss is subtracted."""


class ModelQuality(ToolResult):
    """Quality on the anchored scale, or unknown."""

    model: str
    task_class: str
    quality: Estimate | None
    """None: nothing is published for this class."""
    sufficient: float | None
    """Level above which a better model changes little."""
    published: tuple[str, ...]
    reason: str = ""
    """Why there is no quality, and for what there is one."""


class ComplianceInput(ToolInput):
    components: tuple[str, ...]
    """Component ids of the catalogue."""
    regimes: tuple[str, ...] = REGIMES
    """hipaa, soc2, iso27001, gdpr, pci_dss, fedramp, eu_ai_act, air_gap, residency_eu, residency_ and a country."""
    place: Place = "managed"
    """managed, self_hosted_cloud, own_premises or air_gapped: what one runs oneself inherits the state of the place."""
    cloud: str = ""
    """aws, azure or gcp, for self_hosted_cloud."""
    offer: str = ""
    """One tool, plan or edition of the components, such as web search or Hybrid Cloud; empty: each as a whole."""


class ComplianceStates(ToolResult):
    states: tuple[ComplianceState, ...]


class RiskInput(WorkloadInput):
    components: tuple[str, ...]
    """Component ids of the catalogue."""


class RiskRegister(ToolResult):
    risks: tuple[Risk, ...]


def _quality(given: QualityInput, context: Context) -> ModelQuality:
    if given.task_class not in TASK_CLASSES:
        raise nearest(given.task_class, TASK_CLASSES, "task class")
    knowledge = context.knowledge
    key = resolve_model(knowledge, given.model).key
    found = quality(knowledge, key, given.task_class, given.precision)
    return ModelQuality(
        model=key,
        task_class=given.task_class,
        quality=found,
        sufficient=sufficient_quality(knowledge, given.task_class),
        published=quality_evidence(knowledge, key, given.task_class),
        reason="" if found else _unrated(knowledge, key, given.task_class),
    )


def _unrated(knowledge: Knowledge, model: str, task_class: str) -> str:
    """What is missing, and the classes for which a result is known."""
    known = [name for name in TASK_CLASSES if quality(knowledge, model, name) is not None]
    others = f"It is rated for {', '.join(known)}." if known else "It is rated for no class."
    return f"No result of {model} that tells of {task_class} is in the table of published results. {others}"


def _compliance(given: ComplianceInput, context: Context) -> ComplianceStates:
    for regime in given.regimes:
        if regime not in (*REGIMES, *MORE_REGIMES) and not _RESIDENCY.fullmatch(regime):
            raise nearest(regime, (*REGIMES, *MORE_REGIMES, "residency_eu"), "regime")
    if given.cloud and given.cloud not in CLOUDS:
        raise nearest(given.cloud, CLOUDS, "cloud")
    return ComplianceStates(
        states=tuple(
            state_in_place(
                context.knowledge, component, regime, context.as_of, given.place, given.cloud, offer
            )
            for component in _components(context.knowledge, given.components)
            for offer in [_offer(context.knowledge, component, given)]
            for regime in given.regimes
        )
    )


def _offer(knowledge: Knowledge, component: Component, given: ComplianceInput) -> str:
    """The offer asked for as its sources spell it; one of the cloud counts where its state is inherited."""
    wanted = " ".join(given.offer.split()).casefold()
    if not wanted:
        return ""
    known = [*offers_of(knowledge, component.id), *offers_of(knowledge, host_of(given.place, given.cloud))]
    found = next((name for name in known if name.casefold() == wanted), "")
    if not found:
        told = f"Known: {', '.join(known)}." if known else "No source speaks of one of its offers apart."
        raise InputRefused(f"Unknown offer {given.offer!r} of {component.id}.", told)
    return found


def _risks(given: RiskInput, context: Context) -> RiskRegister:
    knowledge = context.knowledge
    values = resolve(
        workload_of(given.workload, "risk-register", knowledge), knowledge, context.profile
    ).values
    found = risk_register(knowledge, _components(knowledge, given.components), {}, context.as_of, values)
    return RiskRegister(risks=found)


def _components(knowledge: Knowledge, ids: tuple[str, ...]) -> list[Component]:
    for identity in ids:
        if identity not in knowledge.components:
            raise nearest(identity, knowledge.components, "component")
    return [knowledge.components[identity] for identity in ids]


TOOLS = (
    Tool(
        "model-quality",
        "Quality of a model for a class of task, from published results",
        QualityInput,
        _quality,
    ),
    Tool(
        "compliance",
        "What is evidenced, claimed, unknown or denied of a regime",
        ComplianceInput,
        _compliance,
    ),
    Tool("risk-register", "What could go wrong with components, and what to do", RiskInput, _risks),
)
