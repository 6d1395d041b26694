"""Sizing tools of models that run once per item: encoders, speech, pictures, and classical models."""

from typing import Annotated, Self

from pydantic import model_validator

from knowledge import Knowledge
from knowledge.errors import InputRefused
from knowledge.hardware import Accelerator, resolve_accelerator
from knowledge.models import ModelSpec, resolve_model
from knowledge.pictures import Picture, picture_of
from tools.estimate import Estimate, point

from ..sizing import Scoring, size_encoder, size_media, size_scorer
from ..sizing.encoder_limits import READERS, refuse_long, refuse_unheld
from ..sizing.encoders import SPEECH_WINDOW_S, ClassicalPlan, EncoderPlan, filled_s
from ..sizing.fleet_limits import refuse_devices, refuse_nodes
from ..sizing.scorers import ScorerPlan
from ..wording import number, whole
from .declaration import Context, Tool, ToolInput, in_unit

SPEECH = ("asr", "tts")
"""Types of models whose items are recordings."""
TEXT_TOKENS = 256.0
"""A text where its length isn't stated."""


class EncoderInput(ToolInput):
    model: str
    """Embedding, reranking, vision, image or speech model."""
    accelerator: str
    """Accelerator to run it on."""
    items_per_s: Annotated[float, in_unit("items/s", gt=0, le=1e15)]
    """Texts, images, generated pictures or recordings a second, at peak."""
    tokens_per_item: Annotated[float | None, in_unit("tokens", gt=0)] = None
    """Tokens of a text; left out: 256."""
    seconds_per_item: Annotated[float | None, in_unit("s", gt=0)] = None
    """Length of a recording; left out: 30 s, the window of speech models."""
    steps: Annotated[int | None, in_unit("steps", ge=1, le=1000)] = None
    """Denoising steps of a generated picture; left out: those for which the model's figures are published."""
    side_px: Annotated[int | None, in_unit("pixels", ge=64, le=8192)] = None
    """Side of a generated picture; left out: that for which the model's figures are published."""
    redundant: bool = False
    """One device more than the load needs."""


class ClassicalInput(ToolInput):
    peak_rps: Annotated[float, in_unit("requests/s", gt=0, le=1e15)]
    """Requests a second at peak."""
    rows: Annotated[float, in_unit("items", ge=1, le=1e12)] = 1
    """Candidates that one request has scored."""
    trees: Annotated[float | None, in_unit("trees", ge=1)] = None
    """Of the ensemble; assumed where left out and candidates or features are given."""
    features: Annotated[float | None, in_unit("features", ge=1)] = None
    """Read for each candidate."""
    in_process: bool = False
    """The trees run inside their caller: no web server, no network, features at hand; microseconds a row."""
    latency_limit_ms: Annotated[float | None, in_unit("ms", gt=0)] = None
    """Limit on the whole answer; where a feature server in Python misses it, one in Java or Go is sized."""
    redundant: bool = False
    """One node more than the load needs."""

    @model_validator(mode="after")
    def _has_trees(self) -> Self:
        if self.in_process and self.trees is None:
            raise ValueError("in_process needs trees: without a web server the trees are what takes the time")
        return self


class ClassicalSizing(ClassicalPlan):
    """Cores of model and features, and how long a request takes in both."""

    features_p99_ms: Estimate | None
    """Reading the features of all rows, 99th percentile; unknown where nobody says how many there are."""
    feature_server: str
    """python, or java or go where that one misses the limit; empty where no features are read."""
    alternative: str = ""
    """What a feature server in Java or Go would take, where one in Python was sized."""
    total_latency_ms: Estimate
    """Model with its web server in the mean, and the features at their 99th percentile."""
    latency_limit: str = ""
    """Where a limit was given and the whole answer misses it, or may: by how much."""


def _encoder(given: EncoderInput, context: Context) -> EncoderPlan:
    knowledge = context.knowledge
    model = resolve_model(knowledge, given.model)
    machine = resolve_accelerator(knowledge, given.accelerator)
    _refuse_foreign(given, model)
    refuse_unheld(knowledge, model, machine)
    plan = _plan(given, knowledge, model, machine)
    refuse_devices(knowledge, plan.devices, machine.key, "items_per_s", given.items_per_s)
    return plan


def _plan(given: EncoderInput, knowledge: Knowledge, model: ModelSpec, machine: Accelerator) -> EncoderPlan:
    if model.type in SPEECH or model.type == "image":
        return _media(given, knowledge, model, machine)
    tokens = given.tokens_per_item or TEXT_TOKENS
    refuse_long(model, tokens, given.items_per_s)
    plan = size_encoder(
        knowledge, model.key, machine.key, items_per_s=given.items_per_s, tokens_per_item=tokens,
        redundant=given.redundant,
    )  # fmt: skip
    words = f"a text of {whole(tokens)} tokens" if model.type in READERS else "an image"
    return plan.model_copy(update={"item": words})


def _media(given: EncoderInput, knowledge: Knowledge, model: ModelSpec, machine: Accelerator) -> EncoderPlan:
    seconds = given.seconds_per_item or SPEECH_WINDOW_S
    counted = filled_s(model, seconds)
    rate = given.items_per_s * (counted if model.type in SPEECH else 1.0)
    picture = _picture(given, knowledge, model)
    plan = size_media(
        knowledge, model.key, machine.key, rate, seconds=seconds, picture=picture, redundant=given.redundant
    )
    if counted == seconds or not plan.devices:
        return plan
    return plan.model_copy(update={"item": f"{plan.item}, filled up to {number(counted)} s"})


def _picture(given: EncoderInput, knowledge: Knowledge, model: ModelSpec) -> Picture | None:
    """What is asked for, completed from what is published."""
    published = picture_of(knowledge, model.key)
    if published is None:
        return None
    return Picture(given.steps or published.steps, given.side_px or published.side_px)


def _refuse_foreign(given: EncoderInput, model: ModelSpec) -> None:
    """InputRefused for an argument that doesn't speak of the model's kind of item."""
    takes = {
        "tokens_per_item": model.type in READERS,
        "seconds_per_item": model.type in SPEECH,
        "steps": model.type == "image",
        "side_px": model.type == "image",
    }
    wrong = [name for name, fits in takes.items() if not fits and getattr(given, name) is not None]
    if wrong:
        right = " and ".join(name for name, fits in takes.items() if fits)
        raise InputRefused(
            f"{wrong[0]} doesn't describe an item of {model.key}, which is of type {model.type}.",
            f"Give {right} instead." if right else "Leave it out.",
        )


def _classical(given: ClassicalInput, context: Context) -> ClassicalSizing:
    sized = _scored(given, context.knowledge, given.latency_limit_ms)
    refuse_nodes(context.knowledge, sized.plan.nodes, "peak_rps", given.peak_rps)
    features = point(0.0, "ms") if given.in_process else sized.features_p99_ms
    total = _total(sized.plan.latency_ms, features)
    return ClassicalSizing(
        **sized.plan.__dict__,
        features_p99_ms=features,
        feature_server=_server(sized),
        alternative=_alternative(given, context.knowledge) if _server(sized) == "python" else "",
        total_latency_ms=total,
        latency_limit=_missed(total, given.latency_limit_ms),
    )


def _scored(given: ClassicalInput, knowledge: Knowledge, limit_ms: float | None) -> ScorerPlan:
    scoring = Scoring(given.rows, given.trees, given.features, given.in_process)
    return size_scorer(knowledge, given.peak_rps, scoring, limit_ms=limit_ms, redundant=given.redundant)


def _alternative(given: ClassicalInput, knowledge: Knowledge) -> str:
    """A limit that no server in Python keeps has the compiled one sized."""
    other = _scored(given, knowledge, 0.0)
    total = _total(other.plan.latency_ms, other.features_p99_ms)
    nodes = "1 node" if other.plan.nodes == 1 else f"{other.plan.nodes:,} nodes"
    return f"with a feature server in Java or Go: {nodes}, {number(total.typical)} ms"


def _server(sized: ScorerPlan) -> str:
    if sized.features_p99_ms is None:
        return ""
    return "java or go" if sized.compiled else "python"


def _missed(total: Estimate, limit_ms: float | None) -> str:
    """By how much the answer misses its limit: more nodes don't shorten it, fewer rows do."""
    if limit_ms is None or total.high <= limit_ms:
        return ""
    word = "missed" if total.typical > limit_ms else "may be missed"
    return (
        f"{word}: {number(total.typical)} ms (up to {number(total.high)}), {limit_ms:g} ms wanted. More nodes don't "
        "shorten an answer; fewer rows, trees or features do."
    )


def _total(model: Estimate, features: Estimate | None) -> Estimate:
    if features is None:
        return model
    return model.model_copy(
        update={
            "low": model.low + features.low,
            "typical": model.typical + features.typical,
            "high": model.high + features.high,
            "kind": "assumed" if "assumed" in (model.kind, features.kind) else "estimated",
            "formula": "scorer",
        }
    )


TOOLS = (
    Tool("size-encoder", "Devices for embedding, vision, image and speech models", EncoderInput, _encoder),
    Tool("size-classical", "Processor cores for classical models", ClassicalInput, _classical),
)
