"""Speech and image models: seconds of audio, or images, a second on one device, from published measurements.

A figure measured on the same device comes first. On other devices speech is scaled by the lower of the ratios of
16-bit peak and memory bandwidth; images are multiplications almost alone, so their operations count there.
"""

import math
from typing import NamedTuple

from knowledge import Knowledge
from knowledge.hardware import accelerators
from knowledge.media_measured import MediaRun, media_runs
from knowledge.models import ModelSpec, models
from knowledge.pictures import Picture, picture_of
from knowledge.sizing_data import constant
from tools.estimate import Estimate
from tools.wording import number

from .encoders import SPEECH_WINDOW_S, EncoderPlan, filled_s, operations_gflops, picture_work, size_encoder
from .power import watts_interval


class Rate(NamedTuple):
    """Units a second of one device, and where the figure comes from."""

    estimate: Estimate
    evidence: str


def media_rate(
    knowledge: Knowledge, model: str, accelerator: str, picture: Picture | None = None
) -> Rate | None:
    """Throughput of `model` on one `accelerator`; None where no published run of it tells that.

    A `picture` other than the measured one is converted by its steps and pixels.
    """
    runs = media_runs(knowledge, model)
    same = next((run for run in runs if run.accelerator == accelerator), None)
    counted = models(knowledge)[model].type == "image" and operations_gflops(models(knowledge)[model], 1.0)
    if not runs or (same is None and counted):
        return None
    return _scaled(knowledge, same or runs[0], accelerator, picture)


def _scaled(knowledge: Knowledge, run: MediaRun, accelerator: str, picture: Picture | None) -> Rate:
    drawn = Picture(run.steps, run.side_px) if run.steps and run.side_px else picture
    work = picture_work(picture, drawn) if picture and drawn else 1.0
    same = run.accelerator == accelerator and work == 1
    factor = (
        1.0 if run.accelerator == accelerator else _ratio(knowledge, accelerator, run.accelerator)
    ) / work
    low, _, high = constant(knowledge, "media", "scaling").interval
    typical = run.units_per_s * factor
    estimate = Estimate(
        low=low * typical,
        typical=typical,
        high=high * typical,
        unit=run.unit,
        kind="measured" if same else "estimated",
        formula="media_rate",
        inputs={"measured": run.units_per_s, "ratio": round(factor, 4)},
    )
    return Rate(estimate, _evidence(run, same))


def size_media(
    knowledge: Knowledge,
    model: str,
    accelerator: str,
    units_per_s: float,
    *,
    seconds: float = SPEECH_WINDOW_S,
    picture: Picture | None = None,
    redundant: bool = False,
) -> EncoderPlan:
    """Devices for `units_per_s` seconds of audio, or pictures, a second at peak; 0 devices where unsized.

    Recordings last `seconds`. A `picture` left out is the one for which the model's operations are published.
    """
    spec = models(knowledge)[model]
    drawn = picture or picture_of(knowledge, model)
    rate = media_rate(knowledge, model, accelerator, drawn)
    if rate is None:
        if spec.type == "image":
            sized = size_encoder(
                knowledge, model, accelerator, items_per_s=units_per_s, picture=drawn, redundant=redundant
            )
            return sized.model_copy(update={"item": _item(spec, drawn, seconds)})
        return _unsized(model, accelerator)
    machine, per_device = accelerators(knowledge)[accelerator], rate.estimate.typical
    usable = per_device * constant(knowledge, "encoders", "peak_share").value
    devices = max(1, math.ceil(units_per_s / usable - 1e-9)) + (1 if redundant else 0)
    share = units_per_s / (devices * per_device)
    return EncoderPlan(
        model=model,
        accelerator=accelerator,
        item=_item(spec, drawn, seconds),
        items_per_s=rate.estimate,
        latency_ms=_alone_ms(knowledge, spec, accelerator, drawn, seconds),
        devices=devices,
        utilisation=round(share, 4),
        watts=watts_interval(knowledge, machine, devices, share, 64.0),
        evidence=rate.evidence,
    )


def _item(spec: ModelSpec, picture: Picture | None, seconds: float) -> str:
    if spec.type != "image":
        return f"a recording of {number(seconds)} s"
    if picture is None:
        return "a picture"
    return f"a picture of {picture.side_px} x {picture.side_px} pixels in {picture.steps} steps"


def _alone_ms(
    knowledge: Knowledge, spec: ModelSpec, accelerator: str, picture: Picture | None, seconds: float
) -> Estimate:
    """One picture, or one recording, window after window where its model reads in windows."""
    floor = constant(knowledge, "encoders", "latency_floor_ms").interval
    # The slowest published run is the one with the smallest batch: it stands for one window or picture alone.
    single = _scaled(knowledge, media_runs(knowledge, spec.key)[-1], accelerator, picture).estimate
    alone = 1.0 if spec.type == "image" else filled_s(spec, seconds)
    return Estimate(
        low=floor[0] + 1e3 * alone / single.high,
        typical=floor[1] + 1e3 * alone / single.typical,
        high=floor[2] + 1e3 * alone / single.low,
        unit="ms",
        formula="media_latency",
    )


def _ratio(knowledge: Knowledge, accelerator: str, measured_on: str) -> float:
    here, there = accelerators(knowledge)[accelerator], accelerators(knowledge)[measured_on]
    return min(here.bf16_tflops / there.bf16_tflops, here.mem_bw_gb_s / there.mem_bw_gb_s)


def _evidence(run: MediaRun, same: bool) -> str:
    told = "Measured" if same else "Scaled from a measurement"
    return f"{told}: {run.units_per_s:g} {run.unit} on {run.accelerator}, {run.conditions} ({run.source})."


def _unsized(model: str, accelerator: str) -> EncoderPlan:
    nothing = Estimate(low=0, typical=0, high=0, unit="")
    return EncoderPlan(
        model=model,
        accelerator=accelerator,
        items_per_s=nothing,
        latency_ms=nothing,
        devices=0,
        utilisation=0.0,
        watts=nothing,
        evidence=f"No throughput of {model} is published for any listed accelerator.",
    )
