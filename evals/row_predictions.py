"""What the product says about a measured row, by kind of file; a figure with its interval or a reason, never neither.

Nothing here sees a measured value: `measured_rows` hands over the cells that describe the run.
"""

import math
import re
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from knowledge import Knowledge
from knowledge.errors import InputRefused, StackwrightError
from knowledge.models import ModelSpec
from knowledge.sizing_data import coefficients
from tools.estimate import Estimate
from tools.sizing.predict import MeasuredLoad, Prediction, predict_serving
from tools.sizing.predict_other import (
    predict_energy_j,
    predict_index_gb,
    predict_power_w,
)
from tools.sizing.predict_training import TrainingLoad, predict_time_to_train, predict_training
from tools.sizing.vector_search import UNITS, predict_vector

from .measured_rows import Asked, Row, find_accelerator, find_precision, number, serving_load
from .trained_model import trained_model
from .vector_rows import index_words, vector_load

PERCENTILE = re.compile(r"^(ttft|tpot|e2e)_(mean|p[1-9]\d?(\.\d+)?)$")
RATES = ("output_throughput", "sample_throughput", "decode_tokens_per_s", "prefill_tokens_per_s")
SAME = {"request_throughput": "sample_throughput", "latency": "e2e_mean"}
FLEETS = (1, 2, 4, 8, 16, 32)
"""Devices tried where a row doesn't say how many it used."""


class Answer(NamedTuple):
    """One line of the predictions."""

    asked: Asked
    predicted: float | None
    low: float | None
    high: float | None
    basis: str
    reason: str


Predictor = Callable[[Knowledge, Asked, bool], Prediction]


def answer(knowledge: Knowledge, item: Asked, shape: str, leave_group_out: bool) -> Answer:
    """The product's figure for one asked figure."""
    try:
        with np.errstate(all="ignore"):
            found = PREDICTORS[shape](knowledge, item, leave_group_out)
    except StackwrightError as error:
        found = Prediction(None, "none", str(error))
    except (ArithmeticError, ValueError) as error:
        found = Prediction(None, "none", f"The row's numbers can't be used ({error}).")
    estimate = found.estimate
    if estimate is None:
        return Answer(item, None, None, None, found.basis, found.reason or "No estimate.")
    if not all(0 < value < math.inf for value in (estimate.low, estimate.typical, estimate.high)):
        return Answer(item, None, None, None, "none", "The row's numbers are beyond what can be computed.")
    return Answer(item, estimate.typical, estimate.low, estimate.high, found.basis, "")


def _serving(knowledge: Knowledge, item: Asked, leave: bool) -> Prediction:
    metric = _metric(item)
    load = serving_load(knowledge, item.inputs)
    per_device = item.inputs.get("scope") == "per_gpu"
    return _speed(knowledge, item, load, metric, leave, per_device)


def _metric(item: Asked) -> str:
    metric = SAME.get(item.quantity, item.quantity)
    metric = re.sub(r"^latency_", "e2e_", metric)
    single = item.inputs.get("scenario", "").lower().startswith("single stream")
    if item.metric != item.quantity and metric == "output_throughput" and single:
        metric = "decode_tokens_per_s"
    if metric not in RATES and not PERCENTILE.match(metric):
        raise InputRefused(f"No model for the metric {item.quantity or item.metric!r}.")
    return metric


def _speed(
    knowledge: Knowledge, item: Asked, load: MeasuredLoad, metric: str, leave: bool, per_device: bool = False
) -> Prediction:
    group = withheld(knowledge, item.group, load) if leave else ""
    found = predict_serving(knowledge, load, metric, per_device=per_device, without_group=group)
    if found.estimate is None and not number(item.inputs, "n_accelerators"):
        for devices in FLEETS:
            wider = load._replace(devices=devices)
            found = predict_serving(knowledge, wider, metric, per_device=per_device, without_group=group)
            if found.estimate is not None:
                break
    return found


def withheld(knowledge: Knowledge, group: str, load: MeasuredLoad) -> str:
    """The group whose runs the coefficients must not have seen, as the fit names it."""
    known = {name for regime in ("served", "steady", "offline", "single_stream", "open_ttft")
             for name in coefficients(knowledge, regime).without}  # fmt: skip
    return group if group in known else f"{load.accelerator.key}|{load.model.arch_key}"


def _energy(knowledge: Knowledge, item: Asked, leave: bool) -> Prediction:
    row = _steady(item.inputs)
    if item.quantity == "power_w":
        return _power(knowledge, item, row)
    load = serving_load(knowledge, row)
    unit = row.get("throughput_unit" if item.quantity == "throughput" else "energy_unit", "").lower()
    metric = "output_throughput" if "token" in unit or not unit else "sample_throughput"
    if load.model.gflops_per_item is not None:
        metric = "sample_throughput"
    if item.quantity == "throughput":
        return _speed(knowledge, item, load, metric, leave)
    group = withheld(knowledge, item.group, load) if leave else ""
    return predict_energy_j(
        knowledge, load, whole_system=_whole(row), without_group=group, per_sample=metric.startswith("sample")
    )


def _steady(inputs: Row) -> dict[str, str]:
    """A row of the energy files in the words of a serving row."""
    row = dict(inputs)
    kind, _, size = row.get("scenario", "").partition("=")
    if kind == "max_num_seqs":
        row["scenario"] = f"steady, {row.get('task', '')}"
        row["concurrency"] = row.get("avg_batch") or size
    elif kind == "batch":
        row["concurrency"] = size
    row.setdefault("output_tokens", row.get("avg_output_len", ""))
    return row


def _whole(row: Row) -> bool:
    return "whole" in row.get("power_scope", "")


def _power(knowledge: Knowledge, item: Asked, row: Row, per_device: bool = False) -> Prediction:
    """Watts depend on devices and batch; a model that isn't in the table doesn't hinder them."""
    load = serving_load(knowledge, row, _unlisted(row.get("model", "")))
    watts = predict_power_w(knowledge, load, whole_system=_whole(row))
    return Prediction(watts.scaled(1 / load.devices, "W") if per_device else watts, "roofline")


def _unlisted(name: str) -> ModelSpec:
    return ModelSpec(
        key=name, family="", arch_key=name, type="llm", open_weights=True, source="not listed", as_of="",
        confidence="low",
    )  # fmt: skip


PER_TOKEN = {"output_tok_s": "output_throughput", "median_itl_ms": "tpot_p50", "p95_itl_ms": "tpot_p95"}


def _energy_per_token(knowledge: Knowledge, item: Asked, leave: bool) -> Prediction:
    given = item.inputs
    row = {
        "model": given.get("model", ""),
        "accelerator": given.get("gpu", ""),
        "n_accelerators": given.get("num_gpus", ""),
        "precision": given.get("precision", ""),
        "scenario": f"steady, {given.get('task', '')}",
        "concurrency": given.get("avg_batch") or given.get("max_num_seqs", ""),
        "output_tokens": given.get("avg_output_len", ""),
    }
    if item.quantity in ("avg_power_w", "power_w_per_gpu"):
        return _power(knowledge, item, row, per_device=item.quantity == "power_w_per_gpu")
    load = serving_load(knowledge, row)
    if item.quantity in PER_TOKEN:
        return _speed(knowledge, item, load, PER_TOKEN[item.quantity], leave)
    group = withheld(knowledge, item.group, load) if leave else ""
    return predict_energy_j(knowledge, load, whole_system=False, without_group=group)


def _training(knowledge: Knowledge, item: Asked, leave: bool) -> Prediction:
    accelerator = find_accelerator(knowledge, item.inputs.get("accelerator", ""))
    model = trained_model(knowledge, item.inputs)
    if item.quantity not in (
        "tokens_per_s_per_gpu",
        "tokens_per_s_per_chip",
        "tflops_per_chip",
        "time_to_train",
    ):
        return Prediction(None, "none", f"No model for the metric {item.quantity or item.metric!r}.")
    load = TrainingLoad(
        accelerator,
        model.active_b,
        model.architecture,
        model.sparse,
        item.inputs.get("precision") or find_precision("", accelerator),
        number(item.inputs, "seq_len") or 0.0,
    )
    if item.quantity == "time_to_train":
        devices = number(item.inputs, "n_accelerators")
        if devices is None:
            return Prediction(None, "none", "The row doesn't say how many devices train.")
        lora = "lora" in item.inputs.get("model", "").lower()
        batch = number(item.inputs, "global_batch")
        return predict_time_to_train(knowledge, load, devices, lora=lora, batch=batch, without_group=leave)
    operations = item.quantity == "tflops_per_chip"
    return predict_training(knowledge, load, as_operations=operations, without_group=leave)


def _vectors(knowledge: Knowledge, item: Asked, leave: bool) -> Prediction:
    row = item.inputs
    load = vector_load(row)
    if load is None:
        return Prediction(
            None, "none", "The row doesn't say how many vectors of how many dimensions it holds."
        )
    if item.quantity == "index_size_kb":
        size = predict_index_gb(
            knowledge, load.vectors, load.dims, description=index_words(row), machine_gb=number(row, "ram_gb")
        )
        return Prediction(size.scaled(1e9 / 1024, "kB"), "roofline")
    quantity = "qps" if item.quantity == "latency_mean_ms" else item.quantity
    if quantity not in UNITS:
        return Prediction(None, "none", f"No model for the metric {quantity or item.metric!r}.")
    engine = row.get("engine", "") if leave else ""
    found = predict_vector(knowledge, quantity, load, without_engine=engine)
    if item.quantity == "latency_mean_ms":
        waiting = 1e3 * (number(row, "concurrency") or load.cores * load.nodes)
        found = Estimate(
            low=waiting / found.high, typical=waiting / found.typical, high=waiting / found.low, unit="ms"
        )
    return Prediction(found, "roofline")


PREDICTORS: dict[str, Predictor] = {
    "serving": _serving,
    "energy": _energy,
    "energy_per_token": _energy_per_token,
    "vectors": _vectors,
    "training": _training,
}
