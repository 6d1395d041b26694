"""What the memory model says of runs that fitted, logs of engines and reports of running out of memory.

    python scripts/check_memory.py [RUNS.csv]

`RUNS.csv` is shaped like the serving rows that `stackwright eval sizing` reads; left out, the packaged measured
runs are checked. Exit code 1 where fewer than 99.5 % of the runs fit.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from evals.measured_rows import read_measured, serving_load
from knowledge import Knowledge, load
from knowledge.errors import UnknownName
from knowledge.hardware import accelerators
from knowledge.measured import measured_runs
from knowledge.models import models
from tests.tools.memory_reports import Settings, log_checks, memory_checks, stated, unasked, with_cache
from tools.sizing.fit import fit_of

NEAR = 0.1
LEAST = 0.995


def main(paths: list[str]) -> int:
    """Print the figures and what misses them."""
    knowledge = load()
    runs = list(_stated(knowledge, Path(paths[0])) if paths else _packaged(knowledge))
    fitting = [label for label, fits in runs if fits]
    print(f"{len(fitting)} of {len(runs)} measured configurations fit")
    for name, settings in (
        ("settings as stated", stated),
        ("settings as engines take them unasked", unasked),
    ):
        print(f"{name}:")
        _told(knowledge, settings)
    for precision in ("bf16", "fp8", ""):
        kept = with_cache(unasked, precision)
        logs, reports = log_checks(knowledge, kept), memory_checks(knowledge, kept)
        print(
            f"cache {precision or 'as the fitted runs keep it beside such weights'}: "
            f"{sum(abs(item.error) <= NEAR for item in logs)} logs, "
            f"{sum(item.lacking > 0 for item in reports)} reports"
        )
    return 0 if len(fitting) >= LEAST * len(runs) else 1


def _told(knowledge: Knowledge, settings: Settings) -> None:
    """Logs and reports under `settings`."""
    for fresh in (False, True):
        logs = [item for item in log_checks(knowledge, settings) if item.fresh == fresh]
        near = sum(abs(item.error) <= NEAR for item in logs)
        print(f"{near} of {len(logs)} {'fresh ' if fresh else ''}logs within {NEAR:.0%}")
        for item in logs:
            print(f"  {item.id} {item.logged:12.6g} {item.predicted:12.6g} {item.error:+8.1%}")
    reports = memory_checks(knowledge, settings)
    print(f"{sum(item.lacking > 0 for item in reports)} of {len(reports)} out-of-memory reports don't fit")
    print("  fit here:", ", ".join(item.id for item in reports if item.lacking <= 0))


def _packaged(knowledge: Knowledge) -> Iterator[tuple[str, bool]]:
    """Each configuration of the packaged runs, at its longest sequence."""
    by_architecture = {model.arch_key: model for model in reversed(models(knowledge).values())}
    seen: dict[tuple[str, str, str, int], float] = {}
    for run in measured_runs(knowledge):
        key = (run.arch_key, run.accelerator, run.precision, run.devices)
        seen[key] = max(seen.get(key, 0.0), run.input_tokens + run.output_tokens)
    for (architecture, machine, precision, devices), tokens in seen.items():
        model, device = by_architecture[architecture], accelerators(knowledge)[machine]
        yield (
            f"{devices} x {machine}, {architecture}, {precision}",
            fit_of(knowledge, model, device, precision, devices, tokens=tokens).fits,
        )


def _stated(knowledge: Knowledge, path: Path) -> Iterator[tuple[str, bool]]:
    """Each configuration and length of the file that names known models and accelerators."""
    seen: set[tuple[object, ...]] = set()
    for row in read_measured(path).rows:
        try:
            run = serving_load(knowledge, row)
        except UnknownName:
            continue
        tokens = (run.input_tokens or 0) + (run.output_tokens or 0) or 1.0
        key = (
            run.model.key, run.accelerator.key, run.devices, run.precision, tokens, run.data_parallel_attention,
        )  # fmt: skip
        if key in seen or not run.model.sizeable:
            continue
        seen.add(key)
        fit = fit_of(
            knowledge, run.model, run.accelerator, run.precision, run.devices,
            tokens=tokens, data_parallel_attention=run.data_parallel_attention,
        )  # fmt: skip
        yield f"{run.devices} x {run.accelerator.key}, {run.model.key}, {run.precision}", fit.fits


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
