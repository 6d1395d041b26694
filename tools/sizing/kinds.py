"""Whether devices of a kind were measured: where none was, intervals are wider and the evidence says so."""

from typing import Literal

from knowledge import Knowledge
from knowledge.aliases import table_cache
from knowledge.hardware import Accelerator, accelerators
from knowledge.sizing_data import coefficients, constant

from .families import generation

SMALL_KINDS = ("apple", "edge", "cpu")
StepRegime = Literal["served", "single_stream"]
Regime = Literal["served", "single_stream", "open_ttft"]


def step_regime(accelerator: Accelerator) -> StepRegime:
    """Devices for one person run an engine for one stream; everything else a batching server."""
    return "single_stream" if accelerator.kind in SMALL_KINDS else "served"


def kind(accelerator: Accelerator) -> tuple[str, str]:
    """What devices share that behave alike: form, and maker with generation."""
    return accelerator.kind, generation(accelerator)


def kind_measured(knowledge: Knowledge, accelerator: Accelerator, regime: Regime) -> bool:
    """Whether the fit of `regime` saw a run on a device of this kind."""
    return kind(accelerator) in table_cache(knowledge, _kinds)[regime]


def widened(
    knowledge: Knowledge, spread: tuple[float, float], accelerator: Accelerator, regime: Regime
) -> tuple[float, float]:
    """Ends of measured over modelled, as wide as whole kinds left out of the fit were off where none was seen."""
    if kind_measured(knowledge, accelerator, regime):
        return spread
    low, _, high = constant(knowledge, "unseen_device", f"{_metric(regime)}_ratio").interval
    return min(spread[0], low), max(spread[1], high)


def mean_error(knowledge: Knowledge, accelerator: Accelerator, regime: Regime) -> float:
    """The mean error that applies: on unseen pairs, or on whole kinds of devices that the fit didn't see."""
    if kind_measured(knowledge, accelerator, regime):
        return coefficients(knowledge, regime).mape
    return constant(knowledge, "unseen_device", f"{_metric(regime)}_error").value


def _metric(regime: Regime) -> str:
    return "ttft" if regime == "open_ttft" else "tpot"


def _kinds(knowledge: Knowledge) -> dict[Regime, frozenset[tuple[str, str]]]:
    regimes: tuple[Regime, ...] = ("served", "single_stream", "open_ttft")
    return {name: _seen(knowledge, name) for name in regimes}


def _seen(knowledge: Knowledge, regime: Regime) -> frozenset[tuple[str, str]]:
    names = (group.partition("|")[0] for group in coefficients(knowledge, regime).without)
    known = accelerators(knowledge)
    return frozenset(kind(known[name]) for name in names if name in known)
