"""No plan of more machines than anybody has; what the refusal offers is taken."""

import re
from datetime import date
from typing import Any

import pytest

from knowledge import load
from knowledge.errors import InputRefused
from tools.registry import run_tool

KNOWLEDGE = load()
AS_OF = date(2026, 11, 26)
ENCODER = {"model": "bge-m3", "accelerator": "T4"}


@pytest.mark.parametrize(
    ("tool", "arguments", "argument", "value"),
    [
        ("size-encoder", ENCODER, "items_per_s", 1e12),
        ("size-encoder", {"model": "Whisper-large-v3", "accelerator": "A100"}, "items_per_s", 1e12),
        ("size-encoder", {"model": "FLUX.1-dev", "accelerator": "H100"}, "items_per_s", 1e9),
        ("size-classical", {}, "peak_rps", 1e12),
        ("size-classical", {"rows": 500, "trees": 300, "features": 100}, "peak_rps", 1e9),
        ("size-classical", {"rows": 5, "trees": 300, "in_process": True}, "peak_rps", 1e14),
        ("size-vectors", {"count": 1e7, "dims": 768}, "peak_qps", 1e15),
    ],
)
def test_a_load_beyond_every_installation_is_refused_with_the_most_that_is_not(
    tool: str, arguments: dict[str, Any], argument: str, value: float
) -> None:
    with pytest.raises(InputRefused, match=r"plans end at 1,000,000") as refused:
        run_tool(tool, {**arguments, argument: value}, KNOWLEDGE, AS_OF)
    assert refused.value.message.startswith(f"{argument} {value:,.0f} takes")
    offered = re.search(rf"{argument}=([0-9.]+) at most", str(refused.value.hint))
    assert offered
    most = float(offered[1])
    assert run_tool(tool, {**arguments, argument: most}, KNOWLEDGE, AS_OF)
    with pytest.raises(InputRefused):
        run_tool(tool, {**arguments, argument: 1.3 * most}, KNOWLEDGE, AS_OF)
