"""Fit the published coefficients of the serving model from a CSV of measured runs.

    python scripts/fit_serving.py RUNS.csv [--write knowledge/data/perf/serving_coefficients.yaml]

The measured rows stay outside the repository where their licence asks for it; coefficients and errors
are published. Every group (accelerator and architecture) is left out once: the errors printed are those
of groups that the fit did not see.
"""

import argparse
import csv
from collections import Counter
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import yaml

from evals.measured_rows import sizing_data
from knowledge import Knowledge, load
from knowledge.errors import UnknownName
from knowledge.hardware import resolve_accelerator
from knowledge.models import resolve_model
from tools.sizing.predict import MeasuredLoad, regime_of, setting_of
from tools.sizing.roofline import Array
from tools.sizing.runs import Setting, stack
from tools.sizing.serving_model import STEP_TERMS, TTFT_TERMS, step_features, tpot_ms, ttft_features

ASSUMED_INPUT = {"lm-arena-chat": 150.0, "gpqa": 250.0, "image-chat": 1000.0, "video-chat": 3000.0}
"""Input tokens of published runs that don't state them: typical of the data set that they name."""
SWEEPS = 400
REWEIGHTINGS = 10


class Sample(NamedTuple):
    features: Array
    measured: Array
    groups: list[str]


def non_negative(features: Array, target: Array) -> Array:
    """Least squares with coefficients >= 0, by cyclic coordinate descent on scaled columns."""
    scale = np.sqrt((features**2).sum(axis=0)) + 1e-30
    scaled = features / scale
    gram, moment = scaled.T @ scaled, scaled.T @ target
    found = np.zeros(features.shape[1])
    present = np.flatnonzero(gram.diagonal() > 0)
    for _ in range(SWEEPS):
        for j in present:
            found[j] = max(0.0, found[j] + (moment[j] - gram[j] @ found) / gram[j, j])
    result: Array = found / scale
    return result


def fit(sample: Sample, keep: Array, log_share: float) -> Array:
    """Robust relative fit: reweighted towards least absolute error, large groups damped.

    log_share 0 weighs errors relative to the measured value, 1 relative to the geometric middle of
    measured and predicted, which keeps the median of a badly predictable quantity unbiased.
    """
    features, measured = sample.features[keep], sample.measured[keep]
    names = [group for group, kept in zip(sample.groups, keep, strict=True) if kept]
    sizes = Counter(names)
    damping = np.array([sizes[name] ** -0.25 for name in names])
    weight, predicted = damping.copy(), measured.copy()
    found = np.zeros(features.shape[1])
    for _ in range(REWEIGHTINGS):
        scale = measured * (1 - log_share) + log_share * np.sqrt(predicted * measured)
        found = non_negative(features * (weight / scale)[:, None], measured / scale * weight)
        predicted = np.maximum(features @ found, 1e-9)
        weight = damping / np.sqrt(np.maximum(np.abs(np.log(predicted / measured)), 0.04))
    return found


def evaluate(sample: Sample, log_share: float) -> tuple[dict[str, list[float]], Array]:
    """Coefficients without each group, and the prediction of each group by them."""
    groups = np.array(sample.groups)
    without: dict[str, list[float]] = {}
    predicted = np.zeros(len(groups))
    for group in sorted(set(sample.groups)):
        inside = groups == group
        found = fit(sample, ~inside, log_share)
        without[group] = [float(f"{value:.4g}") for value in found]
        predicted[inside] = sample.features[inside] @ found
    return without, predicted


def block(sample: Sample, terms: tuple[str, ...], log_share: float = 0.0) -> dict[str, Any]:
    """One regime as it is published."""
    everything = np.ones(len(sample.groups), dtype=bool)
    without, predicted = evaluate(sample, log_share)
    error = np.abs(predicted - sample.measured) / sample.measured
    groups = np.array(sample.groups)
    by_group = float(np.mean([error[groups == group].mean() for group in without]))
    ratio = np.quantile(sample.measured / predicted, [0.1, 0.5, 0.9])
    return {
        "terms": list(terms),
        "values": [float(f"{value:.4g}") for value in fit(sample, everything, log_share)],
        "rows": len(groups),
        "groups": len(without),
        "mape": round(float(error.mean()), 3),
        "mape_by_group": round(by_group, 3),
        "median_error": round(float(np.median(error)), 3),
        "ratio": [round(float(value), 3) for value in ratio],
        "seen_ratio": _seen(sample, fit(sample, everything, log_share)),
        "without": without,
    }


def _seen(sample: Sample, weights: Array) -> list[float]:
    """p10, p50 and p90 of measured over predicted once a group is scaled by its own median ratio."""
    ratio = sample.measured / (sample.features @ weights)
    groups = np.array(sample.groups)
    for group in set(sample.groups):
        ratio[groups == group] /= np.median(ratio[groups == group])
    return [round(float(value), 3) for value in np.quantile(ratio, [0.1, 0.5, 0.9])]


def setting(knowledge: Knowledge, row: dict[str, str]) -> Setting | None:
    """The run of a row, or None where the model or accelerator can't be sized."""
    try:
        model = resolve_model(knowledge, row["model"])
        accelerator = resolve_accelerator(knowledge, row["accelerator"])
    except UnknownName:
        return None
    precision = sizing_data().precisions.get(row["precision"].lower())
    if not model.sizeable or precision is None:
        return None
    task = row["scenario"].rsplit(", ", 1)[-1]
    tokens = float(row["input_tokens"] or ASSUMED_INPUT.get(task, 500.0))
    # llama.cpp gives each device some of the layers: they work one after the other.
    devices = 1 if "llama.cpp" in row["engine"] else int(row["n_accelerators"])
    spread = "adp" in row["parallelism"] and "adp1" not in row["parallelism"].split("-")
    return Setting(
        model, accelerator, precision, devices, float(row["concurrency"] or 1),
        tokens, max(float(row["output_tokens"] or 1), 1), spread,
    )  # fmt: skip


def sample(knowledge: Knowledge, rows: Iterable[dict[str, str]], per_token: bool = False) -> Sample:
    """Features of the step against measured milliseconds; per_token turns tokens/s of a batch into them."""
    kept = [(row, found) for row in rows if (found := setting(knowledge, row)) is not None]
    run = stack(knowledge, [found for _, found in kept])
    values = np.array([float(row["value"]) for row, _ in kept])
    if per_token:
        values = values * [int(row["n_accelerators"]) if row["scope"] == "per_gpu" else 1 for row, _ in kept]
    measured = 1e3 * run.batch / values if per_token else values
    return Sample(step_features(run), measured, [row["group"] for row, _ in kept])


def regimes(knowledge: Knowledge, rows: list[dict[str, str]]) -> dict[str, dict[str, Any]]:
    """Every regime: online serving, its first token, steady batches, one stream, offline batches."""
    served = [
        row for row in rows
        if row["scenario"].startswith("closed-loop") and "queue_saturated" not in row["notes"]
        and "token_position" not in row["source"]
    ]  # fmt: skip
    tpot = [row for row in served if row["metric"] == "tpot_mean"]
    steady = [row for row in rows if row["scenario"].startswith("steady") and row["metric"] == "tpot_p50"]
    flow = [
        row for row in rows if row["scenario"].startswith("steady") and row["metric"].startswith("output")
    ]
    single = [row for row in rows if row["metric"] == "decode_tokens_per_s"]
    static = [row for row in rows if row["scenario"] == "Offline static batch"]
    found = {
        "served": block(sample(knowledge, tpot), STEP_TERMS),
        "steady": block(sample(knowledge, steady), STEP_TERMS),
        "steady_throughput": block(sample(knowledge, flow, per_token=True), STEP_TERMS),
        "single_stream": block(sample(knowledge, single, per_token=True), STEP_TERMS),
        "offline": block(sample(knowledge, static, per_token=True), STEP_TERMS),
    }
    slow_link = STEP_TERMS.index("slow_link_ms")
    for name in ("served", "steady", "steady_throughput"):
        _borrow(found[name], found["offline"], slow_link)
    first = [row for row in served if row["metric"] == "ttft_mean"]
    found["served_ttft"] = block(_first_token(knowledge, first, found["served"]), TTFT_TERMS, log_share=1.0)
    arrivals = [
        row for row in rows
        if row["metric"] == "ttft_mean" and row["scenario"].startswith(("Server", "Interactive", "open-loop"))
    ]  # fmt: skip
    found["open_ttft"] = block(_open_loop(knowledge, arrivals, found), TTFT_TERMS, log_share=1.0)
    return found


def _open_loop(knowledge: Knowledge, rows: list[dict[str, str]], found: dict[str, Any]) -> Sample:
    """First-token terms where requests arrive at random; tokens and batches as `predict` fills them in."""
    features, measured, groups = [], [], []
    for row in rows:
        stated = setting(knowledge, {**row, "precision": row["precision"] or "fp8"})
        if stated is None:
            continue
        regime = regime_of(row["scenario"], row["engine"])
        weights = tuple(found[regime]["without"].get(row["group"], found[regime]["values"]))
        load = MeasuredLoad(
            stated.model, stated.accelerator, stated.devices, stated.precision, row["scenario"],
            _number(row["input_tokens"]), _number(row["output_tokens"]), None,
            tpot_limit_ms=_number(row["constraint_tpot_ms"]),
        )  # fmt: skip
        run_setting = setting_of(knowledge, load, regime, weights)
        if run_setting is not None:
            run = stack(knowledge, [run_setting])
            features.append(ttft_features(run, tpot_ms(run, weights))[0])
            measured.append(float(row["value"]))
            groups.append(row["group"])
    return Sample(np.array(features), np.array(measured), groups)


def _number(text: str) -> float | None:
    return float(text) if text else None


def _borrow(regime: dict[str, Any], lender: dict[str, Any], term: int) -> None:
    """Take over a coefficient that the regime's own rows don't exercise."""
    for weights in (regime["values"], *regime["without"].values()):
        weights[term] = lender["values"][term]


def _first_token(knowledge: Knowledge, rows: list[dict[str, str]], served: dict[str, Any]) -> Sample:
    """First-token terms; the step time is predicted by coefficients that did not see the row's group."""
    kept = [(row, found) for row in rows if (found := setting(knowledge, row)) is not None]
    run = stack(knowledge, [found for _, found in kept])
    groups = [row["group"] for row, _ in kept]
    without: dict[str, list[float]] = served["without"]
    weights = np.array([without[group] for group in groups])
    step = (step_features(run) * weights).sum(axis=1)
    return Sample(ttft_features(run, step), np.array([float(row["value"]) for row, _ in kept]), groups)


REDISTRIBUTABLE = {
    "InferenceX (benchmark-DB": "inferencex",
    "NVIDIA AIConfigurator silicon": "nvidia-silicon",
}
"""Sources under Apache-2.0, by how their name begins, and the short name that the table uses."""


def write_measured(knowledge: Knowledge, rows: list[dict[str, str]], path: Path) -> None:
    """The redistributable online runs, one row a configuration: the median over engine versions."""
    runs: dict[tuple[Any, ...], dict[str, list[float]]] = {}
    for row in rows:
        short = next((name for start, name in REDISTRIBUTABLE.items() if row["source"].startswith(start)), "")
        found = setting(knowledge, row)
        if not short or found is None or row["metric"] not in ("tpot_mean", "ttft_mean"):
            continue
        key = (
            found.accelerator.key, found.devices, found.model.arch_key, found.precision, row["engine"],
            int(found.input_tokens), int(found.output_tokens), int(found.batch), short,
        )  # fmt: skip
        runs.setdefault(key, {}).setdefault(row["metric"], []).append(float(row["value"]))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(MEASURED_COLUMNS)
        for key, metrics in sorted(runs.items(), key=lambda item: tuple(map(str, item[0]))):
            if len(metrics) == 2:
                times = [f"{np.median(metrics[name]):.4g}" for name in ("ttft_mean", "tpot_mean")]
                writer.writerow([*key, *times, len(metrics["tpot_mean"])])


MEASURED_COLUMNS = (
    "accelerator", "devices", "arch_key", "precision", "engine", "input_tokens", "output_tokens",
    "concurrency", "source", "ttft_ms", "tpot_ms", "runs",
)  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("runs", type=Path)
    parser.add_argument("--write", type=Path)
    parser.add_argument("--measured", type=Path, help="write the redistributable measured runs here")
    arguments = parser.parse_args()
    with arguments.runs.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    found = regimes(load(), rows)
    for name, regime in found.items():
        shown = {key: value for key, value in regime.items() if key != "without"}
        print(name, shown)
    if arguments.measured:
        write_measured(load(), rows, arguments.measured)
    if arguments.write:
        content = {"fitted": date.today().isoformat(), "about": SOURCES, "regimes": found}
        header = (
            "# Written by scripts/fit_serving.py; the errors are those of groups that the fit did not see.\n"
        )
        text = yaml.safe_dump(content, sort_keys=False, default_flow_style=None, width=110)
        arguments.write.write_text(header + text, encoding="utf-8")


SOURCES = (
    "served, served_ttft: InferenceX runs and NVIDIA silicon runs redistributed in aiconfigurator-core "
    "0.12.0 (Apache-2.0), NVIDIA NIM benchmarking docs; steady, steady_throughput: ML.ENERGY leaderboard v3 "
    "(Chung et al., NeurIPS 2025); single_stream: XiongjieDai/GPU-Benchmarks-on-LLM-Inference@aa72e0e; "
    "offline: TensorRT-LLM performance documents v0.5 to v0.9 (Apache-2.0); open_ttft: MLPerf Inference v4.1 "
    "and v5.1 Server and Interactive (derived, not verified by MLCommons) and "
    "inference-sim/sim-to-real-accuracy-validation@dcec3fd. Fitted on the development part of these rows."
)


if __name__ == "__main__":
    main()
