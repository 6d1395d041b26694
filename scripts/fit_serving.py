"""Fit the published coefficients of the serving model from a CSV of measured runs.

    python scripts/fit_serving.py RUNS.csv [--write knowledge/data/perf/serving_coefficients.yaml]

The measured rows stay outside the repository where their licence asks for it; coefficients and errors
are published. What is fitted stands in `serving_regimes.yaml`. Every group (accelerator and architecture) is
left out once: the errors printed are those of groups that the fit did not see.
"""

import argparse
import csv
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import yaml

from evals.measured_rows import serving_load
from evals.sizing_scores import task_of
from knowledge import Knowledge
from knowledge.errors import InputRefused
from tools.sizing.families import families, step_weights
from tools.sizing.measured_load import MeasuredLoad, Regime, regime_of, running, setting_of
from tools.sizing.roofline import Array
from tools.sizing.runs import Setting, stack
from tools.sizing.serving_model import STEP_TERMS, TTFT_TERMS, step_features, tpot_ms, ttft_features
from tools.sizing.shrinkage import Departure, Problem, Solution, predict, solve

REGIMES = Path(__file__).with_name("serving_regimes.yaml")
COEFFICIENTS = "perf/serving_coefficients.yaml"
PRIOR = 1.0
"""A weight may well be a third or three times what was believed."""
CENTRES = np.arange(0.8, 1.1, 0.01)
ENDS = (0.08, 0.5, 0.92)
"""A little outside the 80 % that are promised: some twenty groups don't show all that is to come."""
SLOW_LINK = STEP_TERMS.index("slow_link_ms")


class Sample(NamedTuple):
    """Rows of one regime."""

    features: Array
    measured: Array
    groups: list[str]
    families: list[dict[str, str]]


class Row(NamedTuple):
    """A measured row, and the run that it describes."""

    cells: Mapping[str, str]
    load: MeasuredLoad
    setting: Setting

    @property
    def step_ms(self) -> float:
        """Measured time of a step; of a throughput the one that yields it."""
        value = float(self.cells["value"])
        if self.cells["metric"].startswith(("tpot", "ttft")):
            return value
        if self.cells["metric"] == "decode_tokens_per_s":
            return 1e3 / value
        devices = 1 if self.cells["scope"] == "per_gpu" else 1 / self.load.devices
        tokens = self.setting.output_tokens if self.cells["metric"] == "sample_throughput" else 1
        return 1e3 * self.setting.batch / (value * devices * tokens * self.setting.devices)


def readable(knowledge: Knowledge, rows: Iterable[Mapping[str, str]], regime: Regime | None) -> list[Row]:
    """The rows that the model can be asked about, as it would see them."""
    found = []
    for cells in rows:
        with suppress(InputRefused):
            load = serving_load(knowledge, {name: text for name, text in cells.items() if text})
            kind = regime or regime_of(load.scenario, load.engine)
            setting = setting_of(knowledge, load, kind, cells["group"]) if load.model.sizeable else None
            if setting is not None:
                found.append(Row(cells, load, setting))
    return found


def step_sample(knowledge: Knowledge, rows: list[Row]) -> Sample:
    """Terms of the step against measured milliseconds."""
    active = [row._replace(setting=running(knowledge, row.load, row.setting)) for row in rows]
    run = stack(knowledge, [row.setting for row in active])
    return Sample(
        step_features(run),
        np.array([row.step_ms for row in active]),
        [row.cells["group"] for row in active],
        [families(knowledge, row.setting) for row in active],
    )


def first_sample(knowledge: Knowledge, rows: list[Row]) -> Sample:
    """Terms of the first token; the step is predicted by coefficients that did not see the row's group."""
    run = stack(knowledge, [row.setting for row in rows])
    weights = np.array(
        [
            step_weights(
                knowledge, regime_of(row.load.scenario, row.load.engine), row.setting, row.cells["group"]
            )
            for row in rows
        ]
    )
    return Sample(
        ttft_features(run, tpot_ms(run, weights)),
        np.array([row.step_ms for row in rows]),
        [row.cells["group"] for row in rows],
        [families(knowledge, row.setting) for row in rows],
    )


def block(sample: Sample, spec: dict[str, Any], terms: tuple[str, ...]) -> dict[str, Any]:
    """One regime as it is published."""
    levels, problem = _levels(sample, spec), problem_of(sample, spec)
    groups = np.array(sample.groups)
    solutions = {group: solve(problem, groups != group) for group in sorted(set(sample.groups))}
    everything = solve(problem, np.ones(len(groups), dtype=bool))
    unseen = np.zeros(len(groups))
    for group, found in solutions.items():
        unseen[groups == group] = predict(problem, found, groups == group)
    centre = min(CENTRES, key=lambda share: sum(_errors(sample, unseen * share, spec)[1:]))
    seen = predict(problem, everything, np.ones(len(groups), dtype=bool))
    mean, by_group, median = _errors(sample, unseen * centre, spec)
    return {
        "terms": list(terms),
        "effects": [
            {"family": e["family"], "terms": e.get("terms", []), "spread": e["spread"]}
            for e in spec["effects"]
        ],
        **_published(everything, spec, terms, levels, centre),
        "rows": len(groups),
        "groups": len(solutions),
        "mape": round(mean, 3),
        "mape_by_group": round(by_group, 3),
        "median_error": round(median, 3),
        "ratio": _spread(sample.measured / unseen / centre, sample.groups),
        "seen_ratio": _spread(_within(sample.measured / seen, sample.groups), sample.groups),
        "without": {
            group: _published(found, spec, terms, levels, centre) for group, found in solutions.items()
        },
    }


def _levels(sample: Sample, spec: dict[str, Any]) -> list[list[str]]:
    """The known members of each kind of family."""
    return [sorted({item[effect["family"]] for item in sample.families} - {""}) for effect in spec["effects"]]


def problem_of(sample: Sample, spec: dict[str, Any]) -> Problem:
    """Runs of unknown families belong to an extra level, which nothing else shares."""
    names = list(spec["terms"])
    departures = []
    for effect, known in zip(spec["effects"], _levels(sample, spec), strict=True):
        chosen = effect.get("terms") or names
        codes = [
            known.index(name) if (name := item[effect["family"]]) else len(known) for item in sample.families
        ]
        mask = np.array([float(name in chosen) for name in names])
        departures.append(Departure(np.array(codes), len(known) + 1, mask, effect["spread"]))
    columns = _positions(spec)
    return Problem(
        sample.features[:, columns], sample.measured, sample.groups, departures,
        np.array(list(spec["terms"].values()), dtype=float), PRIOR, spec["noise"],
    )  # fmt: skip


def _positions(spec: dict[str, Any]) -> list[int]:
    every = TTFT_TERMS if "step" in spec["terms"] else STEP_TERMS
    return [every.index(name) for name in spec["terms"]]


def _published(
    found: Solution, spec: dict[str, Any], terms: tuple[str, ...], levels: list[list[str]], centre: float
) -> dict[str, Any]:
    values = np.zeros(len(terms))
    values[_positions(spec)] = found.weights * centre
    factors = [
        {name: float(f"{np.exp(log):.4g}") for name, log in zip(known, logs, strict=False) if abs(log) > 1e-3}
        for known, logs in zip(levels, found.factors, strict=True)
    ]
    return {"values": [float(f"{value:.4g}") for value in values], "factors": factors}


def _errors(sample: Sample, predicted: Array, spec: dict[str, Any]) -> tuple[float, float, float]:
    """Mean, mean over groups and median of the relative error, in time or in throughput."""
    ratio = predicted / sample.measured
    error = np.abs((1 / ratio if spec["of"] == "throughput" else ratio) - 1)
    groups = np.array(sample.groups)
    by_group = float(np.mean([error[groups == group].mean() for group in set(sample.groups)]))
    return float(error.mean()), by_group, float(np.median(error))


def _spread(ratio: Array, groups: list[str]) -> list[float]:
    """Ends of the interval and the middle, each group counted by the root of its size."""
    sizes = Counter(groups)
    order = np.argsort(ratio)
    weight = np.cumsum([sizes[groups[place]] ** -0.5 for place in order])
    places = np.searchsorted(weight / weight[-1], ENDS)
    return [round(float(ratio[order[place]]), 3) for place in places]


def _within(ratio: Array, groups: list[str]) -> Array:
    """Each group's ratios over their median: what is left once a group was measured."""
    named = np.array(groups)
    result = ratio.copy()
    for group in set(groups):
        result[named == group] /= np.median(ratio[named == group])
    return result


def chosen(rows: list[dict[str, str]]) -> dict[str, list[dict[str, str]]]:
    """The rows of each regime."""
    steady = [row for row in rows if row["scenario"].startswith("steady")]
    arrivals = ("Server", "Interactive", "open-loop")
    return {
        "served": [row for row in rows if task_of(row, row["metric"]) == "served TPOT"],
        "steady": [row for row in steady if row["metric"] == "tpot_p50"],
        "steady_throughput": [row for row in steady if row["metric"] == "output_throughput"],
        "single_stream": [row for row in rows if row["metric"] == "decode_tokens_per_s"],
        "offline": [row for row in rows if row["scenario"] == "Offline static batch"],
        "saturated": [row for row in rows if row["scenario"] == "Offline max throughput"],
        "competition": [
            row
            for row in rows
            if row["scenario"].lower() == "offline"
            and row["metric"] in ("output_throughput", "sample_throughput")
        ],
        "served_ttft": [row for row in rows if task_of(row, row["metric"]) == "TTFT"],
        "open_ttft": [
            row for row in rows if row["metric"] == "ttft_mean" and row["scenario"].startswith(arrivals)
        ],
    }


def fitted(folder: Path, rows: list[dict[str, str]]) -> dict[str, Any]:
    """Every regime; those of the first token by the step coefficients fitted before, in the data of `folder`."""
    specs = yaml.safe_load(REGIMES.read_text(encoding="utf-8"))
    parts = chosen(rows)
    knowledge = Knowledge(folder)
    found = {
        name: block(step_sample(knowledge, readable(knowledge, parts[name], name)), spec, STEP_TERMS)
        for name, spec in specs.items()
        if not name.endswith("ttft")
    }
    for regime in found.values():
        _borrow(regime, found["offline"])
    _write(folder / COEFFICIENTS, {**found, **dict.fromkeys(("served_ttft", "open_ttft"), found["served"])})
    knowledge = Knowledge(folder)
    for name in ("served_ttft", "open_ttft"):
        sample = first_sample(knowledge, readable(knowledge, parts[name], None))
        found[name] = block(sample, specs[name], TTFT_TERMS)
    return found


def _borrow(regime: dict[str, Any], lender: dict[str, Any]) -> None:
    """Take over the weight of slow links where the regime's own rows have none."""
    for weights in (regime, *regime["without"].values()):
        weights["values"][SLOW_LINK] = weights["values"][SLOW_LINK] or lender["values"][SLOW_LINK]


def _write(path: Path, regimes: dict[str, Any]) -> None:
    header = "# Written by scripts/fit_serving.py; the errors are those of groups that the fit did not see.\n"
    content = {"fitted": date.today().isoformat(), "about": SOURCES, "regimes": regimes}
    text = yaml.dump(content, sort_keys=False, default_flow_style=None, width=110, Dumper=_Plain)
    path.write_text(header + text, encoding="utf-8")


class _Plain(yaml.SafeDumper):
    """Without anchors for what appears twice."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


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
        if not short or row["metric"] not in ("tpot_mean", "ttft_mean"):
            continue
        found = readable(knowledge, [row], "served")[0].setting
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
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree("knowledge/data/perf", Path(folder) / "perf")
        found = fitted(Path(folder), rows)
    for name, regime in found.items():
        print(name, {key: value for key, value in regime.items() if key != "without"})
    if arguments.measured:
        write_measured(Knowledge(), rows, arguments.measured)
    if arguments.write:
        _write(arguments.write, found)


SOURCES = (
    "served, served_ttft: InferenceX runs and NVIDIA silicon runs redistributed in aiconfigurator-core "
    "0.12.0 (Apache-2.0), InferenceX token_position_decode_slo@843c625 (Apache-2.0), NVIDIA NIM benchmarking "
    "docs; steady, steady_throughput: ML.ENERGY leaderboard v3 (Chung et al., NeurIPS 2025); single_stream: "
    "XiongjieDai/GPU-Benchmarks-on-LLM-Inference@aa72e0e; offline: TensorRT-LLM performance documents v0.5 to "
    "v0.9, saturated: the same of 1.x (Apache-2.0); competition, open_ttft: MLPerf Inference v4.1 and v5.1 "
    "(derived, not verified by MLCommons) and inference-sim/sim-to-real-accuracy-validation@dcec3fd. Fitted on "
    "the development part of these rows."
)


if __name__ == "__main__":
    main()
