"""Own measurements as evidence: what stands behind `measurement/<id>`."""

from knowledge import Knowledge
from knowledge.own_runs import FIGURES, PREFIX, OwnRun, own_runs

from .evidence import Evidence
from .wording import number

SHOWN = (
    ("tpot_ms", "{} ms a token"),
    ("tpot_p99_ms", "p99 {} ms"),
    ("ttft_ms", "{} ms to the first token"),
    ("ttft_p99_ms", "p99 {} ms"),
    ("e2e_ms", "{} ms for the whole answer"),
    ("output_tokens_per_s", "{} output tokens/s"),
)


def measurement_evidence(knowledge: Knowledge, evidence_id: str) -> Evidence | None:
    """The ledger entry of an own measurement; None for an id of another kind."""
    if not evidence_id.startswith(PREFIX):
        return None
    run = next((item for item in own_runs(knowledge) if item.evidence_id == evidence_id), None)
    return None if run is None else _evidence(run)


def load_in_words(run: OwnRun) -> str:
    """Where it ran, under which load, and what came out."""
    engine = f", {run.engine}" if run.engine else ""
    flight = f", {run.concurrency:,.3g} in flight" if run.concurrency is not None else ", all at once"
    load = f"{run.input_tokens:,.0f} tokens in, {run.output_tokens:,.0f} out{flight}"
    figures = "; ".join(
        words.format(number(value)) for name, words in SHOWN if (value := getattr(run, name)) is not None
    )
    return f"{run.model} on {run.devices} x {run.accelerator}, {run.precision}{engine}, {load}: {figures}"


def _evidence(run: OwnRun) -> Evidence:
    whose = f" ({run.source})" if run.source else ""
    values: dict[str, float | str] = {
        name: value for name in FIGURES if (value := getattr(run, name)) is not None
    }
    return Evidence(
        id=run.evidence_id,
        kind="measurement",
        text=f"{run.citation[0].upper()}{run.citation[1:]}{whose}: {load_in_words(run)}.",
        values=values,
        subject=f"{run.model} on {run.accelerator}",
        source=run.file,
        tier="U",
        as_of=run.as_of.isoformat(),
    )
