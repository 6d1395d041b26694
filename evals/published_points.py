"""Single published figures of every family that isn't language-model serving, beside what the product says of them.

Every second point of a family, in the order in which they were found, is held out: no constant was chosen with it.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from csv import DictReader
from functools import lru_cache
from importlib import resources
from statistics import median
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from knowledge import Knowledge
from knowledge.errors import StackwrightError
from knowledge.hardware import resolve_accelerator
from knowledge.models import resolve_model
from tools.sizing import feature_latency_p99_ms, media_rate, size_cpu_encoder, size_encoder, tree_row_us
from tools.sizing.predict import MeasuredLoad, predict_serving

from .page_table import table

POINTS = resources.files("evals") / "data" / "published_points.csv"
NEAR = 2.0


class Point(BaseModel):
    """One published figure."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    family: str
    predictor: str
    model: str
    device: str
    devices: int
    settings: str
    """`name=value; …`."""
    measured: float = Field(gt=0)
    unit: str
    held_out: bool
    first_run: float | None
    """What the product said when the point was found, before anything was changed; None: it said nothing."""
    source: str = Field(pattern=r"^https://")
    as_of: str
    read_at: str
    note: str

    def number(self, name: str, otherwise: float = 0.0) -> float:
        """A numeric setting."""
        return float(self.said.get(name, otherwise))

    @property
    def said(self) -> dict[str, str]:
        """The settings by name."""
        pairs = (part.partition("=") for part in self.settings.split("; ") if part)
        return {name: value for name, _, value in pairs}


class Compared(NamedTuple):
    """A point and our figure for it; None where the product has none."""

    point: Point
    predicted: float | None

    @property
    def near(self) -> bool:
        """Within a factor of two."""
        return (
            self.predicted is not None
            and self.predicted > 0
            and 1 / NEAR <= self.predicted / self.point.measured <= NEAR
        )


@lru_cache(maxsize=1)
def points() -> tuple[Point, ...]:
    """All points, in the order of the file."""
    rows = DictReader(POINTS.read_text(encoding="utf-8").splitlines())
    return tuple(Point.model_validate({**row, "first_run": row["first_run"] or None}) for row in rows)


def compare(knowledge: Knowledge) -> list[Compared]:
    """Every point beside our figure."""
    return [Compared(point, _predicted(knowledge, point)) for point in points()]


def _predicted(knowledge: Knowledge, point: Point) -> float | None:
    try:
        return PREDICTORS[point.predictor](knowledge, point)
    except StackwrightError:
        return None


def _encoder(knowledge: Knowledge, point: Point) -> float | None:
    plan = size_encoder(
        knowledge, point.model, point.device, items_per_s=1, tokens_per_item=point.number("tokens", 1)
    )
    return plan.items_per_s.typical * point.devices


def _media(knowledge: Knowledge, point: Point) -> float | None:
    rate = media_rate(knowledge, point.model, point.device)
    if rate is not None:
        return rate.estimate.typical * point.devices
    return _encoder(knowledge, point)


def _cpu(knowledge: Knowledge, point: Point) -> float | None:
    """`devices` counts virtual processors."""
    plan = size_cpu_encoder(
        knowledge, point.model, items_per_s=1e-6, tokens_per_item=point.number("tokens", 1)
    )
    return plan.items_per_s.typical * point.devices / plan.vcpus


def _decode(knowledge: Knowledge, point: Point) -> float | None:
    return _served(knowledge, point, "single stream batch 1", "decode_tokens_per_s")


def _bulk(knowledge: Knowledge, point: Point) -> float | None:
    return _served(knowledge, point, "Offline max throughput", "output_throughput")


def _served(knowledge: Knowledge, point: Point, scenario: str, metric: str) -> float | None:
    model, device = resolve_model(knowledge, point.model), resolve_accelerator(knowledge, point.device)
    single = scenario.startswith("single")
    load = MeasuredLoad(
        model, device, point.devices, point.said["precision"], scenario,
        point.number("input") or None, point.number("output") or None, 1.0 if single else None,
    )  # fmt: skip
    found = predict_serving(
        knowledge, load, metric, per_device=not single, without_group=f"{device.key}|{model.arch_key}"
    )
    return found.estimate.typical if found.estimate else None


def _trees(knowledge: Knowledge, point: Point) -> float | None:
    return tree_row_us(
        knowledge, point.number("trees"), point.number("leaves"), point.number("columns")
    ).typical


def _features(knowledge: Knowledge, point: Point) -> float | None:
    compiled = point.said["server"] != "python"
    rows, features = point.number("rows"), point.number("features")
    return feature_latency_p99_ms(knowledge, rows, features, compiled=compiled).typical


def families(compared: Iterable[Compared]) -> list[str]:
    """A section of the accuracy page: how many points of each family are near, and then every point."""
    by_family: dict[str, list[Compared]] = defaultdict(list)
    for item in compared:
        by_family[item.point.family].append(item)
    if not by_family:
        return []
    head = (
        "family",
        "points",
        "near",
        "of those held out",
        "near when found",
        "median of ours over published",
    )
    rows = [_family(name, items) for name, items in by_family.items()]
    return [
        "## Single published figures of other families",
        "",
        "Near is within a factor of two. *When found* is what was said before anything was changed; every second "
        "point was then held out from what was chosen.",
        "",
        *table(head, rows),
        *table(
            ("family", "model, device, load", "published", "ours", "source"),
            (_line(item) for items in by_family.values() for item in items),
        ),
    ]


def _family(name: str, items: Sequence[Compared]) -> tuple[str, ...]:
    held = [item for item in items if item.point.held_out]
    first = [item._replace(predicted=item.point.first_run) for item in items]
    ratios = [item.predicted / item.point.measured for item in items if item.predicted]
    return (
        name, str(len(items)), str(sum(item.near for item in items)),
        f"{sum(item.near for item in held)} of {len(held)}", str(sum(item.near for item in first)),
        f"{median(ratios):.2f}" if ratios else "–",
    )  # fmt: skip


def _line(item: Compared) -> tuple[str, ...]:
    point = item.point
    load = ", ".join(
        part for part in (point.model, f"{point.devices} x {point.device}", point.settings) if part
    )
    ours = "–" if item.predicted is None else f"{item.predicted:.3g}"
    return (
        point.family, f"{load}: {point.note}", f"{point.measured:.3g} {point.unit}",
        ours if item.near else f"**{ours}**", point.source,
    )  # fmt: skip


PREDICTORS: Mapping[str, Callable[[Knowledge, Point], float | None]] = {
    "encoder": _encoder,
    "media": _media,
    "cpu": _cpu,
    "decode": _decode,
    "bulk": _bulk,
    "trees": _trees,
    "features": _features,
}
