"""The families that a run belongs to, by which the weights of the serving model may depart from the common ones."""

from knowledge import Knowledge
from knowledge.aliases import table_cache
from knowledge.hardware import Accelerator
from knowledge.sizing_data import Coefficients, coefficients

from .runs import Setting
from .weights import expert_fraction

ADA = 8.9
"""A generation of its own between Ampere (8.0, 8.6) and Hopper (9.0)."""


def families(knowledge: Knowledge, setting: Setting) -> dict[str, str]:
    """Kind of family -> the member that the run belongs to."""
    return {
        "architecture": setting.model.arch_key,
        "engine": engine_family(knowledge, setting.engine),
        "generation": generation(setting.accelerator),
        "precision": setting.precision,
        "sparsity": "dense" if expert_fraction(setting.model) == 1 else "experts",
        "memory": "stacked" if "HBM" in setting.accelerator.memory_type else "other",
    }


def generation(accelerator: Accelerator) -> str:
    """Maker and generation of the chip.

    >>> from knowledge import load
    >>> from knowledge.hardware import accelerators
    >>> [generation(accelerators(load())[key]) for key in ("L40S", "H200-SXM-141GB", "B300", "MI300X")]
    ['NVIDIA 8.9', 'NVIDIA 9', 'NVIDIA 10', 'AMD']
    """
    capability = accelerator.compute_capability
    if capability is None:
        return accelerator.vendor
    return f"{accelerator.vendor} {capability if capability == ADA else int(capability):g}"


def engine_family(knowledge: Knowledge, engine: str) -> str:
    """The family whose name a publisher's words contain; empty where the engine isn't stated or known."""
    words = engine.lower()
    known = table_cache(knowledge, _engines)
    return next((family for part, family in known.items() if part in words), "")


def _engines(knowledge: Knowledge) -> dict[str, str]:
    content: dict[str, dict[str, str]] = knowledge.files.yaml("perf/benchmark_loads.yaml")
    return content["engines"]


def step_weights(
    knowledge: Knowledge, regime: str, setting: Setting, without_group: str = ""
) -> tuple[float, ...]:
    """The weights of a regime's terms for this run."""
    found: Coefficients = coefficients(knowledge, regime)
    return found.for_run(families(knowledge, setting), without_group)
