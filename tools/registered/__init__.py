"""The registered tools, one module for each subject."""

from . import (
    benchmarks,
    catalogue,
    data_tier,
    encoders,
    energy,
    memory,
    money,
    rate_limits,
    request,
    sizing,
    workload,
)
from .declaration import Context, Tool, ToolInput, unit_of

TOOLS: tuple[Tool, ...] = (
    *sizing.TOOLS,
    *encoders.TOOLS,
    *data_tier.TOOLS,
    *request.TOOLS,
    *rate_limits.TOOLS,
    *memory.TOOLS,
    *catalogue.TOOLS[:1],
    *money.TOOLS,
    *energy.TOOLS,
    *catalogue.TOOLS[1:],
    *workload.TOOLS,
    *benchmarks.TOOLS,
)

__all__ = ["TOOLS", "Context", "Tool", "ToolInput", "unit_of"]
