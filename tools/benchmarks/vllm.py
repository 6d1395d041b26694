"""JSON of `vllm bench serve`, `throughput` and `latency`: times in ms in the first, seconds in the others.

Fields as vllm/benchmarks/serve.py, throughput.py and latency.py write them (read 2026-11-26). What `--metadata
KEY=VALUE` adds lies beside the figures, so a run may say where it ran.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from knowledge.own_runs import Arrivals

from .result import PERCENTILES, Place, Result, first_text, little, number, present, refused

SERVE, THROUGHPUT, LATENCY = "vLLM bench serve", "vLLM bench throughput", "vLLM bench latency"
ENGINE = "vLLM"
TIMES = {"ttft": "ttft", "tpot": "tpot", "e2e": "e2el"}
"""Ours -> theirs."""
METADATA = {
    "accelerator": ("accelerator", "gpu", "gpu_type", "hardware"),
    "devices": ("devices", "count", "tp", "tensor_parallel_size", "num_gpus"),
    "precision": ("precision", "quantization", "dtype"),
    "engine": ("engine",),
}


def is_vllm(content: Any) -> bool:
    """Whether a JSON object is one of the three."""
    return isinstance(content, Mapping) and (
        {"completed", "request_throughput"} <= content.keys()
        or {"elapsed_time", "num_requests", "tokens_per_second"} <= content.keys()
        or {"avg_latency", "percentiles"} <= content.keys()
    )


def read_vllm(content: Mapping[str, Any], label: str) -> Result:
    """One result object."""
    if "avg_latency" in content:
        return _latency(content, label)
    return _throughput(content, label) if "elapsed_time" in content else _serve(content, label)


def _serve(content: Mapping[str, Any], label: str) -> Result:
    if "input_sequence_throughput" in content:
        raise refused(label, "it measures embeddings; only generated text is imported.")
    completed = number(content, "completed")
    if not completed:
        raise refused(label, "no request was completed.", "Look at the server's log and repeat the run.")
    if content.get("ramp_up_strategy"):
        raise refused(label, "the rate was ramped up, so there is no one load.", "Repeat with a fixed rate.")
    figures = {
        f"{ours}{suffix}": number(content, f"{prefix}_{theirs}_ms")
        for ours, theirs in TIMES.items()
        for suffix, prefix in (("_ms", "mean"), *((f"_p{at}_ms", f"p{at}") for at in PERCENTILES))
    }
    figures["output_tokens_per_s"] = number(content, "output_throughput")
    answer = _share(content, "total_output_tokens", completed)
    clients = number(content, "max_concurrency")
    open_loop = number(content, "request_rate") is not None
    everything = not open_loop and clients is None
    return Result(
        tool=SERVE,
        label=label,
        figures=present(figures),
        arrivals=_arrivals(open_loop, everything),
        model=first_text(content.get("model") or content.get("model_id")),
        input_tokens=_share(content, "total_input_tokens", completed),
        output_tokens=answer,
        concurrency=None if everything else _in_flight(content, figures, answer, clients, open_loop),
        requests=int(completed),
        failed=_failed(content, completed),
        as_of=_day(content.get("date")),
        place=_served_at(content),
    )


def _in_flight(
    content: Mapping[str, Any],
    figures: Mapping[str, float | None],
    answer: float | None,
    clients: float | None,
    open_loop: bool,
) -> float | None:
    """Clients of a closed loop; of an open one Little's law, never more than the clients allowed."""
    if not open_loop:
        return clients
    whole = figures["e2e_ms"]
    first, step = figures["ttft_ms"], figures["tpot_ms"]
    if whole is None and first is not None and step is not None and answer is not None:
        whole = first + step * max(answer - 1, 0)
    mean = little(number(content, "request_throughput"), whole)
    return mean if mean is None or clients is None else min(mean, clients)


def _arrivals(open_loop: bool, everything: bool) -> Arrivals:
    return "open" if open_loop else "offline" if everything else "closed"


def _failed(content: Mapping[str, Any], completed: float) -> int:
    stated = number(content, "failed")
    if stated is not None or "failed" in content:
        return int(stated or 0)
    return max(int((number(content, "num_prompts") or completed) - completed), 0)


def _throughput(content: Mapping[str, Any], label: str) -> Result:
    requests = number(content, "num_requests")
    total = number(content, "total_num_tokens")
    rate = number(content, "requests_per_second")
    if not requests or not total or not rate:
        raise refused(label, "it names no requests, tokens or rate above zero.")
    return Result(
        tool=THROUGHPUT, label=label, figures={"requests_per_s": rate}, arrivals="offline",
        requests=int(requests), total_tokens=total / requests, place=_place(content),
    )  # fmt: skip


def _latency(content: Mapping[str, Any], label: str) -> Result:
    """One batch from start to end; its size and lengths stand nowhere in the file."""
    mean = number(content, "avg_latency")
    if mean is None:
        raise refused(label, "it names no mean latency above zero.")
    percentiles = content["percentiles"] if isinstance(content["percentiles"], Mapping) else {}
    p99 = number(percentiles, "99")
    iterations = content.get("latencies")
    return Result(
        tool=LATENCY, label=label, arrivals="closed",
        figures=present({"e2e_ms": 1e3 * mean, "e2e_p99_ms": 1e3 * p99 if p99 else None}),
        requests=len(iterations) if isinstance(iterations, list) and iterations else None,
        place=_place(content),
    )  # fmt: skip


def _share(content: Mapping[str, Any], key: str, completed: float) -> float | None:
    total = number(content, key)
    return None if total is None else total / completed


def _served_at(content: Mapping[str, Any]) -> Place:
    """The same of a server, which may guess several tokens at once."""
    place = _place(content)
    if number(content, "spec_decode_acceptance_length") is None:
        return place
    return place._replace(engine=f"{place.engine or ENGINE}, speculative decoding")


def _place(content: Mapping[str, Any]) -> Place:
    """What the run was told about itself."""
    return Place(
        *(
            next((str(content[key]).strip() for key in keys if content.get(key) not in (None, "")), "")
            for keys in METADATA.values()
        )
    )


def _day(text: Any) -> date | None:
    try:
        return datetime.strptime(str(text), "%Y%m%d-%H%M%S").date()
    except ValueError:
        return None
