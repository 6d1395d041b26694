"""Sizing tools: memory, devices and speed of serving, training and vector search."""

from typing import Annotated, Literal, Self

from pydantic import model_validator

from knowledge import Knowledge
from knowledge.errors import InputRefused
from knowledge.hardware import accelerators, resolve_accelerator
from knowledge.models import models, resolve_model

from ..sizing import (
    ServingDemand,
    ServingPlan,
    serving_plans,
    size_training,
    size_vectors,
)
from ..sizing.closed_loop import People, plans_for_people
from ..sizing.demand import Arrivals
from ..sizing.fleet_limits import refuse_nodes
from ..sizing.memory import loadable, served_in, trainable, unserved
from ..sizing.told import SaturatedPlan, UnservedPlan, told
from ..sizing.training import TrainingMode, TrainingPlan
from ..sizing.training_limits import refuse_fleet, refuse_unfit
from ..sizing.training_state import RunSize
from ..sizing.vector_index import IndexKind, refuse_corpus
from ..sizing.vector_speed import Lists
from ..sizing.vectors import Node, VectorPlan
from .declaration import Context, Tool, ToolInput, ToolResult, in_unit, refuse_low_peak

PEOPLE = frozenset({"users_concurrent", "think_time_s", "requests_per_user_hour"})
"""What says how people ask, where no rate is given."""
LIMITS = ("ttft_limit_ms", "tpot_limit_ms", "e2e_limit_ms")
ANSWER_AT_LEAST_S = 1e-3
"""Shorter than any answer: bounds the rate of the people until it is known how fast they are answered."""


class ServingInput(ToolInput):
    models: tuple[str, ...]
    """Open-weight language models, in any known spelling."""
    accelerators: tuple[str, ...] = ()
    """Accelerators to try; left out: those that cloud price lists carry."""
    mean_rps: Annotated[float | None, in_unit("requests/s", gt=0)] = None
    """Mean rate of model calls; may be left out with users_concurrent, whose rate it then is."""
    peak_rps: Annotated[float | None, in_unit("requests/s", gt=0)] = None
    """Peak rate; left out: the mean."""
    users_concurrent: Annotated[float | None, in_unit("users", ge=1)] = None
    """People at one time, instead of a peak rate: each waits for the answer, pauses and asks again (closed loop)."""
    think_time_s: Annotated[float | None, in_unit("s", ge=0)] = None
    """Pause of each of them from the end of an answer to the next call; 0: so many calls are always in flight."""
    requests_per_user_hour: Annotated[float | None, in_unit("requests/h", gt=0)] = None
    """Calls of each of them in an hour, instead of think_time_s."""
    input_tokens: Annotated[float, in_unit("tokens", ge=1)]
    """Prompt of one call."""
    output_tokens: Annotated[float, in_unit("tokens", ge=1)]
    """Answer of one call."""
    shared_prefix_tokens: Annotated[float, in_unit("tokens", ge=0)] = 0
    """Leading tokens that every call shares."""
    context_tokens: Annotated[float | None, in_unit("tokens", ge=1)] = None
    """Longest context that must fit, where longer than input and output."""
    ttft_limit_ms: Annotated[float | None, in_unit("ms", gt=0)] = None
    """Limit on the first token."""
    tpot_limit_ms: Annotated[float | None, in_unit("ms", gt=0)] = None
    """Limit on the time per output token."""
    e2e_limit_ms: Annotated[float | None, in_unit("ms", gt=0)] = None
    """Limit on the whole answer."""
    percentile: Annotated[float, in_unit("percent", ge=50, lt=100)] = 95
    """Percentile that the limits speak of."""
    availability_pct: Annotated[float | None, in_unit("percent", gt=0, le=100)] = None
    """From 99.5 on, one replica more is planned."""
    redundant: bool = False
    """One replica more than the load needs."""
    batch: bool = False
    """Nobody waits: sized for throughput alone."""
    batch_window_h: Annotated[float | None, in_unit("h", gt=0, le=24)] = None
    """A day's calls must be done within so many hours."""
    precision: Literal["bf16", "fp8", "int8", "fp4", "int4", ""] = ""
    """Left out: chosen by the device."""
    arrivals: Arrivals = "random"
    """even: evenly spaced, as from a queue; random: independent users; bursty: many at once."""
    available: Annotated[int | None, in_unit("accelerators", ge=1)] = None
    """As many as there are; left out: as many as the load needs. Too few: the highest load that they carry."""
    trough_rps: Annotated[float | None, in_unit("requests/s", ge=0)] = None
    """Lowest rate of the day, for the floor of autoscaling; left out: the floor is what answers at all."""
    speculative_tokens: Annotated[int, in_unit("tokens", ge=0, le=16)] = 0
    """Tokens that a draft proposes for each step; 0: no speculative decoding."""
    speculative_acceptance: Annotated[float | None, in_unit("share", ge=0, le=1)] = None
    """Chance that a proposed token is accepted, as measured on your texts."""
    headroom: bool = True
    """no: limits speak of means and every place may be filled, as tools plan that know no arrivals."""
    draft_cost_share: Annotated[float, in_unit("share", ge=0, le=1)] = 0
    """What proposing one token takes, as a share of a plain step; the draft's weights are that share of the model's."""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.shared_prefix_tokens > self.input_tokens:
            raise ValueError(
                f"shared_prefix_tokens {self.shared_prefix_tokens:g} is above input_tokens {self.input_tokens:g}, "
                "of which it is a part"
            )
        self._check_load()
        if self.speculative_tokens and self.speculative_acceptance is None:
            raise ValueError(
                "speculative_tokens needs speculative_acceptance, the share of proposed tokens that your texts accept; "
                "engines log it"
            )
        if not self.speculative_tokens:
            self._check_no_draft()
        return self

    def _check_no_draft(self) -> None:
        """What speaks of a draft needs one."""
        stated = {
            "speculative_acceptance": self.speculative_acceptance is not None,
            "draft_cost_share": self.draft_cost_share > 0,
        }
        for name in stated:
            if stated[name]:
                raise ValueError(f"{name} needs speculative_tokens, how many a draft proposes for each step")

    def _check_load(self) -> None:
        """A rate or people, and people with how often they ask."""
        pauses = (self.think_time_s, self.requests_per_user_hour)
        if self.users_concurrent is None:
            if self.mean_rps is None:
                raise ValueError(
                    "it needs mean_rps, or users_concurrent with think_time_s or requests_per_user_hour"
                )
            if any(pause is not None for pause in pauses):
                raise ValueError(
                    "think_time_s and requests_per_user_hour need users_concurrent, of whom they speak"
                )
        elif self.users_concurrent % 1:
            raise ValueError(f"users_concurrent {self.users_concurrent:g} isn't a whole number of people")
        elif pauses.count(None) != 1:
            raise ValueError("users_concurrent needs think_time_s or requests_per_user_hour, one of the two")
        elif self.peak_rps is not None or self.batch or self.batch_window_h is not None:
            raise ValueError(
                "users_concurrent is a peak of people who wait: leave out peak_rps, batch and batch_window_h"
            )
        refuse_low_peak(self.mean_rps, self.peak_rps)
        self._check_batch()
        if self.trough_rps is not None and self.mean_rps is not None and self.trough_rps > self.mean_rps:
            raise ValueError(f"trough_rps {self.trough_rps:g} is above mean_rps {self.mean_rps:g}")

    def _check_batch(self) -> None:
        """Where nobody waits there is no limit on waiting, and a window is one in which nobody waits."""
        if self.batch_window_h is not None and "batch" in self.model_fields_set and not self.batch:
            raise ValueError(
                "batch_window_h speaks of calls that nobody waits for: leave out batch=no, or the window"
            )
        if self.batch or self.batch_window_h is not None:
            limits = [name for name in LIMITS if getattr(self, name) is not None]
            if limits:
                raise ValueError(
                    f"{' and '.join(limits)} of a batch, for which nobody waits: leave out the limits, or batch"
                )

    @property
    def people(self) -> People | None:
        """Who asks, where they are given instead of a rate."""
        if self.users_concurrent is None:
            return None
        hourly = self.requests_per_user_hour
        return People(self.users_concurrent, self.think_time_s, None if hourly is None else 3600 / hourly)


class ServingPlans(ToolResult):
    """One plan per model and accelerator, feasible ones first, fewest watts first."""

    plans: tuple[ServingPlan | SaturatedPlan | UnservedPlan, ...]


class VectorInput(ToolInput):
    count: Annotated[float, in_unit("vectors", gt=0, le=1e15)]
    """Vectors in the index."""
    dims: Annotated[int, in_unit("dimensions", ge=1, le=65536)]
    """Values of one vector."""
    replicas: Annotated[int, in_unit("replicas", ge=1, le=100)] = 1
    """Copies of the index."""
    bytes_per_value: Annotated[float, in_unit("bytes", gt=0, le=8)] = 4
    """8, 4 or 2 for floats, 1 for scalar-quantised, 0.5, 0.25 or 0.1875 for fewer bits, 0.125 for binary vectors."""
    original_bytes_per_value: Annotated[float | None, in_unit("bytes", ge=0, le=8)] = None
    """Of the vectors kept on disk to score again; left out: 4 where values are quantised, else 0 or as they are."""
    peak_qps: Annotated[float, in_unit("requests/s", ge=0, le=1e15)] = 0
    """Searches a second at peak."""
    results: Annotated[float, in_unit("results", ge=1, le=10000)] = 10
    """Nearest neighbours that a search returns."""
    index: IndexKind = "hnsw"
    """hnsw, hnsw_pq, ivf, ivf_pq, diskann, or exact (no index)."""
    engine: str = ""
    """Whose layout: qdrant, weaviate, opensearch, ...; left out: of no engine in particular."""
    node_cores: Annotated[float | None, in_unit("cores", gt=0, le=1024)] = None
    """Of a node; left out: 128."""
    node_memory_gb: Annotated[float | None, in_unit("GB", gt=0, le=32768)] = None
    """Of a node; left out: 512."""
    lists: Annotated[float | None, in_unit("lists", ge=1)] = None
    """Of inverted lists (ivf, ivf_pq); left out: four times the root of the vectors."""
    probes: Annotated[float | None, in_unit("lists", ge=1)] = None
    """Lists that a search reads; left out: the root of the lists."""

    @model_validator(mode="after")
    def _has_lists(self) -> Self:
        if self.index not in ("ivf", "ivf_pq") and (self.lists is not None or self.probes is not None):
            raise ValueError(f"{self.index} has no lists: leave out lists and probes, or give index=ivf")
        if self.lists is not None and self.probes is not None and self.probes > self.lists:
            raise ValueError(f"probes {self.probes:g} is above lists {self.lists:g}")
        if self.lists is not None and self.lists > self.count:
            raise ValueError(
                f"lists {self.lists:,.0f} is above count {self.count:,.0f}: each list holds vectors"
            )
        if "results" in self.model_fields_set and self.results > self.count:
            raise ValueError(
                f"results {self.results:,.0f} is above count {self.count:,.0f}: a search returns vectors of the index"
            )
        return self


class TrainingInput(ToolInput):
    params_b: Annotated[float, in_unit("billion parameters", gt=0, le=1e5)]
    """Parameters of the model."""
    active_b: Annotated[float | None, in_unit("billion parameters", gt=0)] = None
    """Parameters active for one token, of a mixture of experts."""
    tokens: Annotated[float, in_unit("tokens", ge=1, le=1e16)]
    """Tokens of all epochs together."""
    accelerator: str
    """Accelerator to train on."""
    mode: TrainingMode = "pretrain"
    """pretrain, finetune_full, lora, or qlora (LoRA over frozen 4-bit weights)."""
    precision: Literal["bf16", "fp8", "fp4"] = "bf16"
    """Of the multiplications."""
    sequence_tokens: Annotated[float, in_unit("tokens", ge=0, le=1e7)] = 0
    """Tokens of a sequence; 0 leaves the attention and the memory of a sequence out."""
    deadline_days: Annotated[float | None, in_unit("days", gt=0)] = None
    """Time that the run may take."""
    gpus: Annotated[int | None, in_unit("accelerators", ge=1)] = None
    """Accelerators to use; left out: as many as memory and deadline need."""

    @model_validator(mode="after")
    def _parts(self) -> Self:
        if self.active_b is not None and self.active_b > self.params_b:
            raise ValueError(
                f"active_b {self.active_b:g} is above params_b {self.params_b:g}, of which it is a part"
            )
        if self.tokens < self.sequence_tokens:
            raise ValueError(
                f"tokens {self.tokens:g} of the whole run are fewer than sequence_tokens {self.sequence_tokens:g}"
            )
        return self


def _serving(given: ServingInput, context: Context) -> ServingPlans:
    knowledge = context.knowledge
    names = [resolve_model(knowledge, name).key for name in given.models]
    devices = given.accelerators or tuple(knowledge.anchors["serving_accelerators"])
    keys = [resolve_accelerator(knowledge, name).key for name in devices]
    if given.precision and given.accelerators:
        _some_loads(knowledge, given.precision, names, keys)
    load = given.model_dump(exclude={"models", "accelerators", "available", *PEOPLE})
    load["accelerators"] = given.available
    if (people := given.people) is not None:
        most = people.rps(ANSWER_AT_LEAST_S)
        demand = ServingDemand.model_validate({**load, "mean_rps": most, "peak_rps": most})
        plans = plans_for_people(knowledge, people, demand, names, keys, mean_rps=given.mean_rps)
        return ServingPlans(plans=tuple(told(plan) for plan in plans))
    load["peak_rps"] = given.peak_rps or given.mean_rps
    found = serving_plans(knowledge, ServingDemand.model_validate(load), names, keys)
    return ServingPlans(plans=tuple(told(plan) for plan in found))


def _some_loads(knowledge: Knowledge, precision: str, names: list[str], keys: list[str]) -> None:
    """Refuse a precision in which none of the named accelerators can be asked for any of the models."""
    machines = [accelerators(knowledge)[key] for key in keys]
    if not any(served_in(models(knowledge)[name], item, precision) for name in names for item in machines):
        raise InputRefused(
            unserved(machines[0], precision),
            f"Give precision={' or precision='.join(loadable(machines[0]))}.",
        )


def _vectors(given: VectorInput, context: Context) -> VectorPlan:
    refuse_corpus(context.knowledge, given.count)
    plan = size_vectors(
        context.knowledge,
        given.count,
        given.dims,
        replicas=given.replicas,
        bytes_per_value=given.bytes_per_value,
        peak_qps=given.peak_qps,
        results=given.results,
        index=given.index,
        engine=given.engine.strip().lower(),
        original_bytes=given.original_bytes_per_value,
        node=Node(given.node_cores, given.node_memory_gb),
        lists=Lists(given.lists, given.probes),
    )
    busy = plan.copies > given.replicas
    argument, stated = ("peak_qps", given.peak_qps) if busy else ("count", given.count)
    refuse_nodes(context.knowledge, plan.search_nodes, argument, stated)
    return plan


def _training(given: TrainingInput, context: Context) -> TrainingPlan:
    machine = resolve_accelerator(context.knowledge, given.accelerator)
    if given.precision not in trainable(machine):
        raise InputRefused(
            f"{machine.key} doesn't multiply in {given.precision}.",
            f"Give precision={' or precision='.join(trainable(machine))}.",
        )
    if given.gpus is not None:
        run = RunSize(given.params_b, given.mode, given.active_b, given.sequence_tokens)
        refuse_unfit(context.knowledge, machine, run, given.gpus)
    plan = size_training(
        context.knowledge,
        given.params_b,
        given.tokens,
        machine.key,
        active_b=given.active_b,
        deadline_days=given.deadline_days,
        gpus=given.gpus,
        mode=given.mode,
        precision=given.precision,
        sequence_tokens=given.sequence_tokens,
    )
    refuse_fleet(context.knowledge, plan.gpus, plan.gpu_hours, given.deadline_days)
    return plan


TOOLS = (
    Tool(
        "size-llm-serving", "Accelerators, latency and power to serve language models", ServingInput, _serving
    ),
    Tool("size-vectors", "Memory, disk and nodes of a vector index", VectorInput, _vectors),
    Tool(
        "size-training", "Accelerator hours, days, checkpoints and energy of a run", TrainingInput, _training
    ),
)
